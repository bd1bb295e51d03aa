"""The old pack with one thing of the new one: what a single change does, apart from all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from psoas_rules.comparing.changes import Change
from psoas_rules.errors import PackError
from psoas_rules.loading import Rulebook, make_rulebook
from psoas_rules.pack import Pack

_ROWS: Final = {
    "sign": "signs",
    "measure": "measures",
    "person": "person",
    "preference": "preferences",
    "red_flag": "red_flags",
    "condition": "conditions",
    "screen": "screen",
    "exercise": "exercises",
    "rule": "rules",
}
"""The field of a pack that holds the rows of a kind."""

_WORDS: Final = {
    "property": "properties",
    "target": "targets",
    "equipment": "equipment",
    "position": "positions",
}


def hybrid(old: Rulebook, new: Rulebook, change: Change) -> Rulebook | None:
    """The old pack with this one change; None when it does not hold together without the others."""
    if change.kind == "swap_order":
        return None
    pack = _changed(old.pack, new.pack, change)
    problems: list[str] = []
    try:
        book = make_rulebook(pack, lambda _, __, code, ___: problems.append(code))
    except (PackError, LookupError, ValueError):
        # A row that names what is not there yet; the change needs another one.
        return None
    return None if problems else book


def _changed(old: Pack, new: Pack, change: Change) -> Pack:
    if change.kind in _ROWS:
        field = _ROWS[change.kind]
        rows: Any = _with_row(getattr(old, field), getattr(new, field), change)
        return attrs.evolve(old, **{field: rows})
    if change.kind == "constant":
        constants = _with_entry(old.info.constants, new.info.constants, change)
        return attrs.evolve(old, info=attrs.evolve(old.info, constants=constants))
    if change.kind in _WORDS:
        field = _WORDS[change.kind]
        entries: Any = _with_entry(getattr(old.vocabulary, field), getattr(new.vocabulary, field), change)
        return attrs.evolve(old, vocabulary=attrs.evolve(old.vocabulary, **{field: entries}))
    return attrs.evolve(old, sessions=_with_session(old, new, change))


def _with_row(old: tuple[Any, ...], new: tuple[Any, ...], change: Change) -> tuple[Any, ...]:
    came = {_name(row, change): row for row in new}.get(change.id)
    was = change.was or change.id
    if came is None:
        return tuple(row for row in old if _name(row, change) != was)
    if any(_name(row, change) == was for row in old):
        return tuple(came if _name(row, change) == was else row for row in old)
    return (*old, came)


def _name(row: Any, change: Change) -> str:
    return f"{row.stage}.{row.id}" if change.kind == "rule" else str(row.id)


def _with_entry(old: Mapping[str, Any], new: Mapping[str, Any], change: Change) -> dict[str, Any]:
    kept = {name: value for name, value in old.items() if name != (change.was or change.id)}
    return {**kept, change.id: new[change.id]} if change.id in new else kept


def _with_session(old: Pack, new: Pack, change: Change) -> Any:
    """The sessions with one change: a slot, the uses of one profile, the formats, the limits, or what is dropped."""
    ours, theirs = old.sessions, new.sessions
    profile = change.id.partition(".")[0]
    match change.kind:
        case "slot":
            return attrs.evolve(ours, slots=_with_row(ours.slots, theirs.slots, change))
        case "session":
            return attrs.evolve(ours, sessions={**ours.sessions, profile: theirs.sessions.get(profile, ())})
        case "format":
            return attrs.evolve(ours, formats=theirs.formats)
        case "session_limits":
            return attrs.evolve(ours, session_limits=_with_entry(ours.session_limits, theirs.session_limits, change))
        case _:
            return attrs.evolve(ours, drop_order=theirs.drop_order)
