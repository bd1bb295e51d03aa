"""What can still come out: never said wrongly, tried on the built-in pack and, case by case, on the small one."""

import math
from itertools import product
from pathlib import Path

import attrs
import pytest
from drawn import intakes
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from test_small_packs import packs

from psoas_rules import Intake, Recommender, Referral, Routine, Screen, Screening, conditions, load_pack, loading
from psoas_rules.cells import values_of
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import IntakeError
from psoas_rules.facts import SECTIONS
from psoas_rules.pack import LEVELS, Evidence, Further, Item, Part
from psoas_rules.possibilities import Possibilities, essence
from psoas_rules.possibilities.worlds import EITHER, FAILS, HOLDS, OPEN, Judge, Span, Words
from psoas_rules.recommender import builtin

SMALL = Recommender(load_pack(Path(__file__).parent / "small_pack"), PlainEngine())
AHEAD = Possibilities(builtin())
CLEAR = Intake(screen=Screen.clear())


def questions(lexicon):
    """Everything that can be asked: section and key, with its facts."""
    return {
        (SECTIONS[spec.kind], spec.key): spec.facts()
        for kind in SECTIONS
        for spec in lexicon.named(kind).values()
        if lexicon.answerable(kind, spec.key) is spec
    }


ASKED = questions(builtin().lexicon)


def answers_of(intake):
    """The answers by section and key; an unknown one is an answer that says nothing."""
    found = {}
    for section, key in ASKED:
        given_there = attrs.asdict(intake.person) if section == "person" else getattr(intake, section)
        if given_there.get(key) is not None:
            found[section, key] = given_there[key]
    return found


def intake_with(answers, screen):
    data = {}
    for (section, key), value in answers.items():
        data.setdefault(section, {})[key] = value
    made = Intake.from_dict(data)
    return attrs.evolve(made, screen=screen)


def agrees(possible, outcome):
    """Whether nothing was ruled out that came out, and everything certain did."""
    assert outcome.kind in possible.kinds
    match outcome:
        case Routine():
            level, pattern, steps = outcome.triage, {outcome.profile.kind}, {step.exercise for step in outcome.steps}
        case Referral():
            level, pattern, steps = outcome.urgency, set(), set()
        case Screening():
            level, pattern, steps = None, set(), set()
    assert level is None or level in possible.levels.certain | possible.levels.possible
    assert possible.profiles.certain <= pattern
    assert pattern <= possible.profiles.certain | possible.profiles.possible
    assert possible.exercises.certain <= steps
    assert steps <= possible.exercises.certain | possible.exercises.possible
    return True


@st.composite
def half_told(draw):
    """A person who has told a part, what they may tell yet, and a few ways in which they could go on."""
    told = draw(intakes(screen=draw(st.sampled_from(("clear", "clear", "open", "any")))))
    others = draw(st.lists(intakes(), min_size=1, max_size=4))
    everything = answers_of(told)
    # A few open questions, or most of them.
    few = st.sets(st.sampled_from(sorted(ASKED)), max_size=6)
    left = draw(few | few.map(lambda kept: set(ASKED) - kept - set(everything)) | st.just(set(ASKED)))
    screen_open = draw(st.booleans()) if not told.screen.all_clear else False
    kept = {question: value for question, value in everything.items() if question not in left}
    screen = Screen() if screen_open else told.screen
    partial = intake_with(kept, screen)
    open_facts = {fact for question in left for fact in ASKED[question]}
    if screen_open:
        open_facts |= set(builtin().lexicon.required) - {f for q in kept for f in ASKED[q]}
    ways = []
    for other in (told, *others):
        more = {question: value for question, value in answers_of(other).items() if question in left}
        ways.append(intake_with({**kept, **more}, other.screen if screen_open else screen))
    return partial, frozenset(open_facts), ways


@given(half_told())
@settings(max_examples=120)
def test_nothing_comes_out_that_was_ruled_out_and_settled_outcomes_stay(person):
    partial, open_facts, ways = person
    try:
        facts = builtin().lexicon.facts(partial)
    except IntakeError:
        assume(False)
    possible = AHEAD.given(facts, open_facts)
    essences = set()
    for way in ways:
        try:
            outcome = builtin().recommend(way)
        except IntakeError:
            # Contradictory answers have no outcome.
            continue
        assert agrees(possible, outcome)
        essences.add(essence(outcome))
    if possible.settled:
        assert len(essences) <= 1
    event(f"settled: {possible.settled}, {sorted(possible.kinds)}")


