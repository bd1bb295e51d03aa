"""Code as an app developer writes it. mypy --strict checks that the public types carry it; nothing here is run."""

from typing import assert_type

from psoas_rules import (
    Intake,
    Pack,
    Person,
    Recommender,
    Referral,
    Routine,
    Screen,
    Screening,
    Step,
    explain,
    load_pack,
    outcome_from_dict,
    recommend,
)


def headline(intake: Intake) -> str:
    match recommend(intake):
        case Routine(steps=steps, profile=profile):
            assert_type(steps, tuple[Step, ...])
            return f"{profile.kind}: {len(steps)} steps"
        case Referral(urgency=urgency, actions=actions):
            return f"{urgency}: {actions[0]}"
        case Screening(questions=questions):
            return questions[0].ask


def with_own_pack(folder: str) -> str:
    pack = load_pack(folder)
    assert_type(pack, Pack)
    outcome = Recommender(pack).recommend(
        Intake(
            person=Person(age=40, experience="some"),
            signs={"low_back_pain_stiffness": 5, "hip_flexor_tightness_feeling": {"left": 6}},
            screen=Screen.clear(),
        )
    )
    assert_type(outcome, Routine | Referral | Screening)
    return explain(outcome_from_dict(outcome.to_dict()))
