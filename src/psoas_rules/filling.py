"""Filling the slots of a session: for each, the first candidate that nothing forbids, or what stands in for it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import chain
from typing import Final

import attrs

from psoas_rules.barriers import Barriers
from psoas_rules.grounds import Grounds
from psoas_rules.kit import Barrier, Kit
from psoas_rules.outcomes import LeftOut
from psoas_rules.pack import Exercise, Slot, SlotUse

_MAX_LEVEL: Final = 3


@attrs.frozen(eq=False)
class Chosen:
    """An exercise that fills a slot, with what it stands in for: its name, and its id in `stands_for`."""

    use: SlotUse
    exercise: Exercise
    instead_of: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    stands_for: str | None = None


@attrs.frozen(eq=False)
class Place:
    """What became of one slot: the exercises in it or, when it stays empty for a reason, the reason."""

    use: SlotUse
    chosen: tuple[Chosen, ...]
    empty: LeftOut | None = None


@attrs.frozen(eq=False)
class Filled:
    """Slots that were filled.

    Attributes:
        places: The slots, in the order of the session.
        blocked: Candidates that were passed over on the way, with what keeps them out.
    """

    places: Sequence[Place]
    blocked: Mapping[str, Barrier]

    def chosen(self) -> list[Chosen]:
        """What fills them, in order."""
        return list(chain.from_iterable([place.chosen for place in self.places]))


def serves(exercise: Exercise, slot: Slot) -> bool:
    """Whether an exercise does what a slot is for, so that it can stand in there for a candidate."""
    return exercise.phase == slot.phase and not set(exercise.targets).isdisjoint(slot.serves)


class Filler:
    """Fills slots on the grounds of one person.

    Args:
        grounds: What the session rests on.
        barriers: What keeps exercises out.
        kit: The tables of the pack.
    """

    def __init__(self, grounds: Grounds, barriers: Barriers, kit: Kit) -> None:
        self.barriers = barriers
        self.exercises = kit.exercises
        self.slots = kit.slots
        asks = any(fact.startswith("preference.wants.") for fact in grounds.preferences)
        self.wanted = tuple(name for name in kit.exercises if grounds.wants(f"wants.{name}")) if asks else ()
        self.preferred = {said.conclusion.subject: said.rule.id for said in grounds.all("prefer")}
        self.swaps: dict[str, tuple[tuple[str, str], ...]] = {}
        for said in grounds.all("swap"):
            original, other = said.conclusion.subject, said.conclusion.other or ""
            self.swaps[original] = (*self.swaps.get(original, ()), (other, said.rule.id))
        levels = [cap.limit.level_max for cap in grounds.caps if cap.general]
        self.level = min([*(level for level in levels if level is not None), _MAX_LEVEL])

    def fill(self, uses: Sequence[SlotUse]) -> Filled:
        """Fills these slots."""
        return _Filling(self, [], {}).fill(uses)

    def without(self, slot: str, filled: Filled) -> Filled:
        """The same without this slot; what comes after it is filled anew, for what stood in it is free again."""
        places = filled.places
        first = next((number for number, place in enumerate(places) if place.use.slot == slot), None)
        if first is None:
            return filled
        rest = [place for place in places[first:] if place.use.slot != slot]
        if not any(place.chosen for place in places[first:] if place.use.slot == slot):
            return Filled((*places[:first], *rest), filled.blocked)
        return _Filling(self, places[:first], filled.blocked).fill([place.use for place in rest])

    def order(self, use: SlotUse) -> tuple[str, ...]:
        """Candidates by preference: asked for by name, advised by a rule, then by level, then as the table says."""
        listed: tuple[str, ...] = use.candidates
        if self.level >= 2 and use.from_level_2:
            listed = (*use.from_level_2, *listed)
        if self.level >= 3 and use.from_level_3:
            listed = (*use.from_level_3, *listed)
        if not self.wanted and not self.preferred:
            return listed
        every = (*use.from_level_3, *use.from_level_2, *use.candidates)
        first = [e for e in self.wanted if e in every]
        advised = [e for e in listed if e in self.preferred]
        return (*first, *advised, *listed)


class _Filling:
    """One filling under way."""

    def __init__(self, filler: Filler, done: Sequence[Place], blocked: Mapping[str, Barrier]) -> None:
        self.filler = filler
        self.barriers = filler.barriers
        self.places = list(done)
        self.blocked = dict(blocked)
        self.taken = {pick.exercise.id for place in done for pick in place.chosen}

    def fill(self, uses: Sequence[SlotUse]) -> Filled:
        """Fills these slots, after those that are done."""
        for use in uses:
            place = self._place(use)
            self.places.append(place)
            self.taken.update([pick.exercise.id for pick in place.chosen])
        return Filled(self.places, self.blocked)

    def _place(self, use: SlotUse) -> Place:
        granted: list[Chosen] = []
        for name in self.filler.wanted:
            if name in use.on_request:
                # Two wishes can share a substitute; it is granted once.
                inside = self.taken | {pick.exercise.id for pick in granted}
                pick = self._wish(name, use, inside) if name not in inside else None
                granted += [pick] if pick is not None else []
        if granted:
            return Place(use, tuple(granted))
        barriers: list[Barrier] = []
        free, swaps, preferred, taken = self.barriers.free, self.filler.swaps, self.filler.preferred, self.taken
        for candidate in self.filler.order(use):
            if candidate in free and candidate not in taken and candidate not in swaps and candidate not in preferred:
                return Place(use, (Chosen(use, self.filler.exercises[candidate].exercise),))
            pick = self._candidate(candidate, use, self.taken, swap=True)
            if pick is not None:
                return Place(use, (pick,))
            if candidate in self.blocked:
                barriers.append(self.blocked[candidate])
        return Place(use, (), self._empty(use, barriers) if barriers else None)

    def _empty(self, use: SlotUse, barriers: Sequence[Barrier]) -> LeftOut:
        slot = self.filler.slots[use.slot]
        rules = tuple(dict.fromkeys(rule for barrier in barriers for rule in barrier.rules))
        whys = "; ".join(dict.fromkeys(barrier.why for barrier in barriers))
        why = f"nothing that fits is safe and possible for you here ({whys})."
        return LeftOut(name=slot.label, why=why, slot=slot.id, rules=rules)

    def _wish(self, name: str, use: SlotUse, taken: Container[str]) -> Chosen | None:
        """What was asked for by name, or the first substitute of something that is not for doing alone."""
        pick = self._candidate(name, use, taken, swap=False)
        known = self.filler.exercises[name]
        alone = self.barriers.alone(known)
        if pick is None and alone is not None and known.exercise.substitutes:
            return self._stand_in(known.exercise, known.exercise.substitutes[0], use, taken, alone.rules)
        return pick

    def _candidate(self, name: str, use: SlotUse, taken: Container[str], *, swap: bool) -> Chosen | None:
        """The candidate itself, or what stands in for it; None when neither is possible."""
        exercise = self.filler.exercises[name].exercise
        if swap:
            for other, rule in self.filler.swaps.get(name, ()):
                pick = self._stand_in(exercise, other, use, taken, (rule,))
                if pick is not None:
                    self.blocked.setdefault(name, Barrier(f"{pick.exercise.name} suits you better", (rule,)))
                    return pick
        barrier = self.barriers.of(name)
        if barrier is None:
            if name in taken:
                return None
            preferred = self.filler.preferred.get(name)
            return Chosen(use, exercise, (), (preferred,) if preferred else ())
        self.blocked.setdefault(name, barrier)
        if swap and name in use.candidates:
            for other in (*exercise.substitutes, *exercise.regressions):
                pick = self._stand_in(exercise, other, use, taken, barrier.rules)
                if pick is not None:
                    return pick
        return None

    def _stand_in(
        self, original: Exercise, other: str, use: SlotUse, taken: Container[str], rules: tuple[str, ...]
    ) -> Chosen | None:
        if other in taken:
            return None
        exercise = self.filler.exercises[other].exercise
        if not serves(exercise, self.filler.slots[use.slot]) or self.barriers.of(other) is not None:
            return None
        return Chosen(use, exercise, (original.name,), rules, original.id)
