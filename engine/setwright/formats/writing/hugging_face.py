"""What Hugging Face's `datasets` loads: a folder of pictures with their metadata, or Parquet files that hold both.

train/x.jpg …  train/metadata.jsonl  validation/…  [test/…]
data/train-00000-of-00001.parquet  data/validation-00000-of-00001.parquet  …
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from setwright.formats.protocol import (
    VARIED,
    ExportEntry,
    Loss,
    MadeFile,
    PackedFile,
    PictureFile,
    VersionFacts,
)
from setwright.formats.writing.boxes import Boxes
from setwright.formats.writing.losses import boxes_and_classes
from setwright.formats.writing.names import export_names
from setwright.formats.writing.parquet import (
    BOOLEAN,
    BYTES,
    DOUBLE,
    INT32,
    INT64,
    Column,
    Field,
    Leaf,
    ListOf,
    Part,
    Struct,
    flags_of,
    parquet,
    texts_of,
)
from setwright.formats.writing.shards import groups_of, shards
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import subsets
from setwright.model.ranges import unrolled
from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

DECIMALS = 6
"""Boxes are told to a millionth of a pixel."""

_ROWS_IN_FILE = 1_000_000
_ROWS_IN_GROUP = 100  # what `datasets` writes itself; a reader holds a group at a time
_BYTES_IN_GROUP = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """Pictures in a folder for each split, and a JSON line for each. It holds boxes only."""

    name: Final = "Hugging Face ImageFolder"
    short: Final = "imagefolder"
    start: Final[str] = 'datasets.load_dataset("imagefolder", data_dir="."), in this folder'

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Pictures and `metadata.jsonl` of each split; what lies beside every export."""
        objects = _Objects.of(manifest)
        layout = Layout(
            entries=_folder_entries(manifest, objects),
            changed=lambda: objects.changed,
            layout=(
                ("*/", "the pictures of each split"),
                (
                    "*/metadata.jsonl",
                    "a line for each: size, boxes as x, y, width, height in pixels, class ids",
                ),
            ),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; attributes and confidence are lost."""
        return boxes_and_classes(annotations)


@dataclass(frozen=True, slots=True)
class HuggingFaceParquet:
    """Parquet files with the pictures in them. It holds boxes only."""

    name: Final = "Hugging Face Parquet"
    short: Final = "parquet"
    start: Final[str] = 'datasets.load_dataset("parquet", data_dir="data"), in this folder'

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The Parquet files of each split; what lies beside every export."""
        objects = _Objects.of(manifest)
        layout = Layout(
            entries=_parquet_entries(manifest, objects),
            changed=lambda: objects.changed,
            layout=(
                ("data/*.parquet", "pictures, sizes, boxes as x, y, width, height in pixels, and class ids"),
                ("", "with the names of the classes"),
            ),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; attributes and confidence are lost."""
        return boxes_and_classes(annotations)


@dataclass(frozen=True, slots=True, eq=False)
class _Objects:
    """Boxes `(B, 4) float64` as x, y, width, height, their classes, and the first of each frame in `bounds`."""

    box: NDArray[np.float64]
    label: NDArray[np.int32]
    bounds: NDArray[np.int64]
    changed: tuple[Loss, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> _Objects:
        boxes = Boxes.of(manifest.annotations, manifest.frames)
        low, high = boxes.edges[:, :2], boxes.edges[:, 2:]
        told = np.round(np.concatenate([low, high - low], axis=1), DECIMALS)
        kept = np.all(told[:, 2:] > 0, axis=1)
        frame = manifest.annotations.frame[boxes.rows[kept]]
        return cls(
            told[kept],
            manifest.annotations.label[boxes.rows[kept]],
            np.searchsorted(frame, np.arange(len(manifest.frames) + 1)),
            boxes.changes(kept),
        )


def _folder_entries(manifest: Manifest, objects: _Objects) -> Iterator[ExportEntry]:
    frames = manifest.frames
    lines: dict[int, list[str]] = {split.code: [] for split in subsets(manifest)}
    boxes, labels, bounds = objects.box.tolist(), objects.label.tolist(), objects.bounds.tolist()
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        frames.name.tolist(),
        frames.width.tolist(),
        frames.height.tolist(),
        strict=True,
    )
    for row, ((stem, ending), code, digest, size, name, width, height) in enumerate(columns):
        yield PictureFile(f"{SPLITS[code].value}/{stem}{ending}", digest.decode(), size)
        inside = slice(bounds[row], bounds[row + 1])
        # Never 3 for 3.0: `datasets` takes a split's boxes for integers then, and refuses them beside another's.
        told = ",".join(f"[{','.join(map(repr, box))}]" for box in boxes[inside])
        lines[code].append(
            f'{{"file_name":{_in_line(stem + ending)},"image_id":{_in_line(name)},"width":{width},"height":{height},'
            f'"objects":{{"bbox":[{told}],"category":[{",".join(map(str, labels[inside]))}]}}}}\n'
        )
    for split in subsets(manifest):
        if lines[split.code]:  # an empty file is one that `datasets` cannot read
            yield MadeFile(f"{split.value}/metadata.jsonl", "".join(lines[split.code]).encode())


def _parquet_entries(manifest: Manifest, objects: _Objects) -> Iterator[ExportEntry]:
    names = [stem + ending for stem, ending in export_names(manifest.frames)]
    for shard in shards(manifest, _ROWS_IN_FILE):
        if not len(shard.rows) and len(manifest.frames):
            continue  # `datasets` loads nothing at all where one split is without rows
        path = f"data/{shard.split.value}-{shard.number:05}-of-{shard.count:05}.parquet"
        yield PackedFile.of(path, _Rows(manifest, objects, names, shard.rows))


_FIELDS: tuple[Field, ...] = (
    Struct("image", (Leaf("bytes", BYTES), Leaf("path", BYTES, text=True))),
    Leaf("image_id", BYTES, text=True),
    Leaf("width", INT32),
    Leaf("height", INT32),
    Struct(
        "objects",
        (
            ListOf("bbox", ListOf("element", Leaf("element", DOUBLE))),
            ListOf("category", Leaf("element", INT64)),
        ),
    ),
)
_VARIED = Leaf(VARIED, BOOLEAN)
"""Whether the picture is a varied copy of another, in LayerNext's word, as in RAW; without copies there is none."""


def _features(classes: Sequence[str], *, varied: bool) -> str:
    """The types of the fields as `datasets` knows them: that `image` is a picture, and what the classes are called."""

    def value(dtype: str) -> dict[str, str]:
        return {"dtype": dtype, "_type": "Value"}

    def sequence(feature: Any) -> dict[str, Any]:
        return {"feature": feature, "_type": "Sequence"}

    features = {
        "image": {"_type": "Image"},
        "image_id": value("string"),
        "width": value("int32"),
        "height": value("int32"),
        "objects": {
            "bbox": sequence(sequence(value("float64"))),
            "category": sequence({"names": list(classes), "_type": "ClassLabel"}),
        },
    }
    if varied:
        features[_VARIED.name] = value("bool")
    return _json({"info": {"features": features}})


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The parts of one Parquet file, made anew each time they are asked for."""

    manifest: Manifest
    objects: _Objects
    names: list[str]
    rows: NDArray[np.int64]

    def __call__(self) -> Iterator[Part]:
        sizes = self.manifest.frames.size[self.rows]
        groups = groups_of(self.rows, sizes, _ROWS_IN_GROUP, _BYTES_IN_GROUP)
        varied = len(self.manifest.copies) > 0
        fields = (*_FIELDS, _VARIED) if varied else _FIELDS
        metadata = [("huggingface", _features(self.manifest.classes, varied=varied))]
        return parquet(fields, metadata, ((len(rows), _Group(self, rows)) for rows in groups))

    def columns(self, rows: NDArray[np.int64]) -> list[Column]:
        """The columns of a group of rows, in the order of the fields."""
        frames, count, copies = self.manifest.frames.take(rows), len(rows), self.manifest.copies
        names = [self.names[row] for row in rows.tolist()]
        pictures: list[Part] = []
        for name, digest, size in zip(names, frames.digest.tolist(), frames.size.tolist(), strict=True):
            pictures += [size.to_bytes(4, "little"), PictureFile(name, digest.decode(), size)]
        first, last = self.objects.bounds[rows], self.objects.bounds[rows + 1]
        _, inside = unrolled(first, last - first)
        # A row without objects has one place in the levels too, which says so.
        per_row = np.maximum(last - first, 1)
        begins = np.cumsum(per_row) - per_row
        again = np.ones(int(per_row.sum()), np.int64)
        again[begins] = 0
        there = np.repeat(last > first, per_row).astype(np.int64)
        # A box is a list of four numbers, which are in it for the second time; an empty row is in no list.
        four = np.where(there > 0, 4, 1)
        box_again = np.full(int(four.sum()), 2)
        box_again[np.cumsum(four) - four] = again
        return [
            Column.flat(count, pictures),
            Column.flat(count, [texts_of(names)]),
            Column.flat(count, [texts_of(frames.name.tolist())]),
            Column.flat(count, [frames.width.astype("<i4").tobytes()]),
            Column.flat(count, [frames.height.astype("<i4").tobytes()]),
            Column(
                [self.objects.box[inside].astype("<f8").tobytes()],
                box_again,
                np.repeat(2 * there, four),
            ),
            Column([self.objects.label[inside].astype("<i8").tobytes()], again, there),
            *([Column.flat(count, [flags_of(np.isin(rows, copies.row))])] if len(copies) else []),
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The columns of a group of rows, once they are asked for."""

    file: _Rows
    rows: NDArray[np.int64]

    def __call__(self) -> list[Column]:
        return self.file.columns(self.rows)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _in_line(text: str) -> str:
    """A text as JSON without what some take for the end of a line."""
    return _json(text).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
