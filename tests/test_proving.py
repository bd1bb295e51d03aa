"""Proofs: what must never be cannot be, planted defects are refuted, and the formulas say what the library does."""

import json
import os
from itertools import islice
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from conftest import needs_durable
from drawn import intakes
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import book_of, changed, defects, stated

from psoas_rules import Intake, Recommender, Routine, load_pack
from psoas_rules.casebook import read_cases, run_case
from psoas_rules.cli.app import app
from psoas_rules.conditions import All, Any, Not, holds
from psoas_rules.conditions import Test as Leaf
from psoas_rules.conditions import tests as leaves
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import IntakeError, PackError
from psoas_rules.loading import rulebook_of
from psoas_rules.pack import PHASES
from psoas_rules.proving import (
    GENERAL,
    Answers,
    Asker,
    EncodingError,
    World,
    parse_invariants,
    prove,
    read_invariants,
)
from psoas_rules.proving.answers import intake_data
from psoas_rules.proving.judging import Judge
from psoas_rules.proving.placing import Placing
from psoas_rules.proving.replaying import Library, Reader, differences
from psoas_rules.proving.values import FALSE, Number, Share, every, no, share_below

SMALL = Path(__file__).parent / "small_pack"
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


@pytest.fixture(scope="module")
def book(pack):
    return rulebook_of(pack)


@pytest.fixture(scope="module")
def world(book):
    return World(book)


@pytest.fixture(scope="module")
def both(book, world):
    """What reads the formulas, and the library."""
    return Reader(world), Library(book)


# What is proved


def test_the_built_in_pack_is_proved(pack, book):
    """Every invariant of the built-in pack holds for all answers, and nothing was left undecided."""
    proof = prove(book, read_invariants(book))

    assert {result.id: result.verdict for result in proof.results if result.verdict != "proved"} == {}
    assert proof.proved
    assert proof.version == pack.info.version
    assert all(result.claims for result in proof.results)
    # A gap that is accepted and not there any more would be a reason that nobody needs.
    assert [f.claim for r in proof.results for f in r.findings if f.kind == "note" and "accepted gap" in f.says] == []


def test_a_pack_that_states_nothing_keeps_to_what_is_general():
    """Without a list of its own, a pack is held to what needs none."""
    proof = prove(SMALL)

    assert [result.id for result in proof.results] == [one.id for one in GENERAL.invariants]
    assert not [result.id for result in proof.results if result.verdict == "undecided"]


def test_only_some_invariants_can_be_proved(book):
    """A name picks an invariant; a name that is not there is an error."""
    proof = prove(book, read_invariants(book), only=["time", "bands"])

    assert [result.id for result in proof.results] == ["time", "bands"]
    with pytest.raises(KeyError):
        prove(book, read_invariants(book), only=["tiem"])


def test_formulas_that_are_wrong_are_found_out(book, monkeypatch):
    """What was found is run again: where the formulas say something else than the library, that is told, not believed."""
    text = b"""
left_out:
  - {id: wrists, when: {condition: wrist_problem, is: yes}, properties: [wrist_load]}
invariants:
  - {id: movements, title: Wrists are spared, kind: movements_are_left_out}
"""
    monkeypatch.setattr(Placing, "left_out", lambda _self, _row: FALSE)
    result = prove(book, parse_invariants(book, text)).results[0]

    assert result.verdict == "undecided"
    assert result.findings[0].kind == "disagreement"
    assert "barred: the formulas say" in result.findings[0].why


def test_what_the_solver_does_not_finish_is_undecided(book, monkeypatch):
    """An answer that did not come in time is never taken for a proof."""
    monkeypatch.setattr(Asker, "witness", lambda _self, _goal: "unknown")
    monkeypatch.setattr(Asker, "holds", lambda _self, _goal, _given: False)
    proof = prove(book, read_invariants(book), only=["open_questions", "everything_can_happen"])

    assert [result.verdict for result in proof.results] == ["undecided", "undecided"]
    assert not proof.proved


# What is found


