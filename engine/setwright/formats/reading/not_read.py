"""Annotations of formats that no reader is for, told by how their files begin: a plain folder would leave them out."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from setwright.formats.reading.listing import Listing

_TRIED = 20
"""So many files of each ending are looked into."""

_SIGNS: dict[str, tuple[tuple[str, tuple[bytes, ...]], ...]] = {
    ".json": (
        ("LabelMe", (b'"shapes"', b'"points"')),
        ("Label Studio", (b'labels"', b'"original_width"')),
        ("CreateML", (b'"annotation', b'"coordinates"')),
        ("Supervisely", (b'"classtitle"', b'"objects"')),
        ("COCO's results, which name no pictures", (b'"image_id"', b'"category_id"', b'"bbox"')),
        ("VIA 3", (b'"vid"', b'"xy"')),
        ("V7's", (b'"annotations"', b'"bounding_box"')),
        ("Scalabel's, as BDD100K has it", (b'"labels"', b'"box2d"')),
        ("Labelbox's", (b'"data_row"', b'"projects"')),
        ("Segment Anything's", (b'"annotations"', b'"segmentation"', b'"image"')),
        ("datumaro's own", (b'"dm_format_version"',)),
        ("FiftyOne's own", (b'"_cls"', b'"filepath"')),
    ),
    ".ndjson": (("Labelbox's", (b'"data_row"', b'"projects"')),),
    ".xml": (("CVAT for images", (b"<annotations>", b"<version>")),),
    ".csv": (
        ("a table of boxes", (b"xmin", b"ymax")),
        ("a table of boxes", (b"x_min", b"y_max")),
        ("a table of boxes", (b"image", b"bbox")),
        ("VIA's table", (b"region_shape_attributes",)),
        ("a table of run lengths", (b"encodedpixels",)),
        ("a table of run lengths", (b"rle_mask",)),
    ),
}
"""What the beginnings of files hold, by their ending; case does not count."""

_KITTI = re.compile(rb"[A-Za-z_]+( -?[0-9.]+){14,15}\s*$", re.MULTILINE)
"""A row of a label file: the class, how it shows, its box, its place in space."""


def not_read(listing: Listing) -> tuple[str, str] | None:
    """The first file of annotations in a format that is not read, and the format; None where none looks like that."""
    for ending, signs in _SIGNS.items():
        names = (name for name in listing.names if name.lower().endswith(ending))
        for name in islice(names, _TRIED):
            head = listing.head(name).lower()
            told = head.split(b"\n", 1)[0] if ending == ".csv" else head
            for format, words in signs:
                if all(word in told for word in words):
                    return name, format
    texts = (name for name in listing.names if name.lower().endswith(".txt"))
    kitti = (name for name in islice(texts, _TRIED) if _KITTI.match(listing.head(name)))
    return next(((name, "KITTI's") for name in kitti), None)
