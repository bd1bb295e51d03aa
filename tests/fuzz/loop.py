"""Runs a check under libFuzzer for a while.

A worker process does the fuzzing, so that a crash or a hang of the interpreter itself is told as well.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_WORKER = "PSOAS_RULES_FUZZ_WORKER"
_TIMEOUT_S = 10
_LONGEST = {"intake": 4_096, "pack": 16_384}


def fuzz(script, name):
    """Starts the worker, waits for it, and ends the process: with 0 only when nothing was found.

    In the worker itself it returns at once.
    """
    if os.environ.get(_WORKER):
        return
    parser = argparse.ArgumentParser(description=f"Fuzzes the {name} check. Other options go to libFuzzer.")
    parser.add_argument("seconds", nargs="?", type=int, default=3_600)
    parser.add_argument("--keep", type=Path, help="a folder that keeps what opened new paths, for the next run")
    given, options = parser.parse_known_args()
    seeds = CORPUS / name
    before = set(seeds.iterdir())
    with tempfile.TemporaryDirectory(dir=_memory()) as scratch:
        found = given.keep or Path(scratch) / "found"
        found.mkdir(parents=True, exist_ok=True)
        limits = [f"-max_total_time={given.seconds}", f"-timeout={_TIMEOUT_S}", f"-max_len={_LONGEST[name]}"]
        told = [f"-artifact_prefix={seeds}/", "-print_final_stats=1", "-report_slow_units=60"]
        # What the worker leaves behind goes with the folder. With a fixed threshold, glibc gives large blocks back at
        # once; without, the heap of a worker that reads thousands of files only grows, though nothing leaks.
        environment = {**os.environ, _WORKER: "1", "TMPDIR": scratch, "MALLOC_MMAP_THRESHOLD_": "131072"}
        command = [sys.executable, script, *limits, *told, *options, str(found), str(seeds)]
        code = subprocess.run(command, env=environment, check=False).returncode
    new = sorted(set(seeds.iterdir()) - before)
    for file in new:
        print(f"found: {file}")
    clean = code == 0 and not new
    print("clean" if clean else f"not clean (the worker ended with {code})")
    sys.exit(0 if clean else 1)


def _memory():
    """A folder in memory where there is one; the pack check writes many small files."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
