"""One Arrow column as one kind of answer: which cells are known, which say that they are not, which cannot be read.

What a single answer means is `FactSpec.takes` and `FactSpec.read`; here it happens to a whole column at once. Types
that no answer comes in are left to be read one by one, as are all cells that are not in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from psoas_rules.cohort.packed import Maybe, Packed, anybody, both, either, everybody, packed, without
from psoas_rules.facts import DECIMALS, FactSpec

Codes: TypeAlias = NDArray[np.signedinteger[Any]]
"""For each row the place of a text among others; -1 for none."""

UNKNOWN: Final = ("unknown", "not_sure")
"""Words for an answer that is not known."""
_YES_NO: Final = ("yes", "no", *UNKNOWN)
_LARGEST: Final = 1e12
_MOST_ENTRIES: Final = 1_000
IN_A_WORD: Final = 64
_IN_A_BYTE: Final = 127
_PARTS: Final = 10.0**DECIMALS
_PLAIN: Final = 1e9
"""Numbers below it are rounded fast; the result is sure as long as they are not close to the middle of two others."""
_CLOSE: Final = 1e-3


class Entries:
    """Which options are on the list of each row. It is worked out when it is asked for.

    Args:
        codes: For each entry of all lists the place of its option; -1 for none.
        filled: The rows with a list that has entries.
        starts: Where the entries of each of these begin.
        rows: How many rows there are.
    """

    def __init__(self, codes: Codes, filled: NDArray[np.intp], starts: NDArray[np.intp], rows: int) -> None:
        self._codes = codes
        self._filled = filled
        self._starts = starts
        self._rows = rows
        self._words: dict[int, NDArray[np.uint64]] = {}

    def word(self, number: int) -> NDArray[np.uint64]:
        """For each row 64 options: a bit for each that is on its list.

        Args:
            number: Which 64 of all options.
        """
        if number not in self._words:
            bits = self._codes - number * IN_A_WORD
            table = np.append(np.uint64(1) << np.arange(IN_A_WORD, dtype=np.uint64), np.uint64(0))
            here = (bits >= 0) & (bits < IN_A_WORD)
            found = table.take(bits if here.all() else np.where(here, bits, IN_A_WORD))
            self._words[number] = _gathered(found, self._filled, self._starts, self._rows)
        return self._words[number]


@attrs.frozen(eq=False)
class Cells:
    """One column of a batch.

    Attributes:
        given: The rows that hold anything.
        known: The rows with an answer.
        bad: The rows with something that is no such answer, or that only reading one by one can tell.
        open: The rows that say in words that the answer is not known.
        yes: For yes or no, the rows with yes.
        numbers: For numbers, the value of every known row, as it came.
        codes: For choices, the place of the option in every known row; anything in the others.
        entries: For lists, which options are on the list of each row.
    """

    given: Maybe = None
    known: Maybe = None
    bad: Maybe = None
    open: Maybe = None
    yes: Maybe = None
    numbers: NDArray[Any] | None = None
    codes: Codes | None = None
    entries: Entries | None = None


NOTHING: Final = Cells()
"""A column without a single answer."""


def read_cells(array: pa.Array, spec: FactSpec, named: Callable[[str], str | None]) -> Cells:
    """A column as the answers to one question. Nothing in it raises; what cannot be read is `bad`.

    Args:
        array: The column.
        spec: What an answer may be.
        named: The id of what is named in free words, or None; for lists of names.
    """
    array = _plain(array)
    given = filled(array)
    if given is None:
        return NOTHING
    match spec.answer:
        case "yes_no":
            return yes_no(array)
        case "choice":
            return _choices(array, given, tuple(spec.options))
        case "many" | "names":
            return _lists(array, given, tuple(spec.options), named if spec.answer == "names" else None)
        case _:
            return _numbers(array, given, spec)


def filled(array: pa.Array) -> Maybe:
    """The rows of a column that hold anything; at least those, for types that keep no list of them."""
    if len(array) == 0 or pa.types.is_null(array.type) or array.null_count == len(array):
        return None
    if array.null_count == 0:
        return everybody(len(array))
    buffer = array.buffers()[0]
    return everybody(len(array)) if buffer is None else _bits(buffer, array.offset, len(array))


def yes_no(array: pa.Array) -> Cells:
    """A column as answers of yes or no, true or false."""
    array = _plain(array)
    given = filled(array)
    if given is None:
        return NOTHING
    if pa.types.is_boolean(array.type):
        yes = both(given, _bits(array.buffers()[1], array.offset, len(array)))
        return Cells(given, known=given, yes=yes)
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    yes, no = (both(given, rows) for rows in _spelled(array))
    if without(given, either(yes, no)) is None:
        return Cells(given, known=given, yes=yes)
    codes = word_codes(array, _YES_NO)
    if codes is None:
        return Cells(given, bad=given)
    known = both(given, some((codes == 0) | (codes == 1)))
    unknown = both(given, some(codes > 1))
    bad = without(given, either(known, unknown))
    return Cells(given, known, bad, unknown, yes=both(given, some(codes == 0)))


def all_clear(array: pa.Array) -> Cells:
    """The column `screen`: the word `clear` denies everything, and nothing else may stand there."""
    given = filled(array)
    codes = None if given is None else word_codes(array, ("clear",))
    clear = None if codes is None else both(given, some(codes == 0))
    return Cells(given, known=clear, bad=without(given, clear))


def word_codes(array: pa.Array, words: Sequence[str]) -> Codes | None:
    """For each row the place of its text among these words.

    Returns:
        -1 for another text, and anything for none; None when the column does not hold text.
    """
    if pa.types.is_dictionary(array.type):
        of_values = word_codes(array.dictionary, words)
        if of_values is None:
            return None
        # The place of an empty cell means nothing; it may even lie outside of the dictionary.
        codes: Codes = np.append(of_values, of_values.dtype.type(-1)).take(_values(array.indices), mode="clip")
        return codes
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    elif not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return None
    found = pc.index_in(array, value_set=pa.array(words, type=array.type))
    found = found.fill_null(-1).to_numpy(zero_copy_only=False)
    return found.astype(np.int8 if len(words) < _IN_A_BYTE else np.int16)  # type: ignore[no-any-return]


def rounded(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """Numbers to a thousandth, exactly as `round` does it; what is not finite stays."""
    with np.errstate(invalid="ignore", over="ignore"):
        parts = numbers.astype(np.float64) * _PARTS
        whole = np.rint(parts)
        found: NDArray[np.float64] = whole / _PARTS
        # Mostly nobody wrote more digits, and this is all.
        if np.array_equal(found, numbers):
            return found
        unsure = np.abs(np.abs(parts - whole) - 0.5) < _CLOSE
        unsure |= np.abs(parts) > _PLAIN * _PARTS
    if unsure.any():
        places = np.flatnonzero(unsure & np.isfinite(numbers))
        found[places] = [round(float(number), DECIMALS) for number in numbers[places]]
    return found


def worked_out(how: str, this: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """A number that follows from both sides of a measure (see `pack.Derive`)."""
    if how == "sum_of_sides":
        return rounded(this + other)
    if how == "percent_below_other":
        larger = np.maximum(np.abs(this), np.abs(other))
        nothing = larger == 0
        return np.where(nothing, 0.0, rounded(100 * (other - this) / np.where(nothing, 1.0, larger)))
    return rounded(this - other)


def some(rows: NDArray[np.bool_]) -> Maybe:
    """These rows as bits; None when there are none."""
    found = packed(rows)
    return found if anybody(found) else None


def _numbers(array: pa.Array, given: Packed, spec: FactSpec) -> Cells:
    kind = array.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return _words_only(array, given)
    numbers = _values(array)
    whole = spec.answer != "number" and pa.types.is_floating(kind)
    if pa.types.is_floating(kind):
        numbers = numbers.astype(np.float64, copy=False)
    low = -_LARGEST if spec.minimum is None else max(spec.minimum, -_LARGEST)
    high = _LARGEST if spec.maximum is None else min(spec.maximum, _LARGEST)
    # Mostly all is in order, empty cells included, and two looks at the column are enough.
    with np.errstate(invalid="ignore"):
        if not whole and low <= numbers.min() and numbers.max() <= high:
            return Cells(given, known=given, numbers=numbers)
        right = (numbers >= low) & (numbers <= high)
        if whole:
            right &= np.rint(numbers) == numbers
    known = both(given, some(right))
    return Cells(given, known, without(given, known), numbers=numbers)


def _words_only(array: pa.Array, given: Packed) -> Cells:
    """A column of the wrong type: only the words for an unknown answer are in order."""
    codes = word_codes(array, UNKNOWN)
    unknown = None if codes is None else both(given, some(codes >= 0))
    return Cells(given, bad=without(given, unknown), open=unknown)


def _spelled(array: pa.Array) -> tuple[Maybe, Maybe]:
    """The rows that say yes and those that say no, letter by letter: a third of the time of looking the words up."""
    if not _is_text(array.type) or not (array.buffers()[2] or b""):
        return None, None
    offsets = _offsets(array)
    lengths, at = np.diff(offsets), offsets[:-1].astype(np.intp)
    letters = np.frombuffer(array.buffers()[2], dtype=np.uint8)
    first, second, third = (letters.take(at + place, mode="clip") for place in range(3))
    yes = (lengths == 3) & (first == ord("y")) & (second == ord("e")) & (third == ord("s"))
    return some(yes), some((lengths == 2) & (first == ord("n")) & (second == ord("o")))


def _choices(array: pa.Array, given: Packed, options: Sequence[str]) -> Cells:
    # An option that is called `unknown` is an answer all the same.
    codes = word_codes(array, (*options, *(word for word in UNKNOWN if word not in options)))
    if codes is None:
        return Cells(given, bad=given)
    # Another text is -1, and the largest number when it is read without a sign.
    right = codes.view(f"u{codes.dtype.itemsize}") < len(options)
    known = given if right.all() else both(given, some(right))
    if known is given:
        return Cells(given, known, codes=codes)
    unknown = both(given, some(codes >= len(options)))
    return Cells(given, known, without(given, either(known, unknown)), unknown, codes=codes)


def _lists(array: pa.Array, given: Packed, options: Sequence[str], named: Callable[[str], str | None] | None) -> Cells:
    if not _is_list(array.type):
        return _words_only(array, given)
    offsets = _offsets(array)
    values = array.values.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))
    codes = word_codes(values, options) if named is None else _name_codes(values, options, named)
    if codes is not None and values.null_count:
        codes[values.is_null().to_numpy(zero_copy_only=False)] = -1
    lengths = np.diff(offsets)
    if codes is None:
        # Without an entry, a list is empty whatever its type.
        empty = both(given, some(lengths == 0))
        return Cells(given, known=empty, bad=without(given, empty))
    filled_rows = np.flatnonzero(lengths)
    starts = (offsets[filled_rows] - offsets[0]).astype(np.intp)
    wrong = lengths > _MOST_ENTRIES
    if len(codes) and codes.min() < 0:
        wrong |= _gathered((codes < 0).astype(np.uint64), filled_rows, starts, len(array)) > 0
    bad = both(given, some(wrong))
    return Cells(given, without(given, bad), bad, entries=Entries(codes, filled_rows, starts, len(array)))


def _name_codes(values: pa.Array, options: Sequence[str], named: Callable[[str], str | None]) -> Codes | None:
    """For each text the place of what it names among these options, or -1; None when they are no texts."""
    known = {option: place for place, option in enumerate(options)}
    if not pa.types.is_dictionary(values.type):
        if not _is_text(values.type):
            return None
        values = values.cast(pa.large_string()).dictionary_encode()
    if not _is_text(values.type.value_type):
        return None
    # Each different text is looked up once.
    found = [-1 if word is None else known.get(named(word) or "", -1) for word in values.dictionary.to_pylist()]
    places: NDArray[Any] = values.indices.fill_null(len(found)).to_numpy()
    return np.array([*found, -1], dtype=np.int16).take(places)


def _gathered(
    bits: NDArray[np.uint64], rows: NDArray[np.intp], starts: NDArray[np.intp], length: int
) -> NDArray[np.uint64]:
    """The bits of all entries of a row together, for each row that has entries; 0 for the others."""
    found = np.zeros(length, dtype=np.uint64)
    if len(rows):
        found[rows] = np.bitwise_or.reduceat(bits, starts)
    return found


def _plain(array: pa.Array) -> pa.Array:
    """The column without its dictionary, unless that holds text, which is faster to read with it."""
    if pa.types.is_dictionary(array.type):
        if not _is_text(array.type.value_type):
            return array.dictionary_decode()
        if array.dictionary.null_count:
            # Empty cells of a second sort; told apart from texts that are no answer by writing the texts out.
            return array.cast(pa.large_string())
    return array


def simpler(array: pa.Array) -> pa.Array:
    """The same column in a form that is read by columns, for forms that say the same in other ways.

    Raises:
        pa.ArrowException: if Arrow cannot write it in this form.
    """
    kind = array.type
    if pa.types.is_run_end_encoded(kind):
        return pc.run_end_decode(array)
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        # Not by casting: what Arrow makes of a view in that way does not hold together.
        ends = np.cumsum(np.append(0, pc.list_value_length(array).fill_null(0)), dtype=np.int64)
        return pa.LargeListArray.from_arrays(pa.array(ends), array.flatten(), mask=array.is_null())
    return array


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _offsets(array: pa.Array) -> NDArray[Any]:
    large = pa.types.is_large_list(array.type) or pa.types.is_large_string(array.type)
    kind = np.dtype(np.int64 if large else np.int32)
    return np.frombuffer(array.buffers()[1], dtype=kind)[array.offset : array.offset + len(array) + 1]


def _values(array: pa.Array) -> NDArray[Any]:
    """The numbers of a column without a copy; where a cell is empty, anything may stand."""
    kind = array.type.to_pandas_dtype()
    return np.frombuffer(array.buffers()[1], dtype=kind)[array.offset : array.offset + len(array)]


def _bits(buffer: pa.Buffer, offset: int, rows: int) -> Packed:
    """Bits of Arrow as our own: the first row in the lowest bit, and nothing behind the last."""
    whole = np.frombuffer(buffer, dtype=np.uint8)[offset // 8 : (offset + rows + 7) // 8]
    if offset % 8:
        shifted = np.unpackbits(whole, bitorder="little")[offset % 8 : offset % 8 + rows]
        return np.packbits(shifted, bitorder="little")
    if rows % 8:
        whole = whole.copy()
        whole[-1] &= (1 << rows % 8) - 1
    return whole
