"""What tells, without opening a lake, that nothing was written to it since somebody looked.

It is for a lake that lies in its folder whole, catalogue and blobs. Nothing is opened here: to close a file of SQLite's
lets go of the locks that this process has on it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from setwright.lake.mark import CATALOGUE, MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

Stamp: TypeAlias = list[str | int]
"""Equal stamps are of one content. JSON values, the times last."""

SETTLED = 2 * 10**9
"""Nanoseconds without a write after which times can be relied on: no file system has coarser ones."""

_TIMES = 4
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def stamp(folder: Path) -> Stamp | None:
    """The stamp of the lake in `folder`; None where none can be had, or writes are on their way.

    None, too, where the system does not say when it was started: after a power failure a file may have what was
    written, and still the time of before. And where what stands for the time of a file's last change is another thing.
    """
    if os.name == "nt":
        return None
    try:
        # SQLite's logs lie beside the file that a link leads to.
        catalogue = (folder / CATALOGUE).resolve()
        # They come first: what has left them is in the catalogue by then.
        if any(_size(catalogue.with_name(catalogue.name + log)) for log in ("-wal", "-journal")):
            return None
        boot = _BOOT.read_text(encoding="ascii").strip()
        content, mark = catalogue.stat(), (folder / MARK).stat()
    except (OSError, ValueError, RuntimeError):  # the last of a link to itself, up to Python 3.12
        return None
    if content.st_nlink != 1:  # by its other name it would have other logs
        return None
    return [boot, *_which(content), *_which(mark), *_times(content), *_times(mark)]


def settled(folder: Path, stamp: Stamp) -> bool:
    """Whether each later write is going to show in the stamp: the last one is long enough ago, by two clocks.

    One is ours. The other is that of the file system, which may be on another machine: whoever opened the catalogue
    and closed it again made and removed files beside it, and the folder tells when.
    """
    newest = max(int(each) for each in stamp[-_TIMES:])
    try:
        return (
            min(time.time_ns(), (folder / CATALOGUE).resolve().parent.stat().st_mtime_ns) - newest >= SETTLED
        )
    except OSError:
        return False


def _which(facts: os.stat_result) -> Iterator[int]:
    yield facts.st_dev
    yield facts.st_ino
    yield facts.st_size


def _times(facts: os.stat_result) -> Iterator[int]:
    yield facts.st_mtime_ns
    yield facts.st_ctime_ns


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
