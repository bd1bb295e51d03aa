"""Explanations are complete and necessary: the cited answers are enough, and none of them can be spared."""

import json
import os
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psoas_rules import Intake, Recommender, Referral, Routine, Screening, load_pack, read_intake
from psoas_rules.casebook import read_cases
from psoas_rules.elements import ELEMENT_KINDS, value_of
from psoas_rules.justifying import Element, UnknownElementError, elements, justify, line, paragraph, rule_by_rule
from psoas_rules.justifying.citing import answers, intake_of
from psoas_rules.justifying.shrinking import shrunk
from psoas_rules.places import Places
from psoas_rules.testing import intakes

ROOT = Path(__file__).resolve().parents[1]
INTAKES = ROOT / "examples" / "intakes"
SNAPSHOTS = Path(__file__).parent / "snapshots" / "justifying"
UPDATE = os.environ.get("UPDATE_SNAPSHOTS") == "1"
SAMPLED = [case.intake for _, case in list(read_cases().values())[::60]]
PLACES = Places()

any_intake = st.one_of(intakes(), intakes(screen="clear"), st.sampled_from(SAMPLED).map(Intake.from_dict))


def chosen(data, recommender, intake):
    """An element of the outcome."""
    return data.draw(st.sampled_from(elements(recommender.recommend(intake))))


def said(justification):
    return {str(one) for one in justification.cited}


# The laws


@given(any_intake, st.data())
def test_the_cited_answers_alone_give_the_same_element(recommender, intake, data):
    """A justification is complete."""
    element = chosen(data, recommender, intake)

    justification = justify(recommender, intake, element)

    alone = recommender.recommend(intake_of(one.answer for one in justification.cited))
    assert value_of(alone, element) == value_of(recommender.recommend(intake), element) is not None
    assert alone == recommender.recommend(justification.intake) == justification.shown


@given(any_intake, st.data())
def test_without_any_one_cited_answer_the_element_is_another(recommender, intake, data):
    """A justification is necessary, and tells what would be without each of its answers."""
    element = chosen(data, recommender, intake)

    justification = justify(recommender, intake, element)

    for spared in justification.cited:
        rest = recommender.recommend(intake_of(one.answer for one in justification.cited if one is not spared))
        assert value_of(rest, element) != justification.value
        assert rest == spared.without


@settings(max_examples=50)
@given(any_intake, st.data())
def test_only_answers_that_were_given_are_cited(recommender, intake, data):
    element = chosen(data, recommender, intake)

    justification = justify(recommender, intake, element)

    given_answers = answers(intake, recommender.lexicon)
    cited = [one.answer for one in justification.cited]
    assert len(set(cited)) == len(cited)
    assert set(cited) <= set(given_answers)
    assert justification.spared == len(given_answers) - len(cited)


@settings(max_examples=50)
@given(any_intake, st.data())
def test_the_rules_behind_it_fired_in_both_outcomes(recommender, intake, data):
    element = chosen(data, recommender, intake)

    justification = justify(recommender, intake, element)

    named = [firing.rule for firing in justification.firings]
    assert set(named) <= set(recommender.recommend(intake).trace.rules)
    assert [justification.shown.trace.firing(rule) for rule in named] == list(justification.firings)


def reordered(intake):
    """The same answers, the last first; sides and lists, too."""

    def turned(value):
        if isinstance(value, dict):
            return {key: turned(one) for key, one in reversed(value.items())}
        return list(reversed(value)) if isinstance(value, list) else value

    return Intake.from_dict(turned(intake.to_dict()))


@given(any_intake, st.data())
def test_it_does_not_depend_on_the_order_of_the_answers(recommender, intake, data):
    element = chosen(data, recommender, intake)

    assert justify(recommender, reordered(intake), element) == justify(recommender, intake, element)


@settings(max_examples=25)
@given(any_intake, st.data())
def test_both_engines_justify_alike(recommender, plain, intake, data):
    element = chosen(data, recommender, intake)

    one, other = justify(recommender, intake, element), justify(plain, intake, element)

    assert [cited.answer for cited in one.cited] == [cited.answer for cited in other.cited]
    assert one.firings == other.firings
    assert line(one) == line(other)


