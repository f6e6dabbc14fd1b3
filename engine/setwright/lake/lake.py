"""The embedded lake: a folder that holds a catalogue, blobs, and reports of what was ingested."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from sqlalchemy import select

from setwright.augment.expand import expand
from setwright.edge.files import ASIDE, write_whole
from setwright.lake import inventory, leases, schema, states, versions
from setwright.lake.answers import Answers
from setwright.lake.blobs import Blobs
from setwright.lake.catalogue import Catalogue, asked_revision, new_revision, newest_revision
from setwright.lake.difference import difference
from setwright.lake.foreign import unknown_frames
from setwright.lake.garbage import GRACE, Cleared, collect
from setwright.lake.incoming import incoming
from setwright.lake.index.read import IndexCache
from setwright.lake.ingest import Mode, prepare
from setwright.lake.ingest_report import IngestReport
from setwright.lake.label_groups import LabelGroups
from setwright.lake.labels import Labels
from setwright.lake.likeness import Likeness, fill_hashes, likeness
from setwright.lake.listing import Listing, frame_named
from setwright.lake.mark import MARK, database, new_mark, newer, older, read_mark, write_mark
from setwright.lake.membership import read_membership
from setwright.lake.migrations.run import migrate
from setwright.lake.record import Recorded, Recorder
from setwright.lake.stored import StoredPicture, store_pictures
from setwright.lake.transport import exported, header_of, load
from setwright.lake.varied import known_pictures, made_pictures, make_varied
from setwright.lake.verify import verify, verify_index
from setwright.model.errors import LakeError
from setwright.model.events import silence
from setwright.model.manifest_file import decode, encode
from setwright.query.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray

    from setwright.formats.reading.protocol import ReadOptions
    from setwright.lake.difference import LakeDifference
    from setwright.lake.incoming import Incoming
    from setwright.lake.ingest import Prepared
    from setwright.lake.inventory import CollectionDetails, LakeStatistics, Revision
    from setwright.lake.listing import ListedFrame
    from setwright.lake.mark import Mark
    from setwright.lake.verify import Damage, Verification
    from setwright.model.dataset import DatasetConfig, Selection
    from setwright.model.events import Listener
    from setwright.model.frames import Frames, Membership
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Amendment, Deletion, ObservedDataset, Publication, Version
    from setwright.model.vocabulary import Vocabulary
    from setwright.pixels.executor import Executor
    from setwright.state.document import State


QUERY_LIMIT = 1800.0
"""Seconds after which a question is given up, so that nobody's query keeps a database busy for ever."""


_FRAME_BYTES: Final = 400
"""About so many bytes of memory one frame takes as columns."""


