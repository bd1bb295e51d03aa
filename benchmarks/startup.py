"""How long it takes until the first recommendation: the import, and the pack with the first answer."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter_ns

from benchmarks.timing import table

CACHE = "PSOAS_RULES_CACHE"
_FIRST = """
import sys
from time import perf_counter_ns
from psoas_rules import Intake, Recommender, Screen, load_pack
begin = perf_counter_ns()
pack = load_pack(sys.argv[1]) if len(sys.argv) > 1 else load_pack()
loaded = perf_counter_ns()
recommender = Recommender(pack) if len(sys.argv) > 1 else Recommender()
made = perf_counter_ns()
recommender.recommend(Intake(signs={"low_back_pain_stiffness": 5}, screen=Screen.clear()))
print((loaded - begin) / 1e6, (made - loaded) / 1e6, (perf_counter_ns() - made) / 1e6)
"""
_BUILT_IN = """
from time import perf_counter_ns
from psoas_rules import Intake, Screen, recommend
intake = Intake(signs={"low_back_pain_stiffness": 5}, screen=Screen.clear())
begin = perf_counter_ns()
recommend(intake)
print((perf_counter_ns() - begin) / 1e6)
"""


# As users have it: compiling the modules anew for every process is not start-up. Empty means not set.
_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


def startup(runs: int) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = {CACHE: "off"}, {CACHE: folder}
        python(_BUILT_IN, warm)
        bare, imported, whole = [], [], []
        first: dict[str, list[float]] = {"cold": [], "warm": []}
        # By turns, so that a busy minute of the machine touches all alike.
        for _ in range(runs):
            bare.append(_wall("pass"))
            imported.append(_wall("import psoas_rules"))
            whole.append(_wall(_BUILT_IN, warm))
            first["cold"].append(float(python(_BUILT_IN, cold)))
            first["warm"].append(float(python(_BUILT_IN, warm)))
    over = statistics.median(one - other for one, other in zip(imported, bare, strict=True))
    all_ms = statistics.median(one - other for one, other in zip(whole, bare, strict=True))
    cold_ms, warm_ms = (statistics.median(first[cache]) for cache in ("cold", "warm"))
    rows = [
        ("bare `python -c pass`", statistics.median(bare)),
        ("`import psoas_rules`, over bare Python", over),
        ("first `recommend()`: load, check and compile the built-in pack, and answer; no cache", cold_ms),
        ("the same from a warm cache", warm_ms),
        ("all of it over bare Python, imports too, from a warm cache", all_ms),
    ]
    print(f"\n{runs} runs of each by turns, each in a process of its own; medians.\n")
    print(table(("start-up", "ms"), rows))


def first_use(folder: Path, cache: str) -> tuple[float, float, float]:
    """Milliseconds to load the pack in a folder, to make a recommender, and of the first recommendation."""
    load, make, answer = map(float, python(_FIRST, {CACHE: cache}, str(folder)).split())
    return load, make, answer


def python(program: str, environment: Mapping[str, str] = {}, *arguments: str) -> str:
    """What a program prints, run in a process of its own."""
    command = [sys.executable, "-c", program, *arguments]
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **_BYTECODE, **environment},
            cwd=elsewhere,
        )
    return done.stdout


def _wall(program: str, environment: Mapping[str, str] = {}) -> float:
    begin = perf_counter_ns()
    python(program, environment)
    return (perf_counter_ns() - begin) / 1e6
