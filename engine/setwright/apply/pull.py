"""An export as a folder: what is missing or differs is written, what pull did not write is left alone.

First the folder is compared with the export, and whatever speaks against writing is said before the first byte.
Then each file is written aside, its digest taken, and renamed; killed at any moment, the next pull goes on. Files are
not forced to the disk one by one, which would cost more than all the rest. Instead everything is, once, before the
record says that they are whole, so a power failure cannot leave a record that says more than is true.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from setwright.apply import pull_record
from setwright.apply.pull_alone import alone
from setwright.apply.pull_compare import Wanted, compare, digest_of_file
from setwright.apply.pull_record import Record, Written
from setwright.apply.pull_write import Pictures, write_all
from setwright.edge.files import ASIDE, leads_into, safe_parts
from setwright.formats.protocol import SIDECAR, ExportEntry, MadeFile, PackedFile, PictureFile
from setwright.model.errors import SetwrightError, UsageError
from setwright.model.events import Listener, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from setwright.model.versions import Version

WORKERS = 4
"""Files written at a time. Small files wait for the file system rather than for the processor."""


class ExportReader(Pictures, Protocol):
    """What pull asks of a remote."""

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull did: files of each kind.

    `files` of the export lie in the folder now, `bytes` in all; they hold `pictures`, and `others` hold none. Of all
    of them `written`, with `bytes_written`, are new or replaced, `linked` of those as links; `kept` were right already.
    `removed` are of an earlier pull and not in this export; `left` too, but somebody has changed them since.
    """

    files: int
    pictures: int
    others: int
    bytes: int
    written: int
    linked: int
    bytes_written: int
    kept: int
    removed: int
    left: int


def pull(
    remote: ExportReader,
    version: Version,
    export: str,
    to: Path,
    *,
    media: bool = True,
    link: bool = False,
    force: bool = False,
    is_renamed: Callable[[str, str], bool] = lambda name, manifest: False,
    listener: Listener = silence,
    workers: int = WORKERS,
) -> Pulled:
    """Make the folder `to` hold the export called `export` of `version`.

    Without `media` pictures are neither fetched nor compared. With `link` a picture that the remote keeps on this
    machine becomes a hard link to it, where the file system can; it must not be changed then. With `force`
    files that pull did not write, and a folder that holds another export, are overwritten. `is_renamed` tells whether
    the dataset had that name, when a version of it had the manifest with that digest: then the folder is its own.

    Raises:
        UsageError: `to` is no folder, or holds another export; or foreign files stand where others belong.
        UnsafeNameError: the export names a file that would lie outside `to`, or two that are one on some systems.
        RemoteError: a picture is not the one that was asked for.
        SetwrightError: the disk has no room for it.
        FormatError: the folder's record cannot be read.
    """
    _check_folder(to)
    with alone(to, listener):
        record = _record_of(to, version, export, is_renamed, force=force)
        entries = list(remote.export(version.id, export, listener))
        compared = compare(entries, to, record, media=media, force=force, listener=listener)
        local = {wanted.path for wanted in compared.write if link and _is_local(remote, wanted.entry)}
        _check_room(to, sum(wanted.size for wanted in compared.write if wanted.path not in local))
        done = dict(compared.keep)
        removed = left = linked = 0
        _remove_leftovers(to, ())  # of a record, whose pull was killed before it had claimed anything
        changing = bool(compared.write or compared.stale or record.claimed)
        if changing:
            claims = _Claims(to, replace(record, dataset=version.dataset, export=export))
            claims.add({wanted.entry.path: _known_digest(wanted) for wanted in compared.write})
            _remove_leftovers(
                to, {*record.files, *record.claimed, *(one.entry.path for one in compared.wanted)}
            )
            # Closed at once, whatever happens: Ctrl-C may come while we count, and a generator that is merely
            # dropped would let its threads write on for as long as somebody looks at the exception.
            with closing(write_all(remote, compared.write, local, claims.add, listener, workers)) as written:
                for wanted, was_linked in written:
                    done[wanted.entry.path] = _as_written(wanted)
                    linked += was_linked
            removed, left = _remove_stale(to, compared.stale, record, compared.wanted)
            if compared.write and hasattr(os, "sync"):
                os.sync()
        whole = Record(dataset=version.dataset, version=str(version.number), export=export, files=done)
        if whole != record:
            # Where all was right already it only spares reading the files once more, as of a copy that nobody may
            # write to.
            with nullcontext() if changing else suppress(OSError):
                pull_record.write(to, whole)
        return Pulled(
            files=len(compared.wanted),
            pictures=sum(_pictures_in(wanted.entry) for wanted in compared.wanted),
            others=sum(isinstance(wanted.entry, MadeFile) for wanted in compared.wanted),
            bytes=sum(wanted.size for wanted in compared.wanted),
            written=len(compared.write),
            linked=linked,
            bytes_written=sum(wanted.size for wanted in compared.write),
            kept=len(compared.wanted) - len(compared.write),
            removed=removed,
            left=left,
        )


