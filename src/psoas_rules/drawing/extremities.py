"""Hands and feet."""

from __future__ import annotations

from typing import Final

import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.fields import Cone
from psoas_rules.drawing.parts import FORWARD, TO_RIGHT, UPWARD, Model, Side

_FLAT: Final = 2.6
"""Height of the palm above the floor, in units of body height / 100, up to which the hand lies flat on it."""
_KNUCKLES: Final = 4.3
_FINGERS: Final = (-1.35, -0.45, 0.45, 1.35)


def foot_cones(model: Model, side: Side) -> list[Cone]:
    """A foot in a soft shoe."""
    ankle, heel, ball, toe = (model.at(f"{name}_{side}") for name in ("ankle", "heel", "ball", "toe"))
    across = model.turns[f"foot_{side}"] @ TO_RIGHT
    cones = [model.cone(ankle, heel, 2.55, 2.0), model.cone(ankle, ball, 2.5, 1.6)]
    for aside in (-1.2, 1.2):
        cones.append(model.cone(heel + across * aside * 0.4, ball + across * aside, 1.9, 1.7))
        cones.append(model.cone(ball + across * aside, toe + across * aside * 0.7, 1.7, 1.35))
    return cones


def sole_cones(model: Model, side: Side) -> list[Cone]:
    """The sole of the shoe."""
    heel, ball, toe = (model.at(f"{name}_{side}") for name in ("heel", "ball", "toe"))
    turn = model.turns[f"foot_{side}"]
    down, across = turn @ -UPWARD, turn @ TO_RIGHT
    toes = toe - ball
    lift = np.cross(turn @ TO_RIGHT, toes / np.linalg.norm(toes))
    cones: list[Cone] = []
    for aside in (-1.2, 0.0, 1.2):
        row = (
            heel + down * 1.5 + across * aside * 0.5 - turn @ FORWARD * 1.0,
            ball + down * 1.3 + across * aside,
            toe - lift * 0.95 + across * aside * 0.7,
        )
        cones += model.chain(row, (0.55, 0.55, 0.5))
    return cones


def hand_cones(model: Model, side: Side) -> list[Cone]:
    """Palm, fingers and thumb."""
    wrist, along, across, inner = _hand(model, side)
    grip = f"hand_{side}" in model.gripping
    knuckles = wrist + along * _KNUCKLES
    cones = [model.cone(wrist + across * aside * 0.5, knuckles + across * aside, 1.3, 1.2) for aside in (-1.2, 1.2)]
    palm = np.cross(along, across)
    for aside in _FINGERS:
        root = knuckles + across * aside
        tip = root + (palm * 1.8 - along * 0.2 if grip else along * (4.1 - abs(aside - 0.3) * 0.5))
        cones.append(model.cone(root, tip, 0.85, 0.7))
    thumb = wrist + along * 1.6 + across * inner * 1.2
    tip = (
        wrist + along * (4.0 if grip else 4.6) + across * inner * (1.6 if grip else 3.0) + palm * (1.8 if grip else 0.2)
    )
    cones.append(model.cone(thumb, tip, 1.0, 0.7))
    return cones


def hand_lines(model: Model, side: Side) -> list[list[Floats]]:
    """Lines between the fingers, where the hand is seen flat."""
    wrist, along, across, _ = _hand(model, side)
    if abs(float((model.camera.axes @ np.cross(along, across))[2])) < 0.45 or f"hand_{side}" in model.gripping:
        return []
    lines = []
    for aside in (-0.9, 0.0, 0.9):
        start = wrist + along * 5.4 + across * aside
        lines.append([model.flat(start), model.flat(start + along * (2.6 - abs(aside) * 0.4))])
    return lines


def _hand(model: Model, side: Side) -> tuple[Floats, Floats, Floats, float]:
    """Wrist, the way along the hand, the way across it, and on which side of that the thumb is (1 or -1)."""
    wrist, tip = model.at(f"wrist_{side}"), model.at(f"hand_{side}")
    along = tip - wrist
    along = along / np.linalg.norm(along)
    flat_on_floor = max(float(model.at(f"palm_{side}")[1]), float(tip[1])) < _FLAT
    if flat_on_floor:
        across = np.cross(along, UPWARD)
    elif f"hand_{side}" in model.leaning:
        across = TO_RIGHT
    else:
        across = _fore(model, side, along)
    across = across - along * (across @ along)
    length = float(np.linalg.norm(across))
    across = across / length if length > 0.05 else model.turns["thorax"] @ FORWARD
    # The thumb points to the other hand when the palm is down, and forwards when the arm hangs.
    inner = model.turns["thorax"] @ TO_RIGHT * (-1 if side == "r" else 1)
    towards = inner if flat_on_floor or f"hand_{side}" in model.leaning else across
    return wrist, along, across, 1.0 if float(across @ towards) >= 0 else -1.0


def _fore(model: Model, side: Side, along: Floats) -> Floats:
    """The way the thumb points when the arm is free: to the front of the bent elbow, else to the front of the body."""
    shoulder, elbow, wrist = (model.at(f"{name}_{side}") for name in ("shoulder", "elbow", "wrist"))
    upper, lower = elbow - shoulder, wrist - elbow
    bend = np.cross(upper, lower)
    if float(np.linalg.norm(bend)) > 0.25 * float(np.linalg.norm(upper) * np.linalg.norm(lower)):
        return np.cross(bend, lower)
    way: Floats = model.turns["thorax"] @ FORWARD
    return way if abs(float(way @ along)) < 0.9 else model.turns["thorax"] @ UPWARD
