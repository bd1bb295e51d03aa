"""What if: the differences are all of them, and the rules and answers named behind them are behind them."""

import json
from pathlib import Path

import attrs
import pytest
from drawn import intakes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_small_packs import packs

from psoas_rules import Intake, Person, Recommender, Screen, load_pack, read_intake
from psoas_rules.contrasting import what_if
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.revising import answers_of, changed_answers, revised

SMALL = load_pack(Path(__file__).parent / "small_pack")
RECOMMENDER = Recommender(SMALL, PlainEngine())
DESK = Path(__file__).parents[1] / "examples" / "intakes" / "stiff_lower_back.yaml"
UNTOLD = ("trace", "engine", "pack", "rules", "mattered", "sources")
"""What is no part of what a person is told: who decided and why, and their own answers said back to them."""


def said(outcome):
    """Everything that a person is told; only steps and sides have an order that says something."""

    def plain(value, key=""):
        if isinstance(value, dict):
            return {name: plain(one, name) for name, one in value.items() if name not in UNTOLD}
        if isinstance(value, list):
            parts = [json.dumps(plain(one), sort_keys=True) for one in value]
            return parts if key in ("steps", "sides") else sorted(set(parts))
        return value

    return plain(outcome.to_dict())


@st.composite
def two_people(draw, pack):
    """Somebody, and the same person with some other answers, or somebody else."""
    one = draw(intakes(pack, screen="clear") | intakes(pack))
    other = draw(intakes(pack, screen="clear"))
    if draw(st.booleans()):
        sections = draw(st.sets(st.sampled_from(("signs", "measures", "preferences", "person")), max_size=2))
        other = attrs.evolve(one, **{section: getattr(other, section) for section in sections})
    return one, other


def contrasted(recommender, one, other):
    try:
        return what_if(recommender, one, other)
    except (EngineError, IntakeError):
        assume(False)


@settings(max_examples=100)
@given(people=two_people(SMALL))
def test_a_contrast_is_empty_exactly_when_the_outcomes_say_the_same(people):
    one, other = people
    contrast = contrasted(RECOMMENDER, one, other)

    assert bool(contrast) is (said(contrast.before) != said(contrast.after))
    assert ("Nothing changes." in str(contrast)) is not bool(contrast)


@settings(max_examples=50)
@given(data=st.data())
def test_a_contrast_is_empty_exactly_when_the_outcomes_say_the_same_on_any_pack(data):
    pack = data.draw(packs(), label="pack")
    one, other = data.draw(two_people(pack), label="people")
    contrast = contrasted(Recommender(pack, PlainEngine()), one, other)

    assert bool(contrast) is (said(contrast.before) != said(contrast.after))


@settings(max_examples=100)
@given(people=two_people(SMALL))
def test_the_way_back_is_the_same_way(people):
    """From here to there and from there to here are the same differences, turned round."""
    one, other = people
    there, back = contrasted(RECOMMENDER, one, other), contrasted(RECOMMENDER, other, one)

    assert (there.added, there.removed) == (back.removed, back.added)
    assert {(d.what, d.subject, d.field, d.before, d.after) for d in there.differences if d.change != "moved"} == {
        (d.what, d.subject, d.field, d.after, d.before) for d in back.differences if d.change != "moved"
    }


@settings(max_examples=100)
@given(people=two_people(SMALL))
def test_steps_that_are_not_moved_stand_in_the_same_order(people):
    contrast = contrasted(RECOMMENDER, *people)

    def order(outcome, without):
        return [step.exercise for step in getattr(outcome, "steps", ()) if step.exercise not in without]

    before = order(contrast.before, {*contrast.moved, *contrast.removed})
    assert contrast.before.kind != contrast.after.kind or before == order(
        contrast.after, {*contrast.moved, *contrast.added}
    )


@settings(max_examples=100)
@given(people=two_people(SMALL))
def test_the_rules_behind_a_difference_fired_in_one_of_the_outcomes_alone(people):
    contrast = contrasted(RECOMMENDER, *people)
    apart = {*contrast.before.trace.rules} ^ {*contrast.after.trace.rules}

    assert {rule for one in contrast.differences for rule in one.rules} <= apart


@settings(max_examples=60)
@given(people=two_people(SMALL))
def test_a_step_that_one_answer_is_behind_is_as_before_when_that_answer_is_taken_back(people):
    """The named answers are decisive: without one of them, or with it alone, it is another matter."""
    one, other = people
    contrast = contrasted(RECOMMENDER, one, other)
    changed = changed_answers(one, other)
    for difference in contrast.differences:
        if difference.what == "step" and len(difference.answers) < len(changed):
            for name in difference.answers:
                old, new = changed[name]
                without = what_if(RECOMMENDER, one, revised(other, {name: old}))
                alone = what_if(RECOMMENDER, one, revised(one, {name: new}))
                steps = {*without.added, *without.removed}, {*alone.added, *alone.removed}

                assert difference.subject not in steps[0] or difference.subject in steps[1]


