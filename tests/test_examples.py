"""The examples run, and print what they printed when they were last reviewed.

Each script runs in a process of its own, away from the checkout. Its output is compared with a page under
`tests/snapshots/examples/`. After a change that is meant, rewrite the pages and read the difference:

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_examples.py
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from psoas_rules import Referral, Routine, load_pack, read_intake, recommend

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOTS = Path(__file__).parent / "snapshots" / "examples"
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
INTAKES = sorted((ROOT / "examples" / "intakes").glob("*.yaml"))
# It serves until somebody stops it; test_web_interview.py starts it and looks at its pages.
SERVES = ("14_interview_on_the_web",)
# What some of them use besides the library.
NEEDS = {"17_a_cohort": ("pyarrow",), "18_a_cohort_on_dask": ("pyarrow", "dask", "distributed")}
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"


def run(script, *arguments, cwd):
    command = [sys.executable, "-W", "error", str(script), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        # Whoever asks gets no answer, and ends; test_terminal_interview.py answers.
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def without_engine(text):
    """The text without what differs between machines: which engine decided, and the fingerprint of the pack."""
    text = re.sub(r"\([0-9a-f]{12}\), decided by [\w-]+\.", "(DIGEST), decided by ENGINE.", text)
    return re.sub(r"Decided by [\w-]+\.", "Decided by ENGINE.", text)


def test_the_examples_are_numbered_from_one():
    assert [script.name[:3] for script in SCRIPTS] == [f"{number:02}_" for number in range(1, len(SCRIPTS) + 1)]


@pytest.mark.parametrize(
    "script", [script for script in SCRIPTS if script.stem not in SERVES], ids=lambda script: script.stem
)
def test_the_example_prints_its_page(script, tmp_path):
    for library in NEEDS.get(script.stem, ()):
        pytest.importorskip(library)
    done = run(script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    printed = without_engine(done.stdout)
    snapshot = SNAPSHOTS / f"{script.stem}.txt"
    if UPDATE:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(printed, encoding="utf-8", newline="\n")

    assert printed == snapshot.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over():
    assert {page.stem for page in SNAPSHOTS.iterdir()} == {
        script.stem for script in SCRIPTS if script.stem not in SERVES
    }


def test_the_first_example_reads_json_too(tmp_path):
    source = ROOT / "examples" / "intakes" / "weak_hip.yaml"
    copy = tmp_path / "weak_hip.json"
    copy.write_text(json.dumps(read_intake(source).to_dict()), encoding="utf-8")

    from_yaml, from_json = (run(SCRIPTS[0], path, cwd=tmp_path) for path in (source, copy))

    assert from_json.returncode == 0, from_json.stderr
    assert from_json.stdout == from_yaml.stdout


def test_the_first_example_tells_what_is_wrong_with_an_intake(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("signs: {low_back_pain_stifness: 4, pain_now: 12}\n", encoding="utf-8")

    done = run(SCRIPTS[0], wrong, cwd=tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "did you mean 'low_back_pain_stiffness'?" in done.stderr
    assert "signs.pain_now: 12" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_row_does_not_stop_the_run(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text(
        "name,screen,signs.pain_now\nFirst,clear,1\nSecond,clear,99\nThird,clear,high\nFourth,clear,2\n",
        encoding="utf-8",
    )

    done = run(ROOT / "examples" / "06_many_people.py", table, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1].rstrip(",") for line in lines[:4]] == ["routine", "unreadable", "unreadable", "routine"]
    assert "line 3: signs.pain_now: 99" in lines[1]
    assert "line 4: signs.pain_now: 'high'" in lines[2]
    assert lines[-1].split() == ["all", "4"]
    # The progress bar stays off the output.
    assert "4/4" in done.stderr
    assert "4/4" not in done.stdout


# What each intake under examples/intakes is there to show.


@pytest.fixture(scope="module")
def outcomes():
    return {path.stem: recommend(read_intake(path)) for path in INTAKES}


def names_of_steps(routine):
    return {step.exercise for step in routine.steps}


def properties_in(routine):
    exercises = {exercise.id: exercise for exercise in load_pack().exercises}
    return {name for step in routine.steps for name in exercises[step.exercise].properties}


def test_only_the_blood_thinner_with_groin_pain_is_referred(outcomes):
    assert {name for name, outcome in outcomes.items() if not isinstance(outcome, Routine)} == {
        "blood_thinner_groin_pain"
    }
    referral = outcomes["blood_thinner_groin_pain"]
    assert isinstance(referral, Referral)
    assert referral.urgency == "emergency"


@pytest.mark.parametrize(
    "name, profile, confidence",
    [
        ("stiff_lower_back", "tight", "low"),
        ("desk_worker_tight_hips", "tight", "high"),
        ("weak_hip", "weak", "high"),
    ],
)
def test_the_pattern_and_how_sure_it_is(outcomes, name, profile, confidence):
    found = outcomes[name].profile

    assert (found.kind, found.confidence) == (profile, confidence)


@pytest.mark.parametrize(
    "name, exercise, side",
    [
        ("desk_worker_tight_hips", "half_kneeling_hip_flexor_stretch", "left"),
        ("weak_hip", "seated_psoas_march", "right"),
    ],
)
def test_the_side_that_needs_more_comes_first(outcomes, name, exercise, side):
    (step,) = [step for step in outcomes[name].steps if step.exercise == exercise]

    assert step.dose.first_side == side
    assert step.dose.extra_sets == 1


def test_in_the_middle_of_a_pregnancy_nobody_lies_flat(outcomes):
    assert not properties_in(outcomes["pregnant_24_weeks"]) & {"supine_lying", "prone_lying", "deep_abdominal_pressure"}


def test_a_new_hip_is_neither_bent_nor_turned_far(outcomes):
    routine = outcomes["hip_replacement"]

    assert not properties_in(routine) & {"deep_hip_flexion", "end_range_hip_rotation"}
    assert [request.granted for request in routine.requests] == [False]


def test_someone_who_is_growing_stretches_gently(outcomes):
    routine = outcomes["teenage_athlete"]

    stretches = [step.dose for step in routine.steps if step.dose.stretch_max is not None]
    assert "couch_stretch" not in names_of_steps(routine)
    assert stretches
    assert all(dose.hold_s <= 20 and dose.stretch_max <= 3 for dose in stretches)


def test_the_tennis_ball_is_refused_and_the_bridge_is_in(outcomes):
    routine = outcomes["asks_for_tennis_ball"]
    answers = {request.exercise: request for request in routine.requests}

    assert not answers["psoas_trigger_point_pressure"].granted
    assert answers["psoas_trigger_point_pressure"].instead
    assert answers["glute_bridge"].granted
    assert "glute_bridge" in names_of_steps(routine)


def test_every_intake_can_be_read_back_from_plain_data():
    intakes = {path.stem: read_intake(path) for path in INTAKES}

    assert len(intakes) >= 8
    for intake in intakes.values():
        assert type(intake).from_dict(json.loads(json.dumps(intake.to_dict()))) == intake
