"""The ladder of an exercise: its amounts in order of work, from the least to the most that this person may do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

import attrs

from psoas_rules.dosing import resized, work_s
from psoas_rules.outcomes import Dose
from psoas_rules.pack import Exercise
from psoas_rules.programme.course import Rung
from psoas_rules.progression import ProgrammePlan


@attrs.frozen(eq=False)
class Ladder:
    """The amounts of one exercise for one person.

    Attributes:
        exercise: The exercise.
        start_dose: The dose to start with.
        rungs: The amounts, each with more work than the one before.
        start: Where the start dose stands among them.
        most_sets: The most sets that this person may do, with a set more on one side.
    """

    exercise: Exercise
    start_dose: Dose
    rungs: tuple[Rung, ...]
    start: int
    most_sets: int

    _known: dict[Rung, float] = attrs.field(factory=dict, init=False, repr=False)

    def work(self, rung: Rung) -> float:
        """The seconds of work of an amount, without a set more on one side."""
        found = self._known.get(rung)
        if found is None:
            found = self._known[rung] = _work(self.start_dose, rung)
        return found

    def place(self, rung: Rung) -> int:
        """Where an amount stands: the last rung with no more work; the lowest when all have more."""
        return self.at_most(self.work(rung))

    def at_most(self, work: float) -> int:
        """The last rung with at most so much work; the lowest when all have more."""
        places = [place for place, rung in enumerate(self.rungs) if self.work(rung) <= work]
        return places[-1] if places else 0


def _work(dose: Dose, rung: Rung) -> float:
    return work_s(resized(dose, sets=rung.sets, reps=rung.reps, hold_s=rung.hold_s))


def ladder(exercise: Exercise, dose: Dose, limits: Mapping[str, float], plan: ProgrammePlan) -> Ladder:
    """The ladder of an exercise.

    Repetitions are raised first, then holds, then sets. Only strengthening is raised: a stretch stays at its dose.

    Args:
        exercise: The exercise.
        dose: The dose to start with.
        limits: The limits on its dose.
        plan: The plan of the pack.
    """
    start = Rung(sets=dose.sets, reps=dose.reps, hold_s=dose.hold_s)
    below = _climbing(dose, _below(start, plan), most=_work(dose, start))
    above = _above(exercise, dose, limits, plan) if exercise.phase == "strengthening" else ()
    rungs = (*below, *_climbing(dose, (start, *above)))
    return Ladder(exercise, dose, rungs, len(below), _ceiling(exercise, dose, limits))


def _climbing(dose: Dose, rungs: Iterable[Rung], most: float = math.inf) -> tuple[Rung, ...]:
    """Those of the rungs that have more work than all before them, and less than the most."""
    kept: list[Rung] = []
    reached = 0.0
    for rung in rungs:
        work = _work(dose, rung)
        if reached < work < most:
            kept.append(rung)
            reached = work
    return tuple(kept)


def _below(start: Rung, plan: ProgrammePlan) -> Iterator[Rung]:
    """Smaller amounts, from one set of half the repetitions or half the hold on."""
    for sets in range(1, start.sets + 1):
        if start.hold_s is not None and start.reps == 1:
            least = math.ceil(max(min(start.hold_s, plan.number("shortest_hold_s")), start.hold_s / 2))
            for hold in range(least, math.ceil(start.hold_s), int(plan.number("hold_step_s"))):
                yield attrs.evolve(start, sets=sets, hold_s=hold)
            yield attrs.evolve(start, sets=sets)
        else:
            for reps in range(math.ceil(start.reps / 2), start.reps + 1):
                yield attrs.evolve(start, sets=sets, reps=reps)


def _above(exercise: Exercise, dose: Dose, limits: Mapping[str, float], plan: ProgrammePlan) -> Iterator[Rung]:
    reps = range(dose.reps, dose.reps_top + 1)
    holds = tuple(_holds(dose.hold_s, dose.hold_top_s, plan.number("hold_step_s")))
    # Repetitions come before holds, and both before sets.
    ways = [(count, holds[0]) for count in reps] + [(dose.reps_top, hold) for hold in holds[1:]]
    for sets in range(dose.sets, _most_sets(exercise, dose, limits, plan) + 1):
        if sets > dose.sets:
            # A set more with fewer repetitions is a smaller step than a whole set more.
            fewer = range(math.ceil(dose.reps / 2), dose.reps)
            yield from (Rung(sets=sets, reps=count, hold_s=dose.hold_s) for count in fewer)
        for count, hold in ways:
            yield Rung(sets=sets, reps=count, hold_s=hold)


def _holds(start: float | None, top: float | None, step: float) -> Iterator[float | None]:
    yield start
    if start is not None and top is not None:
        yield from (
            min(start + step * n, top)
            for n in itertools.takewhile(lambda n: start + step * (n - 1) < top, itertools.count(1))
        )


def _most_sets(exercise: Exercise, dose: Dose, limits: Mapping[str, float], plan: ProgrammePlan) -> int:
    """The most sets: a dose that was cut for this person is not raised by sets."""
    if limits.get("sets_factor", 1) < 1:
        return dose.sets
    most = min(_ceiling(exercise, dose, limits), int(plan.number("most_sets")))
    return max(dose.sets, most)


def _ceiling(exercise: Exercise, dose: Dose, limits: Mapping[str, float]) -> int:
    ceiling = exercise.dose.ceiling
    return int(min(ceiling.sets if ceiling else dose.sets, limits.get("sets_max", math.inf)))
