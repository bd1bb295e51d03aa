"""The README does what it says: its Python runs, its rule and its case stand in the pack, its set-up is two commands."""

import doctest
import re
import shutil
from pathlib import Path
from textwrap import dedent, indent

import pytest
from click.testing import CliRunner

from psoas_rules import Recommender, check_pack, load_pack
from psoas_rules.casebook import read_cases, run_case, run_pair
from psoas_rules.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "rules/README.md")
OPTIONS = doctest.ELLIPSIS | doctest.REPORT_NDIFF

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)\)")


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    return [dedent(body) for _, found, body in FENCE.findall(text) if found == language]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with a copy of the rules in it, as a reader at the top of a checkout has."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("checkout")
def test_the_python_in_the_readme_runs_as_printed():
    written = blocks(page("README.md"), "python")
    examples = doctest.DocTestParser().get_doctest("\n".join(written), {}, "README.md", "README.md", 0)
    report = []

    result = doctest.DocTestRunner(optionflags=OPTIONS).run(examples, out=report.append)

    assert result.failed == 0, "".join(report)
    # A block without prompts would be read as prose and never run.
    assert all(">>> " in block for block in written)
    assert result.attempted == sum(len(re.findall(r"^>>> ", block, re.MULTILINE)) for block in written) > 20


def test_set_up_is_two_commands():
    section = page("README.md").partition("\n## Set up\n")[2].partition("\n## ")[0]

    commands = blocks(section, "sh")

    assert [language for _, language, _ in FENCE.findall(section)] == ["sh", "sh"]
    assert "python examples/01_first_routine.py examples/intakes/stiff_lower_back.yaml" in commands[0]
    assert "python -m pytest" in commands[1]
    # One command each: lines joined by &&, so that the first failure stops it.
    assert all(line.endswith("&&") for command in commands for line in command.splitlines()[:-1])


@pytest.mark.parametrize("name", ["README.md", "rules/README.md"])
def test_rules_and_cases_on_a_page_stand_in_the_pack(name):
    pack = [path.read_text(encoding="utf-8") for path in (ROOT / "rules").rglob("*.yaml")]
    # Cases are indented in their files and not on the page.
    pack += [re.sub(r"^  ", "", text, flags=re.MULTILINE) for text in pack]
    shown = blocks(page(name), "yaml")

    missing = [block for block in shown if not any(block in text for text in pack)]

    assert shown
    assert not missing


def add(file, text):
    file.write_text(file.read_text(encoding="utf-8") + indent(text, "  "), encoding="utf-8")


@pytest.mark.usefixtures("checkout")
def test_the_five_steps_of_adding_a_rule_work():
    source, rule, case = blocks(page("CONTRIBUTING.md"), "yaml")
    name = re.search(r"^id: (\w+)$", rule, re.MULTILINE)[1]
    assert f"rules/dosage/{name}.yaml" in page("CONTRIBUTING.md")

    add(Path("rules/sources.yaml"), source)
    Path(f"rules/dosage/{name}.yaml").write_text(rule, encoding="utf-8")
    add(Path("rules/cases/worked_examples.yaml"), case)

    assert check_pack("rules") == ()
    recommender = Recommender(load_pack("rules"))
    (added,) = [one for one in recommender.pack.rules if one.id == name]
    assert run_pair(recommender, added) == ()
    cases = read_cases("rules")
    (key,) = cases.keys() - read_cases().keys()
    assert run_case(recommender, *cases[key]) is None
    # Without the rule the case fails, so it does test the rule.
    assert run_case(Recommender(), *cases[key]) is not None


def printed(*arguments):
    """What a command prints that found something."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1, done.output
    return done.stdout


@pytest.mark.usefixtures("checkout")
def test_the_failures_that_the_rule_page_shows_are_the_ones_that_come():
    failure, typo = blocks(page("rules/README.md"), "text")
    file = Path("rules/dosage/moderate_pain_half_dose.yaml")
    before = file.read_text(encoding="utf-8")
    after = before.replace("sign: pain_now, at_least: 4", "sign: pain_now, at_least: 6")
    assert after != before

    file.write_text(after, encoding="utf-8")
    assert failure in printed("test", "rules", "-k", file.stem)

    moved = after.replace("sign.pain_now: 4", "sign.pain_now: 6").replace("sign.pain_now: 3", "sign.pain_now: 5")
    file.write_text(moved, encoding="utf-8")
    assert check_pack("rules") == ()

    file.write_text(after.replace("at_least: 6", "at_leest: 6"), encoding="utf-8")
    assert typo in printed("check", "rules")


def test_the_rule_page_names_every_file_and_folder_of_the_pack():
    there = {entry.name + "/" * entry.is_dir() for entry in (ROOT / "rules").iterdir()} - {"README.md"}

    named = set(re.findall(r"`([\w.]+/?)`", page("rules/README.md")))

    assert there <= named


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    links = [link for link in LINK.findall(page(name)) if "://" not in link]

    broken = [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]

    assert not broken
