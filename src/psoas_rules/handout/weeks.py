"""The table of days to tick, and what each day of the week is for."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

import attrs

from psoas_rules.handout.words import Words
from psoas_rules.outcomes import DaySheet, Sheet
from psoas_rules.outcomes.captions import Captions

_MARKS: Final = {"whole": "\u25cf", "easy": "\u25cb", "rest": "\u2013"}
_LONG: Final = 12
"""A table with more weeks may go on in the next column."""


@attrs.frozen(kw_only=True)
class DayColumn:
    """A column of the table.

    Attributes:
        name: Its heading.
        mark: A mark for the kind of day.
        kind: The kind of day in a word, for those who hear the table.
        text: What the day is for.
    """

    name: str
    mark: str
    kind: str
    text: str


@attrs.frozen(kw_only=True)
class WeekTable:
    """The weeks until the next check.

    Attributes:
        columns: The seven days.
        rows: For each week its name and, when dates are known, the day of the month for each column, else nothing.
        legend: Which days are for what: the mark, the names of the days, and the words.
        long: Whether it is too long to be kept in one piece.
    """

    columns: tuple[DayColumn, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    legend: tuple[tuple[str, str, str], ...]
    long: bool

    @classmethod
    def of(cls, told: Sheet, start: dt.date | None, words: Words, captions: Captions) -> Self | None:
        """The table for a sheet; None when nothing is planned."""
        if not told.week or not told.steps:
            return None
        names = [_name(day.index, start, words) for day in told.week]
        texts = [_text(day, len(told.steps), words, captions) for day in told.week]
        kinds = {"whole": words.whole, "easy": words.easy, "rest": words.off}
        columns = tuple(
            DayColumn(name=name, mark=_MARKS[day.kind], kind=kinds[day.kind], text=text)
            for name, day, text in zip(names, told.week, texts, strict=True)
        )
        legend = tuple(
            (mark, ", ".join(column.name for column in columns if (column.mark, column.text) == (mark, text)), text)
            for mark, text in dict.fromkeys((column.mark, column.text) for column in columns)
        )
        weeks = range(told.next_check_weeks or 1)
        rows = tuple((words.week.format(number=week + 1), _days(week, start)) for week in weeks)
        return cls(columns=columns, rows=rows, legend=legend, long=len(rows) > _LONG)


def _name(index: int, start: dt.date | None, words: Words) -> str:
    if start is None:
        return str(index + 1)
    return words.weekdays[(start.weekday() + index) % 7]


def _text(day: DaySheet, count: int, words: Words, captions: Captions) -> str:
    """What a day is for; its exercises are named unless they are all of them."""
    if not day.steps or len(day.steps) == count:
        return day.text
    return words.only.format(text=day.text, numbers=captions.numbers(day.steps))


def _days(week: int, start: dt.date | None) -> tuple[str, ...]:
    if start is None:
        return ("",) * 7
    return tuple(str((start + dt.timedelta(days=week * 7 + day)).day) for day in range(7))
