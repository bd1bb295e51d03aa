"""Simulated people live through twelve weeks each: how their programmes listen.

    python examples/20_simulated_people.py [--people 2] [--weeks 12] [--seed 1]

Five kinds of people, whose behaviour stands in programme/people.yaml: everything about them is made up. The same seed
gives the same people. What is printed for each kind is the mean of its people: in the first week, and in the last
full week before their programmes ended; then what changed for each, and how the programmes ended.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable

from programme.simulate import Life, Simulation
from tqdm import tqdm

SHOWN = {
    "progress": "up",
    "regress": "down",
    "flare": "flares",
    "shorten": "short",
    "restart": "again",
    "pause": "pauses",
}
"""What is counted of the changes, and what its column is called."""


def lived(simulation: Simulation, kind: str, people: int) -> list[Life]:
    """People of one kind, after they have lived through their programmes."""
    lives = [simulation.life(kind, number) for number in range(people)]
    for life in tqdm(lives, desc=kind, unit=" people", leave=False, file=sys.stderr):
        for _ in life.moments():
            pass
    return lives


def mean(numbers: Iterable[float]) -> float:
    """The mean; 0 of nothing."""
    found = tuple(numbers)
    return sum(found) / len(found) if found else 0


def row(title: str, lives: list[Life]) -> str:
    """One line of the table: how it began, how it was in the last full week that somebody was there, what changed."""
    full = [[week for week in life.weeks if week.there and not week.easy] for life in lives]
    ends = [[weeks[place] for weeks in full if weeks] for place in (0, -1)]
    work = [mean(week.asked for week in weeks) for weeks in ends]
    pain = [mean(week.pain for week in weeks) for weeks in ends]
    effects = Counter[str](change.effect for life in lives for change in life.programme.history)
    counted = "".join(f"{effects[effect] / len(lives):>8.1f}" for effect in SHOWN)
    statuses = Counter(life.programme.status for life in lives)
    ended = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return f"{title:<20}{work[0]:>6.1f}{work[1]:>6.1f}{pain[0]:>7.1f}{pain[1]:>6.1f}{counted}  {ended}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2, help="how many of each kind")
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    simulation = Simulation(weeks=asked.weeks, seed=asked.seed)
    columns = "".join(f"{name:>8}" for name in SHOWN.values())
    print(f"{'':<20}{'minutes a week':>13}{'pain':>10}   changes for each person")
    print(f"{'':<20}{'first':>6}{'last':>6}{'first':>7}{'last':>6}{columns}  programmes")
    for name, kind in simulation.people.kinds.items():
        print(row(kind.title, lived(simulation, name, asked.people)))


if __name__ == "__main__":
    main()
