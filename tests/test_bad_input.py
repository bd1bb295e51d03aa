"""Whatever is wrong with an intake or a pack is told: where it is, what it is, and what to write instead.

The mistakes and the exact words stand as data in `tests/broken/`. The packs are broken copies of `tests/small_pack/`.
"""

import ast
import math
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections import deque
from pathlib import Path

import attrs
import pytest
from ruamel.yaml import YAML

from psoas_rules import Intake, Person, Recommender, Screen, check_pack, load_pack, rulebook
from psoas_rules.casebook import read_cases
from psoas_rules.errors import IntakeError, PackError
from psoas_rules.pack import RaisedBy

HERE = Path(__file__).parent
ROOT = HERE.parent
SMALL_PACK = HERE / "small_pack"


def _read(file):
    return YAML(typ="safe", pure=True).load(HERE / "broken" / file)


def _deep():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


# What stands for itself in a `python` intake: text that is exactly one of these is replaced by the value.
MARKERS = {
    "{nan}": math.nan,
    "{inf}": math.inf,
    "{-inf}": -math.inf,
    "{huge_int}": 10**5_000,
    "{long_text}": "x" * 10_000_000,
    "{long_bytes}": b"x" * 1_000_000,
    "{deep}": _deep(),
    "{many_answers}": {f"answer_{n}": True for n in range(5_001)},
    "{many_entries}": ["juggling"] * 100_000,
}


def intake_data(case):
    """The plain data of a case; `python` is a literal with markers in it, for what YAML cannot say."""
    return case["intake"] if "intake" in case else _marked(ast.literal_eval(case["python"]))


def _marked(value):
    if isinstance(value, dict):
        return {_marked(key): _marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one) for one in value]
    return MARKERS.get(value, value) if isinstance(value, str) else value


def broken_copy(case, folder):
    """A copy of the small pack with the edits of a case; a case with one edit has its keys beside its name."""
    shutil.copytree(SMALL_PACK, folder)
    for edit in case.get("edits", [case]):
        _edit(folder / edit["file"], edit)
    return folder


def _edit(path, edit):
    if "delete" in edit:
        path.unlink()
        return
    path.parent.mkdir(exist_ok=True)
    if "hex" in edit:
        path.write_bytes(bytes.fromhex(edit["hex"]))
    elif "write" in edit:
        path.write_text(edit["write"], encoding="utf-8")
    elif "lines" in edit:
        path.write_text("".join(edit["lines"].format(n=n) + "\n" for n in range(edit["times"])), encoding="utf-8")
    elif "append" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert text.count(edit["replace"]) == 1, f"the text to replace stands {text.count(edit['replace'])} times"
        path.write_text(text.replace(edit["replace"], edit["with"]), encoding="utf-8")


class _Tripwire:
    """An engine that must never be asked."""

    name = "tripwire"

    def compile(self, conditions):
        return self

    def fired(self, facts):
        raise AssertionError("the engine was asked")


@pytest.fixture(scope="module")
def guarded():
    return Recommender(load_pack(SMALL_PACK), engine=_Tripwire())


def _assert_fit_for_a_page(text):
    for line in text.splitlines():
        assert line.isprintable()
        assert len(line) < 300


def test_the_small_pack_is_sound_and_gives_a_routine():
    """Otherwise the broken copies would prove nothing."""
    assert check_pack(SMALL_PACK) == ()

    outcome = Recommender(load_pack(SMALL_PACK)).recommend(Intake(signs={"stiffness": 6}, screen=Screen.clear()))

    assert outcome.kind == "routine"
    assert outcome.steps


def test_the_tripwire_goes_off_when_a_sound_intake_comes(guarded):
    """Otherwise silence of the engine would prove nothing."""
    with pytest.raises(AssertionError, match="the engine was asked"):
        guarded.recommend(Intake(signs={"stiffness": 6}, screen=Screen.clear()))


