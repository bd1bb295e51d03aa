"""Are the rules tested? Run the cases of a pack, see what they do not cover, and whether they would notice a mistake.

    python examples/09_test_and_mutate.py

The same on the command line: `psoas-rules test`, `psoas-rules test --write-missing`, `psoas-rules mutate`.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from psoas_rules.covering import propose_cases, run_cases, write_proposals
from psoas_rules.mutating import mutate

RULES = Path(__file__).parents[1] / "rules"
RULE = "triage.severe_pain_needs_assessment"


def main() -> None:
    with TemporaryDirectory() as folder:
        # A copy of the pack without its whole-intake cases: only the pairs beside the rules are left.
        mine = Path(folder) / "my-rules"
        shutil.copytree(RULES, mine, ignore=shutil.ignore_patterns("cases"))

        print("What the pair beside one rule covers")
        report = run_cases(mine)
        (found,) = (one for one in report.coverage if one.rule == RULE)
        for leaf in found.leaves:
            print(f"  {leaf.leaf}: {'covered' if leaf.covered else 'not covered'}")
            for gap in leaf.gaps:
                print(f"    {gap.cause}: {gap.text}")

        print("\nWhich mistakes in it nobody would notice")
        for one in mutate(mine, match="severe_pain_needs_assessment").survivors:
            print(f"  {one.place}: {one.mutant.title}")

        print("\nThe cases that are missing")
        proposals = propose_cases(mine, match=RULE)
        print((write_proposals(proposals, mine)).read_text(encoding="utf-8"))

        print("And with them")
        tally = mutate(mine, match="severe_pain_needs_assessment").tally()
        print(f"  {tally.killed} of {tally.killed + tally.survived} mistakes are noticed")

        # A slip of the pen: the rule now starts at 8.
        rule = mine / "triage" / "severe_pain_needs_assessment.yaml"
        rule.write_text(rule.read_text(encoding="utf-8").replace("at_least: 7", "at_least: 8"), encoding="utf-8")
        print("\nWhat a slip of the pen does")
        for failure in run_cases(mine).failures:
            print(failure)


if __name__ == "__main__":
    main()
