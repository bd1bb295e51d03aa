"""Checking tells everything at once, exactly, and mends what needs no decision without touching anything else.

What is told stands as data in `tests/broken/`: packs that cannot be loaded in `packs.yaml` (those with slips in
programmes in `programmes.yaml`, see `test_progress_rules`), and those with something that deserves a look in
`findings.yaml`.
"""

import datetime as dt
import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from test_bad_input import SMALL_PACK, broken_copy

from psoas_rules import check_pack, load_pack, loading
from psoas_rules.checking import CATALOGUE, check, file_schemas, mend, sarif, write_schemas
from psoas_rules.checking.checks import examine
from psoas_rules.checking.kinds import FILE_KINDS, SCHEMA_FOLDER, SCHEMA_SUFFIX, kind_of_file
from psoas_rules.checking.reasoning import can_hold, failing, implies
from psoas_rules.conditions import All, Any, Not, holds
from psoas_rules.conditions import Test as Leaf
from psoas_rules.errors import PackError
from psoas_rules.invariants import Invariants
from psoas_rules.lexicon import build_lexicon
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import read_yaml

HERE = Path(__file__).parent
RULES = HERE.parent / "rules"
DAY = dt.date(2026, 6, 1)
readability = pytest.mark.skipif(find_spec("readability") is None, reason="needs the extra 'reading'")


def _read(file):
    return YAML(typ="safe", pure=True).load(HERE / "broken" / file)


BROKEN = _read("packs.yaml")
TOLD = _read("findings.yaml")
SLIPS = _read("programmes.yaml")


def _id(case):
    return case["name"]


@pytest.fixture(scope="module")
def usual():
    """What is told about the small pack as it is."""
    return {(f.file, f.code, f.message) for f in check(SMALL_PACK, today=DAY).findings}


def _new(report, usual):
    return [finding for finding in report.findings if (finding.file, finding.code, finding.message) not in usual]


# What is told


@pytest.mark.parametrize("case", TOLD, ids=_id)
def test_what_deserves_a_look_is_told_word_for_word(tmp_path, usual, case):
    """And a pack can be used in spite of it, unless the catalogue says that it blocks."""
    if case["code"] == "hard-to-read" and find_spec("readability") is None:
        pytest.skip("needs the extra 'reading'")
    folder = broken_copy(case, tmp_path / "pack")

    report, examination = examine(folder, today=DAY)

    told = [f for f in _new(report, usual) if f.code == case["code"] and f.file == case.get("only", f.file)]
    assert "\n".join(map(str, told)) == case["findings"]
    assert any(finding.fix is not None for finding in told) is case.get("fixed", False)
    blocking = [error for error in report.errors if CATALOGUE[error.code].blocks]
    assert examination.sound is (not blocking)


def test_every_kind_of_finding_has_an_example():
    """A check that nothing can trip is none."""
    codes = {case["code"] for case in TOLD}
    codes |= {code for case in BROKEN for code in re.findall(r"\[([a-z0-9-]+)\]$", case["issues"], re.MULTILINE)}
    codes |= {code for case in SLIPS for code in re.findall(r"\[([a-z0-9-]+)\]$", case["told"], re.MULTILINE)}

    assert set(CATALOGUE) - codes == {"more", "unreadable"}  # these need a broken disk; see test_bad_input
    assert codes <= set(CATALOGUE)
    assert len(CATALOGUE) >= 40


def test_the_catalogue_says_of_every_kind_what_to_do():
    for kind in CATALOGUE.values():
        assert re.fullmatch(r"[a-z0-9-]{3,20}", kind.code)
        assert kind.title[0].isupper()
        assert kind.title[-1].isalnum()
        assert kind.cure[0].isupper() or kind.cure.startswith("expert")
        assert kind.cure.endswith(".")
        assert kind.severity == "error" or not kind.blocks