@given(st.data())
@settings(max_examples=60)
def test_one_open_answer_leaves_a_settled_outcome_whatever_it_is(data):
    """All answers to one question, or to two, of the built-in pack, for people who have answered much else."""
    cells = cells_of(builtin())
    lexicon = builtin().lexicon
    told = data.draw(intakes(screen=data.draw(st.sampled_from(("clear", "clear", "any")))))
    asked = [one for one in sorted(ASKED) if all(fact in cells for fact in ASKED[one])]
    left = data.draw(st.lists(st.sampled_from(asked), min_size=1, max_size=2, unique=True))
    kept = {question: value for question, value in answers_of(told).items() if question not in left}
    open_facts = frozenset(fact for question in left for fact in ASKED[question])
    assume(math.prod(len(cells[fact]) for fact in open_facts) <= 300)
    try:
        facts = lexicon.facts(intake_with(kept, told.screen))
    except IntakeError:
        assume(False)
    possible = AHEAD.given(facts, open_facts)
    essences = set()
    for values in product(*(cells[fact] for fact in sorted(open_facts))):
        more = dict(zip(sorted(open_facts), values, strict=True))
        # Where nobody knows, the screen must not deny it in their place.
        way = {**answers_of(answer_for(lexicon, {f: "unknown" if v is None else v for f, v in more.items()})), **kept}
        try:
            outcome = builtin().recommend(intake_with(way, told.screen))
        except IntakeError:
            continue
        assert agrees(possible, outcome)
        essences.add(essence(outcome))
    assert len(essences) == 1 or not possible.settled
    event("settled, and said so" if possible.settled else "settled, not said" if len(essences) == 1 else "not settled")


# Case by case, on small packs


def cells_of(recommender):
    """For each fact that can be asked, a value for each cell that the pack can tell apart, and nobody knows."""
    lexicon = recommender.lexicon
    compared = {}
    book = loading.rulebook_of(recommender.pack)
    read = [
        *(rule.when for rule in book.rules),
        *book.offers.values(),
        *(one for uses in book.uses.values() for one in uses),
    ]
    for condition in read:
        for test in conditions.tests(condition):
            if test.op != "answered":
                compared.setdefault(test.fact, []).append(test.value)
    return {
        fact: (None, *values_of(lexicon.spec(fact), compared.get(fact, ())))
        for facts in questions(lexicon).values()
        for fact in facts
        if lexicon.spec(fact).answer not in ("many", "names")
    }


def answer_for(lexicon, facts):
    """The intake with these facts."""
    data = {}
    for fact, value in facts.items():
        spec = lexicon.spec(fact)
        there = data.setdefault(SECTIONS[spec.kind], {})
        if fact == spec.name:
            there[spec.key] = value
        else:
            there.setdefault(spec.key, {})[fact.rpartition(".")[2]] = value
    return Intake.from_dict(data)


@st.composite
def small_people(draw, recommender):
    """A person of a small pack: what is known, and at most four facts that are open, with all that they can be."""
    cells = cells_of(recommender)
    open_facts = draw(st.sets(st.sampled_from(sorted(cells)), min_size=1, max_size=4))
    facts = dict.fromkeys(recommender.lexicon.required, False) if draw(st.integers(0, 3)) else {}
    for fact in draw(st.sets(st.sampled_from(sorted(cells)), max_size=6)):
        value = draw(st.sampled_from(cells[fact]))
        facts.pop(fact, None)
        if value is not None:
            facts[fact] = value
    facts = {fact: value for fact, value in facts.items() if fact not in open_facts}
    assume(math.prod(len(cells[fact]) for fact in open_facts) <= 400)
    return facts, frozenset(open_facts), {fact: cells[fact] for fact in open_facts}


def every_way(recommender, facts, cells):
    """The outcomes of all ways in which the open answers can go."""
    for values in product(*cells.values()):
        way = facts | {fact: value for fact, value in zip(cells, values, strict=True) if value is not None}
        try:
            yield recommender.recommend(answer_for(recommender.lexicon, way))
        except IntakeError:
            continue


def check_every_way(recommender, person):
    facts, open_facts, cells = person
    try:
        known = recommender.lexicon.facts(answer_for(recommender.lexicon, facts))
    except IntakeError:
        assume(False)
    possible = Possibilities(recommender).given(known, open_facts)
    outcomes = list(every_way(recommender, facts, cells))
    for outcome in outcomes:
        assert agrees(possible, outcome)
    alike = len({essence(outcome) for outcome in outcomes}) == 1
    assert alike or not possible.settled
    event("settled, and said so" if possible.settled else "settled, not said" if alike else "not settled")


@given(small_people(SMALL))
@settings(max_examples=120)
def test_settled_is_never_said_wrongly_over_all_answers_to_the_small_pack(person):
    check_every_way(SMALL, person)


@given(st.data())
@settings(max_examples=40)
def test_settled_is_never_said_wrongly_over_all_answers_to_packs_that_nobody_wrote(data):
    recommender = Recommender(data.draw(packs()), PlainEngine())
    check_every_way(recommender, data.draw(small_people(recommender)))


