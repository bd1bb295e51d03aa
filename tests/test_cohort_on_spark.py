"""Cohorts on Spark: what the partitions give together is what one table gives."""

import os
import re
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pytest

for library in ("pyarrow", "pyspark"):
    pytest.importorskip(library, reason=f"{library} is not installed")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("there is no Java on this machine", allow_module_level=True)

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from pyspark.errors import PythonException  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.pandas.types import from_arrow_schema  # noqa: E402

from psoas_rules import Recommender, load_pack  # noqa: E402
from psoas_rules.cohort import COLUMNS, CohortError, recommend_table  # noqa: E402
from psoas_rules.cohort.on_spark import recommend_frame  # noqa: E402

# PySpark has a word to say about some releases of pandas, which is not used here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

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


@pytest.fixture(scope="module")
def spark():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        # Small batches: a partition comes in several.
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "8")
        # The tests are over before optimised code would pay.
        builder = builder.config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        builder = builder.config("spark.sql.codegen.wholeStage", "false")
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        gateway = session.sparkContext._gateway
        yield session
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)


def parts(spark, table, bounds):
    """A Spark frame with a partition from each bound to the next."""
    schema = from_arrow_schema(table.schema)
    names = table.column_names
    pieces = [table.slice(low, high - low).to_pylist() for low, high in pairwise(bounds)]
    rows = [[tuple(row[name] for name in names) for row in piece] for piece in pieces]
    divided = spark.sparkContext.parallelize(rows, len(rows)).flatMap(list)
    return spark.createDataFrame(divided, schema)


def rows(frame):
    return frame.toArrow().to_pylist()


@pytest.mark.parametrize(
    "bounds",
    [(0, ROWS), (0, 20, ROWS), (0, 1, 6, 6, 19, 20, 41, ROWS), (0, 0, ROWS), (0, 0)],
    ids=["one", "two", "seven, one of them empty", "empty first", "nobody"],
)
def test_partitions_give_what_one_table_gives(spark, bounds):
    frame = parts(spark, people(), bounds)
    assert frame.rdd.getNumPartitions() == len(bounds) - 1

    assert rows(recommend_frame(frame, keep=KEEP)) == recommend_table(people(), keep=KEEP).to_pylist()[: bounds[-1]]


def test_the_people_of_these_tests_have_every_outcome():
    outcomes = recommend_table(people(), keep=KEEP)["outcome"].to_pylist()

    assert set(outcomes) == {"routine", "referral", "screening", "invalid"}


def test_what_is_promised_is_what_comes(spark):
    frame = recommend_frame(parts(spark, people(), (0, ROWS)), keep=KEEP)
    found = frame.toArrow()

    assert frame.columns == [*KEEP, *COLUMNS]
    assert from_arrow_schema(found.schema) == frame.schema
    assert frame.schema["outcome"].dataType.simpleString() == "string"
    assert frame.schema["seconds"].dataType.simpleString() == "float"
    assert "sets:smallint" in frame.schema["steps"].dataType.simpleString()


def test_fewer_columns_and_a_kept_answer(spark):
    keep = ("signs.low_back_pain_stiffness", "person_id")
    found = recommend_frame(parts(spark, people(), (0, 9, ROWS)), columns=("triage", "problem"), keep=keep)

    assert rows(found) == recommend_table(people(), columns=("triage", "problem"), keep=keep).to_pylist()


def test_another_pack_is_used_on_the_workers(spark):
    found = rows(recommend_frame(parts(spark, small_people(), (0, 2, 6)), SMALL))

    assert found == recommend_table(small_people(), Recommender(load_pack(SMALL))).to_pylist()
    assert {row["pack"] for row in found} == {"small-pack 0.1.0"}


def test_a_worker_with_another_pack_stops(spark, tmp_path):
    folder = shutil.copytree(SMALL, tmp_path / "pack")
    frame = recommend_frame(parts(spark, small_people(), (0, 2, 6)), folder)
    signs = folder / "signs.yaml"
    signs.write_text(signs.read_text("utf-8").replace("label: Stiffness", "label: How stiff"), "utf-8")

    with pytest.raises(PythonException, match=r"a worker has another pack \(small-pack 0\.1\.0, digest \w{12}\)"):
        frame.collect()


@pytest.mark.parametrize("wrong", [{"columns": ("outcom",)}, {"keep": ("persn_id",)}, {"keep": "person_id"}], ids=str)
def test_wrong_names_are_told_before_anything_is_computed(spark, wrong):
    with pytest.raises(CohortError):
        recommend_frame(parts(spark, people(), (0, ROWS)), **wrong)


def test_the_section_of_the_docs_runs(spark, tmp_path):
    code = re.search(r"### Spark\n.*?```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "people").mkdir()
    pq.write_table(people(), tmp_path / "people" / "all.parquet")
    # The engine runs already, in a folder of its own.
    code = re.sub(r'"((people|outcomes)\w*/)"', lambda name: repr(f"{tmp_path}/{name[1]}"), code)
    exec(compile(code, str(DOCS), "exec"), {"__name__": "__main__"})
    columns = [*KEEP, "outcome", "triage", "steps"]
    found = pq.read_table(tmp_path / "outcomes_spark", columns=columns).to_pylist()

    assert found == recommend_table(people(), columns=columns[1:], keep=KEEP).to_pylist()
