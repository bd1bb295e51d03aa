"""All commands, each imported when it is called, so that none waits for what another needs."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

_HOMES: Final = {
    "check": "psoas_rules.cli.check_command:check",
    "test": "psoas_rules.cli.test_command:test",
    "prove": "psoas_rules.cli.prove_command:prove",
    "mutate": "psoas_rules.cli.mutate_command:mutate",
    "diff": "psoas_rules.cli.diff_command:diff",
    "figures": "psoas_rules.cli.figures_command:figures",
    "recommend": "psoas_rules.cli.outcome_commands:recommend",
    "explain": "psoas_rules.cli.outcome_commands:explain",
    "why": "psoas_rules.cli.outcome_commands:why",
    "programme": "psoas_rules.cli.programme_command:programme",
}


class _Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order in which an author meets them."""
        del ctx
        return list(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        del ctx
        home = _HOMES.get(cmd_name)
        if home is None:
            return None
        module, _, name = home.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all is well; 1 something was found that wants mending; 2 the command was called wrongly; "
    "3 it could not be decided.",
)
@click.version_option(package_name="psoas-rules")
def app() -> None:
    """Check, test, prove and try the rules of a psoas_rules pack. Without PACK, the built-in one is meant."""
