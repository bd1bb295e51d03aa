"""One simulated person: a body that answers to what it does, and a mouth that tells some of it."""

import math
import random
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from programme.kinds import Kind, People
from psoas_rules import Intake, read_intake
from psoas_rules.dosing import work_s
from psoas_rules.programme import Done, ExerciseReport, PlannedDay, PlannedStep

INTAKES: Final = Path(__file__).parent.parent / "intakes"
TOP: Final = 10
_INTAKES: Final[dict[str, Intake]] = {}


def drawn_intake(people: People, chance: random.Random) -> Intake:
    """Answers to start with: those of an example, with another time, experience and pain."""
    starts = people.starts
    name = chance.choices(starts["intakes"], starts["shares"])[0]
    if name not in _INTAKES:
        _INTAKES[name] = read_intake(INTAKES / f"{name}.yaml")
    data = _INTAKES[name].to_dict()
    data.setdefault("preferences", {})["minutes"] = chance.choice(starts["minutes"])
    data.setdefault("signs", {})["pain_now"] = chance.choice(starts["pain_now"])
    if data["person"]["experience"] != "regular":
        data["person"]["experience"] = chance.choice(starts["experience"])
    return Intake.from_dict(data)


@attrs.define
class Session:
    """What was really done: how it went, each exercise's share of the capacity, and how the person was on the day."""

    day: dict[str, bool]
    reports: list[ExerciseReport] = attrs.field(factory=list)
    shares: list[float] = attrs.field(factory=list)
    work_s: float = 0