def test_a_counterexample_is_as_small_as_can_be(book):
    """For a lowered urgency one answer is enough, and the case names the level that is asked for."""
    patch = [{"file": "red_flags.yaml", "path": ["red_flags", "leg_clot", "urgency"], "set": "caution"}]
    broken = book_of(changed(patch))
    result = prove(broken, stated(broken), only=["dangers_are_told"], examples=1).results[0]
    finding = result.findings[0]

    assert finding.people[0].intake == {"screen": "clear", "red_flags": {"leg_clot": True}}
    assert finding.people[0].words == ("all other safety questions: no", "Newly swollen, painful or red leg: yes")
    assert finding.people[0].outcome.startswith("a routine, level caution")
    assert finding.case["expect"] == {"outcome": "referral", "triage": "same_day"}


def test_a_difference_names_two_people(book):
    """What an added condition loosens is shown by two people who differ in it alone."""
    defect = next(defect for defect in defects() if defect.name == "condition_raises_a_dose")
    broken = book_of(changed(defect.patch))
    result = prove(broken, stated(broken), only=["more_dangers"], examples=1).results[0]
    one, other = result.findings[0].people

    assert dict(other.facts.items() - one.facts.items()) == {"condition.osteoporosis": True}


def test_notes_do_not_keep_a_pack_from_being_proved(book):
    """What is only worth knowing, such as a second reason for the same caution, is told as a note."""
    result = prove(book, read_invariants(book), only=["no_covered_rule"]).results[0]
    notes = [finding.claim for finding in result.findings if finding.kind == "note"]

    assert result.verdict == "proved"
    assert "red_flag.chest_symptoms.with_leg_clot" in notes


# The formulas say what the library does


@settings(max_examples=2_000 if THOROUGH else 200)
@given(data=st.data())
def test_formulas_and_library_agree(data, pack, world, both):
    """For any answers: the same rules, level, profile, exclusions, barriers and doses, and no step that may not be."""
    reader, library = both
    intake = data.draw(intakes(pack, screen="clear") | intakes(pack))
    try:
        answers = library.book.lexicon.facts(intake)
    except IntakeError:
        return
    facts = {fact: value for fact, value in answers.items() if fact in world.answers.given}

    assert differences(reader.read(facts), library.observe(facts)) == ()


@settings(max_examples=2_000 if THOROUGH else 80)
@given(data=st.data())
def test_they_agree_about_a_small_pack_too(data):
    """The same for a pack about something else, with other tables."""
    reader, library = _small()
    intake = data.draw(intakes(library.book.pack))
    try:
        answers = library.book.lexicon.facts(intake)
    except IntakeError:
        return
    facts = {fact: value for fact, value in answers.items() if fact in Answers(library.book.lexicon).given}

    assert differences(reader.read(facts), library.observe(facts)) == ()


def _small(made=[]):  # noqa: B006 - made once for all examples
    if not made:
        book = rulebook_of(load_pack(SMALL))
        made.append((Reader(World(book)), Library(book)))
    return made[0]


def _edges(world):
    """Just under, at and over each threshold of each rule, with the rule firing and not; most have somebody there."""
    for rule, fires in zip(world.book.rules, world.fires, strict=True):
        for test in leaves(rule.when):
            counted = not isinstance(test.value, bool | str) and test.op != "answered"
            if counted and isinstance(world.answers.look(test.fact), Number | Share):
                yield from ((rule, test, steps, goal) for steps in (-1, 0, 1) for goal in (fires, no(fires)))


def _at_thresholds(world, every_so_many):
    """People whom the solver found there. Numbers without a factor in common with six come round to all of the six."""
    asker = Asker(world.answers)
    for rule, test, steps, goal in islice(_edges(world), 0, None, every_so_many):
        symbol = world.answers.look(test.fact)
        if isinstance(symbol, Number):
            there = symbol.value == round(test.value * symbol.scale) + steps
        else:
            edge = round(test.value * 1000) + steps
            there = every((symbol.reaches(edge), no(symbol.reaches(edge + 1))))
        model = asker.witness(every((symbol.known, there, goal)))
        if model is not None:
            yield rule, world.answers.facts(model)


def test_they_agree_at_every_threshold(world, both):
    """Where a threshold is met exactly, or missed by the smallest step, formulas and library decide the same."""
    reader, library = both
    people = list(_at_thresholds(world, 1 if THOROUGH else 11))

    assert len(people) > 80
    for rule, facts in people:
        assert differences(reader.read(facts), library.observe(facts)) == (), rule.id


