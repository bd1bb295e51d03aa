"""What a reason is: the answer to why an exercise is in or not, or why a rule fired or not."""

from __future__ import annotations

from typing import Literal

import attrs

from psoas_rules.reasons.obstacles import WhyNot


@attrs.frozen
class Reason:
    """Why something is so.

    Attributes:
        subject: Id of the exercise or of the rule.
        kind: Which of the two it is.
        yes: Whether the exercise is in, or the rule fired.
        answer: Why, in a sentence.
        details: What there is to say besides, a line each; indented lines belong to the one above.
        rules: Ids of the rules behind it.
        why_not: For an exercise that is not in, every way by which it could have come in, and what closes it.
    """

    subject: str
    kind: Literal["exercise", "rule"]
    yes: bool
    answer: str
    details: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    why_not: WhyNot | None = None


class UnknownNameError(LookupError):
    """The pack has no exercise and no rule of this name; the message tells the nearest one."""
