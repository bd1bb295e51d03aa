"""Programmes by example: what can be asked for, what can be reported, what goes wrong and how it is told."""

import datetime as dt
import html
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest
from programme_laws import check_programme, to_come, work_of_day

from psoas_rules import Intake, Person, Recommender, Referral, Screen, Screening, load_pack
from psoas_rules.errors import IntakeError
from psoas_rules.programme import (
    ExerciseReport,
    Feedback,
    FeedbackError,
    Planner,
    Programme,
    ProgrammeError,
    advance,
    plan,
)
from psoas_rules.yaml_reader import read_yaml

SMALL = Path(__file__).parent / "small_pack"
MONDAY = dt.date(2030, 1, 7)
INTAKE = Intake(
    person=Person(40, "some"),
    signs={"hip_flexor_tightness_feeling": 5, "leg_lift_difficulty": True, "pain_now": 2},
    screen=Screen.clear(),
    preferences={"minutes": 30},
)
GOOD = {"done": "all", "effort": 5, "pain": 1, "sharp": False, "morning_pain": 2, "form_kept": True, "too_easy": False}


@pytest.fixture(scope="module")
def planner(recommender):
    return Planner(recommender)


@pytest.fixture(scope="module")
def programme(planner):
    return planner.plan(INTAKE, start=MONDAY)


def after(days):
    return MONDAY + dt.timedelta(days=days)


def good(programme, day, **changed):
    """A good report of the session of a day; keywords change it for one exercise each, or the day."""
    reports = [
        ExerciseReport(exercise=step.exercise, **{**GOOD, **changed.pop(step.exercise, {})})
        for step in programme.day(day).steps
    ]
    return Feedback(day=day, exercises=reports, **{"usual_pain": 2, "poor_sleep": False, **changed})


def effects(advanced):
    return [change.effect for change in advanced.changes]


# Planning


def test_the_way_in_plans_and_takes_on_with_the_built_in_pack(planner):
    """`plan` and `advance` do what a planner of the built-in pack does."""
    programme = plan(INTAKE, start=MONDAY)

    assert programme == planner.plan(INTAKE, start=MONDAY)
    assert advance(programme, good(programme, MONDAY)) == planner.advance(programme, good(programme, MONDAY))


@pytest.mark.parametrize(
    ("given", "field", "cure"),
    [
        ({"start": "2030-01-07"}, "start", "date(2030, 1, 31)"),
        ({"start": dt.datetime(2030, 1, 7, tzinfo=dt.UTC)}, "start", "date(2030, 1, 31)"),
        ({"start": dt.date.max - dt.timedelta(days=40)}, "start", "too near"),
        ({"weeks": 0}, "weeks", "1 to 52"),
        ({"weeks": 53}, "weeks", "1 to 52"),
        ({"weeks": True}, "weeks", "1 to 52"),
        ({"weeks": "6"}, "weeks", "1 to 52"),
        ({"days": (0, 7)}, "days", "Monday is 0"),
        ({"days": ("Monday",)}, "days", "Monday is 0"),
        ({"days": (0, 1)}, "days", ""),
        ({"days": (0, 3, 6)}, "days", ""),
        ({"days": (2, 2)}, "days", ""),
    ],
)
def test_a_wrong_argument_is_told_with_its_cure(planner, given, field, cure):
    """The error names the argument, shows what was given and says what is right."""
    with pytest.raises(ProgrammeError) as caught:
        planner.plan(INTAKE, **{"start": MONDAY, **given})

    assert [problem.field for problem in caught.value.problems] == [field]
    assert cure in caught.value.problems[0].message


def test_every_wrong_argument_is_told_at_once(planner):
    """Nobody has to come back for each."""
    with pytest.raises(ProgrammeError) as caught:
        planner.plan(INTAKE, start=None, weeks=-1, days=(0, 1))

    assert [problem.field for problem in caught.value.problems] == ["start", "weeks", "days"]


def test_a_routine_alone_cannot_be_planned(planner, recommender):
    """The answers are needed, too; the error says so."""
    with pytest.raises(ProgrammeError, match=r"not a Routine.*answers"):
        planner.plan(recommender.recommend(INTAKE), start=MONDAY)


def test_a_pack_that_plans_no_programmes_says_so():
    """The error names the file that is missing."""
    with pytest.raises(ProgrammeError, match=r"no programme\.yaml"):
        Planner(Recommender(load_pack(SMALL)))


