"""What every peer shares, written by hand: reading the answers, folding what the rules say, making the outcome.

Only which rules fire is left to the peer (`fire`). What does not depend on the person is worked out when the pack is
loaded: texts, the readings of yes, no and choices, the questions, the parts of a step. Everything of an outcome is
built for each person anew; nothing of an earlier request is kept.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import attrs

from benchmarks.peers.answers import Answers, Facts
from benchmarks.peers.session import Cap, Sessions
from benchmarks.peers.sums import Sums, Weighed
from psoas_rules import Firing, Intake, Outcome, Pack, Profile, Referral, Routine, Screening, Trace
from psoas_rules.conditions import facts_read
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.loading import fingerprint, make_rulebook
from psoas_rules.outcomes import Day, Note, PackStamp, Question, ScreenQuestion
from psoas_rules.pack import LEVELS
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Conclusion, Reading

_RANK = {level: rank for rank, level in enumerate(LEVELS)}
_CAUTION, _BEFORE, _SAME_DAY = (_RANK[level] for level in ("caution", "before_exercising", "same_day"))


@attrs.define
class Said:
    """Something that a rule concluded."""

    rule: Rule
    subject: str
    conclusion: Conclusion
    cap: Cap | None = None


class Case:
    """One person, and what is known so far."""

    __slots__ = ("assumed", "changed", "facts", "fired", "intake", "level", "said", "weighed")

    def __init__(self, intake: Intake, facts: Facts, changed: list[str]) -> None:
        self.intake = intake
        self.facts = facts
        self.changed = changed
        self.fired: list[int] = []
        self.said: defaultdict[str, list[Said]] = defaultdict(list)
        self.level = 0
        self.assumed: dict[str, str] = {}
        self.weighed: Weighed | None = None


class Tail(ABC):
    """A peer, but for the rules."""

    name: ClassVar[str]
    batches: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("screening", "precaution"),
        ("triage", "safety", "evidence"),
        ("profile", "dosage"),
    )
    """The stages that an engine is asked about at once: none of a batch reads what another of it finds."""

    def __init__(self, pack: Pack) -> None:
        problems: list[Any] = []
        book = make_rulebook(pack, lambda *problem: problems.append(problem))
        if problems:
            raise ValueError(problems)
        info = pack.info
        self.pack = pack
        self.rules = book.rules
        self.answers = Answers(pack, book.lexicon)
        self.stamp = PackStamp(name=info.name, version=info.version, reviewed=info.reviewed, digest=fingerprint(pack))
        self.stages = [rule.stage for rule in book.rules]
        self.words = Words(book.lexicon.specs)
        self.read_by = [facts_read(rule.when) for rule in book.rules]
        self.sums = Sums(pack, book)
        self.questions = _questions(book.rules, book.lexicon, self.words)
        self.groups = _groups(pack, book.lexicon, self.questions)
        self.sessions = Sessions(pack, book, self.words)
        self._weeks = {
            experience: tuple([Day(kind=kind, text=pack.info.texts.days[kind]) for kind in kinds])
            for experience, kinds in pack.info.texts.week.items()
        }
        self.told = [[(c.kind, self._said(rule, c)) for c in rule.then if c.kind != "points"] for rule in self.rules]
        flags = {flag.id: flag.ask for flag in pack.red_flags}
        self.seek_help = tuple(flags[flag] for flag in info.always_repeat)

    @property
    @abstractmethod
    def version(self) -> str:
        """Of the engine."""

    @abstractmethod
    def fire(self, batch: tuple[str, ...], facts: Facts, changed: Sequence[str]) -> list[int]:
        """Numbers of the rules of these stages that fire, ascending.

        Args:
            batch: One of `batches`.
            facts: What is known.
            changed: Facts that may differ from the usual (safety questions denied, nothing else known); all others
                are as usual.
        """

    def recommend(self, intake: Intake) -> Outcome:
        """The outcome for these answers."""
        case = Case(intake, *self.answers.read(intake))
        asked = self._begin(case)
        evidence = self._middle(case)
        questions = self._open(asked)
        level = case.level
        if level >= _SAME_DAY or (level >= _BEFORE and not any(_RANK[q.urgency] > level for q in questions)):
            return self._referral(case, questions)
        if questions:
            return self._screening(case, questions)
        self._end(case, evidence)
        if case.level > _CAUTION:
            return self._referral(case, ())
        return self._routine(case)

    def _said(self, rule: Rule, conclusion: Conclusion) -> Said:
        cap = self.sessions.cap(conclusion.limit) if conclusion.limit else None
        return Said(rule, conclusion.subject, conclusion, cap)

    # Firing, and folding what was said

    def _begin(self, case: Case) -> list[str]:
        """Screening and precaution: what is still open, and which signs count as a condition."""
        asked = []
        for number in self.fire(self.batches[0], case.facts, case.changed):
            if self.stages[number] == "screening":
                asked += [said.subject for _, said in self.told[number]]
            else:
                self._tell(case, number)
        for said in case.said["treat_as"]:
            fact = f"condition.{said.subject}"
            if fact in case.assumed or case.facts.get(fact) is not True:
                case.facts[fact] = True
                case.assumed[fact] = said.rule.id
                case.changed.append(fact)
        return asked

    def _middle(self, case: Case) -> list[int]:
        """Triage; and what fired after it, where the peer was asked about more at once."""
        later = []
        for number in self.fire(self.batches[1], case.facts, case.changed):
            if self.stages[number] == "triage":
                self._tell(case, number)
            else:
                later.append(number)
        return later

    def _end(self, case: Case, fired: list[int]) -> None:
        """Safety, evidence, profile and dosage."""
        for batch in self.batches[2:-1]:
            fired = self.fire(batch, case.facts, case.changed)
        weighing = []
        for number in fired:
            if self.stages[number] == "evidence":
                weighing.append(number)
                case.fired.append(number)
            else:
                self._tell(case, number)
        facts = case.facts
        case.weighed = weighed = self.sums.weigh(weighing, case.changed)
        facts["finding.clinician_first_count"] = len({said.subject for said in case.said["clinician_first"]})
        facts.update(weighed.findings)
        changed = [*case.changed, "finding.clinician_first_count", *weighed.findings]
        for number in self.fire(self.batches[-1], facts, changed):
            self._tell(case, number)

    def _tell(self, case: Case, number: int) -> None:
        case.fired.append(number)
        for kind, said in self.told[number]:
            case.said[kind].append(said)
            if kind == "triage":
                case.level = max(case.level, _RANK[said.subject])

    # Outcomes

    def _trace(self, case: Case, assembled: Iterable[Firing] = ()) -> Trace:
        reading = self.words.reading
        facts, assumed = case.facts, case.assumed
        firings = []
        for number in case.fired:
            rule = self.rules[number]
            read = tuple([reading(fact, facts.get(fact), assumed) for fact in self.read_by[number]])
            firings.append(Firing(rule.id, rule.stage, rule.title, rule.because, read, rule.then, rule.sources))
        return Trace((*firings, *assembled))

    def _open(self, asked: list[str]) -> tuple[Question, ...]:
        if not asked:
            return ()
        questions = [self.questions[fact] for fact in dict.fromkeys(asked)]
        return tuple(sorted(questions, key=lambda question: -_RANK[question.urgency]))

    def _reasons(self, case: Case) -> tuple[Note, ...]:
        notes: dict[str, Note] = {}
        for said in sorted(case.said["triage"], key=lambda said: -_RANK[said.subject]):
            rule = said.rule
            text = rule.title if rule.because == rule.title else f"{rule.title}: {rule.because}"
            if text not in notes:
                notes[text] = Note(text=text, rules=(rule.id,), sources=rule.sources)
        return tuple(notes.values())

    def _advice(self, case: Case) -> tuple[str, tuple[str, ...]]:
        texts = self.pack.info.texts
        level = LEVELS[case.level]
        own = {said.rule.id: said.subject for said in case.said["own_advice"]}
        special = tuple(dict.fromkeys([said.subject for said in case.said["action"]]))
        if all(said.rule.id in own for said in case.said["triage"] if _RANK[said.subject] > _CAUTION):
            return " ".join(dict.fromkeys(own.values())), special
        agreed = (texts.after_clearance,) if case.said["needs_clearance"] and texts.after_clearance else ()
        return texts.levels[level], (*texts.actions[level], *special, *agreed)

    def _calls_for(self, case: Case) -> tuple[str, ...]:
        if case.level <= _CAUTION:
            return ()
        headline, actions = self._advice(case)
        return (headline, *actions)

    def _referral(self, case: Case, questions: tuple[Question, ...]) -> Referral:
        texts = self.pack.info.texts
        level = LEVELS[case.level]
        headline, actions = self._advice(case)
        return Referral(
            urgency=level,
            headline=headline,
            reasons=self._reasons(case),
            actions=actions,
            meanwhile=() if case.said["no_walk"] else texts.meanwhile.get(level, ()),
            unanswered=tuple(
                q for q in questions if q.section in ("details", "person") or _RANK[q.urgency] > case.level
            ),
            pack=self.stamp,
            engine=self.name,
            intended_use=self.pack.info.intended_use,
            trace=self._trace(case),
        )

    def _screening(self, case: Case, questions: tuple[Question, ...]) -> Screening:
        texts = self.pack.info.texts
        still_open = {question.fact for question in questions}
        denied = {group for group, answer in case.intake.screen.answers.items() if answer in (False, "no")}
        return Screening(
            message=texts.screening,
            questions=questions,
            groups=tuple(g for g in self.groups if g.id not in denied and still_open.issuperset(g.facts)),
            if_unsure=texts.if_unsure,
            reasons=self._reasons(case),
            calls_for=self._calls_for(case),
            pack=self.stamp,
            engine=self.name,
            intended_use=self.pack.info.intended_use,
            trace=self._trace(case),
        )

    def _routine(self, case: Case) -> Routine:
        info = self.pack.info
        texts = info.texts
        session = self.sessions.assemble(case)
        said = case.said
        return Routine(
            triage=LEVELS[case.level],
            profile=self._profile(case),
            steps=session.steps,
            left_out=session.left_out,
            requests=session.requests,
            notes=self._notes(case, empty=not session.steps),
            principles=texts.principles,
            pain_rules=(texts.pain_rules_strict if said["strict_pain"] else ()) or texts.pain_rules,
            stop_rules=(*texts.stop_rules, *dict.fromkeys([one.subject for one in said["stop_sign"]])),
            seek_help=self.seek_help,
            seek_help_if_yes=texts.seek_help_again,
            schedule=texts.schedule[case.facts.get("person.experience", "none")],
            week=self._weeks[case.facts.get("person.experience", "none")],
            next_check=texts.next_check,
            next_check_weeks=info.next_check_weeks,
            seconds=session.seconds,
            minutes=session.minutes,
            not_a_diagnosis=texts.not_a_diagnosis,
            pack=self.stamp,
            engine=self.name,
            intended_use=info.intended_use,
            trace=self._trace(case, session.firings),
        )

    def _notes(self, case: Case, *, empty: bool) -> tuple[Note, ...]:
        texts = self.pack.info.texts
        notes = [Note(text=texts.no_steps)] if empty else []
        cautions = self._reasons(case)
        if cautions:
            cited = tuple([rule for caution in cautions for rule in caution.rules])
            notes.append(Note(text=texts.levels[LEVELS[case.level]], rules=cited))
            notes += cautions
        advice: dict[str, list[Rule]] = {}
        for said in case.said["say"]:
            advice.setdefault(said.subject, []).append(said.rule)
        for text, rules in advice.items():
            sources = tuple(dict.fromkeys([source for rule in rules for source in rule.sources]))
            notes.append(Note(text=text, rules=tuple([rule.id for rule in rules]), sources=sources))
        return tuple(notes)

    def _profile(self, case: Case) -> Profile:
        texts, weighed = self.pack.info.texts, case.weighed
        assert weighed is not None
        unsettled = texts.unsettled if weighed.kind == "uncertain" else None
        return Profile(
            kind=weighed.kind,
            confidence=weighed.confidence,
            left=weighed.left,
            right=weighed.right,
            text=" ".join((texts.profiles[weighed.kind], *weighed.one_sided)),
            confidence_text=unsettled or texts.confidence[weighed.confidence],
            sides=weighed.sides,
            mattered=tuple([self._telling(number, case) for number in weighed.mattered]),
            rules=weighed.giving,
        )

    def _telling(self, number: int, case: Case) -> Reading:
        """The answer that stands for what a rule saw: its own item's before another, a known one before an open one."""
        facts, item = case.facts, self.rules[number].item
        read = self.read_by[number]
        known = [fact for fact in read if fact in facts]
        own = (fact for fact in known if item is not None and item in fact.split("."))
        fact = next(own, (known or read)[0])
        return self.words.reading(fact, facts.get(fact), case.assumed)


