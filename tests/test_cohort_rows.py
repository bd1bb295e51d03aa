"""The slow way through a cohort: every row is what `recommend` says about that person, or why it says nothing."""

from contextlib import nullcontext

import pytest

from psoas_rules import Intake, Recommender
from psoas_rules.engines.plain import PlainEngine
from psoas_rules.errors import EngineError, IntakeError

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

from psoas_rules.cohort.columns import columns_of, kept_fields  # noqa: E402
from psoas_rules.cohort.errors import CohortError, CohortWarning  # noqa: E402
from psoas_rules.cohort.rows import Rows, intake_data, record  # noqa: E402
from psoas_rules.cohort.running import recommend_batches, recommend_table  # noqa: E402
from psoas_rules.cohort.schema import COLUMNS, KINDS, output_schema, output_type, to_arrays  # noqa: E402

DECIDES = Recommender()
TIGHTNESS = "hip_flexor_tightness_feeling"
PAIN = "low_back_pain_stiffness"


def data_of(**cells):
    """A row with these cells as the data of an intake; `__` stands for the dots of the names."""
    batch = pa.record_batch({name.replace("__", "."): [cell] for name, cell in cells.items()})
    return intake_data(batch, 0, columns_of(DECIDES.lexicon, batch.schema))


def row_of(cells, recommender=DECIDES):
    """The record of a row with these cells."""
    arrays = {name: cell if isinstance(cell, pa.Array) else pa.array([cell]) for name, cell in cells.items()}
    batch = pa.record_batch(arrays)
    return Rows(recommender, columns_of(recommender.lexicon, batch.schema)).record(batch, 0)


# Names


@pytest.mark.parametrize(
    "name, section, key",
    [
        (f"signs.{PAIN}", "signs", PAIN),
        (f"sign.{PAIN}", "signs", PAIN),
        ("red_flag.night_rest_pain", "red_flags", "night_rest_pain"),
        ("conditions.pregnancy", "conditions", "pregnancy"),
        ("cleared.pregnancy", "clearances", "pregnancy"),
        ("preference.minutes", "preferences", "minutes"),
        ("measure.modified_thomas_angle", "measures", "modified_thomas_angle"),
        ("person.age", "person", "age"),
        ("screen.nerves", "screen", "nerves"),
    ],
)
def test_a_column_is_named_as_an_answer_or_as_a_fact(name, section, key):
    """Both names are in use: one in intakes, one in rules."""
    assert data_of(**{name: 5}) == {section: {key: 5}}


def test_sides_and_entries_find_together():
    """A side that is empty is left out; a list counts as given once any entry is answered."""
    sided = {f"signs.{TIGHTNESS}.left": 4, f"signs.{TIGHTNESS}.right": None}
    listed = {"preferences.equipment.mat": "yes", "preferences.equipment.strap": "not_sure"}

    assert data_of(**sided) == {"signs": {TIGHTNESS: {"left": 4}}}
    assert data_of(**listed) == {"preferences": {"equipment": ["mat"]}}
    assert data_of(**{"preferences.equipment.mat": False}) == {"preferences": {"equipment": []}}
    assert data_of(**{"preferences.equipment.mat": None}) == {}


@pytest.mark.parametrize(
    "names",
    [
        (f"signs.{PAIN}", f"sign.{PAIN}"),
        (f"signs.{PAIN}", f"signs.{PAIN}"),
        (f"signs.{TIGHTNESS}", f"signs.{TIGHTNESS}.left"),
        (f"signs.{TIGHTNESS}.left", f"sign.{TIGHTNESS}"),
        ("preferences.equipment", "preferences.equipment.mat"),
        ("screen", "screen"),
    ],
)
def test_two_columns_for_one_answer_are_refused(names):
    """Nobody can tell which of them counts."""
    schema = pa.schema([(name, pa.string()) for name in names])

    with pytest.raises(CohortError, match="give the same answer"):
        columns_of(DECIDES.lexicon, schema)


