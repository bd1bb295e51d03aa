"""From conclusions to an ordered session: fill the slots, fit the time, say what was left out.

Plain code without clinical numbers: for each slot of the profile the first candidate that nothing forbids is taken,
dosed, and put in the order of the session. A slot that stays empty keeps its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from psoas_rules.barriers import Barrier, Barriers
from psoas_rules.conditions import Value, holds
from psoas_rules.dosing import DoseFloors, dose, in_scope, lowers
from psoas_rules.outcomes import Dose, LeftOut, Request, Step
from psoas_rules.pack import Exercise, Limit, Slot, SlotUse
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.stages import Case, Compiled, reading
from psoas_rules.trace import Conclusion, Firing, Side

_MAX_LEVEL: Final = 3


@attrs.frozen
class Chosen:
    """An exercise that fills a slot, with what it stands in for."""

    use: SlotUse
    slot: Slot
    exercise: Exercise
    instead_of: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@attrs.frozen
class Assembled:
    """A session."""

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    requests: tuple[Request, ...]
    seconds: float
    firings: tuple[Firing, ...]


class Kit:
    """The tables that assembly looks things up in, made once for each pack."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.pack = compiled.book.pack
        self.exercises: Mapping[str, Exercise] = {exercise.id: exercise for exercise in self.pack.exercises}
        self.slots: Mapping[str, Slot] = {slot.id: slot for slot in self.pack.sessions.slots}
        self.floors = DoseFloors.of(self.pack)
        self.setup_s = self.pack.constant("setup_s")
        self.default_minutes = self.pack.constant("default_minutes")
        self.longest_minutes = self.pack.constant("longest_minutes")
        self.extra_sets = int(self.pack.constant("extra_sets_on_one_side"))


def assemble(kit: Kit, case: Case) -> Assembled:
    """The session for a case that has passed triage."""
    return _Assembly(kit, case).run()


def minutes_for(kit: Kit, facts: Mapping[str, Value]) -> float:
    """The time for the session: what the person has, within what the pack allows."""
    given = facts.get("preference.minutes")
    minutes = given if isinstance(given, int | float) else kit.default_minutes
    return min(minutes, kit.longest_minutes)


