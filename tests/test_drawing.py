"""Drawing: outlines, curves and the camera keep their laws; figures are built from poses, and told when they are old."""
# ruff: noqa: E402 - what needs the extra is imported only where it is installed

import html
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy", reason="numpy is not installed")
spatial = pytest.importorskip("scipy.spatial", reason="scipy is not installed")

from psoas_rules.drawing import PROPS, Gallery, draw_pose, figure_of
from psoas_rules.drawing.camera import Camera
from psoas_rules.drawing.extremities import hand_cones
from psoas_rules.drawing.fields import Cone, Grid, area
from psoas_rules.drawing.head import head
from psoas_rules.drawing.parts import Model, seen_of
from psoas_rules.drawing.paths import closed_path, open_path, polygon
from psoas_rules.drawing.picture import two_panels
from psoas_rules.drawing.props import furnish, gripping, leaning, prop_mistakes
from psoas_rules.drawing.scenery import Scene
from psoas_rules.drawing.sheet import contact_sheet
from psoas_rules.errors import PackError
from psoas_rules.figures import load_figures
from psoas_rules.posing import Frame, Prop, Solved, solve

RULES = Path(__file__).resolve().parents[1] / "rules"
LOOKED_AT = ("bird_dog", "couch_stretch", "kegel")
lengths = st.floats(-30, 30)
places = st.tuples(lengths, lengths)
radii = st.floats(1, 8)


@pytest.fixture(scope="module")
def gallery():
    return Gallery.open()


@pytest.fixture(scope="module")
def drawn(gallery):
    return {name: figure_of(gallery.draw(name)) for name in LOOKED_AT}


def nodes(path):
    """The points that a path goes through, with whole curves followed in between."""
    x = y = 0.0
    found = []
    for letter, run in re.findall(r"([Mlqz])([^Mlqz]*)", path):
        numbers = [float(number) for number in re.findall(r"-?\d+", run)]
        step = {"M": 2, "l": 2, "q": 4}.get(letter, 1)
        for place in range(0, len(numbers), step):
            part = numbers[place : place + step]
            if letter == "M":
                x, y = part
                found.append((x, y))
                continue
            control = (x + part[0], y + part[1])
            end = (x + part[-2], y + part[-1])
            for share in (0.25, 0.5, 0.75, 1.0):
                a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
                found.append((a * x + b * control[0] + c * end[0], a * y + b * control[1] + c * end[1]))
            x, y = end
    return np.array(found) / 10


# ---------------------------------------------------------------------------------------------------------- geometry


@given(
    st.floats(-180, 180), st.floats(-89, 89), st.tuples(lengths, lengths, lengths), st.tuples(lengths, lengths, lengths)
)
def test_the_camera_keeps_distances(turn, tilt, one, other):
    seen = Camera(turn, tilt).see([one, other])

    assert np.linalg.norm(seen[0] - seen[1]) == pytest.approx(np.linalg.norm(np.subtract(one, other)), abs=1e-6)


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_what_is_higher_is_seen_higher(turn, tilt):
    low, high = Camera(turn, tilt).see([(0, 0, 0), (0, 10, 0)])

    assert high[1] < low[1]
    assert abs(high[0] - low[0]) < 1e-9


@given(places, radii)
def test_the_outline_of_a_disc_is_a_circle(centre, radius):
    middle = np.array(centre)
    cone = Cone(middle, middle, radius, radius)
    grid = Grid.around([cone])
    (loop,) = grid.outlines(grid.to_cone(cone))

    assert np.hypot(*(loop - middle).T) == pytest.approx(radius, abs=0.12)


@given(st.lists(st.tuples(places, places, radii, radii), min_size=1, max_size=4), st.sampled_from([0.0, 1.0]))
@settings(max_examples=40)
def test_the_union_holds_every_shape(shapes, blend):
    cones = [Cone(np.array(a), np.array(b), first, second) for a, b, first, second in shapes]
    grid = Grid.around(cones)
    whole = grid.to_all(cones, blend)

    for cone in cones:
        assert (whole <= grid.to_cone(cone) + 1e-9).all()


