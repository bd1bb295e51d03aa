"""Trying mutants: does any case of the pack come out otherwise?

Only cases that a mutant can touch are run (see `touching`), and of those the ones first that name what is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal, TypeAlias

import attrs

from psoas_rules.casebook import PairCase, misses_of, run_case, run_pair_case
from psoas_rules.covering import Casebook
from psoas_rules.covering.recording import ListeningEngine
from psoas_rules.errors import PackError
from psoas_rules.intake import Intake
from psoas_rules.loading import Rulebook, rulebook_of
from psoas_rules.mutating.books import Books, TrialRecommender
from psoas_rules.mutating.equivalence import IsEquivalent, is_equivalent
from psoas_rules.mutating.mutants import Mutant
from psoas_rules.mutating.touching import Changes, Known
from psoas_rules.recommender import Recommender

Verdict: TypeAlias = Literal["killed", "survived", "equivalent", "refused"]
"""What became of a mutant: a case failed; none did; nobody could see a difference; the pack does not hold together."""

_SOON = 40
"""Most mutants that can be killed are killed by one of the first so many cases; only then it pays to remember."""


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
        self._ordered: dict[tuple[str, str], tuple[Known, ...]] = {}

    def _known(self, book: Casebook) -> tuple[Known, ...]:
        engine = ListeningEngine()
        recommender = Recommender(self.pack, engine, remember=False)
        known = []
        for name, (place, case) in book.whole.items():
            outcome = recommender.recommend(Intake.from_dict(case.intake))
            failure = misses_of(recommender, place, case, outcome)
            assert failure is None, "mutants are tried on a pack whose cases all come out"
            asked = engine.take()
            known.append(Known.of(name, place, case, outcome=outcome, asked=asked, book=self.rulebook))
        return tuple(known)

    def try_out(self, number: int) -> Trial:
        """What becomes of one mutant."""
        mutant = self.mutants[number]
        try:
            changed = self.books.of(mutant)
        except PackError:
            return Trial(number, "refused")
        for pair in self.pairs.get(mutant.file, ()):
            if run_pair_case(*pair.known_by(changed), pair) is not None:
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
        changes = Changes(self.rulebook, changed, mutant)
        names = (mutant.subject, str(mutant.inside[-1]))
        if names not in self._ordered:
            self._ordered[names] = tuple(sorted(self.whole, key=lambda known: -known.about(*names)))
        return filter(changes.touch, self._ordered[names])


def _killer(recommender: Recommender, cases: Iterator[Known]) -> str | None:
    """The first case that fails, if any does."""
    return next((one.name for one in cases if run_case(recommender, one.place, one.case) is not None), None)
