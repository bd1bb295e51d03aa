"""Your own rules: copy the pack, change a number, load it, and see what a typo does.

    python examples/05_your_own_rules.py

The copy lives in a temporary folder; keep yours under version control.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from psoas_rules import Intake, Recommender, Routine, load_pack, read_intake
from psoas_rules.errors import PackError

HERE = Path(__file__).parent
RULES = HERE.parent / "rules"


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Stands for your editor: each first text becomes the second."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is not in {file.name}"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def doses(recommender: Recommender, intake: Intake) -> dict[str, str]:
    """The dose of every exercise that this pack gives."""
    outcome = recommender.recommend(intake)
    assert isinstance(outcome, Routine)
    return {step.name: str(step.dose) for step in outcome.steps}


def main() -> None:
    intake = read_intake(HERE / "intakes" / "stiff_lower_back.yaml")
    with TemporaryDirectory() as folder:
        mine = Path(shutil.copytree(RULES, Path(folder) / "my-rules"))
        rule = mine / "dosage" / "moderate_pain_half_dose.yaml"

        # Half the dose from pain of 6, not of 4. The pair of examples beside the rule moves with the threshold.
        edit(
            rule,
            ("title: Pain of 4 to 6", "title: Pain of 6"),
            ("at_least: 4", "at_least: 6"),
            ("fires: {sign.pain_now: 4}", "fires: {sign.pain_now: 6}"),
            ("quiet: {sign.pain_now: 3}", "quiet: {sign.pain_now: 5}"),
        )
        before, after = doses(Recommender(), intake), doses(Recommender(load_pack(mine)), intake)
        print("What changes for Anna, whose back pain is 4")
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) != after.get(name):
                print(f"  {name}")
                print(f"    before: {before.get(name, 'not in it')}")
                print(f"    after:  {after.get(name, 'not in it')}")

        # A pack with a mistake is not used at all. The error lists every problem with its place.
        edit(rule, ("sign: pain_now,", "sign: pain_nwo,"), ("expert_choice", "expert_chioce"))
        print("\nWhat two typos do")
        try:
            load_pack(mine)
        except PackError as error:
            print(error)


if __name__ == "__main__":
    main()
