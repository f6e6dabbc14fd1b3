"""The catalogue's tables.

Frames, annotations, tags and metadata are never overwritten: a row holds from revision `added` until before
`removed`, which is FOREVER while it holds. So what was true at any revision is a comparison of two numbers.

Texts that `~` searches stand twice, once folded, because databases disagree on what lower case is.
"""

# Without `from __future__ import annotations`, because a table is called that.

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.types import TypeDecorator

SCHEMA_VERSION = 4
"""Rises with every release that changes the tables; `lake.migrations` leads from each to the next."""

FOREVER = 2**63 - 1
"""The revision at which a row that still holds will end."""


class Moment(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond. Databases keep it without its zone, so that all compare alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Bits(TypeDecorator[int]):
    """64 bits, 0 to 2**64 - 1. Databases keep them as a signed number, for they know no other."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return value if value is None or value < 2**63 else value - 2**64

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(value) % 2**64


# By code points, as SQLite sorts; PostgreSQL would else sort by the language of the machine.
TEXT = SqlText().with_variant(SqlText(collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column that is plainly INTEGER.
KEY = BigInteger().with_variant(Integer(), "sqlite")
SHA256 = String(64)
DOCUMENT = JSON()

tables = MetaData()


def _life() -> tuple[Column[int], Column[int]]:
    """The columns `added` and `removed`."""
    return (
        Column("added", BigInteger, nullable=False),
        Column("removed", BigInteger, nullable=False, default=FOREVER),
    )


def _whole(name: str, *columns: str) -> Index:
    """At most one row with these columns holds at a time."""
    holds = f"removed = {FOREVER}"
    return Index(name, *columns, unique=True, sqlite_where=text(holds), postgresql_where=text(holds))


SHORT = 300
"""So many characters of free data are indexed at most: PostgreSQL refuses rows of an index above 2,704 bytes."""


def _short(name: str, *columns: str, texts: tuple[str, ...]) -> Index:
    """An index of the rows whose `texts` are short. Only questions that say so as well find it."""
    short = text(" AND ".join(f"length({column}) <= {SHORT}" for column in texts))
    return Index(name, *columns, sqlite_where=short, postgresql_where=short)


def _refers(column: str, to: str) -> ForeignKeyConstraint:
    """The column of a table with many rows refers to `to`.

    PostgreSQL would look that up row by row, which takes as long as all the rest of an ingest, so there `lake verify`
    alone does, for all rows at once.
    """
    return ForeignKeyConstraint([column], [to]).ddl_if(dialect="sqlite")


def _by_life(table: str) -> tuple[Index, Index]:
    """What a revision added and what it ended are found without reading what it left alone."""
    ended = text(f"removed < {FOREVER}")
    return (
        # Rows lie in the order of their revisions, of which PostgreSQL has an index of next to no size.
        Index(f"{table}_by_added", "added", postgresql_using="brin"),
        Index(f"{table}_by_removed", "removed", sqlite_where=ended, postgresql_where=ended),
    )


properties = Table(
    "properties",
    tables,
    Column("name", String(64), primary_key=True),
    Column("value", TEXT, nullable=False),
)

revisions = Table(
    "revisions",
    tables,
    Column("number", KEY, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("author", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),
    # Publishing a version is a revision too, but one at which every query gives what it gave before.
    Column("touches_frames", Boolean, nullable=False),
    # How many rows the revision added to which table, so that a lost one is noticed.
    Column("rows", DOCUMENT, nullable=False),
)

collections = Table(
    "collections",
    tables,
    Column("id", KEY, primary_key=True),
    Column("uid", String(24), nullable=False, unique=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("folded", TEXT, nullable=False),
    # LayerNext's prefix of the unique names of the collection's frames.
    Column("storage_path", TEXT, nullable=False, unique=True),
    # LayerNext's type of object: 5 is a collection of images.
    Column("object_type", SmallInteger, nullable=False, default=5),
    Column("added", BigInteger, nullable=False),
)

frames = Table(
    "frames",
    tables,
    Column("id", KEY, primary_key=True),
    # Stands for the frame whatever picture it shows, and is dense, so that a bitmap can hold it.
    Column("number", BigInteger, nullable=False),
    Column("collection", KEY, ForeignKey("collections.id"), nullable=False),
    Column("name", TEXT, nullable=False),
    Column("folded", TEXT, nullable=False),
    Column("unique_name", TEXT, nullable=False),
    Column("digest", SHA256, nullable=False),
    # Of the file as it was given. It differs from `digest` where the picture had to be turned upright.
    Column("source_digest", SHA256, nullable=False),
    Column("orientation", SmallInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(64), nullable=False),
    # Pillow's word for the kind of pixels: RGB, L (grey), I;16 (grey, 16 bits)…
    Column("pixels", String(16), nullable=False),
    # The perceptual hash (`lake.phash`). NULL where it was not computed yet.
    Column("phash", Bits),
    Column("uploaded_at", Moment, nullable=False),
    *_life(),
    _whole("frames_one_of_a_number", "number"),
    _whole("frames_one_of_a_unique_name", "unique_name"),
    _whole("frames_one_of_a_name", "collection", "name"),
    Index("frames_by_number", "number", "added", "removed"),
    Index("frames_by_source", "source_digest"),
    Index("frames_by_upload", "uploaded_at", "number"),
    *_by_life("frames"),
)

tags = Table(
    "tags",
    tables,
    Column("id", KEY, primary_key=True),
    Column("frame", BigInteger, nullable=False),
    Column("tag", TEXT, nullable=False),
    Column("folded", TEXT, nullable=False),
    *_life(),
    _whole("tags_once", "frame", "tag"),
    Index("tags_by_tag", "tag", "added", "removed", "frame"),
)

frame_metadata = Table(
    "frame_metadata",
    tables,
    Column("id", KEY, primary_key=True),
    Column("frame", BigInteger, nullable=False),
    Column("document", DOCUMENT, nullable=False),
    *_life(),
    _whole("frame_metadata_once", "frame"),
)

# What a query finds at a path of a document, a row for each value, so that it is found by an index and without
# any database's own way with JSON. The rows live and die with their document's.
metadata_values = Table(
    "metadata_values",
    tables,
    Column("document", KEY, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True),
    Column("path", TEXT, nullable=False),
    Column("text", TEXT),
    Column("folded", TEXT),
    Column("number", Float(53)),
    Column("flag", Boolean),
    _refers("document", "frame_metadata.id"),
    _short("metadata_values_by_text", "path", "text", texts=("path", "text")),
    _short("metadata_values_by_number", "path", "number", texts=("path",)),
)

labels = Table(
    "labels",
    tables,
    Column("id", KEY, primary_key=True),
    Column("uid", String(24), nullable=False, unique=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("folded", TEXT, nullable=False),
    Column("added", BigInteger, nullable=False),
)

# What people wrote down of a label: what it means, and the attributes that its annotations may have, as
# `lake.labels` keeps them. A label that only annotations speak of has no row here.
label_definitions = Table(
    "label_definitions",
    tables,
    Column("id", KEY, primary_key=True),
    Column("label", KEY, ForeignKey("labels.id"), nullable=False),
    Column("description", TEXT, nullable=False),
    Column("attributes", DOCUMENT, nullable=False),
    *_life(),
    _whole("label_definitions_once", "label"),
)

# A group stays the same one whatever it is called. One without a name was removed.
label_groups = Table(
    "label_groups",
    tables,
    Column("id", KEY, primary_key=True),
    Column("uid", String(24), nullable=False, unique=True),
    Column("added", BigInteger, nullable=False),
)

label_group_names = Table(
    "label_group_names",
    tables,
    Column("id", KEY, primary_key=True),
    Column("group", KEY, ForeignKey("label_groups.id"), nullable=False),
    Column("name", TEXT, nullable=False),
    *_life(),
    _whole("label_group_names_one_of_a_group", "group"),
    _whole("label_group_names_once", "name"),
)

# The labels of a group, in the order of their keys.
label_group_members = Table(
    "label_group_members",
    tables,
    Column("id", KEY, primary_key=True),
    Column("group", KEY, ForeignKey("label_groups.id"), nullable=False),
    Column("label", KEY, ForeignKey("labels.id"), nullable=False),
    *_life(),
    _whole("label_group_members_once", "group", "label"),
)

operations = Table(
    "operations",
    tables,
    Column("id", KEY, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("folded", TEXT, nullable=False),
    # LayerNext's codes: 1 human, 2 machine.
    Column("mode", SmallInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
)

annotations = Table(
    "annotations",
    tables,
    Column("id", KEY, primary_key=True),
    Column("frame", BigInteger, nullable=False),
    Column("operation", KEY, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("label", KEY, nullable=False),
    # The rest is as in `model.frames.Annotations`, but for `confidence`, which is NULL where none was given.
    Column("shape", SmallInteger, nullable=False),
    Column("left", Float(53), nullable=False),
    Column("top", Float(53), nullable=False),
    Column("right", Float(53), nullable=False),
    Column("bottom", Float(53), nullable=False),
    Column("outline", TEXT, nullable=False),
    Column("confidence", Float(53)),
    Column("extra", TEXT, nullable=False),
    *_life(),
    _refers("operation", "operations.id"),
    _refers("label", "labels.id"),
    _whole("annotations_once", "frame", "operation", "ordinal"),
    Index("annotations_by_frame", "frame", "added", "removed"),
    *_by_life("annotations"),
)

# What a query finds under an attribute's name, as `metadata_values`. The rows live and die with the annotation.
attribute_values = Table(
    "attribute_values",
    tables,
    Column("annotation", KEY, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("text", TEXT),
    Column("folded", TEXT),
    Column("number", Float(53)),
    Column("flag", Boolean),
    _refers("annotation", "annotations.id"),
    _short("attribute_values_by_text", "name", "text", texts=("name", "text")),
    _short("attribute_values_by_number", "name", "number", texts=("name",)),
)

datasets = Table(
    "datasets",
    tables,
    Column("id", KEY, primary_key=True),
    Column("uid", String(24), nullable=False, unique=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("added", BigInteger, nullable=False),
)

# One immutable content. `ordinal` counts a dataset's versions from 1; the highest is the current one.
versions = Table(
    "versions",
    tables,
    Column("id", KEY, primary_key=True),
    Column("uid", String(24), nullable=False, unique=True),
    Column("dataset", KEY, ForeignKey("datasets.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("parent", String(24)),
    Column("frames_revision", BigInteger, nullable=False),
    Column("manifest_digest", String(96), nullable=False),
    Column("manifest_blob", SHA256, nullable=False),
    Column("statistics", DOCUMENT, nullable=False),
    Column("author", TEXT, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("added", BigInteger, nullable=False),
    UniqueConstraint("dataset", "ordinal"),
)

# What a version was called and how it was packed: one row when it is published, one for each amendment. The
# latest counts; the earlier ones keep old numbers known.
editions = Table(
    "editions",
    tables,
    Column("id", KEY, primary_key=True),
    Column("version", KEY, ForeignKey("versions.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("number", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("config", DOCUMENT, nullable=False),
    Column("key", TEXT, nullable=False, unique=True),
    Column("author", TEXT, nullable=False),
    Column("at", Moment, nullable=False),
    Column("added", BigInteger, nullable=False),
    UniqueConstraint("version", "ordinal"),
)

# Which picture was made of which recipe (`augment.recipes`), so that it is made once ever, whatever versions and
# datasets show it. It holds nothing that could not be made again, so its rows are no part of any revision.
varied_pictures = Table(
    "varied_pictures",
    tables,
    Column("recipe", SHA256, primary_key=True),
    Column("digest", SHA256, nullable=False),
    Column("size", BigInteger, nullable=False),
)

states = Table(
    "states",
    tables,
    Column("project", TEXT, primary_key=True),
    Column("serial", BigInteger, primary_key=True, autoincrement=False),
    Column("lineage", TEXT, nullable=False),
    Column("document", DOCUMENT, nullable=False),
)

leases = Table(
    "leases",
    tables,
    Column("name", TEXT, primary_key=True),
    Column("holder", TEXT, nullable=False),
    Column("token", String(32), nullable=False),
    Column("system", TEXT, nullable=False),
    Column("process", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)

# The index, of which `lake.index` tells: derived from the tables above, so it may be thrown away and made again.
bitmaps = Table(
    "bitmaps",
    tables,
    Column("id", KEY, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("second", BigInteger, nullable=False),
    Column("slice", SmallInteger, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("frames", LargeBinary, nullable=False),
    *_life(),
    Index("bitmaps_by_key", "kind", "name", "first", "second", "removed", "added"),
)

KEPT = (
    collections,
    frames,
    tags,
    frame_metadata,
    metadata_values,
    labels,
    label_definitions,
    label_groups,
    label_group_names,
    label_group_members,
    operations,
    annotations,
    attribute_values,
    datasets,
    versions,
    editions,
)
"""Tables from which no row is ever removed."""
