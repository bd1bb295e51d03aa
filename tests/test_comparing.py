"""Two packs compared: what counts as a change, whom it touches, whether it is as safe, and the version that follows."""

import json
import re
import shutil
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_small_packs import TREES, packs

from psoas_rules import Intake, Recommender, load_pack
from psoas_rules.cells import fulfilling, relation, telling_apart
from psoas_rules.comparing import compare
from psoas_rules.comparing.changes import find_changes, renames
from psoas_rules.comparing.people import Translator, answers_lost, in_words, smaller, with_facts
from psoas_rules.comparing.proof import prove_not_less_safe
from psoas_rules.comparing.strictness import Strictness, shared_by
from psoas_rules.comparing.versions import VersionStep, step_between
from psoas_rules.comparing.views import Viewer, differences
from psoas_rules.comparing.witnesses import Pair, Search
from psoas_rules.conditions import All, Any, Not, holds
from psoas_rules.conditions import Test as One
from psoas_rules.engines import PlainEngine
from psoas_rules.errors import GuardError, PackError
from psoas_rules.lexicon import build_lexicon
from psoas_rules.loading import make_rulebook
from psoas_rules.rulebook import compile_offer
from psoas_rules.testing import intakes

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "rules"
SMALL = Path(__file__).parent / "small_pack"
HALF = "dosage/moderate_pain_half_dose.yaml"

needs_solver = pytest.mark.usefixtures("solver")


