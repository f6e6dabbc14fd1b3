"""A folder beside the export that it shall hold: what is right already, what is to be written, what is left over."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from setwright.apply.pull_record import RECORD, Record, Written
from setwright.edge.files import ASIDE, leads_into, safe_parts
from setwright.formats.protocol import ExportEntry, MadeFile, PackedFile, PictureFile
from setwright.model.errors import UnsafeNameError, UsageError
from setwright.model.events import Advanced, Finished, Listener, Started

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 5
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that the folder shall hold. Of a packed one `sha256` is that of its parts, until it is written."""

    entry: ExportEntry
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`keep` are right already, `write` missing or different; `stale` are names of an earlier pull."""

    keep: dict[str, Written]
    write: tuple[Wanted, ...]
    stale: tuple[str, ...]
    wanted: tuple[Wanted, ...]


def compare(
    entries: list[ExportEntry], to: Path, record: Record, *, media: bool, force: bool, listener: Listener
) -> Comparison:
    """What has to be done so that `to` holds `entries`; pictures count only with `media`. Changes nothing.

    Raises:
        UsageError: files that pull did not write differ from those that belong there, and `force` is not set; or a
            folder stands where a file belongs, or a file where a folder does.
        UnsafeNameError: an entry would lie outside `to`, or be the same file as another on some systems.
    """
    wanted = _all_wanted(entries, to)
    _check_kinds(wanted, to)
    listener(Started("Comparing files", len(wanted), "files"))
    keep: dict[str, Written] = {}
    write: list[Wanted] = []
    foreign: list[str] = []
    asked: list[Wanted] = []
    for one in wanted:
        name = one.entry.path
        known = record.files.get(name)
        if not media and isinstance(one.entry, PictureFile | PackedFile):
            # Not asked for, but here from before: it stays, unless this version has another picture there.
            if record.wrote(name) and isinstance(here := _found(one, known), Written):
                keep[name] = here
            continue
        asked.append(one)
        found = _found(one, known)
        if isinstance(found, Written):
            keep[name] = found
        else:
            write.append(one)
            if found == "differs" and not record.wrote(name):
                foreign.append(name)
        listener(Advanced("Comparing files"))
    listener(Finished("Comparing files", f"{len(keep):,} are right, {len(write):,} to write"))
    if foreign and not force:
        shown = ", ".join(foreign[:_SHOWN]) + (
            f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
        )
        raise UsageError(
            f"Pull would overwrite files in {to} that it did not write",
            f"They differ from the export's: {shown}.",
            "pull to another folder, or pass --force",
        )
    stale = sorted({*record.files, *record.claimed} - keep.keys() - {one.entry.path for one in write})
    return Comparison(keep, tuple(write), tuple(stale), tuple(asked))


def _all_wanted(entries: list[ExportEntry], to: Path) -> list[Wanted]:
    """The files with their paths below `to`, every name checked before any is used."""
    folders: dict[tuple[str, ...], Path] = {}
    seen: dict[str, str] = {}
    wanted: list[Wanted] = []
    for entry in entries:
        *above, name = safe_parts(entry.path)
        _check_encoding(entry.path)
        folder = folders.get(tuple(above))
        if folder is None:
            folder = folders[tuple(above)] = to.joinpath(*above)
            if not leads_into(folder, to):
                raise UnsafeNameError(f"Unsafe name {entry.path!r}", f"A symbolic link leads out of {to}.")
        other = seen.setdefault(unicodedata.normalize("NFC", entry.path.casefold()), entry.path)
        if len(seen) != len(wanted) + 1:
            raise UnsafeNameError(
                f"Unsafe name {entry.path!r}", f'On some file systems it is the same file as "{other}".'
            )
        if entry.path == RECORD or name.endswith(ASIDE):
            raise UnsafeNameError(f"Unsafe name {entry.path!r}", "Pull uses this name itself.")
        match entry:
            case MadeFile():
                wanted.append(Wanted(entry, folder / name, entry.size, entry.sha256))
            case PictureFile(_, digest, size):
                wanted.append(Wanted(entry, folder / name, size, digest))
            case PackedFile(size=size, digest=digest):
                wanted.append(Wanted(entry, folder / name, size, digest))
    return wanted


def _check_encoding(name: str) -> None:
    """Refuse a name that this system has no bytes for."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise UnsafeNameError(
            f"This system cannot call a file {name!r}",
            f"By its locale, names of files are {sys.getfilesystemencoding()} here.",
            "run it with PYTHONUTF8=1 in the environment, or with a locale of UTF-8",
        ) from error


def _check_kinds(wanted: list[Wanted], to: Path) -> None:
    """Refuse folders in the place of files and files in that of folders: nobody means to lose these by `--force`."""
    names = {one.entry.path.rpartition("/")[0] for one in wanted}
    folders = {PurePath(*name.split("/")) for name in names}
    above = {each for folder in folders for each in (folder, *folder.parents)}
    in_the_way = [f"{name}, a file" for name in sorted(above) if (to / name).is_file()]
    in_the_way += [
        f"{name}, a link that leads nowhere" for name in sorted(above) if _leads_nowhere(to / name)
    ]
    # What is in each folder tells it of all its files at once.
    below = {f"{name}/{each}" if name else each for name in names for each in _folders_in(to / name)}
    in_the_way += [f"{one.entry.path}, a folder" for one in wanted if one.entry.path in below]
    if in_the_way:
        more = f" and {len(in_the_way) - _SHOWN} more" if len(in_the_way) > _SHOWN else ""
        raise UsageError(
            f"In {to} something else stands where the export's files belong",
            f"That is {'; '.join(in_the_way[:_SHOWN])}{more}. Pull never removes what it did not write.",
            "move it away, or pull to another folder",
        )


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _folders_in(folder: Path) -> list[str]:
    """The names of the folders in `folder`; none where it cannot be listed. A link to one is none."""
    try:
        with os.scandir(folder) as found:
            return [each.name for each in found if each.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _found(wanted: Wanted, known: Written | None) -> Written | str:
    """The file as it stands, if it is the wanted one; else "missing" or "differs"."""
    try:
        status = wanted.path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    if not stat.S_ISREG(status.st_mode) or status.st_size != wanted.size:
        return "differs"
    if isinstance(wanted.entry, PackedFile):
        if known is not None and known.same_file(status) and known.parts == wanted.entry.digest:
            return known
        sha256 = digest_if_packed(wanted.path, wanted.entry)
        if sha256 is None:
            return "differs"
        return Written(status.st_size, status.st_mtime_ns, sha256, wanted.entry.digest)
    now = Written(status.st_size, status.st_mtime_ns, wanted.sha256)
    if known == now or digest_of_file(wanted.path) == wanted.sha256:
        return now
    return "differs"


def digest_if_packed(path: Path, packed: PackedFile) -> str | None:
    """SHA-256 of the file if it holds just the parts of `packed`, else None. The file alone is read, no picture."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        for part in packed.parts():
            if isinstance(part, bytes):
                chunk = file.read(len(part))
                whole.update(chunk)
                if chunk != part:
                    return None
                continue
            picture = hashlib.sha256()
            left = part.size
            while left and (chunk := file.read(min(left, _CHUNK))):
                whole.update(chunk)
                picture.update(chunk)
                left -= len(chunk)
            if left or picture.hexdigest() != part.digest:
                return None
        return None if file.read(1) else whole.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
