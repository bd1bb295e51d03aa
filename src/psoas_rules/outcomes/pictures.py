"""Pictures of exercises: which of them belong to an outcome, and that they are drawings and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from html.parser import HTMLParser
from typing import Final, Protocol

from psoas_rules.legible import legible
from psoas_rules.outcomes.sheets import Sheet

_ELEMENTS: Final = frozenset(
    ("svg", "title", "desc", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "text", "tspan")
)
_NEVER: Final = ("on", "style", "xlink", "href")


class Picture(Protocol):
    """A drawing of an exercise that can stand in a page; `psoas_rules.figures.Figure` is one."""

    @property
    def title(self) -> str:
        """Name of the exercise that it shows."""

    def inline(self, prefix: str = "") -> str:
        """The drawing as an SVG element whose ids begin with the prefix."""


def fitting_pictures(sheet: Sheet, figures: Mapping[str, Picture] | None = None) -> dict[int, Picture]:
    """The pictures for the steps of a sheet, by number of the step.

    A picture is shown only where it has the name of the step: a pack that was edited may use the same id for something
    else, and a wrong picture is worse than none.

    Args:
        sheet: What is to be shown.
        figures: Pictures by id of the exercise; None for those that come with the library, if its pack decided.
    """
    if not sheet.steps:
        return {}
    known = builtin_figures(sheet.stamp.name) if figures is None else figures
    fitting = {}
    for step in sheet.steps:
        picture = known.get(step.exercise)
        if picture is not None and legible(picture.title) == legible(step.name):
            fitting[step.number] = picture
    return fitting


@cache
def builtin_figures(pack: str) -> Mapping[str, Picture]:
    """The pictures that come with the library, for outcomes of a pack with the name of the built-in one; else none."""
    from psoas_rules.figures import load_figures
    from psoas_rules.loading import find_builtin
    from psoas_rules.yaml_reader import read_yaml

    about = read_yaml((find_builtin() / "pack.yaml").read_bytes()).data
    return load_figures() if about["name"] == pack else {}


def safe_picture(picture: Picture, prefix: str) -> str | None:
    """A picture as SVG for a page; None if it holds anything but a drawing.

    Args:
        picture: A drawing, which may come from a pack that somebody else made.
        prefix: What its ids begin with, so that they are unique in the page.
    """
    drawn = picture.inline(prefix)
    return drawn if _is_drawing(drawn) else None


@lru_cache(maxsize=1024)
def _is_drawing(svg: str) -> bool:
    looked = _Looking()
    looked.feed(svg)
    looked.close()
    return looked.fine and looked.seen > 0 and not looked.open


class _Looking(HTMLParser):
    """Whether a text is one SVG element of shapes and words: no script, no link, no style, nothing left open."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = True
        self.seen = 0
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attributes)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if not self.open and (tag != "svg" or self.seen):
            self.fine = False
        self.seen += 1
        self.fine &= tag in _ELEMENTS and all(_is_plain(name, value or "") for name, value in attributes)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fine = False

    def handle_data(self, data: str) -> None:
        if not self.open and data.strip():
            self.fine = False

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 - whatever it says
        self.fine = False

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def _is_plain(name: str, value: str) -> bool:
    return not name.startswith(_NEVER) and "url(" not in value.lower()
