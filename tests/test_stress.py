"""Small slices of what `tests/stress/` does at full size: agreement, faults inside the engine, many at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from conftest import needs_durable

from psoas_rules import Intake, Recommender, recommend

sys.path.insert(0, str(Path(__file__).parent / "stress"))

import agreement
import concurrency
import faults
from crowd import People
from remembered import memories, wrong_entries

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")


# --- agreement --------------------------------------------------------------------------------------------------------


def test_all_ways_to_decide_agree_on_people_drawn_by_lot(pack, recommender, forgetful, plain):
    """With memory, without, and plainly; and the lot draws a fair mix."""
    comparison = agreement.Comparison({"memory": recommender, "no memory": forgetful}, plain)

    differing = [data for data in People(pack).many("slice", 150) if comparison.differences(data)]

    assert differing == []
    assert min(comparison.kinds[kind] for kind in ("routine", "referral", "screening")) > 15


@pytest.mark.parametrize("number", range(3))
def test_all_ways_to_decide_agree_on_packs_drawn_by_lot(number):
    result = agreement.pack_block((1, number, 60))

    assert result["differences"] == []
    assert result["quiet"] < result["rules"] / 2


def test_broken_readers_are_caught_within_a_thousand_cases():
    """A comparison that lets a broken reader pass would prove nothing."""
    caught = dict(agreement.catch_all(seed=1, draws=1))

    assert [name for name, cases in caught.items() if cases is None] == []
    assert len(caught) == 5


def test_the_same_seed_draws_the_same_people(pack):
    assert list(People(pack).many("seed", 50)) == list(People(pack).many("seed", 50))
    assert list(People(pack).many("seed", 50)) != list(People(pack).many("other seed", 50))


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stage():
    made = faults.Stage()
    yield made
    made.close()


@needs_durable
@pytest.mark.parametrize("fault", faults.FAULTS)
def test_a_fault_in_the_matcher_gives_an_error_or_the_right_outcome(stage, fault):
    """In some of its calls; and the next recommendation is right at once, and nothing wrong is remembered."""
    # A wrong name does harm only where a rule fires; in a warm run that is not rare.
    lie = fault in faults.LIES
    cases = [case for case in stage.cases(("warm",) if lie else faults.SCENES) if case.fault == fault]

    counts, broken = faults.run_cases(cases[:: len(cases) // (20 if lie else 8)], stage)

    assert [f"{case}: {said}" for case, said in broken] == []
    assert counts["ok"] > 0


@needs_durable
def test_a_wrong_entry_in_a_memory_is_found(pack):
    """Otherwise it would mean nothing that none is found."""
    recommender = Recommender(pack)
    recommender.recommend(faults.SECOND)
    count, wrong = wrong_entries(recommender)
    assert count > 20
    assert wrong == []

    for program in memories(recommender):
        for group in program._groups:
            for key, fired in list(group.known._young.items()):
                group.known._young[key] = tuple(group.positions - set(fired))

    assert len(wrong_entries(recommender)[1]) > 20


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scenery():
    return concurrency.Scenery.make(60)


SLICES = {
    "threads": lambda scenery: concurrency.threads(scenery, 4, 40),
    "short memory": lambda scenery: concurrency.short_memory(scenery, 4, 40),
    "forks": lambda scenery: concurrency.forks(scenery, 4),
    "forks at first use": lambda scenery: concurrency.fork_at_first_use(scenery, [0.1]),
    "spawned": lambda scenery: concurrency.spawned(scenery, 2),
    "tasks": lambda scenery: concurrency.tasks(scenery, 20, 5),
    "exits": lambda scenery: concurrency.exits(scenery, 2),
    "interrupts": lambda scenery: concurrency.interrupts(scenery, 52),
    "interrupted making": lambda scenery: concurrency.interrupted_making(scenery, 8),
    "stopped threads": lambda scenery: concurrency.stopped_threads(scenery, 10),
}


@pytest.mark.parametrize("name", SLICES)
def test_many_at_once_get_what_one_gets_and_leave_nothing_behind(scenery, name):
    assert SLICES[name](scenery).wrong == []


def test_a_wrong_outcome_among_many_is_told(scenery):
    """Otherwise it would mean nothing that none is told."""
    (data, right), *_ = scenery.asked
    doubtful = attrs.evolve(scenery, asked=((data, right.replace("the", "teh")),))

    assert concurrency.threads(doubtful, 2, 1).wrong != []
    assert json.loads(right) == json.loads(concurrency.text_of(scenery.both[0], Intake.from_dict(data)))


SLOW_IMPORT = """
import os, signal, sys, threading, time, warnings
import psoas_rules
outcome = psoas_rules.recommend(psoas_rules.Intake())
begun = threading.Event()
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "cattrs":
            begun.set()
            time.sleep(0.5)  # long enough to fork meanwhile
sys.meta_path.insert(0, Slow())
assert "cattrs" not in sys.modules
first = threading.Thread(target=outcome.to_dict)
first.start()
begun.wait()
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    signal.alarm(20)
    os._exit(0 if outcome.to_dict()["outcome"] == "screening" else 3)
status = os.waitpid(child, 0)[1]
first.join()
sys.exit(0 if status == 0 else f"the child ended with status {status} (14 is a hang)")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_forked_while_a_module_is_imported_late_goes_on():
    recommend(Intake())  # so that the pack is stored and reading it imports nothing more

    done = subprocess.run([sys.executable, "-c", SLOW_IMPORT], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
