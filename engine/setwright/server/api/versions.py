"""Datasets and their versions: how they are configured, and what is in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from setwright.model import manifest_file
from setwright.model.errors import RemoteError
from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.parcels import parcels
from setwright.server.access import TheService  # noqa: TC001 - FastAPI reads the annotations
from setwright.server.answers import Refused
from setwright.server.api.routes import route
from setwright.server.keys import Role

router = APIRouter(tags=["versions"])

VersionId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]


@route(router, "POST", "/datasets/observe", Role.READ)
def observe(names: wire.Names, service: TheService) -> wire.ObservedDocuments:
    """The datasets of these names, those that exist, each with its current version."""
    found = service.lake.observe(names.names)
    return wire.ObservedDocuments(datasets=tuple(wire.ObservedDocument.of(each) for each in found.values()))


@route(router, "GET", "/versions", Role.READ)
def versions(
    dataset: Annotated[str, Query(min_length=1, max_length=512, pattern=wire.NO_ZERO)],
    service: TheService,
    number: Annotated[
        str | None,
        Query(
            max_length=64,
            pattern=r"^\d+\.\d+\.\d+$",
            description="Only the version that is called so, or was before it was amended.",
        ),
    ] = None,
) -> wire.VersionsDocument:
    """All versions of a dataset, the newest first; none where there is no such dataset."""
    if number is None:
        found = service.lake.versions(dataset)
    else:
        one = service.lake.version_by_number(dataset, number)
        found = () if one is None else (one,)
    return wire.VersionsDocument(versions=tuple(map(wire.VersionDocument.of, found)))


@route(router, "GET", "/versions/{version}", Role.READ)
def version(version: VersionId, service: TheService) -> wire.VersionDocument:
    """One version."""
    _require(service, version)
    return wire.VersionDocument.of(service.lake.version(version))


@route(router, "GET", "/versions/{version}/config", Role.READ)
def config(version: VersionId, service: TheService) -> wire.ConfigDocument:
    """The configuration of the version as it is now, which amendments may have changed."""
    _require(service, version)
    return wire.ConfigDocument(config=service.lake.config(version))


@route(router, "GET", "/versions/{version}/made-with", Role.READ)
def made_with(version: VersionId, service: TheService) -> wire.ConfigDocument:
    """The configuration that the content of the version was made of."""
    _require(service, version)
    return wire.ConfigDocument(config=service.lake.made_with(version))


@route(
    router,
    "GET",
    "/versions/{version}/manifest",
    Role.READ,
    binary=wire.COLUMNS,
    response_class=Response,
)
def manifest(
    version: VersionId,
    service: TheService,
    expanded: Annotated[
        bool, Query(description="With the varied copies as frames, as exports have them.")
    ] = False,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """The content of the version, as columns. It never changes, so a copy that was kept is good for ever."""
    _require(service, version)
    tag = f'"{version}{"-expanded" if expanded else ""}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    with service.heavy:
        found = service.lake.expanded(version) if expanded else service.lake.manifest(version)
        return Response(manifest_file.encode(found), media_type=wire.COLUMNS, headers=headers)


@route(
    router,
    "POST",
    "/versions/manifests",
    Role.READ,
    binary=wire.PARCELS,
    response_class=Response,
)
def manifests(wish: wire.VersionIds, service: TheService) -> Response:
    """The contents of versions: a parcel of columns each."""
    for version in wish.versions:
        _require(service, version)
    with service.heavy:
        contents = [manifest_file.encode(service.lake.manifest(version)) for version in wish.versions]
        return Response(parcels(contents), media_type=wire.PARCELS)


def _require(service: TheService, version: str) -> None:
    try:
        service.lake.version(version)
    except RemoteError as error:
        raise Refused(404, f"{error.summary}. {error.detail}") from error
