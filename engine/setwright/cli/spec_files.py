"""Spec files on disk: found by the project's patterns, read within bounds, and never from outside its folder."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from setwright.model.diagnostics import SourceRef
from setwright.spec import findings
from setwright.spec.source_text import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from setwright.model.diagnostics import Diagnostic

    Tell = Callable[[Diagnostic], None]


def find_files(
    root: Path, patterns: Sequence[tuple[str, SourceRef | None]], tell: Tell
) -> dict[str, tuple[str, ...]]:
    """The files that the patterns match: the name of each within `root`, with what it leads to, links followed.

    Sorted by name. A file that two patterns or a link within the project lead to is there once.
    """
    whole = root.resolve()
    inside = str(root / "_")[:-1]  # what comes before a name; nothing where the root is the working folder
    depth = len(whole.parts)
    found: dict[tuple[str, ...], str] = {}
    folders: dict[str, tuple[str, ...]] = {}
    passed_by: dict[str, str] = {}
    empty: dict[str, SourceRef | None] = {}
    for pattern, where in patterns:
        matched, ending = False, _ending(pattern)
        for path, is_link in _matches(root, pattern, where, tell):
            name = path[len(inside) :].replace(os.sep, "/")
            if not name.endswith(ending):
                passed_by.setdefault(name, pattern)
                continue
            matched = True
            try:
                target = Path(path).resolve().parts if is_link else _target(path, folders)
            except (OSError, RuntimeError):  # up to Python 3.12 a link to itself is a RuntimeError
                tell(_unreadable(name, "It is a link that leads back to itself."))
                continue
            if target[:depth] != whole.parts:
                tell(_outside(name))
                continue
            parts = target[depth:]
            found[parts] = min(found.get(parts, name), name)
        if not matched:
            empty[pattern] = where
    for name in sorted(passed_by.keys() - found.values()):
        if _is_of(root / name, whole, found):
            continue
        # Other things have such names too, a build server's jobs say.
        if is_spec(root, name):
            tell(_passed_by(name, passed_by[name]))
            empty.pop(passed_by[name], None)  # that is said with it
    for pattern, where in empty.items():
        tell(
            findings.NO_FILE.at(
                where,
                f'"{pattern}" matches no file.',
                f"it is a folder: write {pattern.rstrip('/')}/*.yaml"
                if (root / pattern).is_dir()
                else "write a spec there, or name another pattern under `specs:` in setwright.yaml",
            )
        )
    return {name: parts for parts, name in sorted(found.items(), key=lambda item: item[1])}


def read_files(root: Path, files: dict[str, tuple[str, ...]], tell: Tell) -> Iterator[tuple[str, bytes]]:
    """Names and contents of `files`, one after the other; of those that can be read."""
    for name, parts in files.items():
        content = read_inside(root, name, parts, tell)
        if content is not None:
            yield name, content


def read_inside(root: Path, name: str, parts: Sequence[str], tell: Tell) -> bytes | None:
    """At most `MAX_BYTES` and one of the file `parts` below `root`, shown as `name`; None where it cannot be read.

    Followed part by part without any link, so that nobody can swap one in between looking and reading.
    """
    try:
        return _read(_open(root, parts))
    except _NotAFileError:
        problem = "It is no ordinary file."
    except OSError as error:
        problem = f"{error.strerror or error}."
    tell(_unreadable(name, problem))
    return None


def read_list(root: Path, name: str) -> bytes | str:
    """The same of the file `name`, a path from the project's folder; or, in a sentence, why it cannot be read."""
    whole = root.resolve()
    try:
        target = (root / name).resolve()
        if not target.is_relative_to(whole):
            return "It leads out of the project's folder."
        return _read(_open(root, target.relative_to(whole).parts))
    except _NotAFileError:
        return "It is no ordinary file."
    except (OSError, RuntimeError) as error:  # up to Python 3.12 a link to itself is a RuntimeError
        return f"{getattr(error, 'strerror', None) or error}."


def is_spec(root: Path, name: str) -> bool:
    """Whether the file `name`, a path from the project's folder, looks as if it were to be a spec."""
    content = read_list(root, name)
    return isinstance(content, bytes) and _DATASET.search(content) is not None


def read_anywhere(path: Path, name: str, tell: Tell) -> bytes | None:
    """The same of a file that the user names on the command line, wherever it is."""
    try:
        return _read(os.open(path, os.O_RDONLY | _NO_WAITING))
    except _NotAFileError:
        problem = "It is no ordinary file."
    except OSError as error:
        problem = f"{error.strerror or error}."
    tell(_unreadable(name, problem))
    return None


