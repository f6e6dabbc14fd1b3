"""Which frames the versions of datasets hold, as queries ask: what was so at a revision stays so for it.

Names and numbers are those of editions up to the revision, for the row of a dataset has its latest name only. The
frames of a version stand in its manifest, which never changes, and are kept as bitmaps, one for each split.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pyroaring import BitMap
from sqlalchemy import func, select

from setwright.lake import schema
from setwright.lake.identity import DELETED
from setwright.lake.index.write import as_bitmap
from setwright.model.manifest_file import decode_places
from setwright.model.splits import SPLITS
from setwright.query.evaluate import DatasetFacts, holds_of_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Select

    from setwright.lake.blobs import Blobs
    from setwright.lake.index.cache import IndexCache
    from setwright.query.tree import Node

_datasets, _versions, _editions = schema.datasets.c, schema.versions.c, schema.editions.c

_ROW = 200
"""About how many bytes one version takes in memory."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A version: the digest of the blob with its manifest, and what a query may ask of it but for the split."""

    blob: str
    facts: DatasetFacts


class Holdings:
    """The versions that there were at `revision`, as `connection` sees it; `blobs` has their manifests."""

    def __init__(
        self, connection: Connection, revision: int, blobs: Blobs, cache: IndexCache | None = None
    ) -> None:
        self._connection = connection
        self._revision = revision
        self._blobs = blobs
        self._cache = cache
        self._only: str | None = None

    def by_dataset(self) -> Iterator[tuple[str, Holdings]]:
        """Each dataset by name, and its versions alone, sorted."""
        for name in sorted({version.facts.name for version in self._held()}):
            one = copy(self)
            one._only = name
            yield name, one

    def newest(self) -> BitMap:
        """The frames of the newest version of each dataset."""
        return BitMap.union(
            BitMap(),
            *(
                frames
                for version in self._held()
                if version.facts.newest
                for frames in self._frames_of(version.blob)
            ),
        )

    def frames(self, where: Node) -> BitMap:
        """The frames that some version holds of which `where` is true; its conditions all ask datasets.

        Raises:
            LakeError: the manifest of such a version is gone or damaged.
        """
        found = BitMap()
        for version in self._held():
            for split in SPLITS:
                if holds_of_dataset(where, replace(version.facts, split=split.value)):
                    found |= self._frames_of(version.blob)[split.code]
        return found

    def _held(self) -> tuple[_Held, ...]:
        key = ("versions", self._revision)
        known: Any = None if self._cache is None else self._cache.get(key)
        if known is None:
            known = self._read()
            if self._cache is not None:
                self._cache.put(key, known, _ROW * len(known))
        return tuple(each for each in known if self._only in (None, each.facts.name))

    def _read(self) -> tuple[_Held, ...]:
        rows = self._connection.execute(
            select(
                _versions.dataset,
                _versions.id,
                _versions.manifest_blob,
                _editions.number,
                _editions.config["name"].as_string().label("name"),
            )
            .join(schema.versions, _editions.version == _versions.id)
            .where(_editions.added <= self._revision, _versions.dataset.not_in(self._gone()))
            .order_by(_editions.id)
        ).all()
        names = {row.dataset: row.name for row in rows}  # the latest edition tells
        newest = {row.dataset: row.id for row in rows}  # amended is only what is the newest version
        numbers: dict[int, dict[str, None]] = {}
        for row in rows:
            numbers.setdefault(row.id, {})[row.number] = None
        versions = {row.id: row for row in rows}
        return tuple(
            _Held(
                row.manifest_blob,
                DatasetFacts(
                    name=names[row.dataset],
                    numbers=tuple(numbers[row.id]),
                    split="",
                    newest=newest[row.dataset] == row.id,
                ),
            )
            for row in versions.values()
        )

    def _gone(self) -> Select[tuple[int]]:
        """The datasets that were deleted by then. What deletes one is its last edition, with no other after it."""
        return (
            select(_versions.dataset)
            .join(schema.datasets, _versions.dataset == _datasets.id)
            .join(schema.editions, _editions.version == _versions.id)
            .where(_datasets.name.contains(DELETED))
            .group_by(_versions.dataset)
            .having(func.max(_editions.added) <= self._revision)
        )

    def _frames_of(self, blob: str) -> tuple[BitMap, ...]:
        """The frames of the version whose manifest is that blob, by the code of their split."""
        known = None if self._cache is None else self._cache.get(("manifest", blob))
        if known is not None:
            return known  # type: ignore[return-value]
        numbers, splits = decode_places(self._blobs.read(blob))
        found = tuple(as_bitmap(np.sort(numbers[splits == split.code])) for split in SPLITS)
        if self._cache is not None:
            self._cache.put(("manifest", blob), found, sum(len(each.serialize()) for each in found))
        return found
