"""Which rows of two results differ, and one pair of rows in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from psoas_rules.cohort.coded import Items, Mask, Names


def differing(old: pa.Array, new: pa.Array, names: Names) -> Mask:
    """The rows in which two columns of texts differ; null equals null."""
    return names.codes(old) != names.codes(new)  # type: ignore[no-any-return]


def steps_differ(old: pa.Array, new: pa.Array) -> Mask:
    """The rows in which two columns of steps differ in an exercise, in their order or in any number."""
    before, after = Items.of(old), Items.of(new)
    differ: Mask = before.lengths != after.lengths
    same_length = pa.array(~differ)
    before, after = (Items.of(pc.filter(lists, same_length)) for lists in (old, new))
    items = np.zeros(len(before.rows), np.bool_)
    for field in old.type.value_type:
        items |= _values_differ(before.field(field.name), after.field(field.name))
    differ[np.flatnonzero(~differ)[before.rows[items]]] = True
    return differ


def _values_differ(old: pa.Array, new: pa.Array) -> Mask:
    if pa.types.is_dictionary(old.type) or pa.types.is_string(old.type):
        return differing(old, new, Names())
    unequal = pc.fill_null(pc.not_equal(old, new), False)
    return pc.or_(unequal, pc.xor(pc.is_null(old), pc.is_null(new))).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def text_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    """Two results of one person in short; where these read the same, with the first steps that differ."""
    texts = _short(old), _short(new)
    before, after = ([_step(step) for step in result["steps"] or ()] for result in (old, new))
    if texts[0] != texts[1] and not (before and after):
        return texts
    lost = [step for step in before if step not in after]
    gained = [step for step in after if step not in before]
    if not lost and not gained and before != after:
        lost, gained = before, after
    return _with(texts[0], lost), _with(texts[1], gained)


def _short(result: Mapping[str, Any]) -> str:
    if result["outcome"] == "invalid":
        return f"invalid: {result['problem']}"
    parts = [result["outcome"], *(result[name] for name in ("triage", "profile") if result[name] is not None)]
    if result["steps"] is not None:
        parts.append(f"{len(result['steps'])} exercises")
    if result["seconds"] is not None:
        parts.append(f"{result['seconds'] / 60:.0f} min")
    return ", ".join(parts)


_MOST_STEPS = 3


def _with(text: str, steps: list[str]) -> str:
    if not steps:
        return text
    more = f" and {len(steps) - _MOST_STEPS} more" if len(steps) > _MOST_STEPS else ""
    return f"{text}; {', '.join(steps[:_MOST_STEPS])}{more}"


def _step(step: Mapping[str, Any]) -> str:
    hold = "" if step["hold_s"] is None else f" × {step['hold_s']:g} s"
    side = "" if step["side"] is None else f", {step['side']} first"
    extra = f", {step['extra_sets']} more there" if step["extra_sets"] else ""
    return f"{step['exercise']} ({step['sets']} × {step['reps']}{hold}{side}{extra})"
