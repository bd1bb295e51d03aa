"""Programmes as text and in a calendar: every change is told, nothing is left out, and nothing is shown after a stop.

The texts under `tests/snapshots/programme/` show a programme in each of its states. After a change that
is meant, rewrite them and read the difference:

    UPDATE_SNAPSHOTS=1 python -m pytest tests/test_programme_views.py
"""

import datetime as dt
import importlib.util
import os
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from format_words import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Person, Screen
from psoas_rules.legible import legible
from psoas_rules.programme import ExerciseReport, Feedback, Planner
from psoas_rules.programme.sheets import shown_session
from psoas_rules.programme.text import advance_text, programme_text
from psoas_rules.programme.words import PROGRAMME_ENGLISH, ProgrammeWords

SNAPSHOTS = Path(__file__).parent / "snapshots" / "programme"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
START = dt.date(2030, 1, 7)
PERSON = Intake(
    person=Person(40, "none"),
    signs={"hip_flexor_tightness_feeling": 5, "leg_lift_difficulty": True, "pain_now": 2},
    screen=Screen.clear(),
    preferences={"minutes": 30},
)
WARNING = Intake.from_dict({"red_flags": {"saddle_or_bladder_bowel": True}})
WELL = {"effort": 5, "pain": 1, "morning_pain": 2, "sharp": False, "form_kept": True, "too_easy": False}
PAINFUL = {**WELL, "pain": 4, "morning_pain": 5}
ALARMING = {**WELL, "pain": 8, "sharp": True}
STATES = ("fresh", "midway", "paused", "stopped", "finished")


def has(*libraries):
    return all(importlib.util.find_spec(library) is not None for library in libraries)


needs_calendars = pytest.mark.skipif(not has("icalendar"), reason="the extra calendar is not installed")


def report(programme, day, answers):
    """A report about every exercise of a day."""
    exercises = [ExerciseReport(exercise=step.exercise, done="all", **answers) for step in programme.day(day).steps]
    return Feedback(day=day, usual_pain=2, poor_sleep=False, exercises=exercises)


def trained(planner, programme, count, answers=WELL):
    """The programme after some sessions with the same answers, and the last step."""
    step = None
    for _ in range(count):
        day = programme.next_session()
        if day is None or programme.status != "active":
            break
        step = planner.advance(programme, report(programme, day.day, answers))
        programme = step.programme
    return programme, step


@pytest.fixture(scope="module")
def planner(recommender):
    return Planner(recommender)


@pytest.fixture(scope="module")
def steps(planner):
    """The last step into each state but the first."""
    fresh = planner.plan(PERSON, start=START)
    midway, step = trained(planner, trained(planner, fresh, 3)[0], 1, PAINFUL)
    _, paused = trained(planner, midway, 3, ALARMING)
    stopped = planner.advance(midway, Feedback(day=START + dt.timedelta(days=17), answers=WARNING))
    all_done, _ = trained(planner, fresh, 99)
    finished = planner.advance(all_done, today=START + dt.timedelta(weeks=7))
    return {"midway": step, "paused": paused, "stopped": stopped, "finished": finished}


@pytest.fixture(scope="module")
def programmes(planner, steps):
    made = {"fresh": planner.plan(PERSON, start=START)} | {state: step.programme for state, step in steps.items()}
    statuses = {state: programme.status for state, programme in made.items()}
    assert statuses == {"fresh": "active", "midway": "active"} | {
        state: state for state in ("paused", "stopped", "finished")
    }
    return made


def told(text):
    """A text on one line, so that it does not matter where lines are broken."""
    return " ".join(text.split())


def compared(name, text):
    """What is made, and what was read before, without what every change of a rule changes."""
    text = re.sub(r"\([0-9a-f]{12}\),\s+decided\s+by\s+[\w-]+\.", "(DIGEST), decided by ENGINE.", text) + "\n"
    text = re.sub(r"\d{4}-\d\d-\d\d\.\n", "REVIEWED.\n", text)
    snapshot = SNAPSHOTS / name
    if UPDATE:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(text, encoding="utf-8", newline="\n")
    return text, snapshot.read_text(encoding="utf-8")


