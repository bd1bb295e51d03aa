"""A routine in a calendar: the right days, the check on its day, text that stays text, and the same bytes every time."""

import os
import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest
from format_words import HOSTILE, PEOPLE, Outcomes, hostile, without_digest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from psoas_rules import Routine
from psoas_rules.legible import legible
from psoas_rules.outcomes import sheet
from psoas_rules.testing import intakes

icalendar = pytest.importorskip("icalendar", reason="the extra calendar is not installed")

from dateutil.rrule import rrulestr  # noqa: E402

from psoas_rules.calendars import MOST_WEEKS, NoCalendarError, to_calendar  # noqa: E402
from psoas_rules.outcomes.captions import CAPTIONS  # noqa: E402

SNAPSHOT = Path(__file__).parent / "snapshots" / "formats" / "routine.ics"
MONDAY = date(2026, 11, 23)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture(scope="module")
def outcomes(recommender):
    return Outcomes({name: recommender.recommend(person()) for name, person in PEOPLE.items()})


@pytest.fixture(scope="module")
def routine(outcomes):
    return outcomes["routine"]


def events(content):
    return icalendar.Calendar.from_ical(content).events


def days(event):
    """The days on which an event takes place, worked out by another library from what the file says."""
    first = event.start if isinstance(event.start, datetime) else datetime.combine(event.start, time())
    if "rrule" not in event:
        return [first.date()]
    rule = event["rrule"].to_ical().decode()
    return [one.date() for one in rrulestr(rule, dtstart=first.replace(tzinfo=None))]


def on(content, summary):
    """The days of all events of this name, in order."""
    return sorted(day for event in events(content) if event["summary"] == summary for day in days(event))


# The days


@settings(max_examples=40)
@given(intake=intakes(screen="clear"), start=st.dates(date(2000, 1, 1), date(2100, 1, 1)), weeks=st.integers(1, 8))
def test_the_events_are_the_days_of_the_week_and_no_whole_session_follows_another(recommender, intake, start, weeks):
    """Whatever the routine and whenever it begins, the calendar has each day of its week, and rest between."""
    routine = recommender.recommend(intake)
    assume(isinstance(routine, Routine) and routine.steps and routine.week)

    content = to_calendar(routine, start, weeks=weeks)

    for kind, summary in (("whole", CAPTIONS.session), ("easy", CAPTIONS.easy)):
        planned = [i for i, day in enumerate(routine.week) if day.kind == kind]
        assert on(content, summary) == [start + timedelta(weeks=w, days=i) for w in range(weeks) for i in planned]
    whole = on(content, CAPTIONS.session)
    assert whole
    assert all(later - earlier > timedelta(days=1) for earlier, later in pairwise(whole))
    assert on(content, CAPTIONS.check) == [start + timedelta(weeks=routine.next_check_weeks)]


def test_it_ends_with_the_next_check_unless_asked_otherwise(routine):
    last = on(to_calendar(routine, MONDAY), CAPTIONS.session)[-1]
    longer = on(to_calendar(routine, MONDAY, weeks=6), CAPTIONS.session)[-1]

    assert last < MONDAY + timedelta(weeks=routine.next_check_weeks) < longer


def test_a_day_without_a_time_blocks_nothing(routine):
    for event in events(to_calendar(routine, MONDAY)):
        assert type(event.start) is date
        assert event.end - event.start == timedelta(days=1)
        assert event["transp"] == "TRANSPARENT"


def test_a_session_lasts_as_long_as_the_routine_says(routine):
    told = sheet(routine)
    for event in events(to_calendar(routine, MONDAY, at=time(7, 30))):
        # No zone: half past seven wherever the person is.
        assert (event.start.time(), event.start.tzinfo) == (time(7, 30), None)
        if event["summary"] == CAPTIONS.session:
            assert event.end - event.start == timedelta(minutes=told.minutes)
        if event["summary"] == CAPTIONS.easy:
            assert timedelta(0) < event.end - event.start < timedelta(minutes=told.minutes)


def test_with_a_zone_the_clock_stays_when_summer_time_begins(routine):
    content = to_calendar(routine, date(2026, 3, 23), at=time(7, 30), zone=VIENNA, weeks=2)

    assert b"BEGIN:VTIMEZONE" in content
    assert b"DTSTART;TZID=Europe/Vienna:20260323T073000" in content
    offsets = {event.start.utcoffset() for event in events(content) if event["summary"] == CAPTIONS.check}
    assert offsets == {timedelta(hours=2)}


def test_a_date_with_a_time_is_its_day(routine):
    assert to_calendar(routine, datetime(2026, 11, 23, 22, 15)) == to_calendar(routine, MONDAY)  # noqa: DTZ001


# What it says


def test_every_session_says_what_to_do_and_when_to_stop(routine):
    told = sheet(routine)
    named = {step.number: step for step in told.steps}
    sessions = [one for one in events(to_calendar(routine, MONDAY)) if one["summary"] != CAPTIONS.check]
    for event, day in zip(sessions, (day for day in told.week if day.kind != "rest"), strict=True):
        text = event["description"]

        assert text.startswith(day.text)
        for number, step in named.items():
            assert (f"{number}. {step.name}: {step.dose_text}" in text) is (number in day.steps)
        for step in (named[number] for number in day.steps):
            assert all(caution in text for caution in step.all_cautions)
            assert all(sign in text for sign in step.stop_signs)
        for role in ("stop", "seek_help", "pain"):
            section = told.section(role)
            assert all(one in text for one in (section.title, *section.text, *section.entries, *section.after))
        assert len(text) < 8_000  # what common calendars keep


