"""What is done on one day, how much of each exercise, and how long that takes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import attrs

from psoas_rules.dosing import resized, work_s
from psoas_rules.outcomes import Dose
from psoas_rules.programme.course import Course, Item, Rung
from psoas_rules.programme.knowing import Ground, Knowledge
from psoas_rules.programme.timetable import Timetable


@attrs.frozen(eq=False)
class Given:
    """An exercise on one day: where it comes from and its dose there."""

    item: Item
    dose: Dose

    @property
    def work_s(self) -> float:
        """Seconds of strengthening work."""
        return work_s(self.dose) if self.item.phase == "strengthening" else 0


class Daily:
    """The exercises of each day of one programme.

    Args:
        knowledge: The pack, ready for programmes.
        timetable: Which days are for what.
    """

    def __init__(self, knowledge: Knowledge, timetable: Timetable) -> None:
        self.knowledge = knowledge
        self.plan = knowledge.plan
        self.timetable = timetable

    def given(self, course: Course, ground: Ground, day: dt.date) -> tuple[Given, ...]:
        """The exercises of a day, with their doses."""
        kind = self.timetable.kind(day, ground.facts)
        if kind == "rest" or course.waiting or course.stopped:
            return ()
        only_release = kind == "easy"
        some = [
            self._given(item, course, ground, day)
            for item in course.items
            if (item.phase == "release" or not only_release)
            and not (item.rests_until and day < item.rests_until)
            and not (day in course.eased and item.phase == "strengthening")
            and self._has_room(item, ground, day)
        ]
        kept = [one for one in some if one is not None]
        if kind == "whole" and course.less_until and day <= course.less_until:
            kept = self._less(kept, ground)
        if kind == "whole" and course.short:
            kept = self._short(kept, ground)
        return tuple(kept)

    def _has_room(self, item: Item, ground: Ground, day: dt.date) -> bool:
        """Whether a day is among those of its week on which an exercise may be done."""
        most = ground.ladder(item.exercise).start_dose.days_max
        days = self.timetable.days(self.timetable.week_of(day), ground.facts)
        return day in (*days.whole, *(days.easy if item.phase == "release" else ()))[:most]

    def _given(self, item: Item, course: Course, ground: Ground, day: dt.date) -> Given | None:
        cut = sum([trim.sets for trim in course.trims if trim.day == day and trim.key == item.key])
        # Warming up and stretching are no load to be taken off.
        question = (item, item.phase == "strengthening" and self.easing(course, day), cut)
        # The same exercise stands on many days of many weeks.
        if question not in ground.given:
            ground.given[question] = self._make(item, ground, easing=question[1], cut=cut)
        found: Given | None = ground.given[question]
        return found

    def _make(self, item: Item, ground: Ground, *, easing: bool, cut: int) -> Given | None:
        rung = item.rung
        if easing:
            # Never below the foot of its ladder: that is as little as makes sense.
            ladder, half = ground.ladder(item.exercise), self._halved(rung)
            foot = ladder.rungs[0]
            rung = half if ladder.work(half) >= ladder.work(foot) else min(rung, foot, key=ladder.work)
        if rung.sets <= cut:
            return None
        extra = 0 if easing or item.upkeep or cut else self._extra(item, ground)
        return Given(item, self._at(attrs.evolve(rung, sets=rung.sets - cut), item, ground, extra))

    def _halved(self, rung: Rung) -> Rung:
        """Half of the sets; where there is one set alone, half of its repetitions or of its hold."""
        share = self.plan.number("easy_share")
        if rung.sets > 1:
            return attrs.evolve(rung, sets=math.floor(rung.sets * share) or 1)
        if rung.reps > 1 or rung.hold_s is None:
            return attrs.evolve(rung, reps=math.ceil(rung.reps * share))
        least = min(rung.hold_s, self.plan.number("shortest_hold_s"))
        return attrs.evolve(rung, hold_s=max(least, math.floor(rung.hold_s * share)))

    def dose(self, item: Item, ground: Ground) -> Dose:
        """The usual dose of an exercise: nothing halved or left out."""
        return self._at(item.rung, item, ground, 0 if item.upkeep else self._extra(item, ground))

    def _at(self, rung: Rung, item: Item, ground: Ground, extra_sets: int) -> Dose:
        return resized(
            ground.ladder(item.exercise).start_dose,
            sets=rung.sets,
            reps=rung.reps,
            hold_s=rung.hold_s,
            extra_sets=extra_sets,
            first_side=item.side,
        )

    def _extra(self, item: Item, ground: Ground) -> int:
        if item.side is None:
            return 0
        most = ground.ladder(item.exercise).most_sets
        return min(self.knowledge.extra_sets, max(0, most - item.rung.sets))

    def easing(self, course: Course, day: dt.date) -> bool:
        """Whether the sets of a day are halved."""
        return self.timetable.is_easy(self.timetable.week_of(day)) or (
            course.easing_until is not None and day <= course.easing_until
        )

    def _less(self, given: list[Given], ground: Ground) -> list[Given]:
        """Less work after a break: sets go from the last exercises first, down to one."""
        allowed = sum(one.work_s for one in given) * self.plan.number("repeat_share")
        made = list(given)
        for place in reversed(range(len(made))):
            while sum(other.work_s for other in made) > allowed and made[place].work_s and made[place].dose.sets > 1:
                item, dose = made[place].item, made[place].dose
                rung = Rung(sets=dose.sets - 1, reps=dose.reps, hold_s=dose.hold_s)
                made[place] = Given(item, self._at(rung, item, ground, 0))
        return made

    def _short(self, given: list[Given], ground: Ground) -> list[Given]:
        """The short version: what a routine for so little time would have, and no more of it."""
        made = []
        for one in given:
            short, dose = ground.short.get(one.item.slot), one.dose
            if short is None:
                continue
            sets, reps, hold_s = min(short.sets, dose.sets), dose.reps, dose.hold_s
            if one.item.phase != "strengthening":
                reps = min(short.reps, reps)
                hold_s = hold_s if short.hold_s is None or hold_s is None else min(short.hold_s, hold_s)
            extra = dose.extra_sets if sets == dose.sets else 0
            made.append(Given(one.item, self._at(Rung(sets=sets, reps=reps, hold_s=hold_s), one.item, ground, extra)))
        return made

    def seconds(self, given: Sequence[Given]) -> float:
        """The time that exercises take, changes of position included."""
        return round(sum(one.dose.seconds + self.knowledge.setup_s for one in given), 2)

    def session_seconds(self, course: Course, ground: Ground) -> float:
        """The time of a usual session: nothing halved, left out or resting."""
        return self.seconds([Given(item, self.dose(item, ground)) for item in course.items])

    def session_work(self, course: Course, ground: Ground) -> float:
        """The seconds of strengthening work of a usual session."""
        return sum(Given(item, self.dose(item, ground)).work_s for item in course.items)