@given(places, places, radii, radii)
@settings(max_examples=40)
def test_a_closed_path_follows_its_outline(start, end, first, second):
    cone = Cone(np.array(start), np.array(end), first, second)
    grid = Grid.around([cone])
    loops = grid.outlines(grid.to_cone(cone))
    on = nodes(closed_path(loops))
    away, _ = spatial.cKDTree(np.vstack(loops)).query(on)

    assert away.max() < 0.5  # points of an outline lie up to 0.7 apart


@given(st.floats(5, 40), st.floats(0.02, 0.3))
@settings(max_examples=40)
def test_a_finer_path_strays_less_and_a_coarser_one_is_not_longer(size, tolerance):
    turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    loop = np.stack((np.cos(turns), 0.4 * np.sin(turns)), axis=1) * size

    assert len(closed_path([loop], tolerance * 3)) <= len(closed_path([loop], tolerance))


def test_a_circle_needs_few_curves():
    turns = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    loop = np.stack((np.cos(turns), np.sin(turns)), axis=1) * 6

    assert len(closed_path([loop])) < 200


@given(st.lists(places, min_size=2, max_size=8))
def test_a_polygon_goes_through_its_corners(corners):
    path = polygon(corners)
    x = y = 0
    found = []
    for number, pair in enumerate(re.findall(r"(-?\d+)[ ]?(-?\d+)", path.rstrip("z"))):
        x, y = (int(pair[0]), int(pair[1])) if number == 0 else (x + int(pair[0]), y + int(pair[1]))
        found.append((x / 10, y / 10))

    assert np.array(found) == pytest.approx(np.array(corners), abs=0.051)


def test_an_open_path_ends_where_its_line_ends():
    line = [(0, 0), (3, 1), (6, 4), (9, 9), (10, 15)]

    assert nodes(open_path(line))[[0, -1]] == pytest.approx(np.array([(0, 0), (10, 15)]), abs=0.051)


@given(st.lists(st.booleans(), min_size=12, max_size=60))
def test_only_what_is_to_be_kept_of_a_line_is_kept(keep):
    loop = np.stack((np.arange(len(keep)), np.zeros(len(keep))), axis=1).astype(float)
    runs = seen_of(loop, np.array(keep))

    for run in runs:
        assert all(keep[int(place)] for place in run[:, 0])
    if all(keep):
        assert len(runs[0]) == len(keep) + 1


def test_an_outline_with_a_hole_has_two_loops_of_opposite_sense():
    grid = Grid.around([Cone(np.zeros(2), np.zeros(2), 12.0, 12.0)])
    ring = np.abs(np.hypot(grid.right, grid.down) - 8) - 2
    loops = grid.outlines(ring)

    assert len(loops) == 2
    assert area(loops[0]) * area(loops[1]) < 0


# ------------------------------------------------------------------------------------------------------------ figures


def test_drawing_twice_gives_the_same(gallery, drawn):
    assert figure_of(gallery.draw("bird_dog")) == drawn["bird_dog"]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_what_is_stored_is_what_would_be_drawn_now(drawn, name):
    """Fails when drawing or solving changed and RENDERER did not rise, or the figures were not built anew."""
    stored = load_figures()[name]
    for now, then in ((drawn[name].svg, stored.svg), (drawn[name].animated, stored.animated)):
        mine, theirs = (placed(ET.fromstring(text)) for text in (now, then))
        for some, others in ((mine, theirs), (theirs, mine)):
            away, _ = spatial.cKDTree(others).query(some)
            assert (away < 0.6).mean() > 0.98


def placed(tree):
    """Points on all lines of a picture."""
    return np.vstack([nodes(one.get("d")) for one in tree.iter() if one.get("d")])


def test_all_figures_are_up_to_date(gallery):
    assert gallery.stale() == ()


def test_panels_stand_on_one_level_at_one_scale(drawn):
    group = ET.fromstring(drawn["couch_stretch"].svg)
    moves = [one.get("transform") for one in group.iter() if one.get("class") == "p-panel"]
    downs = {re.fullmatch(r"translate\(-?\d+ (-?\d+)\)", move)[1] for move in moves}

    assert len(moves) == 2
    assert len(downs) == 1


def test_a_kept_position_has_one_panel_and_no_number(drawn):
    assert drawn["kegel"].svg.count('class="p-panel"') == 1
    assert 'class="p-number"' not in drawn["kegel"].svg