@pytest.mark.parametrize("case", BROKEN, ids=_id)
def test_whatever_keeps_a_pack_from_being_loaded_is_told(tmp_path, case):
    """With the same words at the same place; where YAML cannot be read, advice may follow."""
    folder = broken_copy(case, tmp_path / "pack")

    told = [str(finding) for finding in check(folder, today=DAY).errors]

    for issue in case["issues"].splitlines():
        words, _, code = issue.rpartition(" [")
        assert CATALOGUE[code.rstrip("]")].blocks
        assert any(one.startswith(words) and one.endswith(f" [{code}") for one in told), issue


def test_a_slip_in_one_table_hides_nothing_in_the_others(tmp_path):
    """Loading stops at a table that it cannot read; checking goes on, and says nothing that follows from the slip."""
    edits = [
        {
            "file": "signs.yaml",
            "replace": "evidence:\n      - when: {at_least: 4}",
            "with": "evidense:\n      - when: {at_least: 4}",
        },
        {"file": "red_flags.yaml", "replace": "urgency: caution", "with": "urgency: cautoin"},
        {"file": "screen.yaml", "replace": "warm_wall", "with": "warm_wal"},
        {"file": "slots.yaml", "replace": "up_to_minutes: 10,", "with": "up_to_minutes: 1000,"},
        {"file": "exercises/wall_push.yaml", "replace": "sets: 2, reps: 8", "with": "sets: two, reps: 8"},
    ]
    folder = broken_copy({"edits": edits}, tmp_path / "pack")

    assert [str(finding) for finding in check(folder, today=DAY).errors] == [
        "exercises/wall_push.yaml:10:8: 'two' is not a whole number [bad-value]",
        "red_flags.yaml:20:5: no group of screen.yaml asks about 'warm_wall', so nobody would be asked [unasked]",
        (
            "red_flags.yaml:24:5: 'cautoin' is not one of modifier, caution, before_exercising, same_day, emergency; "
            "did you mean 'caution'? [bad-value]"
        ),
        "screen.yaml:4:45: unknown red flag 'warm_wal'; did you mean 'warm_wall'? [unknown-name]",
        "signs.yaml:9:5: unknown key 'evidense'; did you mean 'evidence'? [unknown-key]",
        "slots.yaml:35:6: up_to_minutes is 1000; it must be from 1 to 240 [out-of-range]",
    ]


@pytest.mark.parametrize(
    ("replace", "with_", "told"),
    [
        (
            "because: Somebody should",
            "because: Note: somebody should",
            (
                "10:14: this is not readable YAML: mapping values are not allowed here; "
                "a text with a colon in it stands in quotes"
            ),
        ),
        (
            "title: No hanging alone",
            "title: 'No hanging alone",
            (
                "16:1: this is not readable YAML: found unexpected end of stream; "
                "a quote or a bracket that was opened is never closed (it begins in line 2)"
            ),
        ),
        (
            "    - {preference: supervised, is: no}",
            "     - {preference: supervised, is: no}",
            (
                "7:5: this is not readable YAML: expected <block end>, but found '<block sequence start>'; this line stands further left or right "
                "than the lines that it belongs to; line it up (it begins in line 5)"
            ),
        ),
        (
            "exclude: {properties: [hanging]}",
            "exclude: {properties: [hanging}",
            (
                "9:33: this is not readable YAML: expected ',' or ']', but got '}'; "
                "a bracket is not closed, or a comma is missing before this place"
            ),
        ),
    ],
)
def test_unreadable_yaml_comes_with_what_it_most_often_means(tmp_path, replace, with_, told):
    edit = {"file": "safety/no_hanging_alone.yaml", "replace": replace, "with": with_}

    (error,) = check(broken_copy(edit, tmp_path / "pack"), today=DAY).errors

    assert str(error) == f"safety/no_hanging_alone.yaml:{told} [yaml]"


def test_a_file_that_was_taken_away_is_told_as_one_thing(tmp_path):
    folder = broken_copy({"file": "exercises/chair_rise.yaml", "delete": "yes"}, tmp_path / "pack")

    report = check(folder, today=DAY)

    places = sum("unknown exercise 'chair_rise'" in error.message for error in report.errors)
    assert places > 5
    assert (
        f"{places} places name the exercise 'chair_rise'. Was exercises/chair_rise.yaml renamed or taken away?"
        in report.notes
    )


