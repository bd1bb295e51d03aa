"""Counting the results of a cohort, against counting them row by row; and unanswered questions against the lexicon."""

import json
from collections import Counter
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from psoas_rules.cohort import (  # noqa: E402
    COLUMNS,
    CohortError,
    output_schema,
    recommend_table,
    tallying,
)
from psoas_rules.cohort.coded import MOST_ROWS, as_batches  # noqa: E402
from psoas_rules.cohort.tallying import Tally, tally  # noqa: E402
from psoas_rules.cohort.unanswered import unanswered  # noqa: E402

PEOPLE = pa.table(
    {
        "screen": ["clear"] * 6 + [None],
        "signs.low_back_pain_stiffness": [5, 0, 12, None, 9, 1, 2],
        "signs.hip_flexor_tightness_feeling.left": [6, 0, 3, None, 8, None, 1],
        "conditions.spinal_stenosis": [True, True, None, None, None, None, None],
        "conditions.extension_sensitive_back": [True, None, None, None, None, None, None],
        "red_flags.fever_with_hip_or_back": [None, None, None, None, None, True, None],
        "preferences.minutes": [20, 30, 15, 10, 20, 20, 20],
        "signs_shoe_size": pa.array([None, None, 44, 45, None, None, None]),
    }
)
WORDS = st.none() | st.sampled_from(["a", "b", "c", "d"])
ROW = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["routine", "referral", "screening", "invalid"]),
        "triage": WORDS,
        "profile": WORDS,
        "confidence": WORDS,
        "steps": st.none() | st.lists(WORDS, max_size=4),
        "left_out": st.none() | st.lists(WORDS, max_size=4),
        "fired": st.none() | st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=4, unique=True),
        "seconds": st.none() | st.integers(1, 4000),
    }
)


@pytest.fixture(scope="module")
def results(recommender):
    return recommend_table(PEOPLE, recommender)


def made(rows):
    """A result with these rows, as the schema wants it."""
    full = [
        {
            **row,
            "steps": None if row["steps"] is None else [{"exercise": name} for name in row["steps"]],
            "left_out": None if row["left_out"] is None else [{"exercise": name} for name in row["left_out"]],
        }
        for row in rows
    ]
    return pa.Table.from_pylist(full, output_schema(tuple(ROW_NAMES)))


ROW_NAMES = ("outcome", "triage", "profile", "confidence", "steps", "left_out", "fired", "seconds")


def counted(names):
    """People by name, each once in a row."""
    return dict(Counter(name for row in names for name in set(row or ()) if name is not None))


@given(rows=st.lists(ROW, max_size=12), sizes=st.integers(1, 5))
def test_the_counts_are_those_of_a_loop_whatever_the_batches(rows, sizes):
    found = tally(made(rows).to_batches(sizes))

    for name, counts in (
        ("outcome", found.outcomes),
        ("triage", found.triage),
        ("profile", found.profiles),
        ("confidence", found.confidence),
    ):
        assert counts == counted([row[name]] for row in rows)
    assert found.rows == len(rows)
    assert found.given == counted(row["steps"] for row in rows)
    assert found.left_out == counted(row["left_out"] for row in rows)
    assert found.fired == counted(row["fired"] for row in rows)
    assert found.minutes == Counter(ceil(row["seconds"] / 60) for row in rows if row["seconds"] is not None)
    pairs = Counter((row["profile"], row["confidence"]) for row in rows if row["profile"] and row["confidence"])
    assert {(one.profile, one.confidence): one.people for one in found.patterns} == pairs


@given(rows=st.lists(ROW, min_size=1, max_size=8))
@settings(max_examples=30)
def test_one_table_one_batch_and_plain_texts_give_the_same_counts(rows):
    table = made(rows)
    plain = table.set_column(0, "outcome", table.column("outcome").cast(pa.string()))
    large = plain.set_column(6, "fired", table.column("fired").cast(pa.large_list(pa.large_string())))

    assert (
        tally(table)
        == tally(large)
        == tally(table.combine_chunks().to_batches()[0])
        == tally(iter(table.to_batches(2)))
    )


def test_the_most_frequent_come_first_and_equal_ones_by_name():
    rows = [dict.fromkeys(ROW_NAMES) | {"outcome": "routine", "fired": fired} for fired in (["c", "b"], ["c", "a"])]

    assert list(tally(made(rows)).fired) == ["c", "a", "b"]


def test_excluded_properties_count_people_and_not_rules(results, recommender):
    excludes = {
        rule.id: {each.subject for each in rule.then if each.kind == "exclude_property"} for rule in recommender.rules
    }
    expected = counted(
        {subject for rule in row or () for subject in excludes.get(rule, ())}
        for row in results.column("fired").to_pylist()
    )
    twice = Counter(
        subject
        for row in results.column("fired").to_pylist()
        for rule in row or ()
        for subject in excludes.get(rule, ())
    )
    found = tally(results, recommender)

    assert found.excluded == expected
    assert expected != twice, "no property is excluded by two rules: the people here tell nothing"
    assert tally(results).excluded == {}


def test_there_may_be_more_properties_than_bits(results, recommender, monkeypatch):
    whole = tally(results, recommender).excluded
    monkeypatch.setattr(tallying, "_BITS", 2)

    assert tally(results, recommender).excluded == whole