def test_every_part_of_the_body_is_drawn_once_in_each_panel(drawn):
    for part, count in (("p-head", 2), ("p-torso", 2), ("p-neck", 2), ("p-arm", 4), ("p-leg", 4)):
        assert len(re.findall(rf'class="{part}[ "]', drawn["bird_dog"].svg)) == count


def test_an_animation_has_seven_moments(drawn):
    assert [drawn["bird_dog"].animated.count(f'class="p-frame p-frame-{number}"') for number in range(8)] == [1] * 7 + [
        0
    ]


HOSTILE = "</title><script>alert(1)</script>\"'&lt;<![CDATA[x]]>\x00\x1b --> ]]>"


@given(title=st.text(min_size=1, max_size=60), description=st.text(min_size=1, max_size=60))
@settings(max_examples=15)
def test_any_title_and_description_stay_text(gallery, solved_once, title, description):
    pose, poses = gallery.poses.poses["kegel"], gallery.poses
    for words in ((title, description), (HOSTILE, HOSTILE)):
        figure = figure_of(draw_pose(attrs.evolve(pose, description=words[1]), poses, title=words[0]))
        for text in (figure.svg, figure.animated, figure.inline("x")):
            root = ET.fromstring(text)
            assert not [one for one in root.iter() if one.tag.endswith("script")]
        assert figure.title == " ".join(
            re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", words[0]).split()
        )


@pytest.fixture(scope="module")
def solved_once():
    """Solves and draws once for all titles: only the words differ."""
    from psoas_rules.drawing import building

    known = {}

    def remembered(function):
        def call(*args):
            key = (function.__name__, getattr(args[0], "exercise", ""))
            return known.setdefault(key, None) or known.__setitem__(key, function(*args)) or known[key]

        return call

    patch = pytest.MonkeyPatch()
    for name in ("solve", "two_panels", "moving"):
        patch.setattr(building, name, remembered(getattr(building, name)))
    yield
    patch.undo()


def test_a_mirrored_person_seen_from_the_front_gives_a_mirrored_picture(gallery):
    """Left and right are treated alike: swapping them and looking from straight ahead mirrors the outlines."""
    pose = gallery.poses.poses["kegel"]
    solved = solve(pose, gallery.poses.body, 2)

    def swapped(name):
        return {"_r": f"{name[:-2]}_l", "_l": f"{name[:-2]}_r"}.get(name[-2:], name)

    flip = np.diag((1.0, 1.0, -1.0))
    frame = solved.frames[-1]
    mirrored = Frame(
        points={swapped(name): tuple(flip @ np.array(place)) for name, place in frame.points.items()},
        turns={swapped(name): tuple(map(tuple, flip @ np.array(turn) @ flip)) for name, turn in frame.turns.items()},
        angles=frame.angles,
        contact_error=0.0,
        touch_error=0.0,
    )
    ahead = attrs.evolve(
        pose,
        props=(),
        row=attrs.evolve(pose.row, view=attrs.evolve(pose.row.view, turn=90, tilt=0), arrows=(), focus=()),
    )
    sizes = []
    for one in (frame, mirrored):
        _, size = two_panels(ahead, Solved(exercise="kegel", frames=(one, one)))
        sizes.append(size)

    assert sizes[0] == pytest.approx(sizes[1], abs=3)


# -------------------------------------------------------------------------------------------------------------- props

MEASURES = {
    "wall": {"x": 20},
    "bench": {"x": [-20, 20]},
    "bed": {"x": [-20, 20]},
    "couch": {"x": [-20, 20]},
    "counter": {"x": 20},
    "table": {"x": 20},
    "box": {"x": [0, 20], "y1": 10},
    "roller": {"x": 0},
    "ball": {"x": 0},
    "cushion": {"x": 0},
    "towel": {"x": [0, 10]},
    "blocks": {"x": 10},
    "band": {"between": ["ball_r", "ball_l"]},
    "loop_band": {"between": ["knee_r", "knee_l"]},
    "strap": {"between": ["hand_r", [0, 60, 0]], "slack": 4},
    "anchor": {"x": -30, "y": 5},
    "line": {"p": [[0, 0, 0], [10, 10, 0]]},
    "practitioner_hand": {"at": "belly", "wrist": [5, 5, 0], "elbow": [10, 20, 0]},
}


