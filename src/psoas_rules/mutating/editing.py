"""Small changes to a pack, made on its typed values, so that no file is read again for any of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import attrs

from psoas_rules.pack import Pack

Path = tuple[str | int, ...]
_Value = TypeVar("_Value")


class _Removed:
    """Stands for: take it out."""

    def __repr__(self) -> str:
        return "REMOVED"

    def __reduce__(self) -> str:
        return "REMOVED"


REMOVED: Final = _Removed()


def changed(value: _Value, path: Path, new: Any) -> _Value:
    """The value with what stands at a path put to something new, or taken out where that is `REMOVED`.

    Raises:
        LookupError: if there is nothing at the path.
    """
    made: Any = _changed(value, path, new)
    return made  # type: ignore[no-any-return]


def _changed(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    key, rest = path[0], path[1:]
    if attrs.has(type(value)):
        assert isinstance(key, str)
        return attrs.evolve(value, **{key: _changed(getattr(value, key), rest, new)})
    if isinstance(value, Mapping):
        if rest or new is not REMOVED:
            return {**value, key: _changed(value[key] if rest else None, rest, new)}
        return {one: kept for one, kept in value.items() if one != key}
    assert isinstance(key, int)
    if rest or new is not REMOVED:
        made = [*value[:key], _changed(value[key], rest, new), *value[key + 1 :]]
    else:
        made = [*value[:key], *value[key + 1 :]]
    return tuple(made) if isinstance(value, tuple) else made


_TABLES: Final = {
    "signs": "signs.yaml",
    "measures": "measures.yaml",
    "red_flags": "red_flags.yaml",
    "conditions": "conditions.yaml",
    "screen": "screen.yaml",
}


def home(pack: Pack, path: Path) -> tuple[str, Path]:
    """The file in which something of a pack stands, and the path inside it."""
    table, *inside = path
    if table in _TABLES:
        return _TABLES[str(table)], path
    if table == "info":
        return "pack.yaml", tuple(inside)
    if table == "sessions":
        return "slots.yaml", tuple(inside)
    number = inside[0]
    assert isinstance(number, int)
    if table == "exercises":
        return f"exercises/{pack.exercises[number].id}.yaml", tuple(inside[1:])
    rule = pack.rules[number]
    return f"{rule.stage}/{rule.id}.yaml", tuple(inside[1:])
