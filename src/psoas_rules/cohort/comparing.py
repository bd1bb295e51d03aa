"""What changes for a cohort from one pack to another: for how many people, why, and for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import tee
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs
import numpy as np
import pyarrow as pa

from psoas_rules.cohort.coded import Mask, Names, Numbers, as_batches, pairs_counted
from psoas_rules.cohort.differing import differing, steps_differ, text_of
from psoas_rules.cohort.reasoning import Differences, ReasonKind, Rules
from psoas_rules.cohort.running import recommend_batches
from psoas_rules.intake import FrozenDict
from psoas_rules.loading import fingerprint
from psoas_rules.recommender import Recommender, builtin, load_pack
from psoas_rules.shapes import plain

Aspect: TypeAlias = Literal["outcome", "triage", "profile", "steps", "problem"]
"""What of a person's result can change: `steps` are the exercises, their order and their doses."""
ASPECTS: Final[tuple[Aspect, ...]] = ("outcome", "triage", "profile", "steps", "problem")
_COLUMNS: Final = ("outcome", "problem", "triage", "profile", "steps", "seconds", "fired", "pack", "digest")
_MOST_EXAMPLES: Final = 3


@attrs.frozen(kw_only=True)
class Example:
    """One person whose result changes.

    Attributes:
        row: The row of the table, counted from 0.
        kept: The columns named in `keep`.
        old, new: The result in short, with both packs.
    """

    row: int
    kept: Mapping[str, Any] = attrs.field(converter=FrozenDict, hash=False)
    old: str
    new: str


@attrs.frozen(kw_only=True)
class Reason:
    """One reason for which results change.

    A rule is a reason for a person when it fires with one pack alone, or fires with both and concludes something else,
    in the earliest stage in which any rule does so: what differs later follows from it. An exercise is counted where
    both packs give a routine.

    Attributes:
        kind: What sort of reason it is.
        id: Id of the rule or of the exercise; empty for `same_rules`.
        title: Title of the rule or name of the exercise.
        people: For how many of those who change it holds.
        examples: Up to three of them, the first in the table.
    """

    kind: ReasonKind
    id: str
    title: str
    people: int
    examples: tuple[Example, ...]


@attrs.frozen(kw_only=True)
class Move:
    """How many people had one verdict and now have another (or the same): the outcome with its triage."""

    old: str
    new: str
    people: int


