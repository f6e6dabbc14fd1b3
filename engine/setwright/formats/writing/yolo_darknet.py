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

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.writing.losses import boxes_and_classes
from setwright.formats.writing.names import export_names
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import lines, one_line, subsets
from setwright.formats.writing.yolo_rows import BoxRows
from setwright.model.splits import Split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

SUBSETS: dict[Split, str] = {Split.TRAIN: "train", Split.VALIDATION: "valid", Split.TEST: "test"}
"""Darknet's words for the splits."""

_START = "In this folder: darknet detector train obj.data your-model.cfg your-weights"


@dataclass(frozen=True, slots=True)
class YoloDarknet:
    """LayerNext's `YOLO Darknet`. It holds boxes only."""

    name: Final = "YOLO Darknet"
    short: Final = "yolo-darknet"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Labels beside pictures, the lists, `obj.data` and `obj.names`; what lies beside every export."""
        rows = BoxRows.of(manifest.annotations, manifest.frames)
        # CVAT refuses a third list, so there is one for test only with frames in it.
        parts = subsets(manifest)
        layout = Layout(
            entries=_entries(manifest, rows, parts),
            changed=lambda: rows.changed,
            layout=_layout(parts),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; attributes and confidence are lost."""
        return boxes_and_classes(annotations)


def _layout(parts: tuple[Split, ...]) -> tuple[tuple[str, str], ...]:
    lists = " ".join(f"{SUBSETS[split]}.txt" for split in parts)
    return (
        ("obj.data", "what Darknet is given: number of classes, lists, names"),
        ("obj.names", "the classes; the first line is class 0"),
        (lists, "the pictures of each split"),
        ("obj_*_data/", "pictures, and beside each a text file with a line for each box:"),
        ("", "class, x and y of the centre, width, height, all from 0 to 1"),
    )


def _entries(manifest: Manifest, rows: BoxRows, parts: tuple[Split, ...]) -> Iterator[ExportEntry]:
    frames = manifest.frames
    lists: dict[int, list[str]] = {split.code: [] for split in parts}
    folders = {split.code: f"obj_{SUBSETS[split]}_data" for split in parts}
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        rows.contents(),
        strict=True,
    )
    for (stem, ending), code, digest, size, labels in columns:
        picture = f"{folders[code]}/{stem}{ending}"
        lists[code].append(picture)
        yield PictureFile(picture, digest.decode(), size)
        yield MadeFile(f"{folders[code]}/{stem}.txt", labels)
    for split in parts:
        yield MadeFile(f"{SUBSETS[split]}.txt", lines(lists[split.code]))
    yield MadeFile("obj.names", lines(map(one_line, manifest.classes)))
    keys = [f"classes = {len(manifest.classes)}"]
    keys += [f"{SUBSETS[split]} = {SUBSETS[split]}.txt" for split in parts]
    yield MadeFile("obj.data", lines([*keys, "names = obj.names", "backup = backup/"]))
