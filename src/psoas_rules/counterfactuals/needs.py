"""What must change before a goal can be met: sets of facts, of each of which at least one has to be another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from psoas_rules.counterfactuals.goals import AnyRoutine, Exclude, Goal, Include, Level, MoreOf, Pattern
from psoas_rules.counterfactuals.reading import Readers
from psoas_rules.outcomes import Outcome, Referral, Routine, Screening
from psoas_rules.pack import LEVELS
from psoas_rules.reasons import Obstacle

_WISHED_LEVEL: Final = frozenset({"preference.level_max"})


@attrs.frozen
class Need:
    """At least one of these facts has to change, for a reason.

    Attributes:
        facts: The facts.
        rule: Id of the rule that stands against the goal as long as none of them does; empty where it is no rule.
    """

    facts: frozenset[str]
    rule: str = ""


def relevant_facts(goal: Goal, readers: Readers) -> frozenset[str]:
    """Every fact that can matter for a goal."""
    match goal:
        case AnyRoutine() | Level():
            return readers.triage()
        case Pattern():
            return readers.triage() | readers.pattern()
        case Include() | Exclude() | MoreOf():
            return readers.everything()


def needs(goal: Goal, outcome: Outcome, before: Outcome, readers: Readers) -> tuple[Need, ...]:
    """What has to change in an outcome that does not meet the goal, as far as the outcome tells.

    Args:
        goal: What is wanted.
        outcome: The outcome.
        before: The outcome as it is now.
        readers: What rules read.
    """
    return tuple(dict.fromkeys(_needs(goal, outcome, before, readers)))


def _needs(goal: Goal, outcome: Outcome, before: Outcome, readers: Readers) -> Iterator[Need]:
    allowed = LEVELS.index("caution")
    if isinstance(goal, Level):
        allowed = LEVELS.index(goal.level)
    # A goal that a referral meets can be met with questions open.
    if isinstance(outcome, Screening) and (isinstance(before, Screening) or allowed <= LEVELS.index("caution")):
        yield from (Need(readers.of_rule(rule), rule) for rule in readers.asking(outcome))
    if isinstance(outcome, Referral | Screening) or isinstance(goal, Level):
        for firing in outcome.trace.firings:
            levels = [LEVELS.index(said.subject) for said in firing.concludes if said.kind == "triage"]
            if levels and max(levels) > allowed:
                yield Need(readers.of_rule(firing.rule), firing.rule)
    elif isinstance(goal, Pattern) and isinstance(outcome, Routine):
        yield Need(readers.pattern())


def needs_of_barrier(obstacle: Obstacle, readers: Readers) -> tuple[Need, ...]:
    """What has to change before this obstacle is away; empty where that is not known."""
    named = obstacle.subjects
    match obstacle.kind:
        case "excluded":
            return tuple(Need(readers.of_rule(rule), rule) for rule in obstacle.rules)
        case "too_hard":
            return tuple(Need(readers.of_rule(rule), rule) for rule in obstacle.rules) or (Need(_WISHED_LEVEL),)
        case "not_offered":
            return (Need(readers.behind(unmet.test.fact for unmet in obstacle.unmet)),)
        case "equipment":
            return (Need(frozenset(f"preference.equipment.{thing}" for thing in named)),)
        case "avoided":
            kinds = ("avoid_positions", "avoid_properties")
            return (Need(frozenset(f"preference.{kind}.{name}" for kind in kinds for name in named)),)
        case "alone":
            lacking = [answer.fact for answer in obstacle.answers if answer.value is not True]
            return tuple(Need(frozenset({fact})) for fact in lacking)
    return ()
