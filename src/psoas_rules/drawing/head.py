"""The head: a skull with jaw and nose, hair that follows its surface, and a face where one can see it."""

from __future__ import annotations

from typing import Final

import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.parts import FORWARD, Model, Part, dot, smooth, stroke

# Balls of the head: forwards, upwards, to the right, radius; pairs of them with all that lies between.
_Ball = tuple[float, float, float, float]
_SKULL: Final[tuple[tuple[_Ball, _Ball], ...]] = (
    ((-1.5, 1.5, 0.0, 4.65), (0.6, 1.6, 0.0, 4.6)),
    ((0.6, 1.6, 0.0, 4.6), (1.0, -1.2, 0.0, 4.1)),
    ((1.0, -1.2, 0.0, 4.1), (2.4, -3.6, 0.0, 2.5)),
    ((0.2, -1.6, -1.2, 2.9), (2.4, -3.9, 0.0, 2.2)),
    ((0.2, -1.6, 1.2, 2.9), (2.4, -3.9, 0.0, 2.2)),
)
_NOSE: Final = ((4.5, 0.6, 0.0, 0.7), (5.55, -1.3, 0.0, 0.75))
_HAIR: Final = 0.5
"""How thick the hair is, in units of body height / 100."""
_EYE: Final = (4.25, 0.3)
_EYES_APART: Final = 2.3
_SMILE: Final = 0.2
_FROM_THE_FRONT: Final = 0.4
"""How far the face has to look at the viewer to be drawn with a whole mouth; 1 is straight at the viewer."""


def head(model: Model) -> Part:
    """The head as it is seen from wherever the viewer stands."""
    part = Part.start("head", model.depth("head", "neckbase"))
    skull, nose = [_cone(model, pair) for pair in _SKULL], _cone(model, _NOSE)
    grid = Grid.around([*skull, nose], margin=3)
    bare = grid.to_all(skull, 1.0)
    smooth(part, "p-skin", grid, _with_nose(grid, bare, nose), model.tolerance)
    _face(part, model)
    smooth(part, "p-hair", grid, np.maximum(bare - _HAIR, -_hairy(model, grid)), model.tolerance)
    _ears(part, model)
    return part


def _place(model: Model, forward: float, up: float, right: float) -> Floats:
    place: Floats = model.at("head") + model.turns["head"] @ np.array((forward, up, right))
    return place


def _cone(model: Model, pair: tuple[_Ball, _Ball]) -> Cone:
    (*start, first), (*end, second) = pair
    return model.cone(_place(model, *start), _place(model, *end), first, second)


def _with_nose(grid: Grid, bare: Floats, nose: Cone) -> Floats:
    other = grid.to_cone(nose)
    mixed = np.maximum(1.2 - np.abs(bare - other), 0.0) / 1.2
    whole: Floats = np.minimum(bare, other) - mixed * mixed * 0.3
    return whole


def _hairy(model: Model, grid: Grid) -> Floats:
    """How far inside the hairline the surface lies that is seen at each point; less than nothing is bare skin."""
    # The skull as one ellipsoid, near enough for a hairline; at its rim the surface is seen from the side.
    centre, sizes = np.array((-0.4, 0.15, 0.0)), np.array((5.75, 6.2, 4.75))
    axes = model.camera.axes @ model.turns["head"]
    middle = model.flat("head") + (axes @ centre)[:2]
    x, y = grid.right - middle[0], grid.down - middle[1]
    # Points of the sight line are base + t * sight in head coordinates; the nearer crossing with the ellipsoid is seen.
    base = (axes[0][:, None, None] * x + axes[1][:, None, None] * y) / sizes[:, None, None]
    sight = axes[2] / sizes
    a = float(sight @ sight)
    b = (base * sight[:, None, None]).sum(axis=0)
    c = (base**2).sum(axis=0) - 1
    near = (-b + np.sqrt(np.maximum(b * b - a * c, 0.0))) / a
    surface = (base + near * sight[:, None, None]) * sizes[:, None, None] + centre[:, None, None]
    forward, up, _ = surface
    # From the forehead down the temple to the ear, and behind the ear down to the nape.
    over = up - np.clip(0.3 + 0.85 * (forward - 0.2), 0.3, 3.2)
    hairline: Floats = np.minimum(np.maximum(over, -1.3 - forward), up + 3.6)
    return hairline


def _visible(model: Model, normal: tuple[float, float, float]) -> float:
    way = model.turns["head"] @ np.array(normal)
    return float((model.camera.axes @ way)[2] / np.linalg.norm(way))


def _face(part: Part, model: Model) -> None:
    eyes = [side for side in (-1.0, 1.0) if _visible(model, (0.85, 0.0, side * 0.6)) > 0.12]
    for side in eyes:
        dot(part, model.flat(_place(model, *_EYE, side * _EYES_APART)), 0.5, "p-eye")
    ahead = _visible(model, (1.0, -0.1, 0.0))
    # Half a mouth looks unhappy where the head lies: there it is whole, with both eyes, or left out.
    if ahead > _FROM_THE_FRONT and (len(eyes) == 2 or not _lying(model)):
        _mouth(part, model)
    elif ahead > -0.2 and not _lying(model):
        # From the side a short line that runs in from the outline.
        line = [model.flat(_place(model, forward, up, 0.6)) for forward, up in ((4.5, -3.4), (3.8, -3.35), (3.2, -3.2))]
        stroke(part, line, model.tolerance, "p-feature")
    if _visible(model, (1.0, 0.0, 0.0)) > 0.6:
        side = 1.0 if _visible(model, (0.0, 0.0, 1.0)) > 0 else -1.0
        nose = [(4.9, 0.4, -0.3 * side), (6.0, -1.4, -0.5 * side), (5.4, -1.9, 0.4 * side)]
        stroke(part, [model.flat(_place(model, *point)) for point in nose], model.tolerance, "p-thin")


def _mouth(part: Part, model: Model) -> None:
    """A calm mouth; its corners rise a little towards the eyes in the picture, from wherever it is seen."""
    centre = model.flat(_place(model, 4.5, -3.3, 0.0))
    across = model.flat(_place(model, 4.5, -3.3, 1.0)) - centre
    upwards = model.flat(_place(model, _EYE[0], _EYE[1], 0.0)) - centre
    upwards = upwards / max(float(np.hypot(*upwards)), 1e-6)
    shown = [z for z in np.linspace(-1.5, 1.5, 9) if _visible(model, (1.0, -0.2, float(z) * 0.5)) > 0.1]
    if len(shown) > 2:
        points = [centre + across * z + upwards * (z * z * _SMILE) for z in shown]
        stroke(part, points, model.tolerance, "p-feature")


def _lying(model: Model) -> bool:
    """Whether the face looks up to the ceiling or down to the floor."""
    return abs(float((model.turns["head"] @ FORWARD)[1])) > 0.5


def _ears(part: Part, model: Model) -> None:
    for side in (-1.0, 1.0):
        if _visible(model, (-0.15, 0.0, side)) > 0.1:
            cones = [_cone(model, ((-0.9, 0.6, side * 4.55, 0.85), (-0.6, -1.0, side * 4.35, 0.6)))]
            grid = Grid.around(cones)
            smooth(part, "p-skin", grid, grid.to_all(cones), model.tolerance)
