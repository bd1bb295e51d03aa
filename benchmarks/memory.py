"""Whether memory stays flat: a million different recommendations, a thousand recommenders made and dropped."""

import gc
import os
import resource
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter

from benchmarks.people import mixed
from benchmarks.timing import table
from psoas_rules import Recommender, load_pack

SEED = 7


def memory(recommendations: int, recommenders: int) -> None:
    """Prints both tables."""
    pack = load_pack()
    people = mixed(pack, SEED)
    kept = [Recommender(pack)]

    def recommend(many: int) -> None:
        for intake in islice(people, many):
            kept[0].recommend(intake)

    print(f"\n### {recommendations:,} different recommendations, one recommender\n")
    _watched("recommendations", recommendations, recommend)
    # One whose answers lead through all stages.
    first = next(one for one in people if kept[0].recommend(one).kind == "routine")

    def make(many: int) -> None:
        for _ in range(many):
            Recommender(pack).recommend(first)

    kept.clear()
    print(f"\n### {recommenders:,} recommenders, each made, used once and dropped\n")
    _watched("recommenders", recommenders, make)


def _watched(what: str, whole: int, run: Callable[[int], None]) -> None:
    marks = [max(1, int(whole * share)) for share in (0.01, 0.1, 0.25, 0.5, 0.75, 1.0)]
    gc.collect()
    before, done, begin = rss(), 0, perf_counter()
    rows: list[tuple[str, float, str]] = [("0", before / 2**20, "")]
    for mark in marks:
        run(mark - done)
        gc.collect()
        now = rss()
        rows.append((f"{mark:,}", now / 2**20, f"{(now - before) / max(1, mark - done):,.0f}"))
        before, done = now, mark
        print(f"{mark:,} of {whole:,} {what}, {perf_counter() - begin:.0f} s, {now / 2**20:.1f} MiB", file=sys.stderr)
    print(table((what, "resident MiB", "bytes each since the line above"), rows))


def rss() -> int:
    """Resident bytes of this process; the most there ever were where the system tells no more."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
