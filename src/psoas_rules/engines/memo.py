"""A memory before an engine: it is asked only what it has not answered yet.

Every test reads one fact and compares it with values that the conditions name. Those values cut each fact into a few
cells: a number below, on or between thresholds; yes or no; an option; unknown. All values of a cell pass the same
tests, so which conditions hold depends only on the cells of the facts that they read. Conditions that read the same
facts form a group, and each group remembers which of its conditions held for which cells. When every group knows its
cells, the engine need not be asked; when one does not, the engine is asked about everything, and each group learns.

Most people deny most safety questions. So all groups are first answered at once for the usual facts (everything denied,
nothing else known), and only groups that read a fact that differs from the usual are looked at one by one.

Nothing is decided here. What is remembered came from the engine, from whole runs only: a failed run leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from psoas_rules.conditions import Condition, Value, facts_read, tests
from psoas_rules.engines.protocol import Forgetful, Program
from psoas_rules.memory import Memory

MOST_ENTRIES: Final = 1_024
"""What one group, and the cells of one fact, remember at the most."""


class _Cells:
    """The cells of one fact."""

    def __init__(self, compared: Iterable[Value]) -> None:
        compared = tuple(compared)
        self.thresholds = sorted({value for value in compared if not isinstance(value, bool | str)})
        self.words = frozenset(value for value in compared if isinstance(value, str))
        self.seen: Memory[Hashable] = Memory(MOST_ENTRIES)

    def of(self, value: Value | None) -> Hashable:
        """The cell that a value lies in; None is unknown."""
        if value is None or value is True or value is False:
            return value
        cell = self.seen.get(value)
        if cell is None:
            cell = self._cut(value)
            self.seen.put(value, cell)
        return cell

    def _cut(self, value: Value) -> Hashable:
        if isinstance(value, str):
            return value if value in self.words else ""
        # Between two thresholds, or on one; a pair, since a bare number could pass for yes or no.
        place = bisect_left(self.thresholds, value)
        return (place, place < len(self.thresholds) and self.thresholds[place] == value)


class _Group:
    """The conditions that read the same facts, and what is known of them."""

    __slots__ = ("cells", "known", "positions")

    def __init__(self, facts: tuple[str, ...], cells: Mapping[str, _Cells]) -> None:
        self.cells = tuple((fact, cells[fact].of) for fact in facts)
        self.positions: set[int] = set()
        self.known: Memory[tuple[int, ...]] = Memory(MOST_ENTRIES)

    def key(self, facts: Mapping[str, Value]) -> Hashable:
        """The cells of the facts that the group reads."""
        get = facts.get
        return tuple([cell(get(fact)) for fact, cell in self.cells])

    def learn(self, facts: Mapping[str, Value], fired: Sequence[int]) -> None:
        """Remembers which of the group's conditions held."""
        self.known.put(self.key(facts), tuple(position for position in fired if position in self.positions))


class MemoProgram:
    """A program with a memory. Safe to share between threads; pickles without what it remembers.

    Args:
        program: What decides.
        conditions: The conditions of the program, in its order.
        usual: Facts as they mostly are. They change how fast an answer is found, never which.
    """

    def __init__(self, program: Program, conditions: Sequence[Condition], usual: Mapping[str, Value]) -> None:
        self._program = program
        self._conditions = tuple(conditions)
        self._usual = dict(usual)
        self._prepare()

    def _prepare(self) -> None:
        # Lists, for in a set 1 and yes would be one value.
        compared: dict[str, list[Value]] = {}
        reads = [tuple(sorted(facts_read(condition))) for condition in self._conditions]
        for condition in self._conditions:
            for test in tests(condition):
                compared.setdefault(test.fact, []).append(test.value)
        cells = {fact: _Cells(values) for fact, values in compared.items()}
        groups = {facts: _Group(facts, cells) for facts in reads}
        for position, facts in enumerate(reads):
            groups[facts].positions.add(position)
        self._groups = tuple(groups.values())
        by_fact: dict[str, set[int]] = {fact: set() for fact in cells}
        for number, facts in enumerate(groups):
            for fact in facts:
                by_fact[fact].add(number)
        self._by_fact = {fact: tuple(numbers) for fact, numbers in by_fact.items()}
        self._group_of = {p: number for number, group in enumerate(self._groups) for p in group.positions}
        self._at_usual: tuple[int, ...] | None = None

    def forget(self) -> None:
        """Starts afresh."""
        self._prepare()
        if isinstance(self._program, Forgetful):
            self._program.forget()

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in ("_program", "_conditions", "_usual")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def fired(self, facts: Mapping[str, Value], unusual: Iterable[str] | None = None) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending.

        Args:
            facts: What is known.
            unusual: Every fact whose value is not the usual one, where the caller knows them already. Facts too many
                do no harm.

        Raises:
            EngineError: if the engine had to be asked and failed. Nothing is remembered then.
        """
        at_usual = self._at_usual
        if at_usual is None:
            at_usual = self._at_usual = self._program.fired(self._usual)
        if unusual is None:
            usual = self._usual
            unusual = [fact for fact in self._by_fact if facts.get(fact) is not usual.get(fact)]
        by_fact = self._by_fact
        looked_at: set[int] = set()
        for fact in unusual:
            if fact in by_fact:
                looked_at.update(by_fact[fact])
        if not looked_at:
            return at_usual
        group_of = self._group_of
        found = [position for position in at_usual if group_of[position] not in looked_at]
        groups = self._groups
        for number in looked_at:
            group = groups[number]
            fired = group.known.get(group.key(facts))
            if fired is None:
                return self._ask(facts, looked_at)
            found += fired
        found.sort()
        return tuple(found)

    def _ask(self, facts: Mapping[str, Value], looked_at: Iterable[int]) -> tuple[int, ...]:
        fired = self._program.fired(facts)
        for number in looked_at:
            self._groups[number].learn(facts, fired)
        return fired