class Words:
    """Answers in words. Those of which there are only a few are worded when the pack is loaded."""

    def __init__(self, specs: Any) -> None:
        self.specs: dict[str, FactSpec] = {}
        self.labels: dict[str, str] = {}
        self.known: dict[str, dict[Any, Reading]] = {}
        for spec in specs.values():
            for fact in spec.facts():
                self.specs[fact] = spec
                side = fact[len(spec.name) + 1 :]
                self.labels[fact] = f"{spec.label} ({side})" if side else spec.label
                self.known[fact] = {value: self._made(fact, value, None) for value in (None, *_few(spec))}

    def reading(self, fact: str, value: Any, assumed: dict[str, str]) -> Reading:
        """An answer that a rule looked at."""
        if assumed and fact in assumed:
            return self._made(fact, value, assumed[fact])
        known = self.known[fact]
        return known[value] if value in known else self._made(fact, value, None)

    def _made(self, fact: str, value: Any, assumed_by: str | None) -> Reading:
        return Reading(fact, self.labels[fact], value, _worded(self.specs[fact], value), assumed_by)


def _few(spec: FactSpec) -> Iterable[Any]:
    """The values of a question that has only a few."""
    if spec.answer == "choice":
        return tuple(spec.options)
    if spec.answer == "scale":
        return range(int(spec.minimum or 0), int(spec.maximum or 0) + 1)
    return () if spec.answer in ("number", "whole_number") else (True, False)


