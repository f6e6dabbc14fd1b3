"""What pull remembers of a folder: which files it wrote there, so that it touches no others.

The record lies in the folder itself and moves with it. Before anything is written it claims the files to come; after
a kill, what stands under a claim is known to be pull's own. It is replaced last, when all files are whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from setwright.edge.files import write_whole
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

RECORD = ".setwright-pull.json"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was when it was written: bytes, time of last change in nanoseconds, SHA-256 in hexadecimal.

    `parts` is the digest of the parts of a packed file, which is what tells one that is wanted; else empty.
    """

    size: int
    mtime: int
    sha256: str
    parts: str = ""

    def same_file(self, status: os.stat_result) -> bool:
        """Whether the file has not been changed since, by its size and time."""
        return (self.size, self.mtime) == (status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`files` by path are whole; of `claimed` none, some or all were written.

    What stands under a claim has one of its SHA-256, which have blanks between them: one of each pull that was killed,
    and none of a packed file until it is about to get its name, for its own is known no sooner.
    """

    dataset: str
    version: str
    export: str
    files: Mapping[str, Written]
    claimed: Mapping[str, str] = field(default_factory=dict)

    def wrote(self, path: str) -> bool:
        """Whether pull may have written the file at `path`."""
        return path in self.files or path in self.claimed

    def digests(self, path: str) -> set[str]:
        """What the file at `path` holds if pull was the last to write it."""
        found = {self.files[path].sha256} if path in self.files else set[str]()
        return found | set(self.claimed.get(path, "").split())

    def claiming(self, coming: Mapping[str, str]) -> Record:
        """The record with claims to the files of these paths and SHA-256, beside those that it has."""
        claimed = {
            path: " ".join(dict.fromkeys([*self.claimed.get(path, "").split(), *digest.split()]))
            for path, digest in coming.items()
        }
        return replace(self, claimed={**self.claimed, **claimed})


def read(folder: Path) -> Record | None:
    """The record in `folder`, None where pull never was.

    Raises:
        FormatError: there is one that this setwright cannot read.
    """
    try:
        content = (folder / RECORD).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        document: dict[str, Any] = json.loads(content)
        if document["format_version"] != FORMAT_VERSION:
            raise ValueError(f"its format version is {document['format_version']}, not {FORMAT_VERSION}")
        return Record(
            dataset=str(document["dataset"]),
            version=str(document["version"]),
            export=str(document["export"]),
            files={str(path): Written(*row) for path, row in document["files"].items()},
            claimed={str(path): str(digest) for path, digest in document["claimed"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(
            f"{folder / RECORD} cannot be read",
            f"It tells which files pull wrote, and it is damaged: {error}.",
            f"delete {RECORD}, and files that are already right are kept; or pull to another folder",
        ) from error


def _row(written: Written) -> list[int | str]:
    row: list[int | str] = [written.size, written.mtime, written.sha256]
    return [*row, written.parts] if written.parts else row


def write(folder: Path, record: Record) -> None:
    """Replace the record in `folder`, so that even a power failure cannot undo it."""
    document = {
        "format_version": FORMAT_VERSION,
        "dataset": record.dataset,
        "version": record.version,
        "export": record.export,
        "files": {path: _row(row) for path, row in sorted(record.files.items())},
        "claimed": dict(sorted(record.claimed.items())),
    }
    write_whole(folder / RECORD, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
