"""A cohort on Dask: every partition of a data frame by itself. Needs the extras `cohort` and `dask`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psoas_rules.cohort.workers import Work

try:
    import dask.dataframe as dd
    import pandas as pd
except ModuleNotFoundError as missing:
    if missing.name not in ("dask", "dask.dataframe", "pandas"):
        raise
    raise ModuleNotFoundError(
        "cohorts on Dask need its data frames: python -m pip install 'psoas-rules[dask]'", name=missing.name
    ) from None

__all__ = ["recommend_frame"]


def recommend_frame(
    frame: dd.DataFrame,
    pack: str | Path | None = None,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    audit: bool = True,
) -> dd.DataFrame:
    """The outcome for every row of a Dask data frame. Lazy: Dask decides when and where a partition is worked on.

    Args:
        frame: One row is one person, with columns as `recommend_table` takes them.
        pack: The folder of the pack, as every worker sees it; None for the built-in pack.
        columns: Names of the outcome columns that are wanted; None for all.
        keep: Names of the columns to hand through, first.
        audit: As in `recommend_table`.

    Returns:
        A frame with the partitions and the index of `frame`. Outcome columns have the Arrow types of `output_schema`,
        but for plain text in place of dictionaries; kept columns are as they were.

    Raises:
        CohortError: if the columns cannot be read; while computing, if a worker has another pack than this process.
        PackError: if the pack does not hold together.
    """
    work = Work.of(pack, columns, keep, audit)
    return frame.map_partitions(_recommend_part, work, meta=_recommend_part(frame._meta, work))  # noqa: SLF001 - the name that Dask documents


def _recommend_part(part: pd.DataFrame, work: Work) -> pd.DataFrame:
    kept = list(work.keep)
    # An index with names or gaps would be one more column.
    found = work.table(part.reset_index(drop=True)).drop_columns(kept)
    outcomes = found.to_pandas(types_mapper=pd.ArrowDtype)
    return pd.concat([part[kept], outcomes.set_axis(part.index)], axis=1)
