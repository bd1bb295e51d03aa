"""Facts by columns are the facts of each person by themselves, whatever the types, the gaps and the mistakes."""

from datetime import date
from decimal import Decimal

import pytest
from drawn import intakes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Recommender
from psoas_rules.conditions import Test as Comparison
from psoas_rules.conditions import compare
from psoas_rules.conditions import tests as every_test
from psoas_rules.errors import IntakeError
from psoas_rules.facts import SECTIONS, FactSpec
from psoas_rules.intake import Screen

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

from psoas_rules.cohort.cells import read_cells, rounded  # noqa: E402
from psoas_rules.cohort.columns import columns_of  # noqa: E402
from psoas_rules.cohort.errors import CohortError  # noqa: E402
from psoas_rules.cohort.packed import unpacked  # noqa: E402
from psoas_rules.cohort.reading import CohortReader  # noqa: E402
from psoas_rules.cohort.rows import intake_data  # noqa: E402

DECIDES = Recommender()
LEXICON = DECIDES.lexicon
FACTS = tuple(fact for spec in LEXICON.specs.values() if spec.kind != "finding" for fact in spec.facts())
ASKED = tuple(dict.fromkeys(test for rule in DECIDES.rules for test in every_test(rule.when) if test.op != "answered"))
BIG = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()))
LISTED = ("preferences.equipment", "preferences.avoid_positions", "preferences.avoid_properties", "preferences.wants")


# From people to columns


def flat(intake: Intake) -> dict[str, object]:
    """The answers of a person by the names of columns."""
    cells: dict[str, object] = {f"person.{key}": getattr(intake.person, key) for key in ("age", "experience")}
    for section in set(SECTIONS.values()) - {"person"}:
        for key, value in getattr(intake, section).items():
            if isinstance(value, dict):
                cells |= {f"{section}.{key}.{side}": one for side, one in value.items()}
            else:
                cells[f"{section}.{key}"] = value
    if intake.screen.all_clear:
        cells["screen"] = "clear"
    return cells | {f"screen.{group}": value for group, value in intake.screen.answers.items()}


def both_sides(people: list[dict[str, object]]) -> list[dict[str, object]]:
    """A side of its own wherever anybody has one: a table cannot have a column for both sides besides."""
    split = {name.rpartition(".")[0] for cells in people for name in cells if name.endswith((".left", ".right"))}
    made = []
    for cells in people:
        sided = {f"{name}.{side}": cells[name] for name in split & cells.keys() for side in ("left", "right")}
        made.append({name: value for name, value in cells.items() if name not in split} | sided)
    return made


def column(draw, name: str, values: list[object]):
    """A column of any type that these values may come in."""
    values = [list(value) if isinstance(value, tuple) else value for value in values]
    some = [value for value in values if value is not None]
    if any(isinstance(value, list) for value in some):
        kind = draw(st.sampled_from((pa.list_, pa.large_list)))(draw(st.sampled_from(TEXTS[:3])))
        return {name: pa.array([value if isinstance(value, list) else None for value in values], kind)}
    if all(isinstance(value, bool) for value in some) and draw(st.booleans()):
        return {name: pa.array(values, pa.bool_())}
    numbers = [value for value in some if isinstance(value, int | float) and not isinstance(value, bool)]
    if not numbers:
        words = [{True: "yes", False: "no"}.get(v, v) if isinstance(v, bool) else v for v in values]
        return {name: pa.array(words, draw(st.sampled_from(TEXTS)))}
    values = [value if not isinstance(value, str) else None for value in values]
    kinds = [pa.float64(), pa.float32()]
    if all(isinstance(value, int) for value in numbers):
        kinds += [pa.int64(), pa.int16(), *([pa.uint32()] if min(numbers) >= 0 else [])]
    return {name: pa.array(values, draw(st.sampled_from(kinds)))}


def entries(name: str, values: list[object]):
    """A column of yes and no for each entry of a list."""
    options = LEXICON.specs[name.replace("preferences", "preference")].options
    return {
        f"{name}.{option}": pa.array([None if value is None else option in value for value in values], pa.bool_())
        for option in options
    }


