"""What can become of one exercise: a step up or down its ladder, another exercise, a rest."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator

import attrs

from psoas_rules.programme.course import Item, Rung
from psoas_rules.programme.knowing import Ground
from psoas_rules.progression import ProgrammePlan


def work_of(item: Item, ground: Ground) -> float:
    """The seconds of work of an exercise at its amount."""
    return ground.ladder(item.exercise).work(item.rung)


def load_of(item: Item, ground: Ground, day: dt.date) -> tuple[int, int, float]:
    """How much an exercise asks for: nothing while it rests, then its level, then its work."""
    if item.rests_until is not None and day < item.rests_until:
        return (0, 0, 0.0)
    return (1, item.level, work_of(item, ground))


def kept_up(item: Item, day: dt.date) -> Item:
    """As much of an exercise as keeps what was gained: one set."""
    return attrs.evolve(item, rung=attrs.evolve(item.rung, sets=1), changed=day, upkeep=True)


def at(item: Item, ground: Ground, place: int, day: dt.date) -> Item:
    """The exercise at a rung of its ladder."""
    rungs = ground.ladder(item.exercise).rungs
    rung = rungs[max(0, min(place, len(rungs) - 1))]
    return item if rung == item.rung else attrs.evolve(item, rung=rung, changed=day)


def _below(item: Item, ground: Ground, place: int, day: dt.date) -> Item:
    """The same, but never more than before: new answers can give a ladder whose foot is above the present amount."""
    rungs = ground.ladder(item.exercise).rungs
    # Upkeep is one set, on the way down as well.
    while item.upkeep and place > 0 and rungs[min(place, len(rungs) - 1)].sets > 1:
        place -= 1
    made = at(item, ground, place, day)
    return made if work_of(made, ground) < work_of(item, ground) else item


def down(item: Item, ground: Ground, day: dt.date) -> Item:
    """One rung down, where there is one."""
    return _below(item, ground, ground.ladder(item.exercise).place(item.rung) - 1, day)


def lower(item: Item, ground: Ground, day: dt.date, taken: Collection[str], plan: ProgrammePlan) -> Item:
    """One step down: the next lower rung or, below the lowest, an easier exercise; at the end a rest."""
    place = ground.ladder(item.exercise).place(item.rung)
    if place > 0:
        return _below(item, ground, place - 1, day)
    return easier(item, ground, day, taken, plan)


def reduced(
    item: Item, ground: Ground, day: dt.date, taken: Collection[str], plan: ProgrammePlan, *, share: float
) -> Item:
    """At most a share of the work; below the lowest rung an easier exercise."""
    ladder = ground.ladder(item.exercise)
    wanted = ladder.work(item.rung) * share
    if ladder.work(ladder.rungs[0]) <= wanted or ladder.place(item.rung) > 0:
        return _below(item, ground, ladder.at_most(wanted), day)
    return easier(item, ground, day, taken, plan)


def easier(
    item: Item,
    ground: Ground,
    day: dt.date,
    taken: Collection[str],
    plan: ProgrammePlan,
    *,
    most_work: float = math.inf,
) -> Item:
    """Another exercise for the same purpose, never harder and never with more work; a rest when there is none."""
    exercise = ground.exercises[item.exercise]
    for name in dict.fromkeys((*exercise.regressions, *exercise.substitutes)):
        other = ground.exercises[name]
        if name in taken or other.level > item.level or not ground.allows(name, item.slot):
            continue
        rung = _no_more(item, name, ground, most_work)
        if rung is not None:
            since = item.since if other.level == item.level else day
            return attrs.evolve(item, exercise=name, level=other.level, rung=rung, since=since, changed=day)
    return resting(item, ground, day, int(plan.number("rest_days")))


def restarted(item: Item, ground: Ground, day: dt.date, taken: Collection[str]) -> Item:
    """An easier level where there is one, else the start dose or, from there, one rung down."""
    for name in ground.exercises[item.exercise].regressions:
        other = ground.exercises[name]
        if other.level < item.level and name not in taken and ground.allows(name, item.slot):
            rung = _no_more(item, name, ground)
            if rung is not None:
                return attrs.evolve(item, exercise=name, level=other.level, rung=rung, since=day, changed=day)
    ladder = ground.ladder(item.exercise)
    return _below(item, ground, min(ladder.start, ladder.place(item.rung) - 1), day)


def instead(item: Item, ground: Ground, day: dt.date, taken: Collection[str]) -> Item | None:
    """What takes the place of an exercise that new answers no longer allow; None when nothing does."""
    exercise = ground.exercises[item.exercise]
    routine = [step.exercise for step in ground.routine.steps if step.slot == item.slot]
    for name in dict.fromkeys((*routine, *exercise.regressions, *exercise.substitutes)):
        other = ground.exercises[name]
        if name in taken or not ground.allows(name, item.slot) or other.level > item.level:
            continue
        rung = _no_more(item, name, ground)
        if rung is not None:
            since = item.since if other.level == item.level else day
            return attrs.evolve(item, exercise=name, level=other.level, rung=rung, since=since, changed=day)
    return None


def _no_more(item: Item, name: str, ground: Ground, most_work: float = math.inf) -> Rung | None:
    """The start dose of another exercise, or as much of it as is no more work; None when all of it is more."""
    ladder, work = ground.ladder(name), min(work_of(item, ground), most_work)
    rung = ladder.rungs[min(ladder.start, ladder.at_most(work))]
    return rung if ladder.work(rung) <= work else None


def smallest(item: Item, ground: Ground, day: dt.date) -> Item:
    """The foot of the ladder."""
    return _below(item, ground, 0, day)


def resting(item: Item, ground: Ground, day: dt.date, days: int) -> Item:
    """The exercise left out for some days; it comes back at the foot of its ladder."""
    until = day + dt.timedelta(days=days + 1)
    if item.rests_until is not None:
        until = max(until, item.rests_until)
    return attrs.evolve(_below(item, ground, 0, day), changed=day, rests_until=until)


def raised(item: Item, ground: Ground, day: dt.date) -> Item | None:
    """One step up the ladder; None at its top."""
    ladder = ground.ladder(item.exercise)
    place = ladder.place(item.rung)
    return at(item, ground, place + 1, day) if place + 1 < len(ladder.rungs) else None


def harder(item: Item, ground: Ground, day: dt.date, taken: Collection[str], most_level: int) -> Iterator[Item]:
    """The exercises that follow on this one, of those that are possible, each at its start dose or below.

    A harder one is at most a level above, and not above what the block of weeks is for.
    """
    for name in ground.exercises[item.exercise].progressions:
        other = ground.exercises[name]
        fits = item.level <= other.level <= max(item.level, min(item.level + 1, most_level))
        if fits and name not in taken and other.availability != "supervised_only" and ground.allows(name, item.slot):
            ladder = ground.ladder(name)
            since = item.since if other.level == item.level else day
            # A harder exercise starts with no more work than the one before it had.
            rung = ladder.rungs[min(ladder.start, ladder.at_most(work_of(item, ground)))]
            yield attrs.evolve(item, exercise=name, level=other.level, rung=rung, since=since, changed=day)


def least(options: Iterable[Item], ground: Ground, day: dt.date) -> Item:
    """The one that asks for least."""
    return min(options, key=lambda one: load_of(one, ground, day))
