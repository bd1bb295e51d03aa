"""Where a programme stands: each exercise with its dose, what was marked lately, and what holds for the time being."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from psoas_rules.intake import FrozenDict
from psoas_rules.pack import Phase
from psoas_rules.trace import Side

WEEK = dt.timedelta(days=7)
"""The span that facts of this week speak of."""

Waiting: TypeAlias = Literal["review", "screen", "answers"]
"""What a pause waits for: a clinician, all safety questions again, or an answer that is open."""


@attrs.frozen(kw_only=True)
class Rung:
    """An amount of an exercise: one step of its ladder."""

    sets: int
    reps: int
    hold_s: float | None = None


@attrs.frozen(kw_only=True)
class Item:
    """An exercise of the programme.

    Attributes:
        key: What it is found by: its slot, with a number where a slot holds several.
        slot: The slot of the session that it fills.
        exercise: Its id.
        phase: The phase it belongs to.
        level: Its level.
        rung: How much of it.
        since: Since when this slot has been at this level.
        changed: When the exercise or its dose last changed.
        rests_until: The day on which it comes back, while it rests.
        upkeep: Whether one set is enough by now.
        side: The side that gets a set more.
        even: How many re-tests in a row have shown no clear difference between the sides.
    """

    key: str
    slot: str
    exercise: str
    phase: Phase
    level: int
    rung: Rung
    since: dt.date
    changed: dt.date
    rests_until: dt.date | None = None
    upkeep: bool = False
    side: Side | None = None
    even: int = 0


@attrs.frozen(kw_only=True)
class Marked:
    """The marks that a report of an exercise got, and whether less of it was planned on that day than is usual."""

    day: dt.date
    exercise: str
    marks: tuple[str, ...]
    less: bool = False


@attrs.frozen(kw_only=True)
class Trim:
    """Sets that are left out of an exercise on one day, so that the work of the week does not grow too fast."""

    day: dt.date
    key: str
    sets: int


@attrs.frozen(kw_only=True)
class Course:
    """Where a programme stands.

    Attributes:
        items: The exercises, in the order of the session.
        dropped: Slots that were left out at the start, to leave time for what is added later.
        arriving: Exercises that new answers bring in, from the start of the next week on.
        marked: The marks of the last weeks.
        done: Days on which a session was done.
        planned: Days on which one was planned, up to now.
        work: For each week so far, the seconds of strengthening work that were asked for.
        heaviest: For each week so far, the seconds of work of its heaviest session.
        allowed: The most seconds of work that the running week may ask for.
        trims: Sets left out in the running week.
        eased: Days with warm-up and release only.
        easing_until: The day up to which the sets are halved.
        less_until: The day up to which less is done after a break.
        away: Whether there is a break from which the person has not come back yet.
        short: Whether the short version is on.
        flare_since: When a flare began that has not settled.
        flares: The days of the flares so far.
        flared: Exercises that have rested because of one.
        gone: Exercises that went because they hurt, and when.
        unwell_since: Since when every report has said that the person feels unwell.
        worse_since: Since when there has been clearly more pain than at the start.
        baseline: Pain at the start.
        usual: The last usual pain that was reported.
        first: First values of what re-tests watch.
        told_again: What re-tests watch and what was told since the start.
        retests: How many re-tests there were.
        retested: The day of the last one.
        upkeep: Targets for which upkeep is enough.
        told: When each rule that only tells something was last told, and each break dealt with.
        waiting: What a pause waits for.
        stopped: Whether a referral ended it.
    """

    items: tuple[Item, ...]
    dropped: tuple[str, ...] = ()
    arriving: tuple[Item, ...] = ()
    marked: tuple[Marked, ...] = ()
    done: tuple[dt.date, ...] = ()
    planned: tuple[dt.date, ...] = ()
    work: Mapping[str, float] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    heaviest: Mapping[str, float] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    allowed: float = 0
    trims: tuple[Trim, ...] = ()
    eased: tuple[dt.date, ...] = ()
    easing_until: dt.date | None = None
    less_until: dt.date | None = None
    away: bool = False
    short: bool = False
    flare_since: dt.date | None = None
    flares: tuple[dt.date, ...] = ()
    flared: tuple[str, ...] = ()
    gone: Mapping[str, dt.date] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    unwell_since: dt.date | None = None
    worse_since: dt.date | None = None
    baseline: int | None = None
    usual: int | None = None
    first: Mapping[str, float] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    told_again: tuple[str, ...] = ()
    retests: int = 0
    retested: dt.date | None = None
    upkeep: tuple[str, ...] = ()
    told: Mapping[str, dt.date] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    waiting: Waiting | None = None
    stopped: bool = False

    def made_up(self, day: dt.date) -> bool:
        """Whether the session of a day was done on another day before the next one."""
        following = min((one for one in self.planned if one > day), default=None)
        return any(day <= one and (following is None or one < following) for one in self.done)
