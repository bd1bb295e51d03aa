"""Mutation testing: what no case notices survives, and dies when the case is added."""

import json
import random
import shutil
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from psoas_rules import load_pack
from psoas_rules.casebook import cases_as_yaml, run_case
from psoas_rules.cli.app import app
from psoas_rules.covering import Casebook
from psoas_rules.loading import rulebook_of
from psoas_rules.mutating import is_equivalent, mutants, mutate
from psoas_rules.mutating.books import Books, TrialRecommender
from psoas_rules.mutating.editing import REMOVED, changed
from psoas_rules.mutating.trying import Bench

SMALL = Path(__file__).parent / "small_pack"


@pytest.fixture
def small(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "pack"))


@pytest.fixture(scope="module")
def shipped():
    return rulebook_of(load_pack())


@pytest.fixture(scope="module")
def small_book():
    return rulebook_of(load_pack(SMALL))


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def add_case(pack, intake, outcome="routine", **expect):
    case = {"name": "Added", "intake": intake, "expect": {"outcome": outcome, **expect}}
    (pack / "cases" / "added.yaml").write_text(cases_as_yaml([case]), encoding="utf-8")


def run(*arguments):
    return CliRunner().invoke(app, ["mutate", "--processes", "1", *map(str, arguments)])


RICHER = """      - when: {all: [{sign: slow_start, is: yes}, {sign: better_later, is: no}]}
        points: {balance: 0.7}
      - when: {is: fair}
        points: {glutes: 1.0}
      - when: {sign: stiffness, at_least: 9, side: both}
        points: {core: 0.5}
"""
CLEAR = {"screen": "clear"}
TIGHT = CLEAR | {"measures": {"reach": -8}}
WEAK = CLEAR | {"measures": {"balance_time": 5}, "signs": {"slow_start": "yes"}}
COLD = CLEAR | {"conditions": {"common_cold": "yes"}, "details": {"days_of_cold": 9}}
SORE = WEAK | {"conditions": {"sore_wrist": "yes"}}
SLOW = CLEAR | {"signs": {"slow_start": "yes"}}
ASKED = {"wants": ["wall_push"], "avoid_properties": ["weight_on_hands"]}

# For each kind of mutation: a part of its text, and a case that notices it.
NOTICED = {
    "lower urgency smell_of_smoke urgency modifier": (
        {"red_flags": {"smell_of_smoke": "yes"}},
        {"outcome": "referral"},
    ),
    "drop rule smell_of_smoke not raised": (
        {"red_flags": {"smell_of_smoke": "yes", "warm_wall": "yes"}},
        {"outcome": "referral", "triage": "emergency"},
    ),
    "drop question warm_wall without": ({}, {"outcome": "screening", "asks": ["red_flag.warm_wall"]}),
    "drop exclusion sore_wrist without weight_on_hands": (
        SORE,
        {"concludes": {"condition.sore_wrist": {"excludes": ["weight_on_hands"]}}},
    ),
    "drop limit common_cold without the limit effort_max": (COLD, {"doses": {"chair_rise": {"effort_max": 4}}}),
    "change limit common_cold sets_max 2": (COLD, {"doses": {"chair_rise": {"sets": 1}}}),
    "drop advice sore_wrist without wall_push": (
        SORE,
        {"concludes": {"condition.sore_wrist": {"swaps": {"wall_push": "chair_rise"}}}},
    ),
    "negate test slow_start not: is: yes": (SLOW, {"points": {"weak": 0.75, "core": 0.3}}),
    "shift threshold common_cold at_most 2": (COLD | {"details": {"days_of_cold": 3}}, {"lacks_steps": ["chair_rise"]}),
    "change points slow_start weak 0.65": (SLOW, {"points": {"weak": 0.75, "core": 0.3}}),
    "negate condition feeling_today the whole": (CLEAR | {"signs": {"slow_start": "no"}}, {"points": {}}),
    "swap all and any feeling_today": (SLOW, {"points": {"weak": 0.75, "core": 0.3}}),
    "drop test feeling_today without sign: better_later": (SLOW, {"points": {"weak": 0.75, "core": 0.3}}),
    "other option feeling_today is poor": (CLEAR | {"signs": {"feeling_today": "fair"}}, {"points": {"glutes": 1}}),
    "swap side feeling_today": (
        CLEAR | {"signs": {"stiffness": {"left": 9}}},
        {"points": {"tight": {"left": 1}}},
    ),
    "change level arm_circles level 2": (
        CLEAR | {"preferences": {"level_max": 1}},
        {"has_steps": ["arm_circles"]},
    ),
    "change dose arm_circles reps 9": (CLEAR, {"doses": {"arm_circles": {"reps": 10}}}),
    "swap phase arm_circles phase release": (CLEAR, {"steps": ["arm_circles", "chair_rise", "floor_rest"]}),
    "drop target arm_circles without standing": (
        CLEAR | {"preferences": {"avoid_positions": ["sitting"]}},
        {"has_steps": ["arm_circles"]},
    ),
    "drop need chair_rise without chair": (CLEAR | {"preferences": {"equipment": []}}, {"lacks_steps": ["chair_rise"]}),
    "drop substitute wall_push without chair_rise": (
        CLEAR | {"preferences": ASKED},
        {"instead": {"wall_push": ["chair_rise"]}},
    ),
    "drop property floor_rest without lying_down": (
        CLEAR | {"preferences": {"avoid_properties": ["lying_down"]}},
        {"lacks_steps": ["floor_rest"]},
    ),
    "drop slot tight.stretch": (TIGHT, {"has_steps": ["calf_stretch"]}),
    "drop candidate tight.stretch": (TIGHT, {"has_steps": ["calf_stretch"]}),
    "swap candidates tight.start": (TIGHT, {"has_steps": ["walk_on_the_spot"]}),
    "change constant default_minutes default_minutes 19": (CLEAR, {"minutes": 20}),
}


