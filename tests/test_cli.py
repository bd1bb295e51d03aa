"""The command line: every command has help and JSON, exit codes mean what they say, and people can read what is printed."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

click = pytest.importorskip("click", reason="the extra cli is not installed")
pytest.importorskip("rich", reason="the extra cli is not installed")

from click.testing import CliRunner  # noqa: E402

from psoas_rules import Intake, load_pack, outcome_from_dict, read_intake, recommend  # noqa: E402
from psoas_rules.cli import app as cli_app  # noqa: E402
from psoas_rules.cli import main  # noqa: E402
from psoas_rules.cli.app import app  # noqa: E402
from psoas_rules.explaining import all_follow, headline, summary  # noqa: E402
from psoas_rules.places import Places  # noqa: E402
from psoas_rules.reasons import UnknownNameError, why  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
INTAKES = ROOT / "examples" / "intakes"
SMALL = Path(__file__).parent / "small_pack"
DESK, PREGNANT = (str(INTAKES / f"{name}.yaml") for name in ("desk_worker_tight_hips", "pregnant_24_weeks"))
BLEEDING, BALL = (str(INTAKES / f"{name}.yaml") for name in ("blood_thinner_groin_pain", "asks_for_tennis_ball"))
COMMANDS = tuple(cli_app._HOMES)


def run(*arguments, piped=None):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=piped)


def data(*arguments, piped=None):
    done = run(*arguments, "--json", piped=piped)
    return json.loads(done.stdout), done


def text(*arguments, code=0, piped=None):
    """What is printed, on one line, so that it does not matter where lines are broken."""
    done = run(*arguments, piped=piped)
    assert done.exit_code == code, done.output
    return " ".join(done.stdout.split())


# All commands


def test_help_lists_every_command_with_what_it_does():
    done = run("--help")

    assert done.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}  +\w", done.stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json(name):
    done = run(name, "--help")

    assert done.exit_code == 0, done.output
    assert "--json" in done.stdout
    assert len(done.stdout.splitlines()) > 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("test",),
        ("recommend", DESK),
        ("recommend", BLEEDING),
        ("explain", DESK),
        ("why", DESK, "glute_bridge"),
        ("diff", SMALL, SMALL),
    ],
    ids=lambda arguments: arguments[0],
)
def test_json_is_one_document_in_one_envelope(arguments):
    extra = (SMALL,) if arguments in (("check",), ("test",)) else ()
    found, done = data(*arguments, *extra)

    assert found["command"] == arguments[0]
    assert found["format"] == 1
    assert found["ok"] is (done.exit_code == 0)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pack_with_a_mistake_is_told_with_its_place(name, tmp_path):
    folder = shutil.copytree(SMALL, tmp_path / "pack")
    rule = folder / "dosage" / "first_time_gentle.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    arguments = {
        "diff": (SMALL, folder),
        "why": (DESK, "x", "--pack", folder),
        "programme": ("plan", DESK, "--start", "2030-01-07", "--pack", folder),
    }.get(name)
    arguments = arguments or ((DESK, "--pack", folder) if name in ("recommend", "explain") else (folder,))

    done = run(name, *arguments)

    assert done.exit_code == 1, done.output
    assert re.search(r"dosage/first_time_gentle\.yaml:\d+:\d+", " ".join(done.stdout.split()))
    assert "did you mean 'title'" in " ".join(done.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_is_not_there_is_a_wrong_call(name, tmp_path):
    done = run(name, tmp_path / "nowhere")

    assert done.exit_code == 2
    assert "nowhere" in " ".join(done.stderr.split())


def test_python_m_is_the_same_command_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "psoas_rules", "recommend", DESK],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == run("recommend", DESK).stdout
    assert done.stderr == ""


def test_without_its_libraries_it_says_what_to_install(monkeypatch, capsys):
    found = importlib.util.find_spec
    monkeypatch.setattr("psoas_rules.cli.find_spec", lambda name: None if name in ("click", "rich") else found(name))

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "The command line needs click and rich: python -m pip install 'psoas-rules[cli]'\n"
    )


# recommend


def test_a_routine_has_all_that_a_person_needs():
    printed = text("recommend", PREGNANT)
    routine = recommend(read_intake(PREGNANT))

    assert printed.startswith("== ROUTINE: 9 exercises")
    for step in routine.steps:
        assert f"{step.name} {step.dose}" in printed
        assert all(caution in printed for caution in step.cautions)
        assert all(sign in printed for sign in step.stop_signs)
    for told in (*routine.stop_rules, *routine.seek_help, *routine.pain_rules, *(out.why for out in routine.left_out)):
        assert " ".join(told.split()) in printed
    positions = [
        printed.index(f" {title} 1. " if title == "Warm-up" else f" {title} ")
        for title in ("Warm-up", "Strengthening", "Release")
    ]
    assert positions == sorted(positions)


def test_how_it_is_done_is_told_when_asked():
    routine = recommend(read_intake(DESK))
    first = " ".join(routine.steps[0].how[0].split())

    assert first not in text("recommend", DESK)
    assert first in text("recommend", DESK, "--how")
    assert routine.principles[0] in text("recommend", DESK, "--how")


def test_a_referral_and_a_screening_cannot_be_taken_for_a_routine():
    referral = text("recommend", BLEEDING)
    screening = text("recommend", "-", piped="signs: {pain_now: 3}")

    assert referral.startswith("== REFERRAL, NO EXERCISE: EMERGENCY ==")
    assert screening.startswith("== NO ROUTINE YET: 13 safety questions are open ==")
    for printed in (referral, screening):
        assert "ROUTINE: " not in printed.replace("NO ROUTINE YET: ", "")
        assert "Warm-up" not in printed


def test_nothing_is_wider_than_eighty_columns_and_there_is_no_colour_in_a_pipe():
    for arguments in (
        ("recommend", DESK),
        ("explain", PREGNANT),
        ("why", DESK, "feels_tight_not_short"),
        ("recommend", BLEEDING),
    ):
        printed = run(*arguments).stdout
        assert max(map(len, printed.splitlines())) <= 80
        assert "\x1b" not in printed


@pytest.mark.parametrize("no_colour", [True, False])
def test_a_terminal_has_colours_unless_they_are_not_wanted(monkeypatch, no_colour):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")

    printed = run("recommend", BLEEDING).stdout

    coloured = re.search(r"\x1b\[[0-9;]*(3[0-7]|4[0-7])m", printed) is not None
    assert coloured is not no_colour
    assert "REFERRAL, NO EXERCISE: EMERGENCY" in printed


def test_the_minutes_can_be_given_on_the_way():
    found, _ = data("recommend", DESK, "--minutes", "12")

    assert found["result"]["minutes"] == 12
    assert outcome_from_dict(found["result"]).seconds <= 12 * 60


def test_every_problem_of_an_intake_is_told_with_its_field():
    wrong = "signs: {pain_nwo: 3, low_back_pain_stiffness: 99}"
    printed = text("recommend", "-", code=1, piped=wrong)
    found, done = data("recommend", "-", "--minutes", "300", piped=wrong)

    assert "signs.pain_nwo: unknown sign; did you mean 'pain_now'?" in printed
    assert "signs.low_back_pain_stiffness: 99 is not a whole number from 0 to 10" in printed
    assert done.exit_code == 1
    assert [one["field"] for one in found["problems"]] == [
        "signs.pain_nwo",
        "signs.low_back_pain_stiffness",
        "preferences.minutes",
    ]


@pytest.mark.parametrize(
    "written",
    [
        '{"screen": "clear", "signs": {"pain_now": 2}}',
        '{\n\t"screen": "clear",\n\t"signs": {"pain_now": 2}\n}',
        "{screen: clear, signs: {pain_now: 2}}",
        "screen: clear\nsigns: {pain_now: 2}\n",
    ],
    ids=["json", "json with tabs", "yaml in one line", "yaml"],
)
def test_an_intake_can_come_from_a_pipe(written):
    found, done = data("recommend", "-", piped=written)

    assert done.exit_code == 0, done.output
    direct = recommend(Intake.from_dict({"screen": "clear", "signs": {"pain_now": 2}}))
    assert found["result"] == json.loads(json.dumps(direct.to_dict()))


def test_an_answer_that_stands_twice_is_told_from_a_pipe_too():
    printed = text("recommend", "-", code=1, piped='{"signs": {"pain_now": 1, "pain_now": 2}}')

    assert "stands" in printed
    assert "twice" in printed


# explain


def test_an_explanation_has_three_layers():
    printed = text("explain", PREGNANT)
    outcome = recommend(read_intake(PREGNANT))

    first, second = (" ".join(one.split()) for one in (headline(outcome), summary(outcome)))
    assert printed.startswith(f"{first} {second}")
    places = Places()
    for firing in outcome.trace.firings:
        place = places.rule(firing.rule)
        assert place is not None, firing.rule
        assert place.line > 0
        assert f"{firing.rule} {place}" in printed
        assert all(source in printed for source in firing.sources)


def test_every_rule_of_the_pack_has_a_place(recommender):
    places = Places()
    lines = {rule.id: places.rule(rule.id) for rule in recommender.rules}

    assert [rule for rule, place in lines.items() if place is None or place.line == 0] == []
    folder = ROOT / "rules"
    for rule, place in lines.items():
        told = (folder / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1 :]
        own = rule.split(".")[1]
        if rule.startswith(("red_flag.", "condition.")) and rule.count(".") == 1:
            assert own.partition("_with_")[0] in told[0]


@pytest.mark.parametrize(
    "rule, place",
    [
        ("red_flag.no_such_flag", None),
        ("slots.tight.no_such_slot", None),
        ("nothing.at_all", None),
        ("formats.up_to_3", None),
    ],
)
def test_what_is_not_in_the_pack_has_no_place(rule, place):
    assert Places().rule(rule) is place


def test_an_explanation_can_be_of_one_stage_or_one_thing():
    safety = text("explain", PREGNANT, "safety")
    nothing = text("explain", PREGNANT, "precaution")

    assert "condition.pregnancy conditions.yaml:" in safety
    assert "(assembly)" not in safety
    assert "No rule of the stage 'precaution' fired." in nothing
    assert text("explain", PREGNANT, "glute_bridge") == text("why", PREGNANT, "glute_bridge")


@pytest.mark.parametrize("name", sorted(path.stem for path in INTAKES.iterdir()))
def test_every_headline_is_one_line_and_every_paragraph_says_why(name):
    outcome = recommend(read_intake(INTAKES / f"{name}.yaml"))

    assert "\n" not in headline(outcome)
    assert len(headline(outcome)) < 200
    assert "\n" not in summary(outcome)
    assert summary(outcome).rstrip().endswith((".", "?"))


def test_what_follows_from_a_rule_is_told_for_every_rule(recommender):
    for rule in recommender.rules:
        told = all_follow(rule.then)
        assert rule.then == () or told
        subjects = [one.subject for one in rule.then if one.kind.startswith("exclude")]
        assert all(any(subject in line for line in told) for subject in subjects), rule.id


# why


@pytest.mark.parametrize(
    "person, name, expected",
    [
        (DESK, "half_kneeling_hip_flexor_stretch", "is in: it fills the place"),
        (DESK, "Glute bridge", "Place 'lead' lists it, and went to Single-leg bridge."),
        (DESK, "kegel", "is not in: It trains the pelvic floor"),
        (DESK, "dead_bug", "is left out: There was not enough time for it."),
        (
            PREGNANT,
            "bridge_march",
            "is left out: It needs lying flat on the back, which is not for you now (Pregnancy).",
        ),
        (PREGNANT, "bridge_march", "condition.pregnancy.from_16_weeks: conditions.yaml:"),
        (BALL, "psoas_trigger_point_pressure", "was asked for and is not in"),
        (BLEEDING, "glute_bridge", "there is no routine at all"),
        (DESK, "moderate_pain_half_dose", "no: Pain right now at least 4 of 10 (answer: 1 of 10)"),
        (PREGNANT, "condition.pregnancy", "fired, because Pregnancy: yes"),
        (BLEEDING, "low_energy_day", "was not tried: A referral (emergency)"),
        (DESK, "slots.tight.lead", "puts single_leg_bridge into the session"),
    ],
)
def test_why_has_a_plain_answer(person, name, expected):
    assert expected in text("why", person, name)


@pytest.mark.parametrize(
    "name, near",
    [
        ("glute_brigde", "glute_bridge"),
        ("moderate_pain_half_dos", "moderate_pain_half_dose"),
        ("condition.pregnacy", "condition.pregnancy"),
    ],
)
def test_a_name_that_does_not_exist_gives_the_nearest_one(name, near):
    done = run("why", DESK, name)

    assert done.exit_code == 2
    assert f"did you mean '{near}'" in " ".join(done.stderr.split())


@pytest.mark.parametrize("first, person", list(enumerate([DESK, PREGNANT, BLEEDING])))
def test_there_is_a_reason_for_every_exercise_and_for_rules_of_every_stage(first, person, recommender):
    intake = read_intake(person)
    outcome = recommender.recommend(intake)
    steps = {step.exercise for step in getattr(outcome, "steps", ())}
    for exercise in load_pack().exercises:
        (reason,) = why(recommender, intake, exercise.id)
        assert reason.yes is (exercise.id in steps)
        assert exercise.name in reason.answer
    # Each person is asked about other rules, so that every seventh is asked about once.
    for rule in recommender.rules[first * 7 :: 21]:
        (reason,) = why(recommender, intake, rule.id)
        assert reason.subject == rule.id
        assert reason.yes is (rule.id in outcome.trace.rules) or rule.stage == "screening"
    with pytest.raises(UnknownNameError, match="no exercise and no rule"):
        why(recommender, intake, "x" * 300)


# diff


@pytest.fixture
def edited(tmp_path):
    def make(*edits, version="0.1.0"):
        folder = shutil.copytree(SMALL, tmp_path / "new")
        for file, old, new in (("pack.yaml", "version: 0.1.0", f"version: {version}"), *edits):
            path = folder / file
            written = path.read_text(encoding="utf-8")
            assert old in written
            path.write_text(written.replace(old, new, 1), encoding="utf-8")
        return folder

    return make


def test_no_difference_says_so():
    assert "No change: both packs mean and say the same." in text("diff", SMALL, SMALL)


def test_what_is_less_safe_ends_with_one_and_shows_both_sides(edited):
    folder = edited(("red_flags.yaml", "emergency", "same_day"), version="1.0.0")
    printed = text("diff", SMALL, folder, code=1)
    found, done = data("diff", SMALL, folder)

    assert "red_flags.yaml:" in printed
    assert "urgency: emergency -> same_day" in printed
    assert "old new referral, emergency referral, same_day" in printed
    assert "Is the new pack as safe? LESS SAFE" in printed
    assert done.exit_code == 1
    assert found["safety"]["verdict"] == "less_safe"
    (change,) = found["changes"]
    assert change["file"] == "red_flags.yaml"
    assert change["line"] > 0
    assert change["witness"]["old"]["triage"] == "emergency"
    assert change["witness"]["new"]["triage"] == "same_day"
    assert found["version"]["follows"] is True


def test_a_version_that_does_not_follow_ends_with_one(edited):
    folder = edited(("exercises/wall_push.yaml", "why: ", "why: Well, "))

    printed = text("diff", SMALL, folder, code=1)

    assert "NO OUTCOME CHANGES" in printed
    assert "pack.yaml says 0.1.0; write version: 0.1.1" in printed


def test_a_version_that_follows_ends_with_zero(edited):
    folder = edited(("exercises/wall_push.yaml", "why: ", "why: Well, "), version="0.1.1")

    assert "pack.yaml says 0.1.1, which follows." in text("diff", SMALL, folder)


def test_what_is_not_decided_ends_with_three(edited):
    folder = edited(("red_flags.yaml", "urgency: caution", "urgency: same_day"), version="1.0.0")

    printed = text("diff", SMALL, folder, "--no-proof", code=3)

    assert "NOT DECIDED" in printed


def test_what_is_proved_ends_with_zero(edited):
    pytest.importorskip("z3", reason="the extra prove is not installed")
    folder = edited(("red_flags.yaml", "urgency: caution", "urgency: same_day"), version="0.2.0")

    printed = text("diff", SMALL, folder)

    assert "NOT LESS SAFE, proved" in printed
    assert "This asks for a minor step" in printed


def test_three_packs_are_too_many():
    assert run("diff", SMALL, SMALL, SMALL).exit_code == 2
