"""What was found is run again: once through the library itself, once by reading it off the formulas.

The two must say the same about everything: which rules fire, how urgent it is, what comes out, what is left out, what
bars each exercise, every dose. Where they differ, the formulas are wrong, and nothing that was proved with them counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import attrs
import z3

from psoas_rules.barriers import Barriers
from psoas_rules.conditions import Value
from psoas_rules.engines import Engine, PlainEngine
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.grounds import Grounds
from psoas_rules.intake import Intake
from psoas_rules.kit import Kit
from psoas_rules.loading import Rulebook
from psoas_rules.outcomes import Outcome, Routine
from psoas_rules.pack import LEVELS, PROFILES, Level
from psoas_rules.proving.answers import intake_data
from psoas_rules.proving.doses import DEPENDS
from psoas_rules.proving.encoding import OUTCOMES, World
from psoas_rules.proving.encoding import TO_TRIAGE as TRIAGE_STAGES
from psoas_rules.proving.values import THOUSANDTHS
from psoas_rules.recommender import Recommender
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Case, Compiled, run
from psoas_rules.tracing import Tracer

_KINDS: Final = ("property", "exercise", "phase")
DoseNumbers = tuple[tuple[str, int | None], ...]


@attrs.frozen
class Observed:
    """What became of one person. What comes after triage is filled in only where there is a routine.

    Attributes:
        fired: Ids of the rules that fired, on the way to this outcome.
        level: The triage level.
        outcome: The kind of outcome; empty when there was none.
        profile: The profile.
        excluded: What is left out, as `property.name`.
        choices: Numbers of the choices that are open.
        barred: Exercises that something keeps out.
        steps: The exercises of the session; for formulas, those that may be steps.
        doses: For each of these exercises, its numbers in thousandths.
        failure: Why there was no outcome.
    """

    fired: frozenset[str]
    level: Level
    outcome: str
    profile: str = ""
    excluded: frozenset[str] = frozenset()
    choices: frozenset[int] = frozenset()
    barred: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    doses: Mapping[str, DoseNumbers] = attrs.field(factory=dict)
    failure: str = ""


class Library:
    """The library, run with one rulebook.

    Args:
        book: The rulebook.
        engine: What decides which rules fire; None for the plain evaluator, which is the specification.
    """

    def __init__(self, book: Rulebook, engine: Engine | None = None) -> None:
        self.book = book
        decides = PlainEngine() if engine is None else engine
        self.recommender = Recommender(book.pack, decides, remember=False)
        self._compiled = Compiled(book, decides, remember=False)
        self._kit = Kit(self._compiled, Tracer(book.lexicon, remember=False))

    def outcome(self, data: Mapping[str, Any]) -> Outcome:
        """The outcome for an intake given as plain data."""
        return self.recommender.recommend(Intake.from_dict(data))

    def observe(self, facts: Mapping[str, Value]) -> Observed:
        """What becomes of a person with these answers."""
        intake = Intake.from_dict(intake_data(self.book.lexicon, facts))
        try:
            read = self.book.lexicon.facts(intake)
        except IntakeError as error:
            return Observed(frozenset(), "ok", "", failure=f"the intake is refused: {error}")
        if any(read.get(fact) != value for fact, value in facts.items()):
            return Observed(frozenset(), "ok", "", failure="the intake says something else than the formulas")
        case = run(TO_TRIAGE, self._compiled, self._compiled.case(read))
        try:
            outcome = self.recommender.recommend(intake)
        except EngineError as error:
            return Observed(_fired(case), case.level, "", failure=str(error))
        if isinstance(outcome, Routine) or any(firing.stage not in TRIAGE_STAGES for firing in outcome.trace.firings):
            case = run(TO_ROUTINE, self._compiled, case)
        if isinstance(outcome, Routine):
            return self._routine(case, outcome)
        return Observed(_fired(case), case.level, outcome.kind)

    def _routine(self, case: Case, routine: Routine) -> Observed:
        barriers = Barriers(self._grounds(case), self._kit)
        barred = frozenset(row.id for row in self.book.pack.exercises if barriers.of(row.id) is not None)
        doses = {
            step.exercise: tuple((field, _steps(getattr(step.dose, field))) for field in DEPENDS)
            for step in routine.steps
        }
        excluded = frozenset(f"{kind}.{c.conclusion.subject}" for kind in _KINDS for c in case.all(f"exclude_{kind}"))
        return Observed(
            _fired(case),
            case.level,
            routine.kind,
            routine.profile.kind,
            excluded,
            frozenset(self._compiled.open_choices(case)),
            barred,
            frozenset(doses),
            doses,
        )

    def _grounds(self, case: Case) -> Grounds:
        """What the session of a case rests on; the time is left out, for it bars nothing."""
        assert case.weighed is not None
        kit = self._kit
        shaping = [ready for ready in case.fired if ready.number in kit.shaping]
        caps = tuple(cap for ready in shaping for cap in kit.caps(ready))
        wishes = {fact: value for fact, value in case.facts.items() if fact.startswith("preference.")}
        choices = self._compiled.open_choices(case)
        return Grounds(case.weighed.profile, shaping, choices, wishes, short=None, caps=caps)


def _fired(case: Case) -> frozenset[str]:
    return frozenset(ready.rule.id for ready in case.fired)


class Reader:
    """Reads off the formulas of one world what becomes of a person.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        book, pack = world.book, world.book.pack
        choices = Compiled(book, PlainEngine(), remember=False).choices
        kinds = tuple(f"exclude_{kind}" for kind in _KINDS)
        excluded = dict.fromkeys((c.kind, c.subject) for rule in book.rules for c in rule.then if c.kind in kinds)
        self._parts: dict[str, dict[Any, z3.ExprRef]] = {
            "fired": dict(enumerate(world.fires)),
            "outcome": {kind: world.outcome(kind) for kind in OUTCOMES},
            "early": {level: world.level(level) for level in LEVELS},
            "level": {level: world.final_level(level) for level in LEVELS},
            "stopped": {True: world.referred_by_triage},
            "profile": {name: world.profile(name) for name in PROFILES},
            "excluded": {f"{k.removeprefix('exclude_')}.{name}": world.concluded(k, name) for k, name in excluded},
            "choices": {number: world.choice(choice) for number, choice in enumerate(choices)},
            "barred": {row.id: world.barred(row.id) for row in pack.exercises},
            "steps": {row.id: world.may_step(row.id) for row in pack.exercises},
            "doses": {
                (row.id, field): formula
                for row in pack.exercises
                for field in DEPENDS
                if (formula := world.dose(row.id, field)) is not None
            },
        }
        # One term with everything in it: what the formulas share is evaluated once.
        formulas = [formula for part in self._parts.values() for formula in part.values()]
        together = z3.Function("together", *(formula.sort() for formula in formulas), z3.BoolSort())
        self._together = together(*formulas)

    def read(self, facts: Mapping[str, Value]) -> Observed:
        """What the formulas say of a person with these answers."""
        found = self._values(facts)
        outcome = next(kind for kind in OUTCOMES if found["outcome"][kind])
        early, level = (_highest(found[name]) for name in ("early", "level"))
        # Rules after triage are looked at only when it came to that.
        later = outcome == "routine" or (outcome == "referral" and not found["stopped"][True])
        fired = frozenset(
            rule.id
            for number, rule in enumerate(self._world.book.rules)
            if found["fired"][number] and (later or rule.stage in TRIAGE_STAGES)
        )
        if outcome != "routine":
            return Observed(fired, level if later else early, outcome)
        steps = _true(found["steps"])
        doses = {
            exercise: tuple((field, found["doses"].get((exercise, field))) for field in DEPENDS) for exercise in steps
        }
        profile = next(name for name in PROFILES if found["profile"][name])
        excluded, choices, barred = (_true(found[name]) for name in ("excluded", "choices", "barred"))
        return Observed(fired, level, outcome, profile, excluded, choices, barred, steps, doses)

    def _values(self, facts: Mapping[str, Value]) -> dict[str, dict[Any, Any]]:
        evaluated = iter(self._world.answers.model(facts).eval(self._together).children())
        return {name: {key: _plain(next(evaluated)) for key in part} for name, part in self._parts.items()}


