"""What projects keep at the lake: their states, and locks while they apply."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from setwright.lake.leases import Claim
from setwright.remotes.lake_server import wire
from setwright.server.access import TheService  # noqa: TC001 - FastAPI reads the annotations
from setwright.server.api.routes import route
from setwright.server.keys import Role
from setwright.state.document import decode, encode

router = APIRouter(tags=["projects"])

Project = Annotated[str, Query(min_length=1, max_length=512, pattern=wire.NO_ZERO)]


@route(router, "GET", "/state", Role.READ)
def state(project: Project, service: TheService) -> wire.StateDocument:
    """The newest state of a project."""
    found = service.lake.state(project)
    return wire.StateDocument(state=None if found is None else encode(found))


@route(router, "PUT", "/state", Role.APPLY, status_code=204)
def commit_state(project: Project, wish: wire.StateWish, service: TheService) -> None:
    """Record the next state of a project. A serial is taken once: the second who comes with it is refused."""
    service.lake.commit_state(project, decode(wish.state))


@route(router, "POST", "/leases/take", Role.APPLY)
def take_lease(wish: wire.LeaseWish, service: TheService) -> wire.LeaseDocument:
    """Hold a lock. Its holder renews it three times in its life; one that nobody renews is free then."""
    service.lake.take_lease(
        Claim(name=wish.name, holder=wish.holder, token=wish.token, system=wish.system, process=wish.process)
    )
    return wire.LeaseDocument(held=True, life=service.lake.lease_life)


@route(router, "POST", "/leases/renew", Role.APPLY)
def renew_lease(lease: wire.LeaseRenewal, service: TheService) -> wire.LeaseDocument:
    """Let a lock live on."""
    return wire.LeaseDocument(
        held=service.lake.renew_lease(lease.name, lease.token), life=service.lake.lease_life
    )


@route(router, "POST", "/leases/release", Role.APPLY, status_code=204)
def release_lease(lease: wire.LeaseRenewal, service: TheService) -> None:
    """Let a lock go; one that is in other hands stays there."""
    service.lake.release_lease(lease.name, lease.token)
