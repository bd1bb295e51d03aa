"""The graph as a picture: SVG that stands by itself, without any program, script, font or network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Final

import attrs

from psoas_rules.graphing.graph import ExplanationGraph, Node, NodeKind
from psoas_rules.graphing.layout import (
    BOLD,
    COLOURS,
    DETAIL_LINE,
    DETAIL_SIZE,
    LABEL_LINE,
    LABEL_SIZE,
    NODE_WIDTH,
    PADDING,
    Box,
    gutters,
    placed,
)
from psoas_rules.graphing.routing import LANE, MARGIN, Line, Way, routed
from psoas_rules.graphing.texts import clean, wrapped

_EDGE_OF_PAGE: Final = 24.0
_TITLE_SIZE: Final = 17.0
_TITLE_LINE: Final = 24.0
_HEADING: Final = 34.0
_CORNER: Final = 6.0
_ARROW: Final = 7.0
_DARK_COLOURS: Final = ("#6fb7f2", "#f2a065", "#4fd1ab", "#f08ac0", "#d9bd4e", "#b3a4f5", "#f59089", "#c9c9c9")
"""The colours of lines on a dark ground, in the order of those on a light one."""
_FONTS: Final = "Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"
_CLASSES: Final[Mapping[NodeKind, str]] = {
    "answer": "a",
    "open": "a o",
    "found": "a o",
    "rule": "r",
    "conclusion": "c",
    "pattern": "c",
    "level": "c",
}
_LIGHT: Final = f"""
.b{{fill:#fff}}.u{{fill:none;stroke:#fff;stroke-width:3.8}}.w{{fill:none;stroke-width:1.9;stroke-linejoin:round}}
.t,.h,.l,.d{{font-family:{_FONTS};fill:#1c1c1c}}.t{{font-size:17px;font-weight:600}}.l{{font-size:13px;font-weight:600}}
.h{{font-size:12px;font-weight:600;letter-spacing:.04em}}.d{{font-size:11.5px}}.h,.d{{fill:#484848}}
.n rect{{stroke-width:1.4}}.a rect{{fill:#edf3fb;stroke:#35639a}}.r rect{{fill:#f7f3e6;stroke:#7d6a2c}}
.c rect{{fill:#f3eef9;stroke:#6b4a9c}}.s rect{{fill:#e9f5ec;stroke:#2c7448}}.o rect{{fill:none;stroke-dasharray:5 3}}
"""
_DARK: Final = """
.b{fill:#16181c}.t,.l{fill:#f0f0f0}.h,.d{fill:#c9c9c9}.u{stroke:#16181c}
.a rect{fill:#1b2a3d;stroke:#86b4e8}.r rect{fill:#322c17;stroke:#d3bd6c}
.c rect{fill:#2b2140;stroke:#bfa0ee}.s rect{fill:#17301f;stroke:#7fcf9b}.o rect{fill:none}
"""


def _style() -> str:
    light, dark = (
        "".join(f".w{number}{{stroke:{one}}}.p{number}{{fill:{one}}}" for number, one in enumerate(colours))
        for colours in (COLOURS, _DARK_COLOURS)
    )
    return f"{_LIGHT}{light}\n@media (prefers-color-scheme:dark){{{_DARK}{dark}}}".strip()


def to_svg(graph: ExplanationGraph) -> str:
    """The graph as a picture that any browser shows, in light and in dark.

    It holds no script and asks for nothing outside itself. Everything that comes from the graph is escaped. For screen
    readers it has a title and a description that tells all nodes and what leads to what.
    """
    return "\n".join(_Picture.of(graph).lines()) + "\n"


@attrs.frozen
class _Picture:
    """A graph with everything in its place.

    Attributes:
        graph: The graph.
        title: Its title, in lines.
        columns: The boxes, column by column.
        lines_between: The lines after each column but the last.
        lefts: The left edge of each column.
        top: Where the boxes begin.
        width, height: The size of the picture.
    """

    graph: ExplanationGraph
    title: tuple[str, ...]
    columns: tuple[tuple[Box, ...], ...]
    lines_between: tuple[tuple[Line, ...], ...]
    lefts: tuple[float, ...]
    top: float
    width: float
    height: float

    @classmethod
    def of(cls, graph: ExplanationGraph) -> _Picture:
        """Works out where everything stands."""
        columns = placed(graph)
        edges = gutters(graph)
        between = tuple(
            routed(*pair, edges[number], last=number == len(edges) - 1) for number, pair in enumerate(pairwise(columns))
        )
        lefts = [_EDGE_OF_PAGE]
        for lines in between:
            lefts.append(lefts[-1] + NODE_WIDTH + 2 * MARGIN + LANE * max(0, len(lines) - 1))
        width = lefts[-1] + NODE_WIDTH + _EDGE_OF_PAGE
        title = wrapped(graph.title, _TITLE_SIZE * BOLD, width - 2 * _EDGE_OF_PAGE)
        top = _EDGE_OF_PAGE + len(title) * _TITLE_LINE + _HEADING
        lowest = max((box.bottom for boxes in columns for box in boxes), default=0.0)
        return cls(graph, title, columns, between, tuple(lefts), top, width, top + lowest + _EDGE_OF_PAGE)

    def lines(self) -> Iterator[str]:
        """The picture, line by line."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">'
        yield f'<title id="title">{_text(self.graph.title)}</title>'
        yield f'<desc id="desc">{_text(_description(self.graph))}</desc>'
        yield f"<style>{_style()}</style>"
        yield '<rect class="b" width="100%" height="100%"/>'
        for number, text in enumerate(self.title):
            yield _line("t", _EDGE_OF_PAGE, _EDGE_OF_PAGE + _TITLE_SIZE + number * _TITLE_LINE, text)
        for left, (heading, _) in zip(self.lefts, self.graph.columns(), strict=True):
            yield _line("h", left, self.top - 14, heading)
        yield f'<g transform="translate(0 {self.top:g})">'
        number = 0
        for left, lines in zip(self.lefts, self.lines_between, strict=False):
            for line in lines:
                yield from _drawn(line, left + NODE_WIDTH, len(lines), number % len(COLOURS))
                number += 1
        for left, boxes in zip(self.lefts, self.columns, strict=True):
            for box in boxes:
                yield from _boxed(box, left)
        yield "</g>"
        yield "</svg>"


def _text(text: str) -> str:
    return escape(clean(text), quote=True)


def _line(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{_text(text)}</text>'


def _description(graph: ExplanationGraph) -> str:
    labels = {node.id: clean(node.label) for node in graph.nodes}
    leads: dict[str, list[str]] = {}
    for edge in graph.edges:
        leads.setdefault(edge.source, []).append(labels[edge.target])
    told = [f"{labels[source]} leads to: {'; '.join(targets)}." for source, targets in leads.items()]
    told += [f"{labels[node.id]}." for node in graph.nodes if not _joined(node, graph)]
    return " ".join(told)


def _joined(node: Node, graph: ExplanationGraph) -> bool:
    return any(node.id in (edge.source, edge.target) for edge in graph.edges)


def _boxed(box: Box, left: float) -> Iterator[str]:
    whole = f"{box.node.label}. {box.node.detail}" if box.node.detail else box.node.label
    yield f'<g class="n {_CLASSES.get(box.node.kind, "s")}"><title>{_text(whole)}</title>'
    corner = 3 if box.node.column == 0 else 9
    yield (f'<rect x="{left:g}" y="{box.top:g}" width="{NODE_WIDTH:g}" height="{box.height:g}" rx="{corner}"/>')
    text = len(box.label) * LABEL_LINE + len(box.detail) * DETAIL_LINE
    y = box.top + (box.height - text) / 2
    for line in box.label:
        yield _line("l", left + PADDING, y + LABEL_SIZE, line)
        y += LABEL_LINE
    for line in box.detail:
        yield _line("d", left + PADDING, y + DETAIL_SIZE, line)
        y += DETAIL_LINE
    yield "</g>"


def _drawn(line: Line, left: float, lanes: int, colour: int) -> Iterator[str]:
    """A line: first what keeps it apart from those below it, then its ways, then its arrows."""
    right = left + 2 * MARGIN + LANE * (lanes - 1)
    paths = [_path(way, left, right) for way in line.ways]
    yield f'<path class="u" d="{" ".join(paths)}"/>'
    yield f'<path class="w w{colour}" d="{" ".join(paths)}"/>'
    arrows = (f"M{right:g} {y:g}l-{_ARROW:g} -4v8z" for y in dict.fromkeys(way.end for way in line.ways))
    yield f'<path class="p{colour}" d="{"".join(arrows)}"/>'


def _path(way: Way, left: float, right: float) -> str:
    lane, end = left + MARGIN + way.lane * LANE, right - _ARROW + 1
    drop = way.end - way.start
    if abs(drop) < 1:
        return f"M{left:g} {way.start:g}H{end:g}"
    bend = min(_CORNER, abs(drop) / 2)
    down = bend if drop > 0 else -bend
    return (
        f"M{left:g} {way.start:g}H{lane - bend:g}Q{lane:g} {way.start:g} {lane:g} {way.start + down:g}"
        f"V{way.end - down:g}Q{lane:g} {way.end:g} {lane + bend:g} {way.end:g}H{end:g}"
    )
