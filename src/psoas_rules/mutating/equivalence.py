"""Whether a mutant changes nothing that anyone can see.

What anyone can see is everything in an outcome but the list of conclusions in its trace. What can be decided from the
pack alone is decided here: conditions that turn out the same for every combination of their cells, limits that come to
the same for every exercise, tables that are the same. Whatever goes through several rules is left to a solver.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import chain
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.conditions import Condition, Value, facts_read, holds
from psoas_rules.covering.cells import combinations, fact_cells
from psoas_rules.dosing import Cap, DoseFloors, dose, in_scope, strictest
from psoas_rules.loading import Rulebook
from psoas_rules.pack import LEVELS, Exercise, Limit, Pack
from psoas_rules.rulebook import Rule
from psoas_rules.trace import Conclusion

_SHAPING: Final = ("safety", "profile", "dosage")
"""Stages that see the same answers: what they read was settled before the first of them."""

_AFTER_TRIAGE: Final = (*_SHAPING, "evidence")
_EXCLUDING: Final = ("exclude_property", "exclude_exercise", "exclude_phase")

IsEquivalent: TypeAlias = Callable[[Rulebook, Rulebook], bool | None]
"""Whether two rulebooks give everybody the same outcome; None when that was not decided."""


def is_equivalent(book: Rulebook, mutant: Rulebook) -> bool | None:
    """True if the mutant gives everybody the same outcome, as far as that can be told without a solver; else None."""
    return True if _Reader(book).same(_Reader(mutant)) else None


class _Reader:
    """Reads a rulebook down to what matters for an outcome."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.pack = book.pack
        self.floors = DoseFloors.of(book.pack)
        self.stand_ins = _stand_ins(book.pack)
        self.preferred = {c.subject for rule in book.rules for c in rule.then if c.kind == "extra_side"}

    def same(self, other: _Reader) -> bool:
        """Whether both come to the same. What is cheap to compare comes first."""
        return (
            _answers(self.book) == _answers(other.book)
            and self._tables() == other._tables()
            and self._same_rules(other)
            and self._same_choices(other)
        )

    def _tables(self) -> Hashable | tuple[Any, ...]:
        """The tables of exercises and sessions, without conditions, and with limits as what they come to."""
        sessions = self.pack.sessions
        formats = [(one.up_to_minutes, self._of_sessions(one.limits)) for one in sessions.formats]
        limits = {profile: self._of_sessions(those) for profile, those in sessions.session_limits.items()}
        uses = {
            profile: [attrs.evolve(use, when=None) for use in those] for profile, those in sessions.sessions.items()
        }
        exercises = [self._bare(exercise) for exercise in self.pack.exercises]
        slots = [attrs.evolve(slot, serves=()) for slot in sessions.slots]
        rest = (slots, sessions.drop_order, self.pack.info, self.pack.vocabulary)
        return (formats, limits, uses, exercises, rest)

    def _bare(self, exercise: Exercise) -> Hashable:
        """An exercise with its targets and its substitutes as what they come to.

        Targets say in which slots it can stand in for another exercise, and which side gets more of it. Substitutes
        are tried before regressions, each once; the first counts apart where an exercise is not for doing alone.
        """
        others = tuple(dict.fromkeys((*exercise.substitutes, *exercise.regressions)))
        first = exercise.substitutes[:1] if exercise.availability == "supervised_only" else ()
        target = exercise.targets[0] if exercise.dose.per_side and exercise.targets[0] in self.preferred else ""
        serves = tuple(
            slot.id
            for slot in self.pack.sessions.slots
            if (exercise.id, slot.id) in self.stand_ins
            and slot.phase == exercise.phase
            and not set(exercise.targets).isdisjoint(slot.serves)
        )
        bare = attrs.evolve(exercise, offer_if=None, targets=(), substitutes=(), regressions=())
        return (attrs.astuple(bare, recurse=False), others, first, target, serves)

    def _of_sessions(self, limits: tuple[Limit, ...]) -> Hashable:
        return (self._effects(limits), self._lowered(limits, self.pack.exercises))

    def _same_choices(self, other: _Reader) -> bool:
        pairs = zip(_choices(self.book), _choices(other.book), strict=True)
        return all(one == two or self._same_condition(one, two) for one, two in pairs)

    def _same_rules(self, other: _Reader) -> bool:
        before, after = ({rule.id: rule for rule in reader.book.rules} for reader in (self, other))
        constant = [rule for name, rule in before.items() if after.get(name) == rule]
        return all(
            self._same_rule(one, two, constant) if one and two else self._never_asked(one, two, constant)
            for name in {**before, **after}
            if (one := before.get(name)) != (two := after.get(name))
        )

    def _never_asked(self, one: Rule | None, other: Rule | None, constant: Iterable[Rule]) -> bool:
        """Whether everybody for whom the two differ is stopped by triage, before the rule is asked at all."""
        either = one or other
        assert either is not None
        if either.stage not in _AFTER_TRIAGE:
            return False
        conditions = [rule.when for rule in (one, other) if rule is not None]
        read = {fact for condition in conditions for fact in facts_read(condition)}
        stopping = [rule for rule in constant if _stops(rule) and read.intersection(facts_read(rule.when))]
        return any(self._implied(one, other, stop.when) for stop in stopping)

    def _implied(self, one: Rule | None, other: Rule | None, stop: Condition) -> bool:
        """Whether a condition holds for everybody for whom two rules differ."""
        conditions = [rule.when for rule in (one, other) if rule is not None]
        every = combinations(fact_cells((*conditions, stop), self.book.lexicon))
        return every is not None and all(holds(stop, facts) for facts in every if _differ(one, other, facts))

    def _same_rule(self, one: Rule, other: Rule, constant: Iterable[Rule]) -> bool:
        if self._never_asked(one, other, constant):
            return True
        if not self._same_condition(one.when, other.when):
            return False
        bare = [attrs.evolve(rule, when=one.when, then=_rest(rule)) for rule in (one, other)]
        if bare[0] != bare[1]:
            return False
        company = [rule for rule in constant if self._goes_with(one, rule)]
        return self._same_triage(one, other, company) and self._same_limits(one, other, company)

    def _goes_with(self, one: Rule, other: Rule) -> bool:
        """Whether the other rule fires whenever this one does."""
        together = (one.stage in _SHAPING and other.stage in _SHAPING) or one.stage == other.stage
        if not together or set(facts_read(other.when)) - set(facts_read(one.when)):
            return False
        every = combinations(fact_cells((one.when, other.when), self.book.lexicon))
        return every is not None and all(holds(other.when, facts) for facts in every if holds(one.when, facts))

    @staticmethod
    def _same_triage(one: Rule, other: Rule, company: Iterable[Rule]) -> bool:
        """Whether both are as urgent, or something that is told about the same warning is at least as urgent anyway."""
        levels = [_level(rule) for rule in (one, other)]
        anyway = max((_level(rule) for rule in company if rule.about == one.about), default=0)
        return levels[0] == levels[1] or anyway >= max(levels)

    def _same_limits(self, one: Rule, other: Rule, company: Iterable[Rule]) -> bool:
        """Whether the limits come to the same for every exercise that is left, with those that are there anyway."""
        if _limits(one) == _limits(other):
            return True
        anyway = [limit for rule in company for limit in _limits(rule)]
        left = self._left((one, *company))
        before, after = [*_limits(one), *anyway], [*_limits(other), *anyway]
        if self._effects(before, left) != self._effects(after, left):
            return False
        # A step names the rules that lower its dose, so each must lower the same ones by itself.
        possible = [exercise for exercise in left if not _too_hard(before, exercise)]
        return self._lowered(_limits(one), possible) == self._lowered(_limits(other), possible)

    @staticmethod
    def _lowered(limits: Iterable[Limit], exercises: Iterable[Exercise]) -> frozenset[str]:
        exercises = tuple(exercises)
        return frozenset(exercise for limit in limits for exercise in Cap.of(limit, "", exercises).changing)

    def _left(self, rules: Iterable[Rule]) -> list[Exercise]:
        """The exercises that these rules do not leave out."""
        out = {c.subject for rule in rules for c in rule.then if c.kind in _EXCLUDING}
        return [e for e in self.pack.exercises if out.isdisjoint((e.id, e.phase, *e.properties))]

    def _same_condition(self, one: Condition, other: Condition) -> bool:
        """Whether two conditions hold for the same people; False also when there is too much to look at."""
        every = combinations(fact_cells((one, other), self.book.lexicon))
        return every is not None and all(holds(one, facts) == holds(other, facts) for facts in every)

    def _effects(self, limits: Iterable[Limit], exercises: Iterable[Exercise] | None = None) -> Hashable:
        """What limits that count together come to, for each exercise.

        Every number of a dose falls when a limit falls, so limits that give the same dose by themselves give the same
        dose together with any others.
        """
        caps = [Cap.of(limit, "", self.pack.exercises) for limit in limits]
        levels = [cap.limit.level_max for cap in caps if cap.general and cap.limit.level_max is not None]
        about = self.pack.exercises if exercises is None else exercises
        return (min([*levels, 3]), tuple(self._effect(caps, exercise) for exercise in about))

    def _effect(self, caps: Iterable[Cap], exercise: Exercise) -> Hashable:
        about = [cap for cap in caps if exercise.id in cap.exercises]
        if _too_hard((cap.limit for cap in about), exercise):
            return "too hard"
        numbers = strictest(about, {})
        given = dose(exercise, numbers, self.floors)
        # An extra set may be given up to the ceiling, so there a limit on sets shows sooner.
        most = exercise.dose.ceiling.sets if exercise.dose.ceiling else given.sets
        return (
            given,
            min(numbers.get("sets_max", most), most),
            tuple(dict.fromkeys(cap.limit.say for cap in about if cap.limit.say)),
        )


