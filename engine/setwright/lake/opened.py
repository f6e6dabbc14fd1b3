"""What every part of an open lake works with: its folder, its catalogue, its blobs, its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from setwright.lake import leases
from setwright.lake.catalogue import Catalogue
from setwright.lake.folder_blobs import FolderBlobs
from setwright.lake.index.cache import IndexCache
from setwright.lake.label_groups import LabelGroups
from setwright.lake.mark import MARK, database
from setwright.lake.writers import CatalogueWriters, FolderWriters
from setwright.model.errors import LakeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from setwright.lake.blobs import Blobs
    from setwright.lake.labels import Labels
    from setwright.lake.mark import Mark
    from setwright.lake.writers import Writers

QUERY_LIMIT = 1800.0
"""Seconds after which a question is given up, so that nobody's query keeps a database busy for ever."""


class Opened:
    """An open lake, to be closed or used as a context.

    It may be used by several threads, and several processes may have it open.
    """

    def __init__(
        self,
        folder: Path,
        mark: Mark,
        *,
        patience: float = 30.0,
        clock: Callable[[], datetime] | None = None,
        lease_life: float = leases.LIFE,
        query_limit: float = QUERY_LIMIT,
    ) -> None:
        """Use `Lake.create` or `Lake.open`."""
        self.folder = folder
        self.id = mark.id
        self._catalogue = Catalogue(database(folder, mark, patience))
        self._index_cache = IndexCache()
        self._clock = clock or self._catalogue.now
        self._lease_life = lease_life
        self._query_limit = query_limit
        self._blobs, self._writers = self._store(mark)

    @property
    def catalog_location(self) -> str:
        """Where the catalogue is, for people; without a password."""
        return self._catalogue.database.location

    @property
    def blobs_location(self) -> str:
        """Where the blobs are, for people."""
        return self._blobs.location

    def _store(self, mark: Mark) -> tuple[Blobs, Writers]:
        """Where the blobs are, and the lock of that place.

        Raises:
            LakeError: the mark says nonsense of it.
        """
        if mark.blobs is None:
            return FolderBlobs(self.folder / "blobs"), FolderWriters(self.folder / "blobs")
        from setwright.lake.bucket_blobs import BucketBlobs, checked_address

        try:
            address = checked_address(str(mark.blobs))
        except UsageError as error:
            raise LakeError(
                f"The lake's blobs cannot be reached: {self.folder}", f"{MARK}: {error.detail}"
            ) from error
        return BucketBlobs(address, mark.id), CatalogueWriters(self._catalogue, self._clock, self._lease_life)

    @property
    def labels(self) -> Labels:
        """Its labels, and what is written down of them."""
        from setwright.lake.labels import Labels

        return Labels(self._catalogue, self.id)

    @property
    def label_groups(self) -> LabelGroups:
        """Its groups of labels."""
        return LabelGroups(self._catalogue, self.id)

    def close(self) -> None:
        """Give the lake's files back."""
        self._catalogue.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
