"""Which exports there are: ours, and those that other installed packages add.

A package adds one with an entry point in the group `setwright.exports`, named exactly as the export is, whose
object is an `ExportFormat`. It is imported only when its name is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from setwright.model.errors import FormatError, UsageError
from setwright.model.suggestions import any_of, did_you_mean
from setwright.spec.exports import KNOWN_EXPORTS, alike

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat

GROUP = "setwright.exports"


@cache
def export_formats() -> tuple[ExportFormat, ...]:
    """Our own, sorted by name."""
    # They load NumPy, which a plan that changes nothing must not pay for.
    from setwright.formats.writing.coco import Coco
    from setwright.formats.writing.hugging_face import HuggingFaceParquet, ImageFolder
    from setwright.formats.writing.masks import SemanticSegmentation
    from setwright.formats.writing.raw import Raw
    from setwright.formats.writing.ultralytics import Ultralytics, UltralyticsSegmentation
    from setwright.formats.writing.voc import PascalVoc
    from setwright.formats.writing.webdataset import WebDataset
    from setwright.formats.writing.yolo_darknet import YoloDarknet

    return (
        Coco(),
        ImageFolder(),
        HuggingFaceParquet(),
        PascalVoc(),
        Raw(),
        SemanticSegmentation(),
        Ultralytics(),
        UltralyticsSegmentation(),
        WebDataset(),
        YoloDarknet(),
    )


def export_names() -> tuple[str, ...]:
    """The exact names of all, those of other packages included, sorted. Imports none of them."""
    ours = {known.name for known in KNOWN_EXPORTS if known.lake}
    return tuple(sorted(ours | {point.name for point in entry_points(group=GROUP)}))


def find(name: str) -> ExportFormat:
    """The export called `name`: exactly, by its short name, or but for case, `-` and `_`.

    Raises:
        UsageError: there is none; says which are there.
        FormatError: another package's export does not load.
    """
    wanted = _plain(name)
    for format in export_formats():
        if wanted in (_plain(format.name), _plain(format.short)):
            return format
    for point in entry_points(group=GROUP):
        if _plain(point.name) == wanted:
            return _load(point.name)
    known = export_names()
    short = [format.short for format in export_formats()]
    raise UsageError(
        f'No export is called "{name}"',
        f"There are {', '.join(known)}.",
        any_of(alike(name, known)) or did_you_mean(name, [*known, *short]),
    )


@cache
def _load(name: str) -> ExportFormat:
    from setwright.formats.writing.foreign import ForeignExport

    point, *_ = entry_points(group=GROUP, name=name)
    try:
        format = ForeignExport.of(point.load(), point.value)
    # Whatever another package does when it is imported, it is not a bug in setwright, and ends nothing.
    except (Exception, SystemExit) as error:
        raise FormatError(
            f'The export "{name}" does not load', f"It comes from {point.value}: {error}"
        ) from error
    if format.name != name:
        raise FormatError(
            f'The export "{name}" calls itself "{format.name}"',
            f"It comes from {point.value}; its entry point has to bear its exact name.",
        )
    return format


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
