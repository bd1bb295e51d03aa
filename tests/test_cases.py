"""Every example in the pack comes out as its author wrote it: the pairs beside the rules, and the whole intakes."""

import pytest

from psoas_rules import Recommender, load_pack
from psoas_rules.casebook import read_cases, run_case, run_pair

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
