"""The body that all figures share: what hangs on what, how far joints go, the points that pose files name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]
SIDES = ("r", "l")
PLACE = ("x", "y", "z")
"""Where the body is; every other name of an angle is one of the body's own."""


@attrs.frozen(kw_only=True)
class Turn:
    """One angle of a joint, and the axis that it turns about."""

    angle: str
    about: Axis


@attrs.frozen(kw_only=True)
class SegmentRow:
    """A stiff part of the body.

    Attributes:
        on: The segment that it hangs on; none for the one that everything hangs on.
        at: Where it begins, in the axes of that segment.
        pair: Whether there is one on either side; what stands here is the right one.
        turns: How it is turned there, one turn after another.
    """

    turns: tuple[Turn, ...]
    on: str | None = None
    at: tuple[float, ...] = (0, 0, 0)
    pair: bool = False


@attrs.frozen(kw_only=True)
class PointRow:
    """A point of the body that has a name.

    Attributes:
        on: The segment that it belongs to.
        at: Where, in the axes of that segment.
        rest: How high the point is when this part of the body lies on something.
        floor: Whether it is kept above the floor.
        pair: Whether there is one on either side.
    """

    on: str
    at: tuple[float, ...] = (0, 0, 0)
    rest: float = 2
    floor: bool = False
    pair: bool = False


@attrs.frozen(kw_only=True)
class CapsuleRow:
    """A solid part of the body for the question whether two parts are in one place: a rod with round ends.

    Attributes:
        start: The point at one end.
        end: The point at the other end.
        radii: How thick it is at either end.
        pair: Whether there is one on either side.
    """

    start: str
    end: str
    radii: tuple[float, ...]
    pair: bool = False


@attrs.frozen(kw_only=True)
class Segments:
    """The segments of the body, each behind the one that it hangs on."""

    sources: tuple[str, ...]
    rows: Mapping[str, SegmentRow]


@attrs.frozen(kw_only=True)
class Ranges:
    """How far joints go, in degrees."""

    sources: tuple[str, ...]
    rows: Mapping[str, tuple[float, ...]]


@attrs.frozen(kw_only=True)
class Stiffness:
    """How much it costs to leave a wish by a degree, or the place of the body by a hundredth of its height.

    Attributes:
        sources: Where the numbers come from.
        rows: The cost for every angle that has one of its own.
        other: The cost for every other angle.
        follow: For a segment, the angles that give way more easily when a point of it is placed on something.
    """

    sources: tuple[str, ...]
    rows: Mapping[str, float]
    other: float
    follow: Mapping[str, tuple[str, ...]]


@attrs.frozen(kw_only=True)
class Points:
    """The points of the body."""

    sources: tuple[str, ...]
    rows: Mapping[str, PointRow]


@attrs.frozen(kw_only=True)
class Apart:
    """Parts that must not be inside each other.

    Attributes:
        parts: Capsules of the one side.
        others: Capsules of the other side.
        give: How deep soft tissue may give way.
    """

    parts: tuple[str, ...]
    others: tuple[str, ...]
    give: float


@attrs.frozen(kw_only=True)
class Shape:
    """How thick the body is, and what of it must not be in one place.

    Attributes:
        sources: Where the numbers come from.
        rows: The capsules by name.
        apart: Which of them must not be inside which.
        touch_give: How much deeper it may be where a pose file places one part on the other.
        prop_give: How deep a capsule may be inside a hard thing.
    """

    sources: tuple[str, ...]
    rows: Mapping[str, CapsuleRow]
    apart: tuple[Apart, ...]
    touch_give: float
    prop_give: float


@attrs.frozen(kw_only=True)
class Limits:
    """How exact a figure must be, in hundredths of the body height.

    Attributes:
        sources: Where the numbers come from.
        contact: How far a contact may be from true.
        touch: How far a point may be from the one that it is placed on.
        below_floor: How far a part of the body may be below the floor.
        slide: How far a hand or foot may slide while it rests.
    """

    sources: tuple[str, ...]
    contact: float
    touch: float
    below_floor: float
    slide: float


