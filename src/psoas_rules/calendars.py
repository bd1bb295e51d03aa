"""The week of a routine as an iCalendar file (RFC 5545). Needs the extra `calendar`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import attrs

from psoas_rules.errors import PsoasRulesError
from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, DaySheet, Labels, Outcome, Routine, Section, Sheet, StepSheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions

try:
    from icalendar import Calendar, Event, vRecur
    from icalendar.enums import CLASS, STATUS, TRANSP
except ModuleNotFoundError as missing:
    if missing.name != "icalendar":
        raise
    raise ModuleNotFoundError(
        "calendar files need icalendar: python -m pip install 'psoas-rules[calendar]'", name="icalendar"
    ) from None

__all__ = ["MOST_REVISIONS", "MOST_WEEKS", "NoCalendarError", "cancel_calendar", "to_calendar"]

MOST_WEEKS: Final = 52
"""A plan is never longer than this."""
MOST_REVISIONS: Final = 2**31 - 1
"""The largest number that the format has room for."""

_SPACE: Final = UUID("3b1c1f6e-0d1c-5c55-9a43-6f1f6b3a7d52")
"""The namespace of the events of this package; it must never change, or calendars show everything twice."""
_DAYS: Final = 7
_CHECK: Final = "check"
_SLOTS: Final = (*(f"day {index}" for index in range(_DAYS)), _CHECK)
"""The events of every plan. Each file has all of them: what an earlier one planned and this does not, is cancelled."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONG_AGO: Final = date(2000, 1, 1)
"""The day of what is cancelled: out of sight even in an app that shows cancelled events."""
_TOLD_DAILY: Final = frozenset({"know", "stop", "seek_help", "pain"})
"""What belongs to every session, besides the cautions that several of its exercises share."""
_TOLD_AT_CHECK: Final = frozenset({"know", "stop", "seek_help"})
"""What belongs to the day to look again, on which there are no exercises."""


class NoCalendarError(PsoasRulesError):
    """There is nothing to put into a calendar: not a routine, or one without a week."""


def to_calendar(
    routine: Outcome,
    start: date,
    *,
    plan: str = "",
    revision: int = 0,
    weeks: int | None = None,
    at: time | None = None,
    zone: ZoneInfo | None = None,
    labels: Labels = ENGLISH,
    captions: Captions = CAPTIONS,
) -> bytes:
    """The days of a routine, and the day to look again, as a calendar file.

    Each day of the week with something to do is one event that comes back every week. It says what to do, how much,
    what to mind, and when to stop. The day to look again is an event of its own, as many weeks after the start as the
    routine says.

    A file of the same `plan` with a higher `revision` takes the place of the one before, also when the routine, the
    start or the time is another: each plan has the same eight events, and those that it does not need are cancelled.
    `cancel_calendar` takes a plan away. What really happens depends on the calendar app: some show cancelled events
    struck through, and some import nothing twice.

    Args:
        routine: A routine. A referral or a screening has no calendar.
        start: The day to begin, the first day of the routine's week.
        plan: The id of this person's plan: any text that stays the same and that nobody else has, such as the key of a
            database. Without it, all plans are one: right for one person with one calendar, but where several people
            share a calendar, the plan of one takes the place of the other's.
        revision: Which edition of the plan this is. Raise it whenever you write the plan again, or calendars may keep
            the old one; the seconds since 1970 will do.
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
        ValueError: if an argument does not fit. The error names the argument and the cure: `start` is no day or too
            near the end of all calendars, `weeks` or `revision` is no whole number within its bounds, `at` has a zone
            of its own, or `zone` has no name or stands without `at`.
    """
    told = sheet(_planned(routine), labels)
    edition = Edition(plan, revision, captions)
    # Sheet says so: a routine tells in how many weeks to look again.
    check = told.next_check_weeks or 0
    written = EventsOfWeek(edition, told, check if weeks is None else weeks, check, start, at, zone)
    calendar = edition.calendar(written.events(), legible(told.title), f"{told.stamp.name} {told.stamp.version}")
    if zone is not None:
        calendar.add_missing_timezones(first_date=written.start, last_date=written.start + written.lasts)
    content: bytes = calendar.to_ical()
    return content


