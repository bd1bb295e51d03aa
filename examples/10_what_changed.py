"""What changes in meaning from one pack to another, whom it touches, and whether the new one is as safe.

    python examples/10_what_changed.py

The proof needs the extra `prove`: python -m pip install 'psoas-rules[prove]'
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from psoas_rules.comparing import Comparison, compare

RULES = Path(__file__).parents[1] / "rules"
RULE = "dosage/moderate_pain_half_dose.yaml"


def edited(folder: str, *changes: tuple[str, str]) -> Path:
    """A copy of the pack in which each first text of a rule became the second."""
    mine = Path(shutil.copytree(RULES, Path(folder) / "my-rules", dirs_exist_ok=True))
    rule = mine / RULE
    text = rule.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} is not in {RULE}"
        text = text.replace(old, new)
    rule.write_text(text, encoding="utf-8")
    return mine


def tell(comparison: Comparison) -> None:
    for effect in comparison.effects:
        print(f"  {effect.place}: {effect.change}")
        for edit in effect.change.edits:
            print(f"    {edit}")
        if effect.witness is not None:
            print(f"    Somebody whom it touches: {dict(effect.witness.answers)}")
            for difference in effect.witness.differences[:2]:
                print(f"      {difference}")
    safety, version = comparison.safety, comparison.version
    print(f"  As safe as before? {safety.verdict}. {safety.why}")
    print(f"  Version: {version.asked} step, {version.wanted} or later, because {version.because}.")


def main() -> None:
    # Each copy is compared with the built-in pack.
    with TemporaryDirectory() as folder:
        print("The same rule, written differently")
        tell(
            compare(None, edited(folder, ("{sign: pain_now, at_least: 4}", "{not: {not: {sign: pain_now, above: 3}}}")))
        )

        print("\nHalf the dose from pain of 5, not of 4")
        pair = (("sign.pain_now: 4", "sign.pain_now: 5"), ("sign.pain_now: 3", "sign.pain_now: 4"))
        tell(compare(None, edited(folder, ("pain_now, at_least: 4", "pain_now, at_least: 5"), *pair)))

        print("\nHalf the dose from pain of 3 on")
        pair = (("sign.pain_now: 3", "sign.pain_now: 2"), ("sign.pain_now: 4", "sign.pain_now: 3"))
        tell(compare(None, edited(folder, ("pain_now, at_least: 4", "pain_now, at_least: 3"), *pair)))


if __name__ == "__main__":
    main()
