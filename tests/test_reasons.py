"""Why an exercise is not in: each obstacle is really there, and taking it away opens the way or shows the next one."""

import math
from itertools import product
from pathlib import Path
from typing import get_args

import attrs
import pytest
from drawn import intakes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_small_packs import packs

from psoas_rules import Intake, Person, Recommender, Routine, Screen, load_pack, read_intake
from psoas_rules.conditions import Not, holds
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import EngineError
from psoas_rules.kit import Kit
from psoas_rules.loading import rulebook_of
from psoas_rules.pack import ConditionRow, Exclusions, Format
from psoas_rules.reasons import Objections, ObstacleKind, UnknownNameError, why, why_not
from psoas_rules.reasons.ways import ways_in
from psoas_rules.stages import Compiled
from psoas_rules.tracing import Tracer

SMALL = load_pack(Path(__file__).parent / "small_pack")
LISTS = {"avoided": ("avoid_positions", "avoid_properties"), "alone": ("wants",), "not_asked": ("wants",)}


def recommender_of(pack):
    return Recommender(pack, PlainEngine())


def given_list(intake, key):
    found = intake.preferences.get(key)
    return () if found in (None, "unknown", "not_sure") else tuple(found)


def wishing(intake, **wishes):
    return attrs.evolve(intake, preferences={**intake.preferences, **wishes})


# Taking an obstacle away: one way for each kind, on the rows of the pack or the answers of the person


def rows(pack, table, change):
    return attrs.evolve(pack, **{table: tuple(change(row) for row in getattr(pack, table))})


def relaxed(excludes, subjects, every):
    """What is excluded, without these."""
    exercises = excludes.exercises
    if excludes.all_but:
        exercises += tuple(name for name in every if name not in excludes.all_but)
    return Exclusions(
        properties=tuple(one for one in excludes.properties if one not in subjects),
        exercises=tuple(one for one in exercises if one not in subjects),
        phases=tuple(one for one in excludes.phases if one not in subjects),
    )


def without_level(limits):
    return tuple(attrs.evolve(limit, level_max=None) for limit in limits)


def edited(pack, rules, row_change, further_change, rule_change, *, flag_change=lambda flag: flag):
    """The pack with the rows behind these rules changed."""

    def condition(row):
        about = f"condition.{row.id}"
        if about in rules or f"{about}.clearance" in rules:
            row = row_change(row)
        those = tuple(
            further_change(one)
            if {f"{about}.{one.id}", f"{about}.{one.id}.clearance"} & rules
            or any(rule.startswith(f"screening.{row.id}.") for rule in rules)
            else one
            for one in row.further
        )
        return attrs.evolve(row, further=those)

    def rule_file(rule):
        stem = f"{rule.stage}.{rule.id}"
        return rule_change(rule) if {stem, f"{stem}.left", f"{stem}.right"} & rules else rule

    def flag(row):
        mine = any(rule == f"red_flag.{row.id}" or rule.startswith(f"red_flag.{row.id}.with_") for rule in rules)
        return flag_change(row) if mine else row

    changed = rows(rows(pack, "conditions", condition), "rules", rule_file)
    return rows(changed, "red_flags", flag)


def lift_excluded(pack, intake, closed):
    subjects, every = closed.obstacle.subjects, [one.id for one in pack.exercises]

    def change(row):
        return attrs.evolve(row, excludes=relaxed(row.excludes, subjects, every))

    def rule(row):
        return attrs.evolve(
            row, then=attrs.evolve(row.then, exclude=relaxed(row.then.exclude or Exclusions(), subjects, every))
        )

    return edited(pack, set(closed.obstacle.rules), change, change, rule), intake


def lift_level(pack, intake, closed):
    if not closed.obstacle.rules:
        return pack, wishing(intake, level_max=None)

    def change(row):
        return attrs.evolve(row, limits=without_level(row.limits))

    def rule(row):
        return attrs.evolve(row, then=attrs.evolve(row.then, limits=without_level(row.then.limits)))

    return edited(pack, set(closed.obstacle.rules), change, lambda row: row, rule), intake


