"""Invariants can be read and name what exists. Whether they hold is for proofs to say."""

from __future__ import annotations

from psoas_rules.checking.examination import Examination
from psoas_rules.errors import PackError
from psoas_rules.invariants import parse_invariants
from psoas_rules.loading import INVARIANTS


def check_invariants(examination: Examination) -> None:
    """What is to be proved can be read; the pack itself does not read it."""
    content = examination.contents.get(INVARIANTS)
    if content is None or not examination.sound:
        return
    try:
        parse_invariants(examination.rules, content)
    except PackError as error:
        for issue in error.issues:
            examination.tell_at(issue.file, (issue.line, issue.column), issue.code, issue.message)
