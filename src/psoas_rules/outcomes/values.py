"""The values that come out: a `Routine`, a `Referral` or a `Screening`, and what they are made of.

Every outcome carries its words, so it can be shown, stored and read back without the pack that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

import attrs

from psoas_rules.errors import OutcomeError, Problem
from psoas_rules.importing import IMPORTING
from psoas_rules.intake import FrozenDict
from psoas_rules.pack import AnswerKind, DayKind, Level, Phase
from psoas_rules.trace import Reading, Side, Trace

if TYPE_CHECKING:
    from psoas_rules.outcomes.doses import DoseText

ProfileKind: TypeAlias = Literal["tight", "weak", "both", "neither", "uncertain"]
Word: TypeAlias = Literal["supported", "provisional", "uncertain", "unlikely", "no_information"]
Sureness: TypeAlias = Literal["high", "medium", "low"]


@attrs.frozen(kw_only=True)
class PackStamp:
    """Which pack decided: its name, version, date of review (ISO) and its fingerprint.

    The fingerprint is that of the files, or of the content of a pack that was changed after it was loaded.
    """

    name: str
    version: str
    reviewed: str
    digest: str


@attrs.frozen(kw_only=True)
class Dose:
    """How much of an exercise.

    Attributes:
        sets: How often the repetitions are done, for each side where there are sides.
        reps: Repetitions to start with.
        reps_top: Repetitions to build up to.
        hold_s: Seconds to hold each repetition; None when nothing is held.
        hold_top_s: Seconds of hold to build up to.
        seconds_per_rep: Seconds that one repetition takes, its hold included.
        rest_s: Seconds of rest between sets and sides.
        relax_s: Seconds to let go after each repetition, where that matters.
        per_side: Whether it is done on each side.
        first_side: The side to start with, where that matters.
        extra_sets: Sets more on the first side.
        effort_max: The most effort to feel, 0 to 10; None for stretches.
        stretch_max: The most stretch to feel, 0 to 10; None for other work.
        days_min, days_max: Days a week.
        seconds: Time that it takes in all.
    """

    sets: int
    reps: int
    reps_top: int
    seconds_per_rep: float
    rest_s: float
    per_side: bool
    days_min: int
    days_max: int
    seconds: float
    hold_s: float | None = None
    hold_top_s: float | None = None
    relax_s: float | None = None
    first_side: Side | None = None
    extra_sets: int = 0
    effort_max: float | None = None
    stretch_max: float | None = None

    def __str__(self) -> str:
        return str(self._text())

    @property
    def days(self) -> str:
        """On how many days a week, in words."""
        return self._text().days

    @property
    def feel(self) -> str:
        """How it should feel at the most, in words."""
        return self._text().feel

    def _text(self) -> DoseText:
        with IMPORTING:
            from psoas_rules.outcomes.doses import DoseText

        return DoseText.of(self)


@attrs.frozen(kw_only=True)
class Step:
    """One exercise of a routine.

    Attributes:
        exercise: Id of the exercise.
        name: What it is called.
        phase: The phase it belongs to.
        slot: The slot of the session that it fills.
        position: The position it is done in.
        needs: Things it needs, in words.
        why: What it is for.
        dose: How much of it.
        how: Instructions, in order.
        cues: Short reminders while doing it.
        faults: What often goes wrong.
        cautions: What this person should mind in it.
        stop_signs: When to stop this exercise.
        instead_of: Names of exercises that it stands in for.
        rules: Rules that brought it in, changed its dose or added a caution.
        sources: Keys of the sources behind the exercise.
    """

    exercise: str
    name: str
    phase: Phase
    slot: str
    position: str
    why: str
    dose: Dose
    how: tuple[str, ...]
    needs: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    stop_signs: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class LeftOut:
    """Something that the routine does not contain, and why: an exercise or, with `exercise` None, a whole slot."""

    name: str
    why: str
    exercise: str | None = None
    slot: str | None = None
    rules: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Request:
    """The answer to an exercise that was asked for by name.

    Attributes:
        exercise: Id of the exercise.
        name: What it is called.
        granted: Whether it is in the routine.
        answer: In words: how it was fitted in, or why not.
        instead: Names of safer exercises for the same wish.
        instead_ids: Their ids.
        rules: Rules behind a refusal.
    """

    exercise: str
    name: str
    granted: bool
    answer: str
    instead: tuple[str, ...] = ()
    instead_ids: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Note:
    """A sentence for the person, with the rules that brought it."""

    text: str
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class SidePattern:
    """How well each pattern fits one side."""

    tight: Word
    weak: Word


@attrs.frozen(kw_only=True)
class Profile:
    """The pattern that the answers fit. A pattern, not a diagnosis.

    Attributes:
        kind: `tight`, `weak`, `both`, `neither` or `uncertain`.
        confidence: How sure that is.
        left, right: The words for each side.
        text: The pattern in plain words.
        confidence_text: The confidence in plain words.
        sides: What fits each side, in plain words: left, then right.
        mattered: The answers that counted most, at most three.
        rules: The rules that gave points to it.
    """

    kind: ProfileKind
    confidence: Sureness
    left: SidePattern
    right: SidePattern
    text: str
    confidence_text: str
    sides: tuple[str, ...] = ()
    mattered: tuple[Reading, ...] = ()
    rules: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Question:
    """A question that has to be answered before there can be a routine.

    Attributes:
        fact: Name of the fact.
        section: The section of the intake that the answer belongs to.
        key: The key of the answer in that section.
        ask: The question.
        answer: Type of the answer.
        urgency: How dangerous a yes would be.
        group: The group of screen questions it belongs to, if any.
        options: For a choice, its keys and texts.
        unit, minimum, maximum: For numbers.
    """

    fact: str
    section: str
    key: str
    ask: str
    answer: AnswerKind
    urgency: Level
    group: str | None = None
    options: Mapping[str, str] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@attrs.frozen(kw_only=True)
class ScreenQuestion:
    """A group of safety questions in which nothing is answered yet: one "no" denies all of it.

    Attributes:
        id: The group, a key of the intake's `screen`.
        ask: The question for the whole group.
        urgency: How dangerous a yes could be.
        facts: The facts in it.
    """

    id: str
    ask: str
    urgency: Level
    facts: tuple[str, ...]


@attrs.frozen(kw_only=True)
class _Outcome:
    """What all outcomes have: who decided, for what use, and why."""

    kind: ClassVar[str]

    pack: PackStamp
    engine: str
    intended_use: str
    trace: Trace

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data for JSON, with its kind under `outcome`; `from_dict` reads it back."""
        with IMPORTING:
            from psoas_rules.shapes import plain

        return {"outcome": self.kind, **plain(self)}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """An outcome from the plain data that `to_dict` gave.

        Raises:
            OutcomeError: listing everything that does not fit.
        """
        with IMPORTING:
            from psoas_rules.shapes import structure

        if not isinstance(data, Mapping):
            raise OutcomeError((Problem("", "a stored outcome is a mapping"),))
        if data.get("outcome") != cls.kind:
            raise OutcomeError((Problem("outcome", f"{data.get('outcome')!r} is not '{cls.kind}'"),))
        made, mismatches = structure({key: value for key, value in data.items() if key != "outcome"}, cls)
        if made is None:
            raise OutcomeError(tuple(Problem(".".join(map(str, m.path)), m.message) for m in mismatches))
        return made

    def __str__(self) -> str:
        with IMPORTING:
            from psoas_rules.outcomes.sheets import sheet
            from psoas_rules.outcomes.text import to_text

        return to_text(sheet(self))  # type: ignore[arg-type]

    def _repr_html_(self) -> str:
        """What notebooks show."""
        with IMPORTING:
            from psoas_rules.outcomes.html import to_html
            from psoas_rules.outcomes.sheets import sheet

        return to_html(sheet(self))  # type: ignore[arg-type]


