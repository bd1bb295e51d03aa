"""Machine code says what NumPy says, loop by loop; it is used where it pays, and nothing is amiss without it."""

import os
import random
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psoas_rules import Recommender, load_pack

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
pytest.importorskip("numba")

sys.path.insert(0, str(Path(__file__).parent / "stress"))

import cohort as stress  # noqa: E402
from packs import random_pack  # noqa: E402

from psoas_rules.cohort import compiled, loops, recommend_batches, recommend_table  # noqa: E402
from psoas_rules.cohort.adding import LANES, MOST, Adder  # noqa: E402
from psoas_rules.cohort.alike import Classes  # noqa: E402
from psoas_rules.cohort.arranging import Arranged  # noqa: E402
from psoas_rules.cohort.errors import CohortError  # noqa: E402
from psoas_rules.cohort.packed import Lists, packed, stacked, truths  # noqa: E402
from psoas_rules.cohort.weighing import MOST_CONSTANT, PROFILES, SURENESS, WORDS, ScalesByColumns  # noqa: E402
from psoas_rules.loading import make_rulebook  # noqa: E402
from psoas_rules.weighing import PERSON_TARGETS, PLACES, Scales, Weights  # noqa: E402

ROWS = st.integers(0, 700)
"""Enough for several numbers of 64 bits, eight of which are worked on together."""
SMALL = Path(__file__).parent / "small_pack"
WAYS = (False, True)
RANDOM = st.integers(0, 2**32).map(random.Random)
"""What is drawn with it is too much to be drawn by Hypothesis, number by number."""


def some_vectors(rng, count, rows):
    """Vectors by lot: none at all, sparse ones and dense ones."""
    shares = [rng.choice([None, 0.01, 0.3, 0.9]) for _ in range(count)]
    numbers = np.random.default_rng(rng.randrange(2**32))
    return [None if share is None else packed(numbers.random(rows) < share) for share in shares]


def both_ways(call):
    """What a call gives with NumPy, and with machine code."""
    found = []
    for way in WAYS:
        with loops.fixed(compiled=way):
            found.append(call())
    return found


def as_lists(lists):
    ends = zip(lists.offsets[:-1], lists.offsets[1:], strict=True)
    return [lists.values[start:end].tolist() for start, end in ends]


@given(RANDOM, st.integers(0, 150), ROWS)
def test_lists_are_the_same(rng, count, rows):
    vectors = [(rng.randrange(-1, 9_999), vector) for vector in some_vectors(rng, count, rows)]

    slow, fast = both_ways(lambda: as_lists(Lists.of(vectors, rows)))

    assert fast == slow
    assert slow == [
        [number for number, vector in vectors if vector is not None and truths(vector, rows)[row]]
        for row in range(rows)
    ]


@given(RANDOM, st.integers(0, 40), st.integers(0, 300))
def test_sums_are_what_the_rules_add(rng, count, rows):
    """Above and below zero, up to the largest that is allowed, and more than one rule adds to."""
    each = MOST // count if count else 0
    rules = [
        {(rng.choice("abcdef"), rng.randrange(LANES)): rng.randint(-each, each) for _ in range(rng.randrange(4))}
        for _ in range(count)
    ]
    fired = some_vectors(rng, count, rows)
    expected = {four: np.zeros((rows, LANES), dtype=int) for rule in rules for four, _ in rule}
    for rule, vector in zip(rules, fired, strict=True):
        if vector is not None:
            for (four, lane), points in rule.items():
                expected[four][:, lane] += truths(vector, rows) * points

    found = Adder(rules).sums(fired, rows)

    assert all((found.get(four, 0) == sums).all() for four, sums in expected.items())
    assert found.keys() <= expected.keys()


def test_points_that_could_overflow_are_refused():
    with pytest.raises(CohortError, match="too large to be summed"):
        Adder([{("a", 0): MOST}, {("a", 0): 1}])


