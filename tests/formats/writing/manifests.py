"""Small manifests, told row by row, and what an export of one holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.protocol import MadeFile, PictureFile, VersionFacts
from setwright.model.frames import Annotations, Frames, digests, texts
from setwright.model.manifest import Manifest
from setwright.model.splits import Split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.formats.protocol import ExportFormat

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One annotation; `box` is left, top, right, bottom."""

    label: int = 0
    code: int = 0
    box: tuple[float, float, float, float] = (0, 0, 1, 1)
    outline: str = ""
    confidence: float = NAN
    operation: int = 0
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. The picture's bytes are made up from `content`."""

    file_name: str
    collection: str = "party"
    content: str = ""
    width: int = 100
    height: int = 50
    split: Split = Split.TRAIN
    media_type: str = "image/jpeg"
    shapes: tuple[Shape, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.collection}_{self.file_name}"

    @property
    def bytes(self) -> bytes:
        return (self.content or self.name).encode()


def manifest_of(
    frames: Sequence[Frame],
    labels: tuple[str, ...] = ("Balloon", "Kite"),
    operations: tuple[str, ...] = ("first",),
) -> Manifest:
    """A manifest of these frames."""
    frames = sorted(frames, key=lambda frame: frame.name)
    rows = [(row, shape) for row, frame in enumerate(frames) for shape in frame.shapes]
    return Manifest(
        frames=Frames(
            number=np.arange(len(frames), dtype=np.int64),
            name=texts(frame.name for frame in frames),
            file_name=texts(frame.file_name for frame in frames),
            collection=texts(frame.collection for frame in frames),
            digest=digests(hashlib.sha256(frame.bytes).hexdigest() for frame in frames),
            width=np.array([frame.width for frame in frames], np.int32),
            height=np.array([frame.height for frame in frames], np.int32),
            size=np.array([len(frame.bytes) for frame in frames], np.int64),
            media_type=texts(frame.media_type for frame in frames),
            group=texts("" for _ in frames),
            phash=np.zeros(len(frames), np.uint64),
        ),
        split=np.array([frame.split.code for frame in frames], np.int8),
        annotations=Annotations(
            labels=labels,
            operations=operations,
            frame=np.array([row for row, _ in rows], np.int32),
            label=np.array([shape.label for _, shape in rows], np.int32),
            shape=np.array([shape.code for _, shape in rows], np.int8),
            box=np.array([shape.box for _, shape in rows], np.float64).reshape(-1, 4),
            outline=texts(shape.outline for _, shape in rows),
            confidence=np.array([shape.confidence for _, shape in rows], np.float64),
            operation=np.array([shape.operation for _, shape in rows], np.int32),
            extra=texts(shape.extra for _, shape in rows),
        ),
    )


def facts_of(manifest: Manifest, description: str = "") -> VersionFacts:
    """What the tests say of a version."""
    return VersionFacts(
        dataset="balloons", number="1.0.0", manifest_digest=manifest.digest, description=description
    )


def made(format: ExportFormat, manifest: Manifest) -> dict[str, str]:
    """The text of every file that the export makes, by path; of what is no text, how long it is."""
    return {
        entry.path: _text(entry.content)
        for entry in format.files(manifest, facts_of(manifest))
        if isinstance(entry, MadeFile)
    }


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"({len(content)} bytes)"


def pictures(format: ExportFormat, manifest: Manifest) -> dict[str, str]:
    """The digest of every picture of the export, by path."""
    return {
        entry.path: entry.digest
        for entry in format.files(manifest, facts_of(manifest))
        if isinstance(entry, PictureFile)
    }


POLYGON = Shape(label=0, code=1, box=(10, 5, 30, 25), outline="[[[10,5],[30,5],[20,25]]]", operation=1)
RING = Shape(
    label=0,
    code=1,
    box=(0, 0, 40, 40),
    outline="[[[0,0],[40,0],[40,40],[0,40]],[[10,10],[30,10],[20,30.5]]]",
    extra='{"attributes":{"Color":[{"value":"Red"}]},"metadata":{"note":"x"}}',
)
LINE = Shape(label=1, code=2, box=(0, 0, 9, 9), outline="[[0,0],[9,9]]")
POINTS = Shape(label=1, code=3, box=(3, 3, 3, 3), outline="[[3,3]]")
MASK = Shape(label=1, code=4, box=(1, 0, 2, 1), outline='{"counts":[2,1,1],"size":[2,2]}', confidence=0.5)
BOX = Shape(label=1, box=(0.1, 0, 0.3, 50), confidence=0.25)
OVER_THE_EDGE = Shape(label=0, box=(90, 40, 110, 60))
WITHOUT_AREA = Shape(label=0, box=(5, 5, 5, 9))
OUTSIDE = Shape(label=0, box=(200, 0, 220, 10))

SHOWCASE = manifest_of(
    [
        Frame(file_name="a.jpg", shapes=(POLYGON, BOX, OVER_THE_EDGE)),
        Frame(
            file_name="b.PNG",
            split=Split.VALIDATION,
            shapes=(RING, LINE, POINTS, MASK),
            media_type="image/png",
        ),
        Frame(file_name="c.jpg", split=Split.TEST, shapes=(WITHOUT_AREA, OUTSIDE)),
        Frame(file_name="sky.jpg"),
        Frame(file_name="a.jpg", collection="second party", split=Split.TEST, shapes=(BOX,)),
    ],
    operations=("first", "second pass"),
)
"""Every shape, a hole, boxes over the edge, without area and outside, a background frame, two frames of one name."""
