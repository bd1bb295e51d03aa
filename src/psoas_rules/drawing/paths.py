"""Outlines as path data of SVG: few smooth curves, in whole tenths of a unit, each relative to the last."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from psoas_rules.drawing.camera import Floats, Points

SCALE: Final = 10
"""Units of the picture for each unit of body height / 100. Coordinates are whole numbers."""
FINE: Final = 0.14
"""How far a curve may stray from the outline, in units of body height / 100, in a picture that stands still."""
COARSE: Final = 0.2
"""The same in an animation, where there are many and none is seen for long."""

_STRAIGHT: Final = 0.05
"""Sine of the angle up to which a tangent counts as leading straight on."""
_WINDOW: Final = 3
_SHARES: Final = np.linspace(0.0, 1.0, 9)[:, None]


def whole(value: float) -> int:
    """A length or coordinate in units of the picture."""
    return round(float(value) * SCALE)


def closed_path(loops: Sequence[Floats], tolerance: float = FINE) -> str:
    """Closed outlines as one path of quadratic curves."""
    return "".join(_curved(np.vstack((loop, loop[:1])), tolerance, closed=True) + "z" for loop in loops)


def open_path(points: Points, tolerance: float = FINE) -> str:
    """A smooth open line as a path of quadratic curves."""
    return _curved(np.asarray(points, dtype=float), tolerance, closed=False)


def polygon(points: Points, *, close: bool = True) -> str:
    """Straight lines from point to point."""
    corners = [(whole(point[0]), whole(point[1])) for point in points]
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners)]
    return f"M{_join([corners[0]])}l{_join(moves)}" + ("z" if close else "")


def _join(pairs: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x} {y}" for x, y in pairs).replace(" -", "-")


def _curved(points: Floats, tolerance: float, *, closed: bool) -> str:
    count = len(points)
    if count < 3:
        return polygon(points, close=False)
    before, after = np.arange(count) - _WINDOW, np.arange(count) + _WINDOW
    if closed:
        before, after = before % (count - 1), after % (count - 1)
    else:
        before, after = np.maximum(before, 0), np.minimum(after, count - 1)
    tangents = points[after] - points[before]
    pieces = 4 if closed else 1
    nodes = [round(k * (count - 1) / pieces) for k in range(pieces + 1)]
    line = _Line(points, tangents, tolerance)
    curves = [curve for first, last in pairwise(nodes) for curve in line.curves(first, last)]
    return _written(points[0], curves)


@attrs.frozen(eq=False)
class _Line:
    """Points along an outline, the way on at each, and how far a curve may stray from them."""

    points: Floats
    tangents: Floats
    tolerance: float

    def curves(self, first: int, last: int) -> list[Floats]:
        """Curves (a control point and an end each) that follow the points from first to last."""
        start, end = self.points[first], self.points[last]
        control = _control(start, self.tangents[first], end, self.tangents[last])
        short = last - first <= 2
        if control is None and short:
            control = (start + end) / 2
        if control is not None:
            on = (1 - _SHARES) ** 2 * start + 2 * _SHARES * (1 - _SHARES) * control + _SHARES**2 * end
            if short or _stray(self.points[first : last + 1], on) <= self.tolerance:
                return [np.concatenate((control, end))]
        middle = (first + last) // 2
        return self.curves(first, middle) + self.curves(middle, last)


def _control(start: Floats, leaving: Floats, end: Floats, arriving: Floats) -> Floats | None:
    """Where the two tangents meet; the middle where both lead straight on; None if no one curve can do it."""
    chord = end - start
    length = max(float(np.hypot(*chord)), 1e-9)
    cross = leaving[0] * arriving[1] - leaving[1] * arriving[0]
    if abs(cross) > 1e-9:
        ahead = (chord[0] * arriving[1] - chord[1] * arriving[0]) / cross
        back = (leaving[0] * chord[1] - leaving[1] * chord[0]) / cross
        if min(ahead, back) > 0 and max(ahead * np.hypot(*leaving), back * np.hypot(*arriving)) < 1.5 * length:
            meeting: Floats = start + ahead * leaving
            return meeting
    off = max(
        abs(chord[0] * way[1] - chord[1] * way[0]) / (length * float(np.hypot(*way)) + 1e-9)
        for way in (leaving, arriving)
    )
    return (start + end) / 2 if off < _STRAIGHT else None


def _stray(piece: Floats, on: Floats) -> float:
    """The largest distance of points of the outline from a curve given by points on it."""
    axis = np.diff(on, axis=0)
    length = np.maximum((axis**2).sum(axis=1), 1e-12)
    away = piece[:, None, :] - on[None, :-1, :]
    share = np.clip((away * axis).sum(axis=2) / length, 0.0, 1.0)
    foot = away - share[:, :, None] * axis
    return float(np.sqrt((foot**2).sum(axis=2).min(axis=1).max()))


def _written(start: Floats, curves: Sequence[Floats]) -> str:
    x, y = whole(start[0]), whole(start[1])
    numbers = []
    begin = f"M{_join([(x, y)])}"
    for curve in curves:
        cx, cy, ex, ey = (whole(value) for value in curve)
        if (ex, ey) == (x, y):
            continue
        numbers += [(cx - x, cy - y), (ex - x, ey - y)]
        x, y = ex, ey
    return begin + ("q" + _join(numbers) if numbers else "")
