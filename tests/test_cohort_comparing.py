"""Two packs over a cohort: who changes, against comparing the outcomes one by one; and the reasons, for known edits."""

import json
import shutil
from itertools import product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from psoas_rules import Recommender  # noqa: E402
from psoas_rules.cohort import CohortError, output_schema, recommend_table  # noqa: E402
from psoas_rules.cohort.comparing import ASPECTS, compare  # noqa: E402
from psoas_rules.cohort.differing import steps_differ  # noqa: E402
from psoas_rules.loading import find_builtin  # noqa: E402
from psoas_rules.pack import Exclusions  # noqa: E402

ROWS = [
    {
        "person_id": f"P{number}",
        "screen": "clear",
        "person.age": age,
        "signs.low_back_pain_stiffness": pain,
        "signs.morning_stiffness_long": stiff,
        "preferences.minutes": minutes,
    }
    for number, (age, pain, stiff, minutes) in enumerate(product((30, 68, -1), (1, 5), (True, None), (10, 25)))
]
PEOPLE = pa.Table.from_pylist(ROWS)
KEEP = ("person_id",)
STIFF = "long_morning_stiffness_referral"
WORD = st.none() | st.sampled_from(["a", "b"])
STEP = st.fixed_dictionaries(
    {
        "exercise": st.sampled_from(["a", "b"]),
        "sets": st.integers(1, 2),
        "hold_s": st.none() | st.just(5.0),
        "side": WORD,
    }
)
STEPS = st.lists(st.none() | st.lists(STEP, max_size=3), max_size=6)


def edited(pack, rule, **changes):
    """The pack with one rule edited, or without it."""
    rules = (attrs.evolve(each, **changes) if each.id == rule else each for each in pack.rules)
    return Recommender(attrs.evolve(pack, rules=tuple(each for each in rules if changes or each.id != rule)))


@pytest.fixture(scope="module")
def severe(pack):
    """Stiffness in the morning comes before exercise, not beside it."""
    (rule,) = (each for each in pack.rules if each.id == STIFF)
    return edited(pack, STIFF, then=attrs.evolve(rule.then, triage="before_exercising"))


@pytest.fixture(scope="module")
def milder(pack):
    return edited(pack, STIFF)


@pytest.fixture(scope="module")
def without_bridge(pack):
    """Nobody gets a glute bridge."""
    (rule,) = (each for each in pack.rules if each.id == "no_deep_belly_pressure")
    new = attrs.evolve(
        rule,
        id="no_bridge",
        title="No bridges",
        then=attrs.evolve(rule.then, exclude=Exclusions(exercises=("glute_bridge",))),
    )
    return Recommender(attrs.evolve(pack, rules=(*pack.rules, new)))


@pytest.fixture(scope="module")
def longer(pack):
    """More repetitions of one exercise, and nothing else."""
    exercises = tuple(
        attrs.evolve(each, dose=attrs.evolve(each.dose, reps=each.dose.reps + 1, reps_top=each.dose.reps_top + 1))
        if each.id == "glute_bridge"
        else each
        for each in pack.exercises
    )
    return Recommender(attrs.evolve(pack, exercises=exercises))


def results(recommender):
    return recommend_table(PEOPLE, recommender, keep=KEEP).to_pylist()


def of_kind(comparison, kind):
    return {reason.id: reason for reason in comparison.reasons if reason.kind == kind}


@pytest.mark.parametrize("name", ["severe", "milder", "without_bridge", "longer"])
def test_the_numbers_are_those_of_a_loop(request, recommender, name):
    new = request.getfixturevalue(name)
    pairs = list(zip(results(recommender), results(new), strict=True))
    found = compare(recommender, new, PEOPLE, keep=KEEP)

    assert found.rows == len(pairs)
    assert found.changed == sum(any(a[key] != b[key] for key in ASPECTS) for a, b in pairs) > 0
    assert found.aspects == {key: sum(a[key] != b[key] for a, b in pairs) for key in ASPECTS}
    assert sum(move.people for move in found.moves) == len(pairs)
    assert sum(move.people for move in found.moves if move.old != move.new) == sum(
        (a["outcome"], a["triage"]) != (b["outcome"], b["triage"]) for a, b in pairs
    )


def test_the_same_pack_changes_nobody(recommender):
    found = compare(recommender, None, PEOPLE, keep=KEEP)

    assert (found.changed, found.reasons, set(found.aspects.values())) == (0, (), {0})
    assert found.old == found.new
    assert {(move.old, move.new) for move in found.moves} >= {("invalid", "invalid"), ("routine: ok", "routine: ok")}


