"""Running the cases of a pack, what they cover and why not more, and the cases that are proposed for the rest."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from psoas_rules import Recommender, load_pack
from psoas_rules.casebook import Concluded, Expect, WholeCase, cases_as_yaml, read_cases, run_case
from psoas_rules.cli.app import app
from psoas_rules.conditions import All, Any, Not, holds
from psoas_rules.conditions import Test as Leaf
from psoas_rules.covering import place_of, propose_cases, run_cases, write_proposals
from psoas_rules.covering.cells import cells, combinations, fact_cells
from psoas_rules.covering.deciding import decide, decide_by, leaves
from psoas_rules.covering.proposing import CONFIRM
from psoas_rules.errors import PackError
from psoas_rules.facts import FactSpec
from psoas_rules.lexicon import build_lexicon
from psoas_rules.places import Places

SMALL = Path(__file__).parent / "small_pack"


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "pack"))


@pytest.fixture(scope="module")
def small_recommender():
    return Recommender(load_pack(SMALL))


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def add_cases(pack, *cases, name="more"):
    (pack / "cases" / f"{name}.yaml").write_text(cases_as_yaml(cases), encoding="utf-8")


def case(name, intake, **expect):
    return {"name": name, "intake": intake, "expect": expect}


def run(*arguments):
    return CliRunner().invoke(app, ["test", *map(str, arguments)])


def coverage_of(pack, rule, **options):
    (found,) = (one for one in run_cases(pack, **options).coverage if one.rule == rule)
    return found


# Running


def test_the_cases_of_the_shipped_pack_come_out_and_every_rule_that_anybody_can_meet_fires():
    report = run_cases()

    assert report.ok
    assert report.whole > 1_000
    assert report.pairs == 2 * len((*load_pack().rules, *load_pack().progress))
    never = {one.rule for one in report.coverage if one.fired is None}
    assert never <= NEVER_FIRE


NEVER_FIRE = {
    # They need an answer that stops the routine before they are asked.
    "sign.low_back_pain_stiffness.3",
    "sign.hands_lift_leg.1",
    "measure.resisted_hip_flexion_seated.2",
    "measure.resisted_hip_flexion_seated.4",
    "measure.ludloff_sign.4",
    "condition.pregnancy_complicated",
    "condition.recent_abdominal_pelvic_surgery.under_6_weeks",
    "condition.hypertension_uncontrolled.from_180_110",
    "condition.under_18.under_12",
    "condition.acute_illness",
}


def test_a_failed_whole_case_is_told_with_its_place_and_the_rules_that_fired(small):
    add_cases(small, case("Smoke is nothing", {"red_flags": {"smell_of_smoke": "yes"}}, outcome="routine"))

    done = run(small)

    assert done.exit_code == 1
    assert (
        "cases/more.yaml:2: Smoke is nothing\n"
        "  expected: a routine\n"
        "  got:      a referral\n"
        "  fired:    red_flag.smell_of_smoke\n"
    ) in done.output
    assert "10 examples beside rules and 3 whole intakes: 1 failed." in done.output


def test_a_failed_example_beside_a_rule_is_told_with_its_line(small):
    edit(small / "precaution" / "wobbly_counts_as_tumble.yaml", "at_most: 3}", "at_most: 2}")

    (failure,) = run_cases(small).failures

    assert str(failure) == (
        "precaution/wobbly_counts_as_tumble.yaml:11: fires\n"
        "  expected: the rule fires for measure.balance_time: 3\n"
        "  got:      it stays quiet"
    )


@pytest.mark.parametrize(
    "text, told",
    [
        ("cases:\n  - name: A\n    intake: {}\n    expect: {outcom: screening}\n", "broken.yaml:4:14: unknown key"),
        ("cases: [", "broken.yaml:1:9: this is not readable YAML"),
        ("", "broken.yaml: the file is empty"),
        ("cases:\n" + "  - {name: A, intake: {}, expect: {outcome: screening}}\n" * 2, "two cases are called 'A'"),
    ],
)
def test_a_broken_file_of_cases_is_a_failure_and_the_others_are_run(small, text, told):
    (small / "cases" / "broken.yaml").write_text(text, encoding="utf-8")

    done = run(small)
    data = json.loads(run(small, "--json").stdout)

    assert done.exit_code == 1
    assert told in done.output
    assert "1 file could not be read" in done.output
    assert data["ok"] is False
    assert data["whole"] >= 2
    assert any(
        told.partition(": ")[2] in problem["message"] or told in problem["message"] for problem in data["problems"]
    )


def test_a_pack_that_cannot_be_used_is_told(small):
    edit(small / "dosage" / "first_time_gentle.yaml", "is: none", "is: nobody")

    done = run(small)

    assert done.exit_code == 1
    assert "dosage/first_time_gentle.yaml:4:28" in done.output


def test_cases_can_be_chosen(small):
    done = run(small, "-k", "alarm")

    assert done.exit_code == 0
    assert "0 examples beside rules and 1 whole intake: all came out as expected." in done.output


def test_no_case_at_all_is_a_failure(small):
    done = run(small, "-k", "there is no such case")

    assert done.exit_code == 1
    assert "No case has 'there is no such case' in its name." in done.output


def test_what_programs_read(small):
    add_cases(small, case("Smoke is nothing", {"red_flags": {"smell_of_smoke": "yes"}}, outcome="routine"))

    data = json.loads(run(small, "--json", "--coverage").stdout)

    assert (data["command"], data["ok"], data["pairs"], data["whole"]) == ("test", False, 10, 3)
    assert data["failures"] == [
        {
            "file": "cases/more.yaml",
            "line": 2,
            "name": "Smoke is nothing",
            "expected": "a routine",
            "got": "a referral",
            "fired": ["red_flag.smell_of_smoke"],
        }
    ]
    assert data["summary"]["rules"] == len(data["coverage"])
    (bell,) = (one for one in data["coverage"] if one["rule"] == "red_flag.alarm_bell")
    assert (bell["file"], bell["line"], bell["fired"]) == ("red_flags.yaml", 2, "cases/whole.yaml: An alarm rings")


# What a case can expect


CLEAR = {"screen": "clear"}


@pytest.mark.parametrize(
    "intake, right, wrong, told",
    [
        ({}, {"quiet": ["condition.sore_wrist"]}, {"quiet": ["safety.no_hanging_alone"]}, "it fires"),
        ({}, {"steps": ["arm_circles", "chair_rise", "floor_rest"]}, {"steps": ["chair_rise"]}, "steps arm_circles"),
        ({}, {"doses": {"chair_rise": {"sets": 2}}}, {"doses": {"chair_rise": {"sets": 3}}}, "sets 2"),
        (
            {},
            {"doses": {"chair_rise": {"per_side": "no"}}},
            {"doses": {"chair_rise": {"per_side": "yes"}}},
            "per_side no",
        ),
        ({}, {"minutes": 20}, {"minutes": 21}, "minutes 20"),
        ({}, {"seconds": 219}, {"seconds": 220}, "seconds 219"),
        (
            {"measures": {"balance_time": 9}},
            {"points": {"weak": 1, "balance": 1}},
            {"points": {"weak": {"left": 1}, "balance": 1}},
            "points for weak left 1, right 1",
        ),
        (
            {"measures": {"balance_time": 9}},
            {"points": {"weak": 1, "balance": 1}},
            {"points": {}},
            "points for balance 1",
        ),
        (
            {"conditions": {"sore_wrist": "yes"}},
            {"concludes": {"condition.sore_wrist": {"excludes": ["weight_on_hands"]}}},
            {"concludes": {"condition.sore_wrist": {"excludes": []}}},
            "excludes: weight_on_hands",
        ),
        (
            {"conditions": {"sore_wrist": "yes"}},
            {"concludes": {"condition.sore_wrist": {"swaps": {"wall_push": "chair_rise"}, "stop_signs": 1}}},
            {"concludes": {"condition.sore_wrist": {"swaps": {}}}},
            "swaps: wall_push: chair_rise",
        ),
        (
            {"conditions": {"sore_wrist": "yes"}},
            {"concludes": {"condition.sore_wrist": {"prefers": ["chair_rise"], "strict_pain": "no", "walk": "yes"}}},
            {"concludes": {"condition.sore_wrist": {"strict_pain": "yes"}}},
            "strict_pain: no",
        ),
        (
            {"conditions": {"common_cold": "yes"}},
            {"concludes": {"condition.common_cold": {"limits": {"effort_max": 4, "sets_max": 1}}}},
            {"concludes": {"condition.common_cold": {"limits": {"effort_max": 5}}}},
            "limits: effort_max: 4",
        ),
        (
            {"measures": {"reach": {"left": -8, "right": 0}}},
            {"concludes": {"profile.stiff_side_gets_more": {"extra_set": ["length.left"]}}},
            {"concludes": {"profile.stiff_side_gets_more": {"extra_set": []}}},
            "extra_set: length.left",
        ),
        (
            {"conditions": {"common_cold": "yes"}, "details": {"days_of_cold": 9}},
            {"cautions": {"arm_circles": 1}},
            {"cautions": {"arm_circles": 0}},
            "cautions 1",
        ),
        (
            {"preferences": {"wants": ["wall_push"], "avoid_properties": ["weight_on_hands"]}},
            {"instead": {"wall_push": ["chair_rise"]}},
            {"instead": {"wall_push": []}},
            "in place of wall_push: chair_rise",
        ),
    ],
)
def test_a_case_can_expect_it_of_a_routine(small, intake, right, wrong, told):
    """The right expectation is met, the wrong one is told with what came instead."""
    add_cases(
        small,
        case("Right", CLEAR | intake, outcome="routine", **right),
        case("Wrong", CLEAR | intake, outcome="routine", **wrong),
    )

    failures = run_cases(small, match="more.yaml").failures

    assert [failure.name for failure in failures] == ["Wrong"]
    assert told in failures[0].got


@pytest.mark.parametrize(
    "intake, right, wrong",
    [
        ({}, {"asks": ["red_flag.alarm_bell", "condition.over_64"]}, {"asks": ["detail.days_of_cold"]}),
        (
            {"screen": "clear", "measures": {"balance_time": 3}},
            {"concludes": {"precaution.wobbly_counts_as_tumble": {"treat_as": ["recent_tumble"]}}},
            {"concludes": {"precaution.wobbly_counts_as_tumble": {"treat_as": []}}},
        ),
        (
            {"red_flags": {"smell_of_smoke": "yes", "warm_wall": "yes"}},
            {"concludes": {"red_flag.smell_of_smoke": {"triage": "emergency"}}},
            {"concludes": {"red_flag.smell_of_smoke": {"triage": "same_day"}}},
        ),
    ],
)
def test_a_case_can_expect_it_of_a_refusal(small, intake, right, wrong):
    outcome = "screening" if "asks" in right else "referral"
    add_cases(small, case("Right", intake, outcome=outcome, **right), case("Wrong", intake, outcome=outcome, **wrong))

    assert [failure.name for failure in run_cases(small, match="more.yaml").failures] == ["Wrong"]


@pytest.mark.parametrize(
    "expect, told",
    [
        ({"steps": ("chair_ries",)}, "steps: unknown exercise 'chair_ries'; did you mean 'chair_rise'?"),
        ({"doses": {"chair_ries": {}}}, "doses: unknown exercise 'chair_ries'; did you mean 'chair_rise'?"),
        ({"doses": {"chair_rise": {"setz": 2}}}, "doses: unknown number of a dose 'setz'; did you mean 'sets'?"),
        ({"cautions": {"chair_ries": 1}}, "cautions: unknown exercise 'chair_ries'; did you mean 'chair_rise'?"),
        (
            {"instead": {"long_hang": ("flor_rest",)}},
            "instead: unknown exercise 'flor_rest'; did you mean 'floor_rest'?",
        ),
        ({"points": {"tigth": 1}}, "points: unknown pattern 'tigth'; did you mean 'tight'?"),
        ({"quiet": ("condition.sore_wirst",)}, "quiet: unknown rule 'condition.sore_wirst'; did you mean"),
        ({"concludes": {"condition.sore_wirst": Concluded()}}, "concludes: unknown rule 'condition.sore_wirst'; did"),
        (
            {"concludes": {"condition.sore_wrist": Concluded(limits={"efort_max": 1})}},
            "concludes: unknown number of a limit 'efort_max'; did you mean 'effort_max'?",
        ),
        ({"asks": ("red_flag.alarm_bell",)}, "asks: a routine asks nothing"),
    ],
)
def test_a_case_that_can_never_come_out_is_a_failure(small_recommender, expect, told):
    slip = WholeCase(name="A slip", intake=CLEAR, expect=Expect(outcome="routine", **expect))

    failure = run_case(small_recommender, "cases/some.yaml:3", slip)

    assert failure is not None
    assert failure.got.startswith(told)


def test_what_is_common_to_a_file_gives_way_to_what_a_case_says(small):
    common = {"screen": "clear", "preferences": {"minutes": 20, "equipment": ["chair"]}}
    text = cases_as_yaml([case("One", {"preferences": {"minutes": 9}}, outcome="routine")], common=common)
    (small / "cases" / "shared.yaml").write_text(text, encoding="utf-8")

    _, made = read_cases(small)["cases/shared.yaml: One"]

    assert made.intake == {"screen": "clear", "preferences": {"minutes": 9, "equipment": ["chair"]}}


# What decides


FACTS = ("sign.a", "sign.b", "sign.c")


def conditions():
    tests = st.builds(Leaf, st.sampled_from(FACTS), st.just("is"), st.booleans(), st.booleans()) | st.builds(
        Leaf, st.sampled_from(FACTS), st.just("answered")
    )
    return st.recursive(
        tests,
        lambda parts: st.lists(parts, max_size=3).map(All) | st.lists(parts, max_size=3).map(Any) | parts.map(Not),
        max_leaves=6,
    )


@given(conditions(), st.dictionaries(st.sampled_from(FACTS), st.booleans()))
def test_a_test_decides_exactly_where_turning_it_turns_the_condition(condition, facts):
    decision = decide(condition, facts)
    helps = [leaf.helps(facts) for leaf in leaves(condition)]

    assert decision.holds == holds(condition, facts)
    for place, decides in enumerate(decision.decides):
        turned = [not one if number == place else one for number, one in enumerate(helps)]
        assert decides == (decide_by(condition, turned).holds != decision.holds)


NUMBERS = FactSpec("measure.x", "measure", "X", "number", minimum=-5, maximum=20)
WHOLE = FactSpec("sign.y", "sign", "Y", "scale", minimum=0, maximum=10)
OPS = st.sampled_from(("is", "at_least", "at_most", "above", "below", "answered"))


@given(
    st.lists(st.tuples(OPS, st.integers(-50, 200).map(lambda n: n / 10)), max_size=4),
    st.none() | st.integers(-5_000, 20_000).map(lambda n: n / 1_000),
)
def test_every_value_lies_in_a_cell(thresholds, value):
    """Whatever number somebody answers, one of the cells passes the same tests."""
    compared = [Leaf("measure.x", op, threshold) for op, threshold in thresholds]

    def passed(number):
        return [holds(test, {} if number is None else {"measure.x": number}) for test in compared]

    assert passed(value) in [passed(cell) for cell in cells(NUMBERS, compared)]


@given(st.lists(st.tuples(OPS, st.integers(0, 10)), max_size=4), st.none() | st.integers(0, 10))
def test_every_whole_number_lies_in_a_cell(thresholds, value):
    compared = [Leaf("sign.y", op, threshold) for op, threshold in thresholds]

    def passed(number):
        return [holds(test, {} if number is None else {"sign.y": number}) for test in compared]

    assert passed(value) in [passed(cell) for cell in cells(WHOLE, compared)]


def test_too_many_combinations_are_not_looked_at():
    lexicon = build_lexicon(load_pack())
    facts = [name for name, spec in lexicon.specs.items() if spec.answer == "yes_no" and not spec.sided][:10]

    assert combinations(fact_cells([All([Leaf(fact, "is", True) for fact in facts[:9]])], lexicon)) is not None
    assert combinations(fact_cells([All([Leaf(fact, "is", True) for fact in facts])], lexicon)) is None


# What is not covered, and why


RULE = "triage.poor_day_waits"


def gaps(pack, rule=RULE):
    return [(gap.cause, gap.text) for leaf in coverage_of(pack, rule).leaves for gap in leaf.gaps]


def test_a_test_that_no_case_comes_to_is_told(small):
    """The wall is unknown in one case and never warm in any."""
    assert gaps(small, "red_flag.warm_wall") == [
        ("never reached", "no case reaches the rule with 'red_flag.warm_wall is yes' true")
    ]
    gap = coverage_of(small, "red_flag.warm_wall").gap
    assert gap is not None
    assert (gap.cause, gap.text) == ("never reached", "no case makes it fire")


def test_a_case_closes_the_gap(small):
    intake = {"screen": "clear", "signs": {"feeling_today": "poor", "better_later": "yes"}}
    add_cases(small, case("It gets better", intake, outcome="routine", quiet=[RULE]))

    assert gaps(small) == []
    assert coverage_of(small, RULE).covered


def test_a_test_that_another_one_masks_is_told(small):
    """Nobody whose day is poor says that it gets better; somebody else does."""
    assert [text.partition(", and")[2] for _, text in gaps(small)] == [" no case has 'sign.better_later is yes' true"]
    intake = {"screen": "clear", "signs": {"feeling_today": "good", "better_later": "yes"}}
    add_cases(small, case("A good day", intake, outcome="routine"))

    ((cause, text),) = gaps(small)
    assert cause == "masked"
    assert text.startswith("'not sign.better_later is yes' never keeps the rule quiet by itself: it is masked by ")
    assert text.endswith("by 'sign.feeling_today is poor'")


def test_a_test_that_nobody_can_turn_is_told(small):
    rule = small / "triage" / "poor_day_waits.yaml"
    edit(rule, "    - not: {sign: better_later, is: yes}\n", "    - not: {sign: feeling_today, is: good}\n")

    assert gaps(small) == [
        (
            "impossible",
            "'not sign.feeling_today is good' never keeps the rule quiet by itself, whatever the answers",
        )
    ]
    assert not coverage_of(small, RULE).leaves[1].possible


def test_a_rule_that_nobody_can_meet_is_told(small):
    rule = small / "triage" / "poor_day_waits.yaml"
    edit(rule, "    - not: {sign: better_later, is: yes}\n", "    - {sign: feeling_today, is: good}\n")

    gap = coverage_of(small, RULE).gap

    assert gap is not None
    assert (gap.cause, gap.text) == ("impossible", "no answers make it fire")


def test_what_reads_too_much_is_not_decided(small):
    signs = "".join(f"  - {{id: s{n}, label: S{n}, ask: Is it so?, answer: yes_no}}\n" for n in range(10))
    edit(small / "signs.yaml", "signs:\n", f"signs:\n{signs}")
    rule = small / "triage" / "poor_day_waits.yaml"
    parts = "".join(f"    - {{sign: s{n}, is: yes}}\n" for n in range(10))
    edit(rule, "    - not: {sign: better_later, is: yes}\n", parts)

    found = coverage_of(small, RULE)

    assert found.gap is not None
    assert found.gap.cause == "not decided"
    assert {"never reached", "impossible"}.isdisjoint(cause for cause, _ in gaps(small))


def test_a_rule_for_each_side_is_one_rule(small):
    """The example beside it is about the left, and that will do."""
    found = coverage_of(small, "profile.stiff_side_gets_more")

    assert found.covered
    assert len(found.leaves) == 1


def test_the_coverage_is_told_by_file(small):
    done = run(small, "--coverage")

    assert done.exit_code == 0
    assert "triage/poor_day_waits.yaml" in done.output
    assert ("red_flags.yaml:20: red_flag.warm_wall: no case makes it fire [never reached]") in done.output


def test_every_condition_that_is_measured_has_a_place(small):
    places = Places(small)

    assert all(place_of(one.rule, places).line for one in run_cases(small).coverage)


# Proposals


def test_proposed_cases_load_and_pass_and_are_not_proposed_again(small):
    done = run(small, "--write-missing")
    text = (small / "cases" / "proposed.yaml").read_text(encoding="utf-8")
    again = run(small, "--write-missing")
    report = run_cases(small)

    assert done.exit_code == again.exit_code == 0
    assert report.ok
    assert report.whole > 10
    assert text.count(f"# {CONFIRM}\n") == report.whole - 2
    assert "No case is missing" in again.output
    assert not (small / "cases" / "proposed_2.yaml").exists()


def test_a_boundary_is_looked_at_on_both_sides_and_unanswered(small):
    proposals = propose_cases(small, match="measure.balance_time")

    answers = [proposal.intake.get("measures", {}).get("balance_time") for proposal in proposals.cases]
    assert answers == [9, 10, None]
    assert [proposal.expect["points"] for proposal in proposals.cases] == [
        {"weak": {"left": 1.0, "right": 1.0}, "balance": 1.0},
        {},
        {},
    ]
    assert proposals.cases[0].name == "Time on one leg (Time on one leg: 9 seconds)"


def test_an_open_question_is_proposed_as_unknown(small):
    """Nothing else of the screen is left open, so that it is this question that decides."""
    (small / "cases" / "whole.yaml").unlink()
    proposals = propose_cases(small, match="red_flag.alarm_bell")

    (open_,) = (one for one in proposals.cases if one.intake.get("red_flags") == {"alarm_bell": "unknown"})
    assert open_.name == "An alarm rings: not answered"
    assert open_.expect == {"outcome": "screening", "asks": ["red_flag.alarm_bell"]}


def test_proposed_cases_never_write_over_a_file(small):
    proposals = propose_cases(small, match="red_flag.alarm_bell")
    (small / "cases" / "mine.yaml").write_text("cases: []\n", encoding="utf-8")

    with pytest.raises(PackError, match="the file is there already"):
        write_proposals(proposals, small, small / "cases" / "mine.yaml")
    assert write_proposals(proposals, small).name == "proposed.yaml"
    assert write_proposals(proposals, small).name == "proposed_2.yaml"


def test_a_folder_is_no_file_to_write_to(small):
    done = run("--write-missing", small)

    assert done.exit_code == 2
    assert "Write the pack before --write-missing" in " ".join(done.output.split())


def test_what_programs_read_of_proposals(small):
    data = json.loads(run(small, "--write-missing", small / "cases" / "mine.yaml", "--json").stdout)

    assert data["file"].endswith("mine.yaml")
    assert len(read_cases(small)) == len(data["cases"]) + 2
