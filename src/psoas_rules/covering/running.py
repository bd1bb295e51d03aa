"""Running every case of a pack: the pairs beside the rules, and the whole intakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from psoas_rules.casebook import Failure, PairCase, WholeCase, pair_cases, read_case_files, run_case, run_pair_case
from psoas_rules.covering.measuring import Coverage, Evaluations, cover
from psoas_rules.covering.recording import ListeningEngine
from psoas_rules.errors import Issue
from psoas_rules.loading import rulebook_of
from psoas_rules.pack import Pack, RuleFile
from psoas_rules.places import Places
from psoas_rules.progression import ProgressRule
from psoas_rules.recommender import Recommender, load_pack

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""


@attrs.frozen
class Report:
    """How the cases of a pack came out, and what they cover.

    Attributes:
        pairs: How many examples beside rules were run.
        whole: How many whole intakes were run.
        failures: Those that came out otherwise than expected.
        issues: Problems of case files that cannot be read; no case in such a file was run.
        coverage: What the cases cover, for every condition of the pack.
    """

    pairs: int
    whole: int
    failures: tuple[Failure, ...]
    issues: tuple[Issue, ...]
    coverage: tuple[Coverage, ...]

    @property
    def ok(self) -> bool:
        """Whether every case could be read and came out as expected. A pack without any case is not well tested."""
        return not self.failures and not self.issues and self.pairs + self.whole > 0


@attrs.frozen(eq=False)
class Casebook:
    """All cases of a pack, with the pack.

    Attributes:
        folder: The folder of the pack; None for the built-in one.
        pack: The pack.
        pairs: The examples beside its rules.
        whole: Its whole-intake cases by `file: name`, each with its place.
        issues: Problems of case files that cannot be read.
    """

    folder: Path | None
    pack: Pack
    pairs: tuple[PairCase, ...]
    whole: dict[str, tuple[str, WholeCase]]
    issues: tuple[Issue, ...] = ()

    @classmethod
    def of(cls, folder: str | Path | None = None, match: str | None = None) -> Casebook:
        """The cases of the pack in a folder.

        Args:
            folder: The folder of the pack; None for the built-in one.
            match: A part of the file, the name or the rule of the cases that are wanted; None for all.

        Raises:
            PackError: if the pack cannot be used. A case file that cannot be read is in `issues`.
        """
        pack = load_pack(folder)
        whole, issues = read_case_files(folder)
        rules: tuple[RuleFile | ProgressRule, ...] = (*pack.rules, *pack.progress)
        pairs = (case for rule in rules for case in pair_cases(rule))
        wanted = (match or "").casefold()
        return cls(
            None if folder is None else Path(folder),
            pack,
            tuple(case for case in pairs if wanted in f"{case.file}: {case.name} {case.rule.title}".casefold()),
            {name: case for name, case in whole.items() if wanted in name.casefold()},
            issues,
        )


def run_cases(
    folder: str | Path | None = None, *, match: str | None = None, progress: Progress | None = None
) -> Report:
    """Runs the cases of a pack and measures what they cover.

    Args:
        folder: The folder of the pack; None for the built-in one.
        match: Only cases whose file, name or rule contains this.
        progress: Called with how many of how many cases are done.

    Raises:
        PackError: if the pack itself cannot be used.

    Example:
        >>> report = run_cases(match="pregnancy")
        >>> report.ok
        True
    """
    book = Casebook.of(folder, match)
    failures, evaluations = run_book(book, progress)
    return Report(len(book.pairs), len(book.whole), failures, book.issues, cover(evaluations))


def run_book(book: Casebook, progress: Progress | None = None) -> tuple[tuple[Failure, ...], Evaluations]:
    """The failures of a casebook, and for which answers its rules were asked."""
    rulebook = rulebook_of(book.pack)
    evaluations = Evaluations(rulebook)
    failures: list[Failure] = []
    places = Places(book.folder)
    total = len(book.pairs) + len(book.whole)
    for done, pair in enumerate(book.pairs):
        failures += _run_pair(pair, evaluations, places)
        if progress is not None:
            progress(done + 1, total)
    engine = ListeningEngine()
    recommender = Recommender(book.pack, engine, remember=False)
    for done, (name, (place, case)) in enumerate(book.whole.items(), start=len(book.pairs)):
        failure = run_case(recommender, place, case)
        evaluations.note(name, engine.take())
        failures += [failure] if failure is not None else []
        if progress is not None:
            progress(done + 1, total)
    return tuple(failures), evaluations


def _run_pair(pair: PairCase, evaluations: Evaluations, places: Places) -> list[Failure]:
    book = evaluations.book
    rules, lexicon = pair.known_by(book)
    failure = run_pair_case(rules, lexicon, pair)
    facts, problem = pair.facts(lexicon)
    name = f"{pair.folder}.{pair.rule.id}"
    if not problem and name in evaluations.measured:
        evaluations.note_one(name, f"{pair.file}: {pair.name}", facts)
    if failure is None:
        return []
    return [attrs.evolve(failure, place=str(places.at(pair.file, ("cases", pair.name))))]
