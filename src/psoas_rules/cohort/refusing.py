"""Why rows are invalid: for each what `recommend` would say, at the price of its wrong cells alone.

Most wrong cells speak for themselves: whatever else the person answers, the words are the same. They are found once for
each column and value, by reading an intake with this cell and no other, and put together in the order in which an
intake is read. Cells that hang together, such as an age and the conditions that it tells, are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import pyarrow as pa

from psoas_rules.cohort.columns import LISTS, Column
from psoas_rules.cohort.packed import Maybe, indices
from psoas_rules.cohort.reading import FactColumns
from psoas_rules.cohort.rows import Cell, Rows, UnreadableCell, cell_of, cells_of
from psoas_rules.facts import SECTIONS
from psoas_rules.memory import Memory
from psoas_rules.pack import SIDES

_Rank: TypeAlias = tuple[int, int, int]
_Said: TypeAlias = tuple[int, _Rank, tuple[str, ...]]
"""What is wrong with a cell: when that is found, its place among what is found then, and the words."""

_BLOCK: Final = 16_384
"""Rows whose wrong cells are looked at together."""
_MOST_CELLS: Final = 90
"""A row with more wrong cells is read whole: of very many problems only the first are told."""
_MOST_PROBLEMS: Final = 100
_MOST_KEPT: Final = 32_768
_LONGEST: Final = 200
_SECTIONS: Final = tuple(SECTIONS.values())
_SCALARS: Final = frozenset({str, int, float, bool})


class Refusals:
    """Tells why rows are invalid.

    Args:
        rows: What reads rows one by one.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        aged = {("person", "age")}
        aged |= {("conditions", fact.partition(".")[2]) for fact, _, _ in rows.recommender.lexicon.ages}
        self._family = [one for one in rows.columns if one.section == "screen" or (one.section, one.key) in aged]
        self._in_family = frozenset(one.place for one in self._family)
        self._beside = _beside(rows.columns)
        self._ranks = dict(self._ranked(rows.columns))
        self._said: Memory[_Said] = Memory(_MOST_KEPT)
        self._told: Memory[tuple[str]] = Memory(_MOST_KEPT)

    def problems(self, batch: pa.RecordBatch, facts: FactColumns) -> dict[int, str]:
        """What is wrong with rows that cannot be read by columns.

        Args:
            batch: The rows.
            facts: The same rows, read by columns.

        Returns:
            The text of `problem` by row. Slow rows that are not among them must be read whole; most of those are in
            order.
        """
        found: dict[int, str] = {}
        for start in range(0, batch.num_rows, _BLOCK):
            part = batch.slice(start, _BLOCK)
            torn = frozenset(indices(_part(facts.torn, start), part.num_rows).tolist())
            wrong = _wrong(part, [(column, _part(bad, start)) for column, bad in facts.bad])
            for row in torn - wrong.keys():
                wrong[row] = []
            for row, cells in wrong.items():
                told = None
                if len(cells) <= _MOST_CELLS:
                    told = None if row in torn else self._put_together(cells)
                    told = told or self._together(part, row, cells, torn=row in torn)
                if told:
                    found[start + row] = told
        return found

    # Cells that speak for themselves

    def _ranked(self, columns: Sequence[Column]) -> Iterator[tuple[int, _Rank]]:
        """The places of the columns whose cells speak for themselves, each with its place in the order of reading."""
        for column in columns:
            first, side = column.place, 0
            those = self._beside.get(column.place, ())
            if those:
                if column.role != "side" or not _next_to_each_other(those, columns):
                    continue
                first, side = those[0].place, list[str](SIDES).index(column.part)
            if not column.section or column.role == "entry":
                yield column.place, (0, first, side)
            elif column.role in ("screen", "group"):
                yield column.place, (len(_SECTIONS), first, side)
            elif column.place not in self._in_family:
                yield column.place, (_SECTIONS.index(column.section), first, side)

    def _put_together(self, cells: Iterable[Cell]) -> str | None:
        """What is wrong with a row; None when one of these cells does not speak for itself."""
        found: list[_Said] = []
        for column, given in cells:
            said = self._alone(column, given)
            if said is None:
                return None
            found.append(said)
        if len(found) == 1:
            return "; ".join(found[0][2])
        found.sort()
        # What an intake holds is only looked at when it has the right shape.
        last = 1 if any(stage == 1 for stage, _, _ in found) else 2
        texts = [text for stage, _, those in found if stage <= last for text in those]
        return "; ".join(texts) if len(texts) <= _MOST_PROBLEMS else None

    def _alone(self, column: Column, given: object) -> _Said | None:
        """What is wrong with a cell by itself; None when it hangs together with others."""
        rank, value = self._ranks.get(column.place), _hashable(given)
        if rank is None or value is None:
            return None
        if given.__class__ is list and not (column.role == "answer" and column.spec and column.spec.answer in LISTS):
            return None
        # Where nothing may stand, it does not matter what does.
        key = (column.place, None if column.role == "strange" else value)
        said = self._said.get(key)
        if said is None:
            stages = self._rows.stages([(column, given)])
            stage = next((number for number, problems in enumerate(stages) if problems), 0)
            said = stage, rank, tuple(map(str, stages[stage]))
            self._said.put(key, said)
        return said

    # Cells that hang together

    def _together(self, batch: pa.RecordBatch, row: int, wrong: Sequence[Cell], *, torn: bool) -> str:
        """What is wrong with a row, from its wrong cells and those that they hang together with; empty for nothing."""
        given = {column.place: (column, value) for column, value in wrong}
        beside = [one for place in given for one in self._beside.get(place, ())]
        if torn or not self._in_family.isdisjoint(given):
            beside += self._family
        for column in beside:
            if column.place not in given:
                given[column.place] = column, cell_of(batch.column(column.place), row)
        cells = [given[place] for place in sorted(given)]
        values = [(column.place, _hashable(value)) for column, value in cells if value is not None]
        key = None if any(value is None for _, value in values) else tuple(values)
        told = None if key is None else self._told.get(key)
        if told is None:
            told = ("; ".join([str(problem) for problems in self._rows.stages(cells) for problem in problems]),)
            if key is not None:
                self._told.put(key, told)
        return told[0]


