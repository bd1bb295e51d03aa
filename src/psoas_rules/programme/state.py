"""A programme under way, from one day to the next."""

from __future__ import annotations

import datetime as dt

import attrs

from psoas_rules.intake import FrozenDict, Intake
from psoas_rules.outcomes import Referral
from psoas_rules.programme.course import WEEK, Course
from psoas_rules.programme.knowing import Ground
from psoas_rules.programme.values import Change, PlannedDay

_REMEMBERED = 4 * WEEK
"""Nothing is kept from being told again for longer."""


@attrs.define(kw_only=True, eq=False)
class State:
    """A programme under way.

    Attributes:
        course: Where it stands.
        ground: What it rests on now.
        answers: The person's answers so far.
        past: The days that are over, as they were planned.
        history: What changed.
        referral: Why it stopped, if it did.
    """

    course: Course
    ground: Ground
    answers: Intake
    past: list[PlannedDay] = attrs.field(factory=list)
    history: list[Change] = attrs.field(factory=list)
    referral: Referral | None = None

    def is_news(self, day: dt.date, what: str, *, weeks: int = 1) -> bool:
        """Whether something was not told in the last weeks; from now on it was."""
        course = self.course
        told = course.told.get(what)
        if told is not None and day - told < weeks * WEEK:
            return False
        recent = {known: on for known, on in course.told.items() if day - on < _REMEMBERED or known == what}
        self.course = attrs.evolve(course, told=FrozenDict({**recent, what: day}))
        return True
