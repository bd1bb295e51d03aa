"""From an intake to an outcome: the whole way through, and the public way in."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from psoas_rules.assembly import Kit, assemble, minutes_for
from psoas_rules.checking import CHECKS
from psoas_rules.conditions import Value, facts_read
from psoas_rules.engines import Engine, default_engine
from psoas_rules.errors import IntakeError, Issue, PackError, Problem
from psoas_rules.guard import Guard
from psoas_rules.hints import show
from psoas_rules.intake import Intake
from psoas_rules.lexicon import SECTIONS, Lexicon
from psoas_rules.loading import Rulebook, find_builtin, fingerprint, make_rulebook, read_folder, read_pack
from psoas_rules.outcomes import (
    Note,
    Outcome,
    PackStamp,
    Profile,
    Question,
    Referral,
    Routine,
    Screening,
    ScreenQuestion,
)
from psoas_rules.pack import LEVELS, SIDES, Level, Pack
from psoas_rules.rulebook import Rule
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Case, Compiled, firing, highest, reading, run
from psoas_rules.trace import Firing, Trace
from psoas_rules.weighing import Weighed
from psoas_rules.yaml_reader import MOST_BYTES, read_yaml


def load_pack(folder: str | Path | None = None) -> Pack:
    """The rule pack in a folder, checked.

    Args:
        folder: A folder with a `pack.yaml`; None for the built-in pack.

    Returns:
        The typed pack, ready for `Recommender`.

    Raises:
        PackError: listing every problem of the pack as file, line and column.
    """
    found = read_pack(read_folder(find_builtin() if folder is None else Path(folder)), CHECKS)
    if found.rulebook is None:
        raise found.error()
    return found.rulebook.pack


def check_pack(folder: str | Path | None = None) -> tuple[Issue, ...]:
    """Every problem of the pack in a folder; empty when there is none.

    Args:
        folder: A folder with a `pack.yaml`; None for the built-in pack.
    """
    try:
        load_pack(folder)
    except PackError as error:
        return error.issues
    return ()


def read_intake(path: str | Path) -> Intake:
    """The intake in a JSON or YAML file.

    Raises:
        IntakeError: if the file cannot be read as an intake.
    """
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise IntakeError((Problem("", f"the file cannot be read: {error}"),)) from None
    if Path(path).suffix.lower() == ".json":
        return Intake.from_dict(_json(content))
    document = read_yaml(content)
    if document.flaws:
        raise IntakeError(tuple(Problem(f"line {flaw.line}", flaw.message) for flaw in document.flaws))
    return Intake.from_dict(document.data)


def _json(content: bytes) -> object:
    if len(content) > MOST_BYTES:
        raise IntakeError((Problem("", f"the file has more than {MOST_BYTES} bytes"),))
    try:
        return json.loads(content, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise IntakeError((Problem("", f"this is not readable JSON: {error}"),)) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    whole: dict[str, object] = {}
    for key, value in pairs:
        if key in whole:
            raise ValueError(f"{show(key)} stands twice; keep one of them")
        whole[key] = value
    return whole


def _rulebook(pack: Pack) -> Rulebook:
    issues: list[Issue] = []
    book = make_rulebook(pack, lambda file, _, code, message: issues.append(Issue(file, 0, 0, code, message)))
    if issues:
        raise PackError(tuple(issues))
    return book


class Recommender:
    """Turns intakes into outcomes with one pack and one engine. Safe to share between threads.

    Args:
        pack: The knowledge; None for the built-in pack.
        engine: What decides which rules fire; None for durable-rules where it can be imported, else the plain
            evaluator.
        remember: Whether to keep, within bounds, what the engine has answered. It changes the speed alone.

    Raises:
        PackError: if the pack does not hold together.
    """

    def __init__(self, pack: Pack | None = None, engine: Engine | None = None, *, remember: bool = True) -> None:
        if not isinstance(pack, Pack | None):
            raise TypeError(f"a recommender takes a Pack, as load_pack gives it, not {type(pack).__name__}")
        self.pack = load_pack() if pack is None else pack
        decides = default_engine() if engine is None else engine
        self._compiled = Compiled.make(_rulebook(self.pack), decides, remember=remember)
        self._kit = Kit(self._compiled)
        self._guard = Guard(self._compiled.book, self._kit)
        info = self.pack.info
        self._stamp = PackStamp(
            name=info.name, version=info.version, reviewed=info.reviewed, digest=fingerprint(self.pack)
        )
        self._questions = _Questions(self._compiled)

    @property
    def engine(self) -> str:
        """Name of the engine that decides."""
        return self._compiled.engine_name

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the pack, in the order of the stages."""
        return self._compiled.book.rules

    @property
    def lexicon(self) -> Lexicon:
        """Every fact that the pack knows."""
        return self._compiled.book.lexicon

    def check(self, intake: Intake) -> None:
        """Checks an intake against the pack without deciding anything.

        Raises:
            IntakeError: listing every answer that cannot be read.
        """
        self._compiled.book.lexicon.facts(intake)

    def recommend(self, intake: Intake) -> Outcome:
        """The outcome for these answers: a `Routine`, a `Referral` or a `Screening`.

        The same answers give the same outcome, in whatever order they come.

        Raises:
            IntakeError: if an answer cannot be read; it lists all of them.
            EngineError: if the engine failed, or the guard withheld a routine. There is no outcome then.
        """
        facts = self._compiled.book.lexicon.facts(intake)
        case = run(TO_TRIAGE, self._compiled, Case(facts))
        questions = self._questions.open(case)
        urgent = LEVELS.index(case.level)
        open_dangers = any(LEVELS.index(question.urgency) > urgent for question in questions)
        if urgent >= LEVELS.index("same_day") or (urgent >= LEVELS.index("before_exercising") and not open_dangers):
            return self._referral(case, questions)
        if questions:
            return self._screening(case, questions, _denied(intake))
        case = run(TO_ROUTINE, self._compiled, case)
        if LEVELS.index(case.level) > LEVELS.index("caution"):
            return self._referral(case, ())
        routine = self._routine(case)
        self._guard.check(routine, facts, case.facts)
        return routine

    def _trace(self, case: Case, assembled: tuple[Firing, ...] = ()) -> Trace:
        lexicon = self._compiled.book.lexicon
        # Open questions are listed as questions; a firing for each would bury what was decided.
        decided = (firing(rule, case, lexicon) for rule in case.fired if rule.stage != "screening")
        return Trace((*decided, *assembled))

    def _reasons(self, case: Case) -> tuple[Note, ...]:
        """What calls for a clinician, the most urgent first."""
        said = sorted(case.all("triage"), key=lambda one: -LEVELS.index(one.conclusion.subject))
        notes: dict[str, Note] = {}
        for one in said:
            title, because = one.rule.title, one.rule.because
            text = f"{title}: {because}" if because != title else title
            notes.setdefault(text, Note(text=text, rules=(one.rule.id,), sources=one.rule.sources))
        return tuple(notes.values())

    def _referral(self, case: Case, unanswered: tuple[Question, ...]) -> Referral:
        texts = self.pack.info.texts
        headline, actions = self._advice(case)
        meanwhile = () if case.all("no_walk") else texts.meanwhile.get(case.level, ())
        return Referral(
            urgency=case.level,
            headline=headline,
            reasons=self._reasons(case),
            actions=actions,
            meanwhile=meanwhile,
            unanswered=tuple(
                question
                for question in unanswered
                if question.section in ("details", "person")
                or LEVELS.index(question.urgency) > LEVELS.index(case.level)
            ),
            pack=self._stamp,
            engine=self.engine,
            intended_use=self.pack.info.intended_use,
            trace=self._trace(case),
        )

    def _advice(self, case: Case) -> tuple[str, tuple[str, ...]]:
        """Headline and actions: the usual for the level, unless every reason brings advice of its own."""
        texts = self.pack.info.texts
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

    def _screening(self, case: Case, questions: tuple[Question, ...], denied: frozenset[str]) -> Screening:
        return Screening(
            message=self.pack.info.texts.screening,
            questions=questions,
            groups=self._questions.whole_groups(questions, denied),
            if_unsure=self.pack.info.texts.if_unsure,
            reasons=self._reasons(case),
            pack=self._stamp,
            engine=self.engine,
            intended_use=self.pack.info.intended_use,
            trace=self._trace(case),
        )

    def _routine(self, case: Case) -> Routine:
        info = self.pack.info
        texts = info.texts
        session = assemble(self._kit, case)
        stop_signs = dict.fromkeys(said.conclusion.subject for said in case.all("stop_sign"))
        flags = {flag.id: flag.ask for flag in self.pack.red_flags}
        return Routine(
            triage=case.level,
            profile=self._profile(case),
            steps=session.steps,
            left_out=session.left_out,
            requests=session.requests,
            notes=self._notes(case, empty=not session.steps),
            principles=texts.principles,
            pain_rules=(texts.pain_rules_strict if case.all("strict_pain") else ()) or texts.pain_rules,
            stop_rules=(*texts.stop_rules, *stop_signs),
            seek_help=tuple(flags[flag] for flag in info.always_repeat),
            seek_help_if_yes=texts.seek_help_again,
            schedule=texts.schedule[_experience(case.facts)],
            next_check=texts.next_check,
            next_check_weeks=info.next_check_weeks,
            seconds=session.seconds,
            minutes=minutes_for(self._kit, case.facts),
            not_a_diagnosis=texts.not_a_diagnosis,
            pack=self._stamp,
            engine=self.engine,
            intended_use=info.intended_use,
            trace=self._trace(case, session.firings),
        )

    def _notes(self, case: Case, *, empty: bool) -> tuple[Note, ...]:
        rules: dict[str, tuple[str, ...]] = {}
        sources: dict[str, tuple[str, ...]] = {}
        for said in case.all("say"):
            text = said.conclusion.subject
            rules[text] = (*rules.get(text, ()), said.rule.id)
            sources[text] = tuple(dict.fromkeys((*sources.get(text, ()), *said.rule.sources)))
        advice = tuple(Note(text=text, rules=rules[text], sources=sources[text]) for text in rules)
        cautions = self._reasons(case)
        texts = self.pack.info.texts
        nothing = (Note(text=texts.no_steps),) if empty else ()
        if cautions:
            cited = tuple(rule for caution in cautions for rule in caution.rules)
            cautions = (Note(text=texts.levels[case.level], rules=cited), *cautions)
        return (*nothing, *cautions, *advice)

    def _profile(self, case: Case) -> Profile:
        weighed = case.weighed
        assert weighed is not None
        texts = self.pack.info.texts
        lexicon = self._compiled.book.lexicon
        giving = [
            rule.id
            for rule in case.fired
            if rule.stage == "evidence" and any(c.subject in ("tight", "weak") for c in rule.then)
        ]
        return Profile(
            kind=weighed.profile,
            confidence=weighed.confidence,
            left=weighed.left,
            right=weighed.right,
            text=" ".join((texts.profiles[weighed.profile], *self._one_sided(weighed))),
            confidence_text=(texts.unsettled if weighed.profile == "uncertain" else None)
            or texts.confidence[weighed.confidence],
            sides=tuple(self._side(weighed, side) for side in SIDES),
            mattered=tuple(reading(_telling(rule, case), case, lexicon) for rule in weighed.mattered),
            rules=tuple(giving),
        )

    def _side(self, weighed: Weighed, side: str) -> str:
        """What fits one side, in plain words."""
        texts, words = self.pack.info.texts, getattr(weighed, side)
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
            words = {side: getattr(getattr(weighed, side), pattern) for side in ("left", "right")}
            fitting = [side for side, word in words.items() if word in ("supported", "provisional")]
            if len(fitting) == 1 and f"{pattern}_{fitting[0]}" in self.pack.info.texts.sides:
                yield self.pack.info.texts.sides[f"{pattern}_{fitting[0]}"]