def _part(rows: Maybe, start: int) -> Maybe:
    """The rows of one block."""
    return None if rows is None else rows[start >> 3 : (start + _BLOCK) >> 3]


def _wrong(batch: pa.RecordBatch, bad: Iterable[tuple[Column, Maybe]]) -> dict[int, list[Cell]]:
    """By row, the cells that cannot be read by columns."""
    found: dict[int, list[Cell]] = {}
    for column, those in bad:
        rows = indices(those, batch.num_rows).tolist()
        for row, given in zip(rows, cells_of(batch.column(column.place), rows) if rows else (), strict=True):
            if given is not None:
                found.setdefault(row, []).append((column, given))
    return found


def _beside(columns: Iterable[Column]) -> dict[int, tuple[Column, ...]]:
    """By place, for columns that give parts of one answer: all of them."""
    found: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        if column.section in _SECTIONS and column.role != "entry":
            found.setdefault((column.section, column.key), []).append(column)
    return {one.place: tuple(those) for those in found.values() if len(those) > 1 for one in those}


def _next_to_each_other(those: Sequence[Column], columns: Iterable[Column]) -> bool:
    """Whether no other answer of their section stands between them: an answer is read where its first part stands."""
    first, last = those[0], those[-1]
    between = (one for one in columns if first.place < one.place < last.place and one.section == first.section)
    return all(one in those for one in between)


def _hashable(given: object) -> object:
    """A value as a key under which nothing else is told in other words; None for what is too long or no plain value."""
    if isinstance(given, UnreadableCell):
        return UnreadableCell
    if given.__class__ is list:
        entries = [_hashable(one) for one in given] if len(given) <= _LONGEST else [None]
        return None if None in entries else tuple(entries)
    if given.__class__ not in _SCALARS or (given.__class__ is str and len(given) > _LONGEST):
        return None
    # -0.0 and 0.0 are equal, and nan is not itself.
    return given.__class__, repr(given) if given.__class__ is float else given
