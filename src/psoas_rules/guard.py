"""The guard: every finished routine is checked again against the tables alone, whatever rules made it.

It reads the answers and the rows of the pack, not rules, firings or limits. So a fault in the rulebook, in an engine
or in assembly shows here as a disagreement, and the routine is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from psoas_rules.conditions import Value
from psoas_rules.errors import GuardError
from psoas_rules.outcomes import Dose, Routine, Step
from psoas_rules.pack import LEVELS, PHASES, Exercise, Limit, Pack


@attrs.frozen
class _Row:
    """What one condition forbids, as sets, and its limits."""

    fact: str
    properties: frozenset[str]
    exercises: frozenset[str]
    limits: tuple[Limit, ...]
    stops: bool
    cleared: str


class Guard:
    """Checks routines against the tables of one pack."""

    def __init__(self, pack: Pack) -> None:
        self.exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in pack.exercises}
        self.stopping_flags = tuple(
            f"red_flag.{flag.id}" for flag in pack.red_flags if flag.urgency not in ("modifier", "caution")
        )
        self.screened = tuple(
            [f"red_flag.{flag}" for group in pack.screen for flag in group.red_flags]
            + [f"condition.{condition}" for group in pack.screen for condition in group.conditions]
        )
        self.rows = tuple(
            _Row(
                f"condition.{row.id}",
                frozenset(row.excludes.properties),
                frozenset(row.excludes.exercises),
                row.limits,
                row.clearance in ("block", "clinician_first"),
                "" if row.clearance == "block" else f"cleared.{row.id}",
            )
            for row in pack.conditions
        )

    def check(self, routine: Routine, facts: Mapping[str, Value]) -> None:
        """Passes a sound routine in silence.

        Raises:
            GuardError: naming every disagreement with the tables.
        """
        found = tuple(self._disagreements(routine, facts))
        if found:
            raise GuardError(found)

    def _disagreements(self, routine: Routine, facts: Mapping[str, Value]) -> Iterator[str]:
        if LEVELS.index(routine.triage) > LEVELS.index("caution"):
            yield f"a routine at triage level {routine.triage}"
        for fact in self.screened:
            if fact not in facts:
                yield f"a routine although {fact} is not answered"
        for fact in self.stopping_flags:
            if facts.get(fact) is True:
                yield f"a routine although {fact} is present"
        present = [row for row in self.rows if facts.get(row.fact) is True]
        for row in present:
            if row.stops and facts.get(row.cleared) is not True:
                yield f"a routine although {row.fact} needs a clinician first"
        if routine.seconds > routine.minutes * 60:
            yield f"{routine.seconds} seconds do not fit {routine.minutes} minutes"
        order = [PHASES.index(step.phase) for step in routine.steps]
        if order != sorted(order):
            yield "the phases are out of order"
        for step in routine.steps:
            yield from self._step(step, present, facts)

    def _step(self, step: Step, present: list[_Row], facts: Mapping[str, Value]) -> Iterator[str]:
        exercise = self.exercises.get(step.exercise)
        if exercise is None:
            yield f"{step.exercise} is not in the pack"
            return
        if exercise.phase != step.phase:
            yield f"{step.exercise} does not belong to the phase {step.phase}"
        if exercise.availability == "supervised_only" and not (
            facts.get("preference.supervised") is True and facts.get(f"preference.wants.{exercise.id}") is True
        ):
            yield f"{step.exercise} is not for doing alone"
        wished = facts.get("preference.level_max")
        if isinstance(wished, int) and exercise.level > wished:
            yield f"{step.exercise} is above the level asked for"
        properties = set(exercise.properties)
        for row in present:
            forbidden = properties & row.properties
            if forbidden or exercise.id in row.exercises:
                yield f"{step.exercise} is forbidden with {row.fact}"
            for limit in row.limits:
                if self._scope(limit, exercise):
                    yield from _over(step, limit, exercise, row.fact)
        yield from _over_ceiling(step, exercise)

    @staticmethod
    def _scope(limit: Limit, exercise: Exercise) -> bool:
        return (
            (not limit.for_property or limit.for_property in exercise.properties)
            and (not limit.for_phase or limit.for_phase == exercise.phase)
            and (not limit.for_exercises or exercise.id in limit.for_exercises)
        )


def _over(step: Step, limit: Limit, exercise: Exercise, fact: str) -> Iterator[str]:
    dose = step.dose
    if limit.level_max is not None and exercise.level > limit.level_max and exercise.availability != "supervised_only":
        yield f"{step.exercise} is above level {limit.level_max} with {fact}"
    for most, given, what in (
        (limit.effort_max, dose.effort_max, "effort"),
        (limit.stretch_max, dose.stretch_max, "stretch"),
        (limit.sets_max, dose.sets, "sets"),
        (limit.hold_s_max, dose.hold_s, "hold"),
        (limit.hold_s_max, dose.hold_top_s, "hold to build up to"),
        (limit.days_max, dose.days_max, "days"),
    ):
        if most is not None and given is not None and given > most:
            yield f"{step.exercise} has {what} {given:g} above {most:g} with {fact}"


def _over_ceiling(step: Step, exercise: Exercise) -> Iterator[str]:
    dose: Dose = step.dose
    row = exercise.dose
    ceiling = row.ceiling
    sets = ceiling.sets if ceiling else row.sets
    reps = ceiling.reps if ceiling else row.reps_top
    hold = (ceiling.hold_s if ceiling else None) or row.hold_top_s or row.hold_s or 0
    if dose.sets + dose.extra_sets > sets:
        yield f"{step.exercise} has {dose.sets + dose.extra_sets} sets, over its ceiling of {sets}"
    if max(dose.reps, dose.reps_top) > reps:
        yield f"{step.exercise} has more repetitions than its ceiling of {reps}"
    if max(dose.hold_s or 0, dose.hold_top_s or 0) > hold:
        yield f"{step.exercise} is held longer than its ceiling of {hold:g} s"