def _worded(spec: FactSpec, value: Any) -> str:
    if value is None:
        return "not answered"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, str):
        return spec.options.get(value, value)
    if spec.answer == "scale":
        return f"{value:g} of {spec.maximum:g}"
    return f"{value:g} {spec.unit}" if spec.unit else f"{value:g}"


def _questions(rules: Iterable[Rule], lexicon: Any, words: Words) -> dict[str, Question]:
    """Every question that can be asked, with how dangerous a yes would be."""
    urgency: dict[str, int] = {}
    asked: dict[str, None] = {}
    for rule in rules:
        for conclusion in rule.then:
            if conclusion.kind == "ask":
                asked[conclusion.subject] = None
            if conclusion.kind == "triage" and rule.stage == "triage":
                for fact in facts_read(rule.when):
                    urgency[fact] = max(urgency.get(fact, 0), _RANK[conclusion.subject])
    groups = {fact: group for group, facts in lexicon.groups.items() for fact in facts}
    made = {}
    for fact in asked:
        spec = words.specs.get(fact) or lexicon.specs[fact]
        made[fact] = Question(
            fact=fact,
            section=SECTIONS[spec.kind],
            key=spec.key,
            ask=spec.ask,
            answer=spec.answer,
            urgency=LEVELS[urgency.get(fact, 0)],
            group=groups.get(fact),
            options=spec.options,
            unit=spec.unit,
            minimum=spec.minimum,
            maximum=spec.maximum,
        )
    return made


def _groups(pack: Pack, lexicon: Any, questions: dict[str, Question]) -> tuple[ScreenQuestion, ...]:
    """The groups of safety questions, the most dangerous first."""
    made = []
    for group in pack.screen:
        facts = lexicon.groups[group.id]
        level = max((questions[fact].urgency for fact in facts), key=lambda level: _RANK[level])
        made.append(ScreenQuestion(id=group.id, ask=group.ask, urgency=level, facts=facts))
    return tuple(sorted(made, key=lambda group: -_RANK[group.urgency]))
