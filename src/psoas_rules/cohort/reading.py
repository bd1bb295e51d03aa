"""From the columns of a table to the facts of a batch: what `Lexicon.facts` says, for all rows at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.cells import (
    IN_A_WORD,
    Cells,
    all_clear,
    filled,
    read_cells,
    rounded,
    simpler,
    some,
    worked_out,
    yes_no,
)
from psoas_rules.cohort.columns import LISTS, Column, columns_of
from psoas_rules.cohort.packed import Maybe, Packed, anybody, both, either, indices, packed, unpacked, without
from psoas_rules.conditions import Op, Test, compare
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES

_AGE: Final = "person.age"
COMPARE: Final[Mapping[Op, Callable[[Any, Any], Any]]] = {
    "is": operator.eq,
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}
"""What each comparison does with whole columns; `answered` is told by what is known."""


@attrs.frozen(eq=False)
class Some:
    """Numbers that are known in some rows alone.

    Attributes:
        rows: The rows.
        at: Their numbers, in order.
        values: The number that is known in each of them.
    """

    rows: Packed
    at: NDArray[np.intp]
    values: NDArray[np.float64]

    def everywhere(self, rows: int) -> NDArray[np.float64]:
        """The number in every row, nan where it is not known."""
        found = np.full(rows, np.nan)
        found[self.at] = self.values
        return found

    def those(self, passing: NDArray[np.bool_], rows: int) -> Maybe:
        """The rows of these values."""
        found = np.zeros(rows, dtype=np.bool_)
        found[self.at] = passing
        return some(found)


_Sides: TypeAlias = tuple[Packed, NDArray[np.intp], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""The rows in which both sides are known, their numbers, and the values of the two sides there."""