@pytest.mark.parametrize("case", _read("intakes.yaml"), ids=lambda case: case["name"])
def test_a_broken_intake_is_told_word_for_word_and_never_reaches_the_engine(guarded, case):
    data = intake_data(case)

    with pytest.raises(IntakeError) as checked:
        guarded.check(Intake.from_dict(data))
    with pytest.raises(IntakeError) as recommended:
        guarded.recommend(Intake.from_dict(data))

    assert str(checked.value) == case["error"]
    assert recommended.value.problems == checked.value.problems
    _assert_fit_for_a_page(case["error"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Intake(signs=["slow_start"]), "signs: a section is a mapping of answers, not a list"),
        (lambda: Intake(conditions=None), "conditions: a section is a mapping of answers, not nothing"),
        (lambda: Intake(screen="clear"), "screen: it is a Screen, not text; Intake.from_dict reads plain data"),
        (
            lambda: Intake(screen={"fire": "no"}),
            "screen: it is a Screen, not a mapping; Intake.from_dict reads plain data",
        ),
        (
            lambda: Intake(person={"age": 40}),
            "person: it is a Person, not a mapping; Intake.from_dict reads plain data",
        ),
        (lambda: Intake(person=40), "person: it is a Person, not a number; Intake.from_dict reads plain data"),
        (lambda: Screen(["fire"]), "screen: a section is a mapping of answers, not a list"),
        (lambda: Screen(all_clear="no"), "screen: all_clear is True or False, not 'no'"),
        (lambda: Screen(all_clear=1), "screen: all_clear is True or False, not 1"),
        (
            lambda: Screen({"fire": "no"}, all_clear=True),
            "screen: either everything is clear or the groups have answers, not both",
        ),
        (
            lambda: Intake(signs=MARKERS["{many_answers}"]),
            "signs: 5001 answers are too many; at most 5000 are read",
        ),
        (
            lambda: Intake(preferences={"wants": (name for name in ["wall push"])}),
            "preferences.wants: a generator is not a list; write list(...) around it",
        ),
        (
            lambda: Intake(preferences={"equipment": {"mat": 1}.keys(), "wants": deque(["wall push"])}),
            (
                "2 problems in the intake\n"
                "preferences.equipment: a dict_keys is not a list; write list(...) around it\n"
                "preferences.wants: a deque is not a list; write list(...) around it"
            ),
        ),
        (
            lambda: Screen({"fire": iter(["no"])}),
            "screen.fire: a list_iterator is not a list; write list(...) around it",
        ),
        (
            lambda: Intake(signs={5: range(3)}),
            "signs: a range is not a list; write list(...) around it",
        ),
    ],
)
def test_an_intake_made_of_the_wrong_things_is_refused_at_once(make, words):
    with pytest.raises(IntakeError) as caught:
        make()

    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("given", "kind"),
    [({"screen": "clear"}, "a mapping"), (None, "nothing"), ("clear", "text"), (Person(), "a Person")],
)
def test_what_is_no_intake_is_refused_with_the_cure(guarded, given, kind):
    """The commonest slip: plain data handed over as it is."""
    words = f"answers come as an Intake, not as {kind}; Intake.from_dict makes one from plain data"

    for ask in (guarded.check, guarded.recommend):
        with pytest.raises(IntakeError) as caught:
            ask(given)

        assert str(caught.value) == words


def test_a_set_of_wishes_is_read_like_a_list_whatever_stands_in_it(guarded):
    with pytest.raises(IntakeError) as caught:
        guarded.check(Intake(preferences={"wants": {"wall push", 10**5_000, "jumping", None}}))

    assert [problem.message.partition("; known")[0] for problem in caught.value.problems] == [
        "a whole number of more than 18 digits is not the name of an exercise or technique",
        "an empty value is not the name of an exercise or technique",
        "'jumping' is not the name of an exercise or technique",
    ]


@pytest.mark.parametrize("wishes", [["wall push"], ("wall push",), {"wall push"}, frozenset(["wall push"])])
def test_a_list_of_wishes_stays_as_it_was_given(guarded, wishes):
    """Whatever happens to it later: the same intake gives the same facts, however often it is read."""
    intake = Intake(preferences={"wants": wishes})
    if hasattr(wishes, "clear"):
        wishes.clear()

    assert guarded.lexicon.facts(intake) == guarded.lexicon.facts(intake)
    assert guarded.lexicon.facts(intake)["preference.wants.wall_push"] is True


def test_five_thousand_mistakes_are_all_told(guarded):
    """Only the first hundred come with the nearest name: looking for it takes longer than the rest together."""
    with pytest.raises(IntakeError) as caught:
        guarded.check(Intake(signs={f"stiffnes_{n}": 4 for n in range(5_000)}))

    messages = [problem.message for problem in caught.value.problems]
    assert len(messages) == 5_000
    assert messages[0] == "unknown sign; did you mean 'stiffness'?"
    assert messages[-1] == "unknown sign; known: stiffness, slow_start, feeling_today, better_later"


@pytest.mark.parametrize("case", _read("packs.yaml"), ids=lambda case: case["name"])
def test_a_broken_pack_is_told_line_by_line(tmp_path, case):
    folder = broken_copy(case, tmp_path / "pack")

    with pytest.raises(PackError) as caught:
        load_pack(folder)

    issues = "\n".join(map(str, caught.value.issues))
    assert issues == case["issues"]
    assert str(caught.value).partition("\n")[2] == issues
    _assert_fit_for_a_page(issues)


