"""Columns as bytes: a zip of NumPy arrays beside a header in JSON, the same bytes for the same columns.

Any program that reads `.npz` reads it: `numpy.load(file)["frames.width"]`. A column of text is two arrays, `NAME.utf8`
(bytes) and `NAME.ends` (where each text ends). The members are deflated, since names and digests repeat.

What is read may come from anywhere: no array is made that is larger than the bytes that are there for it.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from setwright.model.canonical import canonical_json
from setwright.model.errors import FormatError
from setwright.model.frames import Annotations, Frames, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO

LARGEST: Final = 8 * 2**30
"""Bytes of all columns together, unpacked; a file that says more of itself is refused."""

_AT_ONCE = 4096
"""Texts that are taken apart together: as Python has them, all of a column take several times its room."""

_TEXT = np.dtypes.StringDType()
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NO_COLUMN = {"labels", "operations"}


def pack(header_name: str, header: Mapping[str, Any], columns: Iterable[tuple[str, Any]]) -> bytes:
    """The columns by name, and `header` as the member `header_name`, as a file's bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, header_name, canonical_json(header).encode())
        for name, column in columns:
            if column.dtype == _TEXT:
                utf8, ends = _pack(column)
                _add(archive, f"{name}.utf8.npy", _npy(utf8))
                _add(archive, f"{name}.ends.npy", _npy(ends))
            else:
                _add(archive, f"{name}.npy", _npy(column))
    return buffer.getvalue()


class Packed:
    """A file of columns that is being read. What fails to be read raises a `FormatError` that names `what` it is.

    Use it as a context: within it, a column that is not there raises one as well.
    """

    def __init__(self, content: bytes, what: str) -> None:
        self._content = content
        self._what = what

    def __enter__(self) -> Packed:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(self._content))
            if sum(member.file_size for member in self._archive.infolist()) > LARGEST:
                raise ValueError("it would not fit into memory")
        except _UNREADABLE as error:
            raise self._not(error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._archive.close()
        if isinstance(error, _UNREADABLE):
            raise self._not(error) from error

    def header(self, name: str) -> dict[str, Any]:
        """The header that is the member `name`."""
        found = json.loads(self._archive.read(name))
        if not isinstance(found, dict):
            raise ValueError("its header is no object")
        return found

    def has(self, column: str) -> bool:
        """Whether there is a column of that name."""
        return not {f"{column}.npy", f"{column}.ends.npy"}.isdisjoint(self._archive.namelist())

    def column(self, name: str) -> Any:
        """The column of that name."""
        if f"{name}.npy" in self._archive.namelist():
            return self._array(f"{name}.npy")
        ends = self._array(f"{name}.ends.npy")
        with self._archive.open(f"{name}.utf8.npy") as file:
            _head(file, f"{name}.utf8.npy", self._archive.getinfo(f"{name}.utf8.npy").file_size)
            return _unpack(file, ends)

    def frames(self) -> Frames:
        """The columns of frames."""
        # Files of before there were perceptual hashes have no column of them.
        columns = {
            field.name: self.column(f"frames.{field.name}")
            for field in fields(Frames)
            if field.name != "phash" or self.has("frames.phash")
        }
        columns.setdefault("phash", np.zeros_like(columns["number"], np.uint64))
        return Frames(**columns)

    def annotations(self, header: Mapping[str, Any]) -> Annotations:
        """The columns of annotations, of whose labels and operations `header` tells."""
        columns = {
            field.name: self.column(f"annotations.{field.name}")
            for field in fields(Annotations)
            if field.name not in _NO_COLUMN
        }
        return Annotations(labels=tuple(header["labels"]), operations=tuple(header["operations"]), **columns)

    def _array(self, member: str) -> Any:
        content = io.BytesIO(self._archive.read(member))
        shape, dtype = _head(content, member, len(content.getbuffer()))
        return np.frombuffer(content.getbuffer()[content.tell() :], dtype).reshape(shape).copy()

    def _not(self, error: BaseException) -> FormatError:
        return FormatError(f"Not a {self._what}", f"The bytes cannot be read as one: {error}.")


_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,  # a way of packing that we do not know
    RuntimeError,  # a member that is encrypted
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
    OverflowError,
    RecursionError,
    zipfile.zlib.error,  # type: ignore[attr-defined]
)


def table_columns(table: str, value: Frames | Annotations) -> Iterator[tuple[str, Any]]:
    """The columns of `value` by name, each with `table` and a dot before it."""
    for field in fields(value):
        if field.name not in _NO_COLUMN:
            yield f"{table}.{field.name}", getattr(value, field.name)


def _pack(column: Texts) -> tuple[Any, Any]:
    parts: list[bytes] = []
    lengths: list[int] = []
    for begin in range(0, len(column), _AT_ONCE):
        encoded = [text.encode() for text in column[begin : begin + _AT_ONCE].tolist()]
        lengths += map(len, encoded)
        parts.append(b"".join(encoded))
    return np.frombuffer(b"".join(parts), np.uint8), np.cumsum(lengths, dtype=np.int64)


def _head(file: IO[bytes], member: str, size: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of the array whose `size` bytes, head and all, `file` begins with; it is read up to the values.

    Raises:
        ValueError: it is no plain array, or not as large as its head says.
    """
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{member} is an array of version {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject or fortran:
        raise ValueError(f"{member} is no plain array")
    count = 1
    for length in shape:
        count *= length
    rest = size - file.tell()
    if dtype.itemsize == 0 or rest != count * dtype.itemsize:
        raise ValueError(f"{member} has {rest} bytes for an array of {shape}")
    return shape, dtype


def _unpack(utf8: IO[bytes], ends: Any) -> Texts:
    """The texts that are in `utf8` up to each of `ends`. Of what they are made of only some is ever held."""
    # Texts that overlap could come to far more than what they are cut from.
    if ends.ndim != 1 or bool(np.any(np.diff(ends, prepend=0) < 0)):
        raise ValueError("a column of text does not say where its texts end")
    column = np.empty(len(ends), dtype=_TEXT)
    start = 0
    for begin in range(0, len(ends), _AT_ONCE):
        some = ends[begin : begin + _AT_ONCE] - start
        part = memoryview(utf8.read(int(some[-1])))
        if len(part) != some[-1]:
            raise ValueError("a column of text ends before its texts do")
        column[begin : begin + len(some)] = [
            str(part[first:last], "utf-8") for first, last in pairwise([0, *some.tolist()])
        ]
        start += len(part)
    if utf8.read(1):
        raise ValueError("a column of text goes on where its texts have ended")
    return column


def _npy(column: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(column), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # A fixed time and system, because the same columns must give the same bytes on every day and machine.
    member = zipfile.ZipInfo(name, date_time=_EPOCH)
    member.create_system = 3
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content, compresslevel=1)