@pytest.fixture(scope="module")
def sitting(gallery):
    """Points and turns of a person who sits."""
    frame = solve(gallery.poses.poses["kegel"], gallery.poses.body, 2).frames[0]
    return tuple({name: np.array(value) for name, value in both.items()} for both in (frame.points, frame.turns))


@pytest.mark.parametrize("turn", [-60, 14, 80])
@pytest.mark.parametrize("name", PROPS)
def test_every_prop_is_drawn_from_every_side_and_room_is_made_for_it(sitting, name, turn):
    scene = Scene(Model(*sitting, Camera(turn, 9)), ((-20, 40), (-15, 15)))
    prop = Prop(name=name, measures=MEASURES.get(name, {}))
    furnish(scene, (prop,))
    lines = [nodes(one.get("d")) for one in (*scene.back.iter("path"), *scene.front.iter("path"))]
    room = np.array(scene.extent)

    assert prop_mistakes((prop,), sitting[0]) == []
    assert lines
    for line in lines:
        assert (line >= room.min(axis=0) - 0.6).all()
        assert (line <= room.max(axis=0) + 0.6).all()


def test_hands_close_round_what_they_hold(sitting):
    points, _ = sitting
    band = Prop(name="band", measures={"between": ["palm_l", [0, 0, 0]]})
    bar = Prop(name="pull_up_bar", measures={"x": float(points["palm_r"][0]), "y": float(points["palm_r"][1])})

    assert gripping((), points) == frozenset()
    assert gripping((band,), points) == {"hand_l"}
    assert "hand_r" in gripping((bar,), points)


def test_a_hand_lies_flat_on_the_wall_that_it_touches(sitting):
    points, turns = sitting
    near, far = (Prop(name="wall", measures={"x": float(points["hand_r"][0]) + away}) for away in (2, 20))
    free, flat = (hand_cones(Model(points, turns, Camera(0, 0), leaning=leaning), "r") for leaning in ((), {"hand_r"}))

    assert "hand_r" in leaning((near,), points)
    assert leaning((far,), points) == leaning((), points) == frozenset()
    # Seen along the wall such a hand is no thicker than its fingers.
    assert across(flat) < across(free)


def across(cones):
    """How wide cones are, across the way from the first to the last but one."""
    ends = np.array([end for cone in cones[:-1] for end in (cone.start, cone.end)])
    return np.linalg.svd(ends - ends.mean(axis=0))[1][1]


@pytest.mark.parametrize("turn", [-60, -30, 14, 60])
def test_a_loop_round_both_feet_runs_before_and_behind_them(sitting, turn):
    scene = Scene(Model(*sitting, Camera(turn, 12)), ((-20, 40), (-15, 15)))
    furnish(scene, (Prop(name="band", measures={"between": ["ball_r", "ball_l"]}),))
    front, back = (
        np.array([on for one in layer.iter("path") for on in nodes(one.get("d"))])
        for layer in (scene.front, scene.back)
    )
    feet = [scene.camera.flat(sitting[0][f"ball_{side}"]) for side in "rl"]
    reach = abs(feet[0] - feet[1]).max()

    assert np.ptp(front, axis=0).max() > 0.8 * reach
    assert np.ptp(back, axis=0).max() > 0.8 * reach


@given(offset=st.tuples(*[st.floats(-4, 4)] * 3), elbow=st.floats(6, 20))
@settings(max_examples=10, deadline=None)
def test_the_left_hand_of_somebody_else_mirrors_the_right_one(sitting, offset, elbow):
    points, turns = sitting
    found = []
    for way in (1, -1):
        scene = Scene(Model(points, turns, Camera(0, 30)), ((-20, 40), (-15, 15)))
        measures = {
            "at": "belly",
            "offset": [way * offset[0], offset[1], offset[2]],
            "wrist": [way * (offset[0] + 3), offset[1] + 5, offset[2] - 8],
            "elbow": [way * (offset[0] + elbow), offset[1] + 18, offset[2] - 22],
        }
        furnish(scene, (Prop(name="practitioner_hand", measures=measures),))
        seen = (np.array(scene.extent) - scene.camera.flat(points["belly"])) * (way, 1)
        found.append((*seen.min(axis=0), *seen.max(axis=0)))

    assert found[0] == pytest.approx(found[1], abs=0.6)


