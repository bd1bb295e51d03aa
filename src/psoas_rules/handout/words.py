"""The words that only the page has: buttons, blank lines, calendar. All else that is read comes from the sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, get_args

import attrs

from psoas_rules.hints import show
from psoas_rules.outcomes.labels import same_braces

Direction: TypeAlias = Literal["ltr", "rtl"]
"""Which way a language is written."""


@attrs.frozen(kw_only=True)
class Words:
    """The words of the page; the defaults are English. In braces stands what is filled in.

    Attributes:
        language: A language tag, as in HTML.
        direction: Which way the language is written, `ltr` or `rtl`.
        made_for: Before the name, or a line to write it on.
        made_on: Before the date, or a line to write it on.
        minutes: About how long something takes.
        you_need: The things for all of it.
        why: Before what an exercise is for.
        reminders, mistakes: Titles of the short lists that an exercise has on a screen.
        hints: What opens them.
        calendar: Title of the week plan.
        tick: What to do with the table.
        week: A row of it.
        whole, easy, off: The kinds of days, for those who hear the table.
        only: Which exercises a day is for, when not for all.
        next_check, next_check_on: Before the line for the date of the next check, and with that date.
        stamp: When the rules were reviewed.
        no_exercises: Why a referral or a screening shows no exercises.
        yes, no, not_sure: What can be ticked beside a question.
        take_along: What to do with the page of a referral.
        notes: Title over the blank lines for the doctor says.
        not_yet: Why a screening is no routine.
        hand_back: What to do with the page of a screening when it is filled in.
        yes_emergency, yes_same_day, yes_before_exercising: What a yes to a question of that urgency means, after the
            title above the questions, which says what to do when one is not sure.
        print_page: The button that prints.
        months: Names of the months.
        date: How a date is written.
        weekdays: Short names of the days, from Monday.
        timer: Title of a timer, for those who hear it.
        start, pause, resume, again: Its buttons.
        get_ready, move, hold, keep_going, let_go, rest, done: What to do now.
        left, right, one_side, other_side: On which side.
        set_of, rep_of: Where one is.

    Raises:
        ValueError: listing every word with other braces than the English one, and whatever else does not fit.
    """

    language: str = "en"
    direction: Direction = "ltr"
    made_for: str = "For"
    made_on: str = "Date"
    minutes: str = "about {minutes} min"
    you_need: str = "You need: {things}"
    why: str = "Why:"
    reminders: str = "Remind yourself"
    mistakes: str = "What often goes wrong"
    hints: str = "Reminders and common mistakes"
    calendar: str = "Your week, to tick"
    tick: str = "Tick each day when it is done."
    week: str = "Week {number}"
    whole: str = "whole session"
    easy: str = "easy day"
    off: str = "day off"
    only: str = "{text} Exercises {numbers}."
    next_check: str = "Date of the next check"
    next_check_on: str = "Next check: {date}"
    stamp: str = "Rules reviewed on {reviewed}."
    no_exercises: str = "There are no exercises on this page. That is on purpose."
    not_yet: str = "This is not a routine. Answer these questions first."
    hand_back: str = "Tick an answer to each question. Then give this page back to the person who gave it to you."
    yes_emergency: str = "A yes here: do the same, now. Do not wait until somebody has read this page."
    yes_same_day: str = "A yes here: do the same, today."
    yes_before_exercising: str = "A yes here: do the same."
    yes: str = "Yes"
    no: str = "No"
    not_sure: str = "Not sure"
    take_along: str = "Take this page with you."
    notes: str = "What I was told"
    print_page: str = "Print this page"
    months: tuple[str, ...] = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )
    date: str = "{day} {month} {year}"
    weekdays: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    timer: str = "Timer for {name}"
    start: str = "Start timer"
    pause: str = "Pause"
    resume: str = "Go on"
    again: str = "Start again"
    get_ready: str = "Get ready"
    move: str = "Move"
    hold: str = "Hold"
    keep_going: str = "Keep going"
    let_go: str = "Let go"
    rest: str = "Rest"
    done: str = "Done"
    left: str = "left side"
    right: str = "right side"
    one_side: str = "one side"
    other_side: str = "other side"
    set_of: str = "set {set} of {sets}"
    rep_of: str = "{rep} of {reps}"

    def __attrs_post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ValueError(f"words: {'; '.join(problems)}")

    def date_text(self, date: dt.date) -> str:
        """A date in words."""
        return self.date.format(day=date.day, month=self.months[date.month - 1], year=date.year)


def _problems(words: Words) -> Iterator[str]:
    """What does not fit: each in words that name it."""
    for field in attrs.fields(Words):
        english, given = field.default, getattr(words, field.name)
        if isinstance(english, tuple):
            if not isinstance(given, tuple) or len(given) != len(english) or not all(map(_is_word, given)):
                yield f"'{field.name}' must be a tuple of {len(english)} texts, as in {english!r}"
        elif not isinstance(given, str):
            yield f"'{field.name}' must be a text, not {show(given)}"
        else:
            yield from same_braces(field.name, str(english), given)
    if words.direction not in get_args(Direction):
        yield f"'direction' must be one of {', '.join(map(repr, get_args(Direction)))}, not {show(words.direction)}"


def _is_word(given: object) -> bool:
    return isinstance(given, str) and given.strip() != ""


PAGE_ENGLISH: Final = Words()
"""The words of the page in English."""
