"""What the ways of showing a programme share: the week that is on, a day as a sheet, and what changed lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from psoas_rules.outcomes import ENGLISH, Labels, Profile, Routine, Section, Sheet, SidePattern, Step, StepSheet, sheet
from psoas_rules.pack import DayKind
from psoas_rules.programme.values import Change, PlannedDay, PlannedStep, PlannedWeek, Programme
from psoas_rules.programme.words import GROUPS, Group, ProgrammeWords
from psoas_rules.trace import Trace

_DAY: Final = dt.timedelta(days=1)
_LATELY: Final = dt.timedelta(days=7)
_NOT_OF_A_DAY: Final = frozenset({"pattern", "time"})
"""Sections that belong to a routine as a whole."""
_SHORT: Final = 25
"""A text about a day that is shorter says nothing more than its name."""
_UNCHANGED: Final = frozenset({"hold", "waits"})
_NOWHERE: Final = SidePattern(tight="no_information", weak="no_information")


def this_week(programme: Programme) -> PlannedWeek:
    """The week of the day after the last one that was looked at; the last week when all are over."""
    if programme.as_of is None:
        return programme.weeks[0]
    today = programme.as_of + _DAY
    return next((week for week in programme.weeks if week.days[-1].day >= today), programme.weeks[-1])


def weeks_to_come(programme: Programme) -> tuple[PlannedWeek, ...]:
    """The weeks after the one that is on."""
    return programme.weeks[this_week(programme).number :]


def shown_session(programme: Programme) -> PlannedDay | None:
    """The session that the exercises are shown for: the coming one, or the last one when the weeks are over.

    None while the programme is paused or stopped, and when nothing is planned.
    """
    if programme.status == "active":
        return programme.next_session()
    if programme.status == "finished":
        # Of the last sessions the fullest: the others may be shortened, so that the week does not ask for too much.
        last = next((week.sessions for week in reversed(programme.weeks) if any(d.steps for d in week.sessions)), ())
        fullest = max(last, key=lambda day: day.minutes, default=None)
        return None if fullest is None else _to_go_on(programme, fullest)
    return None


def _to_go_on(programme: Programme, day: PlannedDay) -> PlannedDay:
    """The session to go on with: what its last report replaced is replaced, and what that took out is left out."""
    known = {step.exercise for step in programme.exercises}
    mine = {planned.exercise for planned in day.steps}
    fresh = {step.slot: step for step in programme.exercises if step.exercise not in mine}
    steps: list[PlannedStep] = []
    for planned in day.steps:
        other = fresh.get(planned.slot)
        if planned.exercise in known:
            steps.append(planned)
        elif other is not None:
            steps.append(attrs.evolve(planned, exercise=other.exercise, name=other.name, dose=other.dose))
    return attrs.evolve(day, steps=tuple(steps))


def day_sheet(programme: Programme, day: PlannedDay, labels: Labels = ENGLISH) -> Sheet:
    """A day of a programme as people read it: when to stop, the exercises with their doses, how much pain is all right.

    Args:
        programme: The programme.
        day: One of its days.
        labels: The fixed words around what the pack says.
    """
    routine = Routine(
        pack=programme.pack,
        engine=programme.engine,
        intended_use=programme.intended_use,
        trace=Trace(),
        triage="ok",
        # A day says nothing about the pattern; its section is left out below.
        profile=Profile(kind="uncertain", confidence="low", left=_NOWHERE, right=_NOWHERE, text="", confidence_text=""),
        steps=tuple(_steps(programme, day)),
        left_out=(),
        requests=(),
        notes=(),
        principles=(),
        pain_rules=programme.pain_rules,
        stop_rules=programme.stop_rules,
        seek_help=programme.seek_help,
        seek_help_if_yes=programme.seek_help_if_yes,
        schedule=(),
        next_check="",
        next_check_weeks=0,
        seconds=day.minutes * 60,
        minutes=day.minutes,
        not_a_diagnosis=programme.not_a_diagnosis,
    )
    told = sheet(routine, labels)
    return attrs.evolve(
        told,
        sections=tuple(_without_days(one, labels) for one in told.sections if one.role not in _NOT_OF_A_DAY),
        foot=(programme.not_a_diagnosis, *told.foot),
    )


def _steps(programme: Programme, day: PlannedDay) -> Iterator[Step]:
    known = {step.exercise: step for step in programme.exercises}
    for planned in day.steps:
        step = known.get(planned.exercise) or _bare(planned)
        yield attrs.evolve(step, phase=planned.phase, slot=planned.slot, dose=planned.dose)


def _without_days(section: Section, labels: Labels) -> Section:
    """The section without how often each exercise may be done in a week: the calendar says when it is done."""
    return attrs.evolve(section, steps=tuple(_on_this_day(step, labels) for step in section.steps))


def _on_this_day(step: StepSheet, labels: Labels) -> StepSheet:
    feel = f"{step.feel[:1].upper()}{step.feel[1:]}"
    told = {
        labels.step["feel_on_days"].format(feel=feel, days=step.days): f"{feel}.",
        labels.step["on_days"].format(days=step.days): "",
    }
    lines = (told.get(line, line) for line in step.details)
    # What it is for keeps its place, said or not.
    return attrs.evolve(step, details=(step.why, *(line for line in tuple(lines)[1:] if line)))


def _bare(planned: PlannedStep) -> Step:
    """An exercise that is no longer in the programme: its name and its dose are all that is known."""
    return Step(
        exercise=planned.exercise,
        name=planned.name,
        phase=planned.phase,
        slot=planned.slot,
        position="",
        why="",
        dose=planned.dose,
        how=(),
    )


def latest(programme: Programme) -> tuple[Change, ...]:
    """What changed in the last days, newest first; of a stopped programme, what stopped it."""
    if not programme.history:
        return ()
    newest = max(change.day for change in programme.history)
    if programme.status == "stopped":
        some = [change for change in programme.history if change.day == newest and change.exercise is None]
        return tuple(change for change in some if change.effect != "stop" or programme.referral is None)
    recent = (change for change in programme.history if change.day > newest - _LATELY)
    some = [change for change in recent if change.effect not in _UNCHANGED]
    return tuple(sorted(some, key=lambda change: -change.day.toordinal()))


def grouped(changes: Iterable[Change]) -> Iterator[tuple[Group, dict[str, list[Change]]]]:
    """The changes by what they mean, and in each group by their reason; an empty reason where none is known."""
    groups: dict[Group, dict[str, list[Change]]] = {group: {} for group in GROUPS.values()}
    for change in changes:
        reason = next((firing.because for firing in change.trace.firings if firing.because), "")
        groups[GROUPS[change.effect]].setdefault(reason, []).append(change)
    return ((group, reasons) for group, reasons in groups.items() if reasons)


def sessions_done(programme: Programme) -> tuple[int, int]:
    """How many whole sessions were done, and how many were planned so far."""
    over = [day for day in programme.sessions() if day.done is not None]
    return sum(day.done is True or programme.course.made_up(day.day) for day in over), len(over)


def length_text(day: PlannedDay, words: ProgrammeWords, labels: Labels = ENGLISH) -> str:
    """How long the exercises of a day take, with the part of the session that they are where it is only one."""
    if not day.steps:
        return ""
    minutes = words.minutes.format(minutes=day.minutes)
    phases = {step.phase for step in day.steps}
    if len(phases) > 1:
        return minutes
    return words.part.format(part=labels.sections[phases.pop()].lower(), minutes=minutes)


def day_texts(week: PlannedWeek, words: ProgrammeWords) -> Iterator[tuple[DayKind, tuple[dt.date, ...], str]]:
    """What the days of a week are for, each text once: the kind of day, the days where not all of the kind, the text.

    A text that says no more than the name of its kind is left out.
    """
    days = [day for day in week.days if day.steps or day.kind == "easy"]
    texts = dict.fromkeys((day.kind, day.text) for day in days)
    kinds = [kind for kind, _ in texts]
    for kind, text in texts:
        if words.kind(kind).casefold() in text.casefold() and len(text) < _SHORT:
            continue
        those = tuple(day.day for day in days if (day.kind, day.text) == (kind, text))
        yield kind, those if kinds.count(kind) > 1 else (), text
