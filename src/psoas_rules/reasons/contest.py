"""What becomes of an exercise that nothing keeps out: whether its place is there, and who came first."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from psoas_rules.assembly import Workings
from psoas_rules.filling import Chosen, Place
from psoas_rules.loading import MINUTES
from psoas_rules.outcomes import ProfileKind
from psoas_rules.pack import SlotUse
from psoas_rules.reasons.obstacles import Obstacle
from psoas_rules.reasons.situation import Situation
from psoas_rules.reasons.ways import Way


@attrs.frozen(eq=False)
class Contest:
    """One way in, for an exercise that may be in the session as such.

    Attributes:
        situation: The outcome that it is not in, which is a routine.
        name: Id of the exercise.
        way: The way.
        enough_minutes: Gives the fewest minutes with which it would be in.
    """

    situation: Situation
    name: str
    way: Way
    enough_minutes: Callable[[], int | None]

    def obstacle(self) -> Obstacle:
        """The first thing that closes the way."""
        return self._no_place() or self._not_up() or self._lost()

    # The place

    @property
    def _session(self) -> Workings:
        return self.situation.session()

    @property
    def _use(self) -> SlotUse:
        return self.situation.kit.uses[self.way.pattern][self.way.number][0]

    def _title(self, name: str) -> str:
        return self.situation.kit.exercises[name].exercise.name

    def _no_place(self) -> Obstacle | None:
        """The pattern is another one, or the condition of the slot does not hold."""
        profile: ProfileKind = self._session.grounds.profile
        if self.way.pattern != profile:
            why = f"your answers fit the pattern '{profile}'"
            return Obstacle(kind="pattern", why=why, subjects=(profile,))
        choice = self.situation.kit.uses[profile][self.way.number][1]
        if choice in self._session.grounds.open:
            return None
        unmet = self.situation.unmet(self.situation.kit.compiled.choices[choice])
        why = "this place is only for people whose answers call for it"
        return Obstacle(kind="slot_closed", why=why, unmet=unmet, subjects=(self.way.slot,))

    # Whether it stands in line for it

    def _not_up(self) -> Obstacle | None:
        """It does not stand in line: nobody asked, the level does not reach, or the rule that brings it is quiet."""
        asked = self.way.stands_for or self.name
        if self.way.kind in ("request", "request_stand_in") and asked not in self._session.filler.wanted:
            answer = self.situation.reading(f"preference.wants.{asked}")
            why = f"you did not ask for {self._title(asked)} by name"
            return Obstacle(kind="not_asked", why=why, answers=(answer,), subjects=(asked,))
        if self.way.kind == "swap":
            quiet = self._rule_quiet()
            if quiet is not None:
                return quiet
        return self._level()

    def _rule_quiet(self) -> Obstacle | None:
        fired = {ready.rule.id for ready in self.situation.case.fired}
        if self.way.rule is None or self.way.rule in fired:
            return None
        rules = self.situation.kit.compiled.book.rules
        rule = next(rule for rule in rules if rule.id == self.way.rule)
        why = f"the rule {rule.id} stayed quiet"
        return Obstacle(kind="rule_quiet", why=why, rules=(rule.id,), unmet=self.situation.unmet(rule.when))

    def _level(self) -> Obstacle | None:
        """What is listed from a level on counts only for those who may work at it, unless it was asked for."""
        filler, needed = self._session.filler, self._needed_level()
        listed = self.way.stands_for or self.name
        if needed is None or filler.level >= needed or listed in filler.wanted:
            return None
        caps = [cap for cap in self._session.grounds.caps if cap.general and cap.limit.level_max is not None]
        rules = tuple(dict.fromkeys(cap.rule for cap in caps if (cap.limit.level_max or 0) < needed))
        why = f"{self._title(listed)} is for level {needed} there, and you may work at level {filler.level} for now"
        return Obstacle(kind="level", why=why, rules=rules, answers=self.situation.read_by(rules), subjects=(listed,))

    def _needed_level(self) -> int | None:
        use, other = self._use, self.way.stands_for
        match self.way.kind:
            case "from_level_2":
                return 2
            case "from_level_3":
                return 3
            case "swap" if other not in use.candidates:
                return 2 if other in use.from_level_2 else 3
        return None

    # Who came first

    def _lost(self) -> Obstacle:
        """What came of it when the slots were filled, and when some of them went for want of time."""
        number, place = self._last_place()
        if any(pick.exercise.id == self.name for pick in place.chosen):
            return self._no_time(number)
        return self._not_needed(place) or self._before(place) or self._elsewhere(number)

    def _last_place(self) -> tuple[int, Place]:
        """The last cut of the session in which the slot still stood, and what was in it then."""
        cuts = self._session.cuts
        return next(
            (number, place)
            for number in reversed(range(len(cuts)))
            for place in cuts[number][0].places
            if place.use is self._use
        )

    def _no_time(self, number: int) -> Obstacle:
        """The slot went because the time was short."""
        session = self._session
        least = min(seconds for _, seconds in session.cuts[: number + 1])
        short = round(least - session.seconds, 3)
        minutes = self.enough_minutes()
        why = "there was not enough time for it" + (f"; with {minutes} minutes it would be in" if minutes else "")
        answer = self.situation.reading(MINUTES)
        return Obstacle(kind="time", why=why, answers=(answer,), seconds_short=short, minutes=minutes)

    def _not_needed(self, place: Place) -> Obstacle | None:
        """What it would stand in for is possible itself."""
        other = self.way.stands_for
        if other is None or self.way.kind == "swap":
            return None
        barriers = self._session.barriers
        possible = barriers.of(other) is None
        if self.way.kind == "request_stand_in":
            possible = barriers.alone(barriers.kit.exercises[other]) is None
        if not possible or self._beaten(place) is not None:
            return None
        why = f"{self._title(other)} is possible itself, so nothing has to stand in for it"
        return Obstacle(kind="not_needed", why=why, subjects=(other,))

    def _before(self, place: Place) -> Obstacle | None:
        """Another exercise came first."""
        pick = self._beaten(place)
        if pick is None:
            return None
        title, origin = pick.exercise.name, pick.stands_for or pick.exercise.id
        advice = self._session.filler.preferred.get(origin)
        swapped = origin == self.name
        rules = pick.rules if swapped or advice is None else tuple(dict.fromkeys((*pick.rules, advice)))
        for_it = f", which stands in for {self._title(pick.stands_for)}" if pick.stands_for else ""
        return Obstacle(
            kind="swapped" if swapped else "came_first",
            why=f"a rule puts {title} in its place" if swapped else f"its place went to {title}{for_it}",
            because="" if swapped else self._first_because(origin),
            rules=rules,
            answers=self.situation.read_by(rules),
            subjects=(pick.exercise.id,),
            names=(title,),
        )

    def _first_because(self, origin: str) -> str:
        """Why what stands there, or what it stands in for, is looked at first."""
        filler, use = self._session.filler, self._use
        if origin in filler.wanted:
            return "That was asked for by name"
        if origin == self.way.stands_for:
            return "That comes first of what can stand in there"
        if origin in filler.preferred:
            return "A rule advises that"
        for level, listed in ((3, use.from_level_3), (2, use.from_level_2)):
            if origin in listed and filler.level >= level:
                return f"That comes first for people who may work at level {level}"
        return "That stands earlier in the table"

    def _beaten(self, place: Place) -> Chosen | None:
        """What stands in the place because it was looked at before; None when the exercise was looked at first."""
        pick = next(iter(place.chosen), None)
        if pick is None:
            return None
        filler, use = self._session.filler, self._use
        origin = pick.stands_for or pick.exercise.id
        granted = origin in filler.wanted and origin in use.on_request
        if self.way.kind in ("request", "request_stand_in"):
            return None
        listed, order = self.way.stands_for or self.name, filler.order(use)
        if granted or order.index(origin) < order.index(listed):
            return pick
        if origin == listed and pick.stands_for is not None:
            line = self._in_line(listed)
            return pick if self.name == listed or line.index(pick.exercise.id) < line.index(self.name) else None
        return None

    def _in_line(self, original: str) -> tuple[str, ...]:
        """What can stand in for an exercise, in the order in which it is looked at."""
        exercise = self.situation.kit.exercises[original].exercise
        swaps = [other for other, _ in self._session.filler.swaps.get(original, ())]
        return (*swaps, *exercise.substitutes, *exercise.regressions)

    def _elsewhere(self, number: int) -> Obstacle:
        """It stood in another slot, which was dropped later."""
        filled, _ = self._session.cuts[number]
        slot = next(place.use.slot for place in filled.places for one in place.chosen if one.exercise.id == self.name)
        why = f"it stood in the place '{slot}' instead, for which there was not enough time"
        return Obstacle(kind="elsewhere", why=why, subjects=(slot,))
