"""Every example in the pack comes out as its author wrote it: the pairs beside the rules, and the whole intakes."""

import shutil
from pathlib import Path

import pytest

from psoas_rules import Recommender, load_pack
from psoas_rules.casebook import Expect, WholeCase, read_cases, run_case, run_pair
from psoas_rules.errors import PackError

PACK = load_pack()
CASES = read_cases()


@pytest.fixture(scope="module")
def recommender():
    return Recommender(PACK)


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: f"{rule.stage}-{rule.id}")
def test_the_pair_beside_each_rule_comes_out(recommender, rule):
    failures = run_pair(recommender, rule)

    assert not failures, "\n" + "\n".join(map(str, failures))


@pytest.mark.parametrize("name", CASES)
def test_each_whole_intake_comes_out_as_expected(recommender, name):
    failure = run_case(recommender, *CASES[name])

    assert failure is None, f"\n{failure}"


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"has_steps": ["glute_brige"]}, "has_steps: unknown exercise 'glute_brige'; did you mean 'glute_bridge'?"),
        (
            {"has_one_of": [["glute_bridge", "superwoman"]]},
            "has_one_of: unknown exercise 'superwoman'; did you mean 'superman'?",
        ),
        ({"lacks_steps": ["supermann"]}, "lacks_steps: unknown exercise 'supermann'; did you mean 'superman'?"),
        ({"left_out": ["supermann"]}, "left_out: unknown exercise 'supermann'; did you mean 'superman'?"),
        (
            {"lacks_properties": ["supine_lieing"]},
            "lacks_properties: unknown property 'supine_lieing'; did you mean 'supine_lying'?",
        ),
        (
            {"fired": ["condition.pregnency"]},
            "fired: unknown rule 'condition.pregnency'; did you mean 'condition.pregnancy'?",
        ),
        ({"tight": {"lefft": "supported"}}, "tight: unknown side 'lefft'; did you mean 'left'?"),
        (
            {"lacks_steps": ["supermann"], "left_out": ["zzz"]},
            "lacks_steps: unknown exercise 'supermann'; did you mean 'superman'?; left_out: unknown exercise 'zzz'",
        ),
    ],
)
def test_a_case_that_names_what_does_not_exist_is_a_failure(recommender, expect, told):
    """Nothing is easier than to leave out what does not exist."""
    case = WholeCase(name="A slip", intake={"screen": "clear"}, expect=Expect(outcome="routine", **expect))

    failure = run_case(recommender, "cases/some.yaml:3", case)

    assert failure is not None
    assert failure.got == told


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("profile", "tight"),
        ("confidence", "low"),
        ("tight", {"left": "supported"}),
        ("weak", {"right": "unlikely"}),
        ("has_steps", ("glute_bridge",)),
        ("has_one_of", (("glute_bridge",),)),
        ("lacks_steps", ("superman",)),
        ("lacks_properties", ("supine_lying",)),
        ("left_out", ("superman",)),
    ],
)
@pytest.mark.parametrize("outcome", ["referral", "screening"])
def test_a_case_that_expects_of_a_refusal_what_only_a_routine_has_is_a_failure(recommender, outcome, key, value):
    """It would never be looked at."""
    intake = {"screen": "clear", "red_flags": {"fever_with_hip_or_back": True}} if outcome == "referral" else {}
    plain = WholeCase(name="Sound", intake=intake, expect=Expect(outcome=outcome))
    case = WholeCase(name="A slip", intake=intake, expect=Expect(outcome=outcome, **{key: value}))

    assert run_case(recommender, "cases/some.yaml:3", plain) is None
    failure = run_case(recommender, "cases/some.yaml:3", case)

    assert failure is not None
    assert failure.got == f"{key}: only a routine has it, and the case expects a {outcome}"


@pytest.mark.parametrize("file", ["cases/more.yml", "cases/more.json", "cases/knee/more.yaml"])
def test_a_case_never_vanishes_in_silence(tmp_path, file):
    pack = tmp_path / "pack"
    shutil.copytree(Path(__file__).parent / "small_pack", pack)
    assert len(read_cases(pack)) == 2
    (pack / file).parent.mkdir(exist_ok=True)
    (pack / file).write_text("cases: []\n", encoding="utf-8")

    with pytest.raises(PackError) as caught:
        read_cases(pack)

    assert [str(issue) for issue in caught.value.issues] == [
        f"{file}: this file is not read; cases stand as .yaml in cases [unknown-file]"
    ]


def test_cases_of_a_pack_that_is_not_there_are_told(tmp_path):
    with pytest.raises(PackError, match="there is no pack in 'nowhere'"):
        read_cases(tmp_path / "nowhere")
