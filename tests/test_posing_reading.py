"""Reading pose files: everything that is wrong is told at once, with its place and its cure."""

import json
import subprocess
import sys

import attrs
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import load_pack
from psoas_rules.errors import PackError
from psoas_rules.loading import find_builtin
from psoas_rules.posing import load_poses, pose_contents, pose_schemas, read_poses, try_poses
from psoas_rules.posing.body import mirrored, sided, unsided
from psoas_rules.posing.poses import PoseRow
from psoas_rules.shapes import structure
from psoas_rules.yaml_reader import read_yaml

PACK = load_pack()
BASES = b"""\
bases:
  lying:
    angles: {pitch: -90, y: 7, neck: 4}
    contacts: {sacrum: floor, palm: floor, head: floor}
    props: [mat]
  bent:
    base: lying
    angles: {hip: 48, knee: 98}
    contacts: {heel: floor}
"""
POSE = b"""\
exercise: glute_bridge
description: Somebody lies there.
base: bent
keep: [heel, head]
start:
  angles: {knee_r: 90}
  contacts: {palm_l: free, hand_r: {x: 3, y: floor}}
end:
  angles: {hip: 2}
  contacts: {sacrum: free}
  touches: [[palm, iliac], [palm_r, belly]]
"""
BODY = pose_contents()["poses/body.yaml"]
SMALL = attrs.evolve(PACK, exercises=tuple(one for one in PACK.exercises if one.id == "glute_bridge"))
FILES = {"poses/bases.yaml": BASES, "poses/body.yaml": BODY, "poses/glute_bridge.yaml": POSE}


def issues_of(changes, pack=SMALL):
    contents = {**FILES, **changes}
    return try_poses({file: text for file, text in contents.items() if text is not None}, pack)[1]


def changed(old, new, file="poses/glute_bridge.yaml"):
    assert FILES[file].count(old) == 1
    return {file: FILES[file].replace(old, new)}


def test_every_exercise_of_the_pack_has_a_pose():
    poses = load_poses(pack=PACK)

    assert set(poses.poses) == {exercise.id for exercise in PACK.exercises}
    assert load_poses().poses.keys() == poses.poses.keys()


def test_a_pose_is_put_together_from_its_bases():
    pose = read_poses(FILES, SMALL).poses["glute_bridge"]
    start, end = pose.start, pose.end

    assert start.angles == {"pitch": -90, "y": 7, "neck": 4, "hip_r": 48, "hip_l": 48, "knee_r": 90, "knee_l": 98}
    assert end.angles == {**start.angles, "hip_r": 2, "hip_l": 2}
    assert set(start.contacts) == {"sacrum", "palm_r", "head", "heel_r", "heel_l", "hand_r"}
    assert set(end.contacts) == set(start.contacts) - {"sacrum"}
    assert (start.contacts["hand_r"].x, start.contacts["hand_r"].y, start.contacts["hand_r"].z) == (3, 1.75, None)
    assert pose.keep == ("heel_r", "heel_l", "head")
    assert start.touches == ()
    assert end.touches == (("palm_r", "iliac_r"), ("palm_l", "iliac_l"), ("palm_r", "belly"))
    assert [prop.name for prop in pose.props] == ["mat"]


def test_both_hands_may_touch_one_point():
    changes = changed(b"[palm_r, belly]", b"[palm, belly]")
    pose = read_poses({**FILES, **changes}, SMALL).poses["glute_bridge"]

    assert pose.end.touches[2:] == (("palm_r", "belly"), ("palm_l", "belly"))


def test_an_end_may_have_a_base_of_its_own():
    changes = changed(b"end:\n", b"end:\n  base: lying\n")
    pose = read_poses({**FILES, **changes}, SMALL).poses["glute_bridge"]

    assert pose.end.angles == {"pitch": -90, "y": 7, "neck": 4, "hip_r": 2, "hip_l": 2}
    assert set(pose.end.contacts) == {"palm_r", "palm_l", "head"}


