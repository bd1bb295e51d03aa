"""How close the print has to stand so that a routine keeps to two sheets of paper, or else to three.

The page has five settings for a routine, from roomy to close, and four for what asks; `handout.css` says how each
looks. Whatever warns and whatever is to be done is never smaller than nine points; the reasons and the rest may be.
Which setting is needed is worked out here from how much there is to print, without a browser: lines of text from their
number of characters, and the height of what stands around them. The tests print the longest routines of the casebook
and count the pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from psoas_rules.outcomes import Section, Sheet, StepSheet

_PHASES: Final = ("warm_up", "strengthening", "release")
_RUN_IN: Final = ("asked", "left_out", "how_to")
_KEY: Final = ("know", "shared_cautions", "pain", "stop", "seek_help")
_SHEETS: Final = (2, 3)
"""How many sheets of paper it may take, the first if possible."""
_MM: Final = 25.4 / 72
_EM: Final = 0.43
"""Average width of a letter, as a part of the size of the type."""
_SAFE: Final = 0.945
"""The part of the paper that a page which asks is planned to fill; letters elsewhere may be a little wider."""


@attrs.frozen(kw_only=True)
class _Setting:
    """One way to set the page; sizes of type in points, all else in millimetres.

    Attributes:
        body, key, small, part: Sizes of type: of the exercises, of what warns, of reasons, of the other parts.
        leading: Height of a line as a multiple of the size.
        picture: Height of a picture.
        beside: Width that a picture takes from the text beside it; 0 when it stands above the text.
        around: What is around the text of a card, above and below.
        run_in: Whether short lists run on as one paragraph.
    """

    body: float
    key: float
    small: float
    part: float
    leading: float
    picture: float
    beside: float
    around: float
    run_in: int


_SETTINGS: Final = (
    _Setting(body=10, key=10, small=9.2, part=10, leading=1.25, picture=34, beside=0, around=6, run_in=0),
    _Setting(body=10, key=9.5, small=8.5, part=8.5, leading=1.22, picture=17, beside=46, around=6, run_in=1),
    _Setting(body=9.2, key=9.2, small=8, part=8, leading=1.2, picture=13, beside=46, around=4, run_in=2),
    _Setting(body=9, key=9, small=7.5, part=7.5, leading=1.16, picture=10, beside=40, around=3.5, run_in=3),
    _Setting(body=9, key=9, small=7.5, part=7.5, leading=1.08, picture=8, beside=38, around=2.5, run_in=3),
)
_ASKING: Final = ((11, 1), (10, 1), (9.5, 2), (9, 2))
"""For a referral or a screening: size of type in points, and number of columns."""
_PAPERS: Final[Mapping[str, tuple[float, float]]] = {"a4": (194, 281.5), "letter": (199.9, 263.9)}
"""Width and height that can be printed on, in millimetres."""
_FILLED: Final[Mapping[str, float]] = {"a4": 0.985, "letter": 0.95}
"""The part of it that a routine is planned to fill; on the shorter paper more stays empty under the cards."""
_EACH: Final = 0.02
"""So much more of each stays empty when there is a sheet more."""
_BETWEEN: Final = 4


def fit(told: Sheet, paper: str) -> int:
    """The roomiest setting, from 0, with which a page keeps to two sheets, or a routine to three; else the closest.

    Args:
        told: What is to be printed.
        paper: `a4` or `letter`.
    """
    width, height = _PAPERS[paper]
    if told.kind != "routine":
        needed = (_asking(told, size, columns, width) for size, columns in _ASKING)
        return next((i for i, one in enumerate(needed) if one <= 2 * height * _SAFE), len(_ASKING) - 1)
    return planned(told, paper)[1]


def planned(told: Sheet, paper: str) -> tuple[int, int]:
    """How many sheets of paper a routine takes, and the roomiest setting with which it keeps to them."""
    needed = [taken(told, paper, setting) for setting in range(len(_SETTINGS))]
    for sheets in _SHEETS:
        for setting, one in enumerate(needed):
            if one <= sheets * (_FILLED[paper] - _EACH * (sheets - _SHEETS[0])):
                return sheets, setting
    return _SHEETS[-1] + 1, len(_SETTINGS) - 1


def taken(told: Sheet, paper: str, setting: int) -> float:
    """About how many sheets of paper a routine fills with a setting."""
    width, height = _PAPERS[paper]
    return estimated(told, _SETTINGS[setting], width) / height


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
    # The rules stand in three columns, each row as high as the longest in it.
    rows = (stop[i : i + 3] for i in range(0, len(stop), 3))
    lines = sum(max(_height([text], setting.key, setting.leading, width / 3 - 11) for text in row) for row in rows)
    lead = _height(told.lead, setting.body * 1.25, setting.leading, width)
    return 24 + lines + lead + _height(needs, setting.body, setting.leading, width - 40)


def _card(step: StepSheet, setting: _Setting, width: float) -> float:
    dose = "; ".join(filter(None, (step.amount, step.side, *step.extra, step.rest, step.tempo, "about 5 min")))
    beside = width - setting.beside
    minds = (*step.remarks[: len(step.cautions)], *filter(None, [step.stop_text]))
    rest = step.remarks[len(step.cautions) :]
    heads = _height([step.name, dose], setting.body * 1.05, setting.leading, beside)
    how = step.how if setting.run_in < 1 else ["1. ".join(step.how)]
    small = [*rest, f"Why: {step.why}"] if setting.run_in < 2 else [" ".join((*rest, step.why))]
    text = _height(how, setting.body, setting.leading, width) + _height(small, setting.small, setting.leading, width)
    text += _height(minds, setting.body * 1.1, setting.leading, width)
    picture = setting.picture * (setting.beside / width if setting.beside else 1)
    return setting.around + heads + text + picture


def _part(section: Section, setting: _Setting, width: float) -> float:
    """The height of a section without its exercises."""
    size = setting.key if section.role in _KEY else setting.part
    title = size * 1.12 * setting.leading * _MM + 4
    if section.role in _PHASES:
        return title
    entries: Iterable[str] = section.entries
    if setting.run_in > 2 and section.role in _RUN_IN:
        entries = [" ".join(entries)]
    return title + _height([*section.text, *entries, *section.after], size, setting.leading, width - 3)


def _height(texts: Iterable[str], size: float, leading: float, width: float) -> float:
    """The height of paragraphs, in millimetres."""
    per_line = width / (size * _MM * _EM)
    lines = sum(math.ceil(len(text) / per_line) for text in texts)
    return lines * size * leading * _MM
