"""The files of a project with their layout: found, read, laid out, and written back in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from setwright.model.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """A file: its `name` in the project, the `path` that it leads to, links followed, and its content.

    `left_alone` says that it cannot be brought into layout without a risk, so that nothing is done with it.
    """

    name: str
    path: Path
    before: bytes
    after: bytes
    left_alone: bool

    @property
    def changed(self) -> bool:
        return self.before != self.after


def layouts(cwd: Path, paths: Sequence[str], tell: Callable[[Diagnostic], None]) -> Iterator[LaidOut]:
    """The files that `paths` name, or all of the project around `cwd`, with their layout; errors are told.

    A file that cannot be read as YAML is told and left out.

    Raises:
        UsageError: there is no project, or a path is not there or leads out of it.
    """
    from setwright.cli.spec_files import read_inside
    from setwright.cli.workspace import PROJECT_FILE, Workspace, find_root, require_found
    from setwright.spec.dataset_models import DatasetFile
    from setwright.spec.formatting import laid_out
    from setwright.spec.project_models import ProjectFile

    root = find_root(cwd)
    if root is None:
        require_found(Workspace(root=cwd, diagnostics=(), found=False))
        return
    whole = root.resolve()
    own = (root / PROJECT_FILE).resolve()
    for name, parts in _chosen(root, cwd, paths, tell).items():
        content = read_inside(root, name, parts, tell)
        if content is None:
            continue
        path = whole.joinpath(*parts)
        made = laid_out(name, content, ProjectFile if path == own else DatasetFile)
        for error in made.errors:
            tell(error)
        if made.text is not None:
            after = content if made.left_alone else made.text.encode()
            yield LaidOut(name=name, path=path, before=content, after=after, left_alone=made.left_alone)


def write(file: LaidOut) -> None:
    """Make the layout the file's content, at once; its permissions stay."""
    import stat

    from setwright.edge.files import write_whole

    write_whole(file.path, file.after, mode=stat.S_IMODE(file.path.stat().st_mode))


def _chosen(
    root: Path, cwd: Path, paths: Sequence[str], tell: Callable[[Diagnostic], None]
) -> dict[str, tuple[str, ...]]:
    """Names within `root`, with what they lead to."""
    whole = root.resolve()
    known = _all(root, tell)
    if not paths:
        return known
    chosen: dict[str, tuple[str, ...]] = {}
    for given in paths:
        path = (cwd / given).resolve()
        if not path.exists():
            raise UsageError(f"There is no file {given}")
        if not path.is_relative_to(whole):
            raise UsageError(f"{given} is outside the project", f"The project is in {root}.")
        if path.is_dir():
            below = {
                name: parts for name, parts in known.items() if whole.joinpath(*parts).is_relative_to(path)
            }
            if not below:
                raise UsageError(f"No file of the project is in {given}")
            chosen |= below
        else:
            parts = path.relative_to(whole).parts
            named = {known_parts: name for name, known_parts in known.items()}
            chosen[named.get(parts, "/".join(parts))] = parts
    return chosen


def _all(root: Path, tell: Callable[[Diagnostic], None]) -> dict[str, tuple[str, ...]]:
    """The project file and the specs. What is wrong with the project file beside its YAML does not matter here."""
    from setwright.cli.spec_files import find_files, read_inside
    from setwright.cli.workspace import PROJECT_FILE
    from setwright.model.diagnostics import Severity
    from setwright.spec.project_file import read_project

    whole, target = root.resolve(), (root / PROJECT_FILE).resolve()
    if not target.is_relative_to(whole):
        raise UsageError(f"{PROJECT_FILE} is a link that leads out of the project")
    parts = target.relative_to(whole).parts
    content = read_inside(root, PROJECT_FILE, parts, lambda _: None) or b""
    settings = read_project(PROJECT_FILE, content, folder="", environment=None, given=(), tell=lambda _: None)

    def only_errors(finding: Diagnostic) -> None:
        if finding.severity is Severity.ERROR:
            tell(finding)

    return {PROJECT_FILE: parts, **find_files(root, settings.patterns, only_errors)}
