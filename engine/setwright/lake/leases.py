"""Locks that expire unless their holder renews them, so that a holder who died locks nobody out for long.

A holder that ran on this machine and runs no more locks nobody out at all.
"""

from __future__ import annotations

import os
import secrets
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from setwright.edge.processes import has_ended, this_system
from setwright.lake.schema import leases
from setwright.model.errors import LakeError, LockHeldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from setwright.lake.catalogue import Catalogue

LIFE = 60.0
"""Seconds that a lease lives without being renewed."""


@contextmanager
def held(
    catalogue: Catalogue, name: str, holder: str, clock: Callable[[], datetime], life: float = LIFE
) -> Iterator[None]:
    """Hold the lock `name`, renewing it three times in its life.

    A holder who was paused for longer than that may find the lock in other hands; what keeps it from harm then is
    that states and versions are only ever made after the one that was seen.

    Raises:
        LockHeldError: somebody else holds it.
    """
    token = secrets.token_hex(16)
    _take(catalogue, name, holder, token, clock, life)
    done = threading.Event()
    keeper = threading.Thread(
        target=_renew, args=(catalogue, name, token, clock, life, done), name=f"lease {name}", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
        with catalogue.writing() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.token == token))


def _take(
    catalogue: Catalogue, name: str, holder: str, token: str, clock: Callable[[], datetime], life: float
) -> None:
    with catalogue.writing() as connection:
        now = clock()
        row = connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
        if row is not None and row.expires > now and not has_ended(row.system, row.process):
            raise LockHeldError(
                f"{name} is locked",
                f"{row.holder} holds the lock since {row.since:%Y-%m-%d %H:%M:%S} UTC.",
                f"wait for it to finish; a lock that nobody renews is free after {life:g} seconds",
            )
        connection.execute(delete(leases).where(leases.c.name == name))
        connection.execute(
            insert(leases).values(
                name=name,
                holder=holder,
                token=token,
                system=this_system(),
                process=os.getpid(),
                since=now,
                expires=now + timedelta(seconds=life),
            )
        )


def _renew(
    catalogue: Catalogue,
    name: str,
    token: str,
    clock: Callable[[], datetime],
    life: float,
    done: threading.Event,
) -> None:
    while not done.wait(life / 3):
        try:
            with catalogue.writing() as connection:
                connection.execute(
                    update(leases)
                    .where(leases.c.name == name, leases.c.token == token)
                    .values(expires=clock() + timedelta(seconds=life))
                )
        except LakeError:  # busy, perhaps; there are two more chances
            continue