@pytest.mark.parametrize(
    "keep, told",
    [
        (("persn_id",), "no column 'persn_id'; did you mean 'person_id'"),
        ("person_id", r"write keep=\('person_id',\)"),
        (("person_id", "person_id"), "'person_id' stands twice"),
        (("twice",), "2 columns 'twice'"),
        ((3,), "keep is a list of names"),
    ],
)
def test_keep_names_columns_of_the_table(keep, told):
    """Each once; the message says what to write."""
    schema = pa.schema([("person_id", pa.int64()), ("twice", pa.int8()), ("twice", pa.int8())])

    with pytest.raises(CohortError, match=told):
        kept_fields(schema, keep)


# Rows

PEOPLE = {
    "routine": {"screen": "clear", f"signs.{PAIN}": 3, f"signs.{TIGHTNESS}.left": 6, "preferences.minutes": 12.5},
    "referral": {"screen": "clear", "red_flags.saddle_or_bladder_bowel": True},
    "screening": {f"signs.{PAIN}": 2, "screen.nerves": "no", "person.age": None},
}


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_row_is_what_recommend_says(kind):
    """All of it, from the urgency to the last second."""
    given = {
        "routine": {
            "screen": "clear",
            "signs": {PAIN: 3, TIGHTNESS: {"left": 6}},
            "preferences": {"minutes": 12.5},
        },
        "referral": {"screen": "clear", "red_flags": {"saddle_or_bladder_bowel": True}},
        "screening": {"signs": {PAIN: 2}, "screen": {"nerves": "no"}},
    }[kind]
    outcome = DECIDES.recommend(Intake.from_dict(given))
    row = row_of(PEOPLE[kind])
    stamp = {"pack": f"{outcome.pack.name} {outcome.pack.version}", "digest": outcome.pack.digest}

    assert row == record(outcome) | stamp
    assert row["outcome"] == kind
    assert row["fired"] == list(outcome.trace.rules)


def test_a_routine_is_told_whole():
    """Nothing of a step gets lost on the way to a record, nor the order."""
    given = {"screen": "clear", "signs": {TIGHTNESS: {"left": 6, "right": 2}}, "preferences": {"minutes": 20}}
    outcome = DECIDES.recommend(Intake.from_dict(given))
    row = record(outcome)

    assert (row["triage"], row["profile"], row["confidence"]) == (
        outcome.triage,
        outcome.profile.kind,
        outcome.profile.confidence,
    )
    assert row["seconds"] == outcome.seconds
    assert [tuple(step.values()) for step in row["steps"]] == [
        (s.exercise, s.phase, d.sets, d.reps, d.hold_s, d.first_side, d.extra_sets, d.seconds)
        for s, d in ((step, step.dose) for step in outcome.steps)
    ]
    assert [(one["exercise"], one["slot"]) for one in row["left_out"]] == [
        (one.exercise, one.slot) for one in outcome.left_out
    ]


@pytest.mark.parametrize(
    "cells, problem",
    [
        ({f"signs.{PAIN}": 12}, f"signs.{PAIN}: 12 is not a whole number from 0 to 10"),
        ({f"signs.{PAIN}": float("nan")}, f"signs.{PAIN}: nan is not a whole number from 0 to 10"),
        ({f"signs.{TIGHTNESS}.left": "x"}, f"signs.{TIGHTNESS}.left: 'x' is text, not a whole number from 0 to 10"),
        (
            {"preferences.equipment.mat": "maybe"},
            "preferences.equipment.mat: 'maybe' is not yes or no (true or false)",
        ),
        ({"signs_member": 7}, "signs_member: this column is no answer; name it in keep= to hand it through"),
        ({"Screen": "clear", "screen": None}, "Screen: this column is no answer; did you mean 'screen'?"),
        (
            {"screen": "clear", "screen.nerves": "no"},
            "screen: either everything is clear or the groups have answers, not both",
        ),
        ({f"signs.{PAIN}": 12, "signs_member": 7}, "signs_member: this column"),
        ({f"signs.{PAIN}": 12, "signs_member": 7}, f"; signs.{PAIN}: 12 is not"),
    ],
)
def test_an_invalid_row_says_what_is_wrong_and_where(cells, problem):
    """Everything that is wrong, in one line; nothing else of an outcome is there, but who decided is."""
    row = row_of(cells)

    assert problem in row["problem"]
    assert row["outcome"] == "invalid"
    assert {name for name in COLUMNS if row[name] is not None} == {"outcome", "problem", "pack", "digest"}


