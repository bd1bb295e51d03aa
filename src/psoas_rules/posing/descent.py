"""Damped least squares with bounds, after Levenberg and Marquardt.

Most of what a posture must fulfil is bent sharply: a floor that pushes only from below, joints that stop. The
bounded methods of scipy start inside the bounds and keep away from them; from the wishes of real pose files they ended
in worse postures for about one in four, and took three times as long. So this is the plain method: step, stay within
the bounds, and leave values out of a step that would push them further against a bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.posing.skeleton import Floats

T = TypeVar("T")
Truths: TypeAlias = NDArray[np.bool_]

_MOST_STEPS: Final = 60
_MOST_TRIES: Final = 20
_FIRST_DAMPING: Final = 1e-2
_LEAST_DAMPING: Final = 1e-7
_QUICKER: Final = 4.0
_SETTLED: Final = 1e-7
"""A step that makes the sum of squares smaller by less than this is the last one."""


@attrs.frozen(kw_only=True, eq=False)
class Demand(Generic[T]):
    """What is to be made small.

    Attributes:
        state: What belongs to some values, worked out once for both of the others.
        misses: The numbers that are to be nought.
        rates: How fast each of them changes with each value.
    """

    state: Callable[[Floats], T]
    misses: Callable[[Floats, T], Floats]
    rates: Callable[[T], Floats]


def descend(demand: Demand[T], begin: Floats, low: Floats, high: Floats) -> Floats:
    """The values near to the first guess for which the sum of the squared misses is smallest.

    Args:
        demand: What is to be made small.
        begin: The first guess.
        low: The least of every value.
        high: The most of every value.
    """
    values: Floats = np.clip(begin, low, high)
    state = demand.state(values)
    misses = demand.misses(values, state)
    damping = _FIRST_DAMPING
    for _ in range(_MOST_STEPS):
        rates = demand.rates(state)
        curve, slope = rates.T @ rates, rates.T @ misses
        before = float(misses @ misses)
        for _ in range(_MOST_TRIES):
            step = _step(curve, slope, damping, at_low=values <= low, at_high=values >= high)
            tried: Floats = np.clip(values + step, low, high)
            there = demand.state(tried)
            missed = demand.misses(tried, there)
            if missed @ missed < before:
                values, state, misses = tried, there, missed
                damping = max(damping / _QUICKER, _LEAST_DAMPING)
                break
            damping *= _QUICKER
        if before - float(misses @ misses) < _SETTLED:
            break
    return values


def _step(curve: Floats, slope: Floats, damping: float, *, at_low: Truths, at_high: Truths) -> Floats:
    """The damped step; values that it would push further against a bound are left out of it."""
    matrix = curve + damping * np.diag(np.diag(curve) + 1e-6)
    # First those that are pushed by their own slope, then those that are pushed because others move.
    step = _within(matrix, slope, ~((at_low & (slope > 0)) | (at_high & (slope < 0))))
    pushed = (at_low & (step < 0)) | (at_high & (step > 0))
    return _within(matrix, slope, (step != 0) & ~pushed) if pushed.any() else step


def _within(matrix: Floats, slope: Floats, free: Truths) -> Floats:
    """The step of the free values; all others stay."""
    step: Floats = np.zeros(len(slope))
    step[free] = np.linalg.solve(matrix[np.ix_(free, free)], -slope[free])
    return step
