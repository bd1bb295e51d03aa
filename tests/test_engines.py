"""Both engines answer one question the same way, and a failing engine is an error, never an answer."""

import json
import multiprocessing
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import HAS_DURABLE, needs_durable
from hypothesis import given
from hypothesis import strategies as st

from psoas_rules import Intake, Recommender, Routine, Screen
from psoas_rules.conditions import ALWAYS, All, Any, Not, alternatives, facts_read, holds
from psoas_rules.conditions import Test as Leaf  # under its own name pytest would collect it
from psoas_rules.engines import PlainEngine, default_engine, memo
from psoas_rules.engines.memo import MemoProgram
from psoas_rules.errors import EngineError

if HAS_DURABLE:
    from psoas_rules.engines import durable
    from psoas_rules.engines.durable import DurableEngine

THRESHOLDS = (-3, -1.5, 0, 0.001, 1, 2, 2.95, 7, 1_000_000)
NUMBERS = (*THRESHOLDS, -1.499, -0.001, 2.951, 999_999.999, 10**9)
KINDS = {"a": "flag", "b": "flag", "c": "number", "d": "number", "e": "word", "f": "number", "g": "word"}


def a_test():
    def build(fact, unknown):
        match KINDS[fact]:
            case "flag":
                compared = st.builds(Leaf, st.just(fact), st.just("is"), st.booleans(), unknown)
            case "word":
                compared = st.builds(Leaf, st.just(fact), st.just("is"), st.sampled_from("uvw"), unknown)
            case _:
                ops = st.sampled_from(("is", "at_least", "at_most", "above", "below"))
                compared = st.builds(Leaf, st.just(fact), ops, st.sampled_from(THRESHOLDS), unknown)
        return compared | st.just(Leaf(fact, "answered"))

    return st.sampled_from(sorted(KINDS)).flatmap(lambda fact: build(fact, st.booleans()))


CONDITION = st.recursive(
    a_test(),
    lambda part: (
        st.builds(Not, part) | st.builds(All, st.lists(part, max_size=3)) | st.builds(Any, st.lists(part, max_size=3))
    ),
    max_leaves=6,
)
VALUES = {"flag": st.booleans(), "number": st.sampled_from(NUMBERS), "word": st.sampled_from("uvwx")}
FACTS = st.fixed_dictionaries({}, optional={fact: VALUES[kind] for fact, kind in KINDS.items()})


USUAL = st.dictionaries(st.sampled_from("ab"), st.booleans())


def small_enough(condition):
    try:
        alternatives(condition)
    except ValueError:
        return False
    return True


@needs_durable
@given(conditions=st.lists(CONDITION.filter(small_enough), max_size=80), facts=st.lists(FACTS, min_size=1, max_size=5))
def test_both_engines_fire_the_same_rules(conditions, facts):
    """For any conditions and any facts, known or not."""
    one, other = DurableEngine().compile(conditions), PlainEngine().compile(conditions)

    for known in facts:
        assert one.fired(known) == other.fired(known)


@given(
    conditions=st.lists(CONDITION, max_size=40),
    usual=USUAL,
    facts=st.lists(FACTS, min_size=1, max_size=12),
    data=st.data(),
)
def test_remembering_changes_no_answer(conditions, usual, facts, data):
    """With a memory before it, whatever it has seen and whatever counts as usual, a program answers the same."""
    program = PlainEngine().compile(conditions)
    remembering = MemoProgram(program, conditions, usual)

    for known in data.draw(st.permutations(facts * 2)):
        assert remembering.fired(known) == program.fired(known)
    assert pickle.loads(pickle.dumps(remembering)).fired(facts[0]) == program.fired(facts[0])


@pytest.mark.parametrize("order", [1, -1])
def test_one_is_a_threshold_even_where_yes_is_compared_too(order):
    """To Python, 1 equals yes; a fact that is also asked whether it was answered still has its threshold at 1."""
    conditions = [Leaf("c", "answered"), Leaf("c", "at_least", 1), Leaf("c", "above", 0), Leaf("c", "is", False)][
        ::order
    ]
    program = PlainEngine().compile(conditions)
    remembering = MemoProgram(program, conditions, {})

    for number in (0, 0.5, 1, 1.5, -1):
        assert remembering.fired({"c": number}) == program.fired({"c": number})


