"""The command line for people who write rules: `psoas-rules`, or `python -m psoas_rules`. Needs the extra `cli`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_LIBRARIES = ("click", "rich")


def main() -> None:
    """Runs the command that was asked for, and ends the process with its exit code."""
    missing = [library for library in _LIBRARIES if find_spec(library) is None]
    if missing:
        sys.stderr.write(
            f"The command line needs {' and '.join(missing)}: python -m pip install 'psoas-rules[cli]'\n",
        )
        sys.exit(2)
    from psoas_rules.cli.app import app

    app(prog_name="psoas-rules")
