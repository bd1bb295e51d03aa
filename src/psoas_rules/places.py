"""Where things stand in the files of a pack: the file and line of a rule, a row or an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import attrs

from psoas_rules.loading import find_builtin, read_folder

if TYPE_CHECKING:
    from psoas_rules.yaml_reader import Document

Path = tuple[str | int, ...]


@attrs.frozen
class Place:
    """A place in a pack.

    Attributes:
        file: Path inside the pack, with forward slashes.
        line: Line, counted from 1; 0 when the whole file is meant.
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Places:
    """The places of everything in one pack. Files are read when they are first asked about.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: if the folder cannot be read as a pack.
    """

    def __init__(self, folder: str | FilePath | None = None) -> None:
        self._contents = read_folder(find_builtin() if folder is None else FilePath(folder))
        self._documents: dict[str, Document] = {}

    def at(self, file: str, path: Path = ()) -> Place:
        """The place of a path inside a file, or of the nearest thing around it."""
        document = self._document(file)
        return Place(file) if document is None else Place(file, document.place(path)[0])

    def rule(self, rule: str) -> Place | None:
        """Where the rule with this id was written; None when nothing in the pack makes such a rule."""
        kind, _, rest = rule.partition(".")
        match kind:
            case "red_flag":
                return self._red_flag(rest)
            case "condition":
                return self._condition(rest)
            case "sign" | "measure":
                return self._evidence(f"{kind}s", rest)
            case "screening":
                return self._screening(rest)
            case "slots" | "formats" | "session_limits":
                return self._session(kind, rest)
        file = f"{kind}/{rest.partition('.')[0]}.yaml"
        return self.at(file) if file in self._contents else None

    def exercise(self, name: str) -> Place | None:
        """Where an exercise stands."""
        file = f"exercises/{name}.yaml"
        return self.at(file) if file in self._contents else None

    def _document(self, file: str) -> Document | None:
        from psoas_rules.yaml_reader import read_yaml

        if file not in self._documents and file in self._contents:
            self._documents[file] = read_yaml(self._contents[file])
        return self._documents.get(file)

    def _rows(self, table: str, file: str | None = None) -> Iterator[tuple[int, Mapping[str, Any]]]:
        document = self._document(file or f"{table}.yaml")
        rows = document.data.get(table) if document is not None and isinstance(document.data, Mapping) else None
        for i, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield i, row

    def row(self, table: str, name: str) -> Place | None:
        """Where the row of this id stands in a table that has a file of its own, such as `signs`."""
        for i, row in self._rows(table):
            if row.get("id") == name:
                return self.at(f"{table}.yaml", (table, i))
        return None

    def _red_flag(self, rest: str) -> Place | None:
        name, _, partners = rest.partition(".with_")
        for i, row in self._rows("red_flags"):
            if row.get("id") == name:
                for j, raised in enumerate(row.get("raised_by", ()) if partners else ()):
                    if "_or_".join(raised.get("with_any", ())) == partners:
                        return self.at("red_flags.yaml", ("red_flags", i, "raised_by", j))
                return self.at("red_flags.yaml", ("red_flags", i))
        return None

    def _condition(self, rest: str) -> Place | None:
        name, _, further = rest.partition(".")
        for i, row in self._rows("conditions"):
            if row.get("id") == name:
                for j, one in enumerate(row.get("further", ())):
                    if one.get("id") == further.partition(".")[0]:
                        return self.at("conditions.yaml", ("conditions", i, "further", j))
                return self.at("conditions.yaml", ("conditions", i))
        return None

    def _evidence(self, table: str, rest: str) -> Place | None:
        name, number, *_ = *rest.split("."), ""
        for i, row in self._rows(table):
            if row.get("id") == name:
                path: Path = (table, i, "evidence", int(number) - 1) if number.isdecimal() else (table, i)
                return self.at(f"{table}.yaml", path)
        return None

    def _screening(self, fact: str) -> Place | None:
        kind, _, name = fact.partition(".")
        for i, row in self._rows("screen"):
            if name in row.get(f"{kind}s", ()):
                return self.at("screen.yaml", ("screen", i))
        return self._condition(kind)

    def _session(self, kind: str, rest: str) -> Place | None:
        profile, _, slot = rest.partition(".")
        if kind == "session_limits":
            return self.at("slots.yaml", ("session_limits", profile))
        if kind == "formats":
            for i, row in self._rows("formats", "slots.yaml"):
                if f"up_to_{row.get('up_to_minutes')}" == rest:
                    return self.at("slots.yaml", ("formats", i))
            return None
        document = self._document("slots.yaml")
        uses = document.data.get("sessions", {}).get(profile, ()) if document is not None else ()
        for i, use in enumerate(uses):
            if use.get("slot") == slot:
                return self.at("slots.yaml", ("sessions", profile, i))
        return None
