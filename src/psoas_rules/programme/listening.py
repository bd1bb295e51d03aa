"""From reports to facts: what rules of programmes may read about a report, a day, and how things have gone lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from psoas_rules.conditions import Value
from psoas_rules.errors import Problem
from psoas_rules.facts import is_unknown
from psoas_rules.pack import Exercise
from psoas_rules.programme.course import WEEK, Course, Item, Marked
from psoas_rules.programme.errors import FeedbackError
from psoas_rules.programme.feedback import ExerciseReport, Feedback
from psoas_rules.programme.knowing import Ground, Knowledge
from psoas_rules.progressing import OF_A_DAY, OF_A_REPORT
from psoas_rules.progression import Watched


class Listener:
    """Turns reports into facts.

    Args:
        knowledge: The pack, ready for programmes.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.plan = knowledge.plan
        self.specs = knowledge.lexicon.specs
        self._no_marks: Mapping[str, Value] = {
            f"{kind}.{mark}": 0
            for mark in self.plan.marks
            for kind in ("anywhere_today", "anywhere_this_week", "days_lately")
        }

    def check(self, feedback: Feedback) -> None:
        """Checks feedback against the pack.

        Raises:
            FeedbackError: listing every answer that cannot be read.
        """
        problems = []
        for kind, keys, given, field in self._parts(feedback):
            for key in keys:
                value = getattr(given, key)
                if is_unknown(value):
                    continue
                try:
                    self.specs[f"{kind}.{key}"].read(value)
                except ValueError as error:
                    problems.append(Problem(f"{field}{key}", str(error)))
        for report in feedback.exercises:
            if report.exercise not in self.knowledge.exercises:
                known = self.knowledge.recommender.lexicon.exercise_named(str(report.exercise))
                hint = f"; did you mean '{known}'?" if known else "; write the id of an exercise of the programme"
                problems.append(Problem(f"exercises.{report.exercise}", f"unknown exercise{hint}"))
        if problems:
            raise FeedbackError(tuple(problems))

    @staticmethod
    def _parts(feedback: Feedback) -> Iterable[tuple[str, tuple[str, ...], object, str]]:
        yield "today", OF_A_DAY, feedback, ""
        for report in feedback.exercises:
            yield "report", OF_A_REPORT, report, f"exercises.{report.exercise}."

    def of_day(self, feedback: Feedback | None) -> dict[str, Value]:
        """What was reported about a day."""
        return {} if feedback is None else self._answers("today", OF_A_DAY, feedback)

    def _answers(self, kind: str, keys: Iterable[str], given: object) -> dict[str, Value]:
        known = ((key, getattr(given, key)) for key in keys)
        return {f"{kind}.{key}": value for key, value in known if not is_unknown(value)}

    def of_report(
        self, report: ExerciseReport, feedback: Feedback, done: Item | Exercise, course: Course
    ) -> dict[str, Value]:
        """What was reported about an exercise."""
        facts = self._answers("report", OF_A_REPORT, report)
        # Without the usual pain of the day the last one that is known stands in. More pain than at the start is not
        # what is usual: else a worse day would make the next morning look better.
        usual = next((pain for pain in (feedback.usual_pain, course.usual) if pain is not None), course.baseline)
        if report.morning_pain is not None and usual is not None:
            floor = usual if course.baseline is None else min(usual, course.baseline)
            facts["report.morning_rise"] = report.morning_pain - floor
        facts["report.level"] = done.level
        facts["report.phase"] = done.phase
        return facts

    def of_marks(self, marks: Iterable[str], item: Item, course: Course, day: dt.date) -> dict[str, Value]:
        """The marks of a report and how often the exercise has had them; `course` has them already."""
        present = frozenset(marks)
        own = [one for one in course.marked if one.exercise == item.exercise]
        since_change = [one for one in own if one.day > item.changed]
        facts: dict[str, Value] = {}
        for mark in self.plan.marks:
            facts[f"mark.{mark}"] = mark in present
            # What went well at less than the usual dose says nothing about that dose.
            good = self.plan.worse.get(f"mark.{mark}") == "no"
            facts[f"in_a_row.{mark}"] = _in_a_row(mark, [one for one in since_change if not (good and one.less)])
            facts[f"this_week.{mark}"] = sum(mark in one.marks for one in own if one.day > day - WEEK)
            facts[f"lately.{mark}"] = sum(mark in one.marks for one in own)
        return facts

    def of_all_marks(self, marked: Sequence[Marked], day: dt.date) -> dict[str, Value]:
        """How often each mark was given today, in seven days and lately, and on how many days."""
        facts = dict(self._no_marks)
        for mark, _ in {(mark, one.day) for one in marked for mark in one.marks}:
            _add(facts, f"days_lately.{mark}")
        for one in marked:
            if day - WEEK < one.day <= day:
                for mark in one.marks:
                    _add(facts, f"anywhere_this_week.{mark}")
                    if one.day == day:
                        _add(facts, f"anywhere_today.{mark}")
        return facts

    def of_course(self, course: Course, day: dt.date, week: int, *, easing: bool, strict: bool) -> dict[str, Value]:
        """How the programme has gone so far."""
        # A session that was made easier on purpose was not missed.
        before = [one for one in course.planned if one < day and one not in course.eased]
        last = max(course.done, default=None)
        facts: dict[str, Value] = {
            "course.week": week,
            "course.skipped": sum(one > last if last else True for one in before),
            "course.done": _done_in_a_row(course),
            "course.sessions": len(course.done),
            "course.flare": course.flare_since is not None,
            "course.easing": easing,
            "course.short": course.short,
            "course.strict_pain": strict,
            "retest.count": course.retests,
        }
        if before:
            # A session that was moved to another day is done all the same.
            done = len([one for one in course.done if one < day])
            facts["course.adherence"] = min(100, round(100 * done / len(before)))
        since = last or min(course.planned, default=None)
        if since is not None:
            facts["course.days_off"] = (day - since).days
        if course.flare_since is not None:
            facts["course.flare_days"] = (day - course.flare_since).days
        facts["course.flares_lately"] = sum(day - one < self.plan.lately for one in course.flares)
        if course.flares:
            facts["course.days_since_flare"] = (day - course.flares[-1]).days
        if course.unwell_since is not None:
            facts["course.unwell_days"] = (day - course.unwell_since).days
        if course.worse_since is not None:
            facts["course.worse_days"] = (day - course.worse_since).days
        return facts

    # Re-tests

    def watched(self, facts: Mapping[str, Value]) -> dict[str, float]:
        """The numbers among these facts that re-tests watch."""
        found: dict[str, float] = {}
        for one in self.plan.watched:
            for fact in self.specs[one.fact].facts():
                value = facts.get(fact)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    found[fact] = value
        return found

    def of_retests(self, course: Course, ground: Ground, day: dt.date) -> dict[str, Value]:
        """How what re-tests watch has changed since the start."""
        if not course.retests:
            return {}
        facts: dict[str, Value] = {}
        better, worse = False, False
        for one in self.plan.watched:
            spec = self.specs[one.fact]
            for fact in spec.facts():
                first, now = course.first.get(fact), ground.facts.get(fact)
                if (
                    fact not in course.told_again
                    or first is None
                    or not isinstance(now, int | float)
                    or isinstance(now, bool)
                ):
                    continue
                side = fact.removeprefix(one.fact)
                facts[f"retest.{spec.key}_change{side}"] = round(now - first, 3)
                if _is_real(one, first, now):
                    better |= (now > first) is (one.better == "higher")
                    worse |= (now > first) is not (one.better == "higher")
        if facts:
            if course.baseline is not None and course.usual is not None:
                # The pain before the sessions says as much as a re-test of it.
                better |= course.baseline - course.usual >= self.plan.number("clear_pain_change")
            facts["retest.improved"] = better
            facts["retest.worse"] = worse
        if course.retested is not None:
            facts["retest.days"] = (day - course.retested).days
        return facts


def _is_real(watched: Watched, first: float, now: float) -> bool:
    change = abs(now - first)
    enough = watched.change is not None and change >= watched.change
    share = watched.percent is not None and first != 0 and change >= abs(first) * watched.percent / 100
    return enough or share


def _in_a_row(mark: str, marked: Sequence[Marked]) -> int:
    count = 0
    for one in sorted(marked, key=lambda one: one.day, reverse=True):
        if mark not in one.marks:
            break
        count += 1
    return count


def _done_in_a_row(course: Course) -> int:
    """How many sessions were done since one was last missed."""
    done = frozenset(course.done)
    missed = [day for day in course.planned if day not in done]
    # A session that was done on another day before the next planned one is not missed.
    last_missed = max((day for day in missed if not course.made_up(day)), default=None)
    return sum(last_missed is None or day > last_missed for day in course.done)


def _add(facts: dict[str, Value], name: str) -> None:
    known = facts.get(name)
    facts[name] = known + 1 if isinstance(known, int) else 1
