"""The embedded lake: a folder that holds a catalogue, blobs, and reports of what was ingested."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Self

from setwright.lake import leases, schema
from setwright.lake.catalogue import newest_revision
from setwright.lake.intake import Intake
from setwright.lake.mark import MARK, new_mark, newer, older, read_mark, write_mark
from setwright.lake.opened import QUERY_LIMIT
from setwright.lake.reading import Reading
from setwright.lake.state_keeping import StateKeeping
from setwright.lake.upkeep import Upkeep
from setwright.lake.versioning import Versioning
from setwright.model.errors import LakeError
from setwright.model.events import silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from setwright.model.events import Listener


class Lake(Intake, Reading, Versioning, StateKeeping, Upkeep):
    """A lake that is open: here is how one is made and opened, in its bases what it does, an idea each."""

    @classmethod
    def create(cls, folder: Path, catalog: str | None = None, blobs: str | None = None) -> Self:
        """Make a lake in `folder`, which may be there but holds no lake yet.

        Its catalogue is in the folder too, unless `catalog`, or else the variable `SETWRIGHT_CATALOG`, is the URL of
        a PostgreSQL database; and so are its blobs, unless `blobs` is an address in an object store.

        Raises:
            LakeError: it holds one, or the object store cannot be used, or is another lake's.
            UsageError: `catalog` is no such URL, or `blobs` no such address, or one holds a password.
        """
        if (folder / MARK).exists():
            raise _taken(folder)
        mark = new_mark(folder, catalog, blobs)
        lake = cls(folder, mark)
        try:
            # What an earlier attempt left, which died before it was marked as a lake, is taken over.
            if (found := lake._catalogue.properties().get("lake_id")) is not None:
                lake.id = found
                mark = replace(mark, id=found)
                lake._blobs, lake._writers = lake._store(mark)
            else:
                lake._catalogue.create(lake.id)
            lake._blobs.claim()
            # Last, for this is what says that the folder is a lake.
            write_mark(folder, mark)
        except BaseException:
            lake.close()
            raise
        return lake

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        patience: float = 30.0,
        clock: Callable[[], datetime] | None = None,
        lease_life: float = leases.LIFE,
        query_limit: float = QUERY_LIMIT,
    ) -> Self:
        """The lake in `folder`. A catalogue in the folder that an older setwright made is brought to our format first.

        `patience` is how many seconds to wait while another process writes; `clock` tells when leases expire, by
        default that on which all who use the lake agree; `lease_life` is how many seconds they live;
        `query_limit` after how many a question is given up.

        Raises:
            LakeError: there is none, it is damaged, a newer setwright made it, or an older one, in PostgreSQL.
        """
        mark = read_mark(folder)
        lake = cls(
            folder, mark, patience=patience, clock=clock, lease_life=lease_life, query_limit=query_limit
        )
        try:
            if (version := lake._check()) < schema.SCHEMA_VERSION:
                if mark.catalog is not None:
                    raise older(folder, version)
                from setwright.lake.migrations.run import migrate

                migrate(lake._catalogue)
        except BaseException:
            lake.close()
            raise
        return lake

    @classmethod
    def import_catalog(
        cls,
        folder: Path,
        lines: Iterable[bytes],
        catalog: str | None = None,
        blobs: str | None = None,
        listener: Listener = silence,
    ) -> int:
        """Make a lake in `folder` of an exported catalogue, whole or not at all; how many rows it has.

        The lake keeps its id. `folder` may hold its blobs already, but no lake; `create` says what `catalog` and
        `blobs` are.

        Raises:
            LakeError: it holds a lake, or the object store cannot be used, or is another lake's.
            FormatError: the file was cut or changed, or is none.
        """
        if (folder / MARK).exists():
            raise _taken(folder)
        from setwright.lake.transport import header_of, load

        lines = iter(lines)
        first = next(lines, b"")
        mark = replace(new_mark(folder, catalog, blobs), id=str(header_of(first)["lake"]))
        lake = cls(folder, mark)
        try:
            lake._blobs.claim()
            # An earlier attempt that failed has left the tables, and nothing in them.
            if not lake._catalogue.properties():
                lake._catalogue.create(mark.id)
            with lake._catalogue.writing() as connection:
                if newest_revision(connection):
                    raise LakeError(
                        f"The database holds the catalogue of the lake {mark.id} already",
                        "It was left as it is.",
                    )
                count = load(connection, chain([first], lines), listener)
            write_mark(folder, mark)
        finally:
            lake.close()
        return count

    @classmethod
    def migrate(cls, folder: Path, listener: Listener = silence) -> int:
        """Bring the lake's catalogue to the format of this setwright; the format that it had.

        Raises:
            LakeError: there is no lake, it is damaged, or a newer setwright made it.
        """
        from setwright.lake.migrations.run import migrate

        with cls(folder, read_mark(folder)) as lake:
            version = lake._check()
            return migrate(lake._catalogue, listener) if version < schema.SCHEMA_VERSION else version

    def _check(self) -> int:
        """The version of the catalogue's schema, if it is one that we know."""
        found = self._catalogue.properties()
        version = int(found.get("schema_version", 0))
        if version > schema.SCHEMA_VERSION:
            raise newer(self.folder, "catalogue", version, schema.SCHEMA_VERSION)
        if found.get("lake_id") != self.id:
            raise LakeError(
                f"The lake is damaged: {self.folder}",
                f"Its catalogue is not the one that {MARK} speaks of, so part of the folder was lost or exchanged.",
                "restore the whole folder from a backup",
            )
        return version


def _taken(folder: Path) -> LakeError:
    return LakeError(
        f"There is a lake already: {folder}",
        "It was left as it is.",
        "name another folder with --lake, or move that one away",
    )
