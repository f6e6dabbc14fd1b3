"""Rows of the catalogue as NumPy columns, a part at a time, so that no million of Python's objects is there at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select

_ROWS = 20_000
"""In one part."""

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
    parts: list[list[NDArray[Any]]] = [[] for _ in types]
    result = connection.execute(statement.execution_options(stream_results=True, yield_per=_ROWS))
    for rows in result.partitions():
        columns = [
            np.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)
        ]
        if keep is not None:
            mask = keep(columns)
            if not mask.any():
                continue
            if not mask.all():
                columns = [column[mask] for column in columns]
        for part, column in zip(parts, columns, strict=True):
            part.append(column)
    found = []
    for part, kind in zip(parts, types, strict=True):
        found.append(np.concatenate(part) if part else np.empty(0, kind))
        part.clear()
    return found
