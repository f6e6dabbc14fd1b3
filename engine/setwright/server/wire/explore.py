"""Reading the lake: types of ids, listings, counts, details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Path
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
    from setwright.model.dataset import Source
    from setwright.model.frames import Frames
    from setwright.server.service import Service

router = APIRouter(prefix="/datalake/api/client", tags=["lake"], dependencies=[Reader])

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
    if id in {service.outward("dataset", name) for name in service.lake.vocabulary().datasets or ()}:
        return {"objectType": DATASET}
    if id in {service.frame_id(number) for number in _whole_lake(service).number.tolist()}:
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
def list_lake(wanted: Wanted, service: TheService) -> list[dict[str, Any]]:
    """A page of the whole lake: images, collections, or datasets."""
    return _page(_objects(service, None, wanted), wanted)


@router.post("/explorer/{id}/objects/list")
def list_collection(id: ObjectId, wanted: Wanted, service: TheService) -> list[dict[str, Any]]:
    """A page of one collection, or of a dataset's current version."""
    return _page(_objects(service, id, wanted), wanted)


@router.post("/explorer/objects/count")
def count_lake(wanted: Wanted, service: TheService) -> dict[str, Any]:
    """How many there are in the lake."""
    return {"isSuccess": True, "count": len(_objects(service, None, wanted))}


@router.post("/explorer/{id}/objects/count")
def count_collection(id: ObjectId, wanted: Wanted, service: TheService) -> dict[str, Any]:
    """How many there are in the collection, or in the dataset's current version."""
    return {"isSuccess": True, "count": len(_objects(service, id, wanted))}


@router.post("/metadata/getItemDetails")
def item_details(wanted: ItemWanted, service: TheService) -> dict[str, Any]:
    """One file. Fields that are asked for and not kept are left out."""
    frames = _whole_lake(service)
    rows = np.flatnonzero(frames.name == wanted.uniqueFileName)
    if not len(rows):
        raise Refused(406, f"There is no file {wanted.uniqueFileName!r}.")
    listed = _Frames(service, frames.take(rows))[0]
    more = {
        "fileSize": int(frames.size[rows[0]]),
        "resolution": {"width": int(frames.width[rows[0]]), "height": int(frames.height[rows[0]])},
        "frameCount": 1,
        "storagePath": str(frames.name[rows[0]]),
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
    frames = _whole_lake(service)
    rows = np.flatnonzero(frames.name == file_key)
    if not len(rows):
        raise Refused(404, f"There is no file {file_key!r}.")
    return {"isSuccess": True, "url": picture_url(service, str(frames.digest[rows[0]], "ascii"))}


def picture_url(service: Service, digest: str) -> str:
    """Where a stored picture can be fetched for a while, by whoever has the URL."""
    return f"{service.public_url}/files/{service.signer.token({'picture': digest})}"


def frames_of(service: Service, source: Source, query: str, filter: Filter) -> Frames:
    """The frames that are selected now, sorted by unique name."""
    selection = Selection(source=source, query=query, filter=filter, operations=(), labels=())
    return service.lake.membership(selection, service.lake.revision()).frames


def _whole_lake(service: Service) -> Frames:
    return frames_of(service, source_of(service.lake, None, IMAGE), "", Filter())


@dataclass(frozen=True, slots=True)
class _Frames:
    """Frames as a list of what is told of each, made as it is asked for."""

    service: Service
    frames: Frames

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {
            "id": self.service.frame_id(int(self.frames.number[row])),
            "name": str(self.frames.file_name[row]),
            "uniqueName": str(self.frames.name[row]),
            "url": picture_url(self.service, str(self.frames.digest[row], "ascii")),
        }


def _objects(service: Service, id: str | None, wanted: Wanted) -> _Frames | list[dict[str, Any]]:
    query, filter = checked_query(wanted.query), filter_of(wanted.filterData)
    if id is None and wanted.contentType == IMAGE_COLLECTION:
        listed = [{"id": uid, "name": name} for uid, name in service.lake.collections()]
        if query or filter != Filter():
            chosen = frames_of(service, LakeSource(items="image_collection"), query, filter)
            among = set(chosen.collection.tolist())
            listed = [each for each in listed if each["name"] in among]
        return listed
    if id is None and wanted.contentType == DATASET:
        names = service.lake.vocabulary().datasets or ()
        if query or filter != Filter():
            names = tuple(name for name in names if _is_selected(service, name, query, filter))
        return [{"id": service.outward("dataset", name), "name": name} for name in names]
    datasets = {service.outward("dataset", name): name for name in service.lake.vocabulary().datasets or ()}
    if id in datasets:
        current = service.lake.observe([datasets[id]])[datasets[id]].version
        return _Frames(service, service.lake.manifest(current.id).frames)
    frames = frames_of(service, source_of(service.lake, id, wanted.contentType), query, filter)
    return _Frames(service, frames.take(_order(frames, wanted.sortBy)))


def _is_selected(service: Service, dataset: str, query: str, filter: Filter) -> bool:
    """Whether the query and the filter take the dataset, which is asked as if there were no other."""
    named = Comparison(Key(keys.Field.DATASET), Operator.EQUAL, dataset)
    asked = parse(query)
    rest = asked.operands if isinstance(asked, And) else () if isinstance(asked, Everything) else (asked,)
    both = And((named, *rest)) if rest else named
    return bool(len(frames_of(service, LakeSource(items="dataset"), format_query(both), filter)))


def _order(frames: Frames, sort: Sort) -> Any:
    by = {3: frames.file_name, 4: frames.size}.get(sort.sortByField or 0, frames.number)
    order = np.argsort(by, kind="stable")
    return order[::-1] if sort.sortByField is not None and sort.sortOrder.upper() == "DESC" else order


def _page(objects: Any, wanted: Wanted) -> list[dict[str, Any]]:
    start = wanted.pageIndex * wanted.pageSize
    return [objects[row] for row in range(start, min(start + wanted.pageSize, len(objects)))]


def _asked(listed: dict[str, Any], more: dict[str, Any], wanted: dict[str, bool]) -> dict[str, Any]:
    kept = {key: value for key, value in listed.items() if wanted.get(key, True)}
    return kept | {key: value for key, value in more.items() if wanted.get(key, False)}
