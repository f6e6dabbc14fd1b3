"""What the catalogue asks of a database; `lake.sqlite` and `lake.postgresql` answer.

reading     sees one moment, whatever others write meanwhile; may be limited in time
writing     all or nothing, one writer at a time, each seeing all that was written before
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from setwright.model.errors import LakeError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

WRITES = "setwright_writes"
"""The execution option of a connection that is going to write."""

BYTES = "setwright_bytes"
"""The execution option of a statement whose rows hold bytes: they travel as such, whatever form others have."""


class Database(Protocol):
    """A database, and where it differs from others."""

    @property
    def engine(self) -> Engine:
        """Connections, which take the one writer's lock when they begin a transaction with the option `WRITES`."""
        ...

    @property
    def location(self) -> str:
        """How people find it. Never a password."""
        ...

    def now(self) -> datetime:
        """The time on which all who use the database agree."""
        ...

    def limit(self, connection: Connection, seconds: float | None) -> None:
        """Let each statement, from now on and until the transaction ends, run for so long and no longer."""
        ...

    def prepare(self, connection: Connection) -> None:
        """Make the place where tables can be made."""
        ...

    def back_up(self, name: str) -> None:
        """Keep a copy of all that is committed, if that is ours to do: others wait while it is made."""
        ...

    def damages(self) -> tuple[str, ...]:
        """What the database itself finds wrong with what it stores."""
        ...

    def in_words(self, error: DBAPIError) -> BaseException | None:
        """What happened, where it is no bug of ours."""
        ...


def took_too_long() -> LakeError:
    """A statement came to the end of its time."""
    return LakeError(
        "The lake did not answer in time",
        "The question takes longer than the lake may work on one. Nothing was changed.",
        "ask for less: a collection, a range of dates, a label",
    )
