"""From an outcome to its graph: only what fired and reached something that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import attrs

from psoas_rules.elements import (
    Element,
    ElementKind,
    find,
    left_out_of,
    notes_of,
    placed_by,
    question_of,
    request_of,
    rules_behind,
    step_of,
)
from psoas_rules.explaining import all_follow, caps_of, count_of, headline, listed
from psoas_rules.graphing.graph import Edge, ExplanationGraph, Node, NodeKind
from psoas_rules.outcomes import Outcome, Question, Referral, Routine, Screening, Step
from psoas_rules.trace import Conclusion, ConclusionKind, Firing, Reading

_MOST_ANSWERS: Final = 8
"""So many answers stand behind a pattern by themselves; the rest are one node."""
_MOST_QUESTIONS: Final = 6
_SHAPING: Final[frozenset[ConclusionKind]] = frozenset({"limit", "extra_side", "swap", "prefer"})
_MOST_TOLD: Final = 4
_EFFECTS: Final[Mapping[ConclusionKind, str]] = {
    "limit": "limits doses",
    "extra_side": "more for one side",
    "swap": "swaps exercises",
    "prefer": "prefers exercises",
    "exclude_property": "leaves some out",
    "exclude_exercise": "leaves some out",
    "exclude_phase": "leaves some out",
}
_WEIGHED: Final = "rule:evidence"


def graph(outcome: Outcome, only: Element | None = None) -> ExplanationGraph:
    """The explanation graph of an outcome.

    Rules that give points to the pattern are drawn as one. What did not reach anything that is shown is left out.

    Args:
        outcome: What is explained. The `shown` outcome of a justification gives the graph of its cited answers.
        only: Show this element alone, with what stands behind it; None for the whole outcome.

    Raises:
        UnknownElementError: if the outcome has no such element.
    """
    if only is not None:
        find(outcome, only)
    builder = _Builder(outcome, only)
    match outcome:
        case Routine():
            builder.routine(outcome)
        case Referral() | Screening():
            builder.refused(outcome)
    return builder.graph()


@attrs.define
class _Builder:
    """Collects nodes and edges; a node that is added twice stands once."""

    outcome: Outcome
    only: Element | None
    nodes: dict[str, Node] = attrs.field(factory=dict)
    edges: dict[Edge, None] = attrs.field(factory=dict)
    behind: frozenset[str] | None = None

    def __attrs_post_init__(self) -> None:
        if self.only is not None:
            self.behind = frozenset(rules_behind(self.outcome, self.only))

    def graph(self) -> ExplanationGraph:
        """The graph of what was collected."""
        nodes = tuple(sorted(self.nodes.values(), key=lambda node: node.column))
        title = headline(self.outcome) if self.only is None else f"Why: {_named(self.outcome, self.only)}"
        return ExplanationGraph(title, nodes, tuple(self.edges))

    # Parts

    def add(self, name: str, kind: NodeKind, label: str, detail: str = "") -> str:
        """A node, and its id."""
        self.nodes.setdefault(name, Node(name, kind, label, detail))
        return name

    def join(self, *chain: str) -> None:
        """Edges from each node of a chain to the next."""
        for source, target in pairwise(chain):
            self.edges[Edge(source, target)] = None

    def fired(self, names: Iterable[str] | None = None) -> Iterator[Firing]:
        """The firings that are shown, of these rules or of all."""
        chosen = None if names is None else set(names)
        for firing in self.outcome.trace.firings:
            wanted = self.behind is None or firing.rule in self.behind
            if wanted and (chosen is None or firing.rule in chosen):
                yield firing

    def answer(self, reading: Reading) -> str:
        """The node of an answer that a rule looked at."""
        if reading.assumed_by is not None:
            detail = f"Nobody said so; the rule {reading.assumed_by} takes it so."
            return self.add(f"answer:{reading.fact}", "found", f"{reading.label}: {reading.text}", detail)
        if reading.value is None:
            return self.add(f"answer:{reading.fact}", "open", f"{reading.label}: not answered")
        if reading.fact.startswith("finding."):
            return self.add(f"answer:{reading.fact}", "found", f"{reading.label}: {reading.text}", "Worked out.")
        return self.add(f"answer:{reading.fact}", "answer", f"{reading.label}: {reading.text}")

    def rule(self, firing: Firing) -> str:
        """The node of a rule, with the answers before it."""
        detail = "" if firing.because == firing.title else firing.because
        name = self.add(f"rule:{firing.rule}", "rule", firing.title, detail)
        for reading in _told(firing):
            self.join(self.answer(reading), name)
        return name

    def concluded(self, firing: Firing, conclusions: Iterable[Conclusion]) -> str:
        """The node of what follows from a rule."""
        those = tuple(dict.fromkeys(conclusions))
        effects = ", ".join(dict.fromkeys(map(_effect, those)))
        told = [_plain(text).rstrip(".") for text in all_follow(those)]
        more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        detail = f"{'; '.join(told[:_MOST_TOLD])}{more}"
        name = self.add(f"conclusion:{firing.rule}", "conclusion", effects.capitalize(), _sentence(detail))
        self.join(self.rule(firing), name)
        return name

    # Routines

    def routine(self, routine: Routine) -> None:
        """A routine: the gate before it, its pattern, its steps and what shaped them."""
        if self.only is not None:
            self.part(routine, self.only)
            return
        self.level()
        self.pattern(routine)
        for number, step in enumerate(routine.steps, 1):
            self.step(routine, step, f"{number}. {step.name}", f"{step.dose}.")
        self.shaped(routine.steps)

    def part(self, routine: Routine, only: Element) -> None:
        """One element of a routine. Of other elements nothing is told: here they may stand otherwise."""
        gate = self.level()
        step = step_of(routine, only.name)
        if only.kind == "pattern":
            self.pattern(routine)
        elif only.kind in ("step", "dose", "caution") and step is not None:
            told = {"dose": f"{step.dose}.", "caution": " ".join(step.cautions)}.get(only.kind, "")
            self.join(gate, self.step(routine, step, step.name, told))
            self.shaped((step,))
        elif only.kind != "level":
            self.join(gate, self.other(only))

    def level(self) -> str:
        """The gate before every routine: what calls for a clinician besides, or that nothing does."""
        found = [level for firing in self.fired() for level in self.triage(firing)]
        if found:
            return found[-1]
        answered = self.add("answer:safety", "answer", "Every safety question: answered")
        passed = self.add("rule:safety", "rule", "None of the rules fired that stop a routine")
        level = self.add("level:ok", "level", "A routine is all right")
        self.join(answered, passed, level)
        return level

    def triage(self, firing: Firing) -> list[str]:
        """The level nodes of a rule."""
        levels = dict.fromkeys(c.subject for c in firing.concludes if c.kind == "triage")
        found = [self.add(f"level:{level}", "level", f"Level: {_plain(level)}") for level in levels]
        for one in found:
            self.join(self.rule(firing), one)
        return found

    def pattern(self, routine: Routine) -> str:
        """The pattern, with all that gives it points as one node."""
        profile = routine.profile
        label, told = f"Pattern: {profile.kind}", ""
        if self.only is None:
            label, told = f"{label}, {profile.confidence} confidence", profile.text
        name = self.add("pattern", "pattern", label, told)
        weighing = [f for f in self.fired() if f.stage == "evidence" and f.rule in profile.rules]
        if weighing:
            told = f"About: {listed(firing.title for firing in weighing)}."
            label = f"{count_of(len(weighing), 'rule')} for or against a pattern"
            self.join(self.add(_WEIGHED, "rule", label, told), name)
            self.weighed(weighing)
        for firing in self.fired():
            if firing.stage == "profile":
                self.join(self.rule(firing), name)
        return name

    def weighed(self, weighing: list[Firing]) -> None:
        """The answers behind a pattern, those that count most first."""
        points: dict[str, int] = {}
        readings: dict[str, Reading] = {}
        for firing in weighing:
            for reading in firing.readings:
                if reading.value is not None:
                    worth = sum(abs(c.hundredths) for c in firing.concludes if c.subject in ("tight", "weak"))
                    points[reading.fact] = points.get(reading.fact, 0) + worth
                    readings[reading.fact] = reading
        ranked = sorted(points, key=lambda fact: -points[fact])
        most = _MOST_ANSWERS if len(ranked) > _MOST_ANSWERS + 1 else len(ranked)
        for fact in ranked[:most]:
            self.join(self.answer(readings[fact]), _WEIGHED)
        if ranked[most:]:
            told = "; ".join(f"{readings[fact].label}: {readings[fact].text}" for fact in ranked[most:])
            self.join(self.add("answer:more", "answer", f"{len(ranked) - most} more answers", told), _WEIGHED)

    def step(self, routine: Routine, step: Step, label: str, detail: str) -> str:
        """An exercise, with the pattern before it."""
        name = self.add(f"step:{step.exercise}", "step", label, detail)
        if self.behind is None or placed_by(routine, step) in self.behind:
            self.join(self.pattern(routine), name)
        return name

    def shaped(self, steps: Sequence[Step]) -> None:
        """What shaped these exercises: the rules that chose, changed or limited them."""
        for firing in self.fired({rule for step in steps for rule in step.rules}):
            told: list[Conclusion] = []
            reached: list[Step] = []
            for step in steps:
                about = _about(firing, step, self.only.kind if self.only is not None else None)
                if firing.rule in step.rules and about:
                    told += about
                    reached.append(step)
            for step in reached:
                self.join(self.concluded(firing, told), f"step:{step.exercise}")

    def other(self, element: Element) -> str:
        """Something that is no step: what was left out, asked for or noted."""
        outcome, name = self.outcome, element.name
        label = _named(outcome, element)
        out, request = left_out_of(outcome, name), request_of(outcome, name)
        if element.kind == "left_out" and out is not None:
            end = self.add(f"left_out:{name}", "left_out", label, out.why)
        elif element.kind == "request" and request is not None:
            end = self.add(f"request:{name}", "request", label, request.answer)
        else:
            end = self.add("note", "note", label)
        for firing in self.fired():
            if firing.stage != "evidence":
                self.join(self.concluded(firing, _naming(firing, element, outcome)), end)
        return end

    # Refusals

    def refused(self, outcome: Referral | Screening) -> None:
        """A referral or a screening, or one element of it."""
        only = self.only
        if only is not None and only.kind == "note":
            self.other(only)
            return
        if only is not None and only.kind == "question":
            found = question_of(outcome, only.name)
            asked = () if found is None else (found,)
            self.questions(asked, self.add("screening", "screening", "It is asked"))
            return
        match outcome:
            case Referral():
                told = only is None
                label = outcome.headline if told else f"Referral: {_plain(outcome.urgency)}"
                end = self.add("referral", "referral", label, " ".join(outcome.actions) if told else "")
            case Screening():
                end = self.add("screening", "screening", "Questions come first", outcome.message)
                self.questions(outcome.questions, end)
        for firing in self.fired():
            for level in self.triage(firing):
                self.join(level, end)

    def questions(self, asked: Sequence[Question], end: str) -> None:
        """What is open, the most dangerous first; the rest are one node."""
        needed = self.add("rule:screening", "rule", "Needed before any exercise")
        for question in asked[:_MOST_QUESTIONS]:
            detail = f"If the answer is yes: {_plain(question.urgency)}." if question.urgency != "ok" else ""
            self.join(self.add(f"answer:{question.fact}", "open", question.ask, detail), needed)
        if asked[_MOST_QUESTIONS:]:
            left = count_of(len(asked) - _MOST_QUESTIONS, "more open question")
            self.join(self.add("answer:more", "open", left), needed)
        self.join(needed, self.add("level:open", "level", "No routine yet"), end)


def _naming(firing: Firing, element: Element, outcome: Outcome) -> tuple[Conclusion, ...]:
    """The conclusions of a rule that name an element; all of them when none does."""
    names = {element.name, *(note.text for note in notes_of(outcome, element.name))}
    found = tuple(one for one in firing.concludes if one.subject in names)
    return found or firing.concludes


def _about(firing: Firing, step: Step, kind: ElementKind | None) -> list[Conclusion]:
    """What a rule concludes about a step, or about this side of it.

    Only where that is nothing, it is what the rule leaves out to make room for the step.
    """
    found = [one for one in firing.concludes if one.kind in _SHAPING and _concerns(one, step)]
    telling = [one for one in found if kind is None or _tells(one, kind)]
    return telling or found or [one for one in firing.concludes if one.kind.startswith("exclude_")]


def _tells(conclusion: Conclusion, kind: ElementKind) -> bool:
    """Whether a conclusion can be what made a step, its dose or its cautions so."""
    limit = conclusion.limit
    if kind == "caution":
        return limit is not None and limit.say is not None
    if kind == "dose":
        return conclusion.kind == "extra_side" or (limit is not None and bool(caps_of(limit)))
    return conclusion.kind in ("swap", "prefer")


def _concerns(conclusion: Conclusion, step: Step) -> bool:
    """Whether a conclusion can be about a step. What a movement demands is not known here, so that is let pass."""
    limit = conclusion.limit
    if limit is not None:
        return limit.for_phase in (None, step.phase) and (
            not limit.for_exercises or step.exercise in limit.for_exercises
        )
    named = conclusion.other if conclusion.kind == "swap" else conclusion.subject
    return named == step.exercise if conclusion.kind in ("swap", "prefer") else True


def _told(firing: Firing) -> tuple[Reading, ...]:
    """The answers of a rule to show: the known ones; of warning signs, those that are there."""
    known = tuple(reading for reading in firing.readings if reading.value is not None)
    if firing.stage == "triage":
        known = tuple(reading for reading in known if reading.value is not False) or known
    return known or firing.readings


def _effect(conclusion: Conclusion) -> str:
    """What a conclusion does, in two or three words."""
    if conclusion.limit is not None and not caps_of(conclusion.limit):
        return "adds a caution"
    return _EFFECTS.get(conclusion.kind, "tells something")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _named(outcome: Outcome, element: Element) -> str:
    """An element for a title or a node."""
    step = step_of(outcome, element.name)
    if step is not None:
        return f"{step.name}: {step.dose}" if element.kind == "dose" else step.name
    match element.kind:
        case "left_out":
            out = left_out_of(outcome, element.name)
            return f"{out.name} is left out" if out is not None else ""
        case "request":
            request = request_of(outcome, element.name)
            return f"{request.name} was asked for" if request is not None else ""
        case "note":
            return " ".join(note.text for note in notes_of(outcome, element.name))
        case "question":
            question = question_of(outcome, element.name)
            return question.ask if question is not None else ""
        case "pattern" if isinstance(outcome, Routine):
            return f"the pattern '{outcome.profile.kind}'"
    level = outcome.triage if isinstance(outcome, Routine) else getattr(outcome, "urgency", "open questions")
    return f"a {outcome.kind} ({_plain(level)})"