def test_who_gets_no_routine_gets_no_programme(planner, recommender):
    """The referral or the screening is the same that a routine would have come to."""
    flagged = attrs.evolve(INTAKE, red_flags={"chest_symptoms": True})
    open_ = attrs.evolve(INTAKE, screen=Screen())

    assert isinstance(planner.plan(flagged, start=MONDAY), Referral)
    assert isinstance(planner.plan(open_, start=MONDAY), Screening)
    assert planner.plan(flagged, start=MONDAY) == recommender.recommend(flagged)
    assert planner.plan(open_, start=MONDAY) == recommender.recommend(open_)


@pytest.mark.parametrize("weeks", [1, 2, 4, 5, 13, 52])
def test_any_number_of_weeks_can_be_planned(planner, weeks):
    """Every fourth week is easy; the last block goes on for as long as the programme."""
    programme = planner.plan(INTAKE, start=MONDAY, weeks=weeks)

    assert [week.easy for week in programme.weeks] == [number % 4 == 0 for number in range(1, weeks + 1)]
    assert {week.block for week in programme.weeks[12:]} <= {"upkeep"}
    check_programme(programme, planner)


@pytest.mark.parametrize("days", [(0,), (1, 4), (0, 2, 4), (1, 3, 5), (6, 2, 4), [5, 0]])
@pytest.mark.parametrize("start", [MONDAY, after(3), after(6)])
def test_sessions_are_on_the_days_that_were_asked_for(planner, days, start):
    """And on no others, whatever day the programme starts on."""
    programme = planner.plan(INTAKE, start=start, weeks=4, days=days)
    used = {session.day.weekday() for session in programme.sessions()}

    assert used <= set(days)
    assert all(len(week.sessions) <= 3 for week in programme.weeks)
    assert len(programme.weeks[0].sessions) == min(3, len(days))
    check_programme(programme, planner)


def test_a_programme_can_end_near_the_last_day_that_there_is(planner):
    """A week is left over for what looks ahead."""
    start = dt.date.max - dt.timedelta(days=14)

    programme = planner.plan(INTAKE, start=start, weeks=1)
    finished = planner.advance(programme, today=dt.date.max).programme

    assert programme.weeks[-1].days[-1].day == start + dt.timedelta(days=6)
    assert finished.status == "finished"


def test_what_begins_with_two_days_goes_on_with_three(planner):
    """Beginners train twice in the first two weeks, with no more work in the third than growth allows."""
    beginner = attrs.evolve(INTAKE, person=Person(40, "none"))
    programme = planner.plan(beginner, start=MONDAY)
    one, two, three = programme.weeks[:3]

    assert [len(week.sessions) for week in (one, two, three)] == [2, 2, 3]
    assert three.work_s <= two.work_s * 1.1 + 0.1
    check_programme(programme, planner)


# Stored


def test_a_programme_is_kept_as_json(planner, programme):
    """It is read back the same, and goes on as if it had never been stored."""
    text = programme.to_json()
    again = Programme.from_json(text)

    assert again == programme == pickle.loads(pickle.dumps(programme))
    assert json.loads(text)["programme"] == 1
    report = good(programme, MONDAY)
    assert planner.advance(again, report) == planner.advance(programme, report)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not readable JSON"),
        ("[]", "not a stored programme"),
        ('{"programme": 2}', "not a stored programme of format 1"),
        ('{"programme": 1}', "missing"),
    ],
)
def test_what_is_no_stored_programme_is_refused(text, told):
    """The error says what it is not."""
    with pytest.raises(ProgrammeError, match=told):
        Programme.from_json(text)


def test_a_stored_programme_that_was_changed_is_refused_with_its_place(programme):
    """The path of what does not fit is named."""
    data = programme.to_dict()
    data["weeks"][0]["days"][0]["minutes"] = "ten"

    with pytest.raises(ProgrammeError, match=r"weeks\.0\.days\.0\.minutes"):
        Programme.from_dict(data)


def test_nothing_that_is_given_is_changed(planner, programme):
    """A programme, its feedback and its answers are values."""
    before = programme.to_json()
    planner.advance(programme, good(programme, MONDAY), today=after(20))

    assert programme.to_json() == before
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        programme.status = "stopped"


