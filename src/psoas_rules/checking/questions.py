"""Signs, measures and follow-up questions: bands without holes, units, options, and answers that something reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import attrs

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.rules import conditions_of
from psoas_rules.pack import Item, Part
from psoas_rules.soundness.telling import asked_items
from psoas_rules.yaml_reader import Path

_WHOLE: Final = ("scale", "whole_number")
_SPELLINGS: Final = {
    "s": "seconds",
    "sec": "seconds",
    "secs": "seconds",
    "second": "seconds",
    "min": "minutes",
    "mins": "minutes",
    "minute": "minutes",
    "h": "hours",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
    "degree": "degrees",
    "deg": "degrees",
    "centimetres": "cm",
    "centimeters": "cm",
    "centimetre": "cm",
    "millimetres": "mm",
    "kilograms": "kg",
}
"""Spellings of units that mean another spelling: two of them in one pack are read as two units."""


@attrs.frozen
class _Band:
    """The answers for which one row of evidence holds, as a span of numbers."""

    low: float
    high: float
    path: Path
    ends: tuple[str, ...]


def check_bands(examination: Examination) -> None:
    """The bands of a number meet: no answer falls between two of them, and none counts twice."""
    pack = examination.rules.pack
    for kind, file, items in (("sign", "signs.yaml", pack.signs), ("measure", "measures.yaml", pack.measures)):
        for i, item in enumerate(items):
            if item.answer not in (*_WHOLE, "number"):
                continue
            bands = sorted(_bands(kind, item, (f"{kind}s", i)), key=lambda band: (band.low, band.high))
            for lower, upper in pairwise(bands):
                _meet(examination, file, lower, upper, whole=item.answer in _WHOLE)


def _bands(kind: str, item: Item, path: Path) -> Iterator[_Band]:
    """Bands written as one plain test of the item's own number."""
    for j, evidence in enumerate(item.evidence):
        when = evidence.when
        if not isinstance(when, Mapping) or not set(when) <= {kind, "at_least", "at_most", "above", "below"}:
            continue
        if when.get(kind, item.id) != item.id:
            continue
        step = 1 if item.answer in _WHOLE else 0
        numbers = {key: given for key, given in when.items() if key != kind}
        if all(isinstance(given, int | float) for given in numbers.values()):
            low = numbers.get("at_least", numbers.get("above", float("-inf")) + step)
            high = numbers.get("at_most", numbers.get("below", float("inf")) - step)
            yield _Band(low, high, (*path, "evidence", j, "when"), tuple(numbers))


def _meet(examination: Examination, file: str, lower: _Band, upper: _Band, *, whole: bool) -> None:
    """Tells when two neighbouring bands overlap or leave a hole."""
    touching = upper.low == lower.high and not whole
    shared = touching and "at_least" in upper.ends and "at_most" in lower.ends
    if upper.low < lower.high or shared or (whole and upper.low == lower.high):
        message = f"{upper.low:g} is in the band before this one as well, so its points count twice"
        examination.tell(file, upper.path, "band-overlap", message)
    elif whole and upper.low > lower.high + 1:
        missing = f"{lower.high + 1:g}" if upper.low == lower.high + 2 else f"{lower.high + 1:g} to {upper.low - 1:g}"
        message = f"{missing} falls between this band and the one before it; move one of the two numbers"
        examination.tell(file, upper.path, "band-gap", message)
    elif not whole and (upper.low > lower.high or (touching and "above" in upper.ends and "below" in lower.ends)):
        between = f"{lower.high:g}" if upper.low == lower.high else f"between {lower.high:g} and {upper.low:g}"
        message = f"a number {'of ' if touching else ''}{between} is in no band; move one of the two ends"
        examination.tell(file, upper.path, "band-gap", message)


