"""What changed from one pack to another, thing by thing: added, removed, renamed, changed in meaning or in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, takewhile
from typing import Any, Literal, TypeAlias

import attrs

from psoas_rules.cells import Relation, relation
from psoas_rules.comparing.things import Kind, Thing, When, same, things, unordered, without
from psoas_rules.hints import show
from psoas_rules.loading import Rulebook
from psoas_rules.pack import Pack, SlotUse

What: TypeAlias = Literal["added", "removed", "renamed", "changed", "reworded"]
"""What became of a thing. `reworded` is changed in its words alone."""

_RELATIONS: Mapping[Relation, str] = {
    "wider": "holds for more people than before",
    "narrower": "holds for fewer people than before",
    "other": "holds for other people than before",
    "unknown": "too large to tell for whom it holds now",
    "same": "holds for the same people as before",
}
_LONGEST = 160
_BEFORE = 30
"""So much of a long text is shown before the first difference."""

_ALIKE = 0.7
"""From this share of equal fields on, a thing with another name is taken for the same thing."""


@attrs.frozen
class Edit:
    """One difference in a thing.

    Attributes:
        field: The field, with dots where it is nested.
        text: What became of it, in a line.
    """

    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}" if self.field else self.text


@attrs.frozen
class Change:
    """One thing that is not as it was.

    Attributes:
        what: What became of it.
        kind: What sort of thing it is.
        id: Its id in the new pack; in the old one, when it was removed.
        file: The file that it stands in.
        edits: The differences that can change an outcome.
        words: The differences for readers alone.
        was: Its id in the old pack, when it was renamed.
    """

    what: What
    kind: Kind
    id: str
    file: str
    edits: tuple[Edit, ...] = ()
    words: tuple[Edit, ...] = ()
    was: str | None = None

    @property
    def key(self) -> tuple[Kind, str]:
        """What names the thing."""
        return self.kind, self.id

    @property
    def to_read(self) -> tuple[str, ...]:
        """Fields with other words than before that somebody's safety can hang on, and that no proof can judge."""
        if self.kind in _READ_BY_PEOPLE:
            return (self.id,) if self.id in _GRAVE_TEXTS else ()
        fields = (edit.field for edit in self.words)
        return tuple(field for field in fields if not _GRAVE_FIELDS.isdisjoint(field.split(".")))

    @property
    def of_programmes(self) -> bool:
        """Whether it is about programmes, which no single outcome hangs on."""
        return self.kind in ("progress_rule", "programme", "programme_text")

    @property
    def matters(self) -> bool:
        """Whether an outcome or a programme can hang on it; a name that was given to the same thing decides nothing."""
        return self.what not in ("renamed", "reworded") and self.kind not in _READ_BY_PEOPLE

    def __str__(self) -> str:
        name = f"{self.kind} {self.id}" if self.kind != self.id else self.kind
        return f"{name} {self.what}" + (f" (was {self.was})" if self.was else "")


_GRAVE_FIELDS: frozenset[str] = frozenset({"ask", "do", "say", "stop_signs", "own_advice", "limits", "options"})
_GRAVE_TEXTS: frozenset[str] = frozenset(
    {
        *("stop_rules", "pain_rules", "pain_rules_strict", "actions", "levels", "seek_help_again", "if_unsure"),
        *("screening", "meanwhile", "no_steps", "after_clearance", "always_repeat"),
        *("paused", "screen_again", "stopped", "after_stop", "strict_now"),
    }
)
_READ_BY_PEOPLE: frozenset[Kind] = frozenset({"text", "source", "explainer", "pack", "programme_text"})