MISTAKES = {
    "unknown angle": (changed(b"knee_r: 90", b"kne_r: 90"), 6, "unknown-name", "did you mean 'knee_r'"),
    "angle too far": (changed(b"knee_r: 90", b"knee_r: -20"), 6, "out-of-range", "from 0 to 150"),
    "unknown point": (changed(b"palm_l: free", b"plam_l: free"), 7, "unknown-name", "did you mean 'palm_l'"),
    "no contact": (changed(b"palm_l: free", b"palm_l: flor"), 7, "bad-value", "write floor, free or"),
    "odd axis": (changed(b"{x: 3, y: floor}", b"{w: 3}"), 7, "unknown-key", "a contact has x, y and z"),
    "floor sideways": (changed(b"{x: 3, y: floor}", b"{x: floor}"), 7, "bad-value", "is not a number"),
    "unknown base": (changed(b"base: bent", b"base: bend"), 3, "unknown-name", "did you mean 'bent'"),
    "unknown kept": (changed(b"[heel, head]", b"[heal, head]"), 4, "unknown-name", "did you mean 'heel'"),
    "three touch": (changed(b"[palm, iliac]", b"[palm, iliac, head]"), 11, "bad-value", "a pair of points"),
    "one on two": (changed(b"[palm_r, belly]", b"[belly, palm]"), 11, "bad-value", "say which"),
    "unknown key": (changed(b"keep:", b"kept:"), 4, "unknown-key", "did you mean 'keep'"),
    "wrong name": (changed(b"exercise: glute_bridge", b"exercise: bridge_march"), 1, "file-name", "'glute_bridge'"),
    "start base": (changed(b"start:\n", b"start:\n  base: lying\n"), 6, "unknown-key", "at the top of the file"),
    "two arrows": (
        {"poses/glute_bridge.yaml": POSE + b"arrows: [{of: hip_r, push: hip_r}]\n"},
        12,
        "bad-value",
        "one of: of, push, circle",
    ),
    "half an arrow": ({"poses/glute_bridge.yaml": POSE + b"arrows: [{of: hip}]\n"}, 12, "bad-value", "hip_r or hip_l"),
    "unknown part": ({"poses/glute_bridge.yaml": POSE + b"ghost: [leg]\n"}, 12, "unknown-name", "did you mean 'leg_"),
    "unknown order": ({"poses/glute_bridge.yaml": POSE + b"order: {x: 2}\n"}, 12, "unknown-name", "there are leg_r"),
    "unknown prop": ({"poses/glute_bridge.yaml": POSE + b"props: [chiar]\n"}, 12, "unknown-name", "'chair'"),
    "odd prop": ({"poses/glute_bridge.yaml": POSE + b"props: [[mat]]\n"}, 12, "bad-value", "nothing to draw"),
    "size in words": (
        {"poses/glute_bridge.yaml": POSE + b"props: [{chair: {h: high}}]\n"},
        12,
        "bad-value",
        "not a number",
    ),
    "place of three": (
        {"poses/glute_bridge.yaml": POSE + b"props: [{bed: {x: [1, 2, 3]}}]\n"},
        12,
        "bad-value",
        "nor two of them",
    ),
    "unknown exception": (
        {"poses/glute_bridge.yaml": POSE + b"exceptions: [{property: inversoin, why: x}]\n"},
        12,
        "unknown-name",
        "did you mean 'inversion'",
    ),
    "mark in panel 9": (
        {"poses/glute_bridge.yaml": POSE + b"marks: [{panel: 9, at: hip_r, text: x}]\n"},
        12,
        "out-of-range",
        "not 9",
    ),
    "arrow in panel 0": (
        {"poses/glute_bridge.yaml": POSE + b"arrows: [{panel: 0, of: hip_r}]\n"},
        12,
        "out-of-range",
        "not 0",
    ),
    "ring in panel 3": (
        {"poses/glute_bridge.yaml": POSE + b"focus: [{panel: 3, at: hip_r}]\n"},
        12,
        "out-of-range",
        "not 3",
    ),
    "arrow far away": (
        {"poses/glute_bridge.yaml": POSE + b"arrows: [{of: hip_r, dx: 100000000}]\n"},
        12,
        "out-of-range",
        "from -300 to 300",
    ),
    "no time": ({"poses/glute_bridge.yaml": POSE + b"seconds: 0\n"}, 12, "out-of-range", "2 to 12 seconds"),
    "roller inside out": (
        {"poses/glute_bridge.yaml": POSE + b"props: [{roller: {r: -30}}]\n"},
        12,
        "out-of-range",
        "'r' is a size",
    ),
    "prop far away": (
        {"poses/glute_bridge.yaml": POSE + b"props: [{wall: {x: 100000000}}]\n"},
        12,
        "out-of-range",
        "from -300 to 300",
    ),
    "band far away": (
        {"poses/glute_bridge.yaml": POSE + b"props: [{band: {between: [palm_r, [0, 100000000, 0]]}}]\n"},
        12,
        "out-of-range",
        "from -300 to 300",
    ),
    "view of a list": ({"poses/glute_bridge.yaml": POSE + b"view: [3]\n"}, 12, "bad-value", "with the keys of a view"),
    "contact far away": (changed(b"{x: 3, y", b"{x: 100000000, y"), 7, "out-of-range", "not to 100000000"),
    "body far away": (changed(b"angles: {hip: 2}", b"angles: {x: 100000000}"), 9, "out-of-range", "from -300 to 300"),
    "many turns": (changed(b"angles: {hip: 2}", b"angles: {pitch: 1000000000}"), 9, "out-of-range", "from -360 to 360"),
    "a list": ({"poses/glute_bridge.yaml": b"- a\n"}, 1, "bad-value", "with the keys of a pose file"),
    "base in a circle": (
        changed(b"  lying:\n", b"  lying:\n    base: bent\n", "poses/bases.yaml"),
        8,
        "circle",
        "break the circle",
    ),
    "base on nothing": (
        changed(b"base: lying", b"base: laying", "poses/bases.yaml"),
        7,
        "unknown-name",
        "did you mean 'lying'",
    ),
}


