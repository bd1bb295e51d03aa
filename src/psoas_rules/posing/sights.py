"""How each property and position is seen in a figure. The thresholds stand in `poses/body.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from psoas_rules.posing.body import SIDES, Thresholds, sided
from psoas_rules.posing.scene import Scene

Sight: TypeAlias = Callable[[Scene, Thresholds], bool]
"""Whether something is seen in a scene; the numbers are the thresholds."""

SEGMENTS: Final = ("pelvis", "thorax")
"""The segments of the body that the sights ask about."""

_TRUNK_POINTS: Final = ("pelvis", "waist", "mid", "chest", "neckbase")
_FRONT_AND_BACK: Final = ("sacrum", "lowback", "upperback", "seat", "pubis", "belly", "ribs", "head")
_LEG_POINTS: Final = ("hip", "thighback", "knee", "ankle", "heel", "ball", "toe")
_ARM_POINTS: Final = ("shoulder", "elbow", "wrist", "palm", "hand")

POINTS: Final = {
    **dict.fromkeys((*_TRUNK_POINTS, *_FRONT_AND_BACK), False),
    **dict.fromkeys((*_LEG_POINTS, *_ARM_POINTS), True),
}
"""The points of the body that the sights ask about, and whether there is one on either side."""

ANGLES: Final = {
    **dict.fromkeys(("lumbar", "thorax"), False),
    **dict.fromkeys(("hip", "hip_rot", "knee", "wrist"), True),
}
"""The angles that the sights ask about, and whether there is one on either side."""


def _supine(scene: Scene, t: Thresholds) -> bool:
    """The front looks up, the trunk lies, and the back or the seat rests."""
    lies = scene.facing("thorax") > t.faces_up and abs(scene.up("thorax")) < t.trunk_lies
    return lies and bool(scene.rests("sacrum", "upperback", "lowback") or scene.touched("roller"))


def _prone(scene: Scene, t: Thresholds) -> bool:
    lies = scene.facing("pelvis") < -t.faces_up and bool(scene.rests("pubis", "belly", "ribs"))
    return lies and not _hands_and_knees(scene, t)


def _side_lying(scene: Scene, t: Thresholds) -> bool:
    return abs(scene.sideways("pelvis")) > t.on_a_side


def _high_pelvis(scene: Scene, t: Thresholds) -> bool:
    return scene.height("pelvis") > t.stands


def _standing(scene: Scene, t: Thresholds) -> bool:
    """The feet carry: the pelvis is high, upright enough not to lie on something high, and not seated."""
    upright = scene.up("pelvis") > t.trunk_lies
    feet = scene.rests("heel", "ball")
    return bool(feet) and upright and _high_pelvis(scene, t) and not scene.rests("seat", "thighback")


def _sitting(scene: Scene, t: Thresholds) -> bool:
    """The trunk is upright and the seat rests on something."""
    rests = [scene.gap(point) for point in ("seat", "thighback_r", "thighback_l")]
    return scene.up("pelvis") > t.trunk_upright and min(rests) < t.seat_rests_within and not _half_kneels(scene, t)


def _knees(scene: Scene) -> tuple[str, ...]:
    return scene.rests("knee")


def _kneels(scene: Scene, t: Thresholds) -> bool:
    """A knee carries: it rests, and the pelvis is above it, or the trunk is held up between hands and knees."""
    carried = scene.height("pelvis") > t.pelvis_over_knee
    turned = scene.facing("pelvis") > t.faces_up or abs(scene.sideways("pelvis")) > t.on_a_side
    return bool(_knees(scene)) and ((carried and not turned) or _plank(scene, t))


def _half_kneels(scene: Scene, t: Thresholds) -> bool:
    """One knee carries and the other foot stands in front."""
    for side, other in (SIDES, SIDES[::-1]):
        foot = scene.rests(f"heel_{other}") and scene.rests(f"ball_{other}")
        bent = scene.angle(f"hip_{other}") > t.front_hip
        if (
            _kneels(scene, t)
            and f"knee_{side}" in _knees(scene)
            and f"knee_{other}" not in _knees(scene)
            and foot
            and bent
        ):
            return True
    return False


def _leans(scene: Scene, t: Thresholds, point: str) -> tuple[str, ...]:
    """Sides on which the shoulder is well above a hand or an elbow that rests, and the trunk leans on it."""
    facing = min(scene.facing("thorax"), scene.facing("pelvis"))
    faces = facing < t.leans_facing or abs(scene.sideways("thorax")) > t.on_a_side
    faces = faces and not scene.rests("shoulder")
    return tuple(
        side
        for side in SIDES
        if faces
        and scene.rests(f"{point}_{side}")
        and scene.height(f"shoulder_{side}") - scene.height(f"{point}_{side}") > t.shoulder_over_hand
    )


def _wrist_load(scene: Scene, t: Thresholds) -> bool:
    return any(
        scene.angle(f"wrist_{side}") > t.wrist_bent
        and scene.height(f"elbow_{side}") - scene.height(f"wrist_{side}") > t.elbow_over_wrist
        for side in _leans(scene, t, "palm")
    )


def _wall_lean(scene: Scene, t: Thresholds) -> bool:
    """Both hands on a thing in front, and the body leans at it in a line."""
    hands = [name for name in scene.touched("wall", "counter", "table", "box") if name.startswith(("palm", "hand"))]
    return len(hands) > 1 and scene.up("pelvis") < t.leans_upright and scene.facing("pelvis") < 0


def _shoulder_load(scene: Scene, t: Thresholds) -> bool:
    return bool(_leans(scene, t, "palm") or _leans(scene, t, "elbow")) or _hangs(scene, t) or _wall_lean(scene, t)


def _hands_and_knees(scene: Scene, t: Thresholds) -> bool:
    down = bool(_leans(scene, t, "palm") or _leans(scene, t, "elbow"))
    bent = max(scene.either("hip")) >= t.straight_hip
    return down and bent and bool(_knees(scene)) and scene.height("pelvis") > t.pelvis_low


def _plank(scene: Scene, t: Thresholds) -> bool:
    """Hands or elbows and toes or knees carry a straight body."""
    down = bool(_leans(scene, t, "palm") or _leans(scene, t, "elbow"))
    feet = bool(scene.rests("toe", "ball", "knee"))
    straight = max(scene.either("hip")) < t.straight_hip
    return down and feet and straight and scene.facing("pelvis") < -t.faces_up and not _prone(scene, t)


def _hangs(scene: Scene, t: Thresholds) -> bool:
    """Upright, the hands are above the head and the feet in the air."""
    if scene.up("thorax") < t.trunk_upright:
        return False
    above = all(scene.height(f"palm_{side}") > scene.height("head") + t.hands_over_head for side in SIDES)
    lowest = min(scene.gap(f"{point}_{side}") for point in ("heel", "ball", "toe") for side in SIDES)
    return above and lowest > t.feet_in_the_air


def _bed_edge(scene: Scene, t: Thresholds) -> bool:
    return _supine(scene, t) and scene.uses("bench", "bed", "couch") and not scene.on_floor("sacrum")


def _deep_hip_flexion(scene: Scene, t: Thresholds) -> bool:
    return max(scene.either("hip")) > t.deep_hip


def _hip_extension(scene: Scene, t: Thresholds) -> bool:
    return min(scene.either("hip")) < -t.hip_behind


def _hip_rotation(scene: Scene, t: Thresholds) -> bool:
    return max(map(abs, scene.either("hip_rot"))) > t.hip_turned


def _spine(scene: Scene) -> float:
    return scene.angle("lumbar") + scene.angle("thorax")


def _spinal_extension(scene: Scene, t: Thresholds) -> bool:
    """The back is arched as far as it goes: pushed up on the hands, or bent back over a roller."""
    back_over = bool(scene.touched("roller")) and scene.facing("thorax") > t.faces_up
    return _spine(scene) < -(t.arched_over if back_over else t.arched)


def _flexed(scene: Scene, t: Thresholds) -> bool:
    return _spine(scene) > t.rounded


def _loaded_flexion(scene: Scene, t: Thresholds) -> bool:
    """Rounded against the weight of the head and trunk, or of the hanging legs."""
    lifted = scene.facing("thorax") > t.faces_lifted and not scene.rests("upperback", "head")
    return _flexed(scene, t) and (lifted or _hangs(scene, t))


def _unloaded_flexion(scene: Scene, t: Thresholds) -> bool:
    return _flexed(scene, t) and not _loaded_flexion(scene, t)


def _deep_knee(scene: Scene, t: Thresholds) -> bool:
    return max(scene.either("knee")) > t.deep_knee


def _neck_load(scene: Scene, t: Thresholds) -> bool:
    """The trunk lies and the head is held up."""
    lies = _supine(scene, t) or _prone(scene, t)
    return lies and scene.gap("head") > t.head_held and not _hands_down_prone(scene, t)


def _hands_down_prone(scene: Scene, t: Thresholds) -> bool:
    """Whether the trunk is propped up, so that the head is on top of it."""
    return _prone(scene, t) and bool(_leans(scene, t, "palm") or _leans(scene, t, "elbow"))


def _one_leg(scene: Scene, t: Thresholds) -> bool:
    feet = {name[-1] for name in scene.rests("heel", "ball", "toe")}
    lifted = [min(scene.gap(f"{point}_{side}") for point in ("heel", "ball", "toe")) for side in SIDES]
    return _standing(scene, t) and len(feet) == 1 and max(lifted) > t.foot_lifted


def _narrow(scene: Scene, t: Thresholds) -> bool:
    """Standing with one foot in front, or on one leg; or kneeling upright with one foot in front."""
    if _half_kneels(scene, t):
        return scene.up("thorax") > t.trunk_upright
    step = abs(scene.frame.points["ankle_r"][0] - scene.frame.points["ankle_l"][0])
    return _standing(scene, t) and not _wall_lean(scene, t) and (step > t.step or _one_leg(scene, t))


def _pairs(*points: str) -> tuple[str, ...]:
    return tuple(name for point in points for name in sided(point, pair=True))


def _down_on_floor(scene: Scene, t: Thresholds) -> bool:
    """The trunk, a knee or an elbow rests on the floor itself."""
    trunk = ("sacrum", "lowback", "upperback", "pubis", "ribs", "seat", *_pairs("hip", "knee", "elbow"))
    low = scene.height("pelvis") < t.stands
    return low and (any(scene.on_floor(point) for point in trunk) or _plank(scene, t))


def _head_low(scene: Scene, t: Thresholds) -> bool:
    return scene.height("head") < scene.height("chest") - t.head_lower


def _ribs_pressed(scene: Scene, t: Thresholds) -> bool:
    return _prone(scene, t) and scene.gap("ribs") < t.ribs_near


def _roller_low(scene: Scene, _: Thresholds) -> bool:
    return scene.nearest_on_trunk("roller", "ball") == "waist" and bool(scene.touched("roller", "ball"))


def _roller_anywhere(scene: Scene, _: Thresholds) -> bool:
    return bool(scene.touched("roller", "ball")) or scene.uses("practitioner_hand")


PROPERTIES: Final[Mapping[str, Sight]] = {
    "prone_lying": _prone,
    "supine_lying": _supine,
    "side_lying": _side_lying,
    "loaded_spinal_flexion": _loaded_flexion,
    "unloaded_spinal_flexion": _unloaded_flexion,
    "end_range_spinal_extension": _spinal_extension,
    "deep_hip_flexion": _deep_hip_flexion,
    "end_range_hip_extension": _hip_extension,
    "end_range_hip_rotation": _hip_rotation,
    "kneeling": _kneels,
    "quadruped": _hands_and_knees,
    "deep_knee_flexion": _deep_knee,
    "wrist_load": _wrist_load,
    "shoulder_load": _shoulder_load,
    "neck_load": _neck_load,
    "lumbar_roller_pressure": _roller_low,
    "soft_tissue_pressure": _roller_anywhere,
    "standing_balance": _narrow,
    "single_leg_balance": _one_leg,
    "floor_transfer": _down_on_floor,
    "overhead_hang": _hangs,
    "inversion": _head_low,
    "sternum_pressure": _ribs_pressed,
}
"""The properties that can be seen, and how."""

POSITIONS: Final[Mapping[str, Sight]] = {
    "supine": _supine,
    "prone": _prone,
    "side_lying": _side_lying,
    "hands_and_knees": _hands_and_knees,
    "half_kneeling": _half_kneels,
    "sitting": _sitting,
    "standing": _standing,
    "bed_edge": _bed_edge,
    "plank": _plank,
    "hanging": _hangs,
}
"""The positions that can be seen, and how."""
