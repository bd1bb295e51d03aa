"""From conclusions to an ordered session: fill the slots, fit the time, say what was left out.

Plain code without clinical numbers: for each slot of the profile the first candidate that nothing forbids is taken,
dosed, and put in the order of the session. A slot that stays empty keeps its reason. Sessions are made from their
`Grounds` alone and kept for the next person with the same.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from psoas_rules.barriers import Barriers
from psoas_rules.dosing import Cap, dose, strictest
from psoas_rules.filling import Chosen, Filled, Filler
from psoas_rules.grounds import Grounds
from psoas_rules.kit import Barrier, Kit, Known, seconds_of
from psoas_rules.loading import MINUTES
from psoas_rules.memory import Memory
from psoas_rules.outcomes import Dose, LeftOut, Request, Step
from psoas_rules.pack import Exercise, SlotUse
from psoas_rules.rulebook import EXPERT_CHOICE
from psoas_rules.stages import Case
from psoas_rules.trace import Conclusion, Firing, Reading, Side

MOST_GROUNDS: Final = 1_024
"""Grounds for which sessions are kept, at the most."""

_OF_SESSIONS: Final = "session_limits."
"""How the names of the limits of whole sessions begin."""

_NO_TIME: Final = "There was not enough time for it."


@attrs.frozen(eq=False)
class Session:
    """A session.

    Attributes:
        steps: The exercises, in order.
        left_out: What is not in it, and why.
        requests: Answers to exercises that were asked for by name.
        seconds: The time that it takes in all.
        firings: What the tables of the session decided: which slot each step fills, what makes doses smaller.
    """

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    requests: tuple[Request, ...]
    seconds: float
    firings: tuple[Firing, ...]


@attrs.frozen(eq=False)
class _Fit:
    """A session with the times that it is for: on its grounds, it is the one for all of them.

    Attributes:
        session: The session; its firings are without that of the format for little time.
        least: The time from which it is the one, in seconds.
        below: The time up to which it is, in seconds; from there on fewer slots need to go.
        shortened: Whether the format for little time changed a step of it.
    """

    session: Session
    least: float
    below: float
    shortened: bool


@attrs.frozen(eq=False)
class Workings:
    """How a session came about, for whoever asks why something is not in it.

    Attributes:
        grounds: What it rests on.
        barriers: What keeps exercises out.
        filler: How its slots are filled.
        cuts: The slots as they were filled at first, then after each slot that went for want of time, each with the
            seconds that it takes. The last one is the session.
        seconds: The time that there is.
    """

    grounds: Grounds
    barriers: Barriers
    filler: Filler
    cuts: tuple[tuple[Filled, float], ...]
    seconds: float


class Possible:
    """What is possible for one person beyond the session that they get: barriers and doses of every exercise.

    Args:
        kit: The tables of the pack.
        grounds: What their sessions rest on.
        case: What was concluded from their answers.

    Attributes:
        facts: Answers and findings.
        strict_pain: Whether the strict limits for pain apply.
        slots: The slots of their sessions, in order.
        for_a_reason: Those of them that only some people have, because of their answers.
        excluded: Properties, exercises and phases that some rule leaves out.
    """

    def __init__(self, kit: Kit, grounds: Grounds, case: Case) -> None:
        self._plan = _Plan(kit, grounds)
        self.facts = case.facts
        self.strict_pain = bool(case.all("strict_pain"))
        self._uses = {use.slot: use for use, choice in kit.uses[grounds.profile] if choice in grounds.open}
        self.slots = tuple(self._uses)
        self.for_a_reason = frozenset(slot for slot, use in self._uses.items() if use.when is not None)
        self.excluded = grounds.excluded

    def barrier(self, name: str) -> Barrier | None:
        """What keeps an exercise out; None when nothing does."""
        return self._plan.barriers.of(name)

    def dose(self, name: str, *, for_safety: bool = False) -> Dose:
        """The start dose of an exercise, for the session or as far as safety goes."""
        return self._plan.dose(name, for_safety=for_safety)

    def limits(self, name: str, *, for_safety: bool = False) -> Mapping[str, float]:
        """The limits on the dose of an exercise, the strictest of each sort; for safety without those of a session."""
        return self._plan.limits(name, for_safety=for_safety)

    def step(self, name: str, slot: str) -> Step:
        """The exercise as a step of a session."""
        return self._plan.step(self._uses[slot], name)


class Assembler:
    """Assembles sessions from one kit.

    Args:
        kit: The tables of the pack.
    """

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        # Sessions alone, not what they were worked out with: that is many small things, and each costs the collector.
        self._fits: Memory[tuple[_Fit, ...]] = Memory(MOST_GROUNDS if kit.compiled.remember else 0)

    def forget(self) -> None:
        """Empties what is kept of sessions."""
        self._fits.forget()
        self.kit.pieces.forget()

    def session(self, case: Case) -> Session:
        """The session for a case that has passed triage."""
        kit = self.kit
        minutes = kit.minutes(case.facts)
        short = self._short(minutes)
        fit = self._fit(case, short, seconds_of(minutes))
        return self._with_format(fit.session, short, case) if fit.shortened and short is not None else fit.session

    def workings(self, case: Case) -> Workings:
        """How the session for a case that has passed triage comes about; nothing of it is kept."""
        seconds, grounds = seconds_of(self.kit.minutes(case.facts)), self._grounds(case)
        plan = _Plan(self.kit, grounds)
        return Workings(grounds, plan.barriers, plan.filler, tuple(plan.cuts(seconds)), seconds)

    def possible(self, case: Case) -> Possible:
        """What is possible in the case of a person who has passed triage; nothing of it is kept."""
        return Possible(self.kit, self._grounds(case), case)

    def _grounds(self, case: Case) -> Grounds:
        assert case.weighed is not None
        kit, minutes = self.kit, self.kit.minutes(case.facts)
        shaping = [ready for ready in case.fired if ready.number in kit.shaping]
        preferences = {
            fact: value for fact, value in case.facts.items() if fact.startswith("preference.") and fact != MINUTES
        }
        caps = tuple([cap for ready in shaping for cap in kit.caps(ready)])
        open_choices = kit.compiled.open_choices(case)
        return Grounds(case.weighed.profile, shaping, open_choices, preferences, short=self._short(minutes), caps=caps)

    def _short(self, minutes: float) -> int | None:
        """The format for little time that applies, by its place in the kit."""
        return next((place for place, one in enumerate(self.kit.formats) if minutes <= one.up_to_minutes), None)

    def _with_format(self, session: Session, short: int, case: Case) -> Session:
        """The session with the firing of the format for little time, which names the time, after the slots."""
        kit = self.kit
        because = kit.pack.info.texts.format_because
        sources = kit.formats[short].sources or (EXPERT_CHOICE,)
        time = kit.tracer.reading(MINUTES, case)
        lowering = _lowering(kit.format_rules[short], because, (time,), kit.format_caps[short], sources)
        slots = [firing for firing in session.firings if not firing.rule.startswith(_OF_SESSIONS)]
        firings = (*slots, lowering, *session.firings[len(slots) :])
        return Session(session.steps, session.left_out, session.requests, session.seconds, firings)

    def _fit(self, case: Case, short: int | None, seconds: float) -> _Fit:
        """The session for so much time, which is short or not."""
        assert case.weighed is not None
        kit, profile, facts = self.kit, case.weighed.profile, case.facts
        open_choices = kit.compiled.open_choices(case)
        shaping = [ready for ready in case.fired if ready.number in kit.shaping]
        # A preference has one type in a pack, so equal values are the same wish.
        wishes = [fact for fact in case.unusual if fact.startswith("preference.") and fact in facts and fact != MINUTES]
        preferences = {fact: facts[fact] for fact in wishes}
        numbers = tuple([ready.number for ready in shaping])
        question: Hashable = (profile, short, open_choices, numbers, tuple(preferences.items()))
        known = self._fits.get(question) or ()
        for fit in known:
            if fit.least <= seconds < fit.below:
                return fit
        caps = tuple([cap for ready in shaping for cap in kit.caps(ready)])
        grounds = Grounds(profile, shaping, open_choices, preferences, short=short, caps=caps)
        fit = _Plan(kit, grounds).fit(seconds)
        self._fits.put(question, (*known, fit))
        return fit


class _Plan:
    """The session on the same grounds, under way."""

    def __init__(self, kit: Kit, grounds: Grounds) -> None:
        self.kit = kit
        self.grounds = grounds
        self.profile = grounds.profile
        self.barriers = Barriers(grounds, kit)
        self.filler = Filler(grounds, self.barriers, kit)
        self.session_rule = f"{_OF_SESSIONS}{self.profile}"
        self.session_caps = kit.session_caps.get(self.profile, ())
        self.format_rule = "" if grounds.short is None else kit.format_rules[grounds.short]
        self.format_caps = () if grounds.short is None else kit.format_caps[grounds.short]
        caps = (*grounds.caps, *self.session_caps, *self.format_caps)
        self.general = strictest([cap for cap in caps if cap.general], {})
        self.scoped = [cap for cap in caps if not cap.general and cap.numbers]
        self.doses: dict[str, tuple[Hashable, Dose]] = {}
        uses = [use for use, choice in kit.uses[self.profile] if choice in grounds.open]
        self.whole = self.filler.fill(uses)

    def dose(self, name: str, *, for_safety: bool = False) -> Dose:
        """The start dose of an exercise."""
        exercise = self.kit.exercises[name].exercise
        if not for_safety:
            return self._dose(exercise)[1]
        side, _ = self._side(exercise)
        extra_sets = self.kit.extra_sets if side else 0
        limits = self.limits(name, for_safety=True)
        return dose(exercise, limits, self.kit.floors, first_side=side, extra_sets=extra_sets)

    def limits(self, name: str, *, for_safety: bool = False) -> Mapping[str, float]:
        """The limits on the dose of an exercise, the strictest of each sort."""
        if for_safety:
            return strictest([cap for cap in self.grounds.caps if name in cap.exercises], {})
        scoped = [cap for cap in self.scoped if name in cap.exercises]
        return strictest(scoped, self.general) if scoped else self.general

    def step(self, use: SlotUse, name: str) -> Step:
        """An exercise as the step that fills a slot."""
        return self._step(Chosen(use, self.kit.exercises[name].exercise))

    def fit(self, most_seconds: float) -> _Fit:
        """The session that fits these seconds: slots go, in the order of the pack, until it does."""
        *longer, (filled, seconds) = self.cuts(most_seconds)
        below = min([took for _, took in longer], default=math.inf)
        return self._fit(filled, seconds, seconds if seconds <= most_seconds else -math.inf, below)

    def cuts(self, most_seconds: float) -> Iterator[tuple[Filled, float]]:
        """The slots as they were filled, with the seconds that they take, before each cut and at the end."""
        filled = self.whole
        for slot in self.kit.pack.sessions.drop_order:
            seconds = self._seconds(filled)
            yield filled, seconds
            if seconds <= most_seconds:
                return
            filled = self.filler.without(slot, filled)
        yield filled, self._seconds(filled)

    def _fit(self, filled: Filled, seconds: float, least: float, below: float) -> _Fit:
        session = self._session(filled, seconds)
        return _Fit(session, least, below, any(self.format_rule in step.rules for step in session.steps))

    def _session(self, filled: Filled, seconds: float) -> Session:
        """The session with these slots filled, which takes so many seconds."""
        kept = filled.chosen()
        inside = {pick.exercise.id for pick in kept}
        dropped = [pick for pick in self.whole.chosen() if pick.exercise.id not in inside]
        steps = tuple([self._step(pick) for pick in kept])
        return Session(
            steps,
            tuple(self._left_out(filled, inside, dropped)),
            tuple([self._request(exercise, filled, inside, dropped) for exercise in self.filler.wanted]),
            seconds,
            tuple(self._firings(kept, steps)),
        )

    def _firings(self, kept: Sequence[Chosen], steps: Sequence[Step]) -> Iterator[Firing]:
        told = (self.kit.tracer.reading_of("finding.profile", self.profile),)
        for pick in kept:
            yield self._slot_firing(pick, told)
        if any(self.session_rule in step.rules for step in steps):
            because = self.kit.pack.info.texts.session_because
            yield _lowering(self.session_rule, because, told, self.session_caps, (EXPERT_CHOICE,))

    def _slot_firing(self, pick: Chosen, told: tuple[Reading, ...]) -> Firing:
        """What the table of slots decided about one exercise."""
        question = (self.profile, pick.use.slot, pick.exercise.id, pick.use.sources)
        found = self.kit.pieces.firings.get(question)
        if found is None:
            label = self.kit.slots[pick.use.slot].label
            filled = (Conclusion("fill", pick.exercise.id),)
            because = self.kit.pack.info.texts.slot_because or label
            sources = pick.use.sources or (EXPERT_CHOICE,)
            found = Firing(self._slot_rule(pick), "assembly", label, because, told, filled, sources)
            self.kit.pieces.firings.put(question, found)
        return found

    def _slot_rule(self, pick: Chosen) -> str:
        return f"slots.{self.profile}.{pick.use.slot}"

    def _seconds(self, filled: Filled) -> float:
        """The time that it takes, changes of position included."""
        seconds = sum([self._dose(pick.exercise)[1].seconds + self.kit.setup_s for pick in filled.chosen()])
        # Parts of a second add up exactly, too.
        return round(seconds, 2)

    # Steps

    def _dose(self, exercise: Exercise) -> tuple[Hashable, Dose]:
        """The dose of an exercise for this person, after what it hangs on: the same in whatever slot it stands."""
        found = self.doses.get(exercise.id)
        if found is None:
            found = self.doses[exercise.id] = self._make_dose(exercise)
        return found

    def _make_dose(self, exercise: Exercise) -> tuple[Hashable, Dose]:
        name = exercise.id
        side, _ = self._side(exercise)
        limits = self.limits(name)
        question = (name, side, *limits.items())
        found = self.kit.pieces.doses.get(question)
        if found is None:
            extra_sets = self.kit.extra_sets if side else 0
            found = dose(exercise, limits, self.kit.floors, first_side=side, extra_sets=extra_sets)
            self.kit.pieces.doses.put(question, found)
        return question, found

    def _step(self, pick: Chosen) -> Step:
        exercise, known = pick.exercise, self.kit.exercises[pick.exercise.id]
        position, needs = exercise.positions[0], known.usual_needs
        if self.grounds.preferences:
            pairs = zip(exercise.positions, known.avoided_positions, strict=True)
            position = next(one for one, fact in pairs if self.grounds.preferences.get(fact) is not True)
            needs = tuple([self._need(alternatives) for alternatives in exercise.needs])
        dosed, given = self._dose(exercise)
        _, extra_rules = self._side(exercise)
        caps = tuple([cap for cap in self.barriers.caps(exercise.id) if exercise.id in cap.changing])
        question = (
            *(exercise.id, self.profile, self.grounds.short, pick.use.slot, pick.instead_of, pick.rules),
            *(position, needs, dosed, extra_rules, caps),
        )
        found = self.kit.pieces.steps.get(question)
        if found is None:
            found = self._make_step(pick, known, position, needs, (given, caps, extra_rules))
            self.kit.pieces.steps.put(question, found)
        return found

    def _make_step(
        self,
        pick: Chosen,
        known: Known,
        position: str,
        needs: tuple[str, ...],
        dosed: tuple[Dose, tuple[Cap, ...], tuple[str, ...]],
    ) -> Step:
        exercise = pick.exercise
        given, caps, extra_rules = dosed
        whole = [cap.rule for cap in (*self.format_caps, *self.session_caps) if exercise.id in cap.changing]
        changing = (*[cap.rule for cap in caps], *whole, *extra_rules)
        return Step(
            exercise=exercise.id,
            name=exercise.name,
            phase=exercise.phase,
            slot=pick.use.slot,
            position=self.kit.pack.vocabulary.positions[position],
            needs=needs,
            why=exercise.why,
            dose=given,
            how=exercise.steps,
            cues=exercise.cues,
            faults=exercise.common_faults,
            cautions=tuple(dict.fromkeys([cap.limit.say for cap in caps if cap.limit.say])),
            stop_signs=exercise.stop_signs,
            instead_of=pick.instead_of,
            rules=tuple(dict.fromkeys((self._slot_rule(pick), *pick.rules, *changing))),
            sources=known.sources,
        )

    def _need(self, alternatives: tuple[str, ...]) -> str:
        thing = next((thing for thing in alternatives if self.barriers.has(thing)), alternatives[0])
        return self.kit.pack.vocabulary.equipment[thing].label

    def _side(self, exercise: Exercise) -> tuple[Side | None, tuple[str, ...]]:
        """The side that gets more of it: only for exercises whose first target is the one that differs."""
        target = exercise.targets[0]
        side = self.grounds.extra_side(target)
        if side is None or not exercise.dose.per_side:
            return None, ()
        return side, self.grounds.rules_for("extra_side", target)

    # What was left out, and what was asked for

    def _left_out(self, filled: Filled, inside: set[str], dropped: Iterable[Chosen]) -> Iterator[LeftOut]:
        left_out = self.kit.pieces.left_out
        for name, barrier in filled.blocked.items():
            if name not in inside:
                question = (name, barrier.why, barrier.rules)
                found = left_out.get(question)
                if found is None:
                    label = self.kit.exercises[name].exercise.name
                    found = LeftOut(name=label, why=_sentence(barrier.why), exercise=name, rules=barrier.rules)
                    left_out.put(question, found)
                yield found
        yield from [place.empty for place in filled.places if place.empty is not None]
        for pick in dropped:
            yield LeftOut(name=pick.exercise.name, why=_NO_TIME, exercise=pick.exercise.id, slot=pick.use.slot)

    def _request(self, name: str, filled: Filled, inside: set[str], dropped: Iterable[Chosen]) -> Request:
        """What became of an exercise that was asked for."""
        exercise = self.kit.exercises[name].exercise
        if name in inside:
            supervised = exercise.availability == "supervised_only"
            answer = "It is in your session, only together with your practitioner." if supervised else "It is in."
            return Request(exercise=name, name=exercise.name, granted=True, answer=answer)
        barrier = self.barriers.of(name) or filled.blocked.get(name)
        if barrier is not None:
            answer = _sentence(barrier.why)
        elif any(pick.exercise.id == name for pick in dropped):
            answer = _NO_TIME
        else:
            answer = "It has no place in a session for your pattern."
        others = dict.fromkeys((*exercise.substitutes, *exercise.regressions))
        instead = tuple(e for e in others if barrier is not None and self.barriers.of(e) is None)
        return Request(
            exercise=name,
            name=exercise.name,
            granted=False,
            answer=answer,
            instead=tuple(self.kit.exercises[e].exercise.name for e in instead),
            instead_ids=instead,
            rules=barrier.rules if barrier else (),
        )


def _lowering(
    rule: str, because: str | None, readings: tuple[Reading, ...], caps: Iterable[Cap], sources: tuple[str, ...]
) -> Firing:
    """The firing of a table that makes doses smaller."""
    lowered = tuple(Conclusion("limit", "dose", limit=cap.limit) for cap in caps)
    return Firing(rule, "assembly", because or rule, because or rule, readings, lowered, sources)


def _sentence(text: str) -> str:
    text = f"{text[0].upper()}{text[1:]}"
    return text if text.endswith(".") else f"{text}."