@st.composite
def tables(draw, screen="any"):
    """People as a table."""
    people = both_sides([flat(one) for one in draw(st.lists(intakes(screen=screen), min_size=1, max_size=9))])
    names = sorted(dict.fromkeys(name for cells in people for name in cells))
    made = {}
    for name in names:
        values = [cells.get(name) for cells in people]
        lists = [value if isinstance(value, tuple) else None for value in values]
        if not any(value is not None for value in lists):
            lists = values  # only words for an unknown answer
        if name in LISTED[:3] and lists is not values and draw(st.booleans()):
            made |= entries(name, lists)
        else:
            made |= column(draw, name, lists if name in LISTED else values)
    return pa.record_batch(made)


def shifted(draw, batch):
    """The same rows as part of a longer batch, so that nothing begins at the first bit."""
    if not batch.num_rows:
        return batch
    before = draw(st.integers(0, 11))
    row = batch.slice(0, 1)
    longer = pa.Table.from_batches([*[row] * before, batch, row], batch.schema).combine_chunks().to_batches()[0]
    return longer.slice(before, batch.num_rows)


# The law


def rows_of(bits, count: int) -> list[bool]:
    if bits is None:
        return [False] * count
    assert len(bits) == -(-count // 8)
    assert not unpacked(bits, 8 * len(bits))[count:].any(), "bits behind the last row"
    return unpacked(bits, count).astype(bool).tolist()


def agree(batch) -> list[bool]:
    """Compares every fact of every row that is not slow; which rows are."""
    reader = CohortReader(LEXICON, batch.schema)
    facts = reader.read(batch)
    count = batch.num_rows
    assert facts.n == count
    slow = rows_of(facts.slow, count)
    known = {fact: rows_of(facts.known(fact), count) for fact in FACTS}
    asked = {test: rows_of(facts.passes(test), count) for test in ASKED}
    for row in range(count):
        try:
            alone = LEXICON.facts(Intake.from_dict(intake_data(batch, row, reader.columns)))
        except IntakeError:
            assert slow[row]
            continue
        if slow[row]:
            continue
        assert {fact for fact in FACTS if known[fact][row]} == alone.keys()
        for test, rows in asked.items():
            assert rows[row] is (test.fact in alone and compare(test, alone[test.fact])), test
        for fact, value in alone.items():
            assert rows_of(facts.passes(Comparison(fact, "is", value)), count)[row], fact
            assert rows_of(facts.passes(Comparison(fact, "answered")), count)[row]
            if not isinstance(value, bool | str):
                assert facts.numbers(fact)[row] == value
                assert rows_of(facts.passes(Comparison(fact, "at_least", value)), count)[row]
                assert not rows_of(facts.passes(Comparison(fact, "above", value)), count)[row]
    return slow


@BIG
@given(st.data())
def test_facts_by_columns_are_the_facts_of_each_person(data):
    """Usual answers are read by columns, all of them."""
    batch = data.draw(tables())

    assert not any(agree(shifted(data.draw, batch)))


WANTED = LEXICON.specs["preference.wants"].options
WISHES = (*list(WANTED)[:4], *list(WANTED.values())[:6], "A  BRIDGE with the pelvis", "nonsense", "")
WORDS = ("yes", "no", "unknown", "not_sure", "clear", "some", "regular", "mat", "wall", "above", "nonsense", "")
CELLS = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-3, 12),
    pa.int64(): st.integers(-(2**62), 2**62) | st.integers(0, 70),
    pa.uint64(): st.integers(0, 2**64 - 1) | st.integers(0, 70),
    pa.float64(): st.floats() | st.integers(-60, 130).map(lambda tenths: tenths / 2),
    pa.float32(): st.floats(width=32) | st.integers(-60, 130).map(lambda tenths: tenths / 4),
    pa.float16(): st.floats(width=16) | st.integers(0, 20).map(float),
    pa.string(): st.sampled_from(WORDS),
    pa.string_view(): st.sampled_from(WORDS),
    pa.dictionary(pa.int8(), pa.large_string()): st.sampled_from(WORDS),
    pa.dictionary(pa.int16(), pa.int32()): st.integers(0, 12),
    pa.list_(pa.string()): st.lists(st.none() | st.sampled_from(WORDS), max_size=3),
    pa.large_list(pa.string()): st.lists(st.sampled_from(("mat", "wall", "strap")), max_size=4),
    pa.list_(pa.string_view()): st.lists(st.sampled_from(WISHES), max_size=3),
    pa.list_(pa.int8()): st.lists(st.integers(0, 3), max_size=2),
    pa.list_(pa.dictionary(pa.int8(), pa.string())): st.lists(st.sampled_from((None, "mat", "wall")), max_size=3),
    pa.decimal128(6, 2): st.integers(0, 900).map(lambda hundredths: Decimal(hundredths) / 100),
    pa.binary(): st.binary(max_size=3),
    pa.date32(): st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    pa.struct([("left", pa.int8()), ("right", pa.int8())]): st.fixed_dictionaries(
        {"left": st.none() | st.integers(0, 12), "right": st.none() | st.integers(0, 12)}
    ),
    pa.null(): st.none(),
}
USUAL = (pa.bool_(), pa.int8(), pa.float64(), pa.string())
AGED = tuple(name.replace("condition", "conditions") for name, _, _ in LEXICON.ages)
SIDED = tuple(spec for spec in LEXICON.specs.values() if spec.derive is not None)
NAMES = (
    *(f"{SECTIONS[spec.kind]}.{fact.partition('.')[2]}" for fact in FACTS for spec in [LEXICON.spec(fact)]),
    *(f"screen.{group}" for group in LEXICON.groups),
    *("screen", "screen.nothing", "person_id", "signs.nonsense", "person.height", "signs", "finding.profile"),
)
# What hangs together comes together often enough.
TOGETHER = (
    ("person.age", *AGED, "screen.age", "screen"),
    tuple(f"{SECTIONS[s.kind]}.{s.derive.of}.{side}" for s in SIDED for side in ("left", "right")),
    ("screen", *(f"screen.{group}" for group in LEXICON.groups)),
    (*(f"red_flags.{fact.partition('.')[2]}" for fact in LEXICON.required[:9]), "screen.nerves", "screen.unwell"),
    (*LISTED, "preferences.minutes", "preferences.level_max"),
)


