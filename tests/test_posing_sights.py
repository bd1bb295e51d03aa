"""What the checks see in frames that were made by hand: each clause of a sight is held by a frame that hangs on it."""

import attrs
import pytest

from psoas_rules import load_pack
from psoas_rules.posing import Prop, Solver, load_poses
from psoas_rules.posing.body import sided
from psoas_rules.posing.scene import Scene
from psoas_rules.posing.sights import ANGLES, POINTS, POSITIONS, PROPERTIES
from psoas_rules.posing.tagging import seen_positions, seen_properties

PACK = load_pack()
POSES = load_poses(pack=PACK)
BODY = POSES.body
SOLVER = Solver(BODY)
FEET = ("heel", "ball", "toe")


def frame_of(name, number=0):
    return SOLVER.solve(POSES.poses[name], 3).frames[number]


def move(frame, **heights):
    """The frame with points at other heights: so far above where they rest on the floor."""
    points = {
        key: (frame.points[key][0], gap + BODY.point(key).rest, frame.points[key][2]) for key, gap in heights.items()
    }
    return attrs.evolve(frame, points={**frame.points, **points})


def seen(name, frame, props=None):
    pose = POSES.poses[name] if props is None else attrs.evolve(POSES.poses[name], props=props)
    scenes = [Scene(frame, pose, BODY)]
    return {*seen_properties(scenes, BODY), *seen_positions(scenes, BODY)}


STANDING = "banded_standing_hip_flexion"


def test_a_head_below_the_heart_is_upside_down():
    frame = frame_of(STANDING)
    chest, rest = frame.points["chest"][1], BODY.point("head").rest

    assert "inversion" in seen(STANDING, move(frame, head=chest - rest - 6))
    assert "inversion" not in seen(STANDING, move(frame, head=chest - rest - 4))


@pytest.mark.parametrize("point", ["seat", "thighback_r"])
def test_who_is_seated_high_does_not_stand(point):
    frame = frame_of(STANDING)

    assert "standing" in seen(STANDING, frame)
    assert "standing" not in seen(STANDING, move(frame, **{point: 0}))


@pytest.mark.parametrize("name", ["compartment_compression", "psoas_trigger_point_pressure"])
def test_who_lies_on_a_high_couch_does_not_stand(name):
    frame = frame_of(name)
    feet = move(frame, heel_r=0, heel_l=0, pelvis=60)

    assert "standing" not in seen(name, feet)
    upright = attrs.evolve(feet, turns=frame_of(STANDING).turns)
    assert "standing" in seen(name, move(upright, seat=50, thighback_r=50, thighback_l=50), props=())


def test_a_foot_that_barely_leaves_the_floor_is_no_stand_on_one_leg():
    frame = move(frame_of(STANDING), **{f"{point}_l": 0 for point in FEET})
    low, high = (move(frame, **{f"{point}_r": gap for point in FEET}) for gap in (3, 8))

    assert "single_leg_balance" not in seen(STANDING, low)
    assert "single_leg_balance" in seen(STANDING, high)


def test_a_step_with_both_hands_on_a_counter_needs_no_balance():
    frame = frame_of("incline_plank")
    x, y, z = frame.points["ankle_r"]
    step = attrs.evolve(frame, points={**frame.points, "ankle_r": (x + 20, y, z)})

    assert "standing_balance" not in seen("incline_plank", step)
    assert "standing_balance" in seen("incline_plank", step, props=(Prop(name="mat"),))


def test_a_plank_is_on_the_floor_though_only_hands_and_toes_are():
    frame = frame_of("plank_high", -1)
    scene = Scene(frame, POSES.poses["plank_high"], BODY)

    assert not scene.rests("knee", "elbow", "hip", "pubis", "ribs", "sacrum")
    assert "floor_transfer" in seen("plank_high", frame)


def test_hands_overhead_with_a_foot_on_the_floor_do_not_hang():
    frame = frame_of("hanging_knee_raise")

    assert "hanging" in seen("hanging_knee_raise", frame)
    assert "hanging" not in seen("hanging_knee_raise", move(frame, heel_r=0))


def test_who_half_kneels_with_a_low_seat_does_not_sit():
    name = "half_kneeling_hip_flexor_stretch"
    low = move(frame_of(name), seat=2)
    lifted = move(low, knee_r=9, knee_l=9)

    assert "half_kneeling" in seen(name, low)
    assert "sitting" not in seen(name, low)
    assert "sitting" in seen(name, lifted)


def test_the_sights_need_no_other_points_and_angles_than_those_that_are_listed():
    points = {full for name, pair in POINTS.items() for full in sided(name, pair=pair)}
    angles = {full for name, pair in ANGLES.items() for full in sided(name, pair=pair)}
    for pose in POSES.poses.values():
        for frame in SOLVER.solve(pose, 3).frames:
            few = attrs.evolve(
                frame,
                points={name: frame.points[name] for name in points},
                angles={name: frame.angles[name] for name in angles},
            )
            for sight in (*PROPERTIES.values(), *POSITIONS.values()):
                scenes = Scene(few, pose, BODY), Scene(frame, pose, BODY)
                assert sight(scenes[0], BODY.tags) == sight(scenes[1], BODY.tags)
