"""Answers in, a routine out.

    python examples/01_first_routine.py examples/intakes/stiff_lower_back.yaml

Takes the path of an intake, JSON or YAML; without one it takes the stiff lower back.
"""

import sys
from pathlib import Path

from psoas_rules import read_intake, recommend
from psoas_rules.errors import IntakeError

INTAKES = Path(__file__).parent / "intakes"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else INTAKES / "stiff_lower_back.yaml"
    try:
        # The outcome is a Routine, a Referral or a Screening. All three print as a page for the person.
        print(recommend(read_intake(path)))
    except IntakeError as error:
        # Answers that cannot be read are told all at once, each with what is allowed.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
