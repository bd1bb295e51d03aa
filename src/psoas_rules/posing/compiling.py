"""Pose files put together with the positions that they start from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, get_args

import attrs

from psoas_rules.figures import SECONDS
from psoas_rules.hints import nearest, show
from psoas_rules.posing.body import Body
from psoas_rules.posing.naming import FARTHEST, Names, Tell
from psoas_rules.posing.poses import (
    Arrow,
    BaseRow,
    Bases,
    Contact,
    Focus,
    Mark,
    Part,
    Pose,
    PoseRow,
    Prop,
    Stance,
    StanceRow,
)
from psoas_rules.yaml_reader import Path

_PARTS: Final[tuple[str, ...]] = get_args(Part)
_SIZES: Final = ("y", "y0", "y1", "h", "w", "d", "r", "face")
_SPANS: Final = ("x", "z")
_EXTENTS: Final = ("h", "w", "d", "r")
_SMALLEST: Final = 0.5
"""Nothing that is drawn is smaller: it would not be seen."""

_PANELS: Final = (1, 2)
_LENGTHS: Final = ("dx", "dy", "r", "by")


@attrs.frozen(kw_only=True)
class Base:
    """A base with everything that it takes over from another one."""

    angles: Mapping[str, float]
    contacts: Mapping[str, Contact]
    props: tuple[Any, ...]


class Compiler:
    """Puts pose files together.

    Args:
        body: The body whose angles and points they name.
        bases: The positions that they start from.
        tell: Where problems of the bases go.
    """

    def __init__(self, body: Body, bases: Bases, tell: Tell) -> None:
        self.body = body
        self._bases: dict[str, Base] = {}
        names = Names(body, tell)
        for name in bases.bases:
            self._base(name, bases.bases, names, ())

    def _base(self, name: str, rows: Mapping[str, BaseRow], names: Names, inside: tuple[str, ...]) -> Base | None:
        if name in self._bases:
            return self._bases[name]
        path: Path = ("bases", inside[-1], "base") if inside else ("bases", name)
        if name not in rows:
            names.tell(path, "unknown-name", f"unknown base {show(name)}{nearest(name, rows)}")
            return None
        if name in inside:
            names.tell(
                path, "circle", f"these bases stand on each other: {', '.join((*inside, name))}; break the circle"
            )
            return None
        row = rows[name]
        under = None if row.base is None else self._base(row.base, rows, names, (*inside, name))
        angles = names.angles(row.angles, ("bases", name, "angles"))
        contacts = names.contacts(row.contacts, ("bases", name, "contacts"))
        props = row.props if row.props is not None else under.props if under else ()
        self.props(props, self.body, lambda at, code, message: names.tell(("bases", name, *at), code, message))
        self._bases[name] = Base(
            angles={**(under.angles if under else {}), **angles},
            contacts=_over(under.contacts if under else {}, contacts),
            props=props,
        )
        return self._bases[name]

    def pose(self, row: PoseRow, subjects: Collection[str], tell: Tell) -> Pose | None:
        """A pose file with its base; None if it cannot be put together.

        Args:
            row: The file as it is written.
            subjects: The properties and positions that an exception may name.
            tell: Where its problems go.
        """
        names = Names(self.body, tell)
        self._check_drawing(row, names)
        self._check_exceptions(row, subjects, tell)
        base = self._known(row.base, ("base",), tell)
        if row.start.base is not None:
            tell(("start", "base"), "unknown-key", "the start has its base at the top of the file; write it there")
        anew = None if row.end.base is None else self._known(row.end.base, ("end", "base"), tell)
        if base is None:
            return None
        start = _stance(base, row.start, "start", row, names)
        under = start if anew is None else anew
        return Pose(
            exercise=row.exercise,
            description=" ".join(row.description.split()),
            start=start,
            end=_stance(under, row.end, "end", row, names),
            keep=names.points(row.keep, ("keep",)),
            props=self.props(base.props if row.props is None else row.props, self.body, tell),
            row=row,
        )

    def _known(self, name: str, path: Path, tell: Tell) -> Base | None:
        if name not in self._bases:
            tell(path, "unknown-name", f"unknown base {show(name)}{nearest(name, self._bases)}")
        return self._bases.get(name)

    @staticmethod
    def props(given: tuple[Any, ...], body: Body, tell: Tell) -> tuple[Prop, ...]:
        """Things that are drawn, by name and measures."""
        made = []
        for number, one in enumerate(given):
            path: Path = ("props", number)
            name, measures = (one, {}) if isinstance(one, str) else _only(one)
            if not isinstance(name, str) or not isinstance(measures, Mapping):
                tell(path, "bad-value", f"{show(one)} is nothing to draw; write a name or {{name: {{x: 10}}}}")
            elif name not in body.props.rows:
                tell(path, "unknown-name", f"unknown prop {show(name)}{nearest(name, body.props.rows)}")
            else:
                _check_measures(measures, (*path, name), tell)
                made.append(Prop(name=name, measures=measures))
        return tuple(made)

    @staticmethod
    def _check_exceptions(row: PoseRow, subjects: Collection[str], tell: Tell) -> None:
        for number, exception in enumerate(row.exceptions):
            if exception.property not in subjects:
                near = nearest(exception.property, subjects)
                path = ("exceptions", number, "property")
                tell(path, "unknown-name", f"unknown property {show(exception.property)}{near}")

    @staticmethod
    def _check_drawing(row: PoseRow, names: Names) -> None:
        """Points and parts that only the drawing uses."""
        for number, part in enumerate(row.ghost):
            if part not in _PARTS:
                near = nearest(part, _PARTS) or f"; there are {', '.join(_PARTS)}"
                names.tell(("ghost", number), "unknown-name", f"unknown part {show(part)}{near}")
        for part in row.order:
            if part not in _PARTS:
                near = nearest(part, _PARTS) or f"; there are {', '.join(_PARTS)}"
                names.tell(("order", part), "unknown-name", f"unknown part {show(part)}{near}")
        if not SECONDS[0] <= row.seconds <= SECONDS[-1]:
            message = f"a round lasts {SECONDS[0]} to {SECONDS[-1]} seconds, not {show(row.seconds)}"
            names.tell(("seconds",), "out-of-range", message)
        for number, focus in enumerate(row.focus):
            names.one_point(focus.at, ("focus", number, "at"))
            _check_sign(focus, ("focus", number), names)
        for number, mark in enumerate(row.marks):
            names.one_point(mark.at, ("marks", number, "at"))
            _check_sign(mark, ("marks", number), names)
        for number, arrow in enumerate(row.arrows):
            _check_arrow(arrow, ("arrows", number), names)
            _check_sign(arrow, ("arrows", number), names)


def _check_measures(measures: Mapping[str, Any], path: Path, tell: Tell) -> None:
    """Sizes are numbers, places are numbers or go from one to another."""
    for key, value in measures.items():
        if key in _SIZES and not _is_number(value):
            tell((*path, key), "bad-value", f"{show(value)} is not a number")
        elif key in _SPANS and not _is_number(value) and not _is_span(value):
            tell((*path, key), "bad-value", f"{show(value)} is neither a number nor two of them: from, to")

        elif key in _EXTENTS and not value >= _SMALLEST:
            tell((*path, key), "out-of-range", f"'{key}' is a size, {_SMALLEST:g} or more, not {show(value)}")
        elif not all(-FARTHEST <= one <= FARTHEST for one in _numbers(value)):
            tell((*path, key), "out-of-range", f"'{key}' goes from {-FARTHEST:g} to {FARTHEST:g}; this is beyond")


def _numbers(value: Any) -> Iterator[float]:
    """All numbers of a measure."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _numbers(one)
    elif _is_number(value):
        yield value


