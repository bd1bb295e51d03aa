"""However a table comes: what is said about its people is the same, and what is no table is told."""

import itertools

import pytest

from psoas_rules import Recommender

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

from psoas_rules.cohort import loops, recommend_batches, recommend_table, tally  # noqa: E402
from psoas_rules.cohort.errors import CohortError  # noqa: E402
from psoas_rules.cohort.streams import batches, gathered, stream  # noqa: E402

DECIDES = Recommender()
TABLE = pa.table({"screen": ["clear", None] * 150, "signs.pain_now": list(range(10)) * 30})
EQUIPMENT = [["mat"], None, [], ["wall", "mat"]]


def cut(table, sizes):
    """The table in pieces whose sizes go round and round."""
    pieces, at = [], 0
    for size in itertools.cycle(sizes):
        if at >= table.num_rows:
            return pieces
        pieces.append(table.slice(at, size))
        at += size
    raise AssertionError


@pytest.mark.parametrize("sizes", [[300], [1], [7, 0, 50], [0, 0, 299]])
def test_pieces_are_put_together(sizes):
    """Those without rows among them, too."""
    pieces = pa.concat_tables(cut(TABLE, sizes))

    found = list(gathered(stream(pieces), 1_000))

    assert [batch.num_rows for batch in found] == [300]
    assert pa.Table.from_batches(found).equals(TABLE)


def test_pieces_are_put_together_up_to_a_size():
    found = [batch.num_rows for batch in gathered(stream(pa.concat_tables(cut(TABLE, [40]))), 100)]

    assert found == [80, 80, 80, 60]


def test_what_cannot_be_put_together_goes_on_in_pieces(monkeypatch):
    """As few as will do: here three may not stand together, as if their dictionaries were too long."""
    whole = pa.Table.from_batches

    class Tables:
        @staticmethod
        def from_batches(those):
            if len(those) > 2:
                raise pa.ArrowInvalid("too long")
            return whole(those)

    pieces = stream(pa.concat_tables(cut(TABLE, [60])))
    monkeypatch.setattr("psoas_rules.cohort.streams.pa.Table", Tables)

    assert [batch.num_rows for batch in gathered(pieces, 1_000)] == [120, 60, 120]


@pytest.mark.parametrize(
    "empty",
    [TABLE.slice(0, 0), TABLE.schema.empty_table(), pa.RecordBatchReader.from_batches(TABLE.schema, [])],
    ids=["a table", "a table in no pieces", "a reader"],
)
def test_a_stream_without_rows_has_a_batch_without_rows(empty):
    """So that the first one tells the columns, whatever comes."""
    (only,) = recommend_batches(empty, DECIDES, columns=("outcome",), keep=("signs.pain_now",))

    assert (only.num_rows, only.schema.names) == (0, ["signs.pain_now", "outcome"])


def test_batches_without_rows_are_passed_over():
    pieces = [one.to_batches()[0] for one in cut(TABLE, [100])]

    found = list(recommend_batches([pieces[0].slice(0, 0), *pieces, pieces[0].slice(0, 0)], DECIDES))

    assert [batch.num_rows for batch in found] == [100, 100, 100]


def test_a_stream_may_be_made_of_tables():
    """As polars gives them, slice by slice."""
    polars = pytest.importorskip("polars")
    slices = polars.from_arrow(TABLE).iter_slices(70)

    found = pa.Table.from_batches(list(recommend_batches(slices, DECIDES, columns=("outcome",))))

    assert found["outcome"].to_pylist() == recommend_table(TABLE, DECIDES)["outcome"].to_pylist()


@pytest.mark.parametrize("given", [7, "people.csv", {"screen": "clear"}, [{"screen": "clear"}], ["people.csv"], None])
@pytest.mark.parametrize("take", [lambda given: list(recommend_batches(given)), tally])
def test_what_is_no_table_is_told(take, given):
    with pytest.raises(CohortError, match="is not a table; give one of pyarrow, pandas, polars or DuckDB"):
        take(given)


def test_all_batches_of_a_table_come():
    assert [one.num_rows for one in batches(pa.concat_tables(cut(TABLE, [120])))] == [120, 120, 60]


@pytest.mark.parametrize(
    "form",
    [
        pa.list_(pa.string()),
        pa.large_list(pa.string()),
        pa.list_view(pa.string()),
        pa.large_list_view(pa.string()),
        pa.list_(pa.string(), 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("compiled", [False, True])
def test_every_form_of_a_list_is_read_by_columns(form, compiled, monkeypatch):
    if compiled:
        pytest.importorskip("numba")
    lists = [["mat"], None, ["wall"]] * 100 if pa.types.is_fixed_size_list(form) else (EQUIPMENT * 75)
    table = TABLE.append_column("preferences.equipment", pa.array(lists, form))
    plain = TABLE.append_column("preferences.equipment", pa.array(lists, pa.list_(pa.string())))
    with monkeypatch.context() as patched, loops.fixed(compiled=compiled):
        patched.setattr("psoas_rules.cohort.rows.Rows.records", one_by_one_is_asked_for_nobody)
        found = recommend_table(table, DECIDES, audit=False)

    assert found.to_pylist() == recommend_table(plain, DECIDES).to_pylist()


def test_runs_of_the_same_answer_are_read_by_columns(monkeypatch):
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([100, 160, 300], pa.int32()), pa.array(["clear", None, "clear"]))
    answers = pa.array(["clear"] * 100 + [None] * 60 + ["clear"] * 140)
    with monkeypatch.context() as patched:
        patched.setattr("psoas_rules.cohort.rows.Rows.records", one_by_one_is_asked_for_nobody)
        found = recommend_table(TABLE.set_column(0, "screen", runs), DECIDES, audit=False)

    assert found.to_pylist() == recommend_table(TABLE.set_column(0, "screen", answers), DECIDES).to_pylist()


def one_by_one_is_asked_for_nobody(self, batch, rows):
    assert list(rows) == []
    return []
