"""The laws of programmes as plain functions: each takes what was made and raises an error that names the law it breaks.

They know the tables of the pack and what is possible for a person, and look at programmes from outside: at days, doses
and changes, and at `course` where the law is about how things stand.
"""

import datetime as dt
from itertools import pairwise

from psoas_rules import Routine
from psoas_rules.dosing import work_s
from psoas_rules.programme import Advance, Feedback, Planner, Programme
from psoas_rules.programme.knowing import Ground

NEAR = 1e-6
CLEARLY_LESS = 0.85
"""An easy week has sessions with at most this share of the work before; one exercise alone cannot always be halved."""

FROM_RULES = ("progress", "hold", "regress", "rest", "upkeep", "ease", "shorten", "lengthen", "repeat", "restart")
FROM_RULES = (*FROM_RULES, "deload", "flare", "pause", "waits", "answers")
"""Effects that nothing but a rule can have."""


def require(holds, law, *details):
    """Raises an error that names the law unless it holds."""
    if not holds:
        raise AssertionError(": ".join([law, ", ".join(map(str, details))]))


def knowledge_of(planner):
    """The pack of a planner, ready for programmes."""
    return planner._knowledge


def ground_of(programme, planner):
    """What the answers of a programme allow; None when they allow no routine."""
    ground = knowledge_of(planner).ground(programme.answers)
    return ground if isinstance(ground, Ground) else None


def days_of(programme):
    """Every day of a programme."""
    return [day for week in programme.weeks for day in week.days]


def to_come(programme):
    """The days that nobody has looked at yet."""
    return [day for day in days_of(programme) if programme.as_of is None or day.day > programme.as_of]


def work_of_step(step):
    """Seconds of strengthening work."""
    return work_s(step.dose) if step.phase == "strengthening" else 0


def work_of_day(day):
    """Seconds of strengthening work of a day."""
    return sum(work_of_step(step) for step in day.steps)


# One programme


def check_programme(programme: Programme, planner: Planner) -> None:
    """Holds one programme against every law about programmes.

    Raises:
        AssertionError: naming the law that is broken.
    """
    knowledge = knowledge_of(planner)
    _calendar(programme)
    _stops(programme)
    _possible(programme, planner)
    ground = ground_of(programme, planner)
    if ground is not None:
        for day in to_come(programme):
            for step in day.steps:
                check_dose(step, ground, knowledge)
            _time(day, ground, knowledge)
        _days_a_week(programme, ground)
        _easy_weeks(programme, ground)
    _volume(programme, planner)
    require(Programme.from_json(programme.to_json()) == programme, "what is stored is read back the same")


def _calendar(programme):
    start, weeks = programme.options.start, programme.weeks
    require([week.number for week in weeks] == list(range(1, programme.options.weeks + 1)), "weeks are counted from 1")
    for place, day in enumerate(days_of(programme)):
        require(day.day == start + dt.timedelta(days=place), "days follow each other", day.day)
        hard = [step.exercise for step in day.steps if step.phase == "strengthening"]
        require(day.kind == "whole" or not hard, "strength is trained in whole sessions alone", day.day, *hard)
        require(day.kind != "rest" or not day.steps, "a day off has no exercises", day.day)
        names = [step.exercise for step in day.steps]
        require(len(names) == len(set(names)), "no exercise stands twice in a session", day.day, *names)
    whole = [day.day for day in days_of(programme) if day.kind == "whole"]
    for one, other in pairwise(whole):
        require((other - one).days > 1, "whole sessions are never on two days running", one, other)
    require({len(week.days) for week in weeks} == {7}, "a week has seven days")


def _stops(programme):
    steps = [step for day in to_come(programme) for step in day.steps]
    if programme.status == "stopped":
        require(programme.referral is not None, "a programme that stopped says why")
        require(not programme.exercises, "a programme that stopped has no exercises")
    if programme.status in ("stopped", "paused"):
        require(not steps, f"nothing is planned after it {programme.status}", *(step.exercise for step in steps))
        require(programme.status_text, "a programme that does not go on says so")
    if programme.status == "active":
        require(programme.status_text is None, "a programme that goes on needs no excuse")


