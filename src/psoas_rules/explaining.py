"""The trace in sentences: why each thing is in an outcome, from which answers, on which source.

Three layers: `headline` is one line, `summary` a paragraph, `explain` the whole story with every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from psoas_rules.outcomes import Note, Outcome, Referral, Routine, Screening
from psoas_rules.pack import Limit
from psoas_rules.trace import Conclusion, Firing, Reading

_MOST_NAMED = 6
"""So many things are named in a paragraph; the rest are counted."""


def headline(outcome: Outcome) -> str:
    """What came out, in one line."""
    match outcome:
        case Routine():
            profile = outcome.profile
            count = count_of(len(outcome.steps), "exercise")
            return f"A routine of {count} for the pattern '{profile.kind}' (confidence {profile.confidence})."
        case Referral():
            return f"A referral ({outcome.urgency}), no exercise: {outcome.headline}"
        case Screening():
            return f"No routine yet: {_open_questions(outcome)}."


def summary(outcome: Outcome) -> str:
    """Why the outcome is as it is, in one paragraph."""
    return " ".join(_sentences(outcome))


def _sentences(outcome: Outcome) -> Iterator[str]:
    match outcome:
        case Routine():
            yield outcome.profile.text
            if outcome.profile.mattered:
                yield f"What counted most: {_answers(outcome.profile.mattered)}."
            if outcome.triage != "ok":
                calling = [firing.title for firing in _concluding(outcome, "triage")]
                yield f"An appointment is advised because of: {listed(calling)}."
            lowering = [firing.title for firing in _concluding(outcome, "limit") if firing.stage != "assembly"]
            if lowering:
                yield f"The doses are limited because of: {listed(lowering)}."
            names = [out.name for out in outcome.left_out if out.exercise is not None]
            if names:
                yield f"Left out: {listed(names)}."
        case Referral():
            yield outcome.headline
            yield f"Because of: {listed([firing.title for firing in _concluding(outcome, 'triage')])}."
            if outcome.unanswered:
                yield f"Still open, and it may matter: {count_of(len(outcome.unanswered), 'question')}."
        case Screening():
            yield outcome.message
            yield f"The most dangerous one: {outcome.questions[0].ask}"
            known = [firing.title for firing in _concluding(outcome, "triage")]
            if known:
                yield f"Known so far: {listed(known)}."


def _concluding(outcome: Outcome, kind: str) -> list[Firing]:
    """The rules that fired and concluded something of this kind."""
    return [firing for firing in outcome.trace.firings if any(one.kind == kind for one in firing.concludes)]


def _open_questions(screening: Screening) -> str:
    count = len(screening.questions)
    return "1 safety question is open" if count == 1 else f"{count} safety questions are open"


def count_of(number: int, thing: str) -> str:
    """A number of things, such as `1 answer` or `3 answers`."""
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


def listed(names: Iterable[str], *, most: int = _MOST_NAMED) -> str:
    """The names in a row, each once; what is too many is counted."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return "; ".join(every[:most]) + more


def follows(conclusion: Conclusion) -> str:
    """What follows from a rule, in a few words."""
    subject = conclusion.subject
    match conclusion.kind:
        case "limit":
            return describe_limit(conclusion.limit) if conclusion.limit is not None else "limits the dose"
        case "swap":
            return f"puts {conclusion.other} in place of {subject}"
        case "points":
            side = f" on the {conclusion.side}" if conclusion.side else ""
            return f"{conclusion.hundredths / 100:+g} for {subject}{side}"
        case "extra_side":
            return f"a set more for {subject}" + (f" on the {conclusion.side}" if conclusion.side else "")
    words = _FOLLOWS.get(conclusion.kind, conclusion.kind.replace("_", " "))
    return words.replace("*", subject)


def all_follow(conclusions: Iterable[Conclusion]) -> tuple[str, ...]:
    """What follows from a rule, in a few words each; things of the same kind are told together."""
    told: dict[str, list[str]] = {}
    for conclusion in conclusions:
        subject = conclusion.subject
        match conclusion.kind:
            case "exclude_property" | "exclude_exercise" | "prefer":
                told.setdefault(_FOLLOWS[conclusion.kind], []).append(subject)
            case "swap":
                told.setdefault("puts one in place of another: *", []).append(f"{conclusion.other} for {subject}")
            case _:
                told.setdefault(follows(conclusion), [])
    return tuple(words.replace("*", ", ".join(those)) if those else words for words, those in told.items())


_FOLLOWS: Mapping[str, str] = {
    "ask": "asks for *",
    "treat_as": "counts as the condition *",
    "triage": "triage at least *",
    "exclude_property": "leaves out every movement with *",
    "exclude_exercise": "leaves out *",
    "exclude_phase": "leaves out the phase *",
    "prefer": "prefers *",
    "clinician_first": "counts as a condition for which a clinician comes first",
    "needs_clearance": "asks for a clinician's agreement",
    "strict_pain": "the stricter rules for pain",
    "action": "says what to do: *",
    "own_advice": "says: *",
    "no_walk": "not even walking meanwhile",
    "fill": "puts * into the session",
    "say": "says: *",
    "stop_sign": "a sign to stop: *",
}


def describe_limit(limit: Limit) -> str:
    """A limit in a few words: what it is about, and what it allows."""
    scope = [
        text
        for text in (
            f"with {limit.for_property}" if limit.for_property else "",
            f"in {limit.for_phase}" if limit.for_phase else "",
            f"for {', '.join(limit.for_exercises)}" if limit.for_exercises else "",
        )
        if text
    ]
    what = ", ".join(caps_of(limit)) or f"says: {limit.say}"
    return f"{' '.join(scope) or 'everything'}: {what}"


def caps_of(limit: Limit) -> tuple[str, ...]:
    """What a limit allows at most, in a few words each; empty for one that only says something."""
    return tuple(
        f"{name} {value:g}"
        for name, value in (
            ("level at most", limit.level_max),
            ("effort at most", limit.effort_max),
            ("stretch at most", limit.stretch_max),
            ("sets at most", limit.sets_max),
            ("repetitions at most", limit.reps_max),
            ("seconds of hold at most", limit.hold_s_max),
            ("days a week at most", limit.days_max),
            ("sets times", limit.sets_factor),
            ("hold times", limit.hold_factor),
            ("rest times", limit.rest_factor),
        )
        if value is not None
    )


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
            yield f"There is no routine yet: {_open_questions(outcome)}."
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
            yield f"{indent}Rule {rule}, because {grounds(firing)} [{', '.join(firing.sources)}]."


def grounds(firing: Firing) -> str:
    """The answers that a rule rests on, in words."""
    known = [reading for reading in firing.readings if reading.value is not None]
    return _answers(known) if known else "nothing was answered to the contrary"


def _answers(readings: Iterable[Reading]) -> str:
    return "; ".join(_answer(reading) for reading in readings)


def _answer(reading: Reading) -> str:
    taken = f" (taken so by rule {reading.assumed_by})" if reading.assumed_by else ""
    return f"{reading.label}: {reading.text}{taken}"
