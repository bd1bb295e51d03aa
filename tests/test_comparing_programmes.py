"""Two packs compared: what other rules of programmes change, and whether some report is decided less strictly."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from psoas_rules import Recommender, load_pack
from psoas_rules.comparing import compare
from psoas_rules.comparing.reports import Judge
from psoas_rules.comparing.things import things
from psoas_rules.conditions import holds
from psoas_rules.loading import Rulebook, rulebook_of
from psoas_rules.programme.knowing import Knowledge

RULES = Path(__file__).resolve().parents[1] / "rules"
LATER = ("progress/worse_for_two_weeks.yaml", "when: {course: worse_days, at_least: 14}", "21")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The shipped pack without its cases: there are thousands, and to read them takes longer than to compare."""
    return shutil.copytree(RULES, tmp_path_factory.mktemp("shipped") / "old", ignore=shutil.ignore_patterns("cases"))


@pytest.fixture
def edited(shipped, tmp_path):
    """Makes an edited copy of the pack; an edit without a new text removes the file."""

    def make(*edits):
        folder = shutil.copytree(shipped, tmp_path / "new")
        for file, old, new in edits:
            path = folder / file
            if old is None:
                path.write_text(new, encoding="utf-8") if new else path.unlink()
                continue
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{old!r} is not in {file} once"
            path.write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return make


NEW_HOLD = """\
id: no_more_when_unwell
title: Nothing more while unwell
stage: exercise
when: {today: unwell, is: yes}
then: {change: hold}
because: Nobody gets more on a day of illness.
sources: [expert_choice]
status: reviewed
cases: {fires: {today.unwell: yes}, quiet: {today.unwell: no}}
"""
PROGRESS = "progress/{}.yaml"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        # Careful rules that come later, or end sooner, or go.
        ((PROGRESS.format("worse_for_two_weeks"), "at_least: 14}", "at_least: 21}"), "less_strict"),
        ((PROGRESS.format("flares_again"), "at_least: 3}", "at_least: 4}"), "less_strict"),
        ((PROGRESS.format("flare"), "days: 7", "days: 3"), "less_strict"),
        ((PROGRESS.format("very_hard"), None, None), "less_strict"),
        ((PROGRESS.format("swap_for_pain"), "change: substitute", "change: hold"), "less_strict"),
        ((PROGRESS.format("flares_again"), "course: pause", "course: screen"), "less_strict"),
        ((PROGRESS.format("sharp_pain"), "status: reviewed", "status: retired"), "less_strict"),
        # What gives more comes sooner.
        ((PROGRESS.format("clean_session"), "{report: effort, at_most: 6}", "{report: effort, at_most: 8}"), "less_strict"),
        ((PROGRESS.format("two_clean_sessions"), "{in_a_row: clean, at_least: 2}", "{in_a_row: clean, at_least: 1}"), "less_strict"),
        (("programme.yaml", "growth: {value: 0.1,", "growth: {value: 0.2,"), "less_strict"),
        (("programme.yaml", "days_to_level_2: {value: 14,", "days_to_level_2: {value: 7,"), "less_strict"),
        # The same the other way round.
        ((PROGRESS.format("worse_for_two_weeks"), "at_least: 14}", "at_least: 10}"), "not_less_strict"),
        ((PROGRESS.format("flare"), "days: 7", "days: 10"), "not_less_strict"),
        ((PROGRESS.format("flares_again"), "course: pause", "course: refer, answers: {red_flag.worsening_despite_plan: yes}"), "not_less_strict"),
        ((PROGRESS.format("clean_session"), "{report: effort, at_most: 6}", "{report: effort, at_most: 5}"), "not_less_strict"),
        ((PROGRESS.format("two_clean_sessions"), None, None), "not_less_strict"),
        ((PROGRESS.format("no_more_when_unwell"), None, NEW_HOLD), "not_less_strict"),
        (("programme.yaml", "growth: {value: 0.1,", "growth: {value: 0.05,"), "not_less_strict"),
        # Where nobody can tell.
        (("programme.yaml", "lately_days: {value: 28,", "lately_days: {value: 21,"), "to_read"),
        (("programme.yaml", "kept_in_flares: [walking, ", "kept_in_flares: ["), "to_read"),
        (("programme.yaml", "weeks: 4, level_max: 2}\n  - {id: strength", "weeks: 6, level_max: 2}\n  - {id: strength"), "to_read"),
        (("programme.yaml", "regular: [{from_week: 1, days: 3}]", "regular: [{from_week: 1, days: 2}]"), "to_read"),
    ],
)  # fmt: skip
def test_each_change_of_programmes_is_judged(shipped, edited, edit, expected):
    comparison = compare(shipped, edited(edit), prove=False)

    (effect,) = comparison.programmes
    assert comparison.effects == ()
    assert not comparison.same
    assert effect.judgement.strictness == expected
    verdicts = {"less_strict": "less_safe", "not_less_strict": "not_less_safe", "to_read": "not_decided"}
    assert comparison.safety.verdict == verdicts[expected]
    assert comparison.version.asked == ("minor" if expected == "not_less_strict" else "major")
    assert not comparison.version.follows


