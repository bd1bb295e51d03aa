"""The interview asks what matters, dangers first, in any order of answers, and is settled only when it really is."""

import random
from itertools import groupby

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interview_people import NOT_SURE, SimulatedPerson, interviewed, questionnaire

from psoas_rules import Intake, Person, Recommender, Referral, Routine, Screen, Screening, load_pack
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import IntakeError
from psoas_rules.interviewing import Interview, Prompt, SelfTestGuide, UnknownPromptError
from psoas_rules.loading import find_builtin, read_folder, read_pack
from psoas_rules.pack import LEVELS
from psoas_rules.possibilities import essence
from psoas_rules.soundness import CHECKS
from psoas_rules.testing import answers as any_answer
from psoas_rules.testing import intakes

PACK = load_pack()
RECOMMENDER = Recommender(PACK, PlainEngine())
START = Interview.start(RECOMMENDER)
CATALOGUE = START._guide.catalogue
SINGLE = sorted(CATALOGUE.specs)

people = st.integers(0, 10**6).map(lambda seed: SimulatedPerson(PACK, seed))


def given_to(name):
    """Answers that a single question takes."""
    spec = CATALOGUE.specs[name]
    if spec.name == "person.age":
        return st.sampled_from((NOT_SURE, 10, 17, 18, 40, 64, 65, 80))
    answer = any_answer(spec).filter(lambda one: one != {})
    return answer.map(lambda one: NOT_SURE if one is None else one)


@st.composite
def some_answers(draw, most=12):
    names = draw(st.lists(st.sampled_from(SINGLE), unique=True, max_size=most))
    groups = draw(st.dictionaries(st.sampled_from(sorted(CATALOGUE.groups)), st.sampled_from((True, False, NOT_SURE))))
    return {**groups, **{name: draw(given_to(name)) for name in names}}


def denying(interview, **but):
    """The interview with all safety questions denied."""
    return interview.answer_all(dict.fromkeys(CATALOGUE.groups, False) | but)


def look(interview):
    """What can be seen of an interview, whatever way led to it."""
    return (
        dict(interview.answers),
        interview.intake,
        interview.possible(),
        interview.next_questions(),
        interview.open_questions(),
        interview.progress(),
    )


def on_page(interview):
    return {name for prompt in interview.next_questions() for name in (prompt.id, *(one.id for one in prompt.members))}


# The same answers make the same interview


@settings(max_examples=20)
@given(answers=some_answers(), draw=st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers, draw):
    """However they come, together or one by one, the same answers make the same interview."""
    shuffled = list(answers.items())
    draw.shuffle(shuffled)
    one_by_one = START
    for name, answer in shuffled:
        one_by_one = one_by_one.answer(name, answer)

    assert look(one_by_one) == look(START.answer_all(answers))


@settings(max_examples=20)
@given(answers=some_answers(), others=some_answers())
def test_an_answer_that_was_changed_leaves_no_trace(answers, others):
    changed = START.answer_all({**others, **answers})
    for name in others:
        if name not in answers:
            changed = changed.take_back(name) if name not in CATALOGUE.groups else _without(changed, name)

    assert look(changed) == look(START.answer_all(answers))


def _without(interview, group):
    """A group taken back, with the answers to its single questions given again."""
    kept = {name: interview.answers[name] for name in CATALOGUE.groups[group] if name in interview.answers}
    return interview.take_back(group).answer_all(kept)


@settings(max_examples=20)
@given(answers=some_answers())
def test_an_interview_never_changes(answers):
    before = dict(START.answers)
    START.answer_all(answers)

    assert dict(START.answers) == before == {}


def test_taking_back_a_group_takes_back_its_questions():
    group = "screen.unwell"
    whole = START.answer(group, ["red_flags.weight_loss"])
    assert whole.answers["red_flags.weight_loss"] is True
    assert whole.answers["red_flags.very_unwell"] is False

    assert dict(whole.take_back(group).answers) == {}


def test_an_interview_starts_from_what_is_known():
    intake = Intake(
        person=Person(34, "some"),
        signs={"pain_now": 2, "stand_up_stiffness": "not_sure", "hip_flexor_tightness_feeling": {"left": 3}},
        screen=Screen.clear(),
        preferences={"wants": ["Bird dog"]},
    )
    interview = Interview.start(RECOMMENDER, intake)

    assert RECOMMENDER.lexicon.facts(interview.intake) == RECOMMENDER.lexicon.facts(intake)
    assert interview.answers["signs.stand_up_stiffness"] == NOT_SURE
    assert not any(prompt.section == "screen" for prompt in interview.open_questions())


