"""Filling the slots of many sessions at once: the same choices in the same order as `psoas_rules.filling`, by columns.

For each pattern the slots are gone through in order. A candidate is tried for all rows that still look for one; those
who may do it take it and look no further. Then slots go, one after the other, in the sessions that are too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from psoas_rules.cohort.doses import Doses
from psoas_rules.cohort.packed import Maybe, Packed, anybody, both, either, packed, without
from psoas_rules.filling import serves
from psoas_rules.kit import Kit
from psoas_rules.pack import Exercise, Slot, SlotUse
from psoas_rules.stages import Ready

LEVELS_ABOVE: Final = (2, 3)
"""The levels from which slots have candidates of their own."""


@attrs.frozen(eq=False)
class Given:
    """What sessions hang on, for one batch.

    Attributes:
        barred: For each exercise the rows in which something keeps it out.
        alone: For each exercise that is not for doing alone, the rows in which that keeps it out.
        wants: For each exercise that somebody asked for by name, those rows.
        fired: For each rule that changes choices the rows in which it fired.
        level: From level 2, and from level 3, the rows that come up to it.
        open: For each choice the rows in which it is open.
    """

    barred: Mapping[str, Maybe]
    alone: Mapping[str, Maybe]
    wants: Mapping[str, Maybe]
    fired: Mapping[int, Maybe]
    level: tuple[Maybe, Maybe]
    open: Sequence[Maybe]

    def vectors(self) -> Iterator[Maybe]:
        """All of them in a row."""
        for each in (self.barred, self.alone, self.wants, self.fired):
            yield from each.values()
        yield from self.level
        yield from self.open

    def with_vectors(self, vectors: Iterable[Maybe]) -> Given:
        """The same for other rows.

        Args:
            vectors: Their vectors, in the order of `vectors`.
        """
        left = iter(vectors)
        barred, alone, wants = ({name: next(left) for name in each} for each in (self.barred, self.alone, self.wants))
        fired = {number: next(left) for number in self.fired}
        return Given(barred, alone, wants, fired, (next(left), next(left)), tuple(left))


@attrs.define(eq=False)
class Place:
    """One slot under way.

    Attributes:
        number: Its place in the session.
        use: How the session of this pattern uses it.
        present: The rows whose session has it.
        picks: What fills it, in order, and in which rows.
        empty: The rows in which it stays empty for a reason.
    """

    number: int
    use: SlotUse
    present: Maybe
    picks: list[tuple[str, Packed]] = attrs.field(factory=list)
    empty: Maybe = None

    def filled(self) -> Maybe:
        """The rows in which it is filled."""
        return either(*[rows for _, rows in self.picks])


@attrs.frozen(eq=False)
class Sessions:
    """The sessions of one pattern.

    Attributes:
        profile: The pattern.
        places: The slots as they are at the end.
        whole: The picks as they were before slots went: slot, exercise and rows, in order.
        blocked: The exercises that were passed over, in the order in which that came up.
    """

    profile: str
    places: Sequence[Place]
    whole: Sequence[tuple[str, str, Packed]]
    blocked: Sequence[tuple[str, Packed]]


@attrs.frozen(eq=False)
class _Try:
    """One candidate of a slot, with who tries it: a level, a rule that advises it, or a wish."""

    name: str
    listed: bool
    level: int = 0
    advised_by: tuple[int, ...] = ()
    wanted: bool = False

    @property
    def for_all(self) -> bool:
        """Whether everybody tries it who has found nothing before."""
        return not (self.level or self.advised_by or self.wanted)


class Filler:
    """Fills slots with the tables of one pack.

    Args:
        kit: The tables.
        rules: Every rule of the pack.
    """

    def __init__(self, kit: Kit, rules: Iterable[Ready]) -> None:
        self.kit = kit
        self.swaps: dict[str, list[tuple[str, int]]] = {}
        self.advised: dict[str, tuple[int, ...]] = {}
        for ready in rules:
            for kind, those in ready.said:
                for said in those:
                    subject = said.conclusion.subject
                    if kind == "swap":
                        self.swaps.setdefault(subject, []).append((said.conclusion.other or "", ready.number))
                    elif kind == "prefer":
                        self.advised[subject] = (*self.advised.get(subject, ()), ready.number)
        self.rules = frozenset(number for those in self.swaps.values() for _, number in those).union(
            *self.advised.values()
        )
        """The rules that change choices."""
        self.serving = {
            slot.id: frozenset(name for name, known in kit.exercises.items() if serves(known.exercise, slot))
            for slot in kit.slots.values()
        }
        self.tries: dict[tuple[str, int], tuple[_Try, ...]] = {}
        self.telling: dict[tuple[str, int], tuple[_Try, ...]] = {}
        """Those that tell who tries what at all: who tries an exercise for one reason may also do for another."""
        self.reach: dict[tuple[str, int], frozenset[str]] = {}
        for profile, uses in kit.uses.items():
            for number, (use, _) in enumerate(uses):
                self.tries[profile, number] = tries = tuple(self._tries(use))
                everybody = {one.name for one in tries if one.for_all}
                self.telling[profile, number] = tuple(one for one in tries if one.for_all or one.name not in everybody)
                self.reach[profile, number] = frozenset(self._reach(use, tries))

    def exercise(self, name: str) -> Exercise:
        """An exercise by its id."""
        return self.kit.exercises[name].exercise

    def slot(self, use: SlotUse) -> Slot:
        """The slot of a use."""
        return self.kit.slots[use.slot]

    def _tries(self, use: SlotUse) -> Iterable[_Try]:
        """Candidates by preference: asked for by name, advised by a rule, then by level, then as the table says."""
        listed = (
            *(_Try(name, name in use.candidates, level=3) for name in use.from_level_3),
            *(_Try(name, name in use.candidates, level=2) for name in use.from_level_2),
            *(_Try(name, listed=True) for name in use.candidates),
        )
        every = {one.name for one in listed}
        yield from (_Try(name, name in use.candidates, wanted=True) for name in self.kit.exercises if name in every)
        for one in listed:
            if one.name in self.advised:
                yield attrs.evolve(one, advised_by=self.advised[one.name])
        yield from listed

    def _reach(self, use: SlotUse, tries: Iterable[_Try]) -> Iterable[str]:
        """The exercises whose being taken elsewhere can change what fills a slot."""
        for name in (*(one.name for one in tries), *use.on_request):
            exercise = self.exercise(name)
            yield name
            yield from exercise.substitutes
            yield from exercise.regressions
            yield from (other for other, _ in self.swaps.get(name, ()))

    def sessions(self, among: Mapping[str, Maybe], given: Given, seconds: Seconds) -> tuple[Sessions, ...]:
        """The sessions of a batch, one for each pattern.

        Args:
            among: For each pattern the rows that have it.
            given: What the sessions hang on.
            seconds: How long the sessions take, and may take; it is kept up to date.
        """
        fillings = [
            _Filling(self, profile, rows, given, seconds)
            for profile, rows in among.items()
            if rows is not None and profile in self.kit.uses
        ]
        for filling in fillings:
            filling.fill()
        seconds.settle()
        wholes = [
            tuple((place.use.slot, name, rows) for place in filling.places for name, rows in place.picks)
            for filling in fillings
        ]
        for slot in self.kit.pack.sessions.drop_order:
            over = seconds.over()
            if over is None:
                break
            for filling in fillings:
                filling.drop(slot, over)
            seconds.settle()
        return tuple(
            Sessions(filling.profile, tuple(filling.places), whole, tuple(filling.blocked_in_order))
            for filling, whole in zip(fillings, wholes, strict=True)
        )


class Seconds:
    """How long the sessions of a batch take, in tenths of a second.

    Args:
        most: For each row how long a session may take, in whole tenths.
        doses: How long each exercise takes.
    """

    def __init__(self, most: NDArray[np.int32], doses: Doses) -> None:
        self.taken = np.zeros(len(most), dtype=np.int32)
        self._most = most
        self._doses = doses
        self._more: dict[str, Maybe] = {}
        self._less: dict[str, Maybe] = {}

    def add(self, exercise: str, rows: Maybe) -> None:
        """Notes that an exercise came in, in these rows."""
        self._more[exercise] = either(self._more.get(exercise), rows)

    def remove(self, exercise: str, rows: Maybe) -> None:
        """Notes that an exercise went out, in these rows."""
        self._less[exercise] = either(self._less.get(exercise), rows)

    def settle(self) -> None:
        """Counts what came in and went out."""
        for name in {**self._more, **self._less}:
            # Who lost it and has it again, in another slot, takes as long as before.
            more, less = self._more.get(name), self._less.get(name)
            self._doses.take(name, without(more, less), self.taken)
            self._doses.take(name, without(less, more), self.taken, -1)
        self._more.clear()
        self._less.clear()

    def over(self) -> Maybe:
        """The rows whose session takes too long."""
        those = packed(self.taken > self._most)
        return those if anybody(those) else None


class _Filling:
    """The sessions of one pattern under way."""

    def __init__(self, filler: Filler, profile: str, among: Packed, given: Given, seconds: Seconds) -> None:
        self.filler = filler
        self.profile = profile
        self.given = given
        self.seconds = seconds
        self.places = [
            Place(number, use, both(among, given.open[choice]))
            for number, (use, choice) in enumerate(filler.kit.uses[profile])
        ]
        self.blocked: dict[str, Maybe] = {}
        self.blocked_in_order: list[tuple[str, Packed]] = []
        self.taken: dict[str, Maybe] = {}

    # From the first slot to the last

    def fill(self) -> None:
        """Fills every slot."""
        for place in self.places:
            if place.present is None:
                continue
            place.picks = joined(self._picks(place, place.present))
            for name, rows in place.picks:
                self.taken[name] = either(self.taken.get(name), rows)
                self.seconds.add(name, rows)
            place.empty = self._empty(place, place.present)

    # One slot fewer

    def drop(self, slot: str, over: Packed) -> None:
        """Takes a slot out of these sessions; what comes after it is filled anew, for what stood in it is free."""
        number = next((place.number for place in self.places if place.use.slot == slot), None)
        if number is None:
            return
        gone = self.places[number]
        rows = both(over, gone.present)
        if rows is None:
            return
        changed: dict[str, Maybe] = {}
        for name, those in gone.picks:
            freed = both(those, rows)
            if freed is not None:
                changed[name] = either(changed.get(name), freed)
                self.seconds.remove(name, freed)
        gone.present, gone.empty = without(gone.present, rows), without(gone.empty, rows)
        gone.picks = _less(gone.picks, rows)
        anew = either(*changed.values())
        if anew is None:
            return
        for place in self.places[number + 1 :]:
            again = both(anew, place.present)
            if again is None:
                continue
            reach = self.filler.reach[self.profile, place.number]
            other = both(again, either(*[those for name, those in changed.items() if name in reach]))
            if other is not None:
                self._refill(place, other, changed)
            place.empty = either(without(place.empty, again), self._empty(place, again))

    def _refill(self, place: Place, rows: Packed, changed: dict[str, Maybe]) -> None:
        """Fills a slot anew in some rows, and notes which exercises are free there now, or taken."""
        reach = self.filler.reach[self.profile, place.number]
        self.taken = {}
        for earlier in self.places[: place.number]:
            for name, those in earlier.picks:
                if name in reach:
                    self.taken[name] = either(self.taken.get(name), those)
        before = _by_name(place.picks, rows)
        fresh = self._picks(place, rows)
        place.picks = joined([*_less(place.picks, rows), *fresh])
        after = _by_name(fresh, rows)
        for name in {**before, **after}:
            old, new = before.get(name), after.get(name)
            self.seconds.remove(name, without(old, new))
            self.seconds.add(name, without(new, old))
            # In rows where it changed twice it is as before; trying it again does no harm.
            changed[name] = either(changed.get(name), without(old, new), without(new, old))

    # One slot

    def _picks(self, place: Place, rows: Packed) -> list[tuple[str, Packed]]:
        """What fills a slot in these rows."""
        picks: list[tuple[str, Packed]] = []
        looking: Maybe = without(rows, self._wishes(place.use, rows, picks))
        for one in self.filler.tries[self.profile, place.number]:
            if looking is None:
                break
            trying = self._trying(one, looking)
            if trying is not None:
                left = self._candidate(one, place.use, trying, picks)
                looking = either(without(looking, trying), left)
        return picks

    def _trying(self, one: _Try, looking: Packed) -> Maybe:
        """The rows that try a candidate at this place in the order."""
        trying: Maybe = looking
        if one.wanted:
            trying = both(trying, self.given.wants.get(one.name))
        if one.level:
            trying = both(trying, self.given.level[LEVELS_ABOVE.index(one.level)])
        if one.advised_by:
            trying = both(trying, either(*[self.given.fired[number] for number in one.advised_by]))
        return trying

    def _candidate(self, one: _Try, use: SlotUse, trying: Packed, picks: list[tuple[str, Packed]]) -> Maybe:
        """Those who find neither the candidate possible nor what stands in for it; the others have their pick."""
        name, looking = one.name, trying
        for other, rule in self.filler.swaps.get(name, ()):
            instead = self._stand_in(other, use, both(looking, self.given.fired[rule]), picks)
            self._block(name, instead)
            left = without(looking, instead)
            if left is None:
                return None
            looking = left
        barred = both(looking, self.given.barred.get(name))
        possible = without(without(looking, barred), self.taken.get(name))
        if possible is not None:
            picks.append((name, possible))
        self._block(name, barred)
        left = without(looking, possible)
        if one.listed and barred is not None:
            exercise = self.filler.exercise(name)
            for other in (*exercise.substitutes, *exercise.regressions):
                instead = self._stand_in(other, use, barred, picks)
                barred, left = without(barred, instead), without(left, instead)
                if barred is None:
                    break
        return left

    def _stand_in(self, other: str, use: SlotUse, rows: Maybe, picks: list[tuple[str, Packed]]) -> Maybe:
        """Those of these rows for whom another exercise can stand in; it is their pick."""
        if rows is None or other not in self.filler.serving[use.slot]:
            return None
        can = without(without(rows, self.given.barred.get(other)), self.taken.get(other))
        if can is not None:
            picks.append((other, can))
        return can

    def _wishes(self, use: SlotUse, rows: Packed, picks: list[tuple[str, Packed]]) -> Maybe:
        """What was asked for by name, or the first substitute of something that is not for doing alone."""
        granted: dict[str, Maybe] = {}
        for name, wanted in self.given.wants.items() if use.on_request else ():
            asking = both(rows, wanted) if name in use.on_request else None
            asking = without(asking, either(self.taken.get(name), granted.get(name)))
            if asking is None:
                continue
            barred = both(asking, self.given.barred.get(name))
            self._block(name, barred)
            exercise, got = self.filler.exercise(name), [(name, without(asking, barred))]
            if exercise.substitutes and exercise.substitutes[0] in self.filler.serving[use.slot]:
                other = exercise.substitutes[0]
                closed = either(self.given.barred.get(other), self.taken.get(other), granted.get(other))
                got.append((other, without(both(barred, self.given.alone.get(name)), closed)))
            for each, those in got:
                if those is not None:
                    picks.append((each, those))
                    granted[each] = either(granted.get(each), those)
        return either(*granted.values())

    def _block(self, name: str, rows: Maybe) -> None:
        """Notes that a candidate was passed over; the first time counts."""
        fresh = without(rows, self.blocked.get(name))
        if fresh is not None:
            self.blocked[name] = either(self.blocked.get(name), fresh)
            self.blocked_in_order.append((name, fresh))

    def _empty(self, place: Place, rows: Packed) -> Maybe:
        """Those of these rows in which the slot is empty because of something that keeps a candidate out."""
        unfilled = without(rows, place.filled())
        if unfilled is None:
            return None
        found: Maybe = None
        for one in self.filler.telling[self.profile, place.number]:
            blocked = self.blocked.get(one.name)
            if blocked is not None:
                found = either(found, both(self._trying(one, unfilled), blocked))
        return found


def joined(picks: Iterable[tuple[str, Packed]]) -> list[tuple[str, Packed]]:
    """The same picks with fewer entries: those of an exercise together, where that changes the order of no row."""
    found: list[tuple[str, Packed]] = []
    for name, rows in picks:
        at = max((place for place, (other, _) in enumerate(found) if other == name), default=None)
        if at is None or any(both(rows, later) is not None for _, later in found[at:]):
            found.append((name, rows))
        else:
            found[at] = (name, found[at][1] | rows)
    return found


def _less(picks: Iterable[tuple[str, Packed]], rows: Packed) -> list[tuple[str, Packed]]:
    left = ((name, without(those, rows)) for name, those in picks)
    return [(name, those) for name, those in left if those is not None]


def _by_name(picks: Iterable[tuple[str, Packed]], rows: Packed) -> dict[str, Maybe]:
    found: dict[str, Maybe] = {}
    for name, those in picks:
        found[name] = either(found.get(name), both(those, rows))
    return found
