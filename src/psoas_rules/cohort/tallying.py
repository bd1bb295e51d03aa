"""Counting the results of a cohort: outcomes, exercises, rules, movements that were excluded, and problems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from psoas_rules.cohort.coded import Items, Names, Numbers, as_batches, column, pairs_counted
from psoas_rules.cohort.errors import CohortError
from psoas_rules.facts import FACT_KINDS, SECTIONS
from psoas_rules.intake import FrozenDict
from psoas_rules.loading import fingerprint
from psoas_rules.recommender import Recommender
from psoas_rules.shapes import plain

_COUNTED: Final = ("outcome", "triage", "profile", "confidence", "pack", "digest")
_READ: Final = (*_COUNTED, "steps", "left_out", "fired", "problem", "seconds")
_MOST_EXAMPLES: Final = 3
_BITS: Final = 64
_HEADS: Final = "|".join((*SECTIONS.values(), *FACT_KINDS, "screen"))
# Messages may hold a semicolon themselves: a problem begins with the name of an answer.
_BETWEEN: Final = re.compile(rf"; (?=(?:{_HEADS})(?:\.[^\s:;]+)?: |[^:;]+: this column is no answer)")


@attrs.frozen(kw_only=True)
class ProblemCount:
    """What was wrong in one column.

    Attributes:
        column: Name of the column, such as `signs.low_back_pain_stiffness`.
        people: How many rows it made invalid, alone or with others.
        examples: Up to three different messages, the first that were met.
    """

    column: str
    people: int
    examples: tuple[str, ...]


@attrs.frozen(kw_only=True)
class PatternCount:
    """How many people fit one profile, with how much confidence."""

    profile: str
    confidence: str
    people: int


@attrs.frozen(kw_only=True)
class Tally:
    """Counts over a cohort. All counts are of people; each mapping has the most frequent first.

    Attributes:
        rows: How many people there are.
        outcomes: By `outcome`: `routine`, `referral`, `screening`, `invalid`.
        triage: By `triage`: how fast a clinician is needed.
        profiles: By profile of the routine.
        confidence: By confidence in that profile.
        patterns: By profile and confidence together.
        given: By exercise in a routine.
        left_out: By exercise that was left out.
        fired: By id of a rule that fired.
        excluded: By property of movements that a rule excluded; empty when it was counted without a recommender.
        minutes: By length of the routine in minutes, rounded up.
        problems: By column, the most frequent first.
        packs: By name and version of the pack.
        digests: By digest of the pack.
    """

    rows: int
    outcomes: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    triage: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    profiles: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    confidence: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    patterns: tuple[PatternCount, ...]
    given: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    left_out: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    fired: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    excluded: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    minutes: Mapping[int, int] = attrs.field(converter=FrozenDict, hash=False)
    problems: tuple[ProblemCount, ...]
    packs: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)
    digests: Mapping[str, int] = attrs.field(converter=FrozenDict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data for JSON."""
        return {**plain(self), "minutes": {str(minutes): people for minutes, people in self.minutes.items()}}


def tally(results: Any, recommender: Recommender | None = None) -> Tally:
    """Counts over the results of a cohort, in one pass and in bounded memory.

    Args:
        results: What `recommend_table` or `recommend_batches` gave, with all columns or some of them: a table of any
            library, or an iterable of `pyarrow.RecordBatch`. What a missing column would tell stays empty.
        recommender: Whose rules say which movements were excluded; None leaves `excluded` empty.

    Raises:
        CohortError: if there is no column of a result, or the results were made with another pack than the
            recommender's.
    """
    counting = _Counting(recommender)
    for batch in as_batches(results):
        counting.add(batch)
    return counting.tally()


class _Count:
    """How often each name comes, over many batches."""

    def __init__(self) -> None:
        self.names = Names()
        self._people = np.zeros(0, np.int64)

    def add(self, codes: Numbers) -> None:
        """Counts every code; -1 is none."""
        self._take(np.bincount(codes[codes >= 0], minlength=len(self.names)))

    def add_people(self, codes: Numbers, rows: Numbers, size: int) -> None:
        """Counts for each code the rows that have it, once each."""
        met = np.zeros((size, len(self.names)), np.bool_)
        there = codes >= 0
        met[rows[there], codes[there]] = True
        self._take(np.count_nonzero(met, axis=0))

    def _take(self, people: Numbers) -> None:
        people[: len(self._people)] += self._people
        self._people = people

    def found(self) -> dict[str, int]:
        """The people by name, the most frequent first."""
        return _sorted(dict(zip(self.names, self._people.tolist(), strict=True)))