def lift_danger(pack, intake, closed):
    rules = set(closed.obstacle.rules)
    asked = {rule.partition(".")[2] for rule in rules if rule.startswith("screening.")}
    groups = tuple(
        attrs.evolve(
            group,
            red_flags=tuple(one for one in group.red_flags if f"red_flag.{one}" not in asked),
            conditions=tuple(one for one in group.conditions if f"condition.{one}" not in asked),
        )
        for group in pack.screen
    )
    changed = edited(
        pack,
        rules,
        lambda row: attrs.evolve(row, clearance="modify"),
        lambda row: attrs.evolve(row, clearance=None),
        lambda row: attrs.evolve(row, then=attrs.evolve(row.then, triage=None)),
        flag_change=lambda row: attrs.evolve(row, urgency="modifier", raised_by=()),
    )
    return attrs.evolve(changed, screen=groups), intake


def lift_pattern(pack, intake, closed):
    (profile,) = closed.obstacle.subjects
    sessions = {**pack.sessions.sessions, profile: pack.sessions.sessions[closed.way.pattern]}
    return attrs.evolve(pack, sessions=attrs.evolve(pack.sessions, sessions=sessions)), intake


def with_use(pack, closed, change):
    way = closed.way
    uses = tuple(change(use) if i == way.number else use for i, use in enumerate(pack.sessions.sessions[way.pattern]))
    sessions = {**pack.sessions.sessions, way.pattern: uses}
    return attrs.evolve(pack, sessions=attrs.evolve(pack.sessions, sessions=sessions))


def lift_slot(pack, intake, closed):
    return with_use(pack, closed, lambda use: attrs.evolve(use, when=None)), intake


def lift_offer(pack, intake, closed):
    mine = closed.obstacle.subjects
    return rows(pack, "exercises", lambda e: attrs.evolve(e, offer_if=None) if e.id in mine else e), intake


def lift_equipment(pack, intake, closed):
    usual = tuple(key for key, thing in pack.vocabulary.equipment.items() if thing.usual)
    asked = intake.preferences.get("equipment") not in (None, "unknown", "not_sure")
    has = given_list(intake, "equipment") if asked else usual
    return pack, wishing(intake, equipment=(*has, *closed.obstacle.subjects))


def lift_avoided(pack, intake, closed):
    kept = {
        key: tuple(one for one in given_list(intake, key) if one not in closed.obstacle.subjects)
        for key in LISTS["avoided"]
    }
    return pack, wishing(intake, **kept)


def lift_alone(pack, intake, closed, exercise):
    return pack, wishing(intake, supervised=True, wants=(*given_list(intake, "wants"), exercise))


def lift_not_asked(pack, intake, closed):
    return pack, wishing(intake, wants=(*given_list(intake, "wants"), *closed.obstacle.subjects))


def lift_rule_quiet(pack, intake, closed):
    """The condition is there, and does nothing but swap."""
    name = closed.way.rule.partition(".")[2]

    def change(row):
        if row.id != name:
            return row
        return attrs.evolve(SWAPPING, id=row.id, swaps=row.swaps, details=row.details)

    return rows(pack, "conditions", change), attrs.evolve(intake, conditions={**intake.conditions, name: True})


SWAPPING = ConditionRow(id="swapping", label="Swapping", ask="Swapping?", clearance="modify")


def barred(pack, intake, *names):
    row = attrs.evolve(SWAPPING, id="bars_it", excludes=Exclusions(exercises=names))
    return attrs.evolve(pack, conditions=(*pack.conditions, row)), attrs.evolve(
        intake, conditions={**intake.conditions, "bars_it": True}
    )


def lift_not_needed(pack, intake, closed):
    if closed.way.kind == "request_stand_in":
        return pack, wishing(intake, supervised=False)
    return barred(pack, intake, *closed.obstacle.subjects)


def lift_came_first(pack, intake, closed):
    return barred(pack, intake, *closed.obstacle.subjects)


