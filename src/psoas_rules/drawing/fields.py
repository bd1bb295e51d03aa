"""Rounded shapes as distance fields on a grid, and their outlines.

Every part of the body is a chain of round cones seen from the camera. Where they meet they flow into each other, which
is what makes a joint look like one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
import numpy as np

from psoas_rules.drawing.camera import Floats

STEP: Final = 0.5
"""Distance of neighbouring points of a grid, in units of body height / 100."""
_SMOOTHING: Final = (0.5, -0.52, 0.5, -0.52)
_SMALLEST: Final = 1.2
"""Area, in square units, below which a closed outline is a speck and left out."""


@attrs.frozen(eq=False)
class Cone:
    """Two circles and all that lies between them, in the picture.

    Attributes:
        start: Centre of the first circle, right and down.
        end: Centre of the second.
        start_radius: Radius of the first.
        end_radius: Radius of the second.
    """

    start: Floats
    end: Floats
    start_radius: float
    end_radius: float


@attrs.frozen(eq=False)
class Grid:
    """Points at which distances are taken.

    Attributes:
        right: First coordinate of every point.
        down: Second coordinate of every point.
    """

    right: Floats
    down: Floats

    @classmethod
    def around(cls, cones: Iterable[Cone], margin: float = 2.5) -> Grid:
        """A grid that holds all of these with some room around."""
        discs = [(c, r) for cone in cones for c, r in ((cone.start, cone.start_radius), (cone.end, cone.end_radius))]
        low = np.min([c - r for c, r in discs], axis=0) - margin
        high = np.max([c + r for c, r in discs], axis=0) + margin
        across = np.arange(math.floor(low[0]), high[0] + STEP, STEP)
        along = np.arange(math.floor(low[1]), high[1] + STEP, STEP)
        right, down = np.meshgrid(across, along)
        return cls(right, down)

    def to_cone(self, cone: Cone) -> Floats:
        """Distance of each point to a cone; less than nothing inside."""
        axis = cone.end - cone.start
        length = float(axis @ axis)
        x, y = self.right - cone.start[0], self.down - cone.start[1]
        share: Floats | float = 0.0
        if length > 1e-9:
            share = np.clip((x * axis[0] + y * axis[1]) / length, 0.0, 1.0)
        radius = cone.start_radius + (cone.end_radius - cone.start_radius) * share
        distance: Floats = np.hypot(x - share * axis[0], y - share * axis[1]) - radius
        return distance

    def to_all(self, cones: Sequence[Cone], blend: float = 0.0) -> Floats:
        """Distance to the union; with `blend` (in units) the shapes flow into each other where they meet."""
        whole = self.to_cone(cones[0])
        for cone in cones[1:]:
            other = self.to_cone(cone)
            near = np.minimum(whole, other)
            if blend:
                mixed = np.maximum(blend - np.abs(whole - other), 0.0) / blend
                near = near - mixed * mixed * blend / 4
            whole = near
        return whole

    def rounded(self, field: Floats, radius: float) -> Floats:
        """The same shape with its kinks smoothed over about this many units."""
        from scipy.ndimage import gaussian_filter

        soft: Floats = gaussian_filter(field, radius / STEP, mode="nearest")
        return soft

    def beyond(self, point: Floats, direction: Floats) -> Floats:
        """Distance of each point along a direction (of length one) from a point."""
        reach: Floats = (self.right - point[0]) * direction[0] + (self.down - point[1]) * direction[1]
        return reach

    def value_at(self, field: Floats, points: Floats) -> Floats:
        """A field of this grid, read at any points between."""
        column = np.clip((points[:, 0] - self.right[0, 0]) / STEP, 0, field.shape[1] - 1.001)
        row = np.clip((points[:, 1] - self.down[0, 0]) / STEP, 0, field.shape[0] - 1.001)
        i, j = row.astype(int), column.astype(int)
        v, u = row - i, column - j
        value: Floats = (field[i, j] * (1 - u) + field[i, j + 1] * u) * (1 - v) + (
            field[i + 1, j] * (1 - u) + field[i + 1, j + 1] * u
        ) * v
        return value

    def outlines(self, field: Floats) -> list[Floats]:
        """Closed lines along which a field is zero, each as rows of right and down, the longest first."""
        loops = [self._placed(loop) for loop in _loops(field)]
        loops = [_smoothed(loop) for loop in loops if abs(area(loop)) > _SMALLEST]
        return sorted(loops, key=len, reverse=True)

    def _placed(self, loop: Sequence[tuple[float, float]]) -> Floats:
        placed: Floats = np.array(loop) * STEP + (self.right[0, 0], self.down[0, 0])
        return placed


def _smoothed(loop: Floats) -> Floats:
    """A closed line without the unevenness of the grid. What the first step takes in, the second gives back."""
    for share in _SMOOTHING:
        loop = loop + share * ((np.roll(loop, 1, axis=0) + np.roll(loop, -1, axis=0)) / 2 - loop)
    return loop


def area(loop: Floats) -> float:
    """Area inside a closed line, with the sign of its sense."""
    x, y = loop[:, 0], loop[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


# Marching squares. Corners of a cell, clockwise from the upper left, count 1, 2, 4, 8 where they are inside; its edges
# are 0 top, 1 right, 2 bottom, 3 left. Each pair leads from one edge to the next with the inside on the same hand.
_WAYS: Final[tuple[tuple[tuple[int, int], ...], ...]] = (
    (),
    ((3, 0),),
    ((0, 1),),
    ((3, 1),),
    ((1, 2),),
    ((3, 0), (1, 2)),
    ((0, 2),),
    ((3, 2),),
    ((2, 3),),
    ((2, 0),),
    ((0, 1), (2, 3)),
    ((2, 1),),
    ((1, 3),),
    ((1, 0),),
    ((0, 3),),
    (),
)
_Edge = tuple[int, int, int]


def _loops(field: Floats) -> list[list[tuple[float, float]]]:
    inside = (field < 0).astype(int)
    case = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    following: dict[_Edge, _Edge] = {}
    for i, j in np.argwhere((case > 0) & (case < 15)).tolist():
        for leave, arrive in _WAYS[case[i, j]]:
            following[_edge(i, j, leave)] = _edge(i, j, arrive)
    loops = []
    while following:
        first, here = following.popitem()
        loop = [_crossing(field, first)]
        while here != first:
            loop.append(_crossing(field, here))
            here = following.pop(here)
        loops.append(loop)
    return loops


def _edge(i: int, j: int, side: int) -> _Edge:
    """An edge by the cell to whose top (0) or left (1) it belongs, so that neighbours name it alike."""
    return ((i, j, 0), (i, j + 1, 1), (i + 1, j, 0), (i, j, 1))[side]


def _crossing(field: Floats, edge: _Edge) -> tuple[float, float]:
    i, j, upright = edge
    here, there = float(field[i, j]), float(field[i + 1, j] if upright else field[i, j + 1])
    share = here / (here - there)
    return (float(j), i + share) if upright else (j + share, float(i))