def _plain(value: z3.ExprRef) -> bool | int:
    return int(value.as_long()) if isinstance(value, z3.IntNumRef) else bool(z3.is_true(value))


def _true(part: Mapping[Any, Any]) -> frozenset[Any]:
    return frozenset(key for key, holds in part.items() if holds)


def _highest(levels: Mapping[Level, bool]) -> Level:
    return next(level for level in reversed(LEVELS) if levels[level])


def differences(formulas: Observed, library: Observed) -> tuple[str, ...]:
    """Where the formulas and the library do not agree about one person; nothing when they do."""
    if library.failure:
        return (f"there is no outcome: {library.failure}",)
    told = [
        f"{field.name}: the formulas say {_shown(said)}, the library {_shown(done)}"
        for field in attrs.fields(Observed)
        if field.name not in ("steps", "doses", "failure")
        and (said := getattr(formulas, field.name)) != (done := getattr(library, field.name))
    ]
    surplus = sorted(library.steps - formulas.steps)
    if surplus:
        told.append(f"steps: {', '.join(surplus)} should not be possible")
    told += [
        f"the dose of {exercise}: the formulas say {formulas.doses[exercise]}, the library {numbers}"
        for exercise, numbers in library.doses.items()
        if exercise in formulas.doses and formulas.doses[exercise] != numbers
    ]
    return tuple(told)


def _shown(value: object) -> str:
    return ", ".join(sorted(map(str, value))) or "none" if isinstance(value, frozenset) else str(value)


def _steps(number: float | None) -> int | None:
    return None if number is None else int(Fraction(str(number)) * THOUSANDTHS)
