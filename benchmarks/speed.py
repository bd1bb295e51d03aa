"""How long one recommendation takes, whole: from the intake to the outcome with its trace, all objects built."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.peers import installed
from benchmarks.people import typical
from benchmarks.timing import Effort, Variant, columns, interleaved, table
from psoas_rules import Intake, Pack, Recommender, load_pack
from psoas_rules.engines import PlainEngine

REPORTED = (3, 8, 15)
_SLOW_WARM_UP = 100


def speed(effort: Effort, wanted: Sequence[str] = ()) -> None:
    """Prints a table for each number of things reported."""
    pack = load_pack()
    peers = [make(pack) for make in installed(wanted)]
    hand = next(peer for peer in peers if peer.name.startswith("plain Python"))
    for reported in REPORTED:
        people = typical(pack, reported, effort.people(), reported, hand.recommend)
        before = people[: effort.warm_up]
        variants = [*_ours(pack, before), *_warmed(peers, before)]
        times = interleaved(variants, effort.portions(people), effort.clock)
        print(f"\n### {reported} things reported\n")
        print(f"{effort.rounds} rounds of {effort.size} people, warmed up with {effort.warm_up} others.\n")
        print(table(("variant", "p50 µs", "p99 µs", "ratio to hand-written"), columns(times, hand.name)))


def _ours(pack: Pack, before: Sequence[Intake]) -> Iterator[Variant]:
    warm, missing, fresh, again = (Recommender(pack) for _ in range(4))
    off, plain = Recommender(pack, remember=False), Recommender(pack, PlainEngine(), remember=False)
    for recommender in (warm, again):
        for person in before:
            recommender.recommend(person)
    for recommender in (missing, fresh, off, plain):
        for person in before[:_SLOW_WARM_UP]:
            recommender.recommend(person)
    yield Variant("**psoas_rules, warm**", warm.recommend)
    name = "**psoas_rules, memo miss** (every memory emptied before each call)"
    yield Variant(name, missing.recommend, lambda _: _empty(missing))
    name = "psoas_rules, all forgotten before each call (rulesets are compiled anew)"
    yield Variant(name, fresh.recommend, lambda _: fresh.forget())
    yield Variant("**psoas_rules, memo off**", off.recommend)
    yield Variant("psoas_rules, memo off, plain evaluator instead of durable-rules", plain.recommend)
    yield Variant("psoas_rules, warm, the very same person again", again.recommend, again.recommend)


def _empty(recommender: Recommender) -> None:
    """Empties what is remembered and keeps what is compiled; `forget` lets go of both."""
    compiled = recommender._compiled
    for program in (*compiled.programs.values(), compiled._choosing):
        program._prepare()
    for part in (recommender._tracer, recommender._assembler, recommender._presenter, recommender._guard):
        part.forget()


def _warmed(peers: Sequence[Any], before: Sequence[Intake]) -> Iterator[Variant]:
    """The peers remember nothing, so a few people warm them up."""
    for peer in peers:
        for person in before[:_SLOW_WARM_UP]:
            peer.recommend(person)
        yield Variant(peer.name, peer.recommend)
