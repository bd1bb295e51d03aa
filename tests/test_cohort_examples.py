"""Simulated people: the same for the same seed, as people.yaml says, and readable by the library."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")

import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from pyarrow import csv  # noqa: E402

from psoas_rules import Recommender  # noqa: E402
from psoas_rules.cohort import COLUMNS, recommend_table  # noqa: E402
from psoas_rules.cohort.columns import columns_of  # noqa: E402

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FOLDER = EXAMPLES / "cohort"
PEOPLE = 1_500


@pytest.fixture(scope="module")
def simulate():
    """The module of the script; it lies beside the example, not in a package."""
    sys.path.insert(0, str(FOLDER))
    try:
        import simulate
    finally:
        sys.path.remove(str(FOLDER))
    return simulate


@pytest.fixture(scope="module")
def table(simulate):
    return pa.Table.from_batches(simulate.simulated(seed=5).batches(20_000))


def script(*arguments, cwd):
    command = [sys.executable, "-W", "error", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)


def rates_of(simulate, tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return simulate.simulated(rates=path)


# What is drawn


def test_the_same_seed_gives_the_same_people(simulate):
    first, again, other = (pa.Table.from_batches(simulate.simulated(seed).batches(500)) for seed in (3, 3, 4))

    assert first.equals(again)
    assert not first.equals(other)


def test_row_groups_differ_and_ids_go_on(simulate, monkeypatch):
    monkeypatch.setattr(simulate, "ROW_GROUP", 100)

    batches = list(simulate.simulated().batches(250))

    assert [batch.num_rows for batch in batches] == [100, 100, 50]
    assert pa.Table.from_batches(batches)["person_id"].to_pylist() == list(range(1, 251))
    assert not batches[0]["person.age"].equals(batches[1]["person.age"])


def test_a_new_answer_leaves_the_others_as_they_were(simulate, tmp_path):
    before = "everybody:\n  person.age: {mean: 40, spread: 9}\nkinds:\n  all: {people: 1}\n"
    more = before.replace("kinds", "  signs.low_energy_today: {yes: 10}\nkinds")

    first, second = (rates_of(simulate, tmp_path, text).batch(0, 200) for text in (before, more))

    assert "signs.low_energy_today" in second.schema.names
    assert first["person.age"].equals(second["person.age"])


def test_rates_come_out_as_the_file_says(simulate, tmp_path):
    people = rates_of(
        simulate,
        tmp_path,
        "everybody:\n"
        "  signs.stand_up_stiffness: {yes: 30, answered: 80}\n"
        "  conditions.hernia: {ticked: 10}\n"
        "  clearances.hernia: {yes: 50, only_with: conditions.hernia}\n"
        "  person.age: {mean: 50, spread: 10, least: 20, most: 65}\n"
        "  person.experience: {choices: {none: 3, some: 1}}\n"
        "  preferences.equipment: {entries: {mat: 90, chair: 0}, answered: 50}\n"
        "kinds:\n  a: {people: 3}\n  b: {people: 1, answers: {signs.stand_up_stiffness: {yes: 70}}}\n",
    )
    batch = people.batch(0, 40_000)

    stiff = batch["signs.stand_up_stiffness"]
    assert stiff.null_count / 40_000 == pytest.approx(0.75 * 0.2, abs=0.01)
    assert pc.mean(stiff).as_py() == pytest.approx((0.6 * 0.3 + 0.25 * 0.7) / 0.85, abs=0.015)
    hernia = batch["conditions.hernia"]
    assert Counter(hernia.to_pylist())[True] / 40_000 == pytest.approx(0.1, abs=0.01)
    assert False not in hernia.to_pylist()
    assert batch["clearances.hernia"].is_valid().equals(hernia.is_valid())
    age = batch["person.age"]
    assert pc.min_max(age).as_py() == {"min": 20, "max": 65}
    assert pc.mean(age).as_py() == pytest.approx(49.5, abs=0.5)
    assert Counter(batch["person.experience"].to_pylist())["none"] / 40_000 == pytest.approx(0.75, abs=0.01)
    lists = batch["preferences.equipment"]
    assert lists.null_count / 40_000 == pytest.approx(0.5, abs=0.01)
    assert set(map(tuple, lists.drop_null().to_pylist())) == {(), ("mat",)}


def test_sides_differ_in_as_many_people_as_the_file_says(simulate, tmp_path):
    text = (
        "everybody:\n  signs.hip_snapping: {yes: 50, sides_differ: 40}\n"
        "  signs.groin_pinch_flexion: {yes: 50}\nkinds:\n  all: {people: 1}\n"
    )
    batch = rates_of(simulate, tmp_path, text).batch(0, 40_000)

    left, right = batch["signs.hip_snapping.left"], batch["signs.hip_snapping.right"]
    # Half of those drawn apart happen to agree.
    assert pc.mean(pc.not_equal(left, right)).as_py() == pytest.approx(0.2, abs=0.01)
    # One column stands for both sides.
    assert "signs.groin_pinch_flexion" in batch.schema.names


def test_the_safety_questions_are_answered_in_short_or_group_by_group(table):
    groups = [name for name in table.schema.names if name.startswith("screen.")]

    assert len(groups) == len(Recommender().lexicon.groups)
    for name in groups:
        assert not pc.any(pc.and_(table["screen"].is_valid(), table[name].is_valid())).as_py()
        assert table[name].null_count < table.num_rows


# What becomes of them


def test_everybody_can_be_read_and_most_get_a_routine(table):
    found = recommend_table(table.slice(0, PEOPLE), keep=("person_id",))

    counts = Counter(found["outcome"].to_pylist())
    assert "invalid" not in counts
    assert 0.75 * PEOPLE < counts["routine"] < 0.88 * PEOPLE
    assert counts["referral"] > 0.05 * PEOPLE
    assert counts["screening"] > 0.01 * PEOPLE
    assert set(found["profile"].to_pylist()) == {None, "tight", "weak", "both", "neither", "uncertain"}
    assert set(found["triage"].to_pylist()) == {None, "ok", "caution", "before_exercising", "same_day", "emergency"}


def test_csv_and_parquet_give_the_same_outcomes(tmp_path):
    for name in ("people.parquet", "people.csv"):
        done = script(FOLDER / "simulate.py", "--people", 300, "--seed", 2, "--to", name, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    by_lists = pq.read_table(tmp_path / "people.parquet")
    # Without this an empty cell would be an empty text, which is no answer.
    empty_is_null = csv.ConvertOptions(strings_can_be_null=True)
    by_entries = csv.read_csv(tmp_path / "people.csv", convert_options=empty_is_null)

    assert "preferences.equipment.mat" in by_entries.schema.names
    first, second = (recommend_table(one, keep=("person_id",)) for one in (by_lists, by_entries))
    assert first.to_pylist() == second.to_pylist()


def test_parquet_is_written_in_row_groups(simulate, tmp_path, monkeypatch):
    monkeypatch.setattr(simulate, "ROW_GROUP", 100)

    simulate.write(tmp_path / "people.parquet", simulate.simulated(), 250)

    assert pq.ParquetFile(tmp_path / "people.parquet").metadata.num_row_groups == 3


# The cohort example, written as a file


def test_the_outcomes_can_be_kept_as_parquet(tmp_path):
    done = script(EXAMPLES / "17_a_cohort.py", "--people", 50, "--to", "out.parquet", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    outcomes = pq.read_table(tmp_path / "out.parquet")
    assert outcomes["person_id"].to_pylist() == list(range(1, 51))
    problems = {row["person_id"]: row["problem"] for row in outcomes.to_pylist() if row["outcome"] == "invalid"}
    assert list(problems) == [7, 11]
    assert all(problem in done.stdout for problem in problems.values())
    # The progress bar stays off the output.
    assert "50/50" not in done.stdout


# What is wrong with a file of rates


@pytest.mark.parametrize(
    "line, told",
    [
        ("signs.pain_nwo: {yes: 3}", "mine.yaml:2:3: no question is called 'signs.pain_nwo'; did you mean"),
        ("signs.pain_now: {yes: 3}", "the answer is spread by mean or choices, not by yes"),
        ("signs.pain_now: {mean: 3, spred: 1}", "unknown key 'spred'; did you mean 'spread'?"),
        ("signs.pain_now: {mean: 3, sides_differ: 5}", "has no sides"),
        ("signs.pain_now: {mean: high}", "mean is a number"),
        ("signs.low_energy_today: {yes: 120}", "yes is a number of people out of 100"),
        ("signs.low_energy_today: {answered: 50}", "write one of yes, ticked, mean, choices, entries"),
        ("signs.irritability: {choices: {hihg: 5}}", "unknown answer 'hihg'; did you mean 'high'?"),
        ("signs.irritability: {choices: {high: 0}}", "write each with its number of people out of 100"),
        ("preferences.equipment: {entries: {matt: 5}}", "unknown answer 'matt'; did you mean 'mat'?"),
        ("details.weeks_pregnant: {mean: 9, only_with: conditions.pregnant}", "did you mean 'conditions.pregnancy'?"),
        ("screen: {choices: {claer: 5}}", "unknown answer 'claer'; did you mean 'clear'?"),
    ],
)
def test_a_wrong_line_is_told_with_its_place(simulate, tmp_path, line, told):
    with pytest.raises(simulate.RatesError) as caught:
        rates_of(simulate, tmp_path, f"everybody:\n  {line}\nkinds:\n  all: {{people: 1}}\n")

    assert str(caught.value).startswith("mine.yaml:2:")
    assert told in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path):
    (tmp_path / "mine.yaml").write_text("evrybody: {}\nkinds:\n  all: {people: none}\n", encoding="utf-8")

    done = script(FOLDER / "simulate.py", "--people", 5, "--rates", "mine.yaml", cwd=tmp_path)

    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert "unknown key 'evrybody'; did you mean 'everybody'?" in lines[0]
    assert "'all' needs people" in lines[1]
    assert not (tmp_path / "people.parquet").exists()


def test_the_file_says_that_it_is_made_up():
    head = (FOLDER / "people.yaml").read_text(encoding="utf-8").partition("everybody:")[0]

    assert "expert_choice" in head
    assert "Do not read it as epidemiology" in head


# The guide


def test_the_guide_runs_up_to_the_clusters(table, tmp_path, monkeypatch):
    """All its code, from top to bottom, as somebody would try it out; the clusters have tests of their own."""
    guide = EXAMPLES.parent / "docs" / "cohorts.md"
    code = "".join(re.findall(r"```python\n(.*?)```", guide.read_text("utf-8").partition("### Dask")[0], re.DOTALL))
    people = table.slice(0, 300)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("psoas_rules.cohort.warm_up", lambda: True)
    for number in (0, 1):
        Path("people").mkdir(exist_ok=True)
        pq.write_table(people.slice(150 * number, 150), f"people/{number}.parquet")
    found = {}
    exec(compile(code, str(guide), "exec"), found)

    assert found["outcomes"].column_names == ["person_id", "outcome", "triage"]
    assert found["rows_a_second"] > 0
    assert pq.read_table("outcomes.parquet").to_pylist() == recommend_table(people, keep=["person_id"]).to_pylist()


def test_the_guide_names_every_column_of_an_outcome():
    guide = (EXAMPLES.parent / "docs" / "cohorts.md").read_text("utf-8")
    named = re.findall(r"^\| (`.*?`) \|", guide.partition("## What comes out")[2].partition("\n## ")[0], re.MULTILINE)

    assert re.findall(r"`(.*?)`", " ".join(named)) == list(COLUMNS)


def test_the_guide_names_columns_that_are_answers():
    """And none that only looks like one, but for the two that it tells apart."""
    guide = (EXAMPLES.parent / "docs" / "cohorts.md").read_text("utf-8")
    section = guide.partition("## What goes in")[2].partition("\n## ")[0]
    names = re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)`", section.partition("**Other columns**")[0])
    named = [name for name in names if "." in name or name == "screen"]

    assert len(named) > 8
    for name in named:
        (column,) = columns_of(Recommender().lexicon, pa.schema([(name, pa.string())]))
        assert column.role != "strange", name
