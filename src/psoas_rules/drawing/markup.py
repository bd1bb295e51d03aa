"""A picture as a document of SVG that stands by itself, and tells those who cannot see it what it shows."""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import attrs

from psoas_rules.figures import ANIMATION_CSS, SECONDS, picture_css

_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@attrs.frozen
class Words:
    """What a figure tells those who cannot see it.

    Attributes:
        name: What its ids begin with.
        title: What it shows, in a few words.
        description: What one sees, in a sentence or two.
    """

    name: str
    title: str
    description: str


def document(drawn: Element, size: tuple[int, int], words: Words, *, digest: str, seconds: float | None = None) -> str:
    """The text of an SVG file.

    Args:
        drawn: The drawing.
        size: Its width and height.
        words: What it tells those who cannot see it.
        digest: What it was made from, for telling whether it is up to date.
        seconds: How long one round of the animation lasts; None if nothing moves.
    """
    kinds = "psoas-figure"
    if seconds is not None:
        kinds += f" p-moving p-seconds-{min(max(round(seconds), SECONDS[0]), SECONDS[-1])}"
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": kinds,
            "viewBox": f"0 0 {size[0]} {size[1]}",
            "role": "img",
            "aria-labelledby": f"{words.name}-title {words.name}-desc",
            "data-digest": digest,
        },
    )
    SubElement(root, "title", {"id": f"{words.name}-title"}).text = _clean(words.title)
    SubElement(root, "desc", {"id": f"{words.name}-desc"}).text = _clean(words.description)
    classes = {name for element in drawn.iter() for name in element.get("class", "").split()}
    SubElement(root, "style").text = picture_css(classes) + (ANIMATION_CSS if seconds is not None else "")
    root.append(drawn)
    return tostring(root, encoding="unicode").replace(" />", "/>") + "\n"


def _clean(text: str) -> str:
    """Text on one line, without the characters that XML cannot hold."""
    return " ".join(_FORBIDDEN.sub(" ", text).split())
