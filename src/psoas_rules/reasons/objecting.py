"""Why an exercise is not in an outcome: for every way in, the first thing that closes it."""

from __future__ import annotations

import math
from functools import cache
from weakref import WeakKeyDictionary

import attrs

from psoas_rules.assembly import Assembler
from psoas_rules.engines import PlainEngine
from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake
from psoas_rules.kit import Kit
from psoas_rules.lexicon import name_key
from psoas_rules.loading import rulebook_of
from psoas_rules.outcomes import Routine
from psoas_rules.reasons.contest import Contest
from psoas_rules.reasons.obstacles import Closed, Obstacle, WhyNot
from psoas_rules.reasons.own_barriers import no_routine, own_barrier
from psoas_rules.reasons.reason import UnknownNameError
from psoas_rules.reasons.situation import Situation
from psoas_rules.reasons.ways import Way, ways_in
from psoas_rules.recommender import Recommender
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, Compiled, run
from psoas_rules.tracing import Tracer


class _Tables:
    """What a pack says about its sessions, worked out once."""

    def __init__(self, recommender: Recommender) -> None:
        book = rulebook_of(recommender.pack)
        self.compiled = Compiled(book, PlainEngine(), remember=False)
        self.kit = Kit(self.compiled, Tracer(book.lexicon, remember=False))
        self.assembler = Assembler(self.kit)
        self.ways = cache(lambda name: ways_in(name, self.kit, book.rules))


_tables: WeakKeyDictionary[Recommender, _Tables] = WeakKeyDictionary()


def why_not(recommender: Recommender, intake: Intake, exercise: str) -> WhyNot:
    """Why an exercise is not in the outcome for these answers.

    Args:
        recommender: What decides.
        intake: The person's answers.
        exercise: The exercise, by id or by any of its names.

    Returns:
        Every way by which it could have come in, each with the first thing that closes it.

    Raises:
        UnknownNameError: if the pack has no such exercise; it tells the nearest name.
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.

    Example:
        >>> from psoas_rules import Screen
        >>> from psoas_rules.recommender import builtin
        >>> found = why_not(builtin(), Intake(screen=Screen.clear()), "kegel")
        >>> found.nearest.kind
        'not_offered'
    """
    return Objections(recommender, intake).to(exercise)


class Objections:
    """Why exercises are not in the outcome for one person; it is worked out once for all of them.

    Args:
        recommender: What decides.
        intake: The person's answers.

    Attributes:
        outcome: The outcome.

    Raises:
        IntakeError: if an answer cannot be read.
        EngineError: if the engine failed.
    """

    def __init__(self, recommender: Recommender, intake: Intake) -> None:
        self.outcome = recommender.recommend(intake)
        self._recommender, self._intake = recommender, intake
        self._tables = _tables.get(recommender) or _tables.setdefault(recommender, _Tables(recommender))
        self._situation = self._settle()
        self._nothing = no_routine(self._situation)

    def _settle(self) -> Situation:
        tables = self._tables
        facts = self._recommender.lexicon.facts(self._intake)
        case = run(TO_TRIAGE, tables.compiled, tables.compiled.case(facts))
        if not isinstance(self.outcome, Routine):
            return Situation(tables.kit, self.outcome, case, None)
        case = run(TO_ROUTINE, tables.compiled, case)
        return Situation(tables.kit, self.outcome, case, tables.assembler.workings(case))

    def to(self, exercise: str) -> WhyNot:
        """Why this exercise is not in, given by id or by any of its names.

        Raises:
            UnknownNameError: if the pack has no such exercise.
        """
        lexicon, tables = self._recommender.lexicon, self._tables
        name = lexicon.exercises.get(name_key(exercise))
        if name is None:
            known = [one for row in self._recommender.pack.exercises for one in (row.id, row.name, *row.aliases)]
            raise UnknownNameError(f"no exercise is called {show(exercise)}{nearest(exercise, known)}")
        steps = self.outcome.steps if isinstance(self.outcome, Routine) else ()
        slot = next((step.slot for step in steps if step.exercise == name), None)
        ways = () if slot is not None else self._in_order(tables.ways(name))
        closed = tuple(Closed(way=way, obstacle=obstacle) for way, obstacle in self._closed(name, ways))
        return WhyNot(exercise=name, name=tables.kit.exercises[name].exercise.name, slot=slot, closed=closed)

    def _in_order(self, ways: tuple[Way, ...]) -> tuple[Way, ...]:
        """The ways of the person's own pattern before those of the others."""
        if not isinstance(self.outcome, Routine):
            return ways
        kind = self.outcome.profile.kind
        return tuple(sorted(ways, key=lambda way: way.pattern != kind))

    def _closed(self, name: str, ways: tuple[Way, ...]) -> list[tuple[Way, Obstacle]]:
        of_all = self._nothing or own_barrier(self._situation, name)
        enough = cache(lambda: self._enough_minutes(name))
        return [(way, of_all or Contest(self._situation, name, way, enough).obstacle()) for way in ways]

    def _enough_minutes(self, name: str) -> int | None:
        """The fewest whole minutes, more than there are, with which the exercise is in."""
        assert isinstance(self.outcome, Routine)
        most = math.floor(self._recommender.pack.constant("longest_minutes"))
        for minutes in range(math.floor(self.outcome.minutes) + 1, most + 1):
            wishes = {**self._intake.preferences, "minutes": minutes}
            outcome = self._recommender.recommend(attrs.evolve(self._intake, preferences=wishes))
            if isinstance(outcome, Routine) and any(step.exercise == name for step in outcome.steps):
                return minutes
        return None
