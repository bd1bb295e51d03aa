"""What a programme rests on: its rules, compiled, and what follows from the answers of a person."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Any

import attrs

from psoas_rules.assembly import Possible
from psoas_rules.conditions import Value
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.errors import Problem
from psoas_rules.facts import SECTIONS
from psoas_rules.filling import serves
from psoas_rules.intake import Intake, Screen
from psoas_rules.kit import seconds_of
from psoas_rules.memory import Memory
from psoas_rules.outcomes import Dose, Referral, Routine, Screening
from psoas_rules.pack import Exercise, Slot
from psoas_rules.programme.course import Item
from psoas_rules.programme.errors import ProgrammeError
from psoas_rules.programme.ladder import Ladder, ladder
from psoas_rules.progressing import ReadyRule
from psoas_rules.progression import PROGRESS_STAGES, ProgrammePlan, ProgressStage
from psoas_rules.recommender import Recommender
from psoas_rules.revising import answers_of, revised
from psoas_rules.trace import Conclusion, Firing, Reading

MINUTES_ANSWER = "preferences.minutes"
"""The answer that says how much time there is."""

_MOST_GROUNDS = 64
"""Answers for which the routine and what is possible are kept."""


@attrs.frozen(eq=False)
class Ground:
    """What follows from a person's answers, for a programme.

    Attributes:
        routine: The routine.
        possible: What is possible beyond it.
        plan: The plan of the pack.
        exercises: The exercises of the pack.
        slots: The slots of the pack.
        most_seconds: The time that there is for a session.
        short: The slots of the short version, each with its dose.
        given: Exercises with their doses on a day that were worked out before; for `laying`.
    """

    routine: Routine
    possible: Possible
    plan: ProgrammePlan
    exercises: Mapping[str, Exercise]
    slots: Mapping[str, Slot]
    most_seconds: float
    short: Mapping[str, Dose]
    given: dict[Hashable, Any] = attrs.field(factory=dict, init=False, repr=False)
    _most: dict[str, Ladder] = attrs.field(factory=dict, init=False, repr=False)
    _ladders: dict[str, Ladder] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def facts(self) -> Mapping[str, Value]:
        """Answers and findings."""
        return self.possible.facts

    def allows(self, exercise: str, slot: str) -> bool:
        """Whether a routine for these answers could have this exercise in this slot."""
        return (
            slot in self.possible.slots
            and serves(self.exercises[exercise], self.slots[slot])
            and self.possible.barrier(exercise) is None
        )

    def keeps(self, item: Item) -> bool:
        """Whether an exercise may stay where it is."""
        return item.slot in self.possible.slots and self.possible.barrier(item.exercise) is None

    def most(self, exercise: str) -> Ladder:
        """The ladder of an exercise as far as safety goes, without what a pattern has less of."""
        found = self._most.get(exercise)
        if found is None:
            possible = self.possible
            limits = possible.limits(exercise, for_safety=True)
            dose = possible.dose(exercise, for_safety=True)
            found = self._most[exercise] = ladder(self.exercises[exercise], dose, limits, self.plan)
        return found

    def ladder(self, exercise: str) -> Ladder:
        """The ladder of an exercise for this person."""
        found = self._ladders.get(exercise)
        if found is None:
            possible = self.possible
            found = ladder(self.exercises[exercise], possible.dose(exercise), possible.limits(exercise), self.plan)
            self._ladders[exercise] = found
        return found


class Knowledge:
    """A pack made ready for programmes.

    Args:
        recommender: Decides what a routine for given answers is.

    Raises:
        ProgrammeError: if the pack plans no programmes.
    """

    def __init__(self, recommender: Recommender) -> None:
        pack, book = recommender.pack, recommender.progress
        if pack.programme is None or book is None:
            message = "this pack plans no programmes: it has no programme.yaml"
            raise ProgrammeError((Problem("", message),))
        self.recommender = recommender
        self.plan = pack.programme
        self.pack = pack
        self.lexicon = book.lexicon
        self.exercises: Mapping[str, Exercise] = {one.id: one for one in pack.exercises}
        self.slots: Mapping[str, Slot] = {slot.id: slot for slot in pack.sessions.slots}
        self.setup_s = pack.constant("setup_s")
        self.longest_minutes = pack.constant("longest_minutes")
        self.extra_sets = int(pack.constant("extra_sets_on_one_side"))
        self._rules: Mapping[ProgressStage, tuple[ReadyRule, ...]] = book.rules
        self._programs = {stage: self._program(stage) for stage in PROGRESS_STAGES}
        self._grounds: Memory[Ground | Referral | Screening] = Memory(_MOST_GROUNDS)
        self._readings: Memory[Reading] = Memory(4_096)

    def _program(self, stage: ProgressStage) -> MemoProgram:
        conditions = [rule.when for rule in self._rules[stage]]
        return MemoProgram(self.recommender.compile(conditions), conditions, {})

    def revised(self, before: Intake, answers: Intake) -> Intake:
        """The answers so far with new ones in their place."""
        fresh = answers_of(answers)
        if before.screen.all_clear and answers.screen.answers:
            # What was clear as a whole gets answers of its own before one of them changes.
            known = dict.fromkeys((group.id for group in self.pack.screen), False)
            before = attrs.evolve(before, screen=Screen({**known, **answers.screen.answers}))
            fresh = {name: answer for name, answer in fresh.items() if not name.startswith("screen.")}
        return revised(before, fresh)

    def screened(self, answers: Intake) -> bool:
        """Whether every group of safety questions was answered again."""
        groups = {group.id for group in self.pack.screen}
        return answers.screen.all_clear or groups <= set(answers.screen.answers)

    def intake_of(self, facts: Mapping[str, Value]) -> Intake:
        """Answers by the names of facts, as an intake."""
        given: dict[str, dict[str, Any]] = {}
        for fact, value in facts.items():
            spec = self.lexicon.spec(fact)
            section = given.setdefault(SECTIONS[spec.kind], {})
            if fact == spec.name:
                section[spec.key] = value
            else:
                section.setdefault(spec.key, {})[fact.removeprefix(f"{spec.name}.")] = value
        return Intake.from_dict(given)

    def ground(self, intake: Intake) -> Ground | Referral | Screening:
        """What follows from these answers: what a programme rests on, or why there is none.

        Raises:
            IntakeError: if an answer cannot be read.
        """
        question = json.dumps(intake.to_dict(), sort_keys=True, default=str)
        found = self._grounds.get(question)
        if found is None:
            found = self._find(intake)
            self._grounds.put(question, found)
        return found

    def _find(self, intake: Intake) -> Ground | Referral | Screening:
        outcome = self.recommender.recommend(intake)
        if not isinstance(outcome, Routine):
            return outcome
        possible = self.recommender.possible(intake)
        short = self._short(intake, outcome)
        return Ground(outcome, possible, self.plan, self.exercises, self.slots, seconds_of(outcome.minutes), short)

    def _short(self, intake: Intake, routine: Routine) -> dict[str, Dose]:
        """The slots of a routine for little time, each with its dose."""
        minutes = min(routine.minutes, self.plan.number("short_minutes"))
        outcome = self.recommender.recommend(revised(intake, {MINUTES_ANSWER: minutes}))
        steps = outcome.steps if isinstance(outcome, Routine) else routine.steps
        return {step.slot: step.dose for step in steps}

    def fired(self, stage: ProgressStage, facts: Mapping[str, Value]) -> tuple[ReadyRule, ...]:
        """The rules of a stage that fire on these facts, in the order of the pack."""
        rules = self._rules[stage]
        return tuple(rules[position] for position in self._programs[stage].fired(facts))

    def promising(self) -> frozenset[str]:
        """The marks that rules count in a row before an exercise steps up."""
        return frozenset(
            fact.removeprefix("in_a_row.")
            for rule in self._rules["exercise"]
            if rule.row.then.change == "progress"
            for fact in rule.reads
            if fact.startswith("in_a_row.")
        )

    def firing(self, rule: ReadyRule, facts: Mapping[str, Value]) -> Firing:
        """The firing of a rule, with what it read."""
        row = rule.row
        readings = tuple(self.reading(fact, facts.get(fact)) for fact in rule.reads)
        return Firing(rule.id, row.stage, row.title, row.because, readings, _conclusions(rule), row.sources)

    def reading(self, fact: str, value: Value | None) -> Reading:
        """A value of a fact, with its words."""
        question = (fact, value, type(value))
        found = self._readings.get(question)
        if found is None:
            spec = self.lexicon.spec(fact)
            found = Reading(fact, self.lexicon.label(fact), value, spec.text(value))
            self._readings.put(question, found)
        return found


def _conclusions(rule: ReadyRule) -> tuple[Conclusion, ...]:
    then = rule.row.then
    return (
        *(Conclusion("mark", mark) for mark in then.marks),
        *((Conclusion("change", then.change),) if then.change else ()),
        *((Conclusion("course", then.course),) if then.course else ()),
        *(Conclusion("change", "upkeep", target) for target in then.targets),
        *(Conclusion("take", fact, str(value)) for fact, value in then.answers.items()),
    )
