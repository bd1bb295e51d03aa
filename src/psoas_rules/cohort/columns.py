"""Which column of a table is which answer, from its name alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import pyarrow as pa

from psoas_rules.cohort.errors import CohortError
from psoas_rules.cohort.meanings import KINDS, OF_PERSON, meanings
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.hints import nearest, show
from psoas_rules.lexicon import Lexicon
from psoas_rules.pack import SIDES

Role: TypeAlias = Literal["answer", "side", "entry", "screen", "group", "strange"]

LISTS: Final = ("many", "names")
"""Answers that are lists; a table may have one column for each entry instead."""

_ROW_LABELS: Final = re.compile(r"__index_level_\d+__")
"""How pandas names the labels of its rows when it hands a table on; nobody has put them there."""


@attrs.frozen
class Column:
    """One column of a table.

    Attributes:
        place: Its place in the table.
        name: What it is called there.
        role: What its cells are: a whole `answer`, the answer for one `side`, whether one `entry` is on a list, all
            safety questions (`screen`), a `group` of them, or something `strange` that is no answer.
        section: The section of an intake that it belongs to; empty where it belongs to none.
        key: The key in that section.
        part: The side, or the entry of a list.
        spec: What the answer may be; None for the screen and for what is no answer.
        meant: Of what is no answer, the name of the answer that may be meant; empty where that is not clear.
    """

    place: int
    name: str
    role: Role
    section: str = ""
    key: str = ""
    part: str = ""
    spec: FactSpec | None = None
    meant: str = ""


def columns_of(lexicon: Lexicon, schema: pa.Schema, keep: Sequence[str] = ()) -> tuple[Column, ...]:
    """What each column of a table is; those that are only handed through are left out.

    Args:
        lexicon: The answers that the pack knows.
        schema: The columns of the table.
        keep: Names of columns to hand through. One that is an answer is read all the same.

    Raises:
        CohortError: if `keep` names no column of the table, or two columns give the same answer.
    """
    kept_fields(schema, keep)
    known = [
        column
        for column in _all_columns(lexicon, schema)
        if column is not None and (column.role != "strange" or column.name not in keep)
    ]
    _no_answer_twice(known)
    return tuple(known)


def passed_over(lexicon: Lexicon, schema: pa.Schema, keep: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the columns that have nothing to do with answers, such as an id, and are not handed through either."""
    found = zip(schema.names, _all_columns(lexicon, schema), strict=True)
    others = (name for name, column in found if column is None and name not in keep)
    return tuple(name for name in others if not _ROW_LABELS.fullmatch(name))


def only_kept(lexicon: Lexicon, schema: pa.Schema, keep: Sequence[str]) -> tuple[str, ...]:
    """Names of the columns that may be meant as answers and yet are only handed through."""
    return tuple(
        column.name
        for column in _all_columns(lexicon, schema)
        if column is not None and column.role == "strange" and column.name in keep
    )


def _all_columns(lexicon: Lexicon, schema: pa.Schema) -> list[Column | None]:
    """What each column is; None for one that has nothing to do with answers."""
    meant_as, found = meanings(lexicon), list[Column | None]()
    for place, name in enumerate(schema.names):
        column = _column(lexicon, place, name)
        if column.role != "strange":
            found.append(column)
            continue
        meant = meant_as.of(name)
        # An answer that may be meant must not be left out of account.
        found.append(None if meant is None else attrs.evolve(column, meant=meant))
    return found


def kept_fields(schema: pa.Schema, keep: Sequence[str]) -> pa.Schema:
    """The columns to hand through, in the order in which they are named.

    Raises:
        CohortError: if one is not in the table, or not exactly once.
    """
    for place, name in enumerate(plain_names(keep, "keep")):
        count = schema.names.count(name)
        if not count:
            raise CohortError(f"keep: the table has no column {show(name)}{nearest(name, schema.names)}")
        if count > 1:
            raise CohortError(f"keep: the table has {count} columns {show(name)}; rename all but one")
        if name in keep[:place]:
            raise CohortError(f"keep: {show(name)} stands twice; name it once")
    return pa.schema([schema.field(name) for name in keep])


def plain_names(names: Sequence[str], what: str) -> Sequence[str]:
    """The names, when they are a list of texts.

    Raises:
        CohortError: if they are anything else, such as a single text, which reads as a list of letters.
    """
    if isinstance(names, str):
        raise CohortError(f"{what} is a list of names; write {what}=({names!r},)")
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise CohortError(f"{what} is a list of names, such as {what}=('person_id',)")
    return names


def _column(lexicon: Lexicon, place: int, name: str) -> Column:
    head, dot, key = name.partition(".")
    if head == "screen":
        role: Role = "screen" if not dot else "group" if key in lexicon.groups else "strange"
        return Column(place, name, role, "screen", key)
    kind = KINDS.get(head)
    if kind is None or not dot:
        return Column(place, name, "strange")
    section = SECTIONS[kind]
    whole, _, part = key.partition(".")
    spec = None if kind == "person" and whole not in OF_PERSON else lexicon.answerable(kind, whole)
    if spec is not None and whole == key:
        return Column(place, name, "answer", section, key, "", spec)
    if spec is not None and spec.sided and part in SIDES:
        return Column(place, name, "side", section, whole, part, spec)
    if spec is not None and spec.answer in LISTS and part in spec.options:
        return Column(place, name, "entry", section, whole, part, spec)
    return Column(place, name, "strange", section, key)


def _no_answer_twice(columns: Iterable[Column]) -> None:
    first: dict[tuple[str, str], dict[str, Column]] = {}
    for column in columns:
        if column.role == "strange":
            continue
        those = first.setdefault((column.section, column.key), {})
        # A whole answer leaves no room for parts of it, nor they for it.
        other = (
            those.get(column.part) or those.get("") or (next(iter(those.values()), None) if not column.part else None)
        )
        if other is not None:
            raise CohortError(
                f"the columns {show(other.name)} and {show(column.name)} give the same answer; keep one of them"
            )
        those[column.part] = column
