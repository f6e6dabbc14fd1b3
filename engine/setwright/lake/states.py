"""The states of projects: numbered documents, each made once and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, desc, insert, select

from setwright.lake.schema import states
from setwright.state.document import State, decode, encode, require_next

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT = 100
"""So many of the newest states of a project are kept."""


def newest_state(connection: Connection, project: str) -> State | None:
    """The newest state of `project`, None before the first."""
    document = connection.execute(
        select(states.c.document).where(states.c.project == project).order_by(desc(states.c.serial)).limit(1)
    ).scalar_one_or_none()
    return None if document is None else decode(document)


def add_state(connection: Connection, project: str, state: State) -> None:
    """Record `state` as the newest one of `project`.

    Raises:
        StalePlanError: its serial is not the next one, or the project's states are of another lineage.
    """
    newest = connection.execute(
        select(states.c.serial, states.c.lineage)
        .where(states.c.project == project)
        .order_by(desc(states.c.serial))
        .limit(1)
    ).one_or_none()
    require_next(project, None if newest is None else (newest.lineage, newest.serial), state)
    # Each is a whole document; nobody asks for one that is long past.
    connection.execute(
        delete(states).where(states.c.project == project, states.c.serial <= state.serial - KEPT)
    )
    connection.execute(
        insert(states).values(
            project=project, serial=state.serial, lineage=state.lineage, document=encode(state)
        )
    )
