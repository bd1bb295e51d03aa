"""Every row of the clinical tables is held by an example, so that no row changes or vanishes unnoticed.

The examples in `table_examples/` are written from the evidence, not from the pack: points for every answer, what each
condition leaves out, limits and advises, how urgent pairs of warning signs are, and the words that sums become.
Warning signs alone and clearances stand in `rules/cases/table_*.yaml`.
"""

from itertools import chain
from pathlib import Path

import pytest

from psoas_rules import Intake, Routine
from psoas_rules.pack import SIDES
from psoas_rules.stages import TO_TRIAGE, evidence, run, safety
from psoas_rules.yaml_reader import read_yaml


def read(name):
    document = read_yaml((Path(__file__).parent / "table_examples" / f"{name}.yaml").read_bytes())
    assert not document.flaws, document.flaws
    return document.data


def rows(table):
    """Each example with the name of the row it belongs to, and an id that finds it again."""
    return [
        pytest.param(row, example, id=f"{row}-{number}")
        for row, examples in table.items()
        for number, example in enumerate(examples, start=1)
    ]


POINTS = rows(read("points"))
RAISES = rows(read("raises"))
WORDS = rows(read("words"))
EXCLUSIONS = rows(read("exclusions"))
ADVICE = rows(read("advice"))
DOSES = rows(read("doses"))
LIMITS = [
    pytest.param(one, id=f"{one['condition']}-{one['what']}-{one['exercise']}-{number}")
    for number, one in enumerate(read("limits"), start=1)
]
LEFT_OUT = sorted({name for param in EXCLUSIONS for name in param.values[1].get("exercises", ())})
LIMITED = sorted({param.values[0]["exercise"] for param in LIMITS})

# What must be answered before an exercise is offered at all.
OFFERED_WITH = {
    "prone_press_up": {"symptom_behaviour": "worse_bending", "bending_back_eases": True},
    "kegel": {"pelvic_floor_leak": True},
}


def hundredths(points):
    """Points as whole hundredths; what has no points is left out."""
    made = {}
    for target, given in points.items():
        if isinstance(given, dict):
            sides = {side: round(value * 100) for side, value in given.items() if value}
            if sides:
                made[target] = sides
        elif given:
            made[target] = round(given * 100)
    return made


def given_points(recommender, answers):
    """The points that the evidence rules give for these answers, as weighing counts them but without its cap."""
    compiled = recommender._compiled
    facts = recommender.lexicon.facts(Intake.from_dict({"screen": "clear", **answers}))
    case = run((*TO_TRIAGE, safety, evidence), compiled, compiled.case(facts))
    made = {pattern: dict.fromkeys(SIDES, 0) for pattern in ("tight", "weak")}
    for conclusion in chain.from_iterable(one.rule.then for one in case.fired if one.rule.stage == "evidence"):
        if conclusion.subject in made:
            for side in SIDES if conclusion.side is None else (conclusion.side,):
                made[conclusion.subject][side] += conclusion.hundredths
    points = {pattern: {side: sums / 100 for side, sums in sides.items()} for pattern, sides in made.items()}
    for target in ("core", "balance", "glutes", "pelvic_floor", "other"):
        points[target] = case.facts[f"finding.{target}_points"]
    return points


def asking_for(recommender, exercise, condition=None, *, age=None, details=None, signs=None):
    """The outcome for somebody who trains, has everything and a practitioner, and asks for this one exercise."""
    present = {} if condition is None else {condition: True}
    intake = {
        "screen": "clear",
        "person": {"age": age or 40, "experience": "regular"},
        "signs": signs or OFFERED_WITH.get(exercise, {}),
        "conditions": present,
        "clearances": present,
        "details": details or {},
        "preferences": {
            "minutes": 40,
            "equipment": list(recommender.pack.vocabulary.equipment),
            "wants": [exercise] if exercise else [],
            "supervised": True,
        },
    }
    return recommender.recommend(Intake.from_dict(intake))


def step(outcome, exercise):
    assert isinstance(outcome, Routine), outcome.kind
    return next((one for one in outcome.steps if one.exercise == exercise), None)


def leaves_out(outcome, condition):
    """The properties and the exercises that the rules of a condition leave out, as its trace tells."""
    concluded = [
        conclusion
        for firing in outcome.trace.firings
        if firing.stage == "safety" and firing.rule.split(".")[:2] == ["condition", condition]
        for conclusion in firing.concludes
    ]
    return tuple(
        {one.subject for one in concluded if one.kind == kind} for kind in ("exclude_property", "exclude_exercise")
    )


def limited(dose, what):
    """The number of a dose that a limit is about; a hold is the longest there is."""
    return max(dose.hold_s or 0, dose.hold_top_s or 0) if what == "hold_s" else getattr(dose, what)


def asked(recommender, answers):
    person = {"age": 40, "experience": "regular"}
    outcome = recommender.recommend(Intake.from_dict({"screen": "clear", "person": person, **answers}))
    assert isinstance(outcome, Routine), outcome.kind
    return outcome


def test_every_constant_of_the_pack_has_an_example(pack):
    assert set(pack.info.constants) <= {param.values[0] for param in (*WORDS, *DOSES)}