@st.composite
def wild(draw):
    """A table of any columns with any cells."""
    pools = st.sampled_from((*TOGETHER, NAMES))
    names = draw(pools.flatmap(lambda pool: st.lists(st.sampled_from(pool), min_size=1, max_size=8, unique=True)))
    count = draw(st.integers(0, 9))
    arrays = []
    for _ in names:
        kinds = draw(st.sampled_from((tuple(CELLS), USUAL)))
        kind = draw(st.sampled_from(kinds))
        cells = CELLS[kind]
        gaps = draw(st.sampled_from((st.just(False), st.booleans())))
        arrays.append(pa.array([None if draw(gaps) else draw(cells) for _ in range(count)], kind))
    return shifted(draw, pa.record_batch(arrays, names=names))


@settings(BIG, max_examples=400)
@given(wild())
def test_whatever_stands_in_a_cell_it_is_read_as_alone_or_left_to_be_read_alone(batch):
    """A cell that is refused alone is never read by columns, and nothing raises."""
    try:
        columns_of(LEXICON, batch.schema)
    except CohortError:
        return
    agree(batch)


# Single laws


@given(st.lists(st.floats(-1e12, 1e12) | st.integers(-(10**7), 10**7).map(lambda k: k / 2000), min_size=1))
def test_numbers_are_rounded_as_one_by_one(numbers):
    """Halves of the last digit included, where arithmetic on whole arrays goes astray."""
    assert rounded(np.array(numbers)).tolist() == [round(number, 3) for number in numbers]


@pytest.mark.parametrize("value", (float("nan"), float("inf"), -1.0, 2.5, 11.0))
def test_a_number_that_is_none_leaves_its_row_and_no_other(value):
    """NaN is not an empty cell."""
    batch = pa.record_batch({"signs.low_back_pain_stiffness": pa.array([3.0, value, None, 10.0])})

    assert agree(batch) == [False, True, False, False]


