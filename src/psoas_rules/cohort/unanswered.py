"""How many people left which question unanswered, counted from the table that came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from psoas_rules.cohort.coded import Mask, as_batches, column
from psoas_rules.cohort.columns import columns_of
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.lexicon import Lexicon
from psoas_rules.recommender import Recommender, builtin

_UNKNOWN: Final = pa.array(["unknown", "not_sure"])
_NO: Final = pa.array(["no"])
_CLEAR: Final = pa.array(["clear"])


@attrs.frozen(kw_only=True)
class Unanswered:
    """How many people left one question unanswered.

    Attributes:
        answer: Name of the answer, section and name with a dot, such as `signs.low_back_pain_stiffness`.
        label: What it is called for people.
        people: How many gave no answer: null, `unknown`, `not_sure`, or no column for it.
        rows: How many people there are.
        asked: Whether there was any column that could hold an answer.
        required: Whether safety hangs on it: without an answer there is no routine.
    """

    answer: str
    label: str
    people: int
    rows: int
    asked: bool
    required: bool

    @property
    def share(self) -> float:
        """The share of people without an answer, 0 to 1; 0 of nobody."""
        return self.people / self.rows if self.rows else 0.0


def unanswered(people: Any, recommender: Recommender | None = None) -> tuple[Unanswered, ...]:
    """How many people left each question of the vocabulary unanswered, in one pass and in bounded memory.

    An answer for one side is an answer. A "no" to a group of safety questions, or a clear screen, answers every
    question of the group. Any value counts as an answer, also one that cannot be read.

    Args:
        people: The table that came in, or an iterable of its `pyarrow.RecordBatch`.
        recommender: Whose vocabulary is meant; None for the built-in pack.

    Returns:
        Every question, in the order of the vocabulary.

    Raises:
        CohortError: if two columns give the same answer.
    """
    lexicon = (recommender or builtin()).lexicon
    asked = tuple(_questions(lexicon))
    answered = [0] * len(asked)
    seen: set[str] = set()
    required = frozenset(lexicon.required)
    rows = 0
    for batch in as_batches(people):
        rows += batch.num_rows
        given = _given(batch, lexicon)
        seen.update(given)
        denied = _denied(batch, lexicon)
        for i, (_, spec) in enumerate(asked):
            answered[i] += _answered(given.get(spec.name, ()), denied.get(spec.name), batch.num_rows)
    return tuple(
        Unanswered(
            answer=name,
            label=spec.label,
            people=rows - count,
            rows=rows,
            asked=spec.name in seen,
            required=spec.name in required,
        )
        for (name, spec), count in zip(asked, answered, strict=True)
    )


def _questions(lexicon: Lexicon) -> Iterator[tuple[str, FactSpec]]:
    """Every question with its name. A group of safety questions counts through the questions in it."""
    for kind, section in SECTIONS.items():
        for key in lexicon.answers(kind):
            spec = lexicon.answerable(kind, key)
            assert spec is not None, "the lexicon names only what it has"
            yield f"{section}.{key}", spec


def _given(batch: pa.RecordBatch, lexicon: Lexicon) -> dict[str, list[pa.Array]]:
    """The columns that answer each question."""
    given: dict[str, list[pa.Array]] = {}
    for each in columns_of(lexicon, batch.schema):
        if each.spec is not None:
            given.setdefault(each.spec.name, []).append(batch.column(each.place))
    for condition, *_ in lexicon.ages:
        # An age answers the conditions that are made of it.
        given.setdefault(condition, []).extend(given.get("person.age", ()))
    return given


def _answered(columns: Iterable[pa.Array], denied: Mask | None, rows: int) -> int:
    """How many people have answered a question in any of these columns, or denied it with others."""
    there = np.zeros(rows, np.bool_)
    left_open = there.copy()
    for cells in columns:
        unsure = _says(cells, _UNKNOWN)
        there |= _mask(pc.is_valid(cells)) & ~unsure
        left_open |= unsure
    if denied is not None:
        # A "no" to a whole group never overrides that somebody was not sure about one question of it.
        there |= denied & ~left_open
    return int(np.count_nonzero(there))


def _denied(batch: pa.RecordBatch, lexicon: Lexicon) -> dict[str, Mask]:
    """The facts that a screen denied, each with the people for whom it did."""
    denied: dict[str, Mask] = {}

    def deny(facts: Iterable[str], people: Mask) -> None:
        for fact in facts:
            denied[fact] = denied[fact] | people if fact in denied else people

    for group, facts in lexicon.groups.items():
        cells = column(batch, f"screen.{group}")
        if cells is not None:
            deny(facts, _no(cells))
    clear = column(batch, "screen")
    if clear is not None:
        deny(lexicon.required, _says(clear, _CLEAR))
    return denied


def _no(cells: pa.Array) -> Mask:
    if pa.types.is_boolean(cells.type):
        return _mask(pc.fill_null(pc.invert(cells), False))
    return _says(cells, _NO) if _textual(cells.type) else np.zeros(len(cells), np.bool_)


def _says(cells: pa.Array, texts: pa.Array) -> Mask:
    if not _textual(cells.type):
        return np.zeros(len(cells), np.bool_)
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return _mask(pc.is_in(cells.cast(pa.string()), texts))


def _textual(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(kind in (pa.string(), pa.large_string(), pa.string_view()))


def _mask(truth: pa.Array) -> Mask:
    return truth.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
