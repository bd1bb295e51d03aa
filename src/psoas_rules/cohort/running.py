"""From tables of people to tables of outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from psoas_rules.cohort import loops
from psoas_rules.cohort.building import Builder
from psoas_rules.cohort.columns import kept_fields, only_kept, passed_over, plain_names
from psoas_rules.cohort.deciding import Decider
from psoas_rules.cohort.errors import CohortError, warn
from psoas_rules.cohort.packed import indices
from psoas_rules.cohort.reading import CohortReader
from psoas_rules.cohort.refusing import Refusals
from psoas_rules.cohort.rows import Invalid, Rows, record
from psoas_rules.cohort.schema import output_schema, to_arrays
from psoas_rules.cohort.streams import batches, gathered, stream
from psoas_rules.engines.plain import PlainEngine
from psoas_rules.hints import show
from psoas_rules.kit import Kit
from psoas_rules.loading import fingerprint, rulebook_of
from psoas_rules.presenting import urgencies
from psoas_rules.recommender import Recommender, builtin
from psoas_rules.stages import Compiled
from psoas_rules.tracing import Tracer

MOST_ROWS: Final = 524_288
"""Rows that are decided together; more would take more memory and no less time."""
_MOST_SHOWN: Final = 10
_PASSED_OVER: Final = "these columns are no answers and are passed over: {}; name in keep= what to hand through"
_ONLY_KEPT: Final = (
    "these columns are named in keep= and handed through, but not read, though they may be meant as answers: {}; "
    "give them the names of the answers if they are"
)
FEW_ROWS: Final = 100
"""With no more rows it takes less time to decide them one by one."""
AUDITED: Final = 32_768
"""One row of so many is decided a second time, by itself, and compared."""


def recommend_table(
    table: Any,
    recommender: Recommender | None = None,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    audit: bool = True,
) -> pa.Table:
    """The outcomes for a table of people, one row each.

    Every row has the outcome that `Recommender.recommend` gives for that person. Cells that cannot be read make their
    own row `invalid`, with the reason, and no other.

    Args:
        table: Anything with the Arrow C stream interface: pyarrow, pandas, polars, DuckDB. Columns are named as the
            answers of an intake, such as `signs.low_back_pain_stiffness` or `person.age`; a column that is missing, and
            null, mean that nobody knows.
        recommender: What decides; None for the built-in pack.
        columns: Which columns of `COLUMNS` to make, in this order; None for all. Fewer take less time.
        keep: Columns of the table to hand through, such as an id. They come first. Others that are no answers are
            passed over with a `CohortWarning`. One that may be meant as an answer, such as `signs.no_such_sign`,
            makes the rows `invalid` in which it holds a value.
        audit: Whether to decide a few rows of each batch a second time, one by one, and compare.

    Returns:
        A table with as many rows, in the same order, and the schema of `output_schema`.

    Raises:
        CohortError: if the table as a whole cannot be read, or a compared row differs.
    """
    reader = stream(table)
    people = gathered(reader, MOST_ROWS)
    outcomes = list(recommend_batches(people, recommender, columns=columns, keep=keep, audit=audit))
    return pa.Table.from_batches(outcomes, output_schema(columns, kept_fields(reader.schema, keep)))


def recommend_batches(
    reader: Any,
    recommender: Recommender | None = None,
    *,
    columns: Sequence[str] | None = None,
    keep: Sequence[str] = (),
    audit: bool = True,
) -> Iterator[pa.RecordBatch]:
    """The outcomes for a stream of people, batch by batch, in bounded memory; see `recommend_table`.

    Args:
        reader: Anything with the Arrow C stream interface, or an iterable of such things or of record batches.
        recommender: What decides; None for the built-in pack.
        columns: Which columns to make; None for all.
        keep: Columns to hand through.
        audit: Whether to compare a few rows.

    Yields:
        A batch of outcomes for at most `MOST_ROWS` rows, in the order of the people. A stream without rows gives one
        without rows.

    Raises:
        CohortError: if the stream as a whole cannot be read, or a compared row differs.
    """
    wanted = tuple(output_schema(columns).names)
    kept = tuple(plain_names(keep, "keep"))
    runner: _Runner | None = None
    rows = 0
    for batch in batches(reader):
        if runner is None or batch.schema != runner.schema:
            runner = _Runner(recommender or builtin(), batch.schema, wanted, kept, audit=audit)
        for start in range(0, batch.num_rows, MOST_ROWS):
            yield runner.run(batch.slice(start, MOST_ROWS))
        rows += batch.num_rows
    if runner is not None and not rows:
        yield runner.run(batch)


def warm_up() -> bool:
    """Makes the machine code for large tables now: while an image is built, or before the first of them comes.

    It is kept beside the library or, where nothing can be written there, in the cache folder of the user; the
    environment variable `NUMBA_CACHE_DIR` names another.

    Returns:
        Whether there is any; without Numba, NumPy does all the work.
    """
    if not loops.installed():
        return False
    recommender = builtin()
    lists = [spec for spec in recommender.lexicon.specs.values() if spec.answer == "many"]
    rows = FEW_ROWS + 1
    people = {"screen": ["clear"] * rows} | {spec.name: [list(spec.options)[:1]] * rows for spec in lists}
    with loops.fixed(compiled=True):
        recommend_table(pa.table(people), recommender)
    return True


def _tell(columns: Sequence[str], what: str) -> None:
    if not columns:
        return
    shown = ", ".join(map(show, columns[:_MOST_SHOWN])) + (" and others" if len(columns) > _MOST_SHOWN else "")
    warn(what.format(shown))


class _Runner:
    """Decides batches of one schema."""

    def __init__(
        self,
        recommender: Recommender,
        schema: pa.Schema,
        columns: tuple[str, ...],
        keep: tuple[str, ...],
        *,
        audit: bool,
    ) -> None:
        self.schema = schema
        self._columns = columns
        self._keep = keep
        self._audit = audit
        self._reader = CohortReader(recommender.lexicon, schema, keep)
        _tell(passed_over(recommender.lexicon, schema, keep), _PASSED_OVER)
        _tell(only_kept(recommender.lexicon, schema, keep), _ONLY_KEPT)
        self._rows = Rows(recommender, self._reader.columns)
        self._refusals = Refusals(self._rows)
        self._decider, self._builder = _prepared(recommender)
        self._out = output_schema(columns, kept_fields(schema, keep))

    def run(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The outcomes for a batch."""
        if batch.num_rows <= FEW_ROWS:
            made = to_arrays(self._rows.records(batch, range(batch.num_rows)), self._columns)
        else:
            made = self._by_columns(batch)
        arrays = [batch.column(name) for name in self._keep] + [made[name] for name in self._columns]
        return pa.RecordBatch.from_arrays(arrays, schema=self._out)

    def _by_columns(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        facts = self._reader.read(batch)
        slow = indices(facts.slow, batch.num_rows)
        made = self._builder.build(self._decider.decide(facts), self._columns)
        if len(slow):
            made = self._spliced(batch, made, slow.tolist(), self._refusals.problems(batch, facts))
        if self._audit:
            self._compare(batch, made)
        loops.decided(batch.num_rows)
        return made

    def _spliced(
        self, batch: pa.RecordBatch, made: dict[str, pa.Array], slow: Sequence[int], problems: Mapping[int, str]
    ) -> dict[str, pa.Array]:
        """The columns with the rows that columns cannot read: those with problems, and those decided one by one."""
        alone = [row for row in slow if row not in problems]
        others = to_arrays(self._rows.records(batch, alone), self._columns)
        refused = self._refused(list(problems.values()))
        places = np.arange(batch.num_rows)
        for start, rows in ((batch.num_rows, alone), (batch.num_rows + len(alone), list(problems))):
            places[rows] = start + np.arange(len(rows))
        return {
            name: pa.concat_arrays([made[name], others[name], refused[name]]).take(pa.array(places))
            for name in self._columns
        }

    def _refused(self, problems: Sequence[str]) -> dict[str, pa.Array]:
        """The columns of invalid rows with these problems; all but the problem are the same for each."""
        pack, digest = self._rows.stamp
        one = to_arrays([{**record(Invalid("")), "pack": pack, "digest": digest}], self._columns)
        first = pa.array(np.zeros(len(problems), dtype=np.int64))
        made = {name: array.take(first) for name, array in one.items()}
        return made | to_arrays([{"problem": problem} for problem in problems], {"problem"} & made.keys())

    def _compare(self, batch: pa.RecordBatch, made: dict[str, pa.Array]) -> None:
        """Decides a few rows by themselves and compares.

        Raises:
            CohortError: if one differs.
        """
        rows = range(0, batch.num_rows, AUDITED)
        alone = to_arrays(self._rows.records(batch, rows), self._columns)
        for name in self._columns:
            together = made[name].take(pa.array(rows))
            for row, found, wanted in zip(rows, together.to_pylist(), alone[name].to_pylist(), strict=True):
                if found != wanted:
                    raise CohortError(
                        f"row {row} of a batch: '{name}' is {found!r} by columns and {wanted!r} by itself; please "
                        "report this with the row"
                    )


_made: WeakKeyDictionary[Recommender, tuple[Decider, Builder]] = WeakKeyDictionary()


def _prepared(recommender: Recommender) -> tuple[Decider, Builder]:
    """The tables for a recommender, made once."""
    found = _made.get(recommender)
    if found is None:
        pack, info = recommender.pack, recommender.pack.info
        # Which engine does not matter here: conditions are read by columns, and a few rows compared with the engine's.
        compiled = Compiled(rulebook_of(pack), PlainEngine(), remember=False)
        kit = Kit(compiled, Tracer(compiled.book.lexicon, remember=False))
        builder = Builder(compiled, kit, (f"{info.name} {info.version}", fingerprint(pack)))
        found = _made[recommender] = Decider(compiled, urgencies(compiled)), builder
    return found
