"""Ingest: files become frames, whatever can be wrong with them is counted and listed, and nothing comes in twice.

Pictures are stored first, outside of any transaction; then one transaction writes the catalogue. A process killed on
the way has left nothing but blobs that nobody names yet, and the same command does the rest.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from setwright.formats.reading.copies import varied_copies
from setwright.formats.reading.fit import Canvas, FittedAnnotation, fit
from setwright.formats.reading.folder import Folder
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import ReadFrame
from setwright.formats.reading.segmentation import masks_in
from setwright.lake.record import NewFrame
from setwright.lake.stored import StoredPicture
from setwright.model.counting import counted
from setwright.model.events import Finished, Started
from setwright.model.splits import USUAL_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import Reader, ReadOptions
    from setwright.model.events import Listener

Mode: TypeAlias = Literal["human", "machine"]

_TASK = "Reading annotations"

_SPLITS = {value: split.value for split, values in USUAL_VALUES.items() for value in values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the annotation files say: of each picture one or more things, and what is wrong.

    Of `copies`, which are varied copies of other pictures, none is among the rest; `copied` are the labels of what is
    said of them.
    """

    said: dict[str, tuple[ReadFrame, ...]]
    pictures: tuple[str, ...]
    copies: tuple[str, ...]
    copied: tuple[str, ...]
    other_files: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def speaks_of_annotations(self) -> bool:
        """Whether any file says which annotations a picture has, be it that it has none."""
        return any(words.annotations is not None for several in self.said.values() for words in several)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Frames to be recorded, with the numbers of a report."""

    frames: tuple[NewFrame, ...]
    labels: tuple[tuple[str, int], ...]
    bare_pictures: int
    turned_pictures: int
    same_pictures: int
    repeated: tuple[tuple[str, ...], ...]
    pixels: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]


def find(listing: Listing, reader: Reader, options: ReadOptions, listener: Listener) -> Found:
    """Read the annotation files of `listing`.

    Raises:
        FormatError: they cannot be read as the reader's format.
    """
    listener(Started(_TASK, None, "files"))
    problems = list(listing.problems)
    said: dict[str, tuple[ReadFrame, ...]] = {}
    for item in reader.read(listing, options):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            said[item.picture] = (*said.get(item.picture, ()), item)
    copies = varied_copies(listing) | {
        name for name, words in said.items() if any(one.varied for one in words)
    }
    copied = [words for name in copies for words in said.pop(name, ())]
    # Beside annotations a mask is one of them, and no frame, unless a file speaks of it as of one.
    masks = frozenset[str]() if isinstance(reader, Folder) else masks_in(listing)
    masks -= {name for name in masks if _speaks(said.get(name, ()))}
    for name in masks:
        said.pop(name, None)
    pictures = tuple(name for name in listing.pictures if name not in copies and name not in masks)
    for name in pictures:
        words = said.get(name, ())
        split = folder_split(name)
        if split is not None and not any("source_split" in one.metadata for one in words):
            said[name] = (*words, ReadFrame(picture=name, source=name, metadata={"source_split": split}))
    listener(Finished(_TASK, counted(len(listing.consulted), "file")))
    return Found(
        said=said,
        pictures=pictures,
        copies=tuple(sorted(copies)),
        copied=tuple(sorted(each.label for words in copied for each in words.annotations or ())),
        other_files=tuple(
            sorted({*listing.names, *listing.hidden} - set(pictures) - copies - listing.consulted)
        ),
        problems=tuple(problems),
    )


def _speaks(words: Iterable[ReadFrame]) -> bool:
    """Whether anything is said of a picture but its split."""
    return any(
        one.annotations is not None or one.tags or one.metadata.keys() - {"source_split"} for one in words
    )


def folder_split(picture: str) -> str | None:
    """The split that the nearest folder of a picture's path is called after: what came divided lies so, as a rule."""
    folders = picture.casefold().split("/")[:-1]
    return next((_SPLITS[folder] for folder in reversed(folders) if folder in _SPLITS), None)


