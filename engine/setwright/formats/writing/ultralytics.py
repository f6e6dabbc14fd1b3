"""Ultralytics' YOLO, as boxes and as outlines: labels in a tree beside the pictures', and a YAML file.

    data.yaml   images/{train,val,test}/x.jpg   labels/{train,val,test}/x.txt

`data.yaml` has no `path`. With one, Ultralytics looks below the working directory and then in a folder of its own
settings; without, below the folder of the file itself, wherever that is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.writing.losses import (
    CUT,
    NO_AREA,
    OTHER_SIZE,
    all_that_is_said,
    boxes_and_classes,
    shapes,
    some,
    without_area,
)
from setwright.formats.writing.names import export_names
from setwright.formats.writing.outlines import several_rings
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import SHORT, lines, subsets
from setwright.formats.writing.yolo_outlines import outline_rows
from setwright.formats.writing.yolo_rows import BoxRows
from setwright.model.frames import MASK, RECTANGLE
from setwright.model.splits import SPLITS, Split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

_CHANGES = (NO_AREA, OTHER_SIZE, CUT)


@dataclass(frozen=True, slots=True)
class Ultralytics:
    """For detection: boxes only."""

    name: Final = "Ultralytics"
    short: Final = "ultralytics"
    start: Final[str] = "In this folder: yolo detect train data=data.yaml model=your-model.pt"

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Pictures, their labels, `data.yaml`; what lies beside every export."""
        rows = BoxRows.of(manifest.annotations, manifest.frames)
        layout = Layout(
            entries=_entries(manifest, rows.contents()),
            changed=lambda: rows.changed,
            layout=_layout("a box", "class, x and y of the centre, width, height, all from 0 to 1"),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; attributes and confidence are lost."""
        return boxes_and_classes(annotations)


@dataclass(frozen=True, slots=True)
class UltralyticsSegmentation:
    """For segmentation: one outline an object."""

    name: Final = "Ultralytics Segmentation"
    short: Final = "ultralytics-segmentation"
    start: Final[str] = "In this folder: yolo segment train data=data.yaml model=your-model.pt"

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Pictures, their labels, `data.yaml`; what lies beside every export."""
        changes: Counter[str] = Counter()
        layout = Layout(
            entries=_entries(manifest, outline_rows(manifest.annotations, manifest.frames, changes)),
            changed=lambda: [Loss(what, changes[what]) for what in _CHANGES],
            layout=_layout("an outline", "class, then x and y of each point, from 0 to 1"),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; all else becomes one outline; attributes and confidence are lost."""
        counts = shapes(annotations)
        return some(
            (
                *without_area(annotations),
                Loss(
                    "a polygon of several parts or with holes, joined to one outline by lines without width",
                    len(several_rings(annotations)),
                ),
                Loss("a mask, told as the outline of its pixels", counts[MASK]),
                Loss("a box, told as an outline of its four corners", counts[RECTANGLE]),
                *all_that_is_said(annotations),
            )
        )


def _layout(object: str, row: str) -> tuple[tuple[str, str], ...]:
    return (
        ("data.yaml", "what Ultralytics is given: the splits and the classes"),
        ("images/*/", "the pictures of each split"),
        ("labels/*/", f"for each picture a text file with a line for {object}:"),
        ("", row),
    )


def _entries(manifest: Manifest, labels: Iterable[bytes]) -> Iterator[ExportEntry]:
    """`labels` are the label files, frame by frame."""
    frames = manifest.frames
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        labels,
        strict=True,
    )
    for (stem, ending), code, digest, size, content in columns:
        folder = SHORT[SPLITS[code]]
        yield PictureFile(f"images/{folder}/{stem}{ending}", digest.decode(), size)
        yield MadeFile(f"labels/{folder}/{stem}.txt", content)
    yield MadeFile("data.yaml", _yaml(manifest.classes, subsets(manifest)))


def _yaml(classes: Sequence[str], parts: Sequence[Split]) -> bytes:
    return lines(
        [
            *(f"{SHORT[split]}: images/{SHORT[split]}" for split in parts),
            "names:" if classes else "names: {}",
            *(f"  {place}: {_quoted(name)}" for place, name in enumerate(classes)),
        ]
    )


def _quoted(text: str) -> str:
    """A text that every reader of YAML takes for just this text."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    return one if one.isprintable() else f"\\U{ord(one):08X}"