class CohortReader:
    """Reads batches of one schema.

    Args:
        lexicon: The answers that the pack knows.
        schema: The columns of the batches.
        keep: Names of columns that are only handed through.

    Raises:
        CohortError: if `keep` names no column of the table, or two columns give the same answer.
    """

    def __init__(self, lexicon: Lexicon, schema: pa.Schema, keep: Sequence[str] = ()) -> None:
        self.lexicon = lexicon
        self.columns: tuple[Column, ...] = columns_of(lexicon, schema, keep)
        self.place_of: dict[str, int] = {}
        """For each fact that a column answers, the place of the column."""
        self.entries_of: dict[str, list[tuple[str, int]]] = {}
        """For each list that has a column for each entry, the facts and places of those."""
        for column in self.columns:
            self._place(column)
        self.groups_of = self._groups()
        """For each safety question, the places of the columns that may deny it as part of a group."""
        self.ages = {name: (low, high) for name, low, high in lexicon.ages} if _AGE in self.place_of else {}

    def _place(self, column: Column) -> None:
        spec = column.spec
        if spec is None:
            return
        if column.role == "entry":
            fact = f"{spec.name}.{column.part}"
            self.entries_of.setdefault(spec.name, []).append((fact, column.place))
            self.place_of[fact] = column.place
        elif column.role == "side":
            self.place_of[f"{spec.name}.{column.part}"] = column.place
        else:
            self.place_of.update(dict.fromkeys(spec.facts(), column.place))

    def _groups(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for column in self.columns:
            facts: Sequence[str] = ()
            if column.role == "group":
                facts = self.lexicon.groups[column.key]
            elif column.role == "screen":
                facts = self.lexicon.required
            for fact in facts:
                found[fact] = (*found.get(fact, ()), column.place)
        return found

    def read(self, batch: pa.RecordBatch) -> FactColumns:
        """The facts of a batch. Cells that cannot be read never raise; they make their rows slow."""
        return FactColumns(self, batch)


class FactColumns:
    """The facts of one batch. Each is worked out when it is first asked for.

    Attributes:
        n: How many rows there are.
        slow: The rows that must be read one by one; what the rest says about them does not count.
        bad: Each column with a cell that cannot be read by columns, and the rows.
        torn: The rows in which two answers cannot both be right.
    """

    def __init__(self, reader: CohortReader, batch: pa.RecordBatch) -> None:
        self.n: int = batch.num_rows
        self._reader = reader
        self._cells: dict[int, Cells] = {}
        self._denied: dict[tuple[int, ...], Maybe] = {}
        self._yes_no: dict[str, tuple[Maybe, Maybe]] = {}
        self._passing: dict[tuple[object, ...], Maybe] = {}
        self._bits: dict[int, NDArray[np.uint8]] = {}
        self._rounded: dict[int, NDArray[Any]] = {}
        self._sides: dict[str, _Sides | None] = {}
        self._worked_out: dict[str, Some | None] = {}
        bad = [(column, self._read(column, batch.column(column.place))) for column in reader.columns]
        self.bad = [(column, rows) for column, rows in bad if rows is not None]
        self.torn = either(self._two_screens(), *self._wrong_ages())
        slow = either(*[rows for _, rows in self.bad], self.torn)
        self.slow: Packed = packed(np.zeros(self.n, dtype=np.bool_)) if slow is None else slow

    # What rules ask

    def known(self, fact: str) -> Maybe:
        """The rows in which a fact is known; None for none."""
        spec = self._spec(fact)
        if spec is None or spec.kind == "finding":
            return self._yes_no[fact][0] if fact in self._yes_no else None
        if spec.derive is not None:
            derived = self._derived(fact, spec)
            return None if derived is None else derived.rows
        if spec.answer in LISTS:
            return self._listed(spec.name)
        if spec.answer == "yes_no":
            return self._truth(fact)[0]
        cells = self._of(fact)
        return None if cells is None else cells.known

    def passes(self, test: Test) -> Maybe:
        """The rows in which a fact is known and passes a test; None for none."""
        if test.op == "answered":
            return self.known(test.fact)
        spec = self._spec(test.fact)
        if spec is None or spec.answer == "yes_no" or spec.answer in LISTS:
            return self._passing_yes_no(test, spec)
        place = self._reader.place_of.get(test.fact)
        key = (test.fact if place is None else place, test.op, type(test.value), test.value)
        if key not in self._passing:
            compare_all = self._passing_choice if spec.answer == "choice" else self._passing_number
            self._passing[key] = compare_all(test, spec)
        return self._passing[key]

    def numbers(self, fact: str) -> NDArray[np.float64] | None:
        """The value of a number in every row, nan where it is not known; None when it is known in none."""
        spec = self._spec(fact)
        if spec is not None and spec.derive is not None:
            derived = self._derived(fact, spec)
            return None if derived is None else derived.everywhere(self.n)
        cells = self._of(fact)
        if cells is None or cells.numbers is None or cells.known is None:
            return None
        known = unpacked(cells.known, self.n).view(np.bool_)
        return np.where(known, self._exact(fact, cells.numbers), np.nan)

    def with_truth(self, fact: str, rows: Packed) -> None:
        """Makes a yes or no question known, and yes, in these rows."""
        known, yes = self._truth(fact)
        self._yes_no[fact] = either(known, rows), either(yes, rows)

    # Yes or no

    def _passing_yes_no(self, test: Test, spec: FactSpec | None) -> Maybe:
        if spec is not None and spec.answer in LISTS:
            known = self._listed(spec.name)
            return known if compare(test, known=True) else None
        known, yes = self._truth(test.fact)
        passing = (
            yes if compare(test, known=True) else None,
            without(known, yes) if compare(test, known=False) else None,
        )
        return either(*passing)

    def _truth(self, fact: str) -> tuple[Maybe, Maybe]:
        """The rows in which a question is answered, and those in which with yes."""
        if fact not in self._yes_no:
            spec = self._spec(fact)
            above = self._reader.lexicon.specs.get(fact.rpartition(".")[0])
            if spec is not None and above is not None and above is not spec and above.answer in LISTS:
                entry = self._entry(above, fact)
                self._yes_no[fact] = entry, entry
            else:
                self._yes_no[fact] = self._answered(fact)
        return self._yes_no[fact]

    def _answered(self, fact: str) -> tuple[Maybe, Maybe]:
        cells = self._of(fact) or Cells()
        # A blanket "no" never overrides an answer that was given, nor one that was said to be unknown.
        denied = without(self._denied_by(self._reader.groups_of.get(fact, ())), cells.open)
        known, yes = either(cells.known, denied), cells.yes
        if fact in self._reader.ages:
            aged, present = self._aged(fact)
            # An answer that does not fit the age makes its row slow.
            known, yes = either(known, aged), either(yes, present)
        return known, yes

    def _denied_by(self, places: tuple[int, ...]) -> Maybe:
        if places not in self._denied:
            self._denied[places] = either(*[without(self._cells[at].known, self._cells[at].yes) for at in places])
        return self._denied[places]

    def _aged(self, fact: str) -> tuple[Maybe, Maybe]:
        """The rows in which the age tells whether a condition is there, and those in which it is."""
        ages = self.numbers(_AGE)
        if ages is None:
            return None, None
        low, high = self._reader.ages[fact]
        present = ~np.isnan(ages)
        aged = some(present)
        if low is not None:
            present &= ages >= low
        if high is not None:
            present &= ages < high
        return aged, some(present)

    # Lists

    def _listed(self, name: str) -> Maybe:
        """The rows in which a list was given, be it empty."""
        if name in self._reader.entries_of:
            return either(*[self._cells[place].known for _, place in self._reader.entries_of[name]])
        cells = self._of(name)
        return None if cells is None else cells.known

    def _entry(self, spec: FactSpec, fact: str) -> Maybe:
        """The rows in which something is on a list; what is not on it is not denied either."""
        if spec.name in self._reader.entries_of:
            cells = self._of(fact)
            return None if cells is None else cells.yes
        cells = self._of(spec.name)
        if cells is None or cells.entries is None:
            return None
        word, bit = divmod(list(spec.options).index(fact.removeprefix(f"{spec.name}.")), IN_A_WORD)
        return both(cells.known, self._bit(cells.entries.word(word), bit))

    def _bit(self, words: NDArray[np.uint64], bit: int) -> Maybe:
        """The rows in whose word a bit is set."""
        if not loops.compiled():
            return some((words & (np.uint64(1) << np.uint64(bit))) != 0)
        if id(words) not in self._bits:
            from psoas_rules.cohort import compiled

            found = np.empty((IN_A_WORD, -(-self.n // IN_A_WORD)), dtype=np.uint64)
            compiled.bits_of(words, found)
            self._bits[id(words)] = found.view(np.uint8)[:, : -(-self.n // 8)]
        vector = np.ascontiguousarray(self._bits[id(words)][bit])
        return vector if anybody(vector) else None

    # Choices and numbers

    def _passing_choice(self, test: Test, spec: FactSpec) -> Maybe:
        cells = self._of(test.fact)
        if cells is None or cells.codes is None:
            return None
        right = [place for place, option in enumerate(spec.options) if compare(test, option)]
        return both(cells.known, either(*[some(cells.codes == place) for place in right]))

    def _passing_number(self, test: Test, spec: FactSpec) -> Maybe:
        if isinstance(test.value, bool | str):
            return None
        if spec.derive is not None:
            derived = self._derived(test.fact, spec)
            return None if derived is None else derived.those(COMPARE[test.op](derived.values, test.value), self.n)
        cells = self._of(test.fact)
        if cells is None or cells.numbers is None:
            return None
        with np.errstate(invalid="ignore"):
            passing = COMPARE[test.op](self._exact(test.fact, cells.numbers), test.value)
        return both(cells.known, some(passing))

    def _exact(self, fact: str, numbers: NDArray[Any]) -> NDArray[Any]:
        """The numbers to the digit to which they are read."""
        place = self._reader.place_of[fact]
        if place not in self._rounded:
            self._rounded[place] = rounded(numbers) if numbers.dtype.kind == "f" else numbers
        return self._rounded[place]

    def _derived(self, fact: str, spec: FactSpec) -> Some | None:
        """A number that is worked out from both sides of a measure."""
        if fact not in self._worked_out:
            assert spec.derive is not None
            found, both_sides = None, self._both_sides(f"{spec.kind}.{spec.derive.of}")
            if both_sides is not None:
                rows, at, (left, right) = both_sides
                own = fact != f"{spec.name}.right"
                values = worked_out(spec.derive.how, left if own else right, right if own else left)
                found = Some(rows, at, values)
            self._worked_out[fact] = found
        return self._worked_out[fact]

    def _both_sides(self, measure: str) -> _Sides | None:
        """The rows in which a measure is known on both sides, and its values there: mostly few have been measured."""
        if measure not in self._sides:
            found, cells = None, [self._of(f"{measure}.{side}") or Cells() for side in SIDES]
            rows = both(*[one.known for one in cells])
            if rows is not None:
                at = indices(rows, self.n)
                left, right = (self._exactly(one.numbers, at) for one in cells)
                found = rows, at, (left, right)
            self._sides[measure] = found
        return self._sides[measure]

    @staticmethod
    def _exactly(numbers: NDArray[Any] | None, at: NDArray[np.intp]) -> NDArray[np.float64]:
        assert numbers is not None
        return rounded(numbers[at])

    # Columns

    def _spec(self, fact: str) -> FactSpec | None:
        """The spec of a fact, which must be named with its side exactly if it has sides."""
        specs = self._reader.lexicon.specs
        spec = specs.get(fact)
        if spec is None:
            spec = specs.get(fact.rpartition(".")[0])
        return spec if spec is not None and fact in spec.facts() else None

    def _of(self, fact: str) -> Cells | None:
        place = self._reader.place_of.get(fact)
        return None if place is None else self._cells[place]

    def _read(self, column: Column, array: pa.Array) -> Maybe:
        """Reads one column.

        Returns:
            The rows that cannot be read by columns because of it.
        """
        if column.role == "strange":
            return filled(array)
        try:
            array = simpler(array)
            if column.role == "screen":
                cells = all_clear(array)
            elif column.spec is None or column.role == "entry":
                cells = yes_no(array)
            else:
                cells = read_cells(array, column.spec, self._reader.lexicon.exercise_named)
        except (pa.ArrowException, ValueError, TypeError):
            # Arrow cannot do everything with every type; one by one goes always.
            cells = Cells(filled(array), bad=filled(array))
        self._cells[column.place] = cells
        return cells.bad

    def _two_screens(self) -> Maybe:
        """The rows that say that all is clear and answer a group besides."""
        given = {
            role: either(*[self._cells[column.place].given for column in self._reader.columns if column.role == role])
            for role in ("screen", "group")
        }
        return both(given["screen"], given["group"])

    def _wrong_ages(self) -> list[Maybe]:
        """The rows in which an answer does not fit the age."""
        wrong = []
        for fact in self._reader.ages:
            cells = self._of(fact)
            if cells is not None and cells.known is not None:
                aged, present = self._aged(fact)
                differs = either(without(cells.yes, present), without(both(cells.known, present), cells.yes))
                wrong.append(both(cells.known, aged, differs))
        return wrong
