"""A programme, and what changed in it, as plain text for terminals, logs and letters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, Labels, Sheet, sheet
from psoas_rules.programme.sheets import (
    day_sheet,
    day_texts,
    grouped,
    latest,
    length_text,
    sessions_done,
    shown_session,
    this_week,
    weeks_to_come,
)
from psoas_rules.programme.values import Advance, Change, PlannedDay, PlannedWeek, Programme
from psoas_rules.programme.words import PROGRAMME_ENGLISH, ProgrammeWords

__all__ = ["WIDTH", "advance_text", "programme_text"]

WIDTH: Final = 80
"""Lines are no longer than this unless more is asked for."""
_NARROWEST: Final = 40
_MOST_CHANGES: Final = 6
_MOST_WEEKS: Final = 6


def programme_text(
    programme: Programme,
    *,
    week: int | None = None,
    width: int = WIDTH,
    labels: Labels = ENGLISH,
    words: ProgrammeWords = PROGRAMME_ENGLISH,
) -> str:
    """A programme as lines of text: where it stands, the week that is on, the coming session, and what changed lately.

    A stopped programme shows the referral and no exercise; a paused one shows no exercise.

    Args:
        programme: The programme.
        week: The number of a week to show alone, with the exercises of all its sessions; None for the whole view.
        width: The most characters of a line; at least 40.
        labels: The fixed words around what the pack says.
        words: The words that only programmes have.

    Raises:
        ValueError: if there is no such week.
    """
    if week is not None and not 1 <= week <= len(programme.weeks):
        raise ValueError(f"week: {week!r} is not a whole number from 1 to {len(programme.weeks)}")
    teller = _Teller(width, labels, words)
    if programme.status == "stopped":
        lines = teller.stopped(programme)
    elif week is None:
        lines = teller.programme(programme)
    else:
        lines = teller.one_week(programme, programme.weeks[week - 1])
    return "\n".join(lines)


def advance_text(
    advance: Advance,
    *,
    width: int = WIDTH,
    labels: Labels = ENGLISH,
    words: ProgrammeWords = PROGRAMME_ENGLISH,
) -> str:
    """What a report changed, in plain sentences with their reasons, and the session that comes next.

    Of a stopped programme only what stopped it is told: no exercise and no dose belongs to anything any more.

    Args:
        advance: What `psoas_rules.programme.advance` gave.
        width: The most characters of a line; at least 40.
        labels: The fixed words around what the pack says.
        words: The words that only programmes have.
    """
    return "\n".join(_Teller(width, labels, words).advance(advance)).lstrip("\n")


class _Teller:
    """Lines of one width with one choice of words."""

    def __init__(self, width: int, labels: Labels, words: ProgrammeWords) -> None:
        self.width = max(_NARROWEST, width)
        self.labels = labels
        self.words = words

    # The whole views

    def programme(self, programme: Programme) -> Iterator[str]:
        yield from self._head(programme)
        yield from self._this_week(programme)
        if programme.status == "active":
            yield from self._weeks_to_come(programme)
            yield from self._retests(programme)
        yield from self._latest(programme)
        yield from self._session(programme)
        yield from self._foot(programme)

    def one_week(self, programme: Programme, week: PlannedWeek) -> Iterator[str]:
        yield from self._head(programme)
        yield from self._week(programme, week)
        if week.retest is not None:
            yield from self._title(f"{self.words.on(week.retest.day)}: {week.retest.title}")
            for question in week.retest.ask:
                yield from self._wrap(f"- {question.label}: {question.ask}", hang=2)
        yield from self._warnings(programme)
        for day in week.sessions:
            about = self.words.about_minutes.format(minutes=day.minutes)
            if day.steps:
                yield from self._title(f"{self.words.on(day.day)}: {about}")
                yield from self._steps(day_sheet(programme, day, self.labels))
        yield from self._foot(programme)

    def stopped(self, programme: Programme) -> Iterator[str]:
        if programme.referral is not None:
            yield from self._outcome(sheet(programme.referral, self.labels))
            yield ""
        yield from self._head(programme)
        yield from self._latest(programme)
        if programme.referral is None:
            yield from self._warnings(programme)
        yield from self._foot(programme)

    def advance(self, advance: Advance) -> Iterator[str]:
        programme, words = advance.programme, self.words
        if programme.status == "stopped":
            yield from self.stopped(programme)
        elif programme.status_text:
            yield from self._wrap(programme.status_text)
        yield from self._listed(words.notes, advance.notes)
        undone = (change for change in advance.withdrawn if change.effect != "hold")
        yield from self._listed(words.withdrawn, map(self._dated, undone))
        if not advance.changes and programme.status != "stopped":
            yield from self._wrap(words.no_changes)
        if programme.status != "stopped":
            yield from self._changes(advance.changes)
            yield from self._session(programme)
            yield from self._foot(programme)

    def _changes(self, changes: Iterable[Change]) -> Iterator[str]:
        """The changes with their reasons. A day that they all share is said once."""
        some = tuple(changes)
        days = {change.day for change in some}
        if len(days) == 1:
            yield from self._title(self.words.on(*days))
        told: set[str] = set()
        for group, reasons in grouped(some):
            yield from self._title(self.words.group(group))
            for reason, those in reasons.items():
                for change in those:
                    yield from self._wrap(f"- {change.text if len(days) == 1 else self._dated(change)}", hang=2)
                if reason and reason not in told:
                    told.add(reason)
                    yield from self._wrap(self.words.why.format(reason=reason), indent=2)

    # Parts

    def _head(self, programme: Programme) -> Iterator[str]:
        words = self.words
        first, last = programme.weeks[0].days[0].day, programme.weeks[-1].days[-1].day
        yield from self._wrap(words.programme.format(first=words.dated(first), last=words.dated(last)))
        if programme.status_text:
            yield from self._wrap(programme.status_text)
        done, due = sessions_done(programme)
        if due:
            yield from self._wrap(words.sessions_done.format(done=done, due=due))

    def _this_week(self, programme: Programme) -> Iterator[str]:
        yield from self._week(programme, this_week(programme))

    def _week(self, programme: Programme, week: PlannedWeek) -> Iterator[str]:
        number = {"number": week.number, "count": len(programme.weeks)}
        yield from self._title(self.words.week_of.format(**number, title=week.title, goal=week.goal))
        if week.text:
            yield from self._wrap(week.text)
        for day in week.days:
            # While a programme is paused, nobody knows what the days to come will be.
            if programme.status != "paused" or programme.as_of is None or day.day <= programme.as_of:
                yield from self._wrap(self._day(day, week), indent=2, hang=4)
        for kind, days, text in day_texts(week, self.words):
            named = ", ".join(self.words.weekdays[day.weekday()] for day in days)
            yield from self._wrap(f"{named or self._capital(self.words.kind(kind))}: {text}", indent=2, hang=2)

    def _day(self, day: PlannedDay, week: PlannedWeek) -> str:
        words = self.words
        parts = [words.kind(day.kind), length_text(day, words, self.labels)]
        if week.retest is not None and week.retest.day == day.day:
            parts.append(words.retest)
        if day.done is not None:
            parts.append(words.done if day.done else words.not_done)
        return f"{words.on(day.day)}: {', '.join(part for part in parts if part)}"

    def _weeks_to_come(self, programme: Programme) -> Iterator[str]:
        weeks = weeks_to_come(programme)
        if not weeks:
            return
        yield from self._title(self.words.to_come)
        block = this_week(programme).block
        for week in weeks[:_MOST_WEEKS]:
            days = ", ".join(
                f"{self.words.weekdays[day.day.weekday()]} {self.words.minutes.format(minutes=day.minutes)}"
                for day in week.sessions
            )
            line = [f"{self.words.week.format(number=week.number)}: {days}"]
            line += [self.words.easy_week] if week.easy else []
            line += [self.words.retest] if week.retest else []
            line += [week.title] if week.block != block else []
            block = week.block
            yield from self._wrap("; ".join(line), indent=2, hang=4)
        if len(weeks) > _MOST_WEEKS:
            yield from self._wrap(self.words.more_weeks.format(count=len(weeks) - _MOST_WEEKS), indent=2)

    def _retests(self, programme: Programme) -> Iterator[str]:
        as_of = programme.as_of
        due = [week.retest for week in programme.weeks if week.retest and (as_of is None or week.retest.day > as_of)]
        if due:
            yield from self._title(self.words.retests)
            tests = "; ".join(question.label for question in due[0].ask)
            yield from self._wrap(f"{self.words.on(due[0].day)}, {due[0].title}: {tests}", indent=2, hang=2)
        if due[1:]:
            later = "; ".join(f"{self.words.on(one.day)}, {one.title}" for one in due[1:_MOST_WEEKS])
            yield from self._wrap(later, indent=2, hang=2)

    def _latest(self, programme: Programme) -> Iterator[str]:
        changes = latest(programme)
        yield from self._listed(self.words.changes, (self._dated(change) for change in changes[:_MOST_CHANGES]))
        if len(changes) > _MOST_CHANGES:
            yield from self._wrap(self.words.more_changes.format(count=len(changes) - _MOST_CHANGES), indent=2)

    def _session(self, programme: Programme) -> Iterator[str]:
        """What to ask oneself, and then the exercises: never these without that."""
        day = shown_session(programme)
        yield from self._warnings(programme)
        if day is None:
            if programme.status == "active":
                yield from self._title(self.words.no_session)
            return
        title = self.words.session if programme.status == "active" else self.words.last_session
        yield from self._title(
            title.format(day=self.words.on(day.day), minutes=day.minutes)
            if programme.status == "active"
            else title.format(minutes=day.minutes)
        )
        yield from self._steps(day_sheet(programme, day, self.labels))

    def _warnings(self, programme: Programme) -> Iterator[str]:
        labels = self.labels.sections
        if programme.stop_rules:
            yield from self._title(f"{labels['stop']}: {'; '.join(programme.stop_rules)}.")
        yield from self._listed(labels["seek_help"], programme.seek_help)
        for text in programme.seek_help_if_yes if programme.seek_help else ():
            yield from self._wrap(text)

    def _steps(self, told: Sheet) -> Iterator[str]:
        for step in told.steps:
            yield from self._wrap(f"{step.number}. {step.name} - {step.dose_text}", indent=2, hang=4)
            for text in step.mind:
                yield from self._wrap(text, indent=6)

    def _outcome(self, told: Sheet) -> Iterator[str]:
        for number, text in enumerate(told.lead):
            yield from self._wrap(text.upper() if told.urgency == "emergency" and not number else text)
        for section in told.sections:
            yield from self._listed(section.title, (*section.text, *section.entries, *section.after))

    def _foot(self, programme: Programme) -> Iterator[str]:
        pack, lines = programme.pack, self.labels.lines
        rules = lines["rules"].format(
            name=pack.name, version=pack.version, digest=pack.digest[:12], engine=programme.engine
        )
        yield ""
        yield from self._wrap(f"{programme.not_a_diagnosis} {programme.intended_use}")
        yield from self._wrap(rules)

    # Pieces

    def _dated(self, change: Change) -> str:
        return self.words.change.format(day=self.words.on(change.day), text=change.text)

    def _title(self, text: str) -> Iterator[str]:
        yield ""
        yield from self._wrap(text)

    def _listed(self, title: str, entries: Iterable[str]) -> Iterator[str]:
        some = tuple(entries)
        if some:
            yield from self._title(title)
        for entry in some:
            yield from self._wrap(f"- {entry}", hang=2)

    @staticmethod
    def _capital(text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}"

    def _wrap(self, text: str, *, indent: int = 0, hang: int = 0) -> list[str]:
        first, rest = " " * indent, " " * (indent + hang)
        return textwrap.wrap(
            legible(text), self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
