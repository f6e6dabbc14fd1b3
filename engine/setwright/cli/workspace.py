"""The project that a command works on: found from the folder it runs in, read, and checked as a whole.

Nothing is written here, no program is started and no server asked. Of the environment only `SETWRIGHT_VAR_*` is read.
"""

from __future__ import annotations

import functools
import gc
import os
from typing import TYPE_CHECKING

from setwright.model.errors import FindingsError, UsageError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.project import Project
    from setwright.spec.project_file import ProjectSettings
    from setwright.spec.variables import GivenValue

PROJECT_FILE = "setwright.yaml"
VARIABLE_PREFIX = "SETWRIGHT_VAR_"


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The project around a folder. `root` is the project's folder, or the folder itself where there is none.

    `read` makes the project; it is None where there is none, or where its files hold errors. `bare` makes it without
    its specs, and is None only where there is none or its own file holds errors. `diagnostics` are all findings, in
    reading order. `files` counts the spec files read, `datasets` what they describe. `patterns` are those of the files.
    """

    root: Path
    diagnostics: tuple[Diagnostic, ...]
    found: bool = True
    files: int = 0
    datasets: int = 0
    patterns: tuple[str, ...] = ()
    read: Callable[[], Project] | None = None
    bare: Callable[[], Project] | None = None

    @functools.cached_property
    def project(self) -> Project | None:
        """The project, made when somebody first asks."""
        return None if self.read is None else self.read()


def open_workspace(
    cwd: Path,
    *,
    environment: str | None = None,
    variables: Sequence[tuple[str, str]] = (),
    variable_files: Sequence[Path] = (),
    environ: Mapping[str, str] | None = None,
) -> Workspace:
    """The project whose `setwright.yaml` is nearest to `cwd`, upwards, with all its specs.

    `variables` count more than `variable_files`, which count more than `SETWRIGHT_VAR_*` in `environ` (default: the
    process's own); all of them count more than what the project file says. Mistakes are in the result's findings.
    """
    from setwright.cli.spec_cache import spec_cache
    from setwright.cli.spec_files import find_files, read_files, read_list
    from setwright.spec.loading import Loading
    from setwright.spec.settling import settled

    root = find_root(cwd)
    if root is None:
        return Workspace(root=cwd, diagnostics=(), found=False)
    environ = os.environ if environ is None else environ
    told: list[Diagnostic] = []
    given = tuple(_given(variables, variable_files, environ, told.append))
    content = _project_file(root, told.append)
    if content is None:
        return Workspace(root=root, diagnostics=settled(told))
    cache = spec_cache(root, (PROJECT_FILE, content), environment, given, environ)
    # What is read is kept, so there is nothing for the collector to find: it would only look at more and more.
    collecting = gc.isenabled()
    gc.disable()
    try:
        loading = Loading(
            functools.partial(_settings, root, content, environment, given),
            _other_exports,
            functools.partial(read_list, root),
            None if cache is None else cache.load(),
        )
        of_project = _erring((*told, *loading.head.told))
        files = find_files(root, loading.head.patterns, told.append)
        drafts = loading.load(read_files(root, files, told.append), told.append)
        diagnostics = settled(told)
        if cache is not None and (document := loading.recollection()) is not None:
            cache.store(document)
    finally:
        if collecting:
            gc.enable()
    patterns = tuple(pattern for pattern, _ in loading.head.patterns)
    bare = None if of_project else functools.partial(loading.project, ())
    if _erring(diagnostics):
        return Workspace(root=root, diagnostics=diagnostics, files=len(files), patterns=patterns, bare=bare)
    return Workspace(
        root=root,
        diagnostics=diagnostics,
        files=len(files),
        patterns=patterns,
        datasets=len(drafts),
        read=functools.partial(loading.project, drafts),
        bare=bare,
    )


def require_settings(
    cwd: Path, *, environment: str | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Path, ProjectSettings]:
    """The folder and the settings of the project around `cwd`. No spec is read, so their mistakes do not matter.

    Raises:
        UsageError: there is no project.
        FindingsError: its project file holds errors.
    """
    from setwright.spec.settling import settled

    root = find_root(cwd)
    if root is None:
        raise _no_project(cwd)
    told: list[Diagnostic] = []
    given = tuple(_given((), (), os.environ if environ is None else environ, told.append))
    content = _project_file(root, told.append)
    settings = None if content is None else _settings(root, content, environment, given, told.append)
    if settings is None or _erring(told):
        raise FindingsError(settled(told))
    return root, settings


def require_found(workspace: Workspace) -> None:
    """Do nothing where there is a project, with or without mistakes.

    Raises:
        UsageError: there is none.
    """
    if not workspace.found:
        raise _no_project(workspace.root)


def require_project(workspace: Workspace) -> Project:
    """The workspace's project.

    Raises:
        UsageError: there is none.
        FindingsError: its files hold errors.
    """
    require_found(workspace)
    if workspace.project is None:
        raise FindingsError(workspace.diagnostics)
    return workspace.project


def require_bare(workspace: Workspace) -> Project:
    """The workspace's project, or what its own file says of it where only specs hold errors.

    That is enough to read versions, which are there whatever specs say now.

    Raises:
        UsageError: there is none.
        FindingsError: its own file holds errors.
    """
    require_found(workspace)
    if workspace.bare is None:
        raise FindingsError(workspace.diagnostics)
    return workspace.project or workspace.bare()


def find_root(cwd: Path) -> Path | None:
    """The nearest folder with a project file, from `cwd` upwards."""
    return next((folder for folder in (cwd, *cwd.parents) if os.path.lexists(folder / PROJECT_FILE)), None)


def _erring(findings: Iterable[Diagnostic]) -> bool:
    from setwright.model.diagnostics import Severity

    return any(finding.severity is Severity.ERROR for finding in findings)


def _no_project(cwd: Path) -> UsageError:
    return UsageError(
        "There is no project here",
        f"Neither {cwd} nor a folder above it holds {PROJECT_FILE}.",
        f"{PROJECT_FILE} is how {meant} has to be called"
        if (meant := _other_ending(cwd)) is not None
        else "`setwright init` starts a project in this folder",
    )


def _other_ending(cwd: Path) -> Path | None:
    """The file of a project's name with the other usual ending that is nearest to `cwd`, upwards."""
    files = (folder / PROJECT_FILE.replace(".yaml", ".yml") for folder in (cwd, *cwd.parents))
    return next((file for file in files if file.is_file()), None)


def _project_file(root: Path, tell: Callable[[Diagnostic], None]) -> bytes | None:
    """The content of the project file in `root`, None where it cannot be read."""
    from setwright.cli.spec_files import read_inside

    return read_inside(root, PROJECT_FILE, _own(root, tell), tell)


def _settings(
    root: Path,
    content: bytes,
    environment: str | None,
    given: Sequence[GivenValue],
    tell: Callable[[Diagnostic], None],
) -> ProjectSettings:
    from setwright.spec.project_file import read_project

    folder = root.resolve().name or "project"
    return read_project(PROJECT_FILE, content, folder=folder, environment=environment, given=given, tell=tell)


def _own(root: Path, tell: Callable[[Diagnostic], None]) -> tuple[str, ...]:
    """Where the project file is within `root`, links followed; as it stands where they lead out, to be refused."""
    whole = root.resolve()
    try:
        target = (root / PROJECT_FILE).resolve()
    except (OSError, RuntimeError):  # up to Python 3.12 a link to itself is a RuntimeError
        return (PROJECT_FILE,)
    return target.relative_to(whole).parts if target.is_relative_to(whole) else (PROJECT_FILE,)


def _given(
    variables: Sequence[tuple[str, str]],
    variable_files: Sequence[Path],
    environ: Mapping[str, str],
    tell: Callable[[Diagnostic], None],
) -> Iterator[GivenValue]:
    """Values from outside the project, those that count least first."""
    from setwright.cli.spec_files import read_anywhere
    from setwright.spec.variables import GivenValue

    for key in sorted(name for name in environ if name.startswith(VARIABLE_PREFIX)):
        # Variables are written in lower case; Windows knows no lower case for the environment.
        name = key.removeprefix(VARIABLE_PREFIX).lower()
        yield GivenValue(name=name, value=environ[key], origin=key, optional=True)
    for path in variable_files:
        content = read_anywhere(path, str(path), tell)
        if content is not None:
            from setwright.spec.variable_values import read_variable_file

            yield from read_variable_file(str(path), content, tell)
    for name, value in variables:
        yield GivenValue(name=name, value=value, origin="--var")


def _other_exports() -> tuple[str, ...]:
    """The exports that installed packages add, by name; none of them is imported."""
    from importlib.metadata import entry_points

    return tuple(sorted(point.name for point in entry_points(group="setwright.exports")))
