"""The knowledge as typed values: one class for each kind of row and file under `rules/`.

These classes know shapes, not medicine. Their fields are the keys that a rule author writes, so this module is also
the reference of the file format. Condition trees stay plain data here (`Tree`); `rulebook` turns them into rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from psoas_rules.progression import ProgrammePlan, ProgressRule

Tree: TypeAlias = Any
"""A condition tree as written in a rule file: mappings, lists and scalars."""

Phase: TypeAlias = Literal["warm_up", "strengthening", "release"]
PHASES: tuple[Phase, ...] = ("warm_up", "strengthening", "release")

DayKind: TypeAlias = Literal["whole", "easy", "rest"]
DAY_KINDS: tuple[DayKind, ...] = ("whole", "easy", "rest")
DAYS_OF_A_WEEK = 7

Level: TypeAlias = Literal["ok", "caution", "before_exercising", "same_day", "emergency"]
LEVELS: tuple[Level, ...] = ("ok", "caution", "before_exercising", "same_day", "emergency")

Urgency: TypeAlias = Literal["modifier", "caution", "before_exercising", "same_day", "emergency"]
Clearance: TypeAlias = Literal["block", "clinician_first", "modify", "caution"]
Confidence: TypeAlias = Literal["verified", "well_known_unverified"]
AnswerKind: TypeAlias = Literal["yes_no", "scale", "number", "whole_number", "choice", "many", "names"]
Status: TypeAlias = Literal["draft", "reviewed", "retired"]
Stage: TypeAlias = Literal["screening", "precaution", "triage", "safety", "evidence", "profile", "dosage"]
STAGES: tuple[Stage, ...] = ("screening", "precaution", "triage", "safety", "evidence", "profile", "dosage")
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")

PROFILES = ("tight", "weak", "both", "neither", "uncertain")


@attrs.frozen(kw_only=True)
class Claim:
    """A fact behind a row, with where it comes from and how sure that is."""

    claim: str
    sources: tuple[str, ...] = ()
    confidence: Confidence = "well_known_unverified"


@attrs.frozen(kw_only=True)
class Source:
    """Where knowledge comes from."""

    id: str
    title: str
    kind: str
    authors: str | None = None
    year: int | None = None
    where: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    read: str | None = None
    reliability: str | None = None
    note: str | None = None


@attrs.frozen(kw_only=True)
class Part:
    """A question with one answer.

    `min`, `max` and `unit` belong to numbers, `options` to a choice. A scale is a whole number with both ends given.
    """

    ask: str
    answer: AnswerKind
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    options: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Evidence:
    """What an answer says about the patterns: points (one point doubles the odds) while `when` holds."""

    when: Tree
    points: Mapping[str, float]
    note: str | None = None


@attrs.frozen(kw_only=True)
class Derive:
    """A number worked out from a measure taken on both sides.

    `side_minus_other` and `percent_below_other` (of the larger value) give a number for each side;
    `sum_of_sides` gives one number.
    """

    how: Literal["side_minus_other", "percent_below_other", "sum_of_sides"]
    of: str


@attrs.frozen(kw_only=True)
class SelfTest:
    """How to take a measure safely at home."""

    steps: tuple[str, ...]
    equipment: tuple[str, ...] = ()
    do_not_if: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Item:
    """A sign that a person reports, or a measure that a self-test gives."""

    id: str
    label: str
    ask: str | None = None
    answer: AnswerKind | None = None
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    options: Mapping[str, str] = attrs.field(factory=dict)
    sides: bool = False
    parts: Mapping[str, Part] = attrs.field(factory=dict)
    derived: Mapping[str, Derive] = attrs.field(factory=dict)
    evidence: tuple[Evidence, ...] = ()
    self_test: SelfTest | None = None
    properties: tuple[str, ...] = ()
    could_also_be: tuple[str, ...] = ()
    from_article: bool = False
    note: str | None = None
    facts: tuple[Claim, ...] = ()


@attrs.frozen(kw_only=True)
class RaisedBy:
    """A combination that makes a red flag more urgent: the flag and any one of these other flags."""

    with_any: tuple[str, ...]
    to: Urgency
    say: str | None = None


@attrs.frozen(kw_only=True)
class RedFlag:
    """A warning sign: what to ask, what it could mean and how fast help is needed."""

    id: str
    label: str
    ask: str
    could_mean: str
    urgency: Urgency
    psoas_specific: bool = False
    applies_to: str | None = None
    raised_by: tuple[RaisedBy, ...] = ()
    do: tuple[str, ...] = ()
    note: str | None = None
    facts: tuple[Claim, ...] = ()


@attrs.frozen(kw_only=True)
class Exclusions:
    """What is left out: movements with these properties, these exercises, these phases, or all but `all_but`."""

    properties: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    all_but: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Limit:
    """A cap on the dose, or a caution to show, for every exercise in its scope.

    Scope: `for_property`, `for_phase` and `for_exercises` narrow it, and all that are given must fit; with none it is
    for every exercise. Factors multiply the start dose. When two limits touch the same thing the stricter counts.
    """

    for_property: str | None = None
    for_phase: Phase | None = None
    for_exercises: tuple[str, ...] = ()
    level_max: int | None = None
    effort_max: float | None = None
    stretch_max: float | None = None
    sets_max: int | None = None
    reps_max: int | None = None
    hold_s_max: float | None = None
    days_max: int | None = None
    sets_factor: float | None = None
    hold_factor: float | None = None
    rest_factor: float | None = None
    say: str | None = None


@attrs.frozen(kw_only=True)
class Further:
    """Something more that a condition does when a follow-up answer says so; an unanswered one counts as saying so."""

    id: str
    when: Tree
    excludes: Exclusions = Exclusions()
    clearance: Clearance | None = None
    own_advice: OwnAdvice | None = None
    walk_meanwhile: bool = True
    say: str | None = None


@attrs.frozen(kw_only=True)
class OwnAdvice:
    """What a referral says instead of the usual, where the usual would be wrong for a condition."""

    headline: str
    actions: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ConditionRow:
    """A health condition: whether a clinician comes first, and what it takes out of, or limits in, a routine."""

    id: str
    label: str
    ask: str
    clearance: Clearance
    group: str | None = None
    details: Mapping[str, Part] = attrs.field(factory=dict)
    from_age: int | None = None
    below_age: int | None = None
    excludes: Exclusions = Exclusions()
    further: tuple[Further, ...] = ()
    limits: tuple[Limit, ...] = ()
    swaps: Mapping[str, str] = attrs.field(factory=dict)
    prefer: tuple[str, ...] = ()
    stop_signs: tuple[str, ...] = ()
    strict_pain: bool = False
    own_advice: OwnAdvice | None = None
    walk_meanwhile: bool = True
    say: str | None = None
    note: str | None = None
    facts: tuple[Claim, ...] = ()


@attrs.frozen(kw_only=True)
class ScreenGroup:
    """Several safety questions that can be denied with one answer."""

    id: str
    ask: str
    red_flags: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Ceiling:
    """The most of an exercise that any plan may ever ask for."""

    sets: int
    reps: int
    hold_s: float | None = None


@attrs.frozen(kw_only=True)
class DoseRow:
    """The start dose of an exercise for a healthy adult beginner at its level.

    Times are in seconds. `reps_top` and `hold_top_s` say what to build up to. `move_s` is the time of one repetition
    without its hold. `effort` (0 to 10) is for work, `stretch` (0 to 10) for stretching; each is the most to feel.
    """

    sets: int
    reps: int
    reps_top: int
    move_s: float
    rest_s: float
    per_side: bool
    days_min: int
    days_max: int
    hold_s: float | None = None
    hold_top_s: float | None = None
    relax_s: float | None = None
    effort: float | None = None
    stretch: float | None = None
    ceiling: Ceiling | None = None
    article: str | None = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Grade:
    """How strong the evidence for an exercise is: A to D, or X for unsupported."""

    grade: Literal["A", "B", "C", "D", "X"]
    direction: Literal["supports", "unsupported"]
    scope: str | None = None
    facts: tuple[Claim, ...] = ()


@attrs.frozen(kw_only=True)
class Exercise:
    """An exercise or technique: how to do it, what it demands of the body, and its start dose."""

    id: str
    name: str
    why: str
    phase: Phase
    availability: Literal["default", "conditional", "supervised_only"]
    targets: tuple[str, ...]
    level: int
    positions: tuple[str, ...]
    properties: tuple[str, ...]
    dose: DoseRow
    steps: tuple[str, ...]
    evidence: Grade
    aliases: tuple[str, ...] = ()
    from_article: bool = False
    article_name: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    offer_if: Tree = None
    offered_when: str | None = None
    not_on_your_own: str | None = None
    progressions: tuple[str, ...] = ()
    regressions: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    common_faults: tuple[str, ...] = ()
    stop_signs: tuple[str, ...] = ()
    note: str | None = None


@attrs.frozen(kw_only=True)
class Slot:
    """A place in a session: its phase and the targets that whatever fills it must serve."""

    id: str
    label: str
    phase: Phase
    serves: tuple[str, ...]


@attrs.frozen(kw_only=True)
class SlotUse:
    """How a session of one profile fills a slot: candidates in order of preference, the first that passes is taken."""

    slot: str
    candidates: tuple[str, ...]
    from_level_2: tuple[str, ...] = ()
    from_level_3: tuple[str, ...] = ()
    on_request: tuple[str, ...] = ()
    when: Tree = None
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Format:
    """How a session changes when there is little time; the smallest `up_to_minutes` that fits is used."""

    up_to_minutes: int
    limits: tuple[Limit, ...] = ()
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Sessions:
    """What a session of each profile is made of, and how it is cut to the time there is.

    Doses are limited for a whole session, never for one slot: else the same exercise could get more in another slot
    when a condition moves it there.
    """

    slots: tuple[Slot, ...]
    sessions: Mapping[str, tuple[SlotUse, ...]]
    formats: tuple[Format, ...]
    drop_order: tuple[str, ...]
    session_limits: Mapping[str, tuple[Limit, ...]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Then:
    """What a rule concludes."""

    treat_as: tuple[str, ...] = ()
    triage: Level | None = None
    exclude: Exclusions | None = None
    limits: tuple[Limit, ...] = ()
    extra_set: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    stop_signs: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RuleCases:
    """The pair of examples beside a rule: answers for which it fires, and answers just past it."""

    fires: Mapping[str, Any]
    quiet: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class RuleFile:
    """A rule: when it fires, what follows, and why."""

    id: str
    title: str
    stage: Stage
    when: Tree
    then: Then
    because: str
    sources: tuple[str, ...]
    status: Status
    cases: RuleCases
    for_each_side: bool = False


@attrs.frozen(kw_only=True)
class Constant:
    """A number that is not in a table: its value, why it is so, and where it comes from."""

    value: float
    why: str
    sources: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Equipment:
    """A thing that exercises need. `usual` things are in most homes and assumed when nobody was asked."""

    label: str
    usual: bool


@attrs.frozen(kw_only=True)
class Vocabulary:
    """The words that rows are described with, each with its meaning."""

    properties: Mapping[str, str]
    targets: Mapping[str, str]
    equipment: Mapping[str, Equipment]
    positions: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Explainer:
    """A short text about the psoas for readers: what is known, and what a popular article got wrong."""

    id: str
    kind: Literal["anatomy", "imbalance", "cause", "principle", "correction"]
    title: str
    text: str
    said: str | None = None
    sources: tuple[str, ...] = ()
    confidence: Confidence = "well_known_unverified"


@attrs.frozen(kw_only=True)
class Texts:
    """Sentences that outcomes always carry."""

    not_a_diagnosis: str
    pain_rules: tuple[str, ...]
    stop_rules: tuple[str, ...]
    principles: tuple[str, ...]
    seek_help_again: tuple[str, ...]
    actions: Mapping[str, tuple[str, ...]]
    meanwhile: Mapping[str, tuple[str, ...]]
    screening: str
    levels: Mapping[str, str]
    profiles: Mapping[str, str]
    confidence: Mapping[str, str]
    words: Mapping[str, str]
    schedule: Mapping[str, tuple[str, ...]]
    no_steps: str
    next_check: str
    pain_rules_strict: tuple[str, ...] = ()
    after_clearance: str | None = None
    unsettled: str | None = None
    slot_because: str | None = None
    format_because: str | None = None
    session_because: str | None = None
    if_unsure: Mapping[str, str] = attrs.field(factory=dict)
    sides: Mapping[str, str] = attrs.field(factory=dict)
    week: Mapping[str, tuple[DayKind, ...]] = attrs.field(factory=dict)
    days: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class PackInfo:
    """What the pack is and who it is for."""

    name: str
    version: str
    schema: int
    licence: str
    reviewed: str
    intended_use: str
    always_repeat: tuple[str, ...]
    next_check_weeks: int
    constants: Mapping[str, Constant]
    texts: Texts


@attrs.frozen(kw_only=True)
class Together:
    """Signs that are asked in one question, such as `Which of these have you noticed?`."""

    id: str
    ask: str
    signs: tuple[str, ...]


@attrs.frozen(kw_only=True)
class HomeTests:
    """How self-tests are offered in an interview.

    Attributes:
        ask: The question whether the person would like to do any.
        needs: For a measure, the things without which it cannot be taken: one of each list.
        without_number: Parts of measures that are asked only when the measure itself could not be taken.
    """

    ask: str
    needs: Mapping[str, tuple[tuple[str, ...], ...]] = attrs.field(factory=dict)
    without_number: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Wishes:
    """Preferences that one "no" denies together: their lists are then empty, and their yes/no questions a no."""

    ask: str
    denies: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Seconds:
    """How long it takes a person to answer: by kind of question, and to do one self-test."""

    kinds: Mapping[str, float]
    tests: Mapping[str, float] = attrs.field(factory=dict)
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Band:
    """A share of all people whose number is from `least` to `most`."""

    least: float
    most: float
    share: float


@attrs.frozen(kw_only=True)
class Rates:
    """How often each answer is given. It orders questions and draws simulated people; it decides no outcome.

    Attributes:
        not_sure: The share of answers that are `not sure`.
        not_sure_of_danger: The same for single safety questions.
        does_tests: The share of people who do self-tests at home.
        both_sides: Of those with something on a side, the share who have it on both.
        cleared: Of those whom a clinician should see first, the share who have that clinician's consent.
        can_do: For a measure, the share of people who can take it, of those who do tests.
        yes: For a question, the share of people who answer yes.
        options: For a question with options, the share of each.
        numbers: For a number, the shares of its bands.
        lists: For a list, how often each entry is on it; `usual` is for all others.
        sources: Where the rates come from.
    """

    not_sure: float = 0.0
    not_sure_of_danger: float = 0.0
    does_tests: float = 0.5
    both_sides: float = 0.5
    cleared: float = 0.5
    can_do: Mapping[str, float] = attrs.field(factory=dict)
    yes: Mapping[str, float] = attrs.field(factory=dict)
    options: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    numbers: Mapping[str, tuple[Band, ...]] = attrs.field(factory=dict)
    lists: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    sources: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class InterviewPlan:
    """How an interview asks: what goes together, how long it takes, how often which answer is given, and why one asks.

    Attributes:
        together: Signs that are asked in one question.
        home_tests: How self-tests are offered.
        wishes: Preferences that are asked for in one question first.
        which: The question which of a group of safety questions is meant.
        clearance: The question whether a clinician has agreed; `{label}` is the condition.
        reasons: Sentences that say what an answer decides, by what it decides.
        seconds: How long answers take.
        rates: How often each answer is given.
    """

    together: tuple[Together, ...]
    home_tests: HomeTests
    which: str
    clearance: str
    reasons: Mapping[str, str]
    seconds: Seconds
    rates: Rates
    wishes: Wishes | None = None


@attrs.frozen(kw_only=True)
class Pack:
    """Everything under `rules/`, loaded and typed. Make one with `load_pack`."""

    info: PackInfo
    vocabulary: Vocabulary
    signs: tuple[Item, ...]
    measures: tuple[Item, ...]
    person: tuple[Item, ...]
    preferences: tuple[Item, ...]
    red_flags: tuple[RedFlag, ...]
    conditions: tuple[ConditionRow, ...]
    screen: tuple[ScreenGroup, ...]
    exercises: tuple[Exercise, ...]
    sessions: Sessions
    rules: tuple[RuleFile, ...]
    sources: tuple[Source, ...]
    explainers: tuple[Explainer, ...]
    interview: InterviewPlan | None = None
    programme: ProgrammePlan | None = None
    progress: tuple[ProgressRule, ...] = ()
    digest: str = ""
    _as_loaded: bool = attrs.field(init=False, default=False, eq=False, repr=False)

    def constant(self, name: str) -> float:
        """The value of a named constant of `pack.yaml`."""
        return self.info.constants[name].value
