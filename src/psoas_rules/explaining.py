"""The trace in sentences: why each thing is in an outcome, from which answers, on which source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psoas_rules.outcomes import Note, Outcome, Referral, Routine, Screening
from psoas_rules.trace import Firing, Reading


def explain(outcome: Outcome) -> str:
    """Why the outcome is as it is, in sentences.

    Each line names what was decided, the answers it rests on, the rule and its sources. Sources are keys of
    `sources.yaml` in the pack.
    """
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    firings = {firing.rule: firing for firing in outcome.trace.firings}
    match outcome:
        case Routine():
            yield from _routine(outcome, firings)
        case Referral():
            yield f"Why: {outcome.headline}"
            yield from _notes(outcome.reasons, firings)
        case Screening():
            count = len(outcome.questions)
            are = "1 safety question is" if count == 1 else f"{count} safety questions are"
            yield f"There is no routine yet: {are} open."
            yield from (f"- {question.ask}" for question in outcome.questions)
            yield from _notes(outcome.reasons, firings)
    yield f"Rules: {outcome.pack.name} {outcome.pack.version}. Decided by {outcome.engine}."


def _routine(routine: Routine, firings: Mapping[str, Firing]) -> Iterator[str]:
    profile = routine.profile
    yield f"Why this pattern ({profile.kind}, confidence {profile.confidence})"
    yield from (f"- {text}" for text in profile.sides)
    if profile.mattered:
        yield f"- What counted most: {_answers(profile.mattered)}."
    yield from _fired(profile.rules, firings, indent="  ")
    yield ""
    yield "Why these exercises"
    for number, step in enumerate(routine.steps, 1):
        yield f"{number}. {step.name}: {step.why}"
        if step.instead_of:
            yield f"   It stands in for {', '.join(step.instead_of)}."
        yield f"   Dose: {step.dose}. Sources: {', '.join(step.sources)}."
        yield from _fired(step.rules, firings, indent="   ")
    if routine.left_out:
        yield ""
        yield "Why not these"
    for out in routine.left_out:
        yield f"- {out.name}: {out.why}"
        yield from _fired(out.rules, firings, indent="  ")
    if routine.requests:
        yield ""
        yield "What you asked for"
    for request in routine.requests:
        instead = f" Instead: {', '.join(request.instead)}." if request.instead else ""
        yield f"- {request.name}: {request.answer}{instead}"
        yield from _fired(request.rules, firings, indent="  ")
    if routine.notes:
        yield ""
        yield "Why these notes"
        yield from _notes(routine.notes, firings)
    yield ""


def _notes(notes: Iterable[Note], firings: Mapping[str, Firing]) -> Iterator[str]:
    for note in notes:
        yield f"- {note.text}"
        yield from _fired(note.rules, firings, indent="  ")


def _fired(rules: Iterable[str], firings: Mapping[str, Firing], *, indent: str) -> Iterator[str]:
    for rule in rules:
        firing = firings.get(rule)
        if firing is not None:
            known = [reading for reading in firing.readings if reading.value is not None]
            answers = f"because {_answers(known)}" if known else "because nothing was answered to the contrary"
            yield f"{indent}Rule {rule}, {answers} [{', '.join(firing.sources)}]."


def _answers(readings: Iterable[Reading]) -> str:
    return "; ".join(_answer(reading) for reading in readings)


def _answer(reading: Reading) -> str:
    taken = f" (taken so by rule {reading.assumed_by})" if reading.assumed_by else ""
    return f"{reading.label}: {reading.text}{taken}"
