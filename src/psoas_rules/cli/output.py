"""What all commands share: arguments, exit codes, JSON for programs, and a console for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
from rich.console import Console

from psoas_rules.errors import Issue, PackError

WELL: Final = 0
"""Exit code when all is well."""
FOUND: Final = 1
"""Exit code when something was found that wants mending."""
UNDECIDED: Final = 3
"""Exit code when it could not be decided: a solver ran out of time, the engine failed."""

FORMAT: Final = 1
"""Version of the JSON that the commands print. It rises when a key changes its meaning or goes."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def pack_argument(command: _Command) -> _Command:
    """Gives a command the argument PACK: the folder of a pack as `pack`, or None for the built-in one."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("pack", required=False, type=kind)(command)


def json_option(command: _Command) -> _Command:
    """Gives a command the option `--json`, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text.")(command)


def console() -> Console:
    """Where people read; colours only where there is a terminal."""
    return Console(soft_wrap=True, highlight=False)


def progress_console() -> Console:
    """Where progress is shown, apart from what is printed for programs."""
    return Console(stderr=True, highlight=False)


def print_json(command: str, *, ok: bool, content: Mapping[str, Any]) -> None:
    """Prints what a command found, for programs."""
    whole = {"command": command, "format": FORMAT, "ok": ok, **content}
    sys.stdout.write(json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def issue_data(issue: Issue) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "file": issue.file,
        "line": issue.line,
        "column": issue.column,
        "code": issue.code,
        "message": issue.message,
    }


def refuse_pack(command: str, error: PackError, *, as_json: bool) -> NoReturn:
    """Tells that a pack cannot be used, with every problem, and ends the command."""
    if as_json:
        print_json(command, ok=False, content={"problems": [issue_data(issue) for issue in error.issues]})
    else:
        console().print(str(error), markup=False)
    sys.exit(FOUND)
