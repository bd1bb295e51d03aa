"""What a condition can be at all: exact answers, because every test reads one fact with known bounds.

The thresholds that a condition mentions cut each fact into a few cells, and one value of each cell stands for all of
it. So a handful of values decides whether any answer satisfies a list of tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from psoas_rules.conditions import All, Any, Condition, Not, SignedTest, Test, Value, alternatives, compare
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon

_MOST_ALTERNATIVES: Final = 1_000
_WHOLE: Final = ("scale", "whole_number")
_STEP: Final = 0.001
"""Numbers are read to a thousandth; see `lexicon`."""


def can_hold(condition: Condition, lexicon: Lexicon) -> bool:
    """Whether some answers satisfy the condition; yes where it is too large to be looked through."""
    try:
        return any(_can_hold(one, lexicon) for one in alternatives(condition, _MOST_ALTERNATIVES))
    except ValueError:
        return True


def _can_hold(tests: Iterable[SignedTest], lexicon: Lexicon) -> bool:
    by_fact: dict[str, list[SignedTest]] = {}
    for test, negated in tests:
        by_fact.setdefault(test.fact, []).append((test, negated))
    return all(_fact_can(signed, lexicon.spec(fact)) for fact, signed in by_fact.items())


def _fact_can(signed: list[SignedTest], spec: FactSpec) -> bool:
    """Whether one fact can satisfy these tests: as unknown, or with some value."""
    if all(test.op == "answered" and negated for test, negated in signed):
        return True
    if any(test.op == "answered" and negated for test, negated in signed):
        return False
    compared = [(test, negated) for test, negated in signed if test.op != "answered"]
    values = representatives(spec, [test for test, _ in compared])
    return any(all(compare(test, value) is not negated for test, negated in compared) for value in values)


def representatives(spec: FactSpec, tests: Iterable[Test]) -> tuple[Value, ...]:
    """Values of a fact, at least one from each cell into which these tests cut it."""
    if spec.answer == "choice":
        return tuple(spec.options)
    if spec.answer not in (*_WHOLE, "number"):
        return (True, False)
    step = 1 if spec.answer in _WHOLE else _STEP
    cuts = [test.value for test in tests if isinstance(test.value, int | float) and not isinstance(test.value, bool)]
    ends = [end for end in (spec.minimum, spec.maximum) if end is not None]
    around = [near for cut in cuts for near in (cut - step, cut, cut + step)]
    low = spec.minimum if spec.minimum is not None else min([*around, *ends, 0])
    high = spec.maximum if spec.maximum is not None else max([*around, *ends, 0])
    inside = {round(value, 3) for value in (*around, *ends) if low <= value <= high}
    return tuple(sorted(inside)) or (low,)


def failing(condition: Condition, *, negated: bool = False) -> Condition:
    """The condition under which this one does not hold: it is known not to, or nobody knows."""
    match condition:
        case Not(part):
            return failing(part, negated=not negated)
        case All(parts) | Any(parts):
            kind = Any if isinstance(condition, All) is not negated else All
            return kind([failing(part, negated=negated) for part in parts])
        case Test(_, "answered"):
            return condition if negated else Not(condition)
        case Test(fact, op, value, when_unknown):
            known = Test(fact, op, value)
            opposite: Condition = known if negated else Not(known)
            return opposite if when_unknown else Any((opposite, Not(Test(fact, "answered"))))


def implies(first: Condition, second: Condition, lexicon: Lexicon) -> bool:
    """Whether the second condition holds for all answers for which the first does."""
    return not can_hold(All((first, failing(second))), lexicon)


def values_in_words(spec: FactSpec) -> str:
    """What a fact can be, for a message."""
    if spec.answer == "choice":
        return " or ".join(spec.options)
    if spec.answer in (*_WHOLE, "number"):
        match spec.minimum, spec.maximum:
            case None, None:
                return "any number"
            case low, None:
                return f"{low:g} or more"
            case None, high:
                return f"{high:g} or less"
            case low, high:
                return f"{low:g} to {high:g}"
    return "yes or no"
