"""Drawing things of the room: faces, boxes, rolls, cushions and bands, each in the picture of one frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement

import attrs
import numpy as np

from psoas_rules.drawing.camera import Camera, Floats
from psoas_rules.drawing.fields import Cone, Grid
from psoas_rules.drawing.parts import Model
from psoas_rules.drawing.paths import closed_path, open_path, polygon, whole

Layer = Literal["back", "front"]
Span = tuple[float, float]
Place = str | Sequence[float]

# The six faces of a box: the way that each looks, its corners (0 low, 1 high for x, y, z), and how it is shaded.
_FACES: Final = (
    ((-1, 0, 0), ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)), "dark"),
    ((1, 0, 0), ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)), "dark"),
    ((0, 0, -1), ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)), "side"),
    ((0, 0, 1), ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)), "side"),
    ((0, 1, 0), ((0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)), "top"),
)


@attrs.define(eq=False)
class Scene:
    """The room round one frame of a figure.

    Attributes:
        model: The position of the person, and the camera.
        reach: Where the person is over all frames: lowest and highest forwards, then to the right.
        back: What is drawn behind the person.
        front: What is drawn before the person.
        extent: Points of the picture that all has to hold.
    """

    model: Model
    reach: tuple[Span, Span]
    back: Element = attrs.field(factory=lambda: Element("g", {"class": "p-behind"}))
    front: Element = attrs.field(factory=lambda: Element("g", {"class": "p-before"}))
    extent: list[Floats] = attrs.field(factory=list)

    @property
    def camera(self) -> Camera:
        """Where the viewer stands."""
        return self.model.camera

    def on(self, layer: Layer) -> Element:
        """What is drawn on a layer."""
        return self.front if layer == "front" else self.back

    def place(self, place: Place) -> Floats:
        """A point of the body by its name, or of the room by its coordinates."""
        return self.model.at(place) if isinstance(place, str) else np.array(place, dtype=float)

    def see(self, points: Iterable[Sequence[float] | Floats]) -> Floats:
        """Points of the picture, which it has to hold."""
        seen = self.camera.see(np.array([list(point) for point in points], dtype=float))[:, :2]
        self.extent.extend(seen)
        return seen

    def face(self, points: Iterable[Sequence[float] | Floats], kind: str, layer: Layer = "back") -> None:
        """A flat face with straight edges."""
        SubElement(self.on(layer), "path", {"class": kind, "d": polygon(self.see(points))})

    def line(self, points: Iterable[Sequence[float] | Floats], kind: str, layer: Layer = "back") -> None:
        """A line with straight pieces."""
        SubElement(self.on(layer), "path", {"class": kind, "d": polygon(self.see(points), close=False)})

    def curve(self, points: Floats, kind: str, layer: Layer = "front") -> None:
        """A smooth line through points of the picture."""
        self.extent.extend(points)
        SubElement(self.on(layer), "path", {"class": kind, "d": open_path(points)})

    def disc(self, centre: Sequence[float] | Floats, radius: float, kind: str, layer: Layer = "back") -> None:
        """A ball, seen as a disc."""
        middle = self.camera.flat(centre)
        self.extent += [middle - radius, middle + radius]
        place = {"cx": str(whole(middle[0])), "cy": str(whole(middle[1])), "r": str(whole(radius))}
        SubElement(self.on(layer), "circle", {"class": kind, **place})

    def box(self, x: Span, y: Span, z: Span, kind: str = "p-prop", layer: Layer = "back") -> None:
        """A box with its sides along the room; only the faces that the viewer sees are drawn."""
        spans = (sorted(x), sorted(y), sorted(z))
        near = self.camera.axes[2]
        for way, corners, shade in _FACES:
            if float(near @ np.array(way, dtype=float)) > 0.02:
                places = [[spans[axis][corner[axis]] for axis in range(3)] for corner in corners]
                self.face(places, f"{kind} p-{shade}", layer)

    def soft(self, x: Span, y: Span, z: Span, kind: str, layer: Layer = "back") -> None:
        """A box of cloth, with round edges."""
        (x0, x1), (y0, y1), (z0, z1) = sorted(x), sorted(y), sorted(z)
        radius = min(x1 - x0, y1 - y0, z1 - z0) / 2 * 0.98
        corners = [
            (a, b, c)
            for a in (x0 + radius, x1 - radius)
            for b in (y0 + radius, y1 - radius)
            for c in (z0 + radius, z1 - radius)
        ]
        self.hull(corners, radius, kind, layer)

    def hull(self, points: Sequence[Sequence[float]], radius: float, kind: str, layer: Layer = "back") -> None:
        """A thin skin round balls of one radius."""
        seen = self.see(points)
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        rim = np.stack((np.cos(angles), np.sin(angles)), axis=1) * radius
        cloud = (seen[:, None, :] + rim[None, :, :]).reshape(-1, 2)
        self.extent.extend(cloud)
        SubElement(self.on(layer), "path", {"class": kind, "d": polygon(_around(cloud))})

    def roll(self, start: Sequence[float], end: Sequence[float], radius: float, kind: str, layer: Layer) -> None:
        """A roll with its round end towards the viewer."""
        self.tube(start, end, radius, kind, layer)
        nearer = max((start, end), key=self.camera.depth)
        axis = np.array(end, dtype=float) - np.array(start, dtype=float)
        axis = axis / np.linalg.norm(axis)
        first = np.cross(axis, (0.0, 1.0, 0.0))
        first = first / np.linalg.norm(first)
        second = np.cross(axis, first)
        angles = np.linspace(0, 2 * np.pi, 25)[:-1]
        for share, extra in ((1.0, " p-top"), (0.4, " p-dark")):
            ring = [np.array(nearer) + share * radius * (np.cos(t) * first + np.sin(t) * second) for t in angles]
            loop = self.see(ring)
            SubElement(self.on(layer), "path", {"class": kind + extra, "d": closed_path([loop])})

    def tube(
        self, start: Sequence[float], end: Sequence[float], radius: float, kind: str, layer: Layer = "back"
    ) -> None:
        """A rod or roll with round ends."""
        first, last = (self.camera.flat(point) for point in (start, end))
        cone = Cone(first, last, radius, radius)
        grid = Grid.around([cone])
        loops = grid.outlines(grid.to_cone(cone))
        for loop in loops:
            self.extent.extend(loop)
        SubElement(self.on(layer), "path", {"class": kind, "d": closed_path(loops)})

    def band(self, points: Floats, layer: Layer = "front", kind: str = "p-band") -> None:
        """A band of rubber or cloth along points of the picture."""
        self.curve(points, f"{kind} p-under", layer)
        self.curve(points, kind, layer)


def _around(points: Floats) -> Floats:
    """The corners of the smallest convex shape round points."""
    from scipy.spatial import ConvexHull

    corners: Floats = points[ConvexHull(points).vertices]
    return corners
