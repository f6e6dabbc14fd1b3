"""The options by which specs are read: `--env`, `--var` and `--var-file`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli import completing
from setwright.cli.environment_option import environment_option
from setwright.cli.workspace import Workspace, open_workspace
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecOptions:
    """What the command line says about how specs are read."""

    environment: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    variable_files: tuple[Path, ...] = ()

    def open(self, cwd: Path) -> Workspace:
        """The workspace around `cwd`."""
        return open_workspace(
            cwd,
            environment=self.environment,
            variables=self.variables,
            variable_files=self.variable_files,
        )


F = TypeVar("F", bound="Callable[..., Any]")


def spec_options(command: F) -> F:
    """Give a command `--env`, `--var` and `--var-file`, all of them in one argument `options`, a `SpecOptions`."""

    @environment_option("The environment to lay over the project.")
    @click.option(
        "--var",
        "variables",
        metavar="NAME=VALUE",
        multiple=True,
        shell_complete=completing.variables,
        help="A variable's value; counts most.",
    )
    @click.option(
        "--var-file",
        "variable_files",
        metavar="FILE",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        help="A YAML file of variables' values; the last one counts most.",
    )
    @functools.wraps(command)
    def with_options(
        *args: Any,
        environment: str | None,
        variables: tuple[str, ...],
        variable_files: tuple[str, ...],
        **kwargs: Any,
    ) -> Any:
        from pathlib import Path

        options = SpecOptions(
            environment=environment,
            variables=tuple(_pair(text) for text in variables),
            variable_files=tuple(map(Path, variable_files)),
        )
        return command(*args, options=options, **kwargs)

    return with_options  # type: ignore[return-value]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--var")
    return name, value
