"""The way through all checks: read the folder, examine it, and put what was found in order."""

from __future__ import annotations

import datetime as dt
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from psoas_rules.checking import (
    cases,
    dangers,
    dates,
    exercises,
    files,
    lists,
    questions,
    reading,
    references,
    requirements,
    rules,
    schema_files,
    sessions,
    texts,
)
from psoas_rules.checking.examination import Check, Examination
from psoas_rules.checking.findings import Report, in_order
from psoas_rules.checking.kinds import SCHEMA_FOLDER, SCHEMA_SUFFIX
from psoas_rules.errors import PackError
from psoas_rules.loading import find_builtin, find_data, read_data

OF_FILES: Final[tuple[Check, ...]] = (
    files.check_layout,
    files.check_schema_lines,
    lists.check_lists,
    texts.check_texts,
    texts.check_reading_ease,
    cases.check_cases,
)
"""Checks that look at each file as it stands, whatever is wrong with the others."""

OF_PACKS: Final[tuple[Check, ...]] = (
    rules.check_conditions,
    rules.check_rules,
    rules.check_pairs,
    dangers.check_red_flags,
    dangers.check_conditions_table,
    dangers.check_limits,
    dangers.check_exclusions,
    dangers.check_screen,
    questions.check_bands,
    questions.check_questions,
    questions.check_reading,
    exercises.check_ways,
    exercises.check_offers,
    exercises.check_doses,
    exercises.check_grades,
    sessions.check_slots,
    sessions.check_gaps,
    references.check_sources,
    references.check_claims,
    references.check_words,
    references.check_explainers,
    dates.check_review,
    texts.check_labels,
    texts.check_outcome_texts,
    cases.check_case_names,
    cases.check_tried,
    requirements.check_invariants,
    requirements.check_invariants,
    schema_files.check_schemas,
)
"""Checks that look at the pack as a whole, as far as it can be read."""


def check(folder: str | Path | None = None, *, today: dt.date | None = None) -> Report:
    """Everything that is wrong with a pack, and everything about it that deserves a look.

    Args:
        folder: The folder of the pack; None for the built-in one.
        today: The day that counts as today, for what falls due; None for the day of the computer.

    Returns:
        A report with every finding by file, line and column. A pack that cannot be read at all gives a report, too.
    """
    return examine(folder, today=today)[0]


def examine(folder: str | Path | None = None, *, today: dt.date | None = None) -> tuple[Report, Examination]:
    """The same as `check`, together with what was looked at."""
    day = today or dt.datetime.now().astimezone().date()
    examination = Examination({}, {}, day)
    try:
        root = find_builtin() if folder is None else Path(folder)
        contents = {file: read_data(file, entry) for file, entry in find_data(root)}
    except PackError as error:
        for issue in error.issues:
            examination.tell_at(issue.file, (issue.line, issue.column), issue.code, issue.message)
        return Report(in_order(examination.findings)), examination
    examination = Examination(contents, {}, day, schemas=_schemas(root))
    reading.read(examination)
    for one in (*OF_FILES, *(OF_PACKS if examination.book is not None else ())):
        one(examination)
    return Report(in_order(examination.findings), tuple(examination.notes), len(contents)), examination


def _schemas(root: Traversable) -> dict[str, str]:
    folder = root / SCHEMA_FOLDER
    if not folder.is_dir():
        return {}
    found = (entry for entry in folder.iterdir() if entry.name.endswith(SCHEMA_SUFFIX))
    return {entry.name: entry.read_text(encoding="utf-8") for entry in found}