def test_an_unknown_column_leaves_exactly_the_rows_that_hold_something():
    """As a single intake with such a key is refused; `keep` and labels that pandas adds are no answers."""
    cells = pa.array([None, 7, None])
    one = pa.record_batch({"signs_nickname": cells, "__index_level_0__": pa.array([1, 2, 3])})
    kept = CohortReader(LEXICON, one.schema, keep=("signs_nickname",)).read(one)

    assert agree(one) == [False, True, False]
    assert not kept.slow.any()


def test_what_is_treated_as_a_condition_is_known_from_then_on():
    """Also over a "no", and nobody else is touched."""
    batch = pa.record_batch({"conditions.pregnancy": pa.array([False, None, True, None])})
    facts = CohortReader(LEXICON, batch.schema).read(batch)
    facts.passes(Comparison("condition.pregnancy", "is", True))
    facts.with_truth("condition.pregnancy", np.packbits([1, 1, 0, 0], bitorder="little"))

    assert rows_of(facts.known("condition.pregnancy"), 4) == [True, True, True, False]
    assert rows_of(facts.passes(Comparison("condition.pregnancy", "is", True)), 4) == [True, True, True, False]
    assert facts.passes(Comparison("condition.pregnancy", "is", False)) is None


def test_reading_changes_nothing_in_the_table():
    """The bits of a table are used without a copy, so they must stay as they are."""
    batch = pa.record_batch({"conditions.pregnancy": pa.array([False, None, True]), "screen": pa.array(["clear"] * 3)})
    before = batch.to_pylist()
    facts = CohortReader(LEXICON, batch.schema).read(batch)
    for fact in FACTS:
        facts.known(fact)
    facts.with_truth("condition.pregnancy", np.packbits([1, 1, 1], bitorder="little"))

    assert batch.to_pylist() == before


def test_an_answer_that_does_not_fit_the_age_is_refused():
    """The age tells; one who says otherwise is asked again."""
    ages = pa.array([17, 17, 18, 18, None, 17, 300], pa.int16())
    answers = pa.array(["yes", "no", "no", "yes", "yes", "not_sure", None])
    batch = pa.record_batch({"person.age": ages, "conditions.under_18": answers, "screen": ["clear"] * 7})

    assert agree(batch) == [False, True, False, True, False, False, True]


HALVES = st.none() | st.integers(0, 40).map(lambda quarters: quarters / 4) | st.floats(0, 10)


@given(st.lists(st.tuples(HALVES, HALVES), min_size=1, max_size=8), st.booleans())
def test_what_is_worked_out_from_both_sides_is_the_same(sides, whole):
    """Sums, differences and shares, for the left and for the right; without one side there is none of them."""
    cells = {}
    for spec in SIDED:
        source = LEXICON.specs[f"{spec.kind}.{spec.derive.of}"]
        values = [
            [None if one is None else round(one) if whole or source.answer != "number" else one for one in pair]
            for pair in sides
        ]
        inside = [
            [None if one is None else min(max(one, source.minimum), source.maximum) for one in pair] for pair in values
        ]
        for place, side in enumerate(("left", "right")):
            cells[f"{SECTIONS[spec.kind]}.{spec.derive.of}.{side}"] = pa.array(
                [pair[place] for pair in inside], pa.float64()
            )

    assert not any(agree(pa.record_batch(cells)))


def test_all_clear_beside_groups_is_refused():
    """As `Screen` refuses it."""
    with pytest.raises(IntakeError):
        Screen({"nerves": "no"}, all_clear=True)
    batch = pa.record_batch({"screen": ["clear", "clear", None], "screen.nerves": ["no", None, "no"]})

    assert agree(batch) == [True, False, False]


def named(words: str) -> None:
    """Nothing goes by a name here."""


def alone(spec: FactSpec, value: object) -> object:
    """What one answer is by itself; None where it is refused."""
    try:
        return value if spec.takes(value) else spec.read(value)
    except ValueError:
        return None


EDGES = st.sampled_from((0, 1, -1, 2.5, 1e12, -1e12, 1e12 + 1, 5e-4, 1e300))