class _NotAFileError(Exception):
    """A folder, a device, a pipe: reading it may never end."""


# Opening a pipe that nobody writes to would wait for ever. Windows has neither.
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def _open(root: Path, parts: Sequence[str]) -> int:
    if os.open not in os.supports_dir_fd:
        return os.open(root.joinpath(*parts), os.O_RDONLY | _NO_WAITING)
    folder = os.open(root, os.O_RDONLY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], os.O_RDONLY | _NO_LINK | _NO_WAITING, dir_fd=folder)
    finally:
        os.close(folder)


def _read(handle: int) -> bytes:
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise _NotAFileError
        chunks = []
        left, most = MAX_BYTES + 1, facts.st_size + 1
        while left > 0 and (chunk := os.read(handle, min(left, most))):
            chunks.append(chunk)
            left -= len(chunk)
            most = 1 << 20  # it grew meanwhile, or the system gives less than was asked for
        return b"".join(chunks)
    finally:
        os.close(handle)


def _is_of(path: Path, whole: Path, found: Container[tuple[str, ...]]) -> bool:
    """Whether `path` is a link to one of the files `found` below `whole`, which is read by another name then."""
    try:
        return path.is_symlink() and path.resolve().parts[len(whole.parts) :] in found
    except (OSError, RuntimeError):
        return False


def _target(path: str, folders: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The parts of what `path`, no link itself, leads to. `folders` remembers those of folders."""
    folder, name = os.path.split(path)
    if folder not in folders:
        folders[folder] = Path(folder).resolve().parts
    return (*folders[folder], name)


_DATASET = re.compile(rb"^dataset:", re.MULTILINE)
"""What a spec has, and little else."""

_ENDINGS = (".yaml", ".yml")
"""Both are usual, and who is used to the one does not see that a pattern has the other."""


_HIDDEN = re.compile(r"(^|/)\.(?!\.?/)")
"""A name that begins with a dot, in a pattern."""


def _is_hidden(path: Path, root: Path) -> bool:
    """Whether a name on the way from `root` to `path` begins with a dot."""
    return f"{os.sep}." in str(path)[len(str(root)) :]


def _ending(pattern: str) -> str:
    """The usual ending of specs that `pattern` has, where it is of many files, else nothing."""
    if "*" not in pattern.rpartition("/")[2]:
        return ""
    return next((ending for ending in _ENDINGS if pattern.endswith(ending)), "")


def _matches(root: Path, pattern: str, where: SourceRef | None, tell: Tell) -> list[tuple[str, bool]]:
    """What the pattern matches, but for folders, and whether it is a link; with those of the other usual ending.

    As in a shell, a name that begins with a dot is none that `*` stands for: Emacs has a link of such a name beside a
    file that is being edited, and macOS a file beside each one on a disk of another system.
    """
    found = []
    ending = _ending(pattern)
    plain = not _HIDDEN.search(pattern)
    try:
        # Looked for together, since folders are read once then.
        for path in root.glob(pattern.removesuffix(ending) + ".y*ml" if ending else pattern):
            if (ending and not path.name.endswith(_ENDINGS)) or (plain and _is_hidden(path, root)):
                continue
            try:
                kind = os.lstat(path).st_mode
            except FileNotFoundError:
                continue  # it went meanwhile
            if not stat.S_ISDIR(kind):
                found.append((str(path), stat.S_ISLNK(kind)))
    except (ValueError, NotImplementedError, OSError) as error:
        tell(
            findings.BAD_NAME.at(
                where, f'"{pattern}" is no pattern of files: {error}.', "write it as in specs/**/*.yaml"
            )
        )
        return []
    return sorted(found)  # paths themselves would compare slowly


def _passed_by(name: str, pattern: str) -> Diagnostic:
    right = Path(name).with_suffix(_ending(pattern)).as_posix()
    return findings.OTHER_ENDING.at(
        SourceRef(name, 1, 1, 1, 1),
        f'The pattern "{pattern}" takes files that end in {_ending(pattern)}, so this one is not read.',
        f"call it {right}, or write a pattern for it under `specs:` in setwright.yaml",
    )


def _unreadable(name: str, problem: str) -> Diagnostic:
    return findings.UNREADABLE_FILE.at(SourceRef(name, 1, 1, 1, 1), problem)


def _outside(name: str) -> Diagnostic:
    return findings.OUTSIDE_PROJECT.at(
        SourceRef(name, 1, 1, 1, 1),
        "It is a link that leads out of the project's folder, where a reviewer cannot see what it holds.",
        "put the spec itself into the project",
    )