def test_an_exercise_that_cannot_be_read_makes_no_noise_elsewhere(tmp_path, usual):
    edit = {"file": "exercises/wall_push.yaml", "replace": "name: Wall push", "with": "name: 'Wall push"}

    report = check(broken_copy(edit, tmp_path / "pack"), today=DAY)

    assert {finding.file for finding in _new(report, usual)} == {"exercises/wall_push.yaml"}


def test_hundreds_of_one_kind_are_told_as_the_first_and_a_note(tmp_path):
    rules = "".join(f"  - {{id: leaflet_{n}, title: Leaflet {n}, kind: web, where: here}}\n" for n in range(300))
    folder = broken_copy({"file": "sources.yaml", "append": rules}, tmp_path / "pack")

    report = check(folder, today=DAY)

    assert sum(finding.code == "unused-source" for finding in report.findings) == 200
    assert "There is more of the kind [unused-source]; the first 200 are told." in report.notes


# What it means


@pytest.fixture(scope="module")
def built_in():
    return examine()


def test_a_part_that_keeps_out_who_has_not_answered_is_not_idle(tmp_path):
    """For the details of a condition an unknown answer counts as the dangerous one, unless `answered` keeps it out."""
    folder = shutil.copytree(SMALL_PACK, tmp_path / "pack")
    rule = folder / "triage" / "poor_day_waits.yaml"
    test = "    - {detail: days_of_cold, at_most: 3}\n"
    for more, expected in (
        ("    - {detail: days_of_cold, answered: yes}\n", []),
        ("    - {detail: days_of_cold, at_most: 9}\n", [7]),
    ):
        text = rule.read_text("utf-8").replace(test, "")
        lines = [line for line in text.splitlines(keepends=True) if "days_of_cold" not in line]
        place = next(i for i, line in enumerate(lines) if "feeling_today, is: poor}" in line)
        rule.write_text("".join([*lines[: place + 1], more, test, *lines[place + 1 :]]), "utf-8")

        report, _ = examine(folder, today=DAY)

        assert [finding.line for finding in report.findings if finding.code == "adds-nothing"] == expected


def test_the_built_in_pack_has_nothing_that_must_be_mended(built_in):
    report, examination = built_in

    assert [str(finding) for finding in report.errors] == []
    assert examination.sound
    assert check_pack() == ()


@pytest.mark.parametrize("day", [dt.date(1999, 12, 31), dt.date(2199, 1, 1)])
def test_the_date_makes_warnings_only(day):
    report = check(SMALL_PACK, today=day)

    assert report.errors == ()
    assert {f.code for f in report.findings} & {"review-due", "review-date"}


def test_strictness_lets_warnings_count():
    report = check(SMALL_PACK, today=DAY)

    assert report.warnings
    assert report.sound()
    assert not report.sound(strict=True)


def test_what_is_no_pack_gives_a_report(tmp_path):
    report = check(tmp_path / "nowhere")

    assert [finding.code for finding in report.findings] == ["no-pack"]
    assert not report.sound()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("level: same_day", "level: sameday", "'sameday' is not one of ok, caution, before_exercising, same_day"),
        ("red_flag: leg_clot", "red_flag: leg_clott", "unknown red flag 'leg_clott'; did you mean 'leg_clot'?"),
    ],
)
def test_invariants_are_read_with_the_rest_of_the_pack(tmp_path, old, new, said):
    """They decide nothing, so the pack loads without them; a slip in them is told here, without a solver."""
    folder = Path(shutil.copytree(RULES, tmp_path / "pack", ignore=shutil.ignore_patterns("cases")))
    file = folder / "invariants.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    (error,) = check(folder, today=DAY).errors

    assert error.file == "invariants.yaml"
    assert error.message.startswith(said)


