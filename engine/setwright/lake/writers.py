"""Who stores blobs that the catalogue does not name yet, and who removes such: never both at a time."""

from __future__ import annotations

import secrets
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from setwright.edge.files import ASIDE
from setwright.lake import leases
from setwright.lake.folder_blobs import WRITERS
from setwright.model.errors import LakeBusyError, LockHeldError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from setwright.lake.catalogue import Catalogue

_DAY = 24 * 60 * 60
_SWEPT_FOR = 60.0

# A dataset or a project that is called so cannot be: names have no control characters.
_WRITING = "\x1fblobs are written "
_REMOVING = "\x1fblobs are removed"


class Writers(Protocol):
    """The lock of a store of blobs."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold this while blobs are written that the catalogue will name only later; any number may."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold this while blobs are removed: nobody is writing any that the catalogue does not name yet.

        Raises:
            LakeBusyError: somebody is.
        """


class FolderWriters:
    """The lock of the store in the folder `root`, for all who have that folder.

    When nobody else has it, what writers that died have left half-written is cleared away first, once a minute at most.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sweep_at = 0.0

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":  # no such lock, so only age tells the dead from the living
            self._sweep(before=time.time() - _DAY)
            yield
            return
        with (self._root / WRITERS).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                # To look into every folder takes longer than all else that a small write needs.
                if time.monotonic() >= self._sweep_at:
                    self._sweep()
                    self._sweep_at = time.monotonic() + _SWEPT_FOR
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":  # no such lock; there the grace of those who remove must do
            yield
            return
        with (self._root / WRITERS).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise being_written() from error
            self._sweep()
            yield

    def _sweep(self, before: float = float("inf")) -> None:
        for left in self._root.glob(f"??/.*{ASIDE}"):
            if left.stat().st_mtime < before:
                left.unlink(missing_ok=True)


class CatalogueWriters:
    """The lock of a store that machines share: leases in the catalogue, one for each writer, and one for who removes.

    Who was paused for longer than the life of a lease may find the other side at work. What is removed then is what was
    old and unneeded before, so the grace of two weeks is the second guard.
    """

    def __init__(self, catalogue: Catalogue, clock: Callable[[], datetime], life: float) -> None:
        self._catalogue, self._clock, self._life = catalogue, clock, life

    @contextmanager
    def writing(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(self._held(_WRITING + secrets.token_hex(8), beside=_REMOVING))
            except LockHeldError as error:
                raise LakeBusyError(
                    "Another process is removing blobs of the lake",
                    "What is stored meanwhile would look like what nothing needs.",
                    "try again when it is done",
                ) from error
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(self._held(_REMOVING, beside=_WRITING))
            except LockHeldError as error:
                raise being_written() from error
            yield

    def _held(self, name: str, beside: str) -> AbstractContextManager[None]:
        return leases.held(self._catalogue, name, "setwright", self._clock, self._life, beside=beside)


def being_written() -> LakeBusyError:
    """The error to raise where blobs cannot be removed now."""
    return LakeBusyError(
        "Another process is writing to the lake",
        "What it has stored and not yet recorded would look like what nothing needs.",
        "try again when it is done",
    )
