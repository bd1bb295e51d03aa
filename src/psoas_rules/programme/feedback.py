"""What a person reports about a day: how each exercise went, how the day was, and new answers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self, TypeAlias

import attrs

from psoas_rules.errors import Problem
from psoas_rules.hints import kind, nearest, show
from psoas_rules.importing import IMPORTING
from psoas_rules.intake import Intake
from psoas_rules.programme.errors import FeedbackError

Done: TypeAlias = Literal["all", "some", "none"]

_DONE: tuple[Done, ...] = ("none", "some", "all")


def _worst(*given: Any, most: bool) -> Any:
    """The worse of some answers of which any can be missing."""
    known = [value for value in given if value is not None]
    if not known:
        return None
    return max(known) if most else min(known)


@attrs.frozen(kw_only=True)
class ExerciseReport:
    """How one exercise of a session went. Every answer may be left out; what is left out never counts as good.

    Attributes:
        exercise: Id of the exercise.
        done: Whether `all` of it was done, `some` or `none`.
        effort: How hard it was, 0 to 10.
        pain: The worst pain during it, 0 to 10; the pull of a stretch does not count.
        sharp: Whether there was a sharp, spreading or catching pain, or something gave way.
        morning_pain: Pain there the next morning, 0 to 10.
        form_kept: Whether the form stayed good to the end.
        too_easy: Whether it was too easy.
    """

    exercise: str
    done: Done | None = None
    effort: int | None = None
    pain: int | None = None
    sharp: bool | None = None
    morning_pain: int | None = None
    form_kept: bool | None = None
    too_easy: bool | None = None

    def was_done(self) -> bool:
        """Whether at least some of it was done, as said or as the other answers show."""
        if self.done is not None:
            return self.done != "none"
        return any(answer is not None for answer in (self.effort, self.pain, self.form_kept, self.too_easy))

    def joined(self, other: ExerciseReport) -> ExerciseReport:
        """Two reports of the same exercise on the same day as one: the worse answer counts, in whatever order."""
        done = [_DONE.index(one.done) for one in (self, other) if one.done is not None]
        return ExerciseReport(
            exercise=self.exercise,
            done=_DONE[min(done)] if done else None,
            effort=_worst(self.effort, other.effort, most=True),
            pain=_worst(self.pain, other.pain, most=True),
            sharp=_worst(self.sharp, other.sharp, most=True),
            morning_pain=_worst(self.morning_pain, other.morning_pain, most=True),
            form_kept=_worst(self.form_kept, other.form_kept, most=False),
            too_easy=_worst(self.too_easy, other.too_easy, most=False),
        )


def _reports(given: Iterable[ExerciseReport]) -> tuple[ExerciseReport, ...]:
    """One report for each exercise, in the order of their names."""
    joined: dict[str, ExerciseReport] = {}
    for report in given:
        if not isinstance(report, ExerciseReport):
            raise FeedbackError((Problem("exercises", f"{show(report)} is not an ExerciseReport"),))
        before = joined.get(report.exercise)
        joined[report.exercise] = report if before is None else before.joined(report)
    return tuple(joined[name] for name in sorted(joined))


def _answers(given: Intake | Iterable[Intake] | None) -> tuple[Intake, ...]:
    """Answers, each once, in an order that does not depend on when they came."""
    if given is None:
        return ()
    some = (given,) if isinstance(given, Intake) else tuple(given)
    by_text = {json.dumps(one.to_dict(), sort_keys=True, default=str): one for one in some}
    return tuple(by_text[text] for text in sorted(by_text))


def _a_day(_: object, attribute: attrs.Attribute[dt.date], given: object) -> None:
    if not isinstance(given, dt.date) or isinstance(given, dt.datetime):
        raise FeedbackError(
            (Problem(attribute.name, f"{show(given)} is not a day; give a datetime.date, such as date(2030, 1, 31)"),)
        )


@attrs.frozen(kw_only=True)
class Feedback:
    """What a person reports about one day. A day may be reported in several parts; they are joined.

    Attributes:
        day: The day that it is about.
        exercises: How the exercises of its session went.
        usual_pain: Pain before the session, 0 to 10.
        lasted: If the pain was worse afterwards, whether that lasted for more than a day.
        unwell, poor_sleep, low_energy: How the person is on that day.
        fell: Whether there was a fall, an accident or an illness since the last session.
        missed: Whether the session was left out.
        answers: New answers to questions of the intake: warning signs, self-tests, signs. They take the place of the
            old ones; a new warning sign stops the programme.
        reviewed: Whether a clinician has looked at it and agrees to go on, after a pause.
    """

    day: dt.date = attrs.field(validator=_a_day)
    exercises: tuple[ExerciseReport, ...] = attrs.field(default=(), converter=_reports)
    usual_pain: int | None = None
    lasted: bool | None = None
    unwell: bool | None = None
    poor_sleep: bool | None = None
    low_energy: bool | None = None
    fell: bool | None = None
    missed: bool | None = None
    answers: tuple[Intake, ...] = attrs.field(default=(), converter=_answers)
    reviewed: bool | None = None

    def joined(self, other: Feedback) -> Feedback:
        """Two reports of the same day as one: the worse answer counts, in whatever order they came."""
        return Feedback(
            day=self.day,
            exercises=(*self.exercises, *other.exercises),
            # A lower usual pain makes the pain of the next morning a greater rise.
            usual_pain=_worst(self.usual_pain, other.usual_pain, most=False),
            lasted=_worst(self.lasted, other.lasted, most=True),
            unwell=_worst(self.unwell, other.unwell, most=True),
            poor_sleep=_worst(self.poor_sleep, other.poor_sleep, most=True),
            low_energy=_worst(self.low_energy, other.low_energy, most=True),
            fell=_worst(self.fell, other.fell, most=True),
            missed=_worst(self.missed, other.missed, most=True),
            answers=(*self.answers, *other.answers),
            reviewed=_worst(self.reviewed, other.reviewed, most=True),
        )

    def session_done(self) -> bool:
        """Whether at least some of an exercise was done; whoever tells how it felt has done it."""
        return any(report.was_done() for report in self.exercises)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Feedback from plain data, such as parsed JSON or YAML; `exercises` may be a mapping from ids to answers.

        Raises:
            FeedbackError: listing everything that cannot be read.
        """
        with IMPORTING:
            from psoas_rules.shapes import structure

        if not isinstance(data, Mapping):
            raise FeedbackError((Problem("", f"feedback is a mapping of answers, not {kind(data)}"),))
        fields = [field.name for field in attrs.fields(cls)]
        strange = [key for key in data if key not in fields]
        if strange:
            raise FeedbackError(
                tuple(Problem(show(key), f"unknown key{nearest(key, fields)}") for key in strange[:100])
            )
        given = dict(data)
        exercises = given.get("exercises")
        if isinstance(exercises, Mapping):
            given["exercises"] = [
                {"exercise": name, **(answers if isinstance(answers, Mapping) else {"done": answers})}
                for name, answers in exercises.items()
            ]
        if isinstance(given.get("answers"), Mapping):
            given["answers"] = [given["answers"]]
        for key in ("exercises", "answers"):
            if given.get(key) is None:
                given.pop(key, None)
        made, mismatches = structure(given, cls)
        if made is None:
            raise FeedbackError(tuple(Problem(".".join(map(str, m.path)), m.message) for m in mismatches))
        return made

    def to_dict(self) -> dict[str, Any]:
        """The feedback as plain data for JSON; what was not said is left out."""
        with IMPORTING:
            from psoas_rules.shapes import plain

        data = {key: value for key, value in plain(self).items() if value is not None and value != []}
        if "exercises" in data:
            data["exercises"] = [
                {key: value for key, value in report.items() if value is not None} for report in data["exercises"]
            ]
        return data
