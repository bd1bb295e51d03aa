"""A routine in a calendar: the right days, the check on its day, text that stays text, and the same bytes every time."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
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
from psoas_rules.outcomes import Note, sheet
from psoas_rules.testing import intakes

icalendar = pytest.importorskip("icalendar", reason="the extra calendar is not installed")

from dateutil.rrule import rrulestr  # noqa: E402

from psoas_rules.calendars import MOST_REVISIONS, MOST_WEEKS, NoCalendarError, cancel_calendar, to_calendar  # noqa: E402
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


def planned(content):
    """The events that take place."""
    return [event for event in events(content) if event["status"] != "CANCELLED"]


class CalendarApp(dict):
    """The events that a calendar keeps when files are imported: for each id the one of the highest edition."""

    def read(self, content):
        for event in events(content):
            known = self.get(event["uid"])
            if known is None or (event["sequence"], event["dtstamp"].dt) > (known["sequence"], known["dtstamp"].dt):
                self[event["uid"]] = event
        return self

    def shown(self):
        """What takes place, and when: each event with its first moment, all its days and what it says."""
        kept = [event for event in self.values() if event["status"] != "CANCELLED"]
        said = [(str(event["summary"]), str(event.start), days(event), str(event["description"])) for event in kept]
        return sorted(said)


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
        # What is cancelled does so as well.
        assert type(event.start) is date
        assert event.end - event.start == timedelta(days=1)
        assert event["transp"] == "TRANSPARENT"


def test_a_session_lasts_as_long_as_the_routine_says(routine):
    told = sheet(routine)
    for event in planned(to_calendar(routine, MONDAY, at=time(7, 30))):
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


# Which sections stand in a session and in the check. The others are not needed: `pattern`, `asked` and `left_out` tell
# why the routine is as it is; `how_to` and the instructions would fill the entry, and are read with the routine; `time`
# is what the calendar itself says. The phases are the steps.
IN_A_SESSION = {"know", "stop", "seek_help", "shared_cautions", "pain"}
# On the day to look again there are no exercises to mind anything in.
AT_THE_CHECK = {"know", "stop", "seek_help"}
NOT_NEEDED = {"pattern", "asked", "left_out", "how_to", "time", "warm_up", "strengthening", "release"}


@pytest.fixture(scope="module")
def full(outcomes):
    """A routine with something in every section; three of its exercises share a caution."""
    routine = outcomes["asked"]
    note = Note(text="Make an appointment with a doctor.", rules=(), sources=())
    steps = tuple(
        attrs.evolve(
            step,
            cautions=("Breathe out when you lift.",) if number < 3 else ("Mind your wrists.",),
            stop_signs=(f"a click, number {number}",),
        )
        for number, step in enumerate(routine.steps)
    )
    return attrs.evolve(routine, notes=(note,), steps=steps)


def section_lines(section):
    return [section.title, *section.text, *(f"- {entry}" for entry in section.entries), *section.after]


def test_each_entry_says_what_its_day_needs(full):
    """Every section is told in a session and in the check, or is one of those that are not needed."""
    told = sheet(full)
    assert {section.role for section in told.sections} == IN_A_SESSION | NOT_NEEDED
    for event in planned(to_calendar(full, MONDAY)):
        lines = event["description"].split("\n")
        wanted = AT_THE_CHECK if event["summary"] == CAPTIONS.check else IN_A_SESSION
        for section in told.sections:
            if section.role == "shared_cautions" and event["summary"] == CAPTIONS.easy:
                continue  # see below
            # The day to look again stands in its own entry, which begins with it.
            counts = {lines.count(legible(line)) for line in section_lines(section) if line != told.next_check}
            assert counts == {1 if section.role in wanted else 0}, section.role


def test_a_session_says_what_to_do_and_what_to_mind_in_each_exercise(full):
    told = sheet(full)
    named = {step.number: step for step in told.steps}
    sessions = [one for one in planned(to_calendar(full, MONDAY)) if one["summary"] != CAPTIONS.check]
    for event, day in zip(sessions, (day for day in told.week if day.kind != "rest"), strict=True):
        parts = event["description"].split("\n\n")

        assert parts[0] == day.text
        assert [part.split(". ")[0] for part in parts if re.match(r"\d+\. ", part)] == [str(n) for n in day.steps]
        for step in (named[number] for number in day.steps):
            (about,) = [part for part in parts if part.startswith(f"{step.number}. {step.name}: {step.dose_text}\n")]
            lines = about.split("\n- ")[1:]
            assert sorted(lines) == sorted([*step.remarks, step.stop_text])
            assert step.stop_text
        assert len(event["description"]) < 8_000  # what common calendars keep


def test_a_caution_for_several_exercises_stands_on_the_days_of_one_of_them(full):
    told = sheet(full)
    (shared,) = [entry for entry in told.section("shared_cautions").entries if "Breathe out" in entry]
    about = {step.number for step in told.steps if "Breathe out when you lift." in step.all_cautions}
    sessions = [one for one in planned(to_calendar(full, MONDAY)) if one["summary"] != CAPTIONS.check]

    told_on = [f"- {shared}" in event["description"].split("\n") for event in sessions]

    assert told_on == [bool(about & {*day.steps}) for day in told.week if day.kind != "rest"]
    assert {*told_on} == {True, False}


def test_the_check_says_what_to_look_at(routine):
    (check,) = [one for one in events(to_calendar(routine, MONDAY)) if one["summary"] == CAPTIONS.check]

    assert check["description"].split("\n\n")[0] == routine.next_check


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


# A plan that is written again


def changed(routine):
    """The same routine with a week that starts a day later and has fewer sessions."""
    return attrs.evolve(routine, week=(routine.week[-1], *routine.week[:-1]), next_check_weeks=5)


def test_a_new_edition_of_a_plan_takes_the_place_of_the_old_one(outcomes):
    """Another routine, another start, earlier or later, another time: nothing of the old plan is left."""
    old = to_calendar(outcomes["routine"], MONDAY, plan="ada", at=time(7, 30))
    for revision, (who, start, given_settings) in enumerate(
        (
            ("asked", MONDAY, {"at": time(7, 30)}),
            ("routine", MONDAY - timedelta(days=30), {"at": time(7, 30)}),
            ("routine", MONDAY + timedelta(days=9), {"at": time(7, 30)}),
            ("routine", MONDAY, {"at": time(6), "zone": VIENNA}),
            ("routine", MONDAY, {"weeks": 9}),
        ),
        start=1,
    ):
        new = to_calendar(outcomes[who], start, plan="ada", revision=revision, **given_settings)
        other_week = to_calendar(changed(outcomes[who]), start, plan="ada", revision=revision, **given_settings)

        assert CalendarApp().read(old).read(new).shown() == CalendarApp().read(new).shown()
        assert CalendarApp().read(old).read(other_week).shown() == CalendarApp().read(other_week).shown()
        assert CalendarApp().read(new).read(old).shown() == CalendarApp().read(new).shown()
        assert CalendarApp().read(old).read(new).shown() != CalendarApp().read(old).shown()


@settings(max_examples=25)
@given(plans=st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_every_plan_has_its_own_eight_events_in_every_edition(outcomes, plans):
    files = [to_calendar(outcomes[who], MONDAY, plan=plans[0]) for who in ("routine", "asked")]
    files += [to_calendar(changed(outcomes["routine"]), MONDAY, plan=plans[0]), cancel_calendar(plans[0], revision=1)]
    of_one, *others = [[one["uid"] for one in events(content)] for content in files]
    of_another = {one["uid"] for one in events(to_calendar(outcomes["routine"], MONDAY, plan=plans[1]))}

    assert len({*of_one}) == len(of_one) == 8
    assert all(one == of_one for one in others)
    assert not of_another & {*of_one}


def test_ids_never_change(routine):
    """Whoever has imported a plan has these ids in the calendar."""
    ids = [event["uid"] for event in events(to_calendar(routine, MONDAY, plan="ada"))]

    assert ids[0] == "7a45afd2-0f7d-5cfc-903b-e3511af47d75"
    assert ids[-1] == "25422d49-b26f-5136-b33c-7ac73fe5e362"
    assert events(to_calendar(routine, MONDAY))[0]["uid"] == "bd4534e7-6cc4-5312-b331-baf699970244"


@given(first=st.integers(0, MOST_REVISIONS), second=st.integers(0, MOST_REVISIONS))
def test_a_later_revision_is_never_older(first, second):
    earlier, later = (
        events(cancel_calendar("ada", revision=revision))[0] for revision in (min(first, second), max(first, second))
    )

    assert (earlier["sequence"], later["sequence"]) == (min(first, second), max(first, second))
    assert (earlier["dtstamp"].dt < later["dtstamp"].dt) is (first != second)


def test_a_plan_can_be_taken_away(routine):
    written = to_calendar(routine, MONDAY, plan="ada", at=time(7, 30), zone=VIENNA)
    away = cancel_calendar("ada", revision=1)

    assert CalendarApp().read(written).shown()
    assert CalendarApp().read(written).read(away).shown() == []
    assert CalendarApp().read(away).read(written).shown() == []
    assert CalendarApp().read(written).read(cancel_calendar("bob", revision=1)).shown()
    assert {(one["status"], one["summary"]) for one in events(away)} == {("CANCELLED", CAPTIONS.cancelled)}
    # A message between people who plan together would need an organizer; this is a file to import.
    assert b"METHOD" not in away


def test_what_is_cancelled_is_out_of_sight_where_an_app_shows_it_all_the_same(routine):
    cancelled = [one for one in events(to_calendar(routine, MONDAY, at=time(7, 30))) if one["status"] == "CANCELLED"]

    assert len(cancelled) == sum(day.kind == "rest" for day in routine.week) > 0
    for event in (*cancelled, *events(cancel_calendar(revision=1))):
        assert days(event) == [date(2000, 1, 1)]
        assert (event["transp"], event["class"]) == ("TRANSPARENT", "PRIVATE")


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
            assert legible(f"{step.number}. {step.name}: {step.dose_text}") in written
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


BOUNDS = f"is not a whole number from 1 to {MOST_WEEKS}; give one that is"
NO_DAY = "is not a day; give a datetime.date, such as date(2030, 1, 31)"
NO_ZONE = "has no name that calendars know; give a zoneinfo.ZoneInfo with one, such as ZoneInfo('Europe/Vienna')"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"weeks": 0}, f"weeks: 0 {BOUNDS}"),
        ({"weeks": 53}, f"weeks: 53 {BOUNDS}"),
        ({"weeks": 1.5}, f"weeks: 1.5 {BOUNDS}"),
        ({"weeks": "2"}, f"weeks: '2' {BOUNDS}"),
        ({"weeks": True}, f"weeks: True {BOUNDS}"),
        ({"start": "2026-12-01"}, f"start: '2026-12-01' {NO_DAY}"),
        ({"start": None}, f"start: None {NO_DAY}"),
        (
            {"start": datetime(2026, 12, 1, tzinfo=VIENNA)},
            "start: the same moment is another day elsewhere; give the day",
        ),
        ({"start": date(9999, 12, 25)}, "start: 9999-12-25 is too near the first or last day"),
        ({"start": date(9999, 6, 1), "weeks": 52}, "start: 9999-06-01 is too near"),
        ({"start": date.min}, "start: 0001-01-01 is too near"),
        ({"zone": VIENNA}, "zone: it says nothing without a time; give `at` as well"),
        ({"at": time(7, 30), "zone": UTC}, f"zone: datetime.timezone.utc {NO_ZONE}"),
        ({"at": time(7, 30), "zone": "Europe/Vienna"}, f"zone: 'Europe/Vienna' {NO_ZONE}"),
        ({"at": time(7, 30, tzinfo=VIENNA)}, "at: give the time without a zone, and the zone as `zone`"),
        ({"at": "07:30"}, "at: '07:30' is not a time of day; give a datetime.time, such as time(7, 30)"),
        ({"at": datetime(2026, 12, 1, 7, 30)}, "is not a time of day"),  # noqa: DTZ001
        ({"plan": 7}, "plan: 7 is not a text; give the id of the plan as one, such as '7'"),
        ({"plan": "\ud83d"}, "plan: it holds half a character"),
        ({"revision": -1}, f"revision: -1 is not a whole number from 0 to {MOST_REVISIONS}"),
        ({"revision": MOST_REVISIONS + 1}, "revision: 2147483648 is not"),
        ({"revision": "1"}, "revision: '1' is not"),
    ],
    ids=str,
)
def test_a_wrong_argument_is_told_with_the_cure(routine, wrong, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        to_calendar(routine, **{"start": MONDAY, **wrong})


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("start", [date(1, 1, 3), date(9998, 12, 1)])
def test_the_first_and_last_days_that_a_date_can_be_can_be_planned(routine, start, zone):
    content = to_calendar(routine, start, weeks=1, at=time(23, 59), zone=ZoneInfo(zone))

    assert min(day for event in planned(content) for day in days(event)) == start


def test_a_week_that_is_no_week_has_no_calendar(routine):
    with pytest.raises(NoCalendarError, match="its week has 6 days in place of 7"):
        to_calendar(attrs.evolve(routine, week=routine.week[:6]), MONDAY)


def test_without_its_library_it_says_what_to_install():
    code = "import sys; sys.modules['icalendar'] = None; import psoas_rules.calendars"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 1
    assert "python -m pip install 'psoas-rules[calendar]'" in done.stderr
