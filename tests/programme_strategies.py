"""Strategies for programmes: people who get one, and what they report over weeks.

A reply does not name exercises or dates. `feedback_of` puts it on the day that comes next in a programme, so that the
same replies fit whatever the programme has become.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
from hypothesis import strategies as st

from psoas_rules import Intake, Person, Screen
from psoas_rules.programme import ExerciseReport, Feedback

START = dt.date(2030, 1, 7)

# People

CONDITIONS: tuple[Mapping[str, Any], ...] = (
    *({"conditions": {}},) * 4,
    {"conditions": {"pregnancy": True}, "clearances": {"pregnancy": True}, "details": {"weeks_pregnant": 15}},
    {"conditions": {"osteoporosis": True}, "clearances": {"osteoporosis": True}},
    {"conditions": {"wrist_problem": True}},
    {"conditions": {"hip_impingement": True}, "clearances": {"hip_impingement": True}},
    {"conditions": {"hip_replacement_over_12w": True}, "clearances": {"hip_replacement_over_12w": True}},
    {"conditions": {"cannot_get_to_floor": True}},
    {"conditions": {"falls_or_balance_risk": True}, "clearances": {"falls_or_balance_risk": True}},
    {"conditions": {"hypertension_controlled": True, "knee_kneeling_problem": True}},
)

FINDINGS: tuple[Mapping[str, Any], ...] = (
    {"signs": {"hip_flexor_tightness_feeling": 5}, "measures": {"modified_thomas_angle": 12}},
    {"signs": {"leg_lift_difficulty": True}, "measures": {"seated_hip_flexion_hold": 4, "modified_thomas_angle": -3}},
    {"signs": {"leg_lift_difficulty": True}, "measures": {"seated_hip_flexion_hold": 4, "modified_thomas_angle": 14}},
    {"signs": {"pain_now": 3}, "measures": {"seated_hip_flexion_hold": {"left": 8, "right": 25}}},
    {"signs": {"pain_now": 2}, "measures": {"modified_thomas_angle": {"left": 16, "right": 1}}},
    {"signs": {"difficulty_engaging_core": True, "low_back_pain_stiffness": 4}, "measures": {"plank_hold": 12}},
    {"signs": {"pain_now": 6, "irritability": "high"}},
    {"signs": {}},
)

_PREFERENCES = st.fixed_dictionaries(
    {},
    optional={
        "minutes": st.sampled_from((5, 10, 15, 20, 30, 45, 60)),
        "equipment": st.sampled_from(((), ("mat",), ("mat", "chair", "band", "loop_band", "anchor", "wall"))),
        "level_max": st.integers(1, 3),
        "avoid_positions": st.sampled_from((("prone",), ("half_kneeling",), ("supine",))),
    },
)


@st.composite
def people(draw):
    """Intakes without a warning sign, of whom nearly all get a routine."""
    condition, finding = draw(st.sampled_from(CONDITIONS)), draw(st.sampled_from(FINDINGS))
    age = draw(st.sampled_from((None, 40, 30, 15, 70, 86)))
    experience = draw(st.sampled_from(("none", "some", "regular", None)))
    return Intake(
        person=Person(age, experience),
        screen=Screen.clear(),
        preferences=draw(_PREFERENCES),
        signs=finding["signs"],
        measures=finding.get("measures", {}),
        conditions=condition["conditions"],
        clearances=condition.get("clearances", {}),
        details=condition.get("details", {}),
    )


# What they report

GOOD: Mapping[str, Any] = {
    "done": "all",
    "effort": 5,
    "pain": 1,
    "sharp": False,
    "morning_pain": 1,
    "form_kept": True,
    "too_easy": False,
}
"""A report of an exercise that went well."""

MOODS: Mapping[str, Mapping[str, Any]] = {
    "good": GOOD,
    "easy": {**GOOD, "pain": 0, "effort": 2, "too_easy": True, "morning_pain": 0},
    "hard": {**GOOD, "effort": 9},
    "sloppy": {**GOOD, "form_kept": False},
    "amber": {**GOOD, "pain": 4},
    "unsettled": {**GOOD, "pain": 4, "morning_pain": 2},
    "red": {**GOOD, "pain": 7},
    "sharp": {**GOOD, "sharp": True},
    "flare": {**GOOD, "pain": 3, "morning_pain": 5},
    "some": {**GOOD, "done": "some"},
    "none": {"done": "none"},
    "silent": {},
}
"""What a report can be like."""

REPORTS = st.fixed_dictionaries(
    {},
    optional={
        "done": st.sampled_from(("all", "some", "none")),
        "effort": st.integers(0, 10),
        "pain": st.integers(0, 10),
        "sharp": st.booleans(),
        "morning_pain": st.integers(0, 10),
        "form_kept": st.booleans(),
        "too_easy": st.booleans(),
    },
)
"""Any report of an exercise."""

DAYS = st.fixed_dictionaries(
    {"usual_pain": st.sampled_from((1, 1, 1, 2, 5, None))},
    optional={
        "lasted": st.booleans(),
        "unwell": st.booleans(),
        "poor_sleep": st.booleans(),
        "low_energy": st.booleans(),
        "fell": st.sampled_from((False, False, True)),
        "missed": st.booleans(),
        "reviewed": st.booleans(),
    },
)
"""Any report of a day."""

NEWS = st.sampled_from(
    (
        Intake(measures={"modified_thomas_angle": 0, "seated_hip_flexion_hold": 26, "plank_hold": 40}),
        Intake(measures={"seated_hip_flexion_hold": {"left": 8, "right": 25}}),
        Intake(measures={"seated_hip_flexion_hold": {"left": 20, "right": 21}}),
        Intake(measures={"modified_thomas_angle": {"left": 2, "right": 18}}),
        Intake(measures={"side_plank_hold": {"left": 10, "right": 40}}),
        Intake(signs={"pain_now": 6, "irritability": "high"}),
        Intake(signs={"pain_now": 0}),
        Intake(person=Person(experience="some")),
        Intake(person=Person(experience="none")),
        Intake(conditions={"wrist_problem": True}),
        Intake(conditions={"knee_kneeling_problem": True}),
        Intake(conditions={"pregnancy": True}),
        Intake(conditions={"osteoporosis": True}, clearances={"osteoporosis": True}),
        Intake(conditions={"hypertension_uncontrolled": True}),
        Intake(screen=Screen.clear()),
        Intake(preferences={"minutes": 10}),
        Intake(preferences={"minutes": 45}),
        Intake(preferences={"equipment": ("mat",)}),
        Intake(preferences={"avoid_positions": ("supine",)}),
        Intake(preferences={"level_max": 1}),
        Intake(red_flags={"chest_symptoms": True}),
        Intake(red_flags={"weight_loss": None}),
    )
)
"""New answers: re-tests, new conditions, other wishes, a warning sign, an open question."""


@attrs.frozen(kw_only=True)
class Reply:
    """What is reported next, and when.

    Attributes:
        skipped: How many sessions pass before it.
        shift: How many days after its session it is done.
        mood: What most reports of exercises are like.
        odd: Reports that are not, by the place of the exercise.
        day: What is said about the day.
        news: New answers.
    """

    skipped: int = 0
    shift: int = 0
    mood: str = "good"
    odd: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    day: Mapping[str, Any] = attrs.field(factory=dict)
    news: tuple[Intake, ...] = ()


@st.composite
def replies(draw, *, news=True):
    """A reply; most go well, so that programmes get on."""
    plain = draw(st.sampled_from((True, True, True, False)))
    if plain:
        return Reply(mood=draw(st.sampled_from(("good", "good", "easy"))), day={"usual_pain": 1, "poor_sleep": False})
    return Reply(
        skipped=draw(st.sampled_from((0, 0, 0, 1, 2, 4, 7))),
        shift=draw(st.sampled_from((0, 0, 0, 1, 2))),
        mood=draw(st.sampled_from(sorted(MOODS))),
        odd=tuple(draw(st.lists(st.tuples(st.integers(0, 9), REPORTS), max_size=3))),
        day=draw(DAYS),
        news=tuple(draw(st.lists(NEWS, max_size=1))) if news else (),
    )


def next_day(programme, reply):
    """The day that a reply is about; None when the programme is over."""
    first = programme.options.start if programme.as_of is None else programme.as_of + dt.timedelta(days=1)
    days = [day.day for week in programme.weeks for day in week.days if day.day >= first]
    sessions = [day.day for day in programme.sessions() if day.day >= first] or days
    if not sessions:
        return None
    day = sessions[min(reply.skipped, len(sessions) - 1)] + dt.timedelta(days=reply.shift)
    return min(day, days[-1])


def feedback_of(programme, reply):
    """The reply as feedback for the programme as it is now; None when the programme is over."""
    day = next_day(programme, reply)
    if day is None:
        return None
    steps = programme.day(day).steps
    # Whoever does a session on another day does the exercises that are in the programme.
    names = [step.exercise for step in steps] or [item.exercise for item in programme.course.items]
    said = {name: dict(MOODS[reply.mood]) for name in names}
    for place, odd in reply.odd:
        if names:
            said[names[place % len(names)]] = dict(odd)
    reports = [ExerciseReport(exercise=name, **answers) for name, answers in said.items()]
    return Feedback(day=day, exercises=reports, answers=reply.news, **reply.day)


# Worse

_WORSE: Mapping[str, Any] = {"effort": 10, "pain": 10, "morning_pain": 10}


@st.composite
def worsened(draw, feedback):
    """The same feedback with some answers worse, or open in place of good."""
    day = {}
    for field in ("lasted", "unwell", "poor_sleep", "low_energy", "fell"):
        value = getattr(feedback, field)
        choice = draw(st.sampled_from(("same", "same", "same", "worse", "open")))
        # An open answer takes the place of a good one alone: a bad one that is not told is no worse news.
        day[field] = True if choice == "worse" else None if choice == "open" and value is False else value
    reports = [draw(_worse_report(report)) for report in feedback.exercises]
    return attrs.evolve(feedback, exercises=tuple(reports), **day)


@st.composite
def _worse_report(draw, report):
    if draw(st.sampled_from((True, True, False))):
        return report
    changed: dict[str, Any] = {}
    for field, most in _WORSE.items():
        value = getattr(report, field)
        if value is not None:
            changed[field] = draw(st.sampled_from((value, value, min(most, value + 1), min(most, value + 4), most)))
            if value <= 3 and draw(st.sampled_from((False, False, False, True))):
                changed[field] = None
    for field, bad in (("sharp", True), ("form_kept", False), ("too_easy", False)):
        value = getattr(report, field)
        good = value is not None and value is not bad
        options = (value, value, value, bad, None) if good else (value, value, bad) if field != "too_easy" else (value,)
        changed[field] = draw(st.sampled_from(options))
    less = {"all": ("all", "all", "all", "some", "none", None), "some": ("some", "none", None)}
    changed["done"] = draw(st.sampled_from(less.get(report.done or "", (report.done,))))
    return attrs.evolve(report, **changed)
