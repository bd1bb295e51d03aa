"""What keeps an exercise out, as values that print for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import attrs

from psoas_rules.reasons.unmet import Unmet
from psoas_rules.reasons.ways import Way
from psoas_rules.shapes import plain
from psoas_rules.trace import Reading

ObstacleKind: TypeAlias = Literal[
    "danger",
    "open_question",
    "alone",
    "excluded",
    "not_offered",
    "equipment",
    "avoided",
    "too_hard",
    "pattern",
    "slot_closed",
    "rule_quiet",
    "not_asked",
    "level",
    "not_needed",
    "swapped",
    "came_first",
    "elsewhere",
    "time",
]
"""What keeps an exercise out of one slot.

First comes what keeps out everything: a `danger` or an `open_question` leaves no routine at all. Then what keeps the
exercise itself out of every slot: it is not for doing `alone`, it is `excluded` by rules, it is `not_offered` for these
answers, `equipment` is missing, the person `avoided` it, or it is `too_hard`. Then what closes this way: the session is
for another `pattern`, the condition of the slot does not hold (`slot_closed`), the rule that would swap it in is quiet,
nobody asked for it by name, the person's `level` does not reach, or what it would stand in for is possible itself
(`not_needed`). Then what came of the competition: a rule `swapped` it, another exercise `came_first`, or it stood
`elsewhere`. Last, the slot was dropped for want of `time`.
"""

NEAREST: Final[tuple[ObstacleKind, ...]] = (
    *("time", "elsewhere", "swapped", "came_first", "not_asked", "level", "slot_closed"),
    *("not_needed", "rule_quiet", "pattern"),
)
"""From what is nearly in to what is far from it; what keeps out everything stands for itself."""


@attrs.frozen(kw_only=True)
class Obstacle:
    """What keeps an exercise out.

    Attributes:
        kind: What sort of thing.
        why: It in words, without a full stop.
        because: Why another exercise came first, in words.
        rules: Ids of the rules behind it.
        answers: The answers behind it.
        unmet: The tests that fail, where a condition does not hold.
        subjects: What it is about: the excluded property, exercise or phase, the things that are missing, what is
            avoided, or the other exercise.
        names: What those are called.
        seconds_short: For `time`: how many seconds are missing in this session.
        minutes: For `time`: the fewest whole minutes with which the exercise would be in; None where none are enough.
    """

    kind: ObstacleKind
    why: str
    because: str = ""
    rules: tuple[str, ...] = ()
    answers: tuple[Reading, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    seconds_short: float | None = None
    minutes: int | None = None

    def __str__(self) -> str:
        return ". ".join((self.why, *self.grounds()))

    def grounds(self) -> Iterator[str]:
        """What it rests on, a sentence each, without the full stop."""
        if self.because:
            yield self.because
        if self.unmet:
            needs = "; ".join(f"{one.text} (answer: {one.answer.text})" for one in self.unmet)
            yield f"Not so: {needs}"
        known = [f"{one.label}: {one.text}" for one in self.answers if one.value is not None]
        if known:
            yield f"{'Your answers' if len(known) > 1 else 'Your answer'}: {'; '.join(known)}"


@attrs.frozen(kw_only=True)
class Closed:
    """A way in with the first thing that closes it."""

    way: Way
    obstacle: Obstacle

    def __str__(self) -> str:
        if self.obstacle.kind == "came_first" and self.way.stands_for is None:
            went = f"{_way_in_words(self.way)}, and went to {self.obstacle.names[0]}"
            return f"{'. '.join((went, *self.obstacle.grounds()))}."
        return f"{_way_in_words(self.way)}. {_capital(str(self.obstacle))}."


@attrs.frozen(kw_only=True)
class WhyNot:
    """Why an exercise is not in an outcome: every way by which it could have come in, and what closes each.

    Attributes:
        exercise: Id of the exercise.
        name: What it is called.
        slot: The slot that it fills; None when it is not in.
        closed: The ways in, each with the first thing that closes it, those of the person's pattern first; empty for
            an exercise that is in, or that no slot of any session could ever hold.
    """

    exercise: str
    name: str
    slot: str | None
    closed: tuple[Closed, ...]

    @property
    def inside(self) -> bool:
        """Whether it is in the outcome after all."""
        return self.slot is not None

    @property
    def nearest(self) -> Obstacle | None:
        """Of everything that keeps it out, what is nearest to letting it in."""

        def distance(obstacle: Obstacle) -> int:
            return NEAREST.index(obstacle.kind) if obstacle.kind in NEAREST else len(NEAREST)

        return min((one.obstacle for one in self.closed), key=distance, default=None)

    @property
    def _shared(self) -> Obstacle | None:
        """What keeps it out of every slot."""
        return next((one.obstacle for one in self.closed if one.obstacle.kind not in NEAREST), None)

    def _everywhere(self) -> str:
        slots = ", ".join(f"'{slot}'" for slot in dict.fromkeys(one.way.slot for one in self.closed))
        return f"That keeps it out of every place that could hold it: {slots}."

    def lines(self) -> Iterator[str]:
        """What closes each way, a line each; what is alike is said once."""
        if self.inside:
            return
        if not self.closed:
            yield "No place of any session could hold it."
        if self._shared is not None:
            yield f"{_capital(str(self._shared))}. {self._everywhere()}"
            return
        yield from (str(one) for one in self.closed if one.obstacle.kind not in ("pattern", "rule_quiet"))
        quiet = [one.obstacle for one in self.closed if one.obstacle.kind == "rule_quiet"]
        needs = dict.fromkeys(unmet.text for obstacle in quiet for unmet in obstacle.unmet)
        if needs:
            yield f"A rule would put it in place of another exercise for people with: {'; '.join(needs)}."
        others = [one for one in self.closed if one.obstacle.kind == "pattern"]
        if others:
            patterns = ", ".join(f"'{name}'" for name in dict.fromkeys(one.way.pattern for one in others))
            yield f"Sessions for {patterns} have a place for it. {_capital(others[0].obstacle.why)}."

    def __str__(self) -> str:
        if self.inside:
            return f"{self.name} is in: it fills the place '{self.slot}'."
        nearest = self.nearest
        head = f"{self.name} is not in{f': {nearest}' if nearest is not None else ''}."
        lines = self.lines() if self._shared is None else (self._everywhere(),)
        return "\n".join((head, *(f"- {line}" for line in lines)))

    def to_dict(self) -> dict[str, Any]:
        """It as plain data for JSON."""
        return {**plain(self), "inside": self.inside, "text": str(self)}


def _way_in_words(way: Way) -> str:
    place = f"Place '{way.slot}'"
    match way.kind:
        case "candidate":
            return f"{place} lists it"
        case "from_level_2" | "from_level_3":
            return f"{place} lists it for people who may work at level {way.kind[-1]}"
        case "request":
            return f"{place} lists it for people who ask for it by name"
        case "swap":
            return f"{place} lists {way.stands_for_name}, and the rule {way.rule} would put it there instead"
        case "stand_in":
            return f"{place} lists {way.stands_for_name}, and it can stand in for that"
        case "request_stand_in":
            return f"{place} lists {way.stands_for_name} for people who ask for it, and it can stand in for that"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
