"""The columns of a result: their names, their types, and the way there from plain records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from psoas_rules.cohort.columns import plain_names
from psoas_rules.cohort.errors import CohortError
from psoas_rules.hints import nearest, show

KINDS: Final = ("routine", "referral", "screening", "invalid")
"""What an outcome can be."""

_WORD: Final = pa.dictionary(pa.int8(), pa.string())
_NAME: Final = pa.dictionary(pa.int16(), pa.string())
_STEP: Final = pa.struct(
    [
        ("exercise", _NAME),
        ("phase", _WORD),
        ("sets", pa.int16()),
        ("reps", pa.int16()),
        ("hold_s", pa.float32()),
        ("side", _WORD),
        ("extra_sets", pa.int16()),
        ("seconds", pa.float32()),
    ]
)
_TYPES: Final[Mapping[str, pa.DataType]] = {
    "outcome": _WORD,
    "problem": pa.string(),
    "triage": _WORD,
    "profile": _WORD,
    "confidence": _WORD,
    "steps": pa.list_(_STEP),
    "seconds": pa.float32(),
    "left_out": pa.list_(pa.struct([("exercise", _NAME), ("slot", _NAME)])),
    "fired": pa.list_(_NAME),
    "pack": _WORD,
    "digest": _WORD,
}

COLUMNS: Final[tuple[str, ...]] = tuple(_TYPES)
"""Names of the columns of an outcome, in order."""


def output_type(column: str) -> pa.DataType:
    """The type of one of `COLUMNS`."""
    return _TYPES[column]


def output_schema(columns: Sequence[str] | None = None, kept: pa.Schema | None = None) -> pa.Schema:
    """The columns of a result, with their types.

    Args:
        columns: Which of `COLUMNS`, in this order; None for all.
        kept: Columns that are handed through from the table of people. They come first.

    Raises:
        CohortError: if a column is unknown, or a name stands twice.
    """
    wanted = COLUMNS if columns is None else tuple(plain_names(columns, "columns"))
    for name in wanted:
        if name not in _TYPES:
            near = nearest(name, COLUMNS) or f"; they are {', '.join(COLUMNS)}"
            raise CohortError(f"columns: {show(name)} is not a column of an outcome{near}")
    first = () if kept is None else tuple(kept)
    for name in (*(field.name for field in first), *wanted):
        if wanted.count(name) > 1:
            raise CohortError(f"columns: {show(name)} stands twice; name it once")
        if name in wanted and kept is not None and name in kept.names:
            raise CohortError(f"keep: {show(name)} is also a column of the outcome; rename it in the table first")
    return pa.schema([*first, *((name, _TYPES[name]) for name in wanted)])


def to_arrays(records: Iterable[Mapping[str, Any]], columns: Iterable[str] = COLUMNS) -> dict[str, pa.Array]:
    """Records, as `rows.record` gives them, by columns."""
    those = tuple(records)
    return {name: pa.array([record[name] for record in those], type=_TYPES[name]) for name in columns}
