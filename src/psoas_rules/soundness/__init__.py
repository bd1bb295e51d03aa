"""What a pack must satisfy beyond its shape: names that exist, numbers in range, nothing unsourced or unreachable."""

from typing import Final

from psoas_rules.soundness.answers import check_answers
from psoas_rules.soundness.contents import check_completeness, check_contents, check_sides, check_texts
from psoas_rules.soundness.interviews import check_interview
from psoas_rules.soundness.names import check_exercise_names, check_ids, check_names
from psoas_rules.soundness.numbers import CONSTANTS, check_numbers
from psoas_rules.soundness.programmes import check_programme
from psoas_rules.soundness.progress import check_progress
from psoas_rules.soundness.sessions import check_sessions

__all__ = ["CHECKS", "CONSTANTS"]

CHECKS: Final = (
    check_names,
    check_ids,
    check_answers,
    check_numbers,
    check_exercise_names,
    check_sessions,
    check_interview,
    check_programme,
    check_progress,
    check_contents,
    check_sides,
    check_texts,
    check_completeness,
)
"""Every check, in the order in which it runs."""