def cancel_calendar(plan: str = "", *, revision: int, captions: Captions = CAPTIONS) -> bytes:
    """A calendar file that cancels every event of a plan.

    Args:
        plan: The id that the plan was written with.
        revision: A higher one than that of the file to cancel.
        captions: The names of the events.

    Returns:
        The file. Who imports it loses the events of the plan, or sees them cancelled: that depends on the calendar app.
        The same arguments give the same bytes.

    Raises:
        ValueError: if `plan` is no text, or `revision` no whole number within its bounds.
    """
    edition = Edition(plan, revision, captions)
    content: bytes = edition.calendar(map(edition.cancelled, _SLOTS)).to_ical()
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
    if len(outcome.week) != _DAYS:
        raise NoCalendarError(f"this routine has no calendar: its week has {len(outcome.week)} days in place of 7")
    return outcome


def _checked_plan(_: Edition, __: attrs.Attribute[str], plan: object) -> None:
    match plan:
        case str():
            try:
                plan.encode()
            except UnicodeEncodeError:
                raise ValueError("plan: it holds half a character; give an id that can be written as UTF-8") from None
        case _:
            raise ValueError(f"plan: {plan!r} is not a text; give the id of the plan as one, such as {str(plan)!r}")


def _whole(value: object, name: str, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name}: {value!r} is not a whole number from {least} to {most}; give one that is")


def _checked_revision(_: Edition, __: attrs.Attribute[int], revision: object) -> None:
    _whole(revision, "revision", 0, MOST_REVISIONS)


def _day(start: object) -> date:
    """The day alone: a date with a time is a date as well."""
    match start:
        case datetime(tzinfo=None):
            return start.date()
        case datetime():
            raise ValueError(
                "start: the same moment is another day elsewhere; give the day, as start.date(), and the zone as `zone`"
            )
        case date():
            return start
        case _:
            raise ValueError(f"start: {start!r} is not a day; give a datetime.date, such as date(2030, 1, 31)")


def _checked_start(week: EventsOfWeek, _: attrs.Attribute[date], start: date) -> None:
    try:
        # A day more on either side, because what is midnight here is another day elsewhere.
        start - timedelta(days=2), start + week.lasts + timedelta(days=2)
    except OverflowError:
        raise ValueError(
            f"start: {start} is too near the first or last day that a date can be; give another one"
        ) from None


def _checked_weeks(_: EventsOfWeek, __: attrs.Attribute[int], weeks: object) -> None:
    _whole(weeks, "weeks", 1, MOST_WEEKS)


def _checked_time(_: EventsOfWeek, __: attrs.Attribute[time | None], at: object) -> None:
    if at is not None and not isinstance(at, time):
        raise ValueError(f"at: {at!r} is not a time of day; give a datetime.time, such as time(7, 30)")
    if at is not None and at.tzinfo is not None:
        raise ValueError("at: give the time without a zone, and the zone as `zone`")


def _checked_zone(week: EventsOfWeek, _: attrs.Attribute[ZoneInfo | None], zone: object) -> None:
    if zone is None:
        return
    if week.at is None:
        raise ValueError("zone: it says nothing without a time; give `at` as well")
    if not isinstance(zone, ZoneInfo) or not zone.key:
        raise ValueError(
            f"zone: {zone!r} has no name that calendars know; give a zoneinfo.ZoneInfo with one, such as "
            "ZoneInfo('Europe/Vienna') or ZoneInfo('UTC')"
        )


@attrs.frozen
class Edition:
    """Whose plan a file is, and which edition of it."""

    plan: str = attrs.field(validator=_checked_plan)
    revision: int = attrs.field(validator=_checked_revision)
    captions: Captions

    def uid(self, slot: str) -> str:
        """An id that is the same in every edition of the plan, and in no other plan."""
        return str(uuid5(uuid5(_SPACE, self.plan), slot))

    def calendar(self, events: Iterable[Event], name: str | None = None, made_by: str = "") -> Calendar:
        """The file with these events."""
        # No METHOD: it is for messages between people who plan together. There each file has an organizer, and a
        # cancellation is about one event; here STATUS says it for every event.
        return Calendar.new(
            name=name,
            prodid=f"-//psoas_rules//{legible(made_by) or 'psoas_rules'}//EN",
            uid=self.uid("calendar"),
            subcomponents=tuple(events),
        )

    def event(self, slot: str, summary: str, start: date, end: date, **content: Any) -> Event:
        """The event for this slot."""
        return Event.new(
            uid=self.uid(slot),
            summary=legible(summary),
            start=start,
            end=end,
            sequence=self.revision,
            # Not the clock: the same arguments give the same bytes, and a later revision is never older.
            stamp=_EPOCH + timedelta(seconds=self.revision),
            # It tells about somebody's health: whoever shares a calendar shows no more than that the time is taken.
            classification=CLASS.PRIVATE,
            **content,
        )

    def cancelled(self, slot: str) -> Event:
        """The event that takes away what an earlier edition has in this slot."""
        day, summary = _LONG_AGO, self.captions.cancelled
        return self.event(
            slot, summary, day, day + timedelta(days=1), status=STATUS.CANCELLED, transparency=TRANSP.TRANSPARENT
        )


