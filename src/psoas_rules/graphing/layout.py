"""Where the nodes of a graph stand: in columns, in an order with few crossings, near what they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import attrs

from psoas_rules.graphing.graph import Edge, ExplanationGraph, Node
from psoas_rules.graphing.texts import wrapped

LABEL_SIZE: Final = 13.0
DETAIL_SIZE: Final = 11.5
BOLD: Final = 1.18
"""So much wider bold letters are, in the widest of the fonts that may be taken."""
LABEL_LINE: Final = 17.0
DETAIL_LINE: Final = 15.0
PADDING: Final = 10.0
NODE_WIDTH: Final = 232.0
PORT: Final = 12.0
"""The distance between two edges at a node."""
_GAP: Final = 12.0
_SWEEPS: Final = 6
_MOST_LABEL_LINES: Final = 4
_MOST_DETAIL_LINES: Final = 5


@attrs.frozen
class Box:
    """A node with its lines of text and its place.

    Attributes:
        node: The node.
        label, detail: Its text in lines.
        height: In pixels, as everything here.
        top: Its upper edge.
    """

    node: Node
    label: tuple[str, ...]
    detail: tuple[str, ...]
    height: float
    top: float = 0.0

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.top + self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


Columns = tuple[tuple[Box, ...], ...]


def placed(graph: ExplanationGraph) -> Columns:
    """The boxes of a graph, column by column, from the top down.

    The last column keeps its order, which is that of the session. Every other column is put in the order of what its
    nodes are joined with, and then as near to it as there is room.
    """
    ports = _most_ports(graph)
    columns = [[_box(node, ports[node.id]) for node in nodes] for _, nodes in graph.columns()]
    joined = _neighbours(graph)
    tops: dict[str, float] = {}
    for boxes in columns:
        tops |= _stacked(boxes)
    ordered = [[box.node.id for box in boxes] for boxes in columns]
    sizes = {box.node.id: box.height for boxes in columns for box in boxes}
    for _ in range(_SWEEPS):
        for number in (*reversed(range(len(columns))), *range(len(columns))):
            middles = _middles(ordered[number], joined, tops, sizes)
            if number < len(columns) - 1 or number == 0:
                ordered[number].sort(key=middles.__getitem__)
            tops |= _near(ordered[number], middles, sizes)
    highest = min(tops.values(), default=0.0)
    boxes_by_id = {box.node.id: box for boxes in columns for box in boxes}
    return tuple(
        tuple(attrs.evolve(boxes_by_id[name], top=round(tops[name] - highest, 1)) for name in names)
        for names in ordered
    )


def _box(node: Node, ports: int) -> Box:
    most = NODE_WIDTH - 2 * PADDING
    label = wrapped(node.label, LABEL_SIZE * BOLD, most, lines=_MOST_LABEL_LINES)
    detail = wrapped(node.detail, DETAIL_SIZE * 1.04, most, lines=_MOST_DETAIL_LINES)
    text = len(label) * LABEL_LINE + len(detail) * DETAIL_LINE
    return Box(node, label, detail, max(text + 1.6 * PADDING, ports * PORT + PORT))


def hubs(edges: Sequence[Edge], *, last: bool) -> dict[Edge, str]:
    """For each edge between two columns, the node with which it runs.

    All run with the nodes on the same side: on that where they are fewer, which needs fewer lanes. To several things in
    the last column they run with what leads there, so that one colour says what shaped which of them.

    Args:
        edges: The edges between the two columns.
        last: Whether the column on the right is the last.
    """
    sources, targets = {edge.source for edge in edges}, {edge.target for edge in edges}
    with_source = len(sources) <= len(targets) or (last and len(targets) > 1)
    return {edge: edge.source if with_source else edge.target for edge in edges}


def gutters(graph: ExplanationGraph) -> tuple[tuple[Edge, ...], ...]:
    """The edges after each column but the last; an edge that skips a column is in none."""
    columns = [{node.id for node in nodes} for _, nodes in graph.columns()]
    return tuple(
        tuple(edge for edge in graph.edges if edge.source in left and edge.target in right)
        for left, right in pairwise(columns)
    )


COLOURS: Final = ("#0b5fa5", "#b04a00", "#00755a", "#a3286c", "#6b5200", "#5a45b0", "#b3261e", "#4a4a4a")
"""Colours of lines, all dark enough to be seen well on white."""


def coloured(graph: ExplanationGraph) -> tuple[tuple[Edge, str], ...]:
    """The edges, each with its colour: those of one line have the same."""
    found: list[tuple[Edge, str]] = []
    lines: dict[tuple[int, str], str] = {}
    between = gutters(graph)
    for number, edges in enumerate(between, 1):
        for edge, hub in hubs(edges, last=number == len(between)).items():
            colour = lines.setdefault((number, hub), COLOURS[len(lines) % len(COLOURS)])
            found.append((edge, colour))
    return tuple(found)


def _most_ports(graph: ExplanationGraph) -> Counter[str]:
    """How many lines leave each node, or arrive at it, whichever is more."""
    leaving, arriving = Counter[str](), Counter[str]()
    between = gutters(graph)
    for number, edges in enumerate(between, 1):
        runs = hubs(edges, last=number == len(between))
        leaving.update(name for name, _ in {(edge.source, hub) for edge, hub in runs.items()})
        arriving.update(name for name, _ in {(edge.target, hub) for edge, hub in runs.items()})
    return leaving | arriving


def _neighbours(graph: ExplanationGraph) -> Mapping[str, list[str]]:
    joined: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        joined[edge.source].append(edge.target)
        joined[edge.target].append(edge.source)
    return joined


def _stacked(boxes: Sequence[Box]) -> dict[str, float]:
    tops, at = {}, 0.0
    for box in boxes:
        tops[box.node.id] = at
        at += box.height + _GAP
    return tops


def _middles(
    names: Sequence[str], joined: Mapping[str, list[str]], tops: Mapping[str, float], sizes: Mapping[str, float]
) -> dict[str, float]:
    """Where the middle of each node would best be: in the middle of what it is joined with."""
    middles = {}
    for name in names:
        others = [tops[other] + sizes[other] / 2 for other in joined[name]]
        middles[name] = sum(others) / len(others) if others else tops[name] + sizes[name] / 2
    return middles


def _near(names: Sequence[str], middles: Mapping[str, float], sizes: Mapping[str, float]) -> dict[str, float]:
    """Tops for middles near to where they are wanted, in this order and without overlaps.

    Nodes that would overlap are put into one block, which stands where its nodes want it on average: least squares by
    pooling adjacent violators.
    """
    blocks: list[tuple[list[str], float, float]] = []
    for name in names:
        block, at, size = [name], middles[name] - sizes[name] / 2, sizes[name] + _GAP
        while blocks and blocks[-1][1] + blocks[-1][2] > at:
            before, their, length = blocks.pop()
            at = (their * len(before) + (at - length) * len(block)) / (len(before) + len(block))
            block, size = before + block, length + size
        blocks.append((block, at, size))
    tops = {}
    for block, start, _ in blocks:
        at = start
        for name in block:
            tops[name] = at
            at += sizes[name] + _GAP
    return tops