@settings(max_examples=50)
@given(any_intake)
def test_all_answers_together_are_the_intake(recommender, intake):
    """Taking an intake apart and putting it together again loses nothing that decides."""
    whole = intake_of(answers(intake, recommender.lexicon))

    assert recommender.recommend(whole) == recommender.recommend(intake)


@given(st.integers(0, 6), st.data())
def test_nothing_that_is_left_can_be_spared(size, data):
    """Shrinking ends with a set that is enough and of which no single part can be spared, whatever is enough."""
    parts = tuple(range(size))
    subsets = [one for length in range(size) for one in combinations(parts, length)]
    enough = {parts, *data.draw(st.sets(st.sampled_from(subsets)) if subsets else st.just(set()))}

    kept = shrunk(parts, enough.__contains__)

    assert kept in enough
    assert not any(kept[:place] + kept[place + 1 :] in enough for place in range(len(kept)))


def test_what_comes_first_is_dropped_first():
    assert shrunk("abcdef", lambda some: len(some) >= 2) == ("e", "f")


# The shipped cases


@pytest.mark.parametrize("number", range(len(SAMPLED)))
def test_the_shipped_cases_take_few_trials(recommender, number):
    """Each element of a shipped case is justified, by both laws, with at most two hundred evaluations."""
    intake = Intake.from_dict(SAMPLED[number])

    for element in elements(recommender.recommend(intake))[:12]:
        justification = justify(recommender, intake, element)
        assert value_of(recommender.recommend(justification.intake), element) == justification.value
        assert all(value_of(one.without, element) != justification.value for one in justification.cited)
        assert justification.evaluations <= 200


# What is cited, by example


def test_an_emergency_rests_on_its_red_flag_alone(recommender):
    intake = read_intake(INTAKES / "blood_thinner_groin_pain.yaml")

    justification = justify(recommender, intake, Element("level"))

    (cited,) = justification.cited
    assert (cited.answer.section, cited.answer.key) == ("red_flags", "anticoagulant_groin_pain")
    assert isinstance(cited.without, Screening)
    assert [firing.rule for firing in justification.firings] == ["red_flag.anticoagulant_groin_pain"]


def test_half_a_dose_rests_on_the_pain(recommender):
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    justification = justify(recommender, intake, Element("dose", "glute_bridge"))

    assert said(justification) == {"Lower back pain or stiffness: 4 of 10", "Every safety question: no"}
    assert [firing.rule for firing in justification.firings] == ["dosage.moderate_pain_half_dose"]


def test_an_exercise_rests_on_the_pattern_whose_session_it_is_in(recommender):
    """The same exercise stands in sessions for other patterns; that is not why this person got it."""
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    justification = justify(recommender, intake, Element("step", "glute_bridge"))

    assert isinstance(justification.shown, Routine)
    assert justification.shown.profile.kind == "tight"
    assert "slots.tight.lead" in [firing.rule for firing in justification.firings]


def test_each_group_of_the_screen_is_an_answer_of_its_own(recommender):
    groups = dict.fromkeys(recommender.lexicon.groups, "no")
    intake = Intake.from_dict({"screen": groups, "person": {"age": 30}})

    justification = justify(recommender, intake, Element("level"))

    assert {one.answer.key for one in justification.cited if one.answer.section == "screen"} == set(groups)


def test_not_sure_is_cited_where_it_keeps_a_denied_question_open(recommender):
    """Without it, the denial of all questions would hold for this one, too; but nothing answered asks it just as well."""
    intake = Intake.from_dict({"screen": "clear", "red_flags": {"fever_with_hip_or_back": "not_sure"}})

    unsure, clear = answers(intake, recommender.lexicon)[::-1]

    assert (str(unsure), str(clear)) == (
        "Fever with back, groin or hip pain: not sure",
        "Every other safety question: no",
    )
    assert isinstance(recommender.recommend(intake_of([clear])), Routine)
    assert isinstance(recommender.recommend(intake_of([clear, unsure])), Screening)
    assert justify(recommender, intake, Element("level")).cited == ()


def test_one_entry_of_a_list_is_an_answer_of_its_own(recommender):
    intake = read_intake(INTAKES / "asks_for_tennis_ball.yaml")

    justification = justify(recommender, intake, Element("request", "psoas_trigger_point_pressure"))

    assert said(justification) == {
        "Exercises asked for: Deep belly pressure on the psoas",
        "Every safety question: no",
    }


