"""Engines: given these facts, which rules fire?

That is the only question, so an engine is small. `plain` evaluates the conditions as they stand and is the
specification; `durable` asks durable-rules. They must agree on every fact set, and the tests hold them to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from psoas_rules.conditions import Condition, Value
from psoas_rules.engines.plain import PlainEngine

__all__ = ["Engine", "PlainEngine", "Program", "default_engine"]


class Program(Protocol):
    """Conditions made ready to be asked many times."""

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending."""
        ...


class Engine(Protocol):
    """Something that can run conditions."""

    @property
    def name(self) -> str:
        """What outcomes call it."""
        ...

    def compile(self, conditions: Sequence[Condition]) -> Program:
        """The conditions as a program."""
        ...


def default_engine() -> Engine:
    """durable-rules where it can be imported, else the plain evaluator. The outcome names the one that decided."""
    try:
        from psoas_rules.engines.durable import DurableEngine
    except ImportError:
        return PlainEngine()
    return DurableEngine()
