"""A warning sign gives a referral, whatever else was answered.

    python examples/02_a_red_flag.py

It shows the three kinds of outcome in one place, and a page for the person.
"""

from pathlib import Path

import attrs

from psoas_rules import Intake, Outcome, Referral, Routine, Screening, read_intake, recommend

INTAKES = Path(__file__).parent / "intakes"


def headline(outcome: Outcome) -> str:
    """One line for each kind of outcome. A type checker sees that none is forgotten."""
    match outcome:
        case Routine(steps=steps):
            return f"a routine with {len(steps)} exercises"
        case Referral(urgency=urgency, headline=text):
            return f"a referral ({urgency}): {text}"
        case Screening(questions=questions):
            return f"no routine yet, {len(questions)} questions are open"


def without_the_flag(intake: Intake) -> Intake:
    """The same answers with the warning sign denied. Intakes are frozen, so this is a new one."""
    return attrs.evolve(intake, red_flags={"anticoagulant_groin_pain": False})


def main() -> None:
    intake = read_intake(INTAKES / "blood_thinner_groin_pain.yaml")
    print("As answered:      ", headline(recommend(intake)))
    print("Without the flag: ", headline(recommend(without_the_flag(intake))))
    print()

    # A referral says what to do, why, and what is all right until then. This is the page for the person.
    print(recommend(intake))


if __name__ == "__main__":
    main()