def find_changes(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Everything that is not as it was, in the order of the new pack; what was removed comes last.

    The same content in another layout is no change: another order of keys or rows, other quotes, remarks, or a
    condition that is written differently and holds for the same people.
    """
    before, after = things(old), things(new)
    renamed = _renamed(before, after)
    found = []
    for key, thing in after.items():
        was = renamed.get(key, key)
        if was not in before:
            found.append(Change("added", thing.kind, thing.id, thing.file, (Edit("", _whole(thing)),)))
            continue
        change = _compare(before[was], thing, renamed)
        if change is not None:
            found.append(change)
    found += _swap_orders(old, new)
    gone = before.keys() - after.keys() - set(renamed.values())
    found += [
        Change("removed", thing.kind, thing.id, thing.file, (Edit("", _whole(thing)),))
        for key, thing in before.items()
        if key in gone
    ]
    return tuple(found)


def _swap_orders(old: Rulebook, new: Rulebook) -> Iterator[Change]:
    """Exercises for which two conditions have different replacements, where the other one comes first now.

    It is the one thing for which the order of rows can matter.
    """
    before, after = swaps(old), swaps(new)
    for original, order in after.items():
        was = before.get(original, ())
        if sorted(order) == sorted(was) and turned_round(old, new, original):
            text = " -> ".join(", ".join(f"{other} ({rule})" for rule, other in one) for one in (was, order))
            yield Change("changed", "swap_order", original, "conditions.yaml", (Edit("swaps", text),))


def turned_round(old: Rulebook, new: Rulebook, exercise: str) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Pairs of rules that swap an exercise for different others, one of which comes first now where it did not before.

    Each rule stands with what it swaps the exercise for. Pairs that no slot could ever take are not among them.
    """
    before, after = swaps(old)[exercise], swaps(new)[exercise]
    return tuple(
        (one, other)
        for one, other in combinations(before, 2)
        if one[1] != other[1] and after.index(one) > after.index(other) and _meet(old.pack, exercise, one[1], other[1])
    )


def _meet(pack: Pack, original: str, *others: str) -> bool:
    """Whether an exercise is a candidate for a slot in which any of the others may stand."""
    return any(
        original in (*use.candidates, *use.from_level_2, *use.from_level_3)
        and all(may_stand(pack, use, other) for other in others)
        for uses in pack.sessions.sessions.values()
        for use in uses
    )


def may_stand(pack: Pack, use: SlotUse, name: str) -> bool:
    """Whether an exercise does what a slot is for."""
    slot = next(one for one in pack.sessions.slots if one.id == use.slot)
    exercise = next(one for one in pack.exercises if one.id == name)
    return exercise.phase == slot.phase and not set(exercise.targets).isdisjoint(slot.serves)


def swaps(book: Rulebook) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each exercise that rules swap for others, the rules and the others, in the order in which they are tried."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for rule in book.rules:
        for one in rule.then:
            if one.kind == "swap":
                found[one.subject] = (*found.get(one.subject, ()), (rule.id, one.other or ""))
    return found


def renames(old: Rulebook, new: Rulebook) -> dict[tuple[Kind, str], tuple[Kind, str]]:
    """For each thing that has another name now, its key in the new pack and the one in the old."""
    return _renamed(things(old), things(new))


def _renamed(
    before: Mapping[tuple[Kind, str], Thing], after: Mapping[tuple[Kind, str], Thing]
) -> dict[tuple[Kind, str], tuple[Kind, str]]:
    """Things that have another name and are otherwise the same, or nearly. Where two could be meant, neither is."""
    gone = [thing for key, thing in before.items() if key not in after]
    come = [thing for key, thing in after.items() if key not in before]
    found: dict[tuple[Kind, str], tuple[Kind, str]] = {}
    for thing in come:
        twins = [one for one in gone if one.kind == thing.kind and _likeness(one, thing) >= _ALIKE]
        rivals = [one for one in come if one.kind == thing.kind and twins and _likeness(twins[0], one) >= _ALIKE]
        if len(twins) == 1 and len(rivals) == 1:
            found[thing.kind, thing.id] = (twins[0].kind, twins[0].id)
    return found


def _likeness(one: Thing, other: Thing) -> float:
    """Which share of the fields of two things is the same; a question that is asked otherwise is another one."""
    names = {one.id: other.id}
    mine = {**_translated(one.meaning, names), **_translated(one.words, names)}
    theirs = {**other.meaning, **other.words}
    fields = mine.keys() | theirs.keys()
    if not fields or mine.get("ask") != theirs.get("ask"):
        return 0.0
    return sum(field in mine and field in theirs and same(mine[field], theirs[field], field) for field in fields) / len(
        fields
    )


def _translated(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the old names of things replaced by the new ones."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {_path(key, names): _translated(inner, names) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_translated(inner, names) for inner in value)
    return value.renamed(names) if isinstance(value, When) else value


def _path(path: str, names: Mapping[str, str]) -> str:
    """The path of a field, with the new names of things: some are keys."""
    return ".".join(names.get(part, part) for part in path.split("."))


def _compare(old: Thing, new: Thing, renamed: Mapping[tuple[Kind, str], tuple[Kind, str]]) -> Change | None:
    names = {was[1]: now[1] for now, was in renamed.items()}
    edits = tuple(_edits(_translated(old.meaning, names), new.meaning))
    words = tuple(_edits(_translated(old.words, names), new.words))
    if edits:
        what: What = "changed"
    elif old.id != new.id:
        what = "renamed"
    elif words:
        what = "reworded"
    else:
        return None
    was = old.id if old.id != new.id else None
    return Change(what, new.kind, new.id, new.file, edits, words, was)


def _edits(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    for path in dict.fromkeys(chain(old, new)):
        if path not in old:
            yield Edit(path, f"new: {_shown(new[path])}")
        elif path not in new:
            yield Edit(path, f"gone, was {_shown(old[path])}")
        elif not same(old[path], new[path], path):
            yield Edit(path, _difference(old[path], new[path], path))


def _difference(old: Any, new: Any, path: str) -> str:
    if isinstance(old, When) and isinstance(new, When):
        how = _related(old, new)
        return f"{_shown(old)} -> {_shown(new)}; {_RELATIONS[how]}"
    if isinstance(old, tuple) and isinstance(new, tuple):
        lost, won = without(old, new), without(new, old)
        if lost or won:
            return "; ".join([*(f"- {_shown(one)}" for one in lost), *(f"+ {_shown(one)}" for one in won)])
        return f"another order: {_shown(new)}" if not unordered(path) else _shown(new)
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _LONGEST:
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
        start = max(0, old.rfind(" ", 0, max(0, alike - _BEFORE)))
        old, new = (f"...{one[start:]}" if start else one for one in (old, new))
    return f"{_shown(old)} -> {_shown(new)}"


def _related(old: When, new: When) -> Relation:
    if old.condition is None or new.condition is None:
        return "unknown"
    return relation(old.condition, new.condition, old.lexicon, new.lexicon)


def _whole(thing: Thing) -> str:
    return _shown(thing.meaning) if thing.meaning else _shown(thing.words)


def _shown(value: Any) -> str:
    """A value as it could stand in a file, on one line; a long one is cut."""
    text = _flow(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _flow(value: Any) -> str:
    match value:
        case When():
            return _flow(value.tree) if value.tree is not None else "always"
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_flow(inner) for inner in value) + "]"
        case int() | float():
            return f"{value:g}"
        case str():
            return value
    return show(value)


def listed(changes: Iterable[Change], *, matters: bool) -> tuple[Change, ...]:
    """The changes that an outcome can hang on, or the others."""
    return tuple(change for change in changes if change.matters is matters)
