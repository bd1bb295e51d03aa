"""Counterfactuals: what is proposed works, is the smallest there is, and never touches what keeps a person safe."""

from itertools import combinations, product
from pathlib import Path

import attrs
import pytest
from drawn import intakes
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_small_packs import packs

from psoas_rules import Intake, Person, Recommender, Referral, Routine, Screen, Screening, load_pack, read_intake
from psoas_rules.counterfactuals import (
    AnyRoutine,
    Counterfactual,
    Exclude,
    Include,
    Level,
    MoreOf,
    NoCounterfactual,
    Pattern,
    UnchangeableError,
    counterfactual,
)
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import EngineError, IntakeError
from psoas_rules.lexicon import build_lexicon
from psoas_rules.pack import LEVELS
from psoas_rules.reasons import UnknownNameError
from psoas_rules.revising import revised

SMALL = load_pack(Path(__file__).parent / "small_pack")
LEXICON = build_lexicon(SMALL)
RECOMMENDER = Recommender(SMALL, PlainEngine())
INTAKES = Path(__file__).parents[1] / "examples" / "intakes"
DESK = read_intake(INTAKES / "stiff_lower_back.yaml")
NAMES = sorted(exercise.id for exercise in SMALL.exercises)
SAFE = ("screen", "red_flags", "conditions", "details", "clearances")
"""What never changes."""

EXERCISES = st.sampled_from(NAMES)
GOALS = (
    st.just(AnyRoutine())
    | st.builds(Include, EXERCISES)
    | st.builds(Exclude, EXERCISES)
    | st.builds(Pattern, st.sampled_from(("tight", "weak", "both", "neither", "uncertain")))
    | st.builds(Level, st.sampled_from(LEVELS))
    | st.builds(MoreOf, EXERCISES, st.sampled_from(("sets", "reps_top", "hold_s", "seconds")))
)


def amount(outcome, goal):
    steps = outcome.steps if isinstance(outcome, Routine) else ()
    return next((getattr(step.dose, goal.field) or 0 for step in steps if step.exercise == goal.exercise), 0)


def met(goal, outcome, before):
    """Whether the goal is met, said a second time."""
    routine = isinstance(outcome, Routine)
    inside = routine and any(step.exercise == getattr(goal, "exercise", None) for step in outcome.steps)
    if isinstance(goal, AnyRoutine):
        return routine
    if isinstance(goal, Include):
        return inside
    if isinstance(goal, Exclude):
        return routine and not inside
    if isinstance(goal, Pattern):
        return routine and outcome.profile.kind == goal.kind
    if isinstance(goal, MoreOf):
        return routine and amount(outcome, goal) > amount(before, goal)
    level = outcome.triage if routine else outcome.urgency if isinstance(outcome, Referral) else None
    if isinstance(outcome, Referral) and isinstance(before, Screening):
        return False
    return level is not None and LEVELS.index(level) <= LEVELS.index(goal.level)


def searched(recommender, intake, goal, **settings_):
    try:
        return counterfactual(recommender, intake, goal, **settings_), recommender.recommend(intake)
    except EngineError:
        assume(False)


def check_works(recommender, intake, goal, found, before):
    assert recommender.recommend(found.intake) == found.outcome
    assert met(goal, found.outcome, before)
    assert all(getattr(found.intake, section) == getattr(intake, section) for section in SAFE)
    assert found.intake.person.age == intake.person.age
    assert len({change.answer for change in found.changes}) == len(found.changes)


@settings(max_examples=60)
@given(intake=intakes(SMALL, screen="clear") | intakes(SMALL), goal=GOALS)
def test_what_is_proposed_brings_the_goal_about(intake, goal):
    found, before = searched(RECOMMENDER, intake, goal, limit=1_500)

    assert (not found) or isinstance(found, Counterfactual)
    if isinstance(found, Counterfactual):
        check_works(RECOMMENDER, intake, goal, found, before)
        assert (found.changes == ()) is met(goal, before, before)


@settings(max_examples=15)
@given(data=st.data())
def test_what_is_proposed_brings_the_goal_about_with_the_built_in_pack(pack, recommender, data):
    intake = data.draw(intakes(pack, screen="clear"), label="intake")
    exercise = st.sampled_from([one.id for one in pack.exercises])
    goal = data.draw(st.builds(Include, exercise) | st.builds(Exclude, exercise) | GOALS.filter(general), label="goal")
    found, before = searched(recommender, intake, goal, limit=400)

    if isinstance(found, Counterfactual):
        check_works(recommender, intake, goal, found, before)


def general(goal):
    return not hasattr(goal, "exercise")


# Against brute force: every value of every answer that may change, all pairs of them


