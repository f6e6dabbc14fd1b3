"""Write frames and annotations to the catalogue: only what differs, and nothing over what was."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, func, select, update

from setwright.lake import schema
from setwright.lake.bulk import in_chunks, insert_rows
from setwright.lake.catalogue import insert_one, next_key
from setwright.lake.identity import outward_id, storage_path
from setwright.lake.index.changes import IndexChanges
from setwright.lake.schema import FOREVER
from setwright.lake.selected import HUMAN, MACHINE
from setwright.lake.unique_names import UniqueNames
from setwright.lake.values import attribute_rows, metadata_rows
from setwright.model.counting import counted
from setwright.model.errors import UsageError
from setwright.query.evaluate import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from setwright.formats.reading.fit import FittedAnnotation
    from setwright.lake.stored import StoredPicture

Row: TypeAlias = dict[str, Any]

_PART = 5_000
"""Frames whose rows are in memory at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFrame:
    """A frame as it shall be. `annotations` None: whatever its operation says of it stays."""

    name: str
    picture: StoredPicture
    annotations: tuple[FittedAnnotation, ...] | None
    metadata: Mapping[str, Any]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What writing changed, counted."""

    frames_new: int = 0
    frames_replaced: int = 0
    frames_unchanged: int = 0
    annotations_added: int = 0
    annotations_removed: int = 0
    metadata_changed: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything changed at all."""
        return bool(
            self.frames_new
            or self.frames_replaced
            or self.annotations_added
            or self.annotations_removed
            or self.metadata_changed
        )

    def __str__(self) -> str:
        """For people: `12 new frames, +30 -0 annotations`."""
        parts = []
        for number, one, several in (
            (self.frames_new, "new frame", "new frames"),
            (self.frames_replaced, "replaced picture", "replaced pictures"),
        ):
            if number:
                parts.append(counted(number, one, several))
        if self.annotations_added or self.annotations_removed:
            parts.append(f"+{self.annotations_added:,} -{self.annotations_removed:,} annotations")
        if self.metadata_changed:
            parts.append("metadata")
        return ", ".join(parts)