def _possible(programme, planner):
    """Every exercise is one that the routine for the same answers could have."""
    law = "a programme has nothing that the routine for the same answers would refuse"
    outcome = planner.recommender.recommend(programme.answers)
    steps = [(step.exercise, step.slot) for day in to_come(programme) for step in day.steps]
    if not isinstance(outcome, Routine):
        require(programme.status != "active", law, outcome.kind, programme.status)
        require(not steps, law, *steps)
        return
    items = [(item.exercise, item.slot) for item in programme.course.items]
    if programme.status in ("active", "finished"):
        possible = planner.recommender.possible(programme.answers)
        for exercise, slot in dict.fromkeys((*steps, *items)):
            require(possible.barrier(exercise) is None, law, exercise, possible.barrier(exercise))
            require(slot in possible.slots, law, exercise, slot)


def check_dose(step, ground, knowledge):
    """No dose is above the ceiling of its exercise, nor above a limit for this person."""
    dose, row = step.dose, knowledge.exercises[step.exercise].dose
    limits = ground.possible.limits(step.exercise, for_safety=True)
    top, start = row.ceiling, ground.possible.dose(step.exercise, for_safety=True)
    law = "no dose is above its ceiling"
    sets, hold = dose.sets + dose.extra_sets, dose.hold_s or 0
    require(sets <= (top.sets if top else row.sets), law, step.exercise, "sets", sets)
    require(max(dose.reps, dose.reps_top) <= (top.reps if top else row.reps_top), law, step.exercise, "reps", dose.reps)
    most_hold = (top.hold_s if top else None) or row.hold_top_s or row.hold_s or 0
    require(hold <= most_hold, law, step.exercise, "hold", hold)
    law = "no dose is above a limit of the person"
    for limit, value in (
        ("sets_max", sets),
        ("reps_max", max(dose.reps, dose.reps_top)),
        ("hold_s_max", hold),
        ("effort_max", dose.effort_max or 0),
        ("stretch_max", dose.stretch_max or 0),
    ):
        require(value <= limits.get(limit, value), law, step.exercise, limit, value, limits.get(limit))
    require((dose.effort_max or 0) <= (row.effort or 0), law, step.exercise, "effort")
    require((dose.stretch_max or 0) <= (row.stretch or 0), law, step.exercise, "stretch")
    require(dose.rest_s >= start.rest_s, law, step.exercise, "rest")
    if limits.get("sets_factor", 1) < 1:
        require(dose.sets <= start.sets, law, step.exercise, "sets_factor", dose.sets)
    require(min(dose.sets, dose.reps) >= 1, "every exercise that is planned is done at least once", step.exercise)


def _time(day, ground, knowledge):
    """Sessions fit the time, unless the routine itself could not be made to."""
    seconds = sum(step.dose.seconds + knowledge.setup_s for step in day.steps)
    own = sum(step.dose.seconds + knowledge.setup_s for step in ground.routine.steps)
    most = max(ground.routine.minutes * 60, own)
    require(seconds <= most + NEAR, "sessions fit the time", day.day, seconds, most)


def _days_a_week(programme, ground):
    """No exercise is planned on more days of a week than its limits say."""
    for week in programme.weeks:
        planned: dict[str, list[dt.date]] = {}
        for day in week.days:
            for step in day.steps:
                planned.setdefault(step.exercise, []).append(day.day)
        for exercise, days in planned.items():
            ahead = [day for day in days if programme.as_of is None or day > programme.as_of]
            most = ground.possible.dose(exercise).days_max
            # What was done before a limit came cannot be undone.
            law = "no exercise is done on more days than its limits say"
            require(len(days) <= most or not ahead, law, exercise, week.number, len(days), most)


