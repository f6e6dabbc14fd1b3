"""Files and folders that a command is told to write, by the option that names them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_PROJECTS = (".yaml", ".yml", ".lock")
"""How the files end that people write for setwright, and nothing that is made of them does."""


class OutputFile(click.Path):
    """A file to write, whatever is there; but never a spec, a project file or a lock file, or what looks like one.

    `printed` is how the same is printed, for those who call it `-`.
    """

    def __init__(self, printed: str = "/dev/stdout") -> None:
        super().__init__(dir_okay=False)
        self._printed = printed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        name = str(super().convert(value, param, ctx))
        if not name:
            self.fail("it is empty, as a variable that is not set.", param, ctx)
        if name == "-":
            self.fail(f"'-' would be a file of that name; `{self._printed}` prints it.", param, ctx)
        if name.lower().endswith(_OF_PROJECTS):
            self.fail(f"{name!r} would be taken for a file of a project, and may be one.", param, ctx)
        if name.startswith("~") and "/" in name:
            self.fail(_no_home(name, "in a folder of that name here", "file"), param, ctx)
        return name


class OutputFolder(click.Path):
    """A folder to write to, whether or not it is there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        name = str(super().convert(value, param, ctx))
        if not name:
            self.fail("it is empty, as a variable that is not set.", param, ctx)
        if name.startswith("~"):
            self.fail(_no_home(name, "a folder of that name here", "folder"), param, ctx)
        return name


def _no_home(name: str, where: str, kind: str) -> str:
    """Why nothing is written to a path that begins with ~: shells leave it as it is behind `--to=` and `--out=`."""
    # `rm -r ~` is no good way to be rid of such a folder.
    return f"{name!r} would be {where}, and nobody's home; write the path in full, or './{name}' for that {kind}."


def all_apart(named: Mapping[str, str | None]) -> None:
    """Do nothing if the files that are `named`, by option, are all different ones.

    Raises:
        UsageError: two are one, and the second would replace the first.
    """
    seen: dict[str, str] = {}
    for option, name in named.items():
        if not name or name.startswith("/dev/"):
            continue
        other = seen.setdefault(os.path.realpath(name), option)
        if other != option:
            raise click.UsageError(f"{other} and {option} would both write {name}.")
