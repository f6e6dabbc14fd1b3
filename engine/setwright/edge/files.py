"""Files by names from outside, and files that are there whole or not at all.

A name that a server, an archive or an annotation file gives is data: it goes through `safe_join` before it is a path.
Whatever others may read is written by `write_whole`, or many by `edge.together`: aside, then renamed, so that no
reader and no crash ever sees half a file.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

from setwright.model.errors import SetwrightError, UnsafeNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_NAME_BYTES = 255
"""The longest name of one file or folder, in bytes of UTF-8: what common file systems take."""

ASIDE = ".setwright-part"
"""What a file still being written ends with. One that is found was left by a process that died; it may go."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)", re.IGNORECASE)


def safe_parts(name: str) -> tuple[str, ...]:
    """The folders and the file that the relative path `name`, with `/` between, leads through.

    What would be something else on Windows is refused everywhere, since a folder may travel: backslashes, drives,
    names of devices, a dot or a space at the end.

    Raises:
        UnsafeNameError: the path is empty, absolute, leads upwards, or holds a part that is no plain name.
    """
    if _DRIVE.match(name):
        raise _unsafe(name, f'Windows takes "{name[:2]}" for a drive.')
    if not name or name.startswith("/") or "\\" in name:
        raise _unsafe(name, "It is not a relative path with / between its parts.")
    parts = tuple(name.split("/"))
    for part in parts:
        if part in ("", ".", ".."):
            raise _unsafe(name, f'A part of it is "{part}".')
        if (found := _CONTROL.search(part)) is not None:
            # Half a surrogate pair stands for a byte that is not UTF-8.
            no_text = found[0] >= "\ud800"
            raise _unsafe(name, "It is not UTF-8." if no_text else "It holds a control character.")
        if part[-1] in ". " or _DEVICE.match(part):
            raise _unsafe(name, f'Windows would take "{part}" for something else.')
        if len(part.encode()) > MAX_NAME_BYTES:
            raise _unsafe(name, f"A part of it is longer than {MAX_NAME_BYTES} bytes.")
    return parts


def safe_join(root: Path, name: str) -> Path:
    """The path of `name` below `root`. Nothing has to be there yet.

    Links below `root` are followed to see where they lead. Whoever lets others change `root` at the same time must
    not rely on that.

    Raises:
        UnsafeNameError: `name` is no safe relative path, or leads out of `root` by a symbolic link.
    """
    path = root.joinpath(*safe_parts(name))
    if not leads_into(path, root):
        raise _unsafe(name, f"A symbolic link on the way leads out of {root}.")
    return path


def leads_into(path: Path, root: Path) -> bool:
    """Whether `path` lies below `root` or is it, wherever links lead. One that leads in a circle lies where it is."""
    # `Path.resolve` fails at a circle, as far as Python 3.12.
    return PurePath(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def add_file(path: Path, text: str) -> bool:
    """Write `text` to the file at `path`, unless there is something already. Returns whether it was written."""
    if os.path.lexists(path):
        return False
    write_whole(path, text.encode())
    return True


def write_whole(
    path: Path,
    content: bytes | Iterable[bytes],
    *,
    durable: bool = True,
    mode: int | None = None,
    owner: Path | None = None,
) -> int:
    """Make `content` the file at `path`, at once, and return its size in bytes. Missing folders are made.

    The bytes go to a name of their own beside it, which replaces `path` once it is complete; whatever goes wrong,
    `path` is as it was. With `durable` a power failure cannot undo what this function has returned from; without,
    it may leave the old file, or an empty one. `mode` are the permissions of the file; those of a new one if None. It
    belongs to whom `owner`, a file or folder, belongs to, where root writes it, who alone can give it away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _aside(path) as aside:
        with aside.open("xb") as file:
            size = 0
            for chunk in (content,) if isinstance(content, bytes) else content:
                size += file.write(chunk)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if mode is not None:
            aside.chmod(mode)
        if owner is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
            whose = owner.stat()
            os.chown(aside, whose.st_uid, whose.st_gid)
        aside.replace(path)
    if durable:
        sync_folder(path.parent)
    return size


def write_named(path: Path, content: bytes | Iterable[bytes]) -> int:
    """`write_whole` for a file that somebody named on a command line, where it may be a device or a pipe as well.

    What is written to `/dev/null`, `/dev/stdout` or `>(…)` goes there. To put a file in its place is what root can do,
    and then every program of the machine misses it.

    Raises:
        SetwrightError: who reads what was named has closed it before all was written.
    """
    if path.is_dir():  # also what an empty name stands for
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not is_stream(path):
        return write_whole(path, content)
    try:
        with path.open("wb") as stream:
            return sum(
                stream.write(chunk) for chunk in ((content,) if isinstance(content, bytes) else content)
            )
    except BrokenPipeError as error:
        # Of which click says nothing at all, since mostly it is stdout's.
        raise SetwrightError(f"{path} was closed", "Whoever reads it did not take all of it.") from error
    except OSError as error:
        tell_of(str(path), "", error)
        raise


def is_stream(path: Path) -> bool:
    """Whether `path` is a device or a pipe, or stands for what a process has open: nothing there is replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    # What stands there leads to what a process has open, which may be a file, too.
    opened = str(path.parent) in ("/dev", "/dev/fd", "/proc/self/fd")
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or (opened and path.is_symlink())


@contextmanager
def _aside(path: Path) -> Iterator[Path]:
    """A name beside `path` for a file that is to replace it; it is removed where an error ends the context."""
    aside = path.with_name(f".{secrets.token_hex(6)}{ASIDE}")
    try:
        yield aside
    except BaseException as error:
        with suppress(OSError):  # what went wrong counts; on a disk that is read-only, even this does
            aside.unlink()
        if isinstance(error, OSError):
            tell_of(str(path), str(aside), error)
        raise


def tell_of(path: str, aside: str, error: OSError) -> None:
    """Let `error` tell of `path`: a full disk names no file, and the one aside means nothing to anybody."""
    if error.errno is not None and error.filename in (None, aside):
        error.filename = path


def sync_folder(folder: Path | str) -> None:
    """Make the names in `folder` survive a power failure. Where a system cannot (Windows), nothing happens."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unsafe(name: str, why: str) -> UnsafeNameError:
    shown = name if len(name) <= 80 else name[:79] + "…"
    return UnsafeNameError(f"Unsafe name {shown!r}", f"It would leave the folder that it belongs to. {why}")