@settings(max_examples=20)
@given(intake=intakes(PACK))
def test_an_intake_that_is_taken_over_says_the_same(intake):
    """But for what follows a question that the same intake answers with no."""
    before = RECOMMENDER.lexicon.facts(intake)
    after = RECOMMENDER.lexicon.facts(Interview.start(RECOMMENDER, intake).intake)
    parts = {fact for name in CATALOGUE.parts for fact in CATALOGUE.facts[name]}

    assert after.items() <= before.items()
    assert set(before) - set(after) <= parts


def test_what_is_named_as_unknown_beside_a_no_stays_unknown():
    intake = Intake(conditions={"active_cancer_bone": None}, screen=Screen.clear())
    interview = Interview.start(RECOMMENDER, intake)

    assert interview.outcome() == RECOMMENDER.recommend(intake)
    assert isinstance(interview.outcome(), Screening)


# Dangers first


def test_dangers_come_first_the_most_urgent_before_the_others():
    interview, parts, urgencies = START, [], []
    while prompts := interview.next_questions():
        parts += [interview.progress().part] * len(prompts)
        urgencies += [prompt.urgency for prompt in prompts if prompt.section == "screen"]
        interview = interview.answer_all({one.id: _unremarkable(one) for one in prompts})

    # A safety question for the young hangs on the age, which comes with the questions about the person.
    assert [part for part, _ in groupby(parts)] == ["safety", "person", "safety", "signs", "tests", "wishes"]
    assert urgencies == sorted(urgencies, key=LEVELS.index, reverse=True)
    assert urgencies[0] == "emergency"
    assert interview.is_settled()
    assert isinstance(interview.outcome(), Routine)


def _unremarkable(prompt):
    """What somebody answers who has nothing to report."""
    if prompt.answer == "group":
        return False
    if prompt.id == "person.age":
        return 40
    return {
        "yes_no": False,
        "scale": 0,
        "number": max(prompt.minimum or 0, 20),
        "whole_number": prompt.maximum,
        "choice": list(prompt.options)[-1] if prompt.options else None,
        "many": list(prompt.options),
        "names": [],
    }[prompt.answer]


def test_an_emergency_ends_the_interview_at_once():
    interview = START.answer("screen.nerves", True).answer("red_flags.saddle_or_bladder_bowel", True)

    assert interview.is_settled()
    assert interview.next_questions() == ()
    assert interview.outcome().urgency == "emergency"


def test_a_yes_to_a_group_leads_to_which_of_its_questions():
    interview = START.answer("screen.nerves", True)
    (which,) = interview.next_questions()
    assert (which.id, which.answer, which.urgency) == ("which.nerves", "group", "emergency")
    assert tuple(one.id for one in which.members) == CATALOGUE.groups["screen.nerves"]

    new = interview.answer("which.nerves", ["red_flags.new_leg_weakness"])
    assert new.intake.red_flags["new_leg_weakness"] is True
    assert new.intake.red_flags["saddle_or_bladder_bowel"] is False
    assert new.outcome().urgency == "same_day" or isinstance(new.outcome(), Screening)
    # None of them after a yes to all of them is no denial: each is asked alone.
    alone = interview.answer("which.nerves", False)
    assert alone.answers == interview.answer("which.nerves", []).answers == {"screen.nerves": "not_sure"}
    assert {one.id for one in alone.next_questions()} < set(CATALOGUE.groups["screen.nerves"])


def test_who_is_not_sure_which_is_asked_each_alone_the_most_urgent_first():
    for unsure in (START.not_sure("screen.nerves"), START.answer("screen.nerves", True).not_sure("which.nerves")):
        (first,) = unsure.next_questions()

        assert first.id in CATALOGUE.groups["screen.nerves"]
        assert first.urgency == "emergency"