def lift_swapped(pack, intake, closed, exercise):
    def change(row):
        kept = {old: new for old, new in row.swaps.items() if (old, new) != (exercise, *closed.obstacle.subjects)}
        return attrs.evolve(row, swaps=kept)

    return rows(pack, "conditions", change), intake


def lift_elsewhere(pack, intake, closed):
    """The other slot has nothing in it."""
    (slot,) = closed.obstacle.subjects
    uses = tuple(
        attrs.evolve(use, candidates=(), from_level_2=(), from_level_3=(), on_request=()) if use.slot == slot else use
        for use in pack.sessions.sessions[closed.way.pattern]
    )
    sessions = {**pack.sessions.sessions, closed.way.pattern: uses}
    return attrs.evolve(pack, sessions=attrs.evolve(pack.sessions, sessions=sessions)), intake


def with_seconds(pack, intake, minutes, more):
    """More time, and the doses that the time before called for."""
    fitting = [
        one for one in sorted(pack.sessions.formats, key=lambda f: f.up_to_minutes) if minutes <= one.up_to_minutes
    ]
    formats = tuple(Format(up_to_minutes=9_999, limits=one.limits) for one in fitting[:1])
    constants = {
        **pack.info.constants,
        "longest_minutes": attrs.evolve(pack.info.constants["longest_minutes"], value=9_999),
    }
    changed = rows(pack, "preferences", lambda row: attrs.evolve(row, max=9_999) if row.id == "minutes" else row)
    enough = math.ceil((minutes + more / 60) * 1_000) / 1_000
    return (
        attrs.evolve(
            changed,
            sessions=attrs.evolve(pack.sessions, formats=formats),
            info=attrs.evolve(pack.info, constants=constants),
        ),
        wishing(intake, minutes=enough),
    )


LIFTS = {
    "danger": lift_danger,
    "open_question": lift_danger,
    "excluded": lift_excluded,
    "too_hard": lift_level,
    "level": lift_level,
    "not_offered": lift_offer,
    "equipment": lift_equipment,
    "avoided": lift_avoided,
    "pattern": lift_pattern,
    "slot_closed": lift_slot,
    "rule_quiet": lift_rule_quiet,
    "not_asked": lift_not_asked,
    "not_needed": lift_not_needed,
    "came_first": lift_came_first,
    "elsewhere": lift_elsewhere,
}


def lifted(pack, intake, outcome, closed, exercise):
    kind = closed.obstacle.kind
    if kind == "alone":
        return lift_alone(pack, intake, closed, exercise)
    if kind == "swapped":
        return lift_swapped(pack, intake, closed, exercise)
    if kind == "time":
        return with_seconds(pack, intake, outcome.minutes, closed.obstacle.seconds_short)
    return LIFTS[kind](pack, intake, closed)


def what(obstacle):
    return obstacle.kind, obstacle.subjects, obstacle.rules, obstacle.seconds_short


def same_way(closed, profile):
    way = closed.way
    return (profile or way.pattern, way.number, way.kind, way.stands_for, way.rule)


def check_one(pack, intake, objections, closed, exercise):
    """The obstacle away, and the exercise is in, or something else keeps this way closed."""
    changed, answers = lifted(pack, intake, objections.outcome, closed, exercise)
    try:
        again = Objections(recommender_of(changed), answers).to(exercise)
    except EngineError:
        return
    profile = closed.obstacle.subjects[0] if closed.obstacle.kind == "pattern" else None
    then = [other for other in again.closed if same_way(other, None) == same_way(closed, profile)]

    assert again.inside or all(what(other.obstacle) != what(closed.obstacle) for other in then), closed


def check_decisive(pack, intake, exercise):
    """Every way in, except those that share their obstacle with another of their kind."""
    try:
        objections = Objections(recommender_of(pack), intake)
        found = objections.to(exercise)
    except EngineError:
        assume(False)
    first = {}
    for one in found.closed:
        first.setdefault((what(one.obstacle), one.way.kind), one)
        assert all(is_false(unmet) for unmet in one.obstacle.unmet)
    for one in first.values():
        check_one(pack, intake, objections, one, exercise)