@attrs.frozen(kw_only=True)
class Day:
    """What one day of the week of a routine is for.

    Attributes:
        kind: `whole` for the whole session, `easy` for a little, `rest` for nothing.
        text: The same in words.
    """

    kind: DayKind
    text: str


@attrs.frozen(kw_only=True)
class Routine(_Outcome):
    """A safe, ordered, dosed routine.

    Attributes:
        triage: `ok`, or `caution` when a visit to a clinician is advised besides.
        profile: The pattern it is made for.
        steps: The exercises in order: warm-up, strengthening, release.
        left_out: What is not in it, and why.
        requests: Answers to exercises that were asked for by name.
        notes: What else this person should know.
        principles: How to do all of it.
        pain_rules: How much pain is acceptable.
        stop_rules: When to stop everything and seek help.
        seek_help: Warning signs to ask about again before each session.
        seek_help_if_yes: What to do if one of them is there.
        schedule: Which days.
        next_check: When to look again, in words.
        next_check_weeks: The same in weeks.
        seconds: Time that the session takes in all, with changes of position.
        minutes: The time that was there for it.
        not_a_diagnosis: What the routine is not.
        week: What each of the seven days is for, from the day it starts on; empty when its pack plans no week.
    """

    kind: ClassVar[str] = "routine"

    triage: Level
    profile: Profile
    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    requests: tuple[Request, ...]
    notes: tuple[Note, ...]
    principles: tuple[str, ...]
    pain_rules: tuple[str, ...]
    stop_rules: tuple[str, ...]
    seek_help: tuple[str, ...]
    seek_help_if_yes: tuple[str, ...]
    schedule: tuple[str, ...]
    next_check: str
    next_check_weeks: int
    seconds: float
    minutes: float
    not_a_diagnosis: str
    week: tuple[Day, ...] = ()

    def phase(self, phase: Phase) -> tuple[Step, ...]:
        """The steps of one phase."""
        return tuple(step for step in self.steps if step.phase == phase)


