"""Outcomes as Markdown: for notes, wikis, tickets and repositories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, DaySheet, Labels, Outcome, Section, Sheet, StepSheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions

__all__ = ["escaped", "to_markdown"]

_ALWAYS: Final = re.compile(r"[\\`*_\[\]{}<>&|~#$@%^=]")
"""Signs that mean something in CommonMark, in tables or in its common dialects, wherever they stand."""
_ADDRESS: Final = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
"""What dialects take for the beginning of a link."""
_AT_THE_START: Final = re.compile(r"^(?:([-+:])|(\d+)([.)]))")
"""What begins a list, a heading or a table when it stands first."""


def to_markdown(outcome: Outcome, labels: Labels = ENGLISH, captions: Captions = CAPTIONS) -> str:
    """An outcome as Markdown.

    It is CommonMark, but for the week of a routine: that is a table as GitHub and most others read it. All text is
    escaped: whatever a pack or an intake says, it makes no link, no heading and no HTML.

    Args:
        outcome: A routine, a referral or a screening.
        labels: The fixed words around what the pack says.
        captions: The fixed words of the page.

    Returns:
        The text, with a line break at its end. The same outcome gives the same text.
    """
    return "\n\n".join(_blocks(sheet(outcome, labels), captions)) + "\n"


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> print(escaped("1. <b>Lift</b> *slowly*"))
    1\. \<b\>Lift\</b\> \*slowly\*
    """
    marked = _ADDRESS.sub(r"\\\g<0>", _ALWAYS.sub(r"\\\g<0>", legible(text)))
    return _AT_THE_START.sub(r"\2\\\1\3", marked)


def _blocks(told: Sheet, captions: Captions) -> Iterator[str]:
    yield f"# {escaped(told.title)}"
    yield from _paragraphs(told.lead)
    for section in told.sections:
        yield from _section(section, captions)
        if section.role == "time" and told.week:
            yield _week(told.week, captions)
    yield "---"
    yield from _paragraphs(told.foot)


def _section(section: Section, captions: Captions) -> Iterator[str]:
    yield f"## {escaped(captions.title(section.title, section.minutes))}"
    yield from _paragraphs(section.text)
    yield from _listed("- ", section.entries)
    for step in section.steps:
        yield from _step(step, captions)
    yield from _paragraphs(section.after)


def _step(step: StepSheet, captions: Captions) -> Iterator[str]:
    yield f"### {step.number}. {escaped(step.name)}"
    yield from _paragraphs([step.dose_text, step.why])
    yield from _listed("{number}. ", step.how)
    yield from _listed("- ", (*step.mind, step.tempo, *step.remarks[len(step.cautions) :], *captions.hints(step)))


def _week(week: Iterable[DaySheet], captions: Captions) -> str:
    rows = [(captions.week, captions.what, captions.exercises)]
    rows += [(captions.day.format(number=day.index + 1), day.text, captions.numbers(day.steps) or "–") for day in week]
    head, *body = [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    return "\n".join([head, "| --- | --- | --- |", *body])


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    yield from filter(None, map(escaped, texts))


def _listed(mark: str, texts: Iterable[str]) -> Iterator[str]:
    """One list; nothing when there is nothing in it."""
    entries = filter(None, map(escaped, texts))
    listed = [f"{mark.format(number=number)}{entry}" for number, entry in enumerate(entries, start=1)]
    if listed:
        yield "\n".join(listed)