def test_every_sign_and_measure_with_evidence_has_examples(pack):
    named = {param.values[0] for param in POINTS}

    assert {item.id for item in (*pack.signs, *pack.measures) if item.evidence} <= named


def test_every_condition_that_can_be_followed_by_a_routine_has_a_row(pack):
    named = {param.values[0] for param in EXCLUSIONS}

    assert named == {row.id for row in pack.conditions if row.clearance != "block"}


@pytest.mark.parametrize("item, example", POINTS)
def test_answers_give_the_points_of_the_table(recommender, item, example):
    assert hundredths(given_points(recommender, example["answers"])) == hundredths(example["points"])


@pytest.mark.parametrize("flag, example", RAISES)
def test_a_pair_of_warning_signs_raises_to_the_level_of_the_table(recommender, flag, example):
    pair = {flag: True, example["with"]: True}
    outcome = recommender.recommend(Intake.from_dict({"screen": "clear", "red_flags": pair}))

    # The level of the rule itself: the outcome may be as urgent for another reason.
    raised = {
        conclusion.subject
        for firing in outcome.trace.firings
        if firing.rule.startswith(f"red_flag.{flag}.with_")
        for conclusion in firing.concludes
        if conclusion.kind == "triage"
    }
    assert raised == {example["to"]}


@pytest.mark.parametrize("constant, example", WORDS)
def test_sums_become_the_words_of_the_decision_table(recommender, constant, example):
    profile = asked(recommender, example["answers"]).profile

    for pattern in ("tight", "weak"):
        told = {side: getattr(getattr(profile, side), pattern) for side in SIDES}
        wanted = example[pattern]
        assert told == (wanted if isinstance(wanted, dict) else dict.fromkeys(SIDES, wanted))
    assert (profile.kind, profile.confidence) == (example["profile"], example["confidence"])


@pytest.mark.parametrize("constant, example", DOSES)
def test_a_constant_decides_how_much_or_how_long(recommender, constant, example):
    routine = asked(recommender, example["answers"])

    if "exercise" in example:
        dose = step(routine, example["exercise"]).dose
        wanted = {key: value for key, value in example.items() if key not in ("answers", "exercise")}
        assert {key: getattr(dose, key) for key in wanted} == wanted
    elif "minutes" in example:
        assert routine.minutes == example["minutes"]
    else:
        doses = sum(one.dose.seconds for one in routine.steps)
        assert routine.seconds - doses == example["seconds_between"] * len(routine.steps)


@pytest.mark.parametrize("condition, example", ADVICE)
def test_a_condition_advises_what_its_row_says(recommender, condition, example):
    routine = asking_for(recommender, None, condition, age=example.get("age"), details=example.get("details"))
    texts = recommender.pack.info.texts
    concluded = routine.trace.firing(f"condition.{condition}").concludes

    assert {one.subject: one.other for one in concluded if one.kind == "swap"} == example["swaps"]
    assert [one.subject for one in concluded if one.kind == "prefer"] == example["prefers"]
    assert len(routine.stop_rules) == len(texts.stop_rules) + example["stop_signs"]
    assert routine.pain_rules == (texts.pain_rules_strict if example["strict_pain"] == "yes" else texts.pain_rules)


@pytest.mark.parametrize("exercise", sorted({*LEFT_OUT, *LIMITED}))
def test_what_a_condition_leaves_out_or_limits_is_there_without_it(recommender, exercise):
    assert step(asking_for(recommender, exercise), exercise) is not None


@pytest.mark.parametrize("condition, example", EXCLUSIONS)
def test_a_condition_leaves_out_what_its_row_says(recommender, condition, example):
    person = {"age": example.get("age"), "details": example.get("details")}

    told = leaves_out(asking_for(recommender, None, condition, **person), condition)
    assert told == (set(example["properties"]), set(example["by_name"]))
    for exercise in example.get("exercises", ()):
        outcome = asking_for(recommender, exercise, condition, **person)
        assert step(outcome, exercise) is None, f"{exercise} is in"
        (request,) = outcome.requests
        assert any(rule.split(".")[:2] == ["condition", condition] for rule in request.rules), request


@pytest.mark.parametrize("example", LIMITS)
def test_a_condition_limits_what_its_row_says(recommender, example):
    condition, exercise, what = example["condition"], example["exercise"], example["what"]
    person = {"age": example.get("age"), "details": example.get("details"), "signs": example.get("signs")}
    outcome = asking_for(recommender, exercise, condition, **person)
    usual = step(asking_for(recommender, exercise, signs=example.get("signs")), exercise)
    found = step(outcome, exercise)

    if what == "level":
        assert found is None
        assert all(one.level <= example["at_most"] for one in in_session(recommender, outcome))
        assert f"condition.{condition}" in outcome.requests[0].rules
    elif what == "cautions":
        assert not usual.cautions
        assert len(found.cautions) == example["exactly"]
        assert f"condition.{condition}" in found.rules
    elif what == "rest_s":
        assert usual.dose.rest_s < example["at_least"] == found.dose.rest_s
    else:
        # The exercise starts above the limit, so the limit shows in full.
        assert limited(usual.dose, what) > example["at_most"] == limited(found.dose, what)


def in_session(recommender, outcome):
    inside = {one.exercise for one in outcome.steps}
    return [exercise for exercise in recommender.pack.exercises if exercise.id in inside]
