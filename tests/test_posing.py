"""The body, how it moves, and the postures that are found for it."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import load_pack
from psoas_rules.posing import Contact, Solver, load_poses, solve
from psoas_rules.posing.body import PLACE, mirrored, unsided
from psoas_rules.posing.descent import Demand, descend
from psoas_rules.posing.skeleton import Skeleton

POSES = load_poses(pack=load_pack())
BODY = POSES.body
SKELETON = Skeleton(BODY)
SOLVER = Solver(BODY)
SOLVED = {name: SOLVER.solve(pose) for name, pose in POSES.poses.items()}

degrees = st.floats(-170, 170)
postures = st.lists(degrees, min_size=len(SKELETON.angles), max_size=len(SKELETON.angles)).map(np.array)
every_pose = pytest.mark.parametrize("name", sorted(POSES.poses))

BONES = (
    ("hip_r", "knee_r"),
    ("knee_r", "ankle_r"),
    ("ankle_l", "ball_l"),
    ("shoulder_l", "elbow_l"),
    ("elbow_r", "wrist_r"),
    ("wrist_l", "hand_l"),
    ("hip_l", "hip_r"),
    ("shoulder_l", "shoulder_r"),
    ("pelvis", "waist"),
    ("mid", "neckbase"),
    ("neckbase", "head"),
)


def point(posture, name):
    return posture.points[..., SKELETON.point_index[name], :]


def mirror_angles(values):
    """The same posture seen in a mirror: sides swapped, turns that are not forwards or backwards the other way."""
    about = {
        f"{turn.angle}{side}": turn.about
        for row in BODY.segments.rows.values()
        for side in (("_r", "_l") if row.pair else ("",))
        for turn in row.turns
    }
    swapped = dict(zip(map(mirrored, SKELETON.angles), values, strict=True))
    signs = {
        name: -1 if name == "z" or (name == unsided(name) and name in about and not about[name].endswith("z")) else 1
        for name in SKELETON.angles
    }
    return np.array([swapped[name] * signs[name] for name in SKELETON.angles])


def test_a_body_without_wishes_stands_upright():
    standing = SKELETON.place(np.zeros(len(SKELETON.angles)))

    assert np.allclose(standing.turns, np.eye(3))
    assert point(standing, "head")[1] > point(standing, "mid")[1] > 0 > point(standing, "knee_r")[1]
    assert point(standing, "toe_r")[0] > point(standing, "heel_r")[0]
    assert point(standing, "hip_r")[2] > 0 > point(standing, "hip_l")[2]


def test_joints_bend_the_way_that_their_names_say():
    index = SKELETON.index
    values = np.zeros(len(index))
    values[index["hip_r"]] = values[index["knee_r"]] = values[index["elbow_l"]] = 90
    values[index["shoulder_abd_l"]] = 90
    sitting = SKELETON.place(values)

    assert np.allclose(point(sitting, "knee_r") - point(sitting, "hip_r"), (24.5, 0, 0))
    assert np.allclose(point(sitting, "ankle_r") - point(sitting, "knee_r"), (0, -24, 0))
    assert np.allclose(point(sitting, "elbow_l") - point(sitting, "shoulder_l"), (0, 0, -17.5))
    assert np.allclose(point(sitting, "wrist_l") - point(sitting, "elbow_l"), (14.5, 0, 0))


@given(values=postures)
def test_bones_keep_their_lengths(values):
    """However the body is bent, nothing in it gets longer or shorter."""
    bent, standing = SKELETON.place(values), SKELETON.place(np.zeros(len(values)))

    for one, other in BONES:
        long = np.linalg.norm(point(standing, one) - point(standing, other))
        assert np.linalg.norm(point(bent, one) - point(bent, other)) == pytest.approx(long)


@given(values=postures)
@settings(max_examples=30)
def test_rates_are_what_a_small_step_shows(values):
    """The rates that are worked out are those that trying out gives."""
    step = 1e-4
    aside = values + step * np.vstack((np.eye(len(values)), -np.eye(len(values))))
    ahead, behind = np.split(SKELETON.place(aside).points, 2)
    tried = np.moveaxis((ahead - behind) / (2 * step), 0, -1)

    assert np.allclose(SKELETON.jacobian(SKELETON.place(values)), tried, atol=1e-6)


@given(many=st.lists(postures, min_size=1, max_size=4).map(np.array))
@settings(max_examples=30)
def test_many_postures_at_once_are_each_alone(many):
    """Working out several postures in one go changes none of them."""
    together = SKELETON.place(many)
    rates = SKELETON.jacobian(together)

    for number, values in enumerate(many):
        alone = SKELETON.place(values)
        assert np.allclose(together.points[number], alone.points)
        assert np.allclose(together.turns[number], alone.turns)
        assert np.allclose(rates[number], SKELETON.jacobian(alone))


@given(values=postures)
def test_mirrored_angles_give_mirrored_points(values):
    """Left and right are built alike."""
    here, there = SKELETON.place(values), SKELETON.place(mirror_angles(values))

    for name in SKELETON.points:
        assert np.allclose(point(here, name) * (1, 1, -1), point(there, mirrored(name)))


@every_pose
def test_a_solved_pose_keeps_its_contacts_and_touches(name):
    for frame in SOLVED[name].frames:
        assert frame.contact_error < BODY.limits.contact
        assert frame.touch_error < BODY.limits.touch


@every_pose
def test_contacts_of_start_and_end_are_where_the_file_says(name):
    """The error that is told is the error that there is."""
    solved, pose = SOLVED[name], POSES.poses[name]

    for frame, stance in ((solved.frames[0], pose.start), (solved.frames[-1], pose.end)):
        for where, contact in stance.contacts.items():
            kept = where in pose.keep and frame is solved.frames[-1]
            for axis, wanted in enumerate((contact.x, contact.y, contact.z)):
                if wanted is not None and (axis == 1 or not kept):
                    assert frame.points[where][axis] == pytest.approx(wanted, abs=frame.contact_error + 1e-9)


@every_pose
def test_kept_points_stay_in_every_frame(name):
    frames = SOLVED[name].frames

    for where in POSES.poses[name].keep:
        places = np.array([frame.points[where] for frame in frames])
        assert np.ptp(places[:, 0]) < 2 * BODY.limits.contact


@every_pose
def test_what_touches_at_start_and_end_touches_on_the_way(name):
    pose = POSES.poses[name]

    for one, other in set(pose.start.touches) & set(pose.end.touches):
        for frame in SOLVED[name].frames:
            assert np.linalg.norm(np.subtract(frame.points[one], frame.points[other])) < BODY.limits.touch


def test_a_hand_stays_on_its_place_while_the_arm_turns_round_it():
    """Half of each angle would take the hand away; what touches at both ends is held on the way as well."""
    pose = POSES.poses["walking"]
    hand = (("palm_r", "iliac_r"),)
    ends = [
        attrs.evolve(pose.start, angles={**pose.start.angles, **arm}, touches=hand)
        for arm in (
            {"shoulder_r": -40, "shoulder_abd_r": 10, "elbow_r": 80},
            {"shoulder_r": 40, "shoulder_abd_r": 80, "shoulder_rot_r": 80, "elbow_r": 120},
        )
    ]
    middle = SOLVER.solve(attrs.evolve(pose, start=ends[0], end=ends[1], keep=()), frames=3).frames[1]

    assert np.linalg.norm(np.subtract(middle.points["palm_r"], middle.points["iliac_r"])) < 0.5


def test_contacts_between_two_places_move_from_one_to_the_other():
    """What is put elsewhere at the end is on its way in between, slowly at first and at last."""
    pose = POSES.poses["dead_bug"]
    stances = [
        attrs.evolve(stance, contacts={**stance.contacts, "palm_r": Contact(x=x, y=40)})
        for stance, x in ((pose.start, -40), (pose.end, -20))
    ]
    moved = attrs.evolve(pose, start=stances[0], end=stances[1])
    way = [frame.points["palm_r"][0] for frame in SOLVER.solve(moved, frames=5).frames]

    assert way == pytest.approx([-40, -36.9, -30, -23.1, -20], abs=1)


@every_pose
def test_joints_stay_within_their_ranges(name):
    for frame in SOLVED[name].frames:
        for angle, value in frame.angles.items():
            low, high = BODY.range_of(angle)
            assert low <= value <= high


@every_pose
def test_points_and_turns_of_a_frame_are_those_of_its_angles(name):
    """What is drawn by points and what is told by angles is one posture."""
    frame = SOLVED[name].frames[3]
    placed = SKELETON.place(np.array([frame.angles[angle] for angle in SKELETON.angles]))

    assert np.allclose([frame.points[where] for where in SKELETON.points], placed.points)
    assert np.allclose([frame.turns[segment.name] for segment in SKELETON.segments], placed.turns)


@pytest.mark.parametrize("name", ["bird_dog", "pigeon_pose", "side_plank", "walking"])
def test_solving_twice_gives_the_same(name):
    again = solve(POSES.poses[name], BODY)

    assert [frame.points for frame in again.frames] == [frame.points for frame in SOLVED[name].frames]


def test_a_movement_has_as_many_frames_as_asked_for_and_ends_alike():
    pose = POSES.poses["glute_bridge"]
    short = solve(pose, BODY, frames=2)

    assert len(short.frames) == 2
    assert len(SOLVED["glute_bridge"].frames) == 7
    assert short.frames[0].points == SOLVED["glute_bridge"].frames[0].points
    assert short.frames[-1].points == SOLVED["glute_bridge"].frames[-1].points


@every_pose
def test_who_keeps_still_keeps_still_in_between(name):
    pose = POSES.poses[name]
    frames = SOLVER.solve(attrs.evolve(pose, end=pose.start, keep=()), frames=3).frames

    assert frames[1].points == frames[0].points


def test_a_contact_below_the_floor_is_law_too():
    """A heel that sinks into something soft is lower than a heel on the floor."""
    pose = POSES.poses["standing_hip_flexor_stretch"]
    stance = attrs.evolve(pose.start, contacts={"ball_l": Contact(y=1.75), "heel_l": Contact(y=0.6)})
    solved = SOLVER.solve(attrs.evolve(pose, start=stance, end=stance, keep=()), frames=2)

    assert solved.frames[0].points["heel_l"][1] == pytest.approx(0.6, abs=0.1)


def mirror_stance(stance):
    values = np.array([stance.angles.get(name, 0.0) for name in SKELETON.angles])
    return attrs.evolve(
        stance,
        angles=dict(zip(SKELETON.angles, mirror_angles(values).tolist(), strict=True)),
        contacts={
            mirrored(name): attrs.evolve(contact, z=None if contact.z is None else -contact.z)
            for name, contact in stance.contacts.items()
        },
        touches=tuple((mirrored(one), mirrored(other)) for one, other in stance.touches),
    )


@pytest.mark.parametrize("name", ["bird_dog", "lizard_pose", "half_kneeling_hip_flexor_stretch", "straight_leg_raise"])
def test_a_mirrored_pose_is_solved_as_the_mirror_image(name):
    """Which side an exercise starts on changes the picture to its mirror image and nothing else."""
    pose = POSES.poses[name]
    other = attrs.evolve(
        pose, start=mirror_stance(pose.start), end=mirror_stance(pose.end), keep=tuple(map(mirrored, pose.keep))
    )
    there = SOLVER.solve(other)

    for frame, image in zip(SOLVED[name].frames, there.frames, strict=True):
        for where in SKELETON.points:
            assert np.array(frame.points[where]) * (1, 1, -1) == pytest.approx(image.points[mirrored(where)], abs=0.2)


@given(
    data=st.data(),
    name=st.sampled_from(["bird_dog", "glute_bridge", "dead_bug", "half_kneeling_hip_flexor_stretch"]),
)
@settings(max_examples=25)
def test_contacts_hold_for_wishes_that_are_a_little_off(data, name):
    """Angles are wishes, contacts are law."""
    start = POSES.poses[name].start
    off = data.draw(st.fixed_dictionaries({angle: st.floats(-6, 6) for angle in SKELETON.angles if angle not in PLACE}))
    wishes = {angle: start.angles.get(angle, 0) + off.get(angle, 0) for angle in SKELETON.angles}
    stance = attrs.evolve(start, angles=wishes)
    solved = SOLVER.solve(attrs.evolve(POSES.poses[name], start=stance, end=stance), frames=2)

    assert solved.contact_error < BODY.limits.contact


def test_a_contact_out_of_reach_is_told():
    """A body of 100 cannot have its head on the floor and its seat at 120."""
    pose = POSES.poses["glute_bridge"]
    apart = {"head": Contact(y=6), "sacrum": Contact(y=120)}
    solved = SOLVER.solve(attrs.evolve(pose, start=attrs.evolve(pose.start, contacts=apart)), frames=2)

    assert solved.frames[0].contact_error > 20


@given(
    st.integers(1, 5).flatmap(
        lambda size: st.tuples(
            st.lists(st.lists(st.floats(-3, 3), min_size=size, max_size=size), min_size=size, max_size=8),
            st.lists(st.floats(-1, 1), min_size=size, max_size=size),
        )
    )
)
def test_a_descent_ends_where_no_allowed_step_leads_down(given_system):
    """At the end every value either has no slope or is held at the bound that it is pushed against."""
    rows, begin = (np.array(part) for part in given_system)
    matrix = np.vstack((rows, 0.3 * np.eye(len(begin))))
    right = np.linspace(-2, 2, len(matrix))
    low, high = np.full(len(begin), -0.5), np.full(len(begin), 0.5)
    demand = Demand(state=lambda v: v, misses=lambda v, _: matrix @ v - right, rates=lambda _: matrix)
    found = descend(demand, begin, low, high)

    slope = matrix.T @ (matrix @ found - right)
    assert np.all((found >= low) & (found <= high))
    for value, down, least, most in zip(found, slope, low, high, strict=True):
        assert abs(down) < 0.02 or (value == least and down > 0) or (value == most and down < 0)
