"""The option `--what-if`: what some other answers would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from psoas_rules.cli.rendering import Page
from psoas_rules.contrasting import Contrast, what_if
from psoas_rules.facts import SECTIONS
from psoas_rules.intake import Intake
from psoas_rules.lexicon import Lexicon
from psoas_rules.recommender import Recommender

_Command = TypeVar("_Command", bound=Callable[..., Any])


def what_if_option(command: _Command) -> _Command:
    """Gives a command `--what-if`, as often as somebody likes."""
    return click.option(
        "--what-if",
        "changes",
        multiple=True,
        metavar="ANSWER=VALUE",
        help="Also tell what this answer would change, such as preferences.minutes=10. With nothing after the = the "
        "answer is taken back.",
    )(command)


def contrasted(recommender: Recommender, intake: Intake, changes: Sequence[str]) -> Contrast:
    """What these answers would change.

    Raises:
        UsageError: if one of them is not of the form `name=answer`.
        IntakeError: if one of them cannot be read.
        EngineError: if the engine failed.
    """
    return what_if(recommender, intake, dict(_changed(change, recommender.lexicon) for change in changes))


def show_contrast(page: Page, contrast: Contrast) -> None:
    """Shows what is different."""
    head, *lines = str(contrast).splitlines()
    page.title(head, style="bold cyan")
    for line in lines:
        page.line(line, hang=2)


def _changed(change: str, lexicon: Lexicon) -> tuple[str, object]:
    """A name and an answer, from `name=answer`; the entries of a list have commas between them."""
    name, found, given = (part.strip() for part in change.partition("="))
    if not found or not name:
        raise click.UsageError(f"{change!r} is not of the form ANSWER=VALUE, such as preferences.minutes=10")
    if not given:
        return name, None
    section, _, key = name.partition(".")
    kind = next((kind for kind, one in SECTIONS.items() if one == section), None)
    spec = lexicon.answerable(kind, key) if kind is not None else None
    if spec is not None and spec.answer in ("many", "names"):
        return name, tuple(entry.strip() for entry in given.split(","))
    try:
        return name, float(given) if "." in given else int(given)
    except ValueError:
        return name, given
