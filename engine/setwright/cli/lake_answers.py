"""What embedded lakes answered when plans asked them, kept signed in the user's cache folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from setwright.cli.kept import kept_file, makers

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.cli.kept import KeptFile

_FORM = "answers-2"

# What answers are made by. Another state of any of it, a release or an edit, has files of its own.
_PARTS = ("lake", "lake/index", "lake/migrations", "model", "query", "remotes", "state")
_LIBRARIES = ("pydantic", "pydantic_core", "sqlalchemy")


def lake_answers(folder: Path, id: str) -> KeptFile | None:
    """Where the answers are kept of the lake in `folder` that has this id; None where none are to be kept.

    Raises:
        UsageError: the variable that switches it is neither on nor off.
    """

    def asked() -> list[Any]:
        return [_FORM, list(makers(_PARTS, _LIBRARIES)), os.fspath(folder.resolve()), id]

    return kept_file("lake", asked, os.environ)