@given(
    st.sampled_from(("scale", "whole_number", "number")),
    st.none() | st.sampled_from((-5, 0, 0.5)),
    st.none() | st.sampled_from((3, 7.5, 2e12)),
    st.lists(st.floats() | EDGES, min_size=1, max_size=12) | st.lists(st.integers(-(2**62), 2**62), min_size=1),
)
def test_the_limits_of_a_number_are_those_of_a_single_answer(answer, low, high, values):
    """With limits and without: what is taken, what is refused, and what it becomes."""
    spec = FactSpec("sign.x", "sign", "", answer, minimum=low, maximum=high)
    array = pa.array(values, pa.int64() if all(isinstance(value, int) for value in values) else pa.float64())
    cells = read_cells(array, spec, named)
    reference = [alone(spec, value) for value in array.to_pylist()]
    known = rows_of(cells.known, len(values))

    assert known == [value is not None for value in reference]
    assert rows_of(cells.bad, len(values)) == [value is None for value in reference]
    if any(known):
        assert [n for n, here in zip(rounded(cells.numbers).tolist(), known, strict=True) if here] == [
            value for value in reference if value is not None
        ]


@given(st.lists(st.none() | st.lists(st.integers(0, 139).map("option {}".format), max_size=6), max_size=9))
def test_a_list_may_have_many_options(rows):
    """More than fit into one machine word."""
    spec = FactSpec("sign.x", "sign", "", "many", options={f"option {place}": "" for place in range(140)})
    cells = read_cells(pa.array(rows, pa.list_(pa.string())), spec, named)
    found = (
        [
            {
                f"option {64 * word + bit}"
                for word in range(3)
                for bit in range(64)
                if cells.entries.word(word)[row] >> np.uint64(bit) & np.uint64(1)
            }
            for row in range(len(rows))
        ]
        if cells.entries
        else [set() for _ in rows]
    )

    assert found == [set(row or ()) for row in rows]
    assert rows_of(cells.known, len(rows)) == [row is not None for row in rows]
    assert cells.bad is None


def test_an_option_may_be_called_unknown():
    """Then it is an answer, as in a single intake; the other word still says that nobody knows."""
    spec = FactSpec("sign.x", "sign", "", "choice", options={"some": "", "unknown": ""})
    cells = read_cells(pa.array(["unknown", "not_sure", "some", "other"]), spec, named)

    assert rows_of(cells.known, 4) == [True, False, True, False]
    assert rows_of(cells.open, 4) == [False, True, False, False]
    assert rows_of(cells.bad, 4) == [False, False, False, True]
    assert (cells.codes[0], cells.codes[2]) == (1, 0)


def test_the_place_of_an_empty_cell_may_be_anything():
    """Arrow leaves open what stands behind an empty cell, even a place outside of the dictionary."""
    places = pa.Array.from_buffers(pa.int8(), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(bytes((0, 77, 1)))])
    words = pa.DictionaryArray.from_arrays(places, pa.array(["yes", "no"]))
    nested = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2], pa.int8()), pa.array(["yes", None, "no"]))

    assert agree(pa.record_batch({"conditions.pregnancy": words})) == [False] * 3
    assert agree(pa.record_batch({"conditions.pregnancy": nested})) == [False] * 4


def test_a_list_that_is_not_there_may_hide_entries():
    """What stands behind an empty cell counts for nothing; lists that are too long are left to be refused alone."""
    items = pa.array(["nonsense", "mat", *["mat"] * 1001, "wall"])
    offsets, mask = pa.array([0, 1, 2, 1003, 1004], pa.int32()), pa.array([True, False, False, False])
    lists = pa.ListArray.from_arrays(offsets, items, mask=mask)

    assert agree(pa.record_batch({"preferences.equipment": lists})) == [False, False, True, False]
    assert agree(pa.record_batch({"preferences.equipment": lists}).slice(1)) == [False, True, False]


@pytest.mark.parametrize("kind", (pa.string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())))
@pytest.mark.parametrize("name, word", (("preferences.equipment", "mat"), ("preferences.wants", WISHES[0])))
def test_an_empty_entry_of_a_list_is_refused(name, word, kind):
    """Whatever stands behind it: in a dictionary that is the place of another word."""
    lists = pa.array([[word], [word, None], [None], [], None], pa.list_(kind))

    assert agree(pa.record_batch({name: lists})) == [False, True, True, False, False]
