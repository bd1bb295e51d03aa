"""The stages: each asks the engine which of its rules fire, and folds what they conclude into the case.

A stage sees the answers and the conclusions of earlier stages, never its own, so the order in which its rules fire
cannot matter. Every kind of conclusion folds the same way in any order: levels by the highest, exclusions by union,
limits by the strictest, points by their sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

import attrs

from psoas_rules.conditions import Value, facts_read
from psoas_rules.engines import Engine, Program
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Rulebook
from psoas_rules.pack import LEVELS, STAGES, Level, Limit, Stage
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Conclusion, Firing, Reading, Side
from psoas_rules.weighing import Weighed, Weights, weigh


@attrs.frozen
class Said:
    """A conclusion and the rule that made it."""

    rule: Rule
    conclusion: Conclusion


@attrs.frozen
class Case:
    """A person's answers and everything concluded from them so far.

    Attributes:
        facts: Answers and findings; what is unknown is not there.
        fired: Rules that fired, in the order of stages and pack.
        said: Their conclusions by kind.
        level: The highest triage level so far.
        assumed: For conditions that nobody named but a sign points to, the rule that says so.
        weighed: The profile, once the evidence is weighed.
    """

    facts: Mapping[str, Value]
    fired: tuple[Rule, ...] = ()
    said: Mapping[str, tuple[Said, ...]] = attrs.field(factory=dict)
    level: Level = "ok"
    weighed: Weighed | None = None
    assumed: Mapping[str, str] = attrs.field(factory=dict)

    def all(self, kind: str) -> tuple[Said, ...]:
        """The conclusions of one kind."""
        return self.said.get(kind, ())

    def rules_for(self, kind: str, subject: str) -> tuple[str, ...]:
        """Ids of the rules that concluded this about the subject."""
        return tuple(said.rule.id for said in self.all(kind) if said.conclusion.subject == subject)

    def limits(self) -> tuple[tuple[Limit, str], ...]:
        """Every limit with the id of its rule."""
        return tuple((said.conclusion.limit, said.rule.id) for said in self.all("limit") if said.conclusion.limit)

    def extra_side(self, target: str) -> Side | None:
        """The side that gets an extra set for this target; None when neither or both do."""
        sides = {said.conclusion.side for said in self.all("extra_side") if said.conclusion.subject == target}
        return next(iter(sides)) if len(sides) == 1 else None


StageFunction: TypeAlias = Callable[["Compiled", Case], Case]


@attrs.frozen
class Compiled:
    """A rulebook with its rules compiled for one engine, stage by stage."""

    book: Rulebook
    engine_name: str
    rules: Mapping[Stage, tuple[Rule, ...]]
    programs: Mapping[Stage, Program]
    weights: Weights
    pattern_items: frozenset[str]

    @classmethod
    def make(cls, book: Rulebook, engine: Engine, *, remember: bool) -> Compiled:
        """Compiles the rules of every stage; with `remember` the engine is not asked the same thing twice."""
        rules = {stage: tuple(rule for rule in book.rules if rule.stage == stage) for stage in STAGES}
        denied = dict.fromkeys(book.lexicon.required, False)
        programs: dict[Stage, Program] = {}
        for stage in STAGES:
            conditions = [rule.when for rule in rules[stage]]
            program = engine.compile(conditions)
            programs[stage] = MemoProgram(program, conditions, denied) if remember else program
        items = frozenset(item.id for item in book.pack.signs if item.evidence)
        return cls(book, engine.name, rules, programs, Weights.of(book.pack), items)

    def fire(self, stage: Stage, case: Case) -> Case:
        """The case with the rules of this stage fired and their conclusions noted."""
        rules = self.rules[stage]
        fired = tuple(rules[i] for i in self.programs[stage].fired(case.facts))
        said: dict[str, tuple[Said, ...]] = dict(case.said)
        level = case.level
        for rule in fired:
            for conclusion in rule.then:
                said[conclusion.kind] = (*said.get(conclusion.kind, ()), Said(rule, conclusion))
                if conclusion.kind == "triage":
                    level = highest(level, conclusion.subject)
        return attrs.evolve(case, fired=(*case.fired, *fired), said=said, level=level)


def screening(compiled: Compiled, case: Case) -> Case:
    """Finds the safety questions that nobody has answered yet."""
    return compiled.fire("screening", case)


def precaution(compiled: Compiled, case: Case) -> Case:
    """Treats a sign like a condition where the sign points to one, even if nobody has named that condition."""
    case = compiled.fire("precaution", case)
    pointed_at = {f"condition.{said.conclusion.subject}": said.rule.id for said in case.all("treat_as")}
    assumed = {fact: rule for fact, rule in pointed_at.items() if case.facts.get(fact) is not True}
    return attrs.evolve(case, facts={**case.facts, **dict.fromkeys(assumed, True)}, assumed=assumed)


def triage(compiled: Compiled, case: Case) -> Case:
    """Decides how urgent it is: the most dangerous answer counts, and nothing reassuring lowers it."""
    return compiled.fire("triage", case)


def safety(compiled: Compiled, case: Case) -> Case:
    """Collects what the person's conditions take out of a routine, limit in it or swap."""
    case = compiled.fire("safety", case)
    count = len({said.conclusion.subject for said in case.all("clinician_first")})
    return attrs.evolve(case, facts={**case.facts, "finding.clinician_first_count": count})


def evidence(compiled: Compiled, case: Case) -> Case:
    """Weighs signs and self-tests for and against a tight and a weak psoas, side by side."""
    before = len(case.fired)
    case = compiled.fire("evidence", case)
    items = sum(any(name in case.facts for name in names) for names in _item_facts(compiled))
    weighed = weigh(case.fired[before:], items, compiled.weights)
    return attrs.evolve(case, facts={**case.facts, **weighed.findings}, weighed=weighed)


def profile(compiled: Compiled, case: Case) -> Case:
    """Applies the rules that override the sum: what looks like a psoas pattern but is something else."""
    return compiled.fire("profile", case)


def dosage(compiled: Compiled, case: Case) -> Case:
    """Sets how much this person may do, from pain, experience, age and the state of the day."""
    return compiled.fire("dosage", case)


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


def _item_facts(compiled: Compiled) -> Iterable[tuple[str, ...]]:
    """For every sign that bears on a pattern, the facts that count as answering it."""
    for item in compiled.book.pack.signs:
        if item.id in compiled.pattern_items:
            keys = ([item.id] if item.answer else []) + list(item.parts)
            yield tuple(fact for key in keys for fact in compiled.book.lexicon.specs[f"sign.{key}"].facts())


def firing(rule: Rule, case: Case, lexicon: Lexicon) -> Firing:
    """A rule that fired, with the answers that it looked at."""
    readings = tuple(reading(fact, case, lexicon) for fact in facts_read(rule.when))
    return Firing(rule.id, rule.stage, rule.title, rule.because, readings, rule.then, rule.sources)


def reading(fact: str, case: Case, lexicon: Lexicon) -> Reading:
    """An answer with its words; one that no person gave names the rule that took it so."""
    value = case.facts.get(fact)
    return Reading(fact, lexicon.label(fact), value, lexicon.spec(fact).text(value), case.assumed.get(fact))
