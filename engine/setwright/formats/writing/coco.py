"""COCO: one JSON file of boxes, polygons and masks for each split, the pictures beside.

    annotations/instances_{train,val,test}.json  images/{train,val,test}/x.jpg

`file_name` is the name in the split's folder, so torchvision and supervision are given the folder and the file, and
datumaro the root. Class ids begin with 1, as in COCO's own files. Image and annotation ids go on from one split to the
next, so the files can be joined.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from setwright.formats.protocol import ExportEntry, Loss, MadeFile, PictureFile, VersionFacts
from setwright.formats.raster import fill, overlap
from setwright.formats.rings import area, hull
from setwright.formats.spool import Spool
from setwright.formats.writing.attributes import Attributes
from setwright.formats.writing.losses import CUT, NO_AREA, OTHER_SIZE, extras, some, without_area
from setwright.formats.writing.names import export_names
from setwright.formats.writing.numbers import number
from setwright.formats.writing.outlines import PARTS_MEET, Runs, holed, mask_runs, polygon_inside
from setwright.formats.writing.sidecar import Layout, with_sidecar
from setwright.formats.writing.subsets import SHORT, subsets
from setwright.model.frames import MASK, POLYGON, RECTANGLE
from setwright.model.outline import parsed
from setwright.model.runs import run_lengths, runs_hull
from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from setwright.formats.rings import Ring
    from setwright.model.frames import Annotations, Frames
    from setwright.model.manifest import Manifest
    from setwright.model.splits import Split

DECIMALS = 6
"""Boxes are told to a millionth of a pixel, outlines as exactly as they are known."""

_AT_ONCE = 4096
_LINES = 256
_PLAIN_AREA = 1e-3  # of a pixel

_CHANGES = (NO_AREA, OTHER_SIZE, CUT)

_START = 'pycocotools.coco.COCO("annotations/instances_train.json"), in this folder; pictures in images/train'


@dataclass(frozen=True, slots=True)
class Coco:
    """COCO's instances. It holds boxes, polygons of several parts and masks, confidence, and plain attributes."""

    name: Final = "COCO"
    short: Final = "coco"
    start: Final[str] = _START

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The pictures by split and a JSON file for each; what lies beside every export."""
        changes: Counter[str] = Counter()
        parts = subsets(manifest)
        layout = Layout(
            entries=_entries(manifest, facts, parts, changes),
            changed=lambda: [Loss(what, changes[what]) for what in _CHANGES],
            layout=_layout(parts),
        )
        return with_sidecar(self, layout, manifest, facts)

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """Lines and points are left out, and so are metadata and what an attribute says beside one value."""
        said = extras(annotations)
        return some(
            (
                *without_area(annotations),
                Loss("a polygon with holes, told as run lengths to the pixel", holed(annotations)),
                Loss("metadata of an annotation, left out", sum(extra.metadata for extra in said)),
                Loss(
                    "attributes of an annotation that are more than one plain value, reduced to the first",
                    sum(extra.more for extra in said),
                ),
            )
        )


def _layout(parts: tuple[Split, ...]) -> tuple[tuple[str, str], ...]:
    words = ", ".join(SHORT[split] for split in parts)
    return (
        ("annotations/instances_*.json", f"classes, pictures and objects of each split: {words}"),
        ("images/*/", "the pictures of each split; file_name in the JSON is the name in there"),
    )


def _entries(
    manifest: Manifest, facts: VersionFacts, parts: tuple[Split, ...], changes: Counter[str]
) -> Iterator[ExportEntry]:
    frames = manifest.frames
    names = [stem + ending for stem, ending in export_names(frames)]
    folders = (SHORT[SPLITS[code]] for code in manifest.split.tolist())
    for name, folder, digest, size in zip(
        names, folders, frames.digest.tolist(), frames.size.tolist(), strict=True
    ):
        yield PictureFile(f"images/{folder}/{name}", digest.decode(), size)
    spool = Spool()
    image_ids = _Ids()
    object_ids = _Ids()
    for split in parts:
        rows = np.flatnonzero(manifest.split == split.code)
        ids = np.zeros(len(frames), np.int64)
        ids[rows] = image_ids.next(len(rows))
        places = np.flatnonzero(manifest.split[manifest.annotations.frame] == split.code)
        document = _document(
            {"description": facts.description or facts.dataset, "version": facts.number},
            manifest.classes,
            _images(frames.take(rows), ids[rows].tolist(), [names[row] for row in rows.tolist()]),
            (
                f'{{"id":{object_ids.next(1)[0]},{each}}}'
                for some in _in_parts(manifest.annotations, places)
                for each in _objects(some, frames, ids, changes)
            ),
        )
        yield MadeFile(f"annotations/instances_{SHORT[split]}.json", spool.keep(document))


class _Ids:
    """Numbers from 1, each given once."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, count: int) -> range:
        """The next `count` of them."""
        first = self._last + 1
        self._last += count
        return range(first, self._last + 1)


def _document(
    info: dict[str, str], classes: Sequence[str], images: Iterable[str], objects: Iterable[str]
) -> Iterator[bytes]:
    """The JSON file, an image or object a line. Written piece by piece: a million objects do not fit in memory."""
    categories = (
        f'{{"id":{place},"name":{_json(name)},"supercategory":""}}'
        for place, name in enumerate(classes, start=1)
    )
    yield f'{{"info":{_json(info)},\n"licenses":[]'.encode()
    for key, lines in (("categories", categories), ("images", images), ("annotations", objects)):
        yield f',\n"{key}":['.encode()
        separator = "\n"
        lines = iter(lines)
        while some := list(islice(lines, _LINES)):
            yield (separator + ",\n".join(some)).encode()
            separator = ",\n"
        yield b"\n]"
    yield b"}\n"


