"""The files as text: what no eye sees, and the line by which an editor knows what may stand in a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Edit, Fix
from psoas_rules.checking.kinds import kind_of_file, schema_line

_BOM: Final = "\ufeff"
_SCHEMA: Final = re.compile(r"^#\s*yaml-language-server\s*:.*$", re.MULTILINE)
_TRAILING: Final = re.compile(r"[ \t]+(?=\r?$)", re.MULTILINE)
_TAB: Final = re.compile(r"^[ ]*(\t)\s*\S", re.MULTILINE)


def check_layout(examination: Examination) -> None:
    """Lines end like lines, and hold no tabs and no blanks at their ends."""
    for file, text in _readable(examination):
        ends = line_end_edits(file, text)
        if ends:
            what = " and ".join(_wrong_ends(text))
            message = f"this file {what}; other editors and comparisons stumble over it"
            examination.tell_at(file, (1, 1), "line-ends", message, Fix("tidy them", "layout"))
        trailing = trailing_edits(file, text)
        if trailing:
            more = f", and of {len(trailing) - 1} more" if len(trailing) > 1 else ""
            message = f"there are blanks at the end of this line{more}; nobody sees them"
            examination.tell_at(
                file, _place(text, trailing[0].start), "trailing-blank", message, Fix("take them out", "layout")
            )
        for tab in _TAB.finditer(text):
            message = "a tab stands before the text; YAML counts blanks only, so write blanks"
            examination.tell_at(file, _place(text, tab.start(1)), "tab", message)


def _readable(examination: Examination) -> list[tuple[str, str]]:
    found = []
    for file, content in examination.contents.items():
        try:
            found.append((file, content.decode("utf-8")))
        except UnicodeDecodeError:
            continue  # told when it is read
    return found


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _wrong_ends(text: str) -> list[str]:
    wrong = []
    if text.startswith(_BOM):
        wrong.append("begins with a mark that no text needs (a byte order mark)")
    if "\r\n" in text:
        wrong.append("has the line ends of Windows")
    if text and not text.endswith("\n"):
        wrong.append("does not end with a line end")
    return wrong


def line_end_edits(file: str, text: str) -> list[Edit]:
    """What gives a file the line ends of all others."""
    del file
    edits = [Edit(0, 1, "")] if text.startswith(_BOM) else []
    edits += [Edit(match.start(), match.start() + 1, "") for match in re.finditer(r"\r(?=\n)", text)]
    if text and not text.endswith("\n"):
        edits.append(Edit(len(text), len(text), "\n"))
    return edits


def trailing_edits(file: str, text: str) -> list[Edit]:
    """What takes out the blanks at the ends of lines."""
    del file
    return [Edit(match.start(), match.end(), "") for match in _TRAILING.finditer(text)]


def check_schema_lines(examination: Examination) -> None:
    """The first line of a file names the schema of its kind; a pack without schemas needs none."""
    if not examination.has_schemas:
        return
    for file, text in _readable(examination):
        edits = schema_edits(file, text)
        kind = kind_of_file(file)
        if kind is None or not edits:
            continue
        wanted = schema_line(kind, file)
        place = _place(text, edits[0].start)
        missing = edits[0].start == edits[0].end
        what = (
            "the line is missing by which an editor knows this kind of file" if missing else "this names no such file"
        )
        examination.tell_at(file, place, "schema-line", f"{what}; write {wanted}", Fix(f"write {wanted}", "layout"))


def schema_edits(file: str, text: str) -> list[Edit]:
    """What names the schema of a file in its first line."""
    kind = kind_of_file(file)
    if kind is None:
        return []
    wanted = schema_line(kind, file)
    found = _SCHEMA.search(text)
    if found is None:
        start = 1 if text.startswith(_BOM) else 0
        return [Edit(start, start, f"{wanted}\n")]
    return [] if found[0].rstrip() == wanted else [Edit(found.start(), found.start() + len(found[0].rstrip()), wanted)]


LAYOUTS: Final[Mapping[str, Callable[[str, str], list[Edit]]]] = {
    "line-ends": line_end_edits,
    "trailing-blank": trailing_edits,
    "schema-line": schema_edits,
}
"""For each kind of finding that is about the layout, what mends it in a file with this name and text."""
