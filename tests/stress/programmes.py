"""Simulated people who live through programmes, held against every law of programmes after every report.

    python tests/stress/programmes.py --people 1000 --weeks 12 --workers 2
    python tests/stress/programmes.py --kinds flaring --people 100 --first 300

The kinds of people stand in examples/programme/people.yaml; the same seed gives the same people. Stored programmes are
read back, and the whole programme is looked at, after one report in `--whole-every` and after the last; what a report
changed is looked at every time. Prints how they ended and what happened how often, and every broken law with the person
and the day; fails if there is one. With `--to` the weeks of everybody are kept as JSON, for docs/programmes_people.py.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import attrs
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))
sys.path.insert(0, str(ROOT / "tests"))
from programme.simulate import Life, Moment, Simulation  # noqa: E402
from programme_laws import check_advance, check_programme  # noqa: E402

MOST_SHOWN = 10
_simulations: dict[tuple[int, int], Simulation] = {}


@attrs.frozen
class Lived:
    """What became of one person."""

    kind: str
    number: int
    ended: str
    moments: int
    effects: dict[str, int]
    weeks: list[dict[str, Any]]
    broken: tuple[str, ...]


def late(moment: Moment) -> bool:
    """Whether a report is about a day that was looked at before."""
    seen = moment.before.as_of
    return moment.sent is not None and seen is not None and moment.sent.day <= seen


def broken_laws(life: Life, every: int) -> Iterator[str]:
    """Lives a life to its end; gives the laws that are broken on the way."""
    count = 0
    for count, moment in enumerate(life.moments(), start=1):
        try:
            if moment.sent is not None and not late(moment):
                check_advance(moment.before, moment.sent, moment.after, life.planner)
            if count % every == 0:
                check_programme(moment.after.programme, life.planner)
        except AssertionError as error:
            day = moment.sent.day if moment.sent else moment.after.programme.as_of
            yield f"{life.key}, report {count}, {day}: {error}"
    try:
        check_programme(life.programme, life.planner)
    except AssertionError as error:
        yield f"{life.key}, at the end: {error}"


def ended(life: Life) -> str:
    """How a programme ended."""
    if life.programme.referral is None:
        return life.programme.status
    changes = life.programme.history
    last = changes[-1].day
    rules = [rule for change in changes if change.effect == "answers" and change.day == last for rule in change.rules]
    return f"stopped by {rules[-1].removeprefix('progress.') if rules else 'a new answer'}"


def live(asked: tuple[int, int, str, int, int]) -> Lived:
    """Lives one life in a worker."""
    seed, weeks, kind, number, every = asked
    if (seed, weeks) not in _simulations:
        _simulations[seed, weeks] = Simulation(weeks=weeks, seed=seed)
    life = _simulations[seed, weeks].life(kind, number)
    broken = tuple(broken_laws(life, every))
    effects = Counter(change.effect for change in life.programme.history)
    lived = [attrs.asdict(week) for week in life.weeks]
    return Lived(kind, number, ended(life), len(life.programme.log), dict(effects), lived, broken)


def told(kind: str, lives: list[Lived]) -> str:
    """What is printed about one kind."""
    ends = Counter(life.ended for life in lives)
    effects = Counter[str]()
    for life in lives:
        effects.update(life.effects)
    lines = [f"{kind}: {len(lives):,} people, {sum(life.moments for life in lives):,} reported days"]
    lines += [f"  {count:>8,} {what}" for what, count in sorted(ends.items(), key=lambda one: (-one[1], one[0]))]
    counted = sorted(effects.items(), key=lambda one: (-one[1], one[0]))
    lines.append("  changes: " + ", ".join(f"{what} {count:,}" for what, count in counted))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=100, help="how many of each kind")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of them")
    parser.add_argument("--kinds", nargs="*", help="which kinds; all when left out")
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--whole-every", type=int, default=1, help="after how many reports the whole is looked at")
    parser.add_argument("--to", type=Path, help="keep the weeks of everybody in this file")
    asked = parser.parse_args()
    kinds = asked.kinds or list(Simulation(weeks=asked.weeks).people.kinds)
    numbers = range(asked.first, asked.first + asked.people)
    jobs = [(asked.seed, asked.weeks, kind, number, asked.whole_every) for kind in kinds for number in numbers]
    began = time.monotonic()
    with ProcessPoolExecutor(asked.workers) as pool:
        lives = list(tqdm(pool.map(live, jobs, chunksize=4), total=len(jobs), unit=" people", file=sys.stderr))
    for kind in kinds:
        print(told(kind, [life for life in lives if life.kind == kind]))
    broken = [law for life in lives for law in life.broken]
    print(f"{len(lives):,} people in {time.monotonic() - began:,.0f} s; {len(broken):,} broken laws")
    for law in broken[:MOST_SHOWN]:
        print(f"  {law}")
    if asked.to:
        asked.to.write_text(json.dumps([attrs.asdict(life) for life in lives]), encoding="utf-8")
    if broken:
        sys.exit(1)


if __name__ == "__main__":
    main()