@attrs.frozen(kw_only=True)
class CohortComparison:
    """Who changes from one pack to another, and why.

    Attributes:
        rows: How many people there are.
        old, new: Name, version and digest of both packs.
        changed: For how many people anything of `ASPECTS` changes.
        aspects: For how many each aspect changes; one person can count in several.
        moves: The cross table of verdicts, the most frequent first.
        reasons: Why, the most frequent first within each kind.
    """

    rows: int
    old: str
    new: str
    changed: int
    aspects: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    moves: tuple[Move, ...]
    reasons: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data for JSON, as far as the kept columns are."""
        return plain(self)  # type: ignore[no-any-return]


def compare(
    old: Recommender | str | Path | None,
    new: Recommender | str | Path | None,
    table: Any,
    *,
    keep: Iterable[str] = (),
) -> CohortComparison:
    """Who changes from one pack to another, and why, in one pass and in bounded memory.

    Args:
        old: A recommender, or the folder of a pack; None for the built-in pack.
        new: The same, for what is compared with it.
        table: The people, as `recommend_batches` takes them.
        keep: Columns by which the examples are known, such as `("person_id",)`.

    Raises:
        PackError: if a folder holds no sound pack.
        CohortError: if the table as a whole cannot be read.
    """
    kept = tuple(keep)
    both = _recommender(old), _recommender(new)
    results = (
        recommend_batches(batches, recommender, columns=_COLUMNS, keep=kept)
        for batches, recommender in zip(tee(as_batches(table)), both, strict=True)
    )
    comparing = _Comparing(both, kept)
    for pair in zip(*results, strict=True):
        comparing.add(*pair)
    return comparing.comparison()


def _recommender(given: Recommender | str | Path | None) -> Recommender:
    if given is None:
        return builtin()
    return given if isinstance(given, Recommender) else Recommender(load_pack(given))


class _Comparing:
    """Compares batch after batch."""

    def __init__(self, both: tuple[Recommender, Recommender], kept: tuple[str, ...]) -> None:
        self.kept = kept
        self.stamps = tuple(_stamp(recommender) for recommender in both)
        self.titles = _titles(both)
        self.rows = self.changed = 0
        self.aspects: Counter[str] = Counter(dict.fromkeys(ASPECTS, 0))
        self.moves: Counter[tuple[str, str]] = Counter()
        self.names = {name: Names() for name in (*ASPECTS, "digest", "verdict", "exercise")}
        self.reasons = Differences(Rules(both), _MOST_EXAMPLES)
        self.examples: dict[int, Example] = {}

    def add(self, old: pa.RecordBatch, new: pa.RecordBatch) -> None:
        """Compares the same people with both packs."""
        self._move(old, new)
        changed = np.zeros(old.num_rows, np.bool_)
        for aspect in ASPECTS:
            differs = self._differ(aspect, old.column(aspect), new.column(aspect))
            self.aspects[aspect] += int(np.count_nonzero(differs))
            changed |= differs
        self.changed += int(np.count_nonzero(changed))
        if changed.any():
            rows = np.flatnonzero(changed)
            old, new = (batch.take(pa.array(rows)) for batch in (old, new))
            for place in self.reasons.add(old, new, rows + self.rows):
                row = int(rows[place]) + self.rows
                self.examples[row] = self._example(row, old.slice(place, 1), new.slice(place, 1))
        self.rows += len(changed)

    def _differ(self, aspect: Aspect, old: pa.Array, new: pa.Array) -> Mask:
        if aspect == "steps":
            return steps_differ(old, new)
        return differing(old, new, self.names[aspect])

    def _move(self, old: pa.RecordBatch, new: pa.RecordBatch) -> None:
        names = self.names["verdict"]
        pairs = pairs_counted(*(_verdicts(batch, names) for batch in (old, new)))
        for (before, after), people in pairs:
            self.moves[tuple(names)[before], tuple(names)[after]] += people

    def _example(self, row: int, old: pa.RecordBatch, new: pa.RecordBatch) -> Example:
        before, after = (batch.to_pylist()[0] for batch in (old, new))
        texts = text_of(before, after)
        return Example(row=row, kept={name: before[name] for name in self.kept}, old=texts[0], new=texts[1])

    def comparison(self) -> CohortComparison:
        """What was found."""
        moves = sorted(self.moves.items(), key=lambda each: (-each[1], each[0]))
        return CohortComparison(
            rows=self.rows,
            old=self.stamps[0],
            new=self.stamps[1],
            changed=self.changed,
            aspects=dict(self.aspects),
            moves=tuple(Move(old=old, new=new, people=people) for (old, new), people in moves),
            reasons=tuple(self._reasons()),
        )

    def _reasons(self) -> Iterator[Reason]:
        for kind, name, people, rows in self.reasons.found():
            yield Reason(
                kind=kind,
                id=name,
                title=self.titles.get(name, name),
                people=people,
                examples=tuple(self.examples[row] for row in rows),
            )


def _stamp(recommender: Recommender) -> str:
    info = recommender.pack.info
    return f"{info.name} {info.version} ({fingerprint(recommender.pack)})"


def _titles(both: Iterable[Recommender]) -> dict[str, str]:
    """Titles of rules and names of exercises, those of the new pack where both have them."""
    titles: dict[str, str] = {}
    for recommender in both:
        titles.update((exercise.id, exercise.name) for exercise in recommender.pack.exercises)
        titles.update((rule.id, rule.title) for rule in recommender.rules)
    return titles


def _verdicts(batch: pa.RecordBatch, names: Names) -> Numbers:
    """The outcome of each person with its triage, such as `referral: same_day`."""
    outcomes, triage = Names(), Names()
    kinds = outcomes.codes(batch.column("outcome"))
    levels = triage.codes(batch.column("triage"))
    words = [[kind, *(f"{kind}: {level}" for level in triage)] for kind in outcomes]
    table = np.array([[names.number(word) for word in row] for row in words], np.int64)
    return table[kinds, levels + 1]