class _Assembly:
    def __init__(self, kit: Kit, case: Case) -> None:
        self.kit = kit
        self.case = case
        self.facts = case.facts
        self.barriers = Barriers(case, kit.pack.vocabulary, kit.compiled.book.offers)
        self.limits = self.barriers.limits
        self.wanted = tuple(e for e in kit.exercises if case.facts.get(f"preference.wants.{e}") is True)
        self.preferred = {said.conclusion.subject: said.rule.id for said in case.all("prefer")}
        self.swaps: dict[str, tuple[tuple[str, str], ...]] = {}
        for said in case.all("swap"):
            original, other = said.conclusion.subject, said.conclusion.other or ""
            self.swaps[original] = (*self.swaps.get(original, ()), (other, said.rule.id))
        self.minutes = minutes_for(kit, case.facts)
        assert case.weighed is not None
        self.profile = case.weighed.profile
        self.format, self.format_rule, self.format_sources = self._format()
        self.session_limits: tuple[Limit, ...] = ()
        self.session_rule = f"session_limits.{self.profile}"
        self.level = self._level()
        self.orders: dict[int, tuple[str, ...]] = {}
        self.doses: dict[str, Dose] = {}
        self.blocked: dict[str, Barrier] = {}
        self.empty: dict[str, LeftOut] = {}

    def run(self) -> Assembled:
        self.session_limits = self.kit.pack.sessions.session_limits.get(self.profile, ())
        conditions = self.kit.compiled.book.uses[self.profile]
        uses = self.kit.pack.sessions.sessions[self.profile]
        used = [use for use, when in zip(uses, conditions, strict=True) if holds(when, self.facts)]
        whole = self._fill_all(used)
        kept = self._fit(used, whole)
        steps = tuple(self._step(pick) for pick in kept)
        inside = {pick.exercise.id for pick in kept}
        dropped = [pick for pick in whole if pick.exercise.id not in inside]
        return Assembled(
            steps,
            tuple(self._left_out(kept, dropped)),
            tuple(self._request(exercise, kept, dropped) for exercise in self.wanted),
            self._seconds(kept),
            tuple(self._firings(kept, steps)),
        )

    def _firings(self, kept: list[Chosen], steps: tuple[Step, ...]) -> Iterator[Firing]:
        """What the tables of the session decided: which slot each step fills, and what makes doses smaller."""
        texts = self.kit.pack.info.texts
        told = (reading("finding.profile", self.case, self.kit.compiled.book.lexicon),)
        for pick in kept:
            filled = (Conclusion("fill", pick.exercise.id),)
            why = texts.slot_because or pick.slot.label
            sourced = pick.use.sources or (EXPERT_CHOICE,)
            yield Firing(self._slot_rule(pick), "assembly", pick.slot.label, why, told, filled, sourced)
        cited = {rule for step in steps for rule in step.rules}
        time = (reading("preference.minutes", self.case, self.kit.compiled.book.lexicon),)
        for rule, limits, because, readings, sources in (
            (self.format_rule, self.format, texts.format_because, time, self.format_sources),
            (self.session_rule, self.session_limits, texts.session_because, told, (EXPERT_CHOICE,)),
        ):
            if rule in cited:
                lowered = tuple(Conclusion("limit", "dose", limit=limit) for limit in limits)
                yield Firing(rule, "assembly", because or rule, because or rule, readings, lowered, sources)

    def _slot_rule(self, pick: Chosen) -> str:
        return f"slots.{self.profile}.{pick.slot.id}"

    def _fit(self, used: list[SlotUse], whole: list[Chosen]) -> list[Chosen]:
        """Leaves out slots in the order of the pack, and fills the rest anew, until the session fits the time."""
        kept = whole
        for slot in self.kit.pack.sessions.drop_order:
            if self._seconds(kept) <= self.minutes * 60:
                break
            used = [use for use in used if use.slot != slot]
            kept = self._fill_all(used)
        return kept

    def _fill_all(self, uses: Iterable[SlotUse]) -> list[Chosen]:
        self.empty.clear()
        chosen: list[Chosen] = []
        for use in uses:
            chosen += self._fill(use, {pick.exercise.id for pick in chosen})
        return chosen

    # Filling slots

    def _fill(self, use: SlotUse, taken: set[str]) -> list[Chosen]:
        slot = self.kit.slots[use.slot]
        granted: list[Chosen] = []
        for name in self.wanted:
            # Two wishes can share a substitute; it is granted once.
            inside = taken | {pick.exercise.id for pick in granted}
            if name in use.on_request and name not in inside:
                pick = self._wish(name, use, inside)
                granted += [pick] if pick is not None else []
        order = self._order(use)
        if granted or not order:
            return granted
        barriers: list[Barrier] = []
        for candidate in order:
            pick = self._candidate(candidate, use, taken, swap=True)
            if pick is not None:
                return [pick]
            if candidate in self.blocked:
                barriers.append(self.blocked[candidate])
        rules = tuple(dict.fromkeys(rule for barrier in barriers for rule in barrier.rules))
        whys = "; ".join(dict.fromkeys(barrier.why for barrier in barriers))
        why = f"nothing that fits is safe and possible for you here ({whys})" if whys else "all that fits is in already"
        if barriers:
            self.empty[slot.id] = LeftOut(name=slot.label, why=f"{why}.", slot=slot.id, rules=rules)
        return []

    def _wish(self, name: str, use: SlotUse, taken: set[str]) -> Chosen | None:
        """What was asked for by name, or the first substitute of something that is not for doing alone."""
        pick = self._candidate(name, use, taken, swap=False)
        exercise = self.kit.exercises[name]
        alone = tuple(self.barriers.alone(exercise))
        if pick is None and alone and exercise.substitutes:
            return self._stand_in(exercise, exercise.substitutes[0], use, taken, alone[0].rules)
        return pick

    def _order(self, use: SlotUse) -> tuple[str, ...]:
        """Candidates by preference: asked for by name, advised by a rule, then by level, then as the table says."""
        if id(use) in self.orders:
            return self.orders[id(use)]
        listed: list[str] = []
        for needed, names in ((3, use.from_level_3), (2, use.from_level_2), (1, use.candidates)):
            if self.level >= needed:
                listed += names
        every = (*use.from_level_3, *use.from_level_2, *use.candidates)
        first = [e for e in self.wanted if e in every]
        advised = [e for e in listed if e in self.preferred]
        self.orders[id(use)] = tuple(dict.fromkeys((*first, *advised, *listed)))
        return self.orders[id(use)]

    def _level(self) -> int:
        capped = [limit.level_max for limit, _ in self.limits if limit.level_max is not None and _unscoped(limit)]
        return min([*capped, _MAX_LEVEL])

    def _candidate(self, name: str, use: SlotUse, taken: set[str], *, swap: bool) -> Chosen | None:
        """The candidate itself, or what stands in for it; None when neither is possible."""
        exercise = self.kit.exercises[name]
        if swap:
            for other, rule in self.swaps.get(name, ()):
                pick = self._stand_in(exercise, other, use, taken, (rule,))
                if pick is not None:
                    reason = f"{pick.exercise.name} suits you better"
                    self.blocked.setdefault(name, Barrier(reason, (rule,)))
                    return pick
        barrier = self.barriers.of(exercise)
        if barrier is None:
            return None if name in taken else Chosen(use, self.kit.slots[use.slot], exercise, (), self._brought(name))
        self.blocked.setdefault(name, barrier)
        if swap and name in use.candidates:
            for other in (*exercise.substitutes, *exercise.regressions):
                pick = self._stand_in(exercise, other, use, taken, barrier.rules)
                if pick is not None:
                    return pick
        return None

    def _brought(self, name: str) -> tuple[str, ...]:
        return (self.preferred[name],) if name in self.preferred else ()

    def _stand_in(
        self, original: Exercise, other: str, use: SlotUse, taken: set[str], rules: tuple[str, ...]
    ) -> Chosen | None:
        exercise, slot = self.kit.exercises[other], self.kit.slots[use.slot]
        serves = set(exercise.targets) & set(slot.serves)
        if other in taken or not serves or exercise.phase != slot.phase or self.barriers.of(exercise) is not None:
            return None
        return Chosen(use, slot, exercise, (original.name,), rules)

    # Fitting the time

    def _format(self) -> tuple[tuple[Limit, ...], str, tuple[str, ...]]:
        """The limits for the time there is, their id and their sources."""
        for one in sorted(self.kit.pack.sessions.formats, key=lambda one: one.up_to_minutes):
            if self.minutes <= one.up_to_minutes:
                return one.limits, f"formats.up_to_{one.up_to_minutes}", one.sources or (EXPERT_CHOICE,)
        return (), "", ()

    def _seconds(self, chosen: Iterable[Chosen]) -> float:
        return sum(self._dose(pick.exercise).seconds + self.kit.setup_s for pick in chosen)

    # Steps

    def _dose(self, exercise: Exercise) -> Dose:
        """The dose of an exercise for this person: the same in whatever slot it comes to stand."""
        if exercise.id not in self.doses:
            side, _ = self._side(exercise)
            self.doses[exercise.id] = dose(
                exercise,
                (*(limit for limit, _ in self.limits), *self.session_limits, *self.format),
                self.kit.floors,
                first_side=side,
                extra_sets=self.kit.extra_sets if side else 0,
            )
        return self.doses[exercise.id]

    def _step(self, pick: Chosen) -> Step:
        exercise = pick.exercise
        fitting = [(limit, rule) for limit, rule in self.limits if in_scope(limit, exercise)]
        _, extra_rules = self._side(exercise)
        vocabulary = self.kit.pack.vocabulary
        positions = [p for p in exercise.positions if self.facts.get(f"preference.avoid_positions.{p}") is not True]
        cautions = tuple(dict.fromkeys(limit.say for limit, _ in fitting if limit.say))
        changing = [rule for limit, rule in fitting if limit.say or lowers(limit, exercise)]
        for limits, rule in ((self.format, self.format_rule), (self.session_limits, self.session_rule)):
            if any(in_scope(limit, exercise) and lowers(limit, exercise) for limit in limits):
                changing.append(rule)
        rules = dict.fromkeys((self._slot_rule(pick), *pick.rules, *changing, *extra_rules))
        facts = exercise.evidence.facts
        sources = (*exercise.dose.sources, *(source for fact in facts for source in fact.sources))
        return Step(
            exercise=exercise.id,
            name=exercise.name,
            phase=exercise.phase,
            slot=pick.slot.id,
            position=vocabulary.positions[positions[0]],
            needs=tuple(self._need(alternatives) for alternatives in exercise.needs),
            why=exercise.why,
            dose=self._dose(exercise),
            how=exercise.steps,
            cues=exercise.cues,
            faults=exercise.common_faults,
            cautions=cautions,
            stop_signs=exercise.stop_signs,
            instead_of=pick.instead_of,
            rules=tuple(rules),
            sources=tuple(dict.fromkeys(sources)) or (EXPERT_CHOICE,),
        )

    def _need(self, alternatives: tuple[str, ...]) -> str:
        thing = next((thing for thing in alternatives if self.barriers.has(thing)), alternatives[0])
        return self.kit.pack.vocabulary.equipment[thing].label

    def _side(self, exercise: Exercise) -> tuple[Side | None, tuple[str, ...]]:
        """The side that gets more of it: only for exercises whose first target is the one that differs."""
        target = exercise.targets[0]
        side = self.case.extra_side(target)
        if side is None or not exercise.dose.per_side:
            return None, ()
        return side, self.case.rules_for("extra_side", target)

    # What was left out, and what was asked for

    def _left_out(self, kept: list[Chosen], dropped: list[Chosen]) -> Iterator[LeftOut]:
        inside = {pick.exercise.id for pick in kept}
        for name, barrier in self.blocked.items():
            if name not in inside:
                exercise = self.kit.exercises[name]
                yield LeftOut(name=exercise.name, why=_sentence(barrier.why), exercise=name, rules=barrier.rules)
        yield from self.empty.values()
        for pick in dropped:
            if pick.exercise.id not in inside:
                yield LeftOut(
                    name=pick.exercise.name,
                    why="There was not enough time for it.",
                    exercise=pick.exercise.id,
                    slot=pick.slot.id,
                )

    def _request(self, name: str, kept: list[Chosen], dropped: list[Chosen]) -> Request:
        exercise = self.kit.exercises[name]
        if any(pick.exercise.id == name for pick in kept):
            supervised = exercise.availability == "supervised_only"
            answer = "It is in your session, only together with your practitioner." if supervised else "It is in."
            return Request(exercise=name, name=exercise.name, granted=True, answer=answer)
        barrier = self.barriers.of(exercise) or self.blocked.get(name)
        if barrier is not None:
            answer = _sentence(barrier.why)
        elif any(pick.exercise.id == name for pick in dropped):
            answer = "There was not enough time for it."
        else:
            answer = "It has no place in a session for your pattern."
        others = dict.fromkeys((*exercise.substitutes, *exercise.regressions))
        instead = tuple(e for e in others if barrier is not None and self._offerable(e))
        return Request(
            exercise=name,
            name=exercise.name,
            granted=False,
            answer=answer,
            instead=tuple(self.kit.exercises[e].name for e in instead),
            instead_ids=instead,
            rules=barrier.rules if barrier else (),
        )

    def _offerable(self, name: str) -> bool:
        return self.barriers.of(self.kit.exercises[name]) is None


def _unscoped(limit: Limit) -> bool:
    return limit.for_property is None and limit.for_phase is None and not limit.for_exercises


def _sentence(text: str) -> str:
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(".") else f"{text}."