def test_an_empty_list_is_an_answer(recommender):
    (only,) = answers(Intake(preferences={"equipment": []}), recommender.lexicon)

    assert str(only) == "Things at hand: none"
    assert intake_of([only]).preferences == {"equipment": ()}


def test_a_side_is_an_answer_of_its_own(recommender):
    found = answers(Intake(signs={"hip_flexor_tightness_feeling": {"left": 3, "right": 5}}), recommender.lexicon)

    assert [(one.side, one.value) for one in found] == [("left", 3), ("right", 5)]
    assert intake_of(found[:1]).signs == {"hip_flexor_tightness_feeling": {"left": 3}}


# Elements


def test_every_kind_of_element_is_found_in_some_outcome(recommender):
    groups = {group: "no" for group in recommender.lexicon.groups if group != "unwell"}
    outcomes = [recommender.recommend(read_intake(path)) for path in sorted(INTAKES.glob("*.yaml"))]
    outcomes.append(recommender.recommend(Intake.from_dict({"screen": groups})))

    assert {element.kind for outcome in outcomes for element in elements(outcome)} == set(ELEMENT_KINDS)


@settings(max_examples=50)
@given(any_intake)
def test_elements_are_written_and_read_back(recommender, intake):
    found = elements(recommender.recommend(intake))

    assert [Element.parse(str(element)) for element in found] == list(found)
    assert all(value_of(recommender.recommend(intake), element) is not None for element in found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dos:glute_bridge", "'dos' is no kind of element; did you mean 'dose'?"),
        ("pattern:tight", "'pattern:tight' names no element: there is one pattern; write it without a name"),
        ("dose", "'dose' names no element: write dose: and its name"),
    ],
)
def test_what_names_no_element_is_told(text, told):
    with pytest.raises(UnknownElementError) as caught:
        Element.parse(text)

    assert str(caught.value) == told


def test_an_element_that_is_not_there_is_told_with_the_nearest(recommender):
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    with pytest.raises(UnknownElementError, match=r"no element 'dose:glute_brige'; did you mean 'dose:glute_bridge'\?"):
        justify(recommender, intake, Element("dose", "glute_brige"))


def test_a_note_is_named_by_its_rule_as_well(recommender):
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    by_rule = justify(recommender, intake, Element("note", "dosage.long_sitting_breaks"))

    assert said(by_rule) == {"How many hours a day do you sit: 8 hours a day", "Every safety question: no"}


# Words


@settings(max_examples=50)
@given(any_intake, st.data())
def test_the_line_is_one_sentence_that_names_the_answers(recommender, intake, data):
    justification = justify(recommender, intake, chosen(data, recommender, intake))

    told = line(justification)

    assert "\n" not in told
    assert told.endswith(".")
    assert not told.endswith("..")
    assert ", because" in told
    spoken = [one for one in justification.cited if one.answer.section != "screen"]
    assert all(str(one) in told for one in spoken[:3])


@settings(max_examples=50)
@given(any_intake, st.data())
def test_the_layers_say_more_and_more(recommender, intake, data):
    justification = justify(recommender, intake, chosen(data, recommender, intake))
    pack = recommender.pack

    middle, most = paragraph(justification), rule_by_rule(justification, pack, PLACES)

    assert middle.startswith(line(justification))
    assert most.startswith(line(justification))
    assert all(firing.rule in most for firing in justification.firings)
    assert all(str(one) in most for one in justification.cited)
    assert not any(key.endswith("None") for key in most.split())


def test_clinicians_read_where_the_rule_stands_and_on_what_it_rests(recommender):
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    told = rule_by_rule(justify(recommender, intake, Element("pattern")), recommender.pack, PLACES)

    place = PLACES.rule("sign.sitting_hours_activity.1")
    assert f"Rule sign.sitting_hours_activity.1 ({place})" in told
    assert "Boukabache A and 2 others (2021): Prolonged sitting" in told
    assert "doi:10.1016/j.msksp.2020.102282 [boukabache_2021]" in told


def test_a_choice_of_the_authors_is_said_plainly(recommender):
    intake = read_intake(INTAKES / "stiff_lower_back.yaml")

    told = rule_by_rule(justify(recommender, intake, Element("dose", "glute_bridge")), recommender.pack, PLACES)

    assert "Source: A choice made by the authors of this pack; no study stands behind it" in told


