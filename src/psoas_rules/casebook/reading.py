"""Reading the whole-intake cases of a pack, and every problem with a file of them that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import attrs

from psoas_rules.casebook.expecting import Expect
from psoas_rules.errors import Issue, PackError
from psoas_rules.loading import find_builtin, find_data, read_data
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import read_yaml


@attrs.frozen(kw_only=True)
class WholeCase:
    """A whole intake with the outcome that is expected."""

    name: str
    intake: Any
    expect: Expect
    number: str | None = None


@attrs.frozen(kw_only=True)
class CaseFile:
    """What stands in one file: the cases, and the answers that all of them share.

    What a case answers itself comes before what is `common`.
    """

    cases: tuple[WholeCase, ...]
    common: Any = None


def read_cases(folder: str | Path | None = None) -> dict[str, tuple[str, WholeCase]]:
    """The whole-intake cases of a pack by `file: name`, each with its place.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: if a case file cannot be read. A broken file, or one under a name that is not read, is never skipped.
    """
    found, issues = read_case_files(folder)
    if issues:
        raise PackError(issues)
    return found


def read_case_files(
    folder: str | Path | None = None,
) -> tuple[dict[str, tuple[str, WholeCase]], tuple[Issue, ...]]:
    """The cases that can be read, as `read_cases` gives them, and every problem of those that cannot.

    Args:
        folder: The folder of the pack; None for the built-in one.

    Raises:
        PackError: if there is no pack, or its folder cannot be looked into.
    """
    found: dict[str, tuple[str, WholeCase]] = {}
    issues: list[Issue] = []
    for file, entry in find_data(find_builtin() if folder is None else Path(folder)):
        if not file.startswith("cases/"):
            continue
        if file.count("/") > 1 or not file.endswith(".yaml"):
            issues.append(Issue(file, 0, 0, "unknown-file", "this file is not read; cases stand as .yaml in cases"))
            continue
        for place, column, case in _read(file, entry, issues):
            if f"{file}: {case.name}" in found:
                line = int(place.rpartition(":")[2])
                issues.append(Issue(file, line, column, "duplicate-id", f"two cases are called '{case.name}'"))
            found[f"{file}: {case.name}"] = (place, case)
    return found, tuple(issues)


def _read(file: str, entry: Traversable, issues: list[Issue]) -> list[tuple[str, int, WholeCase]]:
    """The cases of one file, each with its place and column; what is wrong with it is added to the issues."""
    try:
        document = read_yaml(read_data(file, entry))
    except PackError as error:
        issues += error.issues
        return []
    issues += [Issue(file, flaw.line, flaw.column, flaw.code, flaw.message) for flaw in document.flaws]
    read, mismatches = structure(with_common(document.data), CaseFile)
    issues += [Issue(file, *document.place(m.path), m.code, m.message) for m in mismatches]
    made = []
    for i, case in enumerate(read.cases if read else ()):
        line, column = document.place(("cases", i))
        made.append((f"{file}:{line}", column, case))
    return made


def with_common(data: Any) -> Any:
    """The data of a file, with the answers that its cases share in each of them."""
    if not isinstance(data, Mapping) or not isinstance(data.get("common"), Mapping):
        return data
    cases = data.get("cases")
    if not isinstance(cases, list):
        return data
    common = data["common"]
    return {**data, "cases": [_joined(common, case) for case in cases]}


def _joined(common: Mapping[str, Any], case: Any) -> Any:
    if not isinstance(case, Mapping) or not isinstance(case.get("intake"), Mapping):
        return case
    intake = dict(common)
    for section, given in case["intake"].items():
        shared = common.get(section)
        if isinstance(shared, Mapping) and isinstance(given, Mapping):
            intake[section] = {**shared, **given}
        else:
            intake[section] = given
    return {**case, "intake": intake}
