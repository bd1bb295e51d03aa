"""Which things a pose file can put into the room, and drawing them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from psoas_rules.drawing import equipment, furniture
from psoas_rules.drawing.camera import Floats
from psoas_rules.drawing.parts import SIDES
from psoas_rules.drawing.practitioner import practitioner_hand
from psoas_rules.drawing.scenery import Scene
from psoas_rules.hints import nearest, show
from psoas_rules.posing import Prop

PROPS: Final[Mapping[str, Callable[..., None]]] = {
    draw.__name__: draw
    for draw in (
        furniture.mat,
        furniture.floor,
        furniture.wall,
        furniture.chair,
        furniture.bench,
        furniture.bed,
        furniture.couch,
        furniture.counter,
        furniture.table,
        furniture.box,
        furniture.captain_chair,
        equipment.roller,
        equipment.ball,
        equipment.cushion,
        equipment.towel,
        equipment.blocks,
        equipment.band,
        equipment.loop_band,
        equipment.strap,
        equipment.anchor,
        equipment.pull_up_bar,
        equipment.line,
        practitioner_hand,
    )
}
"""What can be drawn, by the name that pose files use."""

_HELD: Final = ("band", "strap", "loop_band")
_GRIPS: Final = ("hand", "palm", "wrist")
_REACH: Final = 5.0
_LEANING: Final = 3.0
_POINTS: Final = ("between", "at")


def prop_mistakes(props: Sequence[Prop], points: Collection[str]) -> list[str]:
    """What is wrong with the props of a pose file, in words; nothing if all can be drawn.

    Args:
        props: What is to be drawn.
        points: The points that the body has.
    """
    return [mistake for prop in props for mistake in _mistakes(prop, points)]


def _mistakes(prop: Prop, points: Collection[str]) -> Iterator[str]:
    draw = PROPS.get(prop.name)
    if draw is None:
        yield f"there is no prop '{prop.name}'{nearest(prop.name, PROPS)}"
        return
    hints = get_type_hints(draw)
    known = {name: one for name, one in inspect.signature(draw).parameters.items() if name != "scene"}
    for name, value in prop.measures.items():
        if name not in known:
            cure = nearest(name, known) or "; it has " + ", ".join(known)
            yield f"prop '{prop.name}' has no measure '{name}'{cure}"
        elif not _fits(value, hints[name]):
            yield f"measure '{name}' of prop '{prop.name}' cannot be {show(value)}; it is {_in_words(hints[name])}"
        elif name in _POINTS:
            named = [place for place in ([value] if isinstance(value, str) else value) if isinstance(place, str)]
            for place in named:
                if place not in points:
                    yield f"measure '{name}' of prop '{prop.name}': no point '{place}'{nearest(place, points)}"
    for name, one in known.items():
        if one.default is inspect.Parameter.empty and name not in prop.measures:
            yield f"prop '{prop.name}' needs the measure '{name}'"


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value of a pose file is of a kind that a measure may be."""
    arguments = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, one) for one in arguments)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if arguments:
        same = len(arguments) == len(value) if get_origin(hint) is tuple and isinstance(value, list | tuple) else True
        return isinstance(value, list | tuple) and same and all(_fits(one, arguments[0]) for one in value)
    return isinstance(value, hint)


def _in_words(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(_in_words(one) for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return "two numbers [from, to]"
    return {float: "a number", bool: "yes or no", str: "a name"}.get(hint, "a list")


def furnish(scene: Scene, props: Sequence[Prop]) -> None:
    """Draws everything that is in the room, the ground first."""
    ground = [prop for prop in props if prop.name in ("mat", "floor")]
    others = [prop for prop in props if prop.name not in ("mat", "floor")]
    for prop in (*ground, *others):
        PROPS[prop.name](scene, **prop.measures)


def gripping(props: Sequence[Prop], points: Mapping[str, Floats]) -> frozenset[str]:
    """The hands that hold something: a band, a strap or a bar."""
    held = {
        place
        for prop in props
        if prop.name in _HELD
        for place in prop.measures.get("between", ())
        if isinstance(place, str) and place.startswith(_GRIPS)
    }
    hands = {f"hand_{place[-1]}" for place in held}
    for prop in props:
        if prop.name == "pull_up_bar":
            x, y = prop.measures.get("x", 0), prop.measures.get("y", 120)
            hands |= {
                f"hand_{side}"
                for side in SIDES
                if (points[f"palm_{side}"][0] - x) ** 2 + (points[f"palm_{side}"][1] - y) ** 2 < _REACH**2
            }
    return frozenset(hands)


def leaning(props: Sequence[Prop], points: Mapping[str, Floats]) -> frozenset[str]:
    """The hands that lie flat on a wall."""
    walls = [float(prop.measures["x"]) for prop in props if prop.name == "wall"]
    return frozenset(
        f"hand_{side}" for side in SIDES for x in walls if abs(float(points[f"hand_{side}"][0]) - x) < _LEANING
    )
