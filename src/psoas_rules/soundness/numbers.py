"""Ages, levels, doses, limits and constants are numbers that can be meant."""

from __future__ import annotations

from typing import Final

from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    Exercise,
)
from psoas_rules.soundness.telling import Range, in_range, not_below, placed, tell
from psoas_rules.yaml_reader import Path

CONSTANTS: Final = {
    "prior_points": (-10, 10),
    "reported_cap": (0, 10),
    "supported_from": (-10, 10),
    "provisional_from": (-10, 10),
    "unlikely_up_to": (-10, 10),
    "enough_reported_items": (0, 100),
    "contradiction_from": (0, 10),
    "shortest_hold_s": (0, 600),
    "setup_s": (0, 600),
    "default_minutes": (1, 240),
    "longest_minutes": (1, 240),
    "extra_sets_on_one_side": (0, 5),
}
"""The constants that the code reads, each with the range in which it makes sense."""


DOSE_RANGES: Final[tuple[Range, ...]] = (
    ("sets", 1, 10),
    ("reps", 1, 100),
    ("reps_top", 1, 100),
    ("hold_s", 1, 3600),
    ("hold_top_s", 1, 3600),
    ("move_s", 0, 3600),
    ("rest_s", 0, 600),
    ("relax_s", 0, 600),
    ("effort", 0, 10),
    ("stretch", 0, 10),
    ("days_min", 1, 7),
    ("days_max", 1, 7),
)
"""The numbers of a dose, each with the range in which it makes sense."""

CEILING_RANGES: Final[tuple[Range, ...]] = (("sets", 1, 10), ("reps", 1, 100), ("hold_s", 1, 3600))
AGE_RANGES: Final[tuple[Range, ...]] = (("from_age", 0, 120), ("below_age", 0, 120))


def check_numbers(reading: Reading, book: Rulebook) -> None:
    """Ages, levels, doses and constants are numbers that can be meant."""
    pack = placed(reading, book.pack)
    for i, row in enumerate(pack.conditions):
        path: Path = ("conditions", i)
        in_range(reading, "conditions.yaml", path, row, AGE_RANGES)
        not_below(reading, "conditions.yaml", path, row, top="below_age", start="from_age")
    for exercise in pack.exercises:
        _check_dose(reading, exercise)
    for i, format_ in enumerate(pack.sessions.formats):
        in_range(reading, "slots.yaml", ("formats", i), format_, (("up_to_minutes", 1, 240),))
    in_range(reading, "pack.yaml", (), pack.info, (("next_check_weeks", 1, 52),))
    for name, constant in pack.info.constants.items():
        low, high = CONSTANTS.get(name, (constant.value, constant.value))
        in_range(reading, "pack.yaml", ("constants", name), constant, (("value", low, high),))


def _check_dose(reading: Reading, exercise: Exercise) -> None:
    file = f"exercises/{exercise.id}.yaml"
    dose = exercise.dose
    in_range(reading, file, (), exercise, (("level", 1, 3),))
    in_range(reading, file, ("dose",), dose, DOSE_RANGES)
    for top, start in (("reps_top", "reps"), ("hold_top_s", "hold_s"), ("days_max", "days_min")):
        not_below(reading, file, ("dose",), dose, top=top, start=start)
    if dose.hold_top_s is not None and dose.hold_s is None:
        tell(reading, file, ("dose", "hold_top_s"), "missing-key", "'hold_s' is missing: where does the hold start?")
    ceiling = dose.ceiling
    if ceiling is None:
        return
    path = ("dose", "ceiling")
    in_range(reading, file, path, ceiling, CEILING_RANGES)
    starts = {"sets": dose.sets, "reps": dose.reps_top, "hold_s": dose.hold_top_s or dose.hold_s}
    for name, first in starts.items():
        most = getattr(ceiling, name)
        if most is not None and first is not None and most < first:
            message = f"the ceiling for {name} is {most:g}, below the dose of {first:g}"
            tell(reading, file, (*path, name), "out-of-range", message)