def _volume(programme, planner):
    """The work of weeks that are over or under way grows by a tenth at the most, or by one small step."""
    law = "the work of a week grows by a tenth at the most, or by one small step"
    plan, course = knowledge_of(planner).plan, programme.course
    growth, back = plan.number("growth"), int(plan.number("growth_weeks"))
    for week in programme.weeks:
        if programme.as_of is None or week.days[0].day > programme.as_of:
            break
        if week.days[-1].day >= programme.as_of and course.allowed:
            require(week.work_s <= course.allowed + 0.1, law, week.number, week.work_s, course.allowed)
        # A day that was made easier because of what the person said counts with what it had asked for.
        before = sorted((int(number), work) for number, work in course.work.items() if int(number) < week.number)
        known = [work for _, work in before][-back:]
        if any(known) and week.sessions:
            most = max(known)
            room = max(most * growth, _greatest_step(programme, planner) * len(week.sessions))
            require(week.work_s <= most + room + 0.1, law, week.number, week.work_s, most, room)


def _greatest_step(programme, planner):
    """The work that one step up can add at the most, to any exercise: the programme may have had others before."""
    ground = ground_of(programme, planner)
    if ground is None:
        return float("inf")
    steps = [0.0]
    for name, exercise in ground.exercises.items():
        if exercise.phase == "strengthening":
            ladder = ground.ladder(name)
            steps += [ladder.work(more) - ladder.work(less) for less, more in pairwise(ladder.rungs)]
    return max(steps)


def _easy_weeks(programme, ground):
    """The sessions of an easy week ask for clearly less than those of a full week before it."""
    course = programme.course
    items = [item for item in (*course.items, *course.arriving) if item.phase == "strengthening"]
    full = sum(load(item, ground, dt.date.max)[2] for item in items)
    for before, week in pairwise(programme.weeks):
        # Weeks under way can have changed in their middle; weeks to come ask for what stands now.
        if not week.easy or (programme.as_of is not None and before.days[0].day <= programme.as_of):
            continue
        heaviest = [max((work_of_day(day) for day in one.days), default=0) for one in (before, week)]
        if heaviest[0] >= full > 0 and not _at_the_foot(items, ground):
            law = "an easy week asks for clearly less than a full week before"
            require(heaviest[1] <= heaviest[0] * CLEARLY_LESS, law, week.number, *heaviest)


def _at_the_foot(items, ground):
    """Whether some exercise is so small already that half of it would make no sense."""
    return any(ground.ladder(item.exercise).place(item.rung) < 2 for item in items)


# One step on


def check_advance(before: Programme, feedback: Feedback, after: Advance, planner: Planner) -> None:
    """Holds what one report of one day, that did not come late, changed against every law about changes.

    Raises:
        AssertionError: naming the law that is broken.
    """
    _changes(after, planner)
    _stay(before, feedback, after.programme, planner)
    ground = ground_of(after.programme, planner)
    if ground is not None and after.programme.status != "stopped":
        _trouble(before, feedback, after, ground)
        _flare(before, feedback, after, planner, ground)


def _changes(after, planner):
    progress = {rule.id for stage in planner.recommender.progress.rules.values() for rule in stage}
    others = {rule.id for rule in planner.recommender.rules}
    for change in after.changes:
        require(change.text.strip(), "every change is told", change.effect, change.exercise)
        require("{" not in change.text, "every sentence is filled in", change.text)
        fired = [firing.rule for firing in change.trace.firings]
        of_it = [rule for rule in change.rules if rule in progress]
        require(of_it == fired, "every rule behind a change is in its trace", change.rules, fired)
        require(others.union(of_it).issuperset(change.rules), "every rule behind a change is in the pack", change.rules)
        if change.effect in FROM_RULES:
            require(change.rules, "every change of a programme has a rule behind it", change.effect, change.text)


