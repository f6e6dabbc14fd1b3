"""Frames that somebody says are the lake's: whether they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap
from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.among import MOST, among

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from setwright.model.frames import Frames

_LARGEST = 2**32 - 1
"""Numbers are dense, so that a bitmap can hold them; none is larger."""


def unknown_frames(connection: Connection, frames: Frames) -> NDArray[np.int64]:
    """The rows of `frames` that the lake never had, at any revision, under that number and name, with that picture."""
    column = schema.frames.c
    asked = select(column.number, column.unique_name, column.digest)
    unknown: list[int] = []
    for start in range(0, len(frames), MOST):
        some = frames.take(np.arange(start, min(start + MOST, len(frames))))
        numbers = BitMap(some.number[(some.number >= 0) & (some.number <= _LARGEST)].tolist())
        rows = connection.execute(asked.where(among(connection, numbers)(column.number)))
        known = {(number, name, digest) for number, name, digest in rows}
        said = zip(some.number.tolist(), some.name.tolist(), some.digest.tolist(), strict=True)
        unknown += [
            row
            for row, (number, name, digest) in enumerate(said, start)
            if (number, name, digest.decode()) not in known
        ]
    return np.array(unknown, np.int64)