def _check_sign(sign: Arrow | Focus | Mark, path: Path, names: Names) -> None:
    """A sign is drawn in one of the two pictures, and somewhere near the body."""
    if sign.panel not in _PANELS:
        names.tell((*path, "panel"), "out-of-range", f"there is panel 1, the start, and panel 2, not {sign.panel}")
    for key in _LENGTHS:
        given = getattr(sign, key, ())
        for value in given if isinstance(given, tuple) else (given,):
            names.near(key, value, (*path, key))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_span(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _check_arrow(arrow: Arrow, path: Path, names: Names) -> None:
    kinds = {kind: point for kind in ("of", "push", "circle") if (point := getattr(arrow, kind)) is not None}
    if len(kinds) != 1:
        names.tell(path, "bad-value", "an arrow has one of: of, push, circle")
    for kind, point in kinds.items():
        names.one_point(point, (*path, kind))
    for key in ("part", "by", "deg"):
        if len(getattr(arrow, key)) != 2:
            names.tell((*path, key), "bad-value", f"'{key}' has two numbers")


def _stance(under: Base | Stance, row: StanceRow, key: str, whole: PoseRow, names: Names) -> Stance:
    """The start or the end of a pose, on top of a base or of the start."""
    touches = names.touches(row.touches, (key, "touches"))
    return Stance(
        angles={**under.angles, **names.angles(row.angles, (key, "angles"))},
        contacts=_over(under.contacts, names.contacts(row.contacts, (key, "contacts"))),
        touches=tuple(dict.fromkeys((*names.touches(whole.touches, ("touches",)), *touches))),
    )


def _over(under: Mapping[str, Contact], given: Mapping[str, Contact | None]) -> dict[str, Contact]:
    """Contacts with others laid over them; None takes one away."""
    return {name: contact for name, contact in {**under, **given}.items() if contact is not None}


def _only(one: Any) -> tuple[Any, Any]:
    """The one key and value of a mapping, or nothing of use."""
    if isinstance(one, Mapping) and len(one) == 1:
        name, measures = next(iter(one.items()))
        return name, {} if measures is None else measures
    return None, None
