"""What one posture must fulfil, as numbers that are all to be nought: wishes, contacts, touches and the floor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from psoas_rules.posing.body import unsided
from psoas_rules.posing.poses import Contact
from psoas_rules.posing.skeleton import Floats, Ints, Posture, Skeleton

_LOOSE: Final = 0.3
"""An arm whose hand is placed somewhere follows the hand; it must not drag the trunk along."""

_SIDEWAYS: Final = 3.0
_UPWARDS: Final = 4.0
_TOUCH: Final = 2.0


class Problem:
    """The demands on one posture.

    Args:
        skeleton: The body.
        wishes: Its angles as they are wished for.
        contacts: Where points must be.
        touches: Which points must be on which.
    """

    def __init__(
        self,
        skeleton: Skeleton,
        wishes: Floats,
        contacts: Mapping[str, Contact],
        touches: tuple[tuple[str, str], ...],
    ) -> None:
        self.skeleton = skeleton
        self.wishes = wishes
        self.weights = _weights(skeleton, touches)
        number = skeleton.point_index
        held = [
            (number[name], axis, where, _UPWARDS if axis == 1 else _SIDEWAYS)
            for name, contact in contacts.items()
            for axis, where in enumerate((contact.x, contact.y, contact.z))
            if where is not None
        ]
        self.held_point: Ints = np.array([point for point, *_ in held], np.intp)
        self.held_axis: Ints = np.array([axis for _, axis, *_ in held], np.intp)
        self.held_at: Floats = np.array([at for *_, at, _ in held], float)
        self.held_weight: Floats = np.array([weight for *_, weight in held], float)
        self.touching: Ints = np.array([number[one] for one, _ in touches], np.intp)
        self.touched: Ints = np.array([number[other] for _, other in touches], np.intp)
        upright = {name for name, contact in contacts.items() if contact.y is not None}
        points = skeleton.body.points.rows
        above = [n for n, name in enumerate(skeleton.points) if points[unsided(name)].floor and name not in upright]
        self.above: Ints = np.array(above, np.intp)

    def misses(self, values: Floats, posture: Posture) -> Floats:
        """What is amiss: wishes, contacts, touches, floor."""
        points = posture.points
        return np.concatenate(
            (
                (values - self.wishes) * self.weights,
                (points[self.held_point, self.held_axis] - self.held_at) * self.held_weight,
                ((points[self.touching] - points[self.touched]) * _TOUCH).ravel(),
                self._below(posture) * _UPWARDS,
            )
        )

    def _below(self, posture: Posture) -> Floats:
        depth: Floats = np.maximum(self.skeleton.rest[self.above] - posture.points[self.above, 1], 0.0)
        return depth

    def rates(self, posture: Posture) -> Floats:
        """How fast what is amiss changes with every value."""
        moved = self.skeleton.jacobian(posture)
        size = len(self.wishes)
        below = (self._below(posture) > 0)[:, None]
        return np.concatenate(
            (
                np.diag(self.weights),
                moved[self.held_point, self.held_axis] * self.held_weight[:, None],
                ((moved[self.touching] - moved[self.touched]) * _TOUCH).reshape(-1, size),
                np.where(below, -moved[self.above, 1] * _UPWARDS, 0.0),
            )
        )

    def errors(self, posture: Posture) -> tuple[float, float]:
        """The worst contact and the worst touch, in hundredths of the body height."""
        points = posture.points
        held = np.abs(points[self.held_point, self.held_axis] - self.held_at)
        apart = np.linalg.norm(points[self.touching] - points[self.touched], axis=-1)
        return float(held.max(initial=0.0)), float(apart.max(initial=0.0))


def _weights(skeleton: Skeleton, touches: tuple[tuple[str, str], ...]) -> Floats:
    stiffness = skeleton.body.stiffness
    loose = {
        f"{angle}{one[-2:]}" for one, _ in touches for angle in stiffness.follow.get(skeleton.body.point(one).on, ())
    }
    rows, other = stiffness.rows, stiffness.other
    return np.array([rows.get(unsided(name), other) * (_LOOSE if name in loose else 1.0) for name in skeleton.angles])
