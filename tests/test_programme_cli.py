"""The command `programme`: from an intake to a plan, a report, a page and a calendar, with files; and what is refused."""

import json
import re
import sys
from pathlib import Path

import pytest

click = pytest.importorskip("click", reason="the extra cli is not installed")
pytest.importorskip("rich", reason="the extra cli is not installed")

from click.testing import CliRunner  # noqa: E402

from psoas_rules.cli import programme_command  # noqa: E402
from psoas_rules.cli.app import app  # noqa: E402
from psoas_rules.programme import Programme  # noqa: E402

INTAKES = Path(__file__).resolve().parents[1] / "examples" / "intakes"
SMALL = Path(__file__).parent / "small_pack"
DESK, BLEEDING = INTAKES / "desk_worker_tight_hips.yaml", INTAKES / "blood_thinner_groin_pain.yaml"
START = ("--start", "2030-01-07")


def run(*arguments, piped=None):
    return CliRunner().invoke(app, ["programme", *map(str, arguments)], input=piped)


def text(*arguments, code=0, piped=None):
    """What is printed, on one line, so that it does not matter where lines are broken."""
    done = run(*arguments, piped=piped)
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def data(*arguments, code=0, piped=None):
    done = run(*arguments, "--json", piped=piped)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def read(file):
    return Programme.from_json(file.read_bytes())


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A programme that was planned, in a file."""
    file = tmp_path_factory.mktemp("planned") / "programme.json"
    assert f"{file} is written." in text("plan", DESK, *START, "-o", file)
    return file


@pytest.fixture
def reported(planned, tmp_path):
    """A report about its first session."""
    exercise = read(planned).next_session().steps[1].exercise
    file = tmp_path / "feedback.yaml"
    file.write_text(
        f"- day: 2030-01-07\n  usual_pain: 2\n  exercises:\n    {exercise}: {{done: all, pain: 5, sharp: true}}\n"
        "- {day: 2030-01-08, poor_sleep: true}\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("name", programme_command.programme.commands)
def test_every_part_has_help(name):
    done = run(name, "--help")

    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 8


def test_from_an_intake_to_a_page_and_a_calendar(planned, reported, tmp_path):
    following, page, calendar = (tmp_path / name for name in ("next.json", "page.html", "programme.ics"))
    step = text("advance", planned, reported, "-o", following)
    programme = read(following)

    assert [one.day.isoformat() for one in programme.log] == ["2030-01-07", "2030-01-08"]
    assert programme.history
    for change in programme.history:
        assert " ".join(change.text.split()) in step
    assert "Week 1 of 6" in text("show", following)
    assert "Week 3 of 6" in text("show", following, "--week", 3)

    pytest.importorskip("jinja2", reason="the extra handout is not installed")
    assert text("page", following, "-o", page, "--paper", "letter", "--name", "Alex") == f"{page} is written."
    assert '<b dir="auto">Alex</b>' in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == run("page", following, "--paper", "letter", "--name", "Alex").stdout

    pytest.importorskip("icalendar", reason="the extra calendar is not installed")
    timed = ("--at", "07:30", "--zone", "Europe/Berlin")
    assert text("calendar", following, "-o", calendar, *timed) == f"{calendar} is written."
    content = calendar.read_bytes()
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"DTSTART;TZID=Europe/Berlin:20300109T073000" in content
    fixed = ("--revision", 5, "--plan", "A")
    assert run("calendar", following, *fixed).stdout_bytes == run("calendar", following, *fixed).stdout_bytes


def test_a_later_calendar_has_the_higher_number(planned, monkeypatch):
    pytest.importorskip("icalendar", reason="the extra calendar is not installed")
    numbers = []
    for now in (1_900_000_000.7, 1_900_000_100.2):
        monkeypatch.setattr(programme_command.time, "time", lambda now=now: now)
        numbers += {int(number) for number in re.findall(r"SEQUENCE:(\d+)", run("calendar", planned).stdout)}

    assert numbers == [1_900_000_000, 1_900_000_100]


def test_programs_read_the_same(planned, reported):
    made = data("plan", DESK, *START)
    assert Programme.from_dict(made["result"]) == read(planned)
    assert (made["command"], made["ok"]) == ("programme plan", True)
    assert Programme.from_dict(data("show", planned)["result"]) == read(planned)
    assert data("show", planned, "--week", 2)["week"]["number"] == 2

    step = data("advance", planned, reported)
    after = Programme.from_dict(step["result"])
    assert [change["text"] for change in step["changes"]] == [change.text for change in after.history]
    assert step["withdrawn"] == step["notes"] == []


def test_a_report_that_is_known_is_noted_and_changes_nothing(planned, reported, tmp_path):
    following = tmp_path / "next.json"
    text("advance", planned, reported, "-o", following)
    again = data("advance", following, reported)

    assert again["changes"] == []
    assert len(again["notes"]) == 2
    assert Programme.from_dict(again["result"]) == read(following)


def test_today_alone_tells_what_was_missed(planned):
    step = data("advance", planned, "--today", "2030-01-13")
    week = Programme.from_dict(step["result"]).weeks[0]

    assert {day.done for day in week.sessions} == {False}
    assert "give FEEDBACK, or --today" in text("advance", planned, code=2)


def test_a_warning_sign_stops_it_and_the_page_is_that_of_the_referral(planned, tmp_path):
    feedback, stopped, page = (tmp_path / name for name in ("feedback.json", "stopped.json", "page.html"))
    answers = {"red_flags": {"saddle_or_bladder_bowel": True}}
    feedback.write_text(json.dumps({"day": "2030-01-08", "answers": answers}), encoding="utf-8")
    step = text("advance", planned, feedback, "-o", stopped)
    programme = read(stopped)
    names = {one.name for week in programme.weeks for day in week.days for one in day.steps}

    assert programme.status == "stopped"
    for shown in (step, text("show", stopped)):
        assert shown.startswith(programme.referral.headline.upper())
        assert not [name for name in names if name in shown]
    pytest.importorskip("jinja2", reason="the extra handout is not installed")
    text("page", stopped, "-o", page)
    assert programme.referral.headline in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("intake, kind", [(BLEEDING, "referral"), ("-", "screening")])
def test_where_there_is_no_programme_the_outcome_is_shown_as_by_recommend(intake, kind, tmp_path):
    piped = "signs: {pain_now: 3}\n" if intake == "-" else None
    file = tmp_path / "programme.json"
    done = run("plan", intake, *START, "-o", file, piped=piped)
    recommended = CliRunner().invoke(app, ["recommend", str(intake)], input=piped)

    assert (done.exit_code, done.output) == (0, recommended.output)
    assert data("plan", intake, *START, piped=piped)["result"]["outcome"] == kind
    assert not file.exists()


def test_days_weeks_and_minutes_are_as_asked_for():
    made = Programme.from_dict(
        data("plan", DESK, *START, "--days", "Tuesday, thu,SAT", "--weeks", 3, "--minutes", 12)["result"]
    )

    assert len(made.weeks) == 3
    assert {day.day.weekday() for day in made.sessions()} == {1, 3, 5}
    assert max(day.minutes for day in made.sessions()) <= 13
    assert made.intake.preferences["minutes"] == 12


def test_everything_can_be_read_from_a_pipe(planned, reported):
    intake = DESK.read_text(encoding="utf-8")

    assert Programme.from_dict(data("plan", "-", *START, piped=intake)["result"]) == read(planned)
    assert text("show", "-", piped=planned.read_text(encoding="utf-8")) == text("show", planned)
    piped = reported.read_text(encoding="utf-8")
    assert data("advance", planned, "-", piped=piped) == data("advance", planned, reported)


@pytest.mark.parametrize(
    "arguments, said",
    [
        ((), "Missing option '--start'"),
        (("--start", "7.1.2030"), "does not match the format '%Y-%m-%d'"),
        ((*START, "--days", "mon,tue"), "two days running"),
        ((*START, "--days", "mon,tuu"), "'tuu' is not a weekday; did you mean 'tue'?"),
        ((*START, "--days", ","), "no day is named"),
        ((*START, "--weeks", "0"), "weeks: 0 is not a whole number from 1 to 52"),
        ((*START, "-o", "/nowhere/at/all.json"), "cannot be written"),
    ],
)
def test_a_wrong_call_is_told_with_its_cure(arguments, said):
    assert said in text("plan", DESK, *arguments, code=2)


@pytest.mark.parametrize(
    "name, options, said",
    [
        ("show", ("--week", "7"), "week: 7 is not a whole number from 1 to 6"),
        ("calendar", ("--at", "half past seven"), "'half past seven' is not a time of day, as in 07:30"),
        ("calendar", ("--at", "07:30", "--zone", "Berlin"), "no time zone is called 'Berlin'"),
        ("calendar", ("--zone", "Europe/Berlin"), "zone: it says nothing without a time"),
        ("calendar", ("--revision", "-1"), "revision: -1 is not a whole number"),
        ("page", ("--paper", "a5"), "Invalid value for '--paper'"),
    ],
)
def test_a_wrong_wish_is_told_with_its_cure(name, options, said, planned):
    pytest.importorskip({"page": "jinja2", "calendar": "icalendar"}.get(name, "click"))
    assert said in text(name, planned, *options, code=2)


@pytest.mark.parametrize(
    "feedback, said",
    [
        ("[}", "line 1"),
        ("7", "feedback is a mapping of answers"),
        ("- day: 2030-13-01\n- {day: 2030-01-08, unwel: true}\n", "2 problems in the feedback report 1, day: "),
        (
            "- day: 2030-13-01\n- {day: 2030-01-08, unwel: true}\n",
            "report 2, 'unwel': unknown key; did you mean 'unwell'?",
        ),
        ("{day: 2029-01-01}", "before the first day of the programme"),
        ("{day: 2030-01-08, answers: {signs: {pain_now: 99}}}", "1 problem in the intake signs.pain_now: "),
    ],
)
def test_feedback_that_cannot_be_read_is_told_with_its_place(feedback, said, planned, tmp_path):
    file = tmp_path / "feedback.yaml"
    file.write_text(feedback, encoding="utf-8")

    assert said in text("advance", planned, file, "-o", tmp_path / "next.json", code=1)
    refused = data("advance", planned, file, code=1)
    assert (refused["ok"], bool(refused["problems"])) == (False, True)
    assert not (tmp_path / "next.json").exists()


@pytest.mark.parametrize("content", ["", "{}", '{"programme": 1}', "day: 2030-01-07", '{"programme": 99}'])
@pytest.mark.parametrize("name", ["show", "advance", "page", "calendar"])
def test_what_is_no_programme_is_refused_by_every_part(name, content, tmp_path):
    pytest.importorskip({"page": "jinja2", "calendar": "icalendar"}.get(name, "click"))
    file = tmp_path / "programme.json"
    file.write_text(content, encoding="utf-8")
    more = ("--today", "2030-01-08") if name == "advance" else ()

    assert re.match(r"\d+ problems? in the programme ", text(name, file, *more, code=1))


def test_an_intake_or_a_pack_that_cannot_be_used_is_told(tmp_path, planned):
    intake = tmp_path / "intake.yaml"
    intake.write_text("signs: {pain_now: 99}\n", encoding="utf-8")

    assert "1 problem in the intake signs.pain_now" in text("plan", intake, *START, code=1)
    assert data("plan", intake, *START, code=1)["problems"][0]["field"] == "signs.pain_now"
    (tmp_path / "pack").mkdir()
    assert "problem" in text("plan", DESK, *START, "--pack", tmp_path / "pack", code=1)
    assert "in the programme" in text("plan", DESK, *START, "--pack", SMALL, code=1)


@pytest.mark.parametrize("name, missing", [("page", "jinja2"), ("calendar", "icalendar")])
def test_a_missing_extra_is_named(name, missing, planned, monkeypatch):
    for module in [one for one in sys.modules if one.startswith(("psoas_rules.handout", "psoas_rules.calendars"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, f"psoas_rules.programme.{name}", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    extra = {"page": "handout", "calendar": "calendar"}[name]

    assert f"psoas-rules[{extra}]" in text(name, planned, code=2)
