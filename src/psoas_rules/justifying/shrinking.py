"""A set of parts made smaller until none of them can be spared.

Chunks are dropped before single parts, as in delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
Failure-Inducing Input", 2002), and from the front, so that what comes late stays. Whether a set is enough need not grow
with the set. What comes out has no single part that can be spared, and that is all that is promised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_Part = TypeVar("_Part")


def shrunk(parts: Sequence[_Part], enough: Callable[[tuple[_Part, ...]], bool]) -> tuple[_Part, ...]:
    """The parts that are left when no single one of them can be spared.

    Args:
        parts: Parts that are enough together; those that come first are dropped first.
        enough: Whether some of the parts, in their order, are enough.
    """
    kept = tuple(parts)
    while True:
        smaller = _dropping(kept, enough)
        if smaller == kept:
            return kept
        kept = smaller


def _dropping(parts: tuple[_Part, ...], enough: Callable[[tuple[_Part, ...]], bool]) -> tuple[_Part, ...]:
    """The parts after one way from front to back. When nothing was dropped, each was tried alone and is needed."""
    place, chunk = 0, len(parts)
    while place < len(parts):
        rest = parts[:place] + parts[place + chunk :]
        if enough(rest):
            parts, chunk = rest, chunk * 2
        elif chunk > 1:
            chunk //= 2
        else:
            place, chunk = place + 1, 2
        chunk = min(chunk, len(parts) - place)
    return parts
