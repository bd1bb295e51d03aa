"""JSON Schema (draft 2020-12) for what goes in and what comes out, made from the pack and from the value classes."""

from __future__ import annotations

import typing
from collections import abc
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from psoas_rules.lexicon import SECTIONS, FactSpec, build_lexicon
from psoas_rules.outcomes import Outcome, Referral, Routine, Screening
from psoas_rules.pack import Pack

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_UNKNOWN: dict[str, Any] = {"enum": [None, "unknown", "not_sure"]}
_YES_NO: dict[str, Any] = {"enum": [True, False, "yes", "no"]}


def intake_schema(pack: Pack) -> dict[str, Any]:
    """The schema of `Intake.to_dict` for one pack: every name it knows, with type, range and question.

    The schema cannot say everything: that an age fits the conditions that follow from it, for one. `Recommender.check`
    has the last word.
    """
    lexicon = build_lexicon(pack)
    sections: dict[str, Any] = {}
    for kind, section in SECTIONS.items():
        lists = {spec.name for spec in lexicon.named(kind).values() if spec.answer in ("many", "names")}
        known = {
            key: _answer(spec)
            for key, spec in lexicon.named(kind).items()
            if spec.derive is None and spec.name.rpartition(".")[0] not in lists
        }
        sections[section] = {"type": "object", "properties": known, "additionalProperties": False}
    groups = {group.id: {"title": group.ask, "anyOf": [_YES_NO, _UNKNOWN]} for group in pack.screen}
    screen = {"type": "object", "properties": groups, "additionalProperties": False}
    return {
        "$schema": _DRAFT,
        "title": f"Intake for {pack.info.name} {pack.info.version}",
        "type": "object",
        "properties": {**sections, "screen": {"anyOf": [{"const": "clear"}, screen]}},
        "additionalProperties": False,
    }


def _answer(spec: FactSpec) -> dict[str, Any]:
    one: dict[str, Any] = {"anyOf": [_type(spec), _UNKNOWN]}
    titled = {"title": spec.label, **({"description": spec.ask} if spec.ask else {})}
    if spec.sided:
        sides = {"type": "object", "properties": {"left": one, "right": one}, "additionalProperties": False}
        return {**titled, "anyOf": [*one["anyOf"], sides]}
    return {**titled, **one}


def _type(spec: FactSpec) -> dict[str, Any]:
    match spec.answer:
        case "yes_no":
            return _YES_NO
        case "choice":
            return {"enum": list(spec.options)}
        case "many":
            return {"type": "array", "items": {"enum": list(spec.options)}}
        case "names":
            return {"type": "array", "items": {"type": "string"}}
    number = {"type": "number" if spec.answer == "number" else "integer"}
    bounds = {"minimum": spec.minimum, "maximum": spec.maximum}
    return {**number, **{key: bound for key, bound in bounds.items() if bound is not None}}


def outcome_schema() -> dict[str, Any]:
    """The schema of `to_dict` of every outcome."""
    shapes: dict[str, Any] = {}
    kinds: tuple[type[Outcome], ...] = (Routine, Referral, Screening)
    for kind in kinds:
        _define(kind, shapes)
        shapes[kind.__name__]["properties"]["outcome"] = {"const": kind.kind}
        shapes[kind.__name__]["required"].append("outcome")
    return {
        "$schema": _DRAFT,
        "title": "Outcome",
        "oneOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in kinds],
        "$defs": shapes,
    }


def _define(shape: Any, shapes: dict[str, Any]) -> None:
    """Adds the definition of a value class, and of those inside it."""
    if shape.__name__ in shapes:
        return
    shapes[shape.__name__] = {}
    hints = typing.get_type_hints(shape)
    fields = attrs.fields(shape)
    shapes[shape.__name__] = {
        "type": "object",
        "description": (shape.__doc__ or "").strip().splitlines()[0],
        "properties": {field.name: _schema(hints[field.name], shapes) for field in fields},
        "required": [field.name for field in fields],
        "additionalProperties": False,
    }


def _schema(shape: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    if attrs.has(shape):
        _define(shape, shapes)
        return {"$ref": f"#/$defs/{shape.__name__}"}
    origin, args = get_origin(shape), get_args(shape)
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _schema(args[0], shapes)}
    if origin is abc.Mapping:
        return {"type": "object", "additionalProperties": _schema(args[1], shapes)}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(arg, shapes) for arg in args]}
    return {"type": _NAMES[shape]}


_NAMES: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}
