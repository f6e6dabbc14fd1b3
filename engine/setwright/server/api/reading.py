"""What the lake is and holds: revisions, names, memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from setwright import __version__
from setwright.formats.writing.registry import export_names
from setwright.model import membership_file
from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.parcels import parcels
from setwright.server.access import TheService  # noqa: TC001 - FastAPI reads the annotations
from setwright.server.api.routes import route
from setwright.server.keys import Role

if TYPE_CHECKING:
    from setwright.remotes.lake import LakeRemote

router = APIRouter(tags=["lake"])


@route(router, "GET", "/about", Role.READ)
def about(service: TheService) -> wire.About:
    """The server, its lake, and the newest revision."""
    capabilities = service.remote.capabilities
    return wire.About(
        api=wire.VERSION,
        server=__version__,
        lake=service.lake.id,
        revision=service.lake.revision(),
        lease_life=service.lake.lease_life,
        capabilities=wire.CapabilitiesDocument(
            exports=export_names(),
            augments=capabilities.augments,
            reads_config=capabilities.reads_config,
            reads_membership=capabilities.reads_membership,
            pins_revisions=capabilities.pins_revisions,
            renames=capabilities.renames,
            deletes=capabilities.deletes,
        ),
    )


@route(router, "GET", "/revisions/{revision}", Role.READ)
def revision(revision: Annotated[int, Path(ge=0, le=2**53)], service: TheService) -> wire.RevisionDocument:
    """A revision, and the newest one up to it that touched frames."""
    return wire.RevisionDocument(revision=revision, frames_revision=service.lake.frames_revision(revision))


@route(router, "GET", "/vocabulary", Role.READ)
def vocabulary(service: TheService) -> wire.VocabularyDocument:
    """The names in use now."""
    return wire.VocabularyDocument.of(service.lake.vocabulary())


@route(
    router,
    "POST",
    "/memberships",
    Role.PLAN,
    binary=wire.PARCELS,
    response_class=Response,
)
def memberships(wish: wire.MembershipsWish, service: TheService) -> Response:
    """The frames, with their annotations, that selections give at revisions: a parcel of columns each."""
    remote = service.remote
    with service.heavy:
        return Response(parcels([_packed(remote, each) for each in wish.asked]), media_type=wire.PARCELS)


def _packed(remote: LakeRemote, wish: wire.MembershipWish) -> bytes:
    return membership_file.encode(remote.membership(wish.selection, wish.revision))