@needs_durable
def test_the_engine_agrees_with_the_formulas(book, world, both):
    """durable-rules, which decides by default, fires the same rules for people at the thresholds."""
    from psoas_rules.engines.durable import DurableEngine

    library = Library(book, DurableEngine())
    people = list(_at_thresholds(world, 5 if THOROUGH else 37))

    assert len(people) > 20
    for rule, facts in people:
        assert differences(both[0].read(facts), library.observe(facts)) == (), rule.id


@given(
    this=st.integers(0, 300_000),
    other=st.integers(0, 300_000),
    steps=st.integers(-100_000, 100_000),
)
def test_a_share_is_rounded_as_the_lexicon_rounds_it(this, other, steps):
    """Whether a percentage reaches a thousandth is the same, at the ties of rounding as well."""
    from psoas_rules.proving.values import TRUE, _ties

    pairs = [(this, other)]
    if steps % 2 == 0:
        pairs += _ties(25_001, 0, 300_000)[:3]
    import z3

    for one, two in pairs:
        edge = steps if steps % 2 else 25_001
        share = Share(TRUE, z3.IntVal(one), z3.IntVal(two), 0, 300_000, 1000)
        said = z3.is_true(z3.simplify(share.reaches(edge)))

        assert said == (round(share_below(one / 1000, two / 1000) * 1000) >= edge)


@settings(max_examples=2_000 if THOROUGH else 200)
@given(data=st.data())
def test_answers_go_there_and_back(data, pack, book, world):
    """Facts become an intake that gives exactly these facts, and a model in which exactly they are known."""
    intake = data.draw(intakes(pack))
    try:
        answers = book.lexicon.facts(intake)
    except IntakeError:
        return
    facts = {fact: value for fact, value in answers.items() if fact in world.answers.given}
    again = book.lexicon.facts(Intake.from_dict(intake_data(book.lexicon, facts)))

    assert again == answers
    assert world.answers.facts(world.answers.model(facts)) == facts


# What is taken for granted about sessions


def _routine(data, pack, recommender, minutes):
    """The routine of anybody with so much time; None where there is none."""
    intake = data.draw(intakes(pack, screen="clear"))
    intake = attrs.evolve(intake, preferences={**intake.preferences, "minutes": minutes})
    try:
        outcome = recommender.recommend(intake)
    except IntakeError:
        return None, intake
    return (outcome if isinstance(outcome, Routine) else None), intake


@settings(max_examples=2_000 if THOROUGH else 80)
@given(data=st.data(), minutes=st.integers(5, 60))
def test_sessions_come_in_order_and_repeat_nothing(data, minutes, pack, recommender):
    """The steps follow the slots of the profile and the phases; no exercise stands in a session twice."""
    routine, _ = _routine(data, pack, recommender, minutes)
    if routine is None:
        return
    slots = [use.slot for use in pack.sessions.sessions[routine.profile.kind]]
    places = [slots.index(step.slot) for step in routine.steps]

    assert places == sorted(places)
    assert [PHASES.index(step.phase) for step in routine.steps] == sorted(PHASES.index(s.phase) for s in routine.steps)
    assert len({step.exercise for step in routine.steps}) == len(routine.steps)


@settings(max_examples=2_000 if THOROUGH else 80)
@given(data=st.data())
def test_an_empty_slot_says_why(data, pack, book, world, recommender):
    """A slot that is used, has candidates and can hold none of them is told with its reasons, time permitting."""
    routine, intake = _routine(data, pack, recommender, 60)
    if routine is None or any("enough time" in out.why for out in routine.left_out):
        return
    profile = routine.profile.kind
    answers = book.lexicon.facts(intake)
    model = world.answers.model({fact: value for fact, value in answers.items() if fact in world.answers.given})
    told = {out.slot for out in routine.left_out if out.exercise is None}
    for place, use in enumerate(pack.sessions.sessions[profile]):
        empty = str(model.eval(world.unserved(profile, place), model_completion=True)) == "True"
        if empty and use.candidates:
            assert use.slot in told
        if empty:
            assert use.slot not in {step.slot for step in routine.steps}


