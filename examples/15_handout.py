"""A handout to keep: one HTML file that prints to one or two pages.

    python examples/15_handout.py examples/intakes/desk_worker_tight_hips.yaml --paper letter -o handout.html

Open the file in a browser, and print it from there. It needs the extra `handout`:

    python -m pip install 'psoas-rules[handout]'
"""

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import get_args

from psoas_rules import read_intake, recommend
from psoas_rules.errors import IntakeError
from psoas_rules.handout import Look, Paper, handout

INTAKES = Path(__file__).parent / "intakes"


def main() -> None:
    asked = argparse.ArgumentParser(description="Writes the handout for an intake.")
    asked.add_argument("intake", type=Path, nargs="?", default=INTAKES / "desk_worker_tight_hips.yaml")
    asked.add_argument("--paper", choices=get_args(Paper), default="a4")
    asked.add_argument("--look", choices=get_args(Look), default="standard")
    asked.add_argument("--name", default="", help="for whom it is; a line to write on without it")
    asked.add_argument("--date", type=dt.date.fromisoformat, help="the first day, such as 2026-12-01")
    asked.add_argument("-o", "--output", type=Path, default=Path("handout.html"))
    given = asked.parse_args()
    try:
        outcome = recommend(read_intake(given.intake))
    except IntakeError as error:
        sys.exit(str(error))
    page = handout(outcome, paper=given.paper, look=given.look, name=given.name, date=given.date)
    given.output.write_text(page, encoding="utf-8", newline="\n")
    print(f"A handout for a {outcome.kind} is in {given.output.name}. Open it in a browser, and print it from there.")


if __name__ == "__main__":
    main()
