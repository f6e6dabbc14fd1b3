"""Files of an export, written a few at a time, each whole before it gets its name."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from threading import Condition
from typing import TYPE_CHECKING, Protocol, TypeAlias

from setwright.edge.files import ASIDE, write_whole
from setwright.formats.bytes_of import packed_bytes, picture_bytes
from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.model.counting import counted
from setwright.model.events import Advanced, Finished, Listener, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from setwright.apply.pull_compare import Wanted

_BATCH_FILES = 64
_BATCH_BYTES = 4 << 20


Claim: TypeAlias = "Callable[[Mapping[str, str]], None]"
"""Takes the paths of files that are about to get their names, and their SHA-256."""


class Pictures(Protocol):
    """Where pictures come from."""

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]: ...
    def picture_path(self, digest: str) -> Path | None: ...


def write_all(
    remote: Pictures,
    wanted: Sequence[Wanted],
    local: set[Path],
    claim: Claim,
    listener: Listener,
    workers: int,
) -> Generator[tuple[Wanted, bool], None, None]:
    """Write the files, a few at a time, and give each as it is whole, with whether it is a link.

    `claim` is told of the SHA-256 of a packed file before that gets its name.

    The first failure, Ctrl-C, or closing the generator lets the files that are being written be finished and starts
    no others.
    """
    listener(Started("Writing files", len(wanted), "files"))
    batches = _batches(wanted)
    gate = _Gate()
    with ThreadPoolExecutor(workers, thread_name_prefix="pull") as pool:
        running: set[Future[list[tuple[Wanted, bool]]]] = set()
        try:
            while True:
                for batch in islice(batches, 2 * workers - len(running)):
                    running.add(pool.submit(_write_batch, remote, batch, local, claim, gate))
                if not running:
                    break
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    written = future.result()
                    yield from written
                    listener(Advanced("Writing files", len(written)))
        except BaseException:
            gate.close()
            raise
    listener(Finished("Writing files", counted(len(wanted), "file")))


def _batches(wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    """Several small files together, or handing them to a thread would take longer than writing them."""
    batch: list[Wanted] = []
    size = 0
    for one in wanted:
        batch.append(one)
        size += one.size
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _write_batch(
    remote: Pictures, batch: Sequence[Wanted], local: set[Path], claim: Claim, gate: _Gate
) -> list[tuple[Wanted, bool]]:
    written = []
    opened = remote.opener(
        one.entry for one in batch if isinstance(one.entry, PictureFile) and one.path not in local
    )
    for one in batch:
        with gate.passing() as may:
            if not may:
                break
            written.append(_write(remote, opened, one, claim, linked=one.path in local))
    return written


class _Gate:
    """Through which each file is written: once it is closed, none is being written and none will be.

    Waiting for the pool's threads does not promise that. One that was being started when Ctrl-C came is unknown to the
    pool, and writes on after the pool has been shut down.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._open = True

    @contextmanager
    def passing(self) -> Iterator[bool]:
        """Whether one may go through; as long as the context lasts, `close` waits."""
        with self._changed:
            may = self._open
            self._inside += may
        try:
            yield may
        finally:
            with self._changed:
                self._inside -= may
                self._changed.notify_all()

    def close(self) -> None:
        """Let nobody in any more, and wait for those who are."""
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._inside == 0)


def _write(
    remote: Pictures, opened: Callable[[str], BinaryIO], wanted: Wanted, claim: Claim, *, linked: bool
) -> tuple[Wanted, bool]:
    """Write one file, a picture as `opened` gives it; with its own SHA-256, and whether it became a link."""
    match wanted.entry:
        case MadeFile() as entry:
            write_whole(wanted.path, entry.chunks(), durable=False)
        case PictureFile() as entry:
            if linked and _link(remote.picture_path(entry.digest), wanted):
                return wanted, True
            write_whole(wanted.path, picture_bytes(entry, opened), durable=False)
        case PackedFile() as entry:
            hasher = hashlib.sha256()
            inside = remote.opener(part for part in entry.parts() if isinstance(part, PictureFile))
            content = _claimed(packed_bytes(entry, inside), hasher, claim, entry.path)
            write_whole(wanted.path, content, durable=False)
            return replace(wanted, sha256=hasher.hexdigest()), False
    return wanted, False


def _link(source: Path | None, wanted: Wanted) -> bool:
    """Make the file a hard link to `source`; False where that cannot be done.

    Its size is compared, its digest is not: who links wants to save reading, and the lake checks its own pictures.
    """
    if source is None or source.stat().st_size != wanted.size:
        return False
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    aside = wanted.path.with_name(f".{wanted.sha256[:12]}-{wanted.path.name}"[:200] + ASIDE)
    try:
        aside.unlink(missing_ok=True)
        os.link(source, aside)
        aside.replace(wanted.path)
    except OSError:  # another disk, or a file system without links
        return False
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return True


def _claimed(chunks: Iterable[bytes], hasher: hashlib._Hash, claim: Claim, path: str) -> Iterator[bytes]:
    """The chunks of the file at `path`, taken in by `hasher`, and claimed after the last of them: the file has its
    name only later, so a pull that is killed leaves none of which the record does not say what it holds.
    """
    for chunk in chunks:
        hasher.update(chunk)
        yield chunk
    claim({path: hasher.hexdigest()})
