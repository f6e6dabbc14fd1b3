"""What LayerNext is asked: each request as a value, in the shapes of its official SDK 2.3.4. Nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from setwright.model.dataset import Filter, HumanOverMachine
from setwright.model.errors import RemoteError

if TYPE_CHECKING:
    from setwright.model.dataset import AugmentationWish, DatasetConfig, ItemType

IMAGE: Final = 2
DATASET: Final = 3
IMAGE_COLLECTION: Final = 5

_CODES: Final[dict[ItemType, int]] = {
    "image": IMAGE,
    "image_collection": IMAGE_COLLECTION,
    "dataset": DATASET,
}
# The order in which the SDK lists them, whichever order its user had.
_STATES: Final = (("human", 2), ("raw", 0), ("machine", 1))

NO_FILTER: Final = Filter()

PAGE: Final = 1000
"""The most objects that LayerNext lists in one answer."""
VERSION_PAGE: Final = 250
"""How many files of a version the SDK asks for at a time; a wish, since the answer says whether more come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: `path` below the base URL, `query` in order, `body` as JSON or None for none.

    `writes` says whether it changes anything, which LayerNext's methods do not tell: its creates are GETs. Only a
    request that does not may be sent again when its answer is lost.
    """

    method: Literal["GET", "POST"]
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    writes: bool = False


def compatibility(version: str = "2.3.4") -> Request:
    """Whether the server serves an SDK of `version`: the request in which wrong credentials show."""
    return Request(method="GET", path=f"/datalake/api/client/sdk/compatibility/{_part(version)}")


def object_type(id: str) -> Request:
    """What kind of object an id names."""
    return Request(method="GET", path=f"/datalake/api/client/{_part(id)}/getObjectTypeById", body={})


def collection_by_name(name: str) -> Request:
    """The id of an image collection."""
    return Request(
        method="POST",
        path="/datalake/api/client/metadata/getCollectionIdByName",
        body={"collectionName": name, "objectType": IMAGE_COLLECTION},
    )


def list_objects(
    *, collection: str | None, items: ItemType, query: str, filter: Filter, page: int, size: int = PAGE
) -> Request:
    """One page, counted from 0, of the objects of a collection, or of the whole lake for None."""
    asked = {"pageIndex": page, "pageSize": size, **_explored(items, query, filter)}
    return Request(method="POST", path=_explorer(collection, "list"), body=asked)


def count_objects(*, collection: str | None, items: ItemType, query: str, filter: Filter) -> Request:
    """How many there are."""
    return Request(method="POST", path=_explorer(collection, "count"), body=_explored(items, query, filter))


def select(*, collection: str | None, items: ItemType, query: str, filter: Filter) -> Request:
    """A handle for everything that matches, which a create or an update takes.

    It makes something on the server, but nothing that anybody would miss or find twice.
    """
    body = {
        "isAllSelected": True,
        "contentType": _CODES[items],
        "objectIdList": [],
        "filterData": {"annotationTypes": _states(filter), "date": _days(filter)},
        "query": query,
        "collectionId": collection,
    }
    return Request(method="POST", path="/datalake/api/client/query/getSelectionId", body=body)


def select_ids(ids: tuple[str, ...], *, collection: str | None, items: ItemType) -> Request:
    """A handle for just the objects with these ids."""
    body = {
        "isAllSelected": False,
        "contentType": _CODES[items],
        "objectIdList": list(ids),
        "filterData": {"annotationTypes": [], "date": {}},
        "query": "",
        "collectionId": collection,
    }
    return Request(method="POST", path="/datalake/api/client/query/getSelectionId", body=body)


def create(tag: str, config: DatasetConfig) -> Request:
    """Make a dataset of what the selection `tag` holds."""
    return _dataset("create", (("datasetSelectionId", tag),), {"name": config.name, **payload(config)})


def update_in_place(tag: str, version: str, config: DatasetConfig) -> Request:
    """Give the version what the selection holds now. Its name cannot change."""
    return _dataset(
        "updateExistingVersion",
        (("datasetSelectionId", tag), ("datasetVersionId", version)),
        payload(config),
    )


def new_version(tag: str, version: str, config: DatasetConfig) -> Request:
    """Make a version after `version`, of what the selection holds."""
    return _dataset(
        "updateNewVersion", (("datasetSelectionId", tag), ("datasetVersionId", version)), payload(config)
    )


def delete_version(version: str) -> Request:
    """Delete one version; there is no request that deletes a dataset."""
    return _dataset("deleteVersion", (("datasetVersionId", version),), {})


def version_files(version: str, export: str, page: int, *, session: str) -> Request:
    """One page, counted from 1, of the files of a version's export.

    Everything after the page size is a left-over of other downloads, sent because the SDK sends it.
    """
    return Request(
        method="GET",
        path=f"/dataset/api/dataset/getVersionData/{_part(version)}/{_part(export)}/",
        query=(
            ("pageNo", str(page)),
            ("pageSize", str(VERSION_PAGE)),
            ("statusList", "[]"),
            ("isAnnotatedOnly", "False"),
            ("projectIdList", "[]"),
            ("operationIdList", "[]"),
            ("annotationType", "all"),
            ("sessionId", session),
        ),
    )


def version_list() -> Request:
    """All datasets with their versions: described in 2022, never asked by the SDK, and answered by who knows whom."""
    return Request(method="GET", path="/dataset/api/datasets/list")


def job(id: str) -> Request:
    """How far a job is."""
    return Request(method="GET", path=f"/datalake/api/client/jobs/{_part(id)}/getStatus")


def labels() -> Request:
    """All labels."""
    return Request(method="GET", path="/datalake/api/client/labels/list", body={})


def projects() -> Request:
    """All annotation projects."""
    return Request(method="GET", path="/studio/api/client/projects/list")


def _dataset(call: str, query: tuple[tuple[str, str], ...], body: Any) -> Request:
    return Request(
        method="GET", path=f"/dataset/api/client/dataset/{call}", query=query, body=body, writes=True
    )


def _explorer(collection: str | None, what: str) -> str:
    within = "" if collection is None else f"/{_part(collection)}"
    return f"/datalake/api/client/explorer{within}/objects/{what}"


def _explored(items: ItemType, query: str, filter: Filter) -> dict[str, Any]:
    whole = {
        "annotationTypes": _states(filter),
        "date": _days(filter),
        "tags": [],
        "labels": [],
        "metadata": {},
    }
    return {"query": query, "filterData": whole, "contentType": _CODES[items], "sortBy": {}}


def _states(filter: Filter) -> list[int]:
    return [code for word, code in _STATES if word in filter.annotation_types]


def _days(filter: Filter) -> dict[str, str]:
    days = {"toDate": filter.to_date, "fromDate": filter.from_date}
    return {key: day.isoformat() for key, day in days.items() if day is not None}


def payload(config: DatasetConfig) -> dict[str, Any]:
    """What a create and an update say of a dataset, but for its name."""
    split, operations = config.split, config.operations
    if isinstance(operations, HumanOverMachine):
        raise RemoteError(
            "LayerNext cannot prefer people's annotations to models'",
            "It takes those of all operations that it is given, side by side.",
            "list the annotation projects",
        )
    return {
        "splitInfo": {
            "train": _number(split.train),
            "test": _number(split.test),
            "validation": _number(split.validation),
        },
        "labels": [source for label in config.labels for source in label.sources],
        "exportTypes": list(config.exports),
        "operations": None if operations is None else list(operations),
        "augmentations": augmentations(config.augmentations),
    }


def augmentations(wish: AugmentationWish) -> dict[str, Any] | None:
    """LayerNext's own JSON for `wish`, None for no augmentation. It has no place for copies, fraction or seed."""
    types: dict[str, list[dict[str, Any]]] = {}
    for recipe in wish.recipes:
        values = [True] if recipe.range is None else [_number(end) for end in recipe.range]
        types.setdefault(recipe.type, []).append({"id": recipe.property, "values": values})
    if not types:
        return None
    return {
        "IMAGE_LEVEL": [
            {"id": type, "properties": properties, "isSelected": True} for type, properties in types.items()
        ]
    }


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _part(text: str) -> str:
    """`text` as one part of a path, whatever it holds."""
    return quote(text, safe="")
