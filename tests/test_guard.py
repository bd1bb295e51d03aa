"""The guard sees every kind of disagreement between a finished routine and the tables."""

import attrs
import pytest

from psoas_rules import Intake, Person, Recommender, Routine, Screen, barriers
from psoas_rules import recommender as recommending
from psoas_rules.conditions import facts_read
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import GuardError
from psoas_rules.lexicon import build_lexicon

INTAKE = Intake(
    person=Person(age=40, experience="regular"),
    screen=Screen.clear(),
    measures={"modified_thomas_angle": 12},
    conditions={"hernia": True},
    clearances={"hernia": True},
)


@pytest.fixture
def sound(recommender):
    routine = recommender.recommend(INTAKE)
    assert isinstance(routine, Routine)
    return routine


@pytest.fixture
def guard(recommender):
    return recommender._guard


@pytest.fixture
def facts(pack):
    return build_lexicon(pack).facts(INTAKE)


def step_of(routine, **changes):
    """The routine with its first strengthening step changed."""
    index = next(i for i, step in enumerate(routine.steps) if step.phase == "strengthening")
    steps = list(routine.steps)
    dose = {key.removeprefix("dose_"): value for key, value in changes.items() if key.startswith("dose_")}
    rest = {key: value for key, value in changes.items() if not key.startswith("dose_")}
    steps[index] = attrs.evolve(steps[index], dose=attrs.evolve(steps[index].dose, **dose), **rest)
    return attrs.evolve(routine, steps=tuple(steps))


def first(routine):
    return next(step for step in routine.steps if step.phase == "strengthening")


def test_a_sound_routine_passes(guard, sound, facts):
    guard.check(sound, facts, facts)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (lambda r: attrs.evolve(r, triage="same_day"), "a routine at triage level same_day"),
        (lambda r: attrs.evolve(r, seconds=r.minutes * 60 + 99), "do not fit"),
        (lambda r: attrs.evolve(r, seconds=r.seconds - 60), "the steps take"),
        (lambda r: attrs.evolve(r, minutes=90), "are not the time that there is"),
        (lambda r: attrs.evolve(r, steps=(*r.steps, r.steps[-1])), "stands in it twice"),
        (lambda r: step_of(r, dose_sets=0), "cannot be meant"),
        (lambda r: step_of(r, dose_days_max=9), "cannot be meant"),
        (lambda r: step_of(r, dose_rest_s=-5), "cannot be meant"),
        (lambda r: attrs.evolve(r, steps=r.steps[::-1]), "the phases are out of order"),
        (lambda r: step_of(r, exercise="bicycle_crunch"), "bicycle_crunch is forbidden with condition.hernia"),
        (lambda r: step_of(r, exercise="plank_high"), "plank_high is forbidden with condition.hernia"),
        (lambda r: step_of(r, exercise="hanging_knee_raise"), "above level 2 with condition.hernia"),
        (lambda r: step_of(r, exercise="no_such_exercise"), "no_such_exercise is not in the pack"),
        (lambda r: step_of(r, exercise="walking"), "walking does not belong to the phase strengthening"),
        (lambda r: step_of(r, exercise="psoas_trigger_point_pressure"), "is not for doing alone"),
        (lambda r: step_of(r, dose_sets=99), "over its ceiling"),
        (lambda r: step_of(r, dose_extra_sets=99), "over its ceiling"),
        (lambda r: step_of(r, dose_reps=99), "more repetitions than its ceiling"),
        (lambda r: step_of(r, dose_hold_s=600), "held longer than its ceiling"),
        (lambda r: step_of(r, dose_effort_max=9), "effort 9 above 5 with condition.hernia"),
        (lambda r: step_of(r, dose_effort_max=None), "no bound for effort"),
        (lambda r: step_of(r, dose_effort_max=10), "over its ceiling of"),
        (lambda r: step_of(r, dose_days_max=7), "over its ceiling of"),
        (lambda r: step_of(r, dose_days_min=5), "cannot be meant"),
        (lambda r: step_of(r, dose_rest_s=0, dose_sets=2), "less rest than"),
        (lambda r: step_of(r, dose_per_side=not first(r).dose.per_side), "sides"),
        (lambda r: step_of(r, dose_seconds_per_rep=0), "cannot take 0 seconds"),
        (lambda r: step_of(r, name="Another exercise"), "is not called 'Another exercise'"),
        (lambda r: step_of(r, how=("Do something else.",)), "is described in other words"),
        (lambda r: step_of(r, stop_signs=("None.",)), "stop signs"),
    ],
)
def test_a_tampered_routine_is_withheld(guard, sound, facts, tamper, says):
    with pytest.raises(GuardError) as caught:
        guard.check(tamper(sound), facts, facts)

    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"red_flag.chest_symptoms": True}, "although red_flag.chest_symptoms is present"),
        ({"condition.heart_disease": True}, "although condition.heart_disease needs a clinician first"),
        ({"cleared.hernia": False}, "although condition.hernia needs a clinician first"),
        ({"condition.acute_illness": True, "cleared.acute_illness": True}, "condition.acute_illness needs a clinician"),
        ({"preference.level_max": 0}, "above the level asked for"),
        ({"preference.avoid_positions.standing": True}, "is in a position to avoid"),
        ({"preference.avoid_properties.supine_lying": True}, "is a movement to avoid"),
        ({"preference.equipment": True}, "needs mat"),
        ({"sign.groin_pinch_flexion.left": True, "sign.groin_pinch_flexion.right": True}, "condition.hip_impingement"),
        ({"condition.pregnancy": True, "detail.weeks_pregnant": 24}, "condition.pregnancy.from_16_weeks"),
        ({"sign.low_energy_today": True}, "is forbidden by dosage.low_energy_day"),
    ],
)
def test_a_routine_that_answers_speak_against_is_withheld(guard, sound, facts, change, says):
    with pytest.raises(GuardError) as caught:
        guard.check(sound, {**facts, **change}, {**facts, **change})

    assert says in str(caught.value)


