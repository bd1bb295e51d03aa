"""The session by hand: fill the slots, fit the time, dose the steps, say what was left out."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from benchmarks.peers.source import predicate
from psoas_rules import Dose, Firing, Pack, Step
from psoas_rules.conditions import ALWAYS
from psoas_rules.loading import Rulebook
from psoas_rules.outcomes import LeftOut, Request
from psoas_rules.pack import Exercise, Limit, Slot, SlotUse
from psoas_rules.trace import Conclusion

MINE = ("expert_choice",)
HARDEST = 3


class Barrier(NamedTuple):
    """What keeps an exercise out."""

    why: str
    rules: tuple[str, ...] = ()


class Pick(NamedTuple):
    """An exercise in a slot."""

    use: "Use"
    exercise: Exercise
    instead_of: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class Session(NamedTuple):
    """What comes out."""

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    requests: tuple[Request, ...]
    seconds: float
    minutes: float
    firings: list[Firing]


class Use:
    """A slot of the session of one profile."""

    def __init__(self, row: SlotUse, slot: Slot, profile: str, when: Any, because: str | None) -> None:
        self.slot = slot
        self.row = row
        self.when = when
        self.rule = f"slots.{profile}.{slot.id}"
        self.because = because or slot.label
        self.sources = row.sources or MINE
        self.serves = frozenset(slot.serves)
        self.every = (*row.from_level_3, *row.from_level_2, *row.candidates)
        by_level = {1: row.candidates, 2: (*row.from_level_2, *row.candidates), 3: self.every}
        self.order = {level: tuple(dict.fromkeys(names)) for level, names in by_level.items()}
        self.order[0] = ()


class Cap(NamedTuple):
    """A limit, and what it means for the exercises.

    Attributes:
        limit: The row.
        given: Its numbers.
        scope: Exercises that it is about.
        lowers: Exercises whose start dose it makes smaller.
        all: Whether it is about every exercise.
    """

    limit: Limit
    given: tuple[tuple[str, float], ...]
    scope: frozenset[str]
    lowers: frozenset[str]
    all: bool


class Shape(NamedTuple):
    """What a whole session is limited to: for the time there is, or for its profile."""

    rule: str = ""
    limits: tuple[Limit, ...] = ()
    caps: tuple[Cap, ...] = ()
    lowers: frozenset[str] = frozenset()
    because: str = ""
    sources: tuple[str, ...] = MINE
    lowered: tuple[Conclusion, ...] = ()


_CAPS = (
    *("sets_factor", "sets_max", "reps_max", "hold_factor", "hold_s_max", "days_max", "effort_max", "stretch_max"),
    "rest_factor",
)


class Sessions:
    """The tables of one pack."""

    def __init__(self, pack: Pack, book: Rulebook, words: Any) -> None:
        texts = pack.info.texts
        self.words = words
        self.vocabulary = pack.vocabulary
        self.drop_order = pack.sessions.drop_order
        self.exercises = {exercise.id: exercise for exercise in pack.exercises}
        slots = {slot.id: slot for slot in pack.sessions.slots}
        self.uses = {
            profile: [
                Use(row, slots[row.slot], profile, None if when == ALWAYS else predicate(when), texts.slot_because)
                for row, when in zip(rows, book.uses[profile], strict=True)
            ]
            for profile, rows in pack.sessions.sessions.items()
        }
        self.offered = {name: predicate(when) for name, when in book.offers.items() if when != ALWAYS}
        self.titles = {rule.id: rule.title for rule in book.rules}
        self.setup_s = pack.constant("setup_s")
        self.default_minutes = pack.constant("default_minutes")
        self.longest_minutes = pack.constant("longest_minutes")
        self.extra_sets = int(pack.constant("extra_sets_on_one_side"))
        self.shortest_hold_s = pack.constant("shortest_hold_s")
        self.formats = [
            (
                one.up_to_minutes,
                self._shape(f"formats.up_to_{one.up_to_minutes}", one.limits, texts.format_because, one.sources),
            )
            for one in sorted(pack.sessions.formats, key=lambda one: one.up_to_minutes)
        ]
        self.session_shapes = {
            profile: self._shape(
                f"session_limits.{profile}", pack.sessions.session_limits.get(profile, ()), texts.session_because, ()
            )
            for profile in self.uses
        }
        self.plain_doses = {name: self.dose(e, {}, None) for name, e in self.exercises.items()}
        self.sources = {
            name: tuple(dict.fromkeys([*e.dose.sources, *[s for fact in e.evidence.facts for s in fact.sources]]))
            or MINE
            for name, e in self.exercises.items()
        }
        self.fills = {name: (Conclusion("fill", name),) for name in self.exercises}

    def _shape(self, rule: str, limits: tuple[Limit, ...], because: str | None, sources: tuple[str, ...]) -> Shape:
        caps = tuple([self.cap(limit) for limit in limits])
        lowers = frozenset().union(*[cap.lowers for cap in caps])
        lowered = tuple([Conclusion("limit", "dose", limit=limit) for limit in limits])
        return Shape(rule, limits, caps, lowers, because or rule, sources or MINE, lowered)

    def cap(self, limit: Limit) -> Cap:
        """A limit made ready."""
        given = tuple((name, value) for name in _CAPS if (value := getattr(limit, name)) is not None)
        scope = [e for e in self.exercises.values() if _in_scope(limit, e)]
        lowers = frozenset(e.id for e in scope if _lowers(limit, e))
        unscoped = limit.for_property is None and limit.for_phase is None and not limit.for_exercises
        return Cap(limit, given, frozenset(e.id for e in scope), lowers, unscoped)

    def assemble(self, case: Any) -> Session:
        """The session for a person."""
        return Assembly(self, case).run()

    def dose(self, exercise: Exercise, least: dict[str, float], side: Any) -> Dose:
        """The dose of an exercise with the strictest of each limit."""
        row = exercise.dose
        sets = max(1, math.floor(row.sets * min(1.0, least.get("sets_factor", 1.0))))
        sets = int(min(sets, least.get("sets_max", sets)))
        reps, reps_top = row.reps, row.reps_top
        if "reps_max" in least:
            reps, reps_top = min(reps, int(least["reps_max"])), min(reps_top, int(least["reps_max"]))
        hold = self._hold(row.hold_s, least)
        rest = math.ceil(row.rest_s * least.get("rest_factor", 1.0) / 5) * 5
        days = int(min(least.get("days_max", row.days_max), row.days_max))
        extra = 0
        if side and row.per_side:
            most = row.ceiling.sets if row.ceiling else sets
            extra = min(self.extra_sets, max(0, int(min(least.get("sets_max", most), most)) - sets))
        bouts = sets * (2 if row.per_side else 1) + extra
        each = row.move_s + (hold or 0)
        return Dose(
            sets=sets,
            reps=reps,
            reps_top=max(reps, reps_top),
            hold_s=hold,
            hold_top_s=self._hold(row.hold_top_s, least),
            seconds_per_rep=each,
            rest_s=rest,
            relax_s=row.relax_s,
            per_side=row.per_side,
            first_side=side if row.per_side else None,
            extra_sets=extra,
            effort_max=None if row.effort is None else min(least.get("effort_max", row.effort), row.effort),
            stretch_max=None if row.stretch is None else min(least.get("stretch_max", row.stretch), row.stretch),
            days_min=min(row.days_min, days),
            days_max=days,
            seconds=_tidy(bouts * reps * each + (bouts - 1) * rest),
        )

    def _hold(self, start: float | None, least: dict[str, float]) -> float | None:
        if start is None:
            return None
        factor = least.get("hold_factor", 1.0)
        if factor < 1.0:
            start = max(min(start, self.shortest_hold_s), math.floor(start * factor))
        return _tidy(min(start, least.get("hold_s_max", start)))


def _sources(exercise: Exercise) -> tuple[str, ...]:
    claimed = [source for fact in exercise.evidence.facts for source in fact.sources]
    return tuple(dict.fromkeys([*exercise.dose.sources, *claimed])) or MINE


def strictest(caps: Iterable[Cap], least: dict[str, float]) -> dict[str, float]:
    """The strictest of each limit, taken together with what is there already."""
    least = dict(least)
    for cap in caps:
        for name, value in cap.given:
            if name == "rest_factor":
                least[name] = max(value, least.get(name, 1.0))
            elif name not in least or value < least[name]:
                least[name] = value
    return least


def _tidy(number: float) -> float:
    return int(number) if number == int(number) else round(number, 1)


def _in_scope(limit: Limit, exercise: Exercise) -> bool:
    return (
        (limit.for_property is None or limit.for_property in exercise.properties)
        and (limit.for_phase is None or limit.for_phase == exercise.phase)
        and (not limit.for_exercises or exercise.id in limit.for_exercises)
    )


def _lowers(limit: Limit, exercise: Exercise) -> bool:
    row = exercise.dose
    starts = {
        "effort_max": row.effort,
        "stretch_max": row.stretch,
        "sets_max": row.sets,
        "reps_max": row.reps_top,
        "hold_s_max": row.hold_top_s or row.hold_s,
        "days_max": row.days_max,
        "sets_factor": 1 if row.sets > 1 else None,
        "hold_factor": 1 if row.hold_s else None,
    }
    slower = limit.rest_factor is not None and limit.rest_factor > 1 and row.rest_s > 0
    given = [(getattr(limit, name), start) for name, start in starts.items()]
    return slower or any(most is not None and start is not None and most < start for most, start in given)


class Assembly:
    """One session in the making."""

    def __init__(self, tables: Sessions, case: Any) -> None:
        facts = case.facts
        self.tables = tables
        self.case = case
        self.facts = facts
        self.assumed = case.assumed
        self.exercises = tables.exercises
        self.profile = case.weighed.kind
        self.wanted = ()
        if "preference.wants" in facts:
            self.wanted = tuple([name for name in tables.exercises if facts.get(f"preference.wants.{name}") is True])
        self.avoids_positions = "preference.avoid_positions" in facts
        self.equipment_known = "preference.equipment" in facts
        self.limits = [(said.cap, said.rule.id) for said in case.said["limit"]]
        self.properties = _by_subject(case.said["exclude_property"])
        self.barred = _by_subject(case.said["exclude_exercise"])
        self.phases = _by_subject(case.said["exclude_phase"])
        self.preferred = {said.subject: said.rule.id for said in case.said["prefer"]}
        self.swaps: dict[str, list[tuple[str, str]]] = {}
        for said in case.said["swap"]:
            self.swaps.setdefault(said.subject, []).append((said.conclusion.other, said.rule.id))
        self.sides: dict[str, set[Any]] = {}
        for said in case.said["extra_side"]:
            self.sides.setdefault(said.subject, set()).add(said.conclusion.side)
        self.minutes = min(facts.get("preference.minutes", tables.default_minutes), tables.longest_minutes)
        self.format = next((shape for up_to, shape in tables.formats if self.minutes <= up_to), Shape())
        self.session = tables.session_shapes[self.profile]
        caps = [*[cap for cap, _ in self.limits], *self.session.caps, *self.format.caps]
        self.least = strictest([cap for cap in caps if cap.all], {})
        self.scoped = [cap for cap in caps if not cap.all and cap.given]
        tops = [cap.limit.level_max for cap, _ in self.limits if cap.all and cap.limit.level_max is not None]
        self.level = min([*tops, HARDEST])
        self.barriers: dict[str, Barrier | None] = {}
        self.doses: dict[str, Dose] = {}
        self.blocked: dict[str, Barrier] = {}
        self.empty: dict[str, LeftOut] = {}

    def run(self) -> Session:
        """The session."""
        used = [use for use in self.tables.uses[self.profile] if use.when is None or use.when(self.facts)]
        whole = kept = self._fill_all(used, [])
        seconds = self._seconds(kept)
        for slot in self.tables.drop_order:
            if seconds <= self.minutes * 60:
                break
            place = next((place for place, use in enumerate(used) if use.slot.id == slot), None)
            if place is not None:
                # What stands before the slot stays; what comes after it may take what it leaves free.
                before = used[:place]
                self.empty = {use.slot.id: self.empty[use.slot.id] for use in before if use.slot.id in self.empty}
                used = [use for use in used if use.slot.id != slot]
                kept = self._fill_all(used[place:], [pick for pick in kept if pick.use in before])
                seconds = self._seconds(kept)
        steps = tuple([self._step(pick) for pick in kept])
        inside = {pick.exercise.id for pick in kept}
        dropped = [pick for pick in whole if pick.exercise.id not in inside]
        return Session(
            steps,
            self._left_out(inside, dropped),
            tuple([self._request(name, inside, dropped) for name in self.wanted]),
            seconds,
            self.minutes,
            self._firings(kept, steps),
        )

    # Slots

    def _fill_all(self, uses: list[Use], chosen: list[Pick]) -> list[Pick]:
        taken = {pick.exercise.id for pick in chosen}
        for use in uses:
            for pick in self._fill(use, taken):
                chosen.append(pick)
                taken.add(pick.exercise.id)
        return chosen

    def _fill(self, use: Use, taken: set[str]) -> list[Pick]:
        granted = self._wishes(use, taken) if self.wanted and use.row.on_request else []
        order = self._order(use)
        if granted or not order:
            return granted
        barriers = []
        for name in order:
            pick = self._candidate(name, use, taken)
            if pick is not None:
                return [pick]
            if name in self.blocked:
                barriers.append(self.blocked[name])
        if barriers:
            rules = tuple(dict.fromkeys([rule for barrier in barriers for rule in barrier.rules]))
            whys = "; ".join(dict.fromkeys([barrier.why for barrier in barriers]))
            why = f"nothing that fits is safe and possible for you here ({whys})."
            self.empty[use.slot.id] = LeftOut(name=use.slot.label, why=why, slot=use.slot.id, rules=rules)
        return []

    def _order(self, use: Use) -> tuple[str, ...]:
        """Candidates by preference: asked for by name, advised by a rule, then as the table says."""
        order = use.order[self.level]
        first = [name for name in self.wanted if name in use.every]
        advised = [name for name in order if name in self.preferred] if self.preferred else []
        return tuple(dict.fromkeys((*first, *advised, *order))) if first or advised else order

    def _wishes(self, use: Use, taken: set[str]) -> list[Pick]:
        """What was asked for by name, or what stands in for it when it is not for doing alone."""
        granted: list[Pick] = []
        inside = set(taken)
        for name in self.wanted:
            if name not in use.row.on_request or name in inside:
                continue
            exercise = self.exercises[name]
            barrier = self._barrier(exercise)
            pick = None
            if barrier is None:
                pick = Pick(use, exercise, (), self._advised(name))
            else:
                self.blocked.setdefault(name, barrier)
                alone = self._alone(exercise) if exercise.substitutes else None
                if alone is not None:
                    pick = self._stand_in(exercise, exercise.substitutes[0], use, inside, alone.rules)
            if pick is not None:
                granted.append(pick)
                inside.add(pick.exercise.id)
        return granted

    def _candidate(self, name: str, use: Use, taken: set[str]) -> Pick | None:
        """The candidate, or what stands in for it."""
        exercise = self.exercises[name]
        for other, rule in self.swaps.get(name, ()):
            pick = self._stand_in(exercise, other, use, taken, (rule,))
            if pick is not None:
                self.blocked.setdefault(name, Barrier(f"{pick.exercise.name} suits you better", (rule,)))
                return pick
        barrier = self._barrier(exercise)
        if barrier is None:
            return None if name in taken else Pick(use, exercise, (), self._advised(name))
        self.blocked.setdefault(name, barrier)
        if name in use.row.candidates:
            for other in (*exercise.substitutes, *exercise.regressions):
                pick = self._stand_in(exercise, other, use, taken, barrier.rules)
                if pick is not None:
                    return pick
        return None

    def _advised(self, name: str) -> tuple[str, ...]:
        return (self.preferred[name],) if name in self.preferred else ()

    def _stand_in(
        self, original: Exercise, other: str, use: Use, taken: set[str], rules: tuple[str, ...]
    ) -> Pick | None:
        exercise = self.exercises[other]
        if other in taken or exercise.phase != use.slot.phase or use.serves.isdisjoint(exercise.targets):
            return None
        return Pick(use, exercise, (original.name,), rules) if self._barrier(exercise) is None else None

    # Barriers

    def _barrier(self, exercise: Exercise) -> Barrier | None:
        """The first thing that keeps an exercise out."""
        name = exercise.id
        if name not in self.barriers:
            self.barriers[name] = self._find_barrier(exercise)
        return self.barriers[name]

    def _find_barrier(self, exercise: Exercise) -> Barrier | None:
        return (
            self._alone(exercise)
            or self._excluded(exercise)
            or self._not_offered(exercise)
            or self._not_possible(exercise)
            or self._too_hard(exercise)
        )

    def _alone(self, exercise: Exercise) -> Barrier | None:
        if exercise.availability != "supervised_only":
            return None
        get = self.facts.get
        if get(f"preference.wants.{exercise.id}") is True and get("preference.supervised") is True:
            return None
        rules = [rule for name in exercise.properties for rule in self.properties.get(name, ())]
        return Barrier(exercise.not_on_your_own or "only with a qualified practitioner", tuple(dict.fromkeys(rules)))

    def _excluded(self, exercise: Exercise) -> Barrier | None:
        for name in exercise.properties:
            if name in self.properties:
                rules = self.properties[name]
                needs = self.tables.vocabulary.properties[name]
                return Barrier(f"it needs {needs}, which is not for you now{self._because(rules)}", tuple(rules))
        if exercise.id in self.barred:
            rules = self.barred[exercise.id]
            return Barrier(f"it is not for you now{self._because(rules)}", tuple(rules))
        if exercise.phase in self.phases:
            rules = self.phases[exercise.phase]
            return Barrier(f"this part of the session is left out today{self._because(rules)}", tuple(rules))
        return None

    def _because(self, rules: Iterable[str]) -> str:
        titles = self.tables.titles
        return f" ({'; '.join(dict.fromkeys([titles[rule] for rule in rules]))})"

    def _not_offered(self, exercise: Exercise) -> Barrier | None:
        offered = self.tables.offered.get(exercise.id)
        if offered is None or offered(self.facts):
            return None
        return Barrier(exercise.offered_when or "your answers do not call for it")

    def _not_possible(self, exercise: Exercise) -> Barrier | None:
        vocabulary, get = self.tables.vocabulary, self.facts.get
        for things in exercise.needs:
            if not any(map(self._has, things)):
                return Barrier(f"it needs {' or '.join([vocabulary.equipment[thing].label for thing in things])}")
        if self.avoids_positions and all(
            get(f"preference.avoid_positions.{position}") is True for position in exercise.positions
        ):
            positions = " or ".join([vocabulary.positions[position] for position in exercise.positions])
            return Barrier(f"you want to avoid {positions}")
        if "preference.avoid_properties" in self.facts:
            for name in exercise.properties:
                if get(f"preference.avoid_properties.{name}") is True:
                    return Barrier(f"you want to avoid {vocabulary.properties[name]}")
        return None

    def _has(self, thing: str) -> bool:
        if self.equipment_known:
            return f"preference.equipment.{thing}" in self.facts
        return self.tables.vocabulary.equipment[thing].usual

    def _too_hard(self, exercise: Exercise) -> Barrier | None:
        level = exercise.level
        if level > self.facts.get("preference.level_max", HARDEST):
            return Barrier("it is harder than you asked for")
        over = [
            rule
            for cap, rule in self.limits
            if cap.limit.level_max is not None and level > cap.limit.level_max and exercise.id in cap.scope
        ]
        if not over:
            return None
        return Barrier(f"it is a level too hard for now{self._because(over)}", tuple(dict.fromkeys(over)))

    # Steps

    def _seconds(self, picks: list[Pick]) -> float:
        setup_s = self.tables.setup_s
        return sum([self._dose(pick.exercise).seconds + setup_s for pick in picks])

    def _dose(self, exercise: Exercise) -> Dose:
        name = exercise.id
        if name not in self.doses:
            caps = [cap for cap in self.scoped if name in cap.scope]
            least = strictest(caps, self.least) if caps else self.least
            side = self._side(exercise)
            changed = least or side
            self.doses[name] = self.tables.dose(exercise, least, side) if changed else self.tables.plain_doses[name]
        return self.doses[name]

    def _side(self, exercise: Exercise) -> Any:
        """The side that gets more of it."""
        sides = self.sides.get(exercise.targets[0]) if self.sides else None
        return next(iter(sides)) if sides and len(sides) == 1 and exercise.dose.per_side else None

    def _step(self, pick: Pick) -> Step:
        exercise, tables = pick.exercise, self.tables
        name = exercise.id
        cautions, rules = [], [pick.use.rule, *pick.rules]
        for cap, rule in self.limits:
            if name in cap.scope:
                if cap.limit.say:
                    cautions.append(cap.limit.say)
                    rules.append(rule)
                elif name in cap.lowers:
                    rules.append(rule)
        if name in self.format.lowers:
            rules.append(self.format.rule)
        if name in self.session.lowers:
            rules.append(self.session.rule)
        if self.sides and self._side(exercise):
            target = exercise.targets[0]
            rules += [said.rule.id for said in self.case.said["extra_side"] if said.subject == target]
        return Step(
            exercise=name,
            name=exercise.name,
            phase=exercise.phase,
            slot=pick.use.slot.id,
            position=self._position(exercise),
            needs=tuple([self._need(things) for things in exercise.needs]),
            why=exercise.why,
            dose=self._dose(exercise),
            how=exercise.steps,
            cues=exercise.cues,
            faults=exercise.common_faults,
            cautions=tuple(dict.fromkeys(cautions)),
            stop_signs=exercise.stop_signs,
            instead_of=pick.instead_of,
            rules=tuple(dict.fromkeys(rules)),
            sources=tables.sources[name],
        )

    def _position(self, exercise: Exercise) -> str:
        positions = exercise.positions
        if self.avoids_positions:
            positions = [p for p in positions if f"preference.avoid_positions.{p}" not in self.facts]
        return self.tables.vocabulary.positions[positions[0]]

    def _need(self, things: tuple[str, ...]) -> str:
        thing = next(filter(self._has, things), things[0])
        return self.tables.vocabulary.equipment[thing].label

    def _firings(self, kept: list[Pick], steps: tuple[Step, ...]) -> list[Firing]:
        """What the tables of the session decided."""
        tables = self.tables
        told = (tables.words.reading("finding.profile", self.profile, {}),)
        firings = [
            Firing(use.rule, "assembly", use.slot.label, use.because, told, tables.fills[exercise.id], use.sources)
            for use, exercise, _, _ in kept
        ]
        cited = {rule for step in steps for rule in step.rules}
        time = (tables.words.reading("preference.minutes", self.facts.get("preference.minutes"), {}),)
        for shape, read in ((self.format, time), (self.session, told)):
            if shape.rule in cited:
                why = shape.because
                firings.append(Firing(shape.rule, "assembly", why, why, read, shape.lowered, shape.sources))
        return firings

    # What was left out, and what was asked for

    def _left_out(self, inside: set[str], dropped: list[Pick]) -> tuple[LeftOut, ...]:
        left = [
            LeftOut(name=self.exercises[name].name, why=_sentence(barrier.why), exercise=name, rules=barrier.rules)
            for name, barrier in self.blocked.items()
            if name not in inside
        ]
        left += self.empty.values()
        left += [
            LeftOut(name=exercise.name, why="There was not enough time for it.", exercise=exercise.id, slot=use.slot.id)
            for use, exercise, _, _ in dropped
        ]
        return tuple(left)

    def _request(self, name: str, inside: set[str], dropped: list[Pick]) -> Request:
        exercise = self.exercises[name]
        if name in inside:
            supervised = exercise.availability == "supervised_only"
            answer = "It is in your session, only together with your practitioner." if supervised else "It is in."
            return Request(exercise=name, name=exercise.name, granted=True, answer=answer)
        barrier = self._barrier(exercise) or self.blocked.get(name)
        instead: tuple[str, ...] = ()
        if barrier is not None:
            answer = _sentence(barrier.why)
            others = dict.fromkeys((*exercise.substitutes, *exercise.regressions))
            instead = tuple([other for other in others if self._barrier(self.exercises[other]) is None])
        elif any(pick.exercise.id == name for pick in dropped):
            answer = "There was not enough time for it."
        else:
            answer = "It has no place in a session for your pattern."
        return Request(
            exercise=name,
            name=exercise.name,
            granted=False,
            answer=answer,
            instead=tuple([self.exercises[other].name for other in instead]),
            instead_ids=instead,
            rules=barrier.rules if barrier else (),
        )


def _by_subject(said: list[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in said:
        found.setdefault(one.subject, []).append(one.rule.id)
    return found


def _sentence(text: str) -> str:
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(".") else f"{text}."
