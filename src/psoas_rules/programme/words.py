"""The fixed words around a programme. What is said itself is the pack's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.outcomes.labels import same_braces
from psoas_rules.pack import DayKind
from psoas_rules.programme.values import Effect

Group: TypeAlias = Literal["course", "less", "more", "same", "know"]
"""What a change means: something for the whole programme, less to do, more to do, the same, or something to know."""

GROUPS: Final[Mapping[Effect, Group]] = {
    **dict.fromkeys(("stop", "pause", "screen", "resume", "flare", "deload"), "course"),
    **dict.fromkeys(("ease", "shorten", "lengthen", "repeat", "restart", "answers"), "course"),
    **dict.fromkeys(("reduce", "regress", "substitute", "rest", "remove", "swap"), "less"),
    **dict.fromkeys(("progress", "return", "add", "side"), "more"),
    **dict.fromkeys(("hold", "waits", "upkeep"), "same"),
    "note": "know",
}
"""The group of every effect, in the order in which the groups are told."""


@attrs.frozen(kw_only=True)
class ProgrammeWords:
    """Every word that the ways of showing a programme add; the defaults are English.

    In braces stands what is filled in; an entry must have the same braces as the English one.

    Attributes:
        title: What it is.
        programme: The same with its first and last day.
        week_of: The week that is on, among all.
        week: One week.
        dates: From one day to another.
        day, short_day, month_day, date: A day, the same without its month, without its weekday, and with its year.
        whole, easy, rest: The kinds of days.
        part: The only part of a session that is done, with its minutes.
        minutes, about_minutes: How long something takes.
        easy_week: What an easy week is called.
        done, not_done: Whether a session was done.
        sessions_done: How many were done of those that are over.
        to_come: Title of the weeks to come.
        more_weeks: How many weeks are not listed.
        session, last_session: Title of the coming session, and of the last one when the weeks are over.
        no_session: When no whole session is to come.
        retests, retest: Title of the tests to repeat, and the mark on their day.
        changes: Title of the latest changes.
        change: A change with its day.
        more_changes: How many changes are not listed.
        no_changes: When nothing changed.
        withdrawn: Title of changes that no longer hold.
        notes: Title of what was noticed about a report.
        why: Before a reason.
        course, less, more, same, know: Titles of the groups of changes.
        calendar: Title of the calendar to tick.
        pain, effort: The boxes to fill in for a whole session.
        tick: What to do with the calendar.
        today_done: The box to tick for a day.
        session_event, easy_event, retest_event: Names of the entries in a calendar.
        weekdays: Short names of the days, from Monday.
        months: Names of the months.

    Raises:
        ValueError: when an entry has other braces than the English one.
    """

    title: str = "Your programme"
    programme: str = "Your programme, {first} to {last}"
    week_of: str = "Week {number} of {count}: {title}. {goal}"
    week: str = "Week {number}"
    dates: str = "{first} to {last}"
    day: str = "{weekday} {day} {month}"
    short_day: str = "{weekday} {day}"
    month_day: str = "{day} {month}"
    date: str = "{day} {month} {year}"
    whole: str = "whole session"
    easy: str = "easy day"
    rest: str = "day off"
    part: str = "{part} {minutes}"
    minutes: str = "{minutes} min"
    about_minutes: str = "about {minutes} min"
    easy_week: str = "easy week"
    done: str = "done"
    not_done: str = "not done"
    sessions_done: str = "Whole sessions done: {done} of {due}."
    to_come: str = "Weeks to come, if nothing changes"
    more_weeks: str = "and {count} weeks more"
    session: str = "Next session: {day}, about {minutes} min"
    last_session: str = "Your last session, to go on with: about {minutes} min"
    no_session: str = "No whole session is to come."
    retests: str = "Tests to repeat"
    retest: str = "tests"
    changes: str = "What changed lately"
    change: str = "{day}: {text}"
    more_changes: str = "and {count} more"
    no_changes: str = "Nothing changes."
    withdrawn: str = "No longer so"
    notes: str = "About what was reported"
    why: str = "Why: {reason}"
    course: str = "The whole programme"
    less: str = "Less, or something else"
    more: str = "More"
    same: str = "As before"
    know: str = "Good to know"
    calendar: str = "Your calendar, to tick"
    pain: str = "Pain"
    effort: str = "Effort"
    tick: str = (
        "Tick each day when it is done. After a whole session write down the worst pain and the effort, 0 to 10."
    )
    today_done: str = "Done"
    session_event: str = "Exercises: the whole session"
    easy_event: str = "Exercises: an easy day"
    retest_event: str = "Exercises: {title}"
    weekdays: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months: tuple[str, ...] = (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    )

    def __attrs_post_init__(self) -> None:
        problems: list[str] = []
        for field in attrs.fields(ProgrammeWords):
            english, given = field.default, getattr(self, field.name)
            if isinstance(english, tuple):
                if not isinstance(given, tuple) or len(given) != len(english):
                    problems.append(f"'{field.name}' must be a tuple of {len(english)} texts")
            else:
                problems += same_braces(field.name, str(english), given)
        if problems:
            raise ValueError(f"words: {'; '.join(problems)}")

    def kind(self, kind: DayKind) -> str:
        """What a kind of day is called."""
        return {"whole": self.whole, "easy": self.easy, "rest": self.rest}[kind]

    def on(self, day: dt.date) -> str:
        """A day with its weekday and month: "Mon 7 January"."""
        return self.day.format(weekday=self.weekdays[day.weekday()], day=day.day, month=self.months[day.month - 1])

    def short(self, day: dt.date) -> str:
        """A day with its weekday alone: "Mon 7"."""
        return self.short_day.format(weekday=self.weekdays[day.weekday()], day=day.day)

    def in_month(self, day: dt.date) -> str:
        """A day with its month alone: "7 January"."""
        return self.month_day.format(day=day.day, month=self.months[day.month - 1])

    def dated(self, day: dt.date) -> str:
        """A day with its year."""
        return self.date.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def group(self, group: Group) -> str:
        """The title of a group of changes."""
        titles = {"course": self.course, "less": self.less, "more": self.more, "same": self.same, "know": self.know}
        return titles[group]


PROGRAMME_ENGLISH: Final = ProgrammeWords()
"""The words in English."""