def test_a_report_that_is_decided_less_strictly_is_shown_with_both_decisions(shipped, edited):
    new = edited((PROGRESS.format("worse_for_two_weeks"), "at_least: 14}", "at_least: 21}"))

    (effect,) = compare(shipped, new, prove=False).programmes

    report = effect.judgement.report
    assert effect.place == "progress/worse_for_two_weeks.yaml:2"
    assert report.facts == {"course.worse_days": 14}
    assert report.told == ("Days with clearly more pain than at the start: 14 days",)
    assert (report.old, report.new) == (("refer, red_flag.worsening_despite_plan taken as yes",), ())


def test_a_rule_that_others_stand_in_for_is_to_be_read(shipped, edited):
    """Nobody was found, and the other rule could be quiet where this one was not."""
    twin = (shipped / PROGRESS.format("flares_again")).read_text("utf-8").replace("id: flares_again", "id: flares_more")
    before = edited((PROGRESS.format("flares_more"), None, twin))

    (effect,) = compare(before, shipped, prove=False).programmes

    assert (effect.change.what, effect.change.id) == ("removed", "flares_more")
    assert effect.judgement.strictness == "to_read"


@pytest.mark.parametrize(
    ("edit", "kind", "to_read"),
    [
        ((PROGRESS.format("very_hard"), "title: ", "title: Much "), "progress_rule", False),
        ((PROGRESS.format("flare"), "say: Your pain", "say: Pain"), "progress_rule", True),
        (("programme.yaml", "rest: A day off.", "rest: Nothing today."), "programme_text", False),
        (("programme.yaml", "paused: The programme is paused.", "paused: All is well."), "programme_text", True),
        (("programme.yaml", "title: Halfway tests", "title: Tests"), "programme", False),
    ],
)
def test_words_of_programmes_alone_ask_for_a_patch(shipped, edited, edit, kind, to_read):
    comparison = compare(shipped, edited(edit), prove=False)

    (effect,) = comparison.words
    assert (effect.change.kind, effect.change.what) == (kind, "reworded")
    assert comparison.safety.verdict == "no_change"
    assert comparison.version.asked == "patch"
    assert bool(comparison.safety.to_read) is to_read


def test_another_layout_of_programmes_is_no_change(shipped, edited):
    new = edited(
        (PROGRESS.format("flares_again"), "when:\n  all:\n    - {course: flares_lately, at_least: 3}\n", "when: {course: flares_lately, above: 2}\n"),
        (PROGRESS.format("two_clean_sessions"), "stage: exercise\n", "# A remark.\nstage: 'exercise'\n"),
        ("programme.yaml", "kept_in_flares: [walking, breathing_90_90, ", "kept_in_flares: [breathing_90_90, walking, "),
    )  # fmt: skip

    assert compare(shipped, new, prove=False).same