def _stay(before, feedback, after, planner):
    """Nothing gets harder before its time, nor harder than the block of weeks is for."""
    plan = knowledge_of(planner).plan
    levels = {item.key: item for item in before.course.items}
    block = next((week.block for week in after.weeks if week.days[0].day <= feedback.day <= week.days[-1].day), None)
    most = next((one.level_max for one in plan.blocks if one.id == block), 0)
    for item in after.course.items:
        was = levels.get(item.key)
        if was is None or was.slot != item.slot or item.level <= was.level:
            continue
        stayed = (feedback.day - was.since).days
        least = plan.number(f"days_to_level_{item.level}")
        law = "an exercise stays at its level for its time"
        require(item.level == was.level + 1, law, item.exercise, was.level, item.level)
        require(stayed >= least, law, item.exercise, item.level, stayed, least)
        require(item.level <= most, "nothing gets harder than its weeks are for", item.exercise, item.level, most)


def load(item, ground, day):
    """How much an exercise of a programme asks for: whether it is there, its level, its seconds of work."""
    if item is None or (item.rests_until is not None and day < item.rests_until):
        return (0, 0, 0.0)
    work = ground.ladder(item.exercise).work(item.rung)
    return (1, item.level, work / item.rung.sets if item.upkeep else work)


def trouble_with(report):
    """Whether a report speaks of too much: pain of 6, pain of the wrong kind, lost form, or effort of 9."""
    return bool(
        (report.pain or 0) >= 6 or report.sharp is True or report.form_kept is False or (report.effort or 0) >= 9
    )


def _trouble(before, feedback, after, ground):
    """After trouble with an exercise the next session asks for no more of it."""
    law = "after trouble with an exercise there is not more of it"
    was = {item.exercise: item for item in before.course.items}
    now = {item.key: item for item in after.programme.course.items}
    morrow = feedback.day + dt.timedelta(days=1)
    for report in feedback.exercises:
        item = was.get(report.exercise)
        if item is None or not trouble_with(report) or not ground.keeps(item):
            continue
        loads = [load(one, ground, morrow) for one in (item, now.get(item.key))]
        if feedback.answers:
            # New answers can change the smallest dose that there is.
            loads[0] = max(loads[0], _foot(item, ground))
        # While it rests it is at the foot of its ladder; the day of the report may be the one on which it comes back.
        require(loads[1] <= loads[0] or loads[0][0] == 0, law, report.exercise, *loads)


def _foot(item, ground):
    """The least that can be asked for of an exercise."""
    ladder = ground.ladder(item.exercise)
    return (1, item.level, ladder.work(ladder.rungs[0]))


def _flare(before, feedback, after, planner, ground):
    """After a flare the worst exercise of the day asks for less, and no other for more.

    The worst is looked for among all exercises but those that a flare never takes away.
    """
    if not any(change.effect == "flare" and change.day == feedback.day for change in after.changes):
        return
    was = {item.key: item for item in before.course.items}
    morrow = feedback.day + dt.timedelta(days=1)
    now = {item.key: item for item in after.programme.course.items}
    for key, item in now.items():
        old = was.get(key)
        if old is not None and ground.keeps(old):
            less = load(item, ground, morrow) <= load(old, ground, morrow)
            require(less, "after a flare nothing gets more", item.exercise)
    kept = knowledge_of(planner).plan.kept_in_flares
    able = {item.exercise: item for item in before.course.items if item.exercise not in kept}
    hurt = [
        (report.morning_pain or 0, report.pain or 0, report.exercise)
        for report in feedback.exercises
        if report.exercise in able
    ]
    # One that came in on that very morning can be the worst; it was not there before.
    arrived = any(change.effect == "add" and change.day == feedback.day for change in after.changes)
    if hurt and not arrived:
        most = max(pain[:2] for pain in hurt)
        worst = [able[name] for *pain, name in hurt if tuple(pain) == most]
        law = "after a flare the worst exercise asks for less, or another takes its place at the foot of its ladder"
        require(any(_calmed(one, now.get(one.key), ground, morrow) for one in worst), law, *(x.exercise for x in worst))


def _calmed(was, now, ground, day):
    """Whether there is less of an exercise, or the least of another one in its place."""
    least = load(was, ground, day)
    if now is None or now.exercise == was.exercise:
        return load(now, ground, day) < least or least[0] == 0
    return load(now, ground, day) <= _foot(now, ground)
