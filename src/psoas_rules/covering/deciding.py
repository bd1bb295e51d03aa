"""What one test of a condition does to the decision.

A test decides where the condition would turn out the other way if this test alone did. In masking MC/DC a test is
covered when it was seen to decide both ways: once where it helps the rule to fire and once where it keeps it quiet.
Whatever else the two people differ in did not matter there: it was masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.conditions import All, Any, Condition, Not, Test, Value, compare

Seen: TypeAlias = Literal["true", "false", "unknown"]
"""What a test amounts to for a person: true, false, or nobody knows."""

SEEN: tuple[Seen, ...] = ("true", "false", "unknown")


@attrs.frozen
class Leaf:
    """A test of a condition, with whether a `not` stands around it."""

    test: Test
    negated: bool

    def __str__(self) -> str:
        words = f"{self.test.fact} {self.test.op} {_word(self.test.value)}"
        return f"not {words}" if self.negated else words

    def seen(self, facts: Mapping[str, Value]) -> Seen:
        """What the test amounts to, whatever stands around it."""
        if self.test.op == "answered":
            return "true" if self.test.fact in facts else "false"
        known = facts.get(self.test.fact)
        if known is None:
            return "unknown"
        return "true" if compare(self.test, known) else "false"

    def helps(self, facts: Mapping[str, Value]) -> bool:
        """Whether the test, with the `not` around it, speaks for the condition."""
        seen = self.seen(facts)
        return self.test.when_unknown if seen == "unknown" else (seen == "true") is not self.negated


@attrs.frozen
class Decision:
    """How a condition turned out.

    Attributes:
        holds: Whether it holds.
        decides: For each leaf, whether the condition would turn out the other way if this leaf alone did.
    """

    holds: bool
    decides: tuple[bool, ...]


def leaves(condition: Condition) -> tuple[Leaf, ...]:
    """Every test with the `not`s around it, from left to right."""
    return tuple(_leaves(condition, negated=False))


def _leaves(condition: Condition, *, negated: bool) -> Iterator[Leaf]:
    match condition:
        case Test():
            yield Leaf(condition, negated)
        case Not(part):
            yield from _leaves(part, negated=not negated)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _leaves(part, negated=negated)


def decide(condition: Condition, facts: Mapping[str, Value]) -> Decision:
    """How the condition turns out for these facts, and which of its tests decide that."""
    return decide_by(condition, [leaf.helps(facts) for leaf in leaves(condition)])


def decide_by(condition: Condition, helps: Iterable[bool]) -> Decision:
    """How the condition turns out where these of its tests speak for it, from left to right."""
    return _decide(condition, iter(helps), negated=False)


def _decide(condition: Condition, helps: Iterator[bool], *, negated: bool) -> Decision:
    match condition:
        case Test():
            return Decision(next(helps), (True,))
        case Not(part):
            return _decide(part, helps, negated=not negated)
        case All(parts) | Any(parts):
            every = isinstance(condition, All) is not negated
            decided = [_decide(one, helps, negated=negated) for one in parts]
            # Where all must hold, a part matters while all others hold; where one is enough, while no other does.
            against = [decision.holds is not every for decision in decided]
            found: list[bool] = []
            for decision, is_against in zip(decided, against, strict=True):
                matters = sum(against) == is_against
                found += [decides and matters for decides in decision.decides]
            return Decision((sum(against) == 0) is every, tuple(found))


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else value
