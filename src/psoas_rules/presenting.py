"""From a decided case to an outcome: everything that is told besides the steps themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from psoas_rules.assembly import Session
from psoas_rules.conditions import Value
from psoas_rules.facts import SECTIONS
from psoas_rules.memory import Memory
from psoas_rules.outcomes import (
    Day,
    Note,
    PackStamp,
    Profile,
    Question,
    Referral,
    Routine,
    Screening,
    ScreenQuestion,
    SidePattern,
)
from psoas_rules.pack import LEVELS, SIDES, Level
from psoas_rules.stages import Case, Compiled, highest
from psoas_rules.tracing import Tracer
from psoas_rules.weighing import Weighed

MOST_KEPT: Final = 1_024
"""Sets of notes, and wordings of profiles, that are kept ready."""

_TOLD: Final = frozenset({"triage", "say", "stop_sign", "strict_pain"})
"""The kinds of conclusions that are told beside the steps."""


@attrs.frozen(eq=False)
class _Told:
    """What a routine tells besides its steps and its profile."""

    notes: tuple[Note, ...]
    pain_rules: tuple[str, ...]
    stop_rules: tuple[str, ...]


_Worded: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A profile in words: the pattern, how sure it is, and the sides."""


class Presenter:
    """Makes outcomes for one pack and one engine.

    Args:
        compiled: The rules.
        tracer: Tells which rules fired.
        stamp: Which pack decides.
    """

    def __init__(self, compiled: Compiled, tracer: Tracer, stamp: PackStamp) -> None:
        self._tracer = tracer
        self._pack = pack = compiled.book.pack
        self._texts = pack.info.texts
        self._stamp = stamp
        self._engine = compiled.engine_name
        self._questions = _Questions(compiled)
        self._weeks = {
            experience: tuple(Day(kind=kind, text=self._texts.days[kind]) for kind in kinds)
            for experience, kinds in self._texts.week.items()
        }
        flags = {flag.id: flag.ask for flag in pack.red_flags}
        self._seek_help = tuple(flags[flag] for flag in pack.info.always_repeat)
        rules = [one for those in compiled.rules.values() for one in those]
        self._telling = frozenset(one.number for one in rules if _TOLD & {kind for kind, _ in one.said})
        self._evidence = compiled.rules["evidence"]
        self._giving = frozenset(
            one.number for one in self._evidence if any(c.subject in ("tight", "weak") for c in one.rule.then)
        )
        self._told: Memory[_Told] = Memory(MOST_KEPT if compiled.remember else 0)
        self._worded: Memory[_Worded] = Memory(MOST_KEPT if compiled.remember else 0)

    def forget(self) -> None:
        """Empties what is kept ready."""
        self._told.forget()
        self._worded.forget()

    def questions(self, case: Case) -> tuple[Question, ...]:
        """The safety questions that are open, the most dangerous first."""
        return self._questions.open(case)

    def referral(self, case: Case, unanswered: tuple[Question, ...]) -> Referral:
        """The outcome for somebody whom a clinician should see first."""
        texts = self._texts
        headline, actions = self._advice(case)
        urgent = LEVELS.index(case.level)
        return Referral(
            urgency=case.level,
            headline=headline,
            reasons=self._reasons(case),
            actions=actions,
            meanwhile=() if case.all("no_walk") else texts.meanwhile.get(case.level, ()),
            unanswered=tuple(
                question
                for question in unanswered
                if question.section in ("details", "person") or LEVELS.index(question.urgency) > urgent
            ),
            pack=self._stamp,
            engine=self._engine,
            intended_use=self._pack.info.intended_use,
            trace=self._tracer.trace(case),
        )

    def screening(self, case: Case, questions: tuple[Question, ...], denied: frozenset[str]) -> Screening:
        """The outcome for somebody who has not answered everything that safety hangs on.

        Args:
            case: What is known.
            questions: What is open.
            denied: The groups of questions that were denied as a whole.
        """
        return Screening(
            message=self._texts.screening,
            questions=questions,
            groups=self._questions.whole_groups(questions, denied),
            if_unsure=self._texts.if_unsure,
            reasons=self._reasons(case),
            calls_for=self._calls_for(case),
            pack=self._stamp,
            engine=self._engine,
            intended_use=self._pack.info.intended_use,
            trace=self._tracer.trace(case),
        )

    def routine(self, case: Case, session: Session, minutes: float) -> Routine:
        """The outcome for somebody who may exercise."""
        info, texts = self._pack.info, self._texts
        told = self._tell(case, empty=not session.steps)
        return Routine(
            triage=case.level,
            profile=self._profile(case),
            steps=session.steps,
            left_out=session.left_out,
            requests=session.requests,
            notes=told.notes,
            principles=texts.principles,
            pain_rules=told.pain_rules,
            stop_rules=told.stop_rules,
            seek_help=self._seek_help,
            seek_help_if_yes=texts.seek_help_again,
            schedule=texts.schedule[_experience(case.facts)],
            week=self._weeks.get(_experience(case.facts), ()),
            next_check=texts.next_check,
            next_check_weeks=info.next_check_weeks,
            seconds=session.seconds,
            minutes=minutes,
            not_a_diagnosis=texts.not_a_diagnosis,
            pack=self._stamp,
            engine=self._engine,
            intended_use=info.intended_use,
            trace=self._tracer.trace(case, session.firings),
        )

    def _reasons(self, case: Case) -> tuple[Note, ...]:
        """What calls for a clinician, the most urgent first."""
        said = sorted(case.all("triage"), key=lambda one: -LEVELS.index(one.conclusion.subject))
        notes: dict[str, Note] = {}
        for one in said:
            title, because = one.rule.title, one.rule.because
            text = f"{title}: {because}" if because != title else title
            notes.setdefault(text, Note(text=text, rules=(one.rule.id,), sources=one.rule.sources))
        return tuple(notes.values())

    def _calls_for(self, case: Case) -> tuple[str, ...]:
        """What to do because of the answers so far: something only where they need a clinician."""
        if LEVELS.index(case.level) <= LEVELS.index("caution"):
            return ()
        headline, actions = self._advice(case)
        return (headline, *actions)

    def _advice(self, case: Case) -> tuple[str, tuple[str, ...]]:
        """Headline and actions: the usual for the level, unless every reason brings advice of its own."""
        texts = self._texts
        own = {said.rule.id: said.conclusion.subject for said in case.all("own_advice")}
        special = tuple(dict.fromkeys(said.conclusion.subject for said in case.all("action")))
        stopping = {
            said.rule.id
            for said in case.all("triage")
            if LEVELS.index(said.conclusion.subject) > LEVELS.index("caution")
        }
        if stopping <= set(own):
            return " ".join(dict.fromkeys(own.values())), special
        asked = (texts.after_clearance,) if case.all("needs_clearance") and texts.after_clearance else ()
        return texts.levels[case.level], (*texts.actions[case.level], *special, *asked)

    def _tell(self, case: Case, *, empty: bool) -> _Told:
        # The rules that tell something, with the level that follows from them, are all that this hangs on.
        question = (empty, *[one.number for one in case.fired if one.number in self._telling])
        found = self._told.get(question)
        if found is None:
            texts = self._texts
            strict = texts.pain_rules_strict if case.all("strict_pain") else ()
            stop_signs = dict.fromkeys(said.conclusion.subject for said in case.all("stop_sign"))
            found = _Told(self._notes(case, empty=empty), strict or texts.pain_rules, (*texts.stop_rules, *stop_signs))
            self._told.put(question, found)
        return found

    def _notes(self, case: Case, *, empty: bool) -> tuple[Note, ...]:
        rules: dict[str, tuple[str, ...]] = {}
        sources: dict[str, tuple[str, ...]] = {}
        for said in case.all("say"):
            text = said.conclusion.subject
            rules[text] = (*rules.get(text, ()), said.rule.id)
            sources[text] = tuple(dict.fromkeys((*sources.get(text, ()), *said.rule.sources)))
        advice = tuple(Note(text=text, rules=rules[text], sources=sources[text]) for text in rules)
        cautions = self._reasons(case)
        nothing = (Note(text=self._texts.no_steps),) if empty else ()
        if cautions:
            cited = tuple(rule for caution in cautions for rule in caution.rules)
            cautions = (Note(text=self._texts.levels[case.level], rules=cited), *cautions)
        return (*nothing, *cautions, *advice)

    def _profile(self, case: Case) -> Profile:
        weighed = case.weighed
        assert weighed is not None
        text, confidence_text, sides = self._wording(weighed)
        giving, tracer, evidence = self._giving, self._tracer, self._evidence
        return Profile(
            kind=weighed.profile,
            confidence=weighed.confidence,
            left=weighed.left,
            right=weighed.right,
            text=text,
            confidence_text=confidence_text,
            sides=sides,
            mattered=tuple([tracer.telling(evidence[position], case) for position in weighed.mattered]),
            rules=tuple([one.rule.id for one in case.fired if one.number in giving]),
        )

    def _wording(self, weighed: Weighed) -> _Worded:
        left, right = weighed.left, weighed.right
        question = (weighed.profile, weighed.confidence, left.tight, left.weak, right.tight, right.weak)
        found = self._worded.get(question)
        if found is None:
            texts = self._texts
            found = (
                " ".join((texts.profiles[weighed.profile], *self._one_sided(weighed))),
                (texts.unsettled if weighed.profile == "uncertain" else None) or texts.confidence[weighed.confidence],
                tuple(self._side(weighed, side) for side in SIDES),
            )
            self._worded.put(question, found)
        return found

    def _side(self, weighed: Weighed, side: Literal["left", "right"]) -> str:
        """What fits one side, in plain words."""
        texts, words = self._texts, _words(weighed, side)
        line = texts.sides.get("line", "{side}: tight {tight}, weak {weak}.")
        # Filled in by hand: the line comes from a pack, and a format string can do more than fill gaps.
        for gap, word in (
            ("{side}", side.capitalize()),
            ("{tight}", texts.words.get(words.tight, words.tight)),
            ("{weak}", texts.words.get(words.weak, words.weak)),
        ):
            line = line.replace(gap, word)
        return line

    def _one_sided(self, weighed: Weighed) -> Iterator[str]:
        """Which side it is, for each pattern that fits one side only."""
        for pattern in ("tight", "weak"):
            words = {side: getattr(_words(weighed, side), pattern) for side in SIDES}
            fitting = [side for side, word in words.items() if word in ("supported", "provisional")]
            if len(fitting) == 1 and f"{pattern}_{fitting[0]}" in self._texts.sides:
                yield self._texts.sides[f"{pattern}_{fitting[0]}"]