class Lake:
    """A lake that is open. Close it, or use it as a context.

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
        """Use `create` or `open`."""
        self.folder = folder
        self.id = mark.id
        self._catalogue = Catalogue(database(folder, mark, patience))
        self._index_cache = IndexCache()
        self._clock = clock or self._catalogue.now
        self._lease_life = lease_life
        self._query_limit = query_limit
        self._blobs = Blobs(folder / "blobs")

    @classmethod
    def create(cls, folder: Path, catalog: str | None = None) -> Self:
        """Make a lake in `folder`, which may be there but holds no lake yet.

        Its catalogue is in the folder too, unless `catalog`, or else the variable `SETWRIGHT_CATALOG`, is the URL of
        a PostgreSQL database.

        Raises:
            LakeError: it holds one.
            UsageError: `catalog` is no such URL, or holds a password.
        """
        if (folder / MARK).exists():
            raise LakeError(f"There is a lake already: {folder}", "It was left as it is.")
        mark = new_mark(folder, catalog)
        lake = cls(folder, mark)
        try:
            # What an earlier attempt left, which died before it was marked as a lake, is taken over.
            if (found := lake._catalogue.properties().get("lake_id")) is not None:
                lake.id = found
                mark = replace(mark, id=found)
            else:
                lake._catalogue.create(lake.id)
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
                migrate(lake._catalogue)
        except BaseException:
            lake.close()
            raise
        return lake

    @classmethod
    def import_catalog(
        cls, folder: Path, lines: Iterable[bytes], catalog: str | None = None, listener: Listener = silence
    ) -> int:
        """Make a lake in `folder` of an exported catalogue, whole or not at all; how many rows it has.

        The lake keeps its id. `folder` may hold its blobs already, but no lake; `catalog` is as for `create`.

        Raises:
            LakeError: it holds a lake.
            FormatError: the file was cut or changed, or is none.
        """
        if (folder / MARK).exists():
            raise LakeError(f"There is a lake already: {folder}", "It was left as it is.")
        lines = iter(lines)
        first = next(lines, b"")
        mark = replace(new_mark(folder, catalog), id=str(header_of(first)["lake"]))
        lake = cls(folder, mark)
        try:
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
        with cls(folder, read_mark(folder)) as lake:
            version = lake._check()
            return migrate(lake._catalogue, listener) if version < schema.SCHEMA_VERSION else version

    @property
    def catalog_location(self) -> str:
        """Where the catalogue is, for people; without a password."""
        return self._catalogue.database.location

    @property
    def labels(self) -> Labels:
        """Its labels, and what is written down of them."""
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

    # --- Ingest -----------------------------------------------------------------------------------------------

    def ingest(
        self,
        location: Path | str,
        *,
        collection: str,
        author: str,
        at: datetime,
        format: str | None = None,
        operation: str | None = None,
        mode: Mode = "human",
        options: ReadOptions | None = None,
        in_place: bool = False,
        strict: bool = False,
        listener: Listener = silence,
    ) -> IngestReport:
        """Add the pictures at `location` to `collection`, and what `operation` says of them.

        `location` is a folder, an archive, or a URL of an object store. With `in_place` pictures stay where they are,
        in a folder of this machine, and the lake refers to them.

        `format` is a reader's name, found out where it is None. `operation` is `ingest:<collection>` where none is
        given; of the pictures that the files speak of, its annotations are replaced. With `strict` nothing is
        recorded if there is any problem.

        Raises:
            UsageError: there is no such place or format, a name is none, or the operation is of the other mode.
            FormatError: nothing there can be read.
        """
        ready = incoming(
            location,
            collection=collection,
            format=format,
            operation=operation,
            options=options,
            in_place=in_place,
            listener=listener,
        )
        return self.take(ready, author=author, at=at, mode=mode, strict=strict, listener=listener)

    def take(
        self,
        incoming: Incoming,
        *,
        author: str,
        at: datetime,
        mode: Mode = "human",
        strict: bool = False,
        listener: Listener = silence,
    ) -> IngestReport:
        """Ingest what was read already.

        Raises:
            UsageError: the operation is of the other mode.
        """
        listing, found = incoming.listing, incoming.found
        collection, operation = incoming.collection, incoming.operation

        def stored(dry: bool) -> Prepared:
            pictures = store_pictures(
                listing,
                found.pictures,
                self._blobs,
                self._known_picture,
                listener,
                in_place=incoming.in_place,
                dry=dry,
            )
            return prepare(found, pictures, self._labels())

        def told(recorded: Recorded, revision: int | None, *, refused: bool = False) -> IngestReport:
            return IngestReport(
                location=listing.location,
                collection=collection,
                format=incoming.format,
                detected=incoming.detected,
                operation=operation,
                mode=mode,
                revision=revision,
                refused=refused,
                frames_new=recorded.frames_new,
                frames_replaced=recorded.frames_replaced,
                frames_unchanged=recorded.frames_unchanged,
                annotations_added=recorded.annotations_added,
                annotations_removed=recorded.annotations_removed,
                metadata_changed=recorded.metadata_changed,
                labels=prepared.labels,
                bare_pictures=prepared.bare_pictures,
                same_pictures=prepared.same_pictures,
                repeated=prepared.repeated,
                pixels=prepared.pixels,
                other_files=found.other_files,
                problems=prepared.problems,
            )

        with self._blobs.writers():
            prepared = stored(dry=strict)
            if strict and prepared.problems:
                return told(Recorded(), None, refused=True)
            if strict:
                prepared = stored(dry=False)
            with self._catalogue.writing() as connection:
                revision = newest_revision(connection) + 1
                recorder = Recorder(connection, revision, at, self.id)
                recorded = recorder.record(collection, operation, mode, prepared.frames)
                if not recorded.anything:
                    connection.rollback()
                    return told(recorded, None)
                message = f"Ingest into {collection}: {recorded}"
                new_revision(
                    connection,
                    at=at,
                    author=author,
                    message=message,
                    touches_frames=True,
                    rows=recorder.rows,
                )
                report = told(recorded, revision)
                # Before the revision is there: one without its report would never get it.
                self._write_report(revision, report)
        return report

    def _write_report(self, revision: int, report: IngestReport) -> None:
        """Write it, within the transaction, so that nobody else does; what one that died has begun is removed."""
        path = self.report_path(revision)
        for left in path.parent.glob(f".*{ASIDE}"):
            left.unlink(missing_ok=True)
        write_whole(path, report.text().encode())

    def report_path(self, revision: int) -> Path:
        """Where the report of the ingest that made `revision` lies."""
        return self.folder / "reports" / f"{revision}.json"

    def _known_picture(self, source_digest: str) -> StoredPicture | None:
        """The picture of the lake that came from a file with that digest."""
        columns = schema.frames.c
        fields = [columns[name] for name in StoredPicture.__dataclass_fields__]
        with self._catalogue.reading() as connection:
            row = connection.execute(
                select(*fields).where(columns.source_digest == source_digest).limit(1)
            ).one_or_none()
        return None if row is None else StoredPicture(**row._mapping)

    def _labels(self) -> tuple[str, ...]:
        with self._catalogue.reading() as connection:
            return tuple(connection.execute(select(schema.labels.c.name)).scalars())

    # --- Reading ----------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """The newest revision, 0 in a new lake."""
        with self._catalogue.reading() as connection:
            return newest_revision(connection)

    def frames_revision(self, revision: int) -> int:
        """The newest revision up to `revision` that touched frames.

        Every query gives the same at both, unless it speaks of datasets.
        """
        with self._catalogue.reading() as connection:
            return inventory.frames_revision(connection, revision)

    def vocabulary(self) -> Vocabulary:
        """The names in use now."""
        with self._catalogue.reading() as connection:
            return inventory.vocabulary(connection, self._index_cache)

    def collections(self) -> tuple[tuple[str, str], ...]:
        """The id and the name of each collection, sorted by name."""
        with self._catalogue.reading() as connection:
            return inventory.collections(connection)

    def collection_details(self, uid: str) -> CollectionDetails | None:
        """The collection with that id, None where there is none."""
        with self._catalogue.reading() as connection:
            return inventory.collection_details(connection, uid)

    def datasets(self) -> tuple[str, ...]:
        """The names of the datasets, sorted."""
        with self._catalogue.reading() as connection:
            return inventory.datasets(connection)

    def operations(self) -> tuple[tuple[str, str], ...]:
        """The name of each operation in use, sorted, and who works in it: `human` or `machine`."""
        with self._catalogue.reading() as connection:
            return inventory.operations(connection)

    def membership(self, selection: Selection, revision: int) -> Membership:
        """The frames that `selection` gives at `revision`, sorted by unique name.

        Raises:
            RemoteError: the lake does not know the revision or the collection, or does not offer the source.
            QueryError: the query does not parse.
        """
        with self._catalogue.reading(self._query_limit) as connection:
            return read_membership(connection, selection, revision, self._blobs, self._index_cache)

    @contextmanager
    def answers(self, query: str, revision: int | None = None) -> Iterator[Answers]:
        """What `query` gives at `revision`, the newest where none is given, all read at one moment.

        Raises:
            QueryError: the query does not parse.
            RemoteError: the lake does not have the revision.
        """
        tree = parse(query)
        with self._catalogue.reading(self._query_limit) as connection:
            revision = asked_revision(connection, revision)
            yield Answers(connection, tree, revision, self._blobs, self._index_cache)

    @contextmanager
    def listing(self, selection: Selection, revision: int | None = None) -> Iterator[Listing]:
        """What `selection` gives at `revision`, the newest where none is given, to be counted and paged through.

        Raises:
            RemoteError: the lake does not know the revision or the collection, or does not offer the source.
            QueryError: the query does not parse.
        """
        with self._catalogue.reading(self._query_limit) as connection:
            if revision is None:
                revision = newest_revision(connection)
            yield Listing(connection, selection, revision, self._blobs, self._index_cache)

    def frame_named(self, name: str) -> ListedFrame | None:
        """The frame that has that unique name now, None where there is none."""
        with self._catalogue.reading() as connection:
            return frame_named(connection, name)

    def picture(self, digest: str) -> BinaryIO:
        """The stored picture with that digest, to be read once and closed.

        Raises:
            LakeError: it is not there, or lies outside of the lake and has changed.
        """
        return self._blobs.open(digest)

    def picture_path(self, digest: str) -> Path | None:
        """Where that picture lies in the lake, None where it does not lie there by itself."""
        return self._blobs.path(digest) if self._blobs.has(digest) else None

    def stats(self) -> LakeStatistics:
        """The lake, counted."""
        with self._catalogue.reading() as connection:
            return inventory.statistics(connection)

    def likeness(self) -> Likeness:
        """Which frames show the same picture, or nearly the same."""
        with self._catalogue.reading() as connection:
            return likeness(connection)

    def fill_hashes(self, listener: Listener = silence) -> int:
        """Compute the perceptual hashes of pictures that an older setwright stored; how many."""
        return fill_hashes(self._catalogue, self._blobs, listener)

    def log(self) -> tuple[Revision, ...]:
        """All revisions, the newest first."""
        with self._catalogue.reading() as connection:
            return inventory.history(connection)

    def diff(self, before: int, after: int) -> LakeDifference:
        """What differs between two revisions.

        Raises:
            RemoteError: the lake does not have one of them.
        """
        with self._catalogue.reading() as connection:
            return difference(connection, before, after)

    def verify(self, listener: Listener = silence) -> Verification:
        """Read all blobs and manifests, and look whether all is there and what it was."""
        return verify(self._catalogue, self._blobs, listener)

    @contextmanager
    def exported_catalog(self, listener: Listener = silence) -> Iterator[Iterator[bytes]]:
        """The catalogue as the bytes of a file, all of one moment, to be imported elsewhere."""
        with self._catalogue.reading() as connection:
            yield exported(connection, self.id, listener)

    def collect_garbage(
        self, *, now: datetime, grace: timedelta = GRACE, dry: bool = False, listener: Listener = silence
    ) -> Cleared:
        """Remove blobs that no frame at any revision and no version needs, and that are older than `grace`.

        With `dry` nothing is removed.

        Raises:
            LakeBusyError: somebody is writing to the lake.
            LakeError: a manifest cannot be read; nothing was removed.
        """
        return collect(self._catalogue, self._blobs, now=now, grace=grace, dry=dry, listener=listener)

    def verify_index(self, listener: Listener = silence) -> tuple[Damage, ...]:
        """Compare the index with the rows that it is derived from, and make it anew if it differs."""
        return verify_index(self._catalogue, listener)

    # --- Versions ---------------------------------------------------------------------------------------------

    def publish(
        self, publication: Publication, listener: Listener = silence, executor: Executor | None = None
    ) -> Version:
        """Make a version, whole or not at all; with a key that was published before, give what that made.

        The varied pictures that are not there yet are made first, by `executor`, threads of this process if None.
        Whatever cuts that off, those that were made need not be made again.

        Raises:
            StalePlanError: the dataset's current version is no longer the publication's parent.
            RemoteError: the lake does not have the revision, or the number is another version's.
            MissingExtraError, FormatError: varied pictures cannot be made, or one of them cannot.
        """
        with self._catalogue.writing() as connection:
            # Before an hour's work, too. It is what the transaction at the end checks that counts.
            made = versions.check(connection, publication)
            connection.rollback()
        if made is not None:
            return made
        with self._blobs.writers():
            make_varied(
                self._catalogue,
                self._blobs,
                publication.manifest,
                publication.config.name,
                listener,
                executor,
            )
            blob = self._blobs.put(encode(publication.manifest))
            with self._catalogue.writing() as connection:
                return versions.publish(connection, publication, blob, self.id)

    def amend(self, amendment: Amendment) -> Version:
        """Change the current version in place, whole or not at all; a repeated key changes nothing.

        Raises:
            StalePlanError: the version is no longer the current one.
        """
        with self._catalogue.writing() as connection:
            return versions.amend(connection, amendment)

    def expanded(self, version: str) -> Manifest:
        """The content of the version with that id, with its varied copies as frames.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file, or that of a frame whose copy has to be made again, is gone or damaged.
        """
        manifest = self.manifest(version)
        if not len(manifest.copies):
            return manifest
        with self._blobs.writers():  # what was lost is made again; as a rule that is nothing
            make_varied(self._catalogue, self._blobs, manifest, "a version", silence, None)
        with self._catalogue.reading() as connection:
            made = made_pictures(connection, manifest)
        return expand(manifest, made)

    def made(self, recipes: Sequence[str]) -> frozenset[str]:
        """Those of the recipes, by digest, whose pictures were made already."""
        with self._catalogue.reading() as connection:
            known = known_pictures(connection, recipes)
        return frozenset(recipe for recipe, (digest, _) in known.items() if self._blobs.has(digest))

    def delete(self, deletion: Deletion) -> None:
        """Let a dataset go, whole or not at all; a repeated key changes nothing.

        Its versions are listed no more, and can still be read by their ids.

        Raises:
            StalePlanError: the version is no longer the current one, or there is no such dataset.
            RemoteError: the dataset is protected.
        """
        with self._catalogue.writing() as connection:
            versions.delete(connection, deletion)

    def unknown_frames(self, frames: Frames) -> NDArray[np.int64]:
        """The rows of `frames` that were never in the lake as they are there: under that number, with that picture."""
        with self._catalogue.reading() as connection:
            return unknown_frames(connection, frames)

    def has_pictures(self, digests: Iterable[str]) -> bool:
        """Whether all of these pictures are in the lake, or somewhere that it refers to."""
        return all(self._blobs.has(each) or self._blobs.elsewhere(each) for each in digests)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        """The datasets of these names, those that exist."""
        with self._catalogue.reading() as connection:
            return versions.observe(connection, names)

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions of the dataset of that name, the newest first; none where there is no such dataset."""
        with self._catalogue.reading() as connection:
            return versions.versions_of(connection, name)

    def version_by_number(self, name: str, number: str) -> Version | None:
        """The version that is called `number`, or was before it was amended."""
        with self._catalogue.reading() as connection:
            return versions.version_by_number(connection, name, number)

    def version(self, id: str) -> Version:
        """The version with that id.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.version_by_id(connection, id)

    def config(self, version: str) -> DatasetConfig:
        """The configuration of the version with that id, as it was last amended.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.config_of(connection, version)

    def made_with(self, version: str) -> DatasetConfig:
        """The configuration that the version with that id was published with.

        Raises:
            RemoteError: there is none.
        """
        with self._catalogue.reading() as connection:
            return versions.made_with(connection, version)

    def made_by(self, key: str) -> Version | None:
        """The version that a publication or an amendment with that idempotency key made."""
        with self._catalogue.reading() as connection:
            return versions.version_by_key(connection, key)

    def manifest(self, version: str) -> Manifest:
        """The content of the version with that id, compared with its digest.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file is gone or damaged.
        """
        with self._catalogue.reading() as connection:
            blob = versions.manifest_blob(connection, version)
        return decode(self._blobs.read(blob))

    def frames_of(self, version: str) -> Frames:
        """The frames of the version with that id, kept for who asks again.

        Raises:
            RemoteError: there is no such version.
            LakeError: its file is gone or damaged.
        """
        key = "frames", version
        found = self._index_cache.get(key)
        if found is None:
            found = self.manifest(version).frames
            self._index_cache.put(key, found, _FRAME_BYTES * len(found))
        return found  # type: ignore[return-value]

    # --- State ------------------------------------------------------------------------------------------------

    def state(self, project: str) -> State | None:
        """The newest state of that project, None before the first apply."""
        with self._catalogue.reading() as connection:
            return states.newest_state(connection, project)

    def commit_state(self, project: str, state: State) -> None:
        """Record `state` as the newest one.

        Raises:
            StalePlanError: its serial exists already, or its lineage is not the project's.
        """
        with self._catalogue.writing() as connection:
            states.add_state(connection, project, state)

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        """Hold the lock `name` for as long as the context lasts; `holder` tells people who that is.

        Raises:
            LockHeldError: somebody else holds it, and has renewed it within its life.
        """
        return leases.held(self._catalogue, name, holder, self._clock, self._lease_life)

    @property
    def lease_life(self) -> float:
        """Seconds for which a lock is held that is not renewed."""
        return self._lease_life

    def take_lease(self, claim: leases.Claim) -> None:
        """Give a lock to somebody who renews and releases it himself; the same claim again only renews it.

        Raises:
            LockHeldError: somebody else holds it.
        """
        leases.take(self._catalogue, claim, self._clock, self._lease_life)

    def renew_lease(self, name: str, token: str) -> bool:
        """Let a lock live on; False where it is no longer held by that token."""
        return leases.renew(self._catalogue, name, token, self._clock, self._lease_life)

    def release_lease(self, name: str, token: str) -> None:
        """Let a lock go, if it is held by that token."""
        leases.release(self._catalogue, name, token)

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
