"""YAML as plain data with the place of everything, read without surprises.

Scalars mean what they look like: `no`, `on` and `1:30` are text, numbers are numbers, and a text field takes its
words as they stand. Duplicate keys, aliases, tags and oversized input are problems, never silently accepted.
"""

from __future__ import annotations

import io
import re
from typing import Any

import attrs
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

MOST_BYTES = 1_000_000
_DEEPEST = 30
_MOST_NODES = 100_000

_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
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
        data: Mappings with text keys, lists, text, numbers, true, false and null.
        places: Line and column (from 1) of the value at each path, and of each key at the path plus itself.
        flaws: What is wrong with the text. Data is then as complete as could be read.
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
    try:
        node = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return _unreadable(line, column, "yaml", f"this is not readable YAML: {error.problem or error.context}")
    except (YAMLError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _unreadable(1, 1, "yaml", f"this is not readable YAML: {first}")
    except RecursionError:
        return _unreadable(1, 1, "too-deep", f"the file is nested more than {_DEEPEST} deep")
    return _Builder().build(node)


def _unreadable(line: int, column: int, code: str, message: str) -> Document:
    return Document(None, {}, (Flaw(line, column, code, message),))


class _Builder:
    def __init__(self) -> None:
        self.places: dict[Path, tuple[int, int]] = {}
        self.flaws: list[Flaw] = []
        self.seen: set[int] = set()

    def build(self, node: Node | None) -> Document:
        data = None if node is None else self._value(node, ())
        return Document(data, self.places, tuple(self.flaws))

    def _flaw(self, node: Node, code: str, message: str) -> None:
        self.flaws.append(Flaw(node.start_mark.line + 1, node.start_mark.column + 1, code, message))

    def _value(self, node: Node, path: Path) -> Any:
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if id(node) in self.seen:
            self._flaw(node, "alias", "aliases (*name) are not allowed; write the value out")
            return None
        self.seen.add(id(node))
        if len(path) > _DEEPEST:
            self._flaw(node, "too-deep", f"the file is nested more than {_DEEPEST} deep")
            return None
        if len(self.seen) > _MOST_NODES:
            self._flaw(node, "too-large", f"the file has more than {_MOST_NODES} values")
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if isinstance(node, SequenceNode):
            return [self._value(one, (*path, i)) for i, one in enumerate(node.value)]
        assert isinstance(node, MappingNode)
        return self._mapping(node, path)

    def _scalar(self, node: ScalarNode) -> Any:
        text: str = node.value
        if str(node.tag).startswith("!"):
            self._flaw(node, "tag", f"tags ({node.tag}) are not allowed")
            return None
        if node.style is not None:  # quoted or block text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._flaw(key_node, "bad-key", "a key is a word, not a list or a mapping")
                continue
            key: str = key_node.value
            if key in data:
                self._flaw(key_node, "duplicate-key", f"'{key}' stands here twice; keep one of them")
                continue
            if key == "<<":
                self._flaw(key_node, "alias", "merge keys (<<) are not allowed; write the values out")
                continue
            self.places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            data[key] = self._value(value_node, (*path, key))
        return data