def test_what_is_said_once_for_several_exercises_is_said_in_the_calendar(routine):
    caution = "Breathe out when you lift."
    careful = attrs.evolve(routine, steps=tuple(attrs.evolve(step, cautions=(caution,)) for step in routine.steps))

    assert all(not step.cautions for step in sheet(careful).steps)
    for event in events(to_calendar(careful, MONDAY)):
        assert (caution in event["description"]) is (event["summary"] != CAPTIONS.check)


def test_the_check_says_what_to_look_at(routine):
    (check,) = [one for one in events(to_calendar(routine, MONDAY)) if one["summary"] == CAPTIONS.check]

    assert routine.next_check in check["description"]
    assert all(sign in check["description"] for sign in routine.seek_help)


def test_it_is_private(routine):
    assert {event["class"] for event in events(to_calendar(routine, MONDAY))} == {"PRIVATE"}


# The file


def test_the_file_is_as_it_was_reviewed(routine):
    page = re.sub(r"UID:[0-9a-f-]{36}", "UID:ID", to_calendar(routine, MONDAY, at=time(7, 30)).decode())
    page = without_digest(page.replace("\r\n ", "").replace("\r\n", "\n"))
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
        SNAPSHOT.write_text(page, encoding="utf-8", newline="\n")

    assert page == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("settings", [{}, {"at": time(7, 30)}, {"at": time(7, 30), "zone": VIENNA, "weeks": 5}])
def test_the_same_routine_gives_the_same_bytes(routine, settings):
    again = Routine.from_dict(routine.to_dict())

    assert to_calendar(routine, MONDAY, **settings) == to_calendar(again, MONDAY, **settings)


def test_a_new_start_moves_the_events_and_another_routine_has_others(outcomes):
    first, moved = (events(to_calendar(outcomes["routine"], start)) for start in (MONDAY, MONDAY + timedelta(days=9)))
    other = events(to_calendar(outcomes["asked"], MONDAY))

    assert [one["uid"] for one in first] == [one["uid"] for one in moved]
    assert all(new["dtstamp"].dt > old["dtstamp"].dt for old, new in zip(first, moved, strict=True))
    assert len({one["uid"] for one in (*first, *other)}) == len(first) + len(other)


def test_hostile_text_adds_no_event_and_no_property(outcomes):
    """Whatever the words are, the file has the same parts, and reads back as what was said."""
    for name in ("routine", "asked"):
        bad, good = (hostile(outcomes[name], texts) for texts in (HOSTILE, ["Text"]))
        content = to_calendar(bad, MONDAY, at=time(7, 30), zone=VIENNA)
        parts = [
            [[*event] for event in events(one)]
            for one in (content, to_calendar(good, MONDAY, at=time(7, 30), zone=VIENNA))
        ]

        assert parts[0] == parts[1]
        assert max(map(len, content.split(b"\r\n"))) <= 75
        assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", content)
        (check,) = [one for one in events(content) if one["summary"] == CAPTIONS.check]
        assert legible(bad.next_check) in check["description"]
        # From the file itself, by the rules of the format: unfold, then undo the escapes.
        unfolded = content.decode().replace("\r\n ", "")
        written = re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], unfolded)
        for step in sheet(bad).steps:
            assert f"{step.number}. {legible(step.name)}: {step.dose_text}" in written
        assert all(legible(text) in written for text in (*bad.stop_rules, *bad.seek_help, *bad.pain_rules))


@settings(max_examples=40)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=()) | st.characters(categories=("Cc", "Cs")), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_any_text_reads_back(outcomes, texts):
    content = to_calendar(hostile(outcomes["routine"], texts), MONDAY)

    (check,) = [one for one in events(content) if one["summary"] == CAPTIONS.check]
    assert all(line == legible(line) for line in check["description"].split("\n"))


# What cannot be planned


@pytest.mark.parametrize("name", ["referral", "screening"])
def test_what_is_not_a_routine_has_no_calendar(outcomes, name):
    with pytest.raises(NoCalendarError, match=f"a {name} has no calendar: it holds no exercises"):
        to_calendar(outcomes[name], MONDAY)


def test_a_routine_without_exercises_or_without_a_week_has_no_calendar(routine):
    with pytest.raises(NoCalendarError, match="no exercise is left in it"):
        to_calendar(attrs.evolve(routine, steps=()), MONDAY)
    with pytest.raises(NoCalendarError, match="its pack plans no week"):
        to_calendar(attrs.evolve(routine, week=()), MONDAY)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"weeks": 0}, f"weeks: 0 is not a whole number from 1 to {MOST_WEEKS}"),
        ({"weeks": 53}, "weeks: 53 is not"),
        ({"zone": VIENNA}, "give `at` as well"),
        ({"at": time(7, 30, tzinfo=VIENNA)}, "the zone as `zone`"),
    ],
)
def test_a_wrong_argument_is_told_with_the_cure(routine, wrong, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        to_calendar(routine, MONDAY, **wrong)


def test_without_its_library_it_says_what_to_install():
    code = "import sys; sys.modules['icalendar'] = None; import psoas_rules.calendars"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 1
    assert "python -m pip install 'psoas-rules[calendar]'" in done.stderr
