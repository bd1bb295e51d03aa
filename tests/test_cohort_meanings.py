"""An answer under another name is seen to be one, however it is written; what is something else is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas_rules import load_pack
from psoas_rules.facts import SECTIONS

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

from psoas_rules.cohort.columns import columns_of, only_kept, passed_over  # noqa: E402
from psoas_rules.loading import rulebook_of  # noqa: E402

LEXICON = rulebook_of(load_pack()).lexicon
NAMES = [
    "screen",
    *(f"screen.{group}" for group in LEXICON.groups),
    *(f"{section}.{key}" for kind, section in SECTIONS.items() if kind != "person" for key in LEXICON.answers(kind)),
    "person.age",
    "person.experience",
]
# A table without this one asks for it, so nobody is decided without it; and a slip in so short a word is much.
LONG_NAMES = [name for name in NAMES if name != "screen"]


def is_passed_over(name):
    return bool(passed_over(LEXICON, pa.schema([(name, pa.string())])))


def words(name):
    return name.replace("_", " ").replace(".", " ").split()


WAYS = {
    "capitals": str.upper,
    "underscores": lambda name: name.replace(".", "_"),
    "two underscores": lambda name: name.replace(".", "__"),
    "dashes": lambda name: "-".join(words(name)),
    "words": lambda name: " ".join(words(name)).title(),
    "camel case": lambda name: "".join([words(name)[0], *(word.title() for word in words(name)[1:])]),
    "one word": lambda name: "".join(words(name)),
    "a slash": lambda name: name.replace(".", "/"),
    "without its section": lambda name: name.partition(".")[2] or name,
    "in another section": lambda name: f"patient.{name}",
    "with a number": lambda name: f"{name}.1",
    "with something behind": lambda name: f"{name}_yn",
}


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_is_written_otherwise_is_not_passed_over(way):
    assert [name for name in NAMES if is_passed_over(WAYS[way](name))] == []


def test_an_answer_with_something_in_front_is_not_passed_over():
    assert [name for name in LONG_NAMES if is_passed_over(f"q12_{name}")] == []


@given(st.sampled_from(LONG_NAMES), st.data())
def test_an_answer_with_a_slip_of_the_pen_is_not_passed_over(name, data):
    """A letter is missing, there twice or another one, or has changed places with the next."""
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_ .-"))
    here, rest = name[at], name[at + 1 :]
    slip = data.draw(st.sampled_from([rest, letter + here + rest, letter + rest, rest[:1] + here + rest[1:]]))

    assert not is_passed_over(name[:at] + slip)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "person_id",
        "patient.id",
        "name",
        "first_name",
        "date_of_birth",
        "sex",
        "gender",
        "height_cm",
        "weight_kg",
        "bmi",
        "postcode",
        "created_at",
        "clinician",
        "site",
        "visit_date",
        "sport",
        "occupation",
        "email",
        "phone",
        "insurance",
        "region",
        "notes",
        "smoking_status",
        "pain_score",
        "age_group",
        "injury_date",
        "minutes_late",
        "study_arm",
        "treatment_group",
        "hospital",
        "outcome",
        "triage",
        "profile",
        "x",
        "_",
        ".",
        "a.b",
    ],
)
def test_what_is_something_else_is_passed_over(name):
    """Only told, so that a table need not be cut down to its answers first."""
    assert is_passed_over(name)


@given(st.text(max_size=30), st.sampled_from(NAMES))
def test_every_column_is_read_refused_kept_or_passed_over(name, answer):
    """And never two of these."""
    schema = pa.schema([(name, pa.string())] if name == answer else [(name, pa.string()), (answer, pa.string())])
    for keep in ((), (name,)):
        read = [column.name for column in columns_of(LEXICON, schema, keep)]
        others = [*passed_over(LEXICON, schema, keep), *(only for only in keep if only not in read)]

        assert sorted([*read, *others]) == sorted(schema.names)
        assert set(only_kept(LEXICON, schema, keep)) <= set(keep) - set(read)
