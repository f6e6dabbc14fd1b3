"""Files in an object store, such as a bucket of S3. Needs the extra `objectstore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.edge.object_store import in_words, opened
from setwright.formats.reading.listing import Files
from setwright.model.errors import FormatError, SetwrightError

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class BucketListing(Files):
    """The objects below a prefix, called by what follows it."""

    def __init__(self, store: ObjectStore, location: str) -> None:
        """List `store`, whose paths are relative to the prefix.

        Raises:
            SetwrightError: the store cannot be reached, or refuses.
        """
        import obstore

        super().__init__(location)
        self._store = store
        self._sizes: dict[str, int] = {}
        try:
            for chunk in obstore.list(store, chunk_size=1000):
                for each in chunk:
                    # Stores have no folders; what some tools put there for one is empty and ends with a slash.
                    name = each["path"]
                    if not name.endswith("/") and self._add(name):
                        self._sizes[name] = each["size"]
        except Exception as error:
            raise _failed(location, error) from error

    def part(self, name: str, start: int, size: int) -> bytes:
        import obstore

        size = min(self._sizes[name] - start, size)
        if size <= 0:  # of which no store gives a range
            return b""
        try:
            return bytes(obstore.get_range(self._store, name, start=start, length=size))
        except Exception as error:
            raise FormatError("The object cannot be read", f"{in_words(error)}.") from error

    def size(self, name: str) -> int:
        return self._sizes[name]


def bucket(url: str) -> BucketListing:
    """The objects at `url`, such as `s3://bucket/folder`. Credentials come from where the store's own tools look.

    Raises:
        UsageError: the extra is not installed, or the URL names no place.
        SetwrightError: the store cannot be reached, or refuses.
    """
    return BucketListing(opened(url), url)


def _failed(location: str, error: Exception) -> SetwrightError:
    return SetwrightError(
        f"The object store cannot be read: {location}",
        f"{in_words(error)}.",
        "look whether the address is right and the credentials are in the environment, as for the store's own tools",
    )
