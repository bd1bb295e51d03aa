"""Packs on top of the small pack: what rows and rules mean, and that both engines agree on packs that nobody wrote."""

import json
from pathlib import Path

import attrs
import pytest
from conftest import needs_durable
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Person, Recommender, Referral, Routine, Screen, Screening, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import GuardError
from psoas_rules.lexicon import build_lexicon
from psoas_rules.pack import (
    ConditionRow,
    Evidence,
    Exclusions,
    Further,
    Limit,
    OwnAdvice,
    Part,
    RaisedBy,
    RedFlag,
    RuleCases,
    RuleFile,
    ScreenGroup,
    Then,
)
from psoas_rules.testing import intakes

SMALL = load_pack(Path(__file__).parent / "small_pack")
LEXICON = build_lexicon(SMALL)
PROPERTIES = st.sampled_from(sorted(SMALL.vocabulary.properties))
EXERCISES = st.sampled_from(sorted(exercise.id for exercise in SMALL.exercises))
STAGES = ("precaution", "triage", "safety", "profile", "dosage")


def readable(spec):
    return spec.kind in ("sign", "measure", "person") and spec.answer not in ("many", "names")


FACTS = sorted(spec.name for spec in LEXICON.specs.values() if readable(spec))
DETAILS = {
    "days": Part(ask="For how many days?", answer="whole_number", min=0, max=9),
    "worse": Part(ask="Is it worse?", answer="yes_no"),
    "where": Part(ask="Where?", answer="choice", options={"here": "Here", "there": "There"}),
}
SPECS = {**{name: LEXICON.specs[name] for name in FACTS}, **{f"detail.{key}": part for key, part in DETAILS.items()}}
PERSONAL = tuple(name for name in SPECS if name.startswith(("detail.", "person.")))
SIDES_NAMED = ("left", "right", "any", "both")


def limits_of(spec):
    low, high = (spec.min, spec.max) if isinstance(spec, Part) else (spec.minimum, spec.maximum)
    return int(low or 0), int(high or 40)


@st.composite
def leaves(draw, facts, sides):
    """One test, as a rule author writes it."""
    name = draw(st.sampled_from(facts))
    spec = SPECS[name]
    kind, _, key = name.partition(".")
    tree = {kind: key}
    side = draw(st.sampled_from(sides)) if getattr(spec, "sided", False) else None
    if side:
        tree["side"] = side
    numeric = spec.answer not in ("yes_no", "choice")
    ops = ("at_least", "at_most", "above", "below", "is", "answered") if numeric else ("is", "answered")
    op = draw(st.sampled_from(ops))
    if op == "answered":
        return {**tree, "answered": "yes"}
    if spec.answer == "yes_no":
        return {**tree, "is": draw(st.sampled_from(("yes", "no")))}
    if spec.answer == "choice":
        return {**tree, "is": draw(st.sampled_from(sorted(spec.options)))}
    return {**tree, op: draw(st.integers(*limits_of(spec)))}


def trees(facts, sides=SIDES_NAMED, most=4):
    return st.recursive(
        leaves(facts, sides),
        lambda part: (
            st.builds(lambda p: {"not": p}, part)
            | st.lists(part, min_size=1, max_size=3).map(lambda parts: {"all": parts})
            | st.lists(part, min_size=1, max_size=3).map(lambda parts: {"any": parts})
        ),
        max_leaves=most,
    )


TREES = trees(FACTS)
# Where an answer that is not known counts as well, each test on either side is four alternatives.
FEARED_TREES = trees(sorted(SPECS), most=3)
PERSONAL_TREES = trees(PERSONAL, most=4)
# None leaves the side open, for rules that stand once for each side.
OPEN_TREES = trees(FACTS, sides=(None, None, None, "left", "any"))
EXCLUSIONS = st.builds(
    Exclusions,
    properties=st.lists(PROPERTIES, max_size=2).map(tuple),
    exercises=st.lists(EXERCISES, max_size=2).map(tuple),
)
LIMITS = st.builds(
    Limit,
    for_property=st.none() | PROPERTIES,
    level_max=st.none() | st.integers(1, 3),
    effort_max=st.none() | st.integers(1, 10),
    sets_max=st.none() | st.integers(1, 3),
    sets_factor=st.none() | st.sampled_from((0.5, 0.7)),
)


@st.composite
def furthers(draw, key):
    """Something more that a condition does."""
    stops = draw(st.booleans())
    return Further(
        id=key,
        when=draw(PERSONAL_TREES if stops else FEARED_TREES),
        excludes=draw(EXCLUSIONS),
        clearance="block" if stops else None,
        own_advice=draw(st.none() | st.just(OwnAdvice(headline="Wait.", actions=("Rest.",)))),
        say=draw(st.none() | st.just(f"Something {key}.")),
    )