def test_without_the_library_reading_ease_is_noted_and_nothing_else_changes(monkeypatch):
    from psoas_rules.checking import texts

    monkeypatch.setattr(texts, "find_spec", lambda name: None)
    report = check(SMALL_PACK, today=DAY)

    assert report.notes == (
        "Not checked: how hard the texts are to read. It needs a library: python -m pip install 'psoas-rules[reading]'",
    )
    assert report.findings


@readability
def test_the_clinicians_word_in_brackets_is_not_counted():
    from psoas_rules.checking.texts import HARDEST_GRADE, check_reading_ease

    plain = "This can be a bleed in a deep hip muscle, so please see a doctor today and do not wait"
    told = []
    for text in (f"{plain} (iliopsoas retroperitoneal haematoma).", f"{plain} iliopsoas retroperitoneal haematoma."):
        _, examination = examine(SMALL_PACK, today=DAY)
        row = examination.documents["signs.yaml"].data["signs"][0]
        row["ask"] = text
        examination.findings.clear()
        check_reading_ease(examination)
        told.append([finding.code for finding in examination.findings])

    assert HARDEST_GRADE == 10
    assert told == [[], ["hard-to-read"]]


# What a condition can be

LEXICON = build_lexicon(load_pack(SMALL_PACK))
FACTS = {
    "measure.balance_time": [*range(61), None],
    "sign.slow_start": [True, False, None],
    "sign.feeling_today": ["good", "fair", "poor", None],
}
_NUMBER = st.tuples(
    st.sampled_from(["at_least", "at_most", "above", "below", "is"]), st.sampled_from([0, 1, 4, 5, 59, 60])
)
_TESTS = st.one_of(
    _NUMBER.map(lambda pair: Leaf("measure.balance_time", *pair)),
    st.booleans().map(lambda value: Leaf("sign.slow_start", "is", value)),
    st.sampled_from(["good", "fair", "poor"]).map(lambda value: Leaf("sign.feeling_today", "is", value)),
    st.sampled_from(list(FACTS)).map(lambda fact: Leaf(fact, "answered")),
)
_CONDITIONS = st.recursive(
    _TESTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(All),
        st.lists(inner, min_size=1, max_size=3).map(Any),
        inner.map(Not),
    ),
    max_leaves=6,
)
PEOPLE = [
    {fact: value for fact, value in zip(FACTS, values, strict=True) if value is not None}
    for values in (
        (time, start, feeling)
        for time in FACTS["measure.balance_time"]
        for start in FACTS["sign.slow_start"]
        for feeling in FACTS["sign.feeling_today"]
    )
]


@given(condition=_CONDITIONS)
@settings(deadline=None)
def test_what_can_hold_is_what_holds_for_somebody(condition):
    """Against every answer that there is, one by one."""
    assert can_hold(condition, LEXICON) is any(holds(condition, facts) for facts in PEOPLE)


@given(condition=_CONDITIONS)
@settings(deadline=None)
def test_a_condition_fails_exactly_where_it_does_not_hold(condition):
    opposite = failing(condition)

    assert all(holds(opposite, facts) is not holds(condition, facts) for facts in PEOPLE)


@given(first=_CONDITIONS, second=_CONDITIONS)
@settings(deadline=None)
def test_one_condition_implies_another_exactly_when_nobody_is_in_the_first_alone(first, second):
    apart = any(holds(first, facts) and not holds(second, facts) for facts in PEOPLE)

    assert implies(first, second, LEXICON) is not apart


# Mending


def _mended(folder):
    report, examination = examine(folder, today=DAY)
    return mend(report, examination.contents)


@pytest.mark.parametrize("case", [case for case in TOLD if case.get("fixed")], ids=_id)
def test_what_can_be_mended_is_gone_afterwards(tmp_path, case):
    folder = broken_copy(case, tmp_path / "pack")
    mended = _mended(folder)
    mended.write(folder)

    assert case["code"] in {finding.code for finding in mended.done}
    assert not [f for f in check(folder, today=DAY).fixable if f.code == case["code"]]
    assert _mended(folder).done == ()


