"""The guard: every finished outcome is checked again before it leaves.

It looks at the rows of the pack and at the answers, not at firings, folded conclusions or limits. So a fault in an
engine, in a stage or in assembly shows here as a disagreement, and the outcome is withheld. For the rows of the tables
it does not rely on the rules that were made from them either. Excluding rules, follow-ups of conditions and signs that
count as a condition are read with the plain evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import Final

import attrs

from psoas_rules.conditions import Condition, Value, facts_read, holds
from psoas_rules.dosing import DoseFloors
from psoas_rules.errors import GuardError
from psoas_rules.kit import Kit
from psoas_rules.memory import Memory
from psoas_rules.outcomes import Referral, Routine, Screening, Step
from psoas_rules.pack import LEVELS, PHASES, ConditionRow, Exercise, Level, Limit
from psoas_rules.rulebook import Rule

MOST_PASSED: Final = 1_024
"""Sessions that are known to be sound, and conditions that are known to hold or not, at the most."""


_TIDY: Final = 0.06
"""How far rounded seconds may be off."""


@attrs.frozen(eq=False)
class _Row:
    """What one condition forbids and limits, as its row says.

    Attributes:
        fact: The condition.
        forbidden: The exercises that it forbids, by name or by a property.
        limits: For each exercise that it limits, the limits.
        stops: Whether a clinician must be asked first.
        cleared: The fact that says that one was; empty when that changes nothing.
    """

    fact: str
    forbidden: frozenset[str]
    limits: Mapping[str, tuple[Limit, ...]]
    stops: bool
    cleared: str

    @classmethod
    def of(cls, row: ConditionRow, exercises: Iterable[Exercise]) -> _Row:
        """What a row of the table means for these exercises."""
        limits = {one.id: tuple(limit for limit in row.limits if _scope(limit, one)) for one in exercises}
        return cls(
            f"condition.{row.id}",
            _forbidden(exercises, row.excludes.properties, row.excludes.exercises, ()),
            {exercise: those for exercise, those in limits.items() if those},
            row.clearance in ("block", "clinician_first"),
            "" if row.clearance == "block" else f"cleared.{row.id}",
        )


@attrs.frozen(eq=False)
class _Excluding:
    """A rule that excludes something: when, and which exercises that forbids."""

    rule: str
    when: Condition
    forbidden: frozenset[str]


@attrs.frozen(eq=False)
class _Looked:
    """A step that was looked at by itself: what is wrong with it, and the time that it takes."""

    step: Step
    wrong: tuple[str, ...]
    seconds: float


class _Watched:
    """Conditions that are read with the plain evaluator, each only when one of its facts is not as usual.

    Args:
        conditions: The conditions.
        usual: The facts of somebody who denies every safety question and says nothing else.
        remember: Whether to keep what held for which values.
    """

    def __init__(self, conditions: Iterable[Condition], usual: Mapping[str, Value], *, remember: bool) -> None:
        self._conditions = tuple((condition, facts_read(condition)) for condition in conditions)
        self._reading: dict[str, tuple[int, ...]] = {}
        for position, (_, facts) in enumerate(self._conditions):
            for fact in facts:
                self._reading[fact] = (*self._reading.get(fact, ()), position)
        self._as_usual = frozenset(
            position for position, (condition, _) in enumerate(self._conditions) if holds(condition, usual)
        )
        self._known: Memory[tuple[bool]] = Memory(MOST_PASSED if remember else 0)

    def forget(self) -> None:
        """Empties what is kept."""
        self._known.forget()

    def hold(self, facts: Mapping[str, Value], unusual: Iterable[str]) -> list[int]:
        """Positions of the conditions that hold, ascending.

        Args:
            facts: What is known.
            unusual: Every fact that differs from the usual, known or not.
        """
        reading = self._reading
        touched = {position for fact in unusual if fact in reading for position in reading[fact]}
        if not touched:
            return sorted(self._as_usual)
        return sorted([*(self._as_usual - touched), *[one for one in touched if self._holds(one, facts)]])

    def _holds(self, position: int, facts: Mapping[str, Value]) -> bool:
        condition, read = self._conditions[position]
        question = (position, *[facts.get(fact) for fact in read])
        found = self._known.get(question)
        if found is None:
            found = (holds(condition, facts),)
            self._known.put(question, found)
        return found[0]


class Guard:
    """Checks routines against one pack.

    Args:
        kit: The tables of the pack.
    """

    def __init__(self, kit: Kit) -> None:
        book, remember = kit.compiled.book, kit.compiled.remember
        pack = book.pack
        self.kit = kit
        self.exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in pack.exercises}
        self.supervised = frozenset(one.id for one in pack.exercises if one.availability == "supervised_only")
        self.stopping_flags = frozenset(
            f"red_flag.{flag.id}" for flag in pack.red_flags if flag.urgency not in ("modifier", "caution")
        )
        self.urgencies: Mapping[str, Level] = {
            f"red_flag.{flag.id}": flag.urgency for flag in pack.red_flags if flag.urgency != "modifier"
        }
        self.screened = tuple(
            [f"red_flag.{flag}" for group in pack.screen for flag in group.red_flags]
            + [f"condition.{condition}" for group in pack.screen for condition in group.conditions]
        )
        self.screened_facts = frozenset(self.screened)
        self.rows = {f"condition.{row.id}": _Row.of(row, pack.exercises) for row in pack.conditions}
        self.excluding = tuple(
            excluding
            for rule in book.rules
            if rule.id not in self.rows and (excluding := _excluding(rule, pack.exercises)) is not None
        )
        pointing = [(rule.when, c.subject) for rule in book.rules for c in rule.then if c.kind == "treat_as"]
        self.pointed = tuple(f"condition.{subject}" for _, subject in pointing)
        denied: dict[str, Value] = dict.fromkeys(self.screened, False)
        self.watched_pointing = _Watched([when for when, _ in pointing], denied, remember=remember)
        self.watched_excluding = _Watched([one.when for one in self.excluding], denied, remember=remember)
        self.passed: Memory[tuple[tuple[Step, ...], float]] = Memory(MOST_PASSED if remember else 0)
        self.looked: Memory[_Looked] = Memory(MOST_PASSED if remember else 0)

    def forget(self) -> None:
        """Empties what is kept of earlier checks."""
        for part in (self.watched_pointing, self.watched_excluding, self.passed, self.looked):
            part.forget()

    def check(self, routine: Routine, facts: Mapping[str, Value], found: Mapping[str, Value]) -> None:
        """Passes a sound routine in silence.

        Args:
            routine: The finished routine.
            facts: The answers, as they came in.
            found: The same with what the stages found.

        Raises:
            GuardError: naming every disagreement.
        """
        screened = self.screened_facts
        given = {fact: value for fact, value in facts.items() if value is not False or fact not in screened}
        unanswered = [] if screened <= facts.keys() else [fact for fact in self.screened if fact not in facts]
        pointing = self.watched_pointing.hold(facts, (*given, *unanswered))
        pointed = {self.pointed[position]: True for position in pointing}
        present = [row for fact, row in self.rows.items() if fact in pointed or facts.get(fact) is True]
        known = {**found, **pointed} if pointed else found
        found_out = [fact for fact, value in known.items() if facts.get(fact) is not value]
        excluding = self.watched_excluding.hold(known, (*given, *unanswered, *pointed, *found_out))
        disagreements = [*self._allowed(routine, facts, unanswered, given, present)]
        # The same steps need not be looked at again for somebody with the same conditions, exclusions and preferences.
        # They are told by identity: a step that was changed, however slightly, is another one.
        wishes = tuple([pair for pair in given.items() if pair[0].startswith("preference.")])
        question = (id(routine.steps), tuple([row.fact for row in present]), tuple(excluding), wishes)
        steps, seconds = self.passed.get(question) or ((), 0.0)
        if steps is not routine.steps:
            looked = [self._looked(step) for step in routine.steps]
            those = [self.excluding[one] for one in excluding]
            wrong = (*self._all_steps(looked, present, those), *self._wished(routine, given, wishes))
            disagreements += wrong
            seconds = sum([one.seconds + self.kit.setup_s for one in looked])
            if not wrong:
                self.passed.put(question, (routine.steps, seconds))
        disagreements += self._totals(routine, facts, seconds)
        if disagreements:
            raise GuardError(tuple(disagreements))

    def check_refusal(self, outcome: Referral | Screening, facts: Mapping[str, Value]) -> None:
        """Passes a sound refusal in silence.

        Args:
            outcome: The finished referral or screening.
            facts: The answers, as they came in.

        Raises:
            GuardError: naming every warning sign that is more urgent than what the outcome says.
        """
        # A screening may come before what can wait until the open questions are answered, not before anything urgent.
        said = LEVELS.index(outcome.urgency if isinstance(outcome, Referral) else "before_exercising")
        more = [
            f"{flag} is {urgency}, and the outcome says less"
            for flag, urgency in self.urgencies.items()
            if facts.get(flag) is True and LEVELS.index(urgency) > said
        ]
        if more:
            raise GuardError(tuple(more))

    def _allowed(
        self,
        routine: Routine,
        facts: Mapping[str, Value],
        unanswered: Iterable[str],
        given: Mapping[str, Value],
        present: Iterable[_Row],
    ) -> Iterator[str]:
        """Whether there may be a routine at all."""
        if LEVELS.index(routine.triage) > LEVELS.index("caution"):
            yield f"a routine at triage level {routine.triage}"
        yield from (f"a routine although {fact} is not answered" for fact in unanswered)
        for fact in given:
            if fact in self.stopping_flags and given[fact] is True:
                yield f"a routine although {fact} is present"
        for row in present:
            if row.stops and facts.get(row.cleared) is not True:
                yield f"a routine although {row.fact} needs a clinician first"

    def _totals(self, routine: Routine, facts: Mapping[str, Value], seconds: float) -> Iterator[str]:
        """Whether the time adds up, where the steps take so many seconds."""
        if abs(seconds - routine.seconds) > len(routine.steps):
            yield f"the steps take {seconds:g} seconds, not {routine.seconds:g}"
        if routine.minutes != self.kit.minutes(facts):
            yield f"{routine.minutes:g} minutes are not the time that there is"
        if max(seconds, routine.seconds) > routine.minutes * 60 + len(routine.steps):
            yield f"{routine.seconds:g} seconds do not fit {routine.minutes:g} minutes"

    def _all_steps(
        self, looked: Sequence[_Looked], present: Sequence[_Row], excluding: Sequence[_Excluding]
    ) -> Iterator[str]:
        """What is wrong with the steps, by themselves and for these conditions and exclusions."""
        order = [PHASES.index(one.step.phase) for one in looked]
        if order != sorted(order):
            yield "the phases are out of order"
        if len({one.step.exercise for one in looked}) < len(looked):
            yield "an exercise stands in it twice"
        for one in looked:
            step, name = one.step, one.step.exercise
            yield from one.wrong
            for row in present:
                if name in row.forbidden:
                    yield f"{name} is forbidden with {row.fact}"
                for limit in row.limits.get(name, ()):
                    yield from _over(step, limit, self.exercises[name], row.fact)
                    yield from _above_share(step, limit, self.exercises[name], row.fact, self.kit.floors)
            for rule in excluding:
                if name in rule.forbidden:
                    yield f"{name} is forbidden by {rule.rule}"

    def _looked(self, step: Step) -> _Looked:
        """A step looked at by itself; the very same one is looked at once."""
        found = self.looked.get(id(step))
        if found is None or found.step is not step:
            found = _Looked(step, tuple(self._alone(step)), _seconds(step))
            self.looked.put(id(step), found)
        return found

    def _alone(self, step: Step) -> Iterator[str]:
        """What is wrong with a step for anybody."""
        exercise = self.exercises.get(step.exercise)
        if exercise is None:
            yield f"{step.exercise} is not in the pack"
            return
        if exercise.phase != step.phase:
            yield f"{step.exercise} does not belong to the phase {step.phase}"
        if step.name != exercise.name:
            yield f"{step.exercise} is not called '{step.name}'"
        if (step.how, step.cues, step.faults) != (exercise.steps, exercise.cues, exercise.common_faults):
            yield f"{step.exercise} is described in other words"
        if step.stop_signs != exercise.stop_signs:
            yield f"{step.exercise} does not have its stop signs"
        yield from _strange(step, exercise)
        yield from _over_ceiling(step, exercise)

    def _wished(self, routine: Routine, facts: Mapping[str, Value], wishes: Sized) -> Iterator[str]:
        """What is against the wishes of the person, or only for those who asked for it."""
        for step in routine.steps:
            if step.exercise in self.supervised and not (
                facts.get("preference.supervised") is True and facts.get(f"preference.wants.{step.exercise}") is True
            ):
                yield f"{step.exercise} is not for doing alone"
        if not wishes:
            return
        wished = facts.get("preference.level_max")
        for step in routine.steps:
            exercise = self.exercises.get(step.exercise)
            if exercise is None:
                continue
            if isinstance(wished, int | float) and exercise.level > wished:
                yield f"{step.exercise} is above the level asked for"
            if all(facts.get(f"preference.avoid_positions.{name}") is True for name in exercise.positions):
                yield f"{step.exercise} is in a position to avoid"
            if any(facts.get(f"preference.avoid_properties.{name}") is True for name in exercise.properties):
                yield f"{step.exercise} is a movement to avoid"
            if "preference.equipment" in facts:
                for things in exercise.needs:
                    if not any(facts.get(f"preference.equipment.{thing}") is True for thing in things):
                        yield f"{step.exercise} needs {' or '.join(things)}"


def _excluding(rule: Rule, exercises: Iterable[Exercise]) -> _Excluding | None:
    subjects: dict[str, set[str]] = {"exclude_property": set(), "exclude_exercise": set(), "exclude_phase": set()}
    for conclusion in rule.then:
        if conclusion.kind in subjects:
            subjects[conclusion.kind].add(conclusion.subject)
    if not any(subjects.values()):
        return None
    return _Excluding(rule.id, rule.when, _forbidden(exercises, *subjects.values()))


def _forbidden(
    exercises: Iterable[Exercise], properties: Iterable[str], names: Iterable[str], phases: Iterable[str]
) -> frozenset[str]:
    """The exercises with one of these properties, names or phases."""
    excluded = set(properties)
    return frozenset(
        one.id for one in exercises if not excluded.isdisjoint(one.properties) or one.id in names or one.phase in phases
    )


def _scope(limit: Limit, exercise: Exercise) -> bool:
    return (
        (not limit.for_property or limit.for_property in exercise.properties)
        and (not limit.for_phase or limit.for_phase == exercise.phase)
        and (not limit.for_exercises or exercise.id in limit.for_exercises)
    )


def _over(step: Step, limit: Limit, exercise: Exercise, fact: str) -> Iterator[str]:
    dose = step.dose
    if limit.level_max is not None and exercise.level > limit.level_max:
        yield f"{step.exercise} is above level {limit.level_max} with {fact}"
    for most, given, what in (
        (limit.effort_max, dose.effort_max, "effort"),
        (limit.stretch_max, dose.stretch_max, "stretch"),
        (limit.sets_max, dose.sets + dose.extra_sets, "sets"),
        (limit.reps_max, max(dose.reps, dose.reps_top), "repetitions"),
        (limit.hold_s_max, dose.hold_s, "hold"),
        (limit.hold_s_max, dose.hold_top_s, "hold to build up to"),
        (limit.days_max, dose.days_max, "days"),
    ):
        if most is not None and given is not None and given > most:
            yield f"{step.exercise} has {what} {given:g} above {most:g} with {fact}"


def _above_share(step: Step, limit: Limit, exercise: Exercise, fact: str, floors: DoseFloors) -> Iterator[str]:
    """What is above the share of the start dose that a limit leaves, or lacks the words that it adds."""
    dose, row = step.dose, exercise.dose
    if limit.sets_factor is not None and dose.sets > max(1, row.sets * limit.sets_factor):
        yield f"{step.exercise} has more sets than {limit.sets_factor:g} of {row.sets} with {fact}"
    if limit.rest_factor is not None and dose.rest_s < row.rest_s * limit.rest_factor:
        yield f"{step.exercise} has less rest than {limit.rest_factor:g} times {row.rest_s:g} s with {fact}"
    for start, hold in ((row.hold_s, dose.hold_s), (row.hold_top_s, dose.hold_top_s)):
        if limit.hold_factor is not None and start is not None and hold is not None:
            share = max(min(start, floors.hold_s), start * limit.hold_factor)
            if hold > share:
                yield f"{step.exercise} is held longer than {share:g} s with {fact}"
    if limit.say and limit.say not in step.cautions:
        yield f"{step.exercise} does not say what to mind with {fact}"


def _strange(step: Step, exercise: Exercise) -> Iterator[str]:
    """What about a dose cannot be meant, or is not that of the exercise."""
    dose, row = step.dose, exercise.dose
    least = min(dose.sets, dose.reps, dose.days_min, dose.days_max)
    if least < 1 or dose.days_min > dose.days_max or dose.days_max > 7 or min(dose.rest_s, dose.extra_sets) < 0:
        yield f"{step.exercise} has a dose that cannot be meant"
    for start, given, what in ((row.effort, dose.effort_max, "effort"), (row.stretch, dose.stretch_max, "stretch")):
        if start is not None and given is None:
            yield f"{step.exercise} has no bound for {what}"
    if dose.rest_s < row.rest_s:
        yield f"{step.exercise} has less rest than {row.rest_s:g} s"
    if dose.per_side is not row.per_side:
        yield f"{step.exercise} is not done on the sides that it is for"
    if abs(dose.seconds_per_rep - row.move_s - (dose.hold_s or 0)) > _TIDY:
        yield f"{step.exercise} cannot take {dose.seconds_per_rep:g} seconds a repetition"


def _over_ceiling(step: Step, exercise: Exercise) -> Iterator[str]:
    dose, row, ceiling = step.dose, exercise.dose, exercise.dose.ceiling
    for start, given, what in (
        (row.effort, dose.effort_max, "effort"),
        (row.stretch, dose.stretch_max, "stretch"),
        (row.days_max, dose.days_max, "days"),
    ):
        if given is not None and given > (start or 0):
            yield f"{step.exercise} has {what} {given:g}, over its ceiling of {start or 0:g}"
    sets = ceiling.sets if ceiling else row.sets
    reps = ceiling.reps if ceiling else row.reps_top
    hold = (ceiling.hold_s if ceiling else None) or row.hold_top_s or row.hold_s or 0
    if dose.sets + dose.extra_sets > sets:
        yield f"{step.exercise} has {dose.sets + dose.extra_sets} sets, over its ceiling of {sets}"
    if max(dose.reps, dose.reps_top) > reps:
        yield f"{step.exercise} has more repetitions than its ceiling of {reps}"
    if max(dose.hold_s or 0, dose.hold_top_s or 0) > hold:
        yield f"{step.exercise} is held longer than its ceiling of {hold:g} s"


def _seconds(step: Step) -> float:
    """The time that a step takes, worked out from its numbers."""
    dose = step.dose
    bouts = dose.sets * (2 if dose.per_side else 1) + dose.extra_sets
    return bouts * dose.reps * dose.seconds_per_rep + (bouts - 1) * dose.rest_s
