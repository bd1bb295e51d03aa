"""Small help for error messages: how to show a value, and which known name was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

_LONGEST = 200
_SHOWN = 60


def show(given: object) -> str:
    """A value for an error message: short, printable, and plainly of its type."""
    if given is None:
        return "an empty value"
    if isinstance(given, str | bytes) and len(given) > _SHOWN:
        cut = given[: _SHOWN - 3]
        given = cut + "..." if isinstance(cut, str) else cut + b"..."
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) > 10**18:
        return "a whole number of more than 18 digits"
    text = repr(given) if isinstance(given, str | bytes | int | float | bool) else kind(given)
    return text.encode("ascii", "backslashreplace").decode() if not text.isprintable() else text


def kind(given: object) -> str:
    """What sort of thing a value is, in plain words."""
    match given:
        case None:
            return "nothing"
        case bool():
            return str(given)
        case str():
            return "text"
        case bytes():
            return "bytes"
        case int() | float():
            return "a number"
        case Mapping():
            return "a mapping"
        case list() | tuple() | set() | frozenset():
            return "a list"
    name = type(given).__name__[:_SHOWN]
    return f"an {name}" if name[:1] in "AEIOUaeiou" else f"a {name}"


def nearest(given: object, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when a known name is close, else nothing. Case does not count."""
    if not isinstance(given, str) or len(given) > _LONGEST:
        return ""
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(given.casefold(), names, n=1, cutoff=0.6)
    return f"; did you mean '{names[close[0]]}'?" if close else ""