def test_an_answer_to_a_group_is_about_what_it_shows():
    """What was answered before, and what does not matter any more, is not touched."""
    known = denying(START).answer_all({"signs.stand_up_stiffness": True, "person.age": 40})
    group = known.prompt("together.stiffness")
    assert "signs.stand_up_stiffness" not in {one.id for one in group.members}
    answered = known.answer("together.stiffness", [])
    assert answered.answers["signs.stand_up_stiffness"] is True
    assert answered.answers["signs.lying_flat_discomfort"] is False

    changed = answered.answer("together.stiffness", ["signs.lying_flat_discomfort"])
    assert changed.answers["signs.lying_flat_discomfort"] is True
    assert changed.answers["signs.stand_up_stiffness"] is False


def test_what_was_reported_alone_outweighs_a_no_to_its_group():
    interview = denying(START).answer("red_flags.fever_with_hip_or_back", True)

    assert isinstance(interview.answer("screen.unwell", False).outcome(), Referral)


def test_follow_ups_come_only_for_what_was_reported():
    healthy = denying(START)
    assert not any(prompt.section in ("details", "clearances") for prompt in healthy.open_questions())

    pregnant = healthy.answer("conditions.pregnancy", True)
    with_heart_disease = healthy.answer("conditions.heart_disease", True)

    assert "details.weeks_pregnant" in {prompt.id for prompt in pregnant.open_questions()}
    assert pregnant.progress().part == "safety"
    assert "clearances.heart_disease" in {prompt.id for prompt in with_heart_disease.open_questions()}


# The person, and lies


def test_the_age_tells_what_follows_from_it():
    interview = denying(START, **{"conditions.age_65_plus": True}).answer("person.age", 30)

    assert interview.intake.conditions.get("age_65_plus") is None
    assert RECOMMENDER.lexicon.facts(interview.intake)["condition.age_65_plus"] is False


def test_who_does_not_tell_the_age_is_asked_what_follows_from_it():
    interview = START.answer("screen.age", True).not_sure("person.age")

    assert {"conditions.under_18", "conditions.age_65_plus"} <= {one.id for one in interview.open_questions()}


@settings(max_examples=10)
@given(person=people)
def test_who_turns_to_the_truth_at_the_end_gets_what_the_truth_gives(person):
    """Somebody denies every danger, is through, and then says how it is: it is as urgent as if said at once."""

    def liar(prompt):
        return False if prompt.section in ("screen", "red_flags", "conditions") else person(prompt)

    told, _ = interviewed(START, liar)
    truths = {prompt.id: person(prompt) for prompt in CATALOGUE.prompts.values() if prompt.section == "screen"}
    turned, _ = interviewed(told.answer_all(truths), person)
    honest, _ = interviewed(START, person)

    assert turned.is_settled()
    assert essence(turned.outcome()) == essence(questionnaire(turned, person).outcome())
    if isinstance(honest.outcome(), Referral):
        assert isinstance(turned.outcome(), Referral)
        assert LEVELS.index(turned.outcome().urgency) >= LEVELS.index(honest.outcome().urgency)


# Enough has been asked


@settings(max_examples=20)
@given(person=people)
def test_the_interview_comes_to_what_the_full_questionnaire_comes_to(person):
    interview, asked = interviewed(START, person)

    assert interview.is_settled()
    assert essence(interview.outcome()) == essence(questionnaire(START, person).outcome())
    assert len({prompt.id for prompt in asked}) == len(asked)


@settings(max_examples=20)
@given(person=people, data=st.data())
def test_once_settled_no_further_answer_changes_the_outcome(person, data):
    interview, _ = interviewed(START, person)
    settled = essence(interview.outcome())
    for _ in range(3):
        open_now = interview.open_questions()
        if not open_now:
            break
        chosen = data.draw(st.lists(st.sampled_from(open_now), unique=True, max_size=8))
        interview = interview.answer_all({one.id: data.draw(any_given(one)) for one in chosen})
        assert interview.is_settled()
        assert essence(interview.outcome()) == settled


def any_given(prompt):
    """Any answer to a prompt that can be asked."""
    if prompt.id in CATALOGUE.specs:
        return given_to(prompt.id)
    return st.sampled_from((True, False, NOT_SURE))


@settings(max_examples=20)
@given(data=st.data())
def test_every_path_of_answers_ends_settled(data):
    """Whatever somebody answers, there is always a next question until it is settled, and each is asked once."""
    interview, asked = START, []
    seed = data.draw(st.integers(0, 10**6))
    draw = random.Random(seed)
    while prompts := interview.next_questions():
        assert not interview.is_settled()
        asked += [prompt.id for prompt in prompts if prompt.answer != "group"]
        interview = interview.answer_all({prompt.id: _wild(prompt, draw) for prompt in prompts})

    assert interview.is_settled()
    assert len(set(asked)) == len(asked)


