"""The stages: each asks the engine which of its rules fire, and folds what they conclude into the case.

A stage sees the answers and the conclusions of earlier stages, never its own, so the order in which its rules fire
cannot matter. Every kind of conclusion folds the same way in any order: levels by the highest, exclusions by union,
limits by the strictest, points by their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import attrs

from psoas_rules.conditions import Condition, Value, facts_read
from psoas_rules.engines import Engine, Program
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.engines.protocol import Forgetful
from psoas_rules.loading import Rulebook
from psoas_rules.pack import LEVELS, STAGES, Level, Stage
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Conclusion
from psoas_rules.weighing import Scales, Weighed


@attrs.frozen
class Said:
    """A conclusion and the rule that made it."""

    rule: Rule
    conclusion: Conclusion


@attrs.frozen
class Ready:
    """A rule with what is worked out about it once.

    Attributes:
        number: Its place among all rules of the pack.
        rule: The rule.
        reads: Names of the facts that it looks at.
        said: Its conclusions by kind; points are left to weighing.
        level: The highest triage level that it concludes.
        decides: Whether it concludes anything but points and open questions.
    """

    number: int
    rule: Rule
    reads: tuple[str, ...]
    said: tuple[tuple[str, tuple[Said, ...]], ...]
    level: Level
    decides: bool

    @classmethod
    def of(cls, number: int, rule: Rule) -> Ready:
        """What is worked out about a rule."""
        said: dict[str, tuple[Said, ...]] = {}
        level: Level = "ok"
        for conclusion in rule.then:
            if conclusion.kind != "points":
                said[conclusion.kind] = (*said.get(conclusion.kind, ()), Said(rule, conclusion))
            if conclusion.kind == "triage":
                level = highest(level, conclusion.subject)
        return cls(number, rule, facts_read(rule.when), tuple(said.items()), level, bool(said.keys() - {"ask"}))


@attrs.frozen
class Case:
    """A person's answers and everything concluded from them so far.

    Attributes:
        facts: Answers and findings; what is unknown is not there.
        unusual: Every fact that is not as it mostly is; it makes looking things up faster (see `engines.memo`).
        fired: Rules that fired, in the order of stages and pack.
        said: Their conclusions by kind.
        level: The highest triage level so far.
        assumed: For conditions that nobody named but a sign points to, the rule that says so.
        weighed: The profile, once the evidence is weighed.
    """

    facts: Mapping[str, Value]
    unusual: tuple[str, ...] = ()
    fired: tuple[Ready, ...] = ()
    said: Mapping[str, tuple[Said, ...]] = attrs.field(factory=dict)
    level: Level = "ok"
    assumed: Mapping[str, str] = attrs.field(factory=dict)
    weighed: Weighed | None = None

    def all(self, kind: str) -> tuple[Said, ...]:
        """The conclusions of one kind."""
        return self.said.get(kind, ())

    def knowing(
        self, found: Mapping[str, Value], *, assumed: Mapping[str, str] | None = None, weighed: Weighed | None = None
    ) -> Case:
        """The case with something found out."""
        # Written out, here and in `fire`: `attrs.evolve` takes several times as long, for every stage.
        return Case(
            {**self.facts, **found},
            (*self.unusual, *found),
            self.fired,
            self.said,
            self.level,
            assumed or self.assumed,
            weighed or self.weighed,
        )


StageFunction: TypeAlias = Callable[["Compiled", Case], Case]


class Compiled:
    """A rulebook with its rules compiled for one engine, stage by stage.

    Args:
        book: The rulebook.
        engine: What decides which rules fire.
        remember: Whether the engine is asked the same thing only once.
    """

    def __init__(self, book: Rulebook, engine: Engine, *, remember: bool) -> None:
        self.book = book
        self.engine_name = engine.name
        self.engine = engine
        self.remember = remember
        self.usual: Mapping[str, Value] = dict.fromkeys(book.lexicon.required, False)
        ready = tuple(Ready.of(number, rule) for number, rule in enumerate(book.rules))
        self.rules: Mapping[Stage, tuple[Ready, ...]] = {
            stage: tuple(one for one in ready if one.rule.stage == stage) for stage in STAGES
        }
        self.programs = {
            stage: self._program(engine, [one.rule.when for one in rules]) for stage, rules in self.rules.items()
        }
        self.choices = tuple(dict.fromkeys(chain(book.offers.values(), *book.uses.values())))
        self._choosing = self._program(engine, self.choices)
        self.scales = Scales(book.pack, [one.rule for one in self.rules["evidence"]])
        self.item_of = {
            fact: item.id
            for item in book.pack.signs
            if item.evidence
            for key in ([item.id] if item.answer else []) + list(item.parts)
            for fact in book.lexicon.specs[f"sign.{key}"].facts()
        }

    def _program(self, engine: Engine, conditions: Sequence[Condition]) -> Program:
        program = engine.compile(conditions)
        return MemoProgram(program, conditions, self.usual) if self.remember else program

    def forget(self) -> None:
        """Empties what is remembered of the engine's answers, and what the engine keeps for itself."""
        for program in (*self.programs.values(), self._choosing):
            if isinstance(program, Forgetful):
                program.forget()

    def case(self, facts: Mapping[str, Value]) -> Case:
        """The case of a person with these answers."""
        usual = self.usual
        unusual = [fact for fact, value in facts.items() if value is not False or fact not in usual]
        if len(facts) - len(unusual) < len(usual):
            unusual += [fact for fact in usual if fact not in facts]
        return Case(facts, tuple(unusual))

    def fire(self, stage: Stage, case: Case) -> tuple[Case, tuple[int, ...]]:
        """The case with the rules of this stage fired and their conclusions noted, and which of its rules they are."""
        positions = self._fired(self.programs[stage], case)
        if not positions:
            return case, positions
        rules = self.rules[stage]
        fired = [rules[position] for position in positions]
        said = dict(case.said)
        level = case.level
        for one in fired:
            for kind, those in one.said:
                said[kind] = said[kind] + those if kind in said else those
            if one.level != "ok":
                level = highest(level, one.level)
        fresh = Case(case.facts, case.unusual, (*case.fired, *fired), said, level, case.assumed, case.weighed)
        return fresh, positions

    def open_choices(self, case: Case) -> tuple[int, ...]:
        """Which of `choices` hold: the conditions under which exercises are offered and slots are used."""
        return self._fired(self._choosing, case)

    def items(self, case: Case) -> int:
        """How many signs that bear on a pattern were answered."""
        item_of, facts = self.item_of, case.facts
        return len({item_of[fact] for fact in case.unusual if fact in item_of and fact in facts})

    @staticmethod
    def _fired(program: Program, case: Case) -> tuple[int, ...]:
        if isinstance(program, MemoProgram):
            return program.fired(case.facts, case.unusual)
        return program.fired(case.facts)