def turned(nod, shake, lean):
    """The frame of a head that nods, turns and leans aside by these angles in degrees."""
    return spatial.transform.Rotation.from_euler("zyx", (nod, shake, lean), degrees=True).as_matrix()


@pytest.mark.parametrize(
    "nod, shake, lean",
    # Seen from above the brow, where the hairline is nearest to the eyes.
    [(30, 30, 40), (45, 50, 40), (60, 50, 20), (75, 70, 20), (90, 80, 0), (120, 50, -40), (0, 0, 0)],
)
def test_hair_never_covers_an_eye(nod, shake, lean):
    points = {"head": np.zeros(3), "neckbase": np.array((0.0, -12.0, 0.0))}
    drawn = head(Model(points, {"head": turned(nod, shake, lean)}, Camera(14, 9))).group
    eyes = [np.array([float(one.get(name)) for name in ("cx", "cy")]) / 10 for one in drawn.iter("circle")]
    hair = [
        nodes(loop)
        for path in drawn.iter("path")
        if path.get("class") == "p-hair"
        for loop in re.findall(r"M[^M]*", path.get("d"))
    ]
    rim = [0.5 * np.array((np.cos(turn), np.sin(turn))) for turn in np.linspace(0, 2 * np.pi, 9)]

    assert eyes
    for eye in eyes:
        assert not [way for way in rim if sum(inside(eye + way, loop) for loop in hair) % 2]


def inside(point, loop):
    """Whether a line from a point to the right crosses a closed line an odd number of times."""
    x, y = point
    crossings = 0
    for (ax, ay), (bx, by) in zip(loop, [*loop[1:], loop[0]], strict=True):
        if (ay > y) != (by > y) and ax + (y - ay) * (bx - ax) / (by - ay) > x:
            crossings += 1
    return crossings % 2 == 1


def test_the_gap_under_the_back_is_shown_at_the_start_alone(gallery):
    svg = gallery.draw("pelvic_tilt").files["pelvic_tilt.svg"]
    panels = [one for one in ET.fromstring(svg).iter() if one.get("class") == "p-panel"]
    behind = [[group for group in panel if group.get("class") == "p-behind"] for panel in panels]
    signs = [
        [path.get("class") for group in groups for path in group if "arrow" in path.get("class")] for groups in behind
    ]

    # Full colour on a pale rim: nothing that fades on paper or on a dark page.
    assert signs == [["p-arrow-halo", "p-arrow-head"], []]


@pytest.mark.parametrize(
    "prop, message",
    [
        (Prop(name="chiar"), "there is no prop 'chiar'; did you mean 'chair'?"),
        (
            Prop(name="chair", measures={"height": 3}),
            "prop 'chair' has no measure 'height'; it has x, h, w, face, back, z, d",
        ),
        (Prop(name="cushion", measures={"x": 1, "y2": 3}), "prop 'cushion' has no measure 'y2'"),
        (
            Prop(name="chair", measures={"h": "high"}),
            "measure 'h' of prop 'chair' cannot be 'high'; it is a number",
        ),
        (
            Prop(name="bench", measures={"x": 3}),
            "measure 'x' of prop 'bench' cannot be 3; it is two numbers [from, to]",
        ),
        (
            Prop(name="cushion", measures={"x": [1, 2, 3]}),
            "measure 'x' of prop 'cushion' cannot be a list; it is a number or two numbers [from, to]",
        ),
        (
            Prop(name="band", measures={"between": ["ankel_r", [0, 0, 0]]}),
            "measure 'between' of prop 'band': no point 'ankel_r'; did you mean 'ankle_r'?",
        ),
        (Prop(name="wall"), "prop 'wall' needs the measure 'x'"),
    ],
)
def test_a_wrong_prop_is_told_with_the_cure(sitting, prop, message):
    (mistake,) = prop_mistakes((prop,), sitting[0])

    assert mistake.startswith(message)


# ------------------------------------------------------------------------------------------------- building and command


@pytest.fixture
def copied(tmp_path):
    """The built-in pack in a folder of its own, without its figures."""
    shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("figures", "cases"))
    return tmp_path / "rules"


