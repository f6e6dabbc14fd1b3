"""RAW: the pictures as they are, and one JSON file with everything that is known of them.

    data/x.jpg …   raw/annotations.json   readme

The JSON is LayerNext's upload form, with keys of our own beside (`docs/exports.md` tells them all), so it can be
uploaded as it stands, and read back without loss.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from setwright.formats.protocol import VARIED, ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.spool import Spool
from setwright.formats.writing.draws import draw_texts
from setwright.formats.writing.names import export_names
from setwright.formats.writing.numbers import number
from setwright.formats.writing.outlines import PARTS_MEET, several_rings
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE, SHAPES
from setwright.model.ranges import unrolled
from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

ANNOTATIONS = "raw/annotations.json"

_DECIMALS = 6

_AT_ONCE = 2048
"""Frames of which the text is made together."""

_LAYOUT = (
    ("data/", "the pictures"),
    (ANNOTATIONS, "everything else: splits, sizes, annotations, in LayerNext's upload form"),
)
_START = f'In this folder: json.load(open("{ANNOTATIONS}"))["images"] is a list of the pictures.'


@dataclass(frozen=True, slots=True)
class Raw:
    """LayerNext's `RAW`. It holds everything, in places by keys that only setwright reads."""

    name: Final = "RAW"
    short: Final = "raw"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The pictures and one JSON file; what lies beside every export."""
        layout = Layout(
            entries=_entries(manifest),
            layout=_LAYOUT,
            readme="readme",
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """What LayerNext would not take back; setwright does."""
        masks = int((annotations.shape == MASK).sum())
        several = len(several_rings(annotations))
        losses = (
            Loss("a mask, which LayerNext does not read", masks),
            Loss("a polygon of several parts, of which LayerNext reads the first", several),
        )
        return tuple(loss for loss in losses if loss.count)


def _entries(manifest: Manifest) -> Iterator[ExportEntry]:
    frames = manifest.frames
    names = [stem + ending for stem, ending in export_names(frames)]
    for name, digest, size in zip(names, frames.digest.tolist(), frames.size.tolist(), strict=True):
        yield PictureFile(f"data/{name}", digest.decode(), size)
    yield MadeFile(ANNOTATIONS, Spool().keep(_document(manifest, names)))


def _document(manifest: Manifest, names: Sequence[str]) -> Iterator[bytes]:
    """The JSON of all frames, some at a time: as text it takes ten times the room of their columns."""
    yield b'{"images":[\n'
    for start in range(0, len(names), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(names))
        texts = image_texts(manifest, np.arange(start, stop), names[start:stop])
        yield ((",\n" if start else "") + ",\n".join(texts)).encode()
    yield b"\n]}\n"


def image_texts(manifest: Manifest, rows: NDArray[np.int64], names: Sequence[str]) -> Iterator[str]:
    """The frames at `rows`, ascending, each as a JSON object; `names` are those of their pictures."""
    frames, annotations = manifest.frames.take(rows), manifest.annotations
    wanted = rows.astype(
        annotations.frame.dtype
    )  # else the long column would be widened to the short one's type
    first, last = (
        np.searchsorted(annotations.frame, wanted),
        np.searchsorted(annotations.frame, wanted, "right"),
    )
    counts = (last - first).tolist()
    shapes = _shapes(annotations.take(unrolled(first, last - first)[1]))
    varied = _varied(manifest, rows)
    columns = zip(
        rows.tolist(),
        names,
        frames.name.tolist(),
        frames.file_name.tolist(),
        frames.collection.tolist(),
        manifest.split[rows].tolist(),
        frames.width.tolist(),
        frames.height.tolist(),
        counts,
        strict=True,
    )
    for row, name, unique_name, file_name, collection, split, width, height, count in columns:
        yield (
            f'{{"image":{_json(name)},"unique_name":{_json(unique_name)},"file_name":{_json(file_name)},'
            f'"collection":{_json(collection)},"split":"{SPLITS[split].value}",'
            f'"width":{width},"height":{height},{varied.get(row, "")}'
            f'"annotations":[{",".join(islice(shapes, count))}]}}'
        )


def _varied(manifest: Manifest, rows: NDArray[np.int64]) -> dict[int, str]:
    """By row, of those of `rows` that are varied copies, what they were made of and how, as fields of the frame."""
    copies = manifest.copies
    if not len(rows) or not len(copies):
        return {}
    copies = copies.take((copies.row >= rows[0]) & (copies.row <= rows[-1]))
    copies = copies.take(np.isin(copies.row, rows))
    return {
        row: f'"{VARIED}":true,"augmentation":{draw},' for row, draw in draw_texts(copies, manifest.frames)
    }


def _shapes(annotations: Annotations) -> Iterator[str]:
    """Each annotation as a JSON object. Outlines and extras are JSON already and go in as they are."""
    labels = [_json(label) for label in annotations.labels]
    operations = [_json(operation) for operation in annotations.operations]
    # Rounded, or 0.3 - 0.1 would be told as 0.19999999999999998.
    corner = np.round(annotations.box[:, :2], _DECIMALS)
    extent = np.round(annotations.box[:, 2:] - annotations.box[:, :2], _DECIMALS)
    columns = zip(
        annotations.shape.tolist(),
        np.concatenate([corner, extent], axis=1).tolist(),
        annotations.outline.tolist(),
        annotations.label.tolist(),
        annotations.confidence.tolist(),
        annotations.operation.tolist(),
        annotations.extra.tolist(),
        strict=True,
    )
    for shape, box, outline, label, confidence, operation, extra in columns:
        yield (
            f'{{"type":"{SHAPES[shape]}",{_geometry(shape, box, outline)},"label":{labels[label]}'
            + ("" if confidence != confidence else f',"confidence":{confidence!r}')
            + ("" if not extra else f",{extra[1:-1]}")
            + f',"operation":{operations[operation]}}}'
        )


def _geometry(shape: int, box: list[float], outline: str) -> str:
    if shape == RECTANGLE:
        return f'"bbox":[{",".join(map(number, box))}]'
    if shape == POLYGON:
        first, *more = outline[1:-1].split(PARTS_MEET[:2] + ",", 1)
        return f'"polygon":{first}]],"parts":{outline}' if more else f'"polygon":{first}'
    if shape in (LINE, POINTS):
        return f'"{SHAPES[shape]}":{outline}'
    return f'"mask":{outline}'


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
