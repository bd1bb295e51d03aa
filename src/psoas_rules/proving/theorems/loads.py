"""Nobody gets more than they may: by the list of requirements, and by the ceilings of exercises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

import z3

from psoas_rules.dosing import in_scope
from psoas_rules.invariants import Invariant, condition_of
from psoas_rules.pack import Exercise, Limit
from psoas_rules.proving.theorems.claims import Bench, Claim, Group
from psoas_rules.proving.values import THOUSANDTHS, some

SETS: Final = ("sets", "extra_sets")
"""The numbers of a dose that count together."""

_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "effort_max": ("effort_max",),
    "stretch_max": ("stretch_max",),
    "sets_max": SETS,
    "reps_max": ("reps_top",),
    "hold_s_max": ("hold_top_s", "hold_s"),
    "days_max": ("days_max",),
}
"""For each number of a limit, the numbers of a dose that it is about."""


def limits(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """Nobody gets an exercise of a higher level, or more of one, than the list of requirements allows."""
    del invariant
    claims: list[Claim] = []
    for must in bench.stated.limits:
        when = bench.answered(condition_of(must))
        title = must.because or must.id
        for limit in must.most:
            claims += within(bench, must.id, title, when, limit)
    yield Group((bench.world,), tuple(claims))


def within(bench: Bench, key: str, title: str, when: z3.BoolRef, limit: Limit) -> Iterator[Claim]:
    """No exercise in the scope of the limit is above it, for those of whom `when` holds."""
    for row in bench.pack.exercises:
        if not in_scope(limit, row):
            continue
        if limit.level_max is not None and row.level > limit.level_max:
            yield Claim(
                key,
                f"{title}: nothing above level {limit.level_max}; '{row.name}' has level {row.level}.",
                **bench.stepping(row.id, when),
                step=row.id,
                expect={"outcome": "routine", "lacks_steps": [row.id]},
            )
        for number, fields in _NUMBERS.items():
            most = getattr(limit, number)
            over = over_most(bench, row, fields, most) if most is not None else None
            if over is not None:
                says = f"{title}: '{row.name}' has {_said(number, most)}."
                yield Claim(key, says, **bench.stepping(row.id, when, over), step=row.id, most=(fields, most))


def over_most(bench: Bench, row: Exercise, fields: tuple[str, ...], most: float) -> z3.BoolRef | None:
    """Whether a number of the dose is above the most; None where the exercise has no such number."""
    bound = int(Fraction(str(most)) * THOUSANDTHS)
    numbers = [number for field in fields if (number := bench.world.dose(row.id, field)) is not None]
    if not numbers:
        return None
    if fields == SETS:
        return z3.Sum(numbers) > bound
    return some(number > bound for number in numbers)


def _said(number: str, most: float) -> str:
    what = {
        "effort_max": "an effort of {} at most",
        "stretch_max": "a stretch of {} at most",
        "sets_max": "no more sets than {}",
        "reps_max": "{} repetitions at most",
        "hold_s_max": "a hold of {} seconds at most",
        "days_max": "{} days a week at most",
    }
    return what[number].format(f"{most:g}")


def ceilings(bench: Bench, invariant: Invariant) -> Iterator[Group]:
    """No dose is above the ceiling of its exercise, or its start dose where it has none, or the most of all."""
    world, claims = bench.world, []
    for row in bench.pack.exercises:
        limits = [_ceiling(row), *(limit for limit in invariant.most if in_scope(limit, row))]
        claims += [claim for limit in limits for claim in _under(bench, row, limit)]
    yield Group((world,), tuple(claims))


def _under(bench: Bench, row: Exercise, limit: Limit) -> Iterator[Claim]:
    for number, fields in _NUMBERS.items():
        most = getattr(limit, number)
        over = over_most(bench, row, fields, most) if most is not None else None
        if over is not None:
            says = f"'{row.name}' has {_said(number, most)}."
            yield Claim(row.id, says, **bench.stepping(row.id, over), step=row.id, most=(fields, most))


def _ceiling(row: Exercise) -> Limit:
    """The ceiling of an exercise as a limit."""
    dose, ceiling = row.dose, row.dose.ceiling
    return Limit(
        sets_max=ceiling.sets if ceiling else dose.sets,
        reps_max=ceiling.reps if ceiling else dose.reps_top,
        hold_s_max=(ceiling.hold_s if ceiling else None) or dose.hold_top_s or dose.hold_s,
        days_max=7,
        effort_max=dose.effort,
        stretch_max=dose.stretch,
    )
