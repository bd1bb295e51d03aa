"""Where the time of one recommendation goes, stage by stage.

The process is interrupted every few milliseconds and asked which function called by `Recommender.recommend` it is in.
Nothing is wrapped, so nothing is slowed down more than anything else.
"""

import signal
from collections import Counter
from collections.abc import Sequence
from time import process_time
from types import FrameType

from benchmarks.peers.hand import Hand
from benchmarks.people import typical
from benchmarks.timing import table
from psoas_rules import Intake, Recommender, load_pack

INTERVAL_S = 0.001
_THROUGH = ("run",)
"""Functions that only call the stages one by one."""


_LEAST = 150
"""A part is shown when it is more than one in so many samples."""


def profile(seconds: float, reported: int, warm_up: int) -> None:
    """Prints the share of each part, warm and with the memo off."""
    pack = load_pack()
    by_hand = Hand(pack).recommend
    for name, recommender in (
        ("Warm", Recommender(pack)),
        ("Memo off", Recommender(pack, remember=False)),
    ):
        people = typical(pack, reported, warm_up + int(seconds * 5_000), reported, by_hand)
        for person in people[:warm_up]:
            recommender.recommend(person)
        found, mean = _sampled(recommender, people[warm_up:], seconds)
        total = found.total() or 1
        rows = [
            (f"`{part}`", f"{100 * count / total:.0f} %", mean * count / total)
            for part, count in found.most_common()
            if count * _LEAST > total
        ]
        print(f"\n### {name}, {reported} things reported\n")
        print(f"{mean:.0f} µs of CPU time on average, {total:,} samples.\n")
        print(table(("part", "share", "µs"), rows))


def _sampled(recommender: Recommender, people: Sequence[Intake], seconds: float) -> tuple[Counter[str], float]:
    found: Counter[str] = Counter()
    own = Recommender.recommend.__code__

    def sample(_: int, frame: FrameType | None) -> None:
        path: list[str] = []
        while frame is not None and frame.f_code is not own:
            path.append(_name(frame))
            frame = frame.f_back
        if frame is not None:
            parts = [part for part in reversed(path) if part.rpartition(".")[2] not in _THROUGH]
            found[" > ".join(parts[:2]) or "recommend itself"] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)
    begin, done = process_time(), 0
    try:
        # Everybody once, so that no whole answer repeats; the sample ends when the time is over or nobody is left.
        for person in people:
            recommender.recommend(person)
            done += 1
            if process_time() - begin > seconds:
                break
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return found, (process_time() - begin) / done * 1e6


def _name(frame: FrameType) -> str:
    module = frame.f_globals.get("__name__", "").rpartition(".")[2]
    return f"{module}.{frame.f_code.co_qualname}"
