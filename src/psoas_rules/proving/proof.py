"""Proving everything that is stated of a pack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from psoas_rules.invariants import GENERAL, Invariants, read_invariants
from psoas_rules.loading import Rulebook, fingerprint, rulebook_of
from psoas_rules.pack import Pack
from psoas_rules.proving.judging import MOST_EXAMPLES, Judge
from psoas_rules.proving.results import Proof, Result
from psoas_rules.proving.solving import DEFAULT_SECONDS
from psoas_rules.recommender import load_pack

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the title of what is being proved, how many invariants are done, and how many there are."""


def prove(
    pack: Pack | Rulebook | str | Path | None = None,
    invariants: Invariants | None = None,
    *,
    only: Iterable[str] | None = None,
    seconds: float = DEFAULT_SECONDS,
    examples: int = MOST_EXAMPLES,
    progress: Progress | None = None,
) -> Proof:
    """Proves what is stated of a pack, for all answers that anybody could give.

    Args:
        pack: A pack, its rulebook or its folder; None for the built-in one.
        invariants: What is to be proved; None for what its folder states. A pack that does not come with its folder,
            or states nothing, has to keep to what is stated in `GENERAL`.
        only: Ids of the invariants to prove; None for all.
        seconds: How long the solver may think about one question.
        examples: How many counterexamples of one invariant to look for.
        progress: Called before each invariant, and at the end.

    Returns:
        A result for each invariant; `Proof.proved` says whether all hold.

    Raises:
        PackError: if the pack or its invariants cannot be read.
        EncodingError: if something in the pack cannot be put into formulas exactly.
        KeyError: if there is no invariant with such an id.
    """
    started = time.monotonic()
    book = pack if isinstance(pack, Rulebook) else rulebook_of(pack if isinstance(pack, Pack) else load_pack(pack))
    if invariants is None:
        invariants = GENERAL if isinstance(pack, Pack | Rulebook) else read_invariants(book, pack)
    if only is not None:
        invariants = invariants.only(only)
    judge = Judge(book, invariants, seconds=seconds, examples=examples)
    results: list[Result] = []
    count = len(invariants.invariants)
    for invariant in invariants.invariants:
        if progress is not None:
            progress(invariant.title, len(results), count)
        results.append(judge.judge(invariant))
    if progress is not None:
        progress("", count, count)
    info = book.pack.info
    took = round(time.monotonic() - started, 3)
    return Proof(info.name, info.version, fingerprint(book.pack), tuple(results), took)
