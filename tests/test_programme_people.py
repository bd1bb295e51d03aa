"""Simulated people live through programmes: no law breaks, and each kind fares as a physiotherapist would expect.

A few of each kind; tests/stress/programmes.py takes thousands.
"""

import sys
from pathlib import Path

import attrs
import pytest
from programme_laws import check_advance, check_programme

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples"))

from programme.kinds import PEOPLE, PeopleError, read_people  # noqa: E402
from programme.simulate import START, Simulation  # noqa: E402

KINDS = ("adherent", "over_eager", "flaring", "skipping", "silently_worsening")
EACH = 3
MORE = {"flaring": 5}
"""How many of each kind. Of those who flare, some do so too late for what comes after to be seen."""
WHOLE_EVERY = 20
"""After so many reports the whole programme is looked at; it takes longer than all the rest."""


@attrs.frozen
class Group:
    """People of one kind after they have lived, and every report with what came of it."""

    lives: list
    moments: list

    def changes(self, effect):
        return [change for life in self.lives for change in life.programme.history if change.effect == effect]

    def full_weeks(self, place):
        """One full week of each person who had one."""
        full = [[week for week in life.weeks if week.there and not week.easy] for life in self.lives]
        return [weeks[place] for weeks in full if weeks]


def mean(numbers):
    found = list(numbers)
    return sum(found) / len(found)


@pytest.fixture(scope="module")
def groups():
    simulation = Simulation()
    made = {}
    for kind in KINDS:
        lives = [simulation.life(kind, number) for number in range(MORE.get(kind, EACH))]
        made[kind] = Group(lives, [list(life.moments()) for life in lives])
    return made


def test_the_kinds_are_those_that_are_looked_at():
    assert tuple(read_people().kinds) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_breaks_a_law(groups, kind):
    """Every change, and the programme now and then and at the end, keeps every law of programmes."""
    group = groups[kind]
    for life, moments in zip(group.lives, group.moments, strict=True):
        for count, moment in enumerate(moments):
            on_time = moment.before.as_of is None or (moment.sent and moment.sent.day > moment.before.as_of)
            if moment.sent and on_time:
                check_advance(moment.before, moment.sent, moment.after, life.planner)
            if count % WHOLE_EVERY == 0:
                check_programme(moment.after.programme, life.planner)
        check_programme(life.programme, life.planner)

    assert sum(len(moments) for moments in group.moments) > EACH * 20


def test_who_does_everything_gets_more_and_hurts_no_more(groups):
    group = groups["adherent"]

    assert len(group.changes("progress")) > len(group.changes("regress"))
    assert mean(week.pain for week in group.full_weeks(-1)) <= mean(week.pain for week in group.full_weeks(0))
    assert all(sum(life.person.capacity.values()) > sum(life.person.first.values()) for life in group.lives)


def test_who_wants_too_much_is_held(groups):
    """They do more than they are asked for; what they are asked for grows no faster for it than the laws allow."""
    group = groups["over_eager"]

    assert mean(w.done / w.asked for w in group.full_weeks(-1)) > 1
    assert len(group.changes("waits")) >= EACH
    assert group.changes("regress")


def work_of_next_session(programme):
    session = programme.next_session()
    return None if session is None else sum(s.dose.seconds for s in session.steps if s.phase == "strengthening")


def test_a_flare_brings_less_and_then_more_again(groups):
    group = groups["flaring"]
    flared = [
        moment
        for moments in group.moments
        for moment in moments
        if any(change.effect == "flare" and change.day == moment.sent.day for change in moment.after.changes)
    ]
    works = [(work_of_next_session(one.before), work_of_next_session(one.after.programme)) for one in flared]
    # The work of the week after each flare, and the most of those that follow on it.
    after = [
        (weeks[number].asked, max(week.asked for week in weeks[number + 1 :]))
        for life in group.lives
        for weeks in [life.weeks]
        for number in [
            (change.day - START).days // 7 + 1 for change in life.programme.history if change.effect == "flare"
        ]
        if number + 1 < len(weeks)
    ]

    assert flared
    known = [(before, less) for before, less in works if before and less is not None]
    # In an easy week, with everything at its least, there may be no strengthening left to take off.
    assert all(less <= before for before, less in known), works
    assert any(less <= before / 2 for before, less in known), works
    assert any(later > eased for eased, later in after)


def test_who_skips_gets_less_to_do_or_starts_again(groups):
    for_gaps = {kind: sum(len(groups[kind].changes(one)) for one in ("shorten", "repeat", "restart")) for kind in KINDS}

    assert for_gaps["skipping"] >= EACH
    assert for_gaps["skipping"] > for_gaps["adherent"] + for_gaps["over_eager"]


def test_who_gets_worse_in_silence_is_referred(groups):
    """All but those to whom something else happens first."""
    stopped = [life.programme for life in groups["silently_worsening"].lives if life.programme.status == "stopped"]

    assert len(stopped) >= EACH - 1
    assert all(programme.referral is not None and not programme.exercises for programme in stopped)


def test_the_same_seed_gives_the_same_life():
    lives = [Simulation(weeks=2, seed=seed).life("skipping", 1) for seed in (3, 3, 4)]
    for life in lives:
        assert life.programme.options.start == START
        for _ in life.moments():
            pass

    assert lives[0].programme == lives[1].programme
    assert lives[0].weeks == lives[1].weeks
    assert lives[0].programme.log != lives[2].programme.log


@pytest.mark.parametrize(
    "before, after, problem",
    [
        ("gain: {value: 0.002, why", "gian: {value: 0.002, why", "there is no number 'gian'; did you mean 'gain'"),
        ("flare: {value: 0, why: It grows evenly.}", "flare: {value: 0}", "flare: write a value, and why"),
        ("kinds:\n", "kinds: [\n", "people.yaml:"),
    ],
)
def test_a_wrong_number_is_told(tmp_path, before, after, problem):
    text = PEOPLE.read_text(encoding="utf-8")
    path = tmp_path / "people.yaml"
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")

    with pytest.raises(PeopleError, match=problem):
        read_people(path)