@pytest.fixture
def solver():
    pytest.importorskip("z3", reason="the extra prove is not installed")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped pack without its cases: there are thousands, and to read them takes longer than to compare."""
    return shutil.copytree(RULES, tmp_path_factory.mktemp("shipped") / "old", ignore=shutil.ignore_patterns("cases"))


@pytest.fixture
def copy(tmp_path):
    """Makes an edited copy of the shipped pack without its cases."""

    def make(*edits, source=RULES):
        folder = tmp_path / "new"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("cases"))
        for file, old, new in edits:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {file}"
            (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return make


def place_of(file, text):
    """The file and the line in which this text stands first."""
    lines = (RULES / file).read_text(encoding="utf-8").splitlines()
    return f"{file}:{next(number for number, line in enumerate(lines, 1) if text in line)}"


def everywhere(folder, pattern, new):
    for file in folder.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(pattern, new, text), encoding="utf-8")


def book_of(pack):
    problems = []
    book = make_rulebook(pack, lambda *problem: problems.append(problem))
    assert not problems
    return book


def outcomes_differ(witness, new):
    """Whether the two packs really decide differently for a witness, asked for anew."""
    old_outcome = Recommender().recommend(Intake.from_dict(witness.answers))
    translated, _ = Translator.of(
        build_lexicon(load_pack()),
        build_lexicon(load_pack(new)),
        renames(book_of(load_pack()), book_of(load_pack(new))),
    ).translate(witness.answers)
    new_outcome = Recommender(load_pack(new)).recommend(Intake.from_dict(translated))
    ignored = ("pack", "engine", "trace")
    plain = [
        {key: value for key, value in one.to_dict().items() if key not in ignored} for one in (old_outcome, new_outcome)
    ]
    return plain[0] != plain[1]


# The same in another layout


def test_a_pack_is_the_same_as_itself():
    comparison = compare(None, None)

    assert comparison.same
    assert comparison.safety.verdict == "no_change"
    assert (comparison.version.asked, comparison.version.follows) == ("none", True)


def test_another_layout_of_the_same_is_no_change(shipped, copy):
    """Order of keys and rows, quotes, remarks, and conditions that are written differently."""
    folder = copy(
        (HALF, "id: moderate_pain_half_dose\n", "# A remark.\n"),
        (HALF, "stage: dosage\n", "stage: 'dosage'\nid: \"moderate_pain_half_dose\"\n"),
        (
            HALF,
            "{sign: pain_now, at_least: 4}",
            "{not: {any: [{sign: pain_now, below: 4}, {not: {sign: pain_now, answered: yes}}]}}",
        ),
        (HALF, "{level_max: 1, days_max: 7}", "{days_max: 7, level_max: 1}"),
        ("dosage/age_75_plus.yaml", "at_least: 75", "at_least: 75.0"),
        ("profile/feels_tight_not_short.yaml", "at_least: 4", "above: 3"),
        ("conditions.yaml", "overhead_hang, loaded_spinal_flexion", "loaded_spinal_flexion, overhead_hang"),
    )
    flags = folder / "red_flags.yaml"
    head, *rows = re.split(r"(?m)^(?=  - id: )", flags.read_text(encoding="utf-8"))
    flags.write_text(head + "".join(reversed(rows)), encoding="utf-8")

    comparison = compare(shipped, folder)

    assert comparison.same, [str(effect.change) for effect in (*comparison.effects, *comparison.words)]


def test_an_equivalent_condition_is_only_the_same_if_it_is(shipped, copy):
    """An unknown answer satisfies neither a test nor its opposite, so reading silence as pain is a change."""
    folder = copy(
        (
            HALF,
            "{sign: pain_now, at_least: 4}",
            "{any: [{sign: pain_now, at_least: 4}, {not: {sign: pain_now, answered: yes}}]}",
        )
    )

    comparison = compare(shipped, folder, prove=False)

    (effect,) = comparison.effects
    assert "holds for more people than before" in str(effect.change.edits[0])
    assert effect.witness.answers == {"screen": "clear"}


@settings(max_examples=50)
@given(tree=TREES)
def test_every_condition_is_the_same_as_itself_turned_around(tree):
    """Double negation, another order and repetition never make a difference."""
    lexicon = build_lexicon(load_pack(SMALL))
    condition = compile_offer(tree, lexicon, lambda *_: None, ())

    def turned(one):
        match one:
            case All(parts):
                return Not(Any([Not(turned(part)) for part in reversed(parts)]))
            case Any(parts):
                return Any([turned(part) for part in (*reversed(parts), *parts)])
            case Not(part):
                return Not(turned(part))
        return one

    assert relation(condition, turned(condition), lexicon) in ("same", "unknown")
    assert relation(condition, All((condition, Any((condition,)))), lexicon) == "same"


@settings(max_examples=40)
@given(one=TREES, other=TREES, data=st.data())
def test_the_relation_of_two_conditions_is_true_of_everybody(one, other, data):
    lexicon = build_lexicon(load_pack(SMALL))
    old, new = (compile_offer(tree, lexicon, lambda *_: None, ()) for tree in (one, other))
    facts = lexicon.facts(data.draw(intakes(load_pack(SMALL))))
    found = relation(old, new, lexicon)
    before, after = holds(old, facts), holds(new, facts)

    assert (before, after) in {
        "same": ((True, True), (False, False)),
        "wider": ((True, True), (False, False), (False, True)),
        "narrower": ((True, True), (False, False), (True, False)),
    }.get(found, ((before, after),))
    for apart in telling_apart(old, new, lexicon):
        assert holds(old, apart) is not holds(new, apart)
    for ways in fulfilling(old, lexicon):
        assert holds(old, ways)


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (One("sign.pain_now", "at_least", 4), One("sign.pain_now", "above", 3), "same"),
        (One("sign.pain_now", "at_least", 4), One("sign.pain_now", "at_least", 5), "narrower"),
        (One("sign.pain_now", "at_least", 5), One("sign.pain_now", "at_least", 4), "wider"),
        (One("sign.pain_now", "at_most", 4), One("sign.pain_now", "at_least", 4), "other"),
        (One("person.age", "at_least", 4), One("person.age", "above", 3), "wider"),
        (One("person.age", "above", 3), One("person.age", "at_least", 3.001), "same"),
        (One("person.age", "at_least", 0), One("person.age", "answered"), "same"),
        (Not(One("sign.pain_now", "at_least", 4)), One("sign.pain_now", "at_most", 3), "same"),
        (Not(One("sign.pain_now", "answered")), Not(One("sign.pain_now", "at_least", 0)), "narrower"),
    ],
)
def test_conditions_are_compared_by_what_they_mean(pack, old, new, expected):
    """A scale has whole numbers only, an age has thousandths; an unknown answer is a case of its own."""
    assert relation(old, new, build_lexicon(pack)) == expected


# Edits of the shipped pack


def test_words_alone_ask_for_a_patch(shipped, copy):
    folder = copy(
        ("exercises/couch_stretch.yaml", "why: A strong", "why: A very strong"),
        (HALF, "quiet: {sign.pain_now: 3}", "quiet: {sign.pain_now: 2}"),
    )

    comparison = compare(shipped, folder)

    assert comparison.effects == ()
    assert [(effect.change.kind, effect.change.what) for effect in comparison.words] == [
        ("exercise", "reworded"),
        ("rule", "reworded"),
    ]
    assert comparison.words[1].place == place_of(HALF, "id: moderate_pain_half_dose")
    assert comparison.safety.verdict == "no_change"
    assert comparison.version.asked == "patch"
    assert not comparison.version.follows
    assert comparison.version.wanted == "1.2.1"


def test_other_words_of_a_safety_question_are_to_be_read(shipped, copy):
    folder = copy(
        ("red_flags.yaml", "You feel numb or tingly between your\n      legs", "You feel numb between your\n      legs")
    )

    comparison = compare(shipped, folder)

    assert comparison.safety.verdict == "no_change"
    assert comparison.safety.to_read == (
        f"{place_of('red_flags.yaml', '- id: saddle_or_bladder_bowel')}: red_flag saddle_or_bladder_bowel, other words in ask",
    )


def test_a_higher_threshold_gives_more_to_people_just_below_it(shipped, copy):
    folder = copy(
        (HALF, "pain_now, at_least: 4", "pain_now, at_least: 5"),
        (HALF, "sign.pain_now: 4", "sign.pain_now: 5"),
        (HALF, "sign.pain_now: 3", "sign.pain_now: 4"),
    )

    comparison = compare(shipped, folder)

    (effect,) = comparison.effects
    assert effect.place == place_of(HALF, "id: moderate_pain_half_dose")
    assert effect.witness.answers == {"screen": "clear", "signs": {"pain_now": 4}}
    assert outcomes_differ(effect.witness, folder)
    assert comparison.safety.verdict == "less_safe"
    assert {one.criterion for one in comparison.safety.witness.looser} <= {"dose", "exclusion"}
    assert comparison.version.asked == "major"


@needs_solver
def test_a_lower_threshold_is_proved_not_less_safe(shipped, copy):
    folder = copy(
        (HALF, "pain_now, at_least: 4", "pain_now, at_least: 3"),
        (HALF, "sign.pain_now: 4", "sign.pain_now: 3"),
        (HALF, "quiet: {sign.pain_now: 3", "quiet: {sign.pain_now: 2"),
        ("pack.yaml", "version: 1.2.0", "version: 1.3.0"),
    )

    comparison = compare(shipped, folder)

    (effect,) = comparison.effects
    assert effect.witness.answers == {"screen": "clear", "signs": {"pain_now": 3}}
    assert outcomes_differ(effect.witness, folder)
    assert comparison.safety.verdict == "not_less_safe"
    assert comparison.safety.questions > 40
    assert (comparison.version.asked, comparison.version.made, comparison.version.follows) == ("minor", "minor", True)


def test_a_dropped_exclusion_is_less_safe(shipped, copy):
    folder = copy(
        (
            "conditions.yaml",
            "properties: [deep_abdominal_pressure, lumbar_roller_pressure, overhead_hang,",
            "properties: [deep_abdominal_pressure, lumbar_roller_pressure,",
        )
    )

    comparison = compare(shipped, folder)

    assert comparison.safety.verdict == "less_safe"
    (found,) = comparison.safety.witness.looser
    assert (found.criterion, found.subject) == ("exclusion", "property overhead_hang")
    assert comparison.safety.witness.answers == {"screen": "clear", "conditions": {"pregnancy": True}}


def test_a_red_flag_that_is_less_urgent_is_less_safe(shipped, copy):
    folder = copy(("red_flags.yaml", "urgency: emergency", "urgency: same_day"))

    comparison = compare(shipped, folder)

    (effect,) = comparison.effects
    assert effect.witness.answers == {"screen": "clear", "red_flags": {"saddle_or_bladder_bowel": True}}
    assert [str(one) for one in effect.witness.differences] == ["triage: emergency -> same_day"]
    assert outcomes_differ(effect.witness, folder)
    assert [one.criterion for one in comparison.safety.witness.looser] == ["triage"]


@needs_solver
def test_a_more_urgent_red_flag_and_one_exclusion_more_are_proved_not_less_safe(shipped, copy):
    """Two changes at once: each has a witness of its own."""
    folder = copy(
        ("red_flags.yaml", "urgency: same_day\n    psoas_specific: yes", "urgency: emergency\n    psoas_specific: yes"),
        ("conditions.yaml", "            inversion]", "            inversion, kneeling]"),
    )

    comparison = compare(shipped, folder)

    flag, condition = (effect.witness for effect in comparison.effects)
    assert flag.answers == {"screen": "clear", "red_flags": {"new_leg_weakness": True}}
    assert condition.answers["conditions"] == {"pregnancy": True}
    assert condition.old.kind == condition.new.kind == "routine"
    assert all(outcomes_differ(witness, folder) for witness in (flag, condition))
    assert comparison.safety.verdict == "not_less_safe"
    assert comparison.version.asked == "minor"


def test_a_renamed_rule_decides_the_same(shipped, copy):
    folder = copy((HALF, "id: moderate_pain_half_dose", "id: half_dose"))
    (folder / HALF).rename(folder / "dosage" / "half_dose.yaml")

    comparison = compare(shipped, folder)

    (effect,) = comparison.words
    assert (effect.change.what, effect.change.was, effect.change.id) == (
        "renamed",
        "dosage.moderate_pain_half_dose",
        "dosage.half_dose",
    )
    assert comparison.effects == ()
    assert (comparison.safety.verdict, comparison.version.asked) == ("no_change", "minor")


def test_a_renamed_condition_is_another_answer(shipped, copy):
    """Everybody is decided alike, but apps that send the old name are refused."""
    folder = copy()
    everywhere(folder, r"\bwrist_problem\b", "sore_wrist")

    comparison = compare(shipped, folder)

    assert [(effect.change.what, effect.change.id) for effect in comparison.words] == [("renamed", "sore_wrist")]
    assert comparison.effects == ()
    assert comparison.answers_lost == ("conditions.wrist_problem is gone", "clearances.wrist_problem is gone")
    assert comparison.version.asked == "major"


def test_a_question_that_is_gone_is_less_safe(shipped, copy):
    folder = copy()
    flags = folder / "red_flags.yaml"
    text = flags.read_text(encoding="utf-8")
    flags.write_text(re.sub(r"(?ms)^  - id: inflammatory_back_pain\n.*?(?=^  - id: )", "", text), encoding="utf-8")
    everywhere(folder, r"inflammatory_back_pain, |, inflammatory_back_pain\b", "")
    everywhere(folder, r"\n +red_flags\.inflammatory_back_pain: .*", "")

    comparison = compare(shipped, folder)

    assert comparison.answers_lost == ("red_flags.inflammatory_back_pain is gone",)
    assert comparison.safety.verdict == "less_safe"
    witness = comparison.safety.witness
    assert witness.unread == ("red_flags.inflammatory_back_pain",)
    assert {one.criterion for one in witness.looser} & {"outcome", "screening", "triage"}
    assert outcomes_differ(witness, folder)


def test_more_time_is_less_strict(shipped, copy):
    folder = copy(("pack.yaml", "longest_minutes:\n    value: 40", "longest_minutes:\n    value: 50"))

    comparison = compare(shipped, folder)

    assert comparison.safety.verdict == "less_safe"
    assert [one.criterion for one in comparison.safety.witness.looser] == ["time"]


def test_without_the_solver_it_is_not_decided(shipped, copy, monkeypatch):
    """Nobody was found, so the word is `not_decided`, with what to install: never a guess."""
    monkeypatch.setattr("psoas_rules.comparing.proof.can_prove", lambda: False)
    monkeypatch.setattr("psoas_rules.comparing.comparison.can_prove", lambda: False)
    folder = copy(
        ("red_flags.yaml", "urgency: same_day\n    psoas_specific: yes", "urgency: emergency\n    psoas_specific: yes"),
    )

    comparison = compare(shipped, folder)

    assert comparison.safety.verdict == "not_decided"
    assert "psoas-rules[prove]" in comparison.safety.why
    assert comparison.effects[0].witness is not None
    assert comparison.version.asked == "major"


def test_a_broken_pack_is_told_like_any_other(shipped, copy):
    folder = copy((HALF, "at_least: 4", "at_leest: 4"))

    with pytest.raises(PackError, match="at_leest"):
        compare(shipped, folder)


def test_whole_cases_are_tried_where_nothing_else_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(Search, "people", lambda *_: iter(()))
    folder = shutil.copytree(SMALL, tmp_path / "new")
    flags = folder / "red_flags.yaml"
    flags.write_text(flags.read_text(encoding="utf-8").replace("emergency", "same_day", 1), encoding="utf-8")

    comparison = compare(SMALL, folder, prove=False)

    assert comparison.effects[0].witness.answers == {"red_flags": {"alarm_bell": "yes"}}


# What the verdict rests on, for packs that were drawn by lot


@needs_solver
@settings(max_examples=12)
@given(data=st.data())
def test_a_proof_holds_for_everybody_and_whoever_refutes_it_is_real(data):
    """The solver and the packs themselves say the same about who is treated less strictly."""
    old, new = (book_of(data.draw(packs(), label=name)) for name in ("old", "new"))
    renamed = renames(old, new)
    shared = shared_by(old, new, renamed)
    pair = Pair(old, new, Translator.of(old.lexicon, new.lexicon, renamed), shared)

    proof = prove_not_less_safe(old, new, shared, seconds=20)

    if proof.answers is not None:
        witness = pair.look(proof.answers)
        assert witness is not None
        assert witness.looser or "withheld" in (witness.old.kind, witness.new.kind)
    elif proof.holds:
        for intake in data.draw(st.lists(intakes(old.pack), min_size=5, max_size=15), label="intakes"):
            found = pair.look(intake.to_dict())
            assert found is None or found.looser == () or found.old.kind == "withheld"


@settings(max_examples=12)
@given(data=st.data())
def test_whoever_is_told_of_no_change_gets_the_same(data):
    """Where no change is found that matters, nobody's outcome differs."""
    old = data.draw(packs(), label="old")
    other = data.draw(packs(), label="other")
    part = data.draw(st.sampled_from(("rules", "conditions", "red_flags", "signs", "exercises", "sources")))
    new = attrs.evolve(old, **{part: getattr(other, part) if data.draw(st.booleans()) else getattr(old, part)[::-1]})
    problems = []
    book = make_rulebook(new, lambda *problem: problems.append(problem))
    if problems or any(change.matters for change in find_changes(book_of(old), book)):
        return
    one, another = (Recommender(pack, PlainEngine(), remember=False) for pack in (old, new))

    def decided(recommender, intake):
        try:
            outcome = recommender.recommend(intake).to_dict()
        except GuardError:
            return "withheld"
        steps = [(step["exercise"], step["slot"], step["dose"]) for step in outcome.get("steps", ())]
        return outcome["outcome"], outcome.get("triage"), outcome.get("urgency"), steps

    for intake in data.draw(st.lists(intakes(old), min_size=3, max_size=8), label="intakes"):
        assert decided(one, intake) == decided(another, intake)


