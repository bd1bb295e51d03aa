"""A whole cohort by columns: a Parquet file in, a Parquet file out, in bounded memory.

    python examples/17_a_cohort.py [--people 200000] [--to outcomes.parquet]

The people are simulated; see cohort/people.yaml for how often they answer what. Two cells are spoiled on purpose: a bad
cell costs that person the outcome, and nobody else. It needs an extra: python -m pip install 'psoas-rules[cohort]'
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm import tqdm

from psoas_rules import Recommender
from psoas_rules.cohort import output_schema, recommend_batches

SIMULATE = Path(__file__).parent / "cohort" / "simulate.py"
KEPT = pa.schema([("person_id", pa.int64())])
ROWS = 65_536


def simulate(people: int, path: Path) -> None:
    command = [sys.executable, str(SIMULATE), "--people", str(people), "--seed", "1", "--to", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - the script beside this one


def spoiled(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same people, but for two cells: person 7 writes 12 on a scale to 10, person 11 fills a misspelt column."""
    for batch in batches:
        person = batch["person_id"]
        pain = pc.if_else(pc.equal(person, 7), pa.scalar(12, pa.int16()), batch["signs.pain_now"])
        misspelt = pc.if_else(pc.equal(person, 11), pa.scalar(3, pa.int16()), pa.scalar(None, pa.int16()))
        place = batch.schema.get_field_index("signs.pain_now")
        yield batch.set_column(place, "signs.pain_now", pain).append_column("signs.pain_nwo", misspelt)


class Counts:
    """What is counted while the outcomes stream by. Nothing of the people themselves is kept but the problems."""

    def __init__(self) -> None:
        self.by: dict[str, Counter[str]] = {name: Counter() for name in ("outcome", "triage", "profile", "exercise")}
        self.problems: list[str] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the outcomes of one batch."""
        for name in ("outcome", "triage", "profile"):
            self._count(name, batch[name])
        self._count("exercise", pc.struct_field(pc.list_flatten(batch["steps"]), "exercise"))
        for row in batch.filter(pc.equal(batch["outcome"].cast(pa.string()), "invalid")).to_pylist():
            self.problems.append(f"person {row['person_id']}: {row['problem']}")

    def _count(self, name: str, column: pa.Array) -> None:
        for found in pc.value_counts(column.drop_null()).to_pylist():
            self.by[name][found["values"]] += found["counts"]

    def print(self, most: int) -> None:
        """Prints what was counted, the commonest first."""
        for name in ("outcome", "triage", "profile"):
            print(f"By {name}")
            for what, count in sorted(self.by[name].items(), key=lambda one: (-one[1], one[0])):
                print(f"  {what:<20} {count:>9,}")
        print(f"The {most} exercises most often given")
        for what, count in sorted(self.by["exercise"].items(), key=lambda one: (-one[1], one[0]))[:most]:
            print(f"  {what:<20} {count:>9,}")
        print("Could not be read")
        for problem in self.problems:
            print(f"  {problem}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--to", type=Path, help="keep the outcomes as this Parquet file")
    asked = parser.parse_args()
    counts = Counts()
    with TemporaryDirectory() as folder:
        people = Path(folder) / "people.parquet"
        simulate(asked.people, people)
        to = asked.to or Path(folder) / "outcomes.parquet"

        # The stream: at no time is more than one batch of people, and one of outcomes, in memory.
        batches = spoiled(pq.ParquetFile(people).iter_batches(ROWS))
        outcomes = recommend_batches(batches, Recommender(), keep=("person_id",))
        with (
            pq.ParquetWriter(to, output_schema(kept=KEPT)) as writer,
            tqdm(total=asked.people, unit=" people", unit_scale=True, file=sys.stderr) as bar,
        ):
            for batch in outcomes:
                counts.add(batch)
                writer.write_batch(batch)
                bar.update(batch.num_rows)

        written = pq.ParquetFile(to).metadata
        print(f"{written.num_rows:,} people in the Parquet file of outcomes")
    counts.print(most=5)


if __name__ == "__main__":
    main()
