"""Simulated people as a table: one row a person, a column for each answer.

    python examples/cohort/simulate.py --people 200000 --seed 1 --to people.parquet
    python examples/cohort/simulate.py --people 1000 --to people.csv

The same seed gives the same people. How often each answer is given stands in people.yaml, beside this file; all of it
is made up.
"""

import argparse
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from rates import EVERY_GROUP, Rate, Rates, RatesError, read_rates

from psoas_rules import Recommender

RATES: Final = Path(__file__).with_name("people.yaml")
ROW_GROUP: Final = 65_536
"""Rows that are drawn and written at a time."""
SIDES: Final = ("left", "right")


@attrs.frozen
class Drawn:
    """The values of one column, and which of them were given."""

    values: Any
    given: Any


class People:
    """Draws people.

    Every column has random numbers of its own, so that a new line in people.yaml leaves the other columns as they were.
    """

    def __init__(self, rates: Rates, groups: tuple[str, ...], seed: int) -> None:
        self.rates = rates
        self.groups = groups
        self.seed = seed
        shares = np.array([kind.people for kind in rates.kinds])
        self.shares = shares / shares.sum()

    def batch(self, number: int, rows: int, *, lists: bool = True) -> pa.RecordBatch:
        """The people of one row group.

        Args:
            number: Which row group, from 0.
            rows: How many people it has, at most `ROW_GROUP`.
            lists: Whether a list is one column of lists; else each of its entries gets a yes/no column.
        """
        group = _RowGroup(self, number, rows)
        columns: dict[str, pa.Array] = {"person_id": pa.array(np.arange(rows) + (number * ROW_GROUP + 1))}
        for answer in self.rates.specs:
            columns.update(group.columns(answer, lists=lists))
        return pa.RecordBatch.from_pydict(columns)

    def batches(self, people: int, *, lists: bool = True) -> Iterator[pa.RecordBatch]:
        """This many people, in row groups."""
        for number, start in enumerate(range(0, people, ROW_GROUP)):
            yield self.batch(number, min(ROW_GROUP, people - start), lists=lists)


class _RowGroup:
    """Some of the people: draws each answer once, since others may depend on it."""

    def __init__(self, people: People, number: int, rows: int) -> None:
        self.rates = people.rates
        self.groups = people.groups
        self.seed = (people.seed, number)
        self.rows = rows
        self.drawn: dict[str, tuple[Drawn, ...]] = {}
        kind_of = self.random("kind").choice(len(people.shares), size=rows, p=people.shares)
        self.members = [np.flatnonzero(kind_of == index) for index in range(len(people.shares))]

    def random(self, name: str) -> np.random.Generator:
        return np.random.default_rng((*self.seed, zlib.crc32(name.encode())))

    def columns(self, answer: str, *, lists: bool) -> dict[str, pa.Array]:
        """The columns of an answer: one, one for each side, for each group, or for each entry of a list."""
        if answer == EVERY_GROUP:
            return {f"screen.{group}": self._array(answer, self._group(group)) for group in self.groups}
        drawn = self.draw(answer)
        if len(drawn) > 1:
            return {f"{answer}.{side}": self._array(answer, one) for side, one in zip(SIDES, drawn, strict=True)}
        (one,) = drawn
        if one.values.ndim == 1:
            return {answer: self._array(answer, one)}
        entries = self._options(answer)
        if not lists:
            mask = ~one.given
            chosen = one.values > 0
            return {f"{answer}.{name}": pa.array(chosen[:, i], mask=mask) for i, name in enumerate(entries)}
        return {answer: _lists(one, entries)}

    def draw(self, answer: str) -> tuple[Drawn, ...]:
        """What everybody answers: one column, or left and right."""
        if answer not in self.drawn:
            first = self._draw(answer, answer)
            sides = self._other_side(answer, first) if self.rates.sided(answer) else ()
            self.drawn[answer] = (first, *sides)
        return self.drawn[answer]

    def _group(self, group: str) -> Drawn:
        """One group of safety questions: asked where the short question was not answered."""
        one = self._draw(EVERY_GROUP, f"screen.{group}")
        (short,) = self.draw("screen")
        return Drawn(one.values, one.given & ~short.given)

    def _other_side(self, answer: str, left: Drawn) -> tuple[Drawn]:
        apart = np.zeros(self.rows, bool)
        chance = self.random(f"{answer}, apart").random(self.rows) * 100
        for kind, rows in zip(self.rates.kinds, self.members, strict=True):
            if answer in kind.rates:
                apart[rows] = chance[rows] < (kind.rates[answer].sides_differ or 0)
        again = self._draw(answer, f"{answer}, other side")
        return (Drawn(np.where(apart, again.values, left.values), left.given),)

    def _draw(self, answer: str, name: str) -> Drawn:
        random = self.random(name)
        options = self._options(answer)
        shape = (self.rows, len(options)) if self._form(answer) == "entries" else (self.rows,)
        values = np.zeros(shape)
        given = np.zeros(self.rows, bool)
        for kind, rows in zip(self.rates.kinds, self.members, strict=True):
            rate = kind.rates.get(answer)
            if rate is None:
                continue
            values[rows] = _VALUES[rate.form](random, len(rows), self._within(answer, rate), options)
            given[rows] = random.random(len(rows)) * 100 < rate.answered
            if rate.form == "ticked":
                given[rows] &= values[rows] > 0
            if rate.only_with:
                given[rows] &= self._said_yes(rate.only_with)[rows]
        return Drawn(values, given)

    def _said_yes(self, answer: str) -> Any:
        return np.any([one.given & (one.values > 0) for one in self.draw(answer)], axis=0)

    def _within(self, answer: str, rate: Rate) -> Rate:
        """The rate, kept within what the question allows."""
        spec = self.rates.specs[answer]
        low = spec.minimum if rate.least is None else rate.least
        high = spec.maximum if rate.most is None else rate.most
        return attrs.evolve(rate, least=low, most=high)

    def _form(self, answer: str) -> str:
        return self._spread(answer)[0].form

    def _spread(self, answer: str) -> list[Rate]:
        return [kind.rates[answer] for kind in self.rates.kinds if answer in kind.rates]

    def _options(self, answer: str) -> tuple[str, ...]:
        spread = self._spread(answer)
        named = [option for rate in spread if isinstance(rate.value, dict) for option in rate.value]
        return tuple(dict.fromkeys(named))

    def _array(self, answer: str, drawn: Drawn) -> pa.Array:
        """The column, in the narrowest type that says what it holds."""
        spec, mask = self.rates.specs[answer], ~drawn.given
        if spec.answer == "yes_no":
            return pa.array(drawn.values > 0, mask=mask)
        options = self._options(answer)
        if spec.answer == "choice":
            codes = pa.array(drawn.values.astype(np.int8), mask=mask)
            return pa.DictionaryArray.from_arrays(codes, pa.array(options, pa.string()))
        values = np.array([float(option) for option in options])[drawn.values.astype(int)] if options else drawn.values
        if all(float(rate.step).is_integer() for rate in self._spread(answer)):
            return pa.array(values.astype(np.int16), mask=mask)
        return pa.array(values, mask=mask)


