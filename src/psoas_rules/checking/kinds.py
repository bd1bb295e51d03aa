"""The kinds of files in a pack: which files are of a kind, what they are read into, and the schema for an editor."""

from __future__ import annotations

import functools
import json
import posixpath
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args, get_origin

import attrs

from psoas_rules.casebook import CaseFile
from psoas_rules.facts import FACT_KINDS
from psoas_rules.invariants import Invariants
from psoas_rules.lexicon import Lexicon, build_lexicon
from psoas_rules.loading import INVARIANTS, PROGRESS_FOLDER, RULE_FOLDERS, SCHEMA_FOLDER
from psoas_rules.pack import (
    PROFILES,
    Ceiling,
    ConditionRow,
    DoseRow,
    Exercise,
    Explainer,
    Format,
    InterviewPlan,
    Item,
    Limit,
    Pack,
    PackInfo,
    RedFlag,
    RuleFile,
    ScreenGroup,
    Sessions,
    Source,
    Vocabulary,
)
from psoas_rules.progressing import PROGRESS_KINDS, progress_book
from psoas_rules.progression import Block, Frequency, ProgrammePlan, ProgressRule
from psoas_rules.schemas import WrittenSchemas, condition_schema, intake_schema
from psoas_rules.soundness.numbers import AGE_RANGES, CEILING_RANGES, DOSE_RANGES
from psoas_rules.soundness.telling import LIMIT_RANGES
from psoas_rules.yaml_reader import Path

SCHEMA_SUFFIX: Final = ".schema.json"
"""How the name of a schema ends."""


@attrs.frozen
class FileKind:
    """A kind of file.

    Attributes:
        name: Name of the kind, and of its schema.
        title: What it is called for people.
        place: The file, or the folders with such files.
        shape: What it is read into: a class, or a mapping from the keys of the file to what stands there.
    """

    name: str
    title: str
    place: str | tuple[str, ...]
    shape: Any

    def is_of(self, file: str) -> bool:
        """Whether a file is of this kind."""
        if isinstance(self.place, str):
            return file == self.place
        folder, slash, rest = file.partition("/")
        return bool(slash) and folder in self.place and "/" not in rest and rest.endswith(".yaml")

    def files(self, files: Iterable[str]) -> Iterator[str]:
        """Those of the files that are of this kind."""
        return (file for file in files if self.is_of(file))


def _table(key: str, title: str, row: Any) -> FileKind:
    return FileKind(key, title, f"{key}.yaml", {key: tuple[row, ...]})


FILE_KINDS: Final = (
    FileKind("pack", "The pack itself", "pack.yaml", PackInfo),
    _table("signs", "Signs", Item),
    _table("measures", "Measures", Item),
    FileKind(
        "preferences",
        "Person and preferences",
        "preferences.yaml",
        {"person": tuple[Item, ...], "preferences": tuple[Item, ...]},
    ),
    _table("red_flags", "Red flags", RedFlag),
    _table("conditions", "Conditions", ConditionRow),
    _table("screen", "Safety questions", ScreenGroup),
    _table("sources", "Sources", Source),
    _table("explainers", "Explainers", Explainer),
    FileKind("vocabulary", "Vocabulary", "vocabulary.yaml", Vocabulary),
    FileKind("slots", "Slots and sessions", "slots.yaml", Sessions),
    FileKind("interview", "Interview", "interview.yaml", InterviewPlan),
    FileKind("programme", "The plan of programmes", "programme.yaml", ProgrammePlan),
    FileKind("exercise", "An exercise", ("exercises",), Exercise),
    FileKind("rule", "A rule", RULE_FOLDERS, RuleFile),
    FileKind("progress", "A rule of programmes", (PROGRESS_FOLDER,), ProgressRule),
    FileKind("cases", "Whole cases", ("cases",), CaseFile),
    FileKind("invariants", "Invariants", INVARIANTS, Invariants),
)
"""Every kind of file that a pack consists of."""


def kind_of_file(file: str) -> FileKind | None:
    """The kind of a file; None for one that is no part of a pack."""
    return next((kind for kind in FILE_KINDS if kind.is_of(file)), None)


def field_shapes(shape: Any) -> Mapping[str, Any]:
    """The keys that may stand in something of this shape, each with the shape of its value; empty for no keys."""
    if isinstance(shape, Mapping):
        return shape
    return _fields(shape) if attrs.has(shape) else {}