@st.composite
def packs(draw):
    """The small pack with red flags, conditions, evidence and rules that were drawn by lot."""
    flags = tuple(
        RedFlag(
            id=f"flag_{i}",
            label=f"Flag {i}",
            ask=f"Flag {i}?",
            could_mean="Something.",
            urgency=draw(st.sampled_from(("modifier", "caution", "before_exercising", "same_day", "emergency"))),
            raised_by=draw(
                st.lists(
                    st.builds(
                        RaisedBy,
                        with_any=st.just((f"flag_{(i + 1) % 3}",)),
                        to=st.sampled_from(("same_day", "emergency")),
                    ),
                    max_size=1,
                ).map(tuple)
            ),
        )
        for i in range(3)
    )
    conditions = tuple(
        ConditionRow(
            id=f"condition_{i}",
            label=f"Condition {i}",
            ask=f"Condition {i}?",
            clearance=draw(st.sampled_from(("block", "clinician_first", "modify", "caution"))),
            details=DETAILS if i == 0 else {},
            further=tuple(draw(furthers(key)) for key in draw(st.sampled_from(((), ("one",), ("one", "two"))))),
            excludes=draw(EXCLUSIONS),
            limits=draw(st.lists(LIMITS, max_size=2).map(tuple)),
            swaps=draw(st.dictionaries(EXERCISES, EXERCISES, max_size=2)),
        )
        for i in range(3)
    )
    rules = tuple(
        RuleFile(
            id=f"rule_{i}",
            title=f"Rule {i}",
            stage=(stage := draw(st.sampled_from(STAGES))),
            for_each_side=(each := draw(st.booleans())),
            when=draw(OPEN_TREES if each else TREES),
            then=Then(
                treat_as=draw(st.lists(st.sampled_from(("condition_0", "condition_1")), max_size=1).map(tuple))
                if stage == "precaution"
                else (),
                triage=draw(st.none() | st.sampled_from(("caution", "before_exercising", "emergency")))
                if stage == "triage"
                else None,
                exclude=draw(st.none() | EXCLUSIONS),
                limits=draw(st.lists(LIMITS, max_size=1).map(tuple)),
                extra_set=draw(st.sampled_from(((), ("length",), ("strength",)))) if each else (),
            ),
            because="Because.",
            sources=("expert_choice",),
            status="reviewed",
            cases=RuleCases(fires={}, quiet={}),
        )
        for i in range(draw(st.integers(1, 6)))
    )
    signs = tuple(
        attrs.evolve(
            sign,
            evidence=(
                Evidence(when=draw(TREES), points={"tight": draw(st.sampled_from((-0.4, 0.75, 2))), "other": 0.5}),
            ),
        )
        for sign in SMALL.signs
    )
    known = {flag.id for flag in flags}
    info = attrs.evolve(SMALL.info, always_repeat=(min(known),))
    screen = (
        ScreenGroup(id="flags", ask="Flags?", red_flags=tuple(sorted(known))),
        ScreenGroup(id="conditions", ask="Conditions?", conditions=("condition_0", "condition_1")),
    )
    return attrs.evolve(
        SMALL,
        info=info,
        red_flags=flags,
        conditions=conditions,
        rules=rules,
        signs=signs,
        screen=screen,
        exercises=plain_exercises(),
    )


def plain_exercises():
    """The small pack's exercises without conditions of their own, which name rows that are gone."""
    return tuple(attrs.evolve(exercise, offer_if=None) for exercise in SMALL.exercises)


def result(recommender, intake):
    try:
        return json.dumps(attrs.evolve(recommender.recommend(intake), engine="").to_dict())
    except GuardError as error:
        return str(error)


@needs_durable
@settings(max_examples=60)
@given(data=st.data())
def test_both_engines_agree_on_any_pack(data):
    """Whatever the rules say, durable-rules and the plain evaluator decide the same."""
    pack = data.draw(packs(), label="pack")
    one, other = Recommender(pack), Recommender(pack, PlainEngine(), remember=False)

    for intake in data.draw(st.lists(intakes(pack), min_size=3, max_size=8), label="intakes"):
        assert result(one, intake) == result(other, intake)


AGED = Further(
    id="from_75", when={"person": "age", "at_least": 75}, excludes=Exclusions(exercises=("chair_rise",)), say="Sit."
)


def with_further(further, *, rules=(), condition="common_cold"):
    """The small pack, with this for people with a cold in place of what stands there."""
    rows = tuple(
        attrs.evolve(row, further=(further,)) if row.id == condition else attrs.evolve(row, further=())
        for row in SMALL.conditions
    )
    return Recommender(attrs.evolve(SMALL, conditions=rows, rules=rules))


def excluded(outcome):
    assert isinstance(outcome, Routine)
    return [
        (firing.rule, conclusion.subject)
        for firing in outcome.trace.firings
        for conclusion in firing.concludes
        if conclusion.kind == "exclude_exercise"
    ]


OUT = [("condition.common_cold.from_75", "chair_rise")]


@pytest.mark.parametrize(
    ("age", "cold", "out"),
    [(None, True, OUT), (80, True, OUT), (60, True, []), (None, False, []), (80, False, [])],
)
def test_what_is_not_known_of_a_person_counts_as_the_dangerous_answer(age, cold, out):
    """An unknown age is treated like the age from which a condition takes more out of a routine."""
    intake = Intake(person=Person(age), conditions={"common_cold": cold}, screen=Screen.clear())

    assert excluded(with_further(AGED).recommend(intake)) == out


