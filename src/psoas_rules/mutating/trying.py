"""Trying mutants: does any case of the pack come out otherwise?

Only cases that a mutant can touch are run. What comes out depends on what each stage was asked and what its rules
conclude. So where no changed rule fires for the facts of a case, neither before nor after, it comes out as it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Literal, TypeAlias

import attrs

from psoas_rules.casebook import PairCase, WholeCase, run_case, run_pair_case
from psoas_rules.conditions import Value, holds
from psoas_rules.covering import Casebook
from psoas_rules.covering.recording import CHOICES, ListeningEngine
from psoas_rules.covering.running import rulebook_of
from psoas_rules.errors import PackError
from psoas_rules.loading import Rulebook
from psoas_rules.mutating.books import Books, TrialRecommender
from psoas_rules.mutating.equivalence import IsEquivalent, is_equivalent
from psoas_rules.mutating.mutants import Mutant
from psoas_rules.pack import PROFILES, Sessions
from psoas_rules.recommender import Recommender
from psoas_rules.rulebook import Rule

Verdict: TypeAlias = Literal["killed", "survived", "equivalent", "refused"]
"""What became of a mutant: a case failed; none did; nobody could see a difference; the pack does not hold together."""

_SOON = 40
"""Most mutants that can be killed are killed by one of the first so many cases; only then it pays to remember."""

_OF_ROUTINES = ("exercises", "info", "vocabulary")
_OF_QUESTIONS = ("red_flags", "conditions", "screen", "person", "preferences", "signs", "measures")


@attrs.frozen
class Trial:
    """What became of one mutant.

    Attributes:
        mutant: Its number among all mutants of the pack.
        verdict: What became of it.
        by: The case that killed it.
        decided: Whether it was decided that it is not equivalent; a survivor may be, where this is False.
    """

    mutant: int
    verdict: Verdict
    by: str | None = None
    decided: bool = False


@attrs.frozen(eq=False)
class Known:
    """A whole case with how it went with the pack as it is.

    Attributes:
        name, place, case: The case.
        asked: The facts that each stage was asked about.
        open: Whether a question was open.
        routine: Whether a session was put together.
        text: The case in words, to find the names in it.
    """

    name: str
    place: str
    case: WholeCase
    asked: Mapping[str, Mapping[str, Value]]
    open: bool
    routine: bool
    text: str


class Bench:
    """A pack with its cases, ready to try mutants on.

    Args:
        book: The cases, with the pack. All of them must come out as expected.
        mutants: The mutants, to be named by their number.
        solver: Decides what cannot be decided without a solver; None when there is none.
    """

    def __init__(self, book: Casebook, mutants: tuple[Mutant, ...], solver: IsEquivalent | None = None) -> None:
        self.pack = book.pack
        self.rulebook = rulebook_of(book.pack)
        self.mutants = mutants
        self.solver = solver
        self.books = Books(self.rulebook)
        self.pairs: dict[str, list[PairCase]] = {}
        for pair in book.pairs:
            self.pairs.setdefault(pair.file, []).append(pair)
        self.whole = self._known(book)
        self._ordered: dict[str, tuple[Known, ...]] = {}

    def _known(self, book: Casebook) -> tuple[Known, ...]:
        engine = ListeningEngine()
        recommender = Recommender(self.pack, engine, remember=False)
        known = []
        for name, (place, case) in book.whole.items():
            failure = run_case(recommender, place, case)
            assert failure is None, "mutants are tried on a pack whose cases all come out"
            asked = engine.take()
            facts = asked.get("screening", {})
            asking = any(holds(rule.when, facts) for rule in self.rulebook.rules if rule.stage == "screening")
            text = f"{case.name} {case.intake} {case.expect}"
            known.append(Known(name, place, case, asked, asking, CHOICES in asked, text))
        return tuple(known)

    def try_out(self, number: int) -> Trial:
        """What becomes of one mutant."""
        mutant = self.mutants[number]
        try:
            changed = self.books.of(mutant)
        except PackError:
            return Trial(number, "refused")
        for pair in self.pairs.get(mutant.file, ()):
            if run_pair_case(changed.rules, changed.lexicon, pair) is not None:
                return Trial(number, "killed", f"{pair.file}: {pair.name}")
        touched = self.touched(mutant, changed)
        by = _killer(TrialRecommender(changed, remember=False), islice(touched, _SOON))
        if by is None and is_equivalent(self.rulebook, changed):
            return Trial(number, "equivalent", decided=True)
        by = by or _killer(TrialRecommender(changed), touched)
        if by is not None:
            return Trial(number, "killed", by)
        same = None if self.solver is None else self.solver(self.rulebook, changed)
        return Trial(number, "equivalent" if same else "survived", decided=same is not None)

    def touched(self, mutant: Mutant, changed: Rulebook) -> Iterator[Known]:
        """The cases that may come out otherwise; those that name what is changed come first."""
        changes = _Changes(self.rulebook, changed)
        if mutant.subject not in self._ordered:
            ordered = sorted(self.whole, key=lambda known: mutant.subject not in known.text)
            self._ordered[mutant.subject] = tuple(ordered)
        return filter(changes.touch, self._ordered[mutant.subject])


class _Changes:
    """What differs between a pack and a mutant of it, as far as cases can feel it."""

    def __init__(self, book: Rulebook, changed: Rulebook) -> None:
        old, new = book.pack, changed.pack
        self.rules: list[tuple[str, Rule | None, Rule | None]] = []
        if book.rules is not changed.rules:
            before, after = ({rule.id: rule for rule in one.rules} for one in (book, changed))
            for name in {**before, **after}:
                one, two = before.get(name), after.get(name)
                either = one or two
                if either is not None and one != two:
                    self.rules.append((either.stage, one, two))
        self.gone = [one.id for _, one, two in self.rules if one is not None and two is None]
        self.routines = any(getattr(old, name) is not getattr(new, name) for name in _OF_ROUTINES)
        self.profiles = _profiles(old.sessions, new.sessions)
        self.questions = any(getattr(old, name) is not getattr(new, name) for name in _OF_QUESTIONS)
        self.all = book.lexicon is not changed.lexicon

    def touch(self, known: Known) -> bool:
        """Whether a case may come out otherwise."""
        if self.all or (self.routines and known.routine) or (self.questions and known.open):
            return True
        if known.routine and known.asked[CHOICES].get("finding.profile") in self.profiles:
            return True
        if any(name in known.text for name in self.gone):
            return True
        return any(_fires_otherwise(known.asked.get(stage), one, two) for stage, one, two in self.rules)


def _killer(recommender: Recommender, cases: Iterator[Known]) -> str | None:
    """The first case that fails, if any does."""
    return next((one.name for one in cases if run_case(recommender, one.place, one.case) is not None), None)


def _profiles(old: Sessions, new: Sessions) -> frozenset[Value]:
    """The profiles whose sessions can have changed."""
    if old is new:
        return frozenset()
    bare = [attrs.evolve(one, sessions={}, session_limits={}) for one in (old, new)]
    tables = ((old.sessions, new.sessions), (old.session_limits, new.session_limits))
    if bare[0] != bare[1]:
        return frozenset(PROFILES)
    return frozenset(profile for before, after in tables for profile in after if before.get(profile) != after[profile])


def _fires_otherwise(facts: Mapping[str, Value] | None, one: Rule | None, two: Rule | None) -> bool:
    if facts is None:
        return False
    before = one is not None and holds(one.when, facts)
    after = two is not None and holds(two.when, facts)
    if one is not None and two is not None and before and after:
        return (one.then, one.title, one.because, one.sources) != (two.then, two.title, two.because, two.sources)
    return before or after