def units(recommender, intake, names):
    """For each thing that may change, the changes: its name, new answers, whether it is no wish, and how far it goes."""
    facts = recommender.lexicon.facts(intake)
    for name in names:
        section, _, key = name.partition(".")
        kind = {"signs": "sign", "measures": "measure", "preferences": "preference", "person": "person"}[section]
        spec = LEXICON.specs[f"{kind}.{key}"]
        if spec.answer in ("many", "names"):
            yield from list_units(name, spec, facts)
            continue
        for fact in spec.facts():
            answer = name + fact.removeprefix(spec.name)
            changes = [
                (answer, value, int(kind != "preference"), distance(spec, facts, fact, value))
                for value in every_value(spec)
                if value is not facts.get(fact) and (isinstance(value, bool) or value != facts.get(fact))
            ]
            yield changes


def list_units(name, spec, facts):
    usual = [key for key, thing in SMALL.vocabulary.equipment.items() if thing.usual]
    now = [key for key in spec.options if facts.get(f"{spec.name}.{key}")]
    now = now if spec.name in facts else usual if spec.key == "equipment" else []
    for key in spec.options:
        on = key not in now
        yield [(name, (key, on, tuple(now)), int(spec.key == "equipment" and not on), 1_000_000)]


def every_value(spec):
    if spec.answer == "yes_no":
        return (True, False)
    if spec.answer == "choice":
        return tuple(spec.options)
    return tuple(range(int(spec.minimum), int(spec.maximum) + 1))


def distance(spec, facts, fact, value):
    usual = SMALL.constant("default_minutes") if fact == "preference.minutes" else None
    before = facts.get(fact, usual)
    if before is None or isinstance(before, bool | str):
        return 1_000_000
    return round(1_000_000 * abs(value - before) / (spec.maximum - spec.minimum))


def with_changes(intake, changes):
    answers = {}
    for name, value, _, _ in changes:
        if isinstance(value, tuple):
            key, on, now = value
            so_far = answers.get(name, now)
            answers[name] = (*so_far, key) if on else tuple(one for one in so_far if one != key)
        else:
            answers[name] = value
    return revised(intake, answers)


def brute_force(recommender, intake, goal, names, most):
    """The cost of the smallest change: how many answers, how many that are no wishes, how far; None when there is none."""
    before = recommender.recommend(intake)
    for size in range(most + 1):
        costs = []
        for together in combinations(list(units(recommender, intake, names)), size):
            for changes in product(*together):
                try:
                    outcome = recommender.recommend(with_changes(intake, changes))
                except (EngineError, IntakeError):
                    continue
                if met(goal, outcome, before):
                    costs.append((size, sum(change[2] for change in changes), sum(change[3] for change in changes)))
        if costs:
            return min(costs)
    return None


def cost(recommender, intake, found, names):
    """What a proposal costs, by the same table."""
    changes = [
        next(
            change
            for unit in units(recommender, intake, names)
            for change in unit
            if named(change) == one.answer
            and (isinstance(change[1], tuple) or in_words(one.answer, change[1]) == one.after)
        )
        for one in found.changes
    ]
    return len(changes), sum(change[2] for change in changes), sum(change[3] for change in changes)


def named(change):
    return f"{change[0]}.{change[1][0]}" if isinstance(change[1], tuple) else change[0]


def in_words(answer, value):
    section, _, key = answer.removesuffix(".left").removesuffix(".right").partition(".")
    kind = {"signs": "sign", "measures": "measure", "preferences": "preference", "person": "person"}[section]
    return LEXICON.specs[f"{kind}.{key}"].text(value)


FEW = (
    *("signs.slow_start", "signs.feeling_today", "signs.better_later", "person.experience"),
    *("preferences.level_max", "preferences.equipment", "preferences.avoid_properties"),
    *("preferences.avoid_positions", "preferences.wants", "preferences.supervised"),
)
MANY = ("signs.stiffness", "measures.balance_time", "preferences.minutes")
CHANGEABLE = st.builds(
    lambda few, many: (*sorted(few), *many),
    st.sets(st.sampled_from(FEW), min_size=1, max_size=4),
    st.lists(st.sampled_from(MANY), max_size=1),
)


def check_smallest(recommender, intake, goal, names):
    found, _ = searched(recommender, intake, goal, changeable=names, most=2, limit=100_000)
    best = brute_force(recommender, intake, goal, names, most=2)

    assert bool(found) is (best is not None)
    if found:
        assert found.smallest
        assert cost(recommender, intake, found, names) == best
    else:
        assert found.complete


@settings(max_examples=60)
@given(intake=intakes(SMALL, screen="clear"), goal=GOALS, names=CHANGEABLE)
def test_it_is_the_smallest_change_there_is(intake, goal, names):
    check_smallest(RECOMMENDER, intake, goal, names)


