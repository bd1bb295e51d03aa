"""How long the rules alone take: of one recommendation, the time in which it is decided which of them fire.

Everything else (reading answers, folding conclusions, assembling, wording) is our own code in one case and shared code
written by hand in the other, and several times as long. This is the part for which an engine is chosen.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter_ns
from typing import Any

from benchmarks.peers import installed
from benchmarks.people import typical
from benchmarks.speed import REPORTED
from benchmarks.timing import Effort, Times, columns, table
from psoas_rules import Intake, Pack, Recommender, load_pack
from psoas_rules.engines.durable import DurableEngine

_SLOW_WARM_UP = 100


class _Watched:
    """A variant with a stopwatch around every question which rules fire."""

    def __init__(self, name: str, owner: Any, method: str, recommend: Callable[[Intake], object]) -> None:
        self.name = name
        self.recommend = recommend
        self.taken = 0
        ask = getattr(owner, method)

        def watched(*args: Any) -> Any:
            begin = perf_counter_ns()
            answer = ask(*args)
            self.taken += perf_counter_ns() - begin
            return answer

        setattr(owner, method, watched)

    def times(self, people: Sequence[Intake]) -> list[int]:
        """Nanoseconds for each of these people."""
        found = []
        for person in people:
            self.taken = 0
            self.recommend(person)
            found.append(self.taken)
        return found


def rules_alone(effort: Effort, wanted: Sequence[str] = ()) -> None:
    """Prints a table for each number of things reported."""
    pack = load_pack()
    peers = [make(pack) for make in installed(wanted)]
    hand = next(peer for peer in peers if peer.name.startswith("plain Python"))
    for reported in REPORTED:
        people = typical(pack, reported, effort.people(), reported, hand.recommend)
        before = people[: effort.warm_up]
        variants = [*_ours(pack, before), *[_Watched(peer.name, peer, "fire", peer.recommend) for peer in peers]]
        times = {variant.name: Times() for variant in variants}
        for number, portion in enumerate(effort.portions(people)):
            start = number % len(variants)
            for variant in (*variants[start:], *variants[:start]):
                gc.collect()
                times[variant.name].rounds.append(variant.times(portion))
        for peer in peers:
            del peer.fire
        print(f"\n### {reported} things reported\n")
        print(table(("variant", "p50 µs", "p99 µs", "ratio to hand-written"), columns(times, hand.name)))


def _ours(pack: Pack, before: Sequence[Intake]) -> Iterator[_Watched]:
    raw = DurableEngine(verified=False)
    for name, engine, remember, people in (
        ("**psoas_rules, warm**", None, True, before),
        ("**psoas_rules, memo off**", None, False, before[:_SLOW_WARM_UP]),
        ("psoas_rules, memo off, the matcher's answers not verified", raw, False, before[:_SLOW_WARM_UP]),
    ):
        recommender = Recommender(pack, engine, remember=remember)
        for person in people:
            recommender.recommend(person)
        yield _Watched(name, recommender._compiled, "_fired", recommender.recommend)