@given(intake=intakes(screen="clear"))
@settings(max_examples=30)
def test_the_view_of_a_person_is_that_of_the_recommender(intake, viewer, plain):
    """What is compared is what people get; and doses are those of the steps."""
    view = viewer.view(intake.to_dict())
    try:
        outcome = plain.recommend(intake)
    except GuardError:
        assert view.kind == "withheld"
        return

    assert view.kind == outcome.kind
    if outcome.kind == "routine":
        assert [(step.exercise, step.dose) for step in view.steps] == [
            (step.exercise, step.dose) for step in outcome.steps
        ]
        assert view.level == outcome.triage
        for step in outcome.steps:
            assert view.dose(step.exercise) == step.dose
            assert step.exercise not in view.left_out or "supervised" in str(intake.preferences)
    assert differences(view, viewer.view(intake.to_dict())) == ()


@pytest.fixture(scope="module")
def viewer(pack):
    return Viewer(book_of(pack))


# Small parts


def test_answers_are_put_into_the_words_of_the_new_pack(pack):
    lexicon = build_lexicon(pack)
    names = {
        ("condition", "was"): "pregnancy",
        ("cleared", "was"): "pregnancy",
        ("exercise", "old_bridge"): "glute_bridge",
    }
    translator = Translator(lexicon, names)

    kept, lost = translator.translate(
        {
            "screen": "clear",
            "person": {"age": 30},
            "conditions": {"was": True, "never_heard_of": True},
            "signs": {"pain_now": 99},
            "preferences": {"wants": ["old_bridge", "nothing_like_it"]},
        }
    )

    assert kept == {
        "screen": "clear",
        "person": {"age": 30},
        "conditions": {"pregnancy": True},
        "preferences": {"wants": ["glute_bridge"]},
    }
    assert lost == ("conditions.never_heard_of", "signs.pain_now", "preferences.wants: nothing_like_it")