@functools.cache
def _fields(shape: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(shape)
    return {field.name: hints[field.name] for field in attrs.fields(shape) if field.init}


def walk(data: Any, shape: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Every value inside a piece of data that has this shape, from the outside in, with its path and its own shape."""
    yield path, data, shape
    origin, args = get_origin(shape), get_args(shape)
    fields = field_shapes(shape)
    if fields:
        for key, inner in data.items() if isinstance(data, dict) else ():
            if key in fields:
                yield from walk(inner, fields[key], (*path, key))
    elif origin is tuple:
        for i, inner in enumerate(data if isinstance(data, list) else ()):
            yield from walk(inner, args[0], (*path, i))
    elif len(args) == 2 and args[0] is str and origin is not None:
        for key, inner in data.items() if isinstance(data, dict) else ():
            yield from walk(inner, args[1], (*path, key))
    else:
        for one in args:
            if attrs.has(one) or get_origin(one) is tuple:
                for inner_path, inner, inner_shape in walk(data, one, path):
                    if inner_path != path:
                        yield inner_path, inner, inner_shape


def schema_line(kind: FileKind, file: str) -> str:
    """The line by which an editor finds the schema of a file."""
    folder = posixpath.relpath(SCHEMA_FOLDER, posixpath.dirname(file) or ".")
    return f"# yaml-language-server: $schema={folder}/{kind.name}{SCHEMA_SUFFIX}"


def file_schemas(pack: Pack) -> dict[str, str]:
    """The schema of every kind of file, by the name of its file: what an editor completes and validates by.

    Names that the pack knows are offered. Others are allowed, because a name may stand in a file that is not written
    yet; `check` has the last word.

    Args:
        pack: The pack whose names are offered.
    """
    names = _names(pack)
    ranges: dict[Any, Any] = {
        DoseRow: DOSE_RANGES,
        Ceiling: CEILING_RANGES,
        Limit: LIMIT_RANGES,
        ConditionRow: AGE_RANGES,
        Exercise: (("level", 1, 3),),
        Format: (("up_to_minutes", 1, 240),),
        PackInfo: (("next_check_weeks", 1, 52),),
        Block: (("level_max", 1, 3), ("days_max", 1, 7)),
        Frequency: (("days", 1, 7),),
    }
    lexicon = build_lexicon(pack)
    facts: dict[str, list[str]] = {kind: list(lexicon.named(kind)) for kind in FACT_KINDS}
    condition = ("Condition", condition_schema(facts))
    intake = ("Intake", {key: given for key, given in intake_schema(pack).items() if key not in ("$schema", "title")})
    trees = {"when": condition, "offer_if": condition, "intake": intake, "common": intake}
    maker = WrittenSchemas(names, ranges, trees)
    facts.update(_progress_facts(pack, lexicon))
    of_programmes = WrittenSchemas(names, ranges, {"when": ("Condition", condition_schema(facts))})
    made = {
        kind.name: (of_programmes if kind.shape is ProgressRule else maker).schema(kind.shape, kind.title)
        for kind in FILE_KINDS
    }
    return {
        f"{name}{SCHEMA_SUFFIX}": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for name, schema in made.items()
    }


def _progress_facts(pack: Pack, lexicon: Lexicon) -> dict[str, list[str]]:
    """The facts that only rules of programmes read, by their kind."""
    book = progress_book(pack, lexicon, lambda *_: None)
    return {kind: [] if book is None else list(book.lexicon.named(kind)) for kind in PROGRESS_KINDS}


def _names(pack: Pack) -> dict[str, tuple[str, ...]]:
    """For every key under which names stand, the names that the pack knows."""
    words = pack.vocabulary
    exercises = tuple(exercise.id for exercise in pack.exercises)
    red_flags = tuple(flag.id for flag in pack.red_flags)
    kinds: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
        (("properties", "for_property", "lacks_properties"), tuple(words.properties)),
        (("targets", "serves", "extra_set"), tuple(words.targets)),
        (("positions",), tuple(words.positions)),
        (("needs",), tuple(words.equipment)),
        (("sources",), tuple(source.id for source in pack.sources)),
        (("marks",), tuple(pack.programme.marks) if pack.programme is not None else ()),
        (("red_flags", "with_any", "always_repeat"), red_flags),
        (("conditions", "treat_as"), tuple(row.id for row in pack.conditions)),
        (("slot", "drop_order"), tuple(slot.id for slot in pack.sessions.slots)),
        (("sessions", "session_limits"), PROFILES),
        (
            (
                *("candidates", "from_level_2", "from_level_3", "on_request", "exercises", "all_but", "for_exercises"),
                *("prefer", "swaps", "progressions", "regressions", "substitutes"),
                *("has_steps", "has_one_of", "lacks_steps", "left_out"),
            ),
            exercises,
        ),
    )
    return {key: known for keys, known in kinds for key in keys}


__all__ = [
    "FILE_KINDS",
    "SCHEMA_FOLDER",
    "SCHEMA_SUFFIX",
    "FileKind",
    "field_shapes",
    "file_schemas",
    "kind_of_file",
    "schema_line",
    "walk",
]
