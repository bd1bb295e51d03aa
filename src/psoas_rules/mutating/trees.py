"""Small changes to a condition as it is written: negated, loosened, tightened, moved by one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from psoas_rules.covering.cells import step_of
from psoas_rules.facts import FACT_KINDS, FactSpec
from psoas_rules.hints import show
from psoas_rules.lexicon import Lexicon
from psoas_rules.mutating.editing import Path
from psoas_rules.pack import Tree

_NUMERIC: Final = ("at_least", "at_most", "above", "below", "is")
_OTHER_SIDE: Final = {"any": "both", "both": "any", "left": "right", "right": "left"}


@attrs.frozen
class TreeEdit:
    """A change of one condition.

    Attributes:
        kind: The kind of mutation.
        path: Where, inside the condition.
        new: What stands there then.
        title: What changes, in words.
    """

    kind: str
    path: Path
    new: Any
    title: str


def tree_edits(tree: Tree, lexicon: Lexicon, default: str | None = None) -> Iterator[TreeEdit]:
    """Every small change of a condition.

    Args:
        tree: The condition, as written.
        lexicon: The facts of the pack.
        default: The fact of a test that names none.
    """
    if any(key in tree for key in ("all", "any")):
        yield TreeEdit("negate condition", (), {"not": tree}, "the whole condition is negated")
    yield from _Edits(lexicon, default).of(tree, ())


@attrs.frozen
class _Edits:
    lexicon: Lexicon
    default: str | None

    def of(self, tree: Mapping[str, Any], path: Path) -> Iterator[TreeEdit]:
        """The changes inside one part."""
        for key, other in (("all", "any"), ("any", "all")):
            if key in tree:
                yield from self._group(tree[key], path, key, other)
                return
        if "not" in tree:
            yield TreeEdit("negate condition", path, tree["not"], f"without 'not': {_words(tree['not'])}")
            if any(key in tree["not"] for key in ("all", "any")):
                yield from self.of(tree["not"], (*path, "not"))
            else:
                yield from self._test(tree["not"], (*path, "not"))
            return
        yield TreeEdit("negate test", path, {"not": dict(tree)}, f"not: {_words(tree)}")
        yield from self._test(tree, path)

    def _group(self, parts: list[Any], path: Path, key: str, other: str) -> Iterator[TreeEdit]:
        if len(parts) > 1:
            yield TreeEdit("swap all and any", path, {other: parts}, f"'{other}' in place of '{key}'")
            for number, part in enumerate(parts):
                rest = [*parts[:number], *parts[number + 1 :]]
                yield TreeEdit("drop test", path, {key: rest}, f"without {_words(part)}")
        for number, part in enumerate(parts):
            yield from self.of(part, (*path, key, number))

    def _test(self, tree: Mapping[str, Any], path: Path) -> Iterator[TreeEdit]:
        spec = self._spec(tree)
        ops = [op for op in (*_NUMERIC, "answered") if op in tree]
        for op in ops:
            if len(ops) > 1:
                rest = {key: value for key, value in tree.items() if key != op}
                yield TreeEdit("drop test", path, rest, f"without '{op}: {tree[op]}'")
            yield from _values(spec, op, tree[op], (*path, op))
        side = tree.get("side")
        if side in _OTHER_SIDE:
            new = _OTHER_SIDE[side]
            yield TreeEdit("swap side", (*path, "side"), new, f"side {new} in place of {side}")

    def _spec(self, tree: Mapping[str, Any]) -> FactSpec:
        kind = next((kind for kind in FACT_KINDS if kind in tree), None)
        return self.lexicon.specs[f"{kind}.{tree[kind]}" if kind else str(self.default)]


def _values(spec: FactSpec, op: str, value: Any, path: Path) -> Iterator[TreeEdit]:
    """The value of a test one step further either way, or the next option."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        for way in (-1, 1):
            moved = tidy(value + way * step_of(spec, value))
            if (spec.minimum is None or moved >= spec.minimum) and (spec.maximum is None or moved <= spec.maximum):
                yield TreeEdit("shift threshold", path, moved, f"{op} {moved:g} in place of {value:g}")
    elif op == "is" and spec.answer == "choice" and len(spec.options) > 1:
        options = list(spec.options)
        other = options[(options.index(value) + 1) % len(options)]
        yield TreeEdit("other option", path, other, f"{op} {other} in place of {value}")


def tidy(number: float) -> int | float:
    """A number without the dust of arithmetic."""
    rounded = round(number, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _words(tree: Any) -> str:
    """A part of a condition in a few words."""
    if isinstance(tree, Mapping):
        return ", ".join(f"{key}: {_words(value)}" for key, value in tree.items())
    if isinstance(tree, list):
        return f"[{'; '.join(map(_words, tree))}]"
    return tree if isinstance(tree, str) else show(tree)