def _wild(prompt, draw):
    if draw.random() < 0.1:
        return NOT_SURE
    if prompt.answer == "group":
        return [one for one in prompt.options if draw.random() < 0.3]
    if prompt.section in ("screen", "red_flags", "conditions"):
        return draw.random() < 0.05
    match prompt.answer:
        case "yes_no":
            return draw.random() < 0.5
        case "choice":
            return draw.choice(list(prompt.options))
        case "many" | "names":
            return draw.sample(list(prompt.options), draw.randint(0, 5))
    high = 6 if prompt.answer == "scale" else prompt.maximum
    return draw.randint(int(prompt.minimum), int(high))


def test_who_is_never_sure_ends_with_open_safety_questions():
    interview, asked = interviewed(START, lambda _: NOT_SURE)

    assert interview.is_settled()
    assert isinstance(interview.outcome(), Screening)
    assert len({prompt.id for prompt in asked}) == len(asked)
    assert not any(prompt.section in ("tests", "measures") for prompt in asked)


@settings(max_examples=20)
@given(person=people)
def test_nothing_is_asked_that_does_not_matter(person):
    """Each question can still change the outcome, or leads to one that can."""
    interview = START
    while prompts := interview.next_questions():
        matters = {name for fact in interview.possible().matters for name in CATALOGUE.sets[fact]}
        gates = interview._state.gates
        leading = set(matters)
        while more := {gate for name in leading for gate in gates.get(name, ())} - leading:
            leading |= more
        for prompt in prompts:
            assert {prompt.id, *(one.id for one in prompt.members)} & leading
        interview = interview.answer_all({prompt.id: person(prompt) for prompt in prompts})


# Self-tests


def movements(interview):
    return [prompt for prompt in interview.open_questions() if prompt.id in CATALOGUE.movements]


def _case_facts(interview):
    """What is excluded now, as the outcome itself works it out."""
    from psoas_rules.loading import rulebook_of
    from psoas_rules.stages import TO_TRIAGE, Compiled, run, safety

    compiled = Compiled(rulebook_of(PACK), PlainEngine(), remember=False)
    facts = RECOMMENDER.lexicon.facts(interview.intake)
    case = run((*TO_TRIAGE, safety), compiled, compiled.case(facts))
    return case.level, {said.conclusion.subject for said in case.all("exclude_property")}


def ready_for_tests(**but):
    """Somebody without a condition who has answered all that comes before self-tests."""
    interview = denying(START)
    while prompts := interview.next_questions():
        if prompts[0].section in ("tests", "preferences", "wishes"):
            break
        interview = interview.answer_all({one.id: but.get(one.key, _unremarkable(one)) for one in prompts})
    return interview


WITH_TESTS = {"tests.offer": True, "preferences.equipment": list(PACK.vocabulary.equipment)}
READY = ready_for_tests()


conditions = st.lists(st.sampled_from([row.id for row in PACK.conditions if not row.from_age and not row.below_age]))


@settings(max_examples=60)
@given(reported=conditions, answers=some_answers(4))
def test_no_self_test_is_offered_that_a_condition_excludes(reported, answers):
    """Whatever is reported to somebody who is about to do tests, also by signs and with what a clinician agreed to."""
    told = {f"conditions.{name}": True for name in reported} | {f"clearances.{name}": True for name in reported}
    interview = READY.answer_all({**told, **answers, **WITH_TESTS})
    level, excluded = _case_facts(interview)
    for prompt in movements(interview):
        assert not excluded & set(CATALOGUE.movements[prompt.id]), prompt.id
        assert LEVELS.index(level) <= LEVELS.index("caution"), prompt.id


@pytest.mark.parametrize("row", [row for row in PACK.conditions if row.excludes.properties], ids=lambda row: row.id)
def test_a_condition_takes_out_the_tests_it_excludes(row):
    interview = READY.answer_all({f"conditions.{row.id}": True, f"clearances.{row.id}": True, **WITH_TESTS})
    free = {one.id for one in movements(READY.answer_all(WITH_TESTS))}
    forbidden = {name for name in free if set(CATALOGUE.movements[name]) & set(row.excludes.properties)}

    assert not forbidden & {one.id for one in movements(interview)}


