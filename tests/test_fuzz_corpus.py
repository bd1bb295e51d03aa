"""Every input that fuzzing started from, or found, keeps what `tests/fuzz/` states for any intake and any pack."""

import pytest
from fuzz import intake_check, pack_check
from fuzz.loop import CORPUS


def inputs(name):
    files = sorted((CORPUS / name).iterdir())
    return [pytest.param(file, id=file.name) for file in files]


@pytest.fixture(autouse=True)
def _read_afresh(monkeypatch):
    """A stored copy of a pack would stand in for reading it."""
    monkeypatch.setenv("PSOAS_RULES_CACHE", "off")


@pytest.mark.parametrize("file", inputs("intake"))
def test_any_intake_is_refused_in_words_or_decided_the_same_everywhere(file):
    assert intake_check.check(file.read_bytes()) <= {"routine", "referral", "screening", "refused"}


@pytest.mark.parametrize("file", inputs("pack"))
def test_any_pack_is_refused_with_places_or_can_be_used(file):
    assert pack_check.check(file.read_bytes()) in (True, False)


def test_some_inputs_go_all_the_way():
    """Otherwise the corpus would only show that refusing works."""
    intakes = ("stiff_lower_back.json", "blood_thinner_groin_pain.json", "empty.json", "odd_text.json")
    came = [intake_check.check((CORPUS / "intake" / name).read_bytes()) for name in intakes]
    used = [pack_check.check((CORPUS / "pack" / name).read_bytes()) for name in ("sound.txt", "screen_gone.txt")]

    assert came == [{"routine"}, {"referral"}, {"screening"}, {"refused"}]
    assert used == [True, False]


def test_the_files_of_an_input_read_back():
    edits = {b"signs.yaml": b"signs: []\n", b"screen.yaml": None, b"safety/a b.yaml": b""}

    assert pack_check.read_edits(pack_check.write_edits(edits)) == edits


@pytest.mark.parametrize("path", [b"../pack.yaml", b"/pack.yaml", b"a//b.yaml", b"a/./b.yaml", b"a\0b", b"x/" * 30])
def test_no_input_writes_outside_its_folder(path):
    assert pack_check.read_edits(b"=== " + path + b"\nx\n") == {}
