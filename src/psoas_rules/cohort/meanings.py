"""Which answer a column may be meant as whose name is not that of an answer.

People must not be decided without an answer that stands in their table, only because its column is called something
else. So this sees likeness rather too often than too seldom: whoever means something else names the column in `keep`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from psoas_rules.facts import SECTIONS, FactKind
from psoas_rules.lexicon import Lexicon
from psoas_rules.memory import Memory

Words: TypeAlias = tuple[str, ...]

KINDS: Final[Mapping[str, FactKind]] = {
    **{kind: kind for kind in SECTIONS},
    **{at: kind for kind, at in SECTIONS.items()},
}
"""What the first part of the name of an answer can be, without the screen: the section or what it holds one of."""
OF_PERSON: Final = ("age", "experience")
"""The answers about a person; a person has many other things, such as an id."""
SCREEN: Final = "screen"

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_OF_ILLNESS: Final = ("red_flag", "condition")
_CLOSE: Final = 0.8
"""How alike two names must be, from 0 to 1: a letter or two may be wrong."""
_LONG_ENOUGH: Final = 7
"""Short names are alike by chance."""
_LONGEST: Final = 200
_MOST_KEPT: Final = 4_096
_MOST_PACKS: Final = 8


def meanings(lexicon: Lexicon) -> Meanings:
    """What columns may be meant as, with the answers of a pack."""
    return _made(tuple(_ways(lexicon)))


class Meanings:
    """What columns may be meant as.

    Args:
        ways: Every answer: the name of its column, each way in which it may be said, and its kind.
    """

    def __init__(self, ways: Iterable[tuple[str, str, str]]) -> None:
        self._found: Memory[tuple[str | None]] = Memory(_MOST_KEPT)
        self._answers: dict[Words, str] = {}
        self._telling: set[Words] = set()
        for answer, said, kind in ways:
            words = _words(said)
            self._answers.setdefault(words, answer)
            # One common word, such as `age`, does not make an answer of a longer name; an illness does.
            if len(words) > 1 or kind in _OF_ILLNESS:
                self._telling.add(words)
        self._longest = max(map(len, self._answers))
        self._run_together = {"".join(words): answer for words, answer in self._answers.items()}
        self._sections = [_words(section) for section in (SCREEN, *KINDS)]

    def of(self, name: str) -> str | None:
        """What a column may be meant as.

        Args:
            name: Its name, which is not that of an answer.

        Returns:
            The name that the answer has; empty when it is not clear which one is meant; None when the column has
            nothing to do with answers.
        """
        if len(name) > _LONGEST:
            return None
        found = self._found.get(name)
        if found is None:
            found = (self._meant(name),)
            self._found.put(name, found)
        return found[0]

    def _meant(self, name: str) -> str | None:
        parts = [_words(part) for part in name.split(".")]
        every = tuple(word for part in parts for word in part)
        close = _nearest("".join(every), self._run_together)
        if every not in self._answers and close:
            return self._run_together[close]
        for words in (every, *parts, *self._within(every)):
            if words in self._answers:
                return self._answers[words]
        for words in parts:
            close = _nearest("".join(words), self._run_together)
            if close:
                return self._run_together[close]
        return "" if self._in_a_section(parts, every) else None

    def _within(self, every: Words) -> Iterator[Words]:
        """What stands in a name and tells what it is, the longest first."""
        for length in range(min(self._longest, len(every)), 0, -1):
            for start in range(len(every) - length + 1):
                if every[start : start + length] in self._telling:
                    yield every[start : start + length]

    def _in_a_section(self, parts: Sequence[Words], every: Words) -> bool:
        """Whether a name begins like that of an answer."""
        dotted = len(parts) > 1
        if dotted and _nearest("".join(parts[0]), map("".join, self._sections)):
            return True
        begun = [words for words in self._sections if every[: len(words)] == words and len(every) > len(words)]
        # A person has many things besides answers, such as an id.
        return any(dotted or words != ("person",) for words in begun)


def _ways(lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    yield SCREEN, SCREEN, SCREEN
    keys: dict[str, Iterable[str]] = {kind: lexicon.answers(kind) for kind in SECTIONS}
    for kind, section in (*SECTIONS.items(), (SCREEN, SCREEN)):
        for key in {**keys, "person": OF_PERSON, SCREEN: lexicon.groups}[kind]:
            for said in (key, f"{section}.{key}", f"{kind}.{key}"):
                yield f"{section}.{key}", said, kind


@lru_cache(maxsize=_MOST_PACKS)
def _made(ways: tuple[tuple[str, str, str], ...]) -> Meanings:
    return Meanings(ways)


def _nearest(text: str, known: Iterable[str]) -> str | None:
    """The known name that is most like a text; None when none is."""
    if len(text) < _LONG_ENOUGH:
        return None
    close = difflib.get_close_matches(text, [one for one in known if len(one) >= _LONG_ENOUGH], n=1, cutoff=_CLOSE)
    return close[0] if close else None


def _words(name: str) -> Words:
    return tuple(word.casefold() for word in _WORD.findall(name))
