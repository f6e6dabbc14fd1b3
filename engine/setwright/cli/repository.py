"""Where a project stands within its git repository, which is where GitHub and GitLab count paths from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def folder_in_repository(root: Path) -> str:
    """The project's folder `root` from the top of the repository, with `/` between; empty at the top, or outside."""
    whole = root.resolve()
    for folder in (whole, *whole.parents):
        # A file where the repository is a submodule or a second work tree.
        if os.path.lexists(folder / ".git"):
            return "" if folder == whole else whole.relative_to(folder).as_posix()
    return ""
