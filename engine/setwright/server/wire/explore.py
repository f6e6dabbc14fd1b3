"""Reading the lake: types of ids, listings, counts, details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from fastapi import APIRouter, Path, Request
from pydantic import Field

from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.query import keys
from setwright.query.format import format_query
from setwright.query.keys import Key, Operator
from setwright.query.parse import parse
from setwright.query.tree import And, Comparison, Everything
from setwright.server.access import Reader, TheService
from setwright.server.answers import Refused
from setwright.server.wire.words import (
    DATASET,
    IMAGE,
    IMAGE_COLLECTION,
    Body,
    FilterData,
    Sort,
    checked_query,
    filter_of,
    source_of,
)

if TYPE_CHECKING:
    from setwright.lake.pages import Order
    from setwright.model.dataset import Source
    from setwright.model.frames import Frames
    from setwright.model.versions import Version
    from setwright.server.service import Service

router = APIRouter(prefix="/datalake/api/client", tags=["lake"], dependencies=[Reader])

_NO_FILTER: Final = Filter()

ObjectId = Annotated[str, Path(max_length=64)]


class Wanted(Body):
    """Which objects, and which page of them."""

    pageIndex: Annotated[int, Field(ge=0, le=10**9)] = 0
    pageSize: Annotated[int, Field(ge=1, le=1000)] = 20
    query: Annotated[str | None, Field(max_length=8192)] = ""
    filterData: FilterData = FilterData()
    contentType: int = IMAGE
    sortBy: Sort = Sort()


class Named(Body):
    """A collection by its name."""

    collectionName: Annotated[str, Field(max_length=1024)]
    objectType: int = IMAGE_COLLECTION


class ItemWanted(Body):
    """A file by its unique name, and which fields of it."""

    uniqueFileName: Annotated[str, Field(max_length=1024)]
    requiredMetaObj: Annotated[dict[str, bool], Field(default_factory=dict)]


class CollectionWanted(Body):
    """A collection by its id, and which fields of it."""

    collectionId: Annotated[str, Field(max_length=64)]
    requiredMetaObj: Annotated[dict[str, bool], Field(default_factory=dict)]


@router.get("/sdk/compatibility/{version}")
def compatibility(version: Annotated[str, Path(max_length=40)]) -> dict[str, Any]:
    """Whether this server serves an SDK of that version. Wrong credentials show here first."""
    return {"isCompatible": True}


@router.get("/{id}/getObjectTypeById")
def object_type(id: ObjectId, service: TheService) -> dict[str, Any]:
    """What an id names."""
    if id in {uid for uid, _ in service.lake.collections()}:
        return {"objectType": IMAGE_COLLECTION}
    if _dataset(service, id) is not None:
        return {"objectType": DATASET}
    with service.lake.pages(_selection(LakeSource(items="image"))) as every:
        numbers = every.numbers
    if any(id == service.frame_id(number) for number in numbers):
        return {"objectType": IMAGE}
    raise Refused(404, f"Nothing here has the id {id}.")


@router.post("/metadata/getCollectionIdByName")
def collection_by_name(wanted: Named, service: TheService) -> dict[str, Any]:
    """The id of a collection."""
    found = {name: uid for uid, name in service.lake.collections()}.get(wanted.collectionName)
    if found is None or wanted.objectType != IMAGE_COLLECTION:
        raise Refused(406, f"There is no image collection called {wanted.collectionName!r}.")
    return {"isSuccess": True, "collectionId": found}


@router.post("/explorer/objects/list")
def list_lake(wanted: Wanted, request: Request, service: TheService) -> list[dict[str, Any]]:
    """A page of the whole lake: images, collections, or datasets."""
    return _page(service, request, None, wanted)


@router.post("/explorer/{id}/objects/list")
def list_collection(
    id: ObjectId, wanted: Wanted, request: Request, service: TheService
) -> list[dict[str, Any]]:
    """A page of one collection, or of a dataset's current version."""
    return _page(service, request, id, wanted)


