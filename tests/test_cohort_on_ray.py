"""Cohorts on Ray Data: what the blocks give together is what one table gives."""

import logging
import os
import re
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pytest

for library in ("pyarrow", "ray.data"):
    pytest.importorskip(library, reason=f"{library} is not installed")

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import ray  # noqa: E402
from ray.exceptions import RayTaskError  # noqa: E402

from psoas_rules import Recommender, load_pack  # noqa: E402
from psoas_rules.cohort import COLUMNS, CohortError, recommend_table  # noqa: E402
from psoas_rules.cohort.on_ray import recommend_dataset  # noqa: E402

# Ray warns of settings of its own that nobody has touched.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")

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


@pytest.fixture(scope="module", autouse=True)
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield
        ray.shutdown()


def parts(table, bounds):
    """A Ray dataset with a block from each bound to the next."""
    return ray.data.from_arrow([table.slice(low, high - low) for low, high in pairwise(bounds)])


def together(dataset):
    blocks = [block for block in ray.get(dataset.to_arrow_refs()) if block.num_rows]
    return pa.concat_tables(blocks)


def rows(dataset):
    return together(dataset).to_pylist()


@pytest.mark.parametrize(
    "bounds",
    [(0, ROWS), (0, 20, ROWS), (0, 1, 6, 6, 19, 20, 41, ROWS), (0, 0, ROWS)],
    ids=["one", "two", "seven, one of them empty", "empty first"],
)
def test_blocks_give_what_one_table_gives(bounds):
    found = rows(recommend_dataset(parts(people(), bounds), keep=KEEP))

    # Ray gives blocks back as they are finished.
    found.sort(key=lambda row: int(row["person_id"][1:]))
    assert found == recommend_table(people(), keep=KEEP).to_pylist()


def test_the_people_of_these_tests_have_every_outcome():
    outcomes = recommend_table(people(), keep=KEEP)["outcome"].to_pylist()

    assert set(outcomes) == {"routine", "referral", "screening", "invalid"}


def test_blocks_have_one_schema_and_no_dictionaries():
    """Blocks without rows and blocks of invalid rows alone as well: `concat_tables` joins equal schemas only."""
    found = together(recommend_dataset(parts(people(), (0, 0, 20, 21, ROWS)), keep=KEEP))

    assert found.column_names == [*KEEP, *COLUMNS]
    assert "dictionary" not in str(found.schema)


def test_fewer_columns_and_a_kept_answer():
    keep = ("signs.low_back_pain_stiffness", "person_id")
    found = rows(recommend_dataset(parts(people(), (0, ROWS)), columns=("triage", "problem"), keep=keep, num_cpus=2))

    assert found == recommend_table(people(), columns=("triage", "problem"), keep=keep).to_pylist()


def test_another_pack_is_used_on_the_workers():
    found = rows(recommend_dataset(parts(small_people(), (0, 6)), SMALL))

    assert found == recommend_table(small_people(), Recommender(load_pack(SMALL))).to_pylist()
    assert {row["pack"] for row in found} == {"small-pack 0.1.0"}


def test_a_worker_with_another_pack_stops(tmp_path):
    folder = shutil.copytree(SMALL, tmp_path / "pack")
    dataset = recommend_dataset(parts(small_people(), (0, 2, 6)), folder)
    signs = folder / "signs.yaml"
    signs.write_text(signs.read_text("utf-8").replace("label: Stiffness", "label: How stiff"), "utf-8")

    with pytest.raises(RayTaskError, match=r"a worker has another pack \(small-pack 0\.1\.0, digest \w{12}\)"):
        dataset.take_all()


def test_an_unknown_outcome_column_is_told_before_anything_is_computed():
    with pytest.raises(CohortError):
        recommend_dataset(parts(people(), (0, ROWS)), columns=("outcom",))


def test_an_unknown_column_to_keep_stops_the_work():
    with pytest.raises(RayTaskError, match="persn_id"):
        recommend_dataset(parts(people(), (0, ROWS)), keep=("persn_id",)).take_all()


def test_the_section_of_the_docs_runs(tmp_path):
    code = re.search(r"### Ray\n.*?```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "people").mkdir()
    pq.write_table(people(), tmp_path / "people" / "all.parquet")
    # The engine runs already, in a folder of its own.
    code = re.sub(r'"((people|outcomes)\w*/)"', lambda name: repr(f"{tmp_path}/{name[1]}"), code)
    exec(compile(code, str(DOCS), "exec"), {"__name__": "__main__"})
    columns = [*KEEP, "outcome", "triage", "steps"]
    found = pq.read_table(tmp_path / "outcomes_ray", columns=columns).to_pylist()

    assert found == recommend_table(people(), columns=columns[1:], keep=KEEP).to_pylist()
