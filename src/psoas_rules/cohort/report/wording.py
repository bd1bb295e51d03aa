"""The words that only the report has. What is medical in it comes from the pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "routine": ("Routine", "A safe routine of exercises."),
    "referral": ("Referral", "Somebody has to look first; there is no routine yet."),
    "screening": ("Screening", "Safety questions are open; there is no routine yet."),
    "invalid": ("Invalid", "The answers cannot be read; nothing was decided."),
}
"""The outcomes in the order of the page, each with what it means."""
CONFIDENCE: Final = ("high", "medium", "low")
ASPECTS: Final[Mapping[str, str]] = {
    "outcome": "Kind of outcome",
    "triage": "Triage",
    "profile": "Profile",
    "steps": "Exercises or their doses",
    "problem": "Problems with answers",
}
REASONS: Final[Mapping[str, str]] = {
    "fires_now": "Rules that fire only with the new pack",
    "fires_no_more": "Rules that fire only with the old pack",
    "concludes_anew": "Rules that conclude something else",
    "exercise_gained": "Exercises that come in",
    "exercise_lost": "Exercises that go",
    "same_rules": "The same rules and exercises, with other numbers",
}


def counted(people: int) -> str:
    """A number of people in words: `1 person`, `1,234 people`."""
    return "1 person" if people == 1 else f"{people:,} people"


def share(part: int, whole: int) -> str:
    """A share in percent, such as `12.5 %`. Only none is 0 %, and only all are 100 %."""
    if not whole or not part:
        return "0 %"
    if part == whole:
        return "100 %"
    percent = 100 * part / whole
    return "<0.1 %" if percent < 0.1 else ">99.9 %" if percent > 99.9 else f"{percent:.1f} %"
