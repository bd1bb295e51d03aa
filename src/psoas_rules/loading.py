"""From the files under `rules/` to a checked, compiled `Rulebook`."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from psoas_rules.conditions import Condition
from psoas_rules.errors import Issue, PackError
from psoas_rules.hints import nearest
from psoas_rules.importing import IMPORTING
from psoas_rules.lexicon import Lexicon, build_lexicon
from psoas_rules.pack import (
    AnswerKind,
    ConditionRow,
    Exercise,
    Explainer,
    InterviewPlan,
    Item,
    Pack,
    PackInfo,
    RedFlag,
    RuleFile,
    ScreenGroup,
    Sessions,
    Source,
    Vocabulary,
)
from psoas_rules.progressing import ProgressBook, progress_book
from psoas_rules.progression import ProgrammePlan, ProgressRule
from psoas_rules.rulebook import Path, Rule, build_rules, compile_offer
from psoas_rules.storing import store, stored

if TYPE_CHECKING:
    # What reads files is imported when files are read; a stored pack needs none of it.
    from psoas_rules.yaml_reader import Document, Flaw

SCHEMA: Final = 1
"""Version of the file format that this release reads."""

_MOST_FILES: Final = 2_000
_MOST_KEYS: Final = 5
_MOST_BYTES: Final = 5_000_000
_DEEPEST: Final = 20
_DATA: Final = (".yaml", ".yml", ".json")
MINUTES: Final = "preference.minutes"
"""The time that a person has: the one question without which there is no session."""

INVARIANTS: Final = "invariants.yaml"
"""What is to be proved of a pack. It decides nothing, so outcomes do not depend on it."""

SCHEMA_FOLDER: Final = "schemas"
"""The folder with JSON Schemas for editors; nothing in it is part of the pack."""

POSE_FOLDER: Final = "poses"
"""The folder with the poses that figures are drawn from. They decide nothing, so outcomes do not depend on them."""

FIGURE_FOLDER: Final = "figures"
"""The folder with the figures, drawn."""

_ASIDE: Final = (SCHEMA_FOLDER, POSE_FOLDER, FIGURE_FOLDER)

RULE_FOLDERS: Final = ("precaution", "triage", "safety", "profile", "dosage")

PROGRESS_FOLDER: Final = "progress"
"""The folder with the rules of programmes."""


@attrs.frozen
class _Table:
    """One file with one list or mapping in it: its name and the class of its rows."""

    file: str
    key: str
    row: Any


_TABLES: Final = (
    _Table("signs.yaml", "signs", tuple[Item, ...]),
    _Table("measures.yaml", "measures", tuple[Item, ...]),
    _Table("preferences.yaml", "person", tuple[Item, ...]),
    _Table("preferences.yaml", "preferences", tuple[Item, ...]),
    _Table("red_flags.yaml", "red_flags", tuple[RedFlag, ...]),
    _Table("conditions.yaml", "conditions", tuple[ConditionRow, ...]),
    _Table("screen.yaml", "screen", tuple[ScreenGroup, ...]),
    _Table("sources.yaml", "sources", tuple[Source, ...]),
    _Table("explainers.yaml", "explainers", tuple[Explainer, ...]),
)
_WHOLE: Final = (
    _Table("pack.yaml", "info", PackInfo),
    _Table("vocabulary.yaml", "vocabulary", Vocabulary),
    _Table("slots.yaml", "sessions", Sessions),
)
_OPTIONAL: Final = (
    _Table("interview.yaml", "interview", InterviewPlan),
    _Table("programme.yaml", "programme", ProgrammePlan),
)
"""Files that a pack can do without."""


@attrs.frozen
class Rulebook:
    """A pack made ready to decide with.

    Attributes:
        pack: The typed knowledge.
        lexicon: Every fact that the pack knows.
        rules: Every rule, in the order of the stages.
        offers: For each exercise, the condition under which it is offered.
        uses: For each profile, the condition under which each slot is used, in the order of the session.
        progress: The rules of programmes; None for a pack that plans none.
    """

    pack: Pack
    lexicon: Lexicon
    rules: tuple[Rule, ...]
    offers: Mapping[str, Condition]
    uses: Mapping[str, tuple[Condition, ...]]
    progress: ProgressBook | None = None


@attrs.define
class Reading:
    """What reading a pack gave: documents, issues and, when nothing stands against it, the rulebook."""

    documents: dict[str, Document] = attrs.field(factory=dict)
    issues: list[Issue] = attrs.field(factory=list)
    rulebook: Rulebook | None = None
    _told: set[Issue] = attrs.field(factory=set)
    _really: dict[str, str] = attrs.field(factory=dict)

    def tell(self, issue: Issue) -> None:
        """Notes a problem, once."""
        if issue not in self._told:
            self._told.add(issue)
            self.issues.append(issue)

    def complain(self, file: str, path: Path, code: str, message: str) -> None:
        """Notes a problem at a place inside a file."""
        file = self._really.get(file, file)
        document = self.documents.get(file)
        line, column = document.place(path) if document else (0, 0)
        self.tell(Issue(file, line, column, code, message))

    def is_called(self, expected: str, file: str) -> None:
        """Notes that what is looked for in one file stands in another, so that problems with it are told there."""
        if expected not in self.documents:
            self._really.setdefault(expected, file)

    def error(self) -> PackError:
        """All issues, in the order of files and lines."""
        return PackError(tuple(sorted(self.issues, key=lambda i: (i.file, i.line, i.column, i.code, i.message))))


Check: TypeAlias = Callable[[Reading, Rulebook], None]
"""Tells the reading every problem of one sort."""


def find_builtin() -> Traversable:
    """The folder of the built-in pack. It need not be a folder of the disk: the package may run from a zip.

    Raises:
        PackError: naming the places that were looked at.
    """
    places: tuple[Traversable, ...] = (
        files("psoas_rules") / "rules",
        FilePath(__file__).resolve().parents[2] / "rules",
    )
    for place in places:
        if (place / "pack.yaml").is_file():
            return place
    looked = "looked in 'psoas_rules/rules' and beside 'src' in 'rules'"
    raise PackError((Issue("pack.yaml", 0, 0, "no-pack", f"the built-in pack was not found; {looked}"),))


def find_data(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Every data file in the folder of a pack and in its folders, by its path inside it, in sorted order.

    Raises:
        PackError: if it has no pack.yaml, or a folder in it cannot be looked into.
    """
    if not (folder / "pack.yaml").is_file():
        issue = Issue("pack.yaml", 0, 0, "no-pack", f"there is no pack in '{folder.name}': it has no pack.yaml")
        raise PackError((issue,))
    yield from sorted(_walk(folder, ""), key=lambda found: FilePath(found[0]).parts)


