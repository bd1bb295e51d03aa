"""Exercises: ways down and up, doses that hold together, and grades that say what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psoas_rules.checking.examination import Examination
from psoas_rules.dosing import DoseFloors, dose
from psoas_rules.pack import Exercise
from psoas_rules.soundness.numbers import CONSTANTS


def exercise_files(examination: Examination) -> Iterator[tuple[str, Exercise]]:
    """The exercises of the pack, each with its file; those under another name have a problem of their own."""
    for exercise in examination.rules.pack.exercises:
        file = f"exercises/{exercise.id}.yaml"
        if file in examination.documents:
            yield file, exercise


def check_ways(examination: Examination) -> None:
    """Regressions lead down, progressions lead up, and from every exercise there is a way to the first level."""
    if not examination.whole:
        return
    exercises = {exercise.id: exercise for exercise in examination.rules.pack.exercises}
    for file, exercise in exercise_files(examination):
        for key in ("progressions", "regressions", "substitutes"):
            if exercise.id in getattr(exercise, key):
                message = f"'{exercise.id}' names itself; take it out of '{key}'"
                examination.tell(file, (key, getattr(exercise, key).index(exercise.id)), "names-itself", message)
        _levels(examination, file, exercise, exercises)
        if exercise.id in _onwards(exercise, exercises):
            message = f"the progressions lead back to '{exercise.id}' itself; a harder exercise leads onwards only"
            examination.tell(file, ("progressions",), "progression-circle", message)
        if exercise.level > 1 and not _leads_down(exercise, exercises):
            message = (
                f"no regression or substitute leads from level {exercise.level} down to level 1; "
                "name an easier exercise for people who cannot do this one"
            )
            examination.tell(file, ("level",), "no-way-down", message)


def _levels(examination: Examination, file: str, exercise: Exercise, exercises: Mapping[str, Exercise]) -> None:
    for key, word, sign in (("regressions", "easier", 1), ("progressions", "harder", -1)):
        for i, name in enumerate(getattr(exercise, key)):
            other = exercises.get(name)
            if other is not None and (other.level - exercise.level) * sign > 0:
                message = (
                    f"'{name}' is of level {other.level}, this of level {exercise.level}; "
                    f"what stands in '{key}' is {word}, or as hard"
                )
                examination.tell(file, (key, i), "wrong-way", message)


def _onwards(exercise: Exercise, exercises: Mapping[str, Exercise]) -> set[str]:
    """Everything that the progressions of an exercise lead to; naming itself is told apart."""
    found: set[str] = set()
    ahead = [name for name in exercise.progressions if name != exercise.id]
    while ahead:
        name = ahead.pop()
        if name not in found and name in exercises:
            found.add(name)
            ahead += exercises[name].progressions
    return found


def _leads_down(exercise: Exercise, exercises: Mapping[str, Exercise]) -> bool:
    seen: set[str] = set()
    ahead = [exercise.id]
    while ahead:
        name = ahead.pop()
        one = exercises.get(name)
        if one is None or name in seen:
            continue
        if one.level == 1:
            return True
        seen.add(name)
        ahead += (*one.regressions, *one.substitutes)
    return False


def check_offers(examination: Examination) -> None:
    """How an exercise can be had, and the words for those who cannot have it, go together."""
    for file, exercise in exercise_files(examination):
        conditional = exercise.offer_if is not None
        told = (
            (exercise.availability == "conditional" and not conditional, "offer_if", "it is conditional: on what?"),
            (conditional and exercise.offered_when is None, "offered_when", "say in words for whom it is"),
            (
                exercise.availability == "supervised_only" and exercise.not_on_your_own is None,
                "not_on_your_own",
                "say why nobody should do it alone",
            ),
        )
        for missing, key, why in told:
            if missing:
                examination.tell(file, ("availability",), "availability", f"'{key}' is missing: {why}")
        if exercise.availability == "default" and conditional:
            message = "an exercise with offer_if is not for everybody; write availability: conditional"
            examination.tell(file, ("availability",), "availability", message)
        if exercise.availability != "supervised_only" and exercise.not_on_your_own is not None:
            message = "nobody reads this: it is for availability: supervised_only alone"
            examination.tell(file, ("not_on_your_own",), "availability", message)


def check_doses(examination: Examination) -> None:
    """The numbers of a dose belong together."""
    pack = examination.rules.pack
    if any(name not in pack.info.constants for name in CONSTANTS):
        return
    floors, longest = DoseFloors.of(pack), pack.constant("default_minutes") * 60
    for file, exercise in exercise_files(examination):
        row = exercise.dose
        if row.ceiling is None:
            message = "no 'ceiling' says what no plan may pass; add one, such as ceiling: {sets: 3, reps: 15}"
            examination.tell(file, ("dose",), "no-ceiling", message)
        elif row.ceiling.hold_s is None and row.hold_s is not None:
            message = "the ceiling says nothing about the hold; add hold_s"
            examination.tell(file, ("dose", "ceiling"), "no-ceiling", message)
        elif row.ceiling.hold_s is not None and row.hold_s is None:
            message = "there is a ceiling for a hold, but no hold; add hold_s to the dose, or leave it out here"
            examination.tell(file, ("dose", "ceiling", "hold_s"), "no-ceiling", message)
        seconds = dose(exercise, {}, floors).seconds
        if seconds > longest / 2:
            message = (
                f"the start dose alone takes {seconds / 60:.0f} minutes, more than half of a usual session; "
                "are these seconds and repetitions meant?"
            )
            examination.tell(file, ("dose",), "long-dose", message)


def check_grades(examination: Examination) -> None:
    """A grade says what it rests on, and does not contradict itself."""
    for file, exercise in exercise_files(examination):
        grade = exercise.evidence
        if (grade.grade == "X") is not (grade.direction == "unsupported"):
            message = f"grade {grade.grade} and '{grade.direction}' contradict each other; X alone means unsupported"
            examination.tell(file, ("evidence", "direction"), "grade", message)
        verified = any(fact.confidence == "verified" for fact in grade.facts)
        if grade.grade in ("A", "B") and not verified:
            message = f"grade {grade.grade} needs a verified fact with its source; add one under facts, or write D"
            examination.tell(file, ("evidence", "grade"), "grade", message)