@settings(max_examples=2_000 if THOROUGH else 80)
@given(data=st.data(), minutes=st.integers(5, 30))
def test_slots_are_dropped_in_their_order_until_it_fits(data, minutes, pack, recommender):
    """With less time, slots go in the order of the table, and what is left fits."""
    whole, intake = _routine(data, pack, recommender, 60)
    if whole is None:
        return
    short = recommender.recommend(attrs.evolve(intake, preferences={**intake.preferences, "minutes": minutes}))
    order = pack.sessions.drop_order
    kept = {step.slot for step in short.steps}
    gone = {step.slot for step in whole.steps} - kept

    assert short.seconds <= minutes * 60
    assert all(order.index(one) < order.index(other) for one in gone for other in kept)


# What cannot be put into formulas, and what cannot be read


def test_what_cannot_be_exact_is_refused(pack):
    """A percentage of numbers without bounds has too many roundings to be exact; it is refused, not guessed."""
    measures = tuple(
        attrs.evolve(item, max=None) if item.id == "hand_held_dynamometer" else item for item in pack.measures
    )
    with pytest.raises(EncodingError, match="percentage"):
        World(rulebook_of(attrs.evolve(pack, measures=measures)))


def test_conditions_mean_what_the_specification_says():
    """Unknown facts, negation and `when_unknown` are read as `holds` reads them, for every value."""
    book = rulebook_of(load_pack(SMALL))
    world = World(book)
    fact = next(fact for fact, symbol in world.answers.given.items() if isinstance(symbol, Number) and "sign" in fact)
    trees = [
        Leaf(fact, "at_least", 4),
        Not(Leaf(fact, "at_least", 4)),
        Not(Leaf(fact, "above", 4, when_unknown=True)),
        Any((Leaf(fact, "is", 5), Not(Leaf(fact, "answered")))),
        All((Leaf(fact, "at_most", 7), Not(Any((Leaf(fact, "below", 3), Leaf(fact, "is", 6)))))),
        Not(All((Leaf(fact, "is", "text"), Leaf(fact, "is", value=True)))),
        All(()),
        Any(()),
    ]
    for facts in ({}, *({fact: value} for value in range(11))):
        model = world.answers.model(facts)
        for tree in trees:
            said = str(model.eval(world.answered(tree), model_completion=True)) == "True"
            assert said is holds(tree, facts), (tree, facts)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("invariants:\n  - {id: a, title: A, kind: tabels_are_kept}\n", "invariants.yaml:2:", "did you mean"),
        (
            "invariants:\n  - {id: a, title: A, kind: time_is_kept, slots: [x]}\n",
            "invariants.yaml:2:43",
            "says nothing",
        ),
        ("invariants:\n  - {id: a, title: A, kind: limits_are_kept}\n", "invariants.yaml:2:23", "needs the list"),
        (
            "invariants: []\nquestions:\n  - {questions: [red_flag.leg_clto]}\n",
            "invariants.yaml:3:18",
            "did you mean 'red_flag.leg_clot'",
        ),
        (
            "invariants: []\ndangers:\n  - {id: a, level: emergency, when: {red_flag: leg_clto, is: yes}}\n",
            "invariants.yaml:3:",
            "did you mean 'leg_clot'",
        ),
        (
            "invariants: []\nleft_out:\n  - {id: a, when: {condition: pregnancy, is: yes}, properties: [prone]}\n",
            "invariants.yaml:3:",
            "unknown property",
        ),
        (
            "invariants:\n  - {id: a, title: A, kind: bands_meet}\n  - {id: a, title: A, kind: bands_meet}\n",
            ":3:",
            "id",
        ),
        ("invariants: [", "invariants.yaml:", ""),
        ("", "invariants.yaml", "empty"),
    ],
)
def test_a_wrong_invariant_is_told_with_its_place(book, text, place, message):
    """Every problem of the file has its line and column, and says what to write."""
    with pytest.raises(PackError) as error:
        parse_invariants(book, text.encode())

    assert place in str(error.value)
    assert message in str(error.value)


def test_an_accepted_gap_that_is_gone_is_told(book):
    """A reason that nobody needs any more is noted, so that the list of gaps stays short."""
    text = b"""
invariants:
  - id: bands
    title: Bands meet
    kind: bands_meet
    accepted:
      - {name: old, because: It was so once., claims: [sign.no_such.gap]}
"""
    result = Judge(book, parse_invariants(book, text)).judge(parse_invariants(book, text).invariants[0])

    assert [finding.claim for finding in result.findings if finding.kind == "note"] == ["old"]


