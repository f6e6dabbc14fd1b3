"""A project's folder `.setwright`: what git does not carry, so that a clone comes without it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = ".setwright"

_IGNORES = ".gitignore"


def own_folder(root: Path) -> Path:
    """The folder of setwright's own in the project at `root`, with what keeps git out of it and editors informed."""
    if not os.path.lexists(root / NAME / _IGNORES):
        fill(root)
    return root / NAME


def fill(root: Path) -> None:
    """Write what the folder always holds, without touching a file that is there."""
    from setwright.cli.schemas import SUFFIX, schemas
    from setwright.edge.files import add_file
    from setwright.spec.starter import SCHEMAS

    for kind in ("dataset", "project"):
        add_file(root / f"{SCHEMAS}/{kind}{SUFFIX}", schemas()[kind].read_text(encoding="utf-8"))
    # Last, for where it is there nobody looks for the others.
    add_file(root / NAME / _IGNORES, "*\n")


def fill_around(folder: Path) -> None:
    """The same for the project in whose own folder `folder` is about to be made, if it is in one."""
    from setwright.cli.workspace import PROJECT_FILE

    for inner in (folder := folder.absolute(), *folder.parents):
        if inner.name == NAME and os.path.lexists(inner.parent / PROJECT_FILE):
            own_folder(inner.parent)
