"""Where a project's remote is, and its state, by what the project file says together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.spec import findings
from setwright.spec.project import DEFAULT_LAKE, DEFAULT_STATE, RemoteSettings, StateSettings
from setwright.spec.source_text import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Path, Places
    from setwright.spec.project_models import EnvironmentFile, ProjectFile, RemoteFile


_HOME = (
    "A path begins at the project's folder, and there ~ is a folder of that name, not somebody's home.",
    "write the path in full, or from the project's folder",
)


def remote_settings(
    project: ProjectFile,
    environment: EnvironmentFile | None,
    name: str | None,
    broken: frozenset[Path],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> RemoteSettings:
    """The remote of the project, or of the environment `name` where it has one; those of others are checked as well."""
    settings = RemoteSettings(path=DEFAULT_LAKE)
    checked: list[tuple[Path, RemoteFile]] = []
    if project.remote is not None:
        checked.append((("remote",), project.remote))
    for other, each in (project.environments or {}).items():
        if each.remote is not None:
            checked.append((("environments", other, "remote"), each.remote))
    for path, remote in checked:
        told = _one_remote(remote, path, broken, places, tell)
        if path == ("remote",) or (environment is not None and path[1:2] == (name,)):
            settings = told
    return settings


def state_settings(
    project: ProjectFile, remote: RemoteSettings, places: Places, tell: Callable[[Diagnostic], None]
) -> StateSettings:
    """Where the state is, beside this `remote`."""
    wanted, path = (None, None) if project.state is None else (project.state.kind, project.state.path)
    # LayerNext has no place for it.
    kind = wanted or ("folder" if path is not None or remote.kind == "layernext" else "lake")
    if kind == "folder" and (path is None or not path.startswith("~")):
        return StateSettings(kind="folder", path=path or DEFAULT_STATE)
    if kind == "folder":
        problem, hint = _HOME
    elif remote.kind == "layernext":
        problem, hint = "LayerNext keeps no state.", f"write `state: {{kind: folder, path: {DEFAULT_STATE}}}`"
    elif path is not None:
        problem, hint = (
            "The lake keeps the state itself, so there is no path to it.",
            "delete `path`, or `kind: lake`",
        )
    else:
        return StateSettings()
    tell(findings.UNCLEAR_STATE.at(places.key(("state",)), problem, hint))
    return StateSettings()


def _one_remote(
    remote: RemoteFile,
    path: Path,
    broken: frozenset[Path],
    places: Places,
    tell: Callable[[Diagnostic], None],
) -> RemoteSettings:
    kind = remote.kind or "lake"
    problem = hint = None
    if kind == "layernext" and remote.url is None:
        problem, hint = "LayerNext is reached by its address.", "add `url: https://…`"
    elif kind == "layernext" and remote.path is not None:
        problem, hint = "LayerNext is reached by its address alone, not by a path.", "delete `path`"
    elif remote.path is not None and remote.url is not None:
        problem = "A lake is a folder of this machine, by `path`, or served elsewhere, by `url`."
        hint = "keep one of the two"
    elif remote.path is not None and remote.path.startswith("~"):
        problem, hint = _HOME
    elif kind == "lake" and remote.pin is not None:
        problem = "A lake is given what was planned in any case; `pin` is for LayerNext."
        hint = "delete `pin`"
    if problem is not None and not any(each[: len(path)] == path for each in broken):
        tell(findings.UNCLEAR_REMOTE.at(places.key(path), problem, hint))
    if remote.url is not None and CREDENTIALS.search(remote.url):
        tell(
            findings.CREDENTIALS.at(
                places.value((*path, "url")),
                f"`{'.'.join(map(str, path))}.url` in setwright.yaml holds a user or a password, which everybody "
                "with the repository can read.",
                "take it out of the address, give it in the environment, and change the password",
            )
        )
    if kind == "lake" and remote.url is None:
        return RemoteSettings(path=remote.path or DEFAULT_LAKE)
    # Settings may be kept for the next reading; what should not have been written is not written once more.
    url = None if remote.url is None else CREDENTIALS.sub("…", remote.url)
    return RemoteSettings(kind=kind, url=url, pin_ids=remote.pin is not None)
