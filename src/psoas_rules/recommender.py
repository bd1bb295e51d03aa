"""From an intake to an outcome: the whole way through, and the public way in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from psoas_rules.assembly import Assembler, Possible
from psoas_rules.conditions import Condition, Value
from psoas_rules.engines import Engine, Program, default_engine
from psoas_rules.errors import GuardError, IntakeError, Issue, PackError, Problem
from psoas_rules.guard import Guard
from psoas_rules.hints import show
from psoas_rules.importing import IMPORTING
from psoas_rules.intake import Intake
from psoas_rules.kit import Kit
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Check, find_builtin, fingerprint, read_folder, rulebook_of, sound_pack
from psoas_rules.outcomes import Outcome, PackStamp, Referral, Screening
from psoas_rules.pack import LEVELS, Pack
from psoas_rules.presenting import Presenter
from psoas_rules.progressing import ProgressBook
from psoas_rules.rulebook import Rule
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Compiled, run
from psoas_rules.tracing import Tracer

_Refusal = TypeVar("_Refusal", Referral, Screening)


def load_pack(folder: str | Path | None = None) -> Pack:
    """The rule pack in a folder, checked.

    Args:
        folder: A folder with a `pack.yaml`; None for the built-in pack.

    Returns:
        The typed pack, ready for `Recommender`.

    Raises:
        PackError: listing every problem of the pack as file, line and column.
    """
    return sound_pack(read_folder(find_builtin() if folder is None else Path(folder)), _checks)


def _checks() -> Iterable[Check]:
    # Imported when a pack is read from its files; a stored pack has passed them.
    with IMPORTING:
        from psoas_rules.soundness import CHECKS

    return CHECKS


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
    with IMPORTING:
        from psoas_rules.yaml_reader import read_yaml

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
    with IMPORTING:
        from psoas_rules.yaml_reader import MOST_BYTES

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
        self._compiled = Compiled(rulebook_of(self.pack), decides, remember=remember)
        self._tracer = Tracer(self._compiled.book.lexicon, remember=remember)
        self._kit = Kit(self._compiled, self._tracer)
        self._assembler = Assembler(self._kit)
        self._guard = Guard(self._kit)
        info = self.pack.info
        stamp = PackStamp(name=info.name, version=info.version, reviewed=info.reviewed, digest=fingerprint(self.pack))
        self._presenter = Presenter(self._compiled, self._tracer, stamp)

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
        case = run(TO_TRIAGE, self._compiled, self._compiled.case(facts))
        questions = self._presenter.questions(case)
        urgent = LEVELS.index(case.level)
        open_dangers = any(LEVELS.index(question.urgency) > urgent for question in questions)
        if urgent >= LEVELS.index("same_day") or (urgent >= LEVELS.index("before_exercising") and not open_dangers):
            return self._refused(self._presenter.referral(case, questions), facts)
        if questions:
            return self._refused(self._presenter.screening(case, questions, _denied(intake)), facts)
        case = run(TO_ROUTINE, self._compiled, case)
        if LEVELS.index(case.level) > LEVELS.index("caution"):
            return self._refused(self._presenter.referral(case, ()), facts)
        routine = self._presenter.routine(case, self._assembler.session(case), self._kit.minutes(case.facts))
        try:
            self._guard.check(routine, facts, case.facts)
        except GuardError:
            # What was remembered may be what was wrong.
            self.forget()
            raise
        return routine

    def _refused(self, outcome: _Refusal, facts: Mapping[str, Value]) -> _Refusal:
        """The refusal, once the guard has passed it."""
        try:
            self._guard.check_refusal(outcome, facts)
        except GuardError:
            self.forget()
            raise
        return outcome

    @property
    def progress(self) -> ProgressBook | None:
        """The rules of programmes; None for a pack that plans none."""
        return self._compiled.book.progress

    def compile(self, conditions: Sequence[Condition]) -> Program:
        """Conditions made ready to be decided by the same engine."""
        return self._compiled.engine.compile(conditions)

    def possible(self, intake: Intake) -> Possible:
        """What is possible for these answers beyond the routine; only for those that get one.

        Raises:
            IntakeError: if an answer cannot be read.
            EngineError: if the engine failed.
        """
        facts = self._compiled.book.lexicon.facts(intake)
        return self._assembler.possible(run((*TO_TRIAGE, *TO_ROUTINE), self._compiled, self._compiled.case(facts)))

    def forget(self) -> None:
        """Empties everything that is remembered. The next outcomes are the same; they only take longer."""
        for part in (self._compiled, self._tracer, self._assembler, self._presenter, self._guard):
            part.forget()


def _denied(intake: Intake) -> frozenset[str]:
    """The groups of safety questions that were denied as a whole."""
    return frozenset(group for group, answer in intake.screen.answers.items() if answer in (False, "no"))


_builtin: dict[str, Recommender] = {}


def builtin() -> Recommender:
    """The recommender with the built-in pack, made on first use."""
    found = _builtin.get("default")
    # No lock: a process that is forked while another thread holds it would wait for ever. Threads that come at the same
    # moment make one each, and all keep the first.
    return _builtin.setdefault("default", Recommender()) if found is None else found


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
