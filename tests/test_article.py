"""Everything that the article names has a place: signs, patterns, exercises and techniques, principles, corrections."""

import pytest

from psoas_rules import Intake, Person, Routine, Screen, load_pack
from psoas_rules.lexicon import build_lexicon, name_key
from psoas_rules.outcomes import ProfileKind

PACK = load_pack()
LEXICON = build_lexicon(PACK)

SIGNS = (
    "low_back_pain_stiffness",
    "hip_flexor_tightness_feeling",
    "limited_hip_extension_reported",
    "limited_hip_flexion_reported",
    "decreased_flexibility_reported",
    "uneven_posture",
    "difficulty_engaging_core",
    "poor_balance_reported",
    "recurrent_back_strain",
    "sitting_hours_activity",
    "pelvic_floor_leak",
)
TECHNIQUES = {
    "Pelvic tilt": "pelvic_tilt",
    "hip flexor stretch": "standing_lunge_hip_flexor_stretch",
    "plank": "plank_high",
    "Bicycle crunch": "bicycle_crunch",
    "foam rolling": "lumbar_foam_roll",
    "Kegel": "kegel",
    "Superman": "superman",
    "Yrving": "glute_bridge",
    "Curling": "supine_knee_lift_curl",
    "Lizard pose": "lizard_pose",
    "Pigeon pose": "pigeon_pose",
    "Trigger point therapy": "psoas_trigger_point_pressure",
    "compartment compression": "compartment_compression",
    "visceral manipulation": "visceral_manipulation_self",
}
UNSAFE_ALONE = (
    "lumbar_foam_roll",
    "psoas_trigger_point_pressure",
    "compartment_compression",
    "visceral_manipulation_self",
)
EVERYTHING = sorted(PACK.vocabulary.equipment)


def fit(**answers):
    """An intake of somebody fit and healthy who asks for something."""
    preferences = {"minutes": 40, "equipment": EVERYTHING, **answers.pop("preferences", {})}
    return Intake(person=Person(35, "regular"), screen=Screen.clear(), preferences=preferences, **answers)


def test_the_pack_is_complete():
    # 21 reported signs and 12 self-tests bear on the patterns; the other signs shape triage and dose.
    assert len([sign for sign in PACK.signs if sign.evidence]) == 21
    assert len(PACK.measures) == 12
    assert len(PACK.red_flags) == 38
    assert len(PACK.conditions) == 58
    assert len(PACK.exercises) == 46
    assert len(PACK.screen) <= 15


@pytest.mark.parametrize("sign", SIGNS)
def test_each_sign_of_the_article_can_be_reported(sign):
    assert next(item for item in PACK.signs if item.id == sign).from_article


@pytest.mark.parametrize(("name", "exercise"), TECHNIQUES.items())
def test_each_technique_of_the_article_is_known_by_its_name(name, exercise):
    assert LEXICON.exercises[name_key(name)] == exercise
    assert LEXICON.exercises[name_key(name.upper())] == exercise


@pytest.mark.parametrize("exercise", sorted(set(TECHNIQUES.values()) - set(UNSAFE_ALONE)))
def test_the_ten_ordinary_ones_can_be_had(recommender, exercise):
    """Where indication and exclusions allow, asking by name brings them into the routine."""
    signs = {"pelvic_floor_leak": True} if exercise == "kegel" else {}
    outcome = recommender.recommend(fit(signs=signs, preferences={"wants": [exercise]}))

    assert isinstance(outcome, Routine)
    assert exercise in {step.exercise for step in outcome.steps}
    assert [request.granted for request in outcome.requests] == [True]


@pytest.mark.parametrize("exercise", UNSAFE_ALONE)
def test_the_four_unsafe_ones_need_a_practitioner(recommender, exercise):
    """Alone they are explained and something safer is offered; under supervision they are in."""
    alone = recommender.recommend(fit(preferences={"wants": [exercise]}))
    supervised = recommender.recommend(fit(preferences={"wants": [exercise], "supervised": True}))
    unasked = recommender.recommend(fit(preferences={"supervised": True}))

    (answer,) = alone.requests
    assert not answer.granted
    assert len(answer.answer) > 60
    assert answer.instead
    assert exercise not in {step.exercise for step in alone.steps}
    assert exercise in {step.exercise for step in supervised.steps}
    assert exercise not in {step.exercise for step in unasked.steps}


@pytest.mark.parametrize("exercise", UNSAFE_ALONE)
def test_a_contraindication_keeps_them_out_even_under_supervision(recommender, exercise):
    blood_thinner = fit(
        conditions={"anticoagulant_or_bleeding": True}, preferences={"wants": [exercise], "supervised": True}
    )
    outcome = recommender.recommend(blood_thinner)

    assert exercise not in {step.exercise for step in outcome.steps}
    assert not outcome.requests[0].granted
    assert "condition.anticoagulant_or_bleeding" in outcome.requests[0].rules


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("tight", {"measures": {"modified_thomas_angle": 12, "seated_hip_flexion_hold": 28}}),
        (
            "weak",
            {
                "measures": {"modified_thomas_angle": -5, "seated_hip_flexion_hold": 3},
                "signs": {"leg_lift_difficulty": True},
            },
        ),
        (
            "both",
            {
                "measures": {"modified_thomas_angle": 12, "seated_hip_flexion_hold": 3},
                "signs": {"leg_lift_difficulty": True, "hip_flexor_tightness_feeling": 5},
            },
        ),
        ("neither", {"measures": {"modified_thomas_angle": -5, "seated_hip_flexion_hold": 30}}),
        ("uncertain", {}),
    ],
)
def test_every_profile_gives_a_whole_session(recommender, kind: ProfileKind, answers):
    """Phases in order, surrounding muscles trained along, tempo and holds stated, build-up and stop rules said."""
    routine = recommender.recommend(fit(**answers))

    assert routine.profile.kind == kind
    assert {step.phase for step in routine.steps} == {"warm_up", "strengthening", "release"}
    targets = {
        target
        for step in routine.phase("strengthening")
        for e in PACK.exercises
        if e.id == step.exercise
        for target in e.targets
    }
    assert {"glutes", "core_stability", "psoas_strength"} <= targets
    assert all(step.dose.seconds_per_rep > 0 for step in routine.steps)
    assert any(
        step.dose.reps_top > step.dose.reps or (step.dose.hold_top_s or 0) > (step.dose.hold_s or 0)
        for step in routine.steps
    )
    assert len(routine.principles) >= 8
    assert routine.pain_rules
    assert routine.stop_rules


def test_sides_are_told_apart(recommender):
    """One tight side comes first and gets one stretch more."""
    routine = recommender.recommend(fit(measures={"modified_thomas_angle": {"left": 14, "right": -2}}))
    stretch = next(step for step in routine.steps if step.slot == "hip_flexor_stretch")

    assert routine.profile.left.tight == "supported"
    assert routine.profile.right.tight == "unlikely"
    assert stretch.dose.first_side == "left"
    assert stretch.dose.extra_sets == 1


def test_explainers_cover_anatomy_principles_and_all_thirty_corrections():
    ids = {explainer.id for explainer in PACK.explainers}
    kinds = [explainer.kind for explainer in PACK.explainers]

    assert {f"correction_{n}" for n in range(1, 31)} <= ids
    assert kinds.count("principle") == 13
    assert kinds.count("anatomy") == 6
    assert {"imbalance", "cause"} <= set(kinds)
