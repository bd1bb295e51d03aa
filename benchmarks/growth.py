"""What more rules cost: packs with 4 and 16 times the rules, none of which reads anything that the person reported."""

import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.peers import PEERS, installed
from benchmarks.people import typical
from benchmarks.startup import first_use
from benchmarks.timing import Effort, Variant, interleaved, table
from psoas_rules import Pack, Recommender, load_pack
from psoas_rules.loading import find_builtin

TIMES = (1, 4, 16)
REPORTED = 8
RULES_OF_AN_ITEM = 12
"""Four rows of evidence for each side, and a rule in safety and one in dosage for each side."""

_ITEM = """
  - id: {id}
    label: Another {kind} {n}
    ask: Another question {n}?
    answer: scale
    sides: yes
    min: 0
    max: 10
    evidence:
      - {{when: {{at_most: 0}}, points: {{tight: -0.2}}}}
      - {{when: {{at_least: 1, at_most: 3}}, points: {{tight: 0.2}}}}
      - {{when: {{at_least: 4}}, points: {{weak: 0.5, core: 0.2}}}}
      - {{when: {{all: [{{at_least: 7}}, {{sign: {before}, side: any, at_most: 3}}]}}, points: {{other: 0.3}}}}
"""
_RULE = """id: {id}_{stage}
title: Another rule {n} of {stage}
stage: {stage}
for_each_side: yes
when: {{{kind}: {id}, at_least: 6}}
then:
  {then}
because: Made up for a benchmark.
sources: [expert_choice]
status: reviewed
cases:
  fires: {{{id}.left: 6}}
  quiet: {{{id}.left: 5, {id}.right: 5}}
"""
_THEN = {"safety": "exclude: {properties: [prone_lying]}", "dosage": "limits: [{level_max: 2}]"}


def growth(effort: Effort, runs: int, wanted: Sequence[str] = ()) -> None:
    """Prints the tables. experta is left out unless asked for: with the largest pack it takes minutes."""
    wanted = wanted or [peer.module for peer in PEERS if peer.needs != "experta"]
    with tempfile.TemporaryDirectory() as folder:
        folders = {times: write(Path(folder) / f"x{times}", times) for times in TIMES}
        packs = {times: load_pack(made) for times, made in folders.items()}
        _recommending(packs, effort, wanted)
        _loading(folders, runs)


def write(folder: Path, times: int) -> Path:
    """The built-in pack in a folder, with this many times its rules."""
    shutil.copytree(str(find_builtin()), folder)
    shutil.rmtree(folder / "cases", ignore_errors=True)
    added = len(Recommender().rules) * (times - 1) // RULES_OF_AN_ITEM
    before = "hip_flexor_tightness_feeling"
    for n in range(added):
        # A file of a pack has a limit, so they go to two.
        kind = "measure" if n % 2 else "sign"
        item = f"another_{kind}_{n}"
        with (folder / f"{kind}s.yaml").open("a", encoding="utf-8") as items:
            items.write(_ITEM.format(id=item, n=n, kind=kind, before=before))
        if kind == "sign":
            before = item
        for stage, then in _THEN.items():
            rule = _RULE.format(id=item, n=n, kind=kind, stage=stage, then=then)
            (folder / stage / f"{item}_{stage}.yaml").write_text(rule, encoding="utf-8")
    return folder


def _recommending(packs: dict[int, Pack], effort: Effort, wanted: Sequence[str]) -> None:
    peers = {times: [make(pack) for make in installed(wanted)] for times, pack in packs.items()}
    hand = peers[1][0]
    people = typical(packs[1], REPORTED, effort.people(), 99, hand.recommend)
    before = people[: effort.warm_up]
    variants: list[Variant] = []
    for times, pack in packs.items():
        warm, off = Recommender(pack), Recommender(pack, remember=False)
        rules = f"{len(warm.rules):,} rules"
        for person in before:
            warm.recommend(person)
        for one in (off, *peers[times]):
            for person in before[:50]:
                one.recommend(person)
        variants.append(Variant(f"psoas_rules, warm, {rules}", warm.recommend))
        variants.append(Variant(f"psoas_rules, memo off, {rules}", off.recommend))
        variants += [Variant(f"{peer.name}, {rules}", peer.recommend) for peer in peers[times]]
    times_of = interleaved(variants, effort.portions(people), effort.clock)
    count = len(variants) // len(packs)
    rows = []
    for place in range(count):
        same = [variants[place + count * size].name for size in range(len(packs))]
        least = times_of[same[0]]
        rows.append(
            (
                same[0].rpartition(",")[0],
                *[times_of[name].quantile(0.5) for name in same],
                *[times_of[name].ratio(least) for name in same[1:]],
            )
        )
    heads = [f"p50 µs, {len(Recommender(pack).rules):,} rules" for pack in packs.values()]
    print(f"\n### One recommendation, {REPORTED} things reported, when the pack has more rules\n")
    print("The added rules read signs that nobody reported.\n")
    print(table(("variant", *heads, *[f"x{times} rules, ratio" for times in TIMES[1:]]), rows))


def _loading(folders: dict[int, Path], runs: int) -> None:
    rows: list[Sequence[object]] = []
    for times, folder in folders.items():
        with tempfile.TemporaryDirectory() as cache:
            first_use(folder, cache)
            cold = [first_use(folder, "off") for _ in range(runs)]
            warm = [first_use(folder, cache) for _ in range(runs)]
        rows += [(f"x{times}, {name}", *_medians(found)) for name, found in (("no cache", cold), ("warm cache", warm))]
    print("\n### Loading packs with more rules\n")
    print(f"Medians of {runs} processes each.\n")
    print(table(("pack", "load and check ms", "make a recommender ms", "first recommendation ms"), rows))


def _medians(found: Sequence[tuple[float, ...]]) -> Iterator[float]:
    return (statistics.median(column) for column in zip(*found, strict=True))