@attrs.frozen
class EventsOfWeek:
    """What the events of one routine are made from."""

    edition: Edition
    told: Sheet
    weeks: int = attrs.field(validator=_checked_weeks)
    check: int
    # After what it is checked with.
    start: date = attrs.field(converter=_day, validator=_checked_start)
    at: time | None = attrs.field(validator=_checked_time)
    zone: ZoneInfo | None = attrs.field(validator=_checked_zone)

    @property
    def lasts(self) -> timedelta:
        """The time from the start to the end of the last event."""
        return timedelta(weeks=max(self.weeks, self.check) + 1)

    def events(self) -> Iterator[Event]:
        """The event of every slot."""
        for day in self.told.week:
            yield self._session(day) if day.kind != "rest" else self.edition.cancelled(_SLOTS[day.index])
        yield self._check()

    def _session(self, day: DaySheet) -> Event:
        steps = [step for step in self.told.steps if step.number in day.steps]
        seconds = sum(step.dose.seconds for step in steps)
        minutes = self.told.minutes if day.kind == "whole" else None
        captions = self.edition.captions
        event = self._event(
            _SLOTS[day.index],
            captions.session if day.kind == "whole" else captions.easy,
            day=self.start + timedelta(days=day.index),
            lasts=timedelta(minutes=minutes or max(5, -(-seconds // 60))),
            parts=(
                (day.text, *self.told.lead),
                *(tuple(step_lines(step)) for step in steps),
                *(section_lines(section) for section in for_steps(self.told.sections, steps)),
                self.told.foot,
            ),
        )
        event.add("rrule", vRecur(freq="weekly", count=self.weeks))
        return event

    def _check(self) -> Event:
        mattering = (section for section in self.told.sections if section.role in _TOLD_AT_CHECK)
        return self._event(
            _CHECK,
            self.edition.captions.check,
            day=self.start + timedelta(weeks=self.check),
            lasts=timedelta(minutes=15),
            parts=((self.told.next_check, *self.told.lead), *map(section_lines, mattering), self.told.foot),
        )

    def _event(self, slot: str, summary: str, *, day: date, lasts: timedelta, parts: Iterable[Iterable[str]]) -> Event:
        begin: date = day if self.at is None else datetime.combine(day, self.at, self.zone)
        texts = ("\n".join(filter(None, map(legible, part))) for part in parts)
        return self.edition.event(
            slot,
            summary,
            begin,
            day + timedelta(days=1) if self.at is None else begin + lasts,
            description="\n\n".join(filter(None, texts)),
            status=STATUS.CONFIRMED,
            transparency=TRANSP.TRANSPARENT if self.at is None else TRANSP.OPAQUE,
        )


def for_steps(sections: Iterable[Section], steps: Iterable[StepSheet]) -> Iterator[Section]:
    """The sections for a session of these exercises, without the cautions that are about others alone."""
    minded = {caution for step in steps for caution in step.all_cautions}
    for section in sections:
        about = tuple(entry for entry in section.entries if any(caution in entry for caution in minded))
        if section.role == "shared_cautions" and about:
            yield attrs.evolve(section, entries=about)
        elif section.role in _TOLD_DAILY:
            yield section


def step_lines(step: StepSheet) -> Iterator[str]:
    """A step as lines of plain text."""
    yield f"{step.number}. {step.name}: {step.dose_text}"
    yield from (f"- {line}" for line in (*step.mind, *step.remarks[len(step.cautions) :]))


def section_lines(section: Section) -> tuple[str, ...]:
    """A section as lines of plain text."""
    return (section.title, *section.text, *(f"- {entry}" for entry in section.entries), *section.after)
