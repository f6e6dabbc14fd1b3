"""Which folder holds the embedded lake: the one that is named, else the project's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.cli.context import Session


def lake_folder(session: Session, given: str | None, environment: str | None = None) -> Path:
    """The lake's folder; `given` is what --lake says, `environment` what --env does. Specs are not read.

    Raises:
        UsageError: nothing is given and there is no project here, or its remote is no folder of this machine.
        FindingsError: the project's file has mistakes.
    """
    folder = folder_for(session.cwd, given, environment)
    try:
        return folder.relative_to(session.cwd)  # shorter to read
    except ValueError:
        return folder


def folder_for(cwd: Path, given: str | None, environment: str | None) -> Path:
    """The lake's folder for someone who works in `cwd`; `lake_folder` tells the rest."""
    from setwright.cli.workspace import find_root, require_settings
    from setwright.model.errors import UsageError
    from setwright.spec.project import DEFAULT_LAKE

    if given is not None:
        return cwd / given
    if find_root(cwd) is None:
        raise UsageError(
            "There is no project here",
            f"Neither {cwd} nor a folder above it holds a setwright.yaml, which says where the lake is.",
            "start a project with `setwright init`, or name the lake's folder with --lake",
        )
    root, settings = require_settings(cwd, environment=environment)
    if settings.remote.kind != "lake":
        raise UsageError(
            "This project has no lake of setwright's",
            f"Its remote is LayerNext at {settings.remote.url}, which is filled by its own pages and its SDK.",
            "for another lake, name its folder with --lake",
        )
    if settings.remote.url is not None:
        raise UsageError(
            "This project's lake is served",
            f"{settings.remote.url} serves it, and `setwright lake` works on its folder, also meanwhile.",
            "run this where its folder is, with `--lake DIR`; LayerNext's SDK can bring in pictures from here",
        )
    return root / (settings.remote.path or DEFAULT_LAKE)
