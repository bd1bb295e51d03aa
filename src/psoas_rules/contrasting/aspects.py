"""What an outcome says, piece by piece, so that two of them can be laid side by side.

The pieces are everything that a person is told, apart from what the pack always says, from the order in which
sentences stand, and from their own answers said back to them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.outcomes import Outcome, Referral, Routine, Screening, Step

What: TypeAlias = Literal[
    "outcome",
    "urgency",
    "headline",
    "triage",
    "pattern",
    "confidence",
    "side",
    "step",
    "order",
    "slot",
    "dose",
    "position",
    "needs",
    "in_place_of",
    "caution",
    "left_out",
    "request",
    "note",
    "pain_rule",
    "stop_rule",
    "schedule",
    "week",
    "minutes",
    "seconds",
    "reason",
    "action",
    "meanwhile",
    "question",
    "question_group",
]
"""What of an outcome it is about."""

Key: TypeAlias = tuple[What, str, str]
"""What it is about, the exercise or sentence, and the field."""


@attrs.frozen
class Aspect:
    """One piece of an outcome.

    Attributes:
        value: It as a value, to compare.
        text: It in words.
        name: What its subject is called.
        rules: Ids of the rules behind it.
    """

    value: Hashable
    text: str
    name: str = ""
    rules: tuple[str, ...] = ()


DOSE_WORDS: Final[dict[str, str]] = {
    "sets": "sets",
    "reps": "repetitions",
    "reps_top": "repetitions to build up to",
    "hold_s": "seconds of hold",
    "hold_top_s": "seconds of hold to build up to",
    "rest_s": "seconds of rest",
    "relax_s": "seconds to let go",
    "first_side": "first side",
    "extra_sets": "sets more on the first side",
    "effort_max": "most effort",
    "stretch_max": "most stretch",
    "days_min": "fewest days a week",
    "days_max": "most days a week",
    "per_side": "each side",
    "seconds_per_rep": "seconds for each repetition",
    "seconds": "seconds in all",
}
"""The fields of a dose in words; the last two follow from the others."""


def aspects(outcome: Outcome) -> dict[Key, Aspect]:
    """Everything that the outcome says, by what it is about."""
    found: dict[Key, Aspect] = {("outcome", "", ""): Aspect(outcome.kind, f"a {outcome.kind}", "", _deciding(outcome))}
    match outcome:
        case Routine():
            found.update(_routine(outcome))
        case Referral():
            found.update(_referral(outcome))
        case Screening():
            found.update(_screening(outcome))
    return found


def _deciding(outcome: Outcome) -> tuple[str, ...]:
    """The rules that decide whether there is a routine."""
    firings = outcome.trace.firings
    return tuple(one.rule for one in firings if any(said.kind == "triage" for said in one.concludes))


_Pairs: TypeAlias = Iterator[tuple[Key, Aspect]]


def _sentences(what: What, texts: Iterable[str]) -> _Pairs:
    for text in texts:
        yield (what, text, ""), Aspect(text, text)


def _routine(routine: Routine) -> _Pairs:
    profile = routine.profile
    yield ("triage", "", ""), Aspect(routine.triage, routine.triage, "", _deciding(routine))
    yield ("pattern", "", ""), Aspect((profile.kind, profile.text), profile.kind, "", profile.rules)
    sure = (profile.confidence, profile.confidence_text)
    yield ("confidence", "", ""), Aspect(sure, profile.confidence, "", profile.rules)
    for number, text in enumerate(profile.sides):
        yield ("side", str(number), ""), Aspect(text, text, "", profile.rules)
    yield ("order", "", ""), Aspect(tuple(step.exercise for step in routine.steps), "")
    for step in routine.steps:
        yield from _step(step)
    for out in routine.left_out:
        aspect = Aspect((out.name, out.why), out.why, out.name, out.rules)
        yield ("left_out", out.exercise or "", out.slot or ""), aspect
    for request in routine.requests:
        value = (request.granted, request.answer, request.instead)
        instead = f" Instead: {', '.join(request.instead)}." if request.instead else ""
        text = f"{request.answer}{instead}"
        yield ("request", request.exercise, ""), Aspect(value, text, request.name, request.rules)
    for note in routine.notes:
        yield ("note", note.text, ""), Aspect(note.text, note.text, "", note.rules)
    yield from _sentences("pain_rule", routine.pain_rules)
    yield from _sentences("stop_rule", routine.stop_rules)
    yield from _sentences("schedule", routine.schedule)
    if routine.week:
        yield ("week", "", ""), Aspect(routine.week, ", ".join(day.kind for day in routine.week))
    yield ("minutes", "", ""), Aspect(routine.minutes, f"{routine.minutes:g}")
    yield ("seconds", "", ""), Aspect(routine.seconds, f"{routine.seconds:g}")


def _step(step: Step) -> _Pairs:
    def aspect(value: Hashable, text: str) -> Aspect:
        return Aspect(value, text, step.name, step.rules)

    name = step.exercise
    yield ("step", name, ""), aspect(True, str(step.dose))
    yield ("slot", name, ""), aspect(step.slot, step.slot)
    yield ("position", name, ""), aspect(step.position, step.position)
    yield ("needs", name, ""), aspect(step.needs, ", ".join(step.needs))
    yield ("in_place_of", name, ""), aspect(step.instead_of, ", ".join(step.instead_of))
    for text in step.cautions:
        yield ("caution", name, text), aspect(text, text)
    for field in DOSE_WORDS:
        value = getattr(step.dose, field)
        yield ("dose", name, field), aspect(value, _dose_text(value))


def _dose_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def _referral(referral: Referral) -> _Pairs:
    yield ("urgency", "", ""), Aspect(referral.urgency, referral.urgency, "", _deciding(referral))
    yield ("headline", "", ""), Aspect(referral.headline, referral.headline, "", _deciding(referral))
    for note in referral.reasons:
        yield ("reason", note.text, ""), Aspect(note.text, note.text, "", note.rules)
    yield from _sentences("action", referral.actions)
    yield from _sentences("meanwhile", referral.meanwhile)
    for question in referral.unanswered:
        yield ("question", question.fact, ""), Aspect(question.ask, question.ask)


def _screening(screening: Screening) -> _Pairs:
    for question in screening.questions:
        yield ("question", question.fact, ""), Aspect(question.ask, question.ask)
    for group in screening.groups:
        yield ("question_group", group.id, ""), Aspect(group.ask, group.ask)
    for note in screening.reasons:
        yield ("reason", note.text, ""), Aspect(note.text, note.text, "", note.rules)
