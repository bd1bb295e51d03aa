"""What a pose file says: as it is written, and put together with the positions that it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import attrs

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class BaseRow:
    """A position that figures start from.

    Attributes:
        base: Another one that it changes.
        angles: Wishes in degrees, by the name of the angle; without a side, both sides are meant.
        contacts: For a point, `floor`, `free` (it takes one away) or where it is: `x`, `y`, `z`.
        props: What is drawn with it.
    """

    base: str | None = None
    angles: Mapping[str, float] = NOTHING
    contacts: Mapping[str, Any] = NOTHING
    props: tuple[Any, ...] | None = None


@attrs.frozen(kw_only=True)
class Bases:
    """Positions that figures start from, by name."""

    bases: Mapping[str, BaseRow]


@attrs.frozen(kw_only=True)
class StanceRow:
    """The start or the end of a movement: what differs from the base, or from the start.

    Attributes:
        base: For the end: a base in place of the start.
        angles: As in a base.
        contacts: As in a base.
        touches: Pairs of points: the first is on the second.
    """

    base: str | None = None
    angles: Mapping[str, float] = NOTHING
    contacts: Mapping[str, Any] = NOTHING
    touches: tuple[tuple[str, ...], ...] = ()


@attrs.frozen(kw_only=True)
class View:
    """Where the viewer stands, in degrees: `turn` round the figure, `tilt` from above."""

    turn: float = 14
    tilt: float = 9


@attrs.frozen(kw_only=True)
class Arrow:
    """An arrow: along the way of a point (`of`), straight at a point (`push`) or round a point (`circle`).

    Attributes:
        of: The point whose way is drawn.
        push: The point that a straight arrow starts at.
        circle: The point that a round arrow turns about.
        part: For a way, from which part of it to which, 0 to 1.
        by: For a straight arrow, how far it goes: right and up.
        r: For a round arrow, its radius.
        deg: For a round arrow, from which angle to which, counted from the right against the clock.
        dx: How far it is moved to the right.
        dy: How far it is moved up.
        both: Whether it has a head at either end.
        panel: The picture that it is drawn in.
    """

    of: str | None = None
    push: str | None = None
    circle: str | None = None
    part: tuple[float, ...] = (0, 1)
    by: tuple[float, ...] = (0, 0)
    r: float = 9
    deg: tuple[float, ...] = (0, 90)
    dx: float = 0
    dy: float = 0
    both: bool = False
    panel: int = 2


@attrs.frozen(kw_only=True)
class Focus:
    """A ring that says: feel it here."""

    at: str
    dx: float = 0
    dy: float = 0
    r: float = 5
    panel: int = 2


@attrs.frozen(kw_only=True)
class Mark:
    """A short text beside a point."""

    panel: int
    at: str
    text: str
    dx: float = 0
    dy: float = 0


@attrs.frozen(kw_only=True)
class SignedException:
    """A property or position in which picture and exercise differ on purpose, and why."""

    property: str
    why: str


@attrs.frozen(kw_only=True)
class PoseRow:
    """How one exercise is shown.

    Attributes:
        exercise: Its id.
        description: What one sees, in one or two sentences.
        base: The position that it starts from.
        view: Where the viewer stands.
        single: Whether one picture is enough, because the position is kept.
        props: Things that are drawn, in place of those of the base.
        touches: What touches what, at the start and at the end.
        keep: Points that stay where they are.
        start: What differs from the base at the start.
        end: What differs from the start at the end.
        ghost: Parts of the body whose start is drawn dashed in the second picture.
        arrows: Arrows that show the movement.
        focus: Where it is felt.
        marks: Words in the picture.
        gap: Whether the gap between back and mat is coloured in the first picture.
        order: For parts of the body, how much nearer to the viewer they are drawn.
        seconds: How long one round of the animation lasts.
        exceptions: Properties in which picture and exercise differ on purpose.
    """

    exercise: str
    description: str
    base: str
    view: View = View()
    single: bool = False
    props: tuple[Any, ...] | None = None
    touches: tuple[tuple[str, ...], ...] = ()
    keep: tuple[str, ...] = ()
    start: StanceRow = StanceRow()
    end: StanceRow = StanceRow()
    ghost: tuple[str, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    focus: tuple[Focus, ...] = ()
    marks: tuple[Mark, ...] = ()
    gap: bool = False
    order: Mapping[str, float] = NOTHING
    seconds: float = 4
    exceptions: tuple[SignedException, ...] = ()


@attrs.frozen(kw_only=True)
class Contact:
    """Where a point must be; what is None is open.

    Attributes:
        x: Forwards.
        y: Up. A point on the floor is as high as that part of the body is thick there.
        z: To the right.
    """

    x: float | None = None
    y: float | None = None
    z: float | None = None


@attrs.frozen(kw_only=True)
class Stance:
    """The start or the end of a movement, whole.

    Attributes:
        angles: Wishes in degrees by full name; what is not here is 0.
        contacts: Where points must be, by full name.
        touches: Pairs of full names: the first point is on the second.
    """

    angles: Mapping[str, float]
    contacts: Mapping[str, Contact]
    touches: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class Prop:
    """A thing that is drawn with the figure: its name, and its measures by name."""

    name: str
    measures: Mapping[str, Any] = NOTHING


Part = Literal["leg_r", "leg_l", "arm_r", "arm_l", "neck", "torso", "head"]
"""Parts of the body that are drawn one by one."""


@attrs.frozen(kw_only=True)
class Pose:
    """How one exercise is shown, put together with the bases: what is solved and what is drawn.

    Attributes:
        exercise: Its id.
        description: What one sees.
        start: Where it starts.
        end: Where it ends.
        keep: Points that stay where they are, by full name.
        props: What is drawn with the figure.
        row: The pose file as it is written: view, arrows, rings, marks and all else for drawing.
    """

    exercise: str
    description: str
    start: Stance
    end: Stance
    keep: tuple[str, ...]
    props: tuple[Prop, ...]
    row: PoseRow
