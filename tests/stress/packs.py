"""Packs by lot, on top of a small one: red flags, conditions with follow-ups, evidence, rules of every stage."""

import random
from collections.abc import Sequence
from typing import Any

import attrs
from crowd import LISTED, People

from psoas_rules import Recommender
from psoas_rules.conditions import All, Condition, Not, Test, alternatives
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import PackError
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import build_lexicon
from psoas_rules.pack import (
    ConditionRow,
    Evidence,
    Exclusions,
    Further,
    Limit,
    OwnAdvice,
    Pack,
    Part,
    RaisedBy,
    RedFlag,
    RuleCases,
    RuleFile,
    ScreenGroup,
    Then,
)

FLAGS = tuple(f"flag_{i}" for i in range(4))
CONDITIONS = tuple(f"condition_{i}" for i in range(4))
AUTHORED = ("precaution", "triage", "safety", "profile", "dosage")
ANSWERED = ("sign", "measure", "person", "red_flag", "condition", "detail", "cleared", "preference")
ADVICE = OwnAdvice(headline="Wait.", actions=("Rest.",))
DETAILS = {
    "days": Part(ask="For how many days?", answer="whole_number", min=0, max=9),
    "worse": Part(ask="Is it worse?", answer="yes_no"),
    "where": Part(ask="Where?", answer="choice", options={"here": "Here", "there": "There"}),
}


def random_pack(rng: random.Random, small: Pack) -> tuple[Pack, int]:
    """A sound pack, and how many draws were refused before it."""
    for refused in range(100):
        pack = _Maker(rng, small).pack()
        try:
            Recommender(pack, PlainEngine(), remember=False)
        except PackError:
            continue
        return pack, refused
    raise ValueError("a hundred draws were no sound pack")


def random_conditions(rng: random.Random, people: People, count: int) -> list[Condition]:
    """Conditions of every shape over the facts of a pack, with unknown answers counting either way."""
    facts = [fact for spec in people.lexicon.specs.values() for fact in spec.facts()]
    made: list[Condition] = []
    while len(made) < count:
        # Few facts, so that conditions meet on them.
        condition = _condition(rng, people, rng.sample(facts, 8), rng.choice((1, 2, 3, 4)))
        try:
            alternatives(condition)
        except ValueError:
            continue
        made.append(condition)
    return made


def _condition(rng: random.Random, people: People, facts: Sequence[str], depth: int) -> Condition:
    lot = rng.random() if depth else 0
    if lot < 0.35:
        return _loose_test(rng, people.lexicon.spec(fact := rng.choice(facts)), fact)
    if lot < 0.5:
        return Not(_condition(rng, people, facts, depth - 1))
    group = All if lot < 0.75 else AnyOf
    return group([_condition(rng, people, facts, depth - 1) for _ in range(rng.choice((0, 1, 2, 2, 3)))])


def _loose_test(rng: random.Random, spec: FactSpec, fact: str) -> Test:
    unknown = rng.random() < 0.3
    if rng.random() < 0.2:
        return Test(fact, "answered")
    if spec.answer in ("yes_no", *LISTED):
        return Test(fact, "is", rng.random() < 0.5, unknown)
    if spec.answer == "choice":
        return Test(fact, "is", rng.choice(sorted(spec.options)), unknown)
    return Test(fact, rng.choice(("is", "at_least", "at_most", "above", "below")), _threshold(rng, spec), unknown)


def _threshold(rng: random.Random, spec: FactSpec) -> float:
    low, high = int(spec.minimum if spec.minimum is not None else -20), int(spec.maximum or 40)
    if spec.kind == "finding":
        return rng.choice((-0.5, 0, 0.75, 1, 2))
    return rng.randint(low, min(high, low + 70))


