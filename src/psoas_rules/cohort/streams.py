"""Tables of people as they come: anything that Arrow can take over, as record batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from psoas_rules.cohort import loops
from psoas_rules.cohort.errors import CohortError
from psoas_rules.hints import kind


def stream(table: Any) -> pa.RecordBatchReader:
    """A table as a stream of record batches.

    Raises:
        CohortError: if it is no table, or cannot be handed over.
    """
    if isinstance(table, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(table.schema, [table])
    if hasattr(table, "__arrow_c_stream__"):
        try:
            return pa.RecordBatchReader.from_stream(table)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise CohortError(
                f"the table cannot be handed over: {error}. A column has one type; write words and numbers as text"
            ) from error
    raise CohortError(
        f"{kind(table)} is not a table; give one of pyarrow, pandas, polars or DuckDB, such as pyarrow.table(...)"
    )


def batches(reader: Any) -> Iterator[pa.RecordBatch]:
    """The batches of a stream, or of each table that something goes through; one without rows when there is none.

    Raises:
        CohortError: if it is neither, or cannot be handed over.
    """
    whole = hasattr(reader, "__arrow_c_stream__") or isinstance(reader, str | bytes | dict)
    tables: Iterable[Any] = [reader] if whole or not isinstance(reader, Iterable) else reader
    for table in tables:
        if isinstance(table, pa.RecordBatch):
            yield table
            continue
        of_table = stream(table)
        first = next(of_table, None)
        yield _empty(of_table.schema) if first is None else first
        yield from of_table


def gathered(reader: pa.RecordBatchReader, most: int) -> Iterator[pa.RecordBatch]:
    """The same rows in fewer batches, because a large batch takes less time for each row.

    Args:
        reader: The batches.
        most: So many rows are in a batch that is put together, at the most.
    """
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        # Before the first of them is decided, though more may come.
        loops.announce(rows + batch.num_rows)
        if rows + batch.num_rows > most and waiting:
            yield from _together(waiting)
            waiting, rows = [], 0
        waiting.append(batch)
        rows += batch.num_rows
    yield from _together(waiting)


def _together(those: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    some = [batch for batch in those if batch.num_rows]
    if len(some) < 2:
        return some or those[:1]
    try:
        return pa.Table.from_batches(some).combine_chunks().to_batches()  # type: ignore[no-any-return]
    except pa.ArrowException:
        # Not everything can be put together, such as dictionaries that are too long for one.
        middle = len(some) // 2
        return [*_together(some[:middle]), *_together(some[middle:])]


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)
