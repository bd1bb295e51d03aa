"""Small help for error messages: how to show a value, and which known name was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 200


def show(given: object) -> str:
    """A value for an error message: short, printable, and plainly of its type."""
    if isinstance(given, str) and len(given) > 60:
        given = given[:57] + "..."
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) > 10**18:
        return "a number with too many digits"
    text = repr(given) if isinstance(given, str | bytes | int | float | bool | None) else f"a {type(given).__name__}"
    return text.encode("ascii", "backslashreplace").decode() if not text.isprintable() else text


def nearest(given: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when a known name is close, else nothing."""
    if not isinstance(given, str) or len(given) > _LONGEST:
        return ""
    close = difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