class _Maker:
    """Makes one pack."""

    def __init__(self, rng: random.Random, small: Pack) -> None:
        self.rng, self.small = rng, small
        self.properties = sorted(small.vocabulary.properties)
        self.exercises = sorted(exercise.id for exercise in small.exercises)
        flags = tuple(self._flag(i) for i in range(len(FLAGS)))
        bare = attrs.evolve(
            small,
            red_flags=flags,
            conditions=tuple(self._row(i) for i in range(len(CONDITIONS))),
            rules=(),
            screen=(),
            exercises=tuple(attrs.evolve(exercise, offer_if=None) for exercise in small.exercises),
            info=attrs.evolve(small.info, always_repeat=(FLAGS[0],)),
        )
        self.lexicon = build_lexicon(bare)
        self.bare = bare

    def pack(self) -> Pack:
        """The pack."""
        rng = self.rng
        grouped = rng.randint(1, len(CONDITIONS))
        return attrs.evolve(
            self.bare,
            conditions=tuple(attrs.evolve(row, further=self._further()) for row in self.bare.conditions),
            rules=tuple(self._rule(i) for i in range(rng.randint(4, 14))),
            signs=tuple(attrs.evolve(sign, evidence=self._evidence()) for sign in self.small.signs),
            measures=tuple(attrs.evolve(measure, evidence=self._evidence()) for measure in self.small.measures),
            screen=(
                ScreenGroup(id="flags", ask="Flags?", red_flags=FLAGS),
                ScreenGroup(id="conditions", ask="Conditions?", conditions=CONDITIONS[:grouped]),
            ),
            exercises=tuple(
                attrs.evolve(exercise, offer_if=self._tree("dosage", sides=("any", "both")))
                if rng.random() < 0.2
                else exercise
                for exercise in self.bare.exercises
            ),
        )

    def _some(self, things: Sequence[str], most: int = 2) -> tuple[str, ...]:
        return tuple(self.rng.sample(things, self.rng.randint(0, most)))

    def _exclusions(self) -> Exclusions:
        return Exclusions(properties=self._some(self.properties), exercises=self._some(self.exercises))

    def _limit(self) -> Limit:
        pick = self.rng.choice
        return Limit(
            for_property=pick((None, *self.properties)),
            level_max=pick((None, 1, 2, 3)),
            effort_max=pick((None, 2, 5, 9)),
            sets_max=pick((None, 1, 2, 3)),
            sets_factor=pick((None, 0.5, 0.7)),
        )

    def _flag(self, i: int) -> RedFlag:
        rng = self.rng
        raised = RaisedBy(with_any=(FLAGS[(i + 1) % len(FLAGS)],), to=rng.choice(("same_day", "emergency")))
        return RedFlag(
            id=FLAGS[i],
            label=f"Flag {i}",
            ask=f"Flag {i}?",
            could_mean="Something.",
            urgency=rng.choice(("modifier", "caution", "before_exercising", "same_day", "emergency")),
            raised_by=(raised,) if rng.random() < 0.5 else (),
        )

    def _row(self, i: int) -> ConditionRow:
        rng = self.rng
        return ConditionRow(
            id=CONDITIONS[i],
            label=f"Condition {i}",
            ask=f"Condition {i}?",
            clearance=rng.choice(("block", "clinician_first", "modify", "modify", "caution")),
            details=DETAILS if i == 0 else {},
            from_age=rng.choice((None, 50, 65)) if i == 3 else None,
            excludes=self._exclusions(),
            limits=tuple(self._limit() for _ in range(rng.randint(0, 2))),
            swaps={rng.choice(self.exercises): rng.choice(self.exercises)} if rng.random() < 0.3 else {},
        )

    def _further(self) -> tuple[Further, ...]:
        return tuple(self._one_further(key) for key in self.rng.choice(((), ("one",), ("one", "two"))))

    def _one_further(self, key: str) -> Further:
        rng = self.rng
        stops = rng.random() < 0.5
        kinds = ("detail", "person") if stops else ("detail", "person", "sign", "measure")
        return Further(
            id=key,
            when=self._tree("triage", sides=("left", "any", "both"), kinds=kinds, depth=2),
            excludes=self._exclusions(),
            clearance="block" if stops else None,
            own_advice=ADVICE if rng.random() < 0.3 else None,
            say=f"Something {key}." if rng.random() < 0.5 else None,
        )

    def _evidence(self) -> tuple[Evidence, ...]:
        points = {"tight": self.rng.choice((-0.4, 0.75, 2)), "weak": self.rng.choice((-1, 0.5, 1.25)), "other": 0.5}
        return tuple(
            Evidence(when=self._tree("evidence", sides=("left", "any", "both")), points=points)
            for _ in range(self.rng.randint(1, 2))
        )

    def _rule(self, i: int) -> RuleFile:
        rng = self.rng
        stage = AUTHORED[i % len(AUTHORED)]
        each = rng.random() < 0.4
        sides = (None, None, None, "left", "any") if each else ("left", "right", "any", "both")
        then = Then(
            treat_as=(rng.choice(CONDITIONS[:3]),) if stage == "precaution" else (),
            triage=rng.choice(("caution", "before_exercising", "emergency")) if stage == "triage" else None,
            exclude=self._exclusions() if stage in ("safety", "dosage") else None,
            limits=(self._limit(),) if stage in ("safety", "dosage") else (),
            extra_set=(rng.choice(("length", "strength")),) if each and stage == "profile" else (),
            say=(f"Said by {i}.",) if stage in ("profile", "dosage") else (),
        )
        return RuleFile(
            id=f"rule_{i}",
            title=f"Rule {i}",
            stage=stage,
            for_each_side=each,
            when=self._tree(stage, sides=sides),
            then=then,
            because="Because.",
            sources=("expert_choice",),
            status="reviewed",
            cases=RuleCases(fires={}, quiet={}),
        )

    def _tree(self, stage: str, *, sides: Sequence[Any], kinds: Sequence[str] = ANSWERED, depth: int = 3) -> Any:
        """A condition as a rule author writes it."""
        if stage in ("profile", "dosage") and kinds is ANSWERED:
            kinds = (*ANSWERED, "finding")
        specs = [spec for spec in self.lexicon.specs.values() if spec.kind in kinds]
        by_kind = {kind: [spec for spec in specs if spec.kind == kind] for kind in kinds}
        return self._node(by_kind, sides, depth)

    def _node(self, by_kind: Any, sides: Sequence[Any], depth: int) -> Any:
        lot = self.rng.random() if depth else 0
        if lot < 0.45:
            # A kind first, so that many preferences do not crowd out the signs.
            kind = self.rng.choice(sorted(kind for kind, specs in by_kind.items() if specs))
            return self._written_test(self.rng.choice(by_kind[kind]), sides)
        if lot < 0.6:
            return {"not": self._node(by_kind, sides, depth - 1)}
        parts = [self._node(by_kind, sides, depth - 1) for _ in range(self.rng.randint(1, 3))]
        return {"all" if lot < 0.8 else "any": parts}

    def _written_test(self, spec: FactSpec, sides: Sequence[Any]) -> dict[str, Any]:
        rng = self.rng
        tree = {spec.kind: spec.key}
        side = rng.choice(sides) if spec.sided else None
        if side:
            tree["side"] = side
        if rng.random() < 0.15:
            return {**tree, "answered": "yes"}
        if spec.answer in ("yes_no", *LISTED):
            return {**tree, "is": rng.choice(("yes", "no"))}
        if spec.answer == "choice":
            return {**tree, "is": rng.choice(sorted(spec.options))}
        op = rng.choice(("is", "at_least", "at_most", "above", "below"))
        return {**tree, op: _threshold(rng, spec)}
