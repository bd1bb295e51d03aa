"""What the parts of a drawn body have in common: a solved position seen by a camera, and shapes with their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement

import attrs
import numpy as np

from psoas_rules.drawing.camera import Camera, Flags, Floats, Points
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.paths import FINE, closed_path, open_path, whole

Side = Literal["r", "l"]
SIDES: Final[tuple[Side, Side]] = ("r", "l")
FORWARD: Final = np.array((1.0, 0.0, 0.0))
UPWARD: Final = np.array((0.0, 1.0, 0.0))
TO_RIGHT: Final = np.array((0.0, 0.0, 1.0))


@attrs.frozen(eq=False)
class Model:
    """A solved position, seen by a camera.

    Attributes:
        points: Points of the body in the room, by name.
        turns: Turned frames by name (`head`, `thorax`, `lumbar`, `pelvis`, `foot_r`, `foot_l`); columns lead forwards,
            upwards and to the right of the person.
        camera: Where the viewer stands.
        tolerance: How far outlines may be simplified.
        gripping: Hands that hold something, such as `hand_r`.
        leaning: Hands that lie flat on a wall.
    """

    points: Mapping[str, Floats]
    turns: Mapping[str, Floats]
    camera: Camera
    tolerance: float = FINE
    gripping: frozenset[str] = frozenset()
    leaning: frozenset[str] = frozenset()

    def at(self, name: str) -> Floats:
        """A point in the room."""
        return self.points[name]

    def flat(self, point: str | Floats) -> Floats:
        """A point in the picture."""
        return self.camera.flat(self.points[point] if isinstance(point, str) else point)

    def depth(self, *names: str) -> float:
        """How near to the viewer some points are on average."""
        return sum(self.camera.depth(self.points[name]) for name in names) / len(names)

    def cone(self, start: Floats, end: Floats, start_radius: float, end_radius: float) -> Cone:
        """A round cone of the room, seen by the camera."""
        return Cone(self.flat(start), self.flat(end), start_radius, end_radius)

    def chain(self, points: Sequence[Floats], radii: Sequence[float]) -> list[Cone]:
        """Round cones from point to point."""
        pairs = zip(points, points[1:], radii, radii[1:], strict=False)
        return [self.cone(a, b, first, second) for a, b, first, second in pairs]

    def unit(self, start: Floats, end: Floats) -> Floats:
        """Direction in the picture from one point of the room to another; no length where there is none."""
        way = self.flat(end) - self.flat(start)
        length: Floats = way / max(float(np.hypot(*way)), 1e-6)
        return length


@attrs.define(eq=False)
class Part:
    """One part of the body, drawn.

    Attributes:
        name: Which one, such as `leg_r`.
        depth: How near to the viewer it is drawn.
        group: The drawing.
        outline: Path data of its silhouette, for a ghost.
        extent: Its outermost points: rows of right and down.
    """

    name: str
    depth: float
    group: Element
    outline: str = ""
    extent: Floats = attrs.field(factory=lambda: np.empty((0, 2)))

    @classmethod
    def start(cls, name: str, depth: float, *, far: bool = False) -> Part:
        """A part without any shape yet; `far` makes it darker."""
        kind = f"p-{name.rsplit('_', 1)[0]}" + (" p-far" if far else "")
        return cls(name, depth, Element("g", {"class": kind}))

    def reaching(self, loops: Sequence[Floats]) -> None:
        """Notes how far some outlines reach."""
        self.extent = np.vstack([self.extent, *loops]) if loops else self.extent


def smooth(part: Part, kind: str, grid: Grid, field: Floats, tolerance: float) -> str:
    """Adds a filled shape to a part and gives its path data."""
    loops = grid.outlines(field)
    if not loops:
        return ""
    data = closed_path(loops, tolerance)
    SubElement(part.group, "path", {"class": kind, "d": data})
    part.reaching(loops)
    return data


def stroke(part: Part, points: Points, tolerance: float, kind: str = "p-line") -> None:
    """Adds an open line to a part."""
    data = open_path(points, tolerance)
    if "q" in data or "l" in data:
        SubElement(part.group, "path", {"class": kind, "d": data})


def seen_of(loop: Floats, keep: Flags) -> list[Floats]:
    """The runs of a closed line whose points are to be kept; keep is one truth value for each point."""
    if keep.all():
        return [np.vstack((loop, loop[:1]))]
    if not keep.any():
        return []
    first = int(np.flatnonzero(~keep)[0])
    loop, keep = np.roll(loop, -first, axis=0), np.roll(keep, -first)
    starts = np.flatnonzero(keep & ~np.roll(keep, 1))
    ends = np.flatnonzero(keep & ~np.roll(keep, -1))
    return [loop[a : b + 1] for a, b in zip(starts, ends, strict=True) if b - a >= 3]


def dot(part: Part, centre: Floats, radius: float, kind: str) -> None:
    """Adds a small disc to a part."""
    place = {"cx": str(whole(centre[0])), "cy": str(whole(centre[1])), "r": str(whole(radius))}
    SubElement(part.group, "circle", {"class": kind, **place})
