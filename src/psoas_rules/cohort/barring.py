"""What keeps exercises out, by columns: the same things as `psoas_rules.barriers`, without the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort.deciding import Decided
from psoas_rules.cohort.doses import Source
from psoas_rules.cohort.filling import LEVELS_ABOVE, Given
from psoas_rules.cohort.packed import Maybe, Packed, anybody, both, either, packed, without
from psoas_rules.cohort.reading import FactColumns
from psoas_rules.conditions import Test
from psoas_rules.dosing import Cap
from psoas_rules.kit import Kit, Known
from psoas_rules.loading import MINUTES
from psoas_rules.stages import Ready

_EXCLUDING = ("exclude_property", "exclude_exercise", "exclude_phase")
_EQUIPMENT = "preference.equipment"
_LEVEL_MAX = "preference.level_max"


class Barring:
    """Tells what keeps exercises out of sessions, for one pack.

    Args:
        kit: The tables of the pack.
        rules: Every rule.
    """

    def __init__(self, kit: Kit, rules: Sequence[Ready]) -> None:
        self._kit = kit
        self._excluding: dict[tuple[str, str], list[int]] = {}
        self._sides: dict[str, tuple[list[int], list[int]]] = {}
        self.caps: list[tuple[int, Cap]] = []
        for ready in rules:
            self.caps += [(ready.number, cap) for cap in kit.caps(ready)]
            for kind, those in ready.said:
                for said in those:
                    if kind in _EXCLUDING:
                        self._excluding.setdefault((kind, said.conclusion.subject), []).append(ready.number)
                    elif kind == "extra_side":
                        left, right = self._sides.setdefault(said.conclusion.subject, ([], []))
                        side = said.conclusion.side
                        # What is for no side in particular is for both, and more on both is more on none.
                        left += [ready.number] if side != "right" else []
                        right += [ready.number] if side != "left" else []

    @property
    def targets(self) -> frozenset[str]:
        """The targets of which one side can have more."""
        return frozenset(self._sides)

    def given(self, decided: Decided, changing: Iterable[int]) -> Given:
        """What the sessions of a batch hang on.

        Args:
            decided: The batch.
            changing: The rules that change what is chosen.
        """
        facts, exercises = decided.facts, self._kit.exercises
        wants = {name: _yes(facts, f"preference.wants.{name}") for name in exercises}
        wants = {name: rows for name, rows in wants.items() if rows is not None}
        supervised = _yes(facts, "preference.supervised")
        alone = {
            name: without(decided.everybody, both(wants.get(name), supervised))
            for name, known in exercises.items()
            if known.exercise.availability == "supervised_only"
        }
        levels = {known.exercise.level for known in exercises.values()}
        above = {level: _above(level, facts) for level in levels}
        barred = {
            name: either(alone.get(name), self._barred(known, decided, above)) for name, known in exercises.items()
        }
        return Given(
            barred=barred,
            alone=alone,
            wants=wants,
            fired={number: decided.fired[number] for number in changing},
            level=tuple(self._level(level, decided) for level in LEVELS_ABOVE),  # type: ignore[arg-type]
            open=decided.choices,
        )

    def sides(self, fired: Sequence[Maybe]) -> Mapping[str, tuple[Maybe, Maybe]]:
        """For each target the rows in which the left side gets more, and in which the right one does."""
        return {
            target: (either(*[fired[n] for n in left]), either(*[fired[n] for n in right]))
            for target, (left, right) in self._sides.items()
        }

    def minutes(self, facts: FactColumns) -> NDArray[np.float64]:
        """The time for the session, for each row: what the person has, within what the pack allows."""
        given = facts.numbers(MINUTES)
        usual, longest = self._kit.default_minutes, self._kit.longest_minutes
        if given is None:
            return np.full(facts.n, min(usual, longest), dtype=np.float64)
        return np.minimum(np.where(np.isnan(given), usual, given), longest)

    def formats(self, minutes: NDArray[np.float64]) -> Mapping[Source, Maybe]:
        """For each format for little time the rows in which it applies."""
        found: dict[Source, Maybe] = {}
        left = np.ones(len(minutes), dtype=np.bool_)
        for place, one in enumerate(self._kit.formats):
            fits = left & (minutes <= one.up_to_minutes)
            left &= ~fits
            found["format", place] = packed(fits) if fits.any() else None
        return found

    def _level(self, level: int, decided: Decided) -> Maybe:
        """The rows whose level comes up to this one."""
        below = [
            decided.fired[number]
            for number, cap in self.caps
            if cap.general and cap.limit.level_max is not None and cap.limit.level_max < level
        ]
        return without(decided.everybody, either(*below))

    def _barred(self, known: Known, decided: Decided, above: Mapping[int, Maybe]) -> Maybe:
        exercise, fired, facts = known.exercise, decided.fired, decided.facts
        subjects = [
            *(("exclude_property", name) for name in exercise.properties),
            ("exclude_exercise", exercise.id),
            ("exclude_phase", exercise.phase),
        ]
        rules = [number for subject in subjects for number in self._excluding.get(subject, ())]
        rules += [number for number, cap in self.caps if exercise.id in cap.too_hard]
        return either(
            *[fired[number] for number in rules],
            without(decided.everybody, decided.choices[known.offer]),
            self._lacking(known, facts, decided.everybody),
            _avoided(known, facts),
            above[exercise.level],
        )

    def _lacking(self, known: Known, facts: FactColumns, everybody: Packed) -> Maybe:
        asked = facts.known(_EQUIPMENT)
        found = without(everybody, asked) if known.lacking is not None else None
        if asked is None:
            return found
        for alternatives in known.exercise.needs:
            there = either(*[_yes(facts, f"{_EQUIPMENT}.{thing}") for thing in alternatives])
            found = either(found, without(asked, there))
        return found


def _avoided(known: Known, facts: FactColumns) -> Maybe:
    positions = both(*[_yes(facts, fact) for fact in known.avoided_positions])
    return either(positions, *[_yes(facts, fact) for fact in known.avoided_properties])


def _above(level: int, facts: FactColumns) -> Maybe:
    wished = facts.numbers(_LEVEL_MAX)
    if wished is None:
        return None
    # Where nothing was said the comparison is with nan, and does not hold.
    above = packed(wished < level)
    return above if anybody(above) else None


def _yes(facts: FactColumns, fact: str) -> Maybe:
    return facts.passes(Test(fact, "is", value=True))