@settings(max_examples=25)
@given(data=st.data())
def test_it_is_the_smallest_change_there_is_on_any_pack(data):
    pack = data.draw(packs(), label="pack")
    intake = data.draw(intakes(pack, screen="clear") | intakes(pack), label="intake")
    check_smallest(
        Recommender(pack, PlainEngine()), intake, data.draw(GOALS, label="goal"), data.draw(CHANGEABLE, label="names")
    )


@settings(max_examples=10)
@given(reach=st.tuples(st.integers(-30, 40), st.integers(-30, 40)), goal=GOALS)
def test_one_side_compared_with_the_other_is_changed_no_further_than_needed(reach, goal):
    """Rules that compare two sides cut one side by where the other stands."""
    intake = Intake(measures={"reach": {"left": reach[0], "right": reach[1]}}, screen=Screen.clear())
    found, _ = searched(RECOMMENDER, intake, goal, changeable=["measures.reach"], most=1)
    best = brute_force(RECOMMENDER, intake, goal, ["measures.reach"], most=1)

    assert bool(found) is (best is not None)
    assert not found or cost(RECOMMENDER, intake, found, ["measures.reach"]) == best


# What is said


@pytest.mark.parametrize("name", ["red_flags", "conditions.pregnancy", "person.age", "screen", "signs.nothing", "age"])
def test_what_keeps_a_person_safe_cannot_be_named_as_changeable(recommender, name):
    with pytest.raises(UnchangeableError, match="may not change"):
        counterfactual(recommender, DESK, AnyRoutine(), changeable=["preferences", name])


def test_no_answer_argues_a_red_flag_away(recommender):
    found = counterfactual(recommender, read_intake(INTAKES / "blood_thinner_groin_pain.yaml"), AnyRoutine())

    assert isinstance(found, NoCounterfactual)
    assert found.complete
    assert found.because == ("red_flag.anticoagulant_groin_pain",)
    assert str(found) == (
        "No answer that may change brings about a routine: red_flag.anticoagulant_groin_pain stands against it."
    )


def test_an_open_safety_question_is_no_answer_to_change(recommender):
    found = counterfactual(recommender, attrs.evolve(DESK, screen=Screen()), AnyRoutine())

    assert isinstance(found, NoCounterfactual)
    assert found.complete
    assert "and" in str(found)
    assert all(rule.startswith("screening.") for rule in found.because)


@pytest.mark.parametrize(
    "goal, text, kinds",
    [
        (Include("Bird dog"), "if you chose 22 minutes for 'Time for a session' (now 20 minutes).", ["wish"]),
        (
            Include("single_leg_bridge"),
            "'Lower back pain or stiffness' were 3 of 10 (now 4 of 10), and if 'Experience with exercise' were",
            ["finding", "finding"],
        ),
        (
            Include("thoracic_foam_roll"),
            "if 'foam roller' were on the list 'Things at hand'",
            ["wish", "wish", "finding"],
        ),
        (Exclude("walking"), "if 'standing' were on the list 'Positions to avoid'.", ["wish"]),
    ],
)
def test_it_tells_wishes_from_what_may_become(recommender, goal, text, kinds):
    found = counterfactual(recommender, DESK, goal)

    assert text in str(found)
    assert [change.kind for change in found.changes] == kinds
    assert found.smallest
    assert found.to_dict()["text"] == str(found)


def test_pain_that_is_too_strong_may_become_less(recommender):
    sore = attrs.evolve(DESK, signs={**DESK.signs, "pain_now": 9})
    found = counterfactual(recommender, sore, AnyRoutine())

    assert str(found) == "There would be a routine if 'Pain right now' were 6 of 10 (now 9 of 10)."


def test_a_search_that_stops_says_so(recommender):
    found = counterfactual(recommender, DESK, Pattern("weak"), limit=50)

    assert isinstance(found, NoCounterfactual)
    assert not found.complete
    assert found.tried == 50
    assert "more than could be tried" in str(found)
    assert found.to_dict()["complete"] is False


def test_no_answers_give_more_than_the_start_dose(recommender):
    found = counterfactual(recommender, DESK, MoreOf("glute_bridge", "reps_top"))

    assert isinstance(found, NoCounterfactual)
    assert (found.complete, found.tried) == (True, 0)


def test_an_unknown_exercise_gives_the_nearest(recommender):
    with pytest.raises(UnknownNameError, match="did you mean 'glute_bridge'"):
        counterfactual(recommender, DESK, Include("glute_brigde"))


def test_a_person_keeps_their_other_answers(recommender):
    person = Person(age=50, experience="none")
    intake = Intake(person=person, screen=Screen.clear(), preferences={"minutes": 6, "wants": ["kegel"]})
    found = counterfactual(recommender, intake, Include("cat_cow"))

    assert found.intake.person == person
    assert found.intake.preferences["wants"] == ("kegel",)
