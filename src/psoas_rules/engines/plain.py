"""The plain evaluator: each condition is read as it stands. It defines what every other engine must answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from psoas_rules.conditions import Condition, Value, holds


@attrs.frozen
class PlainProgram:
    """Conditions in a row."""

    conditions: tuple[Condition, ...]

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending."""
        return tuple(i for i, condition in enumerate(self.conditions) if holds(condition, facts))


@attrs.frozen
class PlainEngine:
    """Evaluates in Python; needs nothing but this package."""

    name: str = "plain"

    def compile(self, conditions: Sequence[Condition]) -> PlainProgram:
        """The conditions as a program."""
        return PlainProgram(tuple(conditions))