@dataclass(slots=True)
class Changes:
    """Rows to be added, and keys of rows that no longer hold, by table."""

    added: dict[Table, list[Row]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[Table, list[int]] = field(default_factory=lambda: defaultdict(list))


class Recorder:
    """Writes one collection, within one writing transaction, as `revision`."""

    def __init__(self, connection: Connection, revision: int, at: datetime, lake_id: str) -> None:
        self._connection = connection
        self._revision = revision
        self._at = at
        self._lake_id = lake_id
        self._changes = Changes()
        self._index = IndexChanges()
        self.rows: Counter[str] = Counter()
        """How many rows were added, by table."""

    def record(self, collection: str, operation: str, mode: str, frames: Sequence[NewFrame]) -> Recorded:
        """Make the collection hold `frames`, and the operation say of each what it says.

        Other frames of the collection, and what other operations say, stay as they are.

        Raises:
            UsageError: the operation is known as of the other mode.
        """
        collection_key, storage = self._collection(collection)
        current = self._current_frames(collection_key, [frame.name for frame in frames])
        names = UniqueNames(
            self._connection, storage, [frame.name for frame in frames if frame.name not in current]
        )
        next_number = self._next_number()
        counts: Counter[str] = Counter()
        for start in range(0, len(frames), _PART):
            part = frames[start : start + _PART]
            numbers: dict[str, int] = {}
            for frame in part:
                row = current.pop(frame.name, None)
                if row is None:
                    numbers[frame.name] = next_number
                    next_number += 1
                    self._add_frame(collection_key, frame, numbers[frame.name], names.give(frame.name))
                    self._index.frame(numbers[frame.name], collection_key, self._at)
                    counts["frames_new"] += 1
                elif row.source_digest != frame.picture.source_digest:
                    numbers[frame.name] = row.number
                    self._changes.removed[schema.frames].append(row.id)
                    self._add_frame(collection_key, frame, row.number, row.unique_name)
                    self._index.day(row.number, self._at)
                    counts["frames_replaced"] += 1
                else:
                    numbers[frame.name] = row.number
                    counts["frames_unchanged"] += 1
            added, removed = self._annotations(operation, mode, part, numbers)
            counts["annotations_added"] += added
            counts["annotations_removed"] += removed
            counts["metadata_changed"] += len(self._metadata(part, numbers) | self._tags(part, numbers))
            self._write()
        self._index.write(self._connection, self._revision)
        return Recorded(**counts)

    def _collection(self, name: str) -> tuple[int, str]:
        table = schema.collections
        row = self._connection.execute(
            select(table.c.id, table.c.storage_path).where(table.c.name == name)
        ).one_or_none()
        if row is not None:
            return row.id, row.storage_path
        taken = set(self._connection.execute(select(table.c.storage_path)).scalars())
        path = storage_path(name, taken.__contains__)
        key = self._insert_one(
            table,
            uid=outward_id(self._lake_id, "collection", name),
            name=name,
            folded=folded(name),
            storage_path=path,
            added=self._revision,
        )
        return key, path

    def _current_frames(self, collection: int, names: Sequence[str]) -> dict[str, Any]:
        """Those frames of the collection that are called so, by name."""
        columns = schema.frames.c
        found: dict[str, Any] = {}
        for chunk in in_chunks(names):
            rows = self._connection.execute(
                select(
                    columns.id,
                    columns.number,
                    columns.name,
                    columns.unique_name,
                    columns.source_digest,
                ).where(columns.collection == collection, columns.name.in_(chunk), columns.removed == FOREVER)
            )
            found.update((row.name, row) for row in rows)
        return found

    def _add_frame(self, collection: int, frame: NewFrame, number: int, name: str) -> None:
        picture = frame.picture
        self._changes.added[schema.frames].append(
            {
                "number": number,
                "collection": collection,
                "name": frame.name,
                "folded": folded(frame.name),
                "unique_name": name,
                "digest": picture.digest,
                "source_digest": picture.source_digest,
                "orientation": picture.orientation,
                "width": picture.width,
                "height": picture.height,
                "size": picture.size,
                "media_type": picture.media_type,
                "pixels": picture.pixels,
                "phash": picture.phash,
                "uploaded_at": self._at,
            }
        )

    def _annotations(
        self, operation: str, mode: str, frames: Sequence[NewFrame], numbers: Mapping[str, int]
    ) -> tuple[int, int]:
        """Replace what differs, place by place; how many rows came and went."""
        spoken = [
            (numbers[frame.name], frame.annotations) for frame in frames if frame.annotations is not None
        ]
        if not spoken:
            return 0, 0
        key = self._operation(operation, mode, make=any(annotations for _, annotations in spoken))
        if key is None:
            return 0, 0
        labels = self._labels({annotation.label for _, several in spoken for annotation in several})
        current = self._current_annotations(key, [number for number, _ in spoken])
        table = schema.annotations
        came = gone = 0
        for number, several in spoken:
            wanted = [_annotation_row(annotation, labels) for annotation in several]
            for ordinal, (row, old) in enumerate(zip_longest(wanted, current.get(number, ()))):
                if old is not None and row == old[1]:
                    continue
                if old is not None:
                    self._changes.removed[table].append(old[0])
                    self._index.annotation(number, key, old[1]["label"], -1)
                    gone += 1
                if row is not None:
                    self._index.annotation(number, key, row["label"], +1)
                    self._changes.added[table].append(
                        {"frame": number, "operation": key, "ordinal": ordinal, **row}
                    )
                    came += 1
        return came, gone

    def _operation(self, name: str, mode: str, *, make: bool) -> int | None:
        key = operation_of_mode(self._connection, name, mode)
        if key is not None or not make:
            return key
        return self._insert_one(
            schema.operations, name=name, folded=folded(name), mode=_MODES[mode], added=self._revision
        )

    def _labels(self, names: Iterable[str]) -> dict[str, int]:
        table = schema.labels
        known: dict[str, int] = {
            row.name: row.id for row in self._connection.execute(select(table.c.name, table.c.id))
        }
        for name in sorted(set(names) - known.keys()):
            known[name] = self._insert_one(
                table,
                uid=outward_id(self._lake_id, "label", name),
                name=name,
                folded=folded(name),
                added=self._revision,
            )
        return known

    def _current_annotations(
        self, operation: int, numbers: Sequence[int]
    ) -> dict[int, list[tuple[int, Row]]]:
        """What the operation says of these frames now: keys and rows, in order, by frame."""
        columns = schema.annotations.c
        found: dict[int, list[tuple[int, Row]]] = defaultdict(list)
        for chunk in in_chunks(numbers):
            rows = self._connection.execute(
                select(schema.annotations)
                .where(columns.frame.in_(chunk), columns.operation == operation, columns.removed == FOREVER)
                .order_by(columns.frame, columns.ordinal)
            )
            for row in rows.mappings():
                found[row["frame"]].append((row["id"], {name: row[name] for name in _ANNOTATION_COLUMNS}))
        return found

    def _metadata(self, frames: Sequence[NewFrame], numbers: Mapping[str, int]) -> set[int]:
        """Set the fields that are given, keep the others; the frames for which that changed any."""
        table = schema.frame_metadata
        given = {numbers[frame.name]: frame.metadata for frame in frames if frame.metadata}
        current: dict[int, Any] = {}
        for chunk in in_chunks(list(given)):
            rows = self._connection.execute(
                select(table).where(table.c.frame.in_(chunk), table.c.removed == FOREVER)
            )
            current.update((row.frame, row) for row in rows)
        changed = set()
        for number, fields in given.items():
            old = current.get(number)
            document = {**(old.document if old is not None else {}), **fields}
            if old is not None and old.document == document:
                continue
            if old is not None:
                self._changes.removed[table].append(old.id)
            self._changes.added[table].append({"frame": number, "document": document})
            changed.add(number)
        return changed

    def _tags(self, frames: Sequence[NewFrame], numbers: Mapping[str, int]) -> set[int]:
        """Add the tags that are given, keep the others; the frames that have new ones."""
        table = schema.tags
        given = {numbers[frame.name]: frame.tags for frame in frames if frame.tags}
        current: set[tuple[int, str]] = set()
        for chunk in in_chunks(list(given)):
            rows = self._connection.execute(
                select(table.c.frame, table.c.tag).where(table.c.frame.in_(chunk), table.c.removed == FOREVER)
            )
            current.update((row.frame, row.tag) for row in rows)
        new: list[Row] = [
            {"frame": number, "tag": tag, "folded": folded(tag)}
            for number, tags in given.items()
            for tag in dict.fromkeys(tags)
            if (number, tag) not in current
        ]
        self._changes.added[table].extend(new)
        for row in new:
            self._index.tag(row["frame"], row["tag"])
        return {row["frame"] for row in new}

    def _write(self) -> None:
        for table, keys in self._changes.removed.items():
            self._connection.execute(
                update(table).where(table.c.id == bindparam("key")).values(removed=self._revision),
                [{"key": key} for key in keys],
            )
        for table, rows in self._changes.added.items():
            if not rows:
                continue
            first = next_key(self._connection, table)
            for key, row in enumerate(rows, start=first):
                row |= {"id": key, "added": self._revision, "removed": FOREVER}
            self._insert_all(table, rows)
            match table.name:
                case "annotations":
                    self._insert_values(schema.attribute_values, "annotation", _attributes_of(rows))
                case "frame_metadata":
                    documents = ((row["id"], metadata_rows(row["document"])) for row in rows)
                    self._insert_values(schema.metadata_values, "document", documents)
                case _:
                    pass
        self._changes = Changes()

    def _insert_values(self, table: Table, column: str, values: Iterable[tuple[int, list[Row]]]) -> None:
        rows = [{column: key, **row} for key, several in values for row in several]
        if rows:
            self._insert_all(table, rows)

    def _insert_all(self, table: Table, rows: list[Row]) -> None:
        insert_rows(self._connection, table, rows)
        self.rows[table.name] += len(rows)

    def _next_number(self) -> int:
        column = schema.frames.c.number
        return int(self._connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()) + 1

    def _insert_one(self, table: Table, **values: Any) -> int:
        self.rows[table.name] += 1
        return insert_one(self._connection, table, **values)


def operation_of_mode(connection: Connection, name: str, mode: str) -> int | None:
    """The key of the operation that is called so, None where there is none yet.

    Raises:
        UsageError: it is known as of the other mode.
    """
    table = schema.operations
    row = connection.execute(select(table.c.id, table.c.mode).where(table.c.name == name)).one_or_none()
    if row is None:
        return None
    if row.mode != _MODES[mode]:
        known, option = (
            ("people", "leave out --model-run") if row.mode == HUMAN else ("a model", "say --model-run")
        )
        raise UsageError(
            f"The operation {name} is known as one of {known}",
            "An operation is an annotation project of people or a run of a model, and stays what it was.",
            f"{option}, or give another --operation",
        )
    return int(row.id)


_MODES = {"human": HUMAN, "machine": MACHINE}

_ANNOTATION_COLUMNS = (
    "label",
    "shape",
    "left",
    "top",
    "right",
    "bottom",
    "outline",
    "confidence",
    "extra",
)


def _annotation_row(annotation: FittedAnnotation, labels: Mapping[str, int]) -> Row:
    left, top, right, bottom = annotation.box
    return {
        "label": labels[annotation.label],
        "shape": annotation.shape,
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "outline": annotation.outline,
        "confidence": annotation.confidence,
        "extra": annotation.extra,
    }


def _attributes_of(rows: Iterable[Row]) -> Iterable[tuple[int, list[Row]]]:
    import json

    for row in rows:
        if row["extra"]:
            yield row["id"], attribute_rows(json.loads(row["extra"]).get("attributes", {}))
