"""What somebody may want to bring about."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import name_key
from psoas_rules.outcomes import Outcome, ProfileKind, Referral, Routine, Screening, Step
from psoas_rules.pack import LEVELS, Pack
from psoas_rules.pack import Level as LevelName
from psoas_rules.reasons import UnknownNameError
from psoas_rules.recommender import Recommender

DoseField: TypeAlias = Literal["sets", "reps", "reps_top", "hold_s", "hold_top_s", "days_max", "seconds"]
"""A field of a dose of which there can be more."""

_FIELDS: Final[dict[DoseField, str]] = {
    "sets": "sets",
    "reps": "repetitions",
    "reps_top": "repetitions to build up to",
    "hold_s": "seconds of hold",
    "hold_top_s": "seconds of hold to build up to",
    "days_max": "days a week",
    "seconds": "seconds",
}


@attrs.frozen
class AnyRoutine:
    """There is a routine, whatever is in it."""

    def __str__(self) -> str:
        return "a routine"


@attrs.frozen
class Include:
    """There is a routine with this exercise in it, given by id or by any of its names."""

    exercise: str
    name: str = attrs.field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        return f"a routine with {self.name or self.exercise}"


@attrs.frozen
class Exclude:
    """There is a routine without this exercise."""

    exercise: str
    name: str = attrs.field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        return f"a routine without {self.name or self.exercise}"


@attrs.frozen
class Pattern:
    """There is a routine for this pattern."""

    kind: ProfileKind

    def __str__(self) -> str:
        return f"a routine for the pattern '{self.kind}'"


@attrs.frozen
class Level:
    """Nothing is more urgent than this: for `ok` and `caution` a routine, above that at most a referral so urgent.

    Where safety questions are open now, only a routine counts: getting worse is no way to settle them.
    """

    level: LevelName

    def __str__(self) -> str:
        return f"nothing more urgent than '{self.level}'"


@attrs.frozen
class MoreOf:
    """There is a routine with more of this exercise than now: more than none of it, where it is not in."""

    exercise: str
    field: DoseField = "sets"
    name: str = attrs.field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        return f"more {_FIELDS[self.field]} of {self.name or self.exercise}"


Goal: TypeAlias = AnyRoutine | Include | Exclude | Pattern | Level | MoreOf


def known_goal(goal: Goal, recommender: Recommender) -> Goal:
    """The goal with its exercise by id.

    Raises:
        UnknownNameError: if the pack has no such exercise; it tells the nearest name.
    """
    if not isinstance(goal, Include | Exclude | MoreOf):
        return goal
    found = recommender.lexicon.exercises.get(name_key(goal.exercise))
    if found is None:
        known = [name for row in recommender.pack.exercises for name in (row.id, row.name, *row.aliases)]
        raise UnknownNameError(f"no exercise is called {show(goal.exercise)}{nearest(goal.exercise, known)}")
    name = next(row.name for row in recommender.pack.exercises if row.id == found)
    return attrs.evolve(goal, exercise=found, name=name)


def is_beyond(goal: Goal, before: Outcome, pack: Pack) -> bool:
    """Whether no answers at all can bring it about: limits only lower a dose, so none is above the start dose."""
    if not isinstance(goal, MoreOf) or goal.field == "seconds":
        return False
    row = next(row.dose for row in pack.exercises if row.id == goal.exercise)
    most = max(row.reps, row.reps_top) if goal.field == "reps_top" else getattr(row, goal.field) or 0
    return _amount(before, goal.exercise, goal.field) >= most


def is_met(goal: Goal, outcome: Outcome, before: Outcome) -> bool:
    """Whether an outcome is what was wanted.

    Args:
        goal: What was wanted, with its exercise by id.
        outcome: The outcome.
        before: The outcome as it is now.
    """
    match goal, outcome:
        case Level(level), Routine(triage=triage):
            return LEVELS.index(triage) <= LEVELS.index(level)
        case Level(level), Referral(urgency=urgency):
            return not isinstance(before, Screening) and LEVELS.index(urgency) <= LEVELS.index(level)
        case AnyRoutine(), Routine():
            return True
        case Include(name), Routine():
            return _step(outcome, name) is not None
        case Exclude(name), Routine():
            return _step(outcome, name) is None
        case Pattern(kind), Routine():
            return outcome.profile.kind == kind
        case MoreOf(name, field), Routine():
            return _amount(outcome, name, field) > _amount(before, name, field)
    return False


def _step(outcome: Outcome, name: str) -> Step | None:
    steps = outcome.steps if isinstance(outcome, Routine) else ()
    return next((step for step in steps if step.exercise == name), None)


def _amount(outcome: Outcome, name: str, field: DoseField) -> float:
    step = _step(outcome, name)
    return 0 if step is None else getattr(step.dose, field) or 0
