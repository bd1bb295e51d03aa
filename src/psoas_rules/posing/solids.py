"""The things that are drawn with a figure, as solids: what the body can lie on and must not be inside of.

Measures are those that pose files write; what a file leaves out has the size that is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs
import numpy as np

from psoas_rules.posing.poses import Prop
from psoas_rules.posing.skeleton import Floats

Span = tuple[float, float]

_UNDER: Final = 10.0
"""A place so far below the top of a thing is beside or beneath it, not on it."""

_SOFT_ROUND: Final = 2.6
"""A back lies on a roller a little beyond its sides."""


@attrs.frozen(kw_only=True)
class Solid:
    """A solid, by how far a place is outside of it.

    Attributes:
        name: The prop that it belongs to.
        outside: For places (..., 3), how far each is outside; less than nought inside.
        top: How high something lies on it at these places; minus infinity where it is not underneath.
        hard: Whether nothing may be inside; a cushion gives way.
    """

    name: str
    outside: Callable[[Floats], Floats]
    top: Callable[[Floats], Floats]
    hard: bool = True


def solids_of(props: Iterable[Prop], side: float = 0.0) -> tuple[Solid, ...]:
    """The solids of some props.

    Args:
        props: The props; those that are flat or hang, such as mats and bands, have none.
        side: Where along x the body is, which tells one side of a wall from the other.
    """
    return tuple(
        solid for prop in props if prop.name in _MAKERS for solid in _MAKERS[prop.name](prop.name, prop.measures, side)
    )


def support(solids: Iterable[Solid], places: Floats) -> Floats:
    """How high the floor, or the highest thing on it, is under these places.

    Args:
        solids: What stands on the floor.
        places: (..., 3).
    """
    height: Floats = np.zeros(places.shape[:-1])
    for solid in solids:
        top = solid.top(places)
        height = np.where((top > height) & (places[..., 1] > top - _UNDER), top, height)
    return height


def _nowhere(places: Floats) -> Floats:
    return np.full(places.shape[:-1], -np.inf)


def _number(given: Any) -> float:
    """One number of a place: of from and to, where it begins."""
    return float(_span(given, 0)[0])


def _box(name: str, x: Span, y: Span, z: Span, *, hard: bool = True) -> Solid:
    low, high = np.array((x[0], y[0], z[0])), np.array((x[1], y[1], z[1]))

    def outside(places: Floats) -> Floats:
        beyond = np.maximum(low - places, places - high)
        far: Floats = np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(axis=-1), 0)
        return far

    def top(places: Floats) -> Floats:
        over = (places[..., 0] >= x[0]) & (places[..., 0] <= x[1]) & (places[..., 2] >= z[0]) & (places[..., 2] <= z[1])
        return np.where(over, y[1], -np.inf)

    return Solid(name=name, outside=outside, top=top, hard=hard)


def _span(given: Any, width: float) -> Span:
    """From and to: as written, or around a middle."""
    if isinstance(given, int | float):
        return (given - width / 2, given + width / 2)
    low, high = sorted(float(one) for one in given)
    return (low, high)


def _chair(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    front, height, deep = _number(m.get("x", 0.0)), m.get("h", 27.0), m.get("w", 24.0)
    rear = front - deep if m.get("face", 1) > 0 else front + deep
    z = _span(m.get("z", 0.0), m.get("d", 22.0))
    seat = _box(name, _span((front, rear), 0), (height - 2.6, height), z)
    if not m.get("back", True):
        return (seat,)
    before = rear + np.copysign(1.8, front - rear)
    return (seat, _box(name, _span((rear, before), 0), (height + 8, height + 26), z))


def _slab(name: str, m: Mapping[str, Any], height: float, thick: float, z: Span) -> tuple[Solid, ...]:
    """What stands on legs, from x to x, with a top of some thickness."""
    top = m.get("h", height)
    return (_box(name, _span(m.get("x", 0.0), 0), (top - thick, top), _span(m.get("z", z), 0)),)


def _bench(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    return _slab(name, m, 24, 4, (-14, 14))


def _bed(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    return _slab(name, m, 26, 11, (-18, 15))


def _couch(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    (seat,) = _slab(name, m, 24, 22, (-16, 13))
    (low, high), z, top = _span(m.get("x", 0.0), 0), _span(m.get("z", (-16, 13)), 0), m.get("h", 24.0) + 22
    rests = {
        "far": ((low, high), (z[0] - 6, z[0])),
        "low": ((low - 6, low), z),
        "high": ((high, high + 6), z),
    }
    back = m.get("back", "far")
    return (seat, _box(name, rests[back][0], (0, top), rests[back][1])) if back in rests else (seat,)


def _from_edge(name: str, m: Mapping[str, Any], deep: float, y: Span, z: Span) -> tuple[Solid, ...]:
    near = _number(m.get("x", 0.0))
    return (_box(name, _span((near, near + m.get("w", deep)), 0), y, _span(m.get("z", z), 0)),)


def _counter(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    return _from_edge(name, m, 18, (0, m.get("h", 52.0)), (-16, 16))


def _table(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    top = m.get("h", 42.0)
    return _from_edge(name, m, 24, (top - 2.6, top), (-15, 15))


def _blocks(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    bottom = m.get("y", 0.0)
    x, y = _span(m.get("x", 0.0), m.get("w", 8.0)), (bottom, bottom + m.get("h", 6.0))
    both = (m["z"],) if "z" in m else (-12.0, 12.0)
    return tuple(_box(name, x, y, _span(aside, m.get("d", 8.0))) for aside in both)


def _block(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    bottom = m.get("y0", m.get("y", 0.0))
    top = m.get("y1", bottom + m.get("h", 4.0))
    x, z = _span(m.get("x", 0.0), m.get("w", 14.0)), _span(m.get("z", _ACROSS.get(name, 0.0)), m.get("d", 14.0))
    return (_box(name, x, (bottom, top), z, hard=name not in _SOFT),)


def _roller(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    x, radius, half = _number(m.get("x", 0.0)), m.get("r", 5.0), m.get("w", 17.0)
    y = m.get("y", radius)

    def outside(places: Floats) -> Floats:
        around = np.hypot(places[..., 0] - x, places[..., 1] - y) - radius
        far: Floats = np.maximum(around, np.abs(places[..., 2]) - half)
        return far

    def top(places: Floats) -> Floats:
        across = np.clip(1 - ((places[..., 0] - x) / (radius + _SOFT_ROUND)) ** 2, 0, None)
        return np.where((across > 0) & (np.abs(places[..., 2]) < half), y + radius * np.sqrt(across), -np.inf)

    return (Solid(name=name, outside=outside, top=top),)


def _ball(name: str, m: Mapping[str, Any], _: float) -> tuple[Solid, ...]:
    radius = m.get("r", 3.0)
    middle = np.array((_number(m.get("x", 0.0)), m.get("y", radius), _number(m.get("z", 0.0))))

    def outside(places: Floats) -> Floats:
        far: Floats = np.linalg.norm(places - middle, axis=-1) - radius
        return far

    return (Solid(name=name, outside=outside, top=_nowhere, hard=False),)


def _wall(name: str, m: Mapping[str, Any], side: float) -> tuple[Solid, ...]:
    x = _number(m.get("x", 0.0))
    before = 1.0 if side >= x else -1.0

    def outside(places: Floats) -> Floats:
        far: Floats = (places[..., 0] - x) * before
        return far

    return (Solid(name=name, outside=outside, top=_nowhere),)


_SOFT: Final = ("cushion", "towel")
_ACROSS: Final[Mapping[str, Span]] = {"box": (-12, 12)}
_MAKERS: Final[Mapping[str, Callable[[str, Mapping[str, Any], float], tuple[Solid, ...]]]] = {
    "chair": _chair,
    "bench": _bench,
    "bed": _bed,
    "couch": _couch,
    "table": _table,
    "counter": _counter,
    "box": _block,
    "cushion": _block,
    "towel": _block,
    "blocks": _blocks,
    "roller": _roller,
    "ball": _ball,
    "wall": _wall,
}