def _denied(intake: Intake) -> frozenset[str]:
    """The groups of safety questions that were denied as a whole."""
    return frozenset(group for group, answer in intake.screen.answers.items() if answer in (False, "no"))


def _telling(rule: Rule, case: Case) -> str:
    """Of the answers that a rule read, the one to show: a known one of the rule's own item before any other."""
    read = facts_read(rule.when)
    known = [fact for fact in read if fact in case.facts]
    own = [fact for fact in known if rule.item is not None and rule.item in fact.split(".")]
    # A rule can fire because nothing was answered; then the open question is what tells.
    return next(iter(own or known or read))


def _experience(facts: Mapping[str, Value]) -> str:
    return str(facts.get("person.experience", "none"))


class _Questions:
    """The safety questions of a pack, the most dangerous first."""

    def __init__(self, compiled: Compiled) -> None:
        self.lexicon = compiled.book.lexicon
        self.screen = compiled.book.pack.screen
        self.urgency: dict[str, Level] = {}
        for rule in compiled.rules["triage"]:
            for conclusion in rule.then:
                if conclusion.kind == "triage":
                    for fact in facts_read(rule.when):
                        self.urgency[fact] = highest(self.urgency.get(fact, "ok"), conclusion.subject)
        self.groups = {fact: group for group, facts in self.lexicon.groups.items() for fact in facts}

    def open(self, case: Case) -> tuple[Question, ...]:
        """What must still be answered in this case."""
        facts = dict.fromkeys(said.conclusion.subject for said in case.all("ask"))
        made = [self._question(fact) for fact in facts]
        return tuple(sorted(made, key=lambda question: -LEVELS.index(question.urgency)))

    def whole_groups(self, questions: tuple[Question, ...], denied: frozenset[str]) -> tuple[ScreenQuestion, ...]:
        """The groups in which nothing is answered yet, the most dangerous first: one question can deny each.

        A group that was denied and is open all the same holds answers that were said to be unknown; asking it as a
        whole again would change nothing.
        """
        urgency = {question.fact: question.urgency for question in questions}
        whole = []
        for group in self.screen:
            facts = self.lexicon.groups[group.id]
            if group.id not in denied and all(fact in urgency for fact in facts):
                level = max((urgency[fact] for fact in facts), key=LEVELS.index)
                whole.append(ScreenQuestion(id=group.id, ask=group.ask, urgency=level, facts=facts))
        return tuple(sorted(whole, key=lambda group: -LEVELS.index(group.urgency)))

    def _question(self, fact: str) -> Question:
        spec = self.lexicon.spec(fact)
        return Question(
            fact=fact,
            section=SECTIONS[spec.kind],
            key=spec.key,
            ask=spec.ask,
            answer=spec.answer,
            urgency=self.urgency.get(fact, "ok"),
            group=self.groups.get(fact),
            options=spec.options,
            unit=spec.unit,
            minimum=spec.minimum,
            maximum=spec.maximum,
        )


_builtin: dict[str, Recommender] = {}
_builtin_lock = threading.Lock()


def builtin() -> Recommender:
    """The recommender with the built-in pack, made on first use."""
    found = _builtin.get("default")
    if found is None:
        with _builtin_lock:
            found = _builtin.setdefault("default", _builtin.get("default") or Recommender())
    return found


def recommend(intake: Intake) -> Outcome:
    """The outcome for these answers with the built-in pack.

    Args:
        intake: What the person has answered.

    Returns:
        A `Routine` with ordered, dosed steps, a `Referral` when something needs a clinician, or a `Screening` when a
        question that safety hangs on has not been answered.

    Raises:
        IntakeError: if an answer cannot be read; it lists all of them.
        EngineError: if the engine failed. There is no outcome then.
    """
    return builtin().recommend(intake)