PAGES = {
    "stiff_lower_back": read_intake(INTAKES / "stiff_lower_back.yaml"),
    "emergency": read_intake(INTAKES / "blood_thinner_groin_pain.yaml"),
    "open_question": Intake.from_dict({"screen": {"nerves": "no"}, "conditions": {"pregnancy": "yes"}}),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_words_of_a_whole_outcome_are_as_they_were_reviewed(recommender, name):
    """Rewrite the pages with UPDATE_SNAPSHOTS=1 after a change that is meant, and read the difference."""
    outcome = recommender.recommend(PAGES[name])
    assert {"emergency": Referral, "open_question": Screening}.get(name, Routine) is type(outcome)
    pages = []
    for element in elements(outcome)[:40]:
        justification = justify(recommender, PAGES[name], element)
        pages += [f"== {element}", paragraph(justification), ""]
        if element.kind in ("pattern", "referral"):
            pages += [rule_by_rule(justification, recommender.pack, PLACES), ""]
    told = "\n".join(pages)
    snapshot = SNAPSHOTS / f"{name}.txt"
    if UPDATE:
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(told, encoding="utf-8", newline="\n")

    assert told == snapshot.read_text(encoding="utf-8")


def test_a_small_pack_is_justified_too():
    recommender = Recommender(load_pack(Path(__file__).parent / "small_pack"))
    intake = Intake(screen=PAGES["stiff_lower_back"].screen)

    for element in elements(recommender.recommend(intake)):
        justification = justify(recommender, intake, element)
        assert value_of(recommender.recommend(justification.intake), element) == justification.value
        assert line(justification)


# The command line


def run(*arguments):
    pytest.importorskip("click", reason="the extra cli is not installed")
    pytest.importorskip("rich", reason="the extra cli is not installed")
    from click.testing import CliRunner

    from psoas_rules.cli.app import app

    return CliRunner().invoke(app, [str(one) for one in ("explain", INTAKES / "stiff_lower_back.yaml", *arguments)])


@pytest.mark.parametrize("layer", ["line", "paragraph", "rule"])
def test_one_element_is_explained_in_each_layer(recommender, layer):
    done = run("--of", "dose:glute_bridge", "--layer", layer)

    justification = justify(recommender, PAGES["stiff_lower_back"], Element("dose", "glute_bridge"))
    layers = {
        "line": line(justification),
        "paragraph": paragraph(justification),
        "rule": rule_by_rule(justification, recommender.pack, PLACES),
    }
    assert done.exit_code == 0, done.output
    assert "".join(done.output.split()) == "".join(layers[layer].split())


def test_an_explanation_is_data_too(recommender):
    done = run("--of", "step:cat_cow", "--json")

    found = json.loads(done.output)["justification"]
    justification = justify(recommender, PAGES["stiff_lower_back"], Element("step", "cat_cow"))
    assert found["line"] == line(justification)
    assert [one["text"] for one in found["cited"]] == [str(one) for one in justification.cited]
    assert Intake.from_dict(found["intake"]) == justification.intake


@pytest.mark.parametrize(("ending", "start"), [("svg", "<svg "), ("dot", "digraph"), ("mmd", "%%{init")])
def test_the_explanation_is_drawn_into_a_file(tmp_path, ending, start):
    file = tmp_path / f"drawn.{ending}"

    whole = run("--graph", file)
    first = file.read_text(encoding="utf-8")
    part = run("--of", "step:cat_cow", "--graph", file)

    assert (whole.exit_code, part.exit_code) == (0, 0)
    assert first.startswith(start)
    assert "Glute bridge" in first
    assert "Glute bridge" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--of", "dose:glute_brige"), "did you mean 'dose:glute_bridge'?"),
        (("--of", "doze:glute_bridge"), "did you mean 'dose'?"),
        (("--graph", "drawn.png"), "has to end in .svg, .dot, .mmd"),
        (("--graph", "no/such/folder/drawn.svg"), "cannot be written"),
    ],
)
def test_what_cannot_be_explained_or_drawn_is_told(arguments, told):
    done = run(*arguments)

    assert done.exit_code == 2
    assert told in " ".join(done.output.split())
