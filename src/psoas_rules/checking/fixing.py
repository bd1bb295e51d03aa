"""Mending what needs no decision: small edits in the text, each taken only if it changes the data as it says.

The text stays as it was written, with its comments and its layout; only the piece that is wrong is replaced. After
every edit the file is read again. An edit after which anything else has changed is not made.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, Final

import attrs

from psoas_rules.checking.files import LAYOUTS
from psoas_rules.checking.findings import Edit, Finding, Fix, Report
from psoas_rules.checking.spans import Span, Spans, spans
from psoas_rules.yaml_reader import Path, read_yaml

_SAFE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .,;!?'()/+-]*")
_RUNS: Final = re.compile(r"(?<=\S)[ \t\u00a0]{2,}(?=\S)")
_MOST_TRIED: Final = 50
"""So many edits of one kind are tried one by one, where all of them together would change the data."""


@attrs.frozen
class Mended:
    """What mending did.

    Attributes:
        contents: The new text of every file that changes.
        before: The old text of these files.
        done: The findings that are mended, in the order in which that happened.
    """

    contents: Mapping[str, str]
    before: Mapping[str, str]
    done: tuple[Finding, ...]

    def diff(self) -> str:
        """The changes, line by line."""
        pieces: list[str] = []
        for file, after in self.contents.items():
            lines = (self.before[file].splitlines(keepends=True), after.splitlines(keepends=True))
            pieces += (
                line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                for line in difflib.unified_diff(*lines, fromfile=file, tofile=file)
            )
        return "".join(pieces)

    def write(self, folder: FilePath) -> None:
        """Writes the new texts to the folder of the pack.

        Raises:
            OSError: if a file cannot be written.
        """
        for file, after in self.contents.items():
            (folder / file).write_bytes(after.encode("utf-8"))


def mend(report: Report, contents: Mapping[str, bytes]) -> Mended:
    """The texts with everything mended that a report says can be.

    Args:
        report: What was found in these contents.
        contents: The files of the pack, as they were read.
    """
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    done: list[Finding] = []
    for file, content in contents.items():
        found = [finding for finding in report.fixable if finding.file == file]
        if found:
            text = content.decode("utf-8")
            mended, made = _mend_file(text, found)
            if made:
                before[file], after[file] = text, mended
                done += made
    return Mended(after, before, tuple(done))


def _mend_file(text: str, findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    done = []
    # Values first and from the end, so that what stands before them keeps its place; then the layout.
    inside = [one for one in findings if one.fix is not None and one.fix.change != "layout"]
    layout = [one for one in findings if one.fix is not None and one.fix.change == "layout"]
    for finding in sorted(inside, key=lambda one: (one.line, one.column), reverse=True):
        changed = _with_change(text, finding.fix) if finding.fix is not None else None
        if changed is not None:
            text = changed
            done.append(finding)
    for finding in layout:
        changed = _with_layout(text, finding)
        if changed != text:
            text = changed
            done.append(finding)
    return text, done


def _with_change(text: str, fix: Fix) -> str | None:
    """The text with one value, key or entry changed; None when that cannot be done in place."""
    known = spans(text)
    edit = _edit(text, fix, known)
    if edit is None:
        return None
    changed = text[: edit.start] + edit.text + text[edit.end :]
    wanted = _changed(read_yaml(text.encode("utf-8")).data, fix)
    return changed if wanted is not None and _same(read_yaml(changed.encode("utf-8")).data, wanted) else None


def _edit(text: str, fix: Fix, known: Spans) -> Edit | None:
    if fix.change == "key":
        span = known.keys.get(fix.path)
        return None if span is None else Edit(span.start, span.end, str(fix.to))
    if fix.change == "remove":
        return _removal(text, fix.path, known)
    span = known.values.get(fix.path)
    if span is None or span.style in ("list", "mapping", "alias"):
        return None
    raw = text[span.start : span.end]
    if fix.change == "blanks":
        return Edit(span.start, span.end, _respaced(raw, span))
    return Edit(span.start, span.end, _written(fix.to))


def _respaced(raw: str, span: Span) -> str:
    """A text in quotes, or over several lines, without blanks too many."""
    tidy = _RUNS.sub(" ", raw)
    if span.style in ("'", '"'):
        return tidy[0] + tidy[1:-1].strip() + tidy[-1]
    return tidy


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and not _SAFE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _removal(text: str, path: Path, known: Spans) -> Edit | None:
    """What takes an entry out of a list: a whole line of its own, or a piece between commas."""
    span, whole = known.values.get(path), known.values.get(path[:-1])
    if span is None or whole is None or not isinstance(path[-1], int):
        return None
    if whole.flow:
        before = known.values.get((*path[:-1], path[-1] - 1))
        return None if before is None or "#" in text[before.end : span.end] else Edit(before.end, span.end, "")
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    line = text[start:end]
    if text[start : span.start].strip() != "-" or "#" in line or text[span.end : end].strip():
        return None
    return Edit(start, end, "")


def _changed(data: Any, fix: Fix) -> Any:
    """The data as it should be afterwards; None when the place is not there."""
    whole = copy.deepcopy(data)
    inner = whole
    try:
        for part in fix.path[:-1]:
            inner = inner[part]
        last = fix.path[-1]
        if fix.change == "remove":
            del inner[last]
        elif fix.change == "key":
            value = inner.pop(last)
            if fix.to in inner:
                return None
            inner[fix.to] = value
        else:
            # Yes and no are written as words, and read as words.
            inner[last] = _read_back(fix.to)
    except (KeyError, IndexError, TypeError):
        return None
    return whole


def _read_back(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _same(data: Any, wanted: Any) -> bool:
    """Whether two pieces of data are the same, with True apart from 1 and 4 apart from 4.0."""
    if isinstance(data, Mapping) and isinstance(wanted, Mapping):
        return set(data) == set(wanted) and all(_same(one, wanted[key]) for key, one in data.items())
    if isinstance(data, list) and isinstance(wanted, list):
        return len(data) == len(wanted) and all(map(_same, data, wanted))
    return type(data) is type(wanted) and data == wanted


def _with_layout(text: str, finding: Finding) -> str:
    """The text with its layout tidied, or its schema named; what would change what it says stays as it is."""
    edits = LAYOUTS[finding.code](finding.file, text)
    before = read_yaml(text.encode("utf-8"))
    whole = _applied(text, edits)
    if before.flaws or _keeps(whole, before.data):
        return whole
    for edit in reversed(edits[:_MOST_TRIED]):
        changed = _applied(text, [edit])
        if _keeps(changed, before.data):
            text = changed
    return text


def _applied(text: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _keeps(text: str, data: Any) -> bool:
    """Whether a text says the same as these data."""
    return _same(read_yaml(text.encode("utf-8")).data, data)
