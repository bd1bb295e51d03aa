"""A parallel camera: points of the room become points of the picture, with how near they are to the viewer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Points = Floats | Sequence[Floats] | Sequence[Sequence[float]]

TURN: Final = 14.0
"""Degrees by which the camera stands beside the side view, where a pose file does not say."""
TILT: Final = 9.0
"""Degrees by which the camera looks down, where a pose file does not say."""


@attrs.frozen
class Camera:
    """Where the viewer stands. Sizes stay what they are, however far away something is.

    Attributes:
        turn: Degrees round the upright axis; 0 sees the person from the right side.
        tilt: Degrees from above; 0 looks along the floor.
    """

    turn: float = TURN
    tilt: float = TILT

    @property
    def axes(self) -> Floats:
        """Rows that turn a point of the room into right, down and near, each in units of body height / 100."""
        a, b = math.radians(self.turn), math.radians(self.tilt)
        right = (math.cos(a), 0.0, math.sin(a))
        flat = (-math.sin(a), 0.0, math.cos(a))
        down = (flat[0] * math.sin(b), -math.cos(b), flat[2] * math.sin(b))
        near = (flat[0] * math.cos(b), math.sin(b), flat[2] * math.cos(b))
        return np.array((right, down, near))

    def see(self, points: Points) -> Floats:
        """Points of the room, one in each row, as right, down and near."""
        seen: Floats = np.asarray(points, dtype=float) @ self.axes.T
        return seen

    def flat(self, point: Sequence[float] | Floats) -> Floats:
        """One point of the room as right and down."""
        return self.see([list(point)])[0, :2]

    def depth(self, point: Sequence[float] | Floats) -> float:
        """How near to the viewer a point is; more is nearer."""
        return float(self.see([list(point)])[0, 2])