def test_problems_are_counted_by_column_with_examples(results):
    problems = {one.column: one for one in tally(results).problems}

    assert problems["signs_shoe_size"].people == 2
    assert problems["signs.low_back_pain_stiffness"].people == 1
    assert problems["signs.low_back_pain_stiffness"].examples == ("12 is not a whole number from 0 to 10",)
    assert set(problems) == {"signs_shoe_size", "signs.low_back_pain_stiffness"}


def test_a_message_with_a_semicolon_is_one_problem_and_three_examples_are_enough():
    texts = [f"signs.pain: {i} is not a number; did you mean 'x'?; person.age: -1 is not a number" for i in range(5)]
    found = tally(pa.table({"problem": [*texts, None]}))

    assert [(one.column, one.people, len(one.examples)) for one in found.problems] == [
        ("person.age", 5, 1),
        ("signs.pain", 5, 3),
    ]
    assert found.problems[1].examples[0] == "0 is not a number; did you mean 'x'?"


@pytest.mark.parametrize("name", COLUMNS)
def test_any_column_may_be_missing(results, recommender, name):
    found = tally(results.drop_columns([name]), recommender)
    whole = tally(results, recommender)

    differing = {key for key, value in found.to_dict().items() if value != whole.to_dict()[key]}
    of = {"triage": {"triage"}, "steps": {"given"}, "fired": {"fired", "excluded"}, "seconds": {"minutes"}}
    of |= {"profile": {"profiles", "patterns"}, "confidence": {"confidence", "patterns"}, "problem": {"problems"}}
    of |= {"pack": {"packs"}, "digest": {"digests"}, "outcome": {"outcomes"}, "left_out": {"left_out"}}
    assert differing == of[name]


def test_plain_data_is_json(results, recommender):
    found = tally(results, recommender).to_dict()

    assert json.loads(json.dumps(found)) == found
    assert found["rows"] == PEOPLE.num_rows


def test_what_is_no_result_is_told_apart(results, recommender):
    with pytest.raises(CohortError, match="none of the columns outcome"):
        tally(PEOPLE)
    with pytest.raises(CohortError, match="a number is not a table"):
        tally(7)
    with pytest.raises(CohortError, match="give the recommender that made them"):
        tally(pa.table({"digest": ["another"]}), recommender)


def test_nobody_at_all():
    found = tally(output_schema().empty_table())

    assert isinstance(found, Tally)
    assert (found.rows, found.outcomes, found.problems) == (0, {}, ())


def test_batches_are_never_too_large():
    sizes = [batch.num_rows for batch in as_batches(pa.table({"a": np.zeros(2 * MOST_ROWS + 1)}))]

    assert sizes == [MOST_ROWS, MOST_ROWS, 1]


def open_by(people, recommender):
    return {one.answer: one for one in unanswered(people, recommender)}


def test_unanswered_counts_nulls_words_for_unknown_and_missing_columns(recommender):
    table = pa.table(
        {
            "signs.low_back_pain_stiffness": pa.array(["5", "unknown", "not_sure", None]).dictionary_encode(),
            "signs.hip_flexor_tightness_feeling.left": [1, None, None, None],
            "signs.hip_flexor_tightness_feeling.right": [None, 1, None, None],
            "preferences.equipment.mat": [True, False, None, None],
            "person.age": [30, None, None, None],
        }
    )
    found = open_by(table, recommender)

    assert found["signs.low_back_pain_stiffness"].people == 3
    assert found["signs.hip_flexor_tightness_feeling"].people == 2
    assert found["preferences.equipment"].people == 2
    assert found["person.age"].share == 0.75
    assert (found["person.experience"].people, found["person.experience"].asked) == (4, False)
    assert found["conditions.age_65_plus"].people == 3
    assert {f"{one.answer}" for one in found.values() if one.required} == {
        fact.replace("red_flag.", "red_flags.").replace("condition.", "conditions.")
        for fact in recommender.lexicon.required
    }


def test_a_denied_group_answers_its_questions_but_not_those_that_were_left_open(recommender):
    group, facts = next((group, facts) for group, facts in recommender.lexicon.groups.items() if len(facts) > 2)
    kind, _, key = facts[0].partition(".")
    column = f"{kind}s.{key}"
    other = facts[1].replace(".", "s.", 1)
    table = pa.table({f"screen.{group}": ["no", "no", "yes", None], column: [None, "unknown", "yes", None]})
    found = open_by(table, recommender)

    assert found[column].people == 2
    assert found[other].people == 2
    assert open_by(pa.table({f"screen.{group}": [False, True, None]}), recommender)[other].people == 2
    assert open_by(pa.table({"screen": ["clear", None]}), recommender)[column].people == 1


@given(values=st.lists(st.sampled_from([None, 0, 3, 10]), min_size=1, max_size=6))
@settings(max_examples=30)
def test_unanswered_and_answered_are_everybody(recommender, values):
    table = pa.table({"sign.low_back_pain_stiffness": pa.array(values, pa.int8())})
    one = open_by(table.slice(1) if len(values) > 1 else table, recommender)["signs.low_back_pain_stiffness"]
    seen = values[1:] if len(values) > 1 else values

    assert (one.people, one.rows) == (seen.count(None), len(seen))
