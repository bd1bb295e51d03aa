"""How problems are told: with their place, in bounds, and only where a place exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from psoas_rules.loading import Reading
from psoas_rules.pack import (
    Item,
    Limit,
    Pack,
)
from psoas_rules.yaml_reader import Path

_MOST_ISSUES: Final = 500


def tell(reading: Reading, file: str, path: Path, code: str, message: str) -> None:
    """Notes a problem; after hundreds of them, only that there are more."""
    if len(reading.issues) < _MOST_ISSUES:
        reading.complain(file, path, code, message)
    elif len(reading.issues) == _MOST_ISSUES:
        reading.complain("pack.yaml", (), "more", "there are more problems; mend these first")


def placed(reading: Reading, pack: Pack) -> Pack:
    """The pack without exercises and rules whose file has another name: that is told, and nothing else has a place."""
    files = reading.documents
    return attrs.evolve(
        pack,
        exercises=tuple(exercise for exercise in pack.exercises if f"exercises/{exercise.id}.yaml" in files),
        rules=tuple(rule for rule in pack.rules if f"{rule.stage}/{rule.id}.yaml" in files),
    )


Range = tuple[str, float, float]
"""A field, and the least and the most that it may be."""

LIMIT_RANGES: Final[tuple[Range, ...]] = (
    ("level_max", 1, 3),
    ("effort_max", 0, 10),
    ("stretch_max", 0, 10),
    ("sets_max", 1, 10),
    ("reps_max", 1, 100),
    ("hold_s_max", 1, 3600),
    ("days_max", 1, 7),
    ("sets_factor", 0.1, 1),
    ("hold_factor", 0.1, 1),
    ("rest_factor", 1, 5),
)
"""The caps and factors of a limit, each with the range in which it makes sense."""


def in_range(reading: Reading, file: str, path: Path, row: Any, ranges: Iterable[Range]) -> None:
    """Complains about every number of a row that is outside its range."""
    for name, low, high in ranges:
        value = getattr(row, name)
        if value is not None and not low <= value <= high:
            message = f"{name} is {value:g}; it must be from {low:g} to {high:g}"
            tell(reading, file, (*path, name), "out-of-range", message)


def not_below(reading: Reading, file: str, path: Path, row: Any, *, top: str, start: str) -> None:
    """Complains when one number of a row is below another that it must reach."""
    value, least = getattr(row, top), getattr(row, start)
    if value is not None and least is not None and value < least:
        message = f"{top} is {value:g}; it must be at least {least:g}, the value of {start}"
        tell(reading, file, (*path, top), "out-of-range", message)


def tables(pack: Pack) -> Iterator[tuple[str, str, Sequence[Any]]]:
    """Every table with ids: its file, its key and its rows."""
    yield "signs.yaml", "signs", pack.signs
    yield "measures.yaml", "measures", pack.measures
    yield "red_flags.yaml", "red_flags", pack.red_flags
    yield "conditions.yaml", "conditions", pack.conditions
    yield "screen.yaml", "screen", pack.screen
    yield "sources.yaml", "sources", pack.sources
    yield "explainers.yaml", "explainers", pack.explainers
    yield "slots.yaml", "slots", pack.sessions.slots


def limits_of(pack: Pack) -> Iterator[tuple[str, Path, tuple[Limit, ...]]]:
    """Every list of limits in the pack, with its place."""
    for i, row in enumerate(pack.conditions):
        yield "conditions.yaml", ("conditions", i, "limits"), row.limits
    for i, format_ in enumerate(pack.sessions.formats):
        yield "slots.yaml", ("formats", i, "limits"), format_.limits
    for profile, limits in pack.sessions.session_limits.items():
        yield "slots.yaml", ("session_limits", profile), limits
    for rule in pack.rules:
        yield f"{rule.stage}/{rule.id}.yaml", ("then", "limits"), rule.then.limits


def not_empty(reading: Reading, file: str, path: Path, entries: Sequence[str]) -> None:
    """Complains about an empty list."""
    if not entries:
        tell(reading, file, path, "empty", "the list is empty")


def asked_items(pack: Pack) -> tuple[tuple[str, str, tuple[Item, ...]], ...]:
    """Every list of items that people answer: its file, its key and its rows."""
    return (
        ("signs.yaml", "signs", pack.signs),
        ("measures.yaml", "measures", pack.measures),
        ("preferences.yaml", "person", pack.person),
        ("preferences.yaml", "preferences", pack.preferences),
    )
