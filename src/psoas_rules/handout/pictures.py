"""The pictures of the exercises: where they come from, and that they are pictures and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from html.parser import HTMLParser
from typing import Final, Protocol

from markupsafe import Markup

_ELEMENTS: Final = frozenset(
    ("svg", "title", "desc", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "text", "tspan")
)
_NEVER: Final = ("on", "style", "xlink", "href")


class Picture(Protocol):
    """A drawing that can stand in a page; `psoas_rules.figures.Figure` is one."""

    def inline(self, prefix: str = "") -> str:
        """The drawing as an SVG element whose ids begin with the prefix."""
        ...


@cache
def builtin_figures(pack: str) -> Mapping[str, Picture]:
    """The pictures that come with the library, for outcomes of the built-in pack; nothing for any other.

    Args:
        pack: Name of the pack that decided.
    """
    from psoas_rules.figures import load_figures
    from psoas_rules.loading import find_builtin
    from psoas_rules.yaml_reader import read_yaml

    about = read_yaml((find_builtin() / "pack.yaml").read_bytes()).data
    return load_figures() if about["name"] == pack else {}


@cache
def picture_style() -> str:
    """The style of the pictures."""
    from psoas_rules.figures import FIGURE_CSS

    return FIGURE_CSS


def safe_picture(picture: Picture, prefix: str) -> Markup | None:
    """A picture as markup for a page; None if it holds anything but a drawing.

    Args:
        picture: A drawing, which may come from a pack that somebody else made.
        prefix: What its ids begin with, so that they are unique in the page.
    """
    drawn = picture.inline(prefix)
    return Markup(drawn) if _is_drawing(drawn) else None  # noqa: S704 - it has just been looked at


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
