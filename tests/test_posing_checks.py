"""Checks of figures: each tells of a planted mistake and of nothing else."""

import attrs
import numpy as np
import pytest

from psoas_rules import load_pack
from psoas_rules.posing import Contact, Prop, SignedException, Solver, check_figure, check_tags, examine, load_poses
from psoas_rules.posing.__main__ import main
from psoas_rules.posing.scene import Scene
from psoas_rules.posing.sights import POSITIONS, PROPERTIES
from psoas_rules.posing.solids import solids_of, support
from psoas_rules.posing.tagging import seen_positions, seen_properties

PACK = load_pack()
POSES = load_poses(pack=PACK)
BODY = POSES.body
SOLVER = Solver(BODY)
EXERCISES = {exercise.id: exercise for exercise in PACK.exercises}
SOLVED = {name: SOLVER.solve(pose) for name, pose in POSES.poses.items()}
every_pose = pytest.mark.parametrize("name", sorted(POSES.poses))


def pack_with(exercise):
    return attrs.evolve(PACK, exercises=tuple(exercise if one.id == exercise.id else one for one in PACK.exercises))


def codes(findings):
    return {finding.code for finding in findings}


def mechanical(name, *, solved=None, pose=None, pack=PACK, body=BODY):
    return check_figure(pose or POSES.poses[name], solved or SOLVED[name], body, pack)


def with_frame(name, change):
    """A movement whose last frame was changed by hand."""
    solved = SOLVED[name]
    return attrs.evolve(solved, frames=(*solved.frames[:-1], change(solved.frames[-1])))


@every_pose
def test_every_figure_of_the_pack_is_sound(name):
    assert mechanical(name) == ()


@every_pose
def test_every_figure_agrees_with_the_properties_of_its_exercise(name):
    assert check_tags(POSES.poses[name], SOLVED[name], BODY, PACK) == ()


def test_a_joint_beyond_its_range_is_told():
    def bend(frame):
        return attrs.evolve(frame, angles={**frame.angles, "knee_r": 170})

    found = mechanical("glute_bridge", solved=with_frame("glute_bridge", bend))

    assert [(one.code, one.frame, one.amount) for one in found] == [("range", 6, 20)]
    assert "from 0 to 150" in found[0].message


@pytest.mark.parametrize("field, code", [("contact_error", "contact"), ("touch_error", "touch")])
def test_a_contact_or_touch_that_is_off_is_told(field, code):
    found = mechanical(
        "glute_bridge", solved=with_frame("glute_bridge", lambda frame: attrs.evolve(frame, **{field: 2.5}))
    )

    assert [(one.code, one.frame, one.amount) for one in found] == [(code, 6, 2.5)]


def test_a_contact_out_of_reach_is_told():
    pose = POSES.poses["glute_bridge"]
    stance = attrs.evolve(pose.start, contacts={"head": Contact(y=6), "sacrum": Contact(y=120)})
    broken = attrs.evolve(pose, start=stance, end=stance)

    assert "contact" in codes(mechanical("glute_bridge", pose=broken, solved=SOLVER.solve(broken)))


def move(name, where):
    """A change of a frame that puts one point elsewhere."""
    return lambda frame: attrs.evolve(frame, points={**frame.points, name: where})


def test_a_part_below_the_floor_is_told():
    heel = SOLVED["glute_bridge"].frames[-1].points["heel_r"]
    found = mechanical("glute_bridge", solved=with_frame("glute_bridge", move("heel_r", (heel[0], -3.0, heel[2]))))

    assert ("below-floor", 6) in {(one.code, one.frame) for one in found}
    assert any("'heel_r' is 4.9 below the floor" in one.message for one in found)


def test_a_hand_inside_the_trunk_is_told():
    waist = SOLVED["glute_bridge"].frames[-1].points["waist"]

    def through(frame):
        return attrs.evolve(frame, points={**frame.points, "wrist_l": waist, "hand_l": waist})

    found = mechanical("glute_bridge", solved=with_frame("glute_bridge", through))

    assert any(one.code == "inside" and "'hand_l'" in one.message and "'waist'" in one.message for one in found)


def test_what_a_pose_file_places_on_a_part_may_press_deeper():
    points = SOLVED["glute_bridge"].frames[-1].points
    under = tuple(0.7 * np.array(points["kneetop_l"]) + 0.3 * np.array(points["knee_l"]))

    def on_knee(frame):
        return attrs.evolve(
            frame, points={**frame.points, "wrist_r": (under[0], under[1] + 9, under[2]), "hand_r": under}
        )

    solved = with_frame("glute_bridge", on_knee)
    pose = POSES.poses["glute_bridge"]
    placed = attrs.evolve(pose, end=attrs.evolve(pose.end, touches=(("palm_r", "kneetop_l"),)))
    mentions = [
        sum(
            "'hand_r'" in one.message and "'thigh_l'" in one.message for one in mechanical("", solved=solved, pose=each)
        )
        for each in (pose, placed)
    ]

    assert mentions == [1, 0]