def test_a_programme_of_another_pack_is_worked_out_again_from_its_log(planner, programme):
    """The reports are the truth: what an older pack made of them does not stay."""
    now = planner.advance(programme, [good(programme, MONDAY), good(programme, after(2))]).programme
    older = attrs.evolve(
        now,
        pack=attrs.evolve(now.pack, version="0.9", digest="older"),
        history=now.history[:1],
        course=attrs.evolve(now.course, items=now.course.items[:2]),
    )

    moved = planner.advance(older)

    assert moved.programme == now
    assert moved.changes == now.history[1:]


# Feedback


FORMS = """
day: 2030-01-07
usual_pain: 2
exercises:
  glute_bridge: {done: all, effort: 5, pain: 1}
  pelvic_tilt: all
answers: {signs: {pain_now: 1}}
"""


def test_feedback_is_read_from_a_file_in_a_short_form():
    """Exercises by their ids, one word for what was done, answers without a list."""
    read = Feedback.from_dict(read_yaml(FORMS.encode()).data)

    assert read == Feedback(
        day=MONDAY,
        usual_pain=2,
        exercises=[
            ExerciseReport(exercise="glute_bridge", done="all", effort=5, pain=1),
            ExerciseReport(exercise="pelvic_tilt", done="all"),
        ],
        answers=[Intake(signs={"pain_now": 1})],
    )
    assert Feedback.from_dict(json.loads(json.dumps(read.to_dict()))) == read


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("good", "a mapping of answers"),
        ({"day": "2030-01-07", "excercises": {}}, "did you mean 'exercises'"),
        ({"day": "tomorrow"}, "day"),
        ({}, "day"),
        ({"day": "2030-01-07", "exercises": {"glute_bridge": {"done": "most"}}}, "exercises.0.done"),
        ({"day": "2030-01-07", "exercises": {"glute_bridge": {"pian": 3}}}, "did you mean 'pain'"),
        ({"day": "2030-01-07", "usual_pain": "much"}, "usual_pain"),
    ],
)
def test_feedback_that_cannot_be_read_is_told_with_its_place(data, told):
    """The key or the path is named, with a hint where one helps."""
    with pytest.raises(FeedbackError, match=told):
        Feedback.from_dict(data)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        ({"pain": 11}, "exercises.glute_bridge.pain"),
        ({"effort": -1}, "exercises.glute_bridge.effort"),
        ({"sharp": "perhaps"}, "exercises.glute_bridge.sharp"),
        ({"done": "most"}, "exercises.glute_bridge.done"),
    ],
)
def test_an_answer_outside_its_scale_is_told_before_anything_is_done(planner, programme, report, field):
    """What the plan of the pack does not take is refused with the name of the answer."""
    feedback = Feedback(day=MONDAY, exercises=[ExerciseReport(exercise="glute_bridge", **report)])

    with pytest.raises(FeedbackError) as caught:
        planner.advance(programme, feedback)

    assert [problem.field for problem in caught.value.problems] == [field]


def test_an_unknown_exercise_is_told_with_the_one_that_was_meant(planner, programme):
    """The id is shown, with what it may have been."""
    feedback = Feedback(day=MONDAY, exercises=[ExerciseReport(exercise="Glute bridge", done="all")])

    with pytest.raises(FeedbackError, match="did you mean 'glute_bridge'"):
        planner.advance(programme, feedback)


def test_the_report_of_an_exercise_that_is_not_in_it_changes_nothing(planner, programme):
    """It is noted, and kept in the log."""
    feedback = Feedback(day=MONDAY, exercises=[ExerciseReport(exercise="pigeon_pose", done="all", pain=3)])

    advanced = planner.advance(programme, feedback)

    assert effects(advanced) == ["note"]
    assert "not part of your programme" in advanced.changes[0].text
    assert advanced.programme.course.items == programme.course.items
    assert advanced.programme.log == (feedback,)


def test_feedback_from_before_the_start_is_refused(planner, programme):
    """The error names both days."""
    with pytest.raises(FeedbackError, match="2030-01-06 is before the first day of the programme, 2030-01-07"):
        planner.advance(programme, Feedback(day=after(-1)))


