"""The JSON Schemas describe what really goes in and comes out."""

import json

import jsonschema
import pytest
from hypothesis import given

from psoas_rules import load_pack
from psoas_rules.schemas import intake_schema, outcome_schema
from psoas_rules.testing import intakes

PACK = load_pack()
INTAKE = jsonschema.Draft202012Validator(intake_schema(PACK))
OUTCOME = jsonschema.Draft202012Validator(outcome_schema())


def test_the_schemas_are_schemas():
    jsonschema.Draft202012Validator.check_schema(intake_schema(PACK))
    jsonschema.Draft202012Validator.check_schema(outcome_schema())
    json.dumps([intake_schema(PACK), outcome_schema()])


@given(intake=intakes(PACK))
def test_intakes_and_their_outcomes_fit_the_schemas(recommender, intake):
    """Whatever the library reads and gives is valid."""
    INTAKE.validate(intake.to_dict())
    OUTCOME.validate(json.loads(json.dumps(recommender.recommend(intake).to_dict())))


@pytest.mark.parametrize(
    "wrong",
    [
        {"signs": {"low_back_pain": 5}},
        {"signs": {"low_back_pain_stiffness": 11}},
        {"signs": {"low_back_pain_stiffness": "5"}},
        {"measures": {"modified_thomas_angle": {"middle": 3}}},
        {"preferences": {"equipment": ["trampoline"]}},
        {"screen": "fine"},
        {"answers": {}},
    ],
    ids=json.dumps,
)
def test_wrong_intakes_do_not_fit_the_schema(wrong):
    assert not INTAKE.is_valid(wrong)


def test_a_routine_without_its_steps_does_not_fit_the_schema(recommender):
    from psoas_rules import Intake, Screen

    data = recommender.recommend(Intake(screen=Screen.clear())).to_dict()
    assert OUTCOME.is_valid(json.loads(json.dumps(data)))

    del data["steps"]

    assert not OUTCOME.is_valid(json.loads(json.dumps(data)))
