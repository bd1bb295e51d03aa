"""Cells: the few values of a fact that a condition can tell apart.

A test compares one fact with one value, so the values in a condition cut each of its facts into cells. One value from
each cell stands for all of them. Where there are few combinations, all are looked at; that proves what can never be.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise, product
from typing import Final, TypeAlias

from psoas_rules.conditions import Condition, Test, Value, facts_read, tests
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon

MOST_COMBINATIONS: Final = 20_000
"""So many combinations of cells are looked at; with more, a question is not decided."""

Answers: TypeAlias = Mapping[str, Value | None]
"""A value for each fact; None for one that nobody has answered."""


def step_of(spec: FactSpec, threshold: float) -> float:
    """The smallest step that people write beside this threshold: 1, or the place of its last decimal.

    A third or two thirds, written with more decimals than anybody measures, moves by 1 as well.
    """
    if spec.answer == "number":
        for step in (1, 0.1, 0.01):
            if round(threshold / step, 6) == round(threshold / step):
                return step
    return 1


def cells(spec: FactSpec, compared: Iterable[Test], *, known: bool = False) -> tuple[Value | None, ...]:
    """One value of each cell of a fact, those at the thresholds first; None last, for nobody has answered.

    Args:
        spec: The fact.
        compared: The tests that read it.
        known: Whether the fact is always known where these tests stand.
    """
    unknown: tuple[None, ...] = () if known else (None,)
    if spec.answer in ("yes_no", "many", "names"):
        return (True, False, *unknown)
    if spec.answer == "choice":
        return (*spec.options, *unknown)
    thresholds = {
        test.value
        for test in compared
        if test.op != "answered" and isinstance(test.value, int | float) and not isinstance(test.value, bool)
    }
    return (*_numbers(spec, sorted(thresholds)), *unknown)


def _numbers(spec: FactSpec, thresholds: list[int | float]) -> tuple[int | float, ...]:
    low = -math.inf if spec.minimum is None else spec.minimum
    high = math.inf if spec.maximum is None else spec.maximum
    if not thresholds:
        bounds = [end for end in (low, high) if math.isfinite(end)]
        return (math.floor(sum(bounds) / len(bounds)) if bounds else 0,)
    near = [_tidy(t + way * step_of(spec, t)) for t in thresholds for way in (0, -1, 1)]
    if spec.answer == "number":
        # Two thresholds may lie closer together than a step.
        near += [_tidy((a + b) / 2) for a, b in pairwise(thresholds) if not any(a < one < b for one in near)]
        near += [_tidy(end) for end in (low, high) if math.isfinite(end)]
    return tuple(dict.fromkeys(one for one in near if low <= one <= high))


def _tidy(number: float) -> int | float:
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def fact_cells(
    conditions: Iterable[Condition], lexicon: Lexicon, known: Collection[str] = ()
) -> dict[str, tuple[Value | None, ...]]:
    """The cells of every fact that the conditions read.

    Args:
        conditions: The conditions.
        lexicon: The facts of the pack.
        known: Names of facts that are always known.
    """
    conditions = tuple(conditions)
    read: dict[str, list[Test]] = {fact: [] for condition in conditions for fact in facts_read(condition)}
    for condition in conditions:
        for test in tests(condition):
            read[test.fact].append(test)
    return {fact: cells(lexicon.spec(fact), those, known=fact in known) for fact, those in read.items()}


def combinations(of: Mapping[str, tuple[Value | None, ...]]) -> Iterator[dict[str, Value]] | None:
    """The facts of every combination of cells, or None when there are too many to look at."""
    if math.prod(len(values) for values in of.values()) > MOST_COMBINATIONS:
        return None
    return (known_facts(dict(zip(of, choice, strict=True))) for choice in product(*of.values()))


def known_facts(answers: Answers) -> dict[str, Value]:
    """Facts without those that nobody has answered."""
    return {fact: value for fact, value in answers.items() if value is not None}
