"""The date of the last review: a real day, and not too long ago."""

from __future__ import annotations

import datetime as dt
import re

from psoas_rules.checking.examination import Examination
from psoas_rules.checking.findings import Fix
from psoas_rules.checking.references import REVIEW_MONTHS, USUAL_REVIEW_MONTHS

_ORDERED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")


def check_review(examination: Examination) -> None:
    """The pack was read again not too long ago."""
    info = examination.rules.pack.info
    try:
        reviewed = dt.date.fromisoformat(info.reviewed)
    except ValueError:
        message = f"'{info.reviewed}' is not a date; write year-month-day, such as '2026-05-31'"
        examination.tell("pack.yaml", ("reviewed",), "review-date", message, _rewritten(info.reviewed))
        return
    if reviewed > examination.today:
        message = f"{reviewed} is still to come; write the day on which the pack was read"
        examination.tell("pack.yaml", ("reviewed",), "review-date", message)
        return
    given = info.constants.get(REVIEW_MONTHS)
    months = USUAL_REVIEW_MONTHS if given is None else given.value
    passed = (examination.today.year - reviewed.year) * 12 + examination.today.month - reviewed.month
    passed -= examination.today.day < reviewed.day
    if passed >= months:
        message = (
            f"the last review was {passed} months ago, and it is due after {months:g}; "
            "read the pack against its sources, then write the new date"
        )
        examination.tell("pack.yaml", ("reviewed",), "review-due", message)


def _rewritten(given: str) -> Fix | None:
    """The date in the right form, when it is clear which number is what."""
    found = _ORDERED.fullmatch(given.strip())
    if found is None:
        return None
    try:
        date = dt.date(*map(int, found.groups()))
    except ValueError:
        return None
    return Fix(f"write '{date}'", "value", ("reviewed",), str(date))
