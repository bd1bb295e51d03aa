"""Memory of a cohort: what a row of the result holds, the most there ever was, and a long stream.

Run as a program it does one of these in a process of its own, where nothing else adds to the most there ever was, and
prints the numbers as JSON.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.memory import rss
from psoas_rules import Recommender
from psoas_rules.cohort import recommend_batches, recommend_table

_BATCH = 65_536
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def measured(what: str, *arguments: object) -> Any:
    """What the program below printed; `what` is table or stream."""
    command = [sys.executable, "-m", "benchmarks.cohort.memory", what, *map(str, arguments)]
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    return json.loads(done.stdout)


def _table(file: str, rows: int, columns: tuple[str, ...] | None) -> dict[str, float]:
    """Bytes a row, for one table."""
    recommender = Recommender()
    people = pq.read_table(file).slice(0, rows).combine_chunks()
    # What is compiled and looked up once is no cost of a row.
    recommend_table(people.slice(0, min(2_000, rows)), recommender, columns=columns, keep=("person_id",))
    pool = pa.default_memory_pool()
    _begin_again()
    before, resident = pool.bytes_allocated(), rss()
    found = recommend_table(people, recommender, columns=columns, keep=("person_id",))
    return {
        "in": people.nbytes / people.num_rows,
        "out": found.nbytes / found.num_rows,
        "arrow": (pool.bytes_allocated() - before) / found.num_rows,
        "peak": (_most() - resident) / found.num_rows,
    }


def _stream(file: str, rows: int) -> list[tuple[int, float]]:
    """Rows done and resident MiB, at the start and after every tenth of the stream."""
    recommender = Recommender()
    marks = [(0, rss() / 2**20)]
    done = 0
    for batch in recommend_batches(_endless(file, rows), recommender, keep=("person_id",)):
        done += batch.num_rows
        if done >= rows * len(marks) / 10:
            marks.append((done, rss() / 2**20))
    return marks


def _endless(file: str, rows: int) -> Iterator[pa.RecordBatch]:
    """The people of a file over and over, until there were so many."""
    left = rows
    while left > 0:
        for batch in islice(pq.ParquetFile(file).iter_batches(_BATCH), -(-left // _BATCH)):
            part = batch.slice(0, left)
            left -= part.num_rows
            yield part
            if left <= 0:
                return


def _most() -> int:
    """The most resident bytes since `_begin_again`, or ever where the system cannot begin again."""
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _begin_again() -> None:
    """Forgets what was most before: else reading the people counts, which takes more for a while than deciding."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")


if __name__ == "__main__":
    what, file, rows, *columns = sys.argv[1:]
    print(json.dumps(_table(file, int(rows), tuple(columns) or None) if what == "table" else _stream(file, int(rows))))
