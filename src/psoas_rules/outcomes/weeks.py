"""Which steps of a routine belong to which day of its week."""

from __future__ import annotations

from psoas_rules.outcomes.values import Routine, Step


def planned(routine: Routine) -> tuple[tuple[int, ...], ...]:
    """The numbers of the steps for each day of the week, from 1; nothing when the routine plans no week.

    On a day for the whole session that is every step, on an easy day the release part. No step is planned on more days
    than its dose allows; days for the whole session come first.
    """
    days = routine.week
    for_whole = [i for i, day in enumerate(days) if day.kind == "whole"]
    for_easy = [i for i, day in enumerate(days) if day.kind == "easy"]
    plan: list[list[int]] = [[] for _ in days]
    for number, step in enumerate(routine.steps, start=1):
        for i in sorted((*for_whole, *(for_easy if _is_easy(step) else ()))[: step.dose.days_max]):
            plan[i].append(number)
    return tuple(map(tuple, plan))


def _is_easy(step: Step) -> bool:
    return step.phase == "release"
