"""What is drawn over the person: arrows, rings where it is felt, short words, and the gap under the back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement

import attrs
import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.parts import UPWARD, Model
from psoas_rules.drawing.paths import open_path, polygon, whole
from psoas_rules.posing import Arrow, PoseRow

_HEAD: Final = 4.6
_HEAD_WIDTH: Final = 2.5
_NEAREST: Final = 0.6
_TEXT: Final = 5.0
_GAP_DEPTH: Final = 1.4
"""How far the coloured gap under the back reaches down over the edge of the mat, so that it is seen."""


@attrs.define(eq=False)
class Signs:
    """Signs over one picture.

    Attributes:
        group: The drawing.
        extent: Points of the picture that it has to hold.
    """

    group: Element = attrs.field(factory=lambda: Element("g", {"class": "p-signs"}))
    extent: list[Floats] = attrs.field(factory=list)

    def add(self, kind: str, data: str) -> None:
        """Adds a path."""
        SubElement(self.group, "path", {"class": kind, "d": data})

    def hold(self, *points: Floats) -> None:
        """Makes room for points."""
        self.extent.extend(points)


def signs(row: PoseRow, models: Sequence[Model], shown: int, panels: frozenset[int]) -> Signs:
    """The signs of one picture.

    Args:
        row: What the pose file says.
        models: The whole movement.
        shown: Which moment the picture shows.
        panels: The numbers under which a pose file may mean this picture.
    """
    drawn = Signs()
    model = models[shown]
    for ring in row.focus:
        if ring.panel in panels:
            _ring(drawn, model.flat(ring.at) + np.array((ring.dx, -ring.dy)), ring.r)
    for arrow in row.arrows:
        if arrow.panel in panels:
            _arrow(drawn, _way(arrow, models, model), both=arrow.both)
    for mark in row.marks:
        if mark.panel in panels:
            _word(drawn, model.flat(mark.at) + np.array((mark.dx, -mark.dy)), mark.text)
    return drawn


def gap(model: Model) -> Element:
    """The room between the low back and the mat, in the colour of the arrows with a pale rim."""
    upper, low, sacrum = (model.at(name) for name in ("upperback", "lowback", "sacrum"))
    floor = [model.flat(np.array((point[0], 0.0, point[2]))) for point in (sacrum, upper)]
    top = [model.flat(point + UPWARD * more) for point, more in ((upper, 1.0), (low, 2.5), (sacrum, 1.0))]
    middle = (floor[0] + floor[1]) / 2 + np.array((0.0, _GAP_DEPTH))
    data = polygon([*top, floor[0], middle + (floor[0] - middle) * 0.5, middle + (floor[1] - middle) * 0.5, floor[1]])
    group = Element("g", {"class": "p-behind"})
    for kind in ("p-arrow-halo", "p-arrow-head"):
        SubElement(group, "path", {"class": kind, "d": data})
    return group


def _ring(drawn: Signs, centre: Floats, radius: float) -> None:
    drawn.hold(centre - radius - 1, centre + radius + 1)
    place = {"cx": str(whole(centre[0])), "cy": str(whole(centre[1]))}
    for kind, size in (("p-ring-halo", radius), ("p-ring", radius), ("p-ring-core", radius * 0.5)):
        SubElement(drawn.group, "circle", {"class": kind, **place, "r": str(whole(size))})


def _word(drawn: Signs, place: Floats, text: str) -> None:
    half = len(text) * _TEXT * 0.3
    drawn.hold(place - np.array((half, _TEXT)), place + np.array((half, 1.0)))
    word = SubElement(drawn.group, "text", {"class": "p-word", "x": str(whole(place[0])), "y": str(whole(place[1]))})
    word.text = text


def _way(arrow: Arrow, models: Sequence[Model], model: Model) -> Floats:
    """Points of the picture along an arrow, close to each other."""
    aside = np.array((arrow.dx, -arrow.dy))
    if arrow.circle is not None:
        first, last = (math.radians(angle) for angle in arrow.deg)
        angles = np.linspace(first, last, 40)
        rim = np.stack((np.cos(angles), -np.sin(angles)), axis=1) * arrow.r
        round_way: Floats = model.flat(arrow.circle) + aside + rim
        return round_way
    if arrow.push is not None:
        shares = np.linspace(0, 1, 20)[:, None]
        straight: Floats = model.flat(arrow.push) + aside + shares * np.array((arrow.by[0], -arrow.by[1]))
        return straight
    assert arrow.of is not None
    places = np.array([seen.flat(arrow.of) for seen in models])
    path = _dense(places)
    begin, end = (round(part * (len(path) - 1)) for part in arrow.part)
    way: Floats = path[begin : end + 1] + aside
    return way


def _dense(places: Floats) -> Floats:
    """A smooth line through the places of a point, in even steps; places that hardly differ count once."""
    from scipy.interpolate import CubicSpline

    kept = [places[0]]
    for place in places[1:]:
        if np.hypot(*(place - kept[-1])) > _NEAREST:
            kept.append(place)
    if len(kept) < 3:
        return np.linspace(places[0], places[-1], 30)
    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(kept, axis=0).T))))
    line: Floats = CubicSpline(lengths, np.array(kept))(np.linspace(0, lengths[-1], 60))
    return line


def _arrow(drawn: Signs, way: Floats, *, both: bool) -> None:
    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))))
    if lengths[-1] < 2.5:
        return
    size = min(1.0, float(lengths[-1]) / (_HEAD * (2.4 if both else 1.6)))
    back = _HEAD * size * 0.8
    shaft = way[(lengths <= lengths[-1] - back) & (lengths >= (back if both else 0))]
    heads = [_tip(way, lengths, size)]
    if both:
        heads.append(_tip(way[::-1], lengths[-1] - lengths[::-1], size))
    line = open_path(shaft) if len(shaft) > 2 else polygon([way[0], way[-1]], close=False)
    corners = [polygon(head) for head in heads]
    drawn.add("p-arrow-halo", line + "".join(corners))
    drawn.add("p-arrow", line)
    drawn.add("p-arrow-head", "".join(corners))
    drawn.hold(*shaft, *np.vstack(heads))


def _tip(way: Floats, lengths: Floats, size: float) -> Floats:
    """The three corners of the head at the end of a way."""
    length = _HEAD * size
    foot = np.array([np.interp(lengths[-1] - length, lengths, way[:, axis]) for axis in (0, 1)])
    along = way[-1] - foot
    along = along / max(float(np.hypot(*along)), 1e-6)
    aside = np.array((-along[1], along[0])) * _HEAD_WIDTH * size
    corners: Floats = np.array((way[-1], way[-1] - along * length + aside, way[-1] - along * length - aside))
    return corners
