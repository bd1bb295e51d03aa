"""Every candidate fits its slot, slots come in order, and every exercise has a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psoas_rules.loading import Reading, Rulebook
from psoas_rules.pack import (
    PHASES,
    Exercise,
    Pack,
    Slot,
)
from psoas_rules.soundness.telling import placed, tell
from psoas_rules.yaml_reader import Path


def check_sessions(reading: Reading, book: Rulebook) -> None:
    """Every candidate fits its slot, slots come in the order of the phases, and every exercise has a place."""
    pack = placed(reading, book.pack)
    slots = {slot.id: slot for slot in pack.sessions.slots}
    exercises = {exercise.id: exercise for exercise in pack.exercises}
    used: set[str] = set()
    for profile, session in pack.sessions.sessions.items():
        latest = 0
        for i, use in enumerate(session):
            slot = slots.get(use.slot)
            if slot is None:
                continue
            path: Path = ("sessions", profile, i)
            if PHASES.index(slot.phase) < latest:
                message = f"the slot '{slot.id}' is for {slot.phase}, which comes before what stands above it"
                tell(reading, "slots.yaml", (*path, "slot"), "misplaced", message)
            latest = max(latest, PHASES.index(slot.phase))
            for key in ("candidates", "from_level_2", "from_level_3", "on_request"):
                for j, name in enumerate(getattr(use, key)):
                    if name in exercises:
                        used.add(name)
                        _fits(reading, (*path, key, j), slot, exercises[name])
            used |= set(_stand_ins(pack, slot, exercises, use.candidates))
    for exercise in pack.exercises:
        if exercise.id not in used:
            message = f"no session in slots.yaml can ever use '{exercise.id}'; add it to one, or remove the exercise"
            tell(reading, f"exercises/{exercise.id}.yaml", ("id",), "unreachable", message)


def _fits(reading: Reading, path: Path, slot: Slot, exercise: Exercise) -> None:
    if exercise.phase != slot.phase:
        message = f"'{exercise.id}' is for {exercise.phase}, the slot '{slot.id}' for {slot.phase}"
        tell(reading, "slots.yaml", path, "misplaced", message)
    elif not set(exercise.targets) & set(slot.serves):
        message = f"'{exercise.id}' serves none of what the slot '{slot.id}' is for: {', '.join(slot.serves)}"
        tell(reading, "slots.yaml", path, "misplaced", message)


def _stand_ins(pack: Pack, slot: Slot, exercises: Mapping[str, Exercise], candidates: Iterable[str]) -> Iterator[str]:
    """What can come into a slot in place of one of its candidates."""
    for name in candidates:
        exercise = exercises.get(name)
        if exercise is None:
            continue
        swaps = [row.swaps[name] for row in pack.conditions if name in row.swaps]
        for other in (*exercise.substitutes, *exercise.regressions, *swaps):
            stand_in = exercises.get(other)
            if stand_in and stand_in.phase == slot.phase and set(stand_in.targets) & set(slot.serves):
                yield other
