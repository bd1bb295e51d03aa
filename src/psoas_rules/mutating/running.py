"""Trying the mutants of a pack, on several processors where that is wished, and counting what became of them."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, TypeAlias

import attrs

from psoas_rules.casebook import Failure
from psoas_rules.covering import Casebook, run_book
from psoas_rules.errors import Issue
from psoas_rules.loading import rulebook_of
from psoas_rules.mutating.equivalence import IsEquivalent
from psoas_rules.mutating.mutants import Mutant, mutants
from psoas_rules.mutating.trying import Bench, Trial, Verdict
from psoas_rules.places import Place, Places

ENOUGH: Final = 0.95
"""The share of mutants that the cases of a good pack kill."""

_CHUNK: Final = 8
Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many of how many mutants are done."""


@attrs.frozen
class Tried:
    """What became of a mutant.

    Attributes:
        mutant: The mutant.
        place: Where in the pack the changed thing stands.
        verdict: What became of it.
        by: The case that killed it.
        decided: For a survivor, whether it was decided that somebody would see the difference.
    """

    mutant: Mutant
    place: Place
    verdict: Verdict
    by: str | None
    decided: bool


@attrs.frozen
class Tally:
    """How many mutants of one kind met which end; those that are refused at loading are not counted."""

    kind: str
    killed: int = 0
    survived: int = 0
    equivalent: int = 0

    @property
    def share(self) -> float:
        """The share that was killed, of those that change something; 1 where there are none."""
        counted = self.killed + self.survived
        return self.killed / counted if counted else 1.0


@attrs.frozen
class Report:
    """What the cases of a pack notice.

    Attributes:
        tried: Every mutant that was tried, in the order of the pack.
        mutants: How many mutants the pack has.
        failures: Cases that fail already without any mutation; then nothing is tried.
        issues: Problems of case files that cannot be read; then nothing is tried.
    """

    tried: tuple[Tried, ...]
    mutants: int
    failures: tuple[Failure, ...] = ()
    issues: tuple[Issue, ...] = ()

    def tally(self, *, safety: bool = False) -> Tally:
        """All kinds together; with `safety`, only mutants that touch what keeps people safe."""
        return _tally("safety" if safety else "all", (one for one in self.tried if one.mutant.safety or not safety))

    def kinds(self) -> tuple[Tally, ...]:
        """Each kind of mutation, in alphabetical order."""
        names = sorted({one.mutant.kind for one in self.tried})
        return tuple(_tally(name, (one for one in self.tried if one.mutant.kind == name)) for name in names)

    @property
    def survivors(self) -> tuple[Tried, ...]:
        """The mutants that no case notices."""
        return tuple(one for one in self.tried if one.verdict == "survived")

    @property
    def ok(self) -> bool:
        """Whether the cases kill enough mutants, and every one that touches safety."""
        sound = not self.failures and not self.issues and bool(self.tried)
        return sound and self.tally().share >= ENOUGH and self.tally(safety=True).survived == 0


def _tally(kind: str, tried: Iterable[Tried]) -> Tally:
    verdicts = [one.verdict for one in tried]
    return Tally(kind, *(verdicts.count(verdict) for verdict in ("killed", "survived", "equivalent")))


def mutate(
    folder: str | Path | None = None,
    *,
    match: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    processes: int = 1,
    solver: IsEquivalent | None = None,
    progress: Progress | None = None,
) -> Report:
    """Changes a pack in one small thing at a time, and sees whether its own cases notice.

    Args:
        folder: The folder of the pack; None for the built-in one.
        match: Only mutants whose file, kind, subject or title contains this.
        sample: Only so many mutants, drawn at random; None for all.
        seed: Which ones are drawn.
        processes: How many processes share the work. With more than one, the calling program must be importable, as
            `multiprocessing` demands.
        solver: Decides whether two rulebooks give everybody the same outcome, where that takes more than looking at
            conditions and tables; None when there is none, and what it would decide stays open.
        progress: Called with how many of how many mutants are done.

    Raises:
        PackError: if the pack cannot be used.

    Example:
        >>> report = mutate(match="red_flags.yaml", sample=10)
        >>> report.tally().killed
        10
    """
    book = Casebook.of(folder)
    failures, _ = run_book(book)
    every = mutants(rulebook_of(book.pack))
    if failures or book.issues:
        return Report((), len(every), failures, book.issues)
    wanted = (match or "").casefold()
    numbers = [number for number, mutant in enumerate(every) if wanted in _words(mutant)]
    if sample is not None and sample < len(numbers):
        numbers = sorted(random.Random(seed).sample(numbers, sample))  # noqa: S311 - a draw, not a secret
    places = Places(folder)
    tried = []
    for done, trial in enumerate(_trials(book, every, numbers, processes, solver), start=1):
        mutant = every[trial.mutant]
        place = places.at(mutant.file, mutant.inside)
        tried.append(Tried(mutant, place, trial.verdict, trial.by, trial.decided))
        if progress is not None:
            progress(done, len(numbers))
    return Report(tuple(tried), len(every))


def _words(mutant: Mutant) -> str:
    return f"{mutant.file} {mutant.kind} {mutant.subject} {mutant.title}".casefold()


def _trials(
    book: Casebook, every: tuple[Mutant, ...], numbers: list[int], processes: int, solver: IsEquivalent | None
) -> Iterator[Trial]:
    if processes <= 1 or len(numbers) <= _CHUNK:
        bench = Bench(book, every, solver)
        yield from map(bench.try_out, numbers)
        return
    # Processes that start afresh: to copy one in which threads run is not safe.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _prepare, (book, solver)) as pool:
        yield from pool.map(_try_out, numbers, chunksize=_CHUNK)


_bench: list[Bench] = []
"""The bench of a process that helps."""


def _prepare(book: Casebook, solver: IsEquivalent | None) -> None:
    _bench[:] = [Bench(book, mutants(rulebook_of(book.pack)), solver)]


def _try_out(number: int) -> Trial:
    return _bench[0].try_out(number)
