"""Semantic Segmentation: for each picture one whose pixels say which class is there.

    classes.csv  label_colors.txt
    train/images/x.jpg  train/masks/x.png  train/dataset_meta.json  valid/…  [test/…]

Masks are grey pictures of 8 bits whose values are class ids: 0 for the background, then the classes from 1 on. They
have no palette, since OpenCV reads colours or their brightness from those and not the ids.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from setwright.edge.allocator import keep_freed_buffers
from setwright.formats.ahead import ahead, threads_that_pay
from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.writing.class_lists import DATASET_META, background, dataset_meta
from setwright.formats.writing.colours import colour
from setwright.formats.writing.losses import OTHER_SIZE, all_that_is_said, shapes, some, without_area
from setwright.formats.writing.names import export_names
from setwright.formats.writing.painting import paint
from setwright.formats.writing.png import pngs
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import lines, one_line, subsets
from setwright.formats.writing.yolo_darknet import SUBSETS
from setwright.model.errors import FormatError
from setwright.model.frames import MASK, RECTANGLE
from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

MOST_CLASSES = 254
"""Beside the background, 0, and the value 255, which trainers take for pixels to pass over."""

_NOWHERE = "an object without a pixel inside its picture, left out"
_HIDDEN = "an object that does not show, since others lie over all of it"
_CHANGES = (_NOWHERE, OTHER_SIZE, _HIDDEN)

_EDGES = 1 << 19
"""About so many edges of objects are painted together, at most."""
_PICTURES, _CODES = 128, 1 << 18
"""So many pictures are painted together at most, and about so many codes packed: few enough for their columns to stay
in the processor's cache, and so many that threads, which wait for each other at each call of NumPy, seldom do.
"""

_LAYOUT = (
    ("*/images/", "the pictures of each split"),
    ("*/masks/", "for each a PNG of one channel; the value of a pixel is its class, 0 the background"),
    ("*/dataset_meta.json", "the classes once more, for datumaro"),
    ("classes.csv", "values and classes"),
    ("label_colors.txt", "classes and the colours in which tools show them"),
)
_START = 'numpy.array(PIL.Image.open("train/masks/x.png")), in this folder, holds class ids'


@dataclass(frozen=True, slots=True)
class SemanticSegmentation:
    """LayerNext's `Semantic Segmentation`. It holds which class each pixel is of; objects are not told apart."""

    name: Final = "Semantic Segmentation"
    short: Final = "semantic-segmentation"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """Pictures, their masks, the lists of classes; what lies beside every export.

        Raises:
            FormatError: there are more classes than a mask has values.
        """
        _check(manifest.classes)
        changes: Counter[str] = Counter()
        layout = Layout(
            entries=_entries(manifest, changes),
            changed=lambda: [Loss(what, changes[what]) for what in _CHANGES],
            layout=_LAYOUT,
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out, boxes are filled, and all that is said of an object but its class is lost.

        Raises:
            FormatError: there are more classes than a mask has values.
        """
        _check(annotations.labels)
        return some(
            (
                *without_area(annotations),
                Loss("a box, filled as a whole for want of an outline", shapes(annotations)[RECTANGLE]),
                *all_that_is_said(annotations),
            )
        )


def _check(classes: Sequence[str]) -> None:
    if len(classes) > MOST_CLASSES:
        raise FormatError(
            f"Semantic Segmentation holds at most {MOST_CLASSES} classes",
            f"There are {len(classes)}. A mask has 8 bits a pixel; 0 is the background, and trainers pass over 255.",
            "merge labels in the spec, or take another export, such as COCO",
        )


def _masks(manifest: Manifest, changes: Counter[str]) -> Iterator[tuple[bytes, str]]:
    """The PNG of each frame and its SHA-256, in their order; counts in `changes` what became of objects."""
    keep_freed_buffers()  # columns of some 100 KB come and go
    threads = threads_that_pay()
    pieces = pairwise(_together(manifest, threads))
    for made, became in ahead(partial(_some_masks, manifest), pieces, threads):
        changes.update(became)
        yield from made


def _some_masks(manifest: Manifest, rows: tuple[int, int]) -> tuple[list[tuple[bytes, str]], dict[str, int]]:
    """PNGs and their SHA-256 of the frames from the first of `rows` to before the second; what became of objects."""
    frames, annotations = manifest.frames, manifest.annotations
    begin, end = rows
    width, height = frames.width[begin:end], frames.height[begin:end]
    first, last = np.searchsorted(annotations.frame, rows)
    some = annotations.take(slice(first, last))
    painted = paint(replace(some, frame=some.frame - begin), width, height)
    sizes = width.astype(np.int64), height.astype(np.int64)
    made = pngs(painted.start, painted.value, painted.bounds, *sizes, _CODES)
    return [(file, sha256(file).hexdigest()) for file in made], {
        _NOWHERE: painted.nowhere,
        OTHER_SIZE: painted.other_size,
        _HIDDEN: painted.hidden,
    }


def _together(manifest: Manifest, threads: int) -> Iterator[int]:
    """Where the frames begin whose masks are made together, and the end: so many that NumPy is worth its calls, and so
    few that their runs take little room, whatever the masks are; and where that leaves a choice, as many for each of
    the `threads`.
    """
    frames, annotations = manifest.frames, manifest.annotations
    # About how many edges an object has: those of a mask stand in its outline, all others have a few in each row.
    edges = 2 * (annotations.box[:, 3] - annotations.box[:, 1])
    masks = np.flatnonzero(annotations.shape == MASK)
    edges[masks] = np.strings.str_len(annotations.outline[masks]) / 2
    rounds = -(-len(frames) // (_PICTURES * threads))
    most = -(-len(frames) // max(rounds * threads, 1))
    upto = np.concatenate([[0], np.cumsum(np.bincount(annotations.frame, edges, len(frames)))])
    begin = 0
    while begin < len(frames):
        yield begin
        end = int(np.searchsorted(upto, upto[begin] + _EDGES, "right")) - 1
        begin = min(max(end, begin + 1), begin + most)
    yield len(frames)


def _entries(manifest: Manifest, changes: Counter[str]) -> Iterator[ExportEntry]:
    frames = manifest.frames
    folders = [SUBSETS[split] for split in SPLITS]
    masks = _masks(manifest, changes)
    begun = tuple(islice(masks, 1))  # so that the next ones are made while names are found
    columns = zip(
        export_names(frames),
        manifest.split.tolist(),
        frames.digest.tolist(),
        frames.size.tolist(),
        chain(begun, masks),
        strict=True,
    )
    for (stem, ending), code, digest, size, (mask, known) in columns:
        yield PictureFile(f"{folders[code]}/images/{stem}{ending}", digest.decode(), size)
        yield MadeFile(f"{folders[code]}/masks/{stem}.png", mask, known)
    names = (background(manifest.classes), *manifest.classes)
    for split in subsets(manifest):
        yield MadeFile(f"{SUBSETS[split]}/{DATASET_META}", dataset_meta(names))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("Pixel Value", " Class"), *enumerate(names)])
    yield MadeFile("classes.csv", table.getvalue().encode())
    yield MadeFile(
        "label_colors.txt",
        lines(" ".join([*map(str, colour(value)), one_line(name)]) for value, name in enumerate(names)),
    )
