"""A cohort by columns has, row for row, the outcomes of its people one by one."""

import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Recommender, load_pack
from psoas_rules.casebook import read_cases
from psoas_rules.engines import PlainEngine

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

sys.path.insert(0, str(Path(__file__).parent / "stress"))

import cohort as stress  # noqa: E402
from packs import random_pack  # noqa: E402
from test_cohort_reading import BIG, tables, wild  # noqa: E402

from psoas_rules.cohort import (  # noqa: E402
    COLUMNS,
    CohortError,
    recommend_batches,
    recommend_table,
    refusing,
)
from psoas_rules.cohort import running as module  # noqa: E402
from psoas_rules.cohort.building import Builder  # noqa: E402
from psoas_rules.cohort.columns import columns_of  # noqa: E402
from psoas_rules.cohort.packed import Lists, both, either, indices, packed, side_by_side, truths, without  # noqa: E402
from psoas_rules.cohort.rows import Rows  # noqa: E402
from psoas_rules.cohort.schema import to_arrays  # noqa: E402
from psoas_rules.cohort.weighing import as_points  # noqa: E402

pytestmark = pytest.mark.usefixtures("both_loops")

DECIDES = Recommender()
SMALL = Path(__file__).parent / "small_pack"


def one_by_one(batch, recommender=DECIDES):
    rows = Rows(recommender, columns_of(recommender.lexicon, batch.schema))
    made = to_arrays(rows.records(batch, range(batch.num_rows)))
    return {name: made[name].to_pylist() for name in COLUMNS}


def by_columns(table, recommender=DECIDES, **settings):
    found = recommend_table(table, recommender, **settings)
    return {name: found[name].to_pylist() for name in found.column_names}


def people(count, seed, recommender=DECIDES):
    crowd = stress.People(recommender.pack)
    return stress.table_of(list(crowd.many(seed, count)))


@pytest.fixture(autouse=True)
def always_by_columns(monkeypatch):
    """Small tables too, although they are decided one by one otherwise."""
    monkeypatch.setattr(module, "FEW_ROWS", 0)


@pytest.fixture(scope="module")
def table():
    return stress.planted(people(600, "a table"), random.Random(4))


# The law


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_every_row_is_what_recommend_says(batch):
    assert by_columns(batch, audit=False) == one_by_one(batch)


def test_every_case_of_the_casebook_is_what_recommend_says():
    intakes = [Intake.from_dict(case.intake) for _, case in read_cases().values()]
    table = stress.table_of([intake.to_dict() for intake in intakes])

    assert len(intakes) > 1_000
    assert list(stress.differences(DECIDES, table)) == []


def test_people_by_lot_with_wrong_cells_among_them_are_what_recommend_says(table):
    kinds = set(by_columns(table)["outcome"])

    assert kinds == {"routine", "referral", "screening", "invalid"}
    assert list(stress.differences(DECIDES, table)) == []


@pytest.mark.parametrize("number", range(4))
def test_it_holds_for_other_packs(number):
    pack = load_pack(SMALL)
    if number:
        pack, _ = random_pack(random.Random(number), pack)

    kinds, wrong = stress.compare(pack, 300, f"pack {number}")

    assert wrong == []
    assert kinds["routine"] > 0 < kinds["referral"]


# Why rows are invalid

