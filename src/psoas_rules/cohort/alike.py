"""Rows that are alike: what follows from a few vectors alone is worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.packed import Maybe, Packed, side_by_side, unpacked

_AT_ONCE: Final = 32
_IN_A_BYTE: Final = 8
_FEW: Final = 16
"""With fewer rows of a class than this, on average, nothing is gained."""


@attrs.frozen(eq=False)
class Classes:
    """Classes of rows that are alike.

    Attributes:
        of: For each row the number of its class.
        rows: For each class one of its rows; None when every row is a class of its own.
        count: How many there are.
    """

    of: NDArray[np.int32]
    rows: NDArray[np.intp] | None
    count: int

    @classmethod
    def by(cls, vectors: Iterable[Maybe], rows: int) -> Classes:
        """The classes of rows whose bits are the same in all of these vectors."""
        some = [vector for vector in vectors if vector is not None]
        found = np.zeros(rows, dtype=np.int32)
        count = min(rows, 1)
        for start in range(0, len(some), _AT_ONCE):
            count = _numbered(_words(some[start : start + _AT_ONCE], rows, found), found)
            if count * _FEW > rows:
                return cls(np.arange(rows, dtype=np.int32), None, rows)
        one_of_each = np.empty(count, dtype=np.intp)
        one_of_each[found] = np.arange(rows)
        return cls(found, one_of_each, count)

    def bits(self, vector: Packed) -> NDArray[np.uint8]:
        """For each class whether the bits of its rows are set, in one of the vectors that it was made by."""
        if self.rows is None:
            return unpacked(vector, self.count)
        bits: NDArray[np.uint8] = vector[self.rows >> 3] >> (self.rows & 7).astype(np.uint8) & np.uint8(1)
        return bits


def _words(vectors: list[Packed], rows: int, before: NDArray[np.int32]) -> NDArray[np.uint64]:
    """For each row its bits, side by side, and in front of them the class that it had before."""
    table = np.zeros((rows, _IN_A_BYTE), dtype=np.uint8)
    for column, start in enumerate(range(0, len(vectors), _IN_A_BYTE)):
        table[:, column] = side_by_side(vectors[start : start + _IN_A_BYTE], rows)[:rows]
    words: NDArray[np.uint64] = table.view("<u8").reshape(rows)
    words |= before.astype(np.uint64) << np.uint64(_AT_ONCE)
    return words


def _numbered(words: NDArray[np.uint64], found: NDArray[np.int32]) -> int:
    """Writes for each word the number of it among those that differ, and gives back how many those are."""
    if loops.compiled():
        from psoas_rules.cohort import compiled

        return compiled.numbered(words, found)
    different, found[:] = np.unique(words, return_inverse=True)
    return len(different)
