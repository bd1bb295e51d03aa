"""Putting the page together: the sheet of an outcome, the pictures, the words and the styles into one template."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias, get_args

import jinja2
from markupsafe import Markup

from psoas_rules.figures import FIGURE_CSS
from psoas_rules.handout.cards import Card
from psoas_rules.handout.fitting import fit
from psoas_rules.handout.plain import plain, visible
from psoas_rules.handout.timing import timer_plan, timer_words
from psoas_rules.handout.weeks import WeekTable
from psoas_rules.handout.words import PAGE_ENGLISH, Words
from psoas_rules.hints import show
from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, Labels, Outcome, Section, Sheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions
from psoas_rules.outcomes.pictures import Picture, fitting_pictures, safe_picture
from psoas_rules.pack import LEVELS, Level

Paper: TypeAlias = Literal["a4", "letter"]
"""The paper that the page is laid out for."""
Look: TypeAlias = Literal["standard", "large_print", "high_contrast"]
"""How it looks. Large print takes more sheets of paper."""

_SIZES: Final[Mapping[str, str]] = {"a4": "A4", "letter": "Letter"}


def handout(
    outcome: Outcome,
    *,
    paper: Paper = "a4",
    look: Look = "standard",
    name: str = "",
    date: dt.date | None = None,
    figures: Mapping[str, Picture] | None = None,
    labels: Labels = ENGLISH,
    words: Words = PAGE_ENGLISH,
    captions: Captions = CAPTIONS,
) -> str:
    """An outcome as one HTML file, to keep, to print and to follow on a screen.

    The same arguments give the same text, byte for byte. Nothing in it is loaded from elsewhere, and nothing that
    somebody wrote into a name or a pack becomes markup.

    Args:
        outcome: A routine, a referral or a screening.
        paper: `a4` or `letter`: what a browser prints it on.
        look: `standard`, `large_print` or `high_contrast`.
        name: For whom it is; a line to write on when nothing of it can be seen.
        date: The day it is given out, the first day of the week plan; without it there are lines to write on.
        figures: Pictures by the id of an exercise. None takes those of the built-in pack for an outcome of that pack,
            and no pictures for any other. One is shown only beside an exercise of the same name.
        labels: The fixed words around what the pack says.
        words: The words that only the page has.
        captions: How numbers of exercises are written; the page needs no other caption.

    Returns:
        A whole HTML document.

    Raises:
        TypeError: if the date is none.
        ValueError: if there is no such paper or look, or the date is so late that no calendar has the next check.
    """
    for what, given, known in (("paper", paper, get_args(Paper)), ("look", look, get_args(Look))):
        if given not in known:
            raise ValueError(f"{what}: {show(given)} is not one of {', '.join(map(repr, known))}")
    told, words, captions = plain(sheet(outcome, labels)), plain(words), plain(captions)
    check = _next_check(told, date)
    return (
        templates()
        .get_template(f"{told.kind}.html.j2")
        .render(
            sheet=told,
            sections=by_role(told),
            name=visible(name),
            date=words.date_text(date) if date else "",
            next_check=words.next_check_on.format(date=words.date_text(check)) if check else "",
            weeks=WeekTable.of(told, date, words, captions),
            cards=cards_of(told, fitting_pictures(told, figures), words),
            needs=tuple(dict.fromkeys(need for step in told.steps for need in step.needs)),
            look=look,
            fit=0 if look == "large_print" else fit(told, paper),
            words=words,
            timer_words=timer_words(words),
            if_yes=_if_yes(words),
            **fixed_parts(paper),
        )
    )


def by_role(told: Sheet) -> dict[str, list[Section]]:
    """The sections of a sheet by their role."""
    found: dict[str, list[Section]] = {}
    for section in told.sections:
        found.setdefault(section.role, []).append(section)
    return found


def _if_yes(words: Words) -> Mapping[Level | None, str]:
    """What a yes to a question means, by its urgency; a yes to the others calls for nothing yet."""
    said: dict[Level | None, str] = dict.fromkeys((None, *LEVELS), "")
    return said | {
        "emergency": words.yes_emergency,
        "same_day": words.yes_same_day,
        "before_exercising": words.yes_before_exercising,
    }


def cards_of(told: Sheet, pictures: Mapping[int, Picture], words: Words) -> dict[int, Card]:
    """The card of each step, by its number."""
    made = {}
    for step in told.steps:
        picture = pictures.get(step.number)
        drawn = None if picture is None else safe_picture(picture, f"step-{step.number}-")
        markup = None if drawn is None else Markup(drawn)  # noqa: S704 - it has just been looked at
        made[step.number] = Card.of(step, markup, timer_plan(step.dose, words))
    return made


def _next_check(told: Sheet, date: dt.date | None) -> dt.date | None:
    """The day of the next check, or None while no date is known; every other date on the page is before it."""
    if date is None:
        return None
    if not isinstance(date, dt.date):
        raise TypeError(f"date: {show(date)} is not a date; give a datetime.date, such as datetime.date(2026, 12, 1)")
    try:
        return date + dt.timedelta(weeks=told.next_check_weeks or 0) if told.kind == "routine" else None
    except OverflowError:
        raise ValueError(
            f"date: after {date.isoformat()} there is no day for the next check; give an earlier date"
        ) from None


@cache
def templates() -> jinja2.Environment:
    """The templates; whatever they are given is made legible and then escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("psoas_rules.handout"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda given: legible(given) if type(given) is str else given,
    )


@cache
def fixed_parts(paper: Paper) -> Mapping[str, Any]:
    """What is the same on every page for this paper: style, script, and a policy that allows these two and no more."""
    style = f"@page{{size:{_SIZES[paper]};margin:7.5mm 8mm 8mm}}\n{FIGURE_CSS}{template_text('handout.css')}"
    script = template_text("timer.js")
    policy = (
        "default-src 'none'; "
        f"style-src '{digest_of(style)}'; script-src '{digest_of(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - our own files


def template_text(name: str) -> str:
    """The text of a file beside the templates."""
    return (files("psoas_rules.handout") / "templates" / name).read_text(encoding="utf-8")


def digest_of(text: str) -> str:
    """What the policy of a page names a style or a script by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
