"""The values that come out: a `Programme` of weeks, and what changed in it and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import attrs

from psoas_rules.errors import Problem
from psoas_rules.importing import IMPORTING
from psoas_rules.intake import Intake
from psoas_rules.outcomes import Dose, PackStamp, Referral, Step
from psoas_rules.pack import DayKind, Phase
from psoas_rules.programme.course import Course
from psoas_rules.programme.errors import ProgrammeError
from psoas_rules.programme.feedback import Feedback
from psoas_rules.trace import Trace

if TYPE_CHECKING:
    from psoas_rules.outcomes import Screening

Status: TypeAlias = Literal["active", "paused", "stopped", "finished"]

Effect: TypeAlias = Literal[
    "progress",
    "hold",
    "reduce",
    "regress",
    "substitute",
    "rest",
    "return",
    "upkeep",
    "waits",
    "add",
    "remove",
    "swap",
    "side",
    "note",
    "ease",
    "shorten",
    "lengthen",
    "repeat",
    "restart",
    "deload",
    "flare",
    "screen",
    "pause",
    "resume",
    "stop",
    "answers",
]
"""What a change does."""


@attrs.frozen(kw_only=True)
class Change:
    """Something that a report changed, or did not change, and why.

    Attributes:
        day: The day of the report.
        effect: What happened.
        text: The change in a plain sentence.
        exercise: Id of the exercise, where it is about one.
        name: Its name.
        to: Id of the exercise that takes its place.
        dose: The new dose in words, where there is one.
        rules: Ids of the rules behind it.
        trace: Their firings, with what they read.
    """

    day: dt.date
    effect: Effect
    text: str
    exercise: str | None = None
    name: str | None = None
    to: str | None = None
    dose: str | None = None
    rules: tuple[str, ...] = ()
    trace: Trace = attrs.field(factory=Trace)


@attrs.frozen(kw_only=True)
class PlannedStep:
    """One exercise of one planned day."""

    exercise: str
    name: str
    phase: Phase
    slot: str
    dose: Dose


@attrs.frozen(kw_only=True)
class PlannedDay:
    """One day of a programme.

    Attributes:
        day: The date.
        kind: `whole` for a whole session, `easy` for a walk and the release part, `rest` for nothing.
        text: The same in words.
        steps: The exercises, in order.
        minutes: About how long they take.
        done: Whether a session was reported for it; None for a day that is still to come.
    """

    day: dt.date
    kind: DayKind
    text: str
    steps: tuple[PlannedStep, ...] = ()
    minutes: int = 0
    done: bool | None = None


@attrs.frozen(kw_only=True)
class RetestQuestion:
    """A self-test or a sign to ask again: the fact, its name and the question."""

    fact: str
    label: str
    ask: str


@attrs.frozen(kw_only=True)
class Retest:
    """A day on which tests are repeated."""

    day: dt.date
    title: str
    ask: tuple[RetestQuestion, ...]


@attrs.frozen(kw_only=True)
class PlannedWeek:
    """One week of a programme.

    Attributes:
        number: Counted from 1.
        easy: Whether it is an easy week.
        block: Id of the block it belongs to.
        title: Title of the block.
        goal: What the block is for.
        text: What is special about the week, if anything.
        days: The seven days.
        retest: Tests at its end, if any.
        work_s: Seconds of strengthening work that it asks for, rests not counted.
    """

    number: int
    easy: bool
    block: str
    title: str
    goal: str
    days: tuple[PlannedDay, ...]
    text: str | None = None
    retest: Retest | None = None
    work_s: float = 0

    @property
    def sessions(self) -> tuple[PlannedDay, ...]:
        """The days with a whole session."""
        return tuple(day for day in self.days if day.kind == "whole")


@attrs.frozen(kw_only=True)
class Options:
    """How a programme was asked for: its first day, its weeks, and the weekdays for whole sessions (Monday is 0)."""

    start: dt.date
    weeks: int
    days: tuple[int, ...] = ()


@attrs.frozen(kw_only=True)
class Programme:
    """Weeks of sessions that follow from a person's answers and from everything reported so far.

    It never changes; `advance` gives the next one. Keep its JSON and hand it in again.

    Attributes:
        pack: Which pack decided.
        engine: Which engine decided.
        intended_use: What it is for.
        not_a_diagnosis: What it is not.
        status: `active`; `paused` until a review or the safety questions are reported; `stopped` by a referral;
            `finished` when its weeks are over.
        status_text: The same in words; None while it is active.
        referral: Why it stopped.
        options: How it was asked for.
        intake: The person's answers, as they were at the start.
        answers: The same with everything answered since.
        as_of: The last day that was looked at.
        weeks: The weeks. Days to come show what would be done if nothing changed.
        exercises: The exercises that are in it now, with their instructions.
        history: Every change, in the order of days.
        log: Every report, joined by days.
        course: Where each exercise stands; for `advance`.
        seek_help: Warning signs to ask about before each session.
        seek_help_if_yes: What to do if one of them is there.
        stop_rules: When to stop everything and seek help.
        pain_rules: How much pain is acceptable.
    """

    pack: PackStamp
    engine: str
    intended_use: str
    not_a_diagnosis: str
    status: Status
    options: Options
    intake: Intake
    answers: Intake
    as_of: dt.date | None
    weeks: tuple[PlannedWeek, ...]
    exercises: tuple[Step, ...]
    history: tuple[Change, ...]
    log: tuple[Feedback, ...]
    course: Course
    status_text: str | None = None
    referral: Referral | None = None
    seek_help: tuple[str, ...] = ()
    seek_help_if_yes: tuple[str, ...] = ()
    stop_rules: tuple[str, ...] = ()
    pain_rules: tuple[str, ...] = ()

    def day(self, day: dt.date) -> PlannedDay:
        """What is planned for a day.

        Raises:
            KeyError: if the programme does not reach that day.
        """
        for week in self.weeks:
            for planned in week.days:
                if planned.day == day:
                    return planned
        raise KeyError(day)

    def next_session(self) -> PlannedDay | None:
        """The first whole session after the last day that was looked at; None when there is none."""
        return next((day for day in self.sessions() if self.as_of is None or day.day > self.as_of), None)

    def sessions(self) -> Iterator[PlannedDay]:
        """Every day with a whole session."""
        for week in self.weeks:
            yield from week.sessions

    def to_dict(self) -> dict[str, Any]:
        """The programme as plain data for JSON; `from_dict` reads it back."""
        with IMPORTING:
            from psoas_rules.shapes import plain

        return {"programme": FORMAT, **_tidy(plain(self))}

    def to_json(self) -> str:
        """The programme as JSON text; `from_json` reads it back."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """A programme from the plain data that `to_dict` gave.

        Raises:
            ProgrammeError: listing everything that does not fit.
        """
        with IMPORTING:
            from psoas_rules.shapes import structure

        if not isinstance(data, Mapping) or data.get("programme") != FORMAT:
            message = f"this is not a stored programme of format {FORMAT}"
            raise ProgrammeError((Problem("programme", message),))
        made, mismatches = structure({key: value for key, value in data.items() if key != "programme"}, cls)
        if made is None:
            raise ProgrammeError(tuple(Problem(".".join(map(str, m.path)), m.message) for m in mismatches))
        if not made.weeks or len(made.weeks) != made.options.weeks:
            message = f"{len(made.weeks)} weeks are stored, and {made.options.weeks} were planned"
            raise ProgrammeError((Problem("weeks", message),))
        return made

    def __str__(self) -> str:
        with IMPORTING:
            from psoas_rules.programme.text import programme_text

        return programme_text(self)

    def _repr_html_(self) -> str:
        """What notebooks show."""
        return _notebook(str(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """A programme from the JSON text that `to_json` gave.

        Raises:
            ProgrammeError: if it is no JSON, or listing everything that does not fit.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ProgrammeError((Problem("", f"this is not readable JSON: {error}"),)) from None
        return cls.from_dict(data)


def _tidy(data: Any) -> Any:
    """The same data with whole numbers written as such, so that what is read back is written the same."""
    if isinstance(data, dict):
        return {key: _tidy(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_tidy(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


FORMAT = 1
"""Version of the stored form."""


@attrs.frozen(kw_only=True)
class Advance:
    """The next programme, and what changed.

    Attributes:
        programme: The programme from now on.
        changes: What the feedback changed, and what it left as it is, each with its reason.
        withdrawn: Changes of earlier days that late feedback undid.
        notes: What was noticed about the feedback itself: late, known already, two answers to one question.
    """

    programme: Programme
    changes: tuple[Change, ...]
    withdrawn: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        with IMPORTING:
            from psoas_rules.programme.text import advance_text

        return advance_text(self)

    def _repr_html_(self) -> str:
        """What notebooks show."""
        return _notebook(str(self))


def _notebook(text: str) -> str:
    """Text as HTML for a notebook, line by line as it is; the page to print is made in `psoas_rules.programme.page`."""
    return f'<pre style="white-space:pre-wrap">{escape(text)}</pre>'


Planned: TypeAlias = "Programme | Referral | Screening"
