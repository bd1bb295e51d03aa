"""The ways of the edges between two columns: along lanes, so that each can be followed with a finger.

Edges of one node run together in a lane of their own, as on a map of railways: from the node to the lane, along it, and
off it to each of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from psoas_rules.graphing.graph import Edge
from psoas_rules.graphing.layout import PORT, Box, hubs

LANE: Final = 13.0
"""The distance between two lanes."""
MARGIN: Final = 22.0
"""The room between a column and the first lane."""
_STRAIGHT: Final = 3.0


@attrs.frozen
class Way:
    """One edge: where it leaves, where it arrives, and its lane.

    Attributes:
        edge: The edge.
        start, end: The heights at which it leaves and arrives.
        lane: The number of its lane, counted from the left.
    """

    edge: Edge
    start: float
    end: float
    lane: int


@attrs.frozen
class Line:
    """All ways that share a lane.

    Attributes:
        hub: The id of the node that they have in common.
        ways: The ways.
    """

    hub: str
    ways: tuple[Way, ...]


@attrs.frozen
class _Bundle:
    """The edges of one hub, before they have a lane."""

    hub: str
    edges: tuple[Edge, ...]


def routed(left: Sequence[Box], right: Sequence[Box], edges: Sequence[Edge], *, last: bool) -> tuple[Line, ...]:
    """The lines of the edges between two columns, from the leftmost lane to the rightmost.

    Args:
        left: The boxes of the one column.
        right: The boxes of the other.
        edges: The edges between them.
        last: Whether the column on the right is the last.
    """
    boxes = {box.node.id: box for box in (*left, *right)}
    bundles = _bundles(edges, last=last)
    starts = _ports(bundles, boxes, at_source=True)
    ends = _ports(bundles, boxes, at_source=False)
    heights = {bundle: _heights(bundle, starts, ends, boxes) for bundle in bundles}
    return tuple(
        Line(bundle.hub, tuple(Way(edge, *heights[bundle][edge], lane) for edge in bundle.edges))
        for lane, bundle in enumerate(_in_order(bundles, heights))
    )


def _bundles(edges: Sequence[Edge], *, last: bool) -> tuple[_Bundle, ...]:
    found: dict[str, list[Edge]] = {}
    for edge, hub in hubs(edges, last=last).items():
        found.setdefault(hub, []).append(edge)
    return tuple(_Bundle(hub, tuple(those)) for hub, those in found.items())


_Port = tuple[str, str]
"""A node, and the hub of the bundle that leaves or arrives there."""


def _ports(bundles: Sequence[_Bundle], boxes: Mapping[str, Box], *, at_source: bool) -> dict[_Port, float]:
    """The heights at which bundles leave a node, or arrive at it, spread around its middle."""
    towards: dict[str, dict[str, list[float]]] = {}
    for bundle in bundles:
        for edge in bundle.edges:
            here, there = (edge.source, edge.target) if at_source else (edge.target, edge.source)
            towards.setdefault(here, {}).setdefault(bundle.hub, []).append(boxes[there].middle)
    heights = {}
    for here, leading in towards.items():
        middles = {hub: sum(those) / len(those) for hub, those in leading.items()}
        ordered = sorted(middles, key=middles.__getitem__)
        first = boxes[here].middle - PORT * (len(ordered) - 1) / 2
        for number, hub in enumerate(ordered):
            # Ways that leave and ways that arrive keep to heights of their own, so that they never lie on each other.
            grid = 2 * _STRAIGHT
            height = round((first + number * PORT) / grid) * grid
            heights[here, hub] = height if at_source else height + _STRAIGHT
    return heights


_Heights = Mapping[Edge, tuple[float, float]]


def _heights(
    bundle: _Bundle, starts: Mapping[_Port, float], ends: Mapping[_Port, float], boxes: Mapping[str, Box]
) -> _Heights:
    """Where each way of a bundle leaves and arrives; an only way between two only ports is straight if it can be."""
    found = {edge: (starts[edge.source, bundle.hub], ends[edge.target, bundle.hub]) for edge in bundle.edges}
    if len(bundle.edges) == 1:
        (edge,) = bundle.edges
        alone = sum(node == edge.source for node, _ in starts) == sum(node == edge.target for node, _ in ends) == 1
        low = max(boxes[edge.source].top, boxes[edge.target].top) + PORT
        high = min(boxes[edge.source].bottom, boxes[edge.target].bottom) - PORT
        if alone and low <= high:
            height = min(max(found[edge][0], low), high)
            return {edge: (height, height)}
    return found


def _in_order(bundles: Sequence[_Bundle], heights: Mapping[_Bundle, _Heights]) -> list[_Bundle]:
    """The bundles from left to right, neighbours swapped as long as that saves crossings."""
    ordered = sorted(
        bundles, key=lambda bundle: sum(sum(pair) for pair in heights[bundle].values()) / len(bundle.edges)
    )
    swapped = True
    while swapped:
        swapped = False
        for number in range(len(ordered) - 1):
            one, other = ordered[number], ordered[number + 1]
            if _crossings(heights[other], heights[one]) < _crossings(heights[one], heights[other]):
                ordered[number], ordered[number + 1] = other, one
                swapped = True
    return ordered


def _crossings(left: _Heights, right: _Heights) -> int:
    """How often two bundles cross, when the lane of one is left of that of the other."""
    return _within(right.values(), left, 0) + _within(left.values(), right, 1)


def _within(pairs: Iterable[tuple[float, float]], spanning: _Heights, side: int) -> int:
    heights = [height for pair in spanning.values() for height in pair]
    return sum(min(heights) < height < max(heights) for height in {pair[side] for pair in pairs})
