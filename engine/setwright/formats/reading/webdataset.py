"""WebDataset: tar files whose members with one key are a sample, a picture and what is said of it.

train-000000.tar  train-000001.tar …   in each: x.jpg, x.json or x.cls, y.jpg …

A key is a member's path up to the first dot of its name. In setwright's own exports, JSON tells what RAW tells; that
of others has `annotations` or `objects` in COCO's words. `cls` is the class of the whole picture.
"""

from __future__ import annotations

import posixpath
import re
import tarfile
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from setwright.edge.files import safe_parts
from setwright.formats.protocol import SIDECAR
from setwright.formats.reading.archives import BROKEN, TarListing, ZipListing
from setwright.formats.reading.classes import class_called, class_names, split_of
from setwright.formats.reading.layernext import frame_of
from setwright.formats.reading.listing import HEAD, MAX_TEXT, FileListing, is_picture
from setwright.formats.reading.objects import labels_of, read_objects, stated_size
from setwright.formats.reading.parsing import NotRead, json_value
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import ReadFrame
from setwright.formats.reading.within import Within, opened, refuse_zip
from setwright.model.errors import FormatError, UnsafeNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import ReadOptions

_INDEX = "index.json"
_OBJECTS = re.compile(rb'"(annotations|objects)"\s*:')
_TAR_MAGIC = slice(257, 262)