# What conditions can amount to


FACTS = {
    "sign.a": (None, True, False),
    "sign.b": (None, "one", "two", "three"),
    "measure.c": (None, 0, 2, 2.5, 3, 4),
    "detail.d": (None, True, False),
}
LEAVES = st.one_of(
    st.builds(conditions.Test, st.just("sign.a"), st.just("is"), st.booleans()),
    st.builds(conditions.Test, st.just("sign.b"), st.just("is"), st.sampled_from(("one", "two"))),
    st.builds(
        conditions.Test,
        st.just("measure.c"),
        st.sampled_from(("is", "at_least", "at_most", "above", "below")),
        st.sampled_from((2, 3)),
    ),
    st.builds(conditions.Test, st.just("detail.d"), st.just("is"), st.booleans(), st.just(True)),
    st.builds(conditions.Test, st.sampled_from(sorted(FACTS)), st.just("answered")),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda part: (
        st.builds(conditions.Not, part)
        | st.lists(part, min_size=1, max_size=3).map(conditions.All)
        | st.lists(part, min_size=1, max_size=3).map(conditions.Any)
    ),
    max_leaves=5,
)


@st.composite
def partly_known(draw):
    """A world, and every way in which it can turn out."""
    world, turns = {}, {}
    for fact, values in FACTS.items():
        known = [value for value in values if value is not None]
        match draw(st.sampled_from(("known", "unknown", "open", "between"))):
            case "known":
                turns[fact] = [draw(st.sampled_from(known))]
                world[fact] = turns[fact][0]
            case "unknown":
                turns[fact] = [None]
            case "between" if fact == "measure.c":
                low, high = sorted(draw(st.lists(st.sampled_from(known), min_size=2, max_size=2)))
                turns[fact] = [value for value in known if low <= value <= high]
                world[fact] = Span(low, high)
            case "between" if fact == "sign.b":
                turns[fact] = draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
                world[fact] = Words(frozenset(turns[fact]))
            case _:
                turns[fact] = list(values)
                world[fact] = OPEN
    ways = [
        {fact: value for fact, value in zip(turns, way, strict=True) if value is not None}
        for way in product(*turns.values())
    ]
    return world, ways


@given(CONDITIONS, partly_known())
@settings(max_examples=300)
def test_a_condition_amounts_to_nothing_that_was_not_said_possible(condition, partly):
    world, ways = partly
    state = Judge.of(condition).state(world)

    for way in ways:
        assert state & (HOLDS if conditions.holds(condition, way) else FAILS)
    if state == EITHER:
        read = set(Judge.of(condition).undecided(world))
        assert read
        assert read <= set(world)


@pytest.mark.parametrize(
    ("test", "known", "state"),
    [
        (("is", True), True, HOLDS),
        (("is", True), False, FAILS),
        (("is", True), OPEN, EITHER),
        (("is", True), None, FAILS),
        (("answered", True), None, FAILS),
        (("answered", True), 3, HOLDS),
        (("answered", True), OPEN, EITHER),
        (("at_least", 3), Span(1, 2), FAILS),
        (("at_least", 3), Span(3, 5), HOLDS),
        (("at_least", 3), Span(2, 3), EITHER),
        (("is", 3), Span(2, 4), EITHER),
        (("is", 3), Span(4, 5), FAILS),
        (("is", 3), Span(3, 3), HOLDS),
        (("is", "one"), Words(frozenset({"one"})), HOLDS),
        (("is", "one"), Words(frozenset({"two"})), FAILS),
        (("is", "one"), Words(frozenset({"one", "two"})), EITHER),
    ],
)
def test_a_test_of_what_is_partly_known(test, known, state):
    world = {} if known is None else {"fact": known}
    opposite = {HOLDS: FAILS, FAILS: HOLDS, EITHER: EITHER}[state]
    one = conditions.Test("fact", *test)

    assert Judge.of(one).state(world) == state
    if known is not None or test[0] == "answered":
        assert Judge.of(conditions.Not(one)).state(world) == opposite


def test_what_nobody_will_answer_counts_for_neither_side():
    one = conditions.Test("fact", "is", True)

    assert Judge.of(one).state({}) == Judge.of(conditions.Not(one)).state({}) == FAILS
    feared = attrs.evolve(one, when_unknown=True)
    assert Judge.of(feared).state({}) == Judge.of(conditions.Not(feared)).state({}) == HOLDS


# More answers only ever narrow what is possible