DAMAGES = {
    "quoted": (r"(?<=[a-z]: )(\d+)(?=$|[,}])", r"'\1'"),
    "capital": (r"(?<=: )(yes|no)(?=$|[,}])", lambda found: found[1].capitalize()),
    "blanks": (r"(?<=[a-z]) (?=[a-z]+\.$)", "  "),
    "unit": (r"(?<=_s: )(\d+)(?=$|[,}])", r"\1 s"),
    "twice": (r"\[([a-z_]+)\]", r"[\1, \1]"),
    "hyphen": (r"(?<=properties: \[)([a-z]+)_([a-z]+)", r"\1-\2"),
    "trailing": (r"(?<=[a-z])$", "  "),
    "comment": (r"(?<=\.)$|(?<=\])$|(?<=\})$", "  # keep this: it's said  twice"),
    "own_line": (r"$", "\n# a remark, with 'quotes' and  blanks"),
}
"""What people do to a file, line by line: a pattern and what comes in its place."""
_FILES = sorted(
    file.relative_to(SMALL_PACK).as_posix()
    for file in SMALL_PACK.rglob("*.yaml")
    if file.parent.name in ("exercises", "safety", "dosage", "triage")
)


def _damaged(text, damages):
    lines = text.splitlines()
    for place, name in damages:
        number = place % len(lines)
        pattern, into = DAMAGES[name]
        # A number in quotes is text where text belongs, and a comment ends a line.
        if name in ("quoted", "unit") and not re.search(r"^\s*\w+: \d+$|dose: |level: ", lines[number]):
            continue
        if "#" in lines[number] or "\n" in lines[number] or (name == "capital" and "per_side" not in lines[number]):
            continue
        lines[number] = re.sub(pattern, into, lines[number], count=1)
    return "\n".join(lines) + "\n"


def _comments(text):
    return sorted(found.rstrip() for found in re.findall(r"#.*$", text, re.MULTILINE))