@dataclass(frozen=True, slots=True)
class WebDataset:
    """All that RAW holds, or boxes, polygons and masks.

    The class of a whole picture becomes the metadata field `class`; the split that a sample tells, or a word in the
    name of its tar file, the field `source_split`.
    """

    name: Final = "webdataset"
    title: Final = "WebDataset"

    def recognises(self, listing: Listing) -> bool:
        """Whether a tar file, or what is given if that is one, begins with a sample that says something."""
        if isinstance(listing, TarListing):
            samples = _samples(listing)
            return any(
                sample.told(sample.beside(listing))
                for sample in islice(filter(lambda each: each.picture, samples), 1)
            )
        # A split without frames has an empty tar file, and one that was cut off says as little.
        told = (_begins_with_a_sample(listing, name) for name in _tars(listing))
        return next((said for said in told if said is not None), False)

    def opened(self, listing: Listing) -> Listing:
        """The members of all tar files."""
        if isinstance(listing, TarListing):
            listing = FileListing(Path(listing.location))
        refuse_zip(listing)
        shards: dict[str, Listing] = {}
        problems = []
        for name in _tars(listing):
            try:
                if listing.head(name)[_TAR_MAGIC] != b"ustar" and not _is_empty(listing, name):
                    raise FormatError("Not a tar file", "It is no tar file, or a compressed one.")
                shards[name] = _Shard(name, opened(listing, name))
            except FormatError as error:
                detail = error.detail.rstrip(".")
                problems.append(Problem(ProblemKind.UNREADABLE_FILE, name, detail))
        if not shards and not problems:
            raise FormatError(
                f"There are no tar files in {listing.location}",
                "WebDataset has its samples in files that end with .tar, which are not compressed.",
            )
        return Within(listing, shards, problems)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each sample of which something is said, be it the split."""
        classes = class_names(listing, _INDEX, SIDECAR)
        for sample in _samples(listing):
            yield from _frame(listing, sample, classes, options)


class _Shard(TarListing):
    """The members of a tar file. Of the pictures of a sample the one with the plainest ending counts."""

    def __init__(self, location: str, packed: BinaryIO) -> None:
        super().__init__(location, packed)
        first: dict[str, str] = {}
        for name in sorted(filter(is_picture, self._names), key=lambda name: len(_parts(name)[1])):
            key = _parts(name)[0]
            if first.setdefault(key, name) != name:
                self._refuse(ProblemKind.SECOND_PICTURE, name, f"{first[key]} is the picture of the sample")
                del self._names[name]


@dataclass(slots=True)
class _Sample:
    """The members of one key, by what they are."""

    picture: str | None = None
    json: str | None = None
    cls: str | None = None

    def beside(self, listing: Listing) -> bytes:
        """How the JSON begins that lies beside the picture, or all of it."""
        return b"" if self.json is None else listing.head(self.json)

    def told(self, beside: bytes) -> str | None:
        """The member that tells of objects, or of the class."""
        return self.json if self.json is not None and _OBJECTS.search(beside) else self.cls


def _samples(listing: Listing) -> Iterator[_Sample]:
    """All samples, in the order of their first members."""
    found: dict[str, _Sample] = {}
    for name in listing.names:
        key, ending = _parts(name)
        sample = found.setdefault(key, _Sample())
        if is_picture(name):
            sample.picture = name
        elif ending == "json":
            sample.json = name
        elif ending == "cls":
            sample.cls = name
    return iter(found.values())


def _split(picture: str) -> str | None:
    """The split that a folder in the shard speaks of, or else the shard and the folders around it."""
    place = posixpath.dirname(picture)
    while (split := split_of(place)) is None and "/" in place and not place.lower().endswith(".tar"):
        place = posixpath.dirname(place)
    return split


def _frame(
    listing: Listing, sample: _Sample, classes: Sequence[str], options: ReadOptions
) -> Iterator[ReadFrame | Problem]:
    beside = sample.beside(listing)
    said = sample.told(beside)
    split = _split(sample.picture or "")
    metadata: dict[str, Any] = {} if split is None else {"source_split": split}
    told: Any = None
    if sample.json is not None and sample.picture is not None and said != sample.json and len(beside) < HEAD:
        yield from _no_json(listing, sample.json, beside)
    try:
        if sample.cls is not None:
            metadata |= {"class": _class(listing.read(sample.cls, MAX_TEXT), classes)}
        if said is not None and said == sample.json:
            told = json_value(listing.read(said, MAX_TEXT))
    except (FormatError, OSError) as error:
        detail = error.detail.rstrip(".") if isinstance(error, FormatError) else str(error.strerror)
        yield Problem(ProblemKind.UNREADABLE_FILE, said or "", detail)
    except NotRead as error:
        yield Problem(ProblemKind.BAD_METADATA, sample.cls or "", str(error))
    likely = [told.get(each) for each in ("annotations", "objects")] if isinstance(told, dict) else []
    objects = next((each for each in likely if each is not None), None)
    if sample.picture is None:
        if said is not None and objects is not None:
            yield Problem(ProblemKind.NO_PICTURE, said, "no picture has its key", labels_of(objects, classes))
        elif sample.cls is not None:
            yield Problem(ProblemKind.NO_PICTURE, sample.cls, "no picture has its key")
    elif said is None or objects is None:
        if metadata:
            yield ReadFrame(picture=sample.picture, source=sample.cls or sample.picture, metadata=metadata)
    elif "image" in told and told.get("annotations") is not None:
        name = _name(told, sample.picture)
        for each in frame_of(told, said, sample.picture, options):
            if isinstance(each, ReadFrame):
                each = replace(each, metadata={**metadata, **each.metadata}, name=name)
            yield each
    else:
        annotations, problems = read_objects(objects, classes, "the sample", said, options.label)
        yield from problems
        yield ReadFrame(
            picture=sample.picture,
            source=said,
            annotations=annotations,
            stated_size=stated_size(told),
            metadata=metadata,
        )


def _no_json(listing: Listing, name: str, content: bytes) -> Iterator[Problem]:
    """A problem where a member that tells of no objects is no JSON: what it was to tell is not known."""
    try:
        json_value(content)
    except FormatError as error:
        with suppress(FormatError, OSError):
            listing.read(name, HEAD)  # so that it is not told among other files too
        yield Problem(ProblemKind.UNREADABLE_FILE, name, f"it is not JSON: {error.detail.rstrip('.')}")


def _name(told: dict[str, Any], picture: str) -> str | None:
    """What the frame was called, if only the dots that no key can have tell it from its member."""
    called = told.get("file_name")
    if isinstance(called, str):
        stem, ending = posixpath.splitext(called)
        if stem.replace(".", "_") + ending.lower() == posixpath.basename(picture):
            with suppress(UnsafeNameError):
                safe_parts(called)
                return called
    return None


def _class(content: bytes, classes: Sequence[str]) -> str:
    """The class that a member `cls` tells: a name, or a number, with its name where there is one."""
    text = content[:1024].decode("utf-8", "replace").strip()
    numbered = classes and text.isascii() and text.isdigit() and len(text) < 10
    return class_called(int(text) if numbered else text, classes)


def _tars(listing: Listing) -> list[str]:
    return [name for name in listing.names if name.lower().endswith(".tar")]


def _is_empty(listing: Listing, name: str) -> bool:
    """Whether a file is a tar file without members: two blocks of zeros or more, and nothing else."""
    try:
        size = listing.size(name)
        if size < 2 * tarfile.BLOCKSIZE or size % tarfile.BLOCKSIZE:
            return False
        return all(not listing.part(name, start, HEAD).strip(b"\0") for start in range(0, size, HEAD))
    except OSError:
        return False


def _begins_with_a_sample(listing: Listing, name: str) -> bool | None:
    """Whether a tar file does; None where it has no members, or cannot be read so far."""
    try:
        with tarfile.open(fileobj=opened(listing, name), mode="r:") as members:
            first = list(islice((member.name for member in members if member.isreg()), 2))
    except BROKEN:
        return None
    except FormatError:  # within a zip archive, of which `opened` tells
        return isinstance(listing, ZipListing)
    if not first:
        return None
    keys = {_parts(each)[0] for each in first}
    return len(keys) == 1 and len(first) == 2 and any(map(is_picture, first))


def _parts(name: str) -> tuple[str, str]:
    """The key of a member and the rest of its name."""
    folder, file = posixpath.split(name)
    stem, _, ending = file.partition(".")
    return posixpath.join(folder, stem), ending.lower()