def test_a_rule_that_concludes_something_else_is_the_only_reason_and_not_what_follows_from_it(recommender, severe):
    found = compare(recommender, severe, PEOPLE, keep=KEEP)
    stiff = sum(row["signs.morning_stiffness_long"] is True and row["person.age"] > 0 for row in ROWS)

    assert [(reason.kind, reason.id, reason.people) for reason in found.reasons] == [
        ("concludes_anew", f"triage.{STIFF}", stiff)
    ]
    assert [(move.old, move.new, move.people) for move in found.moves if move.old != move.new] == [
        ("routine: caution", "referral: before_exercising", stiff)
    ]


def test_a_rule_that_is_gone_and_one_that_is_new(recommender, milder):
    gone, new = compare(recommender, milder, PEOPLE, keep=KEEP), compare(milder, recommender, PEOPLE, keep=KEEP)
    title = recommender.rules[[rule.id for rule in recommender.rules].index(f"triage.{STIFF}")].title

    assert list(of_kind(gone, "fires_no_more")) == list(of_kind(new, "fires_now")) == [f"triage.{STIFF}"]
    assert not of_kind(gone, "fires_now")
    assert of_kind(gone, "fires_no_more")[f"triage.{STIFF}"].title == title


def test_exercises_that_come_and_go_are_counted_where_both_have_a_routine(recommender, without_bridge):
    found = compare(recommender, without_bridge, PEOPLE, keep=KEEP)
    lost, gained = {}, {}
    for a, b in zip(results(recommender), results(without_bridge), strict=True):
        before, after = ({step["exercise"] for step in row["steps"] or ()} for row in (a, b))
        for those, names in ((lost, before - after), (gained, after - before)):
            for name in names:
                those[name] = those.get(name, 0) + 1

    assert {name: one.people for name, one in of_kind(found, "exercise_lost").items()} == lost
    assert {name: one.people for name, one in of_kind(found, "exercise_gained").items()} == gained
    assert of_kind(found, "exercise_lost")["glute_bridge"].title == "Glute bridge"
    assert of_kind(found, "fires_now")["safety.no_bridge"].people == found.changed


def test_a_dose_changes_without_any_rule(recommender, longer):
    found = compare(recommender, longer, PEOPLE, keep=KEEP)
    reason = of_kind(found, "same_rules")[""]
    pairs = zip(results(recommender), results(longer), strict=True)
    alike = [
        (a, b)
        for a, b in pairs
        if a["steps"] != b["steps"]
        and a["fired"] == b["fired"]
        and {step["exercise"] for step in a["steps"]} == {step["exercise"] for step in b["steps"]}
    ]

    assert reason.people == len(alike) > 0
    assert "glute_bridge (" in reason.examples[0].old
    assert reason.examples[0].old != reason.examples[0].new


def test_examples_are_the_first_three_with_what_was_kept(recommender, severe):
    (reason,) = compare(recommender, severe, PEOPLE, keep=KEEP).reasons
    rows = [i for i, row in enumerate(ROWS) if row["signs.morning_stiffness_long"] and row["person.age"] > 0]

    assert [example.row for example in reason.examples] == rows[:3]
    assert [example.kept for example in reason.examples] == [{"person_id": f"P{i}"} for i in rows[:3]]
    assert reason.examples[0].old.startswith("routine, caution, ")
    assert reason.examples[0].new == "referral, before_exercising"


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_stream_gives_the_same_whatever_its_batches(recommender, without_bridge, size):
    whole = compare(recommender, without_bridge, PEOPLE, keep=KEEP)

    assert compare(recommender, without_bridge, iter(PEOPLE.to_batches(size)), keep=KEEP) == whole


def test_a_folder_is_a_pack(tmp_path, recommender):
    folder = shutil.copytree(find_builtin(), tmp_path / "rules")
    rule = folder / "triage" / f"{STIFF}.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("triage: caution", "triage: same_day"), encoding="utf-8")
    found = compare(recommender, folder, PEOPLE.slice(0, 4), keep=KEEP)

    assert of_kind(found, "concludes_anew")[f"triage.{STIFF}"].people == 2
    assert found.old != found.new


def test_plain_data_is_json(recommender, severe):
    found = compare(recommender, severe, PEOPLE, keep=KEEP).to_dict()

    assert json.loads(json.dumps(found)) == found
    assert found["reasons"][0]["examples"][0]["kept"] == {"person_id": "P0"}


def test_a_column_to_keep_must_be_there(recommender):
    with pytest.raises(CohortError, match="person_idd"):
        compare(recommender, recommender, PEOPLE, keep=("person_idd",))


@given(old=STEPS, new=STEPS)
def test_steps_differ_as_lists_do(old, new):
    kind = output_schema(("steps",)).field("steps").type
    rows = min(len(old), len(new))
    filled = [
        [
            None if steps is None else [dict.fromkeys(field.name for field in kind.value_type) | step for step in steps]
            for steps in those
        ]
        for those in (old[:rows], new[:rows])
    ]
    arrays = [pa.array(those, kind) for those in filled]

    assert steps_differ(*arrays).tolist() == [a != b for a, b in zip(*filled, strict=True)]
