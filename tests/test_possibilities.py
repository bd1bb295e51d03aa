"""What can still come out: never said wrongly, tried on the built-in pack and, case by case, on the small one."""

import math
from itertools import product
from pathlib import Path

import attrs
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from test_small_packs import packs

from psoas_rules import Intake, Recommender, Referral, Routine, Screen, Screening, conditions, load_pack, loading
from psoas_rules.cells import values_of
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import IntakeError
from psoas_rules.lexicon import SECTIONS
from psoas_rules.possibilities import Possibilities, essence
from psoas_rules.recommender import builtin
from psoas_rules.testing import intakes

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