SCALES = Scales(load_pack(), make_rulebook(load_pack(), lambda *_: None).rules)


@given(RANDOM, st.integers(1, 1_100))
def test_weighing_is_the_same(rng, rows):
    """Which rules fire is drawn by lot, so that points come together that no person could have.

    There are up to three blocks of rows.
    """
    fired = some_vectors(rng, len(SCALES.points), rows)
    items = np.array([rng.randrange(12) for _ in range(rows)], dtype=np.uint8)

    slow, fast = both_ways(lambda: ScalesByColumns(SCALES).weigh(fired, items, rows))

    for name in ("words", "totals", "profile", "confidence"):
        assert (getattr(slow, name) == getattr(fast, name)).all(), name
    assert slow.person.keys() == fast.person.keys() == set(PERSON_TARGETS)
    assert all((slow.person[target] == fast.person[target]).all() for target in PERSON_TARGETS)
    # And both say what is said of one person.
    for row in range(min(rows, 20)):
        own = [number for number, each in enumerate(fired) if each is not None and truths(each, rows)[row]]
        alone = SCALES.weigh(own, int(items[row])).findings
        assert {name: alone[name] for name in found_of(fast, row)} == found_of(fast, row)


def found_of(weighing, row):
    """What was found out about a row, as facts."""
    found = {
        "finding.profile": PROFILES[weighing.profile[row]],
        "finding.confidence": SURENESS[weighing.confidence[row]],
    }
    for number, (pattern, side) in enumerate(PLACES):
        found[f"finding.{pattern}.{side}"] = WORDS[weighing.words[number, row]]
        found[f"finding.{pattern}_points.{side}"] = weighing.totals[number, row] / 100
    return found | {f"finding.{target}_points": points[row] / 100 for target, points in weighing.person.items()}


@pytest.mark.parametrize("name", ["prior", "reported_cap", "supported", "provisional", "unlikely", "contradiction"])
def test_constants_that_could_overflow_are_refused(name):
    weights = attrs.evolve(SCALES.weights, **{name: -MOST_CONSTANT - 1})

    with pytest.raises(CohortError, match="constants of this pack are too large"):
        ScalesByColumns(SimpleNamespace(weights=weights, points=SCALES.points))


@pytest.mark.parametrize("constant", [-MOST_CONSTANT, MOST_CONSTANT])
def test_the_largest_constants_and_points_do_not_overflow(constant):
    weights = Weights(constant, abs(constant), constant, constant, constant, 3, abs(constant))
    rule = SimpleNamespace(measured=True, side=None, item="one")
    points = [(place, MOST if constant > 0 else -MOST) for place in range(1)]
    scales = SimpleNamespace(weights=weights, points=[SimpleNamespace(rule=rule, patterns=points, person=[])])
    fired, items = [packed(np.array([True, False]))], np.zeros(2, dtype=np.uint8)

    slow, fast = both_ways(lambda: ScalesByColumns(scales).weigh(fired, items, 2))

    assert fast.totals.tolist() == slow.totals.tolist()
    assert fast.totals[0].tolist() == [constant + points[0][1], constant]
    assert fast.words.tolist() == slow.words.tolist()


@given(RANDOM)
def test_weighing_is_the_same_where_both_sides_are_even(rng):
    """Few rules with small points, so that sums are often equal and yet made of something else."""
    weights = Weights(
        prior=rng.choice([0, -100]),
        reported_cap=300,
        supported=200,
        provisional=100,
        unlikely=-100,
        enough_items=3,
        contradiction=100,
    )
    scales = SimpleNamespace(weights=weights, points=[_points(rng) for _ in range(rng.randrange(1, 15))])
    fired = some_vectors(rng, len(scales.points), 300)
    items = np.array([rng.randrange(5) for _ in range(300)], dtype=np.uint8)

    slow, fast = both_ways(lambda: ScalesByColumns(scales).weigh(fired, items, 300))

    for name in ("words", "totals", "profile", "confidence"):
        assert (getattr(slow, name) == getattr(fast, name)).all(), name
    assert all((slow.person[target] == fast.person[target]).all() for target in PERSON_TARGETS)