@attrs.frozen(kw_only=True)
class Thresholds:
    """From where on a figure shows something: degrees, hundredths of the body height, or parts of upright.

    Attributes:
        sources: Where the numbers come from.
        rests_within: How near a part of the body is to what it rests on.
        touches_within: How near a part of the body is to a roller or a ball that it touches.
        seat_rests_within: How near the seat is to what one sits on.
        faces_up: How far the front of the body looks up when lying on the back, 1 for straight up.
        faces_lifted: The same with the head and shoulders lifted.
        trunk_lies: How upright the trunk may be in lying, 1 for upright.
        trunk_upright: How upright the trunk is when sitting, kneeling or hanging.
        on_a_side: How far one side of the body looks up when lying on the other.
        stands: How high the pelvis is in standing.
        pelvis_over_knee: How high the pelvis is when a knee carries it.
        pelvis_low: How high the pelvis is on hands and knees.
        front_hip: How far the front hip is bent in half kneeling.
        shoulder_over_hand: How far the shoulder is above a hand or elbow that carries.
        leans_facing: How far the chest looks down when leaning on the hands, -1 for straight down.
        leans_upright: How upright the body is when leaning at a wall or a counter.
        wrist_bent: How far a wrist is bent back.
        elbow_over_wrist: How far the elbow is above a wrist that carries.
        straight_hip: How far the hips may be bent in a plank.
        hands_over_head: How far the hands are above the head in hanging.
        feet_in_the_air: How far the feet are above the floor in hanging.
        foot_lifted: How far a lifted foot is above the floor.
        step: How far one foot is in front of the other.
        deep_hip: How far a hip is bent that is bent deeply.
        hip_behind: How far the thigh is behind the body.
        hip_turned: How far a hip is turned.
        arched: How far the back is arched.
        arched_over: How far the back is arched over a roller.
        rounded: How far the back is rounded.
        deep_knee: How far a knee is bent that is bent deeply.
        head_held: How far a head is above the floor that is held up.
        head_lower: How far the head is below the heart.
        ribs_near: How near the ribs are to the floor when the chest is pressed on.
        low_support: How high a thing may be that still counts as being on the floor.
    """

    sources: tuple[str, ...]
    rests_within: float
    touches_within: float
    seat_rests_within: float
    faces_up: float
    faces_lifted: float
    trunk_lies: float
    trunk_upright: float
    on_a_side: float
    stands: float
    pelvis_over_knee: float
    pelvis_low: float
    front_hip: float
    shoulder_over_hand: float
    leans_facing: float
    leans_upright: float
    wrist_bent: float
    elbow_over_wrist: float
    straight_hip: float
    hands_over_head: float
    feet_in_the_air: float
    foot_lifted: float
    step: float
    deep_hip: float
    hip_behind: float
    hip_turned: float
    arched: float
    arched_over: float
    rounded: float
    deep_knee: float
    head_held: float
    head_lower: float
    ribs_near: float
    low_support: float


@attrs.frozen(kw_only=True)
class Props:
    """Things that are drawn with figures; for each, the equipment of the pack that it can stand for."""

    sources: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]


@attrs.frozen(kw_only=True)
class Body:
    """Everything that is known about the body, as it is written in `poses/body.yaml`.

    Lengths are in hundredths of the body height, angles in degrees.
    """

    segments: Segments
    ranges: Ranges
    stiffness: Stiffness
    points: Points
    props: Props
    shape: Shape
    limits: Limits
    tags: Thresholds

    @property
    def angles(self) -> tuple[str, ...]:
        """Every angle by its full name, the place of the body first; angles of pairs end in `_r` or `_l`."""
        names = [
            f"{turn.angle}{side}"
            for row in self.segments.rows.values()
            for side in sided("", pair=row.pair)
            for turn in row.turns
        ]
        return (*PLACE, *names)

    @property
    def point_names(self) -> tuple[str, ...]:
        """Every point by its full name."""
        return tuple(name for key, row in self.points.rows.items() for name in sided(key, pair=row.pair))

    def range_of(self, angle: str) -> tuple[float, float]:
        """The least and the most of an angle, infinite where it is free."""
        low, high = self.ranges.rows.get(unsided(angle), (float("-inf"), float("inf")))
        return low, high

    def segment_of(self, point: str) -> str:
        """The segment that a point belongs to, by full name."""
        on = self.point(point).on
        return f"{on}{point[-2:]}" if self.segments.rows[on].pair else on

    def limb_of(self, segment: str) -> str:
        """The first segment of the arm or leg that a segment is part of; of the trunk, the segment itself."""
        rows = self.segments.rows
        key, side = unsided(segment), segment[len(unsided(segment)) :]
        while side and (on := rows[key].on) is not None and rows[on].pair:
            key = on
        return f"{key}{side}"

    def point(self, name: str) -> PointRow:
        """The row of a point.

        Raises:
            KeyError: if there is none.
        """
        return self.points.rows[unsided(name)]


def sided(name: str, *, pair: bool) -> tuple[str, ...]:
    """The name on either side, or the name alone when it is no pair."""
    return tuple(f"{name}_{side}" for side in SIDES) if pair else (name,)


def unsided(name: str) -> str:
    """The name without its side."""
    return name[:-2] if name.endswith(("_r", "_l")) else name


def mirrored(name: str) -> str:
    """The name on the other side; what has no side stays as it is."""
    swapped = {"_r": "_l", "_l": "_r"}.get(name[-2:])
    return name if swapped is None else name[:-2] + swapped
