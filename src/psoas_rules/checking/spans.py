"""Where each value and key of a YAML file begins and ends in its text; what edits in place need."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import attrs
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from psoas_rules.yaml_reader import Path

_PLAIN: Final = (None, "'", '"')


@attrs.frozen
class Span:
    """A piece of the text.

    Attributes:
        start, end: From which offset to which.
        style: For a scalar, the quotes it stands in, if any; `block` for a block text; `list` or `mapping` else.
        flow: For a list or mapping, whether it stands in brackets.
    """

    start: int
    end: int
    style: str = ""
    flow: bool = False

    @property
    def in_line(self) -> bool:
        """Whether it is a scalar that stands as it is or in quotes."""
        return self.style in ("", "'", '"')


@attrs.frozen
class Spans:
    """The pieces of one file: of values by their path, and of keys by the path of their value."""

    values: dict[Path, Span]
    keys: dict[Path, Span]


def spans(text: str) -> Spans:
    """The spans of a text; empty when it cannot be read."""
    found = Spans({}, {})
    events = YAML(typ="safe", pure=True).parse(io.StringIO(text))
    try:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                _value(events, next(events), (), found)
                break
    except (YAMLError, ValueError, AssertionError, RecursionError, StopIteration):
        return Spans({}, {})
    return found


def opened_at(text: str) -> int | None:
    """The line in which something begins that makes a text unreadable further down, such as a quote."""
    try:
        for _ in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            pass
    except MarkedYAMLError as error:
        return error.context_mark.line + 1 if error.context_mark is not None else None
    except (YAMLError, ValueError, AssertionError, RecursionError):
        return None
    return None


def _value(events: Iterator[Event], event: Event, path: Path, found: Spans) -> None:
    start = event.start_mark.index
    if isinstance(event, ScalarEvent):
        style = event.style if event.style in _PLAIN else "block"
        found.values[path] = Span(start, event.end_mark.index, style or "")
    elif isinstance(event, MappingStartEvent):
        while not isinstance(key := next(events), CollectionEndEvent):
            name = key.value if isinstance(key, ScalarEvent) else repr(key)
            found.keys[(*path, name)] = Span(key.start_mark.index, key.end_mark.index)
            if not isinstance(key, ScalarEvent):
                _value(events, key, (*path, name, "key"), found)
            _value(events, next(events), (*path, name), found)
        found.values[path] = Span(start, key.end_mark.index, "mapping", bool(event.flow_style))
    elif isinstance(event, SequenceStartEvent):
        number = 0
        while not isinstance(entry := next(events), CollectionEndEvent):
            _value(events, entry, (*path, number), found)
            number += 1
        found.values[path] = Span(start, entry.end_mark.index, "list", bool(event.flow_style))
    elif isinstance(event, NodeEvent):
        found.values[path] = Span(start, event.end_mark.index, "alias")
