"""What people lie, sit, stand or lean on. Measures are in units of body height / 100, with x forwards and y upwards."""

from __future__ import annotations

from psoas_rules.drawing.scenery import Layer, Scene, Span

_EDGE = 5.0


def mat(scene: Scene, *, x: Span | None = None, z: Span = (-15, 15)) -> None:
    """A mat under the whole movement, or from x to x."""
    low, high = scene.reach[0]
    scene.box(x or (low - _EDGE, high + _EDGE), (-1.2, 0), z, "p-mat")


def floor(scene: Scene, *, x: Span | None = None, z: Span = (-13, 13)) -> None:
    """The floor, where the person stands."""
    (low, high), (left, right) = scene.reach
    (x0, x1), (z0, z1) = x or (low - _EDGE, high + _EDGE), (min(z[0], left - 6), max(z[1], right + 6))
    scene.face([(x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1)], "p-floor")


def wall(scene: Scene, *, x: float, h: float = 92, z: Span = (-16, 16)) -> None:
    """A piece of wall at x, as thick as it takes to see that it is one."""
    low, high = scene.reach[0]
    away = 2.0 if x > (low + high) / 2 else -2.0
    scene.box((x, x + away), (0, h), z, "p-wall")


def chair(
    scene: Scene,
    *,
    x: float = 0,
    h: float = 27,
    w: float = 24,
    face: float = 1,
    back: bool = True,
    z: float = 0,
    d: float = 22,
) -> None:
    """A chair whose seat begins at x and is w long; a person on it looks forwards, with face -1 backwards."""
    way = 1 if (face > 0) == (w > 0) else -1
    rear, half = x - way * abs(w), d / 2
    legs = [(place, aside) for place in (x - way * 1.6, rear + way * 1.6) for aside in (z - half + 1.5, z + half - 1.5)]
    for place, aside in sorted(legs, key=lambda leg: scene.camera.depth((leg[0], 0, leg[1]))):
        scene.box((place - 0.9, place + 0.9), (0, h - 2.4), (aside - 0.9, aside + 0.9))
    behind = scene.camera.depth((rear, 0, z)) <= scene.camera.depth((x, 0, z)) + 8
    scene.box((x, rear), (h - 2.6, h), (z - half, z + half))
    if back:
        layer: Layer = "back" if behind else "front"
        for aside in (z - half + 0.9, z + half - 0.9):
            scene.box((rear, rear + way * 1.8), (h, h + 9), (aside - 0.9, aside + 0.9), layer=layer)
        scene.box((rear, rear + way * 1.8), (h + 8, h + 26), (z - half, z + half), layer=layer)


def bench(scene: Scene, *, x: Span, h: float = 24, z: Span = (-14, 14)) -> None:
    """A padded bench from x to x."""
    _legs(scene, (x[0] + 3, x[1] - 3), h - 3, (z[0] + 2, z[1] - 2))
    scene.box(x, (h - 4, h), z, "p-cloth")


def bed(scene: Scene, *, x: Span, h: float = 26, z: Span = (-18, 15)) -> None:
    """A bed from x to x: a mattress on a frame."""
    _legs(scene, (x[0] + 3, x[1] - 3), h - 9, (z[0] + 2, z[1] - 2))
    scene.box(x, (h - 11, h - 7), z)
    scene.box((x[0] + 0.5, x[1] - 0.5), (h - 7, h), (z[0] + 0.5, z[1] - 0.5), "p-cloth")


def couch(scene: Scene, *, x: Span, h: float = 24, z: Span = (-16, 13), back: str = "far") -> None:
    """A couch from x to x. Its back rest is on the `far` side, at the `low` or the `high` end of x, or `none`."""
    thick = 6.0
    if back == "far":
        scene.box(x, (0, h + 22), (z[0] - thick, z[0]), "p-cloth")
    if back == "low":
        scene.box((x[0] - thick, x[0]), (0, h + 22), z, "p-cloth")
    if back == "high":
        scene.box((x[1], x[1] + thick), (0, h + 22), z, "p-cloth")
    scene.box(x, (1.5, h - 6), z, "p-cloth")
    scene.box(x, (h - 6, h), z, "p-cloth")


def counter(scene: Scene, *, x: float, h: float = 52, w: float = 18, z: Span = (-16, 16)) -> None:
    """A kitchen counter whose edge is at x and that goes w forwards."""
    far = x + w
    inset = 1.5 if w > 0 else -1.5
    scene.box((x + inset, far), (0, h - 3), (z[0] + 1, z[1] - 1), "p-cabinet")
    scene.box((x, far), (h - 3, h), z)


def table(scene: Scene, *, x: float, h: float = 42, w: float = 24, z: Span = (-15, 15)) -> None:
    """A table whose edge is at x and that goes w forwards."""
    low, high = sorted((x, x + w))
    _legs(scene, (low + 2, high - 2), h - 2.5, (z[0] + 2, z[1] - 2))
    scene.box((low, high), (h - 2.6, h), z)


def box(
    scene: Scene,
    *,
    x: Span,
    y1: float | None = None,
    y0: float = 0,
    z: Span = (-12, 12),
    h: float | None = None,
    layer: str = "back",
) -> None:
    """A firm box, such as a step."""
    top = y1 if y1 is not None else y0 + (h or 10)
    scene.box(x, (y0, top), z, layer="front" if layer == "front" else "back")


def captain_chair(scene: Scene, *, x: float = -7, y: float = 70, w: float = 13, h: float = 112) -> None:
    """A frame with a back pad and two arm pads at height y, w to each side."""
    for aside in (-w, w):
        scene.box((x - 4, x - 1), (0, h), (aside - 1.2, aside + 1.2))
    scene.box((x - 2, x), (y + 2, y + 30), (-7, 7), "p-cloth")
    for aside in (-w, w):
        scene.box((x - 2, x + 18), (y - 3, y), (aside - 2.5, aside + 2.5), "p-cloth")


def _legs(scene: Scene, x: Span, h: float, z: Span) -> None:
    places = [(place, aside) for place in x for aside in z]
    for place, aside in sorted(places, key=lambda leg: scene.camera.depth((leg[0], 0, leg[1]))):
        scene.box((place - 1, place + 1), (0, h), (aside - 1, aside + 1))
