"""Answers mean what they say, of whatever type they are."""

import shutil
from enum import Enum
from pathlib import Path

import attrs
import pytest

from psoas_rules import Intake, Person, Recommender, Screen, check_pack


class Word(str, Enum):  # noqa: UP042 - the older way is what many apps have
    """Words as many apps keep them; as text, a member shows its class."""

    SUPINE = "supine_lying"
    BEGINNER = "none"
    SIDE = "worse_bending"


class Text(str):
    """Text that carries something of its own."""

    __slots__ = ()


PLAIN = Intake(
    person=Person(age=40, experience="none"),
    signs={"symptom_behaviour": "worse_bending"},
    preferences={"avoid_properties": ["supine_lying"]},
    screen=Screen.clear(),
)


@pytest.mark.parametrize("make", [Word, Text])
def test_a_word_of_another_type_is_the_word(recommender, make):
    """A wish to avoid something must not get lost because of how the app keeps it."""
    other = attrs.evolve(
        PLAIN,
        person=Person(age=40, experience=make("none")),
        signs={"symptom_behaviour": make("worse_bending")},
        preferences={"avoid_properties": [make("supine_lying")]},
    )

    outcome = recommender.recommend(other)

    assert outcome == recommender.recommend(PLAIN)
    assert outcome.to_dict() == recommender.recommend(PLAIN).to_dict()


def test_nothing_of_what_one_person_gave_comes_out_for_another(pack):
    recommender = Recommender(pack)
    recommender.recommend(attrs.evolve(PLAIN, signs={"symptom_behaviour": Text("worse_bending")}))

    outcome = recommender.recommend(PLAIN)

    values = [reading.value for firing in outcome.trace.firings for reading in firing.readings]
    assert [value for value in values if isinstance(value, Text)] == []


@pytest.mark.parametrize(("word", "sound"), [("yes", True), ("true", True), ("no", True), ("maybe", False)])
def test_a_list_is_tested_with_yes_or_no(tmp_path, word, sound):
    """In a rule, true is yes; anything else is told."""
    pack = Path(shutil.copytree(Path(__file__).parent / "small_pack", tmp_path / "pack"))
    rule = pack / "dosage" / "asked.yaml"
    rule.write_text(
        "id: asked\ntitle: Asked for something\nstage: dosage\nwhen: {preference: wants, is: " + word + "}\n"
        "then: {say: [You asked for something.]}\nbecause: You did.\nsources: [expert_choice]\nstatus: draft\n"
        "cases:\n  fires: {preference.wants: yes}\n  quiet: {preference.wants: no}\n",
    )

    issues = [issue for issue in check_pack(pack) if issue.code == "bad-value"]

    assert (issues == []) is sound
