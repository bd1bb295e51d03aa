"""From where a programme stands to its weeks: as much work as is allowed, day by day as it is shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence

import attrs

from psoas_rules.dosing import work_s
from psoas_rules.intake import FrozenDict
from psoas_rules.pack import DayKind
from psoas_rules.programme.course import Course, Item, Trim
from psoas_rules.programme.daily import Daily
from psoas_rules.programme.knowing import Ground, Knowledge
from psoas_rules.programme.timetable import Timetable
from psoas_rules.programme.values import (
    Options,
    PlannedDay,
    PlannedStep,
    PlannedWeek,
    Retest,
    RetestQuestion,
)


class Layout:
    """The calendar of one programme.

    Args:
        knowledge: The pack, ready for programmes.
        options: How the programme was asked for.
    """

    def __init__(self, knowledge: Knowledge, options: Options) -> None:
        self.knowledge = knowledge
        self.plan = knowledge.plan
        self.options = options
        self.texts = self.plan.texts
        self.timetable = Timetable(self.plan, options)
        self.daily = Daily(knowledge, self.timetable)

    # Work

    def work(self, course: Course, ground: Ground, week: int, *, after: dt.date | None = None) -> float:
        """The seconds of strengthening work of a week: what was asked for up to a day, and what is planned after it."""
        asked = course.work.get(str(week), 0) if after is not None else 0
        days = self.timetable.days(week, ground.facts).whole
        left = [day for day in days if after is None or day > after]
        return asked + sum(one.work_s for day in left for one in self.daily.given(course, ground, day))

    def allowed(self, course: Course, ground: Ground, week: int) -> float:
        """The most work that a week may ask for.

        A share more than the most of the last weeks or, where that is less than one step, the smallest step more. The
        first week is measured by what it asks for itself.
        """
        back = int(self.plan.number("growth_weeks"))
        known = [course.work[number] for number in sorted(course.work, key=int) if int(number) < week][-back:]
        most = max(known, default=0) or self.work(course, ground, week)
        sessions = len(self.timetable.days(week, ground.facts).whole)
        steps = [step for item in course.items if (step := self._step(item, ground)) > 0]
        return max(most * (1 + self.plan.number("growth")), most + min(steps, default=0) * sessions)

    def _step(self, item: Item, ground: Ground) -> float:
        """How much work one step up the ladder adds."""
        ladder = ground.ladder(item.exercise)
        place = ladder.place(item.rung)
        return ladder.work(ladder.rungs[min(place + 1, len(ladder.rungs) - 1)]) - ladder.work(item.rung)

    def trimmed(self, course: Course, ground: Ground, week: int, *, after: dt.date | None = None) -> Course:
        """The course with as many sets left out in a week that its work stays within what is allowed.

        The last session of the week gives way first, and in it the last exercises.
        """
        # What was left out in a week stays out: else less of one exercise would bring back more of another.
        cuts = {(trim.day, trim.key): trim.sets for trim in course.trims if after is not None}
        course = attrs.evolve(course, trims=course.trims if after is not None else ())
        days = [day for day in self.timetable.days(week, ground.facts).whole if after is None or day > after]
        # Every session keeps a set of everything before anything is left out of one; the first of the week keeps at
        # least one exercise.
        for day, floor in [(day, floor) for floor in (1, 0) for day in reversed(days)]:
            working = [one for one in self.daily.given(course, ground, day) if one.work_s]
            if floor == 0 and after is None and day == days[0]:
                working = working[1:]
            for one in reversed(working):
                for _ in range(one.dose.sets - floor):
                    if self.work(course, ground, week, after=after) <= course.allowed:
                        return course
                    cuts[day, one.item.key] = cuts.get((day, one.item.key), 0) + 1
                    trims = tuple(Trim(day=on, key=key, sets=sets) for (on, key), sets in cuts.items())
                    course = attrs.evolve(course, trims=trims)
        return course

    # The days as they are shown

    def planned(self, course: Course, ground: Ground, day: dt.date, *, done: bool | None = None) -> PlannedDay:
        """A day as it is shown."""
        kind = self.timetable.kind(day, ground.facts)
        given = self.daily.given(course, ground, day)
        steps = tuple(
            PlannedStep(
                exercise=one.item.exercise,
                name=self.knowledge.exercises[one.item.exercise].name,
                phase=one.item.phase,
                slot=one.item.slot,
                dose=one.dose,
            )
            for one in given
        )
        waits = course.waiting is not None or course.stopped
        return PlannedDay(
            day=day,
            kind="rest" if waits else kind,
            text=self._text(
                kind, course, day, bool(steps), has_strength=any(step.phase == "strengthening" for step in steps)
            ),
            steps=steps,
            minutes=math.ceil(self.daily.seconds(given) / 60),
            done=done,
        )

    def _text(self, kind: DayKind, course: Course, day: dt.date, has_steps: bool, *, has_strength: bool) -> str:
        if course.stopped:
            return self.texts["stopped"]
        if course.waiting:
            return self.texts["paused" if course.waiting == "review" else "screen_again"]
        if kind == "rest":
            return self.texts["rest"]
        if kind == "easy":
            walk = self.texts["walk"].format(minutes=self.walk_minutes(course, day)) if self._walks(course, day) else ""
            released = self.texts["released"] if has_steps else ""
            return " ".join(filter(None, (walk, released))) or self.texts["rest"]
        if day in course.eased or not has_strength:
            return self.texts["eased"]
        if course.short:
            return self.texts["short_days"]
        text = self.knowledge.pack.info.texts.days["whole"]
        if course.less_until and day <= course.less_until:
            return f"{text} {self.texts['after_break']}"
        if self.daily.easing(course, day) and not self.timetable.is_easy(self.timetable.week_of(day)):
            return f"{text} {self.texts['easy_days']}"
        return text

    def _walks(self, course: Course, day: dt.date) -> bool:
        """Whether there are walks: not while walking itself rests."""
        return not any(
            item.exercise == self.plan.walk and item.rests_until is not None and day < item.rests_until
            for item in course.items
        )

    def walk_minutes(self, course: Course, day: dt.date) -> int:
        """How long the walk of a day is: it grows with the weeks in which anything was done."""
        number, week = self.plan.number, self.timetable.week_of(day)
        done = {self.timetable.week_of(one) for one in course.done}
        over = sorted({self.timetable.week_of(one) for one in course.planned})[:-1]
        idle = sum(one < week and one not in done for one in over)
        grown = number("walk_start_minutes") + number("walk_step_minutes") * (week - 1 - idle)
        return int(min(grown, number("walk_most_minutes")))

    def weeks(self, course: Course, ground: Ground, past: Sequence[PlannedDay]) -> Iterator[PlannedWeek]:
        """Every week: days that are over as they were, the others as they are planned now."""
        over = {day.day: day for day in past}
        for number in range(1, self.options.weeks + 1):
            block = self.timetable.block(number)
            if not any(day in over for day in self.timetable.days(number, ground.facts).all):
                course = self._foreseen(course, ground, number)
            elif self.timetable.starts(number + 1) - max(over) > dt.timedelta(days=1):
                # What the week under way still asks for counts for the weeks after it.
                work = self.work(course, ground, number, after=max(over))
                course = attrs.evolve(course, work=FrozenDict({**course.work, str(number): work}))
            days = tuple(
                over.get(day) or self.planned(course, ground, day)
                for day in self.timetable.days(number, ground.facts).all
            )
            easy = self.timetable.is_easy(number)
            yield PlannedWeek(
                number=number,
                easy=easy,
                block=block.id,
                title=block.title,
                goal=block.goal,
                text=self.texts["easy_week"] if easy else None,
                days=days,
                retest=self._retest(number, ground),
                work_s=round(sum(_work(step) for day in days for step in day.steps), 1),
            )

    def joining(self, course: Course, ground: Ground) -> Iterator[Item]:
        """Of the exercises that wait for a new week, those for which there is a place and time, a few at once."""
        items = list(course.items)
        left = int(self.plan.number("arrivals_a_week"))
        for item in course.arriving:
            if item.phase == "strengthening" and left == 0:
                continue
            trial = attrs.evolve(course, items=(*items, item))
            free = all(item.exercise != one.exercise and item.key != one.key for one in items)
            if free and ground.keeps(item) and self.daily.session_seconds(trial, ground) <= ground.most_seconds:
                items.append(item)
                left -= item.phase == "strengthening"
                yield item

    def waiting_still(self, course: Course, joined: Iterable[Item]) -> tuple[Item, ...]:
        """What waits for the week after, when so many have come in as may: the rest of those that strengthen."""
        keys = {item.key for item in joined}
        strong = [item for item in course.arriving if item.phase == "strengthening"]
        if sum(item.key in keys for item in strong) < self.plan.number("arrivals_a_week"):
            return ()
        return tuple(item for item in strong if item.key not in keys)

    @staticmethod
    def ordered(items: Iterable[Item], ground: Ground) -> tuple[Item, ...]:
        """Exercises in the order of a session."""
        order = {slot: place for place, slot in enumerate(ground.possible.slots)}
        return tuple(sorted(items, key=lambda one: order.get(one.slot, len(order))))

    def _foreseen(self, course: Course, ground: Ground, week: int) -> Course:
        """The course at the start of a week to come, if nothing changes until then."""
        joined = tuple(self.joining(course, ground))
        arriving = self.waiting_still(course, joined)
        items = self.ordered((*course.items, *joined), ground)
        course = attrs.evolve(course, items=items, arriving=arriving, trims=())
        course = attrs.evolve(course, allowed=self.allowed(course, ground, week))
        course = self.trimmed(course, ground, week)
        return attrs.evolve(course, work=FrozenDict({**course.work, str(week): self.work(course, ground, week)}))

    def _retest(self, week: int, ground: Ground) -> Retest | None:
        due = [
            one
            for one in self.plan.retests
            if one.week == week or (one.every and week > one.week and not (week - one.week) % one.every)
        ]
        if not due:
            return None
        ask = tuple(dict.fromkeys(fact for one in due for fact in one.ask if self._may_ask(fact, ground)))
        specs = self.knowledge.lexicon.specs
        others = [day for day, kind in self.timetable.days(week, ground.facts).kinds.items() if kind != "whole"]
        questions = tuple(RetestQuestion(fact=fact, label=specs[fact].label, ask=specs[fact].ask) for fact in ask)
        return Retest(day=others[-1], title=due[0].title, ask=questions)

    def _may_ask(self, fact: str, ground: Ground) -> bool:
        """Whether a self-test asks nothing of the body that is not for this person."""
        if not fact.startswith("measure."):
            return True
        item = next(one for one in self.knowledge.pack.measures if one.id == fact.removeprefix("measure."))
        return ground.possible.excluded.isdisjoint(item.properties)


def _work(step: PlannedStep) -> float:
    return work_s(step.dose) if step.phase == "strengthening" else 0
