"""Arms and legs: skin, clothes over it, and a crease where a joint is folded."""

from __future__ import annotations

import math
from typing import Final

import attrs
import numpy as np
from scipy.interpolate import PchipInterpolator

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.extremities import foot_cones, hand_cones, hand_lines, sole_cones
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.parts import Model, Part, Side, seen_of, smooth, stroke
from psoas_rules.drawing.trunk import trunk_cones

# Radii along a limb, as pairs of the share of its length and the radius in units of body height / 100.
_THIGH: Final = ((0.0, 6.0), (0.25, 5.85), (0.6, 4.85), (0.9, 3.95), (1.0, 3.8))
_SHANK: Final = ((0.0, 3.7), (0.12, 3.65), (0.32, 3.75), (0.65, 2.8), (1.0, 2.2))
_CALF: Final = 0.75
_UPPER_ARM: Final = ((0.0, 3.15), (0.35, 2.95), (0.8, 2.5), (1.0, 2.4))
_FOREARM: Final = ((0.0, 2.4), (0.25, 2.6), (0.7, 2.0), (1.0, 1.6))
_SHORTS_END: Final = 0.52
_SLEEVE_END: Final = 0.5
_CLOTH: Final = 0.35
_BLEND: Final = 1.0
_STOPS: Final = 12


def leg(model: Model, side: Side, *, depth: float, far: bool) -> Part:
    """A leg with its shoe and its half of the shorts."""
    hip, knee, ankle = (model.at(f"{name}_{side}") for name in ("hip", "knee", "ankle"))
    part = Part.start(f"leg_{side}", depth, far=far)
    end_on = _end_on(model, hip, knee)
    thigh = _tapered(model, hip, knee, _THIGH, start=_SHORTS_END if end_on else 0.34)
    shank = _tapered(model, knee, ankle, _SHANK, bulge=_calf_side(model, side))
    shoe, sole = foot_cones(model, side), sole_cones(model, side)
    shorts = _tapered(model, hip, knee, _THIGH, end=_SHORTS_END, extra=_CLOTH)
    grid = Grid.around([*thigh, *shank, *shoe, *shorts])
    skin, foot = grid.to_all([*thigh, *shank], _BLEND), grid.to_all(shoe, 1.4)
    hem = _hemmed(model, grid, grid.to_all(shorts), (hip, knee), _SHORTS_END)
    cloth = Cloth("p-shorts", hem, grid.to_all(trunk_cones(model)), (hip, knee))
    if end_on:
        cloth.add(part, model, grid)
    smooth(part, "p-skin", grid, skin, model.tolerance)
    _crease(part, model, (hip, knee, ankle), 0.62)
    smooth(part, "p-shoe", grid, foot, model.tolerance)
    smooth(part, "p-sole", grid, grid.to_all(sole), model.tolerance)
    if not end_on:
        cloth.add(part, model, grid)
    part.outline = _silhouette(model, grid, np.minimum(np.minimum(skin, foot), hem))
    return part


def arm(model: Model, side: Side, *, depth: float, far: bool) -> Part:
    """An arm with its hand and its sleeve."""
    shoulder, elbow, wrist = (model.at(f"{name}_{side}") for name in ("shoulder", "elbow", "wrist"))
    part = Part.start(f"arm_{side}", depth, far=far)
    end_on = _end_on(model, shoulder, elbow)
    upper = _tapered(model, shoulder, elbow, _UPPER_ARM, start=_SLEEVE_END if end_on else 0.3)
    lower = [*_tapered(model, elbow, wrist, _FOREARM), *hand_cones(model, side)]
    sleeve = _tapered(model, shoulder, elbow, _UPPER_ARM, end=_SLEEVE_END, extra=0.5)
    grid = Grid.around([*upper, *lower, *sleeve])
    skin = grid.to_all([*upper, *lower], 0.6)
    hem = _hemmed(model, grid, grid.to_all(sleeve), (shoulder, elbow), _SLEEVE_END)
    cloth = Cloth("p-shirt", hem, grid.to_all(trunk_cones(model)), (shoulder, elbow))
    if end_on:
        cloth.add(part, model, grid)
    smooth(part, "p-skin", grid, skin, model.tolerance)
    _crease(part, model, (shoulder, elbow, wrist), 0.6)
    if not end_on:
        cloth.add(part, model, grid)
    if _before(model, shoulder, elbow, wrist):
        Cloth("p-skin", grid.to_all(lower, 0.6), grid.to_all(upper), (elbow, wrist)).add(part, model, grid)
    for line in hand_lines(model, side):
        stroke(part, line, model.tolerance, "p-thin")
    part.outline = _silhouette(model, grid, np.minimum(skin, hem))
    return part


