"""One pull at a time in a folder: two would remove what the other is writing, or leave a mixture of two exports."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.model.events import Finished, Listener, Started

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAITING = "Waiting for another pull into the folder"

_TRIES = 100
"""How often a folder may be gone again. On some network drives none is ever the one that was opened."""


@contextmanager
def alone(to: Path, listener: Listener) -> Iterator[None]:
    """Let no other pull into `to` as long as the context lasts. The folder is made, and goes again if it stays empty.

    Who comes second waits rather than fails, since the processes of one training may all begin with the same pull. It
    is the folder that is locked and no file in it, so nothing is left over, and the system frees it however its holder
    ends. Windows and some network drives lock no folders; there nobody waits.
    """
    made = [folder for folder in (to, *to.parents) if not folder.exists()]
    to.mkdir(parents=True, exist_ok=True)
    handle = None
    try:
        handle = _locked(to, listener)
        yield
    finally:
        # Before the folder is free, or whoever comes next would have one that is about to go.
        for folder in made:
            try:
                folder.rmdir()
            except OSError:  # not empty, as it should be
                break
        if handle is not None:
            os.close(handle)


def _locked(to: Path, listener: Listener) -> int | None:
    """A handle of the folder that holds the lock until it is closed; None where folders cannot be locked."""
    if sys.platform == "win32":
        return None
    for _ in range(_TRIES):
        to.mkdir(parents=True, exist_ok=True)
        handle = os.open(to, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                listener(Started(_WAITING, None, ""))
                fcntl.flock(handle, fcntl.LOCK_EX)
                listener(Finished(_WAITING))
            # Whoever was before may have failed, and removed the folder again.
            if to.exists() and os.path.samestat(os.fstat(handle), to.stat()):
                return handle
        except OSError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    return None
