"""The innermost loops over rows as machine code, made by Numba.

Each does what NumPy does without it, in one go over the data where NumPy needs many. Rows are taken 64 at a time, as
the bits of a number; bits behind the last row are 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from psoas_rules.cohort.shown import Parts

_P = ParamSpec("_P")
_R = TypeVar("_R")

WORD: Final = 64
"""Rows in a number."""
_SIDE: Final = 8
"""Numbers of each vector that are worked on together: as many as the processor fetches at once."""


def _compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    try:
        return njit(cache=True)(function)
    except RuntimeError:
        # No folder to keep machine code in; then it is made anew in each process.
        return njit()(function)


def _places() -> NDArray[np.uint8]:
    places = np.zeros(WORD, dtype=np.uint8)
    for place in range(WORD):
        places[(_DE_BRUIJN << place) % (1 << WORD) >> 58] = place
    return places


# Which bit of a number is set, if it is a single one: a product with this number has another first six bits for each.
_DE_BRUIJN: Final = 0x03F79D71B4CB0A89
_PLACES: Final = _places()
_MIXING: Final = 0x9E3779B97F4A7C15


@_compiled
def _turn(square: NDArray[np.uint64]) -> None:
    """Turns 64 numbers over, as a square of bits: what was bit j of number i becomes bit i of number j."""
    shift = 32
    mask = np.uint64(0x00000000FFFFFFFF)
    while shift:
        row = 0
        while row < WORD:
            moved = ((square[row] >> np.uint64(shift)) ^ square[row + shift]) & mask
            square[row] ^= moved << np.uint64(shift)
            square[row + shift] ^= moved
            row = (row + shift + 1) & ~shift
        shift >>= 1
        mask ^= mask << np.uint64(shift)


@_compiled
def _turn_side(vectors: NDArray[np.uint64], first: int, squares: NDArray[np.uint64]) -> int:
    """Turns some numbers of every vector over.

    Args:
        vectors: A vector in each row, 64 rows of the batch in each number.
        first: The first of the numbers.
        squares: For each number and each 64 vectors, the 64 rows; written to.

    Returns:
        How many numbers there were.
    """
    count = vectors.shape[0]
    wide: int = min(_SIDE, vectors.shape[1] - first)
    for group in range(squares.shape[1]):
        most = min(WORD, count - WORD * group)
        for vector in range(most):
            for number in range(wide):
                squares[number, group, vector] = vectors[WORD * group + vector, first + number]
        for number in range(wide):
            squares[number, group, most:] = 0
            _turn(squares[number, group])
    return wide


@_compiled
def lists(
    vectors: NDArray[np.uint64],
    numbers: NDArray[np.int16],
    others: tuple[NDArray[np.int16], NDArray[np.int32]],
    places: NDArray[np.int32],
    found: tuple[NDArray[np.int16], NDArray[np.int32]],
) -> None:
    """For each row the numbers of the vectors in which its bit is set, and behind them another list.

    Args:
        vectors: The vectors.
        numbers: The number of each.
        others: Other lists: all values, and where those of each list begin, and the last one ends.
        places: For each row, which of them comes behind; -1 for none.
        found: The lists of all rows, in the same form; written to.
    """
    values, offsets = found
    rows = len(offsets) - 1
    groups = -(-vectors.shape[0] // WORD)
    squares = np.zeros((_SIDE, groups, WORD), dtype=np.uint64)
    at = 0
    offsets[0] = 0
    for first in range(0, vectors.shape[1], _SIDE):
        wide = _turn_side(vectors, first, squares)
        for row in range(first * WORD, min((first + wide) * WORD, rows)):
            number, inside = row // WORD - first, row % WORD
            for group in range(groups):
                bits = squares[number, group, inside]
                while bits:
                    lowest = bits & (~bits + np.uint64(1))
                    place = _PLACES[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]
                    values[at] = numbers[WORD * group + place]
                    at += 1
                    bits ^= lowest
            other = places[row]
            if other >= 0:
                for place in range(others[1][other], others[1][other + 1]):
                    values[at] = others[0][place]
                    at += 1
            offsets[row + 1] = at


@_compiled
def sums(
    vectors: NDArray[np.uint64], sums_of: NDArray[np.int64], adds: NDArray[np.uint64], found: NDArray[np.uint64]
) -> None:
    """Adds up for each row what the vectors add in which its bit is set.

    Args:
        vectors: The vectors.
        sums_of: For each vector the two sums that it adds to; the place behind the last sum is for nothing.
        adds: For each vector what it adds to them.
        found: The sums, a column for each row of the batch; written to.
    """
    many, rows = found.shape
    groups = -(-vectors.shape[0] // WORD)
    squares = np.zeros((_SIDE, groups, WORD), dtype=np.uint64)
    own = np.zeros(many + 1, dtype=np.uint64)
    for first in range(0, vectors.shape[1], _SIDE):
        wide = _turn_side(vectors, first, squares)
        for row in range(first * WORD, min((first + wide) * WORD, rows)):
            number, inside = row // WORD - first, row % WORD
            own[:] = 0
            for group in range(groups):
                bits = squares[number, group, inside]
                while bits:
                    lowest = bits & (~bits + np.uint64(1))
                    vector = WORD * group + _PLACES[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]
                    # Always two: the processor need not guess how many.
                    own[sums_of[vector, 0]] += adds[vector, 0]
                    own[sums_of[vector, 1]] += adds[vector, 1]
                    bits ^= lowest
            for place in range(many):
                found[place, row] = own[place]


@_compiled
def numbered(words: NDArray[np.uint64], found: NDArray[np.int32]) -> int:
    """Writes for each word the number of it among those that differ, in the order in which they come.

    Args:
        words: The words.
        found: The numbers; written to.

    Returns:
        How many words differ.
    """
    size = 2
    while size < 2 * len(words):
        size *= 2
    keys = np.empty(size, dtype=np.uint64)
    numbers = np.full(size, -1, dtype=np.int32)
    count = 0
    for row in range(len(words)):
        word = words[row]
        mixed = word * np.uint64(_MIXING)
        at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(size - 1))
        while numbers[at] >= 0 and keys[at] != word:
            at = (at + 1) & (size - 1)
        if numbers[at] < 0:
            numbers[at] = count
            keys[at] = word
            count += 1
        found[row] = numbers[at]
    return count


@_compiled
def taken(
    rows: NDArray[np.uint64], classes: NDArray[np.int32], adds: NDArray[np.int32], found: NDArray[np.int32]
) -> None:
    """Adds to each of some rows what its class says.

    Args:
        rows: The rows, as bits.
        classes: The class of every row.
        adds: What each class adds.
        found: The sums of every row; added to.
    """
    for number in range(len(rows)):
        bits = rows[number]
        while bits:
            lowest = bits & (~bits + np.uint64(1))
            row = WORD * number + _PLACES[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]
            found[row] += adds[classes[row]]
            bits ^= lowest


@_compiled
def steps(
    lists: tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.int32]],
    places: NDArray[np.int32],
    doses: tuple[NDArray[np.uint16], NDArray[np.int64]],
    shown: Parts,
    found: tuple[NDArray[np.int16], Parts, NDArray[np.int32]],
) -> None:
    """For each row its exercises, each with what is shown of its dose.

    Args:
        lists: Lists of exercises: all of them, where each list begins, and the class of each list.
        places: For each row, which of the lists is its own; -1 for none.
        doses: For each exercise and each class the place of the dose among those of the exercise; and where those of
            each exercise begin among all.
        shown: What is shown of each dose, part by part.
        found: The exercises, what is shown of their doses, and where those of each row begin; written to.
    """
    exercises, begins, classes = lists
    codes, first = doses
    named, parts, offsets = found
    offsets[0] = 0
    at = 0
    for row in range(len(places)):
        own = places[row]
        if own >= 0:
            of = classes[own]
            for place in range(begins[own], begins[own + 1]):
                exercise = exercises[place]
                dose = first[exercise] + codes[exercise, of]
                named[at] = exercise
                parts[0][at] = shown[0][dose]
                parts[1][at] = shown[1][dose]
                parts[2][at] = shown[2][dose]
                parts[3][at] = shown[3][dose]
                parts[4][at] = shown[4][dose]
                parts[5][at] = shown[5][dose]
                parts[6][at] = shown[6][dose]
                at += 1
        offsets[row + 1] = at


@_compiled
def arranged(vectors: NDArray[np.uint64], order: NDArray[np.int64], found: NDArray[np.uint64]) -> None:
    """Puts the bits of vectors into another order.

    Args:
        vectors: The vectors.
        order: For each place the row whose bits come there; as many as a multiple of 64.
        found: The vectors in the other order; written to.
    """
    count, width = vectors.shape
    rows = np.empty(width * WORD, dtype=np.uint64)
    square = np.empty(WORD, dtype=np.uint64)
    for begin in range(0, count, WORD):
        most = min(WORD, count - begin)
        for number in range(width):
            own = rows[WORD * number : WORD * (number + 1)]
            own[most:] = 0
            for vector in range(most):
                own[vector] = vectors[begin + vector, number]
            _turn(own)
        for number in range(len(order) // WORD):
            for place in range(WORD):
                square[place] = rows[order[WORD * number + place]]
            _turn(square)
            for vector in range(most):
                found[begin + vector, number] = square[vector]
