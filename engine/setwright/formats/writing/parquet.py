"""Parquet files, as far as pictures with their objects need them: plain, uncompressed, streamed.

A writer of our own, because a stored picture goes into the file as it is: what comes before and after it is known
without reading it, so the file's size is too, and no library writes one without holding it. And the bytes do not
depend on which release of a library is installed.

The format is https://github.com/apache/parquet-format: column chunks of one page each, then a footer in Thrift's
compact protocol. Statistics and compression are optional, and there are none. Every field may be null, though none is,
since `datasets` takes only such fields for what it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from setwright.formats.protocol import PictureFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

MAGIC = b"PAR1"
BOOLEAN, INT32, INT64, DOUBLE, BYTES = 0, 1, 2, 5, 6
_OPTIONAL, _REPEATED = 1, 2
_PLAIN, _RLE = 0, 3
_TEXT, _LIST = 0, 3  # ConvertedType

Part: TypeAlias = bytes | PictureFile


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column of values: Parquet's type, and whether its bytes are text."""

    name: str
    type: int
    text: bool = False


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, of lists perhaps."""

    name: str
    element: Field


@dataclass(frozen=True, slots=True)
class Struct:
    """Fields together."""

    name: str
    fields: tuple[Field, ...]


Field: TypeAlias = Leaf | ListOf | Struct


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The values of one leaf in one group of rows.

    `values` are their bytes in Parquet's plain form. For each value, and each empty list in a value's place, there are
    two levels `(L,) int64`: `repetition`, the list that goes on with it, 0 for a new row, and `depth`, how many lists
    on its way are not empty.
    """

    values: Sequence[Part]
    repetition: NDArray[np.int64]
    depth: NDArray[np.int64]

    @classmethod
    def flat(cls, count: int, values: Sequence[Part]) -> Column:
        """One value a row, in no list."""
        return cls(values, np.zeros(count, np.int64), np.zeros(count, np.int64))


def flags_of(values: NDArray[np.bool_]) -> bytes:
    """Flags in plain form: a bit each, the lowest first."""
    return np.packbits(values, bitorder="little").tobytes()


def texts_of(values: Iterable[str]) -> bytes:
    """Texts in plain form."""
    return b"".join(len(each).to_bytes(4, "little") + each for each in (value.encode() for value in values))


def parquet(
    fields: Sequence[Field],
    metadata: Sequence[tuple[str, str]],
    groups: Iterable[tuple[int, Callable[[], Sequence[Column]]]],
) -> Iterator[Part]:
    """The parts of a file of `fields`; of each group of rows, how many there are, and its columns, leaf by leaf."""
    leaves = [leaf for field in fields for leaf in _leaves(field, (), 0, ())]
    yield MAGIC
    at = len(MAGIC)
    rows = 0
    told: list[_Value] = []
    for count, columns in groups:
        chunks: list[_Value] = []
        first = at
        for (path, leaf, definitions), column in zip(leaves, columns(), strict=True):
            levels = _levels(np.array(definitions)[column.depth], definitions[-1])
            if (lists := len(definitions) - 1) > 0:
                levels = _levels(column.repetition, lists) + levels
            size = len(levels) + sum(
                part.size if isinstance(part, PictureFile) else len(part) for part in column.values
            )
            values = len(column.depth)
            header = _page_header(size, values)
            yield header + levels
            yield from column.values
            whole = len(header) + size
            chunks.append(_chunk(leaf, path, values, whole, at))
            at += whole
        told.append(_struct((1, _list(_STRUCT, chunks)), (2, _i64(at - first)), (3, _i64(count))))
        rows += count
    schema = [_struct((4, _text("schema")), (5, _i32(len(fields))))]
    schema += [element for field in fields for element in _schema(field, _OPTIONAL)]
    footer = _struct(
        (1, _i32(2)),
        (2, _list(_STRUCT, schema)),
        (3, _i64(rows)),
        (4, _list(_STRUCT, told)),
        (5, _list(_STRUCT, [_struct((1, _text(key)), (2, _text(value))) for key, value in metadata])),
        (6, _text("setwright")),
    )[1]
    yield footer + len(footer).to_bytes(4, "little") + MAGIC


