"""What rules can still come to, while some answers are open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import attrs

from psoas_rules.conditions import Value, facts_read
from psoas_rules.possibilities.worlds import EITHER, FAILS, HOLDS, OPEN, Judge, State, World
from psoas_rules.rulebook import Rule


@attrs.frozen(eq=False)
class Ruling:
    """A rule that keeps people from something, or points to a condition.

    Attributes:
        reads: The facts that it looks at.
        judge: The judge of its condition.
        state: Tells what it can come to.
        points: The conditions that it points to.
    """

    reads: tuple[str, ...]
    judge: Judge
    state: State
    points: tuple[str, ...]

    @classmethod
    def of(cls, rule: Rule) -> Ruling:
        """What there is to know of a rule."""
        points = tuple(f"condition.{said.subject}" for said in rule.then if said.kind == "treat_as")
        judge = Judge.of(rule.when)
        return cls(facts_read(rule.when), judge, judge.state, points)


def outlook(facts: Mapping[str, Value], open_facts: Collection[str], precautions: Iterable[Ruling]) -> World:
    """What is known and what is open, with what signs make of conditions: some are assumed, some may come to be."""
    world = {**facts, **dict.fromkeys(open_facts, OPEN)}
    states = [(rule, rule.state(world)) for rule in precautions]
    for rule, state in states:
        if state != FAILS:
            for condition in rule.points:
                if state == HOLDS:
                    world[condition] = True
                elif world.get(condition) is not True:
                    world[condition] = OPEN
    return world


__all__ = ["EITHER", "FAILS", "HOLDS", "OPEN", "Ruling", "World", "outlook"]