def doses(programme):
    """Every dose that was ever planned or told, in words; those of one word alone would be found anywhere."""
    planned = {str(step.dose) for week in programme.weeks for day in week.days for step in day.steps}
    return {dose for dose in planned | {change.dose for change in programme.history} if dose}


def names(programme):
    return {step.name for week in programme.weeks for day in week.days for step in day.steps}


# Text


@pytest.mark.parametrize("state", STATES)
def test_the_text_is_as_it_was_read(state, programmes):
    made, known = compared(f"{state}.txt", str(programmes[state]))

    assert made == known


@pytest.mark.parametrize("state", STATES[1:])
def test_what_changed_is_told_as_it_was_read(state, steps):
    made, known = compared(f"{state}.changes.txt", str(steps[state]))

    assert made == known


def test_the_text_of_a_usual_programme_fits_a_screen_or_two(programmes):
    assert len(str(programmes["fresh"]).splitlines()) <= 66
    for programme in programmes.values():
        assert len(str(programme).splitlines()) <= 80


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_longer_than_asked_for(width, programmes, steps):
    for text in (
        *(programme_text(programme, width=width) for programme in programmes.values()),
        *(advance_text(step, width=width) for step in steps.values()),
    ):
        assert max(map(len, text.splitlines())) <= width


def test_a_programme_with_sessions_shows_the_coming_one_after_the_warnings(programmes):
    for state in ("fresh", "midway", "finished"):
        programme = programmes[state]
        text, day = told(str(programme)), shown_session(programme)
        assert len(day.steps) > 3
        for step in day.steps:
            place = text.index(f"{step.name} - {step.dose}")
            for warning in (*programme.seek_help, *programme.seek_help_if_yes, *programme.stop_rules):
                assert text.index(told(warning)) < place


def test_a_pause_shows_what_it_waits_for_and_no_exercise_to_come(programmes):
    programme = programmes["paused"]
    text = told(str(programme))

    assert programme.status_text in text
    assert shown_session(programme) is None
    for day in programme.weeks[-1].days:
        assert PROGRAMME_ENGLISH.on(day.day) not in text


def test_after_the_last_session_the_tests_are_still_to_come(planner, programmes):
    programme, _ = trained(planner, programmes["fresh"], 99)
    text = told(str(programme))

    assert programme.status == "active"
    assert "No whole session is to come." in text
    assert programme.weeks[-1].retest.title in text


def test_a_stop_shows_the_referral_first_and_neither_exercise_nor_dose(programmes, steps):
    programme = programmes["stopped"]
    assert len(doses(programme)) > 5
    for text in (str(programme), str(steps["stopped"]), programme_text(programme, week=1)):
        lines = told(text)
        assert lines.startswith(programme.referral.headline.upper())
        for action in programme.referral.actions:
            assert action in lines
        assert not [dose for dose in doses(programme) if re.search(rf"(?<!\w){re.escape(dose)}(?!\w)", lines)]
        assert not [name for name in names(programme) if name.casefold() in lines.casefold()]


@pytest.mark.parametrize("number", [1, 4, 6])
def test_one_week_has_all_its_sessions_and_tests(number, programmes):
    programme = programmes["midway"]
    week = programme.weeks[number - 1]
    text = told(programme_text(programme, week=number))

    for day in week.days:
        assert PROGRAMME_ENGLISH.on(day.day) in text
    for day in week.sessions:
        for step in day.steps:
            assert f"{step.name} - {step.dose}" in text
    for question in week.retest.ask if week.retest else ():
        assert f"{question.label}: {question.ask}" in text


@pytest.mark.parametrize("number", [0, 7, -1])
def test_a_week_that_is_not_there_is_refused(number, programmes):
    with pytest.raises(ValueError, match="from 1 to 6"):
        programme_text(programmes["fresh"], week=number)


def test_a_year_is_shown_without_a_line_for_each_week(planner):
    programme = planner.plan(PERSON, start=START, weeks=52)
    text = str(programme)

    assert "and 45 weeks more" in text
    assert len(text.splitlines()) <= 70


