"""A project's folder `.setwright`: what git does not carry, so that a clone comes without it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".setwright"


def own_folder(root: Path) -> Path:
    """The folder of setwright's own in the project at `root`, with what it always holds.

    That is a file that keeps git out, and the schemas of this release for editors, also where another wrote its own.
    """
    from setwright.cli.schemas import SUFFIX, schemas
    from setwright.edge.files import add_file, write_whole
    from setwright.spec.starter import SCHEMAS

    add_file(root / NAME / ".gitignore", "*\n")
    for kind in ("dataset", "project"):
        file, ours = root / f"{SCHEMAS}/{kind}{SUFFIX}", schemas()[kind].read_bytes()
        if not file.is_file() or file.read_bytes() != ours:
            write_whole(file, ours)
    return root / NAME


def own_folder_around(folder: Path) -> None:
    """Make it for the project in whose own folder the lake in `folder` is, if it is in one."""
    from setwright.cli.workspace import PROJECT_FILE

    for inner in (folder := folder.absolute(), *folder.parents):
        if inner.name == NAME and os.path.lexists(inner.parent / PROJECT_FILE):
            own_folder(inner.parent)