def test_a_pack_that_plans_no_programmes_any_more_is_to_be_read(shipped, tmp_path):
    folder = shutil.copytree(shipped, tmp_path / "new")
    shutil.rmtree(folder / "progress")
    (folder / "programme.yaml").unlink()

    comparison = compare(shipped, folder, prove=False)

    assert {effect.judgement.strictness for effect in comparison.programmes} == {"to_read"}
    assert comparison.safety.verdict == "not_decided"


def test_everything_about_programmes_is_a_thing():
    """Every field of the plan and every rule can be told when it changes."""
    book = rulebook_of(load_pack())
    groups = {name.partition(".")[0] for kind, name in things(book) if kind == "programme"}
    fields = {"report", "today", "frequency", "patterns", "blocks", "watched", "retests", "numbers", "worse"}
    assert groups == {*fields, "kept_in_flares", "walk", "growing", "screen_when_over", "marks"}
    assert {name for kind, name in things(book) if kind == "progress_rule"} == {rule.id for rule in book.pack.progress}


@pytest.fixture(scope="module")
def knowledge():
    return Knowledge(Recommender())


def changed_rule(rule, data):
    """The rule as data of a pack, with one of its numbers moved."""
    text = json.dumps(rule.when)
    numbers = sorted({word.strip(" ,}]") for word in text.replace(":", " ").split() if word.strip(" ,}]").isdigit()})
    number = data.draw(st.sampled_from(numbers), label="number")
    return json.loads(
        text.replace(f": {number}", f": {max(0, int(number) + data.draw(st.sampled_from((-2, -1, 1, 2))))}")
    )


@settings(deadline=None)
@given(data=st.data())
def test_whatever_is_told_of_a_moved_number_is_true_of_the_engine(knowledge, data):
    """A report that is told is really decided otherwise by the engine; without one, no careful rule got quiet."""
    import attrs

    from psoas_rules.comparing.changes import find_changes
    from psoas_rules.loading import make_rulebook

    pack = load_pack()
    rules = [rule for rule in pack.progress if any(c.isdigit() for c in json.dumps(rule.when))]
    rule = data.draw(st.sampled_from(rules), label="rule")
    moved = attrs.evolve(rule, when=changed_rule(rule, data))
    other = attrs.evolve(pack, progress=tuple(moved if one is rule else one for one in pack.progress))
    old, new = rulebook_of(pack), make_rulebook(other, lambda *_: None)
    assert isinstance(new, Rulebook)
    changes = [change for change in find_changes(old, new) if change.matters]
    for change in changes:
        judgement = Judge(old, new).judge(change)
        before, after = (
            next((one for one in book.progress.rules[rule.stage] if one.row.id == rule.id), None) for book in (old, new)
        )
        # A number can leave the range of its fact.
        assume(after is not None)
        if judgement.report is None:
            continue
        facts = judgement.report.facts
        fired = {ready.row.id for ready in knowledge.fired(rule.stage, facts)}
        assert (rule.id in fired) is holds(before.when, facts)
        assert (rule.id in fired) is not holds(after.when, facts)


def test_the_command_shows_a_report_that_is_decided_less_strictly(shipped, edited):
    click = pytest.importorskip("click.testing", reason="the extra cli is not installed")
    pytest.importorskip("rich", reason="the extra cli is not installed")
    from psoas_rules.cli.app import app

    new = edited((PROGRESS.format("flares_again"), "course: pause", "course: screen"))
    printed, found = (
        click.CliRunner().invoke(app, ["diff", str(shipped), str(new), *more]) for more in ([], ["--json"])
    )

    text = " ".join(printed.stdout.split())
    assert (printed.exit_code, found.exit_code) == (1, 1)
    assert "1 change that programmes can hang on" in text
    assert "progress/flares_again.yaml:2: progress_rule flares_again changed then.course: pause -> screen" in text
    assert "A report that is decided less strictly: Flares lately: 3 old: pause new: screen" in text
    assert "Is the new pack as safe? LESS SAFE" in text
    (told,) = json.loads(found.stdout)["programmes"]
    assert (told["file"], told["line"], told["strictness"]) == ("progress/flares_again.yaml", 2, "less_strict")
    assert told["report"]["facts"] == {"course.flares_lately": 3}
