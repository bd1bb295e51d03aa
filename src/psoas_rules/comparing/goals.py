"""The criteria of `strictness` as formulas: for each, that there is a person with whom the new pack is less strict.

Both packs are read for one person. What both ask is one variable; what only one of them asks, that one alone is told.
An answer that the new pack does not take any more, such as an option that is gone, is not known there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

from psoas_rules.comparing.changes import may_stand
from psoas_rules.comparing.people import with_facts
from psoas_rules.comparing.strictness import AMOUNTS, CEILINGS, SIDE_SETS, Criterion, Shared
from psoas_rules.conditions import Value
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import Lexicon
from psoas_rules.loading import Rulebook
from psoas_rules.pack import LEVELS, PROFILES
from psoas_rules.proving.answers import Answers
from psoas_rules.proving.doses import DEPENDS
from psoas_rules.proving.encoding import OUTCOMES, World
from psoas_rules.proving.values import Choice, Number, Symbol, YesNo, every, no, some
from psoas_rules.trace import Conclusion

Formula: TypeAlias = Any
"""A formula of the solver; only `proving` knows more about it."""

_NEW: Final = "new "
"""Before the names of what the new pack is told apart from the old one."""


@attrs.frozen(eq=False)
class Goal:
    """A question to the solver: is there a person for whom this holds?

    Attributes:
        criterion: The criterion that it would break.
        subject: What it is about.
        formula: The question.
    """

    criterion: Criterion
    subject: str
    formula: Formula


class _Told(Answers):
    """What the new pack is told: the variables of the old one where the question is the same, else its own.

    Args:
        lexicon: The facts of the new pack.
        apart: The questions that are not the same in both.
    """

    def __init__(self, lexicon: Lexicon, apart: Collection[str]) -> None:
        self._apart = frozenset(apart)
        super().__init__(lexicon)

    def _add(self, spec: FactSpec) -> None:
        self.prefix = _NEW if spec.name in self._apart else ""
        super()._add(spec)
        self.prefix = ""


class Question:
    """Whether the new pack is less strict with anybody.

    Args:
        old: The old rules.
        new: The new rules.
        shared: What both packs know.

    Attributes:
        links: What holds of every person besides what an intake takes.

    Raises:
        EncodingError: if something cannot be put into formulas exactly.
    """

    def __init__(self, old: Rulebook, new: Rulebook, shared: Shared) -> None:
        self.shared = shared
        self.old = World(old)
        apart = _apart(old.lexicon, new.lexicon, shared)
        told = _Told(new.lexicon, apart)
        self.new = World(new, told)
        links = [link for was, now in shared.facts.items() for link in self._links(was, now)]
        self.links: list[Formula] = links

    def _links(self, was: str, now: str) -> Iterator[Formula]:
        """That both packs are told the same, where they do not share a variable."""
        before, after = self.old.answers.given.get(was), self.new.answers.given.get(now)
        if before is None or after is None or before.known.eq(after.known):
            return
        yield from _told_the_same(before, after, self.new.book.lexicon.spec(now))

    def answers(self, told_before: Mapping[str, Value], told_now: Mapping[str, Value]) -> dict[str, Any]:
        """What both packs were told, as an intake in the words of the old one where it has any."""
        data = self.old.answers.intake(told_before)
        known = set(self.shared.facts.values())
        fresh = {fact: value for fact, value in told_now.items() if fact not in known and value is not False}
        return with_facts(data, fresh, self.new.book.lexicon)

    def either_way(self, original: str, others: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> Formula:
        """That somebody has two conditions that swap an exercise for different others, and could get either.

        Args:
            original: The exercise.
            others: Pairs of a rule and what it swaps the exercise for.
        """
        world = self.old
        could = (
            every(
                (
                    *(world.fired(rule) for rule, _ in pair),
                    *(no(world.barred(other)) for _, other in pair),
                    some(self._places(original, tuple(other for _, other in pair))),
                )
            )
            for pair in others
        )
        return every((world.outcome("routine"), some(could)))

    def _places(self, original: str, others: tuple[str, ...]) -> Iterator[Formula]:
        """Slots for which the exercise is a candidate, and in which any of the others may stand."""
        world, book = self.old, self.old.book
        for profile, uses in book.pack.sessions.sessions.items():
            for use, when in zip(uses, book.uses[profile], strict=True):
                if all(may_stand(book.pack, use, other) for other in others):
                    lists = ((1, use.candidates), (2, use.from_level_2), (3, use.from_level_3))
                    open_to = [_open_from(world, level) for level, names in lists if original in names]
                    yield every((world.profile(profile), world.choice(when), some(open_to)))

    def goals(self) -> Iterator[Goal]:
        """Every question, the gravest first."""
        old, new = self.old, self.new
        routine = new.outcome("routine")
        yield Goal("outcome", "routine", every((routine, no(old.outcome("routine")))))
        yield Goal("triage", "level", some(every((old.level(one), no(new.level(one)))) for one in LEVELS[1:]))
        both = every((routine, old.outcome("routine")))
        falls = (every((old.final_level(one), no(new.final_level(one)))) for one in LEVELS[1:])
        yield Goal("triage", "level in the end", every((both, some(falls))))
        yield Goal("screening", "questions", some(self._unasked()))
        yield Goal("exclusion", "properties and phases", every((both, some(self._included()))))
        yield Goal("exclusion", "exercises", every((both, some(self._let_in()))))
        for was, now in self.shared.exercises.items():
            more = some(self._more(was, now))
            yield Goal("dose", now, every((both, no(self._out(new, now)), more)))

    def difference(self) -> Formula:
        """That anything differs for a person that the outcome hangs on; what there is for one pack alone counts not."""
        old, new = self.old, self.new
        kinds = (_unlike(old.outcome(kind), new.outcome(kind)) for kind in OUTCOMES)
        levels = (_unlike(old.final_level(one), new.final_level(one)) for one in LEVELS[1:])
        asked = (_unlike(old.asked(was), new.asked(now)) for was, now in self.shared.facts.items())
        both = every((old.outcome("routine"), new.outcome("routine")))
        return some((*kinds, *levels, *asked, every((both, some(self._other_routine())))))

    def _other_routine(self) -> Iterator[Formula]:
        old, new = self.old, self.new
        yield from (_unlike(old.profile(name), new.profile(name)) for name in PROFILES)
        yield from self._other_exclusions()
        yield from self._other_findings()
        for was, now in self.shared.exercises.items():
            yield _unlike(old.barred(was), new.barred(now))
            yield _unlike(old.may_step(was), new.may_step(now))
            for field in DEPENDS:
                before, after = old.dose(was, field), new.dose(now, field)
                if (before is None) is not (after is None):
                    yield no(some(()))
                elif before is not None:
                    yield before != after
        for kind in ("swap", "prefer", "extra_side", "strict_pain", "no_walk"):
            yield from self._other_conclusions(kind)

    def _other_exclusions(self) -> Iterator[Formula]:
        for was, now in self.shared.excluded.items():
            kind, before = was.split(" ", 1)
            yield _unlike(self.old.excluded(kind, before), self.new.excluded(kind, now.split(" ", 1)[1]))

    def _other_findings(self) -> Iterator[Formula]:
        for was, now in self.shared.facts.items():
            before, after = self.old.look(was), self.new.look(now)
            if was.startswith("finding.") and isinstance(before, Choice) and isinstance(after, Choice):
                for option in before.options:
                    yield _unlike(before.options[option], after.options.get(option, some(())))

    def _other_conclusions(self, kind: str) -> Iterator[Formula]:
        """Conclusions of a kind that are drawn for a person by one pack alone."""
        said = {
            (one.subject, one.other, one.side)
            for world in (self.old, self.new)
            for rule in world.book.rules
            for one in rule.then
            if one.kind == kind
        }
        for subject, other, side in sorted(said, key=str):

            def is_it(_: object, one: Conclusion, sought: tuple[object, ...] = (subject, other, side)) -> bool:
                return one.kind == kind and (one.subject, one.other, one.side) == sought

            yield _unlike(self.old.concluding(is_it), self.new.concluding(is_it))

    def _unasked(self) -> Iterator[Formula]:
        for was, now in self.shared.facts.items():
            yield every((self.old.asked(was), no(self.new.asked(now))))
        for was in self.old.answers.symbols:
            if was not in self.shared.facts:
                yield self.old.asked(was)

    def _included(self) -> Iterator[Formula]:
        for was, now in self.shared.excluded.items():
            kind, before = was.split(" ", 1)
            after = now.split(" ", 1)[1]
            yield every((self.old.excluded(kind, before), no(self.new.excluded(kind, after))))

    def _let_in(self) -> Iterator[Formula]:
        for was, now in self.shared.exercises.items():
            yield every((self._out(self.old, was), no(self._out(self.new, now))))

    def _out(self, world: World, name: str) -> Formula:
        """Whether a rule leaves the exercise out, or it is above the level that is allowed."""
        exercise = next(one for one in world.book.pack.exercises if one.id == name)
        properties = (world.excluded("property", one) for one in exercise.properties)
        alone = some(()) if exercise.availability != "supervised_only" else no(some(()))
        excluded = (world.excluded("exercise", name), world.excluded("phase", exercise.phase))
        return some((*properties, *excluded, world.level_capped(name), alone))

    def _more(self, was: str, now: str) -> Iterator[Formula]:
        """In which numbers there would be more of an exercise."""
        for field in (*AMOUNTS, *CEILINGS, "rest_s"):
            before, after = _number(self.old, was, field), _number(self.new, now, field)
            if before is not None and after is not None:
                yield after < before if field == "rest_s" else after > before
            elif field in CEILINGS:
                yield some(()) if before is None else no(some(()))
            elif after is not None and field != "rest_s":
                yield after > 0
            elif before is not None and field == "rest_s":
                yield before > 0
        if _per_side(self.new, now) and not _per_side(self.old, was):
            yield no(some(()))


def _open_from(world: World, level: int) -> Formula:
    """Whether no limit for every exercise keeps the person below this level."""

    def keeps_below(_: object, one: Conclusion) -> bool:
        limit = one.limit
        narrow = limit is None or limit.for_property or limit.for_phase or limit.for_exercises
        return not narrow and limit is not None and limit.level_max is not None and limit.level_max < level

    return no(world.concluding(keeps_below))


def _number(world: World, name: str, field: str) -> Formula | None:
    if field != SIDE_SETS:
        return world.dose(name, field)
    sets, extra = world.dose(name, "sets"), world.dose(name, "extra_sets")
    return sets if extra is None or sets is None else sets + extra


def _unlike(one: Formula, other: Formula) -> Formula:
    return some((every((one, no(other))), every((other, no(one)))))


def _per_side(world: World, name: str) -> bool:
    return next(one.dose.per_side for one in world.book.pack.exercises if one.id == name)


def _apart(old: Lexicon, new: Lexicon, shared: Shared) -> frozenset[str]:
    """Questions of the new pack that are not asked in just the same way in the old one."""
    same = {now for was, now in shared.facts.items() if was == now and _asked_alike(old, new, was)}
    return frozenset(spec.name for spec in new.specs.values() if any(fact not in same for fact in spec.facts()))


def _asked_alike(old: Lexicon, new: Lexicon, fact: str) -> bool:
    before, after = old.spec(fact), new.spec(fact)
    return all(
        getattr(before, field) == getattr(after, field) for field in ("answer", "minimum", "maximum", "sided")
    ) and set(before.options) == set(after.options)


def _told_the_same(old: Symbol, new: Symbol, spec: FactSpec) -> Iterator[Formula]:
    match old, new:
        case YesNo(), YesNo():
            yield old.known == new.known
            yield some((no(old.known), old.value == new.value))
        case Choice(), Choice():
            common = [option for option in old.options if option in new.options]
            yield new.known == some(every((old.known, old.options[option])) for option in common)
            yield from (some((no(new.known), old.options[option] == new.options[option])) for option in common)
        case Number(), Number():
            same = old.value * new.scale == new.value * old.scale
            # What is out of the new range, or finer than it is read there, is not known there.
            yield some((no(new.known), every((old.known, same))))
            yield some((no(old.known), new.known, no(_fits(old, new, spec))))


def _fits(old: Number, new: Number, spec: FactSpec) -> Formula:
    """Whether the new pack takes a number that the old one took."""
    low = [old.value >= math.ceil(spec.minimum * old.scale)] if spec.minimum is not None else []
    high = [old.value <= math.floor(spec.maximum * old.scale)] if spec.maximum is not None else []
    whole = [old.value % old.scale == 0] if new.scale < old.scale else []
    return every((*low, *high, *whole))