def is_false(unmet):
    known = {} if unmet.answer.value is None else {unmet.answer.fact: unmet.answer.value}
    assert unmet.answer.fact == unmet.test.fact
    return not holds(Not(unmet.test) if unmet.negated else unmet.test, known)


EXERCISES = st.sampled_from(sorted(exercise.id for exercise in SMALL.exercises))


@st.composite
def people(draw, pack):
    """People with wishes, some signs and at most one condition that leaves room for a routine."""
    row = draw(st.none() | st.sampled_from([one for one in pack.conditions if one.from_age is None]))
    words = pack.vocabulary
    some = {
        "equipment": st.lists(st.sampled_from(sorted(words.equipment)), unique=True),
        "avoid_properties": st.lists(st.sampled_from(sorted(words.properties)), max_size=1),
        "avoid_positions": st.lists(st.sampled_from(sorted(words.positions)), max_size=1),
        "wants": st.lists(st.sampled_from(sorted(one.id for one in pack.exercises)), max_size=3, unique=True),
        "level_max": st.integers(1, 3),
        "minutes": st.integers(5, 60),
        "supervised": st.booleans(),
    }
    base = draw(intakes(pack, screen="clear"))
    return Intake(
        person=Person(draw(st.none() | st.integers(18, 80)), draw(st.sampled_from(("none", "some", "regular")))),
        signs=base.signs,
        measures=base.measures,
        screen=Screen.clear(),
        conditions={} if row is None else {row.id: True},
        clearances={} if row is None else {row.id: True},
        preferences=draw(st.fixed_dictionaries({}, optional=some)),
    )


@settings(max_examples=120)
@given(intake=people(SMALL), exercise=EXERCISES)
def test_what_keeps_an_exercise_out_is_decisive(intake, exercise):
    check_decisive(SMALL, intake, exercise)


@settings(max_examples=40)
@given(data=st.data())
def test_what_keeps_an_exercise_out_is_decisive_on_any_pack(data):
    pack = data.draw(packs(), label="pack")
    intake = data.draw(people(pack) | intakes(pack), label="intake")
    check_decisive(pack, intake, data.draw(EXERCISES, label="exercise"))


@settings(max_examples=12)
@given(data=st.data())
def test_what_keeps_an_exercise_out_is_decisive_on_the_built_in_pack(pack, data):
    intake = data.draw(people(pack), label="intake")
    exercise = data.draw(st.sampled_from([one.id for one in pack.exercises]), label="exercise")
    check_decisive(pack, intake, exercise)


INTAKES = sorted((Path(__file__).parents[1] / "examples" / "intakes").glob("*.yaml"))
WISHES = ("couch_stretch", "bird_dog", "thoracic_foam_roll", "lumbar_foam_roll", "bicycle_crunch")


@pytest.fixture(scope="module")
def seen(pack):
    """One closed way of every sort that turns up for the people of the examples, with more and less time and wishes."""
    recommender, found = recommender_of(pack), {}
    for path, minutes, wishes, level in product(INTAKES, (6, 14, 30), ((), WISHES), (None, 1)):
        intake = read_intake(path)
        wants = wishes or intake.preferences.get("wants")
        intake = wishing(intake, minutes=minutes, wants=wants, level_max=level)
        objections = Objections(recommender, intake)
        for exercise in pack.exercises:
            for closed in objections.to(exercise.id).closed:
                sort = (closed.obstacle.kind, closed.way.kind)
                found.setdefault(sort, (intake, objections, closed, exercise.id))
    return found


@pytest.mark.parametrize("kind", sorted(set(get_args(ObstacleKind)) - {"open_question", "avoided"}))
def test_every_kind_of_obstacle_turns_up_and_is_decisive(pack, seen, kind):
    found = [one for (sort, _), one in seen.items() if sort == kind]

    assert found
    for intake, objections, closed, exercise in found:
        check_one(pack, intake, objections, closed, exercise)


