"""What a fact can be, as formulas: yes or no, a number, one of several options, a share, something on a list.

Numbers are whole multiples of a smallest step, never floating point: the intake rounds to a thousandth, points are
whole hundredths. So a comparison means here exactly what it means in the library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

import attrs
import z3

from psoas_rules.conditions import All, Condition, Not, Test, Value
from psoas_rules.conditions import Any as AnyOf
from psoas_rules.errors import PsoasRulesError

THOUSANDTHS: Final = 1_000
_MOST_TIES: Final = 5_000
_LARGEST_SHARED: Final = 10**9

TRUE: Final = z3.BoolVal(True)
FALSE: Final = z3.BoolVal(False)


class EncodingError(PsoasRulesError):
    """Something in the pack cannot be put into formulas exactly, so nothing can be proved about it."""


def every(parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """All of them; true when there are none."""
    kept = [part for part in parts if not z3.is_true(part)]
    if any(z3.is_false(part) for part in kept):
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else z3.And(kept)


def some(parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """At least one of them; false when there are none."""
    kept = [part for part in parts if not z3.is_false(part)]
    if any(z3.is_true(part) for part in kept):
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else z3.Or(kept)


def no(part: z3.BoolRef) -> z3.BoolRef:
    """The opposite."""
    if z3.is_true(part):
        return FALSE
    if z3.is_false(part):
        return TRUE
    return z3.Not(part)


class Symbol(Protocol):
    """A fact: whether it is known, and which tests it passes when it is."""

    @property
    def known(self) -> z3.BoolRef:
        """Whether the fact is known."""
        ...

    def passes(self, test: Test) -> z3.BoolRef:
        """Whether the fact, being known, passes a test other than `answered`."""
        ...


@attrs.frozen(eq=False)
class YesNo:
    """Yes or no."""

    known: z3.BoolRef
    value: z3.BoolRef

    def passes(self, test: Test) -> z3.BoolRef:
        """Whether it is the answer that the test names."""
        if test.op != "is" or not isinstance(test.value, bool):
            return FALSE
        return self.value if test.value else no(self.value)

    def says(self, *, yes: bool) -> z3.BoolRef:
        """Whether it is known to be so."""
        return every((self.known, self.value if yes else no(self.value)))


@attrs.frozen(eq=False)
class Choice:
    """One of several options."""

    known: z3.BoolRef
    options: Mapping[str, z3.BoolRef]

    def passes(self, test: Test) -> z3.BoolRef:
        """Whether it is the option that the test names."""
        if test.op != "is" or not isinstance(test.value, str):
            return FALSE
        return self.options.get(test.value, FALSE)


@attrs.frozen(eq=False)
class Number:
    """A number: `value` steps of one `scale`th."""

    known: z3.BoolRef
    value: z3.ArithRef
    scale: int = 1

    def passes(self, test: Test) -> z3.BoolRef:
        """Whether the comparison holds."""
        if isinstance(test.value, bool | str):
            return FALSE
        return compared(test, self.scale, self.reaches)

    def reaches(self, steps: int) -> z3.BoolRef:
        """Whether it is so many steps or more."""
        return self.value >= steps


@attrs.frozen(eq=False)
class Share:
    """By how many percent of the larger one side lies below the other, rounded to a thousandth.

    Attributes:
        known: Whether both sides are known.
        this: The side that it is about, in steps.
        other: The other side, in steps.
        lowest, highest: What the sides can be, in steps.
        scale: Steps in one.
    """

    known: z3.BoolRef
    this: z3.ArithRef
    other: z3.ArithRef
    lowest: int
    highest: int
    scale: int

    def passes(self, test: Test) -> z3.BoolRef:
        """Whether the comparison holds."""
        if isinstance(test.value, bool | str):
            return FALSE
        return compared(test, THOUSANDTHS, self.reaches)

    def reaches(self, steps: int) -> z3.BoolRef:
        """Whether the percentage is so many thousandths or more.

        It is, when `100_000 * (other - this) / larger` lies above `steps - 1/2`. Just between two thousandths the
        rounding of floating point decides; there are few such pairs, and each is worked out as the library does it.
        """
        larger = _larger(self.this, self.other)
        above = 2 * 100 * THOUSANDTHS * (self.other - self.this)
        level = (2 * steps - 1) * larger
        ties = some(
            every((self.this == this, self.other == other))
            for this, other in _ties(steps, self.lowest, self.highest)
            if share_below(this / self.scale, other / self.scale) * THOUSANDTHS >= steps - 0.25
        )
        zero = TRUE if steps <= 0 else FALSE
        return z3.If(larger == 0, zero, some((above > level, ties)))


def share_below(this: float, other: float) -> float:
    """The percentage as the lexicon works it out."""
    larger = max(abs(this), abs(other))
    return round(100 * (other - this) / larger if larger else 0, 3)


def _larger(one: z3.ArithRef, other: z3.ArithRef) -> z3.ArithRef:
    one, other = (z3.If(number >= 0, number, -number) for number in (one, other))
    return z3.If(one >= other, one, other)


@lru_cache(maxsize=256)
def _ties(steps: int, lowest: int, highest: int) -> tuple[tuple[int, int], ...]:
    """The pairs of sides whose percentage lies just between this thousandth and the one below."""
    if max(abs(lowest), abs(highest)) > _LARGEST_SHARED:
        raise EncodingError("a percentage of numbers without bounds cannot be put into formulas exactly; give min, max")
    return tuple(sorted(set(_tying(2 * steps - 1, lowest, highest))))


def _tying(twice: int, lowest: int, highest: int) -> Iterator[tuple[int, int]]:
    whole = 2 * 100 * THOUSANDTHS
    every_nth = whole // math.gcd(whole, abs(twice))
    most = max(abs(lowest), abs(highest))
    if most // every_nth > _MOST_TIES:
        raise EncodingError(
            f"a percentage is compared with {twice / 2 / THOUSANDTHS:g}, where rounding is too delicate"
        )
    for larger in range(every_nth, most + 1, every_nth):
        gap = twice * larger // whole
        for this, other in (
            (larger, larger + gap),
            (-larger, gap - larger),
            (larger - gap, larger),
            (-larger - gap, -larger),
        ):
            if max(abs(this), abs(other)) == larger and lowest <= min(this, other) and max(this, other) <= highest:
                yield this, other


def compared(test: Test, scale: int, reaches: Callable[[int], z3.BoolRef]) -> z3.BoolRef:
    """A comparison of a number, told only whether it reaches so many steps."""
    bound = Fraction(str(test.value)) * scale
    low, high = math.floor(bound), math.ceil(bound)
    match test.op:
        case "at_least":
            return reaches(high)
        case "above":
            return reaches(low + 1)
        case "below":
            return no(reaches(high))
        case "at_most":
            return no(reaches(low + 1))
        case "is":
            return every((reaches(low), no(reaches(low + 1)))) if low == high else FALSE
        case "answered":
            return TRUE


Look: TypeAlias = Callable[[str], Symbol | None]
"""Gives the fact of a name; None for one that can never be known."""


def encode(condition: Condition, look: Look, *, negated: bool = False) -> z3.BoolRef:
    """Whether the condition holds, as `conditions.holds` says."""
    match condition:
        case Not(part):
            return encode(part, look, negated=not negated)
        case All(parts):
            return (some if negated else every)([encode(part, look, negated=negated) for part in parts])
        case AnyOf(parts):
            return (every if negated else some)([encode(part, look, negated=negated) for part in parts])
        case Test():
            return _encode_test(condition, look(condition.fact), negated=negated)


def _encode_test(test: Test, symbol: Symbol | None, *, negated: bool) -> z3.BoolRef:
    known = FALSE if symbol is None else symbol.known
    if test.op == "answered":
        return no(known) if negated else known
    if symbol is None:
        return TRUE if test.when_unknown else FALSE
    passed = symbol.passes(test)
    held = no(passed) if negated else passed
    return some((no(known), held)) if test.when_unknown else every((known, held))


def plain_value(steps: int, scale: int) -> Value:
    """So many steps as the library keeps them: a whole number as one."""
    return steps // scale if steps % scale == 0 else steps / scale