def _leaves(
    field: Field, above: tuple[str, ...], there: int, empty: tuple[int, ...]
) -> Iterator[tuple[tuple[str, ...], Leaf, tuple[int, ...]]]:
    """Each leaf with its path and its definition levels: of the first list empty, of the second …, of a value.

    A definition level counts what is there on the way of all that might not be; `there` is that of what is `above`.
    """
    path = (*above, field.name)
    match field:
        case Leaf():
            yield path, field, (*empty, there + 1)
        case ListOf(_, element):
            yield from _leaves(element, (*path, "list"), there + 2, (*empty, there + 1))
        case Struct(_, fields):
            for each in fields:
                yield from _leaves(each, path, there + 1, empty)


def _schema(field: Field, repetition: int) -> Iterator[_Value]:
    """A field and what is in it, depth first. Lists have the three levels that the format asks for."""
    match field:
        case Leaf(name, type, text):
            kind = [(6, _i32(_TEXT))] if text else []
            yield _struct((1, _i32(type)), (3, _i32(repetition)), (4, _text(name)), *kind)
        case ListOf(name, element):
            yield _struct((3, _i32(repetition)), (4, _text(name)), (5, _i32(1)), (6, _i32(_LIST)))
            yield _struct((3, _i32(_REPEATED)), (4, _text("list")), (5, _i32(1)))
            yield from _schema(element, _OPTIONAL)
        case Struct(name, fields):
            yield _struct((3, _i32(repetition)), (4, _text(name)), (5, _i32(len(fields))))
            for each in fields:
                yield from _schema(each, _OPTIONAL)


def _levels(levels: NDArray[np.int64], most: int) -> bytes:
    """Levels up to `most`, packed bit by bit in groups of eight."""
    width = most.bit_length()
    groups = -(-len(levels) // 8)
    padded = np.zeros(groups * 8, np.int64)
    padded[: len(levels)] = levels
    bits = (padded[:, None] >> np.arange(width) & 1).astype(np.uint8)
    run = _varint(groups << 1 | 1) + np.packbits(bits, bitorder="little").tobytes()
    return len(run).to_bytes(4, "little") + run


def _page_header(size: int, values: int) -> bytes:
    page = _struct((1, _i32(values)), (2, _i32(_PLAIN)), (3, _i32(_RLE)), (4, _i32(_RLE)))
    return _struct((1, _i32(0)), (2, _i32(size)), (3, _i32(size)), (5, page))[1]


def _chunk(leaf: Leaf, path: Sequence[str], values: int, size: int, at: int) -> _Value:
    meta = _struct(
        (1, _i32(leaf.type)),
        (2, _list(_I32, [_i32(_PLAIN), _i32(_RLE)])),
        (3, _list(_BINARY, [_text(name) for name in path])),
        (4, _i32(0)),
        (5, _i64(values)),
        (6, _i64(size)),
        (7, _i64(size)),
        (9, _i64(at)),
    )
    return _struct((2, _i64(at)), (3, meta))


# Thrift's compact protocol. A value is its type and its bytes.
_Value: TypeAlias = tuple[int, bytes]
_I32, _I64, _BINARY, _LISTS, _STRUCT = 5, 6, 8, 9, 12


def _struct(*fields: tuple[int, _Value]) -> _Value:
    """Fields by their numbers, ascending; each begins with how far its number is from the last."""
    last = 0
    content = b""
    for number, (type, value) in fields:
        content += bytes(((number - last) << 4 | type,)) + value
        last = number
    return _STRUCT, content + b"\x00"


def _list(type: int, values: Sequence[_Value]) -> _Value:
    head = (
        bytes((len(values) << 4 | type,))
        if len(values) < 15
        else bytes((0xF0 | type,)) + _varint(len(values))
    )
    return _LISTS, head + b"".join(value for _, value in values)


def _i32(value: int) -> _Value:
    return _I32, _varint(value << 1)


def _i64(value: int) -> _Value:
    return _I64, _varint(value << 1)


def _text(value: str) -> _Value:
    content = value.encode()
    return _BINARY, _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """A number that is not negative, seven bits a byte, the lowest first."""
    content = bytearray()
    while value > 127:
        content.append(value & 127 | 128)
        value >>= 7
    content.append(value)
    return bytes(content)
