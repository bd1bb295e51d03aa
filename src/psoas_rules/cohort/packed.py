"""Yes and no for many people at once: one bit a row, in the order of Arrow's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.errors import CohortError

Packed: TypeAlias = NDArray[np.uint8]
"""One bit for each row, the first row in the lowest bit; bits behind the last row are 0."""
Maybe: TypeAlias = Packed | None
"""The same, where None says that it holds in no row: most of what is asked holds in none, and costs nothing then."""

_COUNTS: Final = np.array([byte.bit_count() for byte in range(256)], dtype=np.uint8)
_LOWEST: Final = np.array([(byte & -byte).bit_length() - 1 if byte else 0 for byte in range(256)], dtype=np.int16)
_WITHOUT_LOWEST: Final = np.array([byte & (byte - 1) if byte else 0 for byte in range(256)], dtype=np.uint8)
_LARGEST_NUMBER: Final = (1 << 15) - 1
_MOST_IN_LISTS: Final = (1 << 31) - 1
_BLOCK: Final = 32_768
"""Rows whose lists are made together."""
_SWAPS: Final = (
    (np.uint64(7), np.uint64(0x00AA00AA00AA00AA)),
    (np.uint64(14), np.uint64(0x0000CCCC0000CCCC)),
    (np.uint64(28), np.uint64(0x00000000F0F0F0F0)),
)


def packed(rows: NDArray[np.bool_]) -> Packed:
    """One truth value for each row, as bits."""
    return np.packbits(rows, bitorder="little")


def unpacked(bits: Packed, rows: int) -> NDArray[np.uint8]:
    """The bits as 0 and 1, one for each row."""
    return np.unpackbits(bits, count=rows, bitorder="little")


def truths(bits: Packed, rows: int) -> NDArray[np.bool_]:
    """The bits as truth values, one for each row."""
    return unpacked(bits, rows).view(np.bool_)


def everybody(rows: int) -> Packed:
    """All rows."""
    return packed(np.ones(rows, dtype=np.bool_))


def either(*those: Maybe) -> Maybe:
    """The rows in at least one of them."""
    found: Maybe = None
    ours = False
    for one in those:
        if one is None:
            continue
        if found is None:
            found = one
        elif ours:
            np.bitwise_or(found, one, out=found)
        else:
            found, ours = found | one, True
    return found


def both(first: Maybe, *others: Maybe) -> Maybe:
    """The rows in all of them."""
    found = first
    for one in others:
        if found is None or one is None:
            return None
        found = found & one
    return found if found is None or not others or anybody(found) else None


def without(those: Maybe, these: Maybe) -> Maybe:
    """The rows of the first that are not in the second."""
    if those is None or these is None:
        return those
    # What is in the first and not in both.
    found = np.bitwise_and(those, these)
    np.bitwise_xor(found, those, out=found)
    return found if anybody(found) else None


def anybody(those: Packed) -> bool:
    """Whether any bit is set.

    `any` would do the same, in three times the time: this one stops at the first byte that is not zero.
    """
    return bool(len(those)) and bool(those[those.view(np.bool_).argmax()])


def indices(those: Maybe, rows: int) -> NDArray[np.intp]:
    """The numbers of the rows, in order."""
    return np.empty(0, dtype=np.intp) if those is None else np.flatnonzero(truths(those, rows))


def count(those: Maybe) -> int:
    """How many rows they are."""
    return 0 if those is None else int(np.bitwise_count(those).sum())


def side_by_side(vectors: Sequence[Maybe], rows: int) -> NDArray[np.uint8]:
    """Eight vectors as one byte for each row: the first in its lowest bit.

    Args:
        vectors: At most eight.
        rows: How many rows there are.

    Returns:
        An array as long as the rows, filled up to a multiple of eight.
    """
    block = np.zeros((-(-rows // 8), 8), dtype=np.uint8)
    for number, vector in enumerate(vectors):
        if vector is not None:
            block[:, number] = vector
    # Each eight bytes are a square of eight rows and eight vectors; three swaps turn it over.
    square = block.view("<u8").reshape(-1)
    for shift, mask in _SWAPS:
        moved = (square ^ (square >> shift)) & mask
        square = square ^ moved ^ (moved << shift)
    return square.view(np.uint8)


def stacked(vectors: Sequence[Maybe], rows: int) -> NDArray[np.uint64]:
    """The vectors one below the other, 64 rows in each number."""
    table = np.zeros((len(vectors), -(-rows // 64)), dtype=np.uint64)
    for line, vector in zip(table.view(np.uint8), vectors, strict=True):
        if vector is not None:
            line[: len(vector)] = vector
    return table


class Lists:
    """For each row a list of numbers, as Arrow keeps them: all numbers in one array, and where each row begins."""

    def __init__(self, values: NDArray[Any], offsets: NDArray[np.int32]) -> None:
        self.values = values
        self.offsets = offsets

    @classmethod
    def of(
        cls, vectors: Iterable[tuple[int, Maybe]], rows: int, behind: tuple[Lists, NDArray[np.int32]] | None = None
    ) -> Lists:
        """The lists in which each number stands for the rows of its vector, in the order of the vectors.

        Args:
            vectors: The vectors, each with its number.
            rows: How many rows there are.
            behind: Other lists, and which of them comes behind that of each row, with -1 for none. Only with machine
                code.

        Raises:
            CohortError: if there are more numbers than Arrow can count.
        """
        some = [(number, vector) for number, vector in vectors if vector is not None]
        if max((number for number, _ in some), default=0) > _LARGEST_NUMBER:
            raise CohortError("this pack has too many rules or exercises to be listed by columns; use `recommend`")
        if loops.compiled() or behind:
            return cls._compiled(some, rows, behind)
        # In blocks that the processor keeps at hand.
        blocks = [
            cls._block([(number, vector[start >> 3 : (start + _BLOCK) >> 3]) for number, vector in some], end - start)
            for start, end in ((start, min(start + _BLOCK, rows)) for start in range(0, rows, _BLOCK))
        ]
        return cls.joined(blocks)

    @classmethod
    def joined(cls, those: Sequence[Lists]) -> Lists:
        """Lists of some rows and then of others."""
        if len(those) == 1:
            return those[0]
        ends = np.cumsum([0, *(one.offsets[-1] for one in those)], dtype=np.int64)
        _check_length(int(ends[-1]))
        begins = ends.astype(np.int32)
        offsets = [one.offsets[:-1] + begin for one, begin in zip(those, begins, strict=False)]
        values = [one.values for one in those] or [np.empty(0, dtype=np.int16)]
        return cls(np.concatenate(values), np.concatenate([*offsets, begins[-1:]]))

    @classmethod
    def _compiled(
        cls, some: Sequence[tuple[int, Packed]], rows: int, behind: tuple[Lists, NDArray[np.int32]] | None
    ) -> Lists:
        from psoas_rules.cohort import compiled

        table = stacked([vector for _, vector in some], rows)
        others, places = behind or (_NO_LISTS, np.full(rows, -1, dtype=np.int32))
        length = int(np.bitwise_count(table).sum()) + len(others.values)
        _check_length(length)
        found = cls(np.empty(length, dtype=np.int16), np.empty(rows + 1, dtype=np.int32))
        compiled.lists(
            table,
            np.array([number for number, _ in some], dtype=np.int16),
            (others.values, others.offsets),
            places,
            (found.values, found.offsets),
        )
        return found

    @classmethod
    def _block(cls, some: Sequence[tuple[int, Packed]], rows: int) -> Lists:
        # A power of two, so that rows and columns are told apart by shifting.
        wide = max(1, 1 << (-(-len(some) // 8) - 1).bit_length()) if some else 1
        shift = wide.bit_length() - 1
        numbers = np.zeros(wide * 8, dtype=np.int16)
        numbers[: len(some)] = [number for number, _ in some]
        table = np.zeros((rows, wide), dtype=np.uint8)
        for column, start in enumerate(range(0, len(some), 8)):
            table[:, column] = side_by_side([vector for _, vector in some[start : start + 8]], rows)[:rows]
        flat = table.reshape(-1)
        places = np.flatnonzero(flat != 0)
        bits = flat[places]
        ends = np.zeros(len(bits) + 1, dtype=np.int32)
        np.cumsum(_COUNTS[bits], out=ends[1:])
        offsets = ends[np.searchsorted(places, np.arange(rows + 1) << shift)]
        found = np.empty(int(ends[-1]), dtype=np.int16)
        at, first = ends[:-1], ((places & (wide - 1)) << 3).astype(np.int16)
        # The lowest bit of every byte, then the next of those that have more.
        while len(bits):
            found[at] = first + _LOWEST[bits]
            bits = _WITHOUT_LOWEST[bits]
            more = np.flatnonzero(bits != 0)
            bits, at, first = bits[more], at[more] + 1, first[more]
        return cls(numbers[found], offsets)

    def rows(self) -> NDArray[np.intp]:
        """For each number the row that it belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


_NO_LISTS: Final = Lists(np.empty(0, dtype=np.int16), np.zeros(1, dtype=np.int32))


def _check_length(length: int) -> None:
    if length > _MOST_IN_LISTS:
        raise CohortError(
            "the lists of these rows are too long to stand in one column; use `recommend_batches` with smaller batches"
        )
