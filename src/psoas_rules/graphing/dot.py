"""The graph as Graphviz's DOT text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

from psoas_rules.graphing.graph import ExplanationGraph, Node, NodeKind
from psoas_rules.graphing.layout import coloured
from psoas_rules.graphing.texts import clean

_WIDTH: Final = 34
_SHAPES: Final[Mapping[NodeKind, str]] = {
    "answer": 'shape=box style="filled" fillcolor="#eaf2fb"',
    "open": 'shape=box style="filled,dashed" fillcolor="#ffffff"',
    "found": 'shape=box style="filled,dashed" fillcolor="#eaf2fb"',
    "rule": 'shape=box style="filled,rounded" fillcolor="#f3f0e6"',
}
_OTHER: Final = 'shape=box style="filled,rounded,bold" fillcolor="#e9f5ec"'


def to_dot(graph: ExplanationGraph) -> str:
    """The graph in the DOT language, for `dot -Tsvg` and other programs that read it."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: ExplanationGraph) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "digraph explanation {"
    yield f"  graph [rankdir=LR ranksep=1.1 nodesep=0.18 label={quoted(graph.title)} labelloc=t fontname=Helvetica]"
    yield "  node [fontname=Helvetica fontsize=11]"
    yield "  edge [arrowsize=0.7]"
    for number, (title, nodes) in enumerate(graph.columns()):
        yield f"  // {title}"
        yield f"  subgraph column{number} {{"
        yield "    rank=same"
        for node in nodes:
            label = quoted("\n".join(_label(node)))
            yield f"    {names[node.id]} [label={label} {_SHAPES.get(node.kind, _OTHER)}]"
        steps = [names[node.id] for node in nodes if node.kind == "step"]
        if len(steps) > 1:
            # Unseen edges keep the steps in their order.
            yield f"    {' -> '.join(steps)} [style=invis]"
        yield "  }"
    for edge, colour in coloured(graph):
        yield f'  {names[edge.source]} -> {names[edge.target]} [color="{colour}"]'
    yield "}"


def _label(node: Node) -> Iterator[str]:
    yield from textwrap.wrap(clean(node.label), _WIDTH) or [""]
    if node.kind in ("step", "pattern"):
        yield from textwrap.wrap(clean(node.detail), _WIDTH)


def quoted(text: str) -> str:
    """A text as a DOT string that shows just as it is.

    In a quoted string only the quote itself ends it. Labels further read backslashes and HTML's character references.
    """
    lines = [clean(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in text.split("\n")]
    return '"' + "\\n".join(lines) + '"'
