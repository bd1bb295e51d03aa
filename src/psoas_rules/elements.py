"""The elements of an outcome: the parts that somebody can ask about, each with its value as data.

An element is named by its kind and by what it is about, such as `dose:glute_bridge`. Two outcomes have the same element
when its value is the same in both.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, Literal, TypeAlias, get_args

import attrs

from psoas_rules.hints import nearest, show
from psoas_rules.outcomes import LeftOut, Note, Outcome, Question, Referral, Request, Routine, Screening, Step
from psoas_rules.trace import ConclusionKind, Firing

ElementKind: TypeAlias = Literal[
    "level", "pattern", "referral", "step", "dose", "caution", "left_out", "request", "question", "note"
]
ELEMENT_KINDS: Final[tuple[ElementKind, ...]] = get_args(ElementKind)
_OF_THE_WHOLE: Final = ("level", "pattern", "referral")


class UnknownElementError(LookupError):
    """The outcome has no such element; the message tells the nearest one."""


@attrs.frozen
class Element:
    """A part of an outcome.

    Attributes:
        kind: What sort of part: `level` (routine, referral or screening, and how urgent), `pattern`, `referral` (its
            urgency), `step` (an exercise, its place and the rule that
            placed it), `dose`, `caution`, `left_out`, `request`, `question`, `note`.
        name: What it is about: the id of an exercise, the fact of a question, the text of a note or a rule that brought
            it. Empty for level, pattern and referral, of which there is one.

    Example:
        >>> str(Element("dose", "glute_bridge"))
        'dose:glute_bridge'
    """

    kind: ElementKind
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Element:
        """The element that is written as `kind` or `kind:name`.

        Raises:
            UnknownElementError: if there is no such kind, or the name is missing or too much.
        """
        kind, _, name = text.partition(":")
        if kind not in ELEMENT_KINDS:
            near = nearest(kind, ELEMENT_KINDS) or f"; the kinds are {', '.join(ELEMENT_KINDS)}"
            raise UnknownElementError(f"{show(kind)} is no kind of element{near}")
        if bool(name) is (kind in _OF_THE_WHOLE):
            cure = f"there is one {kind}; write it without a name" if name else f"write {kind}: and its name"
            raise UnknownElementError(f"{show(text)} names no element: {cure}")
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


def value_of(outcome: Outcome, element: Element) -> Hashable | None:
    """The element as data; None when the outcome has no such element."""
    match element.kind:
        case "level":
            return _level(outcome)
        case "pattern":
            return outcome.profile.kind if isinstance(outcome, Routine) else None
        case "referral":
            return outcome.urgency if isinstance(outcome, Referral) else None
        case "question":
            question = question_of(outcome, element.name)
            return None if question is None else (outcome.kind, question.fact)
        case "note":
            return tuple(note.text for note in notes_of(outcome, element.name)) or None
    return _of_a_routine(outcome, element) if isinstance(outcome, Routine) else None


def _level(outcome: Outcome) -> Hashable:
    match outcome:
        case Routine():
            return (outcome.kind, outcome.triage)
        case Referral():
            return (outcome.kind, outcome.urgency)
        case Screening():
            return (outcome.kind,)


def _of_a_routine(routine: Routine, element: Element) -> Hashable | None:
    step = step_of(routine, element.name)
    match element.kind:
        case "step":
            # The rule that placed it belongs to it: an exercise of another pattern's session is in for another reason.
            return None if step is None else (step.exercise, step.slot, placed_by(routine, step))
        case "dose":
            return None if step is None else step.dose
        case "caution":
            return step.cautions or None if step is not None else None
        case "left_out":
            out = left_out_of(routine, element.name)
            return None if out is None else (out.name, out.why)
        case "request":
            request = request_of(routine, element.name)
            return None if request is None else (request.granted, request.rules)
    return None


def elements(outcome: Outcome) -> tuple[Element, ...]:
    """Every element that the outcome has, in the order in which it tells them."""
    return tuple(dict.fromkeys(_elements(outcome)))


def _elements(outcome: Outcome) -> Iterator[Element]:
    yield Element("level")
    match outcome:
        case Routine():
            yield Element("pattern")
            for step in outcome.steps:
                yield from (Element("step", step.exercise), Element("dose", step.exercise))
                if step.cautions:
                    yield Element("caution", step.exercise)
            yield from (Element("left_out", out.exercise or out.slot or "") for out in outcome.left_out)
            yield from (Element("request", request.exercise) for request in outcome.requests)
            yield from (Element("note", note.text) for note in outcome.notes)
        case Referral():
            yield Element("referral")
            yield from (Element("note", note.text) for note in outcome.reasons)
            yield from (Element("question", question.fact) for question in outcome.unanswered)
        case Screening():
            yield from (Element("question", question.fact) for question in outcome.questions)
            yield from (Element("note", note.text) for note in outcome.reasons)


def find(outcome: Outcome, element: Element) -> Hashable:
    """The value of an element that the outcome has.

    Raises:
        UnknownElementError: if it has no such element; it tells the nearest one.
    """
    value = value_of(outcome, element)
    if value is None:
        known = [str(one) for one in elements(outcome)]
        raise UnknownElementError(
            f"this {outcome.kind} has no element {show(str(element))}{nearest(str(element), known)}"
        )
    return value


def step_of(outcome: Outcome, exercise: str) -> Step | None:
    """The step with this exercise."""
    steps = outcome.steps if isinstance(outcome, Routine) else ()
    return next((step for step in steps if step.exercise == exercise), None)


def placed_by(routine: Routine, step: Step) -> str | None:
    """The rule that put a step into its place of the session."""
    for firing in routine.trace.firings:
        if any(one.kind == "fill" and one.subject == step.exercise for one in firing.concludes):
            return firing.rule
    return None


def left_out_of(outcome: Outcome, name: str) -> LeftOut | None:
    """What was left out under this id: an exercise, or a whole place of the session."""
    left = outcome.left_out if isinstance(outcome, Routine) else ()
    return next((out for out in left if name == (out.exercise or out.slot)), None)


def request_of(outcome: Outcome, exercise: str) -> Request | None:
    """The answer to an exercise that was asked for."""
    requests = outcome.requests if isinstance(outcome, Routine) else ()
    return next((request for request in requests if request.exercise == exercise), None)


def question_of(outcome: Outcome, fact: str) -> Question | None:
    """The open question about this fact."""
    match outcome:
        case Routine():
            return None
        case Referral(unanswered=questions) | Screening(questions=questions):
            return next((question for question in questions if question.fact == fact), None)


def notes_of(outcome: Outcome, name: str) -> tuple[Note, ...]:
    """The notes with this text, or that this rule brought."""
    notes = outcome.notes if isinstance(outcome, Routine) else outcome.reasons
    return tuple(note for note in notes if name == note.text or name in note.rules)


_CHOOSING: Final[frozenset[ConclusionKind]] = frozenset(
    {"fill", "swap", "prefer", "exclude_property", "exclude_exercise", "exclude_phase", "limit"}
)
_DOSING: Final[frozenset[ConclusionKind]] = frozenset({"limit", "extra_side"})
_SHARPENING: Final[frozenset[ConclusionKind]] = frozenset({"limit", "say"})


def rules_behind(outcome: Outcome, element: Element) -> tuple[str, ...]:
    """Ids of the rules that fired and stand behind an element, in the order of the trace.

    Where a rule reads what other rules worked out, such as the pattern, those stand behind it, too.
    """
    firings = outcome.trace.firings
    found = {firing.rule for firing in _directly(outcome, element)}
    more = found
    while more:
        reading = [firing for firing in firings if firing.rule in more]
        more = {rule for firing in reading for rule in _feeding(firing, firings)} - found
        found |= more
    return tuple(firing.rule for firing in firings if firing.rule in found)


def _directly(outcome: Outcome, element: Element) -> Iterable[Firing]:
    firings = outcome.trace.firings
    match element.kind:
        case "level" | "referral":
            level = outcome.triage if isinstance(outcome, Routine) else getattr(outcome, "urgency", None)
            return [f for f in firings if any(c.kind == "triage" and c.subject == level for c in f.concludes)]
        case "pattern":
            named = set(outcome.profile.rules if isinstance(outcome, Routine) else ())
            return [f for f in firings if f.rule in named or f.stage == "profile"]
        case "question":
            return ()
        case "note":
            named = {rule for note in notes_of(outcome, element.name) for rule in note.rules}
            return [f for f in firings if f.rule in named]
        case "step" | "dose" | "caution":
            step = step_of(outcome, element.name)
            kinds = {"step": _CHOOSING, "dose": _DOSING, "caution": _SHARPENING}[element.kind]
            named = set(step.rules if step is not None else ())
            return [f for f in firings if f.rule in named and any(c.kind in kinds for c in f.concludes)]
    out = left_out_of(outcome, element.name) if element.kind == "left_out" else request_of(outcome, element.name)
    return [f for f in firings if out is not None and f.rule in out.rules]


def _feeding(firing: Firing, firings: Iterable[Firing]) -> Iterator[str]:
    """The rules that worked out what this one read."""
    for reading in firing.readings:
        if reading.assumed_by is not None:
            yield reading.assumed_by
        if reading.fact.startswith("finding."):
            counted: ConclusionKind = "clinician_first" if reading.fact.endswith("_count") else "points"
            yield from (f.rule for f in firings if any(c.kind == counted for c in f.concludes))


__all__ = [
    "ELEMENT_KINDS",
    "Element",
    "ElementKind",
    "UnknownElementError",
    "elements",
    "find",
    "left_out_of",
    "notes_of",
    "placed_by",
    "question_of",
    "request_of",
    "rules_behind",
    "step_of",
    "value_of",
]