@pytest.mark.parametrize("group", sorted(CATALOGUE.groups))
def test_no_self_test_is_offered_before_the_screen_is_clear(group):
    ready = READY.answer_all(WITH_TESTS)
    assert movements(ready)
    if group != "screen.age":
        assert not movements(ready.take_back(group))
        assert not movements(ready.not_sure(group))
    assert not movements(ready.not_sure(CATALOGUE.groups[group][0]))


def test_self_tests_are_offered_as_a_whole_and_can_be_declined():
    interview = ready_for_tests()
    (offer,) = interview.next_questions()
    assert offer.id == "tests.offer"
    assert not any(prompt.section == "measures" for prompt in interview.open_questions())

    (things,) = interview.answer("tests.offer", True).next_questions()
    assert things.id == "preferences.equipment"
    assert interview.answer("tests.offer", True).progress().part == "tests"
    (test,) = interview.answer_all({"tests.offer": True, things.id: list(things.options)}).next_questions()
    assert test.section == "measures"
    assert isinstance(test.self_test, SelfTestGuide)
    assert test.self_test.steps
    assert interview.prompt("measures.modified_thomas_angle").self_test.do_not_if

    declined = interview.answer("tests.offer", False)
    assert not any(prompt.section == "measures" for prompt in declined.open_questions())
    assert declined.progress().part == "wishes"


def test_a_pinch_keeps_the_thigh_from_being_pulled_up():
    free = ready_for_tests().answer_all(WITH_TESTS)
    pinched = ready_for_tests(groin_pinch_flexion=True).answer_all(WITH_TESTS)

    assert "measures.modified_thomas_angle" in {one.id for one in movements(free)}
    assert "measures.modified_thomas_angle" not in {one.id for one in movements(pinched)}
    assert movements(pinched)


def test_a_test_is_not_offered_without_what_it_needs():
    everything = [one for one in PACK.vocabulary.equipment if one != "bed"]
    interview = ready_for_tests().answer_all({"tests.offer": True, "preferences.equipment": everything})
    names = {one.id for one in movements(interview)}

    assert "measures.modified_thomas_angle" not in names
    assert "measures.seated_hip_flexion_hold" in names


def test_a_question_about_a_test_follows_the_test():
    interview = ready_for_tests().answer_all(WITH_TESTS)
    assert "measures.pelvis_controlled" not in {one.id for one in movements(interview)}
    measured = interview.answer("measures.modified_thomas_angle", {"left": 8})
    unread = interview.not_sure("measures.modified_thomas_angle")

    assert "measures.pelvis_controlled" in {one.id for one in movements(measured)}
    assert "measures.thomas_thigh_seen" not in {one.id for one in movements(measured)}
    assert "measures.thomas_thigh_seen" in {one.id for one in movements(unread)}
    assert "measures.pelvis_controlled" not in {one.id for one in movements(unread)}


# What follows what


def test_a_part_is_asked_only_after_what_it_follows_and_on_that_side():
    clear = denying(START)
    assert "signs.hip_snap_painful" not in {one.id for one in clear.open_questions()}

    left = clear.answer("signs.hip_snapping", {"left": True, "right": False})
    assert "signs.hip_snap_painful" in {one.id for one in left.open_questions()}
    painful = left.answer("signs.hip_snap_painful", True)
    assert painful.intake.signs["hip_snap_painful"] == {"left": True}

    denied = painful.answer("signs.hip_snapping", False)
    assert "hip_snap_painful" not in denied.intake.signs
    assert painful.answers["signs.hip_snap_painful"] is True


def test_an_answer_that_a_later_no_would_undo_keeps_the_interview_open():
    """What was reported of a snap counts until the snap itself is denied, so that question still matters."""
    interview = ready_for_tests(hip_snapping=NOT_SURE).take_back("signs.hip_snapping")
    early = interview.answer("signs.hip_snap_painful", True)

    assert "sign.hip_snap_painful.left" in early.possible().matters
    assert "signs.hip_snapping" in on_page(early) | {one.id for one in early._order} | _members(early._order)


def _members(prompts):
    return {one.id for prompt in prompts for one in prompt.members}


# Groups


