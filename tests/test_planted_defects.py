"""Planted defects: small edits that hurt somebody, each refuted by the invariants that it breaks."""

import pytest
from planted import book_of, changed, defects, stated

from psoas_rules import load_pack
from psoas_rules.loading import rulebook_of
from psoas_rules.proving import prove, read_invariants


@pytest.mark.parametrize("defect", list(defects()), ids=lambda defect: defect.name)
def test_a_planted_defect_is_refuted(defect):
    """Each invariant that a defect breaks is refuted, by people for whom the library really does what it should not."""
    book = book_of(changed(defect.patch))
    proof = prove(book, stated(book), only=defect.refuted, examples=1)

    assert [result.verdict for result in proof.results] == ["refuted"] * len(defect.refuted)
    for result in proof.results:
        assert [finding for finding in result.findings if finding.kind == "disagreement"] == []


def test_there_are_enough_planted_defects():
    """Thirty at the least, for every kind of invariant that edits of a pack can break."""
    planted = list(defects())
    broken = {name for defect in planted for name in defect.refuted}
    by_code_alone = {"rows_are_kept", "outcome"}
    # Rules of programmes are planted wrong in test_proving_programmes.py.
    of_programmes = {"worse_reports"}

    assert len(planted) >= 30
    assert broken | by_code_alone | of_programmes == {
        one.id for one in read_invariants(rulebook_of(load_pack())).invariants
    }
