"""What a theorem is made of: claims about one person or two, and the bench on which they are put up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs
import z3

from psoas_rules.conditions import Condition
from psoas_rules.invariants import Invariants
from psoas_rules.loading import Rulebook
from psoas_rules.pack import Exercise, Level
from psoas_rules.proving.answers import Answers
from psoas_rules.proving.encoding import World
from psoas_rules.proving.values import FALSE, every, no, some


@attrs.frozen(eq=False)
class Claim:
    """Something that must be so for everybody.

    Attributes:
        key: A name that stays the same, by which a gap can be accepted.
        says: What must be so, as a sentence.
        goal: Holds for somebody who breaks it; where somebody is `wanted`, for somebody who shows it.
        wider: Holds whenever the goal does, and is easier to answer: where nobody is found for it, the claim is proved.
        wanted: Whether it is broken when there is nobody.
        in_routine: Whether who is wanted gets a routine; such people are looked for among those of each profile first.
        step: An exercise that must really stand in the session of everybody who is found.
        most: For a claim about the dose of the step: the numbers of the dose, which count together, and their most.
        expect: What a case for the last person expects, so that it fails.
        broken: What is so instead when nobody is to be shown, as a sentence.
        note: Whether it is only worth knowing when it does not hold.
    """

    key: str
    says: str
    goal: z3.BoolRef = FALSE
    wider: z3.BoolRef | None = None
    wanted: bool = False
    in_routine: bool = False
    step: str = ""
    most: tuple[tuple[str, ...], float] | None = None
    expect: Mapping[str, Any] = attrs.field(factory=dict)
    broken: str = ""
    note: bool = False


@attrs.frozen(eq=False)
class Group:
    """Claims about the same people.

    Attributes:
        worlds: The people; none for claims that can be read off the tables.
        claims: The claims.
        rules: What holds between the people.
    """

    worlds: tuple[World, ...]
    claims: tuple[Claim, ...]
    rules: tuple[z3.BoolRef, ...] = ()


class Bench:
    """What theorems are made from.

    Args:
        book: The rulebook.
        stated: What is to be proved of it, with its lists.
    """

    def __init__(self, book: Rulebook, stated: Invariants) -> None:
        self.book = book
        self.pack = book.pack
        self.stated = stated
        self.exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in book.pack.exercises}

    @cached_property
    def world(self) -> World:
        """One person."""
        return World(self.book)

    def second(self, differing: Iterable[str]) -> World:
        """Another person whose answers are the same but for these facts."""
        return World(self.book, Answers(self.book.lexicon, "other:", own=frozenset(differing)))

    def told(self, world: World, level: Level) -> z3.BoolRef:
        """Whether the outcome says this level or a more urgent one."""
        early = every((world.referred_by_triage, world.level(level)))
        late = every((no(world.referred_by_triage), no(world.outcome("screening")), world.final_level(level)))
        return some((early, late))

    def stepping(self, exercise: str, *when: z3.BoolRef) -> dict[str, z3.BoolRef]:
        """The goal of a claim that nobody of whom this holds gets the exercise, and a wider one without weighing."""
        world = self.world
        going_on = (no(world.referred_by_triage), no(world.outcome("screening")), no(world.barred(exercise)))
        return {"goal": every((*when, world.may_step(exercise))), "wider": every((*when, *going_on))}

    def answered(self, condition: Condition) -> z3.BoolRef:
        """Whether a condition of the requirements holds for what the one person answers."""
        return self.world.answered(condition)

    def name(self, exercise: str) -> str:
        """What an exercise is called."""
        return self.exercises[exercise].name