@pytest.mark.parametrize(
    ("when", "intake", "fires"),
    [
        ({"sign": "slow_start", "is": "yes"}, {}, True),
        ({"sign": "slow_start", "is": "yes"}, {"slow_start": "yes"}, True),
        ({"sign": "slow_start", "is": "yes"}, {"slow_start": "no"}, False),
        ({"not": {"sign": "slow_start", "is": "yes"}}, {}, True),
        ({"sign": "slow_start", "answered": "yes"}, {}, False),
        ({"not": {"sign": "slow_start", "answered": "yes"}}, {}, True),
        ({"not": {"sign": "slow_start", "answered": "yes"}}, {"slow_start": "no"}, False),
        ({"sign": "stiffness", "side": "any", "at_least": 4}, {"stiffness": {"left": 3}}, True),
        ({"sign": "stiffness", "side": "any", "at_least": 4}, {"stiffness": 3}, False),
        ({"sign": "stiffness", "side": "left", "at_least": 4}, {"stiffness": {"left": 3}}, False),
    ],
)
def test_every_fact_of_something_further_counts_as_dangerous_while_it_is_open(when, intake, fires):
    recommender = with_further(attrs.evolve(AGED, when=when))

    outcome = recommender.recommend(Intake(signs=intake, conditions={"common_cold": True}, screen=Screen.clear()))

    assert excluded(outcome) == (OUT if fires else [])


STOP = Further(id="under_12", when={"person": "age", "below": 12}, clearance="block", say="Play.")


@pytest.mark.parametrize(("age", "kind"), [(None, Screening), (11, Referral), (12, Routine)])
def test_a_person_is_asked_before_an_unknown_age_stops_anything(age, kind):
    intake = Intake(person=Person(age), conditions={"common_cold": True}, screen=Screen.clear())

    outcome = with_further(STOP).recommend(intake)

    assert isinstance(outcome, kind)
    if kind is Screening:
        assert [question.fact for question in outcome.questions] == ["person.age"]


@pytest.mark.parametrize(("age", "kind"), [(None, Referral), (11, Referral), (12, Routine)])
def test_an_unknown_age_stops_where_nobody_could_ask_for_it(age, kind):
    """When a sign speaks for the condition, the screen has been asked already."""
    rule = attrs.evolve(
        next(rule for rule in SMALL.rules if rule.stage == "precaution"), then=Then(treat_as=("common_cold",))
    )
    intake = Intake(person=Person(age), measures={"balance_time": 2}, screen=Screen.clear())

    outcome = with_further(STOP, rules=(rule,)).recommend(intake)

    assert isinstance(outcome, kind)


def test_somebody_without_the_condition_is_not_asked():
    for further in (AGED, STOP):
        outcome = with_further(further).recommend(Intake(screen=Screen.clear()))

        assert excluded(outcome) == []


@pytest.mark.parametrize(
    ("intake", "out"),
    [
        ({"conditions": {"falls_or_balance_risk": True}}, True),
        ({"conditions": {"falls_or_balance_risk": True}, "person": {"age": 75}}, True),
        ({"conditions": {"falls_or_balance_risk": True}, "person": {"age": 74}}, False),
        ({}, False),
    ],
)
def test_who_may_fall_and_may_be_old_stays_off_the_floor(recommender, intake, out):
    outcome = recommender.recommend(Intake.from_dict({"screen": "clear", **intake}))

    taken = [c.subject for one in outcome.trace.firings for c in one.concludes if c.kind == "exclude_property"]
    assert ("floor_transfer" in taken) is out


def test_whose_age_is_unknown_and_under_18_is_asked_for_it(recommender):
    outcome = recommender.recommend(Intake(conditions={"under_18": True}, screen=Screen.clear()))

    assert isinstance(outcome, Screening)
    assert [question.fact for question in outcome.questions] == ["person.age"]


def test_two_tests_of_one_answer_are_about_the_same_side():
    """`side: any` with two bounds means one side that is within both."""
    recommender = with_further(
        attrs.evolve(AGED, when={"measure": "reach", "side": "any", "above": -3, "below": 0, "answered": "yes"})
    )

    def out(left, right):
        intake = {"measures": {"reach": {"left": left, "right": right}}, "conditions": {"common_cold": "yes"}}
        return excluded(recommender.recommend(Intake.from_dict({"screen": "clear", **intake})))

    assert out(-1, 5) == out(5, -1) == OUT
    assert out(-9, 5) == []


def test_a_rule_says_which_side_and_which_condition_it_is_about(pack, recommender):
    rules = {rule.id: rule for rule in recommender.rules}

    for rule in rules.values():
        end = rule.id.rpartition(".")[2]
        assert rule.side == (end if end in ("left", "right") else None)
        kind, _, rest = rule.id.partition(".")
        tabled = kind in ("red_flag", "condition")
        assert rule.about == (f"{kind}.{rest.partition('.')[0]}" if tabled else None)
    assert {rule.side for rule in rules.values()} == {"left", "right", None}
    assert rules["condition.under_18.under_12.clearance"].about == "condition.under_18"
