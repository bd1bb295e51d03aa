"""Pictures: one moment of a movement with the room round it, several beside each other, or one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import attrs
import numpy as np

from psoas_rules.drawing.body import body
from psoas_rules.drawing.camera import Camera, Floats
from psoas_rules.drawing.parts import Model, Part
from psoas_rules.drawing.paths import COARSE, FINE, whole
from psoas_rules.drawing.props import furnish, gripping, leaning
from psoas_rules.drawing.scenery import Scene
from psoas_rules.drawing.signs import gap, signs
from psoas_rules.posing import Frame, Pose, Solved

_MARGIN: Final = 2.0
_BETWEEN: Final = 9.0
_BADGE: Final = 5.2
_WIDEST: Final = 3.5
"""Panels stand beside each other up to this many times as wide as they are high; longer ones stand below each other."""


@attrs.frozen(eq=False)
class Picture:
    """A drawing and the room that it needs.

    Attributes:
        group: The drawing.
        extent: Its outermost points: rows of right and down.
    """

    group: Element
    extent: Floats

    @property
    def low(self) -> Floats:
        """The upper left corner."""
        corner: Floats = self.extent.min(axis=0) - _MARGIN
        return corner

    @property
    def high(self) -> Floats:
        """The lower right corner."""
        corner: Floats = self.extent.max(axis=0) + _MARGIN
        return corner


def two_panels(pose: Pose, solved: Solved) -> tuple[Element, tuple[int, int]]:
    """Start and end beside each other, at one scale and on one level; only the end where the position is kept.

    Returns:
        The drawing, and its width and height.
    """
    models = _models(pose, solved, FINE)
    if pose.row.single:
        panels = [_moment(pose, models, len(models) - 1, frozenset({1, 2}))]
    else:
        panels = [_moment(pose, models, 0, frozenset({1})), _moment(pose, models, len(models) - 1, frozenset({2}))]
    beside = _beside(panels)
    width, height = beside[1]
    if len(panels) > 1 and width > _WIDEST * height:
        return _below(panels)
    return beside


def moving(pose: Pose, solved: Solved) -> tuple[Element, tuple[int, int]]:
    """All moments on top of each other, to be shown one after the other.

    Returns:
        The drawing, and its width and height.
    """
    models = _models(pose, solved, COARSE)
    scenes = [_scene(pose, models, model) for model in models]
    bodies = [body(model, pose.row.order) for model in models]
    points = [np.array(scene.extent) for scene in scenes if scene.extent]
    extent = np.vstack([*points, *(part.extent for part in chain.from_iterable(bodies))])
    low, high = extent.min(axis=0) - _MARGIN, extent.max(axis=0) + _MARGIN
    outer = Element("g", {"transform": f"translate({whole(-low[0])} {whole(-low[1])})"})
    fixed_back = _same([scene.back for scene in scenes])
    fixed_front = _same([scene.front for scene in scenes])
    if fixed_back:
        _append(outer, scenes[0].back)
    for number, (scene, parts) in enumerate(zip(scenes, bodies, strict=True)):
        frame = SubElement(outer, "g", {"class": f"p-frame p-frame-{number}"})
        if not fixed_back:
            _append(frame, scene.back)
        for part in parts:
            frame.append(part.group)
        if not fixed_front:
            _append(frame, scene.front)
    if fixed_front:
        _append(outer, scenes[0].front)
    return outer, (whole(high[0] - low[0]), whole(high[1] - low[1]))


def _beside(panels: Sequence[Picture]) -> tuple[Element, tuple[int, int]]:
    """Panels in a row, on one level."""
    top, bottom = min(panel.low[1] for panel in panels), max(panel.high[1] for panel in panels)
    group, left = Element("g"), 0.0
    for number, panel in enumerate(panels, start=1):
        begin = _begin(panel, float(top)) if len(panels) > 1 else float(panel.low[0])
        placed = _placed(panel, left - begin, -float(top))
        if len(panels) > 1:
            _number(placed, begin + _BADGE, float(top) + _BADGE, number)
        group.append(placed)
        left += float(panel.high[0]) - begin + _BETWEEN
    return group, (whole(left - _BETWEEN), whole(bottom - top))


def _below(panels: Sequence[Picture]) -> tuple[Element, tuple[int, int]]:
    """Panels of a long low figure, one below the other, with the same places of the room in line."""
    begin = min(_begin(panel, float(panel.low[1])) for panel in panels)
    group, down = Element("g"), 0.0
    for number, panel in enumerate(panels, start=1):
        top = float(panel.low[1])
        placed = _placed(panel, -begin, down - top)
        _number(placed, begin + _BADGE, top + _BADGE, number)
        group.append(placed)
        down += float(panel.high[1]) - top + _BETWEEN / 5
    width = max(float(panel.high[0]) for panel in panels) - begin
    return group, (whole(width), whole(down - _BETWEEN / 5))


def _placed(panel: Picture, right: float, down: float) -> Element:
    """A copy of a panel, moved."""
    placed = Element("g", {"class": "p-panel", "transform": f"translate({whole(right)} {whole(down)})"})
    placed.extend(list(panel.group))
    return placed


def _models(pose: Pose, solved: Solved, tolerance: float) -> list[Model]:
    camera = Camera(pose.row.view.turn, pose.row.view.tilt)
    return [_model(pose, frame, camera, tolerance) for frame in solved.frames]


def _model(pose: Pose, frame: Frame, camera: Camera, tolerance: float) -> Model:
    points = {name: np.array(place) for name, place in frame.points.items()}
    turns = {name: np.array(turn) for name, turn in frame.turns.items()}
    return Model(points, turns, camera, tolerance, gripping(pose.props, points), leaning(pose.props, points))


def _scene(pose: Pose, models: Sequence[Model], model: Model) -> Scene:
    everywhere = np.array([place for one in models for place in one.points.values()])
    low, high = everywhere.min(axis=0), everywhere.max(axis=0)
    scene = Scene(model, ((float(low[0]), float(high[0])), (float(low[2]), float(high[2]))))
    furnish(scene, pose.props)
    return scene


def _moment(pose: Pose, models: Sequence[Model], shown: int, panels: frozenset[int]) -> Picture:
    model, row = models[shown], pose.row
    scene, parts = _scene(pose, models, model), body(model, row.order)
    over = signs(row, models, shown, panels)
    group = Element("g")
    _append(group, scene.back)
    if row.gap and 1 in panels:
        group.append(gap(model))
    extents = [part.extent for part in parts]
    if row.ghost and shown and not row.single:
        before = [part for part in body(models[0], row.order) if part.name in row.ghost]
        group.append(_ghost(before))
        extents += [part.extent for part in before]
    for part in parts:
        group.append(part.group)
    _append(group, scene.front)
    _append(group, over.group)
    extents += [np.array(points) for points in (scene.extent, over.extent) if points]
    return Picture(group, np.vstack(extents))


def _ghost(parts: Sequence[Part]) -> Element:
    group = Element("g", {"class": "p-ghost"})
    for part in parts:
        SubElement(group, "path", {"d": part.outline})
    return group


def _append(group: Element, more: Element) -> None:
    if len(more):
        group.append(more)


def _same(groups: Sequence[Element]) -> bool:
    return len({tostring(group) for group in groups}) == 1


def _begin(panel: Picture, top: float) -> float:
    """Where a panel has to begin so that there is room for its number in the corner."""
    begin, size = float(panel.low[0]), 2 * _BADGE + 1
    above = panel.extent[panel.extent[:, 1] < top + size]
    return begin if not len(above) else min(begin, float(above[:, 0].min()) - size)


def _number(group: Element, right: float, down: float, number: int) -> None:
    badge = SubElement(group, "g", {"class": "p-number"})
    place = {"cx": str(whole(right)), "cy": str(whole(down)), "r": str(whole(_BADGE))}
    SubElement(badge, "circle", place)
    text = SubElement(badge, "text", {"x": str(whole(right)), "y": str(whole(down + 2.3))})
    text.text = str(number)
