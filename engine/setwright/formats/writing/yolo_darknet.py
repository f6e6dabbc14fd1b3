"""YOLO Darknet: a text file of relative boxes beside each picture.

    obj.data  obj.names  train.txt  valid.txt  [test.txt]
    obj_train_data/x.jpg  obj_train_data/x.txt  obj_valid_data/…  [obj_test_data/…]

Paths are relative to the folder itself, so it can move, and CVAT and datumaro read it as well as Darknet with its
working directory there. Darknet finds a picture's labels by its ending, and some of its versions also rewrite
`images` and `JPEGImages` in paths, hence the labels lie beside the pictures, and no folder bears those names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.writing.names import export_names
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.model.frames import LINE, MASK, POINTS, POLYGON
from setwright.model.splits import SPLITS, Split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.frames import Annotations, Frames
    from setwright.model.manifest import Manifest

SUBSETS: dict[Split, str] = {Split.TRAIN: "train", Split.VALIDATION: "valid", Split.TEST: "test"}
"""Darknet's words for the splits."""

DECIMALS = 6
_ROW = "%d" + f" %.{DECIMALS}f" * 4 + "\n"

_START = "In this folder: darknet detector train obj.data your-model.cfg your-weights"


@dataclass(frozen=True, slots=True)
class YoloDarknet:
    """LayerNext's `YOLO Darknet`. It holds boxes only."""

    name: Final = "YOLO Darknet"
    short: Final = "yolo-darknet"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Labels beside pictures, the lists, `obj.data` and `obj.names`; what lies beside every export."""
        rows = _label_rows(manifest.annotations, manifest.frames)
        subsets = _subsets(manifest)
        layout = Layout(
            export=self.name,
            entries=_entries(manifest, rows, subsets),
            changed=lambda: (*self.losses(manifest.annotations), *rows.changed),
            layout=_layout(subsets),
            start=self.start,
        )
        return with_sidecar(layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; attributes and confidence are lost."""
        counts = np.bincount(annotations.shape, minlength=MASK + 1).tolist()
        losses = (
            Loss("a line, left out", counts[LINE]),
            Loss("a set of points, left out", counts[POINTS]),
            Loss("a polygon, reduced to its box", counts[POLYGON]),
            Loss("a mask, reduced to its box", counts[MASK]),
            Loss("attributes and metadata of an annotation, left out", int((annotations.extra != "").sum())),
            Loss("the confidence of an annotation, left out", int((~np.isnan(annotations.confidence)).sum())),
        )
        return tuple(loss for loss in losses if loss.count)


@dataclass(frozen=True, slots=True, eq=False)
class _LabelRows:
    """The rows of all label files: `values` `(R, 5) float64`; those of frame `f` are `bounds[f]:bounds[f + 1]`."""

    values: NDArray[np.float64]
    bounds: NDArray[np.intp]
    changed: tuple[Loss, ...]

    def text(self, frame: int) -> str:
        """The label file of a frame; empty for one without objects, which readers want rather than no file."""
        start, end = self.bounds[frame], self.bounds[frame + 1]
        return (_ROW * int(end - start)) % tuple(self.values[start:end].ravel().tolist())


def _label_rows(annotations: Annotations, frames: Frames) -> _LabelRows:
    boxed = annotations.take(~np.isin(annotations.shape, (LINE, POINTS)))
    size = np.stack([frames.width[boxed.frame], frames.height[boxed.frame]], axis=1).astype(np.float64)
    low = np.clip(boxed.box[:, :2], 0, size)
    high = np.clip(boxed.box[:, 2:], 0, size)
    centre = (low + high) / 2 / size
    extent = (high - low) / size
    # What is written as 0.000000 is no box to any reader.
    kept = np.all(np.round(extent, DECIMALS) > 0, axis=1)
    cut = kept & np.any(boxed.box != np.concatenate([low, high], axis=1), axis=1)
    values = np.concatenate([boxed.label[:, None].astype(np.float64), centre, extent], axis=1)[kept]
    bounds = np.searchsorted(boxed.frame[kept], np.arange(len(frames) + 1))
    changed = (
        Loss("a box without area inside its picture, left out", int((~kept).sum())),
        Loss("a box cut at the edge of its picture", int(cut.sum())),
    )
    return _LabelRows(values, bounds, changed)


def _subsets(manifest: Manifest) -> tuple[Split, ...]:
    """Darknet wants train and valid, empty or not; CVAT refuses a third one, so test is there if it holds frames."""
    with_test = bool(np.any(manifest.split == Split.TEST.code))
    return SPLITS if with_test else SPLITS[:2]


def _layout(subsets: tuple[Split, ...]) -> tuple[tuple[str, str], ...]:
    lists = " ".join(f"{SUBSETS[split]}.txt" for split in subsets)
    return (
        ("obj.data", "what Darknet is given: number of classes, lists, names"),
        ("obj.names", "the classes; the first line is class 0"),
        (lists, "the pictures of each split"),
        ("obj_*_data/", "pictures, and beside each a text file with a line for each box:"),
        ("", "class, x and y of the centre, width, height, all from 0 to 1"),
    )


def _entries(manifest: Manifest, rows: _LabelRows, subsets: tuple[Split, ...]) -> Iterator[ExportEntry]:
    frames = manifest.frames
    lists: dict[int, list[str]] = {split.code: [] for split in subsets}
    folders = {split.code: f"obj_{SUBSETS[split]}_data" for split in subsets}
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        strict=True,
    )
    for row, ((stem, ending), code, digest, size) in enumerate(columns):
        picture = f"{folders[code]}/{stem}{ending}"
        lists[code].append(picture)
        yield PictureFile(picture, digest.decode(), size)
        yield MadeFile(f"{folders[code]}/{stem}.txt", rows.text(row).encode())
    for split in subsets:
        yield MadeFile(f"{SUBSETS[split]}.txt", _lines(lists[split.code]))
    yield MadeFile("obj.names", _lines([" ".join(name.splitlines()) for name in manifest.classes]))
    keys = [f"classes = {len(manifest.classes)}"]
    keys += [f"{SUBSETS[split]} = {SUBSETS[split]}.txt" for split in subsets]
    yield MadeFile("obj.data", _lines([*keys, "names = obj.names", "backup = backup/"]))


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
