"""The innermost loops over rows as machine code, made by Numba.

Each does what NumPy does without it, in one go over the data where NumPy needs many. Rows are taken 64 at a time, as
the bits of a number.

Constants that stand in other modules, too, are written down here again: the machine code that is kept is made anew
when this file changes, and not when another one does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numba import config, njit
from numpy.typing import NDArray

from psoas_rules.cohort.shown import Parts

_P = ParamSpec("_P")
_R = TypeVar("_R")

USABLE: Final = not config.DISABLE_JIT  # type: ignore[attr-defined]
"""Whether Numba makes machine code at all; told not to, it runs all of this as Python, which takes very long."""
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
_SIGNS: Final = 0x8000800080008000
_LANES: Final = 4
_MIXING: Final = 0x9E3779B97F4A7C15


class Marks(NamedTuple):
    """What sums are compared with: `weighing.Weights`, the codes of words, and what makes a standing of them."""

    prior: int
    reported_cap: int
    supported: int
    provisional: int
    unlikely: int
    enough_items: int
    contradiction: int
    word_unlikely: int
    word_uncertain: int
    word_provisional: int
    word_supported: int
    against: int
    tested: int


Weighed: TypeAlias = tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int16], NDArray[np.int8], NDArray[np.int8]]
"""Words and totals for each place, points of the person for each target, profile, and how sure it is."""


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
def _lowest(bits: np.uint64) -> tuple[int, np.uint64]:
    """The place of the lowest bit that is set, and the bits without it."""
    lowest = bits & (~bits + np.uint64(1))
    return int(_PLACES[(lowest * np.uint64(_DE_BRUIJN)) >> np.uint64(58)]), bits ^ lowest


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
                    place, bits = _lowest(bits)
                    values[at] = numbers[WORD * group + place]
                    at += 1
            other = places[row]
            if other >= 0:
                for place in range(others[1][other], others[1][other + 1]):
                    values[at] = others[0][place]
                    at += 1
            offsets[row + 1] = at


@_compiled
def _added(
    squares: NDArray[np.uint64],
    wide: int,
    shares: tuple[NDArray[np.int64], NDArray[np.uint64]],
    sums: NDArray[np.uint64],
) -> None:
    """Adds up what the rules add that fired; see `cohort.adding`."""
    which, tables = shares
    octets = squares.view(np.uint8).reshape((squares.shape[0], squares.shape[1], WORD, 8))
    sums[:] = 0
    for share in range(len(which)):
        four, group, octet = which[share, 0], which[share, 1] >> 3, which[share, 1] & 7
        for number in range(wide):
            for inside in range(WORD):
                sums[four, number * WORD + inside] += tables[share, octets[number, group, inside, octet]]
    for four in range(len(sums)):
        for row in range(sums.shape[1]):
            sums[four, row] = (sums[four, row] + np.uint64(_SIGNS)) ^ np.uint64(_SIGNS)


@_compiled
def _judged(
    told: tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]],
    many: NDArray[np.bool_],
    marks: Marks,
    found: tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int8]],
) -> None:
    """The word for each place, the points, and how it stands.

    There is no branch in it, and no number is larger than it must be, so that the processor does many places at once.
    """
    reported, above, below, tested = told
    words, totals, stands = found
    prior, cap, contradiction = np.int16(marks.prior), np.int16(marks.reported_cap), np.int16(marks.contradiction)
    unlikely, provisional, supported = (
        np.int16(marks.unlikely),
        np.int16(marks.provisional),
        np.int16(marks.supported),
    )
    nothing, word_unlikely, word_uncertain = np.int8(0), np.int8(marks.word_unlikely), np.int8(marks.word_uncertain)
    word_provisional, word_supported = np.int8(marks.word_provisional), np.int8(marks.word_supported)
    is_against, is_tested = np.int8(marks.against), np.int8(marks.tested)
    for place in range(len(words)):
        measured = np.int16(above[place] + below[place])
        total = np.int16(prior + min(reported[place], cap) + measured)
        # Each word is above those before it, so that the highest one stands.
        word = word_unlikely if (tested[place] > 0) | many[place] else nothing
        word = max(word, word_uncertain if total > unlikely else nothing)
        word = max(word, word_provisional if total >= provisional else nothing)
        word = max(word, word_supported if (total >= supported) & (above[place] > 0) else nothing)
        against = (
            ((above[place] > 0) & (below[place] < 0))
            | ((reported[place] >= contradiction) & (measured < 0))
            | ((reported[place] <= -contradiction) & (measured > 0))
        )
        words[place], totals[place] = word, total
        stands[place] = np.int8(
            word + (is_against if against else nothing) + (is_tested if tested[place] > 0 else nothing)
        )


@_compiled
def _concluded(
    own: tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int8]],
    conclusions: NDArray[np.int8],
    found: tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int8], NDArray[np.int8]],
) -> None:
    """Word and points of each place, profile and sureness of each row: from the sides that the patterns fit better."""
    words, totals, stands = own
    all_words, all_totals, profile, sureness = found
    for row in range(len(profile)):
        at = _LANES * row
        for place in range(_LANES):
            all_words[place, row] = words[at + place]
            all_totals[place, row] = totals[at + place]
        # The left side when they are even.
        tight = stands[at] if totals[at] >= totals[at + 1] else stands[at + 1]
        weak = stands[at + 2] if totals[at + 2] >= totals[at + 3] else stands[at + 3]
        profile[row], sureness[row] = conclusions[tight, weak, 0], conclusions[tight, weak, 1]


@_compiled
def _of_person(
    lanes: NDArray[np.int16], once: NDArray[np.int64], paired: NDArray[np.int64], people: NDArray[np.int16]
) -> None:
    """The points of the person as a whole."""
    for each in range(len(once)):
        points, place, person = lanes[once[each, 0]], once[each, 1], people[once[each, 2]]
        for row in range(len(person)):
            person[row] = points[_LANES * row + place]
    for each in range(len(paired)):
        points, person = lanes[paired[each, 0]], people[paired[each, 1]]
        for row in range(len(person)):
            at = _LANES * row
            left, has_left, right, has_right = points[at], points[at + 1] > 0, points[at + 2], points[at + 3] > 0
            # An item asked on both sides counts once, where it is higher.
            person[row] += left if has_left & ((left > right) | (not has_right)) else right


@_compiled
def weighed(
    vectors: NDArray[np.uint64],
    shares: tuple[NDArray[np.int64], NDArray[np.uint64], int],
    sums: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    judging: tuple[NDArray[np.unsignedinteger[Any]], Marks, NDArray[np.int8]],
    found: Weighed,
) -> None:
    """Weighs the evidence for each row: what `weighing.ScalesByColumns` does with NumPy.

    Args:
        vectors: For each rule the rows in which it fired.
        shares: For each share the place of its four sums, and which eight of the vectors add to them; for each way in
            which these can fire, what they add; and for how many sums to make room.
        sums: Which sums tell what was reported, what speaks for and against, and what was tested; which sum, and which
            of its four, holds points for which target; and which sums hold points of both sides for which target.
        judging: For each row, how many signs were answered; what the sums are compared with; and for each pair of
            standings the profile, and how sure it is.
        found: What comes of it; written to.
    """
    which, tables, room = shares
    items, marks, conclusions = judging
    of_patterns, once, paired = sums
    all_words, all_totals, people, profile, sureness = found
    rows, block = len(items), _SIDE * WORD
    squares = np.zeros((_SIDE, -(-vectors.shape[0] // WORD), WORD), dtype=np.uint64)
    own = np.zeros((room, block), dtype=np.uint64)
    lanes = own.view(np.int16)
    told = (lanes[of_patterns[0]], lanes[of_patterns[1]], lanes[of_patterns[2]], lanes[of_patterns[3]])
    many = np.zeros(_LANES * block, dtype=np.bool_)
    judged = (np.zeros_like(many, np.int8), np.zeros_like(many, np.int16), np.zeros_like(many, np.int8))
    for first in range(0, vectors.shape[1], _SIDE):
        _added(squares, _turn_side(vectors, first, squares), (which, tables), own)
        start, end = first * WORD, min(first * WORD + block, rows)
        for row in range(end - start):
            many[_LANES * row : _LANES * row + _LANES] = items[start + row] >= marks.enough_items
        _judged(told, many, marks, judged)
        of_rows = (all_words[:, start:end], all_totals[:, start:end], profile[start:end], sureness[start:end])
        _concluded(judged, conclusions, of_rows)
        _of_person(lanes, once, paired, people[:, start:end])


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
def add(
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
            place, bits = _lowest(bits)
            row = WORD * number + place
            found[row] += adds[classes[row]]


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
                # One by one: each has a type of its own, and a loop would need one for all.
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
            for vector in range(most):
                own[vector] = vectors[begin + vector, number]
            _turn(own)
        for number in range(len(order) // WORD):
            for place in range(WORD):
                square[place] = rows[order[WORD * number + place]]
            _turn(square)
            for vector in range(most):
                found[begin + vector, number] = square[vector]


@_compiled
def bits_of(words: NDArray[np.uint64], found: NDArray[np.uint64]) -> None:
    """For each of 64 bits the rows in whose number it is set.

    Args:
        words: A number for each row.
        found: A vector for each bit; written to.
    """
    square = np.empty(WORD, dtype=np.uint64)
    for number in range(found.shape[1]):
        first = WORD * number
        most = min(WORD, len(words) - first)
        square[:most] = words[first : first + most]
        square[most:] = 0
        _turn(square)
        found[:, number] = square