def test_what_is_remembered_is_bounded(monkeypatch):
    """A group that has learnt too much starts afresh, and still answers right."""
    monkeypatch.setattr(memo, "MOST_ENTRIES", 3)
    conditions = [Leaf("c", "at_least", number) for number in range(20)]
    program = MemoProgram(PlainEngine().compile(conditions), conditions, {})

    for number in (*range(20), *range(20)):
        assert program.fired({"c": number}) == tuple(range(number + 1))
        assert len(program._groups[0].known) <= 3


def test_a_failed_run_is_not_remembered():
    """What went wrong once is asked again."""

    class Once:
        fails = False

        def fired(self, facts):
            if self.fails:
                raise EngineError("broken")
            return (0,) if facts.get("a") else ()

    once = Once()
    program = MemoProgram(once, [Leaf("a", "is", True)], {})
    assert program.fired({}) == ()
    once.fails = True
    with pytest.raises(EngineError):
        program.fired({"a": True})
    once.fails = False

    assert program.fired({"a": True}) == (0,)


def test_the_engine_is_asked_once_for_the_same_cells():
    """Two values in one cell are one question."""
    conditions = [Leaf("c", "at_least", 5), Leaf("c", "above", 7)]
    asked = []

    class Counting:
        def fired(self, facts):
            asked.append(dict(facts))
            return PlainEngine().compile(conditions).fired(facts)

    program = MemoProgram(Counting(), conditions, {})
    for number in (5.5, 6, 6.9, 5.5):
        assert program.fired({"c": number}) == (0,)

    assert asked == [{}, {"c": 5.5}]


@given(condition=CONDITION, facts=FACTS)
def test_alternatives_mean_the_same_as_the_condition(condition, facts):
    """A condition holds exactly when all tests of one of its alternatives do."""
    if not small_enough(condition):
        return
    expanded = Any([All([Not(test) if negated else test for test, negated in one]) for one in alternatives(condition)])

    assert holds(expanded, facts) == holds(condition, facts)


@given(condition=CONDITION, facts=FACTS, other=FACTS)
def test_a_condition_reads_only_the_facts_it_names(condition, facts, other):
    """Changing any other fact changes nothing."""
    read = facts_read(condition)
    changed = {**{k: v for k, v in other.items() if k not in read}, **{k: v for k, v in facts.items() if k in read}}

    assert holds(condition, changed) == holds(condition, facts)


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (Leaf("a", "is", True), {}, False),
        (Not(Leaf("a", "is", True)), {}, False),
        (Not(Leaf("a", "is", True)), {"a": False}, True),
        (Leaf("a", "is", True, when_unknown=True), {}, True),
        (Not(Leaf("a", "is", True, when_unknown=True)), {}, True),
        (Not(Leaf("a", "answered")), {}, True),
        (Leaf("c", "above", 5), {"c": 5}, False),
        (Leaf("c", "at_least", 5), {"c": 5}, True),
        (Leaf("c", "is", 1), {"c": True}, False),
        (Leaf("a", "is", True), {"a": 1}, False),
        (All(()), {}, True),
        (Any(()), {}, False),
        (ALWAYS, {"a": True}, True),
    ],
    ids=repr,
)
def test_what_conditions_mean(condition, facts, expected):
    assert holds(condition, facts) is expected


def test_a_condition_with_too_many_alternatives_is_refused():
    pairs = [Any([Leaf(f"x{i}", "is", True), Leaf(f"y{i}", "is", True)]) for i in range(7)]

    with pytest.raises(ValueError, match="more than 64 alternatives"):
        alternatives(All(pairs))


def test_each_answer_that_may_be_open_counts_as_two_alternatives():
    """Silence satisfies it too, and an engine has to match both."""
    afraid = [Leaf(f"x{i}", "is", True, when_unknown=True) for i in range(7)]

    assert len(alternatives(All(afraid[:6]))) == 64
    with pytest.raises(ValueError, match="more than 64 alternatives"):
        alternatives(All(afraid))


