"""Share a routine: as Markdown, as entries for a calendar, and as a text that a voice reads.

    python examples/16_share_a_routine.py [INTAKE] [FOLDER]

It writes routine.md, routine.ics and routine.txt into FOLDER, or into the current one. A referral and a screening have
no calendar: there is nothing to plan yet. The calendar needs an extra: python -m pip install 'psoas-rules[calendar]'
"""

import sys
from datetime import datetime, time, timedelta
from pathlib import Path

from psoas_rules import Routine, read_intake, recommend
from psoas_rules.calendars import to_calendar
from psoas_rules.markdown import to_markdown
from psoas_rules.read_aloud import read_aloud

INTAKE = Path(__file__).parent / "intakes" / "desk_worker_tight_hips.yaml"


def main() -> None:
    intake = Path(sys.argv[1]) if len(sys.argv) > 1 else INTAKE
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
    outcome = recommend(read_intake(intake))

    written = {".md": to_markdown(outcome).encode(), ".txt": read_aloud(outcome).encode()}
    if isinstance(outcome, Routine):
        tomorrow = datetime.now().astimezone().date() + timedelta(days=1)
        # Half past seven, wherever the person is. With zone=ZoneInfo("Europe/Vienna") it is that in Vienna.
        written[".ics"] = to_calendar(outcome, tomorrow, at=time(7, 30))

    folder.mkdir(parents=True, exist_ok=True)
    for ending, content in written.items():
        (folder / f"{outcome.kind}{ending}").write_bytes(content)
        print(f"{outcome.kind}{ending} is written")
    beginning, _, _ = read_aloud(outcome)[:300].rpartition("\n")
    print(f"\nThe voice begins like this:\n\n{beginning}")


if __name__ == "__main__":
    main()
