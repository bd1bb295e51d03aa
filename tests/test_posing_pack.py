"""The command `figures` for a pack of somebody's own that starts from the body and the bases of the built-in one."""

import json
import shutil
from pathlib import Path

import pytest

from psoas_rules.loading import find_builtin

testing = pytest.importorskip("click.testing")
SMALL = Path(__file__).parent / "small_pack"
POSE = """\
exercise: floor_rest
description: Somebody lies on the back on a mat, with bent knees.
base: supine
single: yes
"""


def run(*arguments):
    from psoas_rules.cli.app import app

    return testing.CliRunner().invoke(app, ["figures", *map(str, arguments)])


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(SMALL, folder)
    (folder / "poses").mkdir()
    for name in ("body.yaml", "bases.yaml"):
        (folder / "poses" / name).write_bytes((find_builtin() / "poses" / name).read_bytes())
    body = folder / "poses" / "body.yaml"
    body.write_text(body.read_text(encoding="utf-8").replace("[expert_choice]", "[]"), encoding="utf-8")
    (folder / "poses" / "floor_rest.yaml").write_text(POSE, encoding="utf-8")
    return folder


def test_the_figures_that_have_poses_are_drawn_and_the_others_are_told(own):
    result = run(own)
    checked = run(own, "--check", "--json")
    told = json.loads(checked.stdout)

    assert result.exit_code == 0
    assert "Drew 1 figure into figures." in result.output
    assert "warning: poses/wall_push.yaml: the exercise 'wall_push' has no pose" in result.output
    assert (own / "figures" / "floor_rest.svg").is_file()
    assert checked.exit_code == 1
    assert {one["exercise"] for one in told["findings"] if one["code"] == "missing-pose"} >= {"wall_push", "long_hang"}


def test_one_figure_is_not_kept_back_by_problems_of_another(own):
    (own / "poses" / "wall_push.yaml").write_text("- a\n", encoding="utf-8")

    assert run(own).exit_code == 1
    one = run(own, "--only", "floor_rest")
    assert one.exit_code == 0
    assert "wall_push" not in one.output


def test_without_poses_the_command_says_what_to_add():
    result = run(SMALL)

    assert result.exit_code == 1
    assert "add poses/body.yaml, poses/bases.yaml and one file for each exercise" in result.output


def test_a_figure_that_shows_another_exercise_is_told_when_checked_and_when_drawn(tmp_path):
    folder = tmp_path / "rules"
    shutil.copytree(find_builtin(), folder, ignore=shutil.ignore_patterns("figures", "cases"))
    exercise = folder / "exercises" / "glute_bridge.yaml"
    text = exercise.read_text(encoding="utf-8")
    assert "supine_lying" in text
    exercise.write_text(text.replace("supine_lying", "prone_lying", 1), encoding="utf-8")
    checked, drawn = run(folder, "--only", "glute_bridge", "--check"), run(folder, "--only", "glute_bridge")

    assert checked.exit_code == 1
    for result in (checked, drawn):
        assert "the figure shows 'supine_lying'" in result.output


def test_a_sheet_that_cannot_be_made_says_why(tmp_path):
    page = tmp_path / "sheet.html"
    unknown, empty = run("--sheet", page, "--only", "bird_dgo"), run(SMALL, "--sheet", page, "--json")

    assert (unknown.exit_code, empty.exit_code) == (1, 1)
    assert "did you mean 'bird_dog'" in unknown.output
    assert "has no figures" in json.loads(empty.stdout)["problems"][0]["message"]
    assert not page.exists()
    assert "cannot be written" in run("--sheet", tmp_path / "none" / "x.html").output


def test_a_sheet_is_told_in_json(tmp_path):
    page = tmp_path / "sheet.html"
    told = json.loads(run("--sheet", page, "--only", "bird_dog", "--json").stdout)

    assert (told["shown"], told["sheet"]) == (["bird_dog"], str(page))
