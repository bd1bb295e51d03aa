"""Many people at once: a CSV file in, one line for each person and a table of counts out.

    python examples/06_many_people.py examples/people.csv

The columns are called section.answer, or section.answer.side. An empty cell means that nobody asked.
"""

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tqdm import tqdm

from psoas_rules import Intake, Outcome, Recommender, Referral, Routine, Screening
from psoas_rules.errors import IntakeError


def cell(text: str) -> int | float | str:
    """A number where the text is one, else the text. Words such as yes, no and unknown are fine as they are."""
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def intake(row: dict[str, str]) -> Intake:
    """The intake in one row: `signs.pain_now` goes to the section signs, under pain_now."""
    data: dict[str, Any] = {}
    for column, text in row.items():
        if column == "name" or not text:
            continue
        *sections, answer = column.split(".")
        place = data
        for section in sections:
            place = place.setdefault(section, {})
        place[answer] = text.split(";") if column == "preferences.wants" else cell(text)
    return Intake.from_dict(data)


def kind(outcome: Outcome) -> str:
    """What the outcome is counted as."""
    match outcome:
        case Routine(profile=profile):
            return f"routine, {profile.kind}"
        case Referral(urgency=urgency):
            return f"referral, {urgency}"
        case Screening():
            return "screening"


def detail(outcome: Outcome) -> str:
    """What is worth knowing in one line."""
    match outcome:
        case Routine(steps=steps, seconds=seconds):
            return f"{len(steps)} exercises, {seconds / 60:.0f} minutes"
        case Referral(trace=trace, reasons=reasons):
            first = reasons[0].rules[0]
            return next(firing.title for firing in trace.firings if firing.rule == first)
        case Screening(questions=questions):
            return f"questions still open: {len(questions)}"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "people.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    # Made once and used for everybody: reading the pack takes much longer than one person does.
    recommender = Recommender()
    counts: Counter[str] = Counter()
    lines = []
    for line, row in enumerate(tqdm(rows, unit="person", file=sys.stderr), start=2):
        try:
            outcome = recommender.recommend(intake(row))
            what, more = kind(outcome), detail(outcome)
        except IntakeError as error:
            # One bad row does not stop the run. It is counted and told, and that person gets no outcome.
            what, more = "unreadable", f"line {line}: {error}".replace("\n", "; ")
        counts[what] += 1
        lines.append(f"{row['name']:<9} {what:<29} {more}")

    print("\n".join(lines))
    print()
    for what, count in sorted(counts.items()):
        print(f"{what:<29} {count:>3}")
    print(f"{'all':<29} {counts.total():>3}")


if __name__ == "__main__":
    main()
