"""Texts for drawings: cleaned of what no drawing can show, and broken into lines by their width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

_SPACES: Final = frozenset({"Zs", "Zl", "Zp"})
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d")
"""Two format characters that several scripts cannot be written without."""


def clean(text: str) -> str:
    """The text without control characters, and in one line.

    Characters that change the direction of what follows them go as well: they could make a drawing read otherwise than
    it was written.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in _SPACES or character in "\t\n\r\v\f":
            kept.append(" ")
        elif category not in _UNSHOWN or character in _JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split(" ")).strip()


def width(text: str, size: float) -> float:
    """About how wide a text is, in pixels, in a sans-serif font of this size; rather too wide than too narrow."""
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    """The width of a character, in parts of the size of its font."""
    if character in "ijl'|":
        return 0.27
    if character in 'ftrI.,:;!()[]{}/\\-" `':
        return 0.35
    if character in "mwMW@%":
        return 0.93
    if character.isascii():
        return 0.73 if character.isupper() else 0.59
    if unicodedata.combining(character) or character in _JOINERS:
        return 0.0
    return 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.85


def wrapped(text: str, size: float, most: float, *, lines: int | None = None) -> tuple[str, ...]:
    """The text in lines of at most this width.

    Args:
        text: What to break; words that are too long are broken inside.
        size: The size of the font, in pixels.
        most: The most width of a line, in pixels.
        lines: The most lines; the last ends with an ellipsis when there would be more.
    """
    found: list[str] = []
    for word in _words(clean(text), size, most):
        if found and width(f"{found[-1]} {word}", size) <= most:
            found[-1] = f"{found[-1]} {word}"
        else:
            found.append(word)
    if lines is not None and len(found) > lines:
        last = found[lines - 1]
        while last and width(f"{last}…", size) > most:
            last = last[:-1]
        found = [*found[: lines - 1], f"{last.rstrip(' ,;.')}…"]
    return tuple(found)


def _words(text: str, size: float, most: float) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for character in word:
            if piece and width(piece + character, size) > most:
                yield piece
                piece = ""
            piece += character
        yield piece
