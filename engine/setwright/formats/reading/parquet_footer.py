"""What a Parquet file says of its columns before anything of it is unpacked.

The footer is in Thrift's compact protocol. It is read here because pyarrow ends the whole process over some hostile
footers when it is asked for a column's sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 16 * 1024 * 1024
"""The largest footer, in bytes."""

_END = 8


@dataclass(frozen=True, slots=True)
class ColumnChunk:
    """A column of a group of rows: its name, with dots, its values, and its bytes as they lie and unpacked."""

    name: str
    values: int
    packed: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A group of rows."""

    rows: int
    columns: tuple[ColumnChunk, ...]


def row_groups(file: BinaryIO) -> tuple[RowGroup, ...]:
    """The groups of rows in a Parquet file.

    Raises:
        ValueError, LookupError, TypeError, RecursionError: its footer cannot be read.
    """
    size = file.seek(0, 2)
    file.seek(max(size - _END, 0))
    end = file.read(_END)
    length = int.from_bytes(end[:4], "little")
    if end[4:] != b"PAR1" or not 0 < length <= min(size - _END, MOST):
        raise ValueError("it has no footer, or one that is too large")
    file.seek(size - _END - length)
    told = _struct(iter(file.read(length)))
    return tuple(
        RowGroup(_count(group[3]), tuple(_column(column[3]) for column in group[1]))
        for group in told.get(4, ())
    )


def _column(told: dict[int, Any]) -> ColumnChunk:
    name = b".".join(told[3]).decode("utf-8", "replace")
    return ColumnChunk(name, _count(told[5]), _count(told[7]), _count(told[6]))


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a count is none")
    return value


def _struct(content: Iterator[int]) -> dict[int, Any]:
    """The fields of a struct by their numbers."""
    fields: dict[int, Any] = {}
    number = 0
    while (head := _byte(content)) & 15:
        number = number + (head >> 4) if head >> 4 else _signed(content)
        kind = head & 15
        fields[number] = kind == 1 if kind in (1, 2) else _value(kind, content)
    return fields


def _value(kind: int, content: Iterator[int]) -> Any:
    match kind:
        case 1 | 2 | 3:  # in a list a truth takes a byte
            return _byte(content)
        case 4 | 5 | 6:
            return _signed(content)
        case 7:
            return bytes(_byte(content) for _ in range(8))
        case 8:
            return bytes(_byte(content) for _ in range(_varint(content)))
        case 9 | 10:
            head = _byte(content)
            count = head >> 4 if head >> 4 < 15 else _varint(content)
            return [_value(head & 15, content) for _ in range(count)]
        case 11:
            count = _varint(content)
            kinds = _byte(content) if count else 0
            return [(_value(kinds >> 4, content), _value(kinds & 15, content)) for _ in range(count)]
        case 12:
            return _struct(content)
        case _:
            raise ValueError("its footer holds what is not known")


def _signed(content: Iterator[int]) -> int:
    value = _varint(content)
    return value >> 1 ^ -(value & 1)


def _varint(content: Iterator[int]) -> int:
    value = 0
    for place in range(0, 70, 7):
        byte = _byte(content)
        value |= (byte & 127) << place
        if byte < 128:
            return value
    raise ValueError("a number in its footer is too long")


def _byte(content: Iterator[int]) -> int:
    byte = next(content, None)
    if byte is None:
        raise ValueError("its footer breaks off")
    return byte
