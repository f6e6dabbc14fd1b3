"""The pictures in the rows of a Parquet file, read where they lie, some rows at a time. Needs the extra `parquet`."""

from __future__ import annotations

import json
import posixpath
from bisect import bisect_right
from collections import deque
from contextlib import contextmanager, suppress
from itertools import accumulate, chain
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from setwright.edge.files import safe_parts
from setwright.formats.reading.archives import BROKEN, FREE, MAX_FILES, MAX_RATIO
from setwright.formats.reading.listing import Files, is_picture
from setwright.formats.reading.parquet_footer import MOST, row_groups
from setwright.model.errors import FormatError, UnsafeNameError
from setwright.model.extras import needing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from setwright.formats.reading.parquet_footer import RowGroup

MOST_VALUES = 10_000_000
"""The most values of a column, other than pictures, in one group of rows."""

_AT_ONCE = 4
_KEPT = 16
_KEPT_BYTES = 64 * 1024 * 1024
_ROWS_AT_ONCE = 256
_COLUMNS = ("image", "img", "picture", "jpg", "png")
_ENDINGS = (
    (b"\xff\xd8", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"BM", ".bmp"),
    (b"II*", ".tif"),
    (b"MM\0*", ".tif"),
)


class PictureRows(Files):
    """The pictures in a Parquet file, in the order of its rows.

    `rows` has the name of each; one that is not there is told when it is read. A picture is called as its `path` says,
    unless that leads elsewhere or is another's; else by the file and the number of the row. `features` are the types of
    the columns as `datasets` knows them, nothing where they are not told; `column` is the one with the pictures.
    """

    def __init__(self, location: str, file: BinaryIO) -> None:
        """Look at the file.

        Raises:
            FormatError: it is damaged, has no pictures, or is out of proportion.
            MissingExtraError: pyarrow is not installed.
        """
        super().__init__(location)
        with needing("parquet", "read Parquet files"):
            import pyarrow.parquet as parquet
        with _reading():
            groups = row_groups(file)
            _check(groups)
            self._starts = [0, *accumulate(group.rows for group in groups)]
            with _reading("its schema cannot be read: "):
                self._file = parquet.ParquetFile(
                    file,
                    pre_buffer=False,
                    buffer_size=1 << 20,
                    thrift_string_size_limit=MOST,
                    thrift_container_size_limit=MAX_FILES,
                )
                schema = self._file.schema_arrow
            self.features = _features((schema.metadata or {}).get(b"huggingface", b"{}"))
            self.columns: tuple[str, ...] = tuple(schema.names)
            self.column, self._bytes, self._path = _picture_columns(schema, self.features)
            self.rows = tuple(self._take_names())
        self._row = {name: row for row, name in enumerate(self.rows)}
        self._lock = Lock()
        self._held: deque[tuple[int, list[bytes | None]]] = deque()
        self._coming: Iterator[tuple[int, list[bytes | None]]] = iter(())
        self._next = -1

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def part(self, name: str, start: int, size: int) -> bytes:
        return self._picture(name)[start : start + size]

    def size(self, name: str) -> int:
        return len(self._picture(name))

    def told(self, columns: list[str]) -> Iterator[dict[str, Any]]:
        """What the rows tell in these columns, one after the other.

        Raises:
            FormatError: the file is damaged.
        """
        with _reading():
            for batch in self._file.iter_batches(_ROWS_AT_ONCE, columns=columns, use_threads=False):
                yield from batch.to_pylist()

    def _picture(self, name: str) -> bytes:
        row = self._row[name]
        with self._lock:
            while not (
                held := [
                    (start, values) for start, values in self._held if start <= row < start + len(values)
                ]
            ):
                self._advance(row)
        start, values = held[0]
        if (content := values[row - start]) is None:
            raise FormatError(
                "No picture", "its row holds no picture, and what it may name is not looked for."
            )
        return content

    def _advance(self, row: int) -> None:
        """Hold the next rows, or from the beginning of its group on the rows around `row`, if that is elsewhere."""
        group = bisect_right(self._starts, row) - 1
        if not self._starts[group] <= self._next <= row:
            self._coming = self._batches(group)
        with _reading():
            start, values = next(self._coming, (row, []))
        if not values or start > row:
            raise FormatError("The file is damaged", "It has fewer rows than it says.")
        self._held.append((start, values))
        sizes = [sum(len(value or b"") for value in values) for _, values in self._held]
        # Threads ask for them nearly in their order, so what was held longest is needed least.
        while len(sizes) > 1 and (len(sizes) > _KEPT or sum(sizes) > _KEPT_BYTES):
            self._held.popleft()
            sizes.pop(0)
        self._next = start + len(values)

    def _batches(self, group: int) -> Iterator[tuple[int, list[bytes | None]]]:
        """The pictures from a group of rows on, with the first row of each batch."""
        for place in range(group, len(self._starts) - 1):
            start = self._starts[place]
            for batch in self._file.iter_batches(
                _AT_ONCE, row_groups=[place], columns=[self._bytes], use_threads=False
            ):
                values = _values(batch.column(0), "bytes")
                yield start, values
                start += len(values)

    def _take_names(self) -> Iterator[str]:
        """The name of each row's picture, which is taken into the listing."""
        paths = self._paths()
        endings = [] if all(map(_usable, paths)) else self._endings()
        stem = posixpath.splitext(posixpath.basename(self.location))[0]
        for row, path in enumerate(paths):
            name = _usable(path)
            if name is None or name in self._names:
                ending = posixpath.splitext(name)[1] if name else endings[row]
                name = f"{stem}-{row:06}{ending}"
            while name in self._names:
                name = f"_{name}"
            self._add(name)
            yield name

    def _paths(self) -> list[str | None]:
        if self._path is None:
            return [None] * self._starts[-1]
        batches = self._file.iter_batches(_ROWS_AT_ONCE, columns=[self._path], use_threads=False)
        return [path for batch in batches for path in _values(batch.column(0), "path")]

    def _endings(self) -> list[str]:
        """What the name of each picture would end with, by how it begins."""
        return [_ending(content or b"") for _, values in self._batches(0) for content in values]