def test_an_unknown_answer_is_told_as_in_single():
    """The same words, with the same hint."""
    with pytest.raises(IntakeError) as refused:
        DECIDES.recommend(Intake.from_dict({"signs": {"low_back_pain": 3}}))

    assert row_of({"signs.low_back_pain": 3})["problem"] == str(refused.value)
    assert row_of({"signs.low_back_pain": pa.array([None], pa.int8())})["outcome"] == "screening"


def test_text_that_is_none_stops_nobody():
    """Bytes that are no UTF-8 can stand in a table; they make an invalid row like any other wrong cell."""
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\x00\x00\x00\x00\x01\x00\x00\x00"), pa.py_buffer(b"\xff")]
    )

    assert "UnreadableCell" in row_of({f"signs.{PAIN}": broken})["problem"]
    assert row_of({"screen": broken})["outcome"] == "invalid"
    assert row_of({"signs_member": broken})["outcome"] == "invalid"


def test_rows_that_are_read_together_are_those_that_are_read_alone():
    """In any order, also where a column has a cell that can only be read by itself."""
    offsets = pa.py_buffer(b"".join(place.to_bytes(4, "little") for place in (0, 5, 6, 11)))
    texts = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"clear\xffclear")])
    batch = pa.record_batch({"screen": texts, f"signs.{PAIN}": [3, 3, 12], "signs_member": [None, 5, None]})
    rows = Rows(DECIDES, columns_of(DECIDES.lexicon, batch.schema))
    together = rows.records(batch, (2, 0, 1))

    assert together == [rows.record(batch, row) for row in (2, 0, 1)]
    assert [row["outcome"] for row in together] == ["invalid", "routine", "invalid"]
    assert "UnreadableCell" in together[2]["problem"]
    assert rows.records(batch, ()) == []


def test_an_engine_that_fails_costs_one_row():
    """The cohort goes on; the row says that nothing was decided."""

    class Failing(PlainEngine):
        def compile(self, conditions):
            class Program:
                def fired(self, facts):
                    raise EngineError("it is asleep")

            return Program()

    row = row_of({"screen": "clear"}, Recommender(engine=Failing()))

    assert (row["outcome"], row["problem"]) == ("invalid", "not decided: it is asleep")


# The result


def test_the_schema_has_the_columns_that_were_asked_for():
    """Kept columns first, then these, in the order in which they were named."""
    kept = pa.schema([("person_id", pa.int64())])

    assert tuple(output_schema().names) == COLUMNS
    assert output_schema(("triage", "outcome"), kept).names == ["person_id", "triage", "outcome"]
    assert all(output_schema().field(name).type == output_type(name) for name in COLUMNS)


@pytest.mark.parametrize(
    "columns, kept, told",
    [
        (("tirage",), None, "'tirage' is not a column of an outcome; did you mean 'triage'"),
        (("triage", "triage"), None, "stands twice"),
        ("triage", None, r"write columns=\('triage',\)"),
        (None, pa.schema([("seconds", pa.int8())]), "'seconds' is also a column of the outcome"),
    ],
)
def test_a_wrong_schema_is_refused(columns, kept, told):
    """With what to write instead."""
    with pytest.raises(CohortError, match=told):
        output_schema(columns, kept)