def _stand_ins(pack: Pack) -> frozenset[tuple[str, str]]:
    """Which exercise assembly may try as a stand-in in which slot, before it looks at targets."""
    swaps: dict[str, set[str]] = {}
    for row in pack.conditions:
        for name, other in row.swaps.items():
            swaps.setdefault(name, set()).add(other)
    exercises = {exercise.id: exercise for exercise in pack.exercises}
    found: set[tuple[str, str]] = set()
    for use in chain.from_iterable(pack.sessions.sessions.values()):
        for name in (*use.candidates, *use.from_level_2, *use.from_level_3):
            found.update((other, use.slot) for other in swaps.get(name, ()))
        for name in use.candidates:
            others = (*exercises[name].substitutes, *exercises[name].regressions)
            found.update((other, use.slot) for other in others)
        for name in use.on_request:
            # What is not for doing alone is replaced by its first substitute.
            found.update((other, use.slot) for other in exercises[name].substitutes[:1])
    return frozenset(found)


def _choices(book: Rulebook) -> list[Condition]:
    return [*book.offers.values(), *(when for uses in book.uses.values() for when in uses)]


def _rest(rule: Rule) -> tuple[Conclusion, ...]:
    """What a rule concludes besides limits and triage."""
    return tuple(conclusion for conclusion in rule.then if conclusion.limit is None and conclusion.kind != "triage")


