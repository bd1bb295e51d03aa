"""The laws of programmes: what holds whatever is reported, in whatever order. Each test is named as the law it states."""

import datetime as dt
import json

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from programme_laws import (
    NEAR,
    check_advance,
    check_programme,
    ground_of,
    knowledge_of,
    load,
    to_come,
    work_of_step,
)
from programme_strategies import NEWS, START, Reply, feedback_of, next_day, people, replies, worsened

from psoas_rules import Intake, Person, Screen, load_pack
from psoas_rules.dosing import work_s
from psoas_rules.programme import Feedback, Planner, Programme
from psoas_rules.programme.course import Marked
from psoas_rules.programme.raising import Raising
from psoas_rules.programme.telling import in_words


def examples(count):
    """So many examples, and as many times more as the profile asks for."""
    return settings(max_examples=count * settings().max_examples // 100)


@pytest.fixture(scope="module")
def planner(recommender):
    return Planner(recommender)


WEEKS = st.sampled_from((6, 6, 12, 1, 2, 4, 9))
REPLIES = st.lists(replies(), min_size=1, max_size=25)


PACK = load_pack()
EXERCISES = {one.id: one for one in PACK.exercises}


def planned(planner, intake, weeks):
    """The programme of a person who gets one."""
    programme = planner.plan(intake, start=START, weeks=weeks)
    assume(isinstance(programme, Programme))
    return programme


def lived(planner, programme, answered):
    """The programme and the feedback after each reply."""
    for reply in answered:
        feedback = feedback_of(programme, reply)
        if feedback is None:
            return
        after = planner.advance(programme, feedback)
        yield programme, feedback, after
        programme = after.programme


@examples(25)
@given(intake=people(), weeks=WEEKS, answered=REPLIES)
def test_no_report_ever_makes_a_programme_that_breaks_a_law(planner, intake, weeks, answered):
    """Every programme that can be reached keeps every law about programmes, and every change every law about changes."""
    programme = planned(planner, intake, weeks)
    check_programme(programme, planner)
    for before, feedback, after in lived(planner, programme, answered):
        check_advance(before, feedback, after, planner)
        check_programme(after.programme, planner)


# Worse news


def next_whole(programme):
    """The next session."""
    return next((day for day in to_come(programme) if day.kind == "whole"), None)


def asked(programme, ground, day):
    """What the next session asks of every slot, as it would be in a week like any other: whether, how hard, how much."""
    if programme.status != "active" or ground is None:
        return {}
    return {item.key: load(item, ground, day) for item in programme.course.items}


@examples(45)
@given(intake=people(), weeks=WEEKS, answered=st.lists(replies(), min_size=1, max_size=8), data=st.data())
def test_worse_news_never_gives_more_at_the_next_session(planner, intake, weeks, answered, data):
    """More pain, more effort, a bad night or open answers ask no slot for more than now or than better news would."""
    programme = planned(planner, intake, weeks)
    *_, (before, feedback, better) = lived(planner, programme, answered)
    report = data.draw(worsened(feedback))

    worse = planner.advance(before, report)

    if worse.programme.status == "stopped" or better.programme.status == "stopped":
        assert worse.programme.status == "stopped"
        return
    ground, session = ground_of(worse.programme, planner), next_whole(worse.programme)
    if worse.programme.status == "paused" or session is None:
        return
    assert better.programme.status != "paused"
    now, good, bad = (asked(one, ground, session.day) for one in (before, better.programme, worse.programme))
    for key, asks in bad.items():
        assert asks <= max(now.get(key, asks), good.get(key, (0, 0, 0))), key
    # What is left out of a week is settled anew when it begins; within a week it is a promise.
    if any({feedback.day, session.day} <= {day.day for day in week.days} for week in before.weeks):
        usual = {item.slot: good.get(item.key) for item in better.programme.course.items if item.key in good}
        _not_more_planned(before, better.programme, worse.programme, session, usual)


def _not_more_planned(before, better, worse, session, usual):
    """The session asks no slot for more than now, or than better news would let it have in the end.

    In all it asks for no more either, but for the one set by which what is left out can be uneven. Half of an uneven
    number of repetitions may be rounded up.
    """
    now, good, bad = (_by_slot(one.day(session.day)) for one in (before, better, worse))
    for slot, (level, work, repetition) in bad.items():
        most = max(usual.get(slot, (0, 0, 0))[1:], now.get(slot, (0, 0, 0))[:2])
        assert (level, work - repetition) <= most, slot
    levels = [{slot: asks[0] for slot, asks in one.items()} for one in (now, good, bad)]
    if levels[0].items() >= levels[2].items() and levels[1].items() >= levels[2].items():
        works = [sum(asks[1] for asks in one.values()) for one in (now, good, bad)]
        steps = [step for one in (better, worse) for step in one.day(session.day).steps]
        one_set = max((work_of_step(step) / step.dose.sets for step in steps), default=0)
        assert works[2] <= max(works[:2]) + one_set + sum(asks[2] for asks in bad.values())


def _by_slot(day):
    """For every slot of strengthening its level, its seconds of work, and those of one repetition if some is halved."""
    found = {}
    for step in day.steps:
        if step.phase == "strengthening":
            level = EXERCISES[step.exercise].level
            before = found.get(step.slot, (0, 0, 0))
            repetition = step.dose.seconds_per_rep * (2 if step.dose.per_side else 1) if step.dose.sets == 1 else 0
            found[step.slot] = (max(level, before[0]), before[1] + work_of_step(step), max(repetition, before[2]))
    return found


# The same reports


def as_data(programme):
    """What is stored of a programme; 4 and 4.0 are one number there."""
    return json.loads(programme.to_json())


def _parts(feedback, data):
    """The feedback of a day in parts, each a report of its own that says some of it."""
    reports = list(feedback.exercises)
    place = data.draw(st.integers(0, len(reports)))
    one = Feedback(day=feedback.day, exercises=reports[:place], usual_pain=feedback.usual_pain, fell=feedback.fell)
    other = attrs.evolve(feedback, exercises=reports[place:], usual_pain=None)
    return [one, other]


@examples(18)
@given(intake=people(), weeks=WEEKS, answered=st.lists(replies(), min_size=1, max_size=8), data=st.data())
def test_the_same_reports_give_the_same_programme_in_any_order(planner, intake, weeks, answered, data):
    """One by one, all at once, shuffled, in parts, twice over or through JSON: the programme is the same."""
    first = planned(planner, intake, weeks)
    last, log = first, []
    for _, feedback, after in lived(planner, first, answered):
        last = after.programme
        log.append(feedback)

    shuffled = data.draw(st.permutations(log))
    pieces = data.draw(st.permutations([part for feedback in [*log, log[0]] for part in _parts(feedback, data)]))
    stepwise = first
    for piece in pieces:
        stepwise = Programme.from_json(planner.advance(stepwise, piece).programme.to_json())

    assert as_data(planner.advance(first, log).programme) == as_data(last)
    assert as_data(planner.advance(first, shuffled).programme) == as_data(last)
    assert as_data(stepwise) == as_data(last)
    assert planner.advance(last, shuffled).programme == last


@examples(14)
@given(intake=people(), answered=st.lists(replies(news=False), min_size=2, max_size=5), data=st.data())
def test_late_and_repeated_reports_are_named(planner, intake, answered, data):
    """What comes late or again is told with its day; what changes because of it is told, too."""
    first = planned(planner, intake, 6)
    log = [feedback for _, feedback, _ in lived(planner, first, answered)]
    assume(len(log) > 1)
    late = data.draw(st.sampled_from(log[:-1]))
    programme = planner.advance(first, [one for one in log if one is not late]).programme

    came = planner.advance(programme, late)
    again = planner.advance(came.programme, late)
    other = planner.advance(came.programme, attrs.evolve(late, usual_pain=10 - (late.usual_pain or 0)))

    words = in_words(late.day)
    assert any(words in note and "late" in note for note in came.notes)
    assert any(words in note and "known already" in note for note in again.notes)
    assert (again.changes, again.withdrawn, again.programme) == ((), (), came.programme)
    assert late.usual_pain in (None, 5) or any(words in note and "twice" in note for note in other.notes)
    kept = [change for change in programme.history if change not in came.withdrawn]
    assert sorted(map(repr, [*kept, *came.changes])) == sorted(map(repr, came.programme.history))


# Over time


MOSTLY_GOOD = st.lists(
    st.sampled_from(("good", "good", "easy", "some", "amber")).map(
        lambda mood: Reply(mood=mood, day={"usual_pain": 1, "poor_sleep": False})
    ),
    min_size=7,
    max_size=20,
)


@examples(15)
@given(intake=people(), experience=st.sampled_from(("none", "some")), answered=MOSTLY_GOOD)
def test_work_grows_by_a_tenth_a_week_or_one_small_step(planner, intake, experience, answered):
    """No week that has begun asks for more than a tenth over the most of four weeks before, or one smallest step."""
    plan = knowledge_of(planner).plan
    programme = planned(planner, attrs.evolve(intake, person=Person(intake.person.age, experience)), 12)
    growth, back, small = plan.number("growth"), int(plan.number("growth_weeks")), 0
    for before, _, after in lived(planner, programme, answered):
        for one in (before, after.programme):
            ground = ground_of(one, planner)
            steps = [_step(item, ground) for item in one.course.items if ground and item.phase == "strengthening"]
            small = max(small, min((step for step in steps if step > 0), default=0))
        now = after.programme
        for week in now.weeks[1:]:
            most = max(one.work_s for one in now.weeks[max(0, week.number - 1 - back) : week.number - 1])
            if week.days[0].day <= now.as_of and most:
                assert week.work_s <= max(most * (1 + growth), most + small * len(week.sessions)) + 0.1


def _step(item, ground):
    """The work that one step up adds to an exercise."""
    ladder = ground.ladder(item.exercise)
    place = ladder.place(item.rung)
    return ladder.work(ladder.rungs[min(place + 1, len(ladder.rungs) - 1)]) - ladder.work(item.rung)


@examples(15)
@given(intake=people(), answered=st.lists(st.sampled_from(("good", "good", "good", "easy")), min_size=8, max_size=14))
def test_nothing_gets_harder_before_its_time(planner, intake, answered):
    """Whoever reports nothing but good still stays two weeks at the first level, and three at the second."""
    programme = planned(planner, attrs.evolve(intake, person=Person(intake.person.age, "some")), 12)
    plan = knowledge_of(planner).plan
    reached = {item.key: (item.level, START) for item in programme.course.items}
    for _, feedback, after in lived(
        planner, programme, [Reply(mood=mood, day={"usual_pain": 1, "poor_sleep": False}) for mood in answered]
    ):
        for item in after.programme.course.items:
            level, since = reached.get(item.key, (item.level, feedback.day))
            if item.level > level:
                assert item.level == level + 1
                assert (feedback.day - since).days >= plan.number(f"days_to_level_{item.level}")
            reached[item.key] = (item.level, since if item.level == level else feedback.day)


# New answers


@examples(40)
@given(intake=people(), answered=st.lists(replies(news=False), max_size=4), news=NEWS, later=st.integers(0, 10))
def test_nothing_stays_that_new_answers_forbid(planner, intake, answered, news, later):
    """From the day of the answers on, nothing is planned that the routine for them would refuse."""
    programme = planned(planner, intake, 6)
    for _, _, after in lived(planner, programme, answered):
        programme = after.programme
    day = next_day(programme, Reply())
    assume(day is not None)

    told = Feedback(day=day, answers=news)
    after = planner.advance(programme, told)

    check_advance(programme, told, after, planner)
    check_programme(after.programme, planner)
    check_programme(planner.advance(after.programme, today=day + dt.timedelta(days=later)).programme, planner)


URGENT = [flag.id for flag in PACK.red_flags if flag.urgency in ("emergency", "same_day")]


@examples(25)
@given(
    intake=people(),
    answered=st.lists(replies(news=False), max_size=5),
    flag=st.sampled_from(URGENT),
    later=st.lists(replies(), max_size=3),
)
def test_a_new_warning_sign_stops_the_programme_for_good(planner, intake, answered, flag, later):
    """The referral is the one that a new intake would get; nothing is planned after it, whatever is reported then."""
    programme = planned(planner, intake, 6)
    for _, _, after in lived(planner, programme, answered):
        programme = after.programme
    day = next_day(programme, Reply())
    assume(day is not None and programme.status in ("active", "paused"))

    after = planner.advance(programme, Feedback(day=day, answers=Intake(red_flags={flag: True})))
    stopped = after.programme

    assert stopped.status == "stopped"
    assert stopped.referral == planner.recommender.recommend(stopped.answers)
    assert [change.effect for change in after.changes][-1] == "stop"
    check_programme(stopped, planner)
    for _, _, then in lived(planner, stopped, later):
        assert then.programme.status == "stopped"
        assert then.changes == ()
        assert any("changes nothing" in note for note in then.notes)
        assert not [step for planned_day in to_come(then.programme) for step in planned_day.steps]


OPEN = (*PACK.screen[0].red_flags, *PACK.screen[1].red_flags)


@examples(20)
@given(intake=people(), answered=st.lists(replies(news=False), max_size=4), question=st.sampled_from(OPEN))
def test_an_open_safety_question_pauses_until_it_is_answered(planner, intake, answered, question):
    """Nothing is planned while it is open; a no goes on with the same exercises, a yes does not."""
    programme = planned(planner, intake, 6)
    for _, _, after in lived(planner, programme, answered):
        programme = after.programme
    day = next_day(programme, Reply())
    last = programme.weeks[-1].days[-1].day
    assume(day is not None and day < last and programme.status == "active")

    paused = planner.advance(programme, Feedback(day=day, answers=Intake(red_flags={question: None}))).programme
    on = Feedback(day=day + dt.timedelta(days=1), answers=Intake(red_flags={question: False}))
    goes_on = planner.advance(paused, on).programme
    # A break that ends on that very day has consequences of its own.
    since = goes_on.history[len(programme.history) :]
    assume(all(change.effect != "restart" for change in since))

    assert paused.status == "paused"
    assert not [step for planned_day in to_come(paused) for step in planned_day.steps]
    assert goes_on.status in ("active", "finished")
    assert [item.exercise for item in goes_on.course.items] == [item.exercise for item in programme.course.items]
    check_programme(paused, planner)
    check_programme(goes_on, planner)


# Left and right


TESTED = Intake(screen=Screen.clear(), signs={"leg_lift_difficulty": True}, measures={"seated_hip_flexion_hold": 12})
EVEN = Intake(measures={"seated_hip_flexion_hold": {"left": 12, "right": 13}})


@examples(15)
@given(
    weak=st.integers(12, 14),
    gap=st.integers(9, 16),
    side=st.sampled_from(("left", "right")),
    minutes=st.sampled_from((30, 45, 60)),
)
def test_a_weaker_side_gets_one_set_more_until_two_tests_find_it_even(planner, weak, gap, side, minutes):
    """The set is for strengthening of that target alone, within the ceiling; after one even test it stays."""
    intake = attrs.evolve(TESTED, preferences={"minutes": minutes})
    programme = planned(planner, intake, 6)
    other = {"left": "right", "right": "left"}[side]
    uneven = Intake(measures={"seated_hip_flexion_hold": {side: weak, other: weak + gap}})
    one, two, three = (session.day for session in list(programme.sessions())[:3])
    assert not any(item.side for item in programme.course.items)

    found = planner.advance(programme, Feedback(day=one, answers=uneven)).programme
    once = planner.advance(found, Feedback(day=two, answers=EVEN)).programme
    twice = planner.advance(once, Feedback(day=three, answers=EVEN)).programme

    assert [change.effect for change in found.history].count("side") == len(_sided(found)) > 0
    for step, dose in _sided(found).items():
        assert (EXERCISES[step].targets[0], dose.first_side, dose.extra_sets) == ("psoas_strength", side, 1)
        assert dose.sets + dose.extra_sets <= EXERCISES[step].dose.ceiling.sets
    assert {step: dose.first_side for step, dose in _sided(once).items()} == dict.fromkeys(_sided(found), side)
    assert _sided(twice) == {}
    assert [change.text for change in twice.history if change.effect == "side"][-1].startswith("Both sides")


def _sided(programme):
    """The exercises of the coming sessions of which one side gets more, with their doses."""
    steps = [step for day in to_come(programme) if day.kind == "whole" for step in day.steps]
    return {step.exercise: step.dose for step in steps if step.dose.extra_sets}


@examples(60)
@given(intake=people(), week=st.sampled_from((2, 6, 9, 11)), data=st.data())
def test_whichever_steps_up_are_taken_the_session_fits_its_time_and_its_growth(planner, intake, week, data):
    """Every step up has its own room: none of it comes from another that becomes shorter, and may not be taken."""
    programme = planned(planner, intake, 12)
    ground, folder = ground_of(programme, planner), planner._folder(programme.options)
    layout = folder.layout
    day = layout.timetable.starts(week)
    items = []
    for item in programme.course.items:
        rungs = ground.ladder(item.exercise).rungs
        items.append(attrs.evolve(item, rung=data.draw(st.sampled_from(rungs), label=item.exercise)))
    before = day - dt.timedelta(days=1)
    marked = tuple(Marked(day=before, exercise=item.exercise, marks=("clean", "easy")) for item in items)
    course = attrs.evolve(programme.course, items=tuple(items), marked=marked)
    assume(layout.daily.session_seconds(course, ground) <= ground.most_seconds)
    promising = knowledge_of(planner).promising()

    shares = Raising(layout, folder.teller, course, ground, day, promising=promising)._share([])

    seconds, work = layout.daily.session_seconds(course, ground), layout.daily.session_work(course, ground)
    most, growths = work * (1 + planner._knowledge.plan.number("growth")), []
    for item in items:
        made = shares[item.key].made if item.key in shares else None
        if made is not None:
            old, new = (layout.daily.dose(one, ground) for one in (item, made))
            seconds += max(0, new.seconds - old.seconds)
            growths.append(max(0, work_s(new) - work_s(old)))
    assert seconds <= ground.most_seconds
    assert work + sum(growths) <= max(most, work + max(growths, default=0)) + NEAR
