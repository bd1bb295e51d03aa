"""The laws: what holds for every intake that a person could give. Each test is named as the law it states."""

import json
import pickle

import attrs
import pytest
from conftest import needs_durable
from hypothesis import assume, example, given
from hypothesis import strategies as st

from psoas_rules import Intake, Referral, Routine, Screen, Screening, explain, load_pack, outcome_from_dict
from psoas_rules.intake import FrozenDict
from psoas_rules.kit import seconds_of
from psoas_rules.pack import LEVELS, PHASES
from psoas_rules.testing import answers, intakes

PACK = load_pack()

# Answers that lead to each profile; mixed in, so that all kinds of session are met often.
LEANINGS = (
    {"signs": {}, "measures": {}},
    {"signs": {"hip_flexor_tightness_feeling": 5}, "measures": {"modified_thomas_angle": 12}},
    {"signs": {"leg_lift_difficulty": True}, "measures": {"seated_hip_flexion_hold": 4, "modified_thomas_angle": -3}},
    {"signs": {"leg_lift_difficulty": True}, "measures": {"seated_hip_flexion_hold": 4, "modified_thomas_angle": 14}},
    {"signs": {}, "measures": {"modified_thomas_angle": {"left": 13, "right": -1}, "seated_hip_flexion_hold": 30}},
)


def _lean(intake, leaning):
    return attrs.evolve(
        intake,
        signs={**intake.signs, **leaning["signs"]},
        measures={**intake.measures, **leaning["measures"]},
    )


ANY = intakes(PACK)
CLEAR = st.builds(_lean, intakes(PACK, screen="clear"), st.sampled_from(LEANINGS))
CONDITIONS = sorted(row.id for row in PACK.conditions if row.from_age is None and row.below_age is None)
EXERCISES = {exercise.id: exercise for exercise in PACK.exercises}
SECTIONS = ("signs", "measures", "red_flags", "conditions", "details", "clearances", "preferences")


def as_bytes(outcome):
    return json.dumps(outcome.to_dict(), ensure_ascii=False).encode("utf-8", "surrogatepass")


def level(outcome):
    match outcome:
        case Routine(triage=triage):
            return triage
        case Referral(urgency=urgency):
            return urgency
        case Screening():
            return None


def exclusions(routine):
    return {
        (conclusion.kind, conclusion.subject)
        for firing in routine.trace.firings
        for conclusion in firing.concludes
        if conclusion.kind.startswith("exclude")
    }


@given(st.integers(1, 240_000))
def test_minutes_are_exactly_so_many_seconds(thousandths):
    """To the thousandth to which answers are read: 8.2 and 16.9 times 60 would be a little less."""
    assert seconds_of(thousandths / 1_000) == thousandths * 6 / 100


@example(169)
@given(st.integers(50, 400))
def test_a_session_of_exactly_the_time_that_there_is_fits(recommender, tenths):
    """What fits into a time has the same length as what fits into a hundredth of a minute more."""
    signs = {
        "hip_flexion_pattern": {"right": "passive_limited"},
        "pull_at_push_off": {"left": True},
        "stand_up_stiffness": True,
        "lying_flat_discomfort": True,
        "groin_pinch_flexion": {"right": False},
    }

    def seconds(minutes):
        data = {"signs": signs, "screen": "clear", "preferences": {"minutes": minutes}}
        return recommender.recommend(Intake.from_dict(data)).seconds

    # A little more, and the session has another format.
    assume(tenths / 10 not in [one.up_to_minutes for one in PACK.sessions.formats])
    just, more = seconds(tenths / 10), seconds(tenths / 10 + 0.01)

    assert just <= tenths * 6
    assert just == more or more > tenths * 6


@given(intake=ANY, data=st.data())
def test_the_order_of_answers_does_not_matter(recommender, intake, data):
    """The same answers in another order give the same outcome, to the byte of its JSON."""
    shuffled = {
        section: dict(data.draw(st.permutations(list(getattr(intake, section).items())), label=section))
        for section in SECTIONS
    }
    other = attrs.evolve(intake, **shuffled)

    assert as_bytes(recommender.recommend(intake)) == as_bytes(recommender.recommend(other))


