"""The proof about programmes: worse reports never give more, and rules that break that are found out."""

import attrs
import pytest
from planted import book_of, changed

from psoas_rules.invariants import Invariant, Invariants
from psoas_rules.loading import rulebook_of
from psoas_rules.proving import prove

STATED = Invariants(
    invariants=(Invariant(id="worse", title="Worse reports give no more.", kind="worse_reports_give_no_more"),)
)


@pytest.fixture(scope="module")
def book(pack):
    return rulebook_of(pack)


def result_of(book):
    return prove(book, STATED).results[0]


def broken_by(*patch):
    """The claims that do not hold with a patch, each with what was found."""
    steps = [step for part in patch for step in part]
    return {finding.claim: finding for finding in result_of(book_of(changed(steps))).findings}


def rule(name, key, value):
    """A patch of one rule. A sentence that names what is not read any more goes with its condition."""
    patch = [{"file": f"progress/{name}.yaml", "path": [key], "set": value}]
    return (
        [*patch, {"file": f"progress/{name}.yaml", "path": ["say"], "set": "A sentence."}] if key == "when" else patch
    )


def test_worse_reports_of_the_built_in_pack_never_give_more(book, pack):
    """Every mark that is good or bad, every change of an exercise and every course is claimed, and all is proved."""
    result = result_of(book)
    courses = [one.id for one in pack.progress if one.stage == "programme" and one.then.course != "note"]

    assert result.findings == ()
    assert result.verdict == "proved"
    assert result.claims >= len(courses) + 7 + 5


def test_a_pack_without_programmes_claims_nothing(book):
    """There is nothing to prove then."""
    bare = attrs.evolve(book, progress=None)

    assert (result_of(bare).verdict, result_of(bare).claims) == ("proved", 0)


DEFECTS = [
    (
        "a good mark for much pain",
        [rule("clean_session", "when", {"report": "pain", "at_least": 5})],
        {"marks.clean"},
    ),
    (
        "a good mark for silence about pain",
        [rule("too_easy_session", "when", {"not": {"report": "pain", "answered": True}})],
        {"marks.easy"},
    ),
    (
        "much pain is no bad mark any more from 9 on",
        [rule("too_much_pain", "when", {"all": [{"report": "pain", "at_least": 6}, {"report": "pain", "below": 9}]})],
        {"marks.red", "progress.red_twice_in_a_week"},
    ),
    (
        "a hard session calms middling pain",
        [rule("middling_pain", "when", {"all": [{"report": "pain", "at_least": 4}, {"report": "effort", "below": 9}]})],
        {"marks.amber", "changes.reduce_0.5", "changes.reduce_0.75"},
    ),
    (
        "another exercise only while form is good",
        [
            rule(
                "swap_for_pain",
                "when",
                {"all": [{"report": "pain", "at_least": 6}, {"report": "form_kept", "is": True}]},
            )
        ],
        {"changes.substitute"},
    ),
    (
        "a step up for lost form",
        [
            rule("two_clean_sessions", "when", {"in_a_row": "hard", "at_least": 2}),
            rule("form_lost", "status", "retired"),
        ],
        {"changes.progress"},
    ),
    (
        "a step up after a bad night",
        [
            rule("two_clean_sessions", "when", {"today": "poor_sleep", "is": True}),
            rule("no_more_on_a_bad_day", "status", "retired"),
        ],
        {"changes.progress"},
    ),
    (
        "a flare of one exercise alone",
        [rule("flare", "when", {"anywhere_today": "flared", "is": 1})],
        {"progress.flare"},
    ),
    (
        "longer sessions for the unwell",
        [rule("back_to_full_length", "when", {"today": "unwell", "is": True})],
        {"progress.back_to_full_length"},
    ),
    (
        "no safety questions for those who fell and slept badly",
        [
            rule(
                "fall_or_illness",
                "when",
                {"all": [{"today": "fell", "is": True}, {"today": "poor_sleep", "is": False}]},
            )
        ],
        {"progress.fall_or_illness"},
    ),
    (
        "experience through many red marks",
        [
            rule(
                "four_weeks_of_training",
                "when",
                {"all": [{"person": "experience", "is": "none"}, {"anywhere_this_week": "red", "at_least": 1}]},
            )
        ],
        {"progress.four_weeks_of_training"},
    ),
    (
        "the table says the wrong way",
        [[{"file": "programme.yaml", "path": ["worse", "report.pain"], "set": "lower"}]],
        {"marks.clean", "marks.amber", "marks.red", "changes.substitute"},
    ),
]


@pytest.mark.parametrize(("patch", "claims"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS])
def test_a_rule_that_gives_more_for_worse_is_refuted(patch, claims):
    """Each planted rule breaks the claims that it must break, and the proof says in what the two reports differ."""
    found = broken_by(*patch)

    assert claims <= set(found)
    for claim in claims:
        assert found[claim].kind == "refuted"
        assert found[claim].why.startswith("The better and the worse report: ")


def test_what_is_found_differs_in_as_little_as_can_be():
    """One answer is enough to break a rule that reads one answer."""
    found = broken_by(rule("back_to_full_length", "when", {"today": "unwell", "is": True}))

    assert found["progress.back_to_full_length"].why in (
        "The better and the worse report: Unwell: no and yes.",
        "The better and the worse report: Unwell: not answered and yes.",
    )


def test_a_stricter_volume_is_as_careful():
    """Where a worse report leaves still less of the work, nothing is lost."""
    patch = rule(
        "middling_pain_twice", "when", {"all": [{"mark": "amber", "is": True}, {"report": "pain", "at_most": 5}]}
    )
    stricter = rule("swap_for_pain", "then", {"change": "reduce", "volume": 0.25})

    assert "changes.reduce_0.75" in broken_by(patch)
    assert "changes.reduce_0.75" not in broken_by(patch, stricter)
