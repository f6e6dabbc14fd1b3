"""What changes datasets: versions made of manifests that were sent before, amendments, deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from setwright.lake.identity import checked_name
from setwright.model.errors import SetwrightError
from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.problems import problem_of
from setwright.server.access import TheService  # noqa: TC001 - FastAPI reads the annotations
from setwright.server.answers import Refused
from setwright.server.api.routes import route
from setwright.server.keys import Role

if TYPE_CHECKING:
    from setwright.model.versions import Version
    from setwright.server.publishing import Publishing

router = APIRouter(tags=["changes"])


@route(
    router,
    "PUT",
    "/manifests/{digest}",
    Role.APPLY,
    body="application/octet-stream",
    status_code=204,
    response_class=Response,
)
async def send_manifest(
    request: Request, digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], service: TheService
) -> Response:
    """Send the content of a version to come, as columns, called by the SHA-256 of its bytes. It is kept for a day."""
    await service.manifests.take(digest, request.stream(), service.limits.manifest)
    return Response(status_code=204)


@route(router, "POST", "/publications", Role.APPLY, later=wire.PublicationDocument)
def publish(wish: wire.PublicationWish, service: TheService, response: Response) -> wire.PublicationDocument:
    """Make a version, whole or not at all. A key that was published before gives what it made then.

    The status is 202 where that takes longer; then ask how far it is.
    """
    made = service.lake.made_by(wish.key)
    if made is not None and made.manifest_digest != wish.manifest_digest:
        raise Refused(409, "Another publication had that key.")
    if made is not None:
        return _done(made)
    checked_name("dataset", wish.config.name)
    service.publishing.start(wish)
    told = _told(service.publishing, wish.key, service.limits.publication)
    if told.status == "running":
        response.status_code = 202
    return told


@route(router, "GET", "/publications", Role.READ)
def publication(
    key: Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z_.:-]+$")],
    service: TheService,
) -> wire.PublicationDocument:
    """How far the publication, or the amendment, with that key is."""
    made = service.lake.made_by(key)
    if made is not None:
        return _done(made)
    try:
        return _told(service.publishing, key, 0)
    except SetwrightError as failure:
        return wire.PublicationDocument(status="failed", problem=problem_of(failure))


@route(router, "POST", "/amendments", Role.APPLY)
def amend(wish: wire.AmendmentWish, service: TheService) -> wire.VersionDocument:
    """Change the current version in place: how it is called, packed and described. A repeated key changes nothing."""
    checked_name("dataset", wish.config.name)
    amended = service.lake.amend(wish.as_amendment())
    return wire.VersionDocument.of(amended)


@route(router, "POST", "/deletions", Role.ADMIN, status_code=204)
def delete(wish: wire.DeletionWish, service: TheService) -> None:
    """Let a dataset go. Its versions can still be read by their ids. A repeated key changes nothing."""
    service.lake.delete(wish.as_deletion())


def _told(publishing: Publishing, key: str, patience: float) -> wire.PublicationDocument:
    progress = publishing.progress(key)
    if progress is None:
        return wire.PublicationDocument(status="unknown")
    version = progress.version(patience)
    if version is not None:
        return _done(version)
    return wire.PublicationDocument(
        status="running",
        task=progress.task,
        unit=progress.unit,
        done=progress.done,
        total=progress.total,
    )


def _done(version: Version) -> wire.PublicationDocument:
    return wire.PublicationDocument(status="done", version=wire.VersionDocument.of(version))
