"""Sets of frames' numbers as conditions, one parameter each however many they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, any_, func, literal, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyroaring import BitMap
    from sqlalchemy import ColumnElement, Connection

MOST = 500_000
"""So many numbers are found one by one; of more, the database had better read all rows, and the rest is left out."""


def among(connection: Connection, numbers: BitMap) -> Callable[[ColumnElement[Any]], ColumnElement[bool]]:
    """The condition that a column holds one of `numbers`."""
    several = numbers.to_array().tolist()
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY

        array = literal(several, ARRAY(BigInteger))
        return lambda column: column == any_(array)
    # A subquery is made once for each place where it stands, so that all of it can be looked up by an index.
    text = json.dumps(several, separators=(",", ":"))
    return lambda column: column.in_(select(func.json_each(text).table_valued("value").c.value))
