"""From plain data to typed values: the one cattrs converter, and its errors as places and plain messages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import BaseValidationError, Converter
from cattrs.cols import homogenous_tuple_structure_factory, mapping_structure_factory
from cattrs.errors import (
    AttributeValidationNote,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn

from psoas_rules.hints import nearest, show
from psoas_rules.intake import Intake

T = TypeVar("T")
_MOST_MISMATCHES = 100
"""So many problems of one table are told; looking for the nearest name of thousands would only cost time."""

_LARGEST = 10**15
Path = tuple[str | int, ...]


@attrs.frozen
class Mismatch:
    """Data that does not have the shape it should: where, a code, and what to write instead."""

    path: Path
    code: str
    message: str


class _WrongValueError(ValueError):
    def __init__(self, message: str, code: str = "bad-value") -> None:
        super().__init__(message)
        self.code = code


def structure(data: Any, shape: type[T]) -> tuple[T | None, tuple[Mismatch, ...]]:
    """The data as a value of this class, or everything that keeps it from being one."""
    try:
        return _converter.structure(data, shape), ()
    except BaseValidationError as error:
        found = tuple(islice(_mismatches(error, ()), _MOST_MISMATCHES + 1))
        if len(found) > _MOST_MISMATCHES:
            found = (*found[:-1], Mismatch((), "more", "there are more problems; mend these first"))
        return None, found
    except _WrongValueError as error:
        return None, (Mismatch((), error.code, str(error)),)


def plain(value: Any) -> Any:
    """A typed value as plain data: mappings, lists, text, numbers, true, false and null."""
    return _converter.unstructure(value)


def _mismatches(error: BaseException, path: Path) -> Iterator[Mismatch]:
    if not isinstance(error, BaseValidationError):
        yield from _one(error, path)
        return
    for inner in error.exceptions:
        here = path
        for note in getattr(inner, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                here = (*path, note.name)
            elif isinstance(note, IterableValidationNote):
                here = (*path, note.index)
        yield from _mismatches(inner, here)


def _one(error: BaseException, path: Path) -> Iterator[Mismatch]:
    match error:
        case ForbiddenExtraKeysError(extra_fields=extra, cl=cl):
            known = [field.name for field in attrs.fields(cl)]
            for key in sorted(extra, key=show):
                yield Mismatch((*path, key), "unknown-key", f"unknown key {show(key)}{nearest(key, known)}")
        case KeyError(args=(str(key),)):
            if path and path[-1] == key:
                path = path[:-1]
            yield Mismatch(path, "missing-key", f"'{key}' is missing")
        case _WrongValueError():
            yield Mismatch(path, error.code, str(error))
        case _:
            yield Mismatch(path, "bad-value", f"this cannot be read: {error}")


def _text(given: Any, _: Any) -> str:
    if not isinstance(given, str | None):
        quotes = "; write it in quotes" if isinstance(given, int | float) else ""
        raise _WrongValueError(f"{show(given)} is not text{quotes}")
    if given is None or not given.strip():
        raise _WrongValueError("the text is empty", "missing-text")
    return given


def _yes_no(given: Any, _: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given in ("yes", "no"):
        return bool(given == "yes")
    raise _WrongValueError(f"{show(given)} is not yes or no")


def _whole(given: Any, _: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > _LARGEST:
        raise _WrongValueError(f"{show(given)} is not a whole number")
    return given


def _number(given: Any, _: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _WrongValueError(f"{show(given)} is not a number")
    # The size comes first: math.isfinite cannot read whole numbers beyond the range of a float.
    if not abs(given) <= _LARGEST or not math.isfinite(given):
        raise _WrongValueError(f"{show(given)} is not a number")
    # 4.0 and 4 are one value, so they must not print as two.
    return int(given) if given == int(given) else given


def _day(given: Any, _: Any) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        # The long form alone, as it is written: `20300131` would be read, too, and pass for a number.
        if isinstance(given, str) and len(given) == 10:
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise _WrongValueError(f"{show(given)} is not a day; write it as 2030-01-31")


def _is_literal(shape: Any) -> bool:
    return get_origin(shape) is Literal


def _literal(given: Any, shape: Any) -> Any:
    options = get_args(shape)
    if isinstance(given, str) and given in options:
        return given
    raise _WrongValueError(f"{show(given)} is not one of {', '.join(options)}{nearest(given, options)}")


def _is_tuple(shape: Any) -> bool:
    return get_origin(shape) is tuple


def _tuple_factory(shape: Any, converter: Converter) -> Any:
    whole = homogenous_tuple_structure_factory(shape, converter)

    def read(given: Any, _: Any) -> Any:
        if not isinstance(given, list | tuple):
            raise _WrongValueError(f"{show(given)} is not a list; write each entry behind a dash")
        return whole(given, shape)

    return read


def _is_mapping(shape: Any) -> bool:
    return get_origin(shape) in (Mapping, dict) or getattr(get_origin(shape), "__name__", "") == "Mapping"


def _mapping_factory(shape: Any, converter: Converter) -> Any:
    whole = mapping_structure_factory(shape, converter, structure_to=dict)

    def read(given: Any, _: Any) -> Any:
        if not isinstance(given, Mapping):
            raise _WrongValueError(f"{show(given)} is not a mapping of names")
        return whole(given, shape)

    return read


def _attrs_factory(shape: Any, converter: Converter) -> Any:
    whole = make_dict_structure_fn(shape, converter, _cattrs_forbid_extra_keys=True)

    def read(given: Any, _: Any) -> Any:
        if not isinstance(given, Mapping):
            raise _WrongValueError(f"{show(given)} is not a mapping with the keys of a {shape.__name__}")
        return whole(given, shape)

    return read


def _is_scalar_union(shape: Any) -> bool:
    return get_origin(shape) in (Union, UnionType) and {bool, int, float, str} <= set(get_args(shape))


def _scalar(given: Any, _: Any) -> Any:
    if given is None or isinstance(given, bool | int | float | str):
        return given
    raise _WrongValueError(f"{show(given)} is not a plain value")


def _make_converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _yes_no)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(date, _day)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(Intake, lambda given, _: Intake.from_dict(given))
    converter.register_unstructure_hook(Intake, Intake.to_dict)
    converter.register_structure_hook_func(_is_literal, _literal)
    converter.register_structure_hook_func(_is_scalar_union, _scalar)
    converter.register_structure_hook_factory(attrs.has, _attrs_factory)
    converter.register_structure_hook_factory(_is_tuple, _tuple_factory)
    converter.register_structure_hook_factory(_is_mapping, _mapping_factory)
    return converter


_converter = _make_converter()
