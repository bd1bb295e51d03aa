"""Outcomes and reasons for people who read in a terminal: coloured there, plain where it is piped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from psoas_rules.outcomes import ENGLISH, Outcome, Referral, Routine, Screening, Step
from psoas_rules.pack import LEVELS, PHASES, Level

WIDEST: Final = 100
"""Lines are never longer than this: longer ones are hard to read."""

_STYLES: Final[dict[Level, str]] = {
    "ok": "green",
    "caution": "yellow",
    "before_exercising": "yellow",
    "same_day": "bold red",
    "emergency": "bold white on red",
}
_TITLES: Final[dict[Level, str]] = {
    "before_exercising": "REFERRAL, NO EXERCISE: ask a clinician first",
    "same_day": "REFERRAL, NO EXERCISE: a clinician today",
    "emergency": "REFERRAL, NO EXERCISE: EMERGENCY",
}


class Page:
    """Prints wrapped lines, lists and titles on a console.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = min(console.width, WIDEST)

    def line(self, text: str = "", *, style: str = "", indent: int = 0, hang: int = 0) -> None:
        """One paragraph, wrapped; lines after the first stand further in by `hang`."""
        if not text:
            self.console.print()
            return
        wrapped = Text(text, style=style).wrap(self.console, max(20, self.width - indent - hang))
        for number, one in enumerate(wrapped):
            one.rstrip()
            left = indent + (hang if number else 0)
            self.console.print(Padding(one, (0, 0, 0, left), expand=False), soft_wrap=False)

    def title(self, text: str, *, style: str = "bold") -> None:
        """A title with an empty line before it."""
        self.line()
        self.line(text, style=style)

    def listing(self, title: str, entries: Iterable[str], *, style: str = "bold") -> None:
        """A title and its entries; nothing when there are none."""
        entries = list(entries)
        if entries:
            self.title(title, style=style)
        for entry in entries:
            self.line(f"- {entry}", hang=2)

    def banner(self, text: str, *, style: str) -> None:
        """What kind of page this is: a box where there are colours, a line of its own elsewhere."""
        if self.console.is_terminal:
            self.console.print(Panel(Text(text), style=style, width=self.width), soft_wrap=False)
        else:
            self.line(f"== {text} ==")


def show_outcome(page: Page, outcome: Outcome, *, how: bool = False) -> None:
    """Prints an outcome.

    Args:
        page: Where to print.
        outcome: What to print.
        how: Whether to tell how each exercise is done.
    """
    match outcome:
        case Routine():
            _routine(page, outcome, how=how)
        case Referral():
            _referral(page, outcome)
        case Screening():
            _screening(page, outcome)
    page.line()
    page.line(outcome.intended_use, style="dim")
    stamp = outcome.pack
    page.line(f"Rules: {stamp.name} {stamp.version} ({stamp.digest[:12]}), decided by {outcome.engine}.", style="dim")


def _routine(page: Page, routine: Routine, *, how: bool) -> None:
    minutes = max(1, round(routine.seconds / 60)) if routine.steps else 0
    banner = (
        f"ROUTINE: {len(routine.steps)} exercises, about {minutes} minutes" if routine.steps else "NO EXERCISE LEFT"
    )
    page.banner(banner, style=_STYLES[routine.triage] if routine.steps else _STYLES["same_day"])
    page.line(f"Pattern: {routine.profile.text}")
    page.line(f"How sure: {routine.profile.confidence}. {routine.profile.confidence_text}")
    for text in routine.profile.sides:
        page.line(text)
    page.line(routine.not_a_diagnosis)
    if routine.triage != "ok":
        page.line(f"Triage: {routine.triage}", style=_STYLES[routine.triage])
    number = 0
    for phase in PHASES:
        steps = routine.phase(phase)
        if steps:
            page.title(ENGLISH.sections[phase], style="bold cyan")
        for step in steps:
            number += 1
            _step(page, number, step, how=how)
    asked = {request.exercise for request in routine.requests}
    out = [one for one in routine.left_out if one.exercise is None or one.exercise not in asked]
    if how:
        page.listing("How to do it", routine.principles)
    page.listing("What you should know", [note.text for note in routine.notes])
    page.listing("What you asked for", _requests(routine))
    page.listing("Left out, and why", dict.fromkeys(f"{one.name}: {one.why}" for one in out))
    page.listing("When, and how often", (*routine.schedule, routine.next_check))
    page.listing("How much pain is all right", routine.pain_rules)
    page.listing("Stop at once and get help", routine.stop_rules, style="bold red")
    page.listing("Ask yourself again before every session", routine.seek_help, style="bold red")
    for text in routine.seek_help_if_yes:
        page.line(text, style="bold")


def _step(page: Page, number: int, step: Step, *, how: bool) -> None:
    page.line(f"{number}. {step.name}", style="bold", hang=3)
    feel = f"; {step.dose.feel}" if step.dose.feel else ""
    page.line(f"{step.dose}{feel}; {step.dose.days}", indent=3, style="green")
    page.line(step.why, indent=3)
    for text in step.how if how else ():
        page.line(f"- {text}", indent=3, hang=2)
    for caution in step.cautions:
        page.line(f"Mind: {caution}", indent=3, hang=2, style="yellow")
    if step.instead_of:
        page.line(f"In place of: {', '.join(step.instead_of)}.", indent=3, hang=2)
    if step.stop_signs:
        page.line(f"Stop this one for: {'; '.join(step.stop_signs)}.", indent=3, hang=2, style="red")


def _requests(routine: Routine) -> Iterator[str]:
    for request in routine.requests:
        instead = f" Safer for the same wish: {', '.join(request.instead)}." if request.instead else ""
        yield f"{request.name}: {request.answer}{instead}"


def _referral(page: Page, referral: Referral) -> None:
    page.banner(_TITLES.get(referral.urgency, "REFERRAL, NO EXERCISE"), style=_STYLES[referral.urgency])
    page.line(referral.headline, style="bold")
    page.listing("What to do", referral.actions)
    page.listing("Why", [reason.text for reason in referral.reasons])
    page.listing("Until then", referral.meanwhile)
    page.listing("Still open, and it may matter", [question.ask for question in referral.unanswered])


def _screening(page: Page, screening: Screening) -> None:
    page.banner(f"NO ROUTINE YET: {len(screening.questions)} safety questions are open", style="bold yellow")
    page.line(screening.message)
    grouped = {fact for group in screening.groups for fact in group.facts}
    for level in reversed(LEVELS):
        asks = [group.ask for group in screening.groups if group.urgency == level]
        asks += [one.ask for one in screening.questions if one.urgency == level and one.fact not in grouped]
        page.listing(screening.if_unsure.get(level, "Please answer"), asks)
    page.listing("Known so far", [reason.text for reason in screening.reasons])
