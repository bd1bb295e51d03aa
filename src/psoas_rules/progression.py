"""The knowledge about programmes as typed values: how weeks are laid out, what a report may say, and what follows.

Like `pack`, these classes know shapes, not medicine; their fields are the keys that an author writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

ProgressStage: TypeAlias = Literal["report", "programme", "exercise"]
PROGRESS_STAGES: tuple[ProgressStage, ...] = ("report", "programme", "exercise")
"""First each report of an exercise gets its marks; then the programme as a whole is looked at; then each exercise."""

ChangeKind: TypeAlias = Literal["progress", "hold", "reduce", "regress", "substitute", "maintain"]

CourseKind: TypeAlias = Literal[
    "note", "ease", "shorten", "lengthen", "repeat", "restart", "deload", "flare", "screen", "pause", "refer"
]

QuestionAnswer: TypeAlias = Literal["yes_no", "scale", "choice"]

Worse: TypeAlias = Literal["higher", "lower", "yes", "no"]
"""Which way a fact is worse: a higher or a lower number, or a yes or a no."""


@attrs.frozen(kw_only=True)
class ReportQuestion:
    """A question about an exercise that was done, or about a day.

    `min` and `max` belong to a scale, `options` to a choice.
    """

    label: str
    ask: str
    answer: QuestionAnswer
    min: float | None = None
    max: float | None = None
    options: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Number:
    """A number of the plan: its value, why it is so, and where it comes from."""

    value: float
    why: str
    sources: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Frequency:
    """From a week on, on how many days of a week the whole session is done."""

    from_week: int
    days: int


@attrs.frozen(kw_only=True)
class Block:
    """Some weeks with one goal.

    `level_max` is the level that exercises may be raised to; what is above stays. `days_max` are the most days of a
    week with a whole session.
    """

    id: str
    title: str
    goal: str
    weeks: int
    level_max: int
    days_max: int | None = None


@attrs.frozen(kw_only=True)
class Watched:
    """A fact that re-tests watch: which way is better, and from how much on a change is real.

    `change` is in the unit of the fact, `percent` is of the first value; with both, either is enough.
    """

    fact: str
    better: Literal["higher", "lower"]
    change: float | None = None
    percent: float | None = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RetestPlan:
    """At the end of which week which self-tests and signs are asked again; `every` repeats it, so many weeks apart."""

    week: int
    title: str
    ask: tuple[str, ...]
    every: int | None = None


@attrs.frozen(kw_only=True)
class ProgressThen:
    """What a rule of the programme concludes.

    Attributes:
        marks: For stage `report`: what the report counts as.
        change: For stage `exercise`: what happens to the exercise.
        volume: With `reduce`: the share of the work that stays.
        targets: With `maintain` in stage `programme`: for which targets only upkeep is done.
        course: For stage `programme`: what happens to the programme.
        days: How many days it lasts; with `ease`, on how many days after the report the session is looked for.
        answers: Answers of the person that are taken so from now on, by the names of facts.
    """

    marks: tuple[str, ...] = ()
    change: ChangeKind | None = None
    volume: float | None = None
    targets: tuple[str, ...] = ()
    course: CourseKind | None = None
    days: int | None = None
    answers: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class ProgressCases:
    """The pair of examples beside a rule: facts for which it fires, and facts just past it."""

    fires: Mapping[str, Any]
    quiet: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class ProgressRule:
    """A rule of a programme: when it fires, what follows, what the person is told, and why.

    `say` may name, in braces, `exercise`, `to` (the exercise that takes its place), `until`, and the facts that the
    rule reads, by their key.
    """

    id: str
    title: str
    stage: ProgressStage
    when: Any
    then: ProgressThen
    because: str
    sources: tuple[str, ...]
    status: Literal["draft", "reviewed", "retired"]
    cases: ProgressCases
    say: str | None = None


@attrs.frozen(kw_only=True)
class ProgrammePlan:
    """How programmes are laid out and what they listen to.

    Attributes:
        marks: What a report can count as, with its meaning.
        report: Questions about one exercise of a session.
        today: Questions about a day.
        frequency: For each answer about experience, on how many days of a week the whole session is done.
        patterns: For each number of such days, which days of the week, counted from 1 at the start of the programme.
        blocks: What the weeks are for, in order; the last one goes on for ever.
        watched: What re-tests watch.
        retests: When which tests are repeated.
        numbers: Named numbers.
        kept_in_flares: Exercises that a flare never takes away, and that pain in the middle range makes no smaller.
        growing: Answers in weeks that are one higher with each new week, by the names of facts.
        screen_when_over: Conditions after which the safety questions come again, by the names of facts.
        walk: The exercise that the walks of easy days are; None where nothing says so.
        texts: Sentences that programmes use.
        worse: For facts that say how a person is, by name, which way is worse. No rule may do more when they get worse.
    """

    marks: Mapping[str, str]
    report: Mapping[str, ReportQuestion]
    today: Mapping[str, ReportQuestion]
    frequency: Mapping[str, tuple[Frequency, ...]]
    patterns: Mapping[str, tuple[int, ...]]
    blocks: tuple[Block, ...]
    watched: tuple[Watched, ...]
    retests: tuple[RetestPlan, ...]
    numbers: Mapping[str, Number]
    texts: Mapping[str, str]
    kept_in_flares: tuple[str, ...] = ()
    walk: str | None = None
    growing: tuple[str, ...] = ()
    screen_when_over: tuple[str, ...] = ()
    worse: Mapping[str, Worse] = attrs.field(factory=dict)

    def number(self, name: str) -> float:
        """The value of a named number."""
        return self.numbers[name].value

    @property
    def lately(self) -> dt.timedelta:
        """How far back the facts look that count what happened lately."""
        return dt.timedelta(days=self.number("lately_days"))
