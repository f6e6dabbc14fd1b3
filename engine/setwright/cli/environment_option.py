"""The option by which a command is told which environment of the project is meant: `--env`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli import completing

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


def environment_option(meaning: str) -> Callable[[F], F]:
    """Give a command `--env`, in the argument `environment`; `meaning` is what its help says."""
    return click.option(
        "--env",
        "environment",
        metavar="NAME",
        envvar="SETWRIGHT_ENV",
        shell_complete=completing.environments,
        help=meaning,
    )
