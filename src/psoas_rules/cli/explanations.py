"""What `explain` does with one element of an outcome, and how it draws the explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import click

from psoas_rules.cli.output import console, print_json
from psoas_rules.cli.rendering import Page
from psoas_rules.graphing import ExplanationGraph, graph, to_dot, to_mermaid, to_svg
from psoas_rules.intake import Intake
from psoas_rules.justifying import (
    Element,
    Justification,
    Layer,
    UnknownElementError,
    justify,
    line,
    paragraph,
    rule_by_rule,
)
from psoas_rules.outcomes import Outcome
from psoas_rules.places import Places
from psoas_rules.recommender import Recommender

_DRAWERS: Final[Mapping[str, Callable[[ExplanationGraph], str]]] = {
    ".svg": to_svg,
    ".dot": to_dot,
    ".mmd": to_mermaid,
}

graph_option = click.option(
    "--graph",
    "drawing",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the explanation into FILE: .svg is a picture, .dot is for Graphviz, .mmd is for Mermaid.",
)
of_option = click.option(
    "--of",
    "element",
    metavar="ELEMENT",
    help="Explain one element by the answers it needs: level, pattern, step:EXERCISE, dose:EXERCISE and others.",
)
layer_option = click.option(
    "--layer",
    type=click.Choice(get_args(Layer)),
    default="paragraph",
    show_default=True,
    help="With --of: one line for the person, a paragraph, or rule by rule with sources.",
)


def draw(outcome: Outcome, only: Element | None, file: Path) -> None:
    """Writes the graph of an outcome into a file; its ending says how.

    Raises:
        click.UsageError: if the ending is none of those, or the file cannot be written.
    """
    drawer = _DRAWERS.get(file.suffix.lower())
    if drawer is None:
        raise click.UsageError(f"'{file}' has to end in {', '.join(_DRAWERS)}")
    try:
        file.write_text(drawer(graph(outcome, only)), encoding="utf-8", newline="\n")
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror}") from None


def justified(recommender: Recommender, intake: Intake, element: str) -> Justification:
    """The justification of an element that is named on the command line.

    Raises:
        click.UsageError: if the outcome has no such element.
    """
    try:
        return justify(recommender, intake, Element.parse(element))
    except UnknownElementError as error:
        raise click.UsageError(str(error)) from None


def tell(justification: Justification, layer: Layer, recommender: Recommender, places: Places) -> None:
    """Prints a justification in one of its layers."""
    texts = {
        "line": lambda: line(justification),
        "paragraph": lambda: paragraph(justification),
        "rule": lambda: rule_by_rule(justification, recommender.pack, places),
    }
    page = Page(console())
    for text in texts[layer]().split("\n"):
        indent = len(text) - len(text.lstrip())
        page.line(text.lstrip(), indent=indent, hang=2 if indent or text.startswith("- ") else 0)


def tell_as_json(justification: Justification, recommender: Recommender, places: Places) -> None:
    """Prints a justification in all of its layers as JSON."""
    print_json("explain", ok=True, content={"justification": _data(justification, recommender, places)})


def _data(justification: Justification, recommender: Recommender, places: Places) -> dict[str, Any]:
    answers = [one.answer for one in justification.cited]
    return {
        "element": str(justification.element),
        "line": line(justification),
        "paragraph": paragraph(justification),
        "rule": rule_by_rule(justification, recommender.pack, places),
        "cited": [
            {"section": one.section, "key": one.key, "side": one.side, "value": one.value, "text": str(one)}
            for one in answers
        ],
        "rules": [firing.rule for firing in justification.firings],
        "intake": justification.intake.to_dict(),
    }
