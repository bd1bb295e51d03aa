"""What the parts of the command `programme` read: files, and options that name days and times."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import attrs
import click

from psoas_rules.cli.output import FOUND, UNDECIDED, console, print_json, refuse_pack
from psoas_rules.errors import EngineError, IntakeError, PackError, Problem, ProblemsError
from psoas_rules.hints import nearest
from psoas_rules.intake import Intake
from psoas_rules.legible import legible
from psoas_rules.programme import Feedback, FeedbackError, Planner, Programme, ProgrammeError
from psoas_rules.recommender import Recommender, load_pack, read_intake
from psoas_rules.yaml_reader import read_yaml

_Made = TypeVar("_Made")

_STDIN: Final = "-"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@attrs.frozen
class Asked:
    """What a command was asked for: its name, the pack, and whether programs read what it prints."""

    command: str
    pack: Path | None
    as_json: bool = attrs.field(kw_only=True)

    def planner(self) -> Planner:
        """The planner of the pack; tells what is wrong with a pack and ends the command."""
        try:
            return Planner(Recommender(load_pack(self.pack)))
        except PackError as error:
            refuse_pack(self.command, error, as_json=self.as_json)
        except ProgrammeError as error:
            self.refuse(error)

    def read(self, file: str) -> Programme:
        """The programme in a file; tells what is wrong with it and ends the command."""
        try:
            return Programme.from_json(_content(file, ProgrammeError))
        except ProgrammeError as error:
            self.refuse(error)

    def undisturbed(self, decide: Callable[[], _Made]) -> _Made:
        """What this decides; ends the command when the engine fails: nothing is known then."""
        try:
            return decide()
        except EngineError as error:
            if self.as_json:
                print_json(self.command, ok=False, content={"error": str(error)})
            else:
                console().print(legible(f"No outcome: {error}"), markup=False)
            sys.exit(UNDECIDED)

    def refuse(self, error: ProblemsError) -> NoReturn:
        """Tells every problem and ends the command."""
        if self.as_json:
            problems = [{"field": problem.field, "message": problem.message} for problem in error.problems]
            print_json(self.command, ok=False, content={"problems": problems})
        else:
            count, thing = len(error.problems), error.what
            console().print(f"{'1 problem' if count == 1 else f'{count} problems'} in {thing}", markup=False)
            for problem in error.problems:
                console().print(legible(str(problem)), markup=False)
        sys.exit(FOUND)


def _content(name: str, error: type[ProblemsError]) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == _STDIN else Path(name).read_bytes()
    except OSError as wrong:
        raise error((Problem("", f"the file cannot be read: {wrong}"),)) from None


def _data(name: str, error: type[ProblemsError]) -> object:
    """What a YAML or JSON file holds. JSON is YAML as well, but for tabs, so that it is tried first."""
    content = _content(name, error)
    if content.lstrip()[:1] in (b"{", b"["):
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as wrong:
            if name.lower().endswith(".json"):
                raise error((Problem("", f"this is not readable JSON: {wrong}"),)) from None
    document = read_yaml(content)
    if document.flaws:
        raise error(tuple(Problem(f"line {flaw.line}", flaw.message) for flaw in document.flaws))
    return document.data


def read_answers(name: str) -> Intake:
    """The answers in a file.

    Raises:
        IntakeError: listing everything that cannot be read.
    """
    return read_intake(name) if name != _STDIN else Intake.from_dict(_data(name, IntakeError))


def read_feedback(name: str) -> tuple[Feedback, ...]:
    """One report or a list of them, from a file.

    Raises:
        FeedbackError: listing every problem of every report, with its place in the list.
    """
    data = _data(name, FeedbackError)
    if not isinstance(data, list):
        return (Feedback.from_dict(data),)
    reports: list[Feedback] = []
    problems: list[Problem] = []
    for number, one in enumerate(data, start=1):
        try:
            reports.append(Feedback.from_dict(one))
        except FeedbackError as error:
            place = f"report {number}"
            problems += [
                Problem(f"{place}, {problem.field}" if problem.field else place, problem.message)
                for problem in error.problems
            ]
    if problems:
        raise FeedbackError(tuple(problems))
    return tuple(reports)


def weekdays(given: str | None) -> tuple[int, ...] | None:
    """The numbers of weekdays that are named with commas between them; Monday is 0."""
    if given is None:
        return None
    names = [name.strip().lower()[:3] for name in given.split(",") if name.strip()]
    for name in names:
        if name not in _DAYS:
            raise click.UsageError(f"--days: '{name}' is not a weekday{nearest(name, _DAYS)}; as in mon,wed,fri.")
    if not names:
        raise click.UsageError("--days: no day is named; as in mon,wed,fri.")
    return tuple(_DAYS.index(name) for name in names)


def time_of_day(given: str | None) -> dt.time | None:
    """A time of day as in 07:30."""
    try:
        return None if given is None else dt.datetime.strptime(given, "%H:%M").time()  # noqa: DTZ007 - no day, no zone
    except ValueError:
        raise click.UsageError(f"--at: '{given}' is not a time of day, as in 07:30.") from None


def zone_called(given: str | None) -> ZoneInfo | None:
    """The time zone of this name."""
    try:
        return None if given is None else ZoneInfo(given)
    except (OSError, ValueError, KeyError):
        raise click.UsageError(f"--zone: no time zone is called '{given}'; as in Europe/Berlin.") from None
