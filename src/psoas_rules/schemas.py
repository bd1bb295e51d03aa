"""JSON Schema for what goes in, what comes out and what people write, made from the pack and from the value classes."""

from __future__ import annotations

import typing
from collections import abc
from collections.abc import Collection, Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs

from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.lexicon import build_lexicon
from psoas_rules.outcomes import Outcome, Referral, Routine, Screening
from psoas_rules.pack import SIDES, Pack

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


WRITTEN_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
"""The draft of the schemas for files that people write: the newest that every YAML editor reads."""

_YES_NO_WRITTEN: Final[dict[str, Any]] = {"enum": [True, False, "yes", "no"]}
_SCALAR: Final[dict[str, Any]] = {"type": ["string", "number", "boolean", "null"]}


class WrittenSchemas:
    """Makes schemas of what people write, from the classes that it is read into.

    Args:
        names: For a field, the names that an editor offers there; others are allowed, for a name may be new.
        ranges: For a class, its numbers that have a least and a most.
        trees: For a field that holds plain data, the name and the schema of what may stand there.
    """

    def __init__(
        self,
        names: Mapping[str, Collection[str]],
        ranges: Mapping[Any, Iterable[tuple[str, float, float]]],
        trees: Mapping[str, tuple[str, Mapping[str, Any]]],
    ) -> None:
        self.names = names
        self.ranges = {shape: {name: (low, high) for name, low, high in given} for shape, given in ranges.items()}
        self.trees = trees

    def schema(self, shape: Any, title: str) -> dict[str, Any]:
        """The schema of a whole file.

        Args:
            shape: A class, or a mapping from the keys of the file to the shapes of what stands there.
            title: What the file is called for people.
        """
        shapes: dict[str, Any] = {}
        if isinstance(shape, abc.Mapping):
            whole = {
                "type": "object",
                "properties": {key: self._schema(one, shapes, key) for key, one in shape.items()},
                "required": list(shape),
                "additionalProperties": False,
            }
        else:
            self._define(shape, shapes)
            whole = shapes.pop(shape.__name__)
        return {"$schema": WRITTEN_DRAFT, "title": title, **whole, "definitions": dict(sorted(shapes.items()))}

    def _define(self, shape: Any, shapes: dict[str, Any]) -> None:
        if shape.__name__ in shapes:
            return
        shapes[shape.__name__] = {}
        hints = typing.get_type_hints(shape)
        fields = [field for field in attrs.fields(shape) if field.init]
        shapes[shape.__name__] = {
            "type": "object",
            "description": (shape.__doc__ or "").strip().splitlines()[0],
            "properties": {field.name: self._field(shape, field.name, hints[field.name], shapes) for field in fields},
            "required": [field.name for field in fields if field.default is attrs.NOTHING],
            "additionalProperties": False,
        }

    def _field(self, shape: Any, name: str, hint: Any, shapes: dict[str, Any]) -> dict[str, Any]:
        made = self._schema(hint, shapes, name)
        low, high = self.ranges.get(shape, {}).get(name, (None, None))
        if low is None:
            return made
        # An optional number is written as one or left out, so the bounds stand beside either.
        return {**made, "minimum": low, "maximum": high}

    def _schema(self, shape: Any, shapes: dict[str, Any], name: str) -> dict[str, Any]:
        if shape is Any:
            if name not in self.trees:
                return {}
            called, tree = self.trees[name]
            shapes[called] = dict(tree)
            return {"$ref": f"#/definitions/{called}"}
        if attrs.has(shape):
            self._define(shape, shapes)
            return {"$ref": f"#/definitions/{shape.__name__}"}
        origin, args = get_origin(shape), get_args(shape)
        if origin is Literal:
            return {"enum": list(args)}
        if origin is tuple:
            return {"type": "array", "items": self._schema(args[0], shapes, name)}
        if origin is abc.Mapping:
            keys = {"propertyNames": self._text(name)} if name in self.names else {}
            # The values of a mapping are names, too, only where one thing comes in place of another.
            inside = name if args[1] is not str or name == "swaps" else ""
            return {"type": "object", **keys, "additionalProperties": self._schema(args[1], shapes, inside)}
        if origin in (Union, UnionType):
            if {bool, str} <= set(args):
                return _SCALAR
            return {"anyOf": [self._schema(arg, shapes, name) for arg in args]}
        if shape is bool:
            return _YES_NO_WRITTEN
        return self._text(name) if shape is str else {"type": _NAMES[shape]}

    def _text(self, name: str) -> dict[str, Any]:
        """A text; where names are known, an editor offers them."""
        known = self.names.get(name)
        text: dict[str, Any] = {"type": "string", "pattern": r"\S"}
        return text if known is None else {"anyOf": [{"enum": sorted(known)}, text]}


def condition_schema(names: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """The schema of a condition tree.

    Args:
        names: For each kind of fact, the names that an editor offers.
    """
    tree = {"$ref": "#/definitions/Condition"}
    text: dict[str, Any] = {"type": "string"}
    facts = {kind: {"anyOf": [{"enum": sorted(known)}, text]} for kind, known in names.items()}
    number = {"type": "number"}
    alone = {"maxProperties": 1}
    return {
        "type": "object",
        "description": "all, any or not around other conditions, or one test of one fact.",
        "properties": {
            "all": {"type": "array", "items": tree, "minItems": 1},
            "any": {"type": "array", "items": tree, "minItems": 1},
            "not": tree,
            **facts,
            "side": {"enum": [*SIDES, "any", "both"]},
            "is": _SCALAR,
            **dict.fromkeys(("at_least", "at_most", "above", "below"), number),
            "answered": {"enum": [True, "yes"]},
        },
        "dependencies": {"all": alone, "any": alone, "not": alone},
        "minProperties": 1,
        "additionalProperties": False,
    }