SIGNS = list(DECIDES.lexicon.answers("sign"))
SIDED, OTHER = "signs.hip_flexor_tightness_feeling", "signs.low_back_pain_stiffness"
TORN = {
    "the sides of a sign stand apart": {f"{SIDED}.left": [3, 3, None], OTHER: [77] * 3, f"{SIDED}.right": [99] * 3},
    "the right side stands first": {f"{SIDED}.right": [99] * 3, f"{SIDED}.left": [77, 3, None], OTHER: [77] * 3},
    "a group denies what the age tells": {
        "person.age": [17, 40, 170],
        "conditions.under_18": ["maybe"] * 3,
        "screen": ["clear"] * 3,
    },
    "the age tells otherwise": {
        OTHER: [77] * 3,
        "person.age": [17, 40, 17],
        "conditions.under_18": ["no", "yes", "yes"],
    },
    "all is clear beside a group": {
        "screen": ["clear", "clear", "?"],
        "screen.nerves": ["no", "?", "no"],
        OTHER: [77] * 3,
    },
    "an unknown group beside": {"screen": ["clear", "clear", "?"], "screen.nothing": ["no", None, "no"]},
    "a wrong shape hides wrong answers": {OTHER: [77] * 3, "person.height": [3, None, 4], "screen": ["?", "?", None]},
    "what stands nowhere comes first": {OTHER: [77] * 3, "conditions.nonsense": ["x"] * 3, "signs_member": [1] * 3},
    "entries in the order of the table": {
        "preferences.equipment.wall": ["?"] * 3,
        "signs_member": [1, None, 1],
        "preferences.equipment.mat": ["?", None, "yes"],
        "conditions.pregnancy": ["?"] * 3,
    },
    "equal, and shown otherwise": {"preferences.minutes": [-0.0, 0.0, float("nan")], OTHER: [-0.5, float("nan"), 0.0]},
    "lists": {"preferences.equipment": [["matt", "wall"], ["matt", None], ["matt"] * 120]},
    "a word that is too long": {OTHER: ["x" * 300, "x" * 301, "x"]},
    "more problems than are told": {f"signs_{sign}_{n}": [1] * 3 for sign in SIGNS for n in range(9)},
    "more problems than have hints": {f"signs.{sign}_{n}": [1] * 3 for sign in SIGNS for n in range(9)},
    "lists with more problems than have hints": {
        "preferences.equipment": [["matt"] * 70] * 3,
        "preferences.avoid_positions": [["supinee"] * 70] * 3,
    },
}


@pytest.mark.filterwarnings("ignore::psoas_rules.cohort.errors.CohortWarning")
@settings(BIG, max_examples=150)
@given(wild())
def test_why_a_row_is_invalid_is_what_recommend_says(batch):
    try:
        found = by_columns(batch, audit=False, columns=("outcome", "problem"))
    except CohortError:
        return

    wanted = one_by_one(batch)
    assert found == {name: wanted[name] for name in found}


@pytest.mark.filterwarnings("ignore::psoas_rules.cohort.errors.CohortWarning")
@pytest.mark.parametrize("why", TORN)
def test_wrong_cells_that_hang_together_are_told_as_in_single(why):
    """The same row twice, and each after others: what was told for one is not told for another."""
    batch = pa.record_batch(TORN[why])
    batch = pa.Table.from_batches([batch, batch]).combine_chunks().to_batches()[0]

    found = by_columns(batch, audit=False, columns=("outcome", "problem"))

    wanted = one_by_one(batch)
    assert found == {name: wanted[name] for name in found}
    assert "invalid" in found["outcome"]


def test_a_wrong_cell_is_read_once(monkeypatch):
    """However many rows hold it, whatever stands beside it."""
    read = []
    stages = Rows.stages
    monkeypatch.setattr(Rows, "stages", lambda self, cells: read.append(cells) or stages(self, cells))
    pains = [77, 78] * 40
    recommend_table(pa.table({OTHER: pains, "person.age": range(20, 100), "screen": ["claer"] * 80}), DECIDES)

    assert len(read) == 3


def test_it_does_not_matter_how_many_rows_are_looked_at_together(table, monkeypatch):
    found = by_columns(table, columns=("problem",))
    monkeypatch.setattr(refusing, "_BLOCK", 16)

    assert by_columns(table, columns=("problem",)) == found
    assert len(set(found["problem"])) > 3


# Tables, streams, parts