def test_check_pack_tells_what_load_pack_refuses(tmp_path):
    case = {"file": "sources.yaml", "replace": "year: 2001", "with": "year: 2001\n    yaer: 2002"}
    folder = broken_copy(case, tmp_path / "pack")

    with pytest.raises(PackError) as caught:
        load_pack(folder)

    assert check_pack(folder) == caught.value.issues
    assert [(i.file, i.line, i.column, i.code) for i in check_pack(folder)] == [("sources.yaml", 9, 5, "unknown-key")]


def test_of_thousands_of_problems_the_first_hundred_are_told(tmp_path):
    more = "".join(f"more_{n}: x\n" for n in range(3_000))
    folder = broken_copy({"file": "pack.yaml", "append": more}, tmp_path / "pack")

    issues = check_pack(folder)

    assert len(issues) == 101
    assert [issue.code for issue in issues].count("unknown-key") == 100
    assert [issue.message for issue in issues if issue.code == "more"] == ["there are more problems; mend these first"]


def test_of_thousands_of_unknown_names_the_first_hundreds_are_told(tmp_path):
    names = ", ".join(f"hang_{n}" for n in range(5_000))
    case = {"file": "exercises/long_hang.yaml", "replace": "[hanging]", "with": f"[{names}]"}
    folder = broken_copy(case, tmp_path / "pack")

    issues = check_pack(folder)

    assert len(issues) == 501
    assert [issue.code for issue in issues].count("unknown-name") == 500
    assert [issue.message for issue in issues if issue.code == "more"] == ["there are more problems; mend these first"]


def test_what_is_no_folder_of_a_pack_is_told(tmp_path):
    assert [str(issue) for issue in check_pack(tmp_path / "nowhere")] == [
        "pack.yaml: there is no pack in 'nowhere': it has no pack.yaml [no-pack]"
    ]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("safety/forgotten.yml", "this file is not part of a pack"),
        ("safety/forgotten.json", "this file is not part of a pack"),
        ("safety/cases/hidden.yaml", "'id' is missing"),
    ],
)
def test_a_rule_never_vanishes_in_silence(tmp_path, file, says):
    """Data under a name or in a folder that is not read is a problem, never passed over."""
    pack = tmp_path / "pack"
    shutil.copytree(Path(__file__).parent / "small_pack", pack)
    (pack / file).parent.mkdir(parents=True, exist_ok=True)
    (pack / file).write_text("title: forgotten\n", encoding="utf-8")

    assert any(issue.file == file and says in issue.message for issue in check_pack(pack))


def test_a_dangling_link_is_told(tmp_path):
    pack = tmp_path / "pack"
    shutil.copytree(Path(__file__).parent / "small_pack", pack)
    (pack / "safety" / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")

    assert [(issue.file, issue.code) for issue in check_pack(pack)] == [("safety/gone.yaml", "unreadable")]


def test_a_recommender_takes_only_packs():
    with pytest.raises(TypeError, match="takes a Pack"):
        Recommender("rules")


def _copy(folder):
    shutil.copytree(SMALL_PACK, folder)
    return folder


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("file", ["safety/pipe.yaml", "cases/pipe.yaml", "signs.yaml"])
def test_a_pipe_is_told_and_never_opened(tmp_path, file):
    """Nobody writes into it, so that reading it would wait for ever."""
    pack = _copy(tmp_path / "pack")
    (pack / file).unlink(missing_ok=True)
    os.mkfifo(pack / file)

    with pytest.raises(PackError) as caught:
        read_cases(pack) if file.startswith("cases") else load_pack(pack)

    (issue,) = caught.value.issues
    assert str(issue) == f"{file}: it is not a file with text in it, but a pipe, a socket or a device [unreadable]"


def test_a_file_that_is_too_large_is_told_before_it_is_read(tmp_path):
    pack = _copy(tmp_path / "pack")
    with (pack / "safety" / "huge.yaml").open("wb") as huge:
        huge.truncate(10**12)

    assert [(issue.file, issue.code) for issue in check_pack(pack)] == [("pack.yaml", "too-large")]


def test_a_linked_folder_is_told(tmp_path):
    """It is not followed, so the rules in it would vanish in silence."""
    pack = _copy(tmp_path / "pack")
    (pack / "safety").rename(tmp_path / "elsewhere")
    (pack / "safety").symlink_to(tmp_path / "elsewhere")

    assert [str(issue) for issue in check_pack(pack)] == [
        "safety: links to folders are not followed; put the folder itself here [unreadable]"
    ]


def test_folders_without_end_are_told(tmp_path):
    pack = _copy(tmp_path / "pack")
    (pack / "/".join(["deeper"] * 200)).mkdir(parents=True)

    (issue,) = check_pack(pack)

    assert issue.message == "the folders are nested more than 20 deep"
    assert issue.code == "unreadable"


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path, monkeypatch):
    pack = _copy(tmp_path / "pack")
    look = Path.iterdir

    def closed(folder):
        if folder.name == "safety":
            raise PermissionError(13, "Permission denied")
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", closed)

    assert [str(issue) for issue in check_pack(pack)] == [
        "safety: the folder cannot be read: Permission denied [unreadable]"
    ]


