"""What keeps an exercise out of a person's session, in words and with the rules behind it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Literal, TypeAlias

from psoas_rules.dosing import Cap
from psoas_rules.grounds import Grounds
from psoas_rules.kit import Barrier, Kit, Known

_CHOOSY: Final = ("preference.equipment", "preference.level_max")
"""Wishes that can keep out any exercise."""

BarrierKind: TypeAlias = Literal["alone", "excluded", "not_offered", "equipment", "avoided", "too_hard"]
"""What sort of thing keeps an exercise out, in the order in which they are looked at."""


class Barriers:
    """The barriers on these grounds. Each exercise is looked at once, however often it is asked about.

    Args:
        grounds: What the session rests on.
        kit: The tables of the pack.

    Attributes:
        free: Exercises that nothing keeps out. Others may be possible, too.
    """

    def __init__(self, grounds: Grounds, kit: Kit) -> None:
        self.grounds = grounds
        self.kit = kit
        self.vocabulary = kit.pack.vocabulary
        self.free = self._free()
        self._first: dict[str, Barrier | None] = {}
        self._caps: dict[str, tuple[Cap, ...]] = {}

    def of(self, name: str) -> Barrier | None:
        """The first thing that keeps the exercise out; None when nothing does."""
        if name in self.free:
            return None
        if name not in self._first:
            self._first[name] = self._find(self.kit.exercises[name])
        return self._first[name]

    def kind(self, name: str) -> BarrierKind | None:
        """What sort of thing `of` found first; None when nothing keeps the exercise out."""
        known = self.kit.exercises[name]
        if self.alone(known):
            return "alone"
        if self._excluded(known):
            return "excluded"
        if self._not_offered(known):
            return "not_offered"
        if self._lacking(known):
            return "equipment"
        if self._avoided(known):
            return "avoided"
        return "too_hard" if self._too_hard(known) else None

    def _free(self) -> frozenset[str]:
        """The exercises that nothing can keep out; about the others more has to be asked."""
        kit, grounds = self.kit, self.grounds
        if grounds.avoids or not grounds.preferences.keys().isdisjoint(_CHOOSY):
            return frozenset()
        return kit.usual.difference(
            *[kit.named_by[subject] for subject in grounds.excluded if subject in kit.named_by],
            *[names for choice, names in kit.offered_by.items() if choice not in grounds.open],
            *[cap.too_hard for cap in grounds.caps],
        )

    def caps(self, name: str) -> tuple[Cap, ...]:
        """The limits that are about this exercise."""
        found = self._caps.get(name)
        if found is None:
            found = self._caps[name] = tuple([cap for cap in self.grounds.caps if name in cap.exercises])
        return found

    def _find(self, known: Known) -> Barrier | None:
        return (
            self.alone(known)
            or self._excluded(known)
            or self._not_offered(known)
            or self._lacking(known)
            or self._avoided(known)
            or self._too_hard(known)
        )

    def _excluded(self, known: Known) -> Barrier | None:
        excluded, exercise = self.grounds.excluded, known.exercise
        if excluded.isdisjoint(known.properties) and exercise.id not in excluded and exercise.phase not in excluded:
            return None
        for name in exercise.properties:
            if name in excluded:
                needed = f"it needs {self.vocabulary.properties[name]}, which is not for you now"
                found = self._by_rules("exclude_property", name, needed)
                if found is not None:
                    return found
        return self._by_rules("exclude_exercise", exercise.id, "it is not for you now") or self._by_rules(
            "exclude_phase", exercise.phase, "this part of the session is left out today"
        )

    def _by_rules(self, kind: str, subject: str, why: str) -> Barrier | None:
        rules = self.grounds.rules_for(kind, subject)
        return self._worded((kind, subject, rules), why, rules) if rules else None

    def _worded(self, question: Hashable, why: str, rules: tuple[str, ...]) -> Barrier:
        """The barrier with these words; the same one again for the same question."""
        found = self.kit.pieces.barriers.get(question)
        if found is None:
            found = Barrier(f"{why}{self.grounds.because(rules)}", rules)
            self.kit.pieces.barriers.put(question, found)
        return found

    def alone(self, known: Known) -> Barrier | None:
        """What keeps out an exercise that is not for doing alone, unless it was asked for and somebody supervises."""
        exercise, grounds = known.exercise, self.grounds
        if exercise.availability != "supervised_only" or (
            grounds.wants(f"wants.{exercise.id}") and grounds.wants("supervised")
        ):
            return None
        rules = [rule for name in exercise.properties for rule in grounds.rules_for("exclude_property", name)]
        return Barrier(exercise.not_on_your_own or "only with a qualified practitioner", tuple(dict.fromkeys(rules)))

    def _not_offered(self, known: Known) -> Barrier | None:
        if known.offer in self.grounds.open:
            return None
        return Barrier(known.exercise.offered_when or "your answers do not call for it")

    def _lacking(self, known: Known) -> Barrier | None:
        if "preference.equipment" not in self.grounds.preferences:
            return known.lacking
        for alternatives in known.exercise.needs:
            if not any(self.has(thing) for thing in alternatives):
                things = " or ".join(self.vocabulary.equipment[thing].label for thing in alternatives)
                return Barrier(f"it needs {things}")
        return None

    def _avoided(self, known: Known) -> Barrier | None:
        if not self.grounds.avoids:
            return None
        vocabulary, preferences, exercise = self.vocabulary, self.grounds.preferences, known.exercise
        if all(preferences.get(fact) is True for fact in known.avoided_positions):
            positions = " or ".join(vocabulary.positions[p] for p in exercise.positions)
            return Barrier(f"you want to avoid {positions}")
        for fact, name in zip(known.avoided_properties, exercise.properties, strict=True):
            if preferences.get(fact) is True:
                return Barrier(f"you want to avoid {vocabulary.properties[name]}")
        return None

    def has(self, thing: str) -> bool:
        """Whether a thing is at hand: as the person said, or usual in a home when nobody asked."""
        if "preference.equipment" in self.grounds.preferences:
            return self.grounds.wants(f"equipment.{thing}")
        return self.vocabulary.equipment[thing].usual

    def _too_hard(self, known: Known) -> Barrier | None:
        level = known.exercise.level
        wished = self.grounds.preferences.get("preference.level_max")
        if isinstance(wished, int | float) and level > wished:
            return Barrier("it is harder than you asked for")
        rules = tuple(dict.fromkeys([cap.rule for cap in self.grounds.caps if known.exercise.id in cap.too_hard]))
        return self._worded(("level_max", rules), "it is a level too hard for now", rules) if rules else None
