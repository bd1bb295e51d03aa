"""An outcome says truly which knowledge made it, and text from a pack or a file is only ever text."""

import pickle

import attrs
import pytest

from psoas_rules import Intake, Recommender, Screen, read_intake
from psoas_rules.errors import IntakeError

CLEAR = Intake(screen=Screen.clear())


def test_a_pack_that_was_changed_does_not_pass_for_its_files(pack):
    """Taking a rule out in memory gives another fingerprint; nothing changed, or pickled, gives the same."""
    changed = Recommender(attrs.evolve(pack, rules=pack.rules[1:])).recommend(CLEAR).pack.digest
    other = Recommender(attrs.evolve(pack, rules=pack.rules[2:])).recommend(CLEAR).pack.digest

    assert len({pack.digest, changed, other}) == 3
    assert Recommender(pickle.loads(pickle.dumps(pack))).recommend(CLEAR).pack.digest == pack.digest


@pytest.mark.parametrize("line", ["{side.__class__}", "{", "{nothing}", "{tight:>99999999}"])
def test_a_sentence_of_a_pack_is_not_a_format_string(pack, line):
    """Braces in a pack do nothing but stand there."""
    texts = attrs.evolve(pack.info.texts, sides={"line": line})
    hostile = attrs.evolve(pack, info=attrs.evolve(pack.info, texts=texts))

    assert Recommender(hostile).recommend(CLEAR).profile.sides == (line, line)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"signs": {"pain_now": 2, "pain_now": 8}}', "'pain_now' stands twice"),
        ('{"signs": {', "not readable JSON"),
        ("[" * 100_000, "not readable JSON"),
        ("[]", "a list"),
    ],
)
def test_a_broken_json_intake_is_told(tmp_path, content, says):
    path = tmp_path / "intake.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(IntakeError) as caught:
        read_intake(path)

    assert says in str(caught.value)


def test_a_path_that_cannot_be_opened_is_told():
    with pytest.raises(IntakeError, match="cannot be read"):
        read_intake("a\0b.json")