@pytest.mark.parametrize("wrong", ["good", {"day": MONDAY}, [None], [MONDAY]])
def test_what_is_no_feedback_is_refused(planner, programme, wrong):
    """The error says how plain data is read."""
    with pytest.raises((FeedbackError, TypeError), match="Feedback"):
        planner.advance(programme, wrong)


def test_what_is_no_programme_and_no_day_is_refused(planner, programme):
    """Both errors name what was given."""
    with pytest.raises(ProgrammeError, match=r"not a (dict|mapping)"):
        planner.advance(programme.to_dict())
    with pytest.raises(ProgrammeError, match="today"):
        planner.advance(programme, today="2030-01-08")


def test_new_answers_that_cannot_be_read_are_refused(planner, programme):
    """As they are in an intake."""
    with pytest.raises(IntakeError, match="pain_noww"):
        planner.advance(programme, Feedback(day=MONDAY, answers=Intake(signs={"pain_noww": 3})))


def test_feedback_after_the_end_is_noted(planner, programme):
    """The programme is over; its last day is named."""
    advanced = planner.advance(programme, Feedback(day=after(42), usual_pain=3))

    assert advanced.programme.status == "finished"
    assert any("18 February" in note or "17 February" in note for note in advanced.notes)
    assert advanced.programme.next_session() is None


def test_feedback_after_a_stop_is_noted_and_changes_nothing(planner, programme):
    """Only a new plan goes on."""
    stopped = planner.advance(
        programme, Feedback(day=MONDAY, answers=Intake(red_flags={"chest_symptoms": True}))
    ).programme

    advanced = planner.advance(stopped, good(programme, after(2)))

    assert stopped.status == "stopped"
    assert stopped.referral.urgency == "emergency"
    assert (advanced.changes, advanced.programme.status) == ((), "stopped")
    assert [note for note in advanced.notes if "changes nothing" in note]


def test_the_worse_of_two_answers_about_one_day_counts(planner, programme):
    """Whatever came first."""
    fine = good(programme, MONDAY)
    bad = good(programme, MONDAY, glute_bridge={"pain": 7})

    one = planner.advance(planner.advance(programme, fine).programme, bad)
    other = planner.advance(planner.advance(programme, bad).programme, fine)

    assert one.programme == other.programme == planner.advance(programme, bad).programme
    assert any("twice" in note for note in (*one.notes, *other.notes))
    assert [change.exercise for change in one.changes if change.effect == "substitute"] == ["glute_bridge"]
    assert one.withdrawn == () or all(change.exercise == "glute_bridge" for change in one.withdrawn)


def test_a_report_that_says_nothing_leaves_all_weeks_as_they_were(planner, programme):
    """What is still to come of the week under way counts for the weeks after it."""
    advanced = planner.advance(programme, good(programme, MONDAY))

    assert advanced.changes == ()
    assert advanced.programme.weeks[1:] == programme.weeks[1:]
    assert [day.steps for day in advanced.programme.weeks[0].days] == [day.steps for day in programme.weeks[0].days]


# What follows


def test_two_good_sessions_are_a_step_up(planner, programme):
    """With its sentence and its rule; the dose of the coming session is the new one."""
    first = planner.advance(programme, good(programme, MONDAY)).programme

    second = planner.advance(first, good(first, after(2)))
    up = [change for change in second.changes if change.effect == "progress"]

    assert up
    for change in up:
        assert change.rules == ("progress.two_clean_sessions",)
        assert change.dose
        assert any(reading.fact == "in_a_row.clean" for reading in change.trace.firings[0].readings)
    assert work_of_day(second.programme.next_session()) > work_of_day(first.day(after(2)))


def test_a_break_of_a_week_is_followed_by_less_and_of_two_by_a_new_start(planner, programme):
    """From the eighth day on and from the fifteenth on; a day before, nothing is said."""
    begun = planner.advance(programme, good(programme, MONDAY)).programme
    told = {days: effects(planner.advance(begun, today=after(days))) for days in (7, 8, 14, 15, 16)}

    assert told[7].count("repeat") == 0
    assert [told[days].count("repeat") for days in (8, 14, 15)] == [1, 1, 1]
    assert [told[days].count("restart") for days in (14, 15, 16)] == [0, 1, 1]

    less = planner.advance(begun, today=after(8)).programme
    again = planner.advance(begun, today=after(15)).programme
    assert work_of_day(less.next_session()) <= 0.8 * work_of_day(begun.day(MONDAY)) + 10
    assert work_of_day(again.next_session()) <= 0.6 * work_of_day(begun.day(MONDAY))
    assert [day.done for day in less.weeks[0].sessions] == [True, False, False]


