"""What can go wrong with programmes."""

from __future__ import annotations

from psoas_rules.errors import ProblemsError


class ProgrammeError(ProblemsError):
    """A programme cannot be made or read as asked: the arguments, the stored data, or a pack that plans none."""

    what = "the programme"


class FeedbackError(ProblemsError):
    """Feedback cannot be read. `problems` lists everything that is wrong with it."""

    what = "the feedback"