def _yes(random: np.random.Generator, rows: int, rate: Rate, _: tuple[str, ...]) -> Any:
    return random.random(rows) * 100 < rate.value


def _number(random: np.random.Generator, rows: int, rate: Rate, _: tuple[str, ...]) -> Any:
    steps = np.round(random.normal(rate.value, rate.spread, rows) / rate.step)
    # A thousandth is the finest that is read; rounding takes away what multiplying adds.
    return np.clip(np.round(steps * rate.step, 3), rate.least, rate.most)


def _choice(random: np.random.Generator, rows: int, rate: Rate, options: tuple[str, ...]) -> Any:
    weights = np.array([rate.value.get(option, 0) for option in options], float)
    return random.choice(len(options), size=rows, p=weights / weights.sum())


def _entries(random: np.random.Generator, rows: int, rate: Rate, options: tuple[str, ...]) -> Any:
    chances = np.array([rate.value.get(option, 0) for option in options])
    return random.random((rows, len(options))) * 100 < chances


_VALUES: Final[dict[str, Callable[[np.random.Generator, int, Rate, tuple[str, ...]], Any]]] = {
    "yes": _yes,
    "ticked": _yes,
    "mean": _number,
    "choices": _choice,
    "entries": _entries,
}


def _lists(drawn: Drawn, entries: tuple[str, ...]) -> pa.Array:
    """A column of lists; who was not asked has none, which is not the same as an empty list."""
    chosen = (drawn.values > 0) & drawn.given[:, None]
    offsets = np.concatenate(([0], chosen.sum(axis=1).cumsum())).astype(np.int32)
    named = pa.array(entries, pa.string()).take(pa.array(np.nonzero(chosen)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), named, mask=pa.array(~drawn.given))


def simulated(seed: int = 1, rates: Path = RATES) -> People:
    """People for the pack that comes with the package.

    Args:
        seed: The same seed gives the same people.
        rates: A file such as people.yaml.

    Raises:
        RatesError: when the file asks something that the pack does not know.
    """
    lexicon = Recommender().lexicon
    return People(read_rates(rates, lexicon), tuple(lexicon.groups), seed)


def write(path: Path, people: People, count: int, *, as_csv: bool = False) -> None:
    """Writes this many people as Parquet, or as CSV with a yes/no column for each entry of a list.

    In the CSV an empty cell means unknown. pyarrow.csv reads it so with ConvertOptions(strings_can_be_null=True).
    """
    batches = people.batches(count, lists=not as_csv)
    first = next(batches)
    opened = pa.csv.CSVWriter(path, first.schema) if as_csv else pa.parquet.ParquetWriter(path, first.schema)
    with opened as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200_000, help="how many, at least 1")
    parser.add_argument("--seed", type=int, default=1, help="which people, 0 or more")
    parser.add_argument("--to", type=Path, help="the file; people.parquet or people.csv when left out")
    parser.add_argument("--csv", action="store_true", help="as CSV; also when the file ends in .csv")
    parser.add_argument("--rates", type=Path, default=RATES, help="another file of answer rates")
    asked = parser.parse_args()
    if asked.people < 1 or asked.seed < 0:
        parser.error("--people is at least 1, and --seed at least 0")
    as_csv = asked.csv or (asked.to is not None and asked.to.suffix == ".csv")
    path = asked.to or Path("people.csv" if as_csv else "people.parquet")
    try:
        people = simulated(asked.seed, asked.rates)
    except RatesError as error:
        print(error, file=sys.stderr)
        return 1
    write(path, people, asked.people, as_csv=as_csv)
    print(f"{asked.people:,} people are written to {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