def _check(groups: Sequence[RowGroup]) -> None:
    """Refuse what would take more room than it can need.

    Raises:
        FormatError: it would.
    """
    rows = sum(group.rows for group in groups)
    if rows > MAX_FILES:
        raise FormatError("Too many rows", f"It has {rows:,} rows; {MAX_FILES:,} are the most.")
    for column in chain.from_iterable(group.columns for group in groups):
        if column.unpacked > max(FREE, MAX_RATIO * column.packed):
            raise FormatError(
                "Out of proportion",
                f"{column.packed:,} bytes of a column would unpack to {column.unpacked:,}.",
            )
        if column.values > MOST_VALUES:
            raise FormatError(
                "Out of proportion",
                f"{column.name} has {column.values:,} values in a group of rows; {MOST_VALUES:,} are the most.",
            )


def _picture_columns(schema: Any, features: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """The column with the pictures; where within it their bytes are, and their paths."""
    import pyarrow.types as types

    def holds_bytes(name: str) -> bool:
        type = schema.field(name).type
        return bool(types.is_struct(type)) and "bytes" in _fields(type)

    def is_bytes(name: str) -> bool:
        type = schema.field(name).type
        return bool(types.is_binary(type) or types.is_large_binary(type))

    told = [name for name in schema.names if _is_image(features.get(name))]
    likely = [name for name in _COLUMNS if name in schema.names]
    for name in (*told, *likely, *schema.names):
        if holds_bytes(name):
            path = f"{name}.path" if "path" in _fields(schema.field(name).type) else None
            return name, f"{name}.bytes", path
        if is_bytes(name) and (name in told or name in likely):
            return name, name, None
    raise FormatError("No pictures", f"None of its columns holds pictures: {', '.join(schema.names)}.")


def _fields(struct: Any) -> list[str]:
    return [struct.field(place).name for place in range(struct.num_fields)]


def _is_image(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == "Image"


def _features(told: bytes) -> Mapping[str, Any]:
    """The types of the columns in what `datasets` writes into a schema."""
    try:
        features = json.loads(told)["info"]["features"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return {}
    return features if isinstance(features, dict) else {}


def _values(column: Any, field: str) -> list[Any]:
    """The values of a column, or of that field of it."""
    return [each[field] if isinstance(each, dict) else each for each in column.to_pylist()]


def _usable(path: str | None) -> str | None:
    """What a picture may be called by its path: all of it, or the last part if that leads elsewhere."""
    for name in (path, posixpath.basename((path or "").replace("\\", "/"))):
        if name and is_picture(name):
            with suppress(UnsafeNameError):
                safe_parts(name)
                return name
    return None


def _ending(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    return next((ending for magic, ending in _ENDINGS if content.startswith(magic)), ".jpg")


@contextmanager
def _reading(what: str = "") -> Iterator[None]:
    """Whatever a library says to hostile bytes means the same; `what` stands before its words."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, *BROKEN, MemoryError, TypeError) as error:
        detail = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise FormatError("The file is damaged", f"{what}{detail}.") from error
