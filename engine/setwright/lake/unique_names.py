"""Lake-wide names for new frames, asked of the catalogue for these frames alone, however many others there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.bulk import in_chunks
from setwright.lake.identity import unique_name
from setwright.lake.schema import FOREVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


class UniqueNames:
    """Gives them out for frames below `storage`, to those with `names` without a question for each."""

    def __init__(self, connection: Connection, storage: str, names: Sequence[str]) -> None:
        self._connection = connection
        self._storage = storage
        wanted = [unique_name(storage, name, lambda _: False) for name in names]
        self._asked = set(wanted)
        self._taken = {name for chunk in in_chunks(wanted) for name in self._in_use(chunk)}

    def give(self, name: str) -> str:
        """The unique name of a new frame, which nobody else gets from here on."""
        given = unique_name(self._storage, name, self._is_taken)
        self._taken.add(given)
        return given

    def _is_taken(self, name: str) -> bool:
        if name not in self._asked:  # numbered, for what it would be called is another frame's
            self._asked.add(name)
            self._taken.update(self._in_use([name]))
        return name in self._taken

    def _in_use(self, names: Sequence[str]) -> Sequence[str]:
        column = schema.frames.c.unique_name
        held = schema.frames.c.removed == FOREVER
        return self._connection.execute(select(column).where(column.in_(names), held)).scalars().all()
