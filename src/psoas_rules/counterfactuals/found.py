"""What a search came to, as values that print for people."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules.counterfactuals.goals import Goal
from psoas_rules.intake import Intake
from psoas_rules.outcomes import Outcome
from psoas_rules.shapes import plain

ChangeKind: TypeAlias = Literal["wish", "finding", "find_out"]
"""A `wish` is up to the person. A `finding` is how it may become. To `find_out` is for what nobody has answered yet."""

_MOST_NAMED: Final = 3


@attrs.frozen(kw_only=True)
class Change:
    """One answer changed.

    Attributes:
        answer: Its section and key, such as `preferences.minutes`; for one side with the side, for a list with the
            entry.
        kind: Whether the person can choose it, or can only wait and see.
        label: What it is called for people.
        before, after: It in words.
        text: The change in a few words.
    """

    answer: str
    kind: ChangeKind
    label: str
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return self.text


@attrs.frozen(kw_only=True)
class Counterfactual:
    """A smallest change that brings the goal about. It is no advice to answer anything but the truth.

    Attributes:
        goal: What was wanted.
        changes: The answers that change, the wishes first; none when it is so already.
        intake: The answers with the changes.
        outcome: What they give.
        smallest: Whether it was proved to be the smallest. Else every change of fewer answers was ruled out, and there
            may be one of as many with smaller steps.
        tried: How many changes were looked at.
    """

    goal: Goal
    changes: tuple[Change, ...]
    intake: Intake
    outcome: Outcome
    smallest: bool
    tried: int

    def __str__(self) -> str:
        if not self.changes:
            return f"There is {self.goal} already."
        return f"There would be {self.goal} {', and '.join(change.text for change in self.changes)}."

    def to_dict(self) -> dict[str, Any]:
        """It as plain data for JSON."""
        return {
            "found": True,
            "goal": str(self.goal),
            "changes": [plain(change) for change in self.changes],
            "intake": self.intake.to_dict(),
            "outcome": self.outcome.kind,
            "smallest": self.smallest,
            "tried": self.tried,
            "text": str(self),
        }


@attrs.frozen(kw_only=True)
class NoCounterfactual:
    """No change was found. It counts as false.

    Attributes:
        goal: What was wanted.
        most: How many answers were to change at most.
        complete: Whether it is proved that there is none.
        ruled_out: So many changed answers, and fewer, were looked at to the end.
        tried: How many changes were looked at.
        because: Ids of rules that stand against it and that no answer that may change can quiet; empty when that is not
            what is in the way.
    """

    goal: Goal
    most: int
    complete: bool
    tried: int
    ruled_out: int = 0
    because: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        if self.because:
            named, more = self.because[:_MOST_NAMED], len(self.because) - _MOST_NAMED
            rules = f"{', '.join(named)}{f' and {more} more' if more > 0 else ''}"
            stand = "stands" if len(self.because) == 1 else "stand"
            return f"No answer that may change brings about {self.goal}: {rules} {stand} against it."
        if self.complete:
            return f"No change of up to {self.most} answers brings about {self.goal}."
        looked = f" No change of up to {self.ruled_out} does it." if self.ruled_out else ""
        return f"No change was found that brings about {self.goal}; there was more than could be tried.{looked}"

    def to_dict(self) -> dict[str, Any]:
        """It as plain data for JSON."""
        return {
            "found": False,
            "goal": str(self.goal),
            "most": self.most,
            "complete": self.complete,
            "tried": self.tried,
            "ruled_out": self.ruled_out,
            "because": list(self.because),
            "text": str(self),
        }
