"""What is shown of doses, by columns: the parts of a step, looked up together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from psoas_rules.outcomes import Dose
from psoas_rules.pack import PHASES, SIDES, Phase

_RECORD: Final = np.dtype(
    [
        ("hold_s", np.float32),
        ("seconds", np.float32),
        ("sets", np.int16),
        ("reps", np.int16),
        ("extra_sets", np.int16),
        ("phase", np.int8),
        ("side", np.int8),
    ]
)
_WHOLE: Final = np.dtype(np.complex128)
"""Something as long as a record, so that all parts are copied in one go."""

assert _RECORD.itemsize == _WHOLE.itemsize


class ShownDoses:
    """The parts of steps.

    Args:
        doses: Every dose that there can be, with the phase of its exercise.
    """

    def __init__(self, doses: Iterable[tuple[Phase, Dose]]) -> None:
        # What there is not is below zero.
        rows = [
            (
                -1.0 if dose.hold_s is None else dose.hold_s,
                dose.seconds,
                dose.sets,
                -1 if dose.reps is None else dose.reps,
                dose.extra_sets,
                PHASES.index(phase),
                -1 if dose.first_side is None else SIDES.index(dose.first_side),
            )
            for phase, dose in doses
        ]
        self._table = np.array(rows, dtype=_RECORD).view(_WHOLE)

    def take(self, places: NDArray[np.int64]) -> tuple[pa.Array, ...]:
        """Phase, sets, repetitions, seconds of a hold, side, sets more on it, and time in seconds of some doses.

        Args:
            places: The places of the doses among all.
        """
        # A place outside of the table is not checked for here; each was made from the length of a table.
        rows = self._table.take(places, mode="clip").view(_RECORD)
        return (
            words(rows["phase"], PHASES),
            numbers(rows["sets"]),
            numbers(rows["reps"], some_missing=True),
            numbers(rows["hold_s"], some_missing=True),
            words(rows["side"], SIDES),
            numbers(rows["extra_sets"]),
            numbers(rows["seconds"]),
        )


def words(codes: NDArray[Any], texts: Sequence[str]) -> pa.DictionaryArray:
    """Texts by their place among some texts; below zero there is none."""
    return pa.DictionaryArray.from_arrays(numbers(codes, some_missing=True), pa.array(texts), safe=False)


def numbers(values: NDArray[Any], *, some_missing: bool = False) -> pa.Array:
    """Numbers as they are; below zero there is none where some may be missing."""
    values = np.ascontiguousarray(values)
    missing = values < 0 if some_missing else None
    return pa.array(values, mask=None if missing is None or not missing.any() else missing)