def test_facts_become_answers(pack):
    lexicon = build_lexicon(pack)
    facts = {
        "sign.hip_flexor_tightness_feeling.left": 4,
        "preference.equipment.chair": True,
        "condition.pregnancy": True,
        "finding.profile": "tight",
        "person.age": 40,
    }

    data = with_facts({"screen": "clear"}, facts, lexicon)

    assert data == {
        "screen": "clear",
        "signs": {"hip_flexor_tightness_feeling": {"left": 4}},
        "preferences": {"equipment": ["chair"]},
        "conditions": {"pregnancy": True},
        "person": {"age": 40},
    }
    assert lexicon.facts(Intake.from_dict(data))["sign.hip_flexor_tightness_feeling.left"] == 4
    assert {json.dumps(less) for less in smaller(data)} >= {
        json.dumps({key: value for key, value in data.items() if key != "person"})
    }
    assert "preferences.equipment: [chair]" in in_words(data)


def test_narrower_answers_are_lost(pack):
    signs = tuple(
        attrs.evolve(sign, max=5)
        if sign.id == "pain_now"
        else attrs.evolve(sign, options={"low": "Low"})
        if sign.id == "irritability"
        else sign
        for sign in pack.signs
    )

    lost = answers_lost(build_lexicon(pack), build_lexicon(attrs.evolve(pack, signs=signs)))

    assert "signs.pain_now ends at 5" in lost
    assert "signs.irritability does not take 'high' any more" in lost