def test_what_is_missing_and_what_is_old_is_told(copied):
    gallery = Gallery.open(copied)
    assert [issue.message.split(";")[0] for issue in gallery.stale(["kegel"])] == ["is missing", "is missing"]
    assert list(gallery.write(["kegel"]))
    assert gallery.stale(["kegel"]) == ()

    pose = copied / "poses" / "kegel.yaml"
    pose.write_text(pose.read_text(encoding="utf-8") + "\n# looked at again\n", encoding="utf-8")
    assert {issue.message.split(";")[0] for issue in Gallery.open(copied).stale(["kegel"])} == {"is not up to date"}


@pytest.mark.parametrize("file", ["poses/bases.yaml", "poses/body.yaml", "poses/bird_dog.yaml"])
def test_a_digest_stands_for_all_that_a_figure_is_made_from(gallery, file):
    changed = attrs.evolve(gallery, contents={**gallery.contents, file: gallery.contents[file] + b"\n"})

    assert changed.digest("bird_dog") != gallery.digest("bird_dog")
    assert (changed.digest("kegel") == gallery.digest("kegel")) is (file == "poses/bird_dog.yaml")


def test_a_digest_does_not_hang_on_the_ends_of_lines(gallery):
    windows = {name: content.replace(b"\n", b"\r\n") for name, content in gallery.contents.items()}

    assert attrs.evolve(gallery, contents=windows).digest("kegel") == gallery.digest("kegel")


def test_a_figure_for_no_pose_is_told(copied):
    (copied / "figures").mkdir()
    (copied / "figures" / "gone.svg").write_text("<svg/>")

    assert "unused-figure" in {issue.code for issue in Gallery.open(copied).stale()}


def test_a_pose_that_is_not_there_is_refused_with_the_nearest_name(gallery):
    with pytest.raises(PackError, match="did you mean 'kegel'"):
        gallery.chosen(["kegle"])


def test_a_wrong_prop_in_a_pose_file_is_an_issue_of_that_file(copied):
    pose = copied / "poses" / "kegel.yaml"
    text = re.sub(r"^props:.*$", "props: [{chair: {hight: 27}}]", pose.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "hight" in text
    pose.write_text(text, encoding="utf-8")

    with pytest.raises(PackError, match=r"poses/kegel\.yaml.*hight"):
        Gallery.open(copied)


def run(*arguments):
    testing = pytest.importorskip("click.testing")
    from psoas_rules.cli.app import app

    return testing.CliRunner().invoke(app, ["figures", *map(str, arguments)])


def test_the_command_draws_and_then_finds_nothing_old(copied):
    before = run(copied, "--only", "kegel", "--check")
    made = run(copied, "--only", "kegel", "--json")
    after = run(copied, "--only", "kegel", "--check", "--json")

    assert before.exit_code == 1
    assert "figures/kegel.svg: is missing; build it: psoas-rules figures" in before.output
    assert made.exit_code == 0
    assert set(json.loads(made.output)["written"]["kegel"]) == {"kegel.svg", "kegel.animated.svg"}
    assert json.loads(after.output)["problems"] == []
    assert sorted(path.name for path in (copied / "figures").iterdir()) == [
        "figure.css",
        "kegel.animated.svg",
        "kegel.svg",
    ]


def test_a_check_writes_nothing(copied):
    run(copied, "--only", "kegel", "--check")

    assert not (copied / "figures").exists()


def test_the_command_writes_a_sheet_of_the_figures_that_are_there(tmp_path):
    page = tmp_path / "sheet.html"
    result = run("--sheet", page, "--theme", "mono")
    text = page.read_text(encoding="utf-8")

    assert result.exit_code == 0
    assert text.count('<svg class="psoas-figure"') == len(load_figures())
    assert 'data-theme="mono"' in text


def test_a_sheet_names_every_figure():
    figures = [load_figures()[name] for name in LOOKED_AT]
    page = contact_sheet(figures, title="A < B")

    assert "<h1>A &lt; B</h1>" in page
    for figure in figures:
        assert html.escape(figure.title, quote=False) in page


def test_a_missing_library_names_the_command_that_installs_it(monkeypatch):
    import importlib
    import importlib.util

    from psoas_rules import drawing

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "scipy" else find(name, *rest))

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'psoas-rules\[figures\]'"):
        importlib.reload(drawing)