@pytest.mark.filterwarnings("ignore:.*handed through, but not read")
def test_it_does_not_matter_how_a_table_is_cut(table):
    whole = by_columns(table, keep=["signs.no_such_sign"])
    for size, rows in ((1, 12), (7, 60), (64, 600), (599, 600)):
        pieces = table.slice(0, rows).to_batches(max_chunksize=size)
        found = pa.Table.from_batches(list(recommend_batches(iter(pieces), DECIDES, keep=["signs.no_such_sign"])))
        for name, values in whole.items():
            assert found[name].to_pylist() == values[: found.num_rows]


def test_more_rows_than_are_decided_together(table, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 100)

    batches = list(recommend_batches(table, DECIDES))

    assert [batch.num_rows for batch in batches] == [100] * 6
    assert {name: pa.Table.from_batches(batches)[name].to_pylist() for name in COLUMNS} == by_columns(table)


@pytest.mark.parametrize(
    "columns", [[name] for name in COLUMNS] + [["fired", "outcome"], ["steps", "triage", "seconds"]]
)
def test_fewer_columns_say_the_same(table, columns):
    whole = by_columns(table)

    found = by_columns(table, columns=columns)

    assert list(found) == columns
    assert all(found[name] == whole[name] for name in columns)


def test_what_is_kept_comes_first_and_unchanged(table):
    ids = pa.array([f"p{row}" for row in range(table.num_rows)])

    found = recommend_table(table.append_column("person", ids), DECIDES, keep=["person"], columns=["outcome"])

    assert found.column_names == ["person", "outcome"]
    assert found["person"].to_pylist() == ids.to_pylist()


def test_a_wrong_cell_changes_its_own_row_only(table):
    clean = people(600, "a table")
    before, after = by_columns(clean), by_columns(table)
    invalid = [row for row, kind in enumerate(after["outcome"]) if kind == "invalid"]

    assert 0 < len(invalid) < 100
    assert all(after["problem"][row] and after["steps"][row] is None for row in invalid)
    for row in set(range(600)) - {*invalid}:
        assert all(after[name][row] == before[name][row] for name in COLUMNS)


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("rows", [0, 1])
def test_next_to_nobody(rows, few, monkeypatch):
    monkeypatch.setattr(module, "FEW_ROWS", few)
    found = recommend_table(people(5, "few").slice(0, rows), DECIDES)

    assert found.num_rows == rows
    assert found.column_names == list(COLUMNS)


def test_without_a_single_answer_everything_is_asked():
    table = pa.table({"person.age": pa.nulls(3)})

    assert by_columns(table)["outcome"] == ["screening"] * 3


def test_the_same_table_gives_the_same_bytes(table):
    def stored():
        sink = pa.BufferOutputStream()
        found = recommend_table(table, DECIDES)
        with pa.ipc.new_stream(sink, found.schema) as writer:
            writer.write_table(found)
        return sink.getvalue().to_pybytes()

    assert stored() == stored()


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_tables_of_other_libraries_give_the_same(table, library):
    other = pytest.importorskip(library)
    plain = table.select([name for name in table.column_names if pa.types.is_floating(table[name].type)])
    made = {
        "pandas": lambda: plain.to_pandas(types_mapper=other.ArrowDtype),
        "polars": lambda: other.from_arrow(plain),
        "duckdb": lambda: other.from_arrow(plain),
    }[library]()

    assert by_columns(made) == by_columns(plain)


def test_few_rows_are_decided_one_by_one_and_are_the_same(table, monkeypatch):
    few = table.slice(0, 60)
    whole = by_columns(few)
    monkeypatch.setattr(module, "FEW_ROWS", 60)
    monkeypatch.setattr(Builder, "build", None)

    assert by_columns(few) == whole


def test_a_column_of_many_types_is_told(table):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"signs.low_back_pain_stiffness": [4, "y"]})

    with pytest.raises(CohortError, match="A column has one type"):
        recommend_table(frame)


@pytest.mark.parametrize("given", [7, "people.csv", [1, 2], {"a": 1}])
def test_what_is_no_table_is_refused(given):
    with pytest.raises(CohortError, match="is not a table"):
        recommend_table(given)


