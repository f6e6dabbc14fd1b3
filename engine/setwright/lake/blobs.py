"""A store of bytes by what they are: a blob's name is its SHA-256, so it is stored once and never changes.

There are two: a folder (`lake.folder_blobs`), and a bucket of an object store (`lake.bucket_blobs`).
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Protocol, TypeAlias

from setwright.model.errors import LakeError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

PAIR = re.compile(r"[0-9a-f]{2}")
"""What the first part of a blob's name below the store's root is: two digits of its digest."""
REST = re.compile(r"[0-9a-f]{62}")
"""The second part: the other digits."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob as the store lists it: `size` in bytes, `modified` in seconds since 1970, UTC."""

    digest: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True)
class Stranger:
    """Something in the store's place that is none of its blobs. Its name is whatever others chose."""

    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """That a blob is a file outside of the store; `modified` is when that was noted, seconds since 1970, UTC."""

    digest: str
    modified: float


Listed: TypeAlias = StoredBlob | Stranger


class Blobs(Protocol):
    """What the lake asks of a store. It is used by several threads, and in several processes, at a time."""

    @property
    def location(self) -> str:
        """Where it is, for people."""

    @property
    def at_once(self) -> int:
        """How many blobs are best read at a time."""

    def claim(self) -> None:
        """Make the place the lake's.

        Raises:
            LakeError: it is another lake's, or cannot be written.
        """

    def where(self, digest: str) -> str:
        """Where the blob with that digest is, or would be, for people."""

    def file(self, digest: str) -> Path | None:
        """The blob as a file of this machine, None where it is none in the store."""

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """The bytes of those of the blobs that are in the store, by digest."""

    def put(self, content: bytes, digest: str | None = None) -> str:
        """Store `content`, whole or not at all, and return its digest; `digest` saves computing it.

        When it returns, the blob is safe. One that is there already is left as it is, but one that was cut short.
        """

    def together(self) -> AbstractContextManager[Callable[[bytes], str]]:
        """A `put` for many blobs, which are safe once the context has ended without an error, and may be only then."""

    def open(self, digest: str) -> BinaryIO:
        """The blob, to be read once and closed, wherever it is. What is not in a folder of ours is compared first.

        Raises:
            LakeError: it is not there, or its bytes have changed.
        """

    def read(self, digest: str) -> bytes:
        """The blob, wherever it is, compared with its digest.

        Raises:
            LakeError: it is not there, or its bytes have changed.
        """

    def measure(self, digest: str) -> tuple[str, int]:
        """The digest that the bytes in the store have in truth, and how many they are.

        Raises:
            OSError: they cannot be read; its words are for people.
            LakeError: nothing in the store can be.
        """

    def listed(self) -> Iterator[Listed]:
        """All that is in the store and in its place, in any order. What came or went meanwhile may be missing."""

    def remove(self, digests: Iterable[str]) -> None:
        """Remove blobs, those that are there."""

    def check_references(self) -> None:
        """Look whether the store can refer to files outside of it.

        Raises:
            UsageError: it cannot.
        """

    def refer(self, digest: str, file: Path) -> None:
        """Remember that the blob with that digest is the file at `file`, which stays where it is."""

    def elsewhere(self, digest: str) -> Path | None:
        """The file outside of the store that is referred to as the blob with that digest, None for none.

        Raises:
            LakeError: the reference cannot be read.
        """

    def references(self) -> Iterator[Reference]:
        """All blobs that are referred to, sorted by digest."""

    def forget(self, digest: str) -> None:
        """Remove the reference to the file that is the blob with that digest; the file stays."""


def sha256(content: bytes) -> str:
    """The SHA-256 of `content`, in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def damaged(where: str, digest: str) -> LakeError:
    """The error to raise for a blob whose bytes are no longer those of its digest."""
    return LakeError(
        f"A blob of the lake is damaged: {digest[:12]}…",
        f"The bytes of {where} are no longer those that were stored.",
        "restore it from a backup; `setwright lake verify` finds all damage",
    )


def missing(location: str, digest: str) -> LakeError:
    """The error to raise for a blob that should be in the store and is not."""
    return LakeError(
        f"A blob of the lake is missing: {digest[:12]}…",
        f"It was removed from {location}.",
        "restore it from a backup, or ingest its picture again; `setwright lake verify` finds all damage",
    )
