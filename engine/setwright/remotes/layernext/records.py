"""What was made at a LayerNext, kept beside the state: LayerNext lists no versions, and reads none of them back.

    FOLDER/<dataset>.json          its versions, oldest first, and what was asked for and not yet answered
    FOLDER/members/<digest>.json   the frames of a version, by their names

Whoever changes a dataset holds its lock, so a file has one writer at a time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from setwright.edge.files import write_whole
from setwright.model.dataset import DatasetConfig  # noqa: TC001 - pydantic reads the annotations
from setwright.model.documents import from_document, to_document
from setwright.model.errors import FormatError
from setwright.model.frames import Frames
from setwright.model.versions import Version  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version that was made, or adopted.

    `dataset` is the lake's id of its dataset. `made_with` is the configuration that its content was made of, `config`
    the one that it has now. `keys` are those of the publication and of the amendments. `answers` are LayerNext's own
    words, whose shape nothing documents.
    """

    dataset: str
    version: Version
    made_with: DatasetConfig
    config: DatasetConfig
    keys: tuple[str, ...]
    answers: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A request that was about to be sent, of which no answer is known.

    `follows` is the version that it was to follow, or to change, None for a create. `known` are the ids of the versions
    of the dataset that were known before.
    """

    key: str
    follows: str | None
    known: tuple[str, ...]
    version: Version
    config: DatasetConfig

    @property
    def in_place(self) -> bool:
        """Whether the version that it names was to get other content, rather than to be followed."""
        return self.follows is not None and self.config.versioning == "in_place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is known of the dataset of one name; `deleted` are the keys of the deletions that it went through."""

    name: str
    versions: tuple[Record, ...] = ()
    pending: Pending | None = None
    deleted: tuple[str, ...] = ()

    def of(self, version: str) -> Record | None:
        """The record of the version with that id."""
        return next((record for record in self.versions if record.version.id == version), None)

    def put(self, record: Record) -> Dataset:
        """With `record` in place of the one of the same version, or as the newest; nothing is pending then."""
        if self.of(record.version.id) is None:
            return replace(self, versions=(*self.versions, record), pending=None)
        versions = tuple(record if each.version.id == record.version.id else each for each in self.versions)
        return replace(self, versions=versions, pending=None)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one installation, in `folder`, which is made when it is first written to."""

    folder: Path

    def dataset(self, name: str) -> Dataset:
        """What is known of the dataset called `name`.

        Raises:
            FormatError: the file is no record, or of a version that this setwright does not know.
        """
        return _read(self._file(name)) or Dataset(name=name)

    def all(self) -> Iterator[Dataset]:
        """All datasets of which something is known."""
        for file in sorted(self.folder.glob("*.json")):
            found = _read(file)
            if found is not None:
                yield found

    def keep(self, dataset: Dataset) -> None:
        """Write it down, safe from a power failure."""
        document = {"format_version": FORMAT_VERSION, **to_document(dataset)}
        content = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        write_whole(self._file(dataset.name), content.encode("utf-8", "surrogatepass"))

    def members(self, digest: str) -> Frames | None:
        """The frames of a version whose content has that digest; None where they are not kept."""
        try:
            names, file_names, collections = json.loads(self._members(digest).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return Frames.named(names, file_names, collections)

    def keep_members(self, digest: str, frames: Frames) -> None:
        """Write the names of `frames` down; once is enough for all versions that hold the same."""
        file = self._members(digest)
        if not file.exists():
            columns = [frames.name.tolist(), frames.file_name.tolist(), frames.collection.tolist()]
            write_whole(file, json.dumps(columns, ensure_ascii=False).encode())

    def _members(self, digest: str) -> Path:
        return self.folder / "members" / f"{digest.rpartition(':')[2]}.json"

    def _file(self, name: str) -> Path:
        plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in name.lower())[:40]
        return self.folder / f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.json"


def _read(file: Path) -> Dataset | None:
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise FormatError(f"{file} is no record of a dataset", f"It is no JSON: {error}.") from error
    if not isinstance(document, dict) or document.pop("format_version", None) != FORMAT_VERSION:
        raise FormatError(
            f"{file} is no record of a dataset that this setwright can read",
            f"It reads those of format version {FORMAT_VERSION}.",
            "upgrade setwright, if a newer one wrote it",
        )
    return from_document(Dataset, document)
