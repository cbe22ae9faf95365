"""A group of commands that are imported only when one of them is run, so that starting and listing them is quick."""

import ast
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

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
        module, name = self._place(cmd_name)
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their summaries, which are read and not imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])

    def summary(self, cmd_name: str) -> str:
        """Return the first line of what a command says of itself."""
        module, name = self._place(cmd_name)
        found = find_spec(module)
        assert found is not None, module
        assert found.origin is not None, module
        tree = ast.parse(Path(found.origin).read_bytes())
        functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
        return (ast.get_docstring(next(functions)) or "").partition("\n")[0]

    def _place(self, cmd_name: str) -> tuple[str, str]:
        module, _, name = self._commands_at[cmd_name].partition(":")
        return f"{self._package}.{module}", name
