"""The pictures of an ingest, read, checked and stored by several threads."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from setwright.edge.processors import processors
from setwright.formats.ahead import ahead
from setwright.formats.reading.listing import MAX_PICTURE
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.lake.blobs import sha256
from setwright.lake.pictures import inspect
from setwright.model.counting import counted
from setwright.model.errors import FormatError
from setwright.model.events import Advanced, Finished, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from setwright.formats.reading.listing import Listing
    from setwright.lake.blobs import Blobs
    from setwright.model.events import Listener

TASK = "Reading pictures"

_HELD = 1_000
"""Pictures that may be stored while one before them still is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture whose bytes are in the store. `source_digest` and `orientation` are of the file as it was given.

    `phash` is the perceptual hash, None where an older setwright stored the picture.
    """

    digest: str
    source_digest: str
    width: int
    height: int
    size: int
    media_type: str
    pixels: str
    orientation: int
    phash: int | None


def store_pictures(
    listing: Listing,
    names: Sequence[str],
    blobs: Blobs,
    known: Callable[[str], StoredPicture | None],
    listener: Listener,
    *,
    in_place: bool = False,
    dry: bool = False,
) -> dict[str, StoredPicture | Problem]:
    """The pictures of `listing` with these names, by name; `dry` stores nothing.

    A picture that is `known` by the digest of its file is not decoded again. With `in_place` the store refers to the
    file where it lies, unless the picture has to be turned, or is stored already.
    """

    def store(name: str) -> StoredPicture | Problem:
        try:
            content = listing.read(name, MAX_PICTURE)
            source_digest = sha256(content)
            found = known(source_digest)
            file = listing.path(name) if in_place else None
            if found is not None:
                stored = _stored_size(blobs, found.digest)
                if stored == found.size:
                    return found
                if stored is None and file is not None and blobs.elsewhere(found.digest) == file.resolve():
                    return found
            with decoding:
                picture = inspect(content)
        except FormatError as error:
            return Problem(ProblemKind.UNREADABLE_PICTURE, name, error.detail.rstrip("."))
        except OSError as error:
            return Problem(ProblemKind.UNREADABLE_PICTURE, name, error.strerror or str(error))
        digest = source_digest if picture.content is content else sha256(picture.content)
        if dry:
            pass
        elif file is not None and picture.content is content and _stored_size(blobs, digest) is None:
            blobs.refer(digest, file)
        else:  # also where a blob was cut short, which would be read before a file that is referred to
            blobs.put(picture.content, digest)
        return StoredPicture(
            digest=digest,
            source_digest=source_digest,
            width=picture.width,
            height=picture.height,
            size=len(picture.content),
            media_type=picture.media_type,
            pixels=picture.pixels,
            orientation=picture.orientation,
            phash=picture.phash,
        )

    listener(Started(TASK, len(names), "pictures"))
    # Decoding releases the interpreter's lock, so threads are enough. Two for each processor, because one of them
    # waits for the disk: every blob is forced to it before anything names it. Where a network is waited for there are
    # more, and no more of them decode at a time: a decoded picture may be a hundred times as large as its file.
    few = 2 * processors()
    decoding = BoundedSemaphore(few)
    # What waits for a thread or for its turn takes more memory than what is known of a picture in the end.
    made = ahead(store, names, max(few, blobs.at_once), held=_HELD)
    with closing(made):  # on Ctrl-C too: what runs is soon done, nothing else is begun
        stored = dict(zip(names, _told(made, listener), strict=True))
    listener(Finished(TASK, counted(len(names), "picture")))
    return stored


def _stored_size(blobs: Blobs, digest: str) -> int | None:
    return blobs.sizes((digest,)).get(digest)


def _told(stored: Iterable[StoredPicture | Problem], listener: Listener) -> Iterable[StoredPicture | Problem]:
    for picture in stored:
        listener(Advanced(TASK))
        yield picture
