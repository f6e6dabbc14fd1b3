"""A command group that imports a command only when it runs, so that `--help` is there at once."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Sections: TypeAlias = Mapping[str, Mapping[str, tuple[str, str]]]
"""Headings of the help page, with the commands below them: name, "module:attribute" and a short help."""


class LazyGroup(click.Group):
    """A group with a table of its commands, which is enough to list, complete and suggest them.

    Its help page ends with the variables of the `environment`, where there are any.
    """

    def __init__(
        self, *args: Any, sections: Sections, environment: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self.environment = environment or {}
        self.table = {name: entry for rows in sections.values() for name, entry in rows.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            name = error.command_name
            if below := self._groups_with(name, ctx):
                meant = " or ".join(f"'{each}'" for each in below)
                raise click.UsageError(f"No such command '{name}'. Did you mean {meant}?", ctx) from None
            # Click looks for similar names among the commands it has loaded, and there are none.
            raise click.NoSuchCommand(name, possibilities=self.table, ctx=ctx) from None

    def _groups_with(self, name: str, ctx: click.Context) -> list[str]:
        """The commands of that very name that groups below have, such as `lake ingest`."""
        below = ((each, self.get_command(ctx, each)) for each in self.table)
        return [
            f"{each} {name}"
            for each, command in below
            if isinstance(command, click.Group) and name in command.list_commands(ctx)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.table))  # one column for all sections, not one for each
        for heading, rows in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), short) for name, (_, short) in rows.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.environment:
            with formatter.section("Environment"):
                formatter.write_dl(list(self.environment.items()))
        super().format_epilog(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=short)
            for name, (_, short) in self.table.items()
            if name.startswith(incomplete)
        ]
        # Past click.Group, which would load every command to ask it for its help.
        return names + click.Command.shell_complete(self, ctx, incomplete)