@pytest.fixture
def richer(small):
    """The small pack with every kind of thing that can be mutated."""
    edit(small / "signs.yaml", "        points: {other: 0.5}\n", "        points: {other: 0.5}\n" + RICHER)
    return small


@pytest.mark.parametrize("change", NOTICED)
def test_what_no_case_notices_survives_and_dies_when_the_case_is_added(richer, change):
    intake, expect = NOTICED[change]
    before = mutate(richer, match=change)
    add_case(richer, intake, **expect)
    after = mutate(richer, match=change)

    assert [one.verdict for one in before.tried] == ["survived"]
    assert [(one.verdict, one.by) for one in after.tried] == [("killed", "cases/added.yaml: Added")]


def test_every_kind_of_mutation_is_tried_out(richer):
    kinds = {mutant.kind for mutant in mutants(rulebook_of(load_pack(richer)))}

    assert kinds == {next(kind for kind in kinds if change.startswith(kind)) for change in NOTICED}


# What a mutant is


def test_a_mutant_differs_in_what_its_title_says(small_book):
    (mutant,) = (one for one in mutants(small_book) if one.title == "urgency modifier in place of same_day")
    pack = mutant.of(small_book.pack)

    assert (mutant.file, mutant.inside) == ("red_flags.yaml", ("red_flags", 1, "urgency"))
    assert pack.red_flags[1] == attrs.evolve(small_book.pack.red_flags[1], urgency="modifier")
    assert attrs.evolve(pack, red_flags=small_book.pack.red_flags) == small_book.pack


def test_every_mutant_differs_from_the_pack(shipped):
    assert not [mutant for mutant in mutants(shipped) if mutant.of(shipped.pack) == shipped.pack]


def test_something_can_be_taken_out_of_lists_and_mappings():
    assert changed((1, (2, 3)), (1, 0), REMOVED) == (1, (3,))
    assert changed({"a": {"b": 1}}, ("a", "b"), REMOVED) == {"a": {}}