@router.post("/explorer/objects/count")
def count_lake(wanted: Wanted, service: TheService) -> dict[str, Any]:
    """How many there are in the lake."""
    return {"isSuccess": True, "count": _count(service, None, wanted)}


@router.post("/explorer/{id}/objects/count")
def count_collection(id: ObjectId, wanted: Wanted, service: TheService) -> dict[str, Any]:
    """How many there are in the collection, or in the dataset's current version."""
    return {"isSuccess": True, "count": _count(service, id, wanted)}


@router.post("/metadata/getItemDetails")
def item_details(wanted: ItemWanted, service: TheService) -> dict[str, Any]:
    """One file. Fields that are asked for and not kept are left out."""
    found = service.lake.frame_named(wanted.uniqueFileName)
    if found is None:
        raise Refused(406, f"There is no file {wanted.uniqueFileName!r}.")
    listed = _told(service, found.number, found.file_name, found.name, found.digest)
    more = {
        "fileSize": found.size,
        "resolution": {"width": found.width, "height": found.height},
        "frameCount": 1,
        "storagePath": found.name,
    }
    return {"isSuccess": True, "itemDetails": _asked(listed, more, wanted.requiredMetaObj)}


@router.post("/metadata/getCollectionDetails")
def collection_details(wanted: CollectionWanted, service: TheService) -> dict[str, Any]:
    """One collection."""
    found = service.lake.collection_details(wanted.collectionId)
    if found is None:
        raise Refused(406, f"There is no collection with the id {wanted.collectionId}.")
    listed = {"id": found.uid, "name": found.name, "contentType": IMAGE_COLLECTION}
    more = {"storagePath": found.storage_path, "frameCount": found.frames, "fileSize": found.bytes}
    return {"isSuccess": True, "itemDetails": _asked(listed, more, wanted.requiredMetaObj)}


@router.get("/getDetails/system")
def system_details(service: TheService) -> dict[str, Any]:
    """How much there is of each kind."""
    statistics = service.lake.stats()
    return {"isSuccess": True, "imageCount": statistics.frames, "videoCount": 0, "otherCount": 0}


@router.get("/downloadUrl")
def download_url(file_key: Annotated[str, Field(max_length=1024)], service: TheService) -> dict[str, Any]:
    """Where one file can be fetched for a while."""
    found = service.lake.frame_named(file_key)
    if found is None:
        raise Refused(404, f"There is no file {file_key!r}.")
    return {"isSuccess": True, "url": picture_url(service, found.digest)}


def picture_url(service: Service, digest: str) -> str:
    """Where a stored picture can be fetched for a while, by whoever has the URL."""
    return f"{service.public_url}/files/{service.signer.token({'picture': digest})}"


def frames_of(service: Service, source: Source, query: str, filter: Filter) -> Frames:
    """The frames that are selected now, sorted by unique name."""
    return service.lake.membership(_selection(source, query, filter), service.lake.revision()).frames


def _selection(source: Source, query: str = "", filter: Filter = _NO_FILTER) -> Selection:
    return Selection(source=source, query=query, filter=filter, operations=(), labels=())


def _page(service: Service, request: Request, id: str | None, wanted: Wanted) -> list[dict[str, Any]]:
    start = wanted.pageIndex * wanted.pageSize
    if (named := _named(service, id, wanted)) is not None:
        return named[start : start + wanted.pageSize]
    listing = request.state.key, id, wanted.model_copy(update={"pageIndex": 0})
    if (dataset := _dataset(service, id)) is not None:
        version = service.listings.moment(listing, wanted.pageIndex, lambda: _current(service, dataset).id)
        frames = service.lake.frames_of(version)
        rows = frames.take(np.arange(start, min(start + wanted.pageSize, len(frames))))
        names = zip(rows.number.tolist(), rows.file_name.tolist(), rows.name.tolist(), strict=True)
        digests = [digest.decode() for digest in rows.digest.tolist()]
        return [_told(service, *each, digest) for each, digest in zip(names, digests, strict=True)]
    selection = _wanted(service, id, wanted)
    revision = service.listings.moment(listing, wanted.pageIndex, service.lake.revision)
    by, descending = _order(wanted.sortBy)
    with service.lake.pages(selection, revision) as found:
        page = found.page(start, wanted.pageSize, by, descending=descending)
    return [_told(service, each.number, each.file_name, each.name, each.digest) for each in page]


