"""What may stand in a session, as formulas: what bars an exercise, exactly, and which slots could take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import z3

from psoas_rules.pack import PROFILES, Exercise, Slot, SlotUse
from psoas_rules.proving.values import FALSE, TRUE, Number, every, no, some

if TYPE_CHECKING:
    from psoas_rules.proving.encoding import World

_MAX_LEVEL: Final = 3


class Placing:
    """What may stand in the sessions of one world.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._pack = world.book.pack
        self._exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in self._pack.exercises}
        self._slots: Mapping[str, Slot] = {slot.id: slot for slot in self._pack.sessions.slots}
        self._barred: dict[str, z3.BoolRef] = {}
        self._placeable: dict[str, z3.BoolRef] = {}
        self._unserved: dict[tuple[str, int], z3.BoolRef] = {}

    def _wants(self, preference: str) -> z3.BoolRef:
        return self._world.answers.says(f"preference.{preference}")

    # What keeps an exercise out

    def barred(self, exercise: str) -> z3.BoolRef:
        """Whether anything keeps the exercise out."""
        found = self._barred.get(exercise)
        if found is None:
            row = self._exercises[exercise]
            offer = self._world.choice(self._world.book.offers[exercise])
            barriers = (self.alone(row), self.left_out(row), no(offer), self._not_possible(row), self._too_hard(row))
            found = self._barred[exercise] = some(barriers)
        return found

    def alone(self, row: Exercise) -> z3.BoolRef:
        """Whether it is not for doing alone, and this person would."""
        if row.availability != "supervised_only":
            return FALSE
        return no(every((self._wants(f"wants.{row.id}"), self._wants("supervised"))))

    def left_out(self, row: Exercise) -> z3.BoolRef:
        """Whether a rule leaves it out."""
        world = self._world
        properties = [world.excluded("property", name) for name in row.properties]
        return some((*properties, world.excluded("exercise", row.id), world.excluded("phase", row.phase)))

    def _not_possible(self, row: Exercise) -> z3.BoolRef:
        told = self._world.answers.known("preference.equipment")
        usual = self._pack.vocabulary.equipment
        lacking = [
            z3.If(
                told,
                no(some(self._wants(f"equipment.{thing}") for thing in things)),
                z3.BoolVal(not any(usual[thing].usual for thing in things)),
            )
            for things in row.needs
        ]
        positions = every(self._wants(f"avoid_positions.{name}") for name in row.positions)
        movements = some(self._wants(f"avoid_properties.{name}") for name in row.properties)
        return some((*lacking, positions, movements))

    def _too_hard(self, row: Exercise) -> z3.BoolRef:
        wished: z3.BoolRef = FALSE
        most = self._world.answers.look("preference.level_max")
        if isinstance(most, Number):
            # Only a whole number is a level.
            whole = TRUE if most.scale == 1 else most.value % most.scale == 0
            wished = every((most.known, whole, most.value < row.level * most.scale))
        return some((wished, self._world.level_capped(row.id)))

    # Which slots could take it

    def placeable(self, exercise: str) -> z3.BoolRef:
        """Whether nothing bars the exercise and a slot of this person's session could take it."""
        found = self._placeable.get(exercise)
        if found is None:
            places = [every((self._world.profile(profile), when)) for profile, when in self._places(exercise)]
            found = self._placeable[exercise] = every((no(self.barred(exercise)), some(places)))
        return found

    def _places(self, exercise: str) -> Iterator[tuple[str, z3.BoolRef]]:
        book = self._world.book
        for profile in PROFILES:
            uses = self._pack.sessions.sessions.get(profile, ())
            for use, condition in zip(uses, book.uses.get(profile, ()), strict=True):
                ways = self._ways(exercise, use)
                if ways:
                    yield profile, every((self._world.choice(condition), some(ways)))

    def _ways(self, exercise: str, use: SlotUse) -> list[z3.BoolRef]:
        """How the exercise can come into a slot; nothing is said of what comes before it."""
        ways: list[z3.BoolRef] = []
        listed = (*use.candidates, *use.from_level_2, *use.from_level_3)
        if exercise in use.candidates:
            ways.append(TRUE)
        for least, harder in ((2, use.from_level_2), (3, use.from_level_3)):
            if exercise in harder:
                ways.append(some((self._open_from(least), self._wants(f"wants.{exercise}"))))
        if exercise in use.on_request:
            ways.append(self._wants(f"wants.{exercise}"))
        if self._serves(exercise, use):
            ways += self._standing_in(exercise, use, listed)
        return ways

    def _standing_in(self, exercise: str, use: SlotUse, listed: tuple[str, ...]) -> Iterator[z3.BoolRef]:
        world = self._world
        for original in dict.fromkeys(listed):
            yield world.concluded("swap", original, other=exercise)
        for original in use.candidates:
            row = self._exercises[original]
            if exercise in (*row.substitutes, *row.regressions):
                yield self.barred(original)
        for original in use.on_request:
            row = self._exercises[original]
            if row.substitutes[:1] == (exercise,):
                yield every((self._wants(f"wants.{original}"), self.alone(row)))

    def stands_in(self, original: str, other: str) -> z3.BoolRef:
        """Whether a slot that lists one exercise is used and could take another in its place."""
        places = [
            self._world.used(profile, place)
            for profile, uses in self._pack.sessions.sessions.items()
            for place, use in enumerate(uses)
            if original in (*use.candidates, *use.from_level_2, *use.from_level_3) and self._serves(other, use)
        ]
        return every((no(self.barred(other)), some(places))) if places else FALSE

    def _serves(self, exercise: str, use: SlotUse) -> bool:
        row, slot = self._exercises[exercise], self._slots[use.slot]
        return row.phase == slot.phase and not set(row.targets).isdisjoint(slot.serves)

    def _open_from(self, level: int) -> z3.BoolRef:
        """Whether no limit for every exercise keeps the person below this level."""
        if level > _MAX_LEVEL:
            return FALSE
        return no(
            self._world.concluding(
                lambda _, c: (
                    c.limit is not None
                    and c.limit.level_max is not None
                    and c.limit.level_max < level
                    and c.limit.for_property is None
                    and c.limit.for_phase is None
                    and not c.limit.for_exercises
                )
            )
        )

    # Slots that stay empty

    def unserved(self, profile: str, place: int) -> z3.BoolRef:
        """Whether a slot of the profile is used and nothing from its lists can stand in it."""
        found = self._unserved.get((profile, place))
        if found is None:
            use = self._pack.sessions.sessions[profile][place]
            possible = [
                every((no(self.barred(exercise)), some(self._ways(exercise, use))))
                for exercise in self._exercises
                if self._may_come_into(exercise, use)
            ]
            found = every((self._world.used(profile, place), no(some(possible))))
            self._unserved[profile, place] = found
        return found

    def _may_come_into(self, exercise: str, use: SlotUse) -> bool:
        listed = (*use.candidates, *use.from_level_2, *use.from_level_3, *use.on_request)
        return exercise in listed or self._serves(exercise, use)