def test_whoever_looks_in_every_day_gets_the_same_as_who_comes_once(planner, programme):
    """What was missed counts from the reports alone."""
    slowly = planner.advance(programme, good(programme, MONDAY)).programme
    at_once = planner.advance(slowly, today=after(20)).programme
    for day in range(1, 21):
        slowly = planner.advance(slowly, today=after(day)).programme

    assert slowly == at_once


def test_too_much_pain_twice_pauses_until_somebody_has_looked_at_it(planner, programme):
    """Nothing is planned until the review is reported; then everything starts a step lower."""
    hurts = good(programme, MONDAY, glute_bridge={"pain": 7})
    first = planner.advance(programme, hurts).programme
    name = next(step.exercise for step in first.day(after(2)).steps if step.phase == "strengthening")
    second = planner.advance(first, good(first, after(2), **{name: {"sharp": True}}))
    paused = second.programme
    waiting = planner.advance(paused, today=after(4)).programme
    resumed = planner.advance(waiting, Feedback(day=after(5), reviewed=True))

    assert "pause" in effects(second)
    assert (paused.status, waiting.status) == ("paused", "paused")
    assert "doctor" in paused.status_text
    assert not [step for day in to_come(waiting) for step in day.steps]
    assert resumed.programme.status == "active"
    assert "resume" in effects(resumed)
    assert work_of_day(resumed.programme.next_session()) < work_of_day(programme.day(MONDAY))


def test_after_a_fall_the_safety_questions_come_first(planner, programme):
    """Answered with no it goes on with the same exercises; answered with yes it stops."""
    fallen = planner.advance(programme, Feedback(day=after(1), fell=True)).programme
    clear = planner.advance(fallen, Feedback(day=after(2), answers=Intake(screen=Screen.clear()))).programme
    reviewed = planner.advance(fallen, Feedback(day=after(2), reviewed=True)).programme
    hurt = planner.advance(fallen, Feedback(day=after(2), answers=Intake(red_flags={"major_trauma": True}))).programme

    assert fallen.status == "paused"
    assert "safety questions" in fallen.status_text
    assert clear.status == "active"
    assert [item.exercise for item in clear.course.items] == [item.exercise for item in programme.course.items]
    assert reviewed.status == "paused"
    assert (hurt.status, hurt.referral.urgency) == ("stopped", "emergency")


def test_a_review_does_not_answer_a_safety_question(planner, programme):
    """A question that was opened during the pause holds the programme; once it is answered, it goes on."""
    hurts = {step.exercise: {"pain": 7} for step in programme.day(MONDAY).steps if step.phase == "strengthening"}
    paused = planner.advance(programme, good(programme, MONDAY, **hurts)).programme
    open_ = Feedback(day=after(1), answers=Intake(red_flags={"weight_loss": None}), reviewed=True)
    waiting = planner.advance(paused, open_).programme
    later = planner.advance(waiting, Feedback(day=after(2), reviewed=True)).programme
    answered = Feedback(day=after(3), answers=Intake(red_flags={"weight_loss": False}))

    assert (paused.status, waiting.status, later.status) == ("paused", "paused", "paused")
    assert "safety questions" in later.status_text
    assert planner.advance(later, answered).programme.status == "active"


def test_a_session_that_was_made_easier_does_not_hold_back_the_weeks_after_it(planner, programme):
    """It shows what it asked for in the end; for growth it counts with what had been planned."""
    full = programme.weeks[0].work_s
    eased = planner.advance(programme, Feedback(day=MONDAY, low_energy=True)).programme
    for day in (after(2), after(4)):
        eased = planner.advance(eased, good(eased, day)).programme
    week, second = planner.advance(eased, today=after(7)).programme.weeks[:2]

    assert work_of_day(week.days[0]) == 0
    assert week.work_s == sum(work_of_day(day) for day in week.days) < full
    assert 0.9 * full <= second.work_s <= full * 1.1 + 60


