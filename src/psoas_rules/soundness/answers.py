"""Every question can be answered, and every answer has a name of its own."""

from __future__ import annotations

from collections.abc import Sequence

from psoas_rules.hints import nearest, show
from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    Item,
    Part,
)
from psoas_rules.soundness.telling import asked_items, not_below, tell
from psoas_rules.yaml_reader import Path


def check_answers(reading: Reading, book: Rulebook) -> None:
    """Every question can be answered, and every answer has a name of its own."""
    pack = book.pack
    for file, key, items in asked_items(pack):
        seen: dict[str, str] = {}
        for i, item in enumerate(items):
            path: Path = (key, i)
            if item.answer is not None:
                _own_name(reading, file, (*path, "id"), item.id, seen)
                _answerable(reading, file, path, item)
            for part_key, part in item.parts.items():
                _own_name(reading, file, (*path, "parts", part_key), item.id, seen)
                _answerable(reading, file, (*path, "parts", part_key), part)
            for derived in item.derived:
                _own_name(reading, file, (*path, "derived", derived), item.id, seen)
        _check_derived(reading, file, key, items)
    details: dict[str, str] = {}
    for i, row in enumerate(pack.conditions):
        for detail, part in row.details.items():
            here: Path = ("conditions", i, "details", detail)
            _own_name(reading, "conditions.yaml", here, row.id, details)
            _answerable(reading, "conditions.yaml", here, part)


def _own_name(reading: Reading, file: str, path: Path, row: str, seen: dict[str, str]) -> None:
    """Complains when the key at this path names an answer already; two rows of one id are told by `check_names`."""
    name = row if path[-1] == "id" else str(path[-1])
    if name in seen and (path[-1] != "id" or seen[name] != row):
        message = f"{show(name)} names an answer already, in the row '{seen[name]}'; two answers need two names"
        tell(reading, file, path, "duplicate-id", message)
    seen.setdefault(name, row)


def _answerable(reading: Reading, file: str, path: Path, asked: Item | Part) -> None:
    """An answer's type comes with what it needs."""
    if not asked.ask:
        tell(reading, file, path, "missing-key", "'ask' is missing: what is asked?")
    if asked.answer == "choice" and not asked.options:
        tell(reading, file, path, "missing-key", "'options' is missing: a choice needs them")
    if asked.answer == "scale" and (asked.min is None or asked.max is None):
        tell(reading, file, path, "missing-key", "'min' and 'max' are needed: a scale has two ends")
    not_below(reading, file, path, asked, top="max", start="min")


def _check_derived(reading: Reading, file: str, key: str, items: Sequence[Item]) -> None:
    asked: list[tuple[str, Item | Part, bool]] = []
    for item in items:
        asked += [(item.id, item, item.sides), *((name, part, item.sides) for name, part in item.parts.items())]
    numbers = ("scale", "number", "whole_number")
    measured = {name: one.answer in numbers and sides for name, one, sides in asked}
    for i, item in enumerate(items):
        for name, derive in item.derived.items():
            path = (key, i, "derived", name, "of")
            if derive.of not in measured:
                near = nearest(derive.of, measured)
                tell(reading, file, path, "unknown-name", f"unknown measure {show(derive.of)}{near}")
            elif not measured[derive.of]:
                message = f"'{derive.of}' is not a number with sides, so nothing can be worked out from it"
                tell(reading, file, path, "bad-value", message)