@pytest.mark.parametrize("changes, line, code, words", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_place_and_cure(changes, line, code, words):
    found = [issue for issue in issues_of(changes) if issue.code == code and words in issue.message]

    assert [(issue.file, issue.line) for issue in found] == [(next(iter(changes)), line)]


def test_without_a_mistake_nothing_is_told():
    assert issues_of({}) == ()


def test_a_file_for_no_exercise_and_an_exercise_without_a_file_are_told():
    strange = POSE.replace(b"glute_bridge", b"glute_bridg")
    found = issues_of({"poses/glute_bridge.yaml": None, "poses/glute_bridg.yaml": strange})

    assert [(issue.file, issue.code) for issue in found] == [
        ("poses/glute_bridg.yaml", "unknown-name"),
        ("poses/glute_bridge.yaml", "missing-pose"),
    ]
    assert "did you mean 'glute_bridge'" in found[0].message


@pytest.mark.parametrize("file", ["poses/body.yaml", "poses/bases.yaml"])
def test_without_a_body_or_bases_there_are_no_poses(file):
    poses, issues = try_poses({name: text for name, text in FILES.items() if name != file}, SMALL)

    assert poses is None
    assert [(issue.file, issue.code) for issue in issues] == [(file, "missing-file")]


def test_all_mistakes_are_told_at_once():
    text = POSE.replace(b"knee_r: 90", b"kne_r: 90").replace(b"[heel, head]", b"[heal, hed]")
    with pytest.raises(PackError) as told:
        read_poses({**FILES, "poses/glute_bridge.yaml": text}, SMALL)

    assert [issue.line for issue in told.value.issues] == [4, 4, 6]


BODY_MISTAKES = {
    b"knee: [0, 150]": (b"knee: [150, 0]", "the least first"),
    b"elbow: [0, 150]": (b"elbwo: [0, 150]", "did you mean 'elbow'"),
    b"belly: {on: pelvis,": (b"belly: {on: pelvsi,", "did you mean 'pelvis'"),
    b"temple: {on: head, at: [2.6, 12.4, 5],": (b"temple: {on: head, at: [2.6, 12.4],", "3 numbers"),
    b"kneetop: {on: thigh, at: [3.6, -20, 0], pair: yes}": (
        b"kneetop: {on: thigh, at: [3.6, -20, 0]}",
        "its points are pairs",
    ),
    b"toes: {on: foot, at: [10.2, -2.6, 0], pair: yes, turns: [{angle: toes,": (
        b"toes: {on: foot, at: [10.2, -2.6, 0], pair: yes, turns: [{angle: ankle,",
        "is there already",
    ),
    b"shank: {on: thigh, at: [0, -24.5, 0]": (b"shank: {on: tigh, at: [0, -24.5, 0]", "did you mean 'thigh'"),
    b"neck: {start: neckbase,": (b"neck: {start: nekbase,", "did you mean 'neckbase'"),
    b"{parts: [thigh], others:": (b"{parts: [tigh], others:", "did you mean 'thigh'"),
    b"    mat: [mat]": (b"    mat: [matt]", "did you mean 'mat'"),
    b"    neck_turn: 0.3": (b"    neck_turn: 0", "above 0"),
    b"    hand: [shoulder,": (b"    hand: [sholder,", "did you mean 'shoulder'"),
    b"  deep_hip:": (b"  deep_hips:", "did you mean 'deep_hip'"),
}


@pytest.mark.parametrize("old, mistake", BODY_MISTAKES.items(), ids=[old.decode() for old in BODY_MISTAKES])
def test_a_mistake_in_the_body_is_told_with_its_line(old, mistake):
    new, words = mistake
    assert BODY.count(old) == 1
    line = BODY[: BODY.index(old)].count(b"\n") + 1
    found = [issue for issue in issues_of({"poses/body.yaml": BODY.replace(old, new)}) if words in issue.message]

    assert [(issue.file, issue.line) for issue in found] == [("poses/body.yaml", line)]


def test_equipment_that_the_pack_lacks_counts_only_when_a_pose_draws_it():
    body = BODY.replace(b"    roller: [foam_roller]", b"    roller: [foam_roler]")
    drawn = {"poses/glute_bridge.yaml": POSE + b"props: [mat, roller]\n"}

    assert issues_of({"poses/body.yaml": body}) == ()
    assert ["'foam_roler'" in issue.message for issue in issues_of({"poses/body.yaml": body, **drawn})] == [True]


def test_a_point_that_the_checks_need_is_missed():
    body = BODY.replace(b"    ribs: {", b"    rips: {")
    found = [issue.message for issue in issues_of({"poses/body.yaml": body}) if issue.code == "missing-name"]

    assert found == ["the point 'ribs' is missing; the checks need it"]


def test_a_pack_without_poses_says_what_to_add(tmp_path):
    with pytest.raises(PackError, match=r"add poses/body\.yaml, poses/bases\.yaml and one file for each exercise"):
        pose_contents(tmp_path)


def test_sources_of_the_body_are_those_of_the_pack():
    found = issues_of({"poses/body.yaml": BODY.replace(b"[expert_choice]", b"[expert_chioce]", 1)})

    assert ["did you mean 'expert_choice'" in issue.message for issue in found] == [True]


@given(text=st.binary(max_size=200))
@settings(max_examples=50)
def test_any_file_is_read_or_told_about(text):
    """Whatever stands in a file, reading ends with a pose or with an issue about that file."""
    poses, issues = try_poses({**FILES, "poses/glute_bridge.yaml": text}, SMALL)

    assert poses is not None
    assert poses.poses or any(issue.file == "poses/glute_bridge.yaml" for issue in issues)


@given(st.sampled_from([name for key in ("hip", "knee", "belly", "hip_abd") for name in (key, *sided(key, pair=True))]))
def test_a_mirrored_name_comes_back(name):
    assert mirrored(mirrored(name)) == name
    assert unsided(mirrored(name)) == unsided(name)


SCHEMAS = pose_schemas(load_poses(pack=PACK), PACK)


def test_the_schemas_in_the_pack_are_up_to_date():
    for name, text in SCHEMAS.items():
        assert (find_builtin() / "schemas" / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize("file", sorted(pose_contents()))
def test_every_pose_file_fits_its_schema(file):
    kind = {"poses/body.yaml": "body", "poses/bases.yaml": "bases"}.get(file, "pose")
    schema = json.loads(SCHEMAS[f"{kind}.schema.json"])
    text = pose_contents()[file]

    jsonschema.Draft7Validator(schema).validate(read_yaml(text).data)
    assert text.startswith(f"# yaml-language-server: $schema=../schemas/{kind}.schema.json\n".encode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep": "heel"},
        {"start": {"contacts": {"heel_r": "flor"}}},
        {"start": {"contacts": {"heel_r": {"w": 2}}}},
        {"start": {"angles": {"hip": "wide"}}},
        {"props": ["trampoline"]},
        {"viwe": {}},
    ],
    ids=json.dumps,
)
def test_a_wrong_pose_does_not_fit_the_schema_and_is_not_read(wrong):
    data = {"exercise": "glute_bridge", "description": "x", "base": "supine", **wrong}
    validator = jsonschema.Draft7Validator(json.loads(SCHEMAS["pose.schema.json"]))
    text = json.dumps(data).encode()

    assert not validator.is_valid(data)
    assert validator.is_valid({key: value for key, value in data.items() if key not in wrong})
    assert structure(data, PoseRow)[1] or issues_of({"poses/glute_bridge.yaml": text})


def test_without_numpy_the_error_tells_the_command():
    hidden = "import sys; sys.modules['numpy'] = None; import psoas_rules.posing"
    found = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=False)

    assert "python -m pip install 'psoas-rules[figures]'" in found.stderr
    assert found.stderr.strip().splitlines()[-1].startswith("ModuleNotFoundError")