@pytest.mark.parametrize(
    "old, new, step",
    [
        ("1.0.0", "1.0.0", "none"),
        ("1.0.0", "1.0.1", "patch"),
        ("1.0.9", "1.1.0", "minor"),
        ("1.9.9", "2.0.0", "major"),
        ("2.0.0", "1.9.9", None),
        ("1.0.0", "next", None),
    ],
)
def test_the_step_between_versions(old, new, step):
    assert step_between(old, new) == step


@pytest.mark.parametrize(
    "asked, made, follows",
    [("patch", "minor", True), ("minor", "patch", False), ("none", None, False), ("major", "major", True)],
)
def test_a_larger_step_follows_too(asked, made, follows):
    assert VersionStep("1.0.0", "x", asked, "", made).follows is follows


def test_who_gets_less_is_not_treated_less_strictly(pack):
    """More sets on one side in place of sets on both are not more."""
    book = book_of(pack)
    viewer, strictness = Viewer(book), Strictness(pack, pack, shared_by(book, book, {}))
    painless, painful = (
        viewer.view(
            {
                "screen": "clear",
                "signs": {"pain_now": pain},
                "measures": {"modified_thomas_angle": {"left": 15, "right": 25}},
            }
        )
        for pain in (0, 4)
    )

    assert strictness.looser(painless, painful) == ()
    assert {one.criterion for one in strictness.looser(painful, painless)} >= {"dose"}


def test_cases_that_cannot_be_read_are_told(tmp_path):
    folder = shutil.copytree(SMALL, tmp_path / "new")
    flags = folder / "red_flags.yaml"
    flags.write_text(flags.read_text("utf-8").replace("urgency: caution", "urgency: same_day"), "utf-8")
    (folder / "cases" / "whole.yaml").write_text("cases: [1, 2]\n", "utf-8")

    (unread,) = compare(SMALL, folder, prove=False).unread

    assert "problem" in unread
    assert "cases/whole.yaml" in unread