def test_words_in_another_language_need_the_same_braces(programmes):
    german = attrs.evolve(PROGRAMME_ENGLISH, week_of="Woche {number} von {count}: {title}. {goal}", done="erledigt")

    assert "Woche 2 von 6" in programme_text(programmes["midway"], words=german)
    assert "erledigt" in programme_text(programmes["midway"], words=german)
    with pytest.raises(ValueError, match=r"'week' must have {number}"):
        ProgrammeWords(week="Woche")
    with pytest.raises(ValueError, match="'weekdays' must be a tuple of 7"):
        ProgrammeWords(weekdays=("Mo",))


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "effort": st.integers(0, 10),
        "pain": st.integers(0, 10),
        "morning_pain": st.integers(0, 10),
        "sharp": st.booleans(),
        "form_kept": st.booleans(),
        "too_easy": st.booleans(),
        "done": st.sampled_from(["all", "some", "none"]),
    },
)
DAYS = st.fixed_dictionaries(
    {},
    optional={
        "usual_pain": st.integers(0, 10),
        "unwell": st.booleans(),
        "poor_sleep": st.booleans(),
        "fell": st.booleans(),
        "reviewed": st.booleans(),
        "answers": st.sampled_from([(), (), (), (WARNING,)]),
    },
)


@settings(max_examples=12)
@given(reports=st.lists(st.tuples(st.integers(0, 4), DAYS, ANSWERS), min_size=1, max_size=8))
def test_whatever_is_reported_every_change_is_told_and_a_stop_shows_no_dose(planner, reports):
    programme, day = planner.plan(PERSON, start=START), START
    for later, of_day, answers in reports:
        day += dt.timedelta(days=later)
        exercises = [ExerciseReport(exercise=step.exercise, **answers) for step in programme.day(day).steps]
        step = planner.advance(programme, Feedback(day=day, exercises=exercises, **of_day))
        programme = step.programme
        text, day_shown = told(str(step)), shown_session(programme)
        # What is shown has its instructions.
        assert {one.exercise for one in (day_shown.steps if day_shown else ())} <= {
            one.exercise for one in programme.exercises
        }
        for note in step.notes:
            assert note in text
        if programme.status == "stopped":
            assert shown_session(programme) is None
            headline, urgency = programme.referral.headline, programme.referral.urgency
            assert text.startswith(headline.upper() if urgency == "emergency" else headline)
            shown = told(str(programme))
            assert not [name for name in names(programme) if name in text or name in shown]
        else:
            # Nothing is undone where something was only held.
            undone = [change for change in step.withdrawn if change.effect != "hold"]
            for change in (*step.changes, *undone):
                assert told(change.text) in text
        assert len(str(programme)) > 500


def test_hostile_texts_stay_on_their_line(programmes):
    for words in HOSTILE:
        text = programme_text(with_texts(programmes["midway"], words))

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert max(map(len, text.splitlines())) <= 80
        if len(legible(words)) > 10 and " " not in legible(words) and len(words) < 40:
            assert legible(words) in text


def with_texts(programme, words):
    """The programme with other words wherever a pack or a file brings some."""
    weeks = tuple(
        attrs.evolve(
            week,
            title=words,
            goal=words,
            text=words,
            days=tuple(attrs.evolve(day, text=words) for day in week.days),
            retest=week.retest and attrs.evolve(week.retest, title=words),
        )
        for week in programme.weeks
    )
    return attrs.evolve(
        programme,
        weeks=weeks,
        history=tuple(attrs.evolve(change, text=words) for change in programme.history),
        exercises=tuple(attrs.evolve(step, name=words, why=words, how=(words,)) for step in programme.exercises),
        status_text=words,
        seek_help=(words,),
        stop_rules=(words,),
    )


# The calendar


def file_of(programme, **options):
    from psoas_rules.programme.calendar import programme_calendar

    return programme_calendar(programme, **options)


def events(content):
    from icalendar import Calendar

    return Calendar.from_ical(content).events


def day_of(event):
    return event.start.date() if isinstance(event.start, dt.datetime) else event.start


