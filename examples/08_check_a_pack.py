"""Checking a pack: everything that is wrong at once, what could be mended, and mending it.

    python examples/08_check_a_pack.py

The same on the command line: psoas-rules check my-rules, and then psoas-rules check my-rules --fix
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from psoas_rules.checking import CATALOGUE, check, mend

RULES = Path(__file__).resolve().parents[1] / "rules"


def edit(file: Path, old: str, new: str) -> None:
    """Stands for your editor: the first text becomes the second."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def main() -> None:
    with TemporaryDirectory() as folder:
        mine = Path(shutil.copytree(RULES, Path(folder) / "my-rules"))
        before = {(one.file, one.code, one.message) for one in check(mine).findings}

        # Four slips, in four files: a spelling, a band that leaves out an answer, a pair that no longer fits, a number.
        edit(mine / "conditions.yaml", "properties: [prone_lying]", "properties: [Prone-lying]")
        edit(mine / "signs.yaml", "at_least: 4, at_most: 6", "at_least: 5, at_most: 6")
        edit(mine / "dosage" / "moderate_pain_half_dose.yaml", "pain_now, at_least: 4", "pain_now, at_least: 6")
        edit(mine / "exercises" / "glute_bridge.yaml", "  rest_s: ", "  rest_s: 10 s # was ")

        report = check(mine)
        print("What four slips do")
        slips = [one for one in report.findings if (one.file, one.code, one.message) not in before]
        for finding in slips:
            kind = CATALOGUE[finding.code]
            print(f"  {finding.severity}: {finding}")
            print(f"    {kind.title}. {kind.cure}")
            if finding.fix is not None:
                print(f"    This can be mended: {finding.fix.title}.")

        # What needs no decision is mended in place; comments and layout stay.
        contents = {one.file: (mine / one.file).read_bytes() for one in slips}
        mended = mend(report, contents)
        print("\nWhat mending changes")
        print(mended.diff(), end="")
        mended.write(mine)

        left = [one for one in check(mine).findings if (one.file, one.code, one.message) not in before]
        print(f"\nLeft to decide: {', '.join(sorted({finding.code for finding in left}))}")


if __name__ == "__main__":
    main()
