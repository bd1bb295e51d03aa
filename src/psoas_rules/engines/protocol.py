"""What an engine is: conditions in, positions of those that hold out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from psoas_rules.conditions import Condition, Value


class Program(Protocol):
    """Conditions made ready to be asked many times."""

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A program that keeps something from one call to the next."""

    def forget(self) -> None:
        """Lets go of it; the next calls answer the same."""
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