def kept(*contents):
    """What a calendar shows after these files: of each event the edition with the highest number."""
    known = {}
    for content in contents:
        for event in events(content):
            before = known.get(event["uid"])
            if before is None or event["sequence"] > before["sequence"]:
                known[event["uid"]] = event
    return [event for event in known.values() if event["status"] != "CANCELLED"]


@needs_calendars
def test_every_planned_day_and_every_test_stands_in_the_calendar_once(programmes):
    for state in ("fresh", "midway", "finished"):
        programme = programmes[state]
        shown = kept(file_of(programme))
        days = [day for week in programme.weeks for day in week.days if day.kind != "rest"]
        retests = [week.retest for week in programme.weeks if week.retest]

        assert len(shown) == len(days) + len(retests)
        for day in days:
            name = PROGRAMME_ENGLISH.session_event if day.kind == "whole" else PROGRAMME_ENGLISH.easy_event
            (event,) = [event for event in shown if day_of(event) == day.day and event["summary"] == name]
            for number, step in enumerate(day.steps, start=1):
                assert f"{number}. {step.name}: {step.dose}" in event["description"]
            for rule in (*programme.stop_rules, *programme.seek_help_if_yes, programme.not_a_diagnosis):
                assert rule in event["description"]
        for retest in retests:
            summary = PROGRAMME_ENGLISH.retest_event.format(title=retest.title)
            (event,) = [event for event in shown if day_of(event) == retest.day and event["summary"] == summary]
            for question in retest.ask:
                assert question.ask in event["description"]


@needs_calendars
def test_a_later_file_takes_the_place_of_the_one_before(programmes):
    fresh, midway = file_of(programmes["fresh"]), file_of(programmes["midway"], revision=1)

    assert {event["uid"] for event in events(fresh)} == {event["uid"] for event in events(midway)}
    assert sorted(event.to_ical() for event in kept(fresh, midway)) == sorted(event.to_ical() for event in kept(midway))


@needs_calendars
def test_a_stop_and_a_pause_cancel_what_is_to_come(programmes):
    for state in ("stopped", "paused"):
        programme = programmes[state]
        shown = kept(file_of(programmes["fresh"]), file_of(programme, revision=1))

        assert shown
        assert max(map(day_of, shown)) <= programme.as_of
    for event in kept(file_of(programmes["fresh"]), file_of(programmes["stopped"], revision=1)):
        if "tests" not in event["summary"]:
            assert not [dose for dose in doses(programmes["stopped"]) if f": {dose}" in event["description"]]
            assert not [name for name in names(programmes["stopped"]) if name in event["description"]]


@needs_calendars
def test_two_programmes_or_two_people_share_no_entry(planner, programmes):
    other = planner.plan(PERSON, start=START + dt.timedelta(days=1))
    files = (file_of(programmes["fresh"]), file_of(other), file_of(programmes["fresh"], plan="somebody else"))
    ids = [{event["uid"] for event in events(content)} for content in files]

    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]


@needs_calendars
def test_sessions_have_a_time_in_a_zone(programmes):
    content = file_of(programmes["fresh"], at=dt.time(7, 30), zone=ZoneInfo("Europe/Berlin"))
    session = next(event for event in kept(content) if event["summary"] == PROGRAMME_ENGLISH.session_event)
    planned = programmes["fresh"].day(day_of(session))

    assert session.start == dt.datetime.combine(planned.day, dt.time(7, 30), ZoneInfo("Europe/Berlin"))
    assert session.end - session.start == dt.timedelta(minutes=planned.minutes)
    assert b"BEGIN:VTIMEZONE" in content
    assert content == file_of(programmes["fresh"], at=dt.time(7, 30), zone=ZoneInfo("Europe/Berlin"))


@needs_calendars
@pytest.mark.parametrize(
    "wrong, message",
    [({"at": "07:30"}, "at:"), ({"zone": ZoneInfo("Europe/Berlin")}, "zone:"), ({"revision": -1}, "revision:")],
)
def test_a_wrong_argument_of_the_calendar_is_named(wrong, message, programmes):
    with pytest.raises(ValueError, match=f"^{message}"):
        file_of(programmes["fresh"], **wrong)
