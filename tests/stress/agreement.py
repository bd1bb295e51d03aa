"""Agreement at scale: durable-rules, with memory and without, decides what the plain evaluator decides.

    python tests/stress/agreement.py                        a million intakes for the built-in pack, and 500 packs
    python tests/stress/agreement.py --intakes 0            the generated packs alone
    python tests/stress/agreement.py --broken               readers that are broken on purpose must be caught

Whole outcomes are compared, all but the name of the engine; one in ten also as JSON text, which tells 1 from true. For
people who get no routine the rules of the later stages are compared as well. The exit code is 1 if anything differed.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from broken_readers import (
    Reader,
    at_least_as_above,
    one_rule_dropped,
    sides_mixed_up,
    threshold_forgotten,
    thresholds,
    unknown_as_no,
)
from crowd import People
from packs import random_conditions, random_pack

from psoas_rules import Intake, Recommender, Routine, load_pack
from psoas_rules.engines import Engine, PlainEngine, default_engine
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.errors import PsoasRulesError
from psoas_rules.pack import Pack
from psoas_rules.stages import TO_ROUTINE, TO_TRIAGE, run

SMALL = Path(__file__).resolve().parents[1] / "small_pack"
BLOCK = 1_000
PACK_SHARE = 200
MOST_SHOWN = 5
LEVELS = ("both", "outcomes", "rules")


# --- what is compared -------------------------------------------------------------------------------------------------


def outcome_of(recommender: Recommender, intake: Intake) -> Any:
    """The outcome without the name of the engine; what was raised where there is none."""
    try:
        return attrs.evolve(recommender.recommend(intake), engine="")
    except PsoasRulesError as error:
        return f"{type(error).__name__}: {error}"


def rules_of(recommender: Recommender, intake: Intake) -> list[str]:
    """Ids of the rules that fire in all seven stages, also where no routine would be made."""
    compiled = recommender._compiled
    case = compiled.case(recommender.lexicon.facts(intake))
    case = run(TO_ROUTINE, compiled, run(TO_TRIAGE, compiled, case))
    return [one.rule.id for one in case.fired]


def text_of(outcome: Any) -> str:
    """An outcome as JSON text."""
    return outcome if isinstance(outcome, str) else json.dumps(outcome.to_dict())


class Comparison:
    """Recommenders that must agree with the last of them, and what was seen while they were compared."""

    def __init__(self, others: dict[str, Recommender], plain: Recommender, level: str = "both") -> None:
        self.others, self.plain, self.level = others, plain, level
        self.kinds: Counter[str] = Counter()
        self.fired: set[str] = set()
        self.seen = 0

    def differences(self, data: dict[str, Any]) -> list[str]:
        """Who differs from the plain evaluator for these answers."""
        intake = Intake.from_dict(data)
        self.seen += 1
        found: list[str] = []
        outcome = None
        if self.level != "rules":
            outcome = outcome_of(self.plain, intake)
            self.kinds[outcome.partition(":")[0] if isinstance(outcome, str) else outcome.kind] += 1
            exactly = self.seen % 10 == 0
            for name, other in self.others.items():
                given = outcome_of(other, intake)
                if given != outcome or (exactly and text_of(given) != text_of(outcome)):
                    found.append(f"{name}: another outcome")
        if self.level == "rules" or (self.level == "both" and not isinstance(outcome, Routine | str)):
            rules = rules_of(self.plain, intake)
            self.fired.update(rules)
            for name, other in self.others.items():
                given = rules_of(other, intake)
                if given != rules:
                    found.append(f"{name}: other rules, {sorted(set(given) ^ set(rules))}")
        elif isinstance(outcome, Routine):
            self.fired.update(firing.rule for firing in outcome.trace.firings)
        return found

    def smallest(self, data: dict[str, Any]) -> dict[str, Any]:
        """The same difference with as few answers as can be."""
        shrunk = True
        while shrunk:
            shrunk = False
            for smaller in _without_one(data):
                try:
                    differs = bool(self.differences(smaller))
                except PsoasRulesError:
                    continue
                if differs:
                    data, shrunk = smaller, True
                    break
        return data


def _without_one(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section, given in data.items():
        yield {key: value for key, value in data.items() if key != section}
        if isinstance(given, dict):
            for key in given:
                yield {**data, section: {other: value for other, value in given.items() if other != key}}


def _taken_at_its_word() -> Engine:
    """durable-rules without the check of its answers, for every one is compared here; else what there is."""
    engine = default_engine()
    if engine.name == "plain":
        return engine
    from psoas_rules.engines.durable import DurableEngine

    return DurableEngine(verified=False)


def three(pack: Pack, level: str = "both") -> Comparison:
    """durable-rules with memory and without, against the plain evaluator."""
    raw = Recommender(pack, _taken_at_its_word(), remember=False)
    others = {"durable, memory": Recommender(pack), "durable": raw}
    return Comparison(others, Recommender(pack, PlainEngine(), remember=False), level)


# --- many intakes for the built-in pack -------------------------------------------------------------------------------

_mine: dict[str, Any] = {}


def _prepare(level: str) -> None:
    pack = load_pack()
    _mine.update(people=People(pack), comparison=three(pack, level))


def intake_block(job: tuple[int, int, int]) -> dict[str, Any]:
    """Compares one block of intakes."""
    seed, block, size = job
    people, comparison = _mine["people"], _mine["comparison"]
    comparison.kinds, comparison.fired = Counter(), set()
    differences = []
    for data in people.many(f"{seed}/{block}", size):
        found = comparison.differences(data)
        if found:
            differences.append({"who": found, "intake": data})
    return {
        "block": block,
        "count": size,
        "kinds": dict(comparison.kinds),
        "fired": sorted(comparison.fired),
        "differences": differences[:MOST_SHOWN],
        "differing": len(differences),
    }


# --- generated packs --------------------------------------------------------------------------------------------------


def pack_block(job: tuple[int, int, int]) -> dict[str, Any]:
    """Makes one pack by lot and compares its intakes, and loose conditions over its facts."""
    seed, number, size = job
    rng = random.Random(f"pack {seed}/{number}")
    pack, refused = random_pack(rng, _small())
    comparison = three(pack)
    people = People(pack)
    conditions = random_conditions(rng, people, 40)
    plain, durable = (engine.compile(conditions) for engine in (PlainEngine(), default_engine()))
    remembering = MemoProgram(durable, conditions, dict.fromkeys(people.lexicon.required, False))
    differences = []
    for data in people.many(f"{seed}/{number}", size):
        found = comparison.differences(data)
        facts = people.lexicon.facts(Intake.from_dict(data))
        fired = plain.fired(facts)
        for name, program in (("durable", durable), ("durable, memory", remembering)):
            if program.fired(facts) != fired:
                found.append(f"{name}: other conditions, {sorted(set(program.fired(facts)) ^ set(fired))}")
        if found:
            differences.append({"who": found, "pack": number, "intake": data})
    return {
        "block": number,
        "count": size,
        "kinds": dict(comparison.kinds),
        "refused": refused,
        "rules": len(people.book.rules),
        "quiet": len({rule.id for rule in people.book.rules} - comparison.fired),
        "differences": differences[:MOST_SHOWN],
        "differing": len(differences),
    }


def _small() -> Pack:
    if "small" not in _mine:
        _mine["small"] = load_pack(SMALL)
    return _mine["small"]


# --- broken readers ---------------------------------------------------------------------------------------------------


def cases_until_caught(packs: Iterable[Pack], make: Callable[[], Reader], seed: object) -> tuple[str, int | None]:
    """Name of the broken reader, and how many cases it took until it differed; None if it was not caught in time."""
    number = 0
    name = ""
    for pack in packs:
        people = People(pack)
        reader = make()
        name = reader.name
        plain = Recommender(pack, PlainEngine(), remember=False)
        comparison = Comparison({name: Recommender(pack, reader, remember=False)}, plain)
        for data in people.many(seed, PACK_SHARE if pack.info.name == _small().info.name else BLOCK):
            number += 1
            if number > BLOCK:
                return name, None
            if comparison.differences(data):
                return name, number
    return name, None


def catch_all(seed: int, draws: int) -> Iterator[tuple[str, int | None]]:
    """How many cases each broken reader took. Those that lose something by lot are drawn so many times."""
    pack, rng = load_pack(), random.Random(seed)
    for make in (at_least_as_above, sides_mixed_up):
        yield cases_until_caught([pack], make, seed)
    # The built-in pack says everywhere what an unknown answer means, so only packs made by lot can tell.
    generated = (random_pack(random.Random(f"pack {seed}/{i}"), _small())[0] for i in range(BLOCK // PACK_SHARE))
    yield cases_until_caught(generated, unknown_as_no, seed)
    people = People(pack)
    conditions = list(dict.fromkeys(rule.when for rule in people.book.rules))
    for lost in rng.sample(conditions, min(draws, len(conditions))):
        yield cases_until_caught([pack], lambda lost=lost: one_rule_dropped(lost), seed)
    cut = thresholds(conditions, people.lexicon)
    for test in rng.sample(cut, min(draws, len(cut))):
        yield cases_until_caught([pack], lambda test=test: threshold_forgotten(test), seed)


# --- running ----------------------------------------------------------------------------------------------------------


class Notes:
    """Finished blocks, kept in a file so that a run can be taken up again."""

    def __init__(self, file: Path | None, head: dict[str, Any]) -> None:
        self.file = file
        self.done: list[dict[str, Any]] = []
        if file is not None and file.exists():
            first, *lines = file.read_text().splitlines()
            if json.loads(first) != head:
                raise SystemExit(f"{file} belongs to another run: {first}")
            self.done = [json.loads(line) for line in lines]
        elif file is not None:
            file.write_text(json.dumps(head) + "\n")

    def add(self, result: dict[str, Any]) -> None:
        """Notes a finished block."""
        self.done.append(result)
        if self.file is not None:
            with self.file.open("a") as opened:
                opened.write(json.dumps(result) + "\n")


def work_through(
    function: Callable[[Any], Any], processes: int, prepare: Callable[..., None], arguments: tuple[Any, ...]
) -> Callable[[Sequence[Any]], Iterator[Any]]:
    """Something that gives the results of all jobs, as they come."""

    def work(jobs: Sequence[Any]) -> Iterator[Any]:
        if processes == 1:
            prepare(*arguments)
            yield from map(function, jobs)
            return
        with multiprocessing.get_context("spawn").Pool(processes, prepare, arguments) as pool:
            yield from pool.imap_unordered(function, jobs)

    return work


def compare_all(what: str, jobs: Sequence[Any], notes: Notes, work: Callable[[Sequence[Any]], Iterator[Any]]) -> int:
    """Works through all blocks that are not done yet and prints what came out; gives the number of differences."""
    done = {result["block"] for result in notes.done}
    started = told = time.monotonic()
    for result in work([job for job in jobs if job[1] not in done]):
        notes.add(result)
        for one in result["differences"]:
            print("DIFFERENT", json.dumps(one), flush=True)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"  {len(notes.done)} of {len(jobs)} blocks, {told - started:.0f} s", flush=True)
    kinds = sum((Counter(result["kinds"]) for result in notes.done), Counter())
    differing = sum(result["differing"] for result in notes.done)
    count = sum(result["count"] for result in notes.done)
    shown = ", ".join(f"{kind} {number:,}" for kind, number in sorted(kinds.items()))
    print(f"{what}: {count:,} compared in {time.monotonic() - started:.0f} s; {shown}; differences: {differing}")
    return differing


def show_smallest(results: Iterable[dict[str, Any]], comparison: Comparison) -> None:
    """The first differences again, with as few answers as can be."""
    for one in [one for result in results for one in result["differences"]][:MOST_SHOWN]:
        if comparison.differences(one["intake"]):
            print("SMALLEST", json.dumps(comparison.smallest(one["intake"])))
        else:
            print("NOT AGAIN: it needs what was remembered before;", json.dumps(one["intake"]))


def _nothing() -> None:
    """There is nothing to prepare."""


def run_intakes(args: argparse.Namespace) -> int:
    """The built-in pack."""
    size = min(BLOCK, args.intakes)
    jobs = [(args.seed, block, size) for block in range(args.first_block, args.first_block + args.intakes // size)]
    pack = load_pack()
    head = {"seed": args.seed, "size": size, "level": args.level, "pack": pack.digest}
    notes = Notes(args.resume, head)
    work = work_through(intake_block, args.processes, _prepare, (args.level,))
    differing = compare_all("intakes", jobs, notes, work)
    if args.level != "outcomes":
        fired = {rule for result in notes.done for rule in result["fired"]}
        quiet = [rule.id for rule in Recommender(pack).rules if rule.id not in fired]
        print(f"  rules that never fired: {len(quiet)} {quiet[:MOST_SHOWN]}")
    if differing:
        show_smallest(notes.done, three(pack, args.level))
    return differing


def run_packs(args: argparse.Namespace) -> int:
    """Generated packs."""
    notes = Notes(None, {})
    jobs = [(args.seed, number, args.each) for number in range(args.packs)]
    work = work_through(pack_block, args.processes, _nothing, ())
    differing = compare_all("generated packs", jobs, notes, work)
    rules = sum(result["rules"] for result in notes.done)
    print(
        f"  {len(notes.done)} packs with {rules:,} rules, of which {sum(r['quiet'] for r in notes.done):,} never fired;"
        f" {sum(result['refused'] for result in notes.done)} draws were no sound pack"
    )
    return differing


def run_broken(args: argparse.Namespace) -> int:
    """Readers that are broken on purpose."""
    missed = 0
    for name, cases in catch_all(args.seed, args.draws):
        print(f"{f'caught after {cases:,} cases' if cases else 'NOT CAUGHT':28}{name}", flush=True)
        missed += cases is None
    print(f"broken readers that were not caught within {BLOCK:,} cases: {missed}")
    return missed


def main() -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--intakes", type=int, default=1_000_000, help="intakes for the built-in pack, in blocks of 1,000"
    )
    parser.add_argument("--packs", type=int, default=500, help="packs made by lot")
    parser.add_argument("--each", type=int, default=200, help="intakes for each of those packs")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other intakes and packs")
    parser.add_argument("--first-block", type=int, default=0, help=f"first block of {BLOCK:,} intakes")
    parser.add_argument("--level", choices=LEVELS, default="both", help="what is compared for the intakes")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--resume", type=Path, help="file that keeps finished blocks of intakes; made if it is not there"
    )
    parser.add_argument("--broken", action="store_true", help="catch broken readers instead")
    parser.add_argument(
        "--draws", type=int, default=20, help="dropped rules to catch, and as many forgotten thresholds"
    )
    args = parser.parse_args()
    if args.broken:
        return 1 if run_broken(args) else 0
    if default_engine().name == "plain":
        parser.exit(2, "durable-rules is not installed on this Python; there is nothing to compare\n")
    differing = (run_intakes(args) if args.intakes else 0) + (run_packs(args) if args.packs else 0)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