@given(half_told(), st.data())
@settings(max_examples=60)
def test_an_answer_opens_nothing_that_was_ruled_out(person, data):
    partial, open_facts, ways = person
    lexicon = builtin().lexicon
    asked = [question for question, facts in ASKED.items() if set(facts) <= open_facts]
    assume(asked)
    question = data.draw(st.sampled_from(sorted(asked)))
    way = data.draw(st.sampled_from(ways))
    value = answers_of(way).get(question)
    told = answers_of(partial) | ({} if value is None else {question: value})
    try:
        before = AHEAD.given(lexicon.facts(partial), open_facts)
        after = AHEAD.given(lexicon.facts(intake_with(told, partial.screen)), open_facts - set(ASKED[question]))
    except IntakeError:
        assume(False)
    assert after.kinds <= before.kinds
    assert after.settled or not before.settled
    for one, other in ((before.profiles, after.profiles), (before.exercises, after.exercises)):
        assert one.ruled_out <= other.ruled_out
        assert one.certain <= other.certain
    if value is not None:
        # Somebody who is not sure of a danger gets a list of what is open, and then each open question matters.
        assert after.matters <= before.matters


# What the person is told


def test_nothing_asked_means_nothing_ruled_out():
    everything = frozenset(fact for facts in ASKED.values() for fact in facts)
    possible = AHEAD.given({}, everything)

    assert possible.kinds == {"routine", "referral", "screening"}
    assert possible.levels.possible == set(LEVELS)
    assert not possible.settled
    assert not possible.exercises.ruled_out


def test_an_emergency_is_settled_whatever_else_is_open():
    lexicon = builtin().lexicon
    facts = lexicon.facts(Intake(red_flags={"saddle_or_bladder_bowel": True}))
    everything = frozenset(fact for facts in ASKED.values() for fact in facts) - set(facts)
    possible = AHEAD.given(facts, everything)

    assert possible.settled
    assert possible.kinds == {"referral"}
    assert possible.levels.certain == {"emergency"}
    assert possible.exercises.possible == frozenset()


def test_a_settled_routine_names_its_exercises():
    routine = builtin().recommend(CLEAR)
    possible = AHEAD.given(builtin().lexicon.facts(CLEAR), frozenset())

    assert possible.settled
    assert possible.profiles.certain == {routine.profile.kind}
    assert possible.exercises.certain == {step.exercise for step in routine.steps}


def test_an_open_question_tells_the_rules_that_hang_on_it():
    possible = AHEAD.given(builtin().lexicon.facts(CLEAR), frozenset({"sign.pain_now"}))

    assert possible.matters == {"sign.pain_now"}
    assert "triage.severe_pain_needs_assessment" in possible.decides["sign.pain_now"]


def test_a_condition_that_brings_a_question_with_it_matters_for_a_screening():
    """A detail is only asked of somebody with the condition, so the list of open questions hangs on it."""
    further = Further(id="worse", when={"detail": "worse", "is": "yes"}, clearance="block")
    worse = Part(ask="Is it worse?", answer="yes_no")
    rows = tuple(
        attrs.evolve(row, details={"worse": worse}, further=(further,)) if row.id == "common_cold" else row
        for row in SMALL.pack.conditions
    )
    recommender = Recommender(attrs.evolve(SMALL.pack, conditions=rows), PlainEngine())
    possible = Possibilities(recommender).given({}, frozenset({"condition.common_cold"}))

    assert possible.kinds == {"screening"}
    assert not possible.settled
    assert possible.matters == {"condition.common_cold"}


def test_a_sign_and_a_measure_of_one_id_are_weighed_apart():
    """What is only reported is capped, and what is measured is not; together they would be called settled too early."""
    pack = SMALL.pack
    measure = next(one for one in pack.measures if one.id == "balance_time")
    points = Evidence(when={"measure": "balance_time", "at_least": 1}, points={"tight": -8})
    told = Evidence(when={"sign": "balance_time", "is": "yes"}, points={"tight": 10})
    sign = Item(id="balance_time", label="Balance", ask="Balance?", answer="yes_no", evidence=(told,))
    measures = tuple(attrs.evolve(one, evidence=(points,)) if one is measure else one for one in pack.measures)
    recommender = Recommender(attrs.evolve(pack, signs=(*pack.signs, sign), measures=measures), PlainEngine())
    known = dict.fromkeys(recommender.lexicon.required, False) | {"sign.balance_time": True}
    outcomes = [
        recommender.recommend(answer_for(recommender.lexicon, known | more))
        for more in ({}, {"measure.balance_time": 20})
    ]
    possible = Possibilities(recommender).given(known, frozenset({"measure.balance_time"}))

    assert all(agrees(possible, outcome) for outcome in outcomes)
    assert possible.pull == {"measure.balance_time": 800}
    assert len({outcome.profile.kind for outcome in outcomes}) == 2
    assert len({essence(outcome) for outcome in outcomes}) == 1 or not possible.settled