class _Counting:
    """Counts batch after batch."""

    def __init__(self, recommender: Recommender | None) -> None:
        self.rows = 0
        self.seen: set[str] = set()
        self.texts = {name: _Count() for name in _COUNTED}
        self.given, self.left_out, self.fired = _Count(), _Count(), _Count()
        self.patterns: Counter[tuple[int, int]] = Counter()
        self.minutes: Counter[int] = Counter()
        self.problems = _Problems()
        self.exclusions = None if recommender is None else _Exclusions(recommender)
        self.digest = None if recommender is None else fingerprint(recommender.pack)

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts one batch."""
        self.seen.update(batch.schema.names)
        self.rows += batch.num_rows
        codes = {name: self._text(name, texts) for name in _COUNTED if (texts := column(batch, name)) is not None}
        if "profile" in codes and "confidence" in codes:
            self._pattern(codes["profile"], codes["confidence"])
        for name, count in (("steps", self.given), ("left_out", self.left_out)):
            lists = column(batch, name)
            if lists is not None:
                items = Items.of(lists)
                # The same exercise may be left out of two slots; it counts once.
                count.add_people(count.names.codes(items.field("exercise")), items.rows, batch.num_rows)
        self._fired(column(batch, "fired"))
        self._minutes(column(batch, "seconds"))
        self.problems.add(column(batch, "problem"))

    def _text(self, name: str, texts: pa.Array) -> Numbers:
        count = self.texts[name]
        codes = count.names.codes(texts)
        count.add(codes)
        return codes

    def _pattern(self, profiles: Numbers, confidence: Numbers) -> None:
        for pair, people in pairs_counted(profiles, confidence):
            self.patterns[pair] += people

    def _fired(self, lists: pa.Array | None) -> None:
        if lists is None:
            return
        items = Items.of(lists)
        codes = self.fired.names.codes(items.values)
        self.fired.add(codes)
        if self.exclusions is not None:
            self.exclusions.add(codes, items.lengths, self.fired.names)

    def _minutes(self, seconds: pa.Array | None) -> None:
        if seconds is None:
            return
        minutes = pc.ceil(pc.divide(pc.drop_null(seconds).cast(pa.float64()), 60.0)).cast(pa.int64())
        values, people = np.unique(minutes.to_numpy(zero_copy_only=False), return_counts=True)
        self.minutes.update(dict(zip(values.tolist(), people.tolist(), strict=True)))

    def tally(self) -> Tally:
        """What was counted."""
        if self.rows and not self.seen.intersection(_READ):
            raise CohortError(f"these are no results of a cohort: none of the columns {', '.join(_READ)} is there")
        texts = {name: count.found() for name, count in self.texts.items()}
        self._same_pack(texts["digest"])
        profiles, confidence = (tuple(self.texts[name].names) for name in ("profile", "confidence"))
        patterns = [
            PatternCount(profile=profiles[profile], confidence=confidence[sure], people=people)
            for (profile, sure), people in self.patterns.items()
        ]
        return Tally(
            rows=self.rows,
            outcomes=texts["outcome"],
            triage=texts["triage"],
            profiles=texts["profile"],
            confidence=texts["confidence"],
            patterns=tuple(sorted(patterns, key=lambda one: (-one.people, one.profile, one.confidence))),
            given=self.given.found(),
            left_out=self.left_out.found(),
            fired=self.fired.found(),
            excluded={} if self.exclusions is None else self.exclusions.found(),
            minutes=dict(sorted(self.minutes.items())),
            problems=self.problems.found(),
            packs=texts["pack"],
            digests=texts["digest"],
        )

    def _same_pack(self, digests: Iterable[str]) -> None:
        other = [digest for digest in digests if digest != self.digest]
        if self.digest is not None and other:
            raise CohortError(
                f"the results were made with the pack {other[0]}, the recommender has {self.digest}; "
                "give the recommender that made them"
            )


class _Exclusions:
    """For how many people each property was excluded, by one rule or several."""

    def __init__(self, recommender: Recommender) -> None:
        subjects = {
            rule.id: {each.subject for each in rule.then if each.kind == "exclude_property"}
            for rule in recommender.rules
        }
        self._names = sorted(set().union(*subjects.values()))
        self._people = [0] * len(self._names)
        self._subjects = subjects

    def add(self, codes: Numbers, lengths: Numbers, rules: Names) -> None:
        """Counts the people of one batch, whose rules stand one after the other."""
        runs = lengths[lengths > 0]
        if not len(runs):
            return
        starts = np.cumsum(runs) - runs
        for first in range(0, len(self._names), _BITS):
            those = self._names[first : first + _BITS]
            # A bit for each property; the last place is for nulls.
            marks = [
                sum(1 << i for i, name in enumerate(those) if name in self._subjects.get(rule, ())) for rule in rules
            ]
            excluded = np.bitwise_or.reduceat(np.array([*marks, 0], np.uint64)[codes], starts)
            for i in range(len(those)):
                self._people[first + i] += int(np.count_nonzero(excluded & np.uint64(1 << i)))

    def found(self) -> dict[str, int]:
        """The people by property, the most frequent first."""
        return _sorted(dict(zip(self._names, self._people, strict=True)))


class _Problems:
    """What was wrong, by column."""

    def __init__(self) -> None:
        self._people: Counter[str] = Counter()
        self._examples: dict[str, dict[str, None]] = {}

    def add(self, texts: pa.Array | None) -> None:
        """Counts the problems of one batch."""
        if texts is None or texts.null_count == len(texts):
            return
        for each in pc.value_counts(pc.drop_null(texts.cast(pa.string()))).to_pylist():
            told = dict(part.partition(": ")[::2] for part in reversed(_BETWEEN.split(each["values"])))
            for name, message in reversed(told.items()):
                self._people[name] += each["counts"]
                examples = self._examples.setdefault(name, {})
                if len(examples) < _MOST_EXAMPLES:
                    examples[message] = None

    def found(self) -> tuple[ProblemCount, ...]:
        """The columns, the worst first."""
        return tuple(
            ProblemCount(column=name, people=people, examples=tuple(self._examples[name]))
            for name, people in _sorted(self._people).items()
        )


def _sorted(people: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(people.items(), key=lambda each: (-each[1], each[0])) if count}