def screening(compiled: Compiled, case: Case) -> Case:
    """Finds the safety questions that nobody has answered yet."""
    return compiled.fire("screening", case)[0]


def precaution(compiled: Compiled, case: Case) -> Case:
    """Treats a sign like a condition where the sign points to one, even if nobody has named that condition."""
    case, _ = compiled.fire("precaution", case)
    pointed_at = {f"condition.{said.conclusion.subject}": said.rule.id for said in case.all("treat_as")}
    assumed = {fact: rule for fact, rule in pointed_at.items() if case.facts.get(fact) is not True}
    return case.knowing(dict.fromkeys(assumed, True), assumed=assumed) if assumed else case


def triage(compiled: Compiled, case: Case) -> Case:
    """Decides how urgent it is: the most dangerous answer counts, and nothing reassuring lowers it."""
    return compiled.fire("triage", case)[0]


def safety(compiled: Compiled, case: Case) -> Case:
    """Collects what the person's conditions take out of a routine, limit in it or swap."""
    case, _ = compiled.fire("safety", case)
    count = len({said.conclusion.subject for said in case.all("clinician_first")})
    return case.knowing({"finding.clinician_first_count": count})


def evidence(compiled: Compiled, case: Case) -> Case:
    """Weighs signs and self-tests for and against a tight and a weak psoas, side by side."""
    case, fired = compiled.fire("evidence", case)
    weighed = compiled.scales.weigh(fired, compiled.items(case))
    return case.knowing(weighed.findings, weighed=weighed)


def profile(compiled: Compiled, case: Case) -> Case:
    """Applies the rules that override the sum: what looks like a psoas pattern but is something else."""
    return compiled.fire("profile", case)[0]


def dosage(compiled: Compiled, case: Case) -> Case:
    """Sets how much this person may do, from pain, experience, age and the state of the day."""
    return compiled.fire("dosage", case)[0]


TO_TRIAGE: Final[tuple[StageFunction, ...]] = (screening, precaution, triage)
"""The stages that decide whether there may be a routine at all."""

TO_ROUTINE: Final[tuple[StageFunction, ...]] = (safety, evidence, profile, dosage)
"""The stages that decide what it may contain."""


def run(stages: Iterable[StageFunction], compiled: Compiled, case: Case) -> Case:
    """The case after these stages."""
    for stage in stages:
        case = stage(compiled, case)
    return case


def highest(level: Level, other: str) -> Level:
    """The more urgent of two triage levels."""
    return LEVELS[max(LEVELS.index(level), LEVELS.index(other))]
