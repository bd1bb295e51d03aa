"""From the files under `poses/` of a pack to the body and the poses, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import Final, TypeVar

import attrs

from psoas_rules.errors import Issue, PackError
from psoas_rules.hints import nearest
from psoas_rules.loading import POSE_FOLDER, Reading, find_builtin, read_data
from psoas_rules.pack import Pack
from psoas_rules.posing.body import Body
from psoas_rules.posing.body_checking import check_body, check_equipment
from psoas_rules.posing.compiling import Compiler
from psoas_rules.posing.poses import Bases, Pose, PoseRow
from psoas_rules.recommender import load_pack
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import Path, read_yaml

T = TypeVar("T")

BASES: Final = f"{POSE_FOLDER}/bases.yaml"
BODY: Final = f"{POSE_FOLDER}/body.yaml"
MISSING_POSE: Final = "missing-pose"
"""The code of the issue that an exercise has no pose file."""

_IN_WORDS: Final = {
    "PoseRow": "a pose file",
    "Bases": "the file of bases",
    "Body": "the file of the body",
    "BaseRow": "a base",
    "StanceRow": "a start or an end",
    "View": "a view",
    "Arrow": "an arrow",
    "Focus": "a focus",
    "Mark": "a mark",
    "SignedException": "an exception",
}
"""What the parts of pose files are called in messages."""


@attrs.frozen(kw_only=True)
class Poses:
    """All pose files of a pack.

    Attributes:
        body: The body that all of them share.
        bases: The names of the positions that they start from.
        poses: For each exercise, how it is shown.
    """

    body: Body
    bases: tuple[str, ...]
    poses: Mapping[str, Pose]


def load_poses(folder: str | FilePath | None = None, pack: Pack | None = None) -> Poses:
    """The poses of a pack, checked.

    Args:
        folder: The folder of the pack; None for the built-in one.
        pack: The pack itself, when it is there already.

    Raises:
        PackError: listing every problem of the pose files as file, line and column; or of the pack.
    """
    known = load_pack(folder) if pack is None else pack
    return read_poses(pose_contents(folder), known)


def pose_contents(folder: str | FilePath | None = None) -> dict[str, bytes]:
    """The contents of the pose files of a pack by their path inside it, in sorted order.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: if they cannot be read.
    """
    root: Traversable = find_builtin() if folder is None else FilePath(folder)
    poses = root / POSE_FOLDER
    if not poses.is_dir():
        message = f"the pack has no folder with poses; add {BODY}, {BASES} and one file for each exercise"
        raise PackError((Issue(POSE_FOLDER, 0, 0, "missing-file", message),))
    entries = sorted((entry.name, entry) for entry in poses.iterdir() if entry.name.endswith(".yaml"))
    return {f"{POSE_FOLDER}/{name}": read_data(f"{POSE_FOLDER}/{name}", entry) for name, entry in entries}


def read_poses(contents: Mapping[str, bytes], pack: Pack) -> Poses:
    """The poses in these files.

    Args:
        contents: The contents of the pose files by their path inside the pack.
        pack: The pack whose exercises they show.

    Raises:
        PackError: listing every problem of the files as file, line and column.
    """
    poses, issues = try_poses(contents, pack)
    if poses is None or issues:
        raise PackError(issues)
    return poses


def try_poses(contents: Mapping[str, bytes], pack: Pack) -> tuple[Poses | None, tuple[Issue, ...]]:
    """The poses that can be read, and everything that is wrong with the files: for those who are at work on them.

    Args:
        contents: The contents of the pose files by their path inside the pack.
        pack: The pack whose exercises they show.

    Returns:
        The poses, None without a body or bases to build on; and the issues in the order of files and lines.
    """
    reading = Reading()
    for file, content in contents.items():
        reading.documents[file] = document = read_yaml(content)
        for flaw in document.flaws:
            reading.tell(Issue(file, flaw.line, flaw.column, flaw.code, flaw.message))
    poses = _poses(reading, pack)
    return poses, reading.error().issues


def _poses(reading: Reading, pack: Pack) -> Poses | None:
    body = _structured(reading, BODY, Body)
    bases = _structured(reading, BASES, Bases)
    rows = {
        file: row
        for file in reading.documents
        if file not in (BODY, BASES) and (row := _structured(reading, file, PoseRow)) is not None
    }
    _check_files(reading, rows, pack)
    if body is None or bases is None:
        return None
    check_body(body, pack, _within(reading, BODY))
    if reading.error().issues and any(issue.file == BODY for issue in reading.issues):
        return None
    compiler = Compiler(body, bases, _within(reading, BASES))
    subjects = (*pack.vocabulary.properties, *pack.vocabulary.positions)
    made = {
        row.exercise: pose
        for file, row in rows.items()
        if (pose := compiler.pose(row, subjects, _within(reading, file))) is not None
    }
    drawn = {prop.name for pose in made.values() for prop in pose.props}
    check_equipment(body, drawn, pack, _within(reading, BODY))
    return Poses(body=body, bases=tuple(bases.bases), poses=made)


def _structured(reading: Reading, file: str, shape: type[T]) -> T | None:
    document = reading.documents.get(file)
    if document is None:
        reading.tell(Issue(file, 0, 0, "missing-file", "this file is missing"))
        return None
    if document.data is None and document.flaws:
        return None
    made, mismatches = structure(document.data, shape)
    for mismatch in mismatches:
        reading.complain(file, mismatch.path, mismatch.code, _in_words(mismatch.message))
    return made


def _in_words(message: str) -> str:
    """A message with the name of a class put as people call what it stands for."""
    before, keys, name = message.partition(" is not a mapping with the keys of a ")
    return f"{before}{keys.removesuffix('a ')}{_IN_WORDS.get(name, f'a {name}')}" if keys else message


def concerning(issues: Iterable[Issue], only: Collection[str]) -> tuple[Issue, ...]:
    """Those issues that keep some poses from being drawn: in their own files, the bases or the body.

    Args:
        issues: The issues of pose files.
        only: The exercises that are asked about; empty for all.
    """
    files = {BASES, BODY, *(f"{POSE_FOLDER}/{name}.yaml" for name in only)}
    return tuple(issue for issue in issues if not only or issue.file in files)


def _within(reading: Reading, file: str) -> Callable[[Path, str, str], None]:
    return lambda path, code, message: reading.complain(file, path, code, message)


def _check_files(reading: Reading, rows: Mapping[str, PoseRow], pack: Pack) -> None:
    """Every exercise has a file, every file an exercise, and each is called like the other."""
    known = {exercise.id for exercise in pack.exercises}
    for file, row in rows.items():
        stem = FilePath(file).stem
        if row.exercise != stem:
            message = f"the file is called '{stem}', so its exercise must be '{stem}'"
            reading.complain(file, ("exercise",), "file-name", message)
        elif stem not in known:
            message = f"the pack has no exercise '{stem}'{nearest(stem, known)}; rename the file or take it away"
            reading.complain(file, ("exercise",), "unknown-name", message)
    for name in sorted(known):
        if f"{POSE_FOLDER}/{name}.yaml" not in reading.documents:
            message = f"the exercise '{name}' has no pose; write how it is shown"
            reading.tell(Issue(f"{POSE_FOLDER}/{name}.yaml", 0, 0, MISSING_POSE, message))