def _points(rng):
    rule = SimpleNamespace(
        measured=rng.random() < 0.7, side=rng.choice(["left", "right", None]), item=rng.choice(["one", "other"])
    )
    patterns = [(place, rng.choice([-100, 100, 200])) for place in rng.sample(range(4), rng.randrange(3))]
    person = [(target, rng.choice([-100, 100])) for target in rng.sample(PERSON_TARGETS, rng.randrange(3))]
    return SimpleNamespace(rule=rule, patterns=patterns, person=person)


@given(RANDOM, st.integers(0, 80), st.integers(1, 2_000))
def test_classes_tell_apart_what_differs_and_nothing_else(rng, count, rows):
    """With more vectors than are looked at together, and with so many classes that nothing is gained."""
    alike = rng.randrange(1, rows + 1)
    vectors = [
        None if one is None else packed(truths(one, rows)[np.arange(rows) % alike])
        for one in some_vectors(rng, count, rows)
    ]
    bits = [tuple(bool(truths(one, rows)[row]) for one in vectors if one is not None) for row in range(rows)]

    for classes in both_ways(lambda: Classes.by(vectors, rows)):
        assert len({(own, each) for own, each in zip(classes.of.tolist(), bits, strict=True)}) == classes.count
        # Where nearly everybody is a class of their own, they all are.
        alone = any(one is not None for one in vectors) and len(set(bits)) * 16 > rows
        assert (classes.rows is None, classes.count) == (alone, rows if alone else len(set(bits)))
        for vector in vectors:
            if vector is not None:
                assert classes.bits(vector)[classes.of].astype(bool).tolist() == truths(vector, rows).tolist()


@given(RANDOM, ROWS, st.integers(1, 9))
def test_what_a_class_adds_is_added_to_its_rows(rng, rows, count):
    """To those that are meant, and to no others."""
    (vector,) = some_vectors(rng, 1, rows)
    meant = np.zeros(rows, dtype=np.uint8) if vector is None else truths(vector, rows)
    classes = np.array([rng.randrange(count) for _ in range(rows)], dtype=np.int32)
    adds = np.array([rng.randrange(-900, 900) for _ in range(count)], dtype=np.int32)
    found = np.arange(rows, dtype=np.int32)

    compiled.add(stacked([vector], rows)[0], classes, adds, found)

    assert found.tolist() == (np.arange(rows) + meant * adds.take(classes)).tolist()


