"""Columns as the bytes that digests are made of.

A million texts as Python has them take several times the room of the column, so they are made into JSON in parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from setwright.model.canonical import canonical_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Texts

Part: TypeAlias = bytes | bytearray | memoryview

_AT_ONCE = 1 << 14
_ESCAPED = b'"\\' + bytes(range(0x20))
"""What JSON writes otherwise than it is."""


def array_bytes(column: NDArray[Any], dtype: str | None = None) -> memoryview:
    """The bytes of the column, row after row, as `dtype`; copied only where they do not lie so."""
    return np.ascontiguousarray(column, dtype).reshape(-1).view(np.uint8).data


def texts_json(column: Texts) -> bytearray:
    """The bytes of `canonical_json(column.tolist())`."""
    written = bytearray(b"[")
    for start in range(0, len(column), _AT_ONCE):
        written += b"," if start else b""
        written += _part(column[start : start + _AT_ONCE])
    written += b"]"
    return written


def _part(column: Texts) -> bytes:
    """The values of some texts, with commas between them."""
    if bool((column[1:] == column[:-1]).all()):
        return b",".join([canonical_json(column[0]).encode()] * len(column))
    texts = column.tolist()
    plain = '","'.join(texts).encode()
    # Two quotation marks a comma are ours; if there is nothing else to escape, it is JSON already.
    if len(plain) - len(plain.translate(None, _ESCAPED)) == 2 * (len(texts) - 1):
        return b'"' + plain + b'"'
    return canonical_json(texts)[1:-1].encode()
