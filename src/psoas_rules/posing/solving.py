"""From wishes to a posture that touches what it must touch.

Angles are wishes, contacts are law. The solver looks for the angles nearest to the wishes with which every contact is
true, within the ranges of the joints and above the floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from psoas_rules.posing.body import Body
from psoas_rules.posing.descent import Demand, descend
from psoas_rules.posing.poses import Contact, Pose, Stance
from psoas_rules.posing.problem import Problem
from psoas_rules.posing.skeleton import Floats, Skeleton

_MIDDLE: Final = 0.05
"""A point so near to the middle plane of the body is not held sideways."""


@attrs.frozen(kw_only=True, eq=False)
class Frame:
    """One moment of a movement, solved.

    Attributes:
        points: Every point of the body by name: forwards, up, to the right, in hundredths of the body height.
        turns: For every segment by name, its axes (forwards, up, right) as the columns of three rows.
        angles: Every angle by name, in degrees; the place of the body is `x`, `y`, `z`.
        contact_error: How far the worst contact is from true, in hundredths of the body height.
        touch_error: How far the worst touch is from true, in hundredths of the body height.
    """

    points: Mapping[str, tuple[float, float, float]]
    turns: Mapping[str, tuple[tuple[float, float, float], ...]]
    angles: Mapping[str, float]
    contact_error: float
    touch_error: float


@attrs.frozen(kw_only=True, eq=False)
class Solved:
    """A movement from its start to its end.

    Attributes:
        exercise: The exercise that it shows.
        frames: Its moments, the start first.
    """

    exercise: str
    frames: tuple[Frame, ...]

    @property
    def contact_error(self) -> float:
        """The worst contact error of all frames."""
        return max(frame.contact_error for frame in self.frames)


def solve(pose: Pose, body: Body, frames: int = 7) -> Solved:
    """The movement of one exercise, the same each time.

    Args:
        pose: What the pose file says.
        body: The body that does it.
        frames: How many moments, start and end among them; at least 2.
    """
    return Solver(body).solve(pose, frames)


class Solver:
    """Finds postures for one body.

    Args:
        body: The body.
    """

    def __init__(self, body: Body) -> None:
        self.skeleton = Skeleton(body)
        ranges = np.array([body.range_of(name) for name in self.skeleton.angles])
        self._low, self._high = ranges[:, 0], ranges[:, 1]

    def solve(self, pose: Pose, frames: int = 7) -> Solved:
        """The movement of one exercise; see `solve`."""
        start = self._problem(pose.start)
        first = self._settle(start, start.wishes)
        still = self._where(pose, first)
        # Where the end names a height for a point that stays, it is that height.
        held = {name: attrs.evolve(at, y=pose.end.contacts.get(name, at).y) for name, at in still.items()}
        end_stance = attrs.evolve(pose.end, contacts={**pose.end.contacts, **held})
        end = self._problem(end_stance)
        last = self._settle(end, end.wishes)
        made = [self._frame(start, first)]
        for number in range(1, frames - 1):
            part = number / (frames - 1)
            part = part * part * (3 - 2 * part)  # slow at either end
            between = self._between(pose.start, end_stance, (first, last), part, still)
            # Who keeps still keeps still in between, too.
            values = first if np.allclose(first, last) else self._settle(between, between.wishes)
            made.append(self._frame(between, values))
        return Solved(exercise=pose.exercise, frames=(*made, self._frame(end, last)))

    def _problem(self, stance: Stance) -> Problem:
        wishes = np.array([stance.angles.get(name, 0.0) for name in self.skeleton.angles], float)
        return Problem(self.skeleton, wishes, stance.contacts, stance.touches)

    def _where(self, pose: Pose, first: Floats) -> dict[str, Contact]:
        """Where the points that stay are at the start."""
        points = self.skeleton.place(first).points
        found = {}
        for name in pose.keep:
            x, y, z = map(float, points[self.skeleton.point_index[name]])
            found[name] = Contact(x=x, y=y, z=z if abs(z) > _MIDDLE else None)
        return found

    def _between(
        self, start: Stance, end: Stance, ends: tuple[Floats, Floats], part: float, still: Mapping[str, Contact]
    ) -> Problem:
        """Part of the way: angles in between, contacts that start and end share, and what stays where it is."""
        first, last = ends
        contacts = {
            name: _mixed(start.contacts[name], aim, part)
            for name, aim in end.contacts.items()
            if name in start.contacts
        }
        touches = tuple(pair for pair in start.touches if pair in end.touches)
        return Problem(self.skeleton, first + (last - first) * part, {**contacts, **still}, touches)

    def _settle(self, problem: Problem, begin: Floats) -> Floats:
        """The posture nearest to what the problem asks for, looked for from a first guess."""
        demand = Demand(state=self.skeleton.place, misses=problem.misses, rates=problem.rates)
        return descend(demand, begin, self._low, self._high)

    def _frame(self, problem: Problem, values: Floats) -> Frame:
        posture = self.skeleton.place(values)
        contact, touch = problem.errors(posture)
        return Frame(
            points=_by_name(self.skeleton.points, posture.points),
            turns=_by_name((segment.name for segment in self.skeleton.segments), posture.turns),
            angles=_by_name(self.skeleton.angles, values),
            contact_error=contact,
            touch_error=touch,
        )


def _by_name(names: Iterable[str], values: Floats) -> Mapping[str, Any]:
    """What stands at each name, as plain numbers."""
    return MappingProxyType(dict(zip(names, map(_plain, values.tolist()), strict=True)))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _mixed(start: Contact, end: Contact, part: float) -> Contact:
    """A contact part of the way from one to the other; what either leaves open stays open."""

    def mix(one: float | None, other: float | None) -> float | None:
        return None if one is None or other is None else one * (1 - part) + other * part

    return Contact(x=mix(start.x, end.x), y=mix(start.y, end.y), z=mix(start.z, end.z))