@needs_durable
@pytest.mark.parametrize("each", [1, 24])
def test_rules_may_read_more_facts_than_one_fact_of_the_matcher_has_room_for(each):
    """The matcher refuses a fact of more than 252 properties."""
    conditions = [All([Leaf(f"x{i}_{j}", "is", True) for j in range(each)]) for i in range(300)]
    facts = {f"x{i}_{j}": True for i in range(300) for j in range(each)}
    program = DurableEngine().compile(conditions)

    assert program.fired(facts) == tuple(range(300))
    assert program.fired({**facts, "x7_0": False}) == tuple(i for i in range(300) if i != 7)
    assert max(len(chunk.read) for chunk in program._chunks) <= durable.MOST_FACTS


@needs_durable
def test_a_condition_that_alone_reads_too_many_facts_is_refused():
    with pytest.raises(EngineError, match="reads 201 facts at once"):
        DurableEngine().compile([All([Leaf(f"x{i}", "is", True) for i in range(201)])])


def test_the_default_engine_is_durable_rules_where_it_is_installed():
    assert default_engine().name == ("durable-rules" if HAS_DURABLE else "plain")


@needs_durable
def test_facts_whose_hashes_collide_are_refused(monkeypatch):
    """Two colliding names would answer for each other, so such a program is never made."""
    monkeypatch.setattr(durable, "fnv1a", len)

    with pytest.raises(EngineError, match="same 32-bit hash"):
        DurableEngine().compile([All([Leaf("a", "is", True), Leaf("b", "is", True)])])


@needs_durable
def test_the_hash_is_the_one_of_the_matcher():
    """Published FNV-1a values."""
    assert durable.fnv1a("") == 0x811C9DC5
    assert durable.fnv1a("a") == 0xE40C292C
    assert durable.fnv1a("foobar") == 0xBF9CF968


class Faulty:
    """The matcher, failing at its n-th call."""

    def __init__(self, real, fail_at, fault):
        self.real, self.calls, self.fail_at, self.fault = real, 0, fail_at, fault

    def __getattr__(self, name):
        def call(*args):
            self.calls += 1
            if self.calls == self.fail_at:
                return self.fault(name)
            return getattr(self.real, name)(*args)

        return call


def broken(name):
    raise RuntimeError(f"{name} broke")


def silent(name):
    return {"assert_fact": (0, 0), "start_action_for_state": None, "complete_and_start_action": None}.get(name)


CLEAR = Intake(signs={"low_back_pain_stiffness": 5, "leg_lift_difficulty": True}, screen=Screen.clear())


@needs_durable
@pytest.mark.parametrize("fault", [broken, silent])
@pytest.mark.parametrize("fail_at", [1, 2, 3, 5, 8, 13, 40, 90])
def test_a_fault_in_the_matcher_is_an_error_and_never_a_routine(monkeypatch, pack, fail_at, fault):
    """Whatever call fails, no wrong outcome comes out, and the next request is answered."""
    recommender = Recommender(pack, remember=False)
    expected = recommender.recommend(CLEAR)
    real = durable.matcher
    monkeypatch.setattr(durable, "matcher", Faulty(real, fail_at, fault))

    assert outcome_or_error(recommender) in (expected, EngineError)
    monkeypatch.setattr(durable, "matcher", real)
    assert recommender.recommend(CLEAR) == expected


@needs_durable
def test_an_action_that_was_left_open_harms_no_later_run(monkeypatch):
    """A matcher that ends a run before its time, unnoticed, is asked anew as soon as it shows."""
    program = DurableEngine().compile([Leaf("a", "is", True)])
    assert program.fired({}) == ()
    real = durable.matcher
    monkeypatch.setattr(durable, "matcher", Faulty(real, 3, silent))
    assert program.fired({}) == ()
    monkeypatch.setattr(durable, "matcher", real)

    assert program.fired({"a": True}) == (0,)
    assert program.fired({"a": True}) == (0,)