# The command


def _folder(tmp_path, patch):
    """A copy of the built-in pack with a defect, on disk."""
    folder = tmp_path / "pack"
    from psoas_rules.loading import INVARIANTS, find_builtin, find_data, read_data

    files = changed(patch)
    files.update((f, read_data(f, entry)) for f, entry in find_data(find_builtin()) if f == INVARIANTS)
    for file, content in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    return folder


def test_the_command_proves(tmp_path):
    """What is proved is listed, with what is accepted and what is taken for granted; the exit code is 0."""
    done = CliRunner().invoke(app, ["prove", "--only", "time", "--only", "bands"])

    assert done.exit_code == 0, done.output
    assert "proved     time " in done.stdout
    assert "accepted, ordinary_sitting" in done.stdout
    assert "all 2 invariants are proved for all answers" in done.stdout


def test_the_command_refutes_and_writes_cases_that_fail(tmp_path):
    """A counterexample is told in words and written as a case that fails in the pack and is read like any other."""
    patch = [{"file": "red_flags.yaml", "path": ["red_flags", "leg_clot", "urgency"], "set": "caution"}]
    folder = _folder(tmp_path, patch)
    words = ["prove", str(folder), "--only", "dangers_are_told", "--write-cases", str(folder / "cases")]
    done = CliRunner().invoke(app, words)

    assert done.exit_code == 1, done.output
    assert "Newly swollen, painful or red leg: yes" in done.stdout
    recommender = Recommender(load_pack(folder), PlainEngine(), remember=False)
    written = read_cases(folder)
    assert list(written) == [
        "cases/refuted_dangers_are_told.yaml: Newly swollen, painful or red leg: the level is same_day at least"
    ]
    assert all(run_case(recommender, place, case) is not None for place, case in written.values())
    assert all(run_case(Recommender(), place, case) is None for place, case in written.values())


def test_the_command_speaks_json(tmp_path):
    """The same for programs, with everything that was found as data."""
    patch = [{"file": "red_flags.yaml", "path": ["red_flags", "leg_clot", "urgency"], "set": "caution"}]
    done = CliRunner().invoke(app, ["prove", str(_folder(tmp_path, patch)), "--json", "--only", "no_steps_in_danger"])
    told = json.loads(done.stdout)

    assert done.exit_code == 1
    assert (told["command"], told["ok"]) == ("prove", False)
    assert told["results"][0]["verdict"] == "refuted"
    assert told["results"][0]["findings"][0]["case"]["intake"] == {"screen": "clear", "red_flags": {"leg_clot": True}}


def test_the_command_is_undecided_when_the_solver_is(monkeypatch):
    """An unknown counts as failure, with an exit code of its own."""
    monkeypatch.setattr(Asker, "witness", lambda _self, _goal: "unknown")
    done = CliRunner().invoke(app, ["prove", "--only", "open_questions"])

    assert done.exit_code == 3
    assert "undecided" in done.stdout


def test_the_command_refuses_what_it_cannot_read(tmp_path):
    """A wrong name is answered with the nearest; a broken list with its place."""
    wrong = CliRunner().invoke(app, ["prove", "--only", "tiem"])
    folder = _folder(tmp_path, [])
    (folder / "invariants.yaml").write_text("invariants:\n  - {id: a, title: A, kind: nothing}\n", "utf-8")
    broken = CliRunner().invoke(app, ["prove", str(folder)])

    assert wrong.exit_code == 2
    assert "did you mean 'time'" in wrong.output
    assert broken.exit_code == 1
    assert "invariants.yaml:2:" in broken.stdout


def test_the_command_says_what_to_install(monkeypatch):
    """Without the solver, one sentence says what to do."""
    import builtins
    import sys

    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "psoas_rules.proving":
            raise ModuleNotFoundError("no z3", name="z3")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "psoas_rules.proving")
    monkeypatch.setattr(builtins, "__import__", without)
    done = CliRunner().invoke(app, ["prove"])

    assert done.exit_code == 2
    assert "python -m pip install 'psoas-rules[prove]'" in done.output