@given(RANDOM, ROWS)
def test_bits_are_the_rows_in_whose_number_they_are_set(rng, rows):
    words = np.array([rng.getrandbits(64) for _ in range(rows)], dtype=np.uint64)
    found = np.empty((64, -(-rows // 64)), dtype=np.uint64)

    compiled.bits_of(words, found)

    for bit, vector in enumerate(found.view(np.uint8)):
        assert truths(vector, rows).tolist() == (words >> np.uint64(bit) & np.uint64(1)).astype(bool).tolist()
        assert not vector[-(-rows // 8) :].any()


def first_of(vector, count, rows):
    """Without what stands behind the rows of a group."""
    return None if vector is None else packed(truths(vector, rows) & (np.arange(rows) < count))


@given(RANDOM, st.integers(0, 140), ROWS)
def test_rows_come_back_from_another_order(rng, count, rows):
    """Vectors go there, lists come back behind others, and rows of no group have nothing more."""
    group_of = np.array([rng.randrange(-1, 4) for _ in range(rows)], dtype=int)
    groups = [packed(group_of == number) for number in range(4)]
    vectors = some_vectors(rng, count, rows)
    arranged = Arranged.by(groups, rows)
    there = arranged.vectors(vectors)

    with loops.fixed(compiled=True):
        sizes = [group.stop - group.start for group in arranged.groups]
        parts = [
            Lists.of(
                enumerate(first_of(one, (group_of == number).sum(), sizes[number]) for one in there[number]),
                sizes[number],
            )
            for number in range(4)
        ]
        first = Lists.of(enumerate(vectors[:3]), rows)
        back = as_lists(Lists.of(enumerate(vectors[:3]), rows, behind=(Lists.joined(parts), arranged.place)))
        own = as_lists(arranged.back(Lists.joined(parts)))

    for row, mine in enumerate(as_lists(first)):
        held = [n for n, one in enumerate(vectors) if one is not None and truths(one, rows)[row]]
        assert own[row] == (held if group_of[row] >= 0 else [])
        assert back[row] == mine + own[row]


@pytest.mark.parametrize("number", range(6))
def test_tables_are_the_same_to_the_last_byte(number):
    """For the built-in pack and others, with people by lot and wrong cells among them."""
    pack = load_pack(SMALL) if number else load_pack()
    if number > 1:
        pack, _ = random_pack(random.Random(number), pack)
    rng = random.Random(f"compiled {number}")
    table = stress.planted(stress.table_of(list(stress.People(pack).many(f"compiled {number}", 700))), rng)
    recommender = Recommender(pack)

    slow, fast = both_ways(lambda: recommend_table(table, recommender, audit=False))

    assert fast.equals(slow)
    assert fast.validate(full=True) is None
    assert Counter(slow["outcome"].to_pylist())["routine"] > 20


def test_a_table_in_pieces_is_put_together(monkeypatch):
    """Also where the pieces have dictionaries of their own, and where they are longer than what is decided together."""
    monkeypatch.setattr("psoas_rules.cohort.running.MOST_ROWS", 400)
    table = stress.table_of(list(stress.People(load_pack()).many("pieces", 1_100)))
    table = pa.table({name: _dictionary(table[name]) for name in table.column_names})
    pieces = pa.concat_tables([_encoded(table.slice(start, 130)) for start in range(0, 1_100, 130)])

    whole, cut = recommend_table(table), recommend_table(pieces)

    assert cut.equals(whole)
    assert max(len(chunk) for chunk in cut["outcome"].chunks) > 130


def _dictionary(column):
    return column.dictionary_encode() if pa.types.is_string(column.type) else column


def _encoded(table):
    """With dictionaries that hold only what is in this part."""
    return pa.table(
        {
            name: column.combine_chunks().dictionary_decode().dictionary_encode()
            if pa.types.is_dictionary((column := table[name]).type)
            else column
            for name in table.column_names
        }
    )


# When it is used

SCRIPT = """
import sys
import pyarrow as pa
{before}
from psoas_rules.cohort import loops, recommend_table, warm_up
table = pa.table({{"screen": ["clear", None] * 200, "signs.pain_now": [2, 5] * 200}})
made = recommend_table(table)
assert made["outcome"].to_pylist() == ["routine", "screening"] * 200
{after}
print("fine")
"""


@pytest.mark.parametrize(
    "before, after",
    [
        ("", 'assert "numba" not in sys.modules'),
        (
            "",
            (
                "loops.announce(loops.ENOUGH_ROWS); assert recommend_table(table).equals(made)\n"
                'assert "numba" in sys.modules'
            ),
        ),
        ("", "loops.decided(loops.ENOUGH_ROWS); assert loops.compiled()"),
        (
            (
                'import importlib.util as u; find = u.find_spec; u.find_spec = lambda n, *a: None if n == "numba" else '
                'find(n, *a); sys.modules["numba"] = None'
            ),
            "loops.announce(loops.ENOUGH_ROWS); assert recommend_table(table).equals(made); assert not warm_up()",
        ),
        (
            'import os; os.environ["NUMBA_DISABLE_JIT"] = "1"',
            "loops.announce(loops.ENOUGH_ROWS); assert recommend_table(table).equals(made); assert not warm_up()",
        ),
        ('sys.byteorder = "big"', "assert not warm_up()"),
    ],
    ids=["few rows do without", "many rows use it", "rows are counted", "without Numba", "told not to", "big-endian"],
)
def test_it_is_used_where_it_pays(before, after):
    script = SCRIPT.format(before=before, after=after)

    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("fine\n", "")


@pytest.mark.parametrize("library", ["pyarrow", "pandas", "polars", "in pieces", "a stream", "a column num_rows"])
def test_it_begins_with_a_large_table(library, monkeypatch):
    """Of whatever library. A stream does not tell how long it is, so there it begins after as many rows."""
    table = pa.table({"screen": ["clear", None] * 200, "signs.pain_now": [2, 5] * 200})
    asked = []
    monkeypatch.setattr(loops, "ENOUGH_ROWS", 400)
    monkeypatch.setattr(loops, "_rows", loops._Rows())
    monkeypatch.setattr(loops, "installed", lambda: bool(asked.append(loops._rows.decided)))
    monkeypatch.setattr("psoas_rules.cohort.running.MOST_ROWS", 300)
    frame = pytest.importorskip("polars" if library == "polars" else "pandas")
    given = {
        "pyarrow": lambda: table,
        "pandas": table.to_pandas,
        "polars": lambda: frame.from_arrow(table),
        "in pieces": lambda: pa.concat_tables([table.slice(0, 250), table.slice(250)]),
        "a stream": lambda: iter(table.to_batches(max_chunksize=200) * 3),
        "a column num_rows": lambda: table.append_column("num_rows", pa.array([7] * 400)).to_pandas(),
    }[library]()

    if library == "a stream":
        for _ in recommend_batches(given):
            assert bool(asked) == (loops._rows.decided >= 600)
        assert min(asked) == 400
    else:
        recommend_table(given, keep=["num_rows"] if "num_rows" in library else [])
        assert min(asked) == 0


def test_numba_that_cannot_be_used_is_told_once_and_done_without(tmp_path):
    """Such as one that is older than NumPy."""
    (tmp_path / "numba.py").write_text('raise ImportError("Numba needs NumPy 2.0 or less")\n')
    script = SCRIPT.format(
        before="", after="loops.announce(loops.ENOUGH_ROWS)\nfor _ in 1, 2: assert recommend_table(table).equals(made)"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)

    assert done.stdout == "fine\n"
    assert done.stderr.count("Numba is installed and cannot be used (Numba needs NumPy 2.0 or less)") == 1


def test_what_one_thread_fixes_no_other_notices():
    with loops.fixed(compiled=True), ThreadPoolExecutor(1) as pool:
        assert loops.compiled()
        assert not pool.submit(loops.compiled).result()


WARM = """
import os, sys
import pyarrow as pa
from pathlib import Path
from psoas_rules.cohort import loops, recommend_batches, recommend_table, warm_up

made = lambda: sorted(path.name for path in Path(os.environ["NUMBA_CACHE_DIR"]).rglob("*.nbc"))
assert made() == []
assert warm_up()
before = made()
assert not loops.compiled()
loops.announce(loops.ENOUGH_ROWS)
people = {"screen": ["clear", None] * 99, "signs.pain_now": [2, 5] * 99, "preferences.equipment": [["mat"], []] * 99}
recommend_table(pa.table(people), keep=["signs.pain_now"])
assert made() == before != []
print("fine")
"""


def test_code_can_be_made_beforehand(tmp_path):
    """Then the first large table has to make nothing."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, env=environment, check=False)

    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_without_a_folder_for_it_code_is_made_anew(monkeypatch):
    calls = []

    def njit(**settings):
        calls.append(settings)
        if settings:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", njit)

    assert compiled._compiled(len) is len
    assert calls == [{"cache": True}, {}]
