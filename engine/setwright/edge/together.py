"""Many files that are there whole or not at all, and wait for the disk together.

Several threads write so at a time. Each call of the system hands the interpreter to another thread, and to get it back
takes longer than the call. So there are as few calls as can be, and paths are texts, for to make a `Path` takes longer
than to write a small file.
"""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from setwright.edge.files import ASIDE, sync_folder, tell_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AT_ONCE = 32
"""So many files wait together at most."""
_MAY_OPEN = threading.Semaphore(256)
"""Files that all threads together may have open here, of the 1,024 or so that a process may have."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def written_together() -> Iterator[Callable[[str, bytes], None]]:
    """What makes bytes the file at a path, whole and durable as by `write_whole`, but only when the context ends.

    Many files then wait for the disk a few times together, instead of twice each. Until the end none has its name;
    where an error ends the context, none gets it. One path may be given several times with the same bytes. Folders
    that are missing are made.
    """
    asides: dict[str, str] = {}
    unsynced: dict[int, str] = {}
    token = secrets.token_hex(6)

    def write(path: str, content: bytes) -> None:
        if path in asides:
            return
        if len(unsynced) == _AT_ONCE or not _MAY_OPEN.acquire(blocking=False):
            sync()  # so that nobody who waits for others keeps them waiting
            _MAY_OPEN.acquire()
        aside = asides[path] = f"{os.path.dirname(path)}{os.sep}.{token}{len(asides)}{ASIDE}"
        try:
            handle = _created(aside)
            unsynced[handle] = path
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
        except OSError as error:
            tell_of(path, aside, error)
            raise

    def sync() -> None:
        for handle, path in unsynced.items():
            try:
                os.fsync(handle)
            except OSError as error:
                tell_of(path, asides[path], error)
                raise
        close()

    def close() -> None:
        while unsynced:
            os.close(unsynced.popitem()[0])
            _MAY_OPEN.release()

    try:
        yield write
        sync()
        for path, aside in asides.items():
            try:
                os.replace(aside, path)
            except OSError as error:
                tell_of(path, aside, error)
                raise
    except BaseException:
        close()
        for aside in asides.values():
            with suppress(FileNotFoundError):
                os.unlink(aside)
        raise
    for folder in {os.path.dirname(path) for path in asides}:
        sync_folder(folder)


def _created(path: str) -> int:
    """A handle of a new file, of which one more may be open."""
    try:
        try:
            return os.open(path, _NEW, 0o666)
        except FileNotFoundError:  # seldom: a store has at most 256 folders
            os.makedirs(os.path.dirname(path), exist_ok=True)
            return os.open(path, _NEW, 0o666)
    except BaseException:
        _MAY_OPEN.release()
        raise
