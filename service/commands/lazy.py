"""A group of commands that are imported only when one is run or all are listed, so that starting is quick."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """Commands by name, each as `module:attribute` of a package."""

    def __init__(self, *, commands_at: Mapping[str, str], package: str, **attributes: object) -> None:
        """Take commands of `package` from where `commands_at` says they stand."""
        super().__init__(**attributes)  # type: ignore[arg-type]
        self._commands_at, self._package = commands_at, package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands in order."""
        return sorted(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command of a name; None where there is none."""
        if cmd_name not in self._commands_at:
            return None
        module, _, name = self._commands_at[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"{self._package}.{module}"), name)
        return command
