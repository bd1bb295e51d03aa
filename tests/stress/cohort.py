"""By columns and one by one: outcomes for whole tables of people against `recommend` for each.

Where Numba is installed, each table is decided twice by columns: with NumPy alone, and with machine code.

    python tests/stress/cohort.py --people 1000000
    python tests/stress/cohort.py --packs 100

People come from `crowd.py`, packs from `packs.py`; the same seed draws the same. It prints how many were compared and
every difference, and fails if there is one.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from crowd import People
from packs import random_pack

from psoas_rules import Intake, Recommender, load_pack
from psoas_rules.cohort import COLUMNS, loops, recommend_table
from psoas_rules.cohort.columns import columns_of
from psoas_rules.cohort.rows import Rows
from psoas_rules.cohort.schema import to_arrays
from psoas_rules.engines import PlainEngine
from psoas_rules.facts import SECTIONS
from psoas_rules.pack import Pack

BLOCK = 4_000
SMALL = Path(__file__).parent.parent / "small_pack"
MOST_SHOWN = 5


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """An intake as cells, each by the name of its column."""
    cells: dict[str, Any] = {}
    for section in SECTIONS.values():
        for key, value in (data.get(section) or {}).items():
            if isinstance(value, dict):
                cells |= {f"{section}.{key}.{side}": one for side, one in value.items()}
            else:
                cells[f"{section}.{key}"] = value
    screen = data.get("screen")
    if isinstance(screen, str):
        cells["screen"] = screen
    elif screen:
        cells |= {f"screen.{group}": value for group, value in screen.items()}
    return cells


def table_of(people: list[dict[str, Any]]) -> pa.Table:
    """People as a table: a side of its own wherever anybody has one, and the kind of column that fits the answers."""
    rows = [flat(data) for data in people]
    split = {name.rpartition(".")[0] for cells in rows for name in cells if name.endswith((".left", ".right"))}
    for cells in rows:
        for name in split & cells.keys():
            both = cells.pop(name)
            cells.update({f"{name}.{side}": both for side in ("left", "right")})
    names = sorted({name for cells in rows for name in cells})
    return pa.table({name: _column([cells.get(name) for cells in rows]) for name in names})


def _column(values: list[Any]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    if kinds & {list, tuple}:
        return pa.array([list(v) if isinstance(v, list | tuple) else None for v in values], pa.list_(pa.string()))
    if bool in kinds and str in kinds:
        return pa.array([{True: "yes", False: "no"}.get(v, v) if isinstance(v, bool) else v for v in values])
    if kinds & {int, float} and str in kinds:
        # A word for "not known" beside numbers; a column of numbers has none.
        return pa.array([None if isinstance(v, str) else v for v in values], pa.float64())
    return pa.array(values, pa.float64() if kinds == {int, float} else None)


def differences(recommender: Recommender, table: pa.Table) -> Iterator[str]:
    """Every column of every row that is not what `recommend` says."""
    batch = table.combine_chunks().to_batches()[0]
    one_by_one = Rows(recommender, columns_of(recommender.lexicon, table.schema))
    alone = to_arrays(one_by_one.records(batch, range(batch.num_rows)))
    wanted = {name: alone[name].to_pylist() for name in COLUMNS}
    for compiled in (False, True) if loops.installed() else (False,):
        with loops.fixed(compiled=compiled):
            together = recommend_table(table, recommender, audit=False).combine_chunks()
        for name in COLUMNS:
            for row, found in enumerate(together[name].to_pylist()):
                if found != wanted[name][row]:
                    cells = {
                        key: value for key, value in table.slice(row, 1).to_pylist()[0].items() if value is not None
                    }
                    how = "machine code" if compiled else "NumPy"
                    yield f"row {row}, {name}, {how}:\n  together {found}\n  alone    {wanted[name][row]}\n  {cells}"


def planted(table: pa.Table, rng: random.Random) -> pa.Table:
    """The table with wrong cells: numbers out of range, words that are no answer, a column that nobody knows."""
    columns = {name: table[name] for name in table.column_names}
    for name in rng.sample(table.column_names, min(4, table.num_columns)):
        cells = columns[name].to_pylist()
        kind = columns[name].type
        wrong: Any = "maybe" if pa.types.is_string(kind) else 1e6 if pa.types.is_floating(kind) else None
        wrong = 999_999 if pa.types.is_integer(kind) else wrong
        for row in rng.sample(range(len(cells)), max(1, len(cells) // 200)) if wrong is not None else ():
            cells[row] = wrong
        columns[name] = pa.array(cells, kind)
    strange = np.array([rng.random() < 0.005 for _ in range(table.num_rows)])
    return pa.table({**columns, "signs.no_such_sign": pa.array(np.ones(table.num_rows), mask=~strange)})


def compare(pack: Pack, people: int, seed: object) -> tuple[Counter[str], list[str]]:
    """Compares so many people with one pack; the outcomes by kind, and the differences."""
    recommender, crowd = Recommender(pack, PlainEngine()), People(pack)
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    for start in range(0, people, BLOCK):
        rng = random.Random(f"{seed}/{start}")
        drawn = []
        for data in crowd.many(f"{seed}/{start}", min(BLOCK, people - start)):
            Intake.from_dict(data)
            drawn.append(data)
        table = planted(table_of(drawn), rng)
        kinds.update(recommend_table(table, recommender, columns=["outcome"])["outcome"].to_pylist())
        wrong += differences(recommender, table)
    return kinds, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--packs", type=int, default=0, help="so many packs by lot, with 500 people each")
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    kinds, wrong = compare(load_pack(), given.people, given.seed)
    small = load_pack(SMALL)
    for number in range(given.packs):
        pack, _ = random_pack(random.Random(f"{given.seed}/pack {number}"), small)
        more, also = compare(pack, 500, f"{given.seed}/{number}")
        kinds, wrong = kinds + more, wrong + also
    print(f"{kinds.total():,} people: {dict(kinds)}; {len(wrong)} differences")
    print("\n".join(wrong[:MOST_SHOWN]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