def test_signs_of_a_theme_are_asked_in_one_question():
    interview = denying(START).answer_all({"person.age": 40, "person.experience": "some"})
    groups = [prompt for prompt in interview._order if prompt.answer == "group"]
    assert groups
    group = groups[0]
    assert len(group.members) > 1
    ticks = list(group.options)

    none = interview.answer(group.id, False)
    assert {none.answers[one.id] for one in group.members} == {False}
    one = interview.answer(group.id, [ticks[0]])
    whole = ticks[0].removesuffix(".left").removesuffix(".right")
    assert one.answers[whole] is not False
    assert [name for name in none.answers if one.answers[name] != none.answers[name]] == [whole]
    unsure = interview.not_sure(group.id)
    assert {unsure.answers[one.id] for one in group.members} == {NOT_SURE}
    assert look(unsure.take_back(group.id)) == look(interview)


def test_one_side_can_be_ticked_in_a_group():
    interview = START.answer("together.hip_and_foot", ["signs.hip_snapping.left"])

    assert interview.answers["signs.hip_snapping"] == {"left": True, "right": False}
    assert interview.answers["signs.toe_catching"] is False


def test_a_no_to_rare_wishes_denies_them_all():
    interview = START.answer("wishes.any", False)
    assert interview.intake.preferences == {
        "avoid_positions": (),
        "avoid_properties": (),
        "wants": (),
        "supervised": False,
    }
    named = START.answer_all({"wishes.any": False, "preferences.wants": ["Bird dog"]})

    assert named.intake.preferences["wants"] == ("bird_dog",)


# Prompts


def test_every_prompt_has_what_an_app_needs_to_show_it():
    for prompt in CATALOGUE.prompts.values():
        assert "?" in prompt.text, prompt.id
        assert "{" not in prompt.text, prompt.id
        assert prompt.seconds > 0
        if prompt.answer == "choice":
            assert prompt.options
        if prompt.answer == "scale":
            assert prompt.minimum is not None
            assert prompt.maximum is not None
    tests = [one for one in CATALOGUE.prompts.values() if one.self_test]
    assert len(tests) == sum(one.self_test is not None for one in PACK.measures)


@settings(max_examples=10)
@given(person=people)
def test_every_question_says_why_it_is_asked(person):
    _, asked = interviewed(START, person)
    for prompt in asked:
        assert prompt.why.endswith("."), prompt.id
        assert "{" not in prompt.why


def test_why_names_what_is_decided():
    (first,) = START.next_questions()
    assert first.why.startswith("Decides whether you need help at once: ")
    toes = denying(START).answer("signs.toe_catching", True).prompt("signs.toe_catching_new")
    assert toes.why == "Decides whether you need to see somebody today: newly catching the toes."
    assert "triage.toe_catching_is_new" in toes.decides


def test_progress_tells_the_part_and_what_is_done():
    before = START.progress()
    assert (before.answered, before.part, before.share) == (0, "safety", 0)
    done, _ = interviewed(START, _unremarkable)
    after = done.progress()

    assert (after.left_at_most, after.part, after.share) == (0, "done", 1)
    assert after.answered == len(done.answers)


# Mistakes


def test_a_wrong_answer_is_told_with_its_question():
    with pytest.raises(IntakeError, match=r"signs.pain_now: 11 is not a whole number from 0 to 10"):
        START.answer("signs.pain_now", 11)
    with pytest.raises(IntakeError, match=r"screen.nerves: 'maybe' is not yes or no"):
        START.answer("screen.nerves", "maybe")
    with pytest.raises(IntakeError, match=r"together.stiffness: 5 is not none of them"):
        START.answer("together.stiffness", 5)
    with pytest.raises(IntakeError, match=r"did you mean 'signs.stand_up_stiffness'"):
        START.answer("together.stiffness", ["signs.stand_up_stifness"])


def test_an_unknown_prompt_is_told_with_the_nearest_one():
    for call in (START.prompt, START.not_sure, START.take_back):
        with pytest.raises(UnknownPromptError, match=r"did you mean 'signs.pain_now'"):
            call("signs.pain_nwo")


# The pack


def test_a_pack_without_an_interview_file_can_be_asked_too():
    bare = Recommender(attrs.evolve(PACK, interview=None), PlainEngine())
    interview, asked = interviewed(Interview.start(bare), _unremarkable)

    assert interview.is_settled()
    assert isinstance(interview.outcome(), Routine)
    assert all(prompt.why and prompt.seconds for prompt in asked)