def _count(service: Service, id: str | None, wanted: Wanted) -> int:
    if (named := _named(service, id, wanted)) is not None:
        return len(named)
    if (dataset := _dataset(service, id)) is not None:
        return _current(service, dataset).statistics.frames
    with service.lake.pages(_wanted(service, id, wanted)) as found:
        return len(found)


def _wanted(service: Service, id: str | None, wanted: Wanted) -> Selection:
    query, filter = checked_query(wanted.query), filter_of(wanted.filterData)
    return _selection(source_of(service.lake, id, wanted.contentType), query, filter)


def _named(service: Service, id: str | None, wanted: Wanted) -> list[dict[str, Any]] | None:
    """All collections or datasets that are wanted, None where it is frames."""
    if id is not None or wanted.contentType not in (IMAGE_COLLECTION, DATASET):
        return None
    query, filter = checked_query(wanted.query), filter_of(wanted.filterData)
    everything = not query and filter == _NO_FILTER
    if wanted.contentType == IMAGE_COLLECTION:
        listed = [{"id": uid, "name": name} for uid, name in service.lake.collections()]
        if everything:
            return listed
        with service.lake.pages(_selection(LakeSource(items="image_collection"), query, filter)) as found:
            among = found.collections()
        return [each for each in listed if each["name"] in among]
    names = service.lake.datasets()
    if not everything:
        names = tuple(name for name in names if _is_selected(service, name, query, filter))
    return [{"id": service.outward("dataset", name), "name": name} for name in names]


def _dataset(service: Service, id: str | None) -> str | None:
    """The dataset with that id, None where it is another thing's."""
    names = () if id is None else service.lake.datasets()
    return next((name for name in names if service.outward("dataset", name) == id), None)


def _current(service: Service, dataset: str) -> Version:
    found = service.lake.observe([dataset]).get(dataset)
    if found is None:
        raise Refused(406, f"There is no dataset called {dataset!r} any more.")
    return found.version


def _is_selected(service: Service, dataset: str, query: str, filter: Filter) -> bool:
    """Whether the query and the filter take the dataset, which is asked as if there were no other."""
    named = Comparison(Key(keys.Field.DATASET), Operator.EQUAL, dataset)
    asked = parse(query)
    rest = asked.operands if isinstance(asked, And) else () if isinstance(asked, Everything) else (asked,)
    both = And((named, *rest)) if rest else named
    with service.lake.pages(_selection(LakeSource(items="dataset"), format_query(both), filter)) as found:
        return bool(len(found))


def _order(sort: Sort) -> tuple[Order, bool]:
    by: Order = "name" if sort.sortByField == 3 else "size" if sort.sortByField == 4 else "number"
    return by, sort.sortByField is not None and sort.sortOrder.upper() == "DESC"


def _told(service: Service, number: int, file_name: str, name: str, digest: str) -> dict[str, Any]:
    return {
        "id": service.frame_id(number),
        "name": file_name,
        "uniqueName": name,
        "url": picture_url(service, digest),
    }


def _asked(listed: dict[str, Any], more: dict[str, Any], wanted: dict[str, bool]) -> dict[str, Any]:
    kept = {key: value for key, value in listed.items() if wanted.get(key, True)}
    return kept | {key: value for key, value in more.items() if wanted.get(key, False)}
