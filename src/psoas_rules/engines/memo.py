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
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from psoas_rules.conditions import Condition, Value, facts_read, tests
from psoas_rules.engines.protocol import Program

MOST_ENTRIES: Final = 1_024
"""What one group remembers at the most; beyond that it starts afresh."""


class _Cells:
    """The cells of one fact."""

    def __init__(self, compared: set[Value]) -> None:
        self.thresholds = sorted(value for value in compared if not isinstance(value, bool | str))
        self.words = frozenset(value for value in compared if isinstance(value, str))

    def of(self, value: Value | None) -> Hashable:
        """The cell that a value lies in; None is unknown."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return value if value in self.words else ""
        # Between two thresholds, or on one; a pair, since a bare number could pass for yes or no.
        place = bisect_left(self.thresholds, value)
        return (place, place < len(self.thresholds) and self.thresholds[place] == value)


class _Group:
    """The conditions that read the same facts, and what is known of them."""

    def __init__(self, facts: tuple[str, ...]) -> None:
        self.facts = facts
        self.positions: set[int] = set()
        self.known: dict[Hashable, tuple[int, ...]] = {}

    def learn(self, key: Hashable, fired: Sequence[int]) -> None:
        """Remembers which of the group's conditions held."""
        if len(self.known) >= MOST_ENTRIES:
            self.known.clear()
        self.known[key] = tuple(position for position in fired if position in self.positions)


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
        compared: dict[str, set[Value]] = {}
        groups: dict[tuple[str, ...], _Group] = {}
        for position, condition in enumerate(self._conditions):
            facts = tuple(sorted(facts_read(condition)))
            groups.setdefault(facts, _Group(facts)).positions.add(position)
            for test in tests(condition):
                compared.setdefault(test.fact, set()).add(test.value)
        self._cells = {fact: _Cells(values) for fact, values in compared.items()}
        self._groups = tuple(groups.values())
        by_fact: dict[str, set[int]] = {fact: set() for fact in self._cells}
        for number, group in enumerate(self._groups):
            for fact in group.facts:
                by_fact[fact].add(number)
        self._by_fact = by_fact
        self._group_of = {p: number for number, group in enumerate(self._groups) for p in group.positions}
        self._expected = tuple((fact, self._usual.get(fact)) for fact in self._cells)
        self._at_usual: tuple[int, ...] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in ("_program", "_conditions", "_usual")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending.

        Raises:
            EngineError: if the engine had to be asked and failed. Nothing is remembered then.
        """
        at_usual = self._at_usual
        if at_usual is None:
            known = {fact: value for fact, value in self._expected if value is not None}
            at_usual = self._at_usual = self._program.fired(known)
        get = facts.get
        unusual = [fact for fact, value in self._expected if get(fact) is not value]
        if not unusual:
            return at_usual
        looked_at: set[int] = set().union(*[self._by_fact[fact] for fact in unusual])
        found = [position for position in at_usual if self._group_of[position] not in looked_at]
        for number in looked_at:
            group = self._groups[number]
            fired = group.known.get(self._key(group, facts))
            if fired is None:
                return self._ask(facts, looked_at)
            found += fired
        found.sort()
        return tuple(found)

    def _key(self, group: _Group, facts: Mapping[str, Value]) -> Hashable:
        return tuple([self._cells[fact].of(facts.get(fact)) for fact in group.facts])

    def _ask(self, facts: Mapping[str, Value], looked_at: set[int]) -> tuple[int, ...]:
        fired = self._program.fired(facts)
        for number in looked_at:
            group = self._groups[number]
            group.learn(self._key(group, facts), fired)
        return fired
