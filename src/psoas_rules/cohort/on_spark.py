"""A cohort on Spark: `mapInArrow` over a data frame. Needs the extras `cohort` and `spark`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from psoas_rules.cohort.workers import Work

try:
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
    from pyspark.sql.types import StructType
except ModuleNotFoundError as missing:
    if missing.name != "pyspark":
        raise
    raise ModuleNotFoundError(
        "cohorts on Spark need PySpark: python -m pip install 'psoas-rules[spark]'", name="pyspark"
    ) from None

__all__ = ["recommend_frame"]


def recommend_frame(
    frame: DataFrame,
    pack: str | Path | None = None,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    audit: bool = True,
) -> DataFrame:
    """The outcome for every row of a Spark data frame. Lazy: Spark works when the result is asked for.

    Args:
        frame: One row is one person, with columns as `recommend_table` takes them.
        pack: The folder of the pack, as every worker sees it; None for the built-in pack.
        columns: Names of the outcome columns that are wanted; None for all.
        keep: Names of the columns to hand through, first.
        audit: As in `recommend_table`.

    Returns:
        A frame with the partitions of `frame`. Outcome columns have the Spark types of `output_schema`, with plain text
        in place of dictionaries; kept columns are as they were.

    Raises:
        CohortError: if the columns cannot be read; while computing, if a worker has another pack than this process.
        PackError: if the pack does not hold together.
    """
    work = Work.of(pack, columns, keep, audit)
    found = work.table(to_arrow_schema(frame.schema, timezone="UTC").empty_table())
    outcomes = from_arrow_schema(found.drop_columns(list(keep)).schema)
    # For Spark a dot in a name leads into a struct, so the names travel beside the data.
    numbered = frame.toDF(*(f"column_{index}" for index in range(len(frame.columns))))
    schema = StructType([*(frame.schema[name] for name in keep), *outcomes])
    return numbered.mapInArrow(partial(_recommend_part, tuple(frame.columns), work), schema)


def _recommend_part(names: tuple[str, ...], work: Work, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return work.batches(pa.RecordBatch.from_arrays(batch.columns, names) for batch in batches)