@given(
    file=st.sampled_from(_FILES),
    damages=st.lists(st.tuples(st.integers(0, 40), st.sampled_from(list(DAMAGES))), min_size=1, max_size=6),
    windows=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mending_restores_what_was_meant_keeps_comments_and_is_done_once(tmp_path_factory, file, damages, windows):
    """Whatever slips of the keyboard a file has, and wherever its comments stand."""
    folder = shutil.copytree(SMALL_PACK, tmp_path_factory.mktemp("pack") / "pack")
    sound = (folder / file).read_text(encoding="utf-8")
    damaged = _damaged(sound, damages)
    (folder / file).write_bytes(damaged.replace("\n", "\r\n" if windows else "\n").encode())

    mended = _mended(folder)
    mended.write(folder)
    after = (folder / file).read_bytes().decode()

    assert _plain(read_yaml(after.encode()).data) == _plain(read_yaml(sound.encode()).data)
    assert _comments(after) == _comments(damaged)
    assert "\r" not in after
    assert not re.search(r"[ \t]$", after, re.MULTILINE)
    assert _mended(folder).done == ()
    assert set(mended.contents) <= {file}


def _plain(data):
    """Yes and no as words, as rule authors write them."""
    if isinstance(data, dict):
        return {key: _plain(one) for key, one in data.items()}
    if isinstance(data, list):
        return [_plain(one) for one in data]
    return {True: "yes", False: "no"}.get(data, data) if isinstance(data, bool) else data


def test_a_text_in_which_blanks_mean_something_stays_as_it_is(tmp_path):
    """Blanks at the end of a line of a block text are part of the text."""
    text = "because: |\n  One line   \n  and another.\n"
    edit = {"file": "safety/no_hanging_alone.yaml", "replace": "because: Somebody should stand by.\n", "with": text}
    folder = broken_copy(edit, tmp_path / "pack")

    assert "safety/no_hanging_alone.yaml" not in _mended(folder).contents


def test_a_guess_is_never_made_for_the_author(tmp_path):
    """A name that is nearly another one could be meant otherwise; only spelling is mended."""
    edit = {"file": "exercises/wall_push.yaml", "replace": "[weight_on_hands]", "with": "[weight_on_hand]"}

    assert _mended(broken_copy(edit, tmp_path / "pack")).done == ()


def test_the_changes_can_be_seen_before_they_are_made(tmp_path):
    edit = {"file": "exercises/wall_push.yaml", "replace": "[weight_on_hands]", "with": "[Weight-on-hands]"}
    folder = broken_copy(edit, tmp_path / "pack")
    before = (folder / "exercises/wall_push.yaml").read_bytes()

    mended = _mended(folder)

    assert mended.diff().splitlines() == [
        "--- exercises/wall_push.yaml",
        "+++ exercises/wall_push.yaml",
        "@@ -6,7 +6,7 @@",
        " targets: [strength]",
        " level: 2",
        " positions: [standing]",
        "-properties: [Weight-on-hands]",
        "+properties: [weight_on_hands]",
        " dose: {sets: 2, reps: 8, reps_top: 12, move_s: 4, rest_s: 30, per_side: no, days_min: 2, days_max: 4, effort: 5}",
        " steps:",
        "   - Lean on a wall and push yourself away.",
    ]
    assert (folder / "exercises/wall_push.yaml").read_bytes() == before


# SARIF

_PLACE = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "required": ["uri"],
            "properties": {"uri": {"type": "string", "format": "uri-reference"}},
            "additionalProperties": False,
        },
        "region": {
            "type": "object",
            "required": ["startLine", "startColumn"],
            "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "startColumn": {"type": "integer", "minimum": 1},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id", "shortDescription", "help", "defaultConfiguration"],
                                            "properties": {"shortDescription": _TEXT, "help": _TEXT},
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["error", "warning"]},
                                "message": _TEXT,
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {"type": "object", "properties": {"physicalLocation": _PLACE}},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What SARIF 2.1.0 demands of the parts that are used here."""


@pytest.mark.parametrize(
    "case", [None, BROKEN[0], BROKEN[16], *TOLD[:3]], ids=lambda case: _id(case) if case else "as it is"
)
def test_findings_come_as_sarif(tmp_path, case):
    folder = broken_copy(case, tmp_path / "pack") if case else SMALL_PACK
    report = check(folder, today=DAY)

    log = json.loads(json.dumps(sarif(report, "my rules")))

    jsonschema.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CATALOGUE)
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.code
        assert (result["level"], result["message"]["text"]) == (finding.severity, finding.message)
        assert place["artifactLocation"]["uri"] == f"my%20rules/{finding.file}"
        assert place.get("region", {}).get("startLine", 0) == finding.line


# Schemas for editors


@pytest.fixture(scope="module")
def small_schemas():
    return file_schemas(load_pack(SMALL_PACK))


def _validator(schemas, kind):
    return jsonschema.Draft7Validator(json.loads(schemas[f"{kind.name}{SCHEMA_SUFFIX}"]))


@pytest.mark.parametrize("folder", [None, SMALL_PACK], ids=["built-in", "small"])
def test_every_file_fits_the_schema_of_its_kind(folder, built_in):
    examination = built_in[1] if folder is None else examine(folder, today=DAY)[1]
    schemas = file_schemas(load_pack(folder))
    validators = {kind.name: _validator(schemas, kind) for kind in FILE_KINDS}
    for validator in validators.values():
        jsonschema.Draft7Validator.check_schema(validator.schema)
    kinds = set()

    for file, document in examination.documents.items():
        kind = kind_of_file(file)
        if kind is not None:
            kinds.add(kind.name)
            assert [error.message for error in validators[kind.name].iter_errors(document.data)] == [], file
    optional = {"invariants", "interview", "programme", "progress"}
    assert kinds | optional == set(validators)
    assert (optional <= kinds) is (folder is None)


@pytest.mark.parametrize(
    "case", [case for case in BROKEN if "file" in case and not {"delete", "times"} & set(case)], ids=_id
)
def test_what_the_classes_refuse_does_not_fit_the_schema(tmp_path, case, small_schemas):
    """What needs the rest of the pack is left to `check`."""
    kind = kind_of_file(case["file"])
    if kind is None:
        return
    data = read_yaml((broken_copy(case, tmp_path / "pack") / case["file"]).read_bytes()).data
    shapes = kind.shape if isinstance(kind.shape, dict) else {None: kind.shape}
    if not isinstance(data, dict):
        return
    refused = [key for key, shape in shapes.items() if structure(data if key is None else data.get(key), shape)[1]]

    assert not refused or not _validator(small_schemas, kind).is_valid(data)


def test_the_broken_packs_hold_files_that_the_classes_refuse():
    """Otherwise the test above would prove nothing."""
    assert sum("is not one of" in case["issues"] or "unknown key" in case["issues"] for case in BROKEN) > 10


def test_the_kinds_are_those_that_loading_reads():
    tables = {
        (kind.place, key, shape)
        for kind in FILE_KINDS
        if isinstance(kind.shape, dict)
        for key, shape in kind.shape.items()
    }
    whole = {
        (kind.place, kind.shape)
        for kind in FILE_KINDS
        if isinstance(kind.place, str) and not isinstance(kind.shape, dict)
    }

    assert tables == {(table.file, table.key, table.row) for table in loading._TABLES}
    # Loading leaves the invariants alone.
    read = {(table.file, table.row) for table in (*loading._WHOLE, *loading._OPTIONAL)}
    assert whole == read | {(loading.INVARIANTS, Invariants)}


def test_the_schemas_in_the_built_in_pack_are_those_of_the_pack():
    """Write them anew with `psoas-rules check --schemas rules/schemas`. Those of poses have a test of their own."""
    wanted = file_schemas(load_pack())
    shipped = {name: (RULES / SCHEMA_FOLDER / name).read_text(encoding="utf-8") for name in wanted}

    assert shipped == wanted


def test_every_file_of_the_built_in_pack_names_its_schema(built_in):
    assert [f for f in built_in[0].findings if f.code == "schema-line"] == []
    for file in RULES.rglob("*.yaml"):
        if kind_of_file(file.relative_to(RULES).as_posix()) is not None:
            named = file.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
            assert (file.parent / named).is_file(), file


def test_a_pack_with_schemas_can_be_used(tmp_path):
    folder = Path(shutil.copytree(SMALL_PACK, tmp_path / "pack"))
    write_schemas(load_pack(folder), folder / SCHEMA_FOLDER)

    report, examination = examine(folder, today=DAY)
    mend(report, examination.contents).write(folder)

    assert check_pack(folder) == ()
    assert not {"schema-line", "stale-schema"} & {f.code for f in check(folder, today=DAY).findings}
    first = (folder / "triage" / "poor_day_waits.yaml").read_text(encoding="utf-8").splitlines()[:2]
    assert first == ["# yaml-language-server: $schema=../schemas/rule.schema.json", "id: poor_day_waits"]


# The command


@pytest.fixture
def run():
    testing = pytest.importorskip("click.testing")
    pytest.importorskip("rich")
    from psoas_rules.cli.app import app

    return lambda *arguments: testing.CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_the_command_tells_errors_and_warnings_apart(run, tmp_path):
    edit = {"file": "sources.yaml", "replace": "    year: 2001", "with": "    yaer: 2001"}
    folder = broken_copy(edit, tmp_path / "pack")

    done = run(folder)

    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == "Errors (1)"
    assert lines[1] == "sources.yaml:8:5: unknown key 'yaer'; did you mean 'year'? [unknown-key]"
    assert lines[3].startswith("Warnings (")
    assert "checks: 1 error and" in lines[-1]


def test_warnings_count_when_they_should(run):
    assert run(SMALL_PACK).exit_code == 0
    assert run(SMALL_PACK, "--strict").exit_code == 1


def test_the_command_gives_json(run):
    done = run(SMALL_PACK, "--json")

    data = json.loads(done.output)
    assert (data["command"], data["ok"], data["errors"]) == ("check", True, 0)
    report = check(SMALL_PACK)
    assert [(f["file"], f["line"], f["column"], f["code"], f["message"], f["severity"]) for f in data["findings"]] == [
        (f.file, f.line, f.column, f.code, f.message, f.severity) for f in report.findings
    ]


def test_the_command_lists_every_check(run):
    text, data = run("--list"), json.loads(run("--list", "--json").output)

    assert {row["code"] for row in data["checks"]} == set(CATALOGUE)
    for kind in CATALOGUE.values():
        assert re.search(
            rf"^  {kind.code} +{kind.severity} +{re.escape(kind.title)}\. {re.escape(kind.cure)}$",
            text.output,
            re.MULTILINE,
        )
    assert text.output.rstrip().endswith(f"{len(CATALOGUE)} checks.")


def test_the_command_mends_and_says_what(run, tmp_path):
    edit = {"file": "exercises/wall_push.yaml", "replace": "[weight_on_hands]", "with": "[Weight-on-hands]"}
    folder = broken_copy(edit, tmp_path / "pack")

    tried = run(folder, "--fix", "--dry-run")
    assert tried.exit_code == 1
    assert "+properties: [weight_on_hands]" in tried.output
    assert "1 would be mended; nothing was written." in tried.output
    assert check_pack(folder)

    done = run(folder, "--fix")
    assert done.exit_code == 0
    assert done.output.splitlines()[0] == (
        "mended  exercises/wall_push.yaml:9:14: unknown property 'Weight-on-hands'; did you mean 'weight_on_hands'? "
        "[unknown-name]: write 'weight_on_hands'"
    )
    assert check_pack(folder) == ()

    assert "0 mended." in run(folder, "--fix").output
    assert json.loads(run(folder, "--fix", "--json").output)["mended"] == {"written": True, "findings": [], "diff": ""}


def test_a_dry_run_of_nothing_is_a_wrong_call(run):
    assert run(SMALL_PACK, "--dry-run").exit_code == 2


def test_files_are_named_as_a_code_host_sees_them(run, tmp_path, monkeypatch):
    """From the folder that one stands in, where the pack is inside it; from the pack itself elsewhere."""
    shutil.copytree(SMALL_PACK, tmp_path / "mine" / "rules")
    monkeypatch.chdir(tmp_path)

    inside = json.loads(run("mine/rules", "--sarif", "-").output)["runs"][0]["results"][0]
    outside = json.loads(run(SMALL_PACK, "--sarif", "-").output)["runs"][0]["results"][0]

    named = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in (inside, outside)]
    assert named == ["mine/rules/conditions.yaml", "conditions.yaml"]


def test_the_command_writes_sarif(run, tmp_path):
    on_screen = run(SMALL_PACK, "--sarif", "-")
    done = run(SMALL_PACK, "--sarif", tmp_path / "found.sarif")

    assert json.loads(on_screen.output) == json.loads((tmp_path / "found.sarif").read_text(encoding="utf-8"))
    assert done.exit_code == on_screen.exit_code == 0
    assert "Warnings (" in done.output
    assert run(SMALL_PACK, "--sarif", tmp_path / "nowhere" / "found.sarif").exit_code == 2


def test_the_command_writes_schemas(run, tmp_path):
    done = run(SMALL_PACK, "--schemas", tmp_path / "schemas")

    assert done.exit_code == 0
    assert {file.name for file in (tmp_path / "schemas").iterdir()} == set(file_schemas(load_pack(SMALL_PACK)))
    assert run(tmp_path / "schemas", "--schemas", tmp_path / "again").exit_code == 1


def test_a_broken_pack_still_cannot_be_loaded(tmp_path):
    """Checking goes on where loading stops, and changes nothing about that."""
    folder = broken_copy(BROKEN[0], tmp_path / "pack")
    check(folder)

    with pytest.raises(PackError):
        load_pack(folder)
