"""A programme as an iCalendar file (RFC 5545): sessions, easy days and tests. Needs the extra `calendar`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from psoas_rules.calendars import Edition, EventsOfWeek, for_steps, section_lines, step_lines
from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, Labels
from psoas_rules.outcomes.captions import CAPTIONS, Captions
from psoas_rules.programme.sheets import day_sheet
from psoas_rules.programme.values import PlannedDay, PlannedWeek, Programme
from psoas_rules.programme.words import PROGRAMME_ENGLISH, ProgrammeWords

__all__ = ["programme_calendar"]

_SHORTEST: Final = 5
"""Minutes that an entry takes at the least."""
_TESTING: Final = timedelta(minutes=15)


def programme_calendar(
    programme: Programme,
    *,
    plan: str = "",
    revision: int = 0,
    at: time | None = None,
    zone: ZoneInfo | None = None,
    labels: Labels = ENGLISH,
    words: ProgrammeWords = PROGRAMME_ENGLISH,
    captions: Captions = CAPTIONS,
) -> bytes:
    """The days of a programme as a calendar file.

    Each day with something to do is one event, and so is each day on which tests are repeated. It says what to do, how
    much, what to mind and when to stop.

    Write the file again with a higher `revision` whenever the programme has changed: the ids follow from its first day
    and from each day, so what is new takes the place of what was there, and days that fell away are cancelled. While
    a programme is paused, and when it has stopped, everything to come is cancelled. What really happens depends on the
    calendar app: some show cancelled events struck through, and some import nothing twice.

    Args:
        programme: The programme.
        plan: An id of the person, where several people share a calendar; see `psoas_rules.calendars.to_calendar`.
        revision: Which edition of the file this is; the seconds since 1970 will do.
        at: The time of the sessions. Without it, they are events for the whole day that block no time.
        zone: The time zone of `at`. Without it, it is that time wherever the person is.
        labels: The fixed words around what the pack says.
        words: The names of the events.
        captions: The name of a cancelled event.

    Returns:
        The file, as UTF-8 with the line ends that the format asks for. The same arguments give the same bytes.

    Raises:
        ValueError: if an argument does not fit; the error names it and the cure.
    """
    edition = Edition(plan, revision, captions)
    weeks, start = len(programme.weeks), programme.options.start
    told = day_sheet(programme, programme.weeks[0].days[0], labels)
    written = _Days(edition, told, weeks, weeks, start, at, zone, programme, labels, words)
    name = words.programme.format(first=words.dated(start), last=words.dated(programme.weeks[-1].days[-1].day))
    calendar = edition.calendar(written.events(), legible(name), f"{programme.pack.name} {programme.pack.version}")
    if zone is not None:
        calendar.add_missing_timezones(first_date=written.start, last_date=written.start + written.lasts)
    content: bytes = calendar.to_ical()
    return content


@attrs.frozen
class _Days(EventsOfWeek):
    """What the events of one programme are made from."""

    programme: Programme
    labels: Labels
    words: ProgrammeWords

    def events(self) -> Iterator[Any]:
        """One event for each day, and one for the tests of each week; those that are not needed are cancelled."""
        for week in self.programme.weeks:
            yield from (self._planned(day) for day in week.days)
            yield self._tests(week)

    def _slot(self, what: str) -> str:
        return f"programme {self.programme.options.start.isoformat()} {what}"

    def _over(self, day: date) -> bool:
        return self.programme.as_of is not None and day <= self.programme.as_of

    def _planned(self, day: PlannedDay) -> Any:
        slot = self._slot(day.day.isoformat())
        stopped = self.programme.status == "stopped"
        if day.kind == "rest" or (stopped and not self._over(day.day)):
            return self.edition.cancelled(slot)
        told = day_sheet(self.programme, day, self.labels)
        # Once it has stopped, what was done stays in the calendar, but nothing that could be done again.
        steps = () if stopped else told.steps
        sections = () if stopped else for_steps(told.sections, steps)
        return self._event(
            slot,
            self.words.session_event if day.kind == "whole" else self.words.easy_event,
            day=day.day,
            lasts=timedelta(minutes=max(_SHORTEST, day.minutes)),
            parts=(
                ((self.programme.status_text or "") if stopped else day.text,),
                *(tuple(step_lines(step)) for step in steps),
                *map(section_lines, sections),
                told.foot,
            ),
        )

    def _tests(self, week: PlannedWeek) -> Any:
        slot, retest = self._slot(f"tests of week {week.number}"), week.retest
        waits = self.programme.status in ("paused", "stopped")
        if retest is None or (waits and not self._over(retest.day)):
            return self.edition.cancelled(slot)
        return self._event(
            slot,
            self.words.retest_event.format(title=retest.title),
            day=retest.day,
            lasts=_TESTING,
            parts=(
                (retest.title, *(f"- {question.label}: {question.ask}" for question in retest.ask)),
                self.told.foot,
            ),
        )
