"""One moment of a movement among its props, and what can be asked of it."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from psoas_rules.posing.body import SIDES, Body, sided, unsided
from psoas_rules.posing.poses import Pose
from psoas_rules.posing.skeleton import Floats
from psoas_rules.posing.solids import Solid, solids_of, support
from psoas_rules.posing.solving import Frame

_TRUNK: Final = ("pelvis", "waist", "mid", "chest", "neckbase")
"""From below: seat, low back, lower ribs, upper ribs."""

_SAMPLES: Final = 10


class Scene:
    """A solved frame among what is drawn with it.

    Args:
        frame: The frame.
        pose: The pose file that it comes from.
        body: The body.
    """

    def __init__(self, frame: Frame, pose: Pose, body: Body) -> None:
        self.frame = frame
        self.pose = pose
        self.body = body
        self.solids: tuple[Solid, ...] = solids_of(pose.props, side=frame.points["pelvis"][0])

    def at(self, point: str) -> Floats:
        """Where a point is."""
        return np.array(self.frame.points[point])

    def height(self, point: str) -> float:
        """How high a point is above the floor."""
        return self.frame.points[point][1]

    def angle(self, name: str) -> float:
        """An angle in degrees."""
        return self.frame.angles[name]

    def up(self, segment: str) -> float:
        """How far the segment stands up: 1 upright, 0 lying, -1 upside down."""
        return self.frame.turns[segment][1][1]

    def facing(self, segment: str) -> float:
        """Where the front of the segment looks: 1 up, -1 down."""
        return self.frame.turns[segment][1][0]

    def sideways(self, segment: str) -> float:
        """How far the segment lies on a side: 1 on the left one, -1 on the right one, 0 on neither."""
        return self.frame.turns[segment][1][2]

    @cached_property
    def _above(self) -> dict[str, float]:
        names = list(self.frame.points)
        places = np.array([self.frame.points[name] for name in names])
        gaps = places[:, 1] - support(self.solids, places)
        return {name: float(gap) - self.body.point(name).rest for name, gap in zip(names, gaps, strict=True)}

    def gap(self, point: str) -> float:
        """How far this part of the body is above the floor, or above what stands under it."""
        return self._above[point]

    def rests(self, *points: str) -> tuple[str, ...]:
        """Those of the points, on either side, that rest on the floor or on what stands under them."""
        near = self.body.tags.rests_within
        full = [name for point in points for name in self.names(point)]
        return tuple(name for name in full if abs(self.gap(name)) < near)

    def names(self, point: str) -> tuple[str, ...]:
        """The full names of a point."""
        return (point,) if point in self.frame.points else sided(unsided(point), pair=True)

    def on_floor(self, point: str) -> bool:
        """Whether a point rests on the floor, or on something low upon it, and not on a bed or a chair."""
        under = self.height(point) - self.body.point(point).rest - self.gap(point)
        return bool(self.rests(point)) and under < self.body.tags.low_support

    def either(self, name: str) -> tuple[float, ...]:
        """An angle on either side."""
        return tuple(self.frame.angles[f"{name}_{side}"] for side in SIDES)

    def uses(self, *props: str) -> bool:
        """Whether one of these props is drawn."""
        return any(prop.name in props for prop in self.pose.props)

    def touched(self, *props: str) -> tuple[str, ...]:
        """The points whose part of the body touches one of these props."""
        near = self.body.tags.touches_within
        names = list(self.frame.points)
        places = np.array([self.frame.points[name] for name in names])
        rest = np.array([self.body.point(name).rest for name in names])
        hit = np.zeros(len(names), bool)
        for solid in self.solids:
            if solid.name in props:
                hit |= solid.outside(places) - rest < near
        return tuple(name for name, one in zip(names, hit, strict=True) if one)

    def nearest_on_trunk(self, *props: str) -> str | None:
        """The part of the trunk that is nearest to one of these props, by the point that it begins at."""
        line = [np.array(self.frame.points[name]) for name in _TRUNK]
        part = np.linspace(0, 1, _SAMPLES, endpoint=False)[:, None]
        places = np.concatenate([one * (1 - part) + other * part for one, other in pairwise(line)])
        far = [solid.outside(places) for solid in self.solids if solid.name in props]
        return _TRUNK[int(np.argmin(np.min(far, axis=0))) // _SAMPLES] if far else None
