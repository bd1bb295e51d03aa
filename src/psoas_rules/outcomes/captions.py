"""The few fixed words that formats put around a sheet: what holds a page, a calendar or a voice together."""

from __future__ import annotations

from typing import Final

import attrs

from psoas_rules.outcomes.labels import same_braces
from psoas_rules.outcomes.sheets import Sheet, StepSheet


@attrs.frozen(kw_only=True)
class Captions:
    """Every word that a format adds; the defaults are English.

    In braces stands what is filled in; an entry must have the same braces as the English one.

    Attributes:
        week: Title of the week.
        day: One day of it, counted from 1.
        what, exercises: Heads of the columns beside the days.
        to: What stands between the first and the last of several numbers.
        needs: What an exercise needs.
        cues: Short reminders.
        faults: What often goes wrong.
        phase: Title of a phase with its minutes.
        exercise_of: Which exercise comes now, for a voice.
        session, easy, check: Names of the entries in a calendar.
        cancelled: Name of an entry that is taken out of a calendar.
        has_exercises, has_referral, has_questions: What kind of outcome it is, said so that nobody takes one for
            another.
        one_exercise, several_exercises, one_minute, several_minutes, one_question, several_questions: What is counted
            in them.

    Raises:
        ValueError: when an entry has other braces than the English one.
    """

    week: str = "Your week"
    day: str = "Day {number}"
    what: str = "What to do"
    exercises: str = "Exercises"
    to: str = "{first} to {last}"
    needs: str = "You need: {things}."
    cues: str = "Remember: {cues}."
    faults: str = "What often goes wrong: {faults}."
    phase: str = "{title}, about {minutes} min"
    exercise_of: str = "Exercise {number} of {count}"
    session: str = "Exercises: the whole session"
    easy: str = "Exercises: an easy day"
    check: str = "Exercises: look again"
    cancelled: str = "Exercises: cancelled"
    has_exercises: str = "ROUTINE: {exercises}, {minutes}"
    has_referral: str = "REFERRAL, NO EXERCISE: {title}"
    has_questions: str = "NO ROUTINE YET: {questions}"
    one_exercise: str = "1 exercise"
    several_exercises: str = "{count} exercises"
    one_minute: str = "about 1 minute"
    several_minutes: str = "about {count} minutes"
    one_question: str = "1 safety question is open"
    several_questions: str = "{count} safety questions are open"

    def __attrs_post_init__(self) -> None:
        given = {field.name: (str(field.default), getattr(self, field.name)) for field in attrs.fields(Captions)}
        problems = [problem for name, (english, own) in given.items() for problem in same_braces(name, english, own)]
        if problems:
            raise ValueError(f"captions: {'; '.join(problems)}")

    def title(self, title: str, minutes: int | None) -> str:
        """The title of a section, with its minutes where it has some."""
        return title if minutes is None else self.phase.format(title=title, minutes=minutes)

    def headline(self, sheet: Sheet) -> str:
        """What kind of outcome it is, for the top of a page that has no room for much."""
        if sheet.kind == "referral":
            loud = sheet.title.upper() if sheet.urgency == "emergency" else sheet.title
            return self.has_referral.format(title=loud)
        if sheet.kind == "screening":
            open_now = sum(len(section.entries) for section in sheet.sections if section.role == "ask")
            return self.has_questions.format(questions=_counted(open_now, self.one_question, self.several_questions))
        if not sheet.steps:
            return sheet.title.upper()
        return self.has_exercises.format(
            exercises=_counted(len(sheet.steps), self.one_exercise, self.several_exercises),
            minutes=_counted(sheet.minutes or 1, self.one_minute, self.several_minutes),
        )

    def numbers(self, numbers: tuple[int, ...]) -> str:
        """Numbers of exercises, those in a row as a range: "1, 4 to 6"."""
        runs: list[list[int]] = []
        for number in numbers:
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return ", ".join(
            self.to.format(first=run[0], last=run[-1]) if len(run) > 2 else ", ".join(map(str, run)) for run in runs
        )

    def hints(self, step: StepSheet) -> tuple[str, ...]:
        """What else there is to know about an exercise: what it needs, reminders, and what often goes wrong."""
        hints = (
            (self.needs.format(things=", ".join(step.needs)), step.needs),
            (self.cues.format(cues="; ".join(step.cues)), step.cues),
            (self.faults.format(faults="; ".join(step.faults)), step.faults),
        )
        return tuple(hint for hint, given in hints if given)


def _counted(count: int, one: str, several: str) -> str:
    return one if count == 1 else several.format(count=count)


CAPTIONS: Final = Captions()
"""The captions in English."""
