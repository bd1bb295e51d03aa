"""The graph as Mermaid's flowchart text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from psoas_rules.graphing.graph import ExplanationGraph, Node, NodeKind
from psoas_rules.graphing.layout import coloured
from psoas_rules.graphing.texts import clean

_CLASSES: Final[Mapping[NodeKind, str]] = {"answer": "answer", "open": "open", "found": "open", "rule": "rule"}
_END: Final = "follows"
_STYLES: Final = (
    "classDef answer fill:#eaf2fb,stroke:#3b6ea5,color:#1b1b1b",
    "classDef open fill:#ffffff,stroke:#3b6ea5,color:#1b1b1b,stroke-dasharray:4 3",
    "classDef rule fill:#f3f0e6,stroke:#8a7637,color:#1b1b1b",
    "classDef follows fill:#e9f5ec,stroke:#2f7d4f,color:#1b1b1b",
)


def to_mermaid(graph: ExplanationGraph) -> str:
    """The graph in the Mermaid language, for pages that draw it, such as those of code hosts."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: ExplanationGraph) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    # Room between the columns, so that the edges can be told apart.
    yield '%%{init: {"flowchart": {"rankSpacing": 120, "nodeSpacing": 20}}}%%'
    yield "flowchart LR"
    yield f"  accTitle: {escaped(graph.title) or ' '}"
    for node in graph.nodes:
        yield f'  {names[node.id]}["{_label(node)}"]:::{_CLASSES.get(node.kind, _END)}'
    edges = coloured(graph)
    yield from (f"  {names[edge.source]} --> {names[edge.target]}" for edge, _ in edges)
    for colour in dict.fromkeys(colour for _, colour in edges):
        those = ",".join(str(number) for number, (_, other) in enumerate(edges) if other == colour)
        yield f"  linkStyle {those} stroke:{colour}"
    yield from (f"  {style}" for style in _STYLES)


def _label(node: Node) -> str:
    shown = [node.label, node.detail] if node.kind in ("step", "pattern") and node.detail else [node.label]
    # A label without any text would be a mistake in the grammar.
    return "<br/>".join(escaped(text) for text in shown) or " "


def escaped(text: str) -> str:
    """A text that Mermaid shows just as it is.

    Mermaid has no escape character, but entity codes. All that is not plain is written as one: signs that it reads as
    markup or as Markdown, and the colon, because it changes lines with a colon and a `#` before it reads them.
    """
    return "".join(one if one.isalnum() or one in " ," else f"#{ord(one)};" for one in clean(text))