@pytest.mark.parametrize(
    "prop",
    [
        Prop(name="bench", measures={"x": [-80, 80], "h": 20}),
        Prop(name="wall", measures={"x": -20}),
        Prop(name="roller", measures={"x": 0, "y": 9, "r": 6}),
    ],
    ids=lambda prop: prop.name,
)
def test_a_body_inside_a_hard_thing_is_told(prop):
    pose = POSES.poses["glute_bridge"]
    broken = attrs.evolve(pose, props=(*pose.props, prop))

    assert "in-prop" in codes(mechanical("glute_bridge", pose=broken))
    assert any(f"inside the {prop.name}" in one.message for one in mechanical("glute_bridge", pose=broken))


def test_a_cushion_gives_way():
    pose = POSES.poses["glute_bridge"]
    soft = attrs.evolve(pose, props=(*pose.props, Prop(name="cushion", measures={"x": 0, "w": 20, "d": 20, "h": 9})))

    assert mechanical("glute_bridge", pose=soft) == ()


def test_a_foot_that_slides_while_it_rests_is_told():
    ball = SOLVED["glute_bridge"].frames[-1].points["ball_r"]
    pose = attrs.evolve(POSES.poses["glute_bridge"], keep=())
    solved = with_frame("glute_bridge", move("ball_r", (ball[0] + 9, ball[1], ball[2])))
    found = [one for one in mechanical("", solved=solved, pose=pose) if one.code == "slides"]

    assert len(found) == 1
    assert "'ball_r' slides by" in found[0].message
    arrow = attrs.evolve(pose.row.arrows[0], of="ball_r", push=None, circle=None)
    meant = attrs.evolve(pose, row=attrs.evolve(pose.row, arrows=(arrow,)))
    assert "slides" not in codes(mechanical("", solved=solved, pose=meant))


def test_equipment_that_is_needed_and_not_drawn_is_told():
    needy = attrs.evolve(EXERCISES["glute_bridge"], needs=(("mat",), ("foam_roller", "soft_ball")))
    found = mechanical("glute_bridge", pack=pack_with(needy))

    assert codes(found) == {"not-drawn"}
    assert "foam_roller or soft_ball" in found[0].message


def test_equipment_that_is_drawn_and_not_needed_is_told():
    pose = POSES.poses["glute_bridge"]
    odd = attrs.evolve(pose, props=(*pose.props, Prop(name="pull_up_bar", measures={"x": 0, "y": 120})))

    assert codes(mechanical("glute_bridge", pose=odd)) == {"not-needed"}


AGREED = sorted(
    (name, tag)
    for name, pose in POSES.poses.items()
    for tag in seen_properties([Scene(frame, pose, BODY) for frame in SOLVED[name].frames], BODY)
    if tag in EXERCISES[name].properties
)
FIRST_OF_EACH = {tag: (name, tag) for name, tag in reversed(AGREED)}


@pytest.mark.parametrize("name, tag", AGREED, ids="-".join)
def test_a_forgotten_property_is_told(name, tag):
    """Whatever a figure shows must be said of the exercise: a property that is taken away is missed at once."""
    exercise = EXERCISES[name]
    without = attrs.evolve(exercise, properties=tuple(one for one in exercise.properties if one != tag))
    found = check_tags(POSES.poses[name], SOLVED[name], BODY, pack_with(without))
    told = [one for one in found if one.code == "unsaid" and f"'{tag}'" in one.message]

    assert len(told) == 1
    assert told[0].frame is not None


def test_the_figures_show_most_properties_that_can_be_seen():
    """Taking properties away would prove little if the figures showed few of them."""
    assert len(FIRST_OF_EACH) >= len(PROPERTIES) - 2


@pytest.mark.parametrize("tag", sorted(PROPERTIES))
def test_a_property_that_no_figure_shows_is_told(tag):
    name = next(
        name
        for name, pose in POSES.poses.items()
        if tag not in EXERCISES[name].properties
        and tag not in seen_properties([Scene(frame, pose, BODY) for frame in SOLVED[name].frames], BODY)
    )
    exercise = EXERCISES[name]
    too_much = attrs.evolve(exercise, properties=(*exercise.properties, tag))
    found = check_tags(POSES.poses[name], SOLVED[name], BODY, pack_with(too_much))

    assert [one.code for one in found if f"'{tag}'" in one.message] == ["unseen"]


def test_a_signed_disagreement_is_quiet_and_one_that_is_settled_is_told():
    exercise = EXERCISES["glute_bridge"]
    without = attrs.evolve(exercise, properties=tuple(one for one in exercise.properties if one != "supine_lying"))
    pose = POSES.poses["glute_bridge"]
    row = attrs.evolve(pose.row, exceptions=(SignedException(property="supine_lying", why="a test"),))
    signed = attrs.evolve(pose, row=row)

    assert check_tags(signed, SOLVED["glute_bridge"], BODY, pack_with(without)) == ()
    assert codes(check_tags(signed, SOLVED["glute_bridge"], BODY, PACK)) == {"stale-exception"}


