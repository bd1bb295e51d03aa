"""What two conditions have in common, decided by trying every case that they could tell apart.

A test reads one fact, so the thresholds of two conditions cut each fact into a few cells. One value for each cell, and
"nobody knows", are all there is to try.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import Final, Literal, TypeAlias

from psoas_rules.conditions import Condition, Value, alternatives, facts_read, holds, tests
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon

MOST_CASES: Final = 60_000
"""So many combinations of cells are tried; conditions with more are compared as they are written."""

_FAR: Final = 1_000
_STEP: Final = 0.001
"""Numbers are read to a thousandth of their unit."""

Relation: TypeAlias = Literal["same", "wider", "narrower", "other", "unknown"]
"""How a new condition relates to an old one: it holds for the same people, for more, for fewer, for others."""

Facts: TypeAlias = Mapping[str, Value]


def relation(old: Condition, new: Condition, *lexicons: Lexicon) -> Relation:
    """How a new condition relates to an old one.

    Args:
        old: The condition before.
        new: The condition after.
        lexicons: What the facts may be; a case counts when it is possible in one of them.

    Returns:
        The relation; `unknown` when there are too many cases to try and the two are not written alike.
    """
    if old == new:
        return "same"
    cases = cases_of((old, new), *lexicons)
    if cases is None:
        return "same" if _written_alike(old, new) else "unknown"
    gained = lost = False
    for facts in cases:
        before, after = holds(old, facts), holds(new, facts)
        gained, lost = gained or (after and not before), lost or (before and not after)
        if gained and lost:
            return "other"
    if gained:
        return "wider"
    return "narrower" if lost else "same"


def telling_apart(old: Condition, new: Condition, *lexicons: Lexicon) -> Iterator[dict[str, Value]]:
    """Answers for which exactly one of two conditions holds, those with the fewest answers first.

    There are none when there are too many cases to try.
    """
    cases = cases_of((old, new), *lexicons)
    found = (facts for facts in cases or () if holds(old, facts) is not holds(new, facts))
    yield from sorted(found, key=_size)


def fulfilling(condition: Condition, *lexicons: Lexicon) -> Iterator[dict[str, Value]]:
    """Answers for which a condition holds, those with the fewest answers first."""
    cases = cases_of((condition,), *lexicons)
    yield from sorted((facts for facts in cases or () if holds(condition, facts)), key=_size)


def _size(facts: Facts) -> tuple[int, int]:
    """How much there is to say: how many answers, and how many of them are not simply no."""
    return len(facts), sum(1 for value in facts.values() if value is not False)


def cases_of(conditions: Iterable[Condition], *lexicons: Lexicon) -> Iterator[dict[str, Value]] | None:
    """Every case that these conditions could tell apart; None when there are too many."""
    conditions = tuple(conditions)
    facts = tuple(dict.fromkeys(fact for condition in conditions for fact in facts_read(condition)))
    tested: dict[str, list[Value]] = {fact: [] for fact in facts}
    for condition in conditions:
        for test in tests(condition):
            if test.op != "answered":
                tested[test.fact].append(test.value)
    choices = [(None, *_values(fact, tested[fact], lexicons)) for fact in facts]
    if math.prod(len(values) for values in choices) > MOST_CASES:
        return None
    return (
        {fact: value for fact, value in zip(facts, case, strict=True) if value is not None}
        for case in product(*choices)
    )


def _values(fact: str, tested: Iterable[Value], lexicons: Iterable[Lexicon]) -> tuple[Value, ...]:
    """One value for each cell of a fact."""
    found: dict[tuple[str, Value], Value] = {}
    for spec in _specs(fact, lexicons):
        for value in values_of(spec, tested):
            found[(type(value).__name__, value)] = value
    return tuple(found.values())


def _specs(fact: str, lexicons: Iterable[Lexicon]) -> Iterator[FactSpec]:
    for lexicon in lexicons:
        try:
            yield lexicon.spec(fact)
        except KeyError:
            continue


def values_of(spec: FactSpec, tested: Iterable[Value]) -> tuple[Value, ...]:
    """One value for each cell that the tested values cut a fact into, the plain ones first."""
    if spec.answer in ("yes_no", "many", "names"):
        return (True, False)
    if spec.answer == "choice":
        return tuple(spec.options)
    thresholds = sorted({value for value in tested if isinstance(value, int | float) and not isinstance(value, bool)})
    low = -_FAR if spec.minimum is None else spec.minimum
    high = _FAR if spec.maximum is None else spec.maximum
    whole = spec.answer in ("scale", "whole_number")
    points = [point for point in thresholds if not whole or point == int(point)]
    edges = [low - 1, *thresholds, high + 1]
    for below, above in pairwise(edges):
        inside = _between(max(below, low - _STEP), min(above, high + _STEP), whole=whole)
        points += [] if inside is None else [inside]
    return tuple(point for point in sorted(set(points)) if low <= point <= high)


def _between(below: float, above: float, *, whole: bool) -> float | None:
    """A number strictly between two others: a whole one next to the lower where there is one."""
    number = math.floor(below) + 1
    if number < above:
        return number
    middle = round((below + above) / 2, 3)
    return None if whole or not below < middle < above else middle


def _written_alike(old: Condition, new: Condition) -> bool:
    """Whether two conditions have the same alternatives, in whatever order; a reading that is never wrong with yes."""
    try:
        one, other = ({frozenset(one) for one in alternatives(condition, 4_096)} for condition in (old, new))
    except ValueError:
        return False
    return one == other
