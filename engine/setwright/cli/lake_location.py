"""Which folder holds the embedded lake: the one that is named, else the project's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.cli.context import Session


def lake_folder(session: Session, given: str | None) -> Path:
    """The lake's folder; `given` is what --lake says.

    Raises:
        UsageError: nothing is given and there is no project here, or its remote is no embedded lake.
        FindingsError: the project's file has mistakes.
    """
    from pathlib import Path

    from setwright.model.errors import UsageError

    if given is not None:
        return Path(given)
    root = _project_root(session.cwd)
    if root is None:
        raise UsageError(
            "There is no project here",
            f"Neither {session.cwd} nor a folder above it holds a setwright.yaml, which says where the lake is.",
            "start a project with `setwright init`, or name the lake's folder with --lake",
        )
    path = _lake_path(root)
    try:
        return (root / path).relative_to(session.cwd)  # shorter to read
    except ValueError:
        return root / path


def _project_root(folder: Path) -> Path | None:
    for candidate in (folder, *folder.parents):
        if (candidate / "setwright.yaml").is_file():
            return candidate
    return None


def _lake_path(root: Path) -> str:
    from setwright.model.diagnostics import Diagnostic, Severity, in_reading_order
    from setwright.model.errors import FindingsError, UsageError
    from setwright.spec.project import DEFAULT_LAKE
    from setwright.spec.project_file import PROJECT_FILE, read_project

    found: list[Diagnostic] = []
    settings = read_project(
        PROJECT_FILE,
        (root / PROJECT_FILE).read_bytes(),
        folder=root.name,
        environment=None,
        given=(),
        tell=found.append,
    )
    if any(finding.severity is Severity.ERROR for finding in found):
        raise FindingsError(in_reading_order(found))
    if settings.remote.kind != "lake" or settings.remote.url is not None:
        raise UsageError(
            "This project has no embedded lake",
            "Its remote is elsewhere, so there is no folder to look into.",
            "name a lake's folder with --lake",
        )
    return settings.remote.path or DEFAULT_LAKE
