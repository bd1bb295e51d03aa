"""Columns of a result as whole numbers: texts by their place in a list of names, lists as pairs of row and item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from psoas_rules.cohort.streams import batches

MOST_ROWS: Final = 65_536
"""Rows that are looked at together; more would take more memory and no less time."""

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def as_batches(given: Any) -> Iterator[pa.RecordBatch]:
    """A table, a stream or an iterable of batches as batches of at most `MOST_ROWS` rows.

    Raises:
        CohortError: if it is none of these.
    """
    for batch in batches(given):
        for start in range(0, batch.num_rows, MOST_ROWS):
            yield batch.slice(start, MOST_ROWS)


class Names:
    """Names in the order in which they were first met, each with its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def codes(self, texts: pa.Array) -> Numbers:
        """The number of each text; -1 for null."""
        if not pa.types.is_dictionary(texts.type):
            texts = texts.cast(pa.string()).dictionary_encode()
        # One place more, for the nulls.
        numbers = [-1 if name is None else self.number(name) for name in texts.dictionary.to_pylist()] + [-1]
        places = pc.fill_null(texts.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        return np.array(numbers, np.int64)[places]  # type: ignore[no-any-return]

    def number(self, name: str) -> int:
        """The number of a name, a new one when it is met for the first time."""
        return self._numbers.setdefault(name, len(self._numbers))


@attrs.frozen(eq=False)
class Items:
    """The items of a column of lists, one after the other.

    Attributes:
        rows: The row of each item.
        values: The items.
        lengths: How many items each row has; -1 for null.
    """

    rows: Numbers
    values: pa.Array
    lengths: Numbers

    @classmethod
    def of(cls, lists: pa.Array) -> Items:
        """The items of lists of any kind that Arrow has."""
        lengths = pc.fill_null(pc.list_value_length(lists).cast(pa.int64()), -1)
        rows = pc.list_parent_indices(lists).cast(pa.int64())
        return cls(rows.to_numpy(zero_copy_only=False), pc.list_flatten(lists), lengths.to_numpy(zero_copy_only=False))

    def field(self, name: str) -> pa.Array:
        """One field of items that are structs."""
        return pc.struct_field(self.values, name)


def pairs_counted(first: Numbers, second: Numbers) -> Iterator[tuple[tuple[int, int], int]]:
    """How often each pair of codes comes; a pair with -1 in it is none."""
    both = (first >= 0) & (second >= 0)
    width = int(second.max(initial=0)) + 1
    counts = np.bincount(first[both] * width + second[both])
    for pair in np.flatnonzero(counts).tolist():
        yield divmod(pair, width), int(counts[pair])


def column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    """A column by its name; None when it is not there."""
    place = batch.schema.get_field_index(name)
    return None if place < 0 else batch.column(place)
