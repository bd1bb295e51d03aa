"""An examination: the pack under the eyes of the checks, and the list of what they find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.checking.catalogue import CATALOGUE
from psoas_rules.checking.findings import Finding, Fix
from psoas_rules.loading import Rulebook
from psoas_rules.yaml_reader import Document, Path

_MOST_OF_A_KIND: Final = 200
"""So many findings of one kind are told; nobody reads more, and a hostile file must not fill the memory."""


@attrs.define
class Examination:
    """The pack that is checked, and what was found so far.

    Attributes:
        contents: The text of every data file by its path inside the pack.
        documents: The same as plain data with places.
        today: The day on which it is checked.
        book: The pack with its rules, as far as it can be read; None when too little of it can be.
        sound: Whether the pack can be used as it is.
        mended: Places where a stand-in stands in the book for what cannot be read; nothing is told about them.
        schemas: The texts of the schemas for an editor that the folder holds, by name.
    """

    contents: Mapping[str, bytes]
    documents: dict[str, Document]
    today: dt.date
    book: Rulebook | None = None
    sound: bool = False
    schemas: Mapping[str, str] = attrs.field(factory=dict)
    mended: Mapping[str, Sequence[Path]] = attrs.field(factory=dict)
    findings: list[Finding] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    _told: dict[str, int] = attrs.field(factory=dict)

    @property
    def has_schemas(self) -> bool:
        """Whether the folder holds schemas for an editor."""
        return bool(self.schemas)

    @property
    def whole(self) -> bool:
        """Whether every exercise could be read, so that what none of them has can be told."""
        return not any(file.startswith("exercises/") and one.data is None for file, one in self.documents.items())

    @property
    def rules(self) -> Rulebook:
        """The pack with its rules; only for checks that need one."""
        assert self.book is not None
        return self.book

    def tell(self, file: str, path: Path, code: str, message: str, fix: Fix | None = None) -> None:
        """Notes something at a place inside a file."""
        if any(path[: len(mended)] == mended for mended in self.mended.get(file, ())):
            return
        document = self.documents.get(file)
        self.tell_at(file, document.place(path) if document is not None else (0, 0), code, message, fix)

    def tell_at(self, file: str, place: tuple[int, int], code: str, message: str, fix: Fix | None = None) -> None:
        """Notes something at a line and a column; both are 0 for the whole file."""
        told = self._told[code] = self._told.get(code, 0) + 1
        if told > _MOST_OF_A_KIND:
            if told == _MOST_OF_A_KIND + 1:
                self.notes.append(f"There is more of the kind [{code}]; the first {_MOST_OF_A_KIND} are told.")
            return
        self.findings.append(Finding(CATALOGUE[code].severity, code, file, *place, message, fix))

    def rows(self, file: str, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """The rows of a table as they were written, each with its number."""
        document = self.documents.get(file)
        rows = document.data.get(key) if document is not None and isinstance(document.data, Mapping) else None
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield number, row


Check: TypeAlias = Callable[[Examination], None]
"""Tells the examination everything of one sort."""