@attrs.frozen(eq=False)
class Cloth:
    """A shape that comes out of another one of the same stuff: there is no line where it leaves it.

    Attributes:
        kind: How it is painted.
        field: Distances to it.
        origin: Distances to what it comes out of.
        bone: The segment of the limb that it goes along.
    """

    kind: str
    field: Floats
    origin: Floats
    bone: tuple[Floats, Floats]

    def add(self, part: Part, model: Model, grid: Grid) -> None:
        """Draws it."""
        smooth(part, f"{self.kind} p-bare", grid, self.field, model.tolerance)
        start, way = model.flat(self.bone[0]), model.unit(*self.bone)
        for loop in grid.outlines(self.field):
            hidden = (grid.value_at(self.origin, loop) < -0.6) & ((loop - start) @ way < 2.5)
            for run in seen_of(loop, ~hidden):
                stroke(part, run, model.tolerance)


def _end_on(model: Model, start: Floats, end: Floats) -> bool:
    """Whether a segment points at the viewer."""
    near = model.camera.depth(end) - model.camera.depth(start)
    return near > 0.75 * float(np.linalg.norm(end - start))


def _before(model: Model, shoulder: Floats, elbow: Floats, wrist: Floats) -> bool:
    """Whether a bent arm has its hand before the upper arm."""
    upper, lower = shoulder - elbow, wrist - elbow
    folded = float(upper @ lower) > 0.3 * float(np.linalg.norm(upper) * np.linalg.norm(lower))
    return folded and model.camera.depth(wrist) > model.camera.depth(shoulder) + 1


def _silhouette(model: Model, grid: Grid, field: Floats) -> str:
    return smooth(Part.start("ghost", 0.0), "", grid, field, model.tolerance)


def _tapered(
    model: Model,
    start_at: Floats,
    end_at: Floats,
    profile: tuple[tuple[float, float], ...],
    *,
    start: float = 0.0,
    end: float = 1.0,
    extra: float = 0.0,
    bulge: Floats | None = None,
) -> list[Cone]:
    """Cones from share `start` to share `end` of a segment, with its radii; `bulge` moves its upper part aside."""
    radius = PchipInterpolator(*zip(*profile, strict=True))
    stops = np.linspace(start, end, _STOPS).tolist()
    points = [start_at + (end_at - start_at) * stop for stop in stops]
    if bulge is not None:
        # Most at a third of the way, and smoothly nothing at the end.
        points = [p + bulge * (6.75 * s * (1 - s) ** 2) for p, s in zip(points, stops, strict=True)]
    return model.chain(points, [float(radius(stop)) + extra for stop in stops])


def _calf_side(model: Model, side: Side) -> Floats:
    """The way to the back of the shank, as long as the calf stands out."""
    axis = model.at(f"ankle_{side}") - model.at(f"knee_{side}")
    axis = axis / np.linalg.norm(axis)
    back = model.at(f"heel_{side}") - model.at(f"ball_{side}")
    back = back - axis * (back @ axis)
    length = float(np.linalg.norm(back))
    return back / length * _CALF if length > 2 else np.zeros(3)


def _hemmed(model: Model, grid: Grid, field: Floats, bone: tuple[Floats, Floats], share: float) -> Floats:
    """Cuts cloth straight where it ends, unless the limb points at the viewer."""
    start, end = bone
    if np.hypot(*(model.flat(end) - model.flat(start))) < 6:
        return field
    stop = model.flat(start + (end - start) * share)
    return np.maximum(field, grid.beyond(stop, model.unit(start, end)) - 0.3)


def _crease(part: Part, model: Model, joint: tuple[Floats, Floats, Floats], radius: float) -> None:
    """A line where the two halves of a folded limb lie on each other."""
    top, middle, bottom = (model.flat(point) for point in joint)
    first, second = top - middle, bottom - middle
    lengths = float(np.hypot(*first)), float(np.hypot(*second))
    if min(lengths) < 5:
        return
    first, second = first / lengths[0], second / lengths[1]
    half = math.acos(max(-1.0, min(1.0, float(first @ second)))) / 2
    if half > math.radians(38):
        return
    way = (first + second) / max(float(np.hypot(*(first + second))), 1e-6)
    deep = radius * 3.7
    reach = min(deep * 2.2 / max(math.sin(half), 0.2), min(lengths) * 0.8)
    begin = deep * 0.9 if half > math.radians(20) else deep * 1.2
    if reach > begin + 1:
        stroke(part, [middle + way * begin, middle + way * (begin + reach) / 2, middle + way * reach], model.tolerance)
