"""What people hold, lie on or pull at: rollers, balls, cushions, bands, bars. Measures as in `furniture`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.parts import seen_of
from psoas_rules.drawing.scenery import Layer, Place, Scene, Span

_HANDS = ("hand", "palm", "wrist")
_ALONG = {"ankle": ("knee", "ankle"), "ball": ("heel", "toe"), "knee": ("hip", "knee"), "thigh": ("hip", "knee")}
_GIRTH = {"ankle": 2.6, "ball": 2.1, "knee": 4.2, "thigh": 5.6}


def _layer(name: str) -> Layer:
    return "front" if name == "front" else "back"


def roller(
    scene: Scene, *, x: float, r: float = 5, y: float | None = None, z: float = 0, w: float = 17, layer: str = "back"
) -> None:
    """A foam roller across the room, w long to each side."""
    high = r if y is None else y
    scene.roll((x, high, z - w), (x, high, z + w), r, "p-gear", _layer(layer))


def ball(scene: Scene, *, x: float, r: float = 3, y: float | None = None, z: float = 0, layer: str = "back") -> None:
    """A ball."""
    high = r if y is None else y
    scene.disc((x, high, z), r, "p-gear", _layer(layer))
    shine = scene.camera.flat((x, high, z)) + np.array((-0.35, -0.4)) * r
    glint = np.array(((-0.15, 0.3), (0.0, 0.0), (0.3, -0.15))) * r
    scene.curve(shine + glint, "p-shine", _layer(layer))


def cushion(
    scene: Scene,
    *,
    x: float | Span,
    z: float | Span = 0,
    w: float = 14,
    d: float = 14,
    h: float = 4,
    y: float = 0,
    y0: float | None = None,
    y1: float | None = None,
    layer: str = "back",
) -> None:
    """A cushion, by its middle and size (w forwards, d across, h high) or from where to where."""
    low = y if y0 is None else y0
    high = low + h if y1 is None else y1
    scene.soft(_span(x, w), (low, high), _span(z, d), "p-cushion", _layer(layer))


def towel(
    scene: Scene,
    *,
    x: float | Span,
    z: float | Span = 0,
    w: float = 16,
    d: float | None = None,
    h: float = 2,
    y: float = 0,
    layer: str = "back",
) -> None:
    """A folded towel, by its middle and size, or from where to where; w is its width across when x is a span."""
    along = _span(x, w)
    across = _span(z, d if d is not None else w)
    scene.soft(along, (y, y + h), across, "p-towel", _layer(layer))
    nearest = max(across, key=lambda aside: scene.camera.depth((0, 0, aside)))
    scene.line([(along[0] + h, y + h / 2, nearest), (along[1] - h, y + h / 2, nearest)], "p-thin", _layer(layer))


def blocks(
    scene: Scene,
    *,
    x: float | Span,
    z: float | Span | None = None,
    w: float = 8,
    d: float = 8,
    h: float = 6,
    y: float = 0,
) -> None:
    """Firm blocks under the hands: one on each side, or one at z."""
    for aside in (-12.0, 12.0) if z is None else (z,):
        scene.box(_span(x, w), (y, y + h), _span(aside, d), "p-gear")


def band(scene: Scene, *, between: Sequence[Place], slack: float = 0, layer: str = "front", loop: bool = False) -> None:
    """A rubber band through points; `slack` lets it hang down in the middle, `loop` lays it round the two ends."""
    if loop:
        loop_band(scene, between=between, layer=layer)
        return
    ends = [place for place in (between[0], between[-1]) if isinstance(place, str) and not place.startswith(_HANDS)]
    if len(ends) == len(between) == 2 and _same_joint(ends[0], ends[1]):
        _round_both(scene, ends[0], ends[1], _layer(layer))
        return
    for end in ends:
        _sling(scene, end, _layer(layer))
    points = np.array([scene.camera.flat(scene.place(place)) for place in between])
    if slack:
        middle = (points[0] + points[-1]) / 2 + (0.0, slack)
        points = np.vstack((points[0], middle, points[-1]))
    scene.band(_dense(points), _layer(layer))


def _same_joint(one: str, other: str) -> bool:
    return one[-2:] != other[-2:] and one[:-2] == other[:-2] and one[:-2] in _ALONG


def _round_both(scene: Scene, one: str, other: str, layer: Layer) -> None:
    """A loop round both feet or both knees: its nearer half runs before them, the other behind them."""
    ends = [scene.model.at(name) for name in (one, other)]
    angles = np.linspace(-np.pi / 2, np.pi / 2, 13)
    halves, up = [], None
    for end, away, name in zip(ends, (ends[0] - ends[1], ends[1] - ends[0]), (one, other), strict=True):
        axis = _axis(scene, name)
        outwards = away - axis * (away @ axis)
        outwards = outwards / max(float(np.linalg.norm(outwards)), 1e-6)
        aside = np.cross(axis, outwards)
        up = aside if up is None or float(aside @ up) >= 0 else -aside
        girth = _GIRTH[name[:-2]]
        halves.append(np.array([end + girth * (np.cos(t) * outwards + np.sin(t) * up) for t in angles]))
    first, second = halves[0], halves[1][::-1]
    shares = np.linspace(0, 1, 14)[1:-1, None]
    sides = [start + shares * (stop - start) for start, stop in ((first[-1], second[0]), (second[-1], first[0]))]
    round_both = np.vstack((first, sides[0], second, sides[1]))
    loop = scene.camera.see(round_both)
    # Depth of the line between the two limbs at each point: what is nearer runs before them.
    depths = [scene.camera.depth(end) for end in ends]
    way = ends[1] - ends[0]
    along = np.clip((round_both - ends[0]) @ way / (way @ way), 0, 1)
    nearer = loop[:, 2] >= depths[0] + along * (depths[1] - depths[0])
    for run in seen_of(loop[:, :2], ~nearer):
        scene.band(run, "back")
    for run in seen_of(loop[:, :2], nearer):
        scene.band(run, layer)


def _axis(scene: Scene, place: str) -> Floats:
    """The way along a limb at a point of it."""
    joint, _, side = place.rpartition("_")
    near, far = (scene.model.at(f"{name}_{side}") for name in _ALONG[joint])
    axis: Floats = (far - near) / np.linalg.norm(far - near)
    return axis


def _sling(scene: Scene, place: str, layer: Layer) -> None:
    """A band round a limb, at a point of the body."""
    joint = place.rpartition("_")[0]
    if joint not in _ALONG:
        return
    axis = _axis(scene, place)
    first = np.cross(axis, (0.0, 0.0, 1.0))
    first = first / max(float(np.linalg.norm(first)), 1e-6)
    second = np.cross(axis, first)
    angles = np.linspace(0, 2 * np.pi, 25)
    middle = scene.model.at(place)
    ring = np.array([middle + _GIRTH[joint] * (np.cos(t) * first + np.sin(t) * second) for t in angles])
    seen = scene.camera.see(ring)
    run = np.roll(seen[:-1], -int(np.argmin(seen[:-1, 2])), axis=0)
    scene.band(run[run[:, 2] >= np.median(run[:, 2])][:, :2], layer)


def loop_band(scene: Scene, *, between: Sequence[Place], r: float = 3.2, layer: str = "front") -> None:
    """A closed rubber band round two points, such as both knees or both feet."""
    first, last = (scene.camera.flat(scene.place(place)) for place in (between[0], between[-1]))
    cone = Cone(first, last, r, r)
    grid = Grid.around([cone])
    loops = grid.outlines(grid.to_cone(cone))
    scene.band(np.vstack((loops[0], loops[0][:1])), _layer(layer))


def strap(scene: Scene, *, between: Sequence[Place], slack: float = 0, layer: str = "front") -> None:
    """A strap or towel that is held, through points."""
    points = np.array([scene.camera.flat(scene.place(place)) for place in between])
    if slack:
        points = np.vstack((points[0], (points[0] + points[-1]) / 2 + (0.0, slack), points[-1]))
    scene.band(_dense(points), _layer(layer), "p-strap")


def anchor(scene: Scene, *, x: float, y: float, z: float = 0) -> None:
    """Something firm that a band is tied to: a post with a ring."""
    scene.box((x - 3, x - 0.8), (0, y + 8), (z - 1.6, z + 1.6))
    scene.disc((x, y, z), 1.6, "p-metal")


def pull_up_bar(scene: Scene, *, x: float = 0, y: float = 120, w: float = 22, z: float = 0) -> None:
    """A bar across the room at height y, w long to each side, hung from above."""
    for aside in (z - w + 2, z + w - 2):
        scene.box((x - 0.9, x + 0.9), (y, y + 9), (aside - 0.9, aside + 0.9), "p-metal")
    scene.tube((x, y, z - w), (x, y, z + w), 1.3, "p-metal")


def line(scene: Scene, *, p: Sequence[Sequence[float]], layer: str = "front") -> None:
    """A plain line through points of the room."""
    scene.line(p, "p-rule", _layer(layer))


def _span(place: float | Span, size: float) -> Span:
    if isinstance(place, (int, float)):
        return place - size / 2, place + size / 2
    return place[0], place[1]


def _dense(points: Floats) -> Floats:
    """A smooth line through few points."""
    if len(points) < 3:
        return points
    from scipy.interpolate import CubicSpline

    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    dense: Floats = CubicSpline(lengths, points)(np.linspace(0, lengths[-1], 24))
    return dense
