"""Taking pictures and annotations into a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from setwright.edge.files import ASIDE, write_whole
from setwright.lake import schema
from setwright.lake.catalogue import new_revision, newest_revision
from setwright.lake.folder_blobs import FolderBlobs
from setwright.lake.opened import Opened
from setwright.model.events import silence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from setwright.formats.reading.protocol import ReadOptions
    from setwright.lake.blobs import Blobs
    from setwright.lake.incoming import Incoming
    from setwright.lake.ingest import Mode, Prepared
    from setwright.lake.ingest_report import IngestReport
    from setwright.lake.record import Recorded
    from setwright.lake.stored import StoredPicture
    from setwright.model.events import Listener


class Intake(Opened):
    """What adds frames to a lake, a revision each time."""

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
        # Here, for what reads formats and pictures costs a tenth of a second, which a plan does not need.
        from setwright.lake.incoming import incoming

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
            UsageError: the operation is of the other mode, or pictures cannot stay in place.
        """
        from setwright.lake.record import Recorded, Recorder, operation_of_mode

        if incoming.in_place:
            self._blobs.check_references()
        if incoming.found.speaks_of_annotations:  # now, not after all pictures were read
            with self._catalogue.reading() as connection:
                operation_of_mode(connection, incoming.operation, mode)

        def looked_at(dry: bool) -> Prepared:
            return _looked_at(incoming, self._blobs, self._known_picture, self._labels(), listener, dry=dry)

        with self._writers.writing():
            prepared = looked_at(dry=strict)
            if strict and prepared.problems:
                return _report(incoming, prepared, mode, Recorded(), refused=True)
            if strict:
                prepared = looked_at(dry=False)
            with self._catalogue.writing() as connection:
                revision = newest_revision(connection) + 1
                recorder = Recorder(connection, revision, at, self.id)
                recorded = recorder.record(incoming.collection, incoming.operation, mode, prepared.frames)
                if not recorded.anything:
                    connection.rollback()
                    return _report(incoming, prepared, mode, recorded)
                message = f"Ingest into {incoming.collection}: {recorded}"
                new_revision(
                    connection,
                    at=at,
                    author=author,
                    message=message,
                    touches_frames=True,
                    rows=recorder.rows,
                )
                report = _report(incoming, prepared, mode, recorded, revision)
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
        from setwright.lake.stored import StoredPicture

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


def refusal(
    incoming: Incoming, folder: Path, *, mode: Mode = "human", listener: Listener = silence
) -> IngestReport | None:
    """The report of a strict ingest into the lake that is yet to be made in `folder`; None where nothing refuses it."""
    from setwright.lake.record import Recorded

    prepared = _looked_at(incoming, FolderBlobs(folder / "blobs"), lambda _: None, (), listener, dry=True)
    return _report(incoming, prepared, mode, Recorded(), refused=True) if prepared.problems else None


def _looked_at(
    incoming: Incoming,
    blobs: Blobs,
    known: Callable[[str], StoredPicture | None],
    known_labels: Sequence[str],
    listener: Listener,
    *,
    dry: bool,
) -> Prepared:
    """The frames to be recorded; their pictures are stored, unless `dry`."""
    from setwright.lake.ingest import prepare
    from setwright.lake.stored import store_pictures

    pictures = store_pictures(
        incoming.listing,
        incoming.found.pictures,
        blobs,
        known,
        listener,
        in_place=incoming.in_place,
        dry=dry,
    )
    # What was only looked at is looked at again, or refused.
    return prepare(incoming.found, pictures, known_labels, keep=dry)


def _report(
    incoming: Incoming,
    prepared: Prepared,
    mode: Mode,
    recorded: Recorded,
    revision: int | None = None,
    *,
    refused: bool = False,
) -> IngestReport:
    from setwright.lake.ingest_report import IngestReport

    return IngestReport(
        location=incoming.listing.location,
        collection=incoming.collection,
        format=incoming.format,
        detected=incoming.detected,
        operation=incoming.operation,
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
        turned_pictures=prepared.turned_pictures,
        same_pictures=prepared.same_pictures,
        repeated=prepared.repeated,
        pixels=prepared.pixels,
        other_files=incoming.found.other_files,
        copies=incoming.found.copies,
        copied=incoming.found.copied,
        problems=prepared.problems,
    )