@settings(max_examples=100)
@given(people=two_people(SMALL))
def test_what_was_changed_turns_one_intake_into_the_other(people):
    one, other = people
    changed = changed_answers(one, other)

    assert answers_of(revised(one, {name: new for name, (_, new) in changed.items()})) == answers_of(other)
    assert answers_of(revised(other, {name: old for name, (old, _) in changed.items()})) == answers_of(one)


def test_one_side_of_an_answer_can_be_changed():
    both = Intake(signs={"stiffness": 4})

    assert revised(both, {"signs.stiffness.left": 2}).signs["stiffness"] == {"left": 2, "right": 4}
    assert revised(both, {"signs.stiffness.left": None}).signs["stiffness"] == {"right": 4}
    assert revised(Intake(signs={"stiffness": {"left": 1}}), {"signs.stiffness.left": None}) == Intake()
    assert revised(Intake(), {"screen": "clear", "person.age": 40}) == Intake(
        person=Person(age=40), screen=Screen.clear()
    )


@pytest.mark.parametrize("name", ["", "signs", "signs.", "nothing.such", 3, "screen.flags"])
def test_a_name_that_is_no_answer_is_told(name):
    with pytest.raises(IntakeError):
        revised(Intake(screen=Screen.clear()), {name: 3})


def test_less_time_reads_well(recommender):
    contrast = what_if(recommender, read_intake(DESK), {"preferences.minutes": 10})

    assert str(contrast).splitlines()[:2] == [
        "With Time for a session: 20 minutes -> 10 minutes",
        "- No longer in it: Pelvic tilt lying on the back, Cat and cow, Lying march, Lying figure-four",
    ]
    assert "- Easy walking: seconds of hold 240 -> 120" in str(contrast).splitlines()
    assert contrast.removed == ("pelvic_tilt", "cat_cow", "supine_march", "figure_four_supine")
    assert {answer for one in contrast.differences for answer in one.answers} == {"preferences.minutes"}
    assert contrast.to_dict()["removed"] == list(contrast.removed)


def test_each_of_two_answers_gets_what_is_its_own(recommender):
    contrast = what_if(
        recommender, read_intake(DESK), {"preferences.minutes": 30, "preferences.wants": ["lumbar_foam_roll"]}
    )
    behind = {(one.what, one.subject): one.answers for one in contrast.differences}

    assert behind["step", "bird_dog"] == ("preferences.minutes",)
    assert behind["request", "lumbar_foam_roll"] == ("preferences.wants",)


def test_a_red_flag_is_told_as_a_referral_with_its_rule(recommender):
    contrast = what_if(recommender, read_intake(DESK), {"red_flags.fever_with_hip_or_back": True})
    first = contrast.differences[0]

    assert (first.what, first.before, first.after) == ("outcome", "a routine", "a referral")
    assert first.rules == ("red_flag.fever_with_hip_or_back",)


# On the command line


@pytest.fixture
def run():
    pytest.importorskip("rich", reason="the extra cli is not installed")
    runner = pytest.importorskip("click.testing", reason="the extra cli is not installed").CliRunner()
    app = pytest.importorskip("psoas_rules.cli.app").app
    return lambda *arguments: runner.invoke(app, ["why", str(DESK), "bird_dog", *arguments])


def test_the_command_tells_what_an_answer_would_change(run):
    done = run("--what-if", "preferences.minutes=30", "--what-if", "preferences.wants=kegel, glute bridge")

    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "- New: Bird dog (because of: Time for a session)" in text
    assert "Exercises asked for: not answered -> Pelvic floor squeeze, Glute bridge" in text


def test_the_command_gives_the_contrast_as_data(run):
    done = run("--json", "--what-if", "preferences.minutes=30")
    found = json.loads(done.stdout)

    assert found["what_if"]["added"] == ["bird_dog"]
    assert found["reasons"][0]["why_not"]["closed"][0]["way"]["slot"] == "control"
    assert "what_if" not in json.loads(run("--json").stdout)


def test_the_command_can_take_an_answer_back(run):
    done = run("--what-if", "preferences.minutes=")

    assert "Time for a session: 20 minutes -> not answered" in done.stdout


@pytest.mark.parametrize(
    "change, code, told",
    [
        ("preferences.minutes=300", 1, "300 is not a number from 5 to 60"),
        ("preferences.minuts=30", 1, "did you mean 'minutes'"),
        ("signs.hip_pinch=maybe", 1, "hip_pinch"),
        ("minutes", 2, "is not of the form"),
    ],
)
def test_the_command_tells_what_cannot_be_read(run, change, code, told):
    done = run("--what-if", change)

    assert done.exit_code == code
    assert told in " ".join(done.output.split())
