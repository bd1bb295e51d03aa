"""An outcome in the words and the order in which people read it. Every format is written from this, and adds nothing.

So what the terminal, a notebook, a printed page, a calendar and a voice say is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.outcomes.doses import DoseText
from psoas_rules.outcomes.labels import ENGLISH, Labels
from psoas_rules.outcomes.values import (
    Dose,
    Note,
    Outcome,
    PackStamp,
    Referral,
    Request,
    Routine,
    Screening,
    Step,
)
from psoas_rules.outcomes.weeks import planned
from psoas_rules.pack import LEVELS, PHASES, DayKind, Level, Phase

Role: TypeAlias = Literal[
    "pattern",
    "know",
    "stop",
    "seek_help",
    "shared_cautions",
    "warm_up",
    "strengthening",
    "release",
    "time",
    "pain",
    "asked",
    "left_out",
    "how_to",
    "act",
    "why",
    "meanwhile",
    "open",
    "known",
    "ask",
]
"""What a section is for, in the order of a sheet; a format may give it a look by it."""

_SHARED_FROM = 3
"""So many steps must carry a caution before it is said once for all."""


@attrs.frozen(kw_only=True)
class StepSheet:
    """One exercise as people read it.

    Attributes:
        number: Its place in the whole routine, from 1.
        exercise: Its id.
        name: What it is called.
        phase: The phase it belongs to.
        dose_text: How much of it, in one line.
        amount, side, extra, rest, tempo, feel, days: The pieces of that, and how it should feel; see `DoseText`.
        minutes: About how long it takes, in whole minutes, at least 1.
        why: What it is for.
        how: Instructions, in order.
        cues: Short reminders.
        faults: What often goes wrong.
        cautions: What this person should mind, without what is said once for several exercises.
        all_cautions: The same with it.
        stop_signs: When to stop this exercise.
        stop_text: The same as one line; empty where there are none.
        instead_of: Names of exercises that it stands in for.
        needs: Things it needs.
        details: The lines under its name where there is no room for a layout: why, how, cautions, feel and days, what
            it stands in for, when to stop it.
        dose: The numbers.
    """

    number: int
    exercise: str
    name: str
    phase: Phase
    dose_text: str
    amount: str
    side: str
    extra: tuple[str, ...]
    rest: str
    tempo: str
    feel: str
    days: str
    minutes: int
    why: str
    how: tuple[str, ...]
    cues: tuple[str, ...]
    faults: tuple[str, ...]
    cautions: tuple[str, ...]
    all_cautions: tuple[str, ...]
    stop_signs: tuple[str, ...]
    stop_text: str
    instead_of: tuple[str, ...]
    needs: tuple[str, ...]
    details: tuple[str, ...]
    dose: Dose

    @property
    def remarks(self) -> tuple[str, ...]:
        """The details that are neither what it is for nor how it is done, nor when to stop it."""
        rest = self.details[1 + len(self.how) :]
        return rest[:-1] if self.stop_text else rest

    @property
    def mind(self) -> tuple[str, ...]:
        """The lines that are never to be hidden: its cautions, and when to stop it."""
        return (*self.remarks[: len(self.cautions)], *([self.stop_text] if self.stop_text else []))

    @property
    def dose_pieces(self) -> tuple[str, ...]:
        """How much of it, piece by piece; joined by semicolons, all but the tempo, the last, are its `dose_text`."""
        return tuple(piece for piece in (self.amount, self.side, *self.extra, self.rest, self.tempo) if piece)


@attrs.frozen(kw_only=True)
class Section:
    """A part of a sheet: a title, then paragraphs, a list, steps, and paragraphs after them; what is empty is left out.

    Attributes:
        role: What it is for.
        title: Its title.
        minutes: For a phase: about how long it takes.
        level: For questions: how urgent a yes would be.
        text: Paragraphs.
        entries: A list.
        steps: Exercises.
        after: Paragraphs that belong below.
    """

    role: Role
    title: str
    minutes: int | None = None
    level: Level | None = None
    text: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    steps: tuple[StepSheet, ...] = ()
    after: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class DaySheet:
    """One day of the week of a routine.

    Attributes:
        index: 0 for the day it starts on, to 6.
        kind: `whole`, `easy` or `rest`.
        text: What that means.
        steps: The numbers of the steps for that day.
    """

    index: int
    kind: DayKind
    text: str
    steps: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Sheet:
    """An outcome as people read it.

    Attributes:
        kind: `routine`, `referral` or `screening`.
        urgency: The level of triage; for a screening that of the most dangerous question.
        title: What it is.
        lead: The first thing to read, before all sections.
        sections: What follows, in order.
        week: The seven days of a routine; empty when its pack plans none.
        next_check: When to look again, in words; empty except for a routine.
        next_check_weeks: The same in weeks.
        minutes: About how long the session takes; None except for a routine with steps.
        stamp: Which pack decided.
        foot: What it is meant for, and who decided.
    """

    kind: Literal["routine", "referral", "screening"]
    urgency: Level
    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    stamp: PackStamp
    foot: tuple[str, ...]
    week: tuple[DaySheet, ...] = ()
    next_check: str = ""
    next_check_weeks: int | None = None
    minutes: int | None = None

    @property
    def steps(self) -> tuple[StepSheet, ...]:
        """The exercises of all phases, in order."""
        return tuple(step for section in self.sections for step in section.steps)

    def section(self, role: Role) -> Section | None:
        """The first section with this role; None when there is nothing to say in it."""
        return next((section for section in self.sections if section.role == role), None)

    def texts(self) -> Iterator[str]:
        """Every text of the sections, in order: what a full format must not leave out. Tempo, needs, reminders, common
        mistakes and the week are for formats that have room for them.
        """
        yield from (self.title, *self.lead)
        for section in self.sections:
            yield from (section.title, *section.text, *section.entries)
            for step in section.steps:
                yield from (step.name, step.dose_text, *step.details)
            yield from section.after
        yield from self.foot


def sheet(outcome: Outcome, labels: Labels = ENGLISH) -> Sheet:
    """The outcome as people read it.

    Args:
        outcome: A routine, a referral or a screening.
        labels: The fixed words around what the pack says.
    """
    foot = labels.lines["rules"].format(
        name=outcome.pack.name, version=outcome.pack.version, digest=outcome.pack.digest[:12], engine=outcome.engine
    )
    match outcome:
        case Routine():
            made = _routine(outcome, labels)
        case Referral():
            made = _referral(outcome, labels)
        case Screening():
            made = _screening(outcome, labels)
    return attrs.evolve(made, foot=(outcome.intended_use, foot))


def _routine(routine: Routine, labels: Labels) -> Sheet:
    shared = _shared_cautions(routine)
    numbered = dict(enumerate(routine.steps, start=1))
    phases = []
    for phase in PHASES:
        steps = tuple(_step(number, step, shared, labels) for number, step in numbered.items() if step.phase == phase)
        takes = _minutes(sum(step.dose.seconds for step in steps))
        phases.append(Section(role=phase, title=labels.sections[phase], steps=steps, minutes=takes))
    minutes = _minutes(routine.seconds) if routine.steps else None
    when = (labels.lines["about_minutes"].format(minutes=minutes), *routine.schedule) if minutes else ()
    empty, notes = not routine.steps, tuple(_texts(routine.notes))
    sections = (
        _paragraphs("pattern", tuple(_pattern(routine, labels)), labels),
        # What the person should mind stands before the exercises: afterwards it would be read too late, or not at all.
        _listed("know", () if empty else notes, labels),
        _listed("stop", routine.stop_rules, labels),
        attrs.evolve(_listed("seek_help", routine.seek_help, labels), after=routine.seek_help_if_yes),
        _listed("shared_cautions", _with_numbers(shared, numbered, labels), labels),
        *phases,
        _paragraphs("time", (*when, routine.next_check), labels),
        _listed("pain", routine.pain_rules, labels),
        _listed("asked", (_request(request, labels) for request in routine.requests), labels),
        _listed("left_out", _left_out(routine), labels),
        _listed("how_to", routine.principles, labels),
    )
    week = planned(routine)
    return Sheet(
        kind="routine",
        urgency=routine.triage,
        title=labels.titles["no_steps" if empty else "routine"],
        # With no exercise in it, why that is so is the first thing to read.
        lead=notes if empty else (),
        sections=_said(sections),
        stamp=routine.pack,
        foot=(),
        week=()
        if empty
        else tuple(
            DaySheet(index=i, kind=day.kind, text=day.text, steps=steps)
            for i, (day, steps) in enumerate(zip(routine.week, week, strict=True))
        ),
        next_check=routine.next_check,
        next_check_weeks=routine.next_check_weeks,
        minutes=minutes,
    )


def _referral(referral: Referral, labels: Labels) -> Sheet:
    return Sheet(
        kind="referral",
        urgency=referral.urgency,
        title=labels.urgencies.get(referral.urgency, labels.titles["referral"]),
        lead=(referral.headline,),
        sections=_said(
            (
                _listed("act", referral.actions, labels),
                _listed("why", _texts(referral.reasons), labels),
                _listed("meanwhile", referral.meanwhile, labels),
                _listed("open", (question.ask for question in referral.unanswered), labels),
            )
        ),
        stamp=referral.pack,
        foot=(),
    )


def _screening(screening: Screening, labels: Labels) -> Sheet:
    grouped = {fact for group in screening.groups for fact in group.facts}
    sections = []
    for level in reversed(LEVELS):
        asks = [group.ask for group in screening.groups if group.urgency == level]
        asks += [one.ask for one in screening.questions if one.urgency == level and one.fact not in grouped]
        title = screening.if_unsure.get(level, labels.sections["ask"])
        sections.append(Section(role="ask", title=title, level=level, entries=tuple(asks)))
    known = _listed("known", _texts(screening.reasons), labels)
    urgencies = [question.urgency for question in screening.questions]
    return Sheet(
        kind="screening",
        urgency=max(urgencies, key=LEVELS.index, default="ok"),
        title=labels.titles["screening"],
        lead=(screening.message,),
        # What is known already comes first: it may call for something, whatever the open questions say.
        sections=_said((attrs.evolve(known, text=screening.calls_for), *sections)),
        stamp=screening.pack,
        foot=(),
    )


def _pattern(routine: Routine, labels: Labels) -> Iterator[str]:
    profile, lines = routine.profile, labels.lines
    yield lines["pattern"].format(text=profile.text)
    yield lines["sureness"].format(level=lines[profile.confidence], text=profile.confidence_text)
    yield from profile.sides
    if profile.mattered:
        answers = "; ".join(f"{reading.label}: {reading.text}" for reading in profile.mattered)
        yield lines["counted"].format(answers=answers)
    yield routine.not_a_diagnosis


def _step(number: int, step: Step, shared: tuple[str, ...], labels: Labels) -> StepSheet:
    words = DoseText.of(step.dose, labels)
    cautions = tuple(caution for caution in step.cautions if caution not in shared)
    return StepSheet(
        number=number,
        exercise=step.exercise,
        name=step.name,
        phase=step.phase,
        dose_text=str(words),
        amount=words.amount,
        side=words.side,
        extra=words.extra,
        rest=words.rest,
        tempo=words.tempo,
        feel=words.feel,
        days=words.days,
        minutes=_minutes(step.dose.seconds),
        why=step.why,
        how=step.how,
        cues=step.cues,
        faults=step.faults,
        cautions=cautions,
        all_cautions=step.cautions,
        stop_signs=step.stop_signs,
        stop_text=_stop_text(step, labels),
        instead_of=step.instead_of,
        needs=step.needs,
        details=tuple(_details(step, words, cautions, labels)),
        dose=step.dose,
    )


def _details(step: Step, words: DoseText, cautions: tuple[str, ...], labels: Labels) -> Iterator[str]:
    yield from (step.why, *step.how)
    for caution in cautions:
        yield labels.step["mind"].format(caution=caution)
    if words.feel:
        yield labels.step["feel_on_days"].format(feel=f"{words.feel[:1].upper()}{words.feel[1:]}", days=words.days)
    else:
        yield labels.step["on_days"].format(days=words.days)
    if step.instead_of:
        yield labels.step["instead_of"].format(names=", ".join(step.instead_of))
    stop_text = _stop_text(step, labels)
    if stop_text:
        yield stop_text


def _stop_text(step: Step, labels: Labels) -> str:
    return labels.step["stop_for"].format(signs="; ".join(step.stop_signs)) if step.stop_signs else ""


def _shared_cautions(routine: Routine) -> tuple[str, ...]:
    """Cautions that several steps carry; said once, they are read."""
    every = [caution for step in routine.steps for caution in step.cautions]
    return tuple(caution for caution in dict.fromkeys(every) if every.count(caution) >= _SHARED_FROM)


def _with_numbers(cautions: Iterable[str], steps: Mapping[int, Step], labels: Labels) -> Iterator[str]:
    """Each caution with the numbers of the exercises that it is about."""
    for caution in cautions:
        numbers = ", ".join(str(number) for number, step in steps.items() if caution in step.cautions)
        yield labels.step["in_steps"].format(numbers=numbers, caution=caution)


def _left_out(routine: Routine) -> Iterator[str]:
    """One line for each reason, with everything that it keeps out; what was asked for is answered elsewhere."""
    asked = {request.exercise for request in routine.requests}
    names: dict[str, list[str]] = {}
    for out in routine.left_out:
        if out.exercise is None or out.exercise not in asked:
            names.setdefault(out.why, []).append(out.name)
    for why, those in names.items():
        yield f"{', '.join(dict.fromkeys(those))}: {why}"


def _request(request: Request, labels: Labels) -> str:
    line = f"{request.name}: {request.answer}"
    return labels.step["safer"].format(answer=line, names=", ".join(request.instead)) if request.instead else line


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60))


def _texts(notes: Iterable[Note]) -> Iterator[str]:
    return (note.text for note in notes)


def _listed(role: Role, entries: Iterable[str], labels: Labels) -> Section:
    return Section(role=role, title=labels.sections[role], entries=tuple(entries))


def _paragraphs(role: Role, text: tuple[str, ...], labels: Labels) -> Section:
    return Section(role=role, title=labels.sections[role], text=text)


def _said(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Those that say something."""
    return tuple(one for one in sections if one.text or one.entries or one.steps or one.after)
