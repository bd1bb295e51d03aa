"""What is shown of doses, by columns: the parts of a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from psoas_rules.outcomes import Dose
from psoas_rules.pack import PHASES, SIDES, Phase

Parts: TypeAlias = tuple[
    NDArray[np.int8],
    NDArray[np.int16],
    NDArray[np.int16],
    NDArray[np.float32],
    NDArray[np.int8],
    NDArray[np.int16],
    NDArray[np.float32],
]
"""Phase, sets, repetitions, seconds of a hold, side, sets more on it, and time in seconds. What there is not is below
zero."""


def parts_of(doses: Iterable[tuple[Phase, Dose]]) -> Parts:
    """The parts of some doses, each given with the phase of its exercise."""
    every = tuple(doses)

    def numbers(given: Iterable[float | None], kind: Any) -> NDArray[Any]:
        return np.array([-1 if one is None else one for one in given], dtype=kind)

    return (
        numbers((PHASES.index(phase) for phase, _ in every), np.int8),
        numbers((dose.sets for _, dose in every), np.int16),
        numbers((dose.reps for _, dose in every), np.int16),
        numbers((dose.hold_s for _, dose in every), np.float32),
        numbers((None if dose.first_side is None else SIDES.index(dose.first_side) for _, dose in every), np.int8),
        numbers((dose.extra_sets for _, dose in every), np.int16),
        numbers((dose.seconds for _, dose in every), np.float32),
    )


def to_arrow(parts: Sequence[NDArray[Any]]) -> tuple[pa.Array, ...]:
    """Parts as columns of Arrow."""
    phase, sets, reps, hold_s, side, extra_sets, seconds = parts
    return (
        words(phase, PHASES),
        pa.array(sets),
        _numbers(reps),
        _numbers(hold_s),
        words(side, SIDES),
        pa.array(extra_sets),
        pa.array(seconds),
    )


def words(codes: NDArray[Any], texts: Sequence[str]) -> pa.DictionaryArray:
    """Texts by their place among some texts; below zero there is none."""
    return pa.DictionaryArray.from_arrays(_numbers(codes), pa.array(texts), safe=False)


def _numbers(values: NDArray[Any]) -> pa.Array:
    """Numbers; below zero there is none."""
    missing = values < 0
    return pa.array(values, mask=missing if missing.any() else None)
