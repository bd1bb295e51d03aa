"""An outcome as plain text, for terminals, logs and letters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from psoas_rules.legible import legible
from psoas_rules.outcomes.sheets import Section, Sheet, StepSheet

_WIDTH: Final = 100
_UNTITLED: Final = ("pattern", "time")
"""Sections that need no title where everything stands in one column."""


def to_text(sheet: Sheet) -> str:
    """The sheet as lines of at most a hundred characters."""
    return "\n".join(_lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    for number, text in enumerate(sheet.lead):
        loud = sheet.urgency == "emergency" and sheet.kind == "referral" and not number
        yield from _wrap(text.upper() if loud else text)
    for section in sheet.sections:
        yield from _section(section)
    yield ""
    intended_use, *rest = sheet.foot
    yield from _wrap(intended_use)
    for text in rest:
        yield legible(text)


def _section(section: Section) -> Iterator[str]:
    if section.role != "pattern":
        yield ""
    if section.role not in _UNTITLED:
        yield from _wrap(section.title)
    for text in section.text:
        yield from _wrap(text)
    for entry in section.entries:
        yield from _wrap(f"- {entry}", hang=2)
    for step in section.steps:
        yield from _step(step)
    for text in section.after:
        yield from _wrap(text)


def _step(step: StepSheet) -> Iterator[str]:
    yield from _wrap(f"{step.number}. {step.name} - {step.dose_text}", hang=4)
    for detail in step.details:
        yield from _wrap(detail, indent=4)


def _wrap(text: str, *, indent: int = 0, hang: int = 0) -> list[str]:
    first, rest = " " * indent, " " * (indent + hang)
    return textwrap.wrap(
        legible(text), _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    ) or [""]