def prepare(
    found: Found,
    stored: Mapping[str, StoredPicture | Problem],
    known_labels: Iterable[str],
    *,
    keep: bool = False,
) -> Prepared:
    """Bring what the files say together with their pictures; `known_labels` are those that the lake has.

    What was said is taken out of `found`, lest all of it be in memory twice, unless it is to be kept for another time.
    """
    taken = found.said.get if keep else found.said.pop
    problems = list(found.problems)
    pictures: dict[str, StoredPicture] = {}
    for path in found.pictures:
        match stored[path]:
            case Problem() as problem:
                said = taken(path, ())
                left_out = tuple(each.label for words in said for each in words.annotations or ())
                problems.append(replace(problem, left_out=left_out))
            case StoredPicture() as picture:
                pictures[path] = picture
    frames = []
    first_file: dict[str, str] = {}
    labels: Counter[str] = Counter()
    # Of all pictures, also those that cannot be stored: a name must not move to another file once one is mended.
    for path, name in _frame_names(found, problems):
        if path not in pictures:
            continue
        picture, said = pictures[path], taken(path, ())
        annotations: list[FittedAnnotation] | None = None
        for words in said:
            if words.annotations is None:
                continue
            annotations = annotations or []
            for item in fit(words, Canvas(picture.width, picture.height, picture.orientation)):
                if isinstance(item, Problem):
                    problems.append(item)
                else:
                    annotations.append(item)
                    first_file.setdefault(item.label, words.source)
        labels.update(annotation.label for annotation in annotations or ())
        frames.append(
            NewFrame(
                name=name,
                picture=picture,
                annotations=None if annotations is None else tuple(annotations),
                metadata={key: value for words in said for key, value in words.metadata.items()},
                tags=tuple(tag for words in said for tag in words.tags),
            )
        )
    problems.extend(_labels_by_case(first_file, known_labels))
    files: dict[str, list[str]] = defaultdict(list)
    for path, picture in pictures.items():
        files[picture.source_digest].append(path)
    return Prepared(
        frames=tuple(frames),
        labels=tuple(sorted(labels.items())),
        bare_pictures=sum(not frame.annotations for frame in frames),
        turned_pictures=sum(picture.orientation != 1 for picture in pictures.values()),
        same_pictures=len(pictures) - len(files),
        repeated=tuple(tuple(several) for several in files.values() if len(several) > 1),
        pixels=tuple(Counter(picture.pixels for picture in pictures.values()).most_common()),
        problems=tuple(problems),
    )


def _frame_names(found: Found, problems: list[Problem]) -> Iterable[tuple[str, str]]:
    """A name for the frame of each path: the file's, or for the second one of a name, with its folder before it."""
    taken: dict[str, str] = {}
    for path in found.pictures:
        folder, file = posixpath.split(path)
        called = next((words.name for words in found.said.get(path, ()) if words.name is not None), file)
        # Composed, for a name that came by way of a Mac must not differ from the same name typed elsewhere.
        parts = unicodedata.normalize("NFC", posixpath.join(folder, called)).split("/")
        name = parts[-1]
        for depth in range(2, len(parts) + 1):
            if name not in taken:
                break
            name = "_".join(parts[-depth:])
        stem, ending = posixpath.splitext(name)
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}{ending}"
        if name != parts[-1]:
            problems.append(
                Problem(
                    ProblemKind.DUPLICATE_NAME, path, f"{taken[parts[-1]]} has the name, so this is {name}"
                )
            )
        taken[name] = path
        yield path, name


def _labels_by_case(first_file: Mapping[str, str], known: Iterable[str]) -> Iterable[Problem]:
    spellings: dict[str, set[str]] = defaultdict(set)
    for label in (*first_file, *known):
        spellings[label.casefold()].add(label)
    for label, file in sorted(first_file.items()):
        others = sorted(spellings[label.casefold()] - {label})
        if others:
            yield Problem(ProblemKind.LABEL_CASE, file, f"{label}, and there is {', '.join(others)}")
