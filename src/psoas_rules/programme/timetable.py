"""The dates of a programme: its weeks, what each is for, and which of its days are for what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from psoas_rules.conditions import Value
from psoas_rules.pack import DAYS_OF_A_WEEK, DayKind
from psoas_rules.programme.values import Options
from psoas_rules.progression import Block, ProgrammePlan

EXPERIENCE = "person.experience"


@attrs.frozen(eq=False)
class Days:
    """The days of one week.

    Attributes:
        all: The seven days.
        whole: Those with whole sessions.
        easy: Those for a walk and the release part.
        kinds: What each day is for.
    """

    all: tuple[dt.date, ...]
    whole: tuple[dt.date, ...]
    easy: tuple[dt.date, ...]
    kinds: Mapping[dt.date, DayKind]


class Timetable:
    """The dates of one programme.

    Args:
        plan: The plan of the pack.
        options: How the programme was asked for.
    """

    def __init__(self, plan: ProgrammePlan, options: Options) -> None:
        self.plan = plan
        self.options = options
        start = options.start.weekday()
        self._chosen = sorted((day - start) % DAYS_OF_A_WEEK for day in options.days)
        self._weeks: dict[tuple[int, object], Days] = {}
        self._easy_every = int(plan.number("easy_every"))

    def week_of(self, day: dt.date) -> int:
        """The week that a day belongs to, counted from 1."""
        return (day - self.options.start).days // DAYS_OF_A_WEEK + 1

    def starts(self, week: int) -> dt.date:
        """The first day of a week."""
        return self.options.start + dt.timedelta(days=(week - 1) * DAYS_OF_A_WEEK)

    def last(self) -> dt.date:
        """The last day of the programme."""
        return self.starts(self.options.weeks + 1) - dt.timedelta(days=1)

    def block(self, week: int) -> Block:
        """The block that a week belongs to."""
        left = week
        for block in self.plan.blocks:
            if left <= block.weeks:
                return block
            left -= block.weeks
        return self.plan.blocks[-1]

    def is_easy(self, week: int) -> bool:
        """Whether a week is an easy one."""
        return week % self._easy_every == 0

    def days(self, week: int, facts: Mapping[str, Value]) -> Days:
        """The days of a week for a person of whom this is known."""
        experience = facts.get(EXPERIENCE)
        found = self._weeks.get((week, experience))
        if found is None:
            found = self._weeks[week, experience] = self._days(week, str(experience))
        return found

    def kind(self, day: dt.date, facts: Mapping[str, Value]) -> DayKind:
        """What a day is for."""
        return self.days(self.week_of(day), facts).kinds[day]

    def _days(self, week: int, experience: str) -> Days:
        first = self.starts(week)
        some = tuple(first + dt.timedelta(days=n) for n in range(DAYS_OF_A_WEEK))
        whole = tuple(some[offset] for offset in self._offsets(self._frequency(week, experience)))
        others = [day for day in some if day not in whole]
        # One day off in each week: the last that has no session.
        kinds: dict[dt.date, DayKind] = {
            day: "whole" if day in whole else "rest" if day == others[-1] else "easy" for day in some
        }
        return Days(some, whole, tuple(day for day in some if kinds[day] == "easy"), kinds)

    def _offsets(self, wanted: int) -> Sequence[int]:
        """The days of a week with whole sessions, counted from its first."""
        chosen = self._chosen
        if chosen:
            count = min(wanted, len(chosen))
            return [chosen[_spread(place, count, len(chosen))] for place in range(count)]
        known = sorted(int(key) for key in self.plan.patterns)
        fitting = [count for count in known if count <= wanted] or known[:1]
        return [number - 1 for number in self.plan.patterns[str(fitting[-1])]]

    def _frequency(self, week: int, experience: str) -> int:
        steps = self.plan.frequency.get(experience) or next(iter(self.plan.frequency.values()))
        days = next(step.days for step in reversed(steps) if step.from_week <= week)
        most = self.block(week).days_max
        return days if most is None else min(days, most)


def _spread(place: int, count: int, of: int) -> int:
    """Which of some days to take, so that few of many lie apart."""
    return 0 if count == 1 else round(place * (of - 1) / (count - 1))
