"""Locks that expire unless their holder renews them, so that a holder who died locks nobody out for long.

A holder that ran on this machine and runs no more locks nobody out at all.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from setwright.edge.heartbeat import beating
from setwright.edge.processes import has_ended, this_system
from setwright.lake.schema import leases
from setwright.model.errors import LakeError, LockHeldError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from setwright.lake.catalogue import Catalogue

LIFE = 60.0
"""Seconds that a lease lives without being renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody's claim to the lock `name`. `holder` tells people who it is; `token`, 32 letters or digits, is known
    to the holder alone. `process` is the holder's, on `system`.
    """

    name: str
    holder: str
    token: str
    system: str
    process: int

    @classmethod
    def of_this_process(cls, name: str, holder: str) -> Claim:
        """A claim of ours, with a token that nobody had before."""
        return cls(
            name=name,
            holder=holder,
            token=secrets.token_hex(16),
            system=this_system(),
            process=os.getpid(),
        )


@contextmanager
def held(
    catalogue: Catalogue,
    name: str,
    holder: str,
    clock: Callable[[], datetime],
    life: float = LIFE,
    *,
    beside: str | None = None,
) -> Iterator[None]:
    """Hold the lock `name`, renewing it three times in its life, once nobody holds one that begins with `beside`.

    A holder who was paused for longer than that may find the lock in other hands; what keeps it from harm then is
    that states and versions are only ever made after the one that was seen.

    Raises:
        LockHeldError: somebody else holds it, or one of those.
    """
    claim = Claim.of_this_process(name, holder)
    take(catalogue, claim, clock, life, beside)

    def beat() -> None:
        with suppress(LakeError):  # busy, perhaps; there are two more chances
            renew(catalogue, name, claim.token, clock, life)

    try:
        with beating(f"lease {name}", life / 3, beat):
            yield
    finally:
        release(catalogue, name, claim.token)


def take(
    catalogue: Catalogue,
    claim: Claim,
    clock: Callable[[], datetime],
    life: float,
    beside: str | None = None,
) -> None:
    """Give the lock to whoever claims it; with the token that it is held by already, renew it.

    Raises:
        LockHeldError: somebody else holds it, or a lock whose name begins with `beside`.
    """
    with catalogue.writing() as connection:
        now = clock()
        hinders = leases.c.name == claim.name
        if beside is not None:
            hinders |= leases.c.name.startswith(beside, autoescape=True)
        for row in connection.execute(select(leases).where(hinders)):
            if row.token != claim.token and row.expires > now and not has_ended(row.system, row.process):
                raise LockHeldError(
                    f"{claim.name} is locked",
                    f"{row.holder} holds the lock since {row.since:%Y-%m-%d %H:%M:%S} UTC.",
                    f"wait for it to finish; a lock that nobody renews is free after {life:g} seconds",
                )
        connection.execute(delete(leases).where(leases.c.name == claim.name))
        connection.execute(
            insert(leases).values(
                name=claim.name,
                holder=claim.holder,
                token=claim.token,
                system=claim.system,
                process=claim.process,
                since=now,
                expires=now + timedelta(seconds=life),
            )
        )


def renew(catalogue: Catalogue, name: str, token: str, clock: Callable[[], datetime], life: float) -> bool:
    """Let the lock live for another life; False where it is in other hands, or in none."""
    with catalogue.writing() as connection:
        renewed = connection.execute(
            update(leases)
            .where(leases.c.name == name, leases.c.token == token)
            .values(expires=clock() + timedelta(seconds=life))
        )
        return renewed.rowcount > 0


def release(catalogue: Catalogue, name: str, token: str) -> None:
    """Let the lock go, if it is held by that token."""
    with catalogue.writing() as connection:
        connection.execute(delete(leases).where(leases.c.name == name, leases.c.token == token))
