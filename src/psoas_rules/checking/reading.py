"""Reading a pack to the end: what is wrong in one file does not hide what is wrong in the others.

A pack with a typo in a table cannot be loaded, and loading says no more than that. Here a stand-in comes in place of
what cannot be read, so that everything else can be looked at; what is said about a stand-in is not told.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Fix
from psoas_rules.checking.kinds import FILE_KINDS, FileKind, field_shapes
from psoas_rules.checking.spans import opened_at
from psoas_rules.errors import Issue
from psoas_rules.loading import Reading, Rulebook, read_pack
from psoas_rules.shapes import Mismatch, structure
from psoas_rules.soundness import CHECKS
from psoas_rules.soundness.telling import placed
from psoas_rules.yaml_reader import Document, Flaw, Path, read_yaml

_STAND_IN: Final = "stand_in"
_MISSING: Final = re.compile(r"'(\w+)' is missing")
_MEANT: Final = re.compile(r"did you mean '([^']+)'\?")
_DECIMAL_COMMA: Final = re.compile(r"[-+]?\d+,\d+")
_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "no", "n", "off"), False),
}
_UNKNOWN_EXERCISE: Final = re.compile(r"unknown exercise '([^']+)'")


def read(examination: Examination) -> None:
    """Reads the pack into the examination, and tells everything that keeps it from being loaded."""
    contents = {file: content for file, content in examination.contents.items() if _is_loaded(file)}
    captured: list[Rulebook] = []

    def capture(reading: Reading, book: Rulebook) -> None:
        captured.append(attrs.evolve(book, pack=placed(reading, book.pack)))

    reading = read_pack(contents, (*CHECKS, capture))
    for file, content in examination.contents.items():
        examination.documents[file] = reading.documents[file] if file in contents else read_yaml(content)
    examination.sound = reading.rulebook is not None
    mending = _Mending(examination.documents)
    mended = mending.contents(contents)
    issues = reading.issues
    if mended is not None:
        captured.clear()
        issues = [*mending.told, *mending.translated(read_pack(mended, (*CHECKS, capture)))]
        examination.mended = mending.mended
    for file, document in examination.documents.items():
        for flaw in document.flaws:
            _tell(examination, Issue(file, flaw.line, flaw.column, flaw.code, flaw.message))
    unread = _unread_names(examination)
    for issue in issues:
        about_unread = issue.code == "unknown-name" and any(name in issue.message for name in unread)
        if not about_unread and not _is_flaw(examination, issue):
            _tell(examination, issue)
    _note_missing(examination, issues)
    if captured:
        examination.book = captured[-1]
    else:
        examination.notes.append("Many checks wait until this is mended: too little of the pack can be read.")


def _unread_names(examination: Examination) -> list[str]:
    """Names, in quotes, that are unknown only because their file cannot be read."""
    stems = [
        file.rpartition("/")[2].removesuffix(".yaml")
        for file, document in examination.documents.items()
        if file.startswith("exercises/") and document.data is None
    ]
    return [f"'{prefix}{stem}'" for stem in stems for prefix in ("", "wants.")]


def _is_flaw(examination: Examination, issue: Issue) -> bool:
    """Whether an issue was told with the text of its file already."""
    document = examination.documents.get(issue.file)
    same = Flaw(issue.line, issue.column, issue.code, issue.message)
    return document is not None and same in document.flaws


def _note_missing(examination: Examination, issues: Iterable[Issue]) -> None:
    """Notes what many places name and nothing is: most often a file that was renamed or taken away."""
    names = Counter(
        found.group(1)
        for issue in issues
        if issue.code == "unknown-name" and (found := _UNKNOWN_EXERCISE.match(issue.message)) is not None
    )
    for name, count in names.items():
        if count > 2:
            examination.notes.append(
                f"{count} places name the exercise '{name}'. Was exercises/{name}.yaml renamed or taken away?"
            )


def _is_loaded(file: str) -> bool:
    return not file.startswith("cases/") and file != "invariants.yaml"


def _tell(examination: Examination, issue: Issue) -> None:
    message = issue.message
    if issue.code == "yaml":
        message += _advice(examination.contents[issue.file], issue)
    fix = _fix(examination, issue)
    examination.tell_at(issue.file, (issue.line, issue.column), issue.code, message, fix)


_ADVICE: Final = (
    ("mapping values are not allowed", "a text with a colon in it stands in quotes"),
    ("expected <block end>", "this line stands further left or right than the lines that it belongs to; line it up"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing before this place"),
    ("end of stream", "a quote or a bracket that was opened is never closed"),
    ("could not find expected ':'", "a colon is missing behind a key, or a text runs on without being indented"),
    ("'\\t'", "this is a tab; write blanks"),
    ("cannot start any token", "a text that begins with this sign stands in quotes"),
    ("expected the node content", "something is missing here: a value behind the colon, or between two commas"),
)
"""What the words of the YAML library most often mean for somebody who writes rules."""


def _advice(content: bytes, issue: Issue) -> str:
    advice = next((advice for words, advice in _ADVICE if words in issue.message), None)
    if advice is None:
        return ""
    line = opened_at(content.decode("utf-8", "replace"))
    where = f" (it begins in line {line})" if line is not None and line < issue.line else ""
    return f"; {advice}{where}"


class _Mending:
    """The documents of a pack with stand-ins for what cannot be read."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.mended: dict[str, list[Path]] = {}
        self.told: list[Issue] = []

    def contents(self, contents: Mapping[str, bytes]) -> dict[str, bytes] | None:
        """The contents with stand-ins; None when nothing can be mended."""
        found = dict(contents)
        for kind in FILE_KINDS:
            for file in kind.files(contents):
                document = self.documents[file]
                if isinstance(document.data, Mapping) and not document.flaws:
                    mended = self._mend(file, kind, document.data)
                    if mended is not None:
                        found[file] = json.dumps(mended, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return found if self.mended else None

    def _mend(self, file: str, kind: FileKind, data: Any) -> Any:
        mismatches = list(_mismatches(kind, data))
        if not mismatches:
            return None
        whole = json.loads(json.dumps(data))
        paths = []
        for path, mismatch in mismatches:
            place = self.documents[file].place(path)
            self.told.append(Issue(file, *place, mismatch.code, mismatch.message))
            try:
                paths.append(_stand_in_at(whole, kind.shape, path, mismatch))
            except (KeyError, IndexError, TypeError):
                # Mended with the one before, or beyond mending; what is said about it counts for both.
                continue
        self.mended[file] = paths
        return whole

    def translated(self, reading: Reading) -> list[Issue]:
        """What was said about mended files, with the places of the files as they are; nothing about stand-ins."""
        found = []
        for issue in reading.issues:
            if f"'{_STAND_IN}'" in issue.message:
                continue
            paths = self.mended.get(issue.file)
            if paths is None:
                found.append(issue)
                continue
            places = {place: path for path, place in reading.documents[issue.file].places.items()}
            path = places.get((issue.line, issue.column), ())
            if any(path[: len(one)] == one or _mentions(issue, path, one) for one in paths):
                continue
            line, column = self.documents[issue.file].place(path)
            found.append(attrs.evolve(issue, line=line, column=column))
        return found


def _mentions(issue: Issue, path: Path, mended: Path) -> bool:
    """Whether something is said about what stands beside a stand-in, because of the stand-in."""
    beside = path[: len(mended) - 1] == mended[:-1]
    return beside and re.search(rf"\b{re.escape(str(mended[-1]))}\b", issue.message) is not None


def _mismatches(kind: FileKind, data: Mapping[str, Any]) -> list[tuple[Path, Mismatch]]:
    """What keeps the data from having their shape; top-level keys of tables are told when the pack is read."""
    if not isinstance(kind.shape, Mapping):
        return [(mismatch.path, mismatch) for mismatch in structure(data, kind.shape)[1]]
    found = []
    for key, shape in kind.shape.items():
        if key in data:
            found += [((key, *mismatch.path), mismatch) for mismatch in structure(data[key], shape)[1]]
    return found


def _stand_in_at(whole: Any, shape: Any, path: Path, mismatch: Mismatch) -> Path:
    """Puts a stand-in where something cannot be read; gives its place."""
    if mismatch.code == "missing-key":
        name = _MISSING.search(mismatch.message)
        if name is not None:
            path = (*path, name.group(1))
    *outer, last = path
    inner = whole
    for part in outer:
        shape, inner = _inside(shape, part), inner[part]
    if mismatch.code == "unknown-key":
        del inner[last]
        return path
    given = inner.get(last) if isinstance(inner, dict) else inner[last]
    inner[last] = _likeliest(given, _inside(shape, last), path, mismatch)
    return path


def _likeliest(given: Any, shape: Any, path: Path, mismatch: Mismatch) -> Any:
    """What was probably meant, so that as little as possible is said about a slip elsewhere."""
    if isinstance(given, str):
        meant = _MEANT.search(mismatch.message)
        if meant is not None:
            return meant.group(1)
        spelled = _other_spelling(given, mismatch.message, path)
        if spelled is not None:
            return spelled.to
        if get_origin(shape) is tuple and get_args(shape)[0] is str:
            return [given]
    return _stand_in(shape)


def _inside(shape: Any, part: str | int) -> Any:
    """The shape of what stands under a key or a number inside something of this shape."""
    fields = field_shapes(shape)
    if fields:
        return fields[str(part)]
    origin, args = get_origin(shape), get_args(shape)
    if origin is tuple:
        return args[0]
    if origin in (Union, UnionType):
        return next(_inside(arg, part) for arg in args if arg is not type(None))
    if origin is not None and len(args) == 2:
        return args[1]
    raise KeyError(part)


def _stand_in(shape: Any) -> Any:
    """The plainest data of a shape."""
    origin, args = get_origin(shape), get_args(shape)
    if origin is Literal:
        return args[0]
    if origin is tuple:
        return []
    if origin in (Union, UnionType):
        choices = next((arg for arg in args if get_origin(arg) is Literal), None)
        return _stand_in(choices) if choices is not None else None if type(None) in args else _stand_in(args[0])
    if origin is not None:
        return {}
    if attrs.has(shape):
        return {
            field.name: _stand_in(field_shapes(shape)[field.name])
            for field in attrs.fields(shape)
            if field.init and field.default is attrs.NOTHING
        }
    return {str: _STAND_IN, bool: False, int: 1, float: 1}.get(shape)


def _fix(examination: Examination, issue: Issue) -> Fix | None:
    """What mends a problem of loading without a decision: another spelling of the same thing."""
    document = examination.documents.get(issue.file)
    if document is None or document.data is None:
        return None
    meant = _MEANT.search(issue.message)
    paths = [path for path, place in document.places.items() if place == (issue.line, issue.column) and path]
    if not paths:
        return None
    path = max(paths, key=len)
    given = _at(document.data, path)
    if meant is not None:
        to = meant.group(1)
        if issue.code == "unknown-key" and _alike(str(path[-1]), to):
            return Fix(f"write '{to}'", "key", path, to)
        if isinstance(given, str) and _alike(given, to):
            return Fix(f"write '{to}'", "value", path, to)
        return None
    if issue.code == "bad-value" and isinstance(given, str):
        return _other_spelling(given, issue.message, path)
    return None


def _at(data: Any, path: Path) -> Any:
    for part in path:
        if isinstance(data, Mapping) or (isinstance(data, list) and isinstance(part, int)):
            data = data[part]  # type: ignore[index]
        else:
            return None
    return data


def _alike(given: str, meant: str) -> bool:
    """Whether two names differ in nothing but capitals, blanks and hyphens."""
    return re.sub(r"[\s_-]+", "_", given.strip()).casefold() == meant.casefold()


def _other_spelling(given: str, message: str, path: Path) -> Fix | None:
    """A number or a yes or no that was written in another way."""
    to: object = None
    if message.endswith("is not yes or no"):
        to = _WORDS.get(given.casefold().strip())
    elif message.endswith(("is not a number", "is not a whole number")):
        text = given.strip().replace(",", ".") if _DECIMAL_COMMA.fullmatch(given.strip()) else given.strip()
        to = _number(text, path)
        if isinstance(to, float) and message.endswith("whole number"):
            return None
    return (
        None if to is None else Fix(f"write {'yes' if to is True else 'no' if to is False else to}", "value", path, to)
    )


def _number(text: str, path: Path) -> int | float | None:
    """The number that a text says: in quotes, or with the unit that its key names already."""
    found = re.fullmatch(r"([-+]?\d{1,15})(\.\d{1,15})?\s*(s|sec|seconds)?", text)
    if found is None or (found.group(3) and not re.search(r"_s(_|$)", str(path[-1]))):
        return None
    return float(found.group(1) + found.group(2)) if found.group(2) else int(found.group(1))