def test_a_kept_column_may_be_named_like_one_that_is_not_made():
    """Only what would stand twice is refused."""
    assert output_schema(("outcome",), pa.schema([("seconds", pa.int8())])).names == ["seconds", "outcome"]


def test_records_come_back_from_their_columns():
    """Seconds and holds are short enough to be exact in 32 bits."""
    records = [row_of(cells) for cells in (*PEOPLE.values(), {"signs_member": 1})]
    arrays = to_arrays(records)
    batch = pa.RecordBatch.from_arrays(list(arrays.values()), schema=output_schema())
    batch.validate(full=True)

    assert batch.to_pylist() == [{name: one[name] for name in COLUMNS} for one in records]
    assert {one["outcome"] for one in records} == set(KINDS)
    assert to_arrays([], ("steps",))["steps"].type == output_type("steps")


@pytest.mark.parametrize(
    "name, meant",
    [
        ("person_id", False),
        ("name", False),
        ("weight_kg", False),
        ("notes", False),
        ("signs.no_such_sign", True),
        ("screen.no_such_group", True),
        ("person.no_such_thing", True),
        ("signs_low_back_pain_stiffness", True),
        ("Red-Flag fever", True),
        ("low_back_pain_stiffness", True),
        ("Age", True),
        ("person_age", True),
        ("redflags.saddle_or_bladder_bowel", True),
        ("RedFlags.leg_clot", True),
        ("flags.leg_clot", True),
        ("intake.red_flags.leg_clot", True),
        ("conditons.pregnancy", True),
        ("patient.conditions.pregnancy", True),
        ("screening.nerves", True),
        ("saddle_or_bladder_bowl", True),
        ("saddle_or_bladder_bowel?", True),
        ("red_flags_saddle_or_bladder_bowl", True),
        ("pregnant", True),
        ("iud_type", True),
        ("measures_modified_thomas_angle_left", True),
        ("patient.id", False),
        ("age_group", False),
        ("hospital", False),
        ("x" * 300, False),
    ],
)
def test_a_column_that_may_be_meant_as_an_answer_is_never_passed_over(name, meant):
    """An id may be left out of account, and that is told; an answer under a wrong name may not."""
    table = pa.table({"screen": ["clear"] * 2, name: [None, "something"]})
    if meant:
        outcomes = recommend_table(table, DECIDES)["outcome"].to_pylist()
    else:
        with pytest.warns(CohortWarning, match=f"passed over: '{name[:50]}.*'; name in keep="):
            outcomes = recommend_table(table, DECIDES)["outcome"].to_pylist()

    assert outcomes == ["routine", "invalid" if meant else "routine"]
    with pytest.warns(CohortWarning, match="handed through, but not read") if meant else nullcontext():
        assert recommend_table(table, DECIDES, keep=[name])[name].to_pylist() == [None, "something"]


@pytest.mark.parametrize(
    "name, answer",
    [
        ("redflags.leg_clot", "red_flags.leg_clot"),
        ("saddle_or_bladder_bowl", "red_flags.saddle_or_bladder_bowel"),
        ("clearance.osteoporosis", "clearances.osteoporosis"),
        ("Conditions.Osteoporosis", "conditions.osteoporosis"),
        ("patient.age", "person.age"),
        ("Screen", "screen"),
        ("screens.nerves", "screen.nerves"),
    ],
)
def test_it_is_told_which_answer_a_column_may_be_meant_as(name, answer):
    outcome = recommend_table(pa.table({name: [1]}), DECIDES)

    assert outcome["problem"].to_pylist() == [
        f"{name}: this column is no answer; did you mean '{answer}'? If not, name it in keep="
    ]


def test_a_warning_names_the_line_that_called():
    """And not one of the library's own, which would be told once for all tables."""
    table = pa.table({"hospital": [1]})
    for decide in (recommend_table, lambda people: list(recommend_batches(people))):
        with pytest.warns(CohortWarning) as told:
            decide(table)
        assert [each.filename for each in told] == [__file__]
