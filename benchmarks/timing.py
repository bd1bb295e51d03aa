"""Timing on a machine that does other things besides: interleaved rounds, ratios within a round, single calls."""

import gc
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter_ns, thread_time_ns
from typing import Any

import attrs

Call = Callable[[Any], object]
Clock = Callable[[], int]

CLOCKS: Mapping[str, Clock] = {"wall": perf_counter_ns, "cpu": thread_time_ns}
"""What a call is timed with: as it passes, or only while this program runs, for a machine that others use as well."""


@attrs.frozen
class Effort:
    """How much is timed, and with which clock: rounds, people in a round, people before the timing begins."""

    rounds: int
    size: int
    warm_up: int
    clock: Clock = perf_counter_ns

    def people(self) -> int:
        """How many people that takes in all."""
        return self.warm_up + self.rounds * self.size

    def portions(self, people: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The people of each round."""
        for start in range(self.warm_up, len(people), self.size):
            yield people[start : start + self.size]


@attrs.define
class Variant:
    """Something that is timed.

    Attributes:
        name: What the table calls it.
        call: What is called with each person; only this is timed.
        before: What is called with the person first, untimed.
    """

    name: str
    call: Call
    before: Call | None = None


@attrs.define
class Times:
    """The nanoseconds of single calls, round by round."""

    rounds: list[list[int]] = attrs.field(factory=list)

    def quantile(self, share: float) -> float:
        """Microseconds that this share of all calls stayed within."""
        calls = sorted(one for times in self.rounds for one in times)
        return calls[min(len(calls) - 1, math.ceil(share * len(calls)) - 1)] / 1_000

    def ratio(self, base: "Times") -> float:
        """How much longer than the base it took in the same round: the median over rounds."""
        return statistics.median(sum(mine) / sum(other) for mine, other in zip(self.rounds, base.rounds, strict=True))


def interleaved(variants: Sequence[Variant], rounds: Iterable[Sequence[Any]], clock: Clock) -> dict[str, Times]:
    """The times of all variants. In every round each sees the same people, in an order that rotates.

    The garbage collector runs as it does in an application. What one variant left behind is collected, untimed, before
    the next begins, so that nobody pays for somebody else.
    """
    found = {variant.name: Times() for variant in variants}
    for number, people in enumerate(rounds):
        start = number % len(variants)
        for variant in (*variants[start:], *variants[:start]):
            gc.collect()
            found[variant.name].rounds.append(_times(variant, people, clock))
    return found


def _times(variant: Variant, people: Sequence[Any], clock: Clock) -> list[int]:
    call, before = variant.call, variant.before
    times = []
    for person in people:
        if before is not None:
            before(person)
        begin = clock()
        call(person)
        times.append(clock() - begin)
    return times


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; numbers are shown with about three digits."""
    lines = [head, ["---"] * len(head), *[[_cell(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"


def columns(times: Mapping[str, Times], base: str) -> Iterator[tuple[str, float, float, float]]:
    """For each variant: name, median, 99 of 100, ratio to the base."""
    for name, taken in times.items():
        yield name, taken.quantile(0.5), taken.quantile(0.99), taken.ratio(times[base])
