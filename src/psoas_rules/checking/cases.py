"""Whole cases: they can be read, name what exists, stand once, and leave no danger untried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import attrs

from psoas_rules.casebook import CaseFile, WholeCase
from psoas_rules.casebook.expecting import flaws
from psoas_rules.casebook.reading import with_common
from psoas_rules.checking.examination import Examination
from psoas_rules.engines.plain import PlainEngine
from psoas_rules.errors import IntakeError
from psoas_rules.intake import Intake
from psoas_rules.pack import ConditionRow, RedFlag
from psoas_rules.recommender import Recommender
from psoas_rules.shapes import plain, structure
from psoas_rules.yaml_reader import Path

_FOLDER: Final = "cases/"
_QUOTED: Final = re.compile(r"'([^']+)'")


@attrs.frozen
class _Case:
    """A case with its place, and its intake together with what its file shares."""

    file: str
    path: Path
    case: WholeCase
    intake: Any


def check_cases(examination: Examination) -> None:
    """Case files can be read, and no case stands twice."""
    names: dict[tuple[str, str], Path] = {}
    said: dict[str, str] = {}
    for one in read(examination, tell=True):
        key = (one.file, one.case.name)
        if key in names:
            message = f"two cases are called '{one.case.name}'"
            examination.tell(one.file, (*one.path, "name"), "duplicate-id", message)
        names.setdefault(key, one.path)
        same = repr((_sorted(one.intake), plain(one.case.expect)))
        if same in said:
            message = f"this asks and expects the same as '{said[same]}'; one of the two says nothing new"
            examination.tell(one.file, one.path, "case-twice", message)
        said.setdefault(same, one.case.name)


def read(examination: Examination, *, tell: bool = False) -> Iterator[_Case]:
    """The cases that can be read; with `tell`, what is wrong with the others is noted."""
    for file, document in examination.documents.items():
        if not file.startswith(_FOLDER):
            continue
        if file.count("/") > 1 or not file.endswith(".yaml"):
            if tell:
                examination.tell_at(
                    file, (0, 0), "unknown-file", "this file is not read; cases stand as .yaml in cases"
                )
            continue
        made, mismatches = structure(with_common(document.data), CaseFile)
        for mismatch in mismatches if tell and not document.flaws else ():
            examination.tell(file, mismatch.path, mismatch.code, mismatch.message)
        for i, case in enumerate(made.cases if made is not None else ()):
            yield _Case(file, ("cases", i), case, case.intake)


def _sorted(data: Any) -> Any:
    if isinstance(data, Mapping):
        return sorted((key, _sorted(one)) for key, one in data.items())
    return [_sorted(one) for one in data] if isinstance(data, list) else repr(data)


def check_case_names(examination: Examination) -> None:
    """What a case answers and expects exists in the pack."""
    lexicon = examination.rules.lexicon
    recommender = Recommender(examination.rules.pack, PlainEngine()) if examination.sound else None
    for one in read(examination) if examination.whole else ():
        try:
            lexicon.facts(Intake.from_dict(one.intake))
        except IntakeError as error:
            for problem in error.problems:
                path = (*one.path, "intake", *problem.field.split("."))
                message = f"{problem.field}: {problem.message}" if problem.field else problem.message
                examination.tell(one.file, path, "case-answer", message)
        for flaw in flaws(one.case.expect, recommender) if recommender is not None else ():
            key, _, message = flaw.partition(": ")
            path = (*one.path, "expect", key)
            examination.tell(one.file, (*path, *_entry(examination, one.file, path, message)), "case-expects", flaw)


def _entry(examination: Examination, file: str, path: Path, message: str) -> Path:
    """Where in a list or mapping the name stands that a message quotes first."""
    data = examination.documents[file].data
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else data[part]
    quoted = _QUOTED.search(message)
    name = quoted.group(1) if quoted is not None else ""
    if isinstance(data, list) and name in data:
        return (data.index(name),)
    return (name,) if isinstance(data, Mapping) and name in data else ()


def check_tried(examination: Examination) -> None:
    """For every red flag and every condition there is a case of somebody who has it."""
    pack, lexicon = examination.rules.pack, examination.rules.lexicon
    tried: set[str] = set()
    for one in read(examination):
        with suppress(IntakeError):
            # Some conditions follow from the age.
            facts = lexicon.facts(Intake.from_dict(one.intake))
            tried.update(name for name, given in facts.items() if given is True)
    if not any(file.startswith(_FOLDER) for file in examination.documents):
        examination.notes.append("Not checked: whether every danger has a case. This pack has no folder 'cases'.")
        return
    tables: tuple[tuple[str, Sequence[RedFlag | ConditionRow]], ...] = (
        ("red_flags", pack.red_flags),
        ("conditions", pack.conditions),
    )
    for key, rows in tables:
        for i, row in enumerate(rows):
            if f"{key[:-1]}.{row.id}" not in tried:
                message = f"no case has somebody with '{row.id}'; add one to cases, with the outcome that you expect"
                examination.tell(f"{key}.yaml", (key, i, "id"), "untried", message)
