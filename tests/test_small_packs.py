"""Both engines agree on packs that nobody wrote: random rows and rules on top of the small pack."""

import json
from pathlib import Path

import attrs
from conftest import needs_durable
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Recommender, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import GuardError
from psoas_rules.lexicon import build_lexicon
from psoas_rules.pack import (
    ConditionRow,
    Evidence,
    Exclusions,
    Limit,
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


@st.composite
def leaves(draw):
    """One test, as a rule author writes it."""
    spec = LEXICON.specs[draw(st.sampled_from(FACTS))]
    kind, _, key = spec.name.partition(".")
    tree = {kind: key}
    if spec.sided:
        tree["side"] = draw(st.sampled_from(("left", "right", "any", "both")))
    if spec.answer == "yes_no":
        return {**tree, "is": draw(st.sampled_from(("yes", "no")))}
    if spec.answer == "choice":
        return {**tree, "is": draw(st.sampled_from(sorted(spec.options)))}
    low, high = int(spec.minimum or 0), int(spec.maximum or 40)
    op = draw(st.sampled_from(("at_least", "at_most", "above", "below", "is")))
    return {**tree, op: draw(st.integers(low, high))} if op else {**tree, "answered": "yes"}


TREES = st.recursive(
    leaves(),
    lambda part: (
        st.builds(lambda p: {"not": p}, part)
        | st.lists(part, min_size=1, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(part, min_size=1, max_size=3).map(lambda parts: {"any": parts})
    ),
    max_leaves=4,
)
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
            when=draw(TREES),
            then=Then(
                treat_as=draw(st.lists(st.sampled_from(("condition_0", "condition_1")), max_size=1).map(tuple))
                if stage == "precaution"
                else (),
                triage=draw(st.none() | st.sampled_from(("caution", "before_exercising", "emergency")))
                if stage == "triage"
                else None,
                exclude=draw(st.none() | EXCLUSIONS),
                limits=draw(st.lists(LIMITS, max_size=1).map(tuple)),
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
