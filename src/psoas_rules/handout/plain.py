"""Making every text a plain one, so that all of them are escaped, and telling a name that shows nothing."""

from __future__ import annotations

import unicodedata
from typing import Any, Final, TypeVar

import attrs

from psoas_rules.legible import legible

_Told = TypeVar("_Told")

_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are drawn as nothing."""
_SEEN: Final = frozenset("LNPS")
"""Letters, numbers, punctuation and symbols, by the first letter of their Unicode category."""


def plain(told: _Told) -> _Told:
    """The same value with every text in it a plain `str`, through tuples and attrs classes.

    A text of a class of its own could say about itself that it is markup, and a template would believe it.
    """
    made: Any = told
    if isinstance(told, str):
        made = str.__str__(told)
    elif isinstance(told, tuple):
        made = tuple(map(plain, told))
    elif attrs.has(type(made)):
        texts = {field.name: plain(getattr(made, field.name)) for field in attrs.fields(type(made))}
        made = attrs.evolve(made, **texts)
    return made  # type: ignore[no-any-return]


def visible(name: object) -> str:
    """A name as one line, or nothing where it is made only of spaces and characters that nobody sees."""
    line = legible(plain(name if isinstance(name, str) else str(name)))
    seen = any(unicodedata.category(letter)[0] in _SEEN and letter not in _BLANK for letter in line)
    return line if seen else ""
