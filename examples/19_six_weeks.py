"""Six weeks of a programme, from the first answers to keeping it up, replayed from a file of reports.

    python examples/19_six_weeks.py
    python examples/19_six_weeks.py examples/programme/carla.yaml --intake examples/intakes/weak_hip.yaml

Nothing is stored by the library: an app keeps the programme as JSON and hands it in again with the next report, as the
loop below does. The file is read with ruamel.yaml, which comes with psoas_rules.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from psoas_rules import read_intake
from psoas_rules.programme import Advance, Feedback, PlannedDay, Programme, advance, plan

HERE = Path(__file__).parent
# How a session goes when nothing else is said.
WELL = {"done": "all", "sharp": False, "form_kept": True, "too_easy": False, "morning_pain": 0}
DAY = {"poor_sleep": False, "unwell": False, "low_energy": False, "fell": False}


def feedback_of(report: Mapping[str, Any], planned: PlannedDay) -> Feedback:
    """The report as an app would send it: one entry for each exercise that was planned."""
    told = {key: value for key, value in report.items() if key not in ("session", "but")}
    if "session" in report:
        but = report.get("but", {})
        told = {**DAY, **told}
        told["exercises"] = {
            step.exercise: {**WELL, **report["session"], **but.get(step.exercise, {})} for step in planned.steps
        }
    return Feedback.from_dict(told)


def lines(step: Advance) -> Iterator[str]:
    """What a report changed, in words, each thing once."""
    yield from (f"    ({note})" for note in step.notes)
    for change in step.changes:
        dose = f"  [{change.dose}]" if change.dose and change.dose not in change.text else ""
        yield f"    {change.text}{dose}"


def session(day: PlannedDay) -> str:
    work = ", ".join(f"{step.name} {step.dose}" for step in day.steps if step.phase == "strengthening")
    return f"{day.day:%a %d %b}, about {day.minutes} min. {work}"


def main() -> None:
    asked = argparse.ArgumentParser(description="Replays the reports of a programme.")
    asked.add_argument("story", type=Path, nargs="?", default=HERE / "programme" / "carla.yaml")
    asked.add_argument("--intake", type=Path, default=HERE / "intakes" / "weak_hip.yaml")
    given = asked.parse_args()
    story = YAML(typ="safe", pure=True).load(given.story.read_text(encoding="utf-8"))

    programme = plan(read_intake(given.intake), start=story["start"], weeks=story["weeks"])
    if not isinstance(programme, Programme):
        sys.exit(str(programme))
    print("The plan")
    for week in programme.weeks:
        days = " ".join(f"{day.day:%a}" for day in week.sessions)
        easy = ", an easy week" if week.easy else ""
        tests = f"; {week.retest.title.lower()} on {week.retest.day:%a %d %b}" if week.retest else ""
        print(f"  Week {week.number}: {week.title}{easy}. Sessions on {days}{tests}.")
    print(f"  First session: {session(next(programme.sessions()))}")

    stored = programme.to_json()
    number = 0
    for report in story["reports"]:
        programme = Programme.from_json(stored)
        day: dt.date = report["day"]
        planned = programme.day(day)
        week = next(week for week in programme.weeks if planned in week.days)
        if week.number != number:
            number = week.number
            print(f"\nWeek {number}: {week.goal}" + (f" {week.text}" if week.text else ""))
        step = advance(programme, feedback_of(report, planned))
        stored = step.programme.to_json()
        print(f"  {day:%a %d %b}")
        print("\n".join(lines(step)) or "    Noted. The programme stays as it is.")

    programme = Programme.from_json(stored)
    print(f"\nThe programme is {programme.status}. {programme.status_text or ''}".rstrip())
    print("Work of the weeks in minutes: " + ", ".join(f"{week.work_s / 60:.0f}" for week in programme.weeks))


if __name__ == "__main__":
    main()
