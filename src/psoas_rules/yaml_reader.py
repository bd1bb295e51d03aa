"""YAML as plain data with the place of everything, read without surprises.

Scalars mean what they look like: `no`, `on` and `1:30` are text, numbers are numbers, and a text field takes its
words as they stand. Duplicate keys, aliases, tags and oversized input are problems, never silently accepted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import attrs
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError

from psoas_rules.hints import show

Path = tuple[str | int, ...]

MOST_BYTES = 500_000
_DEEPEST = 30
_MOST_NODES = 20_000
_MOST_FLAWS = 100
_LONGEST_KEY = 100

_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
# What no screen shows, and what turns the order of reading around: with it, a sentence seems to say something else.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@attrs.frozen
class Flaw:
    """Something wrong with the text itself: where, a code, and what."""

    line: int
    column: int
    code: str
    message: str


@attrs.frozen
class Document:
    """A file as plain data.

    Attributes:
        data: Mappings with text keys, lists, text, numbers, true, false and null; None when too little could be read.
        places: Line and column (from 1) of the value at each path, and of each key at the path plus itself.
        flaws: What is wrong with the text.
    """

    data: Any
    places: dict[Path, tuple[int, int]]
    flaws: tuple[Flaw, ...]

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (0, 0))


def read_yaml(content: bytes) -> Document:
    """Reads one YAML document (JSON is one, too)."""
    if len(content) > MOST_BYTES:
        return _unreadable(0, 0, "too-large", f"the file has more than {MOST_BYTES} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(line, 1, "not-utf8", "the file is not UTF-8 text; save it as UTF-8")
    # Events, not nodes: the reader stops at the first thing too many instead of after the whole file.
    builder = _Builder(YAML(typ="safe", pure=True).parse(io.StringIO(text)))
    try:
        return builder.build()
    except _TooMuchError:
        return builder.unreadable()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return builder.unreadable(line, column, error.problem or error.context or "")
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        return builder.unreadable(line, column, "it holds a character that text cannot have")
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:  # the library asserts, too
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return builder.unreadable(1, 1, first)


def _unreadable(line: int, column: int, code: str, message: str) -> Document:
    return Document(None, {}, (Flaw(line, column, code, message),))


class _TooMuchError(Exception):
    """The file is deeper, longer or more broken than anybody writes; reading on would only cost time."""


class _Builder:
    """Builds plain data from YAML events, and notes what is wrong on the way."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.places: dict[Path, tuple[int, int]] = {}
        self.flaws: list[Flaw] = []
        self.nodes = 0
        self.whole = True

    def build(self) -> Document:
        """The document, with its flaws."""
        data = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._flaw(event, "yaml", "the file holds more than one document (---); keep one")
                    break
                data = self._value(self._next(), ())
        if data is None and not self.flaws:
            return _unreadable(0, 0, "empty", "the file is empty")
        return Document(data if self.whole else None, self.places, tuple(self.flaws))

    def unreadable(self, line: int = 0, column: int = 0, why: str = "") -> Document:
        """The flaws alone, with the reason why reading ended."""
        if why:
            self.flaws.append(Flaw(line, column, "yaml", f"this is not readable YAML: {_one_line(why)}"))
        return Document(None, self.places, tuple(self.flaws))

    def _flaw(self, event: Event, code: str, message: str) -> None:
        self.flaws.append(Flaw(event.start_mark.line + 1, event.start_mark.column + 1, code, message))
        if len(self.flaws) >= _MOST_FLAWS:
            raise _TooMuchError

    def _stop(self, event: Event, code: str, message: str) -> NoReturn:
        self._flaw(event, code, message)
        raise _TooMuchError

    def _value(self, event: NodeEvent, path: Path) -> Any:
        self.places.setdefault(path, (event.start_mark.line + 1, event.start_mark.column + 1))
        self._count(event, len(path))
        if isinstance(event, AliasEvent):
            self.whole = False
            self._flaw(event, "alias", "aliases (*name) are not allowed; write the value out")
            return None
        if event.anchor is not None:
            self._flaw(event, "alias", "anchors (&name) are not allowed; put text that starts with & in quotes")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        assert isinstance(event, CollectionStartEvent)
        self._no_tag(event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        return [self._value(one, (*path, i)) for i, one in enumerate(self._inside())]

    def _count(self, event: Event, depth: int) -> None:
        self.nodes += 1
        if depth > _DEEPEST:
            self._stop(event, "too-deep", f"the file is nested more than {_DEEPEST} deep")
        if self.nodes > _MOST_NODES:
            self._stop(event, "too-large", f"the file has more than {_MOST_NODES} values")

    def _inside(self) -> Iterator[NodeEvent]:
        """The events that start each part of a collection, up to its end; each part must be read before the next."""
        while not isinstance(event := next(self.events), CollectionEndEvent):
            assert isinstance(event, NodeEvent)
            yield event

    def _next(self) -> NodeEvent:
        event = next(self.events)
        assert isinstance(event, NodeEvent)
        return event

    def _no_tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag is not None:
            self._flaw(event, "tag", f"tags ({show(event.tag)[1:-1]}) are not allowed; leave it out")

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        self._no_tag(event)
        if _NOT_TEXT.search(text):
            self._flaw(event, "bad-text", f"{show(text)} holds a character that cannot be shown")
            text = _NOT_TEXT.sub("?", text)
        if event.style is not None or event.tag is not None:  # quoted, block or tagged text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in self._inside():
            key = self._key(event, data, len(path))
            if key is None:
                self._skip(self._next(), len(path))
                continue
            self.places[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
            data[key] = self._value(self._next(), (*path, key))
        return data

    def _key(self, event: NodeEvent, data: dict[str, Any], depth: int) -> str | None:
        """The key, or None when it cannot be one."""
        if not isinstance(event, ScalarEvent) or event.anchor is not None or event.tag is not None:
            self.whole = False
            self._flaw(event, "bad-key", "a key is a plain word, not a list, a mapping, an alias or a tag")
            self._skip(event, depth)
            return None
        key: str = event.value
        if key in data:
            self._flaw(event, "duplicate-key", f"{show(key)} stands here twice; keep one of them")
            return None
        if key == "<<":
            self.whole = False
            self._flaw(event, "alias", "merge keys (<<) are not allowed; write the values out")
            return None
        if len(key) > _LONGEST_KEY or not key.isprintable():
            self.whole = False
            self._flaw(event, "bad-key", f"{show(key)} is not a key: at most {_LONGEST_KEY} characters, on one line")
            return None
        return key

    def _skip(self, event: NodeEvent, depth: int) -> None:
        """Passes over a part without keeping it."""
        self._count(event, depth)
        if isinstance(event, CollectionStartEvent):
            for part in self._inside():
                self._skip(part, depth + 1)


def _one_line(text: str) -> str:
    """The library's words, short and printable."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))[:200]
