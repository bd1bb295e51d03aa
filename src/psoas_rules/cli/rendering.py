"""Pages of wrapped text for people who read in a terminal: coloured there, plain where it is piped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from psoas_rules.legible import legible

WIDEST: Final = 100
"""Lines are never longer than this: longer ones are hard to read."""


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
        wrapped = Text(legible(text), style=style).wrap(self.console, max(20, self.width - indent - hang))
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
