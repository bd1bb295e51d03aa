"""The table of days to tick, and what each day of the week is for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, Self

import attrs

from psoas_rules.handout.words import Words
from psoas_rules.outcomes import DaySheet, Sheet

_MARKS: Final = {"whole": "\u25cf", "easy": "\u25cb", "rest": "\u2013"}
_MOST_WEEKS: Final = 6
"""More rows than that belong on another sheet of paper."""


@attrs.frozen(kw_only=True)
class DayColumn:
    """A column of the table: its heading, and a mark for the kind of day, with the same in words."""

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
    """

    columns: tuple[DayColumn, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    legend: tuple[tuple[str, str, str], ...]

    @classmethod
    def of(cls, told: Sheet, start: dt.date | None, words: Words) -> Self | None:
        """The table for a sheet; None when nothing is planned."""
        if not told.week or not told.steps:
            return None
        names = [_name(day.index, start, words) for day in told.week]
        texts = [_text(day, len(told.steps), words) for day in told.week]
        marks = [_MARKS[day.kind] for day in told.week]
        columns = tuple(
            DayColumn(name=name, mark=mark, kind=day.kind, text=text)
            for name, mark, day, text in zip(names, marks, told.week, texts, strict=True)
        )
        legend = tuple(
            (mark, ", ".join(column.name for column in columns if (column.mark, column.text) == (mark, text)), text)
            for mark, text in dict.fromkeys((column.mark, column.text) for column in columns)
        )
        weeks = range(max(1, min(told.next_check_weeks or 1, _MOST_WEEKS)))
        rows = tuple((words.week.format(number=week + 1), _days(week, start)) for week in weeks)
        return cls(columns=columns, rows=rows, legend=legend)


def _name(index: int, start: dt.date | None, words: Words) -> str:
    if start is None:
        return str(index + 1)
    return words.weekdays[(start.weekday() + index) % 7]


def _text(day: DaySheet, count: int, words: Words) -> str:
    """What a day is for; its exercises are named unless they are all of them."""
    if not day.steps or len(day.steps) == count:
        return day.text
    return words.only.format(text=day.text, numbers=_ranges(day.steps))


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in rising order, with a dash for what lies between.

    >>> _ranges((1, 2, 3, 5, 8, 9))
    '1-3, 5, 8, 9'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _days(week: int, start: dt.date | None) -> tuple[str, ...]:
    if start is None:
        return ("",) * 7
    return tuple(str((start + dt.timedelta(days=week * 7 + day)).day) for day in range(7))
