"""The week of a routine as an iCalendar file (RFC 5545). Needs the extra `calendar`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import attrs

from psoas_rules.errors import PsoasRulesError
from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, DaySheet, Labels, Outcome, Routine, Section, Sheet, StepSheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions

try:
    from icalendar import Calendar, Event, vRecur
    from icalendar.enums import CLASS, TRANSP
except ModuleNotFoundError as missing:
    if missing.name != "icalendar":
        raise
    raise ModuleNotFoundError(
        "calendar files need icalendar: python -m pip install 'psoas-rules[calendar]'", name="icalendar"
    ) from None

__all__ = ["NoCalendarError", "to_calendar"]

MOST_WEEKS: Final = 52
"""A plan is never longer than this."""

_SPACE: Final = UUID("3b1c1f6e-0d1c-5c55-9a43-6f1f6b3a7d52")
"""The namespace of the events of this package; it must never change, or calendars show everything twice."""
_TOLD_DAILY: Final = ("shared_cautions", "pain", "stop", "seek_help")
"""What belongs to every session."""


class NoCalendarError(PsoasRulesError):
    """There is nothing to put into a calendar: not a routine, or one without a week."""


def to_calendar(
    routine: Outcome,
    start: date,
    *,
    weeks: int | None = None,
    at: time | None = None,
    zone: ZoneInfo | None = None,
    labels: Labels = ENGLISH,
    captions: Captions = CAPTIONS,
) -> bytes:
    """The days of a routine, and the day to look again, as a calendar file.

    Each day of the week with something to do is one event that comes back every week. It says what to do, how much, and
    when to stop. The day to look again is an event of its own, as many weeks after the start as the routine says.
    Importing the file again moves and renews the events instead of doubling them.

    Args:
        routine: A routine. A referral or a screening has no calendar.
        start: The day to begin, the first day of the routine's week.
        weeks: For how many weeks, 1 to 52; without it, until the day to look again.
        at: The time of the sessions. Without it, they are events for the whole day that block no time.
        zone: The time zone of `at`. Without it, it is that time wherever the person is.
        labels: The fixed words around what the pack says.
        captions: The names of the events.

    Returns:
        The file, as UTF-8 with the line ends that the format asks for. The same routine and arguments give the same
        bytes.

    Raises:
        NoCalendarError: for a referral, a screening, or a routine without exercises or without a week.
        ValueError: if the weeks are not 1 to 52, if `zone` is given without `at`, or if `at` has a zone of its own.
    """
    told = sheet(_planned(routine), labels)
    plan = _Plan(told, captions, _digest(routine), start, _weeks(weeks, told), at, zone)
    calendar = Calendar.new(
        name=legible(told.title),
        prodid=f"-//psoas_rules//{legible(told.stamp.name)} {legible(told.stamp.version)}//EN",
        uid=plan.uid("calendar"),
        subcomponents=tuple(plan.events()),
    )
    if zone is not None:
        calendar.add_missing_timezones(first_date=plan.start, last_date=plan.start + timedelta(weeks=plan.weeks + 1))
    content: bytes = calendar.to_ical()
    return content


def _planned(outcome: Outcome) -> Routine:
    if not isinstance(outcome, Routine):
        raise NoCalendarError(
            f"a {outcome.kind} has no calendar: it holds no exercises to plan. Show it with str(), as Markdown or as "
            "a handout instead"
        )
    if not outcome.steps:
        raise NoCalendarError("this routine has no calendar: no exercise is left in it. Its notes say why")
    if not outcome.week:
        raise NoCalendarError("this routine has no calendar: its pack plans no week. Add `week` to the pack's texts")
    return outcome


def _weeks(weeks: int | None, told: Sheet) -> int:
    wanted = told.next_check_weeks if weeks is None else weeks
    if wanted is None or not 1 <= wanted <= MOST_WEEKS:
        raise ValueError(f"weeks: {wanted} is not a whole number from 1 to {MOST_WEEKS}")
    return wanted


def _digest(outcome: Outcome) -> str:
    """A fingerprint of the outcome, so that the same routine has the same events wherever it is exported."""
    data = {key: value for key, value in outcome.to_dict().items() if key != "engine"}
    return sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _day(day: date) -> date:
    """The day alone: a date with a time is a date as well."""
    return day.date() if isinstance(day, datetime) else day


def _checked_time(_: _Plan, __: attrs.Attribute[time | None], at: time | None) -> None:
    if at is not None and at.tzinfo is not None:
        raise ValueError("at: give the time without a zone, and the zone as `zone`")


def _checked_zone(plan: _Plan, _: attrs.Attribute[ZoneInfo | None], zone: ZoneInfo | None) -> None:
    if zone is not None and plan.at is None:
        raise ValueError("zone: it says nothing without a time; give `at` as well")
    if zone is not None and not zone.key:
        raise ValueError("zone: it must have a name, such as ZoneInfo('Europe/Vienna')")


@attrs.frozen
class _Plan:
    """What the events of one file are made from."""

    told: Sheet
    captions: Captions
    digest: str
    start: date = attrs.field(converter=_day)
    weeks: int
    at: time | None = attrs.field(validator=_checked_time)
    zone: ZoneInfo | None = attrs.field(validator=_checked_zone)

    def uid(self, name: str) -> str:
        """An id that is the same for the same routine, whenever it starts."""
        return str(uuid5(_SPACE, f"{self.digest}/{name}"))

    def events(self) -> Iterator[Event]:
        """All events, in the order of their first day."""
        for day in self.told.week:
            if day.kind != "rest":
                yield self._session(day)
        # Sheet says so: a routine tells in how many weeks to look again.
        yield self._check(self.told.next_check_weeks or self.weeks)

    def _session(self, day: DaySheet) -> Event:
        steps = [step for step in self.told.steps if step.number in day.steps]
        seconds = sum(step.dose.seconds for step in steps)
        minutes = self.told.minutes if day.kind == "whole" else None
        event = self._event(
            f"day {day.index}",
            self.captions.session if day.kind == "whole" else self.captions.easy,
            day=self.start + timedelta(days=day.index),
            lasts=timedelta(minutes=minutes or max(5, -(-seconds // 60))),
            parts=(
                (day.text,),
                *(tuple(_step_lines(step)) for step in steps),
                *(_section_lines(section) for section in self.told.sections if section.role in _TOLD_DAILY),
                self.told.foot,
            ),
        )
        event.add("rrule", vRecur(freq="weekly", count=self.weeks))
        return event

    def _check(self, weeks: int) -> Event:
        seek_help = self.told.section("seek_help")
        return self._event(
            "check",
            self.captions.check,
            day=self.start + timedelta(weeks=weeks),
            lasts=timedelta(minutes=15),
            parts=((self.told.next_check,), _section_lines(seek_help) if seek_help else (), self.told.foot),
        )

    def _event(self, name: str, summary: str, *, day: date, lasts: timedelta, parts: Iterable[Iterable[str]]) -> Event:
        begin: date = day if self.at is None else datetime.combine(day, self.at, self.zone)
        texts = ("\n".join(filter(None, map(legible, part))) for part in parts)
        return Event.new(
            uid=self.uid(name),
            summary=legible(summary),
            description="\n\n".join(filter(None, texts)),
            start=begin,
            end=day + timedelta(days=1) if self.at is None else begin + lasts,
            # Not the clock: the same outcome and start give the same bytes, and a later start replaces an earlier one.
            stamp=datetime.combine(self.start, time(), UTC),
            # It tells about somebody's health: whoever shares a calendar shows no more than that the time is taken.
            classification=CLASS.PRIVATE,
            transparency=TRANSP.TRANSPARENT if self.at is None else TRANSP.OPAQUE,
        )


def _step_lines(step: StepSheet) -> Iterator[str]:
    yield f"{step.number}. {step.name}: {step.dose_text}"
    yield from (f"- {remark}" for remark in step.remarks)


def _section_lines(section: Section) -> tuple[str, ...]:
    return (section.title, *section.text, *(f"- {entry}" for entry in section.entries), *section.after)
