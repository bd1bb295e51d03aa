"""From angles to places: where every point of the body is, and how it moves when an angle changes.

Everything is worked out for many postures at once: arrays may have any number of leading axes.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.posing.body import PLACE, Body, sided

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.intp]

_DEGREE: Final = np.pi / 180
_AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
_MIRROR: Final = np.array([1.0, 1.0, -1.0])


@attrs.frozen
class Segment:
    """A segment, ready to be placed.

    Attributes:
        name: Its full name, with the side.
        parent: The number of the segment that it hangs on; -1 for the first.
        at: Where it begins, in the axes of its parent.
        turns: The numbers of its angles, the place of the body not counted.
    """

    name: str
    parent: int
    at: Floats
    turns: range


@attrs.frozen(eq=False)
class Posture:
    """Where everything is, for one or many postures.

    Attributes:
        points: Places of the points, (..., point, 3).
        turns: Rotation of every segment, (..., segment, 3, 3): its axes as columns.
        origins: Where every segment begins, (..., segment, 3).
        axes: The axis in space that every angle turns about, (..., angle, 3).
    """

    points: Floats
    turns: Floats
    origins: Floats
    axes: Floats


class Skeleton:
    """The body as a chain of segments.

    Args:
        body: Its proportions.
    """

    def __init__(self, body: Body) -> None:
        self.body = body
        self.angles = body.angles
        self.index = {name: number for number, name in enumerate(self.angles)}
        self.segments, axes = _segments(body)
        self._axes: Floats = np.array(axes)
        self._cross: Floats = np.array([_cross_matrix(axis) for axis in axes])
        self._cross_twice = self._cross @ self._cross
        self.segment_index = {segment.name: number for number, segment in enumerate(self.segments)}
        self.points = body.point_names
        self.point_index = {name: number for number, name in enumerate(self.points)}
        rows = [
            (self.segment_index[on], np.array(row.at, float) * (_MIRROR if name.endswith("_l") else 1.0))
            for key, row in body.points.rows.items()
            for name, on in zip(sided(key, pair=row.pair), self._on(row.on, pair=row.pair), strict=True)
        ]
        self._point_segment: Ints = np.array([number for number, _ in rows], np.intp)
        self._point_at: Floats = np.array([at for _, at in rows])
        self._turn_segment: Ints = np.array(
            [number for number, segment in enumerate(self.segments) for _ in segment.turns], np.intp
        )
        self._moves = self._which_moves_which()
        self.rest: Floats = np.array([body.point(name).rest for name in self.points], float)

    def _on(self, name: str, *, pair: bool) -> tuple[str, ...]:
        """The segments that the points of a row belong to: a pair may sit on one segment or on two."""
        if not pair:
            return (name,)
        return (name, name) if name in self.segment_index else sided(name, pair=True)

    def _which_moves_which(self) -> Floats:
        """One where an angle moves a point, else nought: (angle, point)."""
        over = np.eye(len(self.segments), dtype=bool)
        for number, segment in enumerate(self.segments):
            if segment.parent >= 0:
                over[:, number] |= over[:, segment.parent]
        moves: Floats = over[np.ix_(self._turn_segment, self._point_segment)].astype(np.float64)
        return moves

    def place(self, values: Floats) -> Posture:
        """Where everything is with these angles.

        Args:
            values: Place of the body and angles in degrees in the order of `angles`, (..., angle).
        """
        radians = values[..., len(PLACE) :, None, None] * _DEGREE
        local = np.eye(3) + np.sin(radians) * self._cross + (1 - np.cos(radians)) * self._cross_twice
        lead = values.shape[:-1]
        turns: Floats = np.empty((*lead, len(self.segments), 3, 3))
        origins: Floats = np.empty((*lead, len(self.segments), 3))
        axes: Floats = np.empty((*lead, len(self._axes), 3))
        for number, segment in enumerate(self.segments):
            if segment.parent < 0:
                turned = np.broadcast_to(np.eye(3), (*lead, 3, 3))
                origins[..., number, :] = values[..., : len(PLACE)]
            else:
                turned = turns[..., segment.parent, :, :]
                origins[..., number, :] = origins[..., segment.parent, :] + turned @ segment.at
            for turn in segment.turns:
                axes[..., turn, :] = turned @ self._axes[turn]
                turned = turned @ local[..., turn, :, :]
            turns[..., number, :, :] = turned
        on = self._point_segment
        points = origins[..., on, :] + (turns[..., on, :, :] @ self._point_at[:, :, None])[..., 0]
        return Posture(points, turns, origins, axes)

    def jacobian(self, posture: Posture) -> Floats:
        """How fast every point moves with every value, per degree: (..., point, 3, angle).

        A turn about an axis moves a point at right angles to the axis and to the line to it, so nothing needs to be
        tried out.
        """
        arm = posture.points[..., None, :, :] - posture.origins[..., self._turn_segment, None, :]
        axis = np.broadcast_to(posture.axes[..., :, None, :], arm.shape)
        swept = np.stack(
            (
                axis[..., 1] * arm[..., 2] - axis[..., 2] * arm[..., 1],
                axis[..., 2] * arm[..., 0] - axis[..., 0] * arm[..., 2],
                axis[..., 0] * arm[..., 1] - axis[..., 1] * arm[..., 0],
            ),
            axis=-1,
        )
        swept *= self._moves[:, :, None] * _DEGREE
        rates: Floats = np.empty((*arm.shape[:-3], len(self.points), 3, len(self.angles)))
        rates[..., : len(PLACE)] = np.eye(3)
        rates[..., len(PLACE) :] = np.moveaxis(swept, -3, -1)
        return rates


def _segments(body: Body) -> tuple[tuple[Segment, ...], list[Floats]]:
    """The segments in order, and the axis of every angle in the order of `Body.angles`."""
    made: list[Segment] = []
    axes: list[Floats] = []
    numbers: dict[str, int] = {}
    for key, row in body.segments.rows.items():
        for side in sided("", pair=row.pair):
            first = len(axes)
            for turn in row.turns:
                sign = -1.0 if turn.about.startswith("-") else 1.0
                # Seen in a mirror, turns about the axis that points sideways stay, the others go the other way.
                sign *= -1.0 if side == "_l" and not turn.about.endswith("z") else 1.0
                axes.append(sign * np.array(_AXES[turn.about[-1]]))
            on = row.on or ""
            parent = numbers.get(on, numbers.get(f"{on}{side}", -1))
            at = np.array(row.at, float) * (_MIRROR if side == "_l" else 1.0)
            numbers[f"{key}{side}"] = len(made)
            made.append(Segment(f"{key}{side}", parent, at, range(first, len(axes))))
    return tuple(made), axes


def _cross_matrix(axis: Floats) -> Floats:
    """The matrix that does what a cross product with this axis does."""
    x, y, z = axis
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