def _stops(rule: Rule) -> bool:
    """Whether nobody for whom the rule fires comes as far as a routine."""
    return rule.stage == "triage" and _level(rule) > LEVELS.index("caution")


def _differ(one: Rule | None, other: Rule | None, facts: Mapping[str, Value]) -> bool:
    """Whether these rules come to something different for somebody."""
    before, after = (rule is not None and holds(rule.when, facts) for rule in (one, other))
    same = one is not None and other is not None and one.then == other.then
    return before is not after or (before and not same)


def _too_hard(limits: Iterable[Limit], exercise: Exercise) -> bool:
    return any(
        in_scope(limit, exercise)
        for limit in limits
        if limit.level_max is not None and exercise.level > limit.level_max
    )


def _limits(rule: Rule) -> list[Limit]:
    return [conclusion.limit for conclusion in rule.then if conclusion.limit is not None]


def _level(rule: Rule) -> int:
    """How urgent a rule says it is, as a number; -1 when it says nothing."""
    return max((LEVELS.index(c.subject) for c in rule.then if c.kind == "triage" and c.subject in LEVELS), default=-1)


def _answers(book: Rulebook) -> tuple[Any, ...]:
    """What decides how answers are read and which questions are asked how urgently."""
    lexicon, pack = book.lexicon, book.pack
    return (
        {name: (spec.answer, spec.when_unknown, spec.facts()) for name, spec in lexicon.specs.items()},
        (lexicon.required, lexicon.groups, lexicon.ages, lexicon.exercises),
        # Besides what the rules say, the guard looks at which rows stop a routine.
        [(flag.id, flag.urgency in ("modifier", "caution")) for flag in pack.red_flags],
        [(row.id, row.clearance if row.clearance in ("block", "clinician_first") else "") for row in pack.conditions],
        pack.screen,
    )
