"""The way in: `plan` makes a programme, `advance` takes it on with what was reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from psoas_rules.errors import Problem
from psoas_rules.facts import listed
from psoas_rules.hints import kind, show
from psoas_rules.intake import Intake
from psoas_rules.memory import Memory
from psoas_rules.outcomes import PackStamp, Referral, Screening, Step
from psoas_rules.pack import DAYS_OF_A_WEEK
from psoas_rules.programme.course import Item
from psoas_rules.programme.errors import FeedbackError, ProgrammeError
from psoas_rules.programme.feedback import Feedback
from psoas_rules.programme.folding import Folder
from psoas_rules.programme.knowing import Ground, Knowledge
from psoas_rules.programme.state import State
from psoas_rules.programme.telling import in_words
from psoas_rules.programme.values import Advance, Change, Options, Programme, Status
from psoas_rules.recommender import Recommender, builtin

_MOST_FOLDERS: Final = 64
"""Options for which what goes through days is kept."""

_DAY: Final = dt.timedelta(days=1)


class Planner:
    """Plans programmes with one pack, and takes them on.

    Args:
        recommender: What decides; None for the built-in pack.

    Raises:
        ProgrammeError: if the pack plans no programmes.
    """

    def __init__(self, recommender: Recommender | None = None) -> None:
        self.recommender = builtin() if recommender is None else recommender
        self._knowledge = Knowledge(self.recommender)
        self._folders: Memory[Folder] = Memory(_MOST_FOLDERS)

    def plan(
        self, intake: object, *, start: dt.date, weeks: int = 6, days: Sequence[int] | None = None
    ) -> Programme | Referral | Screening:
        """A programme for a person, or why there is none. See `psoas_rules.programme.plan`."""
        if not isinstance(intake, Intake):
            hint = "; a routine alone cannot be planned, for new warning signs are read with the answers it came from"
            raise ProgrammeError((Problem("intake", f"it is an Intake, not {kind(intake)}{hint}"),))
        options = self._options(start, weeks, days)
        ground = self._knowledge.ground(intake)
        if not isinstance(ground, Ground):
            return ground
        folder = self._folder(options)
        return self._programme(folder, folder.start(intake, ground), intake, (), None)

    def advance(
        self, programme: object, feedback: Feedback | Iterable[Feedback] = (), *, today: dt.date | None = None
    ) -> Advance:
        """The next programme. See `psoas_rules.programme.advance`."""
        if not isinstance(programme, Programme):
            raise ProgrammeError((Problem("programme", f"it is a Programme, not {kind(programme)}"),))
        fresh = (feedback,) if isinstance(feedback, Feedback) else tuple(feedback)
        self._check(programme, fresh, today)
        log, notes = self._joined(programme, fresh)
        reached = max((one.day for one in log), default=None)
        until = max((day for day in (reached, today, programme.as_of) if day is not None), default=None)
        late = programme.as_of is not None and any(
            one.day <= programme.as_of for one in log if one not in programme.log
        )
        made = self._taken_on(programme, log, until, afresh=late or programme.pack != self._stamp(programme))
        before, after = list(programme.history), list(made.history)
        return Advance(
            programme=made,
            changes=_without(after, before),
            withdrawn=_without(before, after),
            notes=notes,
        )

    def _folder(self, options: Options) -> Folder:
        found = self._folders.get(options)
        if found is None:
            found = Folder(self._knowledge, options)
            self._folders.put(options, found)
        return found

    def _stamp(self, programme: Programme) -> PackStamp:
        """The stamp of the pack that decides now; another pack starts afresh from the same answers and reports."""
        ground = self._knowledge.ground(programme.intake)
        return ground.routine.pack if isinstance(ground, Ground) else ground.pack

    def _taken_on(
        self, programme: Programme, log: tuple[Feedback, ...], until: dt.date | None, *, afresh: bool
    ) -> Programme:
        folder = self._folder(programme.options)
        ground = self._knowledge.ground(programme.intake if afresh else programme.answers)
        if not isinstance(ground, Ground):
            if not afresh:
                # It stopped, or waits for answers: the ground on which it stood before is found by going through it.
                return self._taken_on(programme, log, until, afresh=True)
            message = f"these answers get no programme with this pack: {ground.kind}"
            raise ProgrammeError((Problem("intake", message),))
        if afresh:
            state, day = folder.start(programme.intake, ground), programme.options.start
        else:
            over = programme.as_of
            past = [day for week in programme.weeks for day in week.days if over is not None and day.day <= over]
            state = State(
                course=programme.course,
                ground=ground,
                answers=programme.answers,
                past=past,
                history=list(programme.history),
                referral=programme.referral,
            )
            day = programme.options.start if over is None else over + _DAY
        by_day = {one.day: one for one in log}
        last = folder.layout.timetable.last()
        while until is not None and day <= min(until, last):
            folder.day(state, day, by_day.get(day))
            day += _DAY
        # Nothing is planned any more; but whoever goes on is heard.
        for one in log:
            if one.day >= max(day, last + _DAY):
                folder.after(state, one.day, one)
        return self._programme(folder, state, programme.intake, log, until)

    def _programme(
        self, folder: Folder, state: State, intake: Intake, log: tuple[Feedback, ...], as_of: dt.date | None
    ) -> Programme:
        routine, course, texts = state.ground.routine, state.course, self._knowledge.plan.texts
        status: Status = "active"
        if course.stopped:
            status = "stopped"
        elif course.waiting:
            # A pause outlasts the weeks.
            status = "paused"
        elif as_of is not None and as_of >= folder.layout.timetable.last():
            status = "finished"
        waits = "paused" if course.waiting == "review" else "screen_again"
        key = {"stopped": "stopped", "finished": "finished", "paused": waits}.get(status)
        return Programme(
            pack=routine.pack,
            engine=routine.engine,
            intended_use=routine.intended_use,
            not_a_diagnosis=routine.not_a_diagnosis,
            status=status,
            status_text=texts[key] if key else None,
            referral=state.referral,
            options=folder.options,
            intake=intake,
            answers=state.answers,
            as_of=as_of,
            weeks=tuple(folder.layout.weeks(course, state.ground, state.past)),
            exercises=tuple(self._step(folder, item, state.ground) for item in course.items if not course.stopped),
            history=tuple(state.history),
            log=log,
            course=course,
            seek_help=routine.seek_help,
            seek_help_if_yes=routine.seek_help_if_yes,
            stop_rules=routine.stop_rules,
            pain_rules=routine.pain_rules,
        )

    @staticmethod
    def _step(folder: Folder, item: Item, ground: Ground) -> Step:
        """An exercise with its instructions, at its present dose."""
        step = ground.possible.step(item.exercise, item.slot)
        return attrs.evolve(step, dose=folder.layout.daily.dose(item, ground))

    # What is given

    def _options(self, start: dt.date, weeks: int, days: Sequence[int] | None) -> Options:
        problems: list[Problem] = []
        if not isinstance(start, dt.date) or isinstance(start, dt.datetime):
            problems.append(
                Problem("start", f"{show(start)} is not a day; give a datetime.date, such as date(2030, 1, 31)")
            )
        most = int(self._knowledge.plan.number("most_weeks"))
        if isinstance(weeks, bool) or not isinstance(weeks, int) or not 1 <= weeks <= most:
            problems.append(Problem("weeks", f"{show(weeks)} is not a whole number from 1 to {most}"))
        chosen = tuple(days or ())
        problems += _wrong_days(chosen)
        if not problems:
            try:
                start - _DAY, start + dt.timedelta(days=(weeks + 1) * DAYS_OF_A_WEEK)
            except OverflowError:
                problems.append(Problem("start", f"{start} is too near the first or last day that a date can be"))
        if problems:
            raise ProgrammeError(tuple(problems))
        return Options(start=start, weeks=weeks, days=tuple(sorted(chosen)))

    def _check(self, programme: Programme, fresh: Iterable[Feedback], today: dt.date | None) -> None:
        if today is not None and (not isinstance(today, dt.date) or isinstance(today, dt.datetime)):
            raise ProgrammeError((Problem("today", f"{show(today)} is not a day; give a datetime.date"),))
        listener = self._folder(programme.options).listener
        for one in fresh:
            if not isinstance(one, Feedback):
                raise FeedbackError(
                    (Problem("", f"it is Feedback, not {kind(one)}; Feedback.from_dict reads plain data"),)
                )
            listener.check(one)
            for answers in one.answers:
                self.recommender.check(answers)
            if one.day < programme.options.start:
                message = f"{one.day} is before the first day of the programme, {programme.options.start}"
                raise FeedbackError((Problem("day", message),))
            if today is not None and one.day > today:
                # One mistyped month would make every session until then a missed one.
                message = f"{one.day} is after today, {today}; write the day of the report"
                raise FeedbackError((Problem("day", message),))

    def _joined(self, programme: Programme, fresh: Iterable[Feedback]) -> tuple[tuple[Feedback, ...], tuple[str, ...]]:
        """The log with what is new, and what was noticed about it."""
        texts, notes = self._knowledge.plan.texts, []
        by_day = {one.day: one for one in programme.log}
        end = self._folder(programme.options).layout.timetable.last()
        for one in fresh:
            known, day = by_day.get(one.day), in_words(one.day)
            joined = one if known is None else known.joined(one)
            if known is not None and joined == known and not _contradicts(known, one):
                notes.append(texts["known"].format(day=day))
            elif known is not None and _contradicts(known, one):
                notes.append(texts["twice"].format(day=day))
            elif programme.as_of is not None and one.day < programme.as_of:
                notes.append(texts["late"].format(day=day))
            if one.day > end:
                notes.append(texts["after_end"].format(day=in_words(end)))
            elif programme.status == "stopped":
                notes.append(texts["after_stop"].format(day=day))
            by_day[one.day] = joined
        return tuple(by_day[day] for day in sorted(by_day)), tuple(dict.fromkeys(notes))


def _wrong_days(days: tuple[int, ...]) -> list[Problem]:
    """What is wrong with weekdays that were asked for."""
    if any(isinstance(day, bool) or not isinstance(day, int) or not 0 <= day < DAYS_OF_A_WEEK for day in days):
        return [Problem("days", f"{listed(map(show, days))} are not weekdays; Monday is 0 and Sunday is 6")]
    if len(set(days)) < len(days):
        return [Problem("days", f"{listed(map(str, days))} has a day twice")]
    running = [day for day in days if (day + 1) % DAYS_OF_A_WEEK in days]
    if running:
        message = f"{listed(map(str, days))} has two days running; leave a day between whole sessions"
        return [Problem("days", message)]
    return []


def _contradicts(known: Feedback, one: Feedback) -> bool:
    """Whether one question has two answers."""
    mine, yours = known.to_dict(), one.to_dict()
    skip = ("day", "exercises", "answers")
    if any(mine[key] != yours[key] for key in mine if key in yours and key not in skip):
        return True
    reports = {report["exercise"]: report for report in mine.get("exercises", ())}
    return any(
        reports.get(report["exercise"], report).get(key, value) != value
        for report in yours.get("exercises", ())
        for key, value in report.items()
    )


def _without(changes: list[Change], others: list[Change]) -> tuple[Change, ...]:
    """The changes that are not among the others; each of those counts once."""
    left = list(others)
    kept: list[Change] = []
    for change in changes:
        if change in left:
            left.remove(change)
        else:
            kept.append(change)
    return tuple(kept)


_planners: dict[str, Planner] = {}


def _planner() -> Planner:
    found = _planners.get("default")
    return _planners.setdefault("default", Planner()) if found is None else found


def plan(
    intake: Intake, *, start: dt.date, weeks: int = 6, days: Sequence[int] | None = None
) -> Programme | Referral | Screening:
    """A programme for these answers with the built-in pack.

    Args:
        intake: What the person has answered.
        start: The first day.
        weeks: How many weeks.
        days: Weekdays for whole sessions (Monday is 0); never two running. None for the days of the pack. The pack
            says how many of them are used.

    Returns:
        A `Programme`, or the `Referral` or `Screening` that `recommend` would give.

    Raises:
        IntakeError: if an answer cannot be read.
        ProgrammeError: if an argument is wrong.
    """
    return _planner().plan(intake, start=start, weeks=weeks, days=days)


def advance(
    programme: Programme, feedback: Feedback | Iterable[Feedback] = (), *, today: dt.date | None = None
) -> Advance:
    """The next programme, and what changed and why.

    The same reports give the same programme, in whatever order and however often they come.

    Args:
        programme: The programme so far.
        feedback: What was reported, for one day or several.
        today: The day up to which to look; planned sessions before it that nobody reported count as missed. None
            for the last day that was reported.

    Raises:
        FeedbackError: if a report cannot be read, or is about a day after `today`.
        IntakeError: if a new answer cannot be read.
        ProgrammeError: if what is given is no programme.
    """
    return _planner().advance(programme, feedback, today=today)
