"""Looking over the shoulder of the engine: for which facts the rules of each stage were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from psoas_rules.conditions import Condition, Value, holds
from psoas_rules.engines import PlainEngine
from psoas_rules.pack import STAGES

CHOICES = "choices"
"""The name of what is asked after all stages: which exercises are offered and which slots are used."""


@attrs.define
class _Listening:
    """A program that notes what it is asked."""

    stage: str
    conditions: tuple[Condition, ...]
    asked: dict[str, Mapping[str, Value]]

    def fired(self, facts: Mapping[str, Value]) -> tuple[int, ...]:
        """Positions of the conditions that hold, ascending."""
        self.asked[self.stage] = facts
        return tuple(i for i, condition in enumerate(self.conditions) if holds(condition, facts))


@attrs.define
class ListeningEngine:
    """The plain evaluator, which keeps the facts that each stage was last asked about.

    A recommender makes one program for each stage, in their order, and one for the choices; so they are told apart.
    It must not remember answers itself, or the engine would not be asked.
    """

    asked: dict[str, Mapping[str, Value]] = attrs.field(factory=dict)
    _made: int = 0

    @property
    def name(self) -> str:
        """What outcomes call it."""
        return PlainEngine().name

    def compile(self, conditions: Sequence[Condition]) -> _Listening:
        """The conditions as a program."""
        stage = (*STAGES, CHOICES)[self._made]
        self._made += 1
        return _Listening(stage, tuple(conditions), self.asked)

    def take(self) -> dict[str, Mapping[str, Value]]:
        """The facts by stage since it was last asked, for stages that were reached."""
        taken = dict(self.asked)
        self.asked.clear()
        return taken
