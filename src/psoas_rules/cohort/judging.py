"""One more reader of the condition tree: for a whole batch of people at once, a bit for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from psoas_rules.cohort.packed import Maybe, Packed, both, either, without
from psoas_rules.conditions import All, Any, Condition, Not, Test


class Facts(Protocol):
    """The facts of a batch of people."""

    def known(self, fact: str) -> Maybe:
        """The rows in which a fact is known."""

    def passes(self, test: Test) -> Maybe:
        """The rows in which the fact of a test is known and passes it."""


class Judge:
    """Judges conditions for one batch; each different part of them once.

    Args:
        facts: The facts.
        everybody: All rows of the batch.
    """

    def __init__(self, facts: Facts, everybody: Packed) -> None:
        self._facts = facts
        self._everybody = everybody
        self._found: dict[tuple[int, bool], Maybe] = {}

    def holds(self, condition: Condition) -> Maybe:
        """The rows in which a condition holds; what that means is `conditions.holds`."""
        return self._holds(condition, negated=False)

    def _holds(self, condition: Condition, *, negated: bool) -> Maybe:
        if isinstance(condition, Not):
            return self._holds(condition.part, negated=not negated)
        # Conditions live as long as their pack, so that each has a number of its own.
        question = (id(condition), negated)
        if question not in self._found:
            self._found[question] = self._judge(condition, negated=negated)
        return self._found[question]

    def _judge(self, condition: Test | All | Any, *, negated: bool) -> Maybe:
        match condition:
            case Test():
                return self._test(condition, negated=negated)
            case All(parts) | Any(parts) if isinstance(condition, Any) is negated:
                found: Maybe = self._everybody
                for part in parts:
                    found = both(found, self._holds(part, negated=negated))
                    if found is None:
                        break
                return found
            case All(parts) | Any(parts):
                return either(*[self._holds(part, negated=negated) for part in parts])

    def _test(self, test: Test, *, negated: bool) -> Maybe:
        known = self._facts.known(test.fact)
        if test.op == "answered":
            return without(self._everybody, known) if negated else known
        passing = self._facts.passes(test)
        found = without(known, passing) if negated else passing
        return either(found, without(self._everybody, known)) if test.when_unknown else found


def alike(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The same conditions, with equal parts made the same object, so that a judge judges them once."""
    known: dict[Condition, Condition] = {}
    return tuple(_alike(condition, known) for condition in conditions)


def _alike(condition: Condition, known: dict[Condition, Condition]) -> Condition:
    match condition:
        case All(parts):
            condition = All(tuple(_alike(part, known) for part in parts))
        case Any(parts):
            condition = Any(tuple(_alike(part, known) for part in parts))
        case Not(part):
            condition = Not(_alike(part, known))
        case Test():
            pass
    return known.setdefault(condition, condition)
