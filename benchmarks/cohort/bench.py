"""Rows a second and memory of a cohort: `python -m benchmarks.cohort.bench`.

All variants run side by side in every round, in an order that rotates, on one core; a ratio is the median of the ratios
within a round. Slow variants get fewer people. Every round has other people, and every variant a recommender of its
own, so that nobody lives on what somebody else remembered.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.__main__ import _one_core, _print_machine, _version
from benchmarks.cohort.memory import measured
from benchmarks.peers import installed
from benchmarks.timing import table
from psoas_rules import Intake, Pack, Recommender, load_pack
from psoas_rules.cohort import loops, recommend_table
from psoas_rules.loading import make_rulebook

SIMULATE = Path(__file__).resolve().parents[2] / "examples" / "cohort" / "simulate.py"
FEW = ("outcome", "triage", "profile")
TRACED = ("outcome", "triage", "profile", "confidence", "steps", "seconds", "fired", "pack", "digest")
CLOCKS = {"wall": perf_counter, "cpu": process_time}
LOOP = "loop over `Recommender.recommend`, intakes ready"


@attrs.frozen
class Variant:
    """Something that is timed.

    Attributes:
        name: What the table calls it.
        prepare: From people to what `run` takes; not timed.
        run: What is timed.
        rows: How many people it gets in a round.
    """

    name: str
    prepare: Callable[[pa.Table], Any]
    run: Callable[[Any], object]
    rows: int


def main() -> None:
    asked = _arguments()
    _one_core()
    _print_machine()
    print(", ".join(f"{name} {_version(name)}" for name in ("pyarrow", "numpy", "numba", "polars")))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.parquet"
        _simulate(file, asked.people)
        people = pq.read_table(file)
        print(f"\n{asked.people:,} simulated people, {people.num_columns} columns, seed 1")
        _speed(people, asked)
        _memory(file, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort.bench", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="simulated, to choose from")
    parser.add_argument("--rows", type=int, default=524_288, help="in a round, by columns")
    parser.add_argument("--slow-rows", type=int, default=1_000, help="in a round, one by one")
    parser.add_argument("--warm-up", type=int, default=4_000, help="people before the timing of the loops begins")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--clock", default="wall", choices=tuple(CLOCKS), help="cpu: only while this program runs")
    parser.add_argument("--stream", type=int, default=2_000_000, help="rows of the long stream; 0 for none")
    parser.add_argument("--peers", default="hand,zen_rules", help="of benchmarks/peers, decided whole")
    asked = parser.parse_args()
    if asked.people < max(asked.rows, asked.slow_rows, asked.warm_up):
        parser.error("--people is at least as many as --rows, --slow-rows and --warm-up")
    return asked


def _simulate(file: Path, people: int) -> None:
    command = [sys.executable, str(SIMULATE), "--people", str(people), "--seed", "1", "--to", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


# Rows a second


def _speed(people: pa.Table, asked: argparse.Namespace) -> None:
    variants = list(_variants(load_pack(), people, asked))
    parts = {variant.name: _parts(people, variant.rows) for variant in variants}
    rates: dict[str, list[float]] = {variant.name: [] for variant in variants}
    for number in range(-1, asked.rounds):
        start = number % len(variants)
        for variant in (*variants[start:], *variants[:start]):
            rate = variant.rows / _seconds(variant, next(parts[variant.name]), CLOCKS[asked.clock])
            # The first round warms up.
            if number >= 0:
                rates[variant.name].append(rate)
        print(f"round {number + 1} of {asked.rounds}", file=sys.stderr)
    clock = "" if asked.clock == "wall" else ", in CPU time: what other programs took of the machine is left out"
    print(f"\n### Rows a second, median of {asked.rounds} rounds{clock}\n")
    head = ("variant", "rows in a round", "rows a second", "slowest and fastest round", "ratio to the loop")
    rows = {variant.name: variant.rows for variant in variants}
    print(table(head, [_row(name, found, rows[name], rates[LOOP]) for name, found in rates.items()]))


def _parts(people: pa.Table, rows: int) -> Iterator[pa.Table]:
    """Some people after the other, without end; those at the beginning are for warming up."""
    for start in cycle(range(0, people.num_rows - rows + 1, rows)):
        yield people.slice(start, rows).combine_chunks()


def _row(name: str, found: Sequence[float], size: int, base: Sequence[float]) -> tuple[object, ...]:
    ratio = statistics.median(one / other for one, other in zip(found, base, strict=True))
    return name, f"{size:,}", statistics.median(found), f"{min(found):,.0f} to {max(found):,.0f}", ratio


def _seconds(variant: Variant, people: pa.Table, clock: Callable[[], float]) -> float:
    given = variant.prepare(people)
    gc.collect()
    begin = clock()
    kept = variant.run(given)
    seconds = clock() - begin
    del kept
    return seconds


def _variants(pack: Pack, people: pa.Table, asked: argparse.Namespace) -> Iterator[Variant]:
    slow = asked.slow_rows
    for compiled in (True, False) if loops.installed() else (False,):
        how = "machine code" if compiled else "NumPy"
        for columns, what in (
            (None, "all columns (steps, what was left out, fired rules)"),
            (TRACED, "all but what was left out"),
            (FEW, f"columns {', '.join(FEW)}"),
        ):
            yield _columns(pack, f"{how}, {what}", asked.rows, compiled=compiled, columns=columns)
        name = f"{how}, columns {', '.join(FEW)}, audit off"
        yield _columns(pack, name, asked.rows, compiled=compiled, columns=FEW, audit=False)
    before = intakes(people.slice(people.num_rows - asked.warm_up))
    ready, rows = _warm(pack, before), _warm(pack, before)
    yield Variant(LOOP, intakes, _each(ready.recommend), slow)
    name = "loop over `Recommender.recommend`, from the rows of the table"
    yield Variant(name, _itself, lambda some: [rows.recommend(one) for one in intakes(some)], slow)
    for make in installed([peer for peer in asked.peers.split(",") if peer]):
        peer = make(pack)
        yield Variant(f"{peer.name}, whole decision, intakes ready", intakes, _each(peer.recommend), slow)
    yield from _polars(pack, before, max(1, asked.rows // 10))


def _columns(pack: Pack, name: str, rows: int, *, compiled: bool, **options: Any) -> Variant:
    decide = partial(recommend_table, recommender=Recommender(pack), keep=("person_id",), **options)

    def run(people: pa.Table) -> pa.Table:
        with loops.fixed(compiled=compiled):
            return decide(people)

    return Variant(f"**recommend_table**, {name}", _itself, run, rows)


def _warm(pack: Pack, before: Sequence[Intake]) -> Recommender:
    made = Recommender(pack)
    for intake in before:
        made.recommend(intake)
    return made


def _polars(pack: Pack, before: Sequence[Intake], rows: int) -> Iterator[Variant]:
    try:
        from benchmarks.cohort.polars_rules import PolarsRules
    except ImportError as error:
        print(f"polars: left out, it cannot be imported ({error})")
        return
    book = make_rulebook(pack, lambda *_: None)
    rules = PolarsRules(book.rules, book.lexicon)
    rules.check([book.lexicon.facts(one) for one in before[:500]])

    def frame(people: pa.Table) -> Any:
        return rules.frame([book.lexicon.facts(one) for one in intakes(people)])

    name = f"Polars expressions, {len(rules.asked)} conditions of rules alone, facts ready as columns"
    yield Variant(name, frame, rules.fire, rows)


def _each(call: Callable[[Intake], object]) -> Callable[[Sequence[Intake]], object]:
    return lambda those: [call(one) for one in those]


def _itself(people: pa.Table) -> pa.Table:
    return people


def intakes(people: pa.Table) -> list[Intake]:
    """The rows as intakes, as somebody writes who has no columns."""
    made = []
    for row in people.to_pylist():
        data: dict[str, Any] = {}
        for column, given in row.items():
            if given is None or column == "person_id":
                continue
            *sections, answer = column.split(".")
            place = data
            for section in sections:
                place = place.setdefault(section, {})
            place[answer] = given
        made.append(Intake.from_dict(data))
    return made


# Memory


def _memory(file: Path, asked: argparse.Namespace) -> None:
    rows = []
    for name, columns in (("all columns", ()), (f"columns {', '.join(FEW)}", FEW)):
        found = measured("table", file, min(asked.people, 5 * asked.rows), *columns)
        rows.append((name, found["in"], found["out"], found["arrow"], found["peak"]))
    print("\n### Bytes a row of one table\n")
    print(
        table(
            ("variant", "people, in", "outcomes, out", "of it from the allocator of Arrow", "most resident meanwhile"),
            rows,
        )
    )
    if asked.stream:
        marks = measured("stream", file, asked.stream)
        print(f"\n### A stream of {asked.stream:,} people in batches of 65,536\n")
        print(table(("rows done", "resident MiB"), [(f"{done:,}", mebibytes) for done, mebibytes in marks]))


if __name__ == "__main__":
    main()
