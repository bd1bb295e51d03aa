"""The trunk: a spine that bends in a curve, with the shirt and the upper part of the shorts round it."""

from __future__ import annotations

from typing import Final

import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.parts import FORWARD, TO_RIGHT, UPWARD, Model, Part, smooth

_SLICES: Final = 26
# Slices from below the pelvis to the base of the neck: place along the spine (0 pelvis, 1 waist, 2 mid, 3 neck), radius
# from front to back, how far the middle lies in front of the spine, and how far to each side the radius is carried.
_PROFILE: Final = (
    (-0.35, 5.0, -0.7, 4.6),
    (0.0, 6.5, -0.3, 4.3),
    (0.5, 6.6, 0.0, 3.9),
    (1.0, 6.2, 0.2, 3.2),
    (1.6, 6.2, 0.3, 2.9),
    (2.0, 6.5, 0.3, 3.1),
    (2.45, 7.0, 0.3, 3.4),
    (2.72, 5.6, 0.0, 5.0),
    (2.88, 4.0, -0.2, 5.0),
    (3.05, 3.1, -0.1, 1.7),
)
_WAIST: Final = 0.85
_SOFT: Final = 2.0
"""Over how many units a fold of a strongly bent trunk is smoothed."""


def trunk_cones(model: Model) -> list[Cone]:
    """The trunk in slices, each as wide as it is in the picture."""
    return [cone for _, cone in _slices(model)]


def trunk(model: Model) -> Part:
    """The trunk in its shirt and the upper part of the shorts."""
    part = Part.start("torso", model.depth("pelvis", "mid", "neckbase"))
    slices = _slices(model)
    grid = Grid.around([cone for _, cone in slices])
    whole = grid.rounded(grid.to_all([cone for _, cone in slices]), _SOFT) - 0.15
    smooth(part, "p-shirt", grid, whole, model.tolerance)
    waist, above = _spine(model, _WAIST)[0], _spine(model, _WAIST + 0.3)[0]
    below = grid.to_all([cone for place, cone in slices if place <= _WAIST + 0.5])
    below = grid.rounded(below, _SOFT) - 0.3
    if np.hypot(*(model.flat(above) - model.flat(waist))) > 0.8:
        below = np.maximum(below, grid.beyond(model.flat(waist), model.unit(waist, above)))
    smooth(part, "p-shorts", grid, below, model.tolerance)
    return part


def neck(model: Model) -> Part:
    """The neck, which head and shirt are drawn over."""
    part = Part.start("neck", model.depth("neckbase"))
    base = model.at("neckbase") + model.turns["thorax"] @ (-1.5 * UPWARD)
    top = model.at("skull") + model.turns["head"] @ (2.2 * UPWARD - 0.6 * FORWARD)
    cones = [model.cone(base, top, 3.1, 2.7)]
    grid = Grid.around(cones)
    smooth(part, "p-skin", grid, grid.to_all(cones), model.tolerance)
    return part


def _slices(model: Model) -> list[tuple[float, Cone]]:
    places, radii, fronts, widths = zip(*_PROFILE, strict=True)
    slices = []
    for place in np.linspace(places[0], places[-1], _SLICES):
        middle, turn = _spine(model, float(place))
        radius, front, width = (float(np.interp(place, places, values)) for values in (radii, fronts, widths))
        centre, aside = middle + turn @ (FORWARD * front), turn @ (TO_RIGHT * width)
        slices.append((float(place), model.cone(centre - aside, centre + aside, radius, radius)))
    return slices


def _spine(model: Model, place: float) -> tuple[Floats, Floats]:
    """A point of the curved spine, and the frame of the trunk there."""
    knots = [model.at(name) for name in ("pelvis", "waist", "mid", "neckbase")]
    knots = [2 * knots[0] - knots[1], *knots, 2 * knots[3] - knots[2]]
    span = min(max(int(np.floor(place)), 0), 2)
    share = place - span
    before, start, end, after = knots[span : span + 4]
    a, b = (end - before) / 2, (after - start) / 2
    square, cube = share**2, share**3
    point = (
        (2 * cube - 3 * square + 1) * start
        + (cube - 2 * square + share) * a
        + (3 * square - 2 * cube) * end
        + (cube - square) * b
    )
    return point, _turn(model, place)


def _turn(model: Model, place: float) -> Floats:
    """The frame of the trunk at a place of the spine, between those of pelvis, loin and chest."""
    frames = [model.turns[name] for name in ("pelvis", "lumbar", "thorax")]
    share = min(max(place - 0.5, 0.0), 2.0)
    first = min(int(share), 1)
    mixed = frames[first] * (1 - (share - first)) + frames[first + 1] * (share - first)
    turned, _, back = np.linalg.svd(mixed)
    frame: Floats = turned @ back
    return frame