def _walk(folder: Traversable, inside: str) -> Iterator[tuple[str, Traversable]]:
    if inside.count("/") > _DEEPEST:
        raise _unreadable(inside[:-1], f"the folders are nested more than {_DEEPEST} deep")
    try:
        entries = [(entry, entry.is_dir()) for entry in folder.iterdir()]
    except OSError as error:
        raise _unreadable(inside[:-1], f"the folder cannot be read: {error.strerror}") from None
    for entry, is_folder in entries:
        file = f"{inside}{entry.name}"
        if not is_folder:
            if FilePath(file).suffix.lower() in _DATA:
                yield file, entry
        elif isinstance(entry, FilePath) and entry.is_symlink():
            # It could lead in a circle, or out of the pack.
            raise _unreadable(file, "links to folders are not followed; put the folder itself here")
        elif file not in _ASIDE:
            yield from _walk(entry, f"{file}/")


def read_data(file: str, entry: Traversable) -> bytes:
    """The bytes of a file that `find_data` found.

    Raises:
        PackError: if it cannot be read, or is too large.
    """
    most = _MOST_BYTES + 1
    try:
        if isinstance(entry, FilePath):
            status = entry.stat()
            if not stat.S_ISREG(status.st_mode):
                # To open a pipe or a device could last for ever.
                raise _unreadable(file, "it is not a file with text in it, but a pipe, a socket or a device")
            if status.st_size > _MOST_BYTES:
                raise _too_large()
            # Room for what there is, not for the most: asking for it would take that much memory for every file.
            most = status.st_size + 1
        with entry.open("rb") as opened:
            content: bytes = opened.read(most)
    except OSError as error:
        raise _unreadable(file, f"the file cannot be read: {error.strerror}") from None
    return content


def _unreadable(file: str, message: str) -> PackError:
    return PackError((Issue(file, 0, 0, "unreadable", message),))


def _too_large() -> PackError:
    message = f"the pack has more than {_MOST_FILES} files or {_MOST_BYTES} bytes"
    return PackError((Issue("pack.yaml", 0, 0, "too-large", message),))


def read_folder(folder: Traversable) -> dict[str, bytes]:
    """The data files of a pack folder by their path inside it, in sorted order.

    Whole-intake cases, invariants and files that are no data (a README, a licence) are left alone. Data under a name
    that is not read, such as `rule.yml`, is taken along, so that reading can say so: a rule must not vanish in silence.

    Raises:
        PackError: if the folder cannot be read as a pack.
    """
    contents: dict[str, bytes] = {}
    size = 0
    for file, entry in find_data(folder):
        if file.startswith("cases/") or file == INVARIANTS:
            continue
        contents[file] = read_data(file, entry)
        size += len(contents[file])
        if len(contents) > _MOST_FILES or size > _MOST_BYTES:
            raise _too_large()
    return contents


