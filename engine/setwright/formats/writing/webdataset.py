"""WebDataset: tar files of pictures, each followed by a JSON file of the same name.

    train-000000.tar  train-000001.tar …  validation-000000.tar …  index.json

A sample is what has one key, the name up to its first dot, so keys have no dot. Within the tar files nothing tells who
wrote them or when.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PackedFile, PictureFile, VersionFacts
from setwright.formats.writing.names import ENDINGS, export_names
from setwright.formats.writing.raw import image_texts
from setwright.formats.writing.shards import Shard, shards
from setwright.formats.writing.sidecar import Layout, with_sidecar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.frames import Annotations, Frames
    from setwright.model.manifest import Manifest

MOST_SAMPLES = 10_000
"""In a tar file, if it does not grow too large before."""

_BLOCK = 512

_LAYOUT = (
    ("*-000000.tar …", "the samples of each split: a picture and a JSON file that tells all of it"),
    ("index.json", "the classes in the order of their ids; the tar files, how many samples are in each"),
)
_PICTURE = ";".join(ending.removeprefix(".") for endings in ENDINGS.values() for ending in endings)
_START = f'webdataset.WebDataset("train-000000.tar").decode("rgb").to_tuple("{_PICTURE}", "json")'


@dataclass(frozen=True, slots=True)
class WebDataset:
    """Tar files to stream from. It holds everything, as RAW does."""

    name: Final = "WebDataset"
    short: Final = "webdataset"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The tar files of each split and their index; what lies beside every export."""
        layout = Layout(
            entries=_entries(manifest),
            layout=_LAYOUT,
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Nothing is lost."""
        return ()


def _entries(manifest: Manifest) -> Iterator[ExportEntry]:
    names = _names(manifest.frames)
    index: list[dict[str, Any]] = []
    for shard in shards(manifest, MOST_SAMPLES):
        file = PackedFile.of(f"{shard.split.value}-{shard.number:06}.tar", _Tar(manifest, shard, names))
        index.append(
            {"file": file.path, "split": shard.split.value, "samples": len(shard.rows), "size": file.size}
        )
        yield file
    content = {"classes": list(manifest.classes), "shards": index}
    yield MadeFile("index.json", (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def _names(frames: Frames) -> list[tuple[str, str]]:
    """Key and ending of each frame. Keys without dots may be alike again; then they get a digest of the name."""
    found = [(stem.replace(".", "_"), ending.lower()) for stem, ending in export_names(frames)]
    counts = Counter(key.casefold() for key, _ in found)
    return [
        (
            key if counts[key.casefold()] == 1 else f"{key}_{hashlib.sha256(name.encode()).hexdigest()[:16]}",
            ending,
        )
        for (key, ending), name in zip(found, frames.name.tolist(), strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Tar:
    """The parts of one tar file, made anew each time they are asked for."""

    manifest: Manifest
    shard: Shard
    names: list[tuple[str, str]]

    def __call__(self) -> Iterator[bytes | PictureFile]:
        frames = self.manifest.frames.take(self.shard.rows)
        names = [self.names[row] for row in self.shard.rows.tolist()]
        texts = image_texts(self.manifest, self.shard.rows, [key + ending for key, ending in names])
        columns = zip(names, frames.digest.tolist(), frames.size.tolist(), texts, strict=True)
        for (key, ending), digest, size, text in columns:
            yield _head(key + ending, size)
            yield PictureFile(key + ending, digest.decode(), size)
            content = text.encode()
            yield _padding(size) + _head(f"{key}.json", len(content)) + content + _padding(len(content))
        yield bytes(2 * _BLOCK)


def _head(name: str, size: int) -> bytes:
    """The blocks before a member. Names that are long or not ASCII get a block of their own, as POSIX has it."""
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