def outcome_or_error(recommender):
    try:
        return recommender.recommend(CLEAR)
    except EngineError:
        return EngineError


@needs_durable
def test_a_silent_matcher_is_noticed(monkeypatch):
    """Nothing fired is an answer only if the heartbeat was heard."""
    program = DurableEngine().compile([Leaf("a", "is", True)])
    assert program.fired({"a": True}) == (0,)
    real = durable.matcher

    class Deaf:
        def __getattr__(self, name):
            return (lambda *_: None) if name == "start_action_for_state" else getattr(real, name)

    monkeypatch.setattr(durable, "matcher", Deaf())

    with pytest.raises(EngineError, match="heartbeat"):
        program.fired({"a": True})


@needs_durable
def test_an_interrupt_leaves_nothing_behind(monkeypatch, pack):
    """Ctrl-C in the middle of a run goes through, and the next run is right."""
    recommender = Recommender(pack, remember=False)
    expected = recommender.recommend(CLEAR)
    real = durable.matcher

    def interrupt(_):
        raise KeyboardInterrupt

    for fail_at in range(1, 60, 7):
        monkeypatch.setattr(durable, "matcher", Faulty(real, fail_at, interrupt))
        with pytest.raises(KeyboardInterrupt):
            recommender.recommend(CLEAR)
        monkeypatch.setattr(durable, "matcher", real)

        assert recommender.recommend(CLEAR) == expected


class Interrupted:
    """The matcher, with something else that happens before its n-th call."""

    def __init__(self, real, at, happens):
        self.real, self.calls, self.at, self.happens = real, 0, at, happens

    def __getattr__(self, name):
        def call(*args):
            self.calls += 1
            if self.calls == self.at:
                self.happens()
            return getattr(self.real, name)(*args)

        return call


@needs_durable
@pytest.mark.parametrize("at", [1, 2, 3, 5, 8, 13])
def test_a_run_inside_a_run_is_right_and_so_is_the_outer_one(monkeypatch, at):
    """A signal handler may ask the same program while it is at work, at any of its calls."""
    program = DurableEngine().compile([Leaf(f"x{i}", "is", True) for i in range(150)])
    outer, inner = {"x3": True, "x70": True, "x140": True}, {"x4": True, "x70": True}
    program.fired({})
    nested = []
    monkeypatch.setattr(
        durable, "matcher", Interrupted(durable.matcher, at, lambda: nested.append(program.fired(inner)))
    )

    assert program.fired(outer) == (3, 70, 140)
    assert nested == [(4, 70)]
    assert program.fired(inner) == (4, 70)


INTAKES = tuple(
    Intake(
        signs={"low_back_pain_stiffness": pain, "leg_lift_difficulty": lift},
        conditions={"hernia": hernia},
        screen=Screen.clear(),
    )
    for pain in range(11)
    for lift in (True, False, None)
    for hernia in (True, False)
)


def as_json(recommender):
    return [json.dumps(recommender.recommend(intake).to_dict()) for intake in INTAKES]


def test_threads_share_a_recommender(recommender):
    """Eight threads get what one gets."""
    expected = as_json(recommender)
    start = threading.Barrier(8)

    def work(_):
        start.wait()
        return as_json(recommender)

    with ThreadPoolExecutor(8) as pool:
        assert all(result == expected for result in pool.map(work, range(8)))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_share_a_recommender(recommender, method):
    """A recommender goes to a forked or spawned process and decides the same there."""
    expected = as_json(recommender)
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.apply(as_json, (recommender,)) == expected


def test_a_recommender_can_be_pickled(recommender):
    copy = pickle.loads(pickle.dumps(recommender))

    assert copy.engine == recommender.engine
    assert as_json(copy) == as_json(recommender)


def test_the_outcome_names_the_engine(recommender, plain):
    assert recommender.recommend(CLEAR).engine == recommender.engine
    assert plain.recommend(CLEAR).engine == "plain"
    assert isinstance(plain.recommend(CLEAR), Routine)
