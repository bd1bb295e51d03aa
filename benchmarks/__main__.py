"""`python -m benchmarks`: all tables, or one of them."""

import argparse
import datetime as dt
import os
import platform
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from benchmarks.check import differing
from benchmarks.growth import growth
from benchmarks.interview import interview
from benchmarks.memory import memory
from benchmarks.peers import PEERS, installed
from benchmarks.profile import profile
from benchmarks.rules_alone import rules_alone
from benchmarks.speed import speed
from benchmarks.startup import startup
from benchmarks.timing import CLOCKS, Effort
from psoas_rules import Recommender, load_pack

TABLES = ("check", "speed", "rules", "profile", "growth", "startup", "memory", "interview")


def main() -> int:
    """Prints what was asked for; fails when a peer differs."""
    asked = _arguments()
    wanted = TABLES if asked.table == "all" else (asked.table,)
    _one_core()
    _print_machine()
    if asked.clock != "wall":
        print("Single calls are timed in CPU time: what other programs took of the machine is left out.")
    peers = [peer for peer in asked.peers.split(",") if peer]
    if "check" in wanted:
        print("\n## All decide alike\n")
        pack = load_pack()
        if differing(pack, (make(pack) for make in installed(peers)), asked.people):
            return 1
    effort = Effort(asked.rounds, asked.size, asked.warm_up, CLOCKS[asked.clock])
    # By hand is what the others are compared with.
    compared = ["hand", *peers] if peers else []
    if "speed" in wanted:
        print("\n## One recommendation")
        speed(effort, compared)
    if "rules" in wanted:
        print("\n## The rules alone")
        rules_alone(effort, compared)
    if "profile" in wanted:
        print("\n## Where the time goes")
        profile(asked.seconds, 8, asked.warm_up)
    if "growth" in wanted:
        print("\n## More rules")
        growth(attrs.evolve(effort, rounds=max(4, asked.rounds // 2)), max(3, asked.runs // 4), compared)
    if "startup" in wanted:
        print("\n## Start-up")
        startup(asked.runs)
    if "memory" in wanted:
        print("\n## Memory")
        memory(asked.recommendations, asked.recommenders)
    if "interview" in wanted:
        print("\n## Questions of an interview")
        if not interview(asked.interviewed, asked.seed, asked.cases, CLOCKS[asked.clock]):
            return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("table", nargs="?", default="all", choices=("all", *TABLES))
    parser.add_argument("--people", type=int, default=2_000, help="people on whom all must agree")
    parser.add_argument("--rounds", type=int, default=40, help="rounds of timing")
    parser.add_argument("--size", type=int, default=40, help="people in a round")
    parser.add_argument("--warm-up", type=int, default=4_000, help="people before the timing begins")
    parser.add_argument("--clock", default="wall", choices=tuple(CLOCKS), help="cpu: only while this program runs")
    parser.add_argument("--seconds", type=float, default=10, help="length of a profile")
    parser.add_argument("--runs", type=int, default=40, help="processes for start-up")
    parser.add_argument("--recommendations", type=int, default=1_000_000, help="different ones, for memory")
    parser.add_argument("--recommenders", type=int, default=1_000, help="made and dropped, for memory")
    parser.add_argument("--interviewed", type=int, default=1_000, help="simulated people who are interviewed")
    parser.add_argument("--cases", type=int, default=1, help="every so many-th case of the pack is interviewed")
    parser.add_argument("--seed", type=int, default=1, help="which simulated people")
    parser.add_argument("--peers", default="", help=f"of {', '.join(peer.module for peer in PEERS)}; all when left out")
    return parser.parse_args()


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _print_machine() -> None:
    pack = load_pack()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    optimised = "PGO" if "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "") else "no PGO"
    engines = dict.fromkeys([*[peer.needs for peer in PEERS[1:]], "attrs"])
    print(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; {_cpu()}, {os.cpu_count()} cores, one used{load}")
    print(f"{platform.python_implementation()} {platform.python_version()} ({optimised}), {platform.system()}")
    print(f"psoas_rules {version('psoas-rules')}, pack {pack.info.version}: {len(Recommender(pack).rules)} rules")
    print(", ".join(f"{name} {_version(name)}" for name in engines))


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    sys.exit(main())
