"""Pascal VOC: an XML file of boxes for each picture, and lists of which pictures are for what.

    Annotations/x.xml  JPEGImages/x.jpg  ImageSets/Main/{train,val,trainval,test}.txt  labelmap.txt

As in VOC's own files the first pixel is 1 and a box ends with its last pixel. Many tools count from 0 instead, and no
file says which it means; whoever reads with one of those gets boxes that are a pixel off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import numpy as np

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.writing.attributes import Attributes
from setwright.formats.writing.boxes import Boxes
from setwright.formats.writing.class_lists import BACKGROUND, DATASET_META, dataset_meta
from setwright.formats.writing.colours import colour
from setwright.formats.writing.losses import boxes_only, confidences, extras, some
from setwright.formats.writing.names import export_names
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import SHORT, lines, one_line, subsets
from setwright.model.splits import Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

_FLAGS = ("truncated", "difficult", "occluded")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_LAYOUT = (
    ("Annotations/", "an XML file for each picture; the first pixel is 1, xmax and ymax are the last ones"),
    ("JPEGImages/", "the pictures"),
    ("ImageSets/Main/*.txt", "the pictures of each split, by their names without ending"),
)
_START = 'datumaro.Dataset.import_from(".", "voc", coordinate_mode="voc-one-based"), in this folder'


@dataclass(frozen=True, slots=True)
class PascalVoc:
    """VOC for detection. It holds boxes on whole pixels, and four attributes."""

    name: Final = "Pascal VOC"
    short: Final = "pascal-voc"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Pictures, their XML files, the lists; what lies beside every export."""
        boxes = Boxes.of(manifest.annotations, manifest.frames)
        kept = np.all(boxes.edges[:, :2] < boxes.edges[:, 2:], axis=1)
        widened = kept & np.any(boxes.edges != np.floor(boxes.edges), axis=1)
        changed = (
            *boxes.changes(kept),
            Loss("a box between pixels, widened to whole ones", int(widened.sum())),
        )
        classes = _class_list(manifest.classes)
        layout = Layout(
            entries=chain(_entries(manifest, boxes.take(kept)), (classes,)),
            changed=lambda: changed,
            layout=(*_LAYOUT, (classes.path, "the classes, for CVAT and datumaro")),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out; polygons and masks become boxes; most of what is said beside is lost."""
        lost = sum(extra.metadata or extra.more or not _is_voc(extra) for extra in extras(annotations))
        return some(
            (
                *boxes_only(annotations),
                Loss("attributes that VOC does not know, and metadata, of an annotation, left out", lost),
                confidences(annotations),
            )
        )


def _is_voc(extra: Attributes) -> bool:
    """Whether VOC can say all the attributes."""
    return all(
        extra.flag(name) if name in _FLAGS else name == "pose" and isinstance(value, str)
        for name, value in extra.plain.items()
    )


def _entries(manifest: Manifest, boxes: Boxes) -> Iterator[ExportEntry]:
    frames = manifest.frames
    annotations = manifest.annotations.take(boxes.rows)
    objects = list(_objects(annotations, boxes))
    bounds = np.searchsorted(annotations.frame, np.arange(len(frames) + 1)).tolist()
    stems: dict[int, list[str]] = {split.code: [] for split in Split}
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        frames.width.tolist(),
        frames.height.tolist(),
        strict=True,
    )
    for row, ((stem, ending), code, digest, size, width, height) in enumerate(columns):
        stems[code].append(stem)
        yield PictureFile(f"JPEGImages/{stem}{ending}", digest.decode(), size)
        # The number of channels is known to the picture alone, and readers ask the picture.
        text = (
            "<annotation>\n  <folder>JPEGImages</folder>\n"
            f"  <filename>{_text(stem + ending)}</filename>\n"
            f"  <source><database>{_text(frames.collection[row])}</database></source>\n"
            f"  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n"
            "  <segmented>0</segmented>\n"
            + "".join(objects[bounds[row] : bounds[row + 1]])
            + "</annotation>\n"
        )
        yield MadeFile(f"Annotations/{stem}.xml", text.encode())
    for split in subsets(manifest):
        yield MadeFile(f"ImageSets/Main/{SHORT[split]}.txt", lines(stems[split.code]))
    both = sorted(stems[Split.TRAIN.code] + stems[Split.VALIDATION.code])
    yield MadeFile("ImageSets/Main/trainval.txt", lines(both))


def _objects(annotations: Annotations, boxes: Boxes) -> Iterator[str]:
    """Each object as an element."""
    names = [_text(label) for label in annotations.labels]
    first = np.floor(boxes.edges[:, :2]).astype(np.int64) + 1
    last = np.ceil(boxes.edges[:, 2:]).astype(np.int64)
    columns = zip(
        annotations.label.tolist(), first.tolist(), last.tolist(), annotations.extra.tolist(), strict=True
    )
    for label, (xmin, ymin), (xmax, ymax), extra in columns:
        said = Attributes.of(extra)
        pose = said.plain.get("pose")
        occluded = "<occluded>1</occluded>" if said.flag("occluded") else ""
        yield (
            f"  <object>\n    <name>{names[label]}</name>\n"
            f"    <pose>{_text(pose) if isinstance(pose, str) and pose.strip() else 'Unspecified'}</pose>"
            f"<truncated>{int(said.flag('truncated'))}</truncated>"
            f"<difficult>{int(said.flag('difficult'))}</difficult>{occluded}\n"
            f"    <bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox>\n"
            "  </object>\n"
        )


def _class_list(classes: Sequence[str]) -> MadeFile:
    """Class names and colours, the background first, as CVAT writes them; a class of its name is listed once.

    Names that its lines cannot say are listed as datumaro has it in all its formats. It and CVAT look for that first.
    """
    names = (BACKGROUND, *(name for name in classes if name != BACKGROUND))
    if any(":" in name or name.startswith("#") for name in names):
        return MadeFile(DATASET_META, dataset_meta(names))
    rows = [f"{one_line(name)}:{','.join(map(str, colour(place)))}::" for place, name in enumerate(names)]
    return MadeFile("labelmap.txt", lines(["# label:color_rgb:parts:actions", *rows]))


def _text(value: str) -> str:
    """`value` as the text of an element, without what XML cannot say."""
    return escape(_NOT_IN_XML.sub("_", value))
