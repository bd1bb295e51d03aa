"""From the words of a pose file to full names: both sides, wishes within range, contacts, touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from psoas_rules.hints import nearest, show
from psoas_rules.posing.body import PLACE, Body, sided, unsided
from psoas_rules.posing.poses import Contact
from psoas_rules.yaml_reader import Path

Tell = Callable[[Path, str, str], None]
"""Takes the place inside a file, the code of a problem, and what is wrong with the cure."""

FLOOR: Final = "floor"
FREE: Final = "free"
FARTHEST: Final = 300.0
"""Nothing is farther from the middle of the room, or larger: three times as far as a body is high."""

_FULL_TURN: Final = 360.0


class Names:
    """The names of one body, for one file.

    Args:
        body: The body.
        tell: Where problems go.
    """

    def __init__(self, body: Body, tell: Tell) -> None:
        self.body = body
        self.tell = tell
        self.known_angles = body.angles
        self.known_points = body.point_names

    def angles(self, given: Mapping[str, float], path: Path) -> dict[str, float]:
        """Wishes by full name; a name without a side stands for both."""
        made: dict[str, float] = {}
        for key, value in given.items():
            names = self._full(key, self.known_angles, (*path, key), "angle")
            if names:
                self._in_range(names[0], key, value, (*path, key))
            made.update(dict.fromkeys(names, value))
        return made

    def _in_range(self, name: str, key: str, value: float, path: Path) -> None:
        most, unit = (FARTHEST, "") if name in PLACE else (_FULL_TURN, " degrees")
        low, high = self.body.range_of(name)
        low, high = max(low, -most), min(high, most)
        if not low <= value <= high:
            self.tell(path, "out-of-range", f"'{key}' goes from {low:g} to {high:g}{unit}, not to {value:g}")

    def contacts(self, given: Mapping[str, Any], path: Path) -> dict[str, Contact | None]:
        """Contacts by full name; None takes one away."""
        made: dict[str, Contact | None] = {}
        for key, value in given.items():
            for name in self._full(key, self.known_points, (*path, key), "point"):
                made[name] = self._contact(name, value, (*path, key))
        return made

    def _contact(self, name: str, given: Any, path: Path) -> Contact | None:
        rest = self.body.point(name).rest
        if given == FREE:
            return None
        if given == FLOOR:
            return Contact(y=rest)
        if not isinstance(given, Mapping) or not given:
            self.tell(path, "bad-value", f"{show(given)} is no contact; write floor, free or {{x: 10, y: floor}}")
            return None
        where: dict[str, float] = {}
        for key, value in given.items():
            if key not in PLACE:
                self.tell((*path, key), "unknown-key", f"unknown key {show(key)}; a contact has x, y and z")
            elif key == "y" and value == FLOOR:
                where[key] = rest
            elif isinstance(value, bool) or not isinstance(value, int | float):
                self.tell((*path, key), "bad-value", f"{show(value)} is not a number{' or floor' * (key == 'y')}")
            elif self.near(key, value, (*path, key)):
                where[key] = float(value)
        return Contact(**where)

    def near(self, key: str, value: float, path: Path) -> bool:
        """Whether a length can stand in a figure; one that cannot is told."""
        near = -FARTHEST <= value <= FARTHEST
        if not near:
            self.tell(path, "out-of-range", f"'{key}' goes from {-FARTHEST:g} to {FARTHEST:g}, not to {show(value)}")
        return near

    def touches(self, given: Iterable[tuple[str, ...]], path: Path) -> tuple[tuple[str, str], ...]:
        """Pairs of full names. Without a side, right touches right and left touches left."""
        made: list[tuple[str, str]] = []
        for number, pair in enumerate(given):
            here = (*path, number)
            if len(pair) != 2:
                self.tell(here, "bad-value", f"a touch is a pair of points, not {len(pair)} of them")
                continue
            ones, others = (self._full(name, self.known_points, (*here, i), "point") for i, name in enumerate(pair))
            if not ones or not others:
                continue
            if len(others) > len(ones):
                self.tell((*here, 1), "bad-value", f"'{pair[0]}' is one point; say which of '{pair[1]}', _r or _l")
                continue
            made.extend(zip(ones, others if len(others) == len(ones) else others * len(ones), strict=True))
        return tuple(made)

    def points(self, given: Iterable[str], path: Path) -> tuple[str, ...]:
        """Points by full name; a name without a side stands for both."""
        return tuple(
            full
            for number, name in enumerate(given)
            for full in self._full(name, self.known_points, (*path, number), "point")
        )

    def one_point(self, name: str, path: Path) -> None:
        """Tells of a name that is not one point."""
        names = self._full(name, self.known_points, path, "point")
        if len(names) > 1:
            self.tell(path, "bad-value", f"'{name}' is two points; write {' or '.join(names)}")

    def _full(self, name: str, known: tuple[str, ...], path: Path, what: str) -> tuple[str, ...]:
        if name in known:
            return (name,)
        both = sided(name, pair=True)
        if both[0] in known:
            return both
        names = dict.fromkeys((*known, *map(unsided, known)))
        self.tell(path, "unknown-name", f"unknown {what} {show(name)}{nearest(name, names)}")
        return ()