def test_an_unanswered_safety_question_withholds_a_routine(guard, sound, facts):
    del facts["red_flag.very_unwell"]

    with pytest.raises(GuardError, match=r"red_flag\.very_unwell is not answered"):
        guard.check(sound, facts, facts)


def test_a_fault_in_assembly_never_reaches_the_person(monkeypatch, pack):
    """If assembly forgot the exclusions, the guard would stop the routine, and nothing of it would be kept."""
    recommender = Recommender(pack)
    with monkeypatch.context() as broken:
        broken.setattr(barriers.Barriers, "_find", lambda *_: None)
        with pytest.raises(GuardError):
            recommender.recommend(INTAKE)

    assert recommender.recommend(INTAKE) == Recommender(pack, remember=False).recommend(INTAKE)


def test_a_fault_in_the_rules_never_reaches_the_person(monkeypatch, pack):
    """If the safety stage were skipped, the guard would stop the routine."""
    from psoas_rules.stages import dosage, evidence, profile

    monkeypatch.setattr(recommending, "TO_ROUTINE", (evidence, profile, dosage))

    with pytest.raises(GuardError):
        Recommender(pack).recommend(INTAKE)


def test_steps_that_passed_are_looked_at_again_when_other_answers_forbid_them(guard, sound, facts):
    """What the guard remembers is about these steps with these conditions, exclusions and preferences."""
    guard.check(sound, facts, facts)
    poorly = {**facts, "condition.pregnancy": True, "detail.weeks_pregnant": 24}

    with pytest.raises(GuardError, match=r"condition\.pregnancy"):
        guard.check(sound, poorly, poorly)
    with pytest.raises(GuardError, match="a movement to avoid"):
        guard.check(sound, {**facts, "preference.avoid_properties.supine_lying": True}, facts)
    guard.check(sound, facts, facts)


def test_a_session_is_kept_for_nobody_for_whom_it_differs(pack):
    """Whoever was served before, the outcome is that of a recommender without a memory."""
    remembering, forgetful = Recommender(pack), Recommender(pack, remember=False)
    people = [
        attrs.evolve(INTAKE, preferences=wishes, signs=signs)
        for wishes in ({}, {"minutes": 10}, {"equipment": ["mat"]}, {"wants": ["pigeon_pose"]}, {"level_max": 1})
        for signs in ({}, {"low_back_pain_stiffness": 6}, {"pelvic_floor_leak": True})
    ]

    for person in (*people, *people[::-1]):
        assert remembering.recommend(person) == forgetful.recommend(person)
    remembering.forget()
    for person in people:
        assert remembering.recommend(person) == forgetful.recommend(person)


def test_a_referral_is_never_less_urgent_than_a_warning_sign_in_it(guard, recommender):
    """Whatever the rules said: the table of warning signs names the least urgency of each."""
    both = attrs.evolve(INTAKE, red_flags={"saddle_or_bladder_bowel": True, "night_rest_pain": True})
    facts = recommender.lexicon.facts(both)
    referral = recommender.recommend(both)
    guard.check_refusal(referral, facts)

    with pytest.raises(GuardError, match=r"red_flag\.saddle_or_bladder_bowel is emergency"):
        guard.check_refusal(attrs.evolve(referral, urgency="before_exercising"), facts)


def test_an_urgent_warning_sign_is_never_answered_with_questions(guard, recommender):
    unasked = Intake(person=Person(age=40))
    screening = recommender.recommend(unasked)
    guard.check_refusal(screening, recommender.lexicon.facts(unasked))
    urgent = attrs.evolve(unasked, red_flags={"saddle_or_bladder_bowel": True})

    with pytest.raises(GuardError, match=r"red_flag\.saddle_or_bladder_bowel is emergency"):
        guard.check_refusal(screening, recommender.lexicon.facts(urgent))


def test_an_engine_deaf_to_a_warning_sign_cannot_make_it_less_urgent(pack):
    class Deaf(PlainEngine):
        def compile(self, conditions):
            deaf = [c for c in conditions if "red_flag.saddle_or_bladder_bowel" not in facts_read(c)]
            place = [i for i, c in enumerate(conditions) if c in deaf]
            program = super().compile(deaf)
            return type("Program", (), {"fired": lambda _, facts: tuple(place[i] for i in program.fired(facts))})()

    both = attrs.evolve(INTAKE, red_flags={"saddle_or_bladder_bowel": True, "night_rest_pain": True})

    with pytest.raises(GuardError):
        Recommender(pack, Deaf()).recommend(both)
