"""What keeps an exercise out of a person's session, in words and with the rules behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from psoas_rules.conditions import Condition, Value, holds
from psoas_rules.dosing import in_scope
from psoas_rules.pack import Exercise, Vocabulary
from psoas_rules.stages import Case


@attrs.frozen
class Barrier:
    """What keeps an exercise out: a sentence, and the rules behind it."""

    why: str
    rules: tuple[str, ...] = ()


class Barriers:
    """The barriers of one case. Each exercise is looked at once, however often it is asked about."""

    def __init__(self, case: Case, vocabulary: Vocabulary, offers: Mapping[str, Condition]) -> None:
        self.case = case
        self.facts: Mapping[str, Value] = case.facts
        self.limits = case.limits()
        self.vocabulary = vocabulary
        self.offers = offers
        self._known: dict[str, Barrier | None] = {}

    def of(self, exercise: Exercise) -> Barrier | None:
        """The first thing that keeps the exercise out; None when nothing does."""
        if exercise.id not in self._known:
            self._known[exercise.id] = next(self._all(exercise), None)
        return self._known[exercise.id]

    def _all(self, exercise: Exercise) -> Iterator[Barrier]:
        yield from self.alone(exercise)
        yield from self._excluded(exercise)
        yield from self._not_offered(exercise)
        yield from self._not_possible(exercise)
        yield from self._too_hard(exercise)

    def _excluded(self, exercise: Exercise) -> Iterator[Barrier]:
        properties = self.vocabulary.properties
        for name in exercise.properties:
            rules = self.case.rules_for("exclude_property", name)
            if rules:
                yield Barrier(f"it needs {properties[name]}, which is not for you now{self._because(rules)}", rules)
        rules = self.case.rules_for("exclude_exercise", exercise.id)
        if rules:
            yield Barrier(f"it is not for you now{self._because(rules)}", rules)
        rules = self.case.rules_for("exclude_phase", exercise.phase)
        if rules:
            yield Barrier(f"this part of the session is left out today{self._because(rules)}", rules)

    def _because(self, rules: Iterable[str]) -> str:
        titles = {rule.id: rule.title for rule in self.case.fired}
        named = list(dict.fromkeys(titles[rule] for rule in rules if rule in titles))
        return f" ({'; '.join(named)})" if named else ""

    def alone(self, exercise: Exercise) -> Iterator[Barrier]:
        """What keeps out an exercise that is not for doing alone, unless it was asked for and somebody supervises."""
        asked = self.facts.get(f"preference.wants.{exercise.id}") is True
        supervised = self.facts.get("preference.supervised") is True
        if exercise.availability == "supervised_only" and not (asked and supervised):
            rules = [rule for name in exercise.properties for rule in self.case.rules_for("exclude_property", name)]
            yield Barrier(exercise.not_on_your_own or "only with a qualified practitioner", tuple(dict.fromkeys(rules)))

    def _not_offered(self, exercise: Exercise) -> Iterator[Barrier]:
        if not holds(self.offers[exercise.id], self.facts):
            yield Barrier(exercise.offered_when or "your answers do not call for it")

    def _not_possible(self, exercise: Exercise) -> Iterator[Barrier]:
        vocabulary = self.vocabulary
        for alternatives in exercise.needs:
            if not any(self.has(thing) for thing in alternatives):
                things = " or ".join(vocabulary.equipment[thing].label for thing in alternatives)
                yield Barrier(f"it needs {things}")
        if all(self.facts.get(f"preference.avoid_positions.{p}") is True for p in exercise.positions):
            positions = " or ".join(vocabulary.positions[p] for p in exercise.positions)
            yield Barrier(f"you want to avoid {positions}")
        for name in exercise.properties:
            if self.facts.get(f"preference.avoid_properties.{name}") is True:
                yield Barrier(f"you want to avoid {vocabulary.properties[name]}")

    def has(self, thing: str) -> bool:
        """Whether a thing is at hand: as the person said, or usual in a home when nobody asked."""
        if "preference.equipment" in self.facts:
            return self.facts.get(f"preference.equipment.{thing}") is True
        return self.vocabulary.equipment[thing].usual

    def _too_hard(self, exercise: Exercise) -> Iterator[Barrier]:
        wished = self.facts.get("preference.level_max")
        if isinstance(wished, int) and exercise.level > wished:
            yield Barrier("it is harder than you asked for")
        over = [
            rule
            for limit, rule in self.limits
            if limit.level_max is not None and exercise.level > limit.level_max and in_scope(limit, exercise)
        ]
        if over:
            yield Barrier(f"it is a level too hard for now{self._because(over)}", tuple(dict.fromkeys(over)))