def test_a_figure_in_another_position_than_its_exercise_is_told():
    exercise = attrs.evolve(EXERCISES["glute_bridge"], positions=("standing",))
    found = check_tags(POSES.poses["glute_bridge"], SOLVED["glute_bridge"], BODY, pack_with(exercise))

    assert [one.code for one in found] == ["position"]
    assert "done standing ('standing'); the figure shows lying on the back ('supine')" in found[0].message


PLAIN_POSITIONS = {
    "glute_bridge": "supine",
    "superman": "prone",
    "side_lying_clam": "side_lying",
    "bird_dog": "hands_and_knees",
    "half_kneeling_hip_flexor_stretch": "half_kneeling",
    "seated_psoas_march": "sitting",
    "banded_standing_hip_flexion": "standing",
    "edge_of_bed_stretch": "bed_edge",
    "plank_high": "plank",
    "hanging_knee_raise": "hanging",
}


@pytest.mark.parametrize("name, position", PLAIN_POSITIONS.items())
def test_positions_are_seen(name, position):
    assert position in seen_positions([Scene(frame, POSES.poses[name], BODY) for frame in SOLVED[name].frames], BODY)


def test_a_hand_that_lies_in_front_of_somebody_on_the_side_carries_nothing():
    pose, frame = POSES.poses["side_lying_clam"], SOLVED["side_lying_clam"].frames[0]
    shoulder = frame.points["shoulder_l"]
    on_floor = move("palm_l", (shoulder[0], BODY.point("palm").rest, shoulder[2] + 15))(frame)
    on_an_elbow = move("elbow_r", (shoulder[0], BODY.point("elbow").rest, 0))
    propped = on_an_elbow(move("shoulder_r", (shoulder[0], 17, 0))(on_floor))

    assert "shoulder_load" not in seen_properties([Scene(on_floor, pose, BODY)], BODY)
    assert "shoulder_load" in seen_properties([Scene(propped, pose, BODY)], BODY)


def test_every_position_of_the_vocabulary_can_be_seen():
    assert set(POSITIONS) == set(PACK.vocabulary.positions) == set(PLAIN_POSITIONS.values())


def test_things_hold_up_what_is_above_them_and_nothing_else():
    solids = solids_of(
        (Prop(name="bench", measures={"x": [-10, 30], "h": 24}), Prop(name="roller", measures={"x": 60, "r": 5}))
    )
    places = np.array([(0, 26, 0), (0, 5, 0), (50, 26, 0), (60, 11, 0), (0, 26, 40)], float)

    assert support(solids, places).tolist() == [24, 0, 0, 10, 0]


@pytest.mark.parametrize(
    "prop, place, outside",
    [
        (Prop(name="ball", measures={"x": 1, "y": 3, "r": 2}), (1, 3, 6), 4),
        (Prop(name="chair", measures={"x": 10, "h": 27}), (0, 30, 0), 3),
        (Prop(name="counter", measures={"x": 30, "h": 52, "w": 20}), (27, 40, 0), 3),
        (Prop(name="counter", measures={"x": 30, "h": 52, "w": 20}), (32, 40, 0), -2),
        (Prop(name="wall", measures={"x": 40}), (35, 40, 0), 5),
    ],
)
def test_things_tell_how_far_outside_a_place_is(prop, place, outside):
    far = [float(solid.outside(np.array(place, float))) for solid in solids_of((prop,))]

    assert min(far) == pytest.approx(outside)


@pytest.mark.parametrize("name", sorted(BODY.props.rows))
@pytest.mark.parametrize("measures", [{}, {"x": 5, "z": 2}, {"x": [-3, 8], "z": [-4, 4], "h": 9, "w": -6}], ids=str)
def test_every_thing_has_a_shape_whatever_is_measured(name, measures):
    """Half-written measures must not end the check of a pose file."""
    places = np.array([(0, 0, 0), (1, 60, 2), (4, 8, -4)], float)

    for solid in solids_of((Prop(name=name, measures=measures),)):
        assert np.isfinite(solid.outside(places)).all()
        assert solid.top(places).shape == (3,)


def test_examining_covers_what_is_asked_for():
    names = [examined.solved.exercise for examined in examine(POSES, PACK, only=("bird_dog", "walking"), frames=2)]

    assert names == ["bird_dog", "walking"]


def test_the_command_tells_contacts_and_names_that_are_not_there(capsys, tmp_path):
    from psoas_rules.loading import find_builtin

    assert main([str(find_builtin()), "glute_bridge"]) == 0
    assert "glute_bridge: contacts within" in capsys.readouterr().out
    assert main([str(find_builtin()), "glute_brigde"]) == 1
    assert "did you mean 'glute_bridge'" in capsys.readouterr().out
    assert main([]) == 2
    assert main([str(tmp_path)]) == 1
    assert "no pack" in capsys.readouterr().err
