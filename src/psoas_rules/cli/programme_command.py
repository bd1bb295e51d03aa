"""The command `programme`: weeks of sessions from a person's answers, taken on with what is reported, and shown."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import attrs
import click

from psoas_rules.cli.output import console, json_option, print_json
from psoas_rules.cli.painting import paint
from psoas_rules.cli.programme_files import Asked, read_answers, read_feedback, time_of_day, weekdays, zone_called
from psoas_rules.cli.rendering import Page
from psoas_rules.errors import IntakeError
from psoas_rules.outcomes import Outcome
from psoas_rules.programme import FeedbackError, Programme, ProgrammeError
from psoas_rules.programme.text import advance_text, programme_text
from psoas_rules.shapes import plain

_Command = TypeVar("_Command", bound=Callable[..., Any])

_WRONG: Final = 2
_PAPERS: Final = ("a4", "letter")
_LOOKS: Final = ("standard", "large_print", "high_contrast")

_readable = click.Path(exists=True, dir_okay=False, allow_dash=True)
_programme = click.argument("file", metavar="PROGRAMME", type=_readable)
_pack = click.option(
    "--pack",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a pack. Without it, the built-in one is meant.",
)
_day = click.DateTime(formats=["%Y-%m-%d"])


def _output(what: str) -> Callable[[_Command], _Command]:
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("-o", "--output", metavar="FILE", type=kind, help=f"Write {what} into FILE.")


@click.group()
def programme() -> None:
    """Plan weeks of sessions, take them on with what is reported, and show them.

    A programme is a JSON file that you keep: `plan` makes the first one, `advance` the next. `plan`, `show` and
    `advance` take --json. Wherever a file is read, - is standard input.
    """


@programme.command()
@click.argument("intake", type=_readable)
@click.option("--start", type=_day, required=True, metavar="DATE", help="The first day, as in 2030-01-07.")
@click.option("--weeks", type=int, default=6, show_default=True, help="How many weeks.")
@click.option("--days", metavar="DAYS", help="Weekdays for whole sessions, as in mon,wed,fri; never two days running.")
@click.option("--minutes", type=float, help="Minutes for a session, in place of those of the intake.")
@_output("the programme, to be kept,")
@_pack
@json_option
def plan(
    intake: str,
    *,
    start: dt.datetime,
    weeks: int,
    days: str | None,
    minutes: float | None,
    output: Path | None,
    pack: Path | None,
    as_json: bool,
) -> None:
    """Plan a programme of weeks from a person's answers.

    INTAKE is a YAML or JSON file with the answers. Where the answers allow no exercise, the referral or the screening
    is shown as `recommend` shows it, and nothing is written. Exit code 0 for each of these; 1 when the intake or the
    pack cannot be read.
    """
    asked = Asked("programme plan", pack, as_json=as_json)
    planner = asked.planner()
    try:
        answers = read_answers(intake)
        if minutes is not None:
            answers = attrs.evolve(answers, preferences={**answers.preferences, "minutes": minutes})
        made = asked.undisturbed(lambda: planner.plan(answers, start=start.date(), weeks=weeks, days=weekdays(days)))
    except IntakeError as error:
        asked.refuse(error)
    except ProgrammeError as error:
        raise click.UsageError(str(error)) from None
    if not isinstance(made, Programme):
        _show_outcome(asked, made)
        return
    _write(output, made.to_json())
    if as_json:
        print_json(asked.command, ok=True, content={"result": made.to_dict()})
        return
    _tell(programme_text(made, width=_width()), output)


@programme.command()
@_programme
@click.option("--week", type=int, help="Show this week alone, with the exercises of all its sessions.")
@json_option
def show(file: str, week: int | None, *, as_json: bool) -> None:
    """Show a programme: the week that is on, the next session, the tests to repeat, and what changed lately.

    PROGRAMME is the JSON file of a programme.
    """
    asked = Asked("programme show", None, as_json=as_json)
    shown = asked.read(file)
    try:
        text = programme_text(shown, week=week, width=_width())
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        content = {"result": shown.to_dict()} if week is None else {"week": plain(shown.weeks[week - 1])}
        print_json(asked.command, ok=True, content=content)
    else:
        _tell(text)


@programme.command()
@_programme
@click.argument("feedback", required=False, type=_readable)
@click.option("--today", type=_day, metavar="DATE", help="Look up to this day: sessions not reported count as missed.")
@_output("the next programme, to be kept,")
@_pack
@json_option
def advance(
    file: str,
    feedback: str | None,
    today: dt.datetime | None,
    output: Path | None,
    pack: Path | None,
    *,
    as_json: bool,
) -> None:
    """Take a programme on with what was reported, and tell what changed and why.

    PROGRAMME is the JSON file of a programme. FEEDBACK is a YAML or JSON file with what was reported about one day, or
    a list of such reports. Reports that are known already change nothing.
    """
    if feedback is None and today is None:
        raise click.UsageError("nothing was reported: give FEEDBACK, or --today, or both.")
    asked = Asked("programme advance", pack, as_json=as_json)
    before, planner = asked.read(file), asked.planner()
    try:
        reports = () if feedback is None else read_feedback(feedback)
        step = asked.undisturbed(
            lambda: planner.advance(before, reports, today=None if today is None else today.date())
        )
    except (FeedbackError, IntakeError, ProgrammeError) as error:
        asked.refuse(error)
    _write(output, step.programme.to_json())
    if as_json:
        content = {key: plain(getattr(step, key)) for key in ("changes", "withdrawn", "notes")}
        print_json(asked.command, ok=True, content={"result": step.programme.to_dict(), **content})
        return
    _tell(advance_text(step, width=_width()), output)


@programme.command()
@_programme
@_output("the page")
@click.option("--paper", type=click.Choice(_PAPERS), default="a4", show_default=True, help="What it is printed on.")
@click.option("--look", type=click.Choice(_LOOKS), default="standard", show_default=True, help="How it looks.")
@click.option("--name", default="", help="For whom it is.")
def page(file: str, output: Path | None, paper: Any, look: Any, name: str) -> None:
    """Make a page to print and to tick: all weeks, and the exercises of the coming session.

    PROGRAMME is the JSON file of a programme. Without -o the page goes to standard output. Needs the extra `handout`.
    """
    try:
        from psoas_rules.programme.page import programme_page
    except ModuleNotFoundError as error:
        _tell_missing(error)
    shown = Asked("programme page", None, as_json=False).read(file)
    made = programme_page(shown, paper=paper, look=look, name=name)
    if output is None:
        sys.stdout.write(made)
    else:
        _write(output, made)
        _tell_written(output)


@programme.command()
@_programme
@_output("the calendar")
@click.option("--at", metavar="TIME", help="The time of the sessions, as in 07:30; without it, they take no time.")
@click.option("--zone", metavar="ZONE", help="With --at: its time zone, as in Europe/Berlin; else wherever one is.")
@click.option("--plan", "plan_id", default="", metavar="ID", help="Whose it is, where several share a calendar.")
@click.option("--revision", type=int, help="Which edition this is; without it, a later file replaces an earlier one.")
def calendar(
    file: str, *, output: Path | None, at: str | None, zone: str | None, plan_id: str, revision: int | None
) -> None:
    """Make a calendar file of all sessions, easy days and tests.

    PROGRAMME is the JSON file of a programme. Make the file again after `advance`: it takes the place of the one before
    and cancels what fell away. Without -o it goes to standard output. Needs the extra `calendar`.
    """
    try:
        from psoas_rules.programme.calendar import programme_calendar
    except ModuleNotFoundError as error:
        _tell_missing(error)
    shown = Asked("programme calendar", None, as_json=False).read(file)
    # Calendars keep the file with the higher number, so the next one that is made has to have one.
    edition = int(time.time()) if revision is None else revision
    try:
        made = programme_calendar(shown, plan=plan_id, revision=edition, at=time_of_day(at), zone=zone_called(zone))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if output is None:
        sys.stdout.buffer.write(made)
    else:
        _write(output, made)
        _tell_written(output)


# What is written


def _width() -> int:
    return Page(console()).width


def _show_outcome(asked: Asked, outcome: Outcome) -> None:
    if asked.as_json:
        print_json(asked.command, ok=True, content={"result": outcome.to_dict()})
    else:
        paint(console(), outcome)


def _tell(text: str, written: Path | None = None) -> None:
    sys.stdout.write(f"{text}\n")
    if written is not None:
        sys.stdout.write("\n")
        _tell_written(written)


def _tell_written(file: Path) -> None:
    sys.stdout.write(f"{file} is written.\n")


def _write(file: Path | None, content: str | bytes) -> None:
    if file is None:
        return
    try:
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror}") from None


def _tell_missing(error: ModuleNotFoundError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    sys.exit(_WRONG)
