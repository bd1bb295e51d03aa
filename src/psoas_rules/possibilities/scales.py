"""How far answers still to come can move the scales: ranges of points, and the words and patterns within them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.cells import values_of
from psoas_rules.conditions import Value, facts_read, holds, tests
from psoas_rules.lexicon import Lexicon
from psoas_rules.memory import Memory
from psoas_rules.outcomes import ProfileKind, Word
from psoas_rules.possibilities.worlds import Open, Span, Words, World
from psoas_rules.rulebook import Rule
from psoas_rules.weighing import PERSON_TARGETS, PLACES, Weights, profile_of

MOST_CASES: Final = 1_024
"""So many combinations of open answers to one item are tried; with more, each rule is taken by itself."""

_MOST_KEPT: Final = 4_096

Range: TypeAlias = tuple[int, int]
"""The least and the most, in hundredths of a point."""


@attrs.frozen
class Reach:
    """What the rules of one item can give, over all answers to it that are still possible.

    Attributes:
        places: For each place on the scales, the range of points.
        up, down: For each place, the ranges of what speaks for and against it, each by itself.
        tested: For each place, whether a test can have spoken, and whether one must have.
        person: For each target of the person as a whole, the range.
        told: For each of these targets, whether any rule can have spoken of it, and whether one must have.
    """

    places: tuple[Range, ...]
    up: tuple[Range, ...]
    down: tuple[Range, ...]
    tested: tuple[tuple[bool, bool], ...]
    person: Mapping[str, Range]
    told: Mapping[str, tuple[bool, bool]]

    def moves_patterns(self) -> int:
        """By how much the item can still move a pattern, in hundredths; at least 1 if a test may stay silent."""
        points = max(high - low for low, high in (*self.places, *self.up, *self.down))
        return max(points, *(int(can != must) for can, must in self.tested))

    def moves_person(self) -> Iterator[str]:
        """The targets of the person as a whole that the item can still move."""
        for target, (low, high) in self.person.items():
            can, must = self.told[target]
            if low != high or can != must:
                yield target


@attrs.frozen
class Outlook:
    """What the scales can still show.

    Attributes:
        words: For each place, the words that are possible.
        totals: For each place, the range of its sum.
        profiles: The patterns that are possible.
        person: For each target of the person as a whole, the range.
        pull: For each open fact, by how much its item can still move a pattern, in hundredths.
        moving: For each target of the person as a whole, the open facts that can still move it.
    """

    words: tuple[frozenset[Word], ...]
    totals: tuple[Range, ...]
    profiles: frozenset[ProfileKind]
    person: Mapping[str, Range]
    pull: Mapping[str, int]
    moving: Mapping[str, frozenset[str]]

    def findings(self) -> Iterator[tuple[str, Span | Words, Collection[str]]]:
        """What later rules may read of it, each with the open facts that it hangs on."""
        for (pattern, side), words, (low, high) in zip(PLACES, self.words, self.totals, strict=True):
            yield f"finding.{pattern}.{side}", Words(frozenset(words)), self.pull
            yield f"finding.{pattern}_points.{side}", Span(low / 100, high / 100), self.pull
        for target, (low, high) in self.person.items():
            yield f"finding.{target}_points", Span(low / 100, high / 100), self.moving[target]
        yield "finding.profile", Words(frozenset(self.profiles)), self.pull
        yield "finding.confidence", Words(frozenset(("high", "medium", "low"))), self.pull


class _Item:
    """The evidence rules of one item, on one side or for the person as a whole, and the facts that they read."""

    def __init__(self, rules: Sequence[Rule], lexicon: Lexicon) -> None:
        self.rules = tuple(rules)
        self.side = rules[0].side
        self.facts = tuple(dict.fromkeys(fact for rule in rules for fact in facts_read(rule.when)))
        compared: dict[str, list[Value]] = {fact: [] for fact in self.facts}
        for rule in rules:
            for test in tests(rule.when):
                if test.op != "answered":
                    compared[test.fact].append(test.value)
        self.values: Mapping[str, tuple[Value | None, ...]] = {
            fact: (None, *values_of(lexicon.spec(fact), given)) for fact, given in compared.items()
        }
        self.known: Memory[Reach] = Memory(_MOST_KEPT)

    def reach(self, world: World) -> Reach:
        """What the rules can give in this world."""
        question = tuple([(known.__class__, known) for known in map(world.get, self.facts)])
        found = self.known.get(question)
        if found is None:
            found = self._reach(world)
            self.known.put(question, found)
        return found

    def _reach(self, world: World) -> Reach:
        choices: list[tuple[Any, ...]] = []
        for fact in self.facts:
            known = world.get(fact)
            choices.append(self.values[fact] if isinstance(known, Open | Span | Words) else (known,))
        if math.prod(map(len, choices)) > MOST_CASES:
            return _widest([self._given([rule]) for rule in self.rules])
        given = []
        for case in product(*choices):
            facts = {fact: value for fact, value in zip(self.facts, case, strict=True) if value is not None}
            given.append(self._given([rule for rule in self.rules if holds(rule.when, facts)]))
        return _hull(given)

    @staticmethod
    def _given(fired: Iterable[Rule]) -> Reach:
        """What these rules give, when exactly they fire."""
        total, up, down, tested = [0] * 4, [0] * 4, [0] * 4, [False] * 4
        person = dict.fromkeys(PERSON_TARGETS, 0)
        told = dict.fromkeys(PERSON_TARGETS, False)
        for rule in fired:
            for one in rule.then:
                for place, (pattern, side) in enumerate(PLACES):
                    if one.subject == pattern and one.side in (None, side):
                        total[place] += one.hundredths
                        tested[place] = tested[place] or rule.measured
                        (up if one.hundredths > 0 else down)[place] += one.hundredths
                if one.subject in person:
                    person[one.subject] += one.hundredths
                    told[one.subject] = True
        return Reach(
            _exactly(total),
            _exactly(up),
            _exactly(down),
            tuple((spoke, spoke) for spoke in tested),
            {target: (points, points) for target, points in person.items()},
            {target: (spoke, spoke) for target, spoke in told.items()},
        )


def _exactly(points: Iterable[int]) -> tuple[Range, ...]:
    return tuple((one, one) for one in points)


def _hull(given: Sequence[Reach]) -> Reach:
    """The least range that holds all of them."""

    def ranges(column: Iterable[Sequence[Range]]) -> tuple[Range, ...]:
        return tuple((min(low for low, _ in each), max(high for _, high in each)) for each in zip(*column, strict=True))

    return Reach(
        ranges(one.places for one in given),
        ranges(one.up for one in given),
        ranges(one.down for one in given),
        tuple(_in_all(each) for each in zip(*(one.tested for one in given), strict=True)),
        {
            target: (min(one.person[target][0] for one in given), max(one.person[target][1] for one in given))
            for target in PERSON_TARGETS
        },
        {target: _in_all([one.told[target] for one in given]) for target in PERSON_TARGETS},
    )


def _in_all(each: Iterable[tuple[bool, bool]]) -> tuple[bool, bool]:
    """Whether something can be, and whether it must be, over several cases."""
    each = tuple(each)
    return any(can for can, _ in each), all(must for _, must in each)


def _widest(single: Sequence[Reach]) -> Reach:
    """What rules can give when any of them may fire with any other."""

    def ranges(column: Iterable[Sequence[Range]]) -> tuple[Range, ...]:
        return tuple(
            (sum(min(0, low) for low, _ in each), sum(max(0, high) for _, high in each))
            for each in zip(*column, strict=True)
        )

    return Reach(
        ranges(one.places for one in single),
        ranges(one.up for one in single),
        ranges(one.down for one in single),
        tuple((any(can for can, _ in each), False) for each in zip(*(one.tested for one in single), strict=True)),
        {
            target: (
                sum(min(0, one.person[target][0]) for one in single),
                sum(max(0, one.person[target][1]) for one in single),
            )
            for target in PERSON_TARGETS
        },
        {target: (any(one.told[target][0] for one in single), False) for target in PERSON_TARGETS},
    )


class ScalesAhead:
    """The evidence rules of a pack, ready to be asked what they can still show.

    Args:
        rules: The evidence rules.
        lexicon: The facts of the pack.
        weights: The constants of weighing.
    """

    def __init__(self, rules: Iterable[Rule], lexicon: Lexicon, weights: Weights) -> None:
        self.weights = weights
        self._items: dict[str | None, list[_Item]] = {}
        # A sign and a measure may have the same id; what is reported and what is measured are summed apart.
        grouped: dict[tuple[str | None, str | None, bool], list[Rule]] = {}
        for rule in rules:
            grouped.setdefault((rule.item, rule.side, rule.measured), []).append(rule)
        for (item, _, _), those in grouped.items():
            self._items.setdefault(item, []).append(_Item(those, lexicon))

    def outlook(self, world: World, answered: Range) -> Outlook:
        """What the scales can show in this world, when between so many and so many signs are answered."""
        reported, up, down = ([(0, 0)] * 4 for _ in range(3))
        tested = [(False, False)] * 4
        person = dict.fromkeys(PERSON_TARGETS, (0, 0))
        pull: dict[str, int] = {}
        moving: dict[str, set[str]] = {target: set() for target in PERSON_TARGETS}
        for items in self._items.values():
            reaches = [(one, one.reach(world)) for one in items]
            for one, reach in reaches:
                if one.rules[0].measured:
                    up = _sum(up, reach.up)
                    down = _sum(down, reach.down)
                    tested = [(a or c, b or d) for (a, b), (c, d) in zip(tested, reach.tested, strict=True)]
                else:
                    reported = _sum(reported, reach.places)
                still_open = [fact for fact in one.facts if isinstance(world.get(fact), Open | Span | Words)]
                moved = reach.moves_patterns()
                for fact in still_open if moved else ():
                    pull[fact] = max(pull.get(fact, 0), moved)
                for target in reach.moves_person():
                    moving[target].update(still_open)
            for target in PERSON_TARGETS:
                person[target] = _plus(person[target], _of_person(target, reaches))
        totals = [self._total(reported[place], up[place], down[place]) for place in range(4)]
        words = [self._words(totals[place], up[place], tested[place], answered) for place in range(4)]
        profiles = frozenset(
            profile_of(tight, weak)
            for tight in self._better(totals[:2], words[:2])
            for weak in self._better(totals[2:], words[2:])
        )
        moved_by = {target: frozenset(facts) for target, facts in moving.items()}
        return Outlook(tuple(words), tuple(totals), profiles, person, pull, moved_by)

    def _total(self, reported: Range, up: Range, down: Range) -> Range:
        weights = self.weights
        low, high = (
            weights.prior + min(told, weights.reported_cap) + fore + against
            for told, fore, against in zip(reported, up, down, strict=True)
        )
        return low, high

    def _words(self, total: Range, up: Range, tested: tuple[bool, bool], answered: Range) -> frozenset[Word]:
        """The words that a sum within this range can get."""
        weights, (low, high) = self.weights, total
        found: set[Word] = set()
        if high >= weights.supported and up[1] > 0:
            found.add("supported")
        if high >= weights.provisional and (low < weights.supported or up[0] <= 0):
            found.add("provisional")
        if high > weights.unlikely and low < weights.provisional:
            found.add("uncertain")
        if low <= weights.unlikely:
            if tested[0] or answered[1] >= weights.enough_items:
                found.add("unlikely")
            if not tested[1] and answered[0] < weights.enough_items:
                found.add("no_information")
        return frozenset(found)

    def _better(self, totals: Sequence[Range], words: Sequence[frozenset[Word]]) -> Iterator[Word]:
        """The words that the side with the higher sum can have; the left one counts when they are even."""
        low, high = max(low for low, _ in totals), max(high for _, high in totals)
        (left_low, left_high), (right_low, right_high) = totals
        left = words[0] if left_high >= right_low else frozenset()
        right = words[1] if right_high > left_low else frozenset()
        for word in sorted(left | right):
            match word:
                case "supported" | "provisional":
                    fits = high >= self.weights.provisional
                case "uncertain":
                    fits = low < self.weights.provisional and high > self.weights.unlikely
                case _:
                    fits = low <= self.weights.unlikely
            if fits:
                yield word


def _sum(ranges: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    return [_plus(one, other) for one, other in zip(ranges, others, strict=True)]


def _plus(one: Range, other: Range) -> Range:
    return one[0] + other[0], one[1] + other[1]


def _of_person(target: str, reaches: Iterable[tuple[_Item, Reach]]) -> Range:
    """What one item gives the person as a whole: asked on both sides it counts once, where it is higher."""
    whole: Range = (0, 0)
    sides: dict[str, tuple[Range, bool]] = {}
    for item, reach in reaches:
        can, must = reach.told[target]
        if item.side is None:
            whole = _plus(whole, reach.person[target])
        elif can:
            points, told = sides.get(item.side, ((0, 0), False))
            sides[item.side] = (_plus(points, reach.person[target]), told or must)
    surely = [points for points, told in sides.values() if told]
    perhaps = [points for points, told in sides.values() if not told]
    if not surely:
        # A side that says nothing does not count as nothing: the other one alone does.
        low = min([0, *(low for low, _ in perhaps)])
        return _plus(whole, (low, max([0, *(high for _, high in perhaps)])))
    return _plus(whole, (max(low for low, _ in surely), max(high for _, high in (*surely, *perhaps))))
