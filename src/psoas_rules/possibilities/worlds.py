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

State: TypeAlias = Callable[[World], int]
"""Tells what a condition can amount to."""


@attrs.frozen(eq=False)
class Judge:
    """A condition, ready to be judged.

    Attributes:
        state: Tells what it can amount to.
        parts: The judges of its parts.
        fact: For a test, the fact that it reads.
    """

    state: State
    parts: tuple[Judge, ...] = ()
    fact: str | None = None

    @classmethod
    def of(cls, condition: Condition) -> Judge:
        """The judge of a condition."""
        return cls._of(condition, negated=False)

    @classmethod
    def _of(cls, condition: Condition, *, negated: bool) -> Judge:
        match condition:
            case Not(part):
                return cls._of(part, negated=not negated)
            case All(parts) | Any(parts):
                judges = tuple(cls._of(part, negated=negated) for part in parts)
                together = _every if isinstance(condition, All) is not negated else _some
                return judges[0] if len(judges) == 1 else cls(together(tuple(one.state for one in judges)), judges)
            case Test(fact):
                return cls(_test(condition, negated=negated), (), fact)

    def undecided(self, world: World) -> Iterator[str]:
        """The facts still to be found out that decide whether it holds, where it may hold and may fail."""
        if self.state(world) == EITHER:
            if self.fact is not None:
                yield self.fact
            for part in self.parts:
                yield from part.undecided(world)


def _every(states: tuple[State, ...]) -> State:
    def every(world: World) -> int:
        found = HOLDS
        for one in states:
            part = one(world)
            if part == FAILS:
                return FAILS
            found |= part
        return found

    return every


def _some(states: tuple[State, ...]) -> State:
    def some(world: World) -> int:
        found = FAILS
        for one in states:
            part = one(world)
            if part == HOLDS:
                return HOLDS
            found |= part
        return found

    return some


def _test(test: Test, *, negated: bool) -> State:
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