def test_the_minutes_that_are_enough_are_the_fewest(recommender, seen):
    for (kind, _), (intake, objections, closed, exercise) in seen.items():
        if kind == "time" and closed.obstacle.minutes is not None:
            enough, now = closed.obstacle.minutes, int(objections.outcome.minutes)
            inside = [
                minutes
                for minutes in range(now, enough + 1)
                for step in recommender.recommend(wishing(intake, minutes=minutes)).steps
                if step.exercise == exercise
            ]
            assert inside == [enough]


def test_the_seconds_that_are_missing_are_the_fewest(pack, seen):
    for (kind, _), (intake, objections, closed, exercise) in seen.items():
        if kind == "time":
            changed, answers = with_seconds(pack, intake, objections.outcome.minutes, closed.obstacle.seconds_short - 1)
            again = why_not(recommender_of(changed), answers, exercise)
            assert any(one.obstacle.kind == "time" for one in again.closed if one.way == closed.way)


@settings(max_examples=60)
@given(data=st.data())
def test_every_step_came_in_by_a_known_way(data):
    """No way in is forgotten: what is in a session is in it by one of the ways that are told of what is not."""
    pack = data.draw(packs() | st.just(SMALL), label="pack")
    recommender = recommender_of(pack)
    try:
        outcome = recommender.recommend(data.draw(people(pack), label="intake"))
    except EngineError:
        assume(False)
    assume(isinstance(outcome, Routine))
    book = rulebook_of(pack)
    kit = Kit(Compiled(book, PlainEngine(), remember=False), Tracer(book.lexicon, remember=False))
    for step in outcome.steps:
        ways = [
            way
            for way in ways_in(step.exercise, kit, book.rules)
            if (way.pattern, way.slot) == (outcome.profile.kind, step.slot)
        ]
        assert any((way.stands_for_name,) == (step.instead_of or (None,)) for way in ways)


@settings(max_examples=40)
@given(intake=people(SMALL) | intakes(SMALL), exercise=EXERCISES)
def test_an_exercise_is_in_or_every_way_is_closed(intake, exercise):
    recommender = recommender_of(SMALL)
    found, outcome = why_not(recommender, intake, exercise), recommender.recommend(intake)
    steps = [step.exercise for step in outcome.steps] if isinstance(outcome, Routine) else []

    assert found.inside is (exercise in steps)
    assert found.inside is not bool(found.closed)
    assert found.to_dict()["text"] == str(found)


def test_it_reads_well(recommender):
    desk = read_intake(INTAKES[0].parent / "stiff_lower_back.yaml")

    time = (
        "there was not enough time for it; with 22 minutes it would be in. Your answer: Time for a session: 20 minutes."
    )
    assert str(why_not(recommender, desk, "Bird dog")).splitlines()[:3] == [
        f"Bird dog is not in: {time}",
        "- Place 'trunk_hold' lists it, and went to Side plank on knees. That stands earlier in the table.",
        f"- Place 'extra' lists it. T{time[1:]}",
    ]
    assert str(why_not(recommender, desk, "bridge_march")).splitlines()[1:] == [
        "- That keeps it out of every place that could hold it: 'lead', 'asked_strength'."
    ]
    assert str(why_not(recommender, desk, "walking")) == "Easy walking is in: it fills the place 'warm_up_1'."


def test_why_tells_every_way(recommender):
    (reason,) = why(recommender, read_intake(INTAKES[0].parent / "stiff_lower_back.yaml"), "bird_dog")

    assert reason.why_not == why_not(recommender, read_intake(INTAKES[0].parent / "stiff_lower_back.yaml"), "bird_dog")
    assert set(reason.why_not.lines()) <= set(reason.details)


def test_without_a_routine_the_danger_closes_every_way(recommender):
    found = why_not(
        recommender, Intake(red_flags={"fever_with_hip_or_back": True}, screen=Screen.clear()), "glute_bridge"
    )

    assert {one.obstacle.kind for one in found.closed} == {"danger"}
    assert found.nearest.rules == ("red_flag.fever_with_hip_or_back",)
    assert "fever" in str(found).lower()


def test_an_unknown_exercise_gives_the_nearest(recommender):
    with pytest.raises(UnknownNameError, match="did you mean 'glute_bridge'"):
        why_not(recommender, Intake(), "glute_brigde")
