"""From one session to weeks: a programme that listens to what is reported, and says what it changes and why.

    programme = plan(intake, start=date(2030, 1, 7))
    bridge = ExerciseReport(exercise="glute_bridge", done="all", effort=5, pain=1)
    step = advance(programme, Feedback(day=date(2030, 1, 7), exercises=[bridge]))
    programme, changes = step.programme, step.changes

Nothing is stored: keep `programme.to_json()` and read it back with `Programme.from_json`.
"""

from psoas_rules.programme.errors import FeedbackError, ProgrammeError
from psoas_rules.programme.feedback import Done, ExerciseReport, Feedback
from psoas_rules.programme.planner import Planner, advance, plan
from psoas_rules.programme.values import (
    Advance,
    Change,
    Planned,
    PlannedDay,
    PlannedStep,
    PlannedWeek,
    Programme,
    Retest,
    RetestQuestion,
)

__all__ = [
    "Advance",
    "Change",
    "Done",
    "ExerciseReport",
    "Feedback",
    "FeedbackError",
    "Planned",
    "PlannedDay",
    "PlannedStep",
    "PlannedWeek",
    "Planner",
    "Programme",
    "ProgrammeError",
    "Retest",
    "RetestQuestion",
    "advance",
    "plan",
]
