"""The same cohort on one machine and on Dask: the same outcomes, however the people are divided among workers.

    python examples/18_a_cohort_on_dask.py [--people 200000] [--workers 2]

It starts a small Dask cluster on this machine, with a process for each worker. For a cluster that runs already, give
the address of its scheduler to `Client` instead; nothing else changes. It needs extras:

    python -m pip install 'psoas-rules[cohort,dask]'
"""

import argparse
import subprocess
import sys
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from dask.distributed import Client, LocalCluster

from psoas_rules.cohort import recommend_table
from psoas_rules.cohort.on_dask import recommend_frame

SIMULATE = Path(__file__).parent / "cohort" / "simulate.py"
PARTS = 4


def simulate(people: int, folder: Path) -> list[Path]:
    """The people in several Parquet files, as they lie in a large store."""
    whole = folder / "people.parquet"
    command = [sys.executable, str(SIMULATE), "--people", str(people), "--seed", "1", "--to", str(whole)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the script beside this one
    files: list[Path] = []
    for batch in pq.ParquetFile(whole).iter_batches(max(1, ceil(people / PARTS))):
        files.append(folder / f"people-{len(files)}.parquet")
        pq.write_table(pa.Table.from_batches([batch]), files[-1])
    return files


def read(file: Path) -> pd.DataFrame:
    """One file, in the types of Arrow: they keep an empty cell apart from a number and from a no."""
    return pd.read_parquet(file, dtype_backend="pyarrow")


def on_dask(files: list[Path], workers: int) -> pa.Table:
    """The outcomes of all people in these files, gathered from the workers. Each file is a partition."""
    with (
        # No dashboard: this example serves nobody.
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        frame = dd.from_map(read, files, meta=read(files[0]).iloc[:0])
        found = recommend_frame(frame, keep=("person_id",)).compute()
    return pa.Table.from_pandas(found, preserve_index=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        files = simulate(asked.people, Path(folder))
        local = recommend_table(pq.read_table(files), keep=("person_id",))
        # Workers open the files themselves; on a real cluster they lie where every machine sees them.
        with dask.config.set({"temporary-directory": folder}):
            found = on_dask(files, asked.workers)

    counts = found.group_by("outcome").aggregate([("person_id", "count")]).sort_by("outcome")
    print(f"{found.num_rows:,} people in {len(files)} files, on {asked.workers} workers")
    for row in counts.to_pylist():
        print(f"  {row['outcome']:<10} {row['person_id_count']:>9,}")
    # Dask holds texts plainly, where the local table holds each of them once and refers to it.
    same = local.cast(found.schema).equals(found)
    print("every outcome is the same as on one machine" if same else "outcomes differ from those on one machine")


if __name__ == "__main__":
    main()
