"""How close the print has to stand so that a routine keeps to two sheets of paper.

The page has five settings for a routine, from roomy to close, and four for what asks; `handout.css` says how each
looks. Which one is needed is worked out here from how much there is to print, without a browser: lines of text from
their number of characters, and the height of what stands around them. The tests print the longest routines of the
casebook and count the pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from psoas_rules.outcomes import Section, Sheet, StepSheet

_PHASES: Final = ("warm_up", "strengthening", "release")
_RUN_IN: Final = ("asked", "left_out", "how_to")
_MM: Final = 25.4 / 72
_EM: Final = 0.43
"""Average width of a letter, as a part of the size of the type."""
_SAFE: Final = 0.945
"""The part of the paper that is planned with; letters on another machine may be a little wider."""


@attrs.frozen(kw_only=True)
class _Setting:
    """One way to set the page; sizes of type in points, all else in millimetres.

    Attributes:
        body, how, small, part: Sizes of type: of names and doses, of instructions, of reasons, of the other parts.
        leading: Height of a line as a multiple of the size.
        picture: Height of a picture.
        beside: Width that a picture takes from the text beside it; 0 when it stands above the text.
        around: What is around the text of a card, above and below.
        run_in: Whether short lists run on as one paragraph.
    """

    body: float
    how: float
    small: float
    part: float
    leading: float
    picture: float
    beside: float
    around: float
    run_in: int


_SETTINGS: Final = (
    _Setting(body=10, how=10, small=9.2, part=10, leading=1.25, picture=30, beside=0, around=5, run_in=0),
    _Setting(body=10, how=10, small=9, part=9, leading=1.22, picture=17, beside=46, around=6, run_in=1),
    _Setting(body=9.2, how=9.2, small=8.5, part=8.5, leading=1.2, picture=13, beside=46, around=4, run_in=2),
    _Setting(body=9, how=9, small=8, part=8, leading=1.16, picture=10, beside=40, around=3.5, run_in=3),
    _Setting(body=9, how=8, small=7.5, part=7.5, leading=1.08, picture=8, beside=40, around=3.5, run_in=3),
)
_ASKING: Final = ((11, 1), (10, 1), (9.5, 2), (9, 2))
"""For a referral or a screening: size of type in points, and number of columns."""
_PAPERS: Final[Mapping[str, tuple[float, float]]] = {"a4": (194, 281.5), "letter": (199.9, 263.9)}
"""Width and height that can be printed on, in millimetres."""
_BETWEEN: Final = 4


def fit(told: Sheet, paper: str) -> int:
    """The roomiest setting, from 0, with which a page keeps to two sheets; the closest if none does.

    Args:
        told: What is to be printed.
        paper: `a4` or `letter`.
    """
    width, height = _PAPERS[paper]
    if told.kind != "routine":
        needed = (_asking(told, size, columns, width) for size, columns in _ASKING)
        return next((i for i, one in enumerate(needed) if one <= 2 * height * _SAFE), len(_ASKING) - 1)
    for i, setting in enumerate(_SETTINGS):
        if estimated(told, setting, width) <= 2 * height * _SAFE:
            return i
    return len(_SETTINGS) - 1


def estimated(told: Sheet, setting: _Setting, width: float) -> float:
    """About how much height a routine takes in all, in millimetres."""
    column = (width - _BETWEEN) / 2
    cards = [_card(step, setting, column - 4.5) for section in told.sections for step in section.steps]
    parts = sum(_part(section, setting, column) for section in told.sections if section.role != "stop")
    week = 38 + 5.5 * (told.next_check_weeks or 0) if told.week else 0
    foot = _height(told.foot, 7.5, setting.leading, column) + 6
    # A card is not split: what does not fit under the last one of a column stays empty.
    empty = max(cards, default=0)
    return _head(told, setting, width) + (sum(cards) + parts + week + foot + empty) / 2


def _asking(told: Sheet, size: float, columns: int, width: float) -> float:
    """About how much height a referral or a screening takes in all."""
    roomy = size == _ASKING[0][0]
    column = width / columns - 10
    height = 0.0
    for section in told.sections:
        large = section.role == "act"
        # Behind a question stand the boxes to tick, or below it.
        boxes = " " * 32 if section.role in ("ask", "open") and not roomy else ""
        below = (size * _MM * 1.25 + 3) * len(section.entries) if section.role in ("ask", "open") else 0
        texts = [f"{text}{boxes}" for text in (*section.text, *section.entries, *section.after)]
        part = _height(texts, size * (1.3 if large else 1), 1.25, column) + below * (1 if roomy else 0.5)
        height += 12 + (part * columns if large else part)
    return 75 + (height + 40) / columns


def _head(told: Sheet, setting: _Setting, width: float) -> float:
    stop = [entry for section in told.sections if section.role == "stop" for entry in section.entries]
    needs = [", ".join(dict.fromkeys(need for step in told.steps for need in step.needs))]
    lines = _height(stop, setting.part, setting.leading, width / 3 - 7) / 3
    return 24 + lines + _height(needs, setting.body, setting.leading, width - 40)


def _card(step: StepSheet, setting: _Setting, width: float) -> float:
    dose = "; ".join(filter(None, (step.amount, step.side, *step.extra, step.rest, step.tempo, "about 5 min")))
    beside = width - setting.beside
    around = step.details[1 + len(step.how) :]
    minds, rest = around[: len(step.cautions)], around[len(step.cautions) :]
    heads = _height([step.name, dose], setting.body * 1.05, setting.leading, beside)
    how = step.how if setting.run_in < 1 else ["1. ".join(step.how)]
    small = [*rest, f"Why: {step.why}"] if setting.run_in < 2 else [" ".join((*rest, step.why))]
    text = _height(how, setting.how, setting.leading, width) + _height(small, setting.small, setting.leading, width)
    text += _height(minds, setting.body * 1.1, setting.leading, width)
    picture = setting.picture * (setting.beside / width if setting.beside else 1)
    return setting.around + heads + text + picture


def _part(section: Section, setting: _Setting, width: float) -> float:
    """The height of a section without its exercises."""
    title = setting.part * 1.12 * setting.leading * _MM + 4
    if section.role in _PHASES:
        return title
    entries: Iterable[str] = section.entries
    if setting.run_in > 2 and section.role in _RUN_IN:
        entries = [" ".join(entries)]
    return title + _height([*section.text, *entries, *section.after], setting.part, setting.leading, width - 3)


def _height(texts: Iterable[str], size: float, leading: float, width: float) -> float:
    """The height of paragraphs, in millimetres."""
    per_line = width / (size * _MM * _EM)
    lines = sum(math.ceil(len(text) / per_line) for text in texts)
    return lines * size * leading * _MM
