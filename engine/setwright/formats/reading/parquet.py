"""Hugging Face's Parquet files: pictures in the rows, and beside them their objects.

data/train-00000-of-00001.parquet  data/validation-00000-of-00001.parquet  …

`image` is a struct of bytes and path, `objects` a struct of lists or a list of structs; what `datasets` writes into the
schema names the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.protocol import SIDECAR, VARIED
from setwright.formats.reading.classes import class_called, class_names, split_of
from setwright.formats.reading.objects import BOXES, CATEGORIES, read_objects, stated_size
from setwright.formats.reading.parsing import NotRead
from setwright.formats.reading.picture_rows import PictureRows
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import ReadFrame
from setwright.formats.reading.within import Within, opened, refuse_zip
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import ReadOptions

MAGIC = b"PAR1"
_OBJECTS = ("objects", "annotations")
_FOOTER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parquet:
    """Rectangles, and what of COCO's objects is there beside.

    The class of a whole picture becomes the metadata field `class`; a word in the name of the file, or its folder, the
    field `source_split`.
    """

    name: Final = "parquet"
    title: Final = "Hugging Face Parquet"

    def recognises(self, listing: Listing) -> bool:
        """Whether a Parquet file seems to hold pictures; one that is broken says nothing of the others."""
        return any(_holds_pictures(listing, name) for name in _files(listing))

    def opened(self, listing: Listing) -> Listing:
        """The pictures in the rows of all files."""
        refuse_zip(listing)
        tables: dict[str, Listing] = {}
        problems = []
        for name in _files(listing):
            try:
                tables[name] = PictureRows(name, opened(listing, name))
            except FormatError as error:
                problems.append(Problem(ProblemKind.UNREADABLE_FILE, name, error.detail.rstrip(".")))
        if not tables and not problems:
            raise FormatError(
                f"There are no Parquet files in {listing.location}", "Their names end with .parquet."
            )
        return Within(listing, tables, problems)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each row of the files that `opened` has found."""
        classes = class_names(listing, SIDECAR)
        for name, table in listing.inner.items() if isinstance(listing, Within) else ():
            if isinstance(table, PictureRows):
                try:
                    yield from _frames(name, table, classes, options)
                except FormatError as error:
                    yield Problem(ProblemKind.UNREADABLE_FILE, name, error.detail.rstrip("."))


def _frames(
    name: str, table: PictureRows, classes: Sequence[str], options: ReadOptions
) -> Iterator[ReadFrame | Problem]:
    objects = next((column for column in _OBJECTS if column in table.columns), None)
    boxed = objects is not None or any(column in table.columns for column in BOXES)
    told = _names_in(table.features if objects is None else table.features.get(objects)) or classes
    columns = {*_OBJECTS, *BOXES, *CATEGORIES, "width", "height", "segmentation", VARIED}
    wanted = [column for column in table.columns if column in columns and column != table.column]
    split = split_of(name)
    rows = table.told(wanted) if wanted else ({} for _ in table.rows)
    for place, (picture, row) in enumerate(zip(table.rows, rows, strict=False)):
        metadata: dict[str, Any] = {} if split is None else {"source_split": split}
        annotations = None
        if boxed:
            said = row if objects is None else row[objects]
            annotations, problems = read_objects(said, told, f"row {place}", name, options.label)
            yield from problems
        if objects is not None or not boxed:
            try:
                metadata |= _class(row, table.features, classes)
            except NotRead as error:
                yield Problem(ProblemKind.BAD_METADATA, name, f"row {place}: {error}")
        if boxed or metadata:
            yield ReadFrame(
                picture=f"{name}/{picture}",
                source=name,
                annotations=annotations,
                stated_size=stated_size(row),
                metadata=metadata,
                varied=row.get(VARIED) is True,
            )


def _class(row: Mapping[str, Any], features: Mapping[str, Any], classes: Sequence[str]) -> dict[str, str]:
    """The class of the whole picture as a field of metadata, nothing where none is told.

    Raises:
        NotRead: it is a number too large for the names, or cannot be a label.
    """
    column = next((column for column in CATEGORIES if isinstance(row.get(column), int | str)), None)
    if column is None or row[column] == -1:  # which `datasets` writes where no class is known
        return {}
    names = _names_in(features.get(column)) or classes
    return {"class": class_called(row[column] if names else str(row[column]), names)}


def _names_in(feature: Any) -> list[str]:
    """The names of the first `ClassLabel` in a feature of `datasets`, or in what it is made of."""
    if isinstance(feature, dict):
        names = feature.get("names") if feature.get("_type") == "ClassLabel" else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
    inside = feature.values() if isinstance(feature, dict) else feature if isinstance(feature, list) else ()
    return next(filter(None, map(_names_in, inside)), [])


def _files(listing: Listing) -> list[str]:
    return [name for name in listing.names if name.lower().endswith(".parquet")]


def _holds_pictures(listing: Listing, name: str) -> bool:
    """Whether the end of the file, which tells its columns, speaks of pictures."""
    if not listing.head(name).startswith(MAGIC):
        return False
    try:
        size = listing.size(name)
        footer = listing.part(name, max(size - _FOOTER, 0), _FOOTER)
    except FormatError:  # within a zip archive, of which `opened` tells
        return True
    except OSError:
        return False
    return b"bytes" in footer or b"image" in footer
