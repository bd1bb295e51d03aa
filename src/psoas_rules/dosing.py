"""From a start dose to this person's dose: the strictest of all limits whose scope fits, and the time it takes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import attrs

from psoas_rules.outcomes import Dose
from psoas_rules.pack import Exercise, Limit, Pack
from psoas_rules.trace import Side


@attrs.frozen
class DoseFloors:
    """What a reduced dose never goes below, as named constants of the pack."""

    hold_s: float

    @classmethod
    def of(cls, pack: Pack) -> DoseFloors:
        """The constants of this pack."""
        return cls(pack.constant("shortest_hold_s"))


def in_scope(limit: Limit, exercise: Exercise) -> bool:
    """Whether a limit is about this exercise."""
    return (
        (limit.for_property is None or limit.for_property in exercise.properties)
        and (limit.for_phase is None or limit.for_phase == exercise.phase)
        and (not limit.for_exercises or exercise.id in limit.for_exercises)
    )


def lowers(limit: Limit, exercise: Exercise) -> bool:
    """Whether a limit is below the start dose of this exercise, so that it matters."""
    row = exercise.dose
    pairs = (
        (limit.effort_max, row.effort),
        (limit.stretch_max, row.stretch),
        (limit.sets_max, row.sets),
        (limit.reps_max, row.reps_top),
        (limit.hold_s_max, row.hold_top_s or row.hold_s),
        (limit.days_max, row.days_max),
        (limit.sets_factor, 1 if row.sets > 1 else None),
        (limit.hold_factor, 1 if row.hold_s else None),
    )
    slower = limit.rest_factor is not None and limit.rest_factor > 1 and row.rest_s > 0
    return slower or any(cap is not None and start is not None and cap < start for cap, start in pairs)


@attrs.frozen(eq=False)
class Cap:
    """A limit with the rule behind it, ready for use.

    Attributes:
        limit: The limit.
        rule: Id of its rule.
        exercises: The exercises that it is about.
        changing: Those of them that it says something about, or gives less of than their start dose.
        too_hard: Those of them that are above its level.
        numbers: The numbers that it gives.
        general: Whether it is about every exercise.
    """

    limit: Limit
    rule: str
    exercises: frozenset[str]
    changing: frozenset[str]
    too_hard: frozenset[str]
    numbers: tuple[tuple[str, float], ...]
    general: bool

    @classmethod
    def of(cls, limit: Limit, rule: str, exercises: Iterable[Exercise]) -> Cap:
        """The limit of a rule."""
        about = [exercise for exercise in exercises if in_scope(limit, exercise)]
        changing = frozenset(one.id for one in about if limit.say or lowers(limit, one))
        given = ((name, getattr(limit, name)) for name in _NUMBERS)
        numbers = tuple((name, value) for name, value in given if value is not None)
        general = limit.for_property is None and limit.for_phase is None and not limit.for_exercises
        level = limit.level_max
        too_hard = frozenset(one.id for one in about if level is not None and one.level > level)
        return cls(limit, rule, frozenset(one.id for one in about), changing, too_hard, numbers, general)


_NUMBERS = (
    *("effort_max", "stretch_max", "sets_max", "reps_max", "hold_s_max", "days_max"),
    *("sets_factor", "hold_factor", "rest_factor"),
)


def strictest(caps: Iterable[Cap], known: Mapping[str, float]) -> dict[str, float]:
    """For each number, the strictest that is given or known: the longest rest, the least of anything else."""
    found = dict(known)
    for cap in caps:
        for name, value in cap.numbers:
            before = found.get(name)
            if before is None or (value > before if name == "rest_factor" else value < before):
                found[name] = value
    return found


def dose(
    exercise: Exercise,
    limits: Mapping[str, float],
    floors: DoseFloors,
    *,
    first_side: Side | None = None,
    extra_sets: int = 0,
) -> Dose:
    """The dose of an exercise under these limits, the strictest of each sort that are about it.

    A limit only ever lowers: more limits never give more sets, repetitions, hold or effort, nor less rest.
    """
    row = exercise.dose

    def lowest(name: str, start: float) -> float:
        return min(limits.get(name, start), start)

    sets = max(1, math.floor(row.sets * (lowest("sets_factor", 1.0) or 1.0)))
    sets = int(lowest("sets_max", sets) or 1)
    cap = limits.get("reps_max")
    reps, reps_top = (count if cap is None else min(count, int(cap)) for count in (row.reps, row.reps_top))
    hold_factor = lowest("hold_factor", 1.0) or 1.0
    hold_cap = limits.get("hold_s_max")
    hold = _hold(row.hold_s, hold_factor, hold_cap, floors)
    hold_top = _hold(row.hold_top_s, hold_factor, hold_cap, floors)
    rest_factor = max(limits.get("rest_factor", 1.0), 1.0)
    # Rests in steps of five seconds: nobody counts 58.5 of them.
    rest = math.ceil(row.rest_s * rest_factor / 5) * 5
    days = int(lowest("days_max", row.days_max) or 1)
    sides = 2 if row.per_side else 1
    most = lowest("sets_max", row.ceiling.sets if row.ceiling else sets) or sets
    room = max(0, int(most) - sets)
    extra = min(extra_sets, room) if row.per_side and first_side else 0
    bouts = sets * sides + extra
    each = row.move_s + (hold or 0)
    return Dose(
        sets=sets,
        reps=reps,
        reps_top=max(reps, reps_top),
        hold_s=hold,
        hold_top_s=hold_top,
        seconds_per_rep=each,
        rest_s=rest,
        relax_s=row.relax_s,
        per_side=row.per_side,
        first_side=first_side if row.per_side else None,
        extra_sets=extra,
        effort_max=None if row.effort is None else lowest("effort_max", row.effort),
        stretch_max=None if row.stretch is None else lowest("stretch_max", row.stretch),
        days_min=min(row.days_min, days),
        days_max=days,
        seconds=_tidy(bouts * reps * each + (bouts - 1) * rest),
    )


def resized(
    given: Dose, *, sets: int, reps: int, hold_s: float | None, extra_sets: int = 0, first_side: Side | None = None
) -> Dose:
    """The same dose with other counts; the times follow, and there is nothing left to build up to."""
    move_s = given.seconds_per_rep - (given.hold_s or 0)
    extra = extra_sets if given.per_side and first_side else 0
    bouts = sets * (2 if given.per_side else 1) + extra
    each = move_s + (hold_s or 0)
    return attrs.evolve(
        given,
        sets=sets,
        reps=reps,
        reps_top=reps,
        hold_s=hold_s,
        hold_top_s=hold_s,
        seconds_per_rep=each,
        first_side=first_side if given.per_side else None,
        extra_sets=extra,
        seconds=_tidy(bouts * reps * each + (bouts - 1) * given.rest_s),
    )


def work_s(given: Dose) -> float:
    """The seconds of a dose that are work: its repetitions with their holds, without the rests between."""
    bouts = given.sets * (2 if given.per_side else 1) + given.extra_sets
    return bouts * given.reps * given.seconds_per_rep


def _hold(start: float | None, factor: float, cap: float | None, floors: DoseFloors) -> float | None:
    if start is None:
        return None
    held = start if factor == 1.0 else max(min(start, floors.hold_s), math.floor(start * factor))
    return _tidy(held if cap is None else min(held, cap))


def _tidy(number: float) -> float:
    return int(number) if number == int(number) else round(number, 1)
