"""Sessions: every slot can be filled, and a slot that a condition empties does not vanish in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from psoas_rules.barriers import Barriers
from psoas_rules.checking.examination import Examination
from psoas_rules.conditions import ALWAYS, Value
from psoas_rules.engines.plain import PlainEngine
from psoas_rules.filling import Filled, Filler
from psoas_rules.grounds import Grounds
from psoas_rules.kit import Kit
from psoas_rules.outcomes import ProfileKind
from psoas_rules.pack import PROFILES, ConditionRow
from psoas_rules.stages import Case, Compiled, precaution, safety
from psoas_rules.tracing import Tracer
from psoas_rules.yaml_reader import Path

_FILE: Final = "slots.yaml"


def check_slots(examination: Examination) -> None:
    """Every slot is used, once in a session, and holds nothing that cannot be done alone."""
    sessions = examination.rules.pack.sessions
    exercises = {exercise.id: exercise for exercise in examination.rules.pack.exercises}
    used = {use.slot for session in sessions.sessions.values() for use in session}
    for i, slot in enumerate(sessions.slots):
        if slot.id not in used:
            message = f"no session uses the slot '{slot.id}'; add it to one, or remove it"
            examination.tell(_FILE, ("slots", i, "id"), "unused-slot", message)
    for i, name in enumerate(sessions.drop_order):
        if name not in used and any(slot.id == name for slot in sessions.slots):
            message = f"no session has the slot '{name}', so it can never be dropped"
            examination.tell(_FILE, ("drop_order", i), "unused-slot", message)
    for profile, session in sessions.sessions.items():
        seen: set[str] = set()
        for i, use in enumerate(session):
            path: Path = ("sessions", profile, i)
            if use.slot in seen:
                message = f"the session for '{profile}' has the slot '{use.slot}' twice; keep one"
                examination.tell(_FILE, (*path, "slot"), "slot-twice", message)
            seen.add(use.slot)
            if not (use.candidates or use.from_level_2 or use.from_level_3 or use.on_request):
                message = f"nothing can ever fill the slot '{use.slot}' of '{profile}'; add a candidate, or remove it"
                examination.tell(_FILE, path, "empty-slot", message)
            for key in ("candidates", "from_level_2", "from_level_3"):
                for j, name in enumerate(getattr(use, key)):
                    one = exercises.get(name)
                    if one is not None and one.availability == "supervised_only":
                        message = f"'{name}' is not for doing alone; it can only stand under on_request"
                        examination.tell(_FILE, (*path, key, j), "not-alone", message)


def check_gaps(examination: Examination) -> None:
    """Nothing that one person reports empties a slot in silence."""
    if not examination.sound:
        return
    sessions = _Sessions(examination)
    healthy = {profile: sessions.filled(profile, {}) for profile in PROFILES}
    for profile, filled in healthy.items():
        for i, _ in sessions.gaps(profile, filled):
            slot = sessions.pack.sessions.sessions[profile][i].slot
            message = (
                f"for a person without any condition the slot '{slot}' stays empty: its exercises are barred, or stand "
                "in other slots already; add a candidate"
            )
            examination.tell(_FILE, ("sessions", profile, i), "empty-slot", message)
    for number, row in enumerate(sessions.pack.conditions):
        if row.clearance != "block":
            _gaps_of(examination, sessions, (number, row), healthy)


def _gaps_of(
    examination: Examination, sessions: _Sessions, numbered: tuple[int, ConditionRow], healthy: Mapping[str, Filled]
) -> None:
    number, row = numbered
    said = row.say is not None or any(further.say for further in row.further)
    emptied: list[str] = []
    bare: list[str] = []
    for profile in PROFILES:
        filled = sessions.filled(profile, {f"condition.{row.id}": True, f"cleared.{row.id}": True})
        before = {i for i, _ in sessions.gaps(profile, healthy[profile])}
        gaps = [(i, reason) for i, reason in sessions.gaps(profile, filled) if i not in before]
        uses = sessions.pack.sessions.sessions[profile]
        emptied += [f"{uses[i].slot} ({profile})" for i, reason in gaps if reason and not said]
        for i, reason in gaps:
            if not reason:
                message = (
                    f"with '{row.id}' the slot '{uses[i].slot}' of '{profile}' stays empty and nobody is told, because "
                    "its exercises stand in other slots already; add a candidate"
                )
                examination.tell("conditions.yaml", ("conditions", number, "id"), "silent-gap", message)
        if not filled.chosen() and healthy[profile].chosen():
            bare.append(profile)
    place: Path = ("conditions", number, "id")
    if bare:
        message = (
            f"with '{row.id}' nothing is left of the session for {', '.join(bare)}; "
            "add a swap, or write clearance: block"
        )
        examination.tell("conditions.yaml", place, "nothing-left", message)
    elif emptied:
        message = (
            f"this condition empties {', '.join(emptied)}, and says nothing about it; "
            "add 'say', a sentence for the person about what is left out, or a swap"
        )
        examination.tell("conditions.yaml", place, "unsaid-gap", message)


class _Sessions:
    """The sessions of a pack as the library fills them, for people with one condition at the most."""

    def __init__(self, examination: Examination) -> None:
        self.book = examination.rules
        self.pack = self.book.pack
        self.compiled = Compiled(self.book, PlainEngine(), remember=False)
        self.kit = Kit(self.compiled, Tracer(self.book.lexicon, remember=False))
        self._cases: dict[tuple[str, ...], Case] = {}

    def filled(self, profile: ProfileKind | str, facts: Mapping[str, Value]) -> Filled:
        """The slots of a profile for a person who reports nothing else."""
        case = self._case(facts)
        shaping = [ready for ready in case.fired if ready.number in self.kit.shaping]
        caps = tuple(cap for ready in shaping for cap in self.kit.caps(ready))
        open_choices = self.compiled.open_choices(case)
        grounds = Grounds(profile, shaping, open_choices, {}, short=None, caps=caps)  # type: ignore[arg-type]
        filler = Filler(grounds, Barriers(grounds, self.kit), self.kit)
        return filler.fill([use for use, choice in self.kit.uses[profile] if choice in grounds.open])

    def _case(self, facts: Mapping[str, Value]) -> Case:
        question = tuple(facts)
        if question not in self._cases:
            denied = dict.fromkeys(self.book.lexicon.required, False)
            case = self.compiled.case({**denied, **facts})
            self._cases[question] = safety(self.compiled, precaution(self.compiled, case))
        return self._cases[question]

    def gaps(self, profile: str, filled: Filled) -> Iterator[tuple[int, bool]]:
        """Slots that everybody with this profile should have and that are empty; whether the outcome says why."""
        uses: Sequence[object] = self.pack.sessions.sessions[profile]
        places = {id(place.use): place for place in filled.places}
        for i, use in enumerate(self.pack.sessions.sessions[profile]):
            place = places.get(id(uses[i]))
            required = use.candidates and self.book.uses[profile][i] == ALWAYS
            if required and place is not None and not place.chosen:
                yield i, place.empty is not None