@given(intake=ANY, data=st.data())
def test_leaving_an_answer_out_is_saying_unknown(recommender, intake, data):
    """An answer that says unknown can be dropped, unless a blanket no would then speak for it."""
    blanket = intake.screen != Screen()
    free = [s for s in SECTIONS if not (blanket and s in ("red_flags", "conditions"))]
    section = data.draw(st.sampled_from(free))
    known = {
        key: value for key, value in getattr(intake, section).items() if value not in (None, "unknown", "not_sure")
    }
    key = data.draw(st.sampled_from(sorted(known)) if known else st.nothing() | st.just(""))
    unknown = data.draw(st.sampled_from((None, "unknown", "not_sure")))

    dropped = attrs.evolve(intake, **{section: {k: v for k, v in getattr(intake, section).items() if k != key}})
    said = attrs.evolve(intake, **{section: {**getattr(intake, section), **({key: unknown} if key else {})}})

    assert as_bytes(recommender.recommend(dropped)) == as_bytes(recommender.recommend(said))


@given(intake=CLEAR, data=st.data())
def test_an_unanswered_required_question_never_yields_a_routine(recommender, intake, data):
    """Taking back any one safety answer takes back the routine."""
    section, key = data.draw(
        st.sampled_from(
            [("red_flags", flag) for group in PACK.screen for flag in group.red_flags]
            + [("conditions", row) for group in PACK.screen for row in group.conditions if row in CONDITIONS]
        )
    )
    open_one = attrs.evolve(intake, **{section: {**getattr(intake, section), key: "unknown"}})
    # A sign can speak for a condition; then the question is answered, and not in its favour.
    assume(not _treated(recommender, intake, key))

    outcome = recommender.recommend(open_one)

    assert not isinstance(outcome, Routine)
    if isinstance(outcome, Screening):
        assert key in {question.key for question in outcome.questions}


def _treated(recommender, intake, key):
    outcome = recommender.recommend(intake)
    return any(
        conclusion.kind == "treat_as" and conclusion.subject == key
        for firing in outcome.trace.firings
        for conclusion in firing.concludes
    )


@given(intake=ANY, flag=st.sampled_from([f for f in PACK.red_flags if f.urgency in ("emergency", "same_day")]))
def test_an_emergency_or_same_day_flag_never_yields_a_step(recommender, intake, flag):
    """Whatever else is answered or left open, such a flag leads to a referral that is at least as urgent."""
    flagged = attrs.evolve(intake, red_flags={**intake.red_flags, flag.id: True})

    outcome = recommender.recommend(flagged)

    assert isinstance(outcome, Referral)
    assert LEVELS.index(outcome.urgency) >= LEVELS.index(flag.urgency)
    assert outcome.actions


@given(intake=CLEAR, condition=st.sampled_from(CONDITIONS))
def test_adding_a_condition_never_loosens_anything(recommender, intake, condition):
    """It removes no exclusion, lowers no triage level and raises no dose."""
    without = attrs.evolve(intake, conditions={**intake.conditions, condition: False})
    with_it = attrs.evolve(intake, conditions={**intake.conditions, condition: True})

    before, after = recommender.recommend(without), recommender.recommend(with_it)

    if level(before) is not None and level(after) is not None:
        assert LEVELS.index(level(after)) >= LEVELS.index(level(before))
    if isinstance(after, Routine):
        assert isinstance(before, Routine)
        assert exclusions(after) >= exclusions(before)
        doses = {step.exercise: step.dose for step in before.steps}
        for step in after.steps:
            if step.exercise in doses:
                _assert_not_more(step.dose, doses[step.exercise])


def _assert_not_more(dose, before):
    assert dose.sets + dose.extra_sets <= before.sets + before.extra_sets
    assert dose.reps <= before.reps
    assert dose.reps_top <= before.reps_top
    assert (dose.hold_s or 0) <= (before.hold_s or 0)
    assert (dose.hold_top_s or 0) <= (before.hold_top_s or 0)
    assert (dose.effort_max or 0) <= (before.effort_max or 0)
    assert (dose.stretch_max or 0) <= (before.stretch_max or 0)
    assert dose.days_max <= before.days_max
    assert dose.rest_s >= before.rest_s


DETAILS = sorted((row.id, key) for row in PACK.conditions for key in row.details)