@attrs.frozen(kw_only=True)
class Referral(_Outcome):
    """Something needs a clinician before, or instead of, any exercise.

    Attributes:
        urgency: How fast: `before_exercising`, `same_day` or `emergency`.
        headline: The urgency in plain words.
        reasons: Why, each with its rules.
        actions: What to do now.
        meanwhile: What is all right until then.
        unanswered: Safety questions that are still open.
    """

    kind: ClassVar[str] = "referral"

    urgency: Level
    headline: str
    reasons: tuple[Note, ...]
    actions: tuple[str, ...]
    meanwhile: tuple[str, ...] = ()
    unanswered: tuple[Question, ...] = ()


@attrs.frozen(kw_only=True)
class Screening(_Outcome):
    """Questions that safety hangs on are still open, so there is no routine yet.

    Attributes:
        message: What this means, in plain words.
        questions: What to ask, the most dangerous first.
        groups: Groups in which everything is open; one "no" denies all questions of a group.
        if_unsure: What to do when a question of this urgency cannot be answered, by urgency.
        reasons: What the answers so far already tell.
        calls_for: What to do because of that, whatever the open questions say.
    """

    kind: ClassVar[str] = "screening"

    message: str
    questions: tuple[Question, ...]
    groups: tuple[ScreenQuestion, ...] = ()
    if_unsure: Mapping[str, str] = attrs.field(factory=FrozenDict, converter=FrozenDict, hash=False)
    reasons: tuple[Note, ...] = ()
    calls_for: tuple[str, ...] = ()


Outcome: TypeAlias = Routine | Referral | Screening


def outcome_from_dict(data: object) -> Outcome:
    """Any outcome from the plain data that its `to_dict` gave.

    Raises:
        OutcomeError: listing everything that does not fit.
    """
    kinds: tuple[type[Outcome], ...] = (Routine, Referral, Screening)
    for kind in kinds:
        if isinstance(data, Mapping) and data.get("outcome") == kind.kind:
            return kind.from_dict(data)
    raise OutcomeError((Problem("outcome", "it is one of 'routine', 'referral', 'screening'"),))
