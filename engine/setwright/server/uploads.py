"""Uploads: files that arrive in parts, kept aside until their collection takes them in.

Each upload is a folder of its own below the lake's `uploads/`; one that nobody completes is removed when it is a day
old. Nothing that a client says becomes a path: files are called by a digest of their names until they are taken in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.edge.files import safe_parts, write_whole
from setwright.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KEPT: Final = 24 * 3600.0
"""Seconds after which an upload that was not completed is removed."""

_MARK = "upload.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One upload: into which collection, and the metadata that all of its files get."""

    id: str
    folder: Path
    collection: str
    metadata: Mapping[str, Any]

    def file_id(self, name: str) -> str:
        """What stands for the file while its parts come."""
        return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def part(self, file: str, number: int) -> Path:
        """Where a part goes. `file` is a `file_id`."""
        if len(file) != 24 or not file.isalnum() or not 1 <= number <= 10_000:
            raise UsageError("No such part", f"Part {number} of {file[:40]!r} cannot be.")
        return self.folder / "parts" / f"{file}.{number}"

    def finish(self, name: str, parts: list[int]) -> None:
        """Make the file of its parts.

        Raises:
            UnsafeNameError: it is called by something else than a name.
            UsageError: a part has not come.
        """
        safe = "/".join(safe_parts(name))
        file = self.file_id(name)
        pieces = [self.part(file, number) for number in sorted(parts)]
        if not pieces or not all(piece.is_file() for piece in pieces):
            raise UsageError("A part is missing", f"Not all {len(parts)} parts of {safe} have arrived.")
        target = self.folder / "files" / safe
        target.parent.mkdir(parents=True, exist_ok=True)
        with pieces[0].open("ab") as whole:
            for piece in pieces[1:]:
                with piece.open("rb") as more:
                    shutil.copyfileobj(more, whole)
        pieces[0].replace(target)
        for piece in pieces[1:]:
            piece.unlink()

    def names(self) -> list[str]:
        """The files that are whole, sorted."""
        files = self.folder / "files"
        return sorted(path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file())


class Uploads:
    """The uploads of one server."""

    def __init__(self, lake: Path) -> None:
        self._root = lake / "uploads"

    def begin(self, collection: str, metadata: Mapping[str, Any]) -> Upload:
        """A new upload."""
        self._tidy()
        id = secrets.token_hex(12)
        folder = self._root / id
        for below in ("parts", "files"):
            (folder / below).mkdir(parents=True)
        document = {"collection": collection, "metadata": dict(metadata)}
        write_whole(folder / _MARK, json.dumps(document, ensure_ascii=False).encode())
        return Upload(id=id, folder=folder, collection=collection, metadata=metadata)

    def get(self, id: str) -> Upload | None:
        """The upload with that id, None where there is none, or no longer."""
        if len(id) != 24 or not id.isalnum():
            return None
        try:
            document = json.loads((self._root / id / _MARK).read_bytes())
        except (OSError, ValueError):
            return None
        return Upload(
            id=id,
            folder=self._root / id,
            collection=document["collection"],
            metadata=document["metadata"],
        )

    def end(self, upload: Upload) -> None:
        """Remove it, for it was taken in or given up."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty folder for a while."""
        self._root.mkdir(parents=True, exist_ok=True)
        folder = self._root / f"work-{secrets.token_hex(8)}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _tidy(self) -> None:
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if time.time() - folder.stat().st_mtime > KEPT:
                shutil.rmtree(folder, ignore_errors=True)
