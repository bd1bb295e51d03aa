"""Doses by columns: for each exercise a table of every dose that it can have, and for each person which of them.

The doses themselves come from `psoas_rules.dosing`. Limits only ever lower, so what matters of all limits on one
number is how far down the strictest of them is: a step for each value that the pack has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from itertools import product
from typing import Final, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort import loops
from psoas_rules.cohort.alike import Classes
from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.packed import Lists, Maybe, either, indices, stacked, without
from psoas_rules.dosing import Cap, dose
from psoas_rules.kit import Kit
from psoas_rules.outcomes import Dose
from psoas_rules.pack import SIDES, Exercise

Source: TypeAlias = tuple[str, int | str]
"""Where a limit comes from: a rule by its number, a profile or a format by its name or place."""

MOST_DOSES: Final = 20_000
"""So many doses of one exercise are worked out beforehand, at the most."""


@attrs.frozen(eq=False)
class _Step:
    """A step down: the rows in which a limit at least as strict as one value holds, and what it adds to the code."""

    sources: tuple[Source, ...]
    adds: int


@attrs.frozen(eq=False)
class DoseTable:
    """Every dose that one exercise can have.

    Attributes:
        doses: The doses, by code.
        steps: What makes up the code.
        target: The target that decides about more on one side; None when neither side can have more.
        side_adds: What is added to the code for the left side; twice that for the right one.
        tenths: The time of each dose, in tenths of a second.
    """

    doses: tuple[Dose, ...]
    steps: tuple[_Step, ...]
    target: str | None
    side_adds: int
    tenths: NDArray[np.int32]


class DoseTables:
    """The doses of all exercises of a pack.

    Args:
        kit: The tables of the pack.
        caps: Every limit, with where it comes from.
        targets: The targets of which one side can have more.
    """

    def __init__(self, kit: Kit, caps: Sequence[tuple[Source, Cap]], targets: frozenset[str]) -> None:
        self._kit = kit
        self.tables: Mapping[str, DoseTable] = {
            name: self._table(known.exercise, caps, targets) for name, known in kit.exercises.items()
        }
        setup = tenths_of(kit.setup_s)
        self.with_setup = {name: (table.tenths + setup).astype(np.int32) for name, table in self.tables.items()}

    def _table(self, exercise: Exercise, caps: Sequence[tuple[Source, Cap]], targets: frozenset[str]) -> DoseTable:
        given: dict[str, dict[float, list[Source]]] = {}
        for source, cap in caps:
            for name, value in cap.numbers if exercise.id in cap.exercises else ():
                if _matters(exercise, name, value):
                    given.setdefault(name, {}).setdefault(value, []).append(source)
        target = exercise.targets[0] if exercise.dose.per_side and exercise.targets[0] in targets else None
        stride = 1
        steps: list[_Step] = []
        choices: list[tuple[tuple[str, float | None], ...]] = []
        for name, values in given.items():
            mild_first = sorted(values, reverse=name != "rest_factor")
            for place in range(len(mild_first)):
                sources = [source for value in mild_first[place:] for source in values[value]]
                steps.append(_Step(tuple(dict.fromkeys(sources)), stride))
            choices.append(((name, None), *((name, value) for value in mild_first)))
            stride *= len(mild_first) + 1
        doses = tuple(self._doses(exercise, choices, (None, *SIDES) if target else (None,)))
        return DoseTable(doses, tuple(steps), target, stride, np.array([tenths_of(one.seconds) for one in doses]))

    def _doses(
        self, exercise: Exercise, choices: Sequence[tuple[tuple[str, float | None], ...]], sides: Sequence[str | None]
    ) -> Iterator[Dose]:
        """Every dose, in the order of their codes: the first number changes fastest."""
        if math.prod(map(len, choices)) * len(sides) > MOST_DOSES:
            raise CohortError(f"{exercise.id} can have more than {MOST_DOSES} doses; use `recommend` with this pack")
        for side in sides:
            for those in product(*reversed(choices)):
                limits = {name: value for name, value in reversed(those) if value is not None}
                extra = self._kit.extra_sets if side else 0
                yield dose(exercise, limits, self._kit.floors, first_side=side, extra_sets=extra)  # type: ignore[arg-type]


class Doses:
    """The doses in one batch, worked out for the exercises that are asked about.

    Args:
        tables: The tables.
        sources: For each source of limits the rows in which it holds.
        sides: For each target the rows in which a rule gives more to the left, and to the right.
        rows: How many rows there are.
    """

    def __init__(
        self, tables: DoseTables, sources: Mapping[Source, Maybe], sides: Mapping[str, tuple[Maybe, Maybe]], rows: int
    ) -> None:
        self._tables = tables
        self._sources = sources
        self._either: dict[tuple[Source, ...], Maybe] = {}
        # More on both sides is more on none.
        self._sides = {target: (without(one, other), without(other, one)) for target, (one, other) in sides.items()}
        steps = dict.fromkeys(step.sources for table in tables.tables.values() for step in table.steps)
        limits = [*map(self._any, steps), *(rows for both_sides in self._sides.values() for rows in both_sides)]
        self.classes = Classes.by(limits, rows)
        self._codes: dict[str, NDArray[np.uint16]] = {}

    def among(self, order: NDArray[np.int64]) -> Doses:
        """The doses of these rows."""
        found = copy(self)
        found.classes = attrs.evolve(self.classes, of=self.classes.of[order])
        return found

    def codes(self, exercise: str) -> NDArray[np.uint16]:
        """For each class of rows with the same limits, the place of the dose in the table of the exercise."""
        if exercise not in self._codes:
            self._codes[exercise] = self._code(self._tables.tables[exercise])
        return self._codes[exercise]

    def take(self, exercise: str, rows: Maybe, taken: NDArray[np.int32], times: int = 1) -> None:
        """Adds the time of an exercise to what is taken in these rows, with the change of position.

        Args:
            exercise: The exercise.
            rows: The rows.
            taken: The time in every row, in tenths of a second; added to.
            times: How often; -1 takes it away.
        """
        if rows is None:
            return
        tenths = self._tables.with_setup[exercise].take(self.codes(exercise)) * np.int32(times)
        if loops.compiled():
            from psoas_rules.cohort import compiled

            compiled.add(stacked([rows], len(taken))[0], self.classes.of, tenths, taken)
        else:
            at = indices(rows, len(taken))
            taken[at] += tenths.take(self.classes.of.take(at))

    def table(self, lists: Lists, exercises: Sequence[str]) -> NDArray[np.uint16]:
        """For each exercise that is in a list, and for each class, the place of the dose among those of the exercise.

        Args:
            lists: Lists of places in `exercises`.
            exercises: The exercises.
        """
        found = np.zeros((len(exercises), self.classes.count), dtype=np.uint16)
        for number in np.flatnonzero(np.bincount(lists.values, minlength=len(exercises))).tolist():
            found[number] = self.codes(exercises[number])
        return found

    def places(self, lists: Lists, exercises: Sequence[str], begins: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each exercise of each row the place of its dose, in the tables of all exercises one after the other.

        Args:
            lists: For each row places in `exercises`.
            exercises: The exercises.
            begins: Where the table of each begins.
        """
        codes = self.table(lists, exercises)[lists.values, self.classes.of[lists.rows()]]
        found: NDArray[np.int64] = begins[lists.values] + codes
        return found

    def _code(self, table: DoseTable) -> NDArray[np.uint16]:
        parts = [(self._any(step.sources), step.adds) for step in table.steps]
        if table.target is not None:
            left, right = self._sides.get(table.target, (None, None))
            parts += [(left, table.side_adds), (right, 2 * table.side_adds)]
        code = np.zeros(self.classes.count, dtype=np.uint16)
        for rows, adds in parts:
            if rows is not None:
                code += self.classes.bits(rows) * np.uint16(adds)
        return code

    def _any(self, sources: tuple[Source, ...]) -> Maybe:
        if sources not in self._either:
            self._either[sources] = either(*[self._sources.get(source) for source in sources])
        return self._either[sources]


def tenths_of(seconds: float) -> int:
    """Seconds in tenths.

    Raises:
        CohortError: if there are finer parts.
    """
    tenths = round(seconds * 10)
    if abs(tenths - seconds * 10) > 1e-6:
        raise CohortError(f"{seconds} seconds cannot be counted in tenths; use `recommend` with this pack")
    return tenths


def _matters(exercise: Exercise, name: str, value: float) -> bool:
    """Whether a limit can change what is shown of the dose of an exercise, or how long it takes."""
    row = exercise.dose
    match name:
        case "sets_max":
            return value < max(row.sets, row.ceiling.sets if row.ceiling else 0)
        case "reps_max":
            return value < row.reps_top
        case "hold_s_max":
            return value < max(row.hold_s or 0, row.hold_top_s or 0)
        case "sets_factor":
            return row.sets > 1 and value < 1
        case "hold_factor":
            return bool(row.hold_s or row.hold_top_s) and value < 1
        case "rest_factor":
            return row.rest_s > 0 and value > 1
        case _:
            return False
