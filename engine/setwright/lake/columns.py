"""Rows of the catalogue as NumPy columns, a part at a time, so that no million of Python's objects is there at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select

_ROWS = 4000
"""In one part: as objects they fit into the processor's cache."""

TEXT = np.dtypes.StringDType()


def read_columns(
    connection: Connection,
    statement: Select[Any],
    types: Sequence[Any],
    keep: Callable[[list[NDArray[Any]]], NDArray[Any]] | None = None,
) -> list[NDArray[Any]]:
    """What `statement` selects, a column of each of the NumPy `types`; NULL becomes NaN.

    `keep` says of a part which of its rows to keep, as a mask.
    """
    found = [_Growing(np.dtype(kind)) for kind in types]
    result = connection.execute(statement.execution_options(stream_results=True, yield_per=_ROWS))
    for rows in result.partitions():
        columns = [_column(each, one.kind) for each, one in zip(zip(*rows, strict=True), found, strict=True)]
        if keep is not None:
            mask = keep(columns)
            if not mask.any():
                continue
            if not mask.all():
                columns = [column[mask] for column in columns]
        for one, column in zip(found, columns, strict=True):
            one.add(column)
    return [one.whole() for one in found]


def _column(values: tuple[Any, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    if kind.kind in "iu":
        return np.fromiter(values, kind, len(values))
    return np.array(values, kind)


class _Growing:
    """A column that parts are added to. It has room for more than it holds, of which memory knows once it is used."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.kind = kind
        self._column = np.empty(0, kind)
        self._size = 0

    def add(self, part: NDArray[Any]) -> None:
        """What comes next."""
        size = self._size + len(part)
        if size > len(self._column):
            self._make_room(max(size, len(self._column) * 3 // 2))
        self._column[self._size : size] = part
        self._size = size

    def whole(self) -> NDArray[Any]:
        """All of it, to which nothing is added any more."""
        if self._plain:
            self._column.resize(self._size, refcheck=False)
            return self._column
        return self._column[: self._size]

    @property
    def _plain(self) -> bool:
        return self.kind.kind not in "TO"

    def _make_room(self, size: int) -> None:
        if self._plain:
            self._column.resize(size, refcheck=False)  # large blocks are moved without being copied
            return
        column = np.empty(size, self.kind)
        column[: self._size] = self._column[: self._size]
        self._column = column
