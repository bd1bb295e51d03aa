"""The hand and forearm of somebody else who helps. The arm fades out, for it is not the one that counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement

import attrs
import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.fields import Grid
from psoas_rules.drawing.parts import UPWARD, Model, Part, seen_of, smooth, stroke
from psoas_rules.drawing.scenery import Scene

_LENGTH: Final = 11.0
"""Length of the hand, in units of body height / 100: a little larger than life, for it is small in the picture."""
_FINGERS: Final = ((-1.0, 0.86), (-0.34, 1.0), (0.34, 0.97), (1.0, 0.8))
"""The fingers from that beside the thumb on: how far aside, and where the tip is, as shares."""
_SKIN: Final = 0.3
_FADING: Final = ((1.0, False), (0.91, False), (0.85, True), (0.79, False), (0.7, True))
"""How far along the sleeve each step reaches, as a share, and whether it has edges; the last is solid."""
_FAINT: Final = "p-gap"
"""The class that lets half of what lies below show through."""


@attrs.frozen(eq=False)
class _Hand:
    """A flat hand: wrist, fingertips, the way along it, and the way across it to the thumb."""

    wrist: Floats
    tip: Floats
    along: Floats
    thumb: Floats

    @classmethod
    def laid(cls, tip: Floats, wrist: Floats, elbow: Floats) -> _Hand:
        """A hand whose thumb points to the other hand: inwards from where the elbow is."""
        along = (tip - wrist) / max(float(np.linalg.norm(tip - wrist)), 1e-6)
        across = np.cross(along, UPWARD)
        across = across / max(float(np.linalg.norm(across)), 1e-6)
        thumb = across if float(across @ (tip - elbow)) >= 0 else -across
        return cls(tip - along * _LENGTH, tip, along, thumb)

    def at(self, along: float, aside: float) -> Floats:
        """A point of the hand: how far along it as a share, how far aside in units."""
        place: Floats = self.wrist + self.along * (_LENGTH * along) + self.thumb * aside
        return place


def practitioner_hand(
    scene: Scene,
    *,
    at: str,
    wrist: Sequence[float],
    elbow: Sequence[float],
    offset: Sequence[float] = (0, 0, 0),
    layer: str = "front",
) -> None:
    """The hand and forearm of somebody else, on a point of the body; wrist and elbow are counted from that point."""
    middle = scene.place(at)
    tip, joint, end = (middle + np.array(way, dtype=float) for way in (offset, wrist, elbow))
    hand = _Hand.laid(tip, joint, end)
    drawn = Part("practitioner", 0.0, Element("g"))
    _skin(drawn, scene.model, hand, end)
    _sleeve(drawn, scene.model, hand.wrist, end)
    scene.extent.extend(drawn.extent)
    scene.on("front" if layer == "front" else "back").append(drawn.group)


def _skin(part: Part, model: Model, hand: _Hand, end: Floats) -> None:
    cuff = hand.wrist + (end - hand.wrist) * (_SKIN + 0.1)
    cones = [model.cone(hand.wrist, cuff, 2.0, 2.3)]
    cones += [model.cone(hand.at(0.05, aside * 0.8), hand.at(0.5, aside * 1.9), 1.7, 1.5) for aside in (-1.0, 0.0, 1.0)]
    cones += [
        model.cone(hand.at(0.5, aside * -2.35), hand.at(reach - 0.06, aside * -3.4), 1.0, 0.8)
        for aside, reach in _FINGERS
    ]
    cones.append(model.cone(hand.at(0.18, 1.4), hand.at(0.42, 3.7), 1.4, 1.1))
    cones.append(model.cone(hand.at(0.42, 3.7), hand.at(0.62, 4.5), 1.1, 0.85))
    grid = Grid.around(cones)
    smooth(part, "p-other", grid, grid.to_all(cones, 0.5), model.tolerance)
    for aside in (-0.67, 0.0, 0.67):
        between = [model.flat(hand.at(0.52, aside * -2.4)), model.flat(hand.at(0.74, aside * -2.9))]
        stroke(part, between, model.tolerance, "p-thin")


def _sleeve(part: Part, model: Model, wrist: Floats, end: Floats) -> None:
    """A sleeve with a cuff; its far end has no edge, and is drawn in steps that grow fainter."""
    start = wrist + (end - wrist) * _SKIN
    cones = [model.cone(start, end, 2.9, 3.9)]
    grid = Grid.around(cones)
    way = model.unit(start, end)
    tube = np.maximum(grid.to_all(cones), -grid.beyond(model.flat(start), way))
    for share, edged in _FADING:
        solid = share == _FADING[-1][0]
        # Twice half: a step adds a quarter to those below it.
        piece = part if solid else Part("step", 0.0, Element("g", {"class": _FAINT}))
        stop = model.flat(start + (end - start) * share)
        field = np.maximum(tube, grid.beyond(stop, way))
        smooth(piece, "p-coat p-bare", grid, field, model.tolerance)
        for loop in grid.outlines(field) if edged else ():
            for run in seen_of(loop, (loop - stop) @ way < -0.4):
                stroke(piece, run, model.tolerance)
        if not solid:
            SubElement(part.group, "g", {"class": _FAINT}).append(piece.group)
            part.reaching([piece.extent])
    cuff = start + (end - start) * 0.14
    aside = np.array((-way[1], way[0])) * 3.0
    stroke(part, [model.flat(cuff) - aside, model.flat(cuff) + aside], model.tolerance)