@attrs.define
class Person:
    """A person on one day after another.

    Attributes:
        kind: The kind of person.
        people: What people.yaml says.
        chance: Where all draws come from.
        key: Seed, kind and number; what an exercise does to this person is drawn from it.
        levels: The levels of the exercises of the pack.
        ache: Usual pain, 0 to 10.
        irritation: Pain that was stirred up and settles.
        flare: Pain of a flare, on top.
        flare_left: Days until the flare has settled.
        capacity, first: What each slot can do, in seconds of work at level 1: now, and at first.
        trained: The last day, counted from 0, on which each slot was trained.
        stretches: How often the front of the hip was stretched.
        tests: What self-tests showed at first, by fact and side.
        today: How the person is today.
        stirred: Whether pain rose in the last night by a flare.
    """

    kind: Kind
    people: People
    chance: random.Random
    key: str
    levels: Mapping[str, int]
    ache: float
    irritation: float = 0
    flare: float = 0
    flare_left: float = 0
    capacity: dict[str, float] = attrs.field(factory=dict)
    first: dict[str, float] = attrs.field(factory=dict)
    trained: dict[str, int] = attrs.field(factory=dict)
    stretches: int = 0
    tests: dict[str, dict[str, float]] = attrs.field(factory=dict)
    today: dict[str, bool] = attrs.field(factory=dict)
    stirred: bool = False

    def happens(self, name: str) -> bool:
        """Whether something with a chance happens this time."""
        return self.chance.random() < self.kind[name]

    @property
    def pain(self) -> float:
        """All pain there is at rest."""
        return min(TOP, max(0.0, self.ache) + self.irritation + self.flare)

    # Nights and days

    def sleep(self, number: int, session: Session | None) -> None:
        """A night: what was stirred up settles in part, strength comes or goes, a flare can begin."""
        kind = self.kind
        self.irritation *= 1 - kind["settles"]
        after = session is not None and bool(session.shares)
        if session is not None and session.shares:
            self.irritation += max(0.0, max(session.shares) - kind["overload"]) * kind["irritability"]
        self.ache = max(
            kind["least_ache"], self.ache + kind["ache_drift"] + self.chance.gauss(0, kind["ache_wave"] / 3)
        )
        self._flare(after=after)
        for slot, capacity in self.capacity.items():
            if number - self.trained.get(slot, number) > kind["days_kept"]:
                self.capacity[slot] = max(capacity * (1 - kind["fade"]), self.first[slot] / kind["least_capacity"])
        names = ("poor_sleep", "low_energy", "unwell", "fell")
        self.today = {name: self.happens(name) for name in names}

    def _flare(self, *, after: bool) -> None:
        kind = self.kind
        self.stirred = False
        if self.flare_left > 0:
            self.flare *= 1 - 1 / self.flare_left if self.flare_left > 1 else 0
            self.flare_left -= 1
        # Sessions are on every second or third day, so that half of the flares begin on fewer nights.
        share = kind["flare_after_session"] * 7 / 3 if after else (1 - kind["flare_after_session"]) * 7 / 4
        if self.chance.random() < kind["flare"] * share:
            self.flare = max(1.0, self.chance.gauss(kind["flare_size"], kind["flare_spread"]))
            self.flare_left = max(2.0, self.chance.gauss(kind["flare_days"], kind["flare_days"] / 3))
            self.stirred = True

    @property
    def bad_day(self) -> bool:
        """Whether something makes everything harder today."""
        return any(self.today.get(name) for name in ("poor_sleep", "low_energy", "unwell"))

    # A session

    def train(self, planned: PlannedDay, number: int) -> Session:
        """Does what is planned, or more or less of it."""
        session = Session(dict(self.today))
        some = self.happens("only_some")
        for step in planned.steps:
            session.reports.append(self._exercise(step, number, session, some=some))
        return session

    def _exercise(self, step: PlannedStep, number: int, session: Session, *, some: bool) -> ExerciseReport:
        kind = self.kind
        if step.phase != "strengthening":
            self.stretches += step.slot == "hip_flexor_stretch"
            felt = self._felt(self.pain * kind["ache_felt"] + self._disagrees(step.exercise))
            return self._told(step, "all", effort=2, pain=felt, form=True)
        asked = work_s(step.dose) * kind["level_weight"] ** (self.levels[step.exercise] - 1)
        times = kind["extra_share"] if self.happens("extra") else 1
        share = asked * times / self._capacity(step.slot, asked)
        felt = self.pain * kind["ache_felt"] + self._disagrees(step.exercise) * min(1.0, share + 0.3)
        felt = self._felt(felt + max(0.0, share - kind["overload"]) * kind["effort_pain"])
        answer: Done = "all"
        if felt >= kind["stops_at"] or some:
            share, times, answer = share / 2, times / 2, "some"
        session.shares.append(share)
        session.work_s += work_s(step.dose) * times
        self._trained(step.slot, share, number)
        tired = kind["bad_day_effort"] if self.bad_day else 0
        effort = 1 + 8 * share + tired + self.chance.gauss(0, kind["effort_noise"])
        form = self.chance.random() > (share - 0.9) * 2
        return self._told(step, answer, effort=effort, pain=felt, form=form)

    def _capacity(self, slot: str, asked: float) -> float:
        """What a slot can do; it is drawn when the slot is first trained."""
        if slot not in self.capacity:
            kind = self.kind
            drawn = kind["capacity"] * math.exp(self.chance.gauss(0, kind["capacity_spread"]))
            self.capacity[slot] = self.first[slot] = asked * max(drawn, kind["least_capacity"])
        return self.capacity[slot]

    def _trained(self, slot: str, share: float, number: int) -> None:
        kind = self.kind
        self.trained[slot] = number
        if share >= kind["useful_share"]:
            grown = self.capacity[slot] * (1 + kind["gain"] * min(1.0, share / 0.7))
            self.capacity[slot] = min(grown, self.first[slot] * kind["most_capacity"])

    def _disagrees(self, exercise: str) -> float:
        """How much an exercise hurts this person for a reason of its own; the same at every time."""
        own = random.Random(f"{self.key}-{exercise}")  # noqa: S311 - nothing secret is drawn
        return self.kind["disagrees_by"] if own.random() < self.kind["disagrees"] else 0

    def _felt(self, pain: float) -> float:
        return max(0.0, pain + self.chance.gauss(0, self.kind["pain_noise"]))

    # What is said

    def says(self, pain: float) -> int:
        """A pain as the number that is told."""
        return max(0, min(TOP, round(pain * self.kind["pain_told"])))

    def usual(self) -> int:
        """The pain of this morning as a number."""
        return self.says(self._felt(self.pain))

    def _told(self, step: PlannedStep, done: Done, *, effort: float, pain: float, form: bool) -> ExerciseReport:
        kind = self.kind
        told = max(0, min(TOP, round(effort - kind["effort_held_back"])))
        light = told <= 3 and self.happens("says_too_easy")
        report = ExerciseReport(
            exercise=step.exercise,
            done=done,
            effort=told,
            pain=self.says(pain),
            sharp=self.happens("sharp"),
            form_kept=form,
            too_easy=light or self.happens("says_too_easy_anyway"),
        )
        forgotten: dict[str, Any] = {name: None for name in _MAY_BE_LEFT_OUT if self.happens("left_out")}
        return attrs.evolve(report, **forgotten)

    def next_morning(self, report: ExerciseReport, pain: int) -> ExerciseReport:
        """The report with the pain of the morning after."""
        if self.happens("left_out"):
            return report
        own = self._disagrees(report.exercise) / 3
        return attrs.evolve(report, morning_pain=min(TOP, pain + self.says(own)))

    def retest(self, asked: Iterable[str], sided: Collection[str], before: Intake) -> Intake:
        """Answers to the tests that are repeated."""
        answers: dict[str, Any] = {}
        for fact in asked:
            section, _, key = fact.partition(".")
            value = self._tested(fact, before, ("left", "right") if fact in sided else ("",))
            if value is not None:
                answers.setdefault(f"{section}s", {})[key] = value
        return Intake.from_dict(answers)

    def _tested(self, fact: str, before: Intake, sides: tuple[str, ...]) -> Any:
        if fact == "sign.irritability":
            return "low" if self.irritation < 1 else "moderate"
        if fact in ("sign.pain_now", "sign.low_back_pain_stiffness"):
            return self.usual()
        test = self.people.tests.get(fact)
        if test is None:
            return None
        if fact not in self.tests:
            drawn = max(0.0, self.chance.gauss(test.start, test.spread))
            self.tests[fact] = {side: _given(fact, side, before, drawn) for side in sides}
        first, best = self.tests[fact], max(self.tests[fact].values())
        gained = next((self.capacity[slot] / self.first[slot] for slot in test.slots if slot in self.first), 1.0)
        # What lags behind catches up faster than the better side gains.
        values = {
            side: best * gained**test.power - (best - first[side]) / gained**4 + test.stretch * self.stretches
            for side in sides
        }
        told = {side: min(max(round(value), test.least), test.most) for side, value in values.items()}
        return told.get("", told)


_MAY_BE_LEFT_OUT: Final = ("done", "effort", "pain", "sharp", "form_kept", "too_easy")


def _given(fact: str, side: str, before: Intake, drawn: float) -> float:
    """The number that an answer had at first, on one side; what was drawn when it had none."""
    section, _, key = fact.partition(".")
    given: Any = getattr(before, f"{section}s").get(key)
    value = given.get(side) if isinstance(given, Mapping) else given
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else drawn