def test_a_survivor_is_told_with_the_line_of_what_was_changed(small):
    places = {str(one.place) for one in mutate(small, match="smell_of_smoke").survivors}

    assert "red_flags.yaml:11" in places
    lines = (small / "red_flags.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[10] == "    urgency: same_day"


def test_what_touches_safety_is_marked(small_book):
    safe = {mutant.file.partition("/")[0] for mutant in mutants(small_book) if mutant.safety}
    other = {mutant.kind for mutant in mutants(small_book) if not mutant.safety}

    assert safe == {
        *("red_flags.yaml", "screen.yaml", "conditions.yaml", "precaution", "triage", "safety"),
        "exercises",  # their properties, which exclusions go by
    }
    assert not other & {"lower urgency", "drop question", "drop exclusion", "drop property"}


# Nothing is lost by being quick


def test_a_rulebook_made_from_the_changed_row_alone_is_that_of_the_whole_pack(shipped):
    every = mutants(shipped)
    books = Books(shipped)

    for mutant in random.Random(4).sample(every, 80):
        assert books.of(mutant) == rulebook_of(mutant.of(shipped.pack)), mutant


def test_a_case_that_is_not_run_would_have_come_out(small):
    """Every mutant of the small pack on every case, whether it is touched or not."""
    assert run_missing(small)
    book = Casebook.of(small)
    bench = Bench(book, mutants(rulebook_of(book.pack)))
    skipped = 0

    for mutant in bench.mutants:
        changed_book = bench.books.of(mutant)
        touched = {known.name for known in bench.touched(mutant, changed_book)}
        recommender = TrialRecommender(changed_book)
        for known in bench.whole:
            if known.name not in touched:
                skipped += 1
                assert run_case(recommender, known.place, known.case) is None, (mutant, known.name)

    assert skipped > 1_000


def run_missing(pack):
    """Adds a case for every boundary."""
    return CliRunner().invoke(app, ["test", str(pack), "--write-missing"]).exit_code == 0


def test_several_processes_find_the_same(small):
    alone = mutate(small, sample=24, seed=3)

    assert mutate(small, sample=24, seed=3, processes=2) == alone
    assert len(alone.tried) == 24


# Equivalence


def edited(pack, old, new, file="signs.yaml"):
    edit(pack / file, old, new)
    return rulebook_of(load_pack(pack))


@pytest.mark.parametrize(
    "old, new, file",
    [
        ("when: {at_least: 4}", "when: {above: 3}", "signs.yaml"),
        ("when: {at_most: 0}", "when: {is: 0}", "signs.yaml"),
        ("{sign: slow_start, is: yes}}", "{not: {sign: slow_start, is: no}}}", "slots.yaml"),
        # The exercises are not held as long as this.
        ("effort_max: 4", "effort_max: 4\n        hold_s_max: 900", "conditions.yaml"),
        ("clearance: caution", "clearance: modify", "conditions.yaml"),
        # What is tried first already need not be tried again.
        (
            "substitutes: [floor_rest]",
            "substitutes: [floor_rest]\nregressions: [floor_rest]",
            "exercises/calf_stretch.yaml",
        ),
        # It never stands in for anything there.
        ("serves: [strength]}", "serves: [strength, length]}", "slots.yaml"),
    ],
)
def test_what_nobody_can_see_is_equivalent(small, small_book, old, new, file):
    assert is_equivalent(small_book, edited(small, old, new, file)) is True


@pytest.mark.parametrize(
    "old, new, file",
    [
        ("when: {at_least: 4}", "when: {above: 4}", "signs.yaml"),
        ("{sign: slow_start, is: yes}}", "{sign: slow_start, is: no}}", "slots.yaml"),
        ("effort_max: 4", "effort_max: 3", "conditions.yaml"),
        ("hold_s_max: 10", "hold_s_max: 11", "conditions.yaml"),
        ("clearance: clinician_first", "clearance: modify", "conditions.yaml"),
        ("ask: Do you have a cold", "red_flags: [alarm_bell]\n    ask: Do you have a cold", "screen.yaml"),
        ("urgency: caution", "urgency: same_day", "red_flags.yaml"),
        ("substitutes: [floor_rest]", "substitutes: []", "exercises/calf_stretch.yaml"),
        ("targets: [calm, length]", "targets: [calm]", "exercises/floor_rest.yaml"),
        ("[asked, more_work, stretch, work]", "[more_work, asked, stretch, work]", "slots.yaml"),
    ],
)
def test_what_somebody_could_see_is_not(small, small_book, old, new, file):
    assert is_equivalent(small_book, edited(small, old, new, file)) is None


STOPPED = """      - when: {all: [{is: poor}, {sign: better_later, is: no}]}
        points: {balance: %s}
"""


@pytest.mark.parametrize("change", ["points", "dropped", "somebody is not stopped"])
def test_what_only_people_come_to_who_are_stopped_before_is_equivalent(small, change):
    """On a poor day that does not get better nobody comes as far as the evidence."""
    signs = small / "signs.yaml"
    plain = signs.read_text(encoding="utf-8")
    more = plain.replace("        points: {other: 0.5}\n", "        points: {other: 0.5}\n" + STOPPED % 1.0)
    assert more != plain
    signs.write_text(more, encoding="utf-8")
    book = rulebook_of(load_pack(small))
    changed_text = {
        "points": more.replace("balance: 1.0", "balance: 2.0"),
        "dropped": plain,
        "somebody is not stopped": more.replace("{is: poor}, {sign", "{is: fair}, {sign"),
    }[change]
    signs.write_text(changed_text, encoding="utf-8")

    expected = None if change == "somebody is not stopped" else True
    assert is_equivalent(book, rulebook_of(load_pack(small))) is expected


def test_what_a_condition_leaves_out_it_need_not_limit(small, small_book):
    """Whoever has a sore wrist does nothing on the hands, so it does not matter how often."""
    sore = "      properties: [weight_on_hands]\n"
    limits = "    limits: [{for_property: weight_on_hands, sets_max: %d}]\n"
    edit(small / "conditions.yaml", sore, sore + limits % 1)
    book = rulebook_of(load_pack(small))
    edit(small / "conditions.yaml", "sets_max: 1}]", "sets_max: 2}]")
    one = rulebook_of(load_pack(small))
    edit(small / "conditions.yaml", "for_property: weight_on_hands, sets", "for_property: balancing, sets")

    assert is_equivalent(book, one) is True
    assert is_equivalent(book, rulebook_of(load_pack(small))) is None


def test_an_equivalent_mutant_is_not_counted(small):
    report = mutate(small, match="clearance caution in place of modify")

    assert [one.verdict for one in report.tried] == ["equivalent"] * 2
    assert report.tally().share == 1


def test_a_solver_may_decide_the_rest(small):
    asked = []

    def solver(book, mutant):
        asked.append((book, mutant))
        return len(asked) % 2 == 0

    report = mutate(small, match="change constant", solver=solver)

    assert len(asked) == len(report.tried)
    assert {one.verdict for one in report.tried} == {"survived", "equivalent"}
    assert all(one.decided for one in report.survivors)


# The command


def test_a_survivor_makes_the_command_fail(small):
    done = run(small, "-k", "smell_of_smoke")

    assert done.exit_code == 1
    assert (
        "red_flags.yaml:11: smell_of_smoke: urgency modifier in place of same_day [lower urgency] (safety)"
        in done.output
    )
    assert "it was not decided whether anyone could see a difference" in done.output


def test_enough_killed_is_well(small):
    assert run_missing(small)
    done = run(small, "-k", "smell_of_smoke")

    assert done.exit_code == 0, done.output
    assert "Killed 5 of 5 (100.0%)" in done.output


def test_cases_come_first(small):
    edit(small / "cases" / "whole.yaml", "triage: emergency", "triage: same_day")

    done = run(small)

    assert done.exit_code == 1
    assert "expected: triage same_day" in done.output
    assert "First make every case come out: psoas-rules test" in done.output


def test_what_programs_read(small):
    data = json.loads(run(small, "-k", "alarm_bell urgency", "--json").stdout)

    assert (data["command"], data["ok"], data["tried"]) == ("mutate", True, 2)
    assert data["all"] == {"kind": "all", "killed": 2, "survived": 0, "equivalent": 0, "share": 1.0}
    survivors = json.loads(run(small, "-k", "warm_wall urgency", "--json").stdout)["survivors"]
    assert survivors == [
        {
            "file": "red_flags.yaml",
            "line": 24,
            "kind": "lower urgency",
            "subject": "warm_wall",
            "change": "urgency modifier in place of caution",
            "safety": True,
            "decided": False,
        }
    ]


def test_a_pack_that_cannot_be_used_is_told(small):
    edit(small / "dosage" / "first_time_gentle.yaml", "is: none", "is: nobody")

    done = run(small)

    assert done.exit_code == 1
    assert "dosage/first_time_gentle.yaml:4:28" in done.output


# The shipped pack


def test_the_shipped_pack_notices_what_touches_safety():
    """A draw; the whole takes minutes: psoas-rules mutate."""
    report = mutate(match="red_flags.yaml", sample=20)

    assert report.ok, [str(one.place) for one in report.survivors]