def sound_pack(contents: Mapping[str, bytes], checks: Callable[[], Iterable[Check]]) -> Pack:
    """The pack with these contents, checked; one that was read before may come from where packs are stored.

    Args:
        contents: The contents of its files.
        checks: Gives what it must pass, when it is read.

    Raises:
        PackError: listing every problem of the pack.
    """
    found = stored(_digest(contents))
    if found is None:
        reading = read_pack(contents, checks())
        if reading.rulebook is None:
            raise reading.error()
        found = reading.rulebook.pack
        store(found)
    return found


def read_pack(contents: Mapping[str, bytes], checks: Iterable[Check] = ()) -> Reading:
    """Reads a pack from the contents of its files; every problem is in `issues`."""
    with IMPORTING:
        from psoas_rules.yaml_reader import read_yaml

    reading = Reading()
    for file, content in contents.items():
        document = read_yaml(content)
        reading.documents[file] = document
        for flaw in document.flaws:
            reading.tell(_issue(file, flaw))
    pack = _pack(reading, _digest(contents))
    if pack is None:
        return reading
    book = make_rulebook(pack, reading.complain)
    for check in checks:
        check(reading, book)
    if not reading.issues:
        reading.rulebook = book
    return reading


def make_rulebook(pack: Pack, complain: Callable[[str, Path, str, str], None]) -> Rulebook:
    """The pack with its lexicon and rules; `complain` gets file, place, code and message of every problem."""
    lexicon = build_lexicon(pack)
    _check_questions(pack, lexicon, complain)

    def within(file: str) -> Callable[[Path, str, str], None]:
        return lambda path, code, message: complain(file, path, code, message)

    offers = {
        exercise.id: compile_offer(
            exercise.offer_if, lexicon, within(f"exercises/{exercise.id}.yaml"), ("offer_if",), "dosage"
        )
        for exercise in pack.exercises
    }
    uses = {
        profile: tuple(
            compile_offer(use.when, lexicon, within("slots.yaml"), ("sessions", profile, i, "when"), "dosage")
            for i, use in enumerate(session)
        )
        for profile, session in pack.sessions.sessions.items()
    }
    progress = progress_book(pack, lexicon, complain)
    return Rulebook(pack, lexicon, build_rules(pack, lexicon, complain), offers, uses, progress)


def rulebook_of(pack: Pack) -> Rulebook:
    """The rulebook of a pack.

    Raises:
        PackError: if the pack does not hold together.
    """
    issues: list[Issue] = []
    book = make_rulebook(pack, lambda file, _, code, message: issues.append(Issue(file, 0, 0, code, message)))
    if issues:
        raise PackError(tuple(issues))
    return book


_NUMERIC: Final = ("number", "whole_number", "scale")
_ANSWERS: Final[Mapping[str, tuple[AnswerKind, ...]]] = {
    "person.age": _NUMERIC,
    "person.experience": ("choice",),
    MINUTES: _NUMERIC,
    "preference.level_max": _NUMERIC,
    "preference.supervised": ("yes_no",),
    "preference.equipment": ("many",),
    "preference.avoid_positions": ("many",),
    "preference.avoid_properties": ("many",),
    "preference.wants": ("names",),
}
"""The questions that the library itself reads, and the types of answer that it understands."""


def _check_questions(pack: Pack, lexicon: Lexicon, complain: Callable[[str, Path, str, str], None]) -> None:
    """Tells of questions that the library reads and that it could not make sense of."""
    if MINUTES not in lexicon.specs:
        message = "the question 'minutes' is missing; every session is fitted to the time there is"
        complain("preferences.yaml", ("preferences",), "missing-question", message)
    for section, kind, items in (("person", "person", pack.person), ("preferences", "preference", pack.preferences)):
        for number, item in enumerate(items):
            allowed = _ANSWERS.get(f"{kind}.{item.id}")
            if allowed is not None and item.answer not in allowed:
                message = f"the answer to '{item.id}' is {' or '.join(allowed)}, not {item.answer or 'left open'}"
                complain("preferences.yaml", (section, number, "answer"), "bad-value", message)


def _issue(file: str, flaw: Flaw) -> Issue:
    return Issue(file, flaw.line, flaw.column, flaw.code, flaw.message)