def test_less_time_makes_shorter_sessions_at_once(planner, programme):
    """Slots go as they do in a routine, and each is told."""
    advanced = planner.advance(programme, Feedback(day=after(1), answers=Intake(preferences={"minutes": 10})))

    assert all(day.minutes <= 10 for day in to_come(advanced.programme) if day.kind == "whole")
    assert effects(advanced).count("remove") > 0
    check_programme(advanced.programme, planner)


@pytest.mark.parametrize(("before", "now"), [("none", "some"), ("some", "none"), ("regular", "none")])
@pytest.mark.parametrize("day", range(14))
def test_another_experience_in_the_middle_of_a_week_brings_no_two_sessions_running(planner, before, now, day):
    """On whatever day it is told, there is a day between what was done and what comes."""
    programme = planner.plan(attrs.evolve(INTAKE, person=Person(40, before)), start=MONDAY, weeks=4)
    answers = Intake(person=Person(experience=now))

    check_programme(planner.advance(programme, Feedback(day=after(day), answers=answers)).programme, planner)


def test_what_new_answers_forbid_goes_at_once(planner, programme):
    """No later session has what the routine for the new answers would refuse."""
    advanced = planner.advance(programme, Feedback(day=after(1), answers=Intake(conditions={"wrist_problem": True})))
    loads = {one.id for one in planner.recommender.pack.exercises if "wrist_load" in one.properties}

    assert loads
    assert not [step for day in to_come(advanced.programme) for step in day.steps if step.exercise in loads]
    check_programme(advanced.programme, planner)


def test_worse_news_does_not_bring_back_what_was_left_out(planner):
    """An easier session in the middle of a week leaves no more room for the last one, which had to be cut."""
    programme = planner.plan(attrs.evolve(INTAKE, person=Person(40, "none")), start=MONDAY)
    for session in list(programme.sessions())[:4]:
        programme = planner.advance(programme, good(programme, session.day)).programme
    monday = programme.weeks[2].sessions[0]
    programme = planner.advance(programme, good(programme, monday.day)).programme
    _, wednesday, friday = programme.weeks[2].sessions
    tuesday = monday.day + dt.timedelta(days=1)

    better = planner.advance(programme, Feedback(day=tuesday, unwell=False)).programme
    worse = planner.advance(programme, Feedback(day=tuesday, unwell=True)).programme

    assert work_of_day(worse.day(wednesday.day)) == 0
    assert work_of_day(friday) < work_of_day(wednesday)
    assert work_of_day(worse.day(friday.day)) <= max(work_of_day(one.day(friday.day)) for one in (programme, better))


def test_a_notebook_shows_the_text_of_a_programme_and_of_what_changed(planner, programme):
    step = planner.advance(programme, good(programme, MONDAY))
    for value in (programme, step):
        shown = value._repr_html_()
        assert shown.startswith("<pre")
        assert html.unescape(shown.partition(">")[2].removesuffix("</pre>")) == str(value)


def test_threads_share_one_planner(planner):
    """Four at once come to the same as one alone."""

    def live(minutes):
        own = planner.plan(attrs.evolve(INTAKE, preferences={"minutes": minutes}), start=MONDAY)
        for session in list(own.sessions())[:6]:
            own = planner.advance(own, good(own, session.day)).programme
        return own

    asked = [30, 45, 15, 30] * 2
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(live, asked))

    assert together == [live(minutes) for minutes in asked]


# Flares


def test_what_flares_again_gives_way_to_another_exercise_at_its_smallest(planner):
    """The worst exercise of a flare rests; at the next flare another takes its place, at the foot of its ladder."""
    made = planner.plan(INTAKE, start=MONDAY, weeks=12)
    ladder = planner._knowledge.ground(INTAKE).ladder
    effects_of_flares, item = [], next(item for item in made.course.items if item.exercise == "glute_bridge")
    while item.exercise == "glute_bridge":
        day = made.next_session().day
        flares = not effects_of_flares or ladder(item.exercise).place(item.rung) >= 3
        worst = {"glute_bridge": {"pain": 4, "morning_pain": 5}} if flares else {}
        step = planner.advance(made, good(made, day, **worst, lasted=flares))
        made = step.programme
        if flares:
            effects_of_flares += [change.effect for change in step.changes if change.exercise == "glute_bridge"]
        item = next(one for one in made.course.items if one.key == item.key)
    assert effects_of_flares == ["rest", "substitute"]
    assert item.rung == ladder(item.exercise).rungs[0]
    assert ladder(item.exercise).start > 0