@given(intake=CLEAR, detail=st.sampled_from(DETAILS), data=st.data())
def test_an_unanswered_follow_up_is_never_less_careful(recommender, intake, detail, data):
    """Whatever a follow-up question of a condition would be answered with, leaving it open excludes at least as much."""
    condition, key = detail
    with_condition = {**intake.conditions, condition: True}
    cleared = {**intake.clearances, **dict.fromkeys(with_condition, True)}
    said = data.draw(answers(recommender.lexicon.specs[f"detail.{key}"], unknown=False))
    base = attrs.evolve(intake, conditions=with_condition, clearances=cleared)
    answered = attrs.evolve(base, details={**intake.details, key: said})
    left_open = attrs.evolve(base, details={k: v for k, v in intake.details.items() if k != key})

    careful, other = recommender.recommend(left_open), recommender.recommend(answered)

    if isinstance(careful, Routine):
        assert isinstance(other, Routine)
        assert exclusions(careful) >= exclusions(other)


@given(intake=CLEAR, pain=st.integers(0, 9))
def test_more_pain_never_gives_more_load(recommender, intake, pain):
    """One point more of pain raises no dose and lowers no triage level."""
    less = attrs.evolve(intake, signs={**intake.signs, "pain_now": pain})
    more = attrs.evolve(intake, signs={**intake.signs, "pain_now": pain + 1})

    before, after = recommender.recommend(less), recommender.recommend(more)

    if isinstance(after, Routine):
        assert isinstance(before, Routine)
        doses = {step.exercise: step.dose for step in before.steps}
        for step in after.steps:
            if step.exercise in doses:
                _assert_not_more(step.dose, doses[step.exercise])


@given(intake=CLEAR)
def test_no_step_breaks_a_table(recommender, intake):
    """No step has a property or is an exercise that a present condition excludes, or is above a level it limits."""
    outcome = recommender.recommend(intake)
    assume(isinstance(outcome, Routine))
    present = [row for row in PACK.conditions if f"condition.{row.id}" in outcome.trace.rules]
    said_yes = {key for key, value in intake.conditions.items() if value in (True, "yes")}

    assert {row.id for row in present} >= said_yes
    for step in outcome.steps:
        exercise = EXERCISES[step.exercise]
        for row in present:
            assert not set(exercise.properties) & set(row.excludes.properties)
            assert exercise.id not in row.excludes.exercises
            for limit in row.limits:
                if limit.level_max is not None and limit.for_property in (None, *exercise.properties):
                    assert exercise.level <= limit.level_max


@given(intake=CLEAR)
def test_no_step_goes_against_what_the_person_ruled_out(recommender, intake):
    """Level, equipment, positions, movements and time are kept to."""
    outcome = recommender.recommend(intake)
    assume(isinstance(outcome, Routine))
    wishes = {k: v for k, v in intake.preferences.items() if v not in (None, "unknown", "not_sure")}

    minutes = wishes.get("minutes", PACK.constant("default_minutes"))
    assert outcome.seconds <= minutes * 60
    assert outcome.seconds == pytest.approx(sum(step.dose.seconds + PACK.constant("setup_s") for step in outcome.steps))
    for step in outcome.steps:
        exercise = EXERCISES[step.exercise]
        assert exercise.level <= wishes.get("level_max", 3)
        if "equipment" in wishes:
            assert all(set(alternatives) & set(wishes["equipment"]) for alternatives in exercise.needs)
        assert set(exercise.positions) - set(wishes.get("avoid_positions", ()))
        assert not set(exercise.properties) & set(wishes.get("avoid_properties", ()))


@given(intake=CLEAR)
def test_phases_come_in_order_and_nothing_comes_twice(recommender, intake):
    """Warm-up, then strengthening, then release; no exercise twice."""
    outcome = recommender.recommend(intake)
    assume(isinstance(outcome, Routine))
    phases = [PHASES.index(step.phase) for step in outcome.steps]

    assert phases == sorted(phases)
    assert len({step.exercise for step in outcome.steps}) == len(outcome.steps)


@given(intake=CLEAR)
def test_what_is_not_for_doing_alone_needs_a_practitioner_and_a_wish(recommender, intake):
    """The unsafe self-treatments appear only when asked for by name with a practitioner present."""
    outcome = recommender.recommend(intake)
    assume(isinstance(outcome, Routine))

    for step in outcome.steps:
        if EXERCISES[step.exercise].availability == "supervised_only":
            assert intake.preferences["supervised"] in (True, "yes")
            assert EXERCISES[step.exercise].name in intake.preferences["wants"]


