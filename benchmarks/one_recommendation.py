"""How long one recommendation takes, with the engine's answers remembered, asked anew, and with the plain evaluator.

Run it with `python benchmarks/one_recommendation.py`. Every variant sees the same intakes in every round, in rotating
order; the ratios are medians over rounds of (variant / durable-rules asked every time in the same round), so they hold
when the machine's speed drifts. Times are of this machine and this moment.
"""

import platform
import random
import statistics
import sys
import time
from collections.abc import Callable

from psoas_rules import Intake, Person, Recommender, Screen, load_pack
from psoas_rules.engines import PlainEngine, default_engine

ROUNDS = 25
INTAKES = 40


def intakes(reported: int, seed: int) -> list[Intake]:
    """Varied people with the screen clear and this many signs reported."""
    draw = random.Random(seed)
    pack = load_pack()
    signs = [sign for sign in pack.signs if sign.answer in ("yes_no", "scale") and sign.evidence]
    made = []
    for _ in range(INTAKES):
        chosen = draw.sample(signs, reported)
        answers = {s.id: draw.randint(0, 6) if s.answer == "scale" else draw.random() < 0.7 for s in chosen}
        answers.pop("hands_lift_leg", None)
        made.append(
            Intake(
                person=Person(draw.randint(20, 74), draw.choice(["none", "some", "regular"])),
                signs=answers,
                preferences={"minutes": draw.randint(10, 40)},
                screen=Screen.clear(),
            )
        )
    return made


def seconds(recommend: Callable[[Intake], object], people: list[Intake]) -> float:
    """Mean seconds of one recommendation."""
    begin = time.perf_counter()
    for intake in people:
        recommend(intake)
    return (time.perf_counter() - begin) / len(people)


def main() -> None:
    """Prints one table for each number of signs reported."""
    pack = load_pack()
    engine = default_engine()
    variants = {
        f"{engine.name}, asked every time": Recommender(pack, engine, remember=False),
        f"{engine.name}, remembered": Recommender(pack, engine),
        "plain evaluator": Recommender(pack, PlainEngine(), remember=False),
    }
    first = next(iter(variants))
    rules = len(variants[first].rules)
    print(f"psoas_rules pack {pack.info.version}, {rules} rules, {len(pack.exercises)} exercises")
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    for reported in (3, 8, 15):
        people = intakes(reported, seed=reported)
        for recommender in variants.values():
            seconds(recommender.recommend, people)
        rounds: dict[str, list[float]] = {name: [] for name in variants}
        names = list(variants)
        for number in range(ROUNDS):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                rounds[name].append(seconds(variants[name].recommend, people))
        print(f"\n{reported} signs reported, whole recommendation, {ROUNDS} rounds of {INTAKES} people")
        print(f"{'variant':<36}{'median us':>10}{'worst us':>10}{'ratio':>8}")
        for name, times in rounds.items():
            ratio = statistics.median(mine / base for mine, base in zip(times, rounds[first], strict=True))
            print(f"{name:<36}{statistics.median(times) * 1e6:>10.0f}{max(times) * 1e6:>10.0f}{ratio:>8.2f}")


if __name__ == "__main__":
    sys.exit(main())
