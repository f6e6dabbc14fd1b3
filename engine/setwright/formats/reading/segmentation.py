"""Semantic segmentation: for each picture a mask whose values, or colours, say which class is where.

train/images/x.jpg  train/masks/x.png  train/dataset_meta.json      setwright, datumaro
train/x.jpg  train/x_mask.png  train/_classes.csv                   Roboflow
JPEGImages/x.jpg  SegmentationClass/x.png  labelmap.txt             Pascal VOC, CVAT
train/x.png  trainannot/x.png  label_colors.txt                     CamVid
images/x.jpg  labels/x.png  classes.csv                             others
train/x.jpg  train_masks/x_mask.png                                 Kaggle's
leftImg8bit/x_leftImg8bit.png  gtFine/x_gtFine_labelIds.png         Cityscapes
x/images/x.png  x/masks/1.png  x/masks/2.png                        Kaggle's, an object each
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.formats.reading.classes import split_of_folder
from setwright.formats.reading.listing import MAX_PICTURE
from setwright.formats.reading.mask_classes import (
    BACKGROUND,
    VOID,
    MaskClasses,
    classes_near,
    lists_classes,
    packed,
    voc_classes,
)
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import ReadAnnotation, ReadFrame
from setwright.formats.reading.voc import listed_splits, split_in_lists
from setwright.formats.reading.within import Within
from setwright.formats.writing.colours import colour
from setwright.model.counting import counted
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.mask_runs import MaskPicture
    from setwright.formats.reading.protocol import ReadOptions

_VOC = "SegmentationClass"
_IMAGES = ("images", "imgs", "image", "img")
_FOLDERS = {
    "masks": (*_IMAGES, ""),
    "mask": (*_IMAGES, ""),
    "labels": _IMAGES,
    "label": _IMAGES,
    "annotations": _IMAGES,
    "ann_dir": ("img_dir",),
    _VOC.lower(): ("jpegimages", "images"),
    "gtfine": ("leftimg8bit",),
    "gtcoarse": ("leftimg8bit",),
}
"""The folders that hold masks, each with those that its pictures may lie in; case does not count."""

_MASKS = frozenset({"masks", _VOC.lower()})
"""Those of them in which every picture is a mask, whether or not one is called as it."""

_BESIDE = frozenset({"segmentationobject", "gtfine", "gtcoarse"})
"""Those in which other pictures are drawn of annotations too, or all are."""

_DRAWN = _MASKS | _BESIDE | {"colour", "color"}
"""The folders whose files are drawn of annotations."""

_ENDINGS = (".png", ".bmp", ".tif", ".tiff")
_ANNOTATIONS = "annot"
_OF_MASKS = "_masks"
_PANOPTIC = "panoptic_"
_SUFFIX = re.compile("_(mask|segmentation)$", re.IGNORECASE)
_CITYSCAPES = re.compile("_gt(Fine|Coarse)_labelIds$")
_MAY_BE_MASK = re.compile(
    rf"(?:^|/)(?:{'|'.join(_FOLDERS)}|[^/]*{_ANNOTATIONS}|[^/]*{_OF_MASKS})/|_(?:mask|segmentation)\.[^./]+$",
    re.IGNORECASE,
)
"""What the name of every mask holds, so that most pictures are passed over quickly."""


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A mask for each class of each picture: which objects were apart, no such file tells.

    The background and pixels to be passed over are no class. The folder a picture lies in, or VOC's lists, become the
    metadata field `source_split`.
    """

    name: Final = "segmentation"
    title: Final = "Semantic Segmentation"

    def recognises(self, listing: Listing) -> bool:
        """Whether there are masks of pictures. Beside VOC's boxes its own reader is meant, and COCO's where masks are
        panoptic, whose values are no classes.

        Without a list of classes too: what becomes of masks is for people to say, and they would become frames.
        """
        if any("Annotations" in name.split("/") and name.endswith(".xml") for name in listing.names):
            return False
        files = _Masked(listing)
        masks = (mask for mask in files.masks if f"/{_PANOPTIC}" not in mask)
        if any(files.picture_of(mask) is not None for mask in masks):
            return True
        pairs = [(mask, picture) for mask in files.lossy if (picture := files.picture_of(mask)) is not None]
        # By its name alone a JPEG beside a picture may be anything: a face with a mask, say.
        return any(posixpath.dirname(mask) != posixpath.dirname(picture) for mask, picture in pairs) or (
            bool(pairs) and any(map(lists_classes, listing.names))
        )

    def opened(self, listing: Listing) -> Listing:
        """The same files, of which masks are no pictures."""
        return _Masked(listing)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each mask.

        Raises:
            FormatError: nothing names the classes, or what does cannot be read.
        """
        files = listing if isinstance(listing, _Masked) else _Masked(listing)
        splits = dict(listed_splits(files, "ImageSets/Segmentation"))
        classes: dict[str, MaskClasses] = {}
        told: dict[str, str] = {}
        for name in files.masks:
            picture = files.picture_of(name)
            if picture is None:
                yield Problem(ProblemKind.NO_PICTURE, name, "no picture is called as this mask is")
                continue
            if (before := told.setdefault(picture, name)) != name and name not in files.objects:
                yield Problem(ProblemKind.TWO_FILES, name, f"{before} speaks of {picture} too, and counts")
                continue
            folder = posixpath.dirname(name)
            if folder not in classes:
                classes[folder] = _classes(files, folder, options)
            split = split_in_lists(picture, splits) or split_of_folder(picture)
            try:
                annotations, unknown = _read(files.read(name, MAX_PICTURE), classes[folder], options)
            except (FormatError, OSError) as error:
                detail = error.detail.rstrip(".") if isinstance(error, FormatError) else str(error.strerror)
                yield Problem(ProblemKind.UNREADABLE_FILE, name, detail)
                annotations, unknown = None, ()
            for what in unknown:
                yield Problem(ProblemKind.BAD_ANNOTATION, name, what, (NO_LABEL,))
            yield ReadFrame(
                picture=picture,
                source=name,
                annotations=annotations,
                metadata={} if split is None else {"source_split": split},
            )


def masks_in(listing: Listing) -> frozenset[str]:
    """The pictures that are masks of others, or drawn of annotations beside them."""
    found = _Masked(listing)
    return frozenset(
        (
            *found.masks,
            *found.lossy,
            *(name for name in listing.pictures if not _BESIDE.isdisjoint(_folders(name))),
        )
    )


class _Masked(Within):
    """The files of a listing, of which masks are no pictures, nor what else is drawn of annotations.

    `masks` are in reading order, and those of `objects` show one each, of a picture that has many; `lossy` are those
    of a kind that changes values, which are told and not read.
    """

    def __init__(self, listing: Listing) -> None:
        self._pictures: dict[str, str | None] = {}
        self.objects: set[str] = set()
        likely = [name for name in listing.pictures if _MAY_BE_MASK.search(name)]
        if likely:
            stems = {posixpath.splitext(name)[0]: name for name in listing.pictures if not _is_drawn(name)}
            folded = {_folded(stem): name for stem, name in stems.items()}
        for name in likely:
            paths = dict.fromkeys(_picture_stems(name))
            found = next((stems[stem] for stem in paths if stem in stems), None)
            found = found or next((folded[stem] for stem in map(_folded, paths) if stem in folded), None)
            if found is None and (stem := _stem_around(name)) in stems:
                found = stems[stem]
                self.objects.add(name)
            if found is not None or not _MASKS.isdisjoint(_folders(name)):
                self._pictures[name] = found
        self.masks = tuple(name for name in self._pictures if name.lower().endswith(_ENDINGS))
        self.lossy = tuple(name for name in self._pictures if not name.lower().endswith(_ENDINGS))
        super().__init__(
            listing, {}, [Problem(ProblemKind.UNREADABLE_FILE, name, _lossy(name)) for name in self.lossy]
        )

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(name for name in super().pictures if name not in self._pictures and not _is_drawn(name))

    def picture_of(self, mask: str) -> str | None:
        """The picture that a mask is of."""
        return self._pictures[mask]


def _lossy(mask: str) -> str:
    """Why a mask that ends so is not read."""
    if mask.lower().endswith(".webp"):
        return "a mask has to be PNG, not WebP"
    return "JPEG changes the values of a mask, so it has to be PNG"


def _is_drawn(name: str) -> bool:
    return not _DRAWN.isdisjoint(_folders(name))


def _folders(name: str) -> list[str]:
    return name.lower().split("/")[:-1]


def _folded(stem: str) -> str:
    """A path in which the case of folders does not count, for only that of a file tells pictures apart."""
    folder, file = posixpath.split(stem)
    return posixpath.join(folder.lower(), file)


def _picture_stems(mask: str) -> Iterator[str]:
    """The paths that the picture of a mask may have, without its ending."""
    stem = _CITYSCAPES.sub("_leftImg8bit", posixpath.splitext(mask)[0])
    plain = _SUFFIX.sub("", stem)
    for each in dict.fromkeys((stem, plain)):
        *folders, file = each.split("/")
        for place in reversed(range(len(folders))):
            for partner in _partners(folders[place]):
                yield "/".join(filter(None, (*folders[:place], partner, *folders[place + 1 :], file)))
            if folders[place].lower() == "annotations":  # which often holds a folder for each kind of them
                inner = [folder.removeprefix(_PANOPTIC) for folder in folders[place + 1 :]]
                yield from ("/".join((*folders[:place], images, file)) for images in _IMAGES)
                yield from (
                    "/".join(filter(None, (*folders[:place], images, *inner, file)))
                    for images in (*_IMAGES, "")
                )
        if folders and folders[-1].endswith(_ANNOTATIONS):
            yield "/".join(filter(None, (*folders[:-1], folders[-1].removesuffix(_ANNOTATIONS), file)))
    if plain != stem:
        yield plain


def _partners(folder: str) -> Iterator[str]:
    """What the folder of the pictures may be called whose masks lie in `folder`."""
    if folder.lower().endswith(_OF_MASKS):
        beside = folder[: -len(_OF_MASKS)]
        yield from (beside, *(f"{beside}_{images}" for images in _IMAGES))
    yield from _FOLDERS.get(folder.lower(), ())


def _stem_around(mask: str) -> str:
    """Where the picture lies, without its ending, of which `x/masks/1.png` shows an object: in `x`, by that name."""
    folder, _, inside = posixpath.dirname(mask).rpartition("/")
    return f"{folder}/images/{posixpath.basename(folder)}" if inside == "masks" else ""


def _classes(listing: Listing, folder: str, options: ReadOptions) -> MaskClasses:
    """What names the classes of the masks in `folder`; nothing where all of them are the label that was given.

    Raises:
        FormatError: nothing does, or what does cannot be read.
    """
    classes = classes_near(listing, folder)
    if classes:
        return classes
    if _VOC.lower() in folder.lower().split("/"):
        return voc_classes()
    if options.label is None:
        raise FormatError(
            f"Nothing says what the values of the masks in {folder or listing.location} mean",
            "There is no classes.csv, dataset_meta.json, labelmap.txt, label_colors.txt or class_dict.csv beside them.",
            "add a classes.csv; or --label NAME, if all that is not 0 is one thing; "
            "or --format folder, if every picture is to be a frame, masks too",
        )
    return classes


def _read(
    content: bytes, classes: MaskClasses, options: ReadOptions
) -> tuple[tuple[ReadAnnotation, ...], tuple[str, ...]]:
    """The annotations of a mask, and which values have no class.

    Raises:
        FormatError: the mask cannot be read.
    """
    from setwright.formats.reading.mask_runs import mask_picture, masks_of

    mask = mask_picture(content)
    named = _named(mask, classes, options.label)
    objects = {value: name for value, name in named.items() if name != BACKGROUND}
    unknown = (
        f"{_told(value, coloured=mask.coloured)} has no class, {counted(count, 'pixel')}"
        for value, count in mask.counts.items()
        if value not in named
    )
    annotations = (ReadAnnotation(label=name, shape=shape) for name, shape in masks_of(mask.runs, objects))
    return tuple(annotations), tuple(unknown)


def _named(mask: MaskPicture, classes: MaskClasses, label: str | None) -> dict[int, str]:
    """The classes of the values that have one, or mean none."""
    if not classes:
        return {value: BACKGROUND if value == 0 else label or BACKGROUND for value in mask.counts}
    names, void = classes.by_value, VOID
    if mask.coloured and classes.by_colour:
        names, void = classes.by_colour, packed(colour(VOID))
    elif mask.coloured:  # values, in each of three channels
        names = {packed((value, value, value)): name for value, name in names.items() if value <= VOID}
        void = packed((VOID, VOID, VOID))
    elif mask.palette and all(
        value == VOID or mask.palette.get(value) in classes.by_colour for value in mask.counts
    ):
        # Tools number classes as they like, and what a palette shows is what is meant.
        names = {
            value: classes.by_colour[shown]
            for value, shown in mask.palette.items()
            if shown in classes.by_colour
        }
    return {
        value: name
        for value in mask.counts
        if (name := names.get(value, BACKGROUND if value == void else None)) is not None
    }


def _told(value: int, *, coloured: bool) -> str:
    return f"colour {value >> 16}, {value >> 8 & 255}, {value & 255}" if coloured else f"value {value}"