@given(intake=ANY)
def test_every_outcome_says_something(recommender, intake):
    """No routine is empty without a reason; a referral says why and what to do; a screening asks."""
    outcome = recommender.recommend(intake)

    match outcome:
        case Routine():
            assert outcome.steps or PACK.info.texts.no_steps in {note.text for note in outcome.notes}
            assert outcome.stop_rules
            assert outcome.seek_help
            assert outcome.not_a_diagnosis
            for left_out in outcome.left_out:
                assert left_out.why
            asked = intake.preferences.get("wants") or ()
            assert len(outcome.requests) == (0 if isinstance(asked, str) else len(asked))
            assert all(request.granted or request.answer for request in outcome.requests)
        case Referral():
            assert outcome.reasons
            assert outcome.actions
            assert LEVELS.index(outcome.urgency) > LEVELS.index("caution")
        case Screening():
            assert outcome.questions
    assert outcome.pack.digest == PACK.digest
    assert outcome.intended_use in " ".join(str(outcome).split())
    assert explain(outcome)


@given(intake=ANY)
def test_outcomes_read_back_from_json(recommender, intake):
    """Plain data for JSON and back gives an equal outcome with an equal repr."""
    outcome = recommender.recommend(intake)
    back = outcome_from_dict(json.loads(as_bytes(outcome)))

    assert back == outcome
    assert repr(back) == repr(outcome)
    assert pickle.loads(pickle.dumps(outcome)) == outcome


@given(intake=ANY)
def test_intakes_read_back_from_json(intake):
    """Plain data for JSON and back gives an equal intake."""
    assert Intake.from_dict(json.loads(json.dumps(intake.to_dict()))) == intake
    assert pickle.loads(pickle.dumps(intake)) == intake


@given(intake=ANY)
def test_every_rule_that_is_named_has_fired(recommender, intake):
    """What an outcome cites is in its trace, with a source, every step cites a rule, and answers are as they were given."""
    outcome = recommender.recommend(intake)
    fired = set(outcome.trace.rules)
    cited = set()
    match outcome:
        case Routine():
            for part in (*outcome.steps, *outcome.left_out, *outcome.requests, *outcome.notes, outcome.profile):
                cited |= set(part.rules)
        case Referral() | Screening():
            for reason in outcome.reasons:
                cited |= set(reason.rules)

    assert cited <= fired
    assert all(firing.sources for firing in outcome.trace.firings)
    assert all(step.sources and step.rules for step in getattr(outcome, "steps", ()))
    answered = recommender.lexicon.facts(intake)
    for firing in outcome.trace.firings:
        for reading in firing.readings:
            if not reading.fact.startswith("finding.") and reading.assumed_by is None:
                assert reading.value == answered.get(reading.fact)
            assert reading.assumed_by is None or reading.assumed_by in fired


@needs_durable
@given(intake=ANY)
def test_durable_rules_and_the_plain_evaluator_decide_the_same(recommender, plain, intake):
    """Both engines give the same outcome, to the byte, but for the name of the engine."""
    one = attrs.evolve(recommender.recommend(intake), engine="")
    other = attrs.evolve(plain.recommend(intake), engine="")

    assert recommender.engine == "durable-rules"
    assert as_bytes(one) == as_bytes(other)


@given(intake=ANY)
def test_remembering_changes_nothing(recommender, forgetful, intake):
    """What the engine answered before gives the same outcome as asking it again."""
    assert as_bytes(recommender.recommend(intake)) == as_bytes(forgetful.recommend(intake))


@needs_durable
@given(intake=CLEAR)
def test_both_engines_build_the_same_routine(recommender, plain, intake):
    """The same, over intakes that mostly become routines."""
    one = attrs.evolve(recommender.recommend(intake), engine="")
    other = attrs.evolve(plain.recommend(intake), engine="")

    assert as_bytes(one) == as_bytes(other)


def test_answers_cannot_be_changed_afterwards():
    """An intake is a value: what it holds stays as it was."""
    answers = {"low_back_pain_stiffness": 5}
    intake = Intake(signs=answers)
    answers["low_back_pain_stiffness"] = 9

    assert intake.signs == {"low_back_pain_stiffness": 5}
    assert isinstance(intake.signs, FrozenDict)
    with pytest.raises(TypeError, match="cannot be changed"):
        intake.signs["low_back_pain_stiffness"] = 0
