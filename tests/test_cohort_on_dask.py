"""Cohorts on Dask: what the partitions give together is what one table gives, in this process and in others."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

for library in ("pyarrow", "pandas", "dask.dataframe", "distributed"):
    pytest.importorskip(library, reason=f"{library} is not installed")

import dask  # noqa: E402
import dask.dataframe as dd  # noqa: E402
import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from dask.distributed import Client, LocalCluster  # noqa: E402

from psoas_rules import Recommender, load_pack  # noqa: E402
from psoas_rules.cohort import COLUMNS, CohortError, output_schema, recommend_table, workers  # noqa: E402
from psoas_rules.cohort.on_dask import recommend_frame  # noqa: E402

SMALL = Path(__file__).parent / "small_pack"
DOCS = Path(__file__).parents[1] / "docs" / "cohorts.md"
ROWS = 42
KEEP = ("person_id",)


def people():
    """Nulls in every answer, a routine for most, a number that cannot be, and a column that is no answer."""
    rows = range(ROWS)
    return pa.table(
        {
            "person_id": [f"p{row}" for row in rows],
            "screen": [None if row % 9 == 4 else "clear" for row in rows],
            "signs.low_back_pain_stiffness": [12 if row == 20 else None if row % 4 == 1 else row % 11 for row in rows],
            "signs.hip_flexor_tightness_feeling.left": [None if row % 3 == 1 else row % 10 for row in rows],
            "red_flags.both_legs_nerve": [True if row % 13 == 6 else None if row % 2 else False for row in rows],
            "preferences.minutes": pa.array([(10, 20, None)[row % 3] for row in rows], pa.float64()),
            "preferences.equipment": [(["mat"], None, [], ["mat", "chair", "wall"])[row % 4] for row in rows],
            "signs_remark": ["call back" if row == 30 else None for row in rows],
        }
    )


def small_people():
    return pa.table({"screen": ["clear"] * 6, "signs.stiffness": [None, 0, 4, 7, 9, 10]})


def parts(table, bounds):
    """A Dask frame with a partition from each bound to the next."""
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    pieces = [frame.iloc[low:high] for low, high in pairwise(bounds)]
    return dd.from_map(lambda piece: piece, pieces, meta=frame.iloc[:0])


def rows(result):
    return pa.Table.from_pandas(result, preserve_index=False).to_pylist()


@pytest.fixture(params=["this process", "two workers"])
def scheduler(request):
    if request.param == "this process":
        with dask.config.set(scheduler="synchronous"):
            yield request.param
    else:
        request.getfixturevalue("two_workers")
        yield request.param


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


@pytest.fixture
def two_workers(cluster):
    with Client(cluster) as client:
        yield client


@pytest.mark.parametrize(
    "bounds",
    [(0, ROWS), (0, 20, ROWS), (0, 1, 6, 6, 19, 20, 41, ROWS), (0, 0, ROWS)],
    ids=["one", "two", "seven, one of them empty", "empty first"],
)
def test_partitions_give_what_one_table_gives(scheduler, bounds):
    result = recommend_frame(parts(people(), bounds), keep=KEEP).compute()

    assert rows(result) == recommend_table(people(), keep=KEEP).to_pylist()


def test_the_people_of_these_tests_have_every_outcome():
    outcomes = recommend_table(people(), keep=KEEP)["outcome"].to_pylist()

    assert set(outcomes) == {"routine", "referral", "screening", "invalid"}
    assert [row for row, outcome in enumerate(outcomes) if outcome == "invalid"] == [20, 30]


def test_what_is_promised_is_what_comes():
    frame = recommend_frame(parts(people(), (0, 7, ROWS)), keep=KEEP)
    found = frame.compute(scheduler="synchronous")

    assert list(frame.columns) == [*KEEP, *COLUMNS]
    assert frame.dtypes.to_dict() == found.dtypes.to_dict()
    assert "dictionary" not in str(found.dtypes.to_dict())
    fields = found.dtypes["steps"].pyarrow_dtype.value_type
    assert [field.name for field in fields] == [field.name for field in output_schema().field("steps").type.value_type]


def test_the_index_and_kept_columns_stay_as_they_were():
    frame = people().to_pandas(types_mapper=pd.ArrowDtype)
    frame["person_id"] = frame["person_id"].astype("category")
    frame.index = pd.Index([row * row for row in range(ROWS)], name="file")
    result = recommend_frame(dd.from_pandas(frame, npartitions=3), columns=("outcome",), keep=KEEP)
    found = result.compute(scheduler="synchronous")

    pd.testing.assert_index_equal(found.index, frame.index)
    pd.testing.assert_series_equal(found["person_id"], frame["person_id"])
    assert list(found.columns) == ["person_id", "outcome"]
    assert found["outcome"].tolist() == recommend_table(people(), keep=KEEP)["outcome"].to_pylist()


def test_plain_pandas_columns_are_read_as_by_recommend_table():
    """Numbers with gaps are floats in pandas, its not-a-number is a gap; lists, and yes/no with gaps, are objects."""
    with dask.config.set({"dataframe.convert-string": False}):
        frame = dd.from_pandas(people().to_pandas(), npartitions=3)
    assert frame.dtypes["signs.low_back_pain_stiffness"] == "float64"
    assert frame.dtypes["preferences.equipment"] == "object"
    found = recommend_frame(frame, keep=KEEP).compute(scheduler="synchronous")

    expected = recommend_table(people(), keep=KEEP).to_pylist()
    assert [row["steps"] for row in rows(found)] == [row["steps"] for row in expected]
    assert [row["outcome"] for row in rows(found)] == [row["outcome"] for row in expected]


def test_another_pack_is_used_on_the_workers(scheduler):
    expected = recommend_table(small_people(), Recommender(load_pack(SMALL)))
    found = recommend_frame(parts(small_people(), (0, 2, 6)), SMALL).compute()

    assert rows(found) == expected.to_pylist()
    assert set(found["pack"]) == {"small-pack 0.1.0"}


def test_the_recommender_is_made_once_in_a_process():
    workers._recommender.cache_clear()
    recommend_frame(parts(people(), (0, 1, 6, 6, 19, 20, 41, ROWS)), keep=KEEP).compute(scheduler="synchronous")

    assert workers._recommender.cache_info().misses == 1


def test_a_worker_with_another_pack_stops(two_workers, tmp_path):
    folder = shutil.copytree(SMALL, tmp_path / "pack")
    frame = recommend_frame(parts(small_people(), (0, 2, 6)), folder)
    signs = folder / "signs.yaml"
    signs.write_text(signs.read_text("utf-8").replace("label: Stiffness", "label: How stiff"), "utf-8")

    with pytest.raises(CohortError, match=r"a worker has another pack \(small-pack 0\.1\.0, digest \w{12}\)"):
        frame.compute()


@pytest.mark.parametrize("wrong", [{"columns": ("outcom",)}, {"keep": ("persn_id",)}, {"keep": "person_id"}], ids=str)
def test_wrong_names_are_told_before_anything_is_computed(wrong):
    with pytest.raises(CohortError):
        recommend_frame(parts(people(), (0, ROWS)), **wrong)


def test_the_section_of_the_docs_runs(tmp_path, monkeypatch):
    code = re.search(r"### Dask\n.*?```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[1]
    # Another cluster may have the usual port.
    code = code.replace("threads_per_worker=1", "threads_per_worker=1, dashboard_address='127.0.0.1:0'")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people").mkdir()
    pq.write_table(people(), "people/all.parquet")
    exec(compile(code, str(DOCS), "exec"), {"__name__": "__main__"})
    columns = [*KEEP, "outcome", "triage", "steps"]
    found = pq.read_table("outcomes_dask", columns=columns).to_pylist()

    assert found == recommend_table(people(), columns=columns[1:], keep=KEEP).to_pylist()
