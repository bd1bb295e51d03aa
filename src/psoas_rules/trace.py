"""What was decided and why, as data: conclusions, firings and the trace. Words come later, in `explaining`."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from psoas_rules.conditions import Value
from psoas_rules.pack import Limit

ConclusionKind: TypeAlias = Literal[
    "ask",
    "treat_as",
    "triage",
    "exclude_property",
    "exclude_exercise",
    "exclude_phase",
    "limit",
    "swap",
    "prefer",
    "points",
    "extra_side",
    "clinician_first",
    "strict_pain",
    "action",
    "own_advice",
    "no_walk",
    "needs_clearance",
    "fill",
    "say",
    "stop_sign",
    "mark",
    "change",
    "course",
    "take",
]

FiringStage: TypeAlias = Literal[
    "screening",
    "precaution",
    "triage",
    "safety",
    "evidence",
    "profile",
    "dosage",
    "assembly",
    "report",
    "programme",
    "exercise",
]
"""The stages of the pack, the assembly of the session after them, and the stages of a programme."""

Side: TypeAlias = Literal["left", "right"]


@attrs.frozen
class Conclusion:
    """One thing that follows when a rule fires.

    Attributes:
        kind: What sort of conclusion it is.
        subject: What it is about: a property, an exercise, a triage level, a target, a condition, a sentence.
        other: A second name where the kind needs one: the replacement of a swap.
        hundredths: Evidence points in hundredths, so that sums never depend on their order.
        side: The side it speaks of; None for both or for the person as a whole.
        limit: The limit, for kind `limit`.
    """

    kind: ConclusionKind
    subject: str
    other: str | None = None
    hundredths: int = 0
    side: Side | None = None
    limit: Limit | None = None


@attrs.frozen
class Reading:
    """One answer that a rule looked at.

    Attributes:
        fact: Name of the fact.
        label: What it is called for people.
        value: The answer; None when nobody has given it.
        text: The answer in words, with its unit.
        assumed_by: The rule that took it so, where it is not what the person said.
    """

    fact: str
    label: str
    value: Value | None
    text: str
    assumed_by: str | None = None


@attrs.frozen
class Firing:
    """A rule that fired.

    Attributes:
        rule: Stable id of the rule.
        stage: The stage in which it fired.
        title: The rule in a few words.
        because: Why the rule exists, in one or two plain sentences.
        readings: The answers that it looked at.
        concludes: What followed.
        sources: Keys of the sources behind the rule.
    """

    rule: str
    stage: FiringStage
    title: str
    because: str
    readings: tuple[Reading, ...]
    concludes: tuple[Conclusion, ...]
    sources: tuple[str, ...]


@attrs.frozen
class Trace:
    """Every rule that fired on the way to an outcome, in the order of the stages and of the pack."""

    firings: tuple[Firing, ...] = ()

    def firing(self, rule: str) -> Firing:
        """The firing of this rule.

        Raises:
            KeyError: if the rule did not fire.
        """
        for firing in self.firings:
            if firing.rule == rule:
                return firing
        raise KeyError(rule)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that fired, in order."""
        return tuple(firing.rule for firing in self.firings)