def test_the_package_runs_from_a_zip(tmp_path):
    """The built-in pack is found inside, and is the same one."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for source, inside in ((ROOT / "src" / "psoas_rules", ""), (ROOT / "rules", "rules/")):
            for path in source.rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, f"psoas_rules/{inside}{path.relative_to(source).as_posix()}")
    program = """
        import psoas_rules, psoas_rules.casebook
        pack = psoas_rules.load_pack()
        cases = psoas_rules.casebook.read_cases()
        outcome = psoas_rules.recommend(psoas_rules.Intake(screen=psoas_rules.Screen.clear()))
        print(".zip" in psoas_rules.__file__, pack.digest, len(cases), outcome.kind)
    """
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "all.zip")}

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.split() == ["True", load_pack().digest, str(len(read_cases())), "routine"]


def test_a_rule_that_only_names_a_stop_sign_has_an_effect(tmp_path):
    case = {
        "file": "safety/no_hanging_alone.yaml",
        "replace": "exclude: {properties: [hanging]}",
        "with": "stop_signs: [The bar bends]",
    }

    assert check_pack(broken_copy(case, tmp_path / "pack")) == ()


@pytest.mark.parametrize(
    "when",
    [
        "{any: [{sign: stiffness, side: any, at_least: 4}, {measure: reach, side: any, below: 0}]}",
        "{all: [{sign: stiffness, side: left, at_least: 4}, {measure: reach, side: any, below: 0}]}",
        "{all: [{sign: stiffness, side: both, at_least: 4}, {measure: reach, side: any, below: 0}]}",
        "{not: {any: [{sign: stiffness, side: any, at_least: 4}, {measure: reach, side: any, below: 0}]}}",
        "{measure: reach, side: any, above: -3, below: 0}",
    ],
)
def test_answers_that_cannot_come_apart_are_sound(tmp_path, when):
    """Either of them may hold, a side is named, or neither side is meant."""
    edits = [
        {
            "file": "safety/no_hanging_alone.yaml",
            "replace": "when:\n  any:\n    - {preference: supervised, is: no}\n"
            "    - not: {preference: supervised, answered: yes}\n",
            "with": f"when: {when}\n",
        }
    ]

    assert check_pack(broken_copy({"edits": edits}, tmp_path / "pack")) == ()


def test_more_partners_of_a_red_flag_than_can_be_matched_are_told(tmp_path):
    pack = load_pack(SMALL_PACK)
    flag = attrs.evolve(
        pack.red_flags[0], raised_by=(RaisedBy(with_any=[f"flag_{n}" for n in range(65)], to="same_day"),)
    )

    with pytest.raises(PackError, match="more than 64 alternatives"):
        Recommender(attrs.evolve(pack, red_flags=(flag, *pack.red_flags[1:])))


def test_an_offer_that_cannot_be_matched_is_told(pack):
    """The engine decides what is offered, too."""
    either = {"any": [{"red_flag": flag.id, "is": "yes"} for flag in pack.red_flags[:13]]}
    exercise = attrs.evolve(pack.exercises[0], offer_if={"all": [either, either]})

    with pytest.raises(PackError, match=r"exercises/\w+\.yaml: .*more than 64 alternatives"):
        Recommender(attrs.evolve(pack, exercises=(exercise, *pack.exercises[1:])))


def test_more_rules_than_can_be_matched_together_are_told(monkeypatch):
    """Each condition may be small, and all of them together still too much."""
    monkeypatch.setattr(rulebook, "_MOST_ALTERNATIVES", 12)
    monkeypatch.setenv("PSOAS_RULES_CACHE", "off")

    issues = check_pack(SMALL_PACK)

    assert {issue.code for issue in issues} == {"too-large"}
    assert issues[0].message == "up to here, the conditions of the pack have more than 12 alternatives"
