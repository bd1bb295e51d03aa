"""A step up, and what can stand in its way: the level, the time of a session, the growth of a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import attrs

from psoas_rules.conditions import Value
from psoas_rules.dosing import work_s
from psoas_rules.programme import stepping
from psoas_rules.programme.course import Course, Item
from psoas_rules.programme.knowing import Ground
from psoas_rules.programme.laying import Layout
from psoas_rules.programme.telling import Teller
from psoas_rules.programme.values import Change
from psoas_rules.progressing import ReadyRule

SILENT = ""
"""Where nothing is said: the days are easy, or upkeep is enough, and both were told."""


@attrs.frozen(kw_only=True)
class Share:
    """What an exercise may do when it is ready for more.

    Attributes:
        made: The exercise a step up; None when it has to wait.
        wait: Without a step, the text that says why.
        until: Until when it waits, where that is known.
    """

    made: Item | None = None
    wait: str = SILENT
    until: dt.date | None = None


class Raising:
    """The steps up of one day.

    Room for growth and time is shared out beforehand, to every exercise that could step up, in an order that changes
    from day to day. So what is reported about one exercise never makes room for another.

    Args:
        layout: The calendar of the programme.
        teller: Makes changes with their words.
        course: Where the programme stands before anything changes on that day.
        ground: What it rests on.
        day: The day.
        promising: Marks that an exercise has before it steps up.
    """

    def __init__(
        self,
        layout: Layout,
        teller: Teller,
        course: Course,
        ground: Ground,
        day: dt.date,
        *,
        promising: frozenset[str],
    ) -> None:
        self.layout = layout
        self.teller = teller
        self.plan = layout.plan
        self.course = course
        self.ground = ground
        self.day = day
        self.week = layout.timetable.week_of(day)
        self.promising = promising
        self._shares: dict[str, Share] | None = None

    def of(
        self, item: Item, taken: Collection[str], rules: Iterable[ReadyRule], facts: Mapping[str, Value]
    ) -> tuple[Item, Change | None]:
        """The exercise a step up, or as it is, and what to say about it, if anything."""
        rules = tuple(rules)
        if self._shares is None:
            self._shares = self._share([*taken, *self.course.gone])
        share = self._shares.get(item.key, Share(wait="no_room_growth"))
        made = share.made
        if made is None and share.wait == SILENT:
            return item, None
        if made is None:
            change = self.teller.change(
                self.day,
                "waits",
                share.wait,
                rules=rules,
                facts=facts,
                exercise=item.exercise,
                dose=str(self.layout.daily.dose(item, self.ground)),
                until=share.until,
                plainly=True,
            )
            return item, change
        to = made.exercise if made.exercise != item.exercise else None
        change = self.teller.change(
            self.day,
            "progress",
            "progress_to" if to else "progress",
            rules=rules,
            facts=facts,
            exercise=item.exercise,
            to=to,
            dose=str(self.layout.daily.dose(made, self.ground)),
        )
        return made, change

    def _ways(self, item: Item, taken: Collection[str]) -> tuple[list[Item], Share]:
        """The next steps, the usual one first; and what to say when there is none."""
        if item.upkeep:
            return [], Share(wait=SILENT)
        if self.layout.daily.easing(self.course, self.day):
            return [], Share(wait=SILENT)
        raised = stepping.raised(item, self.ground, self.day)
        ways = [] if raised is None else [raised]
        most_level = self.layout.timetable.block(self.week).level_max
        for other in stepping.harder(item, self.ground, self.day, taken, most_level):
            if other.level == item.level:
                ways.append(other)
                continue
            since = item.since + dt.timedelta(days=int(self.plan.number(f"days_to_level_{other.level}")))
            if since > self.day:
                return ways, Share(wait="waits_for_level", until=since)
            ways.append(other)
        later = any(stepping.harder(item, self.ground, self.day, taken, item.level + 1))
        return ways, Share(wait="waits_for_block" if later else "at_the_top")

    def _share(self, taken: Collection[str]) -> dict[str, Share]:
        """For each exercise that could step up, its next step, or why there is none."""
        layout, course, ground = self.layout, self.course, self.ground
        most = self._most()
        work, seconds = layout.daily.session_work(course, ground), layout.daily.session_seconds(course, ground)
        allowed = most * (1 + self.plan.number("growth"))
        # A tenth can be less than one repetition; then the smallest step is allowed, once.
        smallest = work <= most
        shares: dict[str, Share] = {}
        steps = [one for one in course.items if one.phase == "strengthening" and self._could(one)]
        turn = self.day.toordinal() % max(1, len(steps))
        for item in (*steps[turn:], *steps[:turn]):
            ways, none = self._ways(item, taken)
            before = layout.daily.dose(item, ground)
            # Where the time is used up, a harder exercise that takes no longer may still follow.
            fitting = [
                way
                for way in ways
                if seconds + layout.daily.dose(way, ground).seconds - before.seconds <= ground.most_seconds
            ]
            if not fitting:
                shares[item.key] = Share(wait="no_room_time") if ways else none
                continue
            after = layout.daily.dose(fitting[0], ground)
            # What a step takes away makes no room for the others: it may not come to that step.
            more = max(0, work_s(after) - work_s(before))
            if work + more > allowed and not smallest:
                shares[item.key] = Share(wait="no_room_growth")
                continue
            smallest = smallest and more <= 0
            work += more
            seconds += max(0, after.seconds - before.seconds)
            shares[item.key] = Share(made=fitting[0])
            taken = [*taken, fitting[0].exercise]
        return shares

    def _could(self, item: Item) -> bool:
        """Whether an exercise could step up today, as far as its reports before today tell."""
        before = [
            one for one in self.course.marked if one.exercise == item.exercise and item.changed < one.day < self.day
        ]
        latest = max(before, key=lambda one: one.day, default=None)
        return latest is not None and not self.promising.isdisjoint(latest.marks)

    def _most(self) -> float:
        """The work of the heaviest session of the weeks before; in the first week, of the one that it started with."""
        back = int(self.plan.number("growth_weeks"))
        heaviest = self.course.heaviest
        before = [heaviest[number] for number in sorted(heaviest, key=int) if int(number) < self.week]
        known = before or list(heaviest.values())
        return max(known[-back:], default=0) or self.layout.daily.session_work(self.course, self.ground)
