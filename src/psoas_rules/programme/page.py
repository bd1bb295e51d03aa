"""A programme as one HTML page: a calendar to tick, and the coming session. Needs the extra `handout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

import attrs

from psoas_rules.handout import PAGE_ENGLISH, Look, Paper, Picture, Words, handout
from psoas_rules.handout.fitting import fit
from psoas_rules.handout.page import by_role, cards_of, digest_of, fixed_parts, template_text, templates
from psoas_rules.handout.plain import plain, visible
from psoas_rules.handout.timing import timer_words
from psoas_rules.hints import show
from psoas_rules.outcomes import ENGLISH, Labels, Section, Sheet
from psoas_rules.outcomes.pictures import fitting_pictures
from psoas_rules.pack import DayKind
from psoas_rules.programme.sheets import day_sheet, day_texts, latest, length_text, sessions_done, shown_session
from psoas_rules.programme.values import PlannedDay, PlannedWeek, Programme
from psoas_rules.programme.words import PROGRAMME_ENGLISH, ProgrammeWords

__all__ = ["programme_page"]

_MARKS: Final[Mapping[DayKind, str]] = {"whole": "\u25cf", "easy": "\u25cb", "rest": "\u2013"}
_MOST_CHANGES: Final = 10


@attrs.frozen(kw_only=True)
class DayCell:
    """One day of the calendar.

    Attributes:
        kind: The kind of day.
        iso, name: Its date.
        mark, what: The kind as a mark and as a word.
        length: How long its exercises take.
        tests: The mark for tests to repeat; empty where there are none.
        done: Whether it was done, in a word; empty while that is open.
    """

    kind: DayKind
    iso: str
    name: str
    mark: str
    what: str
    length: str
    tests: str
    done: str


@attrs.frozen(kw_only=True)
class WeekRow:
    """One week of the calendar.

    Attributes:
        name, dates: Which week it is.
        easy: What an easy week is called; empty for the others.
        title, goal: The block that begins with it; empty where none does.
        days: Its days.
        notes: What its days are for: a mark, and the words.
    """

    name: str
    dates: str
    easy: str
    title: str
    goal: str
    days: tuple[DayCell, ...]
    notes: tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class RetestList:
    """Tests to repeat on a day: its name, and each test with its question, which only the next tests have."""

    name: str
    questions: tuple[tuple[str, str], ...]


def programme_page(
    programme: Programme,
    *,
    paper: Paper = "a4",
    look: Look = "standard",
    name: str = "",
    figures: Mapping[str, Picture] | None = None,
    labels: Labels = ENGLISH,
    words: Words = PAGE_ENGLISH,
    texts: ProgrammeWords = PROGRAMME_ENGLISH,
) -> str:
    """A programme as one HTML file, to print, to tick and to follow on a screen.

    When to stop and what to ask comes first, then the calendar of all weeks, what changed lately, and the exercises of
    the coming session. A stopped programme is the page of its referral. A paused one has no exercises and a place to
    write down what was advised.

    The same arguments give the same text, byte for byte. Nothing in it is loaded from elsewhere, and nothing that
    somebody wrote into a pack or a file becomes markup.

    Args:
        programme: The programme.
        paper: `a4` or `letter`: what a browser prints it on.
        look: `standard`, `large_print` or `high_contrast`.
        name: For whom it is; a line to write on when nothing of it can be seen.
        figures: Pictures by the id of an exercise; None for those that come with the library.
        labels: The fixed words around what the pack says.
        words: The words of the page.
        texts: The words that only programmes have.

    Returns:
        A whole HTML document.

    Raises:
        ValueError: if there is no such paper or look.
    """
    for what, given, known in (("paper", paper, get_args(Paper)), ("look", look, get_args(Look))):
        if given not in known:
            raise ValueError(f"{what}: {show(given)} is not one of {', '.join(map(repr, known))}")
    if programme.referral is not None:
        return handout(programme.referral, paper=paper, look=look, name=name, labels=labels, words=words)
    day = shown_session(programme)
    told = plain(_told(programme, day, labels, texts))
    words, texts = plain(words), plain(texts)
    retests, changes = plain(tuple(_retests(programme, texts))), plain(tuple(_changes(programme, texts)))
    first, last = programme.weeks[0].days[0].day, programme.weeks[-1].days[-1].day
    return (
        templates()
        .get_template("programme.html.j2")
        .render(
            sheet=told,
            sections=by_role(told),
            name=visible(name),
            date=words.date_text(programme.as_of) if programme.as_of else "",
            dates=texts.dates.format(first=texts.dated(first), last=texts.dated(last)),
            facts=tuple(_facts(programme, texts)),
            status=plain(programme.status_text or ""),
            needs_review=programme.status in ("paused", "stopped"),
            weeks=plain(tuple(_rows(programme, labels, texts))),
            retests=retests,
            changes=changes,
            session=_session_title(programme, day, texts),
            cards=cards_of(told, fitting_pictures(told, figures), words),
            needs=tuple(dict.fromkeys(need for step in told.steps for need in step.needs)),
            look=look,
            fit=_fit(day, _beside(told, retests, changes), paper, look),
            words=words,
            texts=texts,
            timer_words=timer_words(words),
            **_styled(paper),
        )
    )


def _told(programme: Programme, day: PlannedDay | None, labels: Labels, texts: ProgrammeWords) -> Sheet:
    """The sheet of the session; without one, of a day on which nothing is done."""
    nothing = attrs.evolve(programme.weeks[0].days[0], steps=(), minutes=0)
    return attrs.evolve(day_sheet(programme, day or nothing, labels), title=texts.title, lead=())


def _fit(day: PlannedDay | None, told: Sheet, paper: Paper, look: Look) -> int:
    """How close the print has to stand; a page without exercises keeps to one sheet of paper at the next to roomy."""
    if look == "large_print":
        return 0
    return 1 if day is None else fit(told, paper)


def _beside(told: Sheet, retests: tuple[RetestList, ...], changes: tuple[str, ...]) -> Sheet:
    """The sheet with what is printed around the session, so that the print stands close enough for all of it."""
    lines = [text for retest in retests for text in (retest.name, *(" ".join(one) for one in retest.questions))]
    more = Section(role="how_to", title=told.title, entries=(*lines, *changes))
    return attrs.evolve(told, sections=(*told.sections, more))


def _facts(programme: Programme, texts: ProgrammeWords) -> Iterator[str]:
    done, due = sessions_done(programme)
    if due:
        yield texts.sessions_done.format(done=done, due=due)


def _session_title(programme: Programme, day: PlannedDay | None, texts: ProgrammeWords) -> str:
    if day is None:
        return ""
    if programme.status == "finished":
        return texts.last_session.format(minutes=day.minutes)
    return texts.session.format(day=texts.on(day.day), minutes=day.minutes)


def _rows(programme: Programme, labels: Labels, texts: ProgrammeWords) -> Iterator[WeekRow]:
    block = None
    # While a programme waits, nobody knows what the days to come will be.
    over = programme.as_of if programme.status in ("paused", "stopped") else None
    for week in programme.weeks:
        days = tuple(day for day in week.days if over is None or day.day <= over)
        if not days:
            break
        begins = week.block != block
        block = week.block
        notes = [("", week.text)] if week.text else []
        notes += [
            (_MARKS[kind], f"{', '.join(texts.weekdays[day.weekday()] for day in named)}: {text}" if named else text)
            for kind, named, text in day_texts(week, texts)
        ]
        yield WeekRow(
            name=texts.week.format(number=week.number),
            dates=texts.dates.format(first=texts.in_month(week.days[0].day), last=texts.in_month(week.days[-1].day)),
            easy=texts.easy_week if week.easy else "",
            title=week.title if begins else "",
            goal=week.goal if begins else "",
            days=tuple(_cell(day, week, labels, texts) for day in days),
            notes=tuple(notes),
        )


def _cell(day: PlannedDay, week: PlannedWeek, labels: Labels, texts: ProgrammeWords) -> DayCell:
    return DayCell(
        kind=day.kind,
        iso=day.day.isoformat(),
        name=texts.short(day.day),
        mark=_MARKS[day.kind],
        what=texts.kind(day.kind),
        length=length_text(day, texts, labels),
        tests=texts.retest if week.retest is not None and week.retest.day == day.day else "",
        done="" if day.done is None else texts.done if day.done else texts.not_done,
    )


def _retests(programme: Programme, texts: ProgrammeWords) -> Iterator[RetestList]:
    """The tests to come; the questions of the next ones in full."""
    as_of = programme.as_of
    due = [week.retest for week in programme.weeks if week.retest and (as_of is None or week.retest.day > as_of)]
    for number, retest in enumerate(due if programme.status == "active" else ()):
        yield RetestList(
            name=f"{texts.on(retest.day)}: {retest.title}",
            questions=tuple((question.label, question.ask if not number else "") for question in retest.ask),
        )


def _changes(programme: Programme, texts: ProgrammeWords) -> Iterator[str]:
    changes = latest(programme)
    for change in changes[:_MOST_CHANGES]:
        yield texts.change.format(day=texts.on(change.day), text=change.text)
    if len(changes) > _MOST_CHANGES:
        yield texts.more_changes.format(count=len(changes) - _MOST_CHANGES)


def _styled(paper: Paper) -> Mapping[str, object]:
    """What is the same on every page for this paper, with the styles of the calendar, and a policy that allows them."""
    from markupsafe import Markup

    fixed = dict(fixed_parts(paper))
    style = f"{fixed['style']}{template_text('programme.css')}"
    policy = str(fixed["policy"]).replace(digest_of(str(fixed["style"])), digest_of(style))
    return {**fixed, "style": Markup(style), "policy": policy}  # noqa: S704 - our own files