class _Claims:
    """The record in `to` while files are written, to which the threads that write them add claims."""

    def __init__(self, to: Path, record: Record) -> None:
        self._to, self._record = to, record
        self._lock = Lock()

    def add(self, coming: Mapping[str, str]) -> None:
        with self._lock:
            self._record = self._record.claiming(coming)
            pull_record.write(self._to, self._record)


def _known_digest(wanted: Wanted) -> str:
    """The SHA-256 that the file will have; empty for a packed one."""
    return "" if isinstance(wanted.entry, PackedFile) else wanted.sha256


def _check_folder(to: Path) -> None:
    if (to.is_symlink() or to.exists()) and not to.is_dir():
        raise UsageError(
            f"{to} is not a folder", "An export is a folder of files.", "say another one with --to"
        )


def _record_of(
    to: Path, version: Version, export: str, is_renamed: Callable[[str, str], bool], *, force: bool
) -> Record:
    """What pull remembers of `to`; an empty record where it never was."""
    record = pull_record.read(to)
    if record is None:
        return Record(dataset=version.dataset, version="", export=export, files={})
    if force or (record.dataset, record.export) == (version.dataset, export):
        return record
    held = _manifest_in(to) if record.export == export else None
    if held is None or not is_renamed(record.dataset, held):
        raise UsageError(
            f"{to} holds another export",
            f"It was pulled as {record.export} of {record.dataset}; its files would be removed.",
            "pull to another folder, or pass --force",
        )
    return record


def _manifest_in(to: Path) -> str | None:
    """The digest of the manifest whose export the folder holds; None where nothing there tells."""
    try:
        return str(json.loads((to / SIDECAR).read_bytes())["manifest"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _check_room(to: Path, needed: int) -> None:
    above = next(folder for folder in (to, *to.absolute().parents) if folder.exists())
    free = shutil.disk_usage(above).free
    if needed > free:
        raise SetwrightError(
            "The disk has no room for the export",
            f"{needed:,} bytes are to be written to {to}, where {free:,} are free.",
            "make room, pull to another disk, or leave the pictures out with --no-media",
        )


def _as_written(wanted: Wanted) -> Written:
    parts = wanted.entry.digest if isinstance(wanted.entry, PackedFile) else ""
    return Written(wanted.size, wanted.path.lstat().st_mtime_ns, wanted.sha256, parts)


def _pictures_in(entry: ExportEntry) -> int:
    return entry.pictures if isinstance(entry, PackedFile) else isinstance(entry, PictureFile)


def _is_local(remote: ExportReader, entry: ExportEntry) -> bool:
    return isinstance(entry, PictureFile) and remote.picture_path(entry.digest) is not None


def _remove_leftovers(to: Path, names: Iterable[str]) -> None:
    """What a pull that was killed had begun to write, in `to` itself and beside files of these names."""
    folders = {to, *(to.joinpath(*safe_parts(name)).parent for name in names)}
    for folder in folders:
        if folder.is_dir() and leads_into(folder, to):
            for leftover in folder.glob(f".*{ASIDE}"):
                leftover.unlink(missing_ok=True)


def _remove_stale(
    to: Path, stale: Sequence[str], record: Record, wanted: Sequence[Wanted]
) -> tuple[int, int]:
    """Remove what an earlier pull wrote and this export lacks; how many went, and how many were changed since."""
    folded = {one.entry.path.casefold(): one.path for one in wanted}
    removed = left = 0
    for name in stale:
        path = to.joinpath(*safe_parts(name))
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            if leads_into(path.parent, to):
                _remove_empty(path.parent, to)
            continue
        twin = folded.get(name.casefold())
        if twin is not None and twin.exists() and twin.samefile(path):
            continue  # a new name for the same file, where case does not count
        known = record.files.get(name)
        if not leads_into(path.parent, to) or not stat.S_ISREG(status.st_mode):
            left += 1
        elif (known and known.same_file(status)) or digest_of_file(path) in record.digests(name):
            path.unlink()
            removed += 1
            _remove_empty(path.parent, to)
        else:
            left += 1
    return removed, left


def _remove_empty(folder: Path, to: Path) -> None:
    while folder != to:
        try:
            folder.rmdir()
        except OSError:  # not empty
            return
        folder = folder.parent
