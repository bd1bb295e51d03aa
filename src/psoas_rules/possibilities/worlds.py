"""Facts of which only some is known, and what conditions can amount to for them.

A fact is known, unknown for good, or still to be found out: an `Open` one may turn out as anything, a number of a
`Span` lies between two others, and a choice of `Words` is one of them. A condition then may hold, may fail, or both.
Facts are taken one by one, as if each answer could go with every other. So what is said to be certain is certain, and
what is said to be possible need not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

import attrs

from psoas_rules.conditions import All, Any, Condition, Not, Test, Value, compare

FAILS: Final = 1
HOLDS: Final = 2
EITHER: Final = FAILS | HOLDS
"""What a condition can amount to, as two bits: it can fail, it can hold."""


@attrs.frozen
class Open:
    """A fact of which nothing is known yet: it may become any value, or stay unknown."""


@attrs.frozen
class Span:
    """A number from `low` to `high`."""

    low: float
    high: float


@attrs.frozen
class Words:
    """One of these options."""

    options: frozenset[str]


OPEN: Final = Open()

World: TypeAlias = Mapping[str, Value | Open | Span | Words]
"""What is known, or still possible, of facts. What is not in it is unknown for good."""

Judge: TypeAlias = Callable[[World], int]
"""Tells what a condition can amount to."""


def judge(condition: Condition) -> Judge:
    """The judge of a condition."""
    return _judge(condition, negated=False)


def _judge(condition: Condition, *, negated: bool) -> Judge:
    match condition:
        case Not(part):
            return _judge(part, negated=not negated)
        case All(parts) | Any(parts):
            judges = tuple(_judge(part, negated=negated) for part in parts)
            if len(judges) == 1:
                return judges[0]
            return _every(judges) if isinstance(condition, All) is not negated else _some(judges)
        case Test():
            return _test(condition, negated=negated)


def _every(judges: tuple[Judge, ...]) -> Judge:
    def every(world: World) -> int:
        found = HOLDS
        for one in judges:
            part = one(world)
            if part == FAILS:
                return FAILS
            found |= part
        return found

    return every


def _some(judges: tuple[Judge, ...]) -> Judge:
    def some(world: World) -> int:
        found = FAILS
        for one in judges:
            part = one(world)
            if part == HOLDS:
                return HOLDS
            found |= part
        return found

    return some


def _test(test: Test, *, negated: bool) -> Judge:
    fact = test.fact
    yes, no = (FAILS, HOLDS) if negated else (HOLDS, FAILS)
    # What not knowing amounts to, for the test and for its opposite alike.
    unknown = no if test.op == "answered" else HOLDS if test.when_unknown else FAILS

    def read(world: World) -> int:
        known = world.get(fact)
        if known is None:
            return unknown
        if isinstance(known, Open):
            return EITHER
        if test.op == "answered":
            return yes
        if isinstance(known, Span | Words):
            return sum({yes if passed else no for passed in _of_several(test, known)})
        return yes if compare(test, known) else no

    return read


def _of_several(test: Test, known: Span | Words) -> set[bool]:
    """Whether the test passes, for all that a value can be."""
    if isinstance(known, Words):
        return {compare(test, option) for option in known.options}
    passed = {compare(test, known.low), compare(test, known.high)}
    if test.op == "is" and known.low != known.high:
        inside = isinstance(test.value, int | float) and known.low <= test.value <= known.high
        return {False, True} if inside else {False}
    return passed


def undecided(condition: Condition, world: World) -> Iterator[str]:
    """The facts still to be found out that can decide a condition which may hold and may fail."""
    yield from _undecided(condition, world, negated=False)


def _undecided(condition: Condition, world: World, *, negated: bool) -> Iterator[str]:
    if _judge(condition, negated=negated)(world) != EITHER:
        return
    match condition:
        case Not(part):
            yield from _undecided(part, world, negated=not negated)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _undecided(part, world, negated=negated)
        case Test(fact):
            yield fact
