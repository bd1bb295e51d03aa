"""The whole body in parts, in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from psoas_rules.drawing.head import head
from psoas_rules.drawing.limbs import arm, leg
from psoas_rules.drawing.parts import SIDES, Model, Part, Side
from psoas_rules.drawing.trunk import neck, trunk

_FAR: Final = 3.0
"""How much farther away, in units of body height / 100, a limb has to start than its twin to be drawn darker."""
_HEAD: Final = 2.0
# How a limb is drawn, its name, the points that its depth is taken from, and by how much it is moved away or nearer.
_LIMBS: Final = (
    (leg, "leg", ("hip", "knee", "ankle"), 6.0, 6.0),
    (arm, "arm", ("shoulder", "elbow", "wrist"), 8.0, 10.0),
)


def body(model: Model, order: Mapping[str, float] | None = None) -> list[Part]:
    """All parts of the body, the farthest first.

    Args:
        model: The position and the camera.
        order: By how much parts are drawn nearer to the viewer than they are, by name (`leg_r`, `arm_l`, `head` ...).
    """
    moved = order or {}
    middle = trunk(model)
    middle.depth += moved.get(middle.name, 0.0)
    top, collar = head(model), neck(model)
    top.depth += moved.get(top.name, _HEAD)
    collar.depth = min(top.depth, middle.depth) - 0.1 + moved.get(collar.name, 0.0)
    parts = [middle, collar, top]
    for side in SIDES:
        behind = _behind(model, side)
        for draw, name, joints, farther, nearer in _LIMBS:
            depth = model.depth(*(f"{joint}_{side}" for joint in joints)) + (-farther if behind > 0 else nearer)
            if behind < -_FAR:
                # A limb of the near side comes out of the trunk towards the viewer, wherever it goes from there.
                depth = max(depth, middle.depth + 1.0)
            depth += moved.get(f"{name}_{side}", 0.0)
            parts.append(draw(model, side, depth=depth, far=behind > _FAR and depth < middle.depth))
    return sorted(parts, key=lambda part: part.depth)


def _behind(model: Model, side: Side) -> float:
    """How much farther away the limbs of this side start than those of the other, on average."""
    other: Side = "l" if side == "r" else "r"
    here = model.depth(f"hip_{side}", f"shoulder_{side}")
    return model.depth(f"hip_{other}", f"shoulder_{other}") - here