def test_a_difference_is_told_and_nothing_is_handed_out(table, monkeypatch):
    """A few rows of each batch are decided a second time; here the columns say something else."""
    right = Builder.build

    def wrong(self, decided, columns):
        made = right(self, decided, columns)
        return made | {"triage": pa.array(["emergency"] * decided.rows, made["triage"].type)}

    monkeypatch.setattr(Builder, "build", wrong)

    with pytest.raises(CohortError, match=r"row 0 of a batch: 'triage' is 'emergency' by columns"):
        recommend_table(table, Recommender(engine=PlainEngine()))


def test_a_session_of_exactly_the_time_that_there_is_fits():
    """For every time: 8.2 and 16.9 minutes are 492 and 1014 seconds, though 60 times the number is a little less."""
    cells = {
        "screen": "clear",
        "signs.hip_flexion_pattern.right": "passive_limited",
        "signs.pull_at_push_off.left": "yes",
        "signs.stand_up_stiffness": "yes",
        "signs.lying_flat_discomfort": "yes",
        "signs.groin_pinch_flexion.right": "no",
    }
    minutes = [tenths / 10 for tenths in range(40, 400)]
    table = pa.table({name: [cell] * len(minutes) for name, cell in cells.items()} | {"preferences.minutes": minutes})

    found = by_columns(table, audit=False)

    assert 1014 in found["seconds"]
    assert found["seconds"][minutes.index(16.9)] == 1014
    assert found == one_by_one(table.to_batches()[0])


def test_points_are_the_quotients_that_one_person_has():
    """Thresholds are met exactly: 70 hundredths reach 0.7."""
    hundredths = range(-3_000, 3_001)

    assert as_points(np.array(hundredths, dtype=np.int16)).tolist() == [one / 100 for one in hundredths]


# Bits

BITS = st.lists(st.lists(st.booleans(), min_size=21, max_size=21), min_size=1, max_size=20)


def bits(rows):
    return packed(np.array(rows, dtype=bool)) if any(rows) else None


def rows_of(vector, count=21):
    return set(indices(vector, count).tolist())


@given(BITS)
def test_sets_of_rows_are_joined_met_and_taken_away(those):
    sets = [{row for row, there in enumerate(one) if there} for one in those]
    vectors = [bits(one) for one in those]
    copies = [None if one is None else one.copy() for one in vectors]

    assert rows_of(either(*vectors)) == set().union(*sets)
    assert rows_of(both(*vectors)) == sets[0].intersection(*sets[1:])
    assert rows_of(without(vectors[0], vectors[-1])) == sets[0] - sets[-1]
    assert all((a is None and b is None) or (a == b).all() for a, b in zip(vectors, copies, strict=True))


@given(BITS)
def test_eight_vectors_side_by_side_are_a_byte_for_each_row(those):
    found = side_by_side([bits(one) for one in those[:8]], 21)

    assert found[:21].tolist() == [sum(one[row] << place for place, one in enumerate(those[:8])) for row in range(21)]


@given(BITS)
def test_lists_hold_the_numbers_of_each_row_in_order(those):
    found = Lists.of([(100 + place, bits(one)) for place, one in enumerate(those)], 21)

    lists = [found.values[a:b].tolist() for a, b in zip(found.offsets, found.offsets[1:], strict=False)]
    assert lists == [[100 + place for place, one in enumerate(those) if one[row]] for row in range(21)]
    assert found.rows().tolist() == [row for row, one in enumerate(lists) for _ in one]


def test_lists_of_many_rows_are_made_in_blocks():
    """More rows than stand in one block, and a number that is in every second of them."""
    rows = 70_001
    every = np.arange(rows) % 2 == 0

    found = Lists.of([(3, packed(every)), (5, packed(~every)), (3, packed(np.ones(rows, dtype=bool)))], rows)

    assert found.offsets.tolist() == list(range(0, 2 * rows + 1, 2))
    assert found.values.reshape(-1, 2).tolist() == [[3, 3], [5, 3]] * (rows // 2) + [[3, 3]]
    assert truths(packed(every), rows).tolist() == every.tolist()
