"""Why results differ: the rules that fire with one pack alone, and the exercises that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa

from psoas_rules.cohort.coded import Items, Mask, Names, Numbers
from psoas_rules.pack import STAGES
from psoas_rules.recommender import Recommender

ReasonKind: TypeAlias = Literal[
    "fires_now", "fires_no_more", "concludes_anew", "exercise_gained", "exercise_lost", "same_rules"
]
"""Why a result changes: a rule fires with the new pack alone, with the old one alone, or with both and concludes
something else; an exercise comes or goes; or the same rules choose the same exercises, as when a dose is edited."""

_WIDTH: Final = 1 << 20
"""More names than any pack has: a row and a name are kept together in one number."""
_KINDS: Final[tuple[ReasonKind, ...]] = get_args(ReasonKind)


class Rules:
    """What two packs say of each rule.

    Args:
        both: The recommenders with the old and the new pack.
    """

    def __init__(self, both: tuple[Recommender, Recommender]) -> None:
        old, new = ({rule.id: rule for rule in each.rules} for each in both)
        self._stages = {name: STAGES.index(rule.stage) for name, rule in (old | new).items()}
        self._altered = {name for name in old.keys() & new.keys() if old[name].then != new[name].then}

    def stages(self, rules: Names) -> Numbers:
        """The stage of each rule as a number; what assembles a session comes last."""
        return np.array([self._stages.get(rule, len(STAGES)) for rule in rules], np.int64)

    def altered(self, rules: Names) -> Mask:
        """Whether each rule concludes something else with the new pack."""
        return np.array([rule in self._altered for rule in rules], np.bool_)


class Differences:
    """Counts reasons, and remembers the first rows of each.

    Args:
        rules: The rules of both packs.
        most: How many rows to remember for each reason.
    """

    def __init__(self, rules: Rules, most: int) -> None:
        self._known = rules
        self._most = most
        self._rules, self._exercises = Names(), Names()
        self._people: dict[tuple[ReasonKind, str], int] = {}
        self._rows: dict[tuple[ReasonKind, str], list[int]] = {}

    def add(self, old: pa.RecordBatch, new: pa.RecordBatch, rows: Numbers) -> tuple[int, ...]:
        """Counts why the rows of two batches differ.

        Args:
            old: The results of people who change.
            new: Those of the same people with the other pack.
            rows: Their rows in the whole table.

        Returns:
            The places in the batch that are remembered.
        """
        before, after = (_keys(batch.column("fired"), self._rules) for batch in (old, new))
        stay = np.intersect1d(before, after, assume_unique=True)
        anew = stay[self._known.altered(self._rules)[stay % _WIDTH]]
        now, no_more, anew = self._earliest(*_apart(before, after), anew)
        gained, lost = self._exchanged(old.column("steps"), new.column("steps"))
        explained = np.zeros(old.num_rows, np.bool_)
        explained[np.concatenate([now, no_more, anew, gained, lost]) // _WIDTH] = True
        same = np.flatnonzero(~explained) * _WIDTH
        places: set[int] = set()
        rules, exercises = tuple(self._rules), tuple(self._exercises)
        found = ((now, rules), (no_more, rules), (anew, rules), (gained, exercises), (lost, exercises), (same, ("",)))
        for kind, (keys, names) in zip(_KINDS, found, strict=True):
            places.update(self._count(kind, keys, names, rows))
        return tuple(sorted(places))

    def _earliest(self, *each: Numbers) -> tuple[Numbers, ...]:
        """The rules of the earliest stage in which any differs for a person: later ones follow from them."""
        stages = self._known.stages(self._rules)
        keys = np.concatenate(each)
        first = np.full(int(keys.max() // _WIDTH) + 1 if len(keys) else 0, len(STAGES), np.int64)
        np.minimum.at(first, keys // _WIDTH, stages[keys % _WIDTH])
        return tuple(those[stages[those % _WIDTH] == first[those // _WIDTH]] for those in each)

    def _exchanged(self, old: pa.Array, new: pa.Array) -> tuple[Numbers, Numbers]:
        """The exercises that come and go where both have a routine."""
        gone, come = (_keys(lists, self._exercises, "exercise") for lists in (old, new))
        both = (Items.of(old).lengths >= 0) & (Items.of(new).lengths >= 0)
        return _apart(*(keys[both[keys // _WIDTH]] for keys in (gone, come)))

    def _count(self, kind: ReasonKind, keys: Numbers, names: tuple[str, ...], rows: Numbers) -> Iterator[int]:
        codes, places = keys % _WIDTH, keys // _WIDTH
        for code, people in enumerate(np.bincount(codes, minlength=len(names)).tolist()):
            if not people:
                continue
            reason = kind, names[code]
            self._people[reason] = self._people.get(reason, 0) + people
            kept = self._rows.setdefault(reason, [])
            missing = self._most - len(kept)
            if missing:
                first = places[codes == code][:missing].tolist()
                kept.extend(rows[first].tolist())
                yield from first

    def found(self) -> Iterator[tuple[ReasonKind, str, int, list[int]]]:
        """Kind, name, people and remembered rows of each reason, the most frequent first within each kind."""
        order = sorted(self._people.items(), key=lambda each: (_KINDS.index(each[0][0]), -each[1], each[0][1]))
        for (kind, name), people in order:
            yield kind, name, people, self._rows[kind, name]


def _keys(lists: pa.Array, names: Names, field: str | None = None) -> Numbers:
    """Row and name of every item in one number, each once, in the order of the rows."""
    items = Items.of(lists)
    codes = names.codes(items.values if field is None else items.field(field))
    there = codes >= 0
    # The rows are in order already; a stable sort is quick then.
    keys: Numbers = np.sort(items.rows[there] * _WIDTH + codes[there], kind="stable")
    first: Mask = np.diff(keys, prepend=-1) != 0
    return keys[first]


def _apart(old: Numbers, new: Numbers) -> tuple[Any, Any]:
    """What only the new ones have, and what only the old ones have."""
    return np.setdiff1d(new, old, assume_unique=True), np.setdiff1d(old, new, assume_unique=True)