def _words(weighed: Weighed, side: Literal["left", "right"]) -> SidePattern:
    return weighed.left if side == "left" else weighed.right


def urgencies(compiled: Compiled) -> dict[str, Level]:
    """For each fact that triage reads, how urgent the answer can make it."""
    found: dict[str, Level] = {}
    for ready in compiled.rules["triage"]:
        for fact in ready.reads:
            found[fact] = highest(found.get(fact, "ok"), ready.level)
    return found


def _experience(facts: Mapping[str, Value]) -> str:
    return str(facts.get("person.experience", "none"))


class _Questions:
    """The safety questions of a pack."""

    def __init__(self, compiled: Compiled) -> None:
        self._lexicon = compiled.book.lexicon
        self._screen = compiled.book.pack.screen
        self._urgency = urgencies(compiled)
        groups = {fact: group for group, facts in self._lexicon.groups.items() for fact in facts}
        asked = [
            said.conclusion.subject
            for ready in compiled.rules["screening"]
            for kind, those in ready.said
            if kind == "ask"
            for said in those
        ]
        self._made = {fact: self._question(fact, groups.get(fact)) for fact in asked}

    def open(self, case: Case) -> tuple[Question, ...]:
        """What must still be answered in this case, the most dangerous first."""
        said = case.all("ask")
        if not said:
            return ()
        made = self._made
        questions = [made[fact] for fact in dict.fromkeys([one.conclusion.subject for one in said])]
        questions.sort(key=lambda question: -LEVELS.index(question.urgency))
        return tuple(questions)

    def whole_groups(self, questions: tuple[Question, ...], denied: frozenset[str]) -> tuple[ScreenQuestion, ...]:
        """The groups in which nothing is answered yet, the most dangerous first: one question can deny each.

        A group that was denied and is open all the same holds answers that were said to be unknown; asking it as a
        whole again would change nothing.
        """
        urgency = {question.fact: question.urgency for question in questions}
        whole = []
        for group in self._screen:
            facts = self._lexicon.groups[group.id]
            if group.id not in denied and all(fact in urgency for fact in facts):
                level = max((urgency[fact] for fact in facts), key=LEVELS.index)
                whole.append(ScreenQuestion(id=group.id, ask=group.ask, urgency=level, facts=facts))
        return tuple(sorted(whole, key=lambda group: -LEVELS.index(group.urgency)))

    def _question(self, fact: str, group: str | None) -> Question:
        spec = self._lexicon.spec(fact)
        return Question(
            fact=fact,
            section=SECTIONS[spec.kind],
            key=spec.key,
            ask=spec.ask,
            answer=spec.answer,
            urgency=self._urgency.get(fact, "ok"),
            group=group,
            options=spec.options,
            unit=spec.unit,
            minimum=spec.minimum,
            maximum=spec.maximum,
        )