MISTAKES = (
    ("stand_up_stiffness,", "stand_up_stifness,", "unknown-name", "did you mean 'stand_up_stiffness'"),
    ("without_number: [thomas_thigh_seen]", "without_number: [thomas_thigh_sene]", "unknown-name", "thomas_thigh_seen"),
    ("modified_thomas_angle: [[bed]]", "modified_thomas_angle: [[bde]]", "unknown-name", "did you mean 'bed'"),
    ("modified_thomas_knee: [[bed]]", "modified_thomas_nkee: [[bed]]", "unknown-name", "modified_thomas_knee"),
    ("denies: [avoid_positions,", "denies: [avoid_postions,", "unknown-name", "did you mean 'avoid_positions'"),
    ("plank_hold: 90\n", "plank_hlod: 90\n", "unknown-name", "did you mean 'plank_hold'"),
    ("signs.hip_snapping: 0.25", "signs.hip_snaping: 0.25", "unknown-name", "did you mean 'signs.hip_snapping'"),
    ("signs.toe_catching: 0.05", "signs.toe_catching: 1.25", "out-of-range", "is 1.25; it must be from 0 to 1"),
    ("{low: 0.65, moderate:", "{low: 0.65, moderat:", "unknown-name", "did you mean 'moderate'"),
    ("{able: 0.8, able", "{able: 0.9, able", "out-of-range", "the shares make 1.1; together they must make 1"),
    ("{least: 40, most: 66,", "{least: -1, most: 66,", "out-of-range", "is not within 0 to 140"),
    ("{least: 61, most: 149,", "{least: 61, most: 49,", "out-of-range", "most is 49, below least, 61"),
    ("screen: 25", "screen: 0", "out-of-range", "screen is 0; it must be from 1 to 3600"),
    ("group_member: 3", "gruop_member: 3", "unknown-name", "did you mean 'group_member'"),
    ("  caution: 'Decides", "  cauton: 'Decides", "unknown-name", "did you mean 'caution'"),
    ("sources: [expert_choice]", "sources: [expert_chioce]", "unknown-name", "did you mean 'expert_choice'"),
    ("'{label}: has a doctor", "'has a doctor", "bad-value", "write {label} in it"),
    ("strap: 0.6", "starp: 0.6", "unknown-name", "did you mean 'strap'"),
    ("recurrent_back_strain,", "pain_now,", "bad-value", "'pain_now' is no yes/no question; ask it alone"),
    ("signs: [pelvic_floor_leak, pelvic_floor_overactive]", "signs: [belly_pulse]", "bad-value", "1 signs in one"),
    ("signs: [pelvic_floor_leak,", "signs: [belly_pulse,", "entry-twice", "asked in 'worth_a_look' already"),
    ("id: pelvic_floor\n", "id: stiffness\n", "duplicate-id", "'stiffness' stands here twice"),
)


def test_what_is_wrong_in_the_interview_file_is_told_with_its_place(contents):
    text = contents["interview.yaml"].decode()
    for old, new, _, _ in MISTAKES:
        if old in text:
            text = text.replace(old, new)
    problems = read_pack({**contents, "interview.yaml": text.encode()}, CHECKS).issues
    told = {(one.code, one.message) for one in problems}

    assert {one.file for one in problems} == {"interview.yaml"}
    assert all(one.line > 0 for one in problems)
    for old, new, code, words in MISTAKES:
        if new in text:
            assert [one for one in told if one[0] == code and words in one[1]], (old, words)


@pytest.mark.parametrize("mistake", [one for one in MISTAKES if one[2] in ("entry-twice", "duplicate-id")])
def test_each_sign_is_asked_once(contents, mistake):
    old, new, code, words = mistake
    text = contents["interview.yaml"].decode()
    assert old in text
    problems = read_pack({**contents, "interview.yaml": text.replace(old, new).encode()}, CHECKS).issues

    assert [(one.file, one.code) for one in problems] == [("interview.yaml", code)]
    assert words in problems[0].message


@pytest.fixture(scope="module")
def contents():
    return read_folder(find_builtin())


def test_prompts_are_values():
    one, other = START.prompt("signs.pain_now"), Interview.start(RECOMMENDER).prompt("signs.pain_now")

    assert one == other
    assert isinstance(one, Prompt)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.text = "?"
