"""A sheet in a terminal: boxes and tables where there is room, plain lines where it is narrow or piped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from psoas_rules.cli.rendering import Page
from psoas_rules.legible import legible
from psoas_rules.outcomes import ENGLISH, DaySheet, Labels, Outcome, Section, Sheet, StepSheet, sheet
from psoas_rules.outcomes.captions import CAPTIONS, Captions
from psoas_rules.pack import Level

__all__ = ["paint"]

NARROW: Final = 76
"""With fewer columns, an exercise is told from top to bottom instead of in a table."""

_STYLES: Final[dict[Level, str]] = {
    "ok": "green",
    "caution": "yellow",
    "before_exercising": "yellow",
    "same_day": "bold red",
    "emergency": "bold white on red",
}
_ALARMING: Final = frozenset({"stop", "seek_help"})
_ON_REQUEST: Final = frozenset({"how_to"})
"""Sections that are printed together with how each exercise is done."""


def paint(
    console: Console, outcome: Outcome, *, how: bool = False, labels: Labels = ENGLISH, captions: Captions = CAPTIONS
) -> None:
    """Prints an outcome.

    On a terminal it has boxes, and tables if there is room for them. Elsewhere it is lines of text. Neither needs
    colours to be understood.

    Args:
        console: Where to print.
        outcome: What to print.
        how: Whether to tell how each exercise is done.
        labels: The fixed words around what the pack says.
        captions: The fixed words of the page.
    """
    told = sheet(outcome, labels)
    painter = (_Boxes if console.is_terminal else _Lines)(Page(console), captions, how=how)
    painter.banner(told)
    for text in told.lead:
        painter.page.line(text, style="bold")
    for section in told.sections:
        if how or section.role not in _ON_REQUEST:
            painter.section(section)
        if section.role == "time" and told.week:
            painter.week(told.week)
    painter.page.line()
    for text in told.foot:
        painter.page.line(text, style="dim")


def _banner_style(told: Sheet) -> str:
    return _STYLES["same_day"] if told.kind == "routine" and not told.steps else _STYLES[told.urgency]


class _Lines:
    """A sheet as lines of text.

    Args:
        page: Where to print.
        captions: The fixed words of the page.
        how: Whether to tell how each exercise is done.
    """

    def __init__(self, page: Page, captions: Captions, *, how: bool) -> None:
        self.page = page
        self._captions = captions
        self._how = how

    def banner(self, told: Sheet) -> None:
        """What kind of sheet this is."""
        self.page.line(f"== {self._captions.headline(told)} ==", style=_banner_style(told))

    def section(self, section: Section) -> None:
        """A section with its title."""
        alarming = section.role in _ALARMING
        self.page.title(self._title(section), style="bold red" if alarming else "bold cyan")
        for text in section.text:
            self.page.line(text)
        for entry in section.entries:
            self.page.line(f"- {entry}", hang=2)
        self.steps(section.steps)
        for text in section.after:
            self.page.line(text, style="bold")

    def _title(self, section: Section) -> str:
        return section.title

    def steps(self, steps: tuple[StepSheet, ...]) -> None:
        """The exercises of a phase."""
        for step in steps:
            self.page.line(f"{step.number}. {step.name}", style="bold", hang=3)
            self.page.line(step.dose_text, indent=3, style="green")
            for text, style in self._told(step):
                self.page.line(text, indent=3, hang=0 if text == step.why else 2, style=style)

    def _told(self, step: StepSheet) -> Iterator[tuple[str, str]]:
        """The lines below the name of an exercise, with their styles."""
        yield step.why, ""
        if self._how:
            yield from ((f"- {line}", "") for line in step.how)
        yield from ((warning, "yellow") for warning in step.mind)
        yield from ((remark, "") for remark in step.remarks[len(step.cautions) :])
        if self._how:
            yield from ((hint, "dim") for hint in self._captions.hints(step))

    def week(self, week: tuple[DaySheet, ...]) -> None:
        """What each day is for."""
        self.page.title(self._captions.week, style="bold cyan")
        for day in week:
            numbers = f" {self._captions.exercises} {self._captions.numbers(day.steps)}." if day.steps else ""
            self.page.line(f"{self._captions.day.format(number=day.index + 1)}: {day.text}{numbers}", hang=7)


class _Boxes(_Lines):
    """A sheet with boxes around what matters most, and tables where there is room."""

    def banner(self, told: Sheet) -> None:
        """What kind of sheet this is, in a box; a double one where there is no exercise at all."""
        text = Text(legible(self._captions.headline(told)), justify="center")
        self._print(Panel(text, style=_banner_style(told), box=box.ROUNDED if told.steps else box.DOUBLE))

    def section(self, section: Section) -> None:
        """A section; in a red box if it says when to stop."""
        if section.role not in _ALARMING:
            super().section(section)
            return
        entries = Table.grid(padding=(0, 1))
        for entry in section.entries:
            entries.add_row("-", Text(legible(entry)))
        parts: list[RenderableType] = [Text(legible(text)) for text in section.text]
        parts += [entries, *(Text(legible(text), style="bold") for text in section.after)]
        self.page.line()
        self._print(
            Panel(
                Group(*parts),
                title=Text(legible(section.title), style="bold red"),
                title_align="left",
                border_style="red",
                box=box.HEAVY,
            )
        )

    def steps(self, steps: tuple[StepSheet, ...]) -> None:
        """The exercises of a phase, with how much of each beside it."""
        if self.page.width < NARROW or not steps:
            super().steps(steps)
            return
        table = Table(box=box.SIMPLE, show_header=False, show_lines=True, pad_edge=False, width=self.page.width)
        table.add_column(justify="right", no_wrap=True, style="bold")
        table.add_column(ratio=3)
        table.add_column(ratio=1, min_width=22)
        for step in steps:
            parts = [Text(legible(step.name), style="bold")]
            parts += [Text(legible(text), style=style) for text, style in self._told(step)]
            pieces = Group(*(Text(legible(piece), style="green") for piece in step.dose_pieces))
            table.add_row(f"{step.number}.", Group(*parts), pieces)
        self._print(table)

    def week(self, week: tuple[DaySheet, ...]) -> None:
        """What each day is for, as a table."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold cyan")
        for head in (self._captions.week, self._captions.what, self._captions.exercises):
            table.add_column(head)
        for day in week:
            day_name = self._captions.day.format(number=day.index + 1)
            cells = (day_name, day.text, self._captions.numbers(day.steps) or "-")
            table.add_row(*(Text(legible(cell)) for cell in cells), style="bold" if day.kind == "whole" else "")
        self.page.line()
        self._print(table)

    def _title(self, section: Section) -> str:
        return self._captions.title(section.title, section.minutes)

    def _print(self, thing: RenderableType) -> None:
        self.page.console.print(thing, width=self.page.width, soft_wrap=False)