def _digest(contents: Mapping[str, bytes]) -> str:
    """A fingerprint of the files: equal exactly when names and contents are equal."""
    digest = hashlib.sha256()
    for file in sorted(contents):
        for part in (file.encode("utf-8", "surrogateescape"), contents[file]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _pack(reading: Reading, digest: str) -> Pack | None:
    parts: dict[str, Any] = {}
    for table in _TABLES:
        parts[table.key] = _table(reading, table)
    for whole in _WHOLE:
        parts[whole.key] = _whole(reading, whole)
    wanting = [table for table in _OPTIONAL if table.file in reading.documents]
    for whole in wanting:
        parts[whole.key] = _whole(reading, whole)
    parts["exercises"] = _folder(reading, "exercises", Exercise)
    parts["progress"] = _folder(reading, PROGRESS_FOLDER, ProgressRule)
    parts["rules"] = tuple(rule for folder in RULE_FOLDERS for rule in _folder(reading, folder, RuleFile))
    _strange_files(reading)
    info = parts["info"]
    if info is not None and info.schema != SCHEMA:
        message = f"this release reads schema {SCHEMA}, the pack has schema {info.schema}"
        reading.complain("pack.yaml", ("schema",), "schema", message)
    if any(value is None for value in parts.values()):
        return None
    pack = Pack(**parts, digest=digest)
    # `attrs.evolve` starts without this mark, so a changed copy cannot pass for the files it came from.
    object.__setattr__(pack, "_as_loaded", True)
    return pack


def fingerprint(pack: Pack) -> str:
    """What identifies the knowledge: the digest of the files, or of the content of a pack that was changed since."""
    if pack._as_loaded:  # noqa: SLF001 - the mark is for this module
        return pack.digest
    with IMPORTING:
        from psoas_rules.shapes import plain

    content = json.dumps(plain(attrs.evolve(pack, digest="")), sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _document(reading: Reading, file: str) -> Document | None:
    document = reading.documents.get(file)
    if document is None:
        reading.tell(Issue(file, 0, 0, "missing-file", "this file is missing"))
    return document


def _table(reading: Reading, table: _Table) -> Any:
    document = _document(reading, table.file)
    if document is None or (document.data is None and document.flaws):
        return None
    keys = {other.key for other in _TABLES if other.file == table.file}
    known = document.data if isinstance(document.data, Mapping) else {}
    strange = [key for key in known if key not in keys]
    # A file of strange keys is one mistake, not thousands.
    for key in strange[:_MOST_KEYS]:
        reading.complain(table.file, (key,), "unknown-key", f"unknown key '{key}'{nearest(key, keys)}")
    if table.key not in known:
        reading.complain(table.file, (), "missing-key", f"'{table.key}' is missing")
        return None
    return _structured(reading, table.file, document.data[table.key], table.row, (table.key,))


def _whole(reading: Reading, table: _Table) -> Any:
    document = _document(reading, table.file)
    if document is None or (document.data is None and document.flaws):
        return None
    return _structured(reading, table.file, document.data, table.row, ())


def _folder(reading: Reading, folder: str, row: Any) -> tuple[Any, ...]:
    rows = []
    for file, document in reading.documents.items():
        if file.partition("/")[0] != folder or "/" not in file or not file.endswith(".yaml") or document.data is None:
            continue
        made = _structured(reading, file, document.data, row, ())
        if made is None:
            continue
        stem = FilePath(file).stem
        reading.is_called(f"{made.stage if isinstance(made, RuleFile) else folder}/{made.id}.yaml", file)
        if file != f"{folder}/{made.id}.yaml":
            reading.complain(file, ("id",), "file-name", f"the file is called '{stem}', so its id must be '{stem}'")
        if isinstance(made, RuleFile) and made.stage != folder:
            message = f"the rule stands in the folder '{folder}', so its stage must be '{folder}'"
            reading.complain(file, ("stage",), "file-name", message)
        rows.append(made)
    return tuple(rows)


def _structured(reading: Reading, file: str, data: Any, shape: Any, root: Path) -> Any:
    with IMPORTING:
        from psoas_rules.shapes import structure

    made, mismatches = structure(data, shape)
    for mismatch in mismatches:
        reading.complain(file, (*root, *mismatch.path), mismatch.code, mismatch.message)
    return made


def _strange_files(reading: Reading) -> None:
    known = {table.file for table in (*_TABLES, *_WHOLE, *_OPTIONAL)} | {INVARIANTS}
    folders = ("exercises", PROGRESS_FOLDER, *RULE_FOLDERS)
    for file in reading.documents:
        folder, slash, _ = file.partition("/")
        if file not in known and not (slash and folder in folders and file.endswith(".yaml")):
            near = nearest(file, known) or nearest(folder, folders)
            message = f"this file is not part of a pack; rules stand as .yaml in {', '.join(RULE_FOLDERS)}{near}"
            reading.tell(Issue(file, 0, 0, "unknown-file", message))
