"""The tables that assembly looks things up in, made once for each pack, and the pieces of sessions that it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from psoas_rules.conditions import Value
from psoas_rules.dosing import Cap, DoseFloors
from psoas_rules.grounds import SHAPING
from psoas_rules.loading import MINUTES
from psoas_rules.memory import Memory
from psoas_rules.outcomes import Dose, LeftOut, Step
from psoas_rules.pack import Exercise, Slot, SlotUse
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.stages import Compiled, Ready
from psoas_rules.trace import Firing
from psoas_rules.tracing import Tracer

MOST_PIECES: Final = 2_048
"""Pieces of each sort that are kept, at the most."""


@attrs.frozen
class Barrier:
    """What keeps an exercise out: a sentence, and the rules behind it."""

    why: str
    rules: tuple[str, ...] = ()


@attrs.frozen(eq=False)
class Known:
    """An exercise with what is worked out about it once.

    Attributes:
        exercise: The exercise.
        offer: The choice that must be open for it.
        properties: Its properties as a set.
        usual_needs: What it needs, in words, of the things that are usual in a home.
        lacking: What keeps it out where only the usual things are at hand.
        avoided_positions: For each of its positions, the preference that avoids it.
        avoided_properties: For each of its properties, the preference that avoids it.
        sources: Keys of the sources behind it.
    """

    exercise: Exercise
    offer: int
    properties: frozenset[str]
    usual_needs: tuple[str, ...]
    lacking: Barrier | None
    avoided_positions: tuple[str, ...]
    avoided_properties: tuple[str, ...]
    sources: tuple[str, ...]


class Pieces:
    """Pieces of sessions that were made before, by what they are made from.

    Limits and barriers stand for themselves in these questions: the same ones are handed out again.
    """

    def __init__(self, most: int) -> None:
        self.barriers: Memory[Barrier] = Memory(most)
        self.doses: Memory[Dose] = Memory(most)
        self.steps: Memory[Step] = Memory(most)
        self.left_out: Memory[LeftOut] = Memory(most)
        self.firings: Memory[Firing] = Memory(most)

    def forget(self) -> None:
        """Empties them."""
        for memory in (self.barriers, self.doses, self.steps, self.left_out, self.firings):
            memory.forget()


class Kit:
    """The tables of one pack.

    Args:
        compiled: Its rules.
        tracer: Tells what was read.
    """

    def __init__(self, compiled: Compiled, tracer: Tracer) -> None:
        self.compiled = compiled
        self.tracer = tracer
        book = compiled.book
        self.pack = book.pack
        choice = {condition: number for number, condition in enumerate(compiled.choices)}
        self.exercises: Mapping[str, Known] = {
            exercise.id: self._known(exercise, choice[book.offers[exercise.id]]) for exercise in self.pack.exercises
        }
        self.named_by: Mapping[str, frozenset[str]] = _named_by(self.pack.exercises)
        self.offered_by: Mapping[int, frozenset[str]] = {
            number: frozenset(name for name, known in self.exercises.items() if known.offer == number)
            for number in {known.offer for known in self.exercises.values()}
        }
        # What anybody can do alone, with things that are usual in a home.
        self.usual = frozenset(
            name
            for name, known in self.exercises.items()
            if known.lacking is None and known.exercise.availability != "supervised_only"
        )
        self.slots: Mapping[str, Slot] = {slot.id: slot for slot in self.pack.sessions.slots}
        self.uses: Mapping[str, tuple[tuple[SlotUse, int], ...]] = {
            profile: tuple((use, choice[when]) for use, when in zip(uses, book.uses[profile], strict=True))
            for profile, uses in self.pack.sessions.sessions.items()
        }
        self.floors = DoseFloors.of(self.pack)
        self.setup_s = self.pack.constant("setup_s")
        self.extra_sets = int(self.pack.constant("extra_sets_on_one_side"))
        self.default_minutes = self.pack.constant("default_minutes")
        self.longest_minutes = self.pack.constant("longest_minutes")
        self.formats = tuple(sorted(self.pack.sessions.formats, key=lambda one: one.up_to_minutes))
        self.format_rules = tuple(f"formats.up_to_{one.up_to_minutes}" for one in self.formats)
        exercises = self.pack.exercises
        self.format_caps = tuple(
            tuple(Cap.of(limit, rule, exercises) for limit in one.limits)
            for one, rule in zip(self.formats, self.format_rules, strict=True)
        )
        self.session_caps = {
            profile: tuple(Cap.of(limit, f"session_limits.{profile}", exercises) for limit in limits)
            for profile, limits in self.pack.sessions.session_limits.items()
        }
        self.shaping = frozenset(
            one.number for rules in compiled.rules.values() for one in rules if SHAPING & {kind for kind, _ in one.said}
        )
        self._caps: dict[int, tuple[Cap, ...]] = {}
        self.pieces = Pieces(MOST_PIECES if compiled.remember else 0)

    def _known(self, exercise: Exercise, offer: int) -> Known:
        equipment = self.pack.vocabulary.equipment
        lacking = None
        for things in exercise.needs:
            if lacking is None and not any(equipment[thing].usual for thing in things):
                lacking = Barrier(f"it needs {' or '.join(equipment[thing].label for thing in things)}")
        usual = [next((thing for thing in things if equipment[thing].usual), things[0]) for things in exercise.needs]
        sources = (*exercise.dose.sources, *(source for one in exercise.evidence.facts for source in one.sources))
        return Known(
            exercise,
            offer,
            frozenset(exercise.properties),
            tuple(equipment[thing].label for thing in usual),
            lacking,
            tuple(f"preference.avoid_positions.{position}" for position in exercise.positions),
            tuple(f"preference.avoid_properties.{name}" for name in exercise.properties),
            tuple(dict.fromkeys(sources)) or (EXPERT_CHOICE,),
        )

    def caps(self, ready: Ready) -> tuple[Cap, ...]:
        """The limits of a rule, made when it first fires."""
        found = self._caps.get(ready.number)
        if found is None:
            found = self._caps[ready.number] = tuple(
                Cap.of(said.conclusion.limit, ready.rule.id, self.pack.exercises)
                for kind, those in ready.said
                if kind == "limit"
                for said in those
                if said.conclusion.limit is not None
            )
        return found

    def minutes(self, facts: Mapping[str, Value]) -> float:
        """The time for the session: what the person has, within what the pack allows."""
        given = facts.get(MINUTES)
        minutes = given if isinstance(given, int | float) else self.default_minutes
        return min(minutes, self.longest_minutes)


def seconds_of(minutes: float) -> float:
    """Minutes in seconds, exactly.

    60 times 16.9 is a little less than 1014 as a number of the machine, and a session of 1014 seconds would not fit.
    """
    return round(minutes * 60, 2)


def _named_by(exercises: Iterable[Exercise]) -> dict[str, frozenset[str]]:
    """For each property, id and phase of exercises, those that it names."""
    found: dict[str, set[str]] = {}
    for exercise in exercises:
        for subject in (*exercise.properties, exercise.id, exercise.phase):
            found.setdefault(subject, set()).add(exercise.id)
    return {subject: frozenset(names) for subject, names in found.items()}
