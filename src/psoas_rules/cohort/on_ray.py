"""A cohort on Ray Data: `map_batches` over the Arrow blocks of a dataset. Needs the extras `cohort` and `ray`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psoas_rules.cohort.schema import output_schema
from psoas_rules.cohort.workers import Work

try:
    from ray.data import Dataset
except ModuleNotFoundError as missing:
    if missing.name not in ("ray", "ray.data"):
        raise
    raise ModuleNotFoundError(
        "cohorts on Ray need Ray Data: python -m pip install 'psoas-rules[ray]'", name=missing.name
    ) from None

__all__ = ["recommend_dataset"]


def recommend_dataset(
    dataset: Dataset,
    pack: str | Path | None = None,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    audit: bool = True,
    **resources: Any,
) -> Dataset:
    """The outcome for every row of a Ray dataset. Lazy: Ray works when the result is asked for.

    Args:
        dataset: One row is one person, with columns as `recommend_table` takes them.
        pack: The folder of the pack, as every worker sees it; None for the built-in pack.
        columns: Names of the outcome columns that are wanted; None for all.
        keep: Names of the columns to hand through, first.
        audit: As in `recommend_table`.
        **resources: What `Dataset.map_batches` takes besides, such as `num_cpus`, `memory` or `concurrency`.

    Returns:
        A dataset with the blocks of `dataset`, first the kept columns. The types are those of `output_schema`, with
        plain text in place of dictionaries. Ray may give the blocks back in another order.

    Raises:
        CohortError: if an outcome column is not known. While computing, Ray's own error tells of a CohortError if the
            columns cannot be read, or if a worker has another pack than this process.
        PackError: if the pack does not hold together.
    """
    output_schema(columns)
    work = Work.of(pack, columns, keep, audit)
    # Blocks as they are: joining or cutting them would only cost copies.
    return dataset.map_batches(work.table, batch_format="pyarrow", batch_size=None, **resources)
