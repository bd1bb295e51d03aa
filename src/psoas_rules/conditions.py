"""The condition tree: the small closed language in which every rule says when it fires.

A condition is `All`, `Any`, `Not`, or a `Test` on one fact. Nothing else exists, so every reader (the engines, the
explainer, a prover) can be complete. What a condition means is `holds`: forty lines that are the specification.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from typing import Literal, TypeAlias

import attrs

Value: TypeAlias = bool | int | float | str
"""What a fact can be: yes or no, a number in its unit, or one of a list of options."""

Op: TypeAlias = Literal["is", "at_least", "at_most", "above", "below", "answered"]


def _tuple(parts: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(parts)


@attrs.frozen
class Test:
    """One fact compared with one value.

    Attributes:
        fact: Name of the fact, such as `sign.low_back_pain_stiffness` or `measure.modified_thomas_angle.left`.
        op: The comparison. `answered` asks only whether the fact is known.
        value: What it is compared with; True for `answered`.
        when_unknown: What the test, or its negation, amounts to while nobody has answered. True for follow-up
            questions of a condition: there, not knowing is treated like the dangerous answer.
    """

    fact: str
    op: Op
    value: Value = True
    when_unknown: bool = False


@attrs.frozen
class All:
    """Holds when every part holds; with no parts it always holds."""

    parts: tuple[Condition, ...] = attrs.field(converter=_tuple)


@attrs.frozen
class Any:
    """Holds when at least one part holds; with no parts it never holds."""

    parts: tuple[Condition, ...] = attrs.field(converter=_tuple)


@attrs.frozen
class Not:
    """Holds when its part is known not to hold."""

    part: Condition


Condition: TypeAlias = Test | All | Any | Not

ALWAYS = All(())


def holds(condition: Condition, facts: Mapping[str, Value]) -> bool:
    """Whether the condition holds for these facts: the specification that every engine must agree with.

    A fact that is missing is unknown. An unknown fact satisfies neither a test nor its opposite, unless the test
    says otherwise (`when_unknown`). `answered` is the one test that unknown facts answer plainly.
    """
    return _holds(condition, facts, negated=False)


def _holds(condition: Condition, facts: Mapping[str, Value], *, negated: bool) -> bool:
    match condition:
        case Not(part):
            return _holds(part, facts, negated=not negated)
        case All(parts):
            decide = any if negated else all
            return decide(_holds(part, facts, negated=negated) for part in parts)
        case Any(parts):
            decide = all if negated else any
            return decide(_holds(part, facts, negated=negated) for part in parts)
        case Test(fact, "answered"):
            return (fact in facts) is not negated
        case Test(fact) if fact not in facts:
            return condition.when_unknown
        case Test(fact):
            return compare(condition, facts[fact]) is not negated


def compare(test: Test, known: Value) -> bool:
    """Whether a known value passes the test. Yes/no and numbers never mix: True is not 1."""
    if isinstance(known, bool) != isinstance(test.value, bool) or isinstance(known, str) != isinstance(test.value, str):
        return False
    match test.op:
        case "is":
            return known == test.value
        case "at_least":
            return known >= test.value  # type: ignore[operator]
        case "at_most":
            return known <= test.value  # type: ignore[operator]
        case "above":
            return known > test.value  # type: ignore[operator]
        case "below":
            return known < test.value  # type: ignore[operator]
        case "answered":
            return True


def tests(condition: Condition) -> Iterator[Test]:
    """Every test in the condition, from left to right."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from tests(part)


def facts_read(condition: Condition) -> tuple[str, ...]:
    """Names of the facts that the condition looks at, each once, in the order they appear."""
    return tuple(dict.fromkeys(test.fact for test in tests(condition)))


SignedTest: TypeAlias = tuple[Test, bool]
"""A test, and whether it is negated."""


def alternatives(condition: Condition, limit: int = 64) -> tuple[tuple[SignedTest, ...], ...]:
    """The condition as a list of alternatives, each a conjunction of plain or negated tests.

    None of these tests is satisfied by silence: a test that is (`when_unknown`) becomes two alternatives, the plain
    test and "not answered".

    Raises:
        ValueError: if it would take more than `limit` alternatives.
    """
    return _alternatives(condition, negated=False, limit=limit)


def _alternatives(condition: Condition, *, negated: bool, limit: int) -> tuple[tuple[SignedTest, ...], ...]:
    match condition:
        case Test(fact, op, value, when_unknown=True) if op != "answered":
            return (((Test(fact, op, value), negated),), ((Test(fact, "answered"), True),))
        case Test():
            return (((condition, negated),),)
        case Not(part):
            return _alternatives(part, negated=not negated, limit=limit)
        case All(parts) | Any(parts):
            expanded = [_alternatives(part, negated=negated, limit=limit) for part in parts]
            merged: Iterable[tuple[SignedTest, ...]]
            if isinstance(condition, Any) is not negated:
                merged = chain.from_iterable(expanded)
            else:
                if math.prod(len(one) for one in expanded) > limit:
                    raise ValueError(f"the condition has more than {limit} alternatives")
                merged = (tuple(chain.from_iterable(choice)) for choice in product(*expanded))
            unique = tuple(dict.fromkeys(tuple(dict.fromkeys(alternative)) for alternative in merged))
            if len(unique) > limit:
                raise ValueError(f"the condition has more than {limit} alternatives")
            return unique