def _images(frames: Frames, ids: list[int], names: list[str]) -> Iterator[str]:
    for id, name, width, height in zip(
        ids, names, frames.width.tolist(), frames.height.tolist(), strict=True
    ):
        yield f'{{"id":{id},"file_name":{_json(name)},"width":{width},"height":{height}}}'


def _in_parts(annotations: Annotations, places: NDArray[np.int64]) -> Iterator[Annotations]:
    """Those at `places`, some at a time: all of them would take the room of the manifest once more, and as lists ten
    times that.
    """
    for begin in range(0, len(places), _AT_ONCE):
        yield annotations.take(places[begin : begin + _AT_ONCE])


def _objects(
    annotations: Annotations, frames: Frames, image_ids: NDArray[np.int64], changes: Counter[str]
) -> Iterator[str]:
    """Each object as the members of a JSON object, all but its id."""
    frame_of = annotations.frame
    columns = zip(
        *(
            column.tolist()
            for column in (
                image_ids[frame_of],
                frames.width[frame_of],
                frames.height[frame_of],
                annotations.label,
                annotations.shape,
                annotations.box,
                annotations.outline,
                annotations.confidence,
                annotations.extra,
            )
        ),
        strict=True,
    )
    for image, width, height, label, shape, box, outline, confidence, extra in columns:
        geometry = _geometry(shape, box, outline, width, height, changes)
        if geometry is None:
            continue
        attributes = Attributes.of(extra)
        crowd = attributes.flag("iscrowd")
        plain = {key: value for key, value in attributes.plain.items() if key != "iscrowd" or not crowd}
        yield (
            f'"image_id":{image},"category_id":{label + 1},{geometry},"iscrowd":{int(crowd)}'
            + ("" if confidence != confidence else f',"score":{confidence!r}')
            + (f',"attributes":{_json(plain)}' if plain else "")
        )


def _geometry(
    shape: int, box: list[float], outline: str, width: int, height: int, changes: Counter[str]
) -> str | None:
    """The members `bbox`, `area` and `segmentation`; None for what is left out, which is counted."""
    if shape == RECTANGLE:
        left, top, right, bottom = box
        inside = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
        told = _box(inside)
        if told is None:
            changes[NO_AREA] += 1
            return None
        changes[CUT] += inside != (left, top, right, bottom)
        return _members(told, told[2] * told[3], "[]")
    if shape == POLYGON:
        if (simple := _simple(box, outline, width, height)) is not None:
            return simple
        polygon = polygon_inside(outline, width, height)
        geometry = _polygon(polygon.rings, width, height) if polygon.rings else None
        if geometry is None:
            changes[NO_AREA] += 1
            return None
        changes[CUT] += polygon.cut
        return geometry
    if shape == MASK:
        runs = mask_runs(outline)
        if (runs.width, runs.height) != (width, height):
            changes[OTHER_SIZE] += 1
            return None
        geometry = _runs(runs)
        if geometry is None:
            changes[NO_AREA] += 1
        return geometry
    return None  # a line, or points, which `losses` counts


def _simple(box: Sequence[float], outline: str, width: int, height: int) -> str | None:
    """The members of a polygon of one part within its picture, as nearly all are: what `_polygon` gives, but sooner.

    Its hull is known already, and its points stand in the outline as they are to be written. None for any other.
    """
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > width or bottom > height or PARTS_MEET in outline:
        return None
    (ring,) = parsed(outline)
    if len(ring) < 3 or ring[0] == ring[-1]:
        return None
    covered = area(ring)
    told = _box((left, top, right, bottom))
    # With so much area it is not flat, and it does not cancel out by crossing itself.
    if covered < _PLAIN_AREA or told is None:
        return None
    return _members(told, covered, f"[[{outline[3:-3].replace('],[', ',')}]]")


def _polygon(rings: tuple[Ring, ...], width: int, height: int) -> str | None:
    told = _box(hull(rings))
    if told is None:
        return None
    if len(rings) > 1 and overlap(rings, width, height):
        # Readers take several polygons for parts beside each other and would fill a hole.
        counts = run_lengths(fill(rings, width, height), width, height)
        return _runs(Runs(width, height, tuple(counts)))
    # An outline that crosses itself may have as much on one side as on the other, and then no area by this formula.
    covered = sum(map(area, rings)) or float(fill(rings, width, height).covered.sum())
    parts = (",".join(f"{number(x)},{number(y)}" for x, y in ring) for ring in rings)
    return _members(told, covered, "[" + ",".join(f"[{part}]" for part in parts) + "]")


def _runs(runs: Runs) -> str | None:
    """A mask, None for one that covers nothing. Run lengths are numbers, for those who cannot read them as letters."""
    edges = runs_hull(runs.counts, runs.height)
    told = None if edges is None else _box(edges)
    if told is None:
        return None
    counts = ",".join(map(str, runs.counts))
    segmentation = f'{{"size":[{runs.height},{runs.width}],"counts":[{counts}]}}'
    return _members(told, sum(runs.counts[1::2]), segmentation)


def _box(edges: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
    """x, y, width and height as they are written; None where nothing would be left of a side."""
    left, top, right, bottom = edges
    x, y, width, height = (round(each, DECIMALS) for each in (left, top, right - left, bottom - top))
    return (x, y, width, height) if width > 0 and height > 0 else None


def _members(box: tuple[float, float, float, float], covered: float, segmentation: str) -> str:
    return (
        f'"bbox":[{",".join(map(number, box))}],"area":{number(round(covered, DECIMALS))},'
        f'"segmentation":{segmentation}'
    )


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
