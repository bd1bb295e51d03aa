"""People who live through a programme, day by day: what they do, what they report, and what becomes of it.

Kinds of people, and all numbers, stand in people.yaml beside this file. All of it is made up. A report is sent the
morning after, with the pain of that morning. Some come later, some twice.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from programme.kinds import Kind, People, read_people
from programme.person import TOP, Person, Session, drawn_intake
from psoas_rules import Intake
from psoas_rules.pack import DAYS_OF_A_WEEK
from psoas_rules.programme import Advance, Feedback, Planned, PlannedDay, Planner, Programme

START: Final = dt.date(2030, 1, 7)
DAY: Final = dt.timedelta(days=1)


@attrs.frozen
class Moment:
    """A report that was taken in: the programme before, what was sent, and what came of it.

    `sent` is None when somebody only looked, which shows what was missed.
    """

    before: Programme
    sent: Feedback | None
    after: Advance


@attrs.frozen
class WeekLived:
    """A week as it was: minutes of strengthening work asked for and done, usual pain, mean level at its end.

    `easy` is for an easy week; `there` is false when the programme was over or paused on its last day.
    """

    asked: float
    done: float
    pain: float
    level: float
    easy: bool
    there: bool


class Simulation:
    """Lets people live through programmes.

    Args:
        weeks: How many weeks.
        seed: The same seed gives the same people.
        planner: What plans; None for the built-in pack.
        people: What people.yaml says; None to read it.
    """

    def __init__(
        self, *, weeks: int = 12, seed: int = 1, planner: Planner | None = None, people: People | None = None
    ) -> None:
        self.weeks = weeks
        self.seed = seed
        self.planner = Planner() if planner is None else planner
        self.people = read_people() if people is None else people
        pack = self.planner.recommender.pack
        self.levels: Mapping[str, int] = {one.id: one.level for one in pack.exercises}
        self.sided = frozenset(
            [f"sign.{one.id}" for one in pack.signs if one.sides]
            + [f"measure.{one.id}" for one in pack.measures if one.sides]
        )

    def life(self, kind: str, number: int) -> "Life":
        """One person of a kind, before the first day."""
        return Life(self, self.people.kinds[kind], number)


class Life:
    """One person and one programme. Going through `moments` lives it; `weeks` are filled on the way.

    Args:
        simulation: What it is part of.
        kind: The kind of person.
        number: Which of them.
    """

    def __init__(self, simulation: Simulation, kind: Kind, number: int) -> None:
        self.planner = simulation.planner
        self.people = simulation.people
        self.sided = simulation.sided
        self.key = f"{simulation.seed}-{kind.name}-{number}"
        chance = random.Random(self.key)  # noqa: S311 - nothing secret is drawn
        planned: Planned | None = None
        while not isinstance(planned, Programme):
            intake = drawn_intake(simulation.people, chance)
            planned = self.planner.plan(intake, start=START, weeks=simulation.weeks)
        self.programme: Programme = planned
        ache = max(0.0, planned.intake.signs["pain_now"] + chance.gauss(0, kind["ache_wave"]))
        self.person = Person(kind, simulation.people, chance, self.key, simulation.levels, ache)
        self.weeks: list[WeekLived] = []
        self._late: list[tuple[dt.date, Feedback]] = []
        self._owed: PlannedDay | None = None
        self._away = 0
        self._done: dict[dt.date, float] = {}
        self._pains: list[float] = []

    def moments(self) -> Iterator[Moment]:
        """Lives it day by day; gives each report with what came of it."""
        last = self.programme.weeks[-1].days[-1].day
        session: Session | None = None
        day = START
        while day <= last and self.programme.status != "stopped":
            session = self._live(day)
            self._pains.append(self.person.pain)
            usual = self.person.usual()
            self.person.sleep((day - START).days, session)
            yield from self._tell(day, session, usual)
            if (day - START).days % DAYS_OF_A_WEEK == DAYS_OF_A_WEEK - 1:
                self._week_is_over(day)
            day += DAY
            if day <= last and self.person.bad_day and self.person.happens("told_before"):
                yield from self._take(Feedback.from_dict({"day": day, **self.person.today}))
        if self.programme.status != "stopped":
            yield from self._take(None, today=last)
        while len(self.weeks) < len(self.programme.weeks):
            self._week_is_over(day)

    # What is done

    def _live(self, day: dt.date) -> Session | None:
        """What a person does on a day; None when it is nothing."""
        person, planned = self.person, self.programme.day(day)
        owed, self._owed = self._owed, None
        self._away -= 1
        if self._away <= 0 and person.happens("gives_up"):
            self._away = round(person.kind["gives_up_days"] * (0.6 + 0.8 * person.chance.random()))
        if self._away > 0 or self.programme.status != "active":
            return None
        doing: PlannedDay | None = None
        if planned.kind == "whole":
            if person.happens("does_session"):
                doing = planned
            elif person.happens("next_day"):
                self._owed = planned
        elif owed is not None:
            doing = owed
        elif person.happens("extra_session"):
            doing = self.programme.next_session()
        elif planned.steps and person.happens("easy_day_told"):
            doing = planned
        if doing is None or not doing.steps:
            return None
        session = person.train(doing, (day - START).days)
        self._done[day] = session.work_s
        return session

    # What is told

    def _tell(self, day: dt.date, session: Session | None, usual: int) -> Iterator[Moment]:
        """The morning after a day: reports of that day, those that come late, and answers."""
        person = self.person
        told = self._report(day, session, usual)
        if told is not None and person.happens("late"):
            self._late.append((day + DAY * person.chance.randint(1, int(person.kind["late_days"])), told))
            told = None
        due = [one for on, one in self._late if on <= day]
        self._late = [(on, one) for on, one in self._late if on > day]
        answers = self._answers(day)
        sent = [*due, *([told] if told else []), *([answers] if answers else [])]
        for one in sent:
            yield from self._take(one)
            if person.happens("sent_twice"):
                yield from self._take(self._corrected(one) if person.happens("sent_differently") else one)
        if not sent and "whole" in {one.kind for one in self._days(day, day + DAY)}:
            yield from self._take(None, today=day)

    def _report(self, day: dt.date, session: Session | None, usual: int) -> Feedback | None:
        person = self.person
        if session is None:
            missed = self.programme.day(day).kind == "whole" and not person.happens("silent_about_miss")
            return Feedback(day=day, missed=True) if missed else None
        morning = person.usual()
        lasted = morning > usual and (person.stirred or person.flare > 1)
        of_day: dict[str, Any] = {"usual_pain": usual, "lasted": lasted, **session.day}
        told = {name: answer for name, answer in of_day.items() if not person.happens("left_out")}
        exercises = tuple(person.next_morning(report, morning) for report in session.reports)
        return Feedback(day=day, exercises=exercises, **told)

    def _corrected(self, one: Feedback) -> Feedback:
        """The same with a little more pain: somebody thought again."""
        exercises = tuple(
            report if report.pain is None else attrs.evolve(report, pain=min(TOP, report.pain + 1))
            for report in one.exercises
        )
        return attrs.evolve(one, exercises=exercises)

    def _answers(self, day: dt.date) -> Feedback | None:
        """Answers of a day: after a pause, to tests that are due, and news."""
        person, course = self.person, self.programme.course
        if course.waiting == "review":
            return Feedback(day=day, reviewed=True) if person.happens("sees_clinician") else None
        if course.waiting == "screen":
            clear = Intake.from_dict({"screen": "clear"})
            return Feedback(day=day, answers=clear) if person.happens("answers_screen") else None
        for news in self.people.news:
            if person.chance.random() < news.chance:
                return Feedback(day=day, answers=Intake.from_dict(dict(news.answers)))
        retest = self.programme.weeks[(day - START).days // DAYS_OF_A_WEEK].retest
        if retest is not None and retest.day == day and person.happens("does_retest"):
            facts = [one.fact for one in retest.ask]
            return Feedback(day=day, answers=person.retest(facts, self.sided, self.programme.intake))
        return None

    def _days(self, *days: dt.date) -> list[PlannedDay]:
        return [one for week in self.programme.weeks for one in week.days if one.day in days]

    def _take(self, sent: Feedback | None, *, today: dt.date | None = None) -> Iterator[Moment]:
        """The programme takes it in."""
        before = self.programme
        after = self.planner.advance(before, () if sent is None else sent, today=today)
        self.programme = after.programme
        yield Moment(before, sent, after)

    def _week_is_over(self, day: dt.date) -> None:
        """Notes how the week was."""
        number = len(self.weeks)
        week, items = self.programme.weeks[number], self.programme.course.items
        levels = [
            item.level
            for item in items
            if item.phase == "strengthening" and (item.rests_until is None or item.rests_until <= day)
        ]
        done = sum(work for on, work in self._done.items() if (on - START).days // DAYS_OF_A_WEEK == number)
        lived = WeekLived(
            asked=week.work_s / 60,
            done=done / 60,
            pain=sum(self._pains) / len(self._pains) if self._pains else self.person.pain,
            level=sum(levels) / len(levels) if levels else 0,
            easy=week.easy,
            there=self.programme.status in ("active", "finished"),
        )
        self.weeks.append(lived)
        self._pains.clear()
