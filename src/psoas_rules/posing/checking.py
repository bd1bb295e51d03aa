"""Mechanical checks: could a body do this, does it touch what it should, and is the right equipment drawn?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import numpy as np

from psoas_rules.pack import Exercise, Pack
from psoas_rules.posing.body import PLACE, Body, sided, unsided
from psoas_rules.posing.findings import Finding
from psoas_rules.posing.poses import Pose
from psoas_rules.posing.skeleton import Floats
from psoas_rules.posing.solids import solids_of
from psoas_rules.posing.solving import Solved

_SAMPLES: Final = 9
"""Places along a capsule that are looked at; with rods this thick, what lies between is never far from one."""

_NEARLY: Final = 1e-6

MechanicalCheck: TypeAlias = Callable[[Pose, Solved, Body], Iterator[Finding]]


def check_figure(pose: Pose, solved: Solved, body: Body, pack: Pack) -> tuple[Finding, ...]:
    """Everything mechanical that is amiss with a figure.

    Args:
        pose: Its pose file.
        solved: The movement.
        body: The body.
        pack: The pack with the exercise that it shows.

    Raises:
        KeyError: if the pack has no such exercise.
    """
    exercise = {row.id: row for row in pack.exercises}[pose.exercise]
    found = [finding for check in CHECKS for finding in check(pose, solved, body)]
    return (*found, *_equipment(pose, body, pack, exercise))


def _ranges(_: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """Joints go no further than they can."""
    for number, frame in enumerate(solved.frames):
        for name, value in frame.angles.items():
            low, high = (float("-inf"), float("inf")) if name in PLACE else body.range_of(name)
            over = max(low - value, value - high)
            if over > _NEARLY:
                message = f"'{name}' is {value:.0f} degrees; the joint goes from {low:g} to {high:g}"
                yield Finding(exercise=solved.exercise, code="range", message=message, frame=number, amount=over)


def _contacts(_: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """Contacts and touches are true."""
    for code, most, errors in (
        ("contact", body.limits.contact, [frame.contact_error for frame in solved.frames]),
        ("touch", body.limits.touch, [frame.touch_error for frame in solved.frames]),
    ):
        worst = int(np.argmax(errors))
        if errors[worst] > most:
            message = (
                f"a {code} is off by {errors[worst]:.1f} % of the body height, more than {most:g}; "
                f"wish for angles that reach it, or free it"
            )
            yield Finding(exercise=solved.exercise, code=code, message=message, frame=worst, amount=errors[worst])


def _floor(_: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """Nothing is below the floor."""
    for name in body.point_names:
        point = body.point(name)
        depths = [point.rest - frame.points[name][1] for frame in solved.frames]
        worst = int(np.argmax(depths))
        if point.floor and depths[worst] > body.limits.below_floor:
            message = f"'{name}' is {depths[worst]:.1f} below the floor; put it on the floor or bend a joint"
            yield Finding(
                exercise=solved.exercise, code="below-floor", message=message, frame=worst, amount=depths[worst]
            )


def _parts(pose: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """No part of the body is inside another one. What is placed on another part may press a little deeper."""
    rods = _Rods(solved, body)
    placed = {frozenset(body.limb_of(segment) for segment in pair) for pair in _placed(pose, body)}
    for rule in body.shape.apart:
        told: set[frozenset[str]] = set()
        for one, other in ((a, b) for a in rods.full(rule.parts) for b in rods.full(rule.others)):
            if rods.limb(one) == rods.limb(other) or frozenset((one, other)) in told:
                continue
            told.add(frozenset((one, other)))
            depths = rods.overlap(one, other)
            worst = int(np.argmax(depths))
            joined = frozenset((rods.limb(one), rods.limb(other))) in placed
            give = rule.give + (body.shape.touch_give if joined else 0)
            if depths[worst] > give:
                message = f"'{one}' is {depths[worst]:.1f} inside '{other}', more than {give:g}; move it out"
                yield Finding(
                    exercise=solved.exercise, code="inside", message=message, frame=worst, amount=float(depths[worst])
                )


def _placed(pose: Pose, body: Body) -> Iterator[tuple[str, str]]:
    """The pairs of segments that the pose file places on each other."""
    for stance in (pose.start, pose.end):
        on = [tuple(body.segment_of(point) for point in pair) for pair in stance.touches]
        yield from ((one, other) for one, other in on)
        # Two hands that hold the same knee hold each other.
        yield from ((one, two) for one, other in on for two, another in on if one != two and other == another)


def _props(pose: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """No part of the body is inside a hard thing."""
    rods = _Rods(solved, body)
    for prop in pose.props:
        for name in rods.full(tuple(body.shape.rows)):
            places, radii = rods.along(name)
            depths = np.full(len(solved.frames), -np.inf)
            for solid in solids_of((prop,), side=solved.frames[0].points["pelvis"][0]):
                if solid.hard:
                    depths = np.maximum(depths, (radii - solid.outside(places)).max(axis=-1))
            worst = int(np.argmax(depths))
            if depths[worst] > body.shape.prop_give:
                message = f"'{name}' is {depths[worst]:.1f} inside the {prop.name}; move one of them"
                yield Finding(
                    exercise=solved.exercise, code="in-prop", message=message, frame=worst, amount=float(depths[worst])
                )


def _slides(pose: Pose, solved: Solved, body: Body) -> Iterator[Finding]:
    """What is on the floor at the start and at the end stays where it is, or an arrow says that it moves."""
    first, last = solved.frames[0].points, solved.frames[-1].points
    if pose.row.single:
        return
    shown = {arrow.of[-2:] for arrow in pose.row.arrows if arrow.of}
    for name in pose.start.contacts:
        if name not in pose.end.contacts or not body.point(name).pair or name[-2:] in shown:
            continue
        one, other = pose.start.contacts[name], pose.end.contacts[name]
        way = float(np.hypot(first[name][0] - last[name][0], first[name][2] - last[name][2]))
        if one == other and one.x is None and way > body.limits.slide:
            message = f"'{name}' slides by {way:.1f} while it rests; keep it, say where it goes or draw an arrow"
            yield Finding(exercise=solved.exercise, code="slides", message=message, amount=way)


def _equipment(pose: Pose, body: Body, pack: Pack, exercise: Exercise) -> Iterator[Finding]:
    """What the exercise needs is drawn, and nothing is drawn that people may not have at home and do not need."""
    stands_for = {prop.name: set(body.props.rows[prop.name]) for prop in pose.props}
    drawn = set().union(*stands_for.values()) if stands_for else set()
    for group in exercise.needs:
        if not drawn & set(group):
            message = f"the exercise needs {' or '.join(group)}, and none is drawn"
            yield Finding(exercise=exercise.id, code="not-drawn", message=message)
    needed = {name for group in exercise.needs for name in group}
    usual = {name for name, row in pack.vocabulary.equipment.items() if row.usual}
    for prop, names in stands_for.items():
        if names and not names & (needed | usual):
            message = f"a {prop} is drawn, and the exercise needs none; take it away, or add it to what it needs"
            yield Finding(exercise=exercise.id, code="not-needed", message=message)


class _Rods:
    """The capsules of the body in every frame of a movement."""

    def __init__(self, solved: Solved, body: Body) -> None:
        self._solved = solved
        self._body = body

    def full(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The capsules by their full names."""
        rows = self._body.shape.rows
        return tuple(full for name in names for full in sided(name, pair=rows[name].pair))

    def limb(self, name: str) -> str:
        """The arm or leg that a capsule belongs to, by the name of its first segment."""
        row = self._body.shape.rows[unsided(name)]
        return self._body.limb_of(self._body.segment_of(row.start + (name[-2:] if row.pair else "")))

    def along(self, name: str) -> tuple[Floats, Floats]:
        """Places along a capsule in every frame, (frame, place, 3), and how thick it is at each."""
        row = self._body.shape.rows[unsided(name)]
        side = name[-2:] if row.pair else ""
        ends = np.array(
            [[frame.points[f"{point}{side}"] for point in (row.start, row.end)] for frame in self._solved.frames]
        )
        part = np.linspace(0, 1, _SAMPLES)
        places: Floats = ends[:, :1] * (1 - part)[:, None] + ends[:, 1:] * part[:, None]
        first, last = row.radii
        return places, first * (1 - part) + last * part

    def overlap(self, one: str, other: str) -> Floats:
        """How deep two capsules are inside each other in every frame; less than nought apart."""
        (places, radii), (others, other_radii) = self.along(one), self.along(other)
        far = np.linalg.norm(places[:, :, None] - others[:, None], axis=-1)
        deep: Floats = (radii[:, None] + other_radii - far).max(axis=(1, 2))
        return deep


CHECKS: Final[tuple[MechanicalCheck, ...]] = (_ranges, _contacts, _floor, _parts, _props, _slides)
"""Every mechanical check that needs the movement alone."""
