"""A justification in words: a line for the person, a paragraph for the curious, rule by rule for clinicians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from psoas_rules.elements import Element, left_out_of, notes_of, question_of, request_of, step_of, value_of
from psoas_rules.explaining import all_follow, count_of, grounds, listed
from psoas_rules.justifying.citing import CLEAR, Answer
from psoas_rules.justifying.justification import Justification
from psoas_rules.outcomes import Outcome, Referral, Routine, Screening, Step
from psoas_rules.pack import Pack, Source
from psoas_rules.places import Places
from psoas_rules.trace import Firing

Layer: TypeAlias = Literal["line", "paragraph", "rule"]
_MOST_SAID: Final = 3
"""So many answers are named in one line; the rest are counted."""


def line(justification: Justification) -> str:
    """Why an element is as it is, in one sentence for the person."""
    return f"{_told(justification.outcome, justification.element)}, {_because(justification)}."


def paragraph(justification: Justification) -> str:
    """Why an element is as it is, for the curious: the answers, the rules, what else it would take."""
    return " ".join(_sentences(justification))


def rule_by_rule(justification: Justification, pack: Pack, places: Places) -> str:
    """Why an element is as it is, for clinicians: each rule with its place in the pack, its grounds and its sources.

    Args:
        justification: What is explained.
        pack: The pack that decided, for its sources.
        places: Where its rules stand.
    """
    sources = {source.id: source for source in pack.sources}
    lines = [line(justification), "It rests on these answers:"]
    lines += [f"- {one.answer}" for one in justification.cited] or ["- none; it is so before anything is answered"]
    for firing in justification.firings:
        lines += ["", *_rule_lines(firing, sources, places)]
    if not justification.firings:
        lines += ["", "No rule changed it; it is what the tables of the pack say for everybody."]
    return "\n".join(lines)


def _rule_lines(firing: Firing, sources: Mapping[str, Source], places: Places) -> Iterator[str]:
    place = places.rule(firing.rule)
    yield f"Rule {firing.rule}" + (f" ({place})" if place else "")
    yield f"  {firing.title}" + ("" if firing.because == firing.title else f": {firing.because}")
    yield f"  Because: {grounds(firing)}."
    yield f"  Follows: {'; '.join(text.rstrip('.') for text in all_follow(firing.concludes))}."
    for key in firing.sources:
        yield f"  Source: {cite(sources[key])}" if key in sources else f"  Source: {key}"


def cite(source: Source) -> str:
    """A source with its authors, year and title, and where it can be found.

    A choice of the pack's authors says so by its own title.
    """
    if source.authors is None and source.year is None:
        return f"{source.title} [{source.id}]."
    named = (source.authors or "").split(", ")
    authors = ", ".join(named) if len(named) <= 2 else f"{named[0]} and {len(named) - 1} others"
    year = f" ({source.year})" if source.year is not None else ""
    found = f" {source.where}." if source.where else ""
    doi = f" doi:{source.doi}" if source.doi else ""
    return f"{authors}{year}: {source.title.rstrip('.')}.{found}{doi} [{source.id}]".strip()


# Sentences


def _sentences(justification: Justification) -> Iterator[str]:
    yield line(justification)
    said = [str(one) for one in justification.cited if one.answer.section != "screen"]
    if len(said) > _MOST_SAID:
        yield f"All of these answers are needed: {listed(said, most=len(said))}."
    rules = [firing.title.rstrip(".") for firing in justification.firings]
    if rules:
        yield f"{_rules(len(set(rules)))}: {listed(rules)}."
    open_labels = list(_open(justification))
    if open_labels:
        yield f"Nobody answered this, and the rules reckon with that: {listed(open_labels)}."
    yield from _otherwise(justification)
    if justification.spared:
        yield f"You gave {count_of(justification.spared, 'other answer')} besides, which it does not need."


def _rules(number: int) -> str:
    return "The rule behind it" if number == 1 else "The rules behind it"


def _open(justification: Justification) -> Iterator[str]:
    """What the rules looked at and nobody has answered."""
    behind = {firing.rule for firing in justification.firings}
    for firing in justification.outcome.trace.firings:
        if firing.rule in behind:
            yield from (one.label for one in firing.readings if one.value is None)


def _otherwise(justification: Justification) -> Iterator[str]:
    """What would be without each of the answers; those with the same end are told together."""
    ends: dict[str, list[str]] = {}
    for one in justification.cited:
        ends.setdefault(_end(one.without, justification), []).append(_spared(one.answer))
    for end, labels in ends.items():
        if len(labels) == 1:
            yield f"Without {labels[0]} {end}."
        else:
            yield f"Without any one of these - {listed(labels)} - {end}."


def _spared(answer: Answer) -> str:
    """An answer, as something to do without."""
    if answer.section != "screen":
        return f"'{answer}'" if answer.entry else f"'{answer.label}'"
    return "the safety questions" if answer.value == CLEAR else f"the {answer.label[0].lower()}{answer.label[1:]}"


def _end(outcome: Outcome, justification: Justification) -> str:
    """How the element stands in another outcome, as a clause."""
    element = justification.element
    step, was = step_of(outcome, element.name), step_of(justification.outcome, element.name)
    if element.kind == "dose" and step is not None and was is not None and str(step.dose) == str(was.dose):
        return f"it would be on {step.dose.days}, with {step.dose.feel}" if step.dose.feel else _on(step)
    if value_of(outcome, element) is not None or isinstance(outcome, Routine):
        return _in_another(outcome, element)
    if isinstance(outcome, Screening):
        return "there would be no routine yet, but questions to answer first"
    return f"there would be a referral ({_level(outcome.urgency)})"


def _on(step: Step) -> str:
    return f"it would be on {step.dose.days}"


def _in_another(outcome: Outcome, element: Element) -> str:
    step, name = step_of(outcome, element.name), element.name.replace("_", " ")
    match element.kind:
        case "level" | "referral":
            return _whole(outcome)
        case "pattern":
            assert isinstance(outcome, Routine), "only routines have a pattern"
            return f"the pattern would be '{outcome.profile.kind}'"
        case "step":
            return "it would be in for another reason" if step else "it would not be in"
        case "dose":
            return f"the dose would be {step.dose}" if step else "it would not be in at all"
        case "caution":
            return f"it would say: {' '.join(step.cautions)}" if step and step.cautions else "it would not be said"
        case "left_out":
            out = left_out_of(outcome, element.name)
            if out is not None:
                return f"it would be left out for another reason: {out.why.rstrip('.')}"
            return "it would be in" if step else "it would not be thought of at all"
        case "request":
            request = request_of(outcome, element.name)
            return f"the answer would be: {request.answer.rstrip('.')}" if request else "nobody would have asked for it"
        case "question":
            return (
                "it would be asked for another reason"
                if question_of(outcome, element.name)
                else "it would not be asked"
            )
        case "note":
            return "it would not be said"
    raise AssertionError(name)


def _whole(outcome: Outcome) -> str:
    match outcome:
        case Routine(triage="ok"):
            return "there would be a routine"
        case Routine():
            return "there would be a routine, and an appointment would be advised besides"
        case Referral():
            return f"there would be a referral ({_level(outcome.urgency)})"
        case Screening():
            return "there would be no routine yet, but questions to answer first"


def _level(level: str) -> str:
    return level.replace("_", " ")


def _told(outcome: Outcome, element: Element) -> str:
    """What the element is, as the first half of a sentence."""
    match element.kind:
        case "level" | "referral":
            return _told_whole(outcome)
        case "pattern":
            assert isinstance(outcome, Routine), "only routines have a pattern"
            return f"Your answers fit the pattern '{outcome.profile.kind}'"
        case "question":
            question = question_of(outcome, element.name)
            assert question is not None, "it was found"
            return f'You are asked "{question.ask}"'
        case "note":
            texts = " ".join(note.text for note in notes_of(outcome, element.name))
            return f'You are told "{texts}"'
    return _told_exercise(outcome, element)


def _told_whole(outcome: Outcome) -> str:
    match outcome:
        case Routine(triage="ok"):
            return "You get a routine"
        case Routine():
            return "You get a routine, and an appointment is advised besides"
        case Referral():
            return f"You get a referral ({_level(outcome.urgency)}) and no routine"
        case Screening():
            return "There is no routine yet, but questions to answer first"


def _told_exercise(outcome: Outcome, element: Element) -> str:
    step = step_of(outcome, element.name)
    match element.kind:
        case "left_out":
            out = left_out_of(outcome, element.name)
            assert out is not None, "it was found"
            return f'{out.name} is left out ("{out.why}")'
        case "request":
            request = request_of(outcome, element.name)
            assert request is not None, "it was found"
            return f"{request.name}, which you asked for, is {'in' if request.granted else 'not in'}"
    assert step is not None, "it was found"
    match element.kind:
        case "dose":
            return f"The dose of {step.name} is {step.dose}"
        case "caution":
            return f'In {step.name} you are told "{" ".join(step.cautions)}"'
    return f"{step.name} is in"


def _because(justification: Justification) -> str:
    said = [str(one) for one in justification.cited if one.answer.section != "screen"]
    screened = [one.answer for one in justification.cited if one.answer.section == "screen"]
    parts = said[:_MOST_SAID]
    if len(said) > _MOST_SAID:
        parts.append(f"{len(said) - _MOST_SAID} more")
    if screened:
        parts.append(_screened(screened))
    if not said:
        return f"because you answered {parts[0]}" if parts else _unanswered(justification)
    return f"because of your answers: {'; '.join(parts[:-1])}{'; and ' if len(parts) > 1 else ''}{parts[-1]}"


def _unanswered(justification: Justification) -> str:
    """Why an element is so that needs no answer at all."""
    if justification.element.kind == "question":
        return "because there is no sure answer to it yet"
    if isinstance(justification.outcome, Screening):
        return "because some safety questions have no sure answer yet"
    return "because it is so for everybody"


def _screened(screened: list[Answer]) -> str:
    unsure = [str(one) for one in screened if one.text != "no"]
    if unsure:
        return listed(unsure)
    first = screened[0]
    return f"no to {first.label.lower()}" if first.value == CLEAR else _groups(len(screened))


def _groups(number: int) -> str:
    return f"no to {count_of(number, 'group')} of safety questions"