def check_questions(examination: Examination) -> None:
    """Numbers have units, choices have options, and self-tests say how they are done."""
    spelled: dict[str, str] = {}
    for file, path, asked in _asked(examination):
        if asked.answer == "number" and asked.unit is None:
            message = "this number has no unit; write one, such as unit: seconds"
            examination.tell(file, path, "no-unit", message)
        if asked.unit is not None:
            _spelling(examination, file, (*path, "unit"), asked.unit, spelled)
        if asked.answer == "choice" and len(asked.options) == 1:
            message = "there is one option only, so there is nothing to choose; add another"
            examination.tell(file, (*path, "options"), "few-options", message)
        texts: dict[str, str] = {}
        for option, text in asked.options.items():
            if text in texts:
                message = f"'{texts[text]}' has the same words; a person cannot tell the two apart"
                examination.tell(file, (*path, "options", option), "few-options", message)
            texts.setdefault(text, option)
    for i, item in enumerate(examination.rules.pack.measures):
        if item.answer is None and not item.parts:
            continue
        if item.self_test is None:
            message = f"'{item.id}' is a self-test, but nothing says how to do it; add self_test with its steps"
            examination.tell("measures.yaml", ("measures", i, "id"), "no-self-test", message)
        elif not item.self_test.do_not_if:
            message = "nothing says who should not do this test; add do_not_if"
            examination.tell("measures.yaml", ("measures", i, "self_test"), "no-self-test", message)


def _spelling(examination: Examination, file: str, path: Path, unit: str, spelled: dict[str, str]) -> None:
    word, _, rest = unit.partition(" ")
    same = f"{_SPELLINGS.get(word.casefold(), word.casefold())} {rest}".strip()
    before = spelled.setdefault(same, unit)
    if before != unit:
        message = f"this unit is called '{before}' elsewhere; write '{before}'"
        examination.tell(file, path, "unit-spelling", message)


def _asked(examination: Examination) -> Iterator[tuple[str, Path, Item | Part]]:
    """Every question with its place."""
    pack = examination.rules.pack
    for file, key, items in asked_items(pack):
        for i, item in enumerate(items):
            if item.answer is not None:
                yield file, (key, i), item
            for name, part in item.parts.items():
                yield file, (key, i, "parts", name), part
    for i, row in enumerate(pack.conditions):
        for name, part in row.details.items():
            yield "conditions.yaml", ("conditions", i, "details", name), part


def check_reading(examination: Examination) -> None:
    """Every answer that a person is asked for is read by something."""
    pack = examination.rules.pack
    read = set(_read(examination))
    for kind, file, items in (("sign", "signs.yaml", pack.signs), ("measure", "measures.yaml", pack.measures)):
        for i, item in enumerate(items):
            derived = {derive.of for name, derive in item.derived.items() if f"{kind}.{name}" in read}
            names: list[tuple[Path, str]] = [((f"{kind}s", i, "id"), item.id)] if item.answer is not None else []
            names += [((f"{kind}s", i, "parts", name), name) for name in item.parts]
            if any(f"{kind}.{name}" in read for name in item.parts):
                # The first question leads to those that are read.
                names = [(path, name) for path, name in names if name != item.id]
            for path, name in names:
                if f"{kind}.{name}" not in read and name not in derived:
                    _unread(examination, file, path, name)
            for name in item.derived:
                if f"{kind}.{name}" not in read:
                    _unread(examination, file, (f"{kind}s", i, "derived", name), name)
    for i, row in enumerate(pack.conditions):
        for name in row.details:
            if f"detail.{name}" not in read:
                _unread(examination, "conditions.yaml", ("conditions", i, "details", name), name)


def _unread(examination: Examination, file: str, path: Path, name: str) -> None:
    message = f"nothing reads the answer to '{name}', so nobody needs to be asked; add a rule that does, or remove it"
    examination.tell(file, path, "unread-answer", message)


def _read(examination: Examination) -> Iterator[str]:
    """The facts that some condition of the pack tests, without sides."""
    for written in conditions_of(examination):
        yield from _facts(written.tree, written.default)


def _facts(tree: Any, default: str | None) -> Iterator[str]:
    if isinstance(tree, Mapping):
        kinds = [f"{kind}.{name}" for kind, name in tree.items() if isinstance(name, str) and kind != "is"]
        yield from kinds or ([default] if default is not None else [])
        for inner in tree.values():
            yield from _facts(inner, default)
    elif isinstance(tree, list):
        for inner in tree:
            yield from _facts(inner, default)
