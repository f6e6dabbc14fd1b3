"""Selections, and datasets made of them. The calls that change something are GETs with a body, as LayerNext's are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import Field

from setwright.augment.decode import decode
from setwright.augment.problems import Harsh, NoPicture
from setwright.formats.writing.registry import find
from setwright.lake.identity import checked_name
from setwright.model.dataset import AugmentationWish, DatasetConfig, LabelClass
from setwright.model.errors import SetwrightError, UsageError
from setwright.model.splits import SplitWish
from setwright.server import promise_keeping
from setwright.server.access import Admin, Applier, Planner, TheService
from setwright.server.answers import Refused, words_of
from setwright.server.jobs import new_id, outcome
from setwright.server.selections import Selected
from setwright.server.wire import withdrawn, words
from setwright.server.wire.making import make
from setwright.server.wire.wishes import Wish

if TYPE_CHECKING:
    from setwright.server.service import Service
    from setwright.server.wire.told import Told

selections = APIRouter(prefix="/datalake/api/client", tags=["selections"])
router = APIRouter(prefix="/dataset/api/client/dataset", tags=["datasets"])

Tag = Annotated[str, Query(alias="datasetSelectionId", max_length=64)]
VersionId = Annotated[str, Query(alias="datasetVersionId", max_length=64)]


class SelectionWanted(words.Body):
    """Everything that matches, or objects picked one by one."""

    isAllSelected: bool = True
    contentType: int = words.IMAGE
    objectIdList: Annotated[tuple[str, ...], Field(max_length=100_000)] = ()
    filterData: words.FilterData = words.FilterData()
    query: Annotated[str | None, Field(max_length=8192)] = ""
    collectionId: Annotated[str | None, Field(max_length=64)] = None


class SplitInfo(words.Body):
    """Percent, exactly 100 together."""

    train: Annotated[float, Field(ge=0, le=100)]
    test: Annotated[float, Field(ge=0, le=100)]
    validation: Annotated[float, Field(ge=0, le=100)]


class Wanted(words.Body):
    """A dataset, or a version of one; only a create has a name."""

    name: Annotated[str | None, Field(max_length=192)] = None
    splitInfo: SplitInfo
    labels: Annotated[tuple[str, ...], Field(max_length=10_000)] = ()
    exportTypes: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    operations: Annotated[tuple[str, ...], Field(max_length=10_000)] | None = None
    augmentations: dict[str, Any] | None = None


@selections.post("/query/getSelectionId", dependencies=[Planner])
def select(wanted: SelectionWanted, service: TheService) -> dict[str, Any]:
    """A tag for a selection. A refusal is an answer, for the SDK reads its reason there or nowhere."""
    try:
        selected = Selected(
            source=words.source_of(service.lake, wanted.collectionId, wanted.contentType),
            query=words.checked_query(wanted.query),
            filter=words.filter_of(wanted.filterData),
            ids=None if wanted.isAllSelected else frozenset(wanted.objectIdList),
        )
    except Refused as refused:
        return {"isSuccess": False, "warningMsg": refused.message, "message": refused.message}
    return {"isSuccess": True, "selectionTag": service.selections.put(selected)}


@router.get("/create", dependencies=[Applier])
def create(
    request: Request, tag: Tag, wanted: Annotated[Wanted, Body()], service: TheService
) -> dict[str, Any]:
    """Make a dataset of what was selected."""
    if not wanted.name or not wanted.name.strip():
        raise Refused(406, "A dataset has a name.")
    try:
        name = checked_name("dataset", wanted.name)
    except UsageError as error:
        raise Refused(406, words_of(error)) from error
    selected = _selected(service, tag)
    config = _config(service, selected, wanted, name)
    if service.lake.observe([config.name]):
        raise Refused(406, f"There is a dataset called {config.name!r} already; make a new version of it.")
    return _made(service, request, config, selected, None, in_place=False)


@router.get("/updateNewVersion", dependencies=[Applier])
def new_version(
    request: Request, tag: Tag, version: VersionId, wanted: Annotated[Wanted, Body()], service: TheService
) -> dict[str, Any]:
    """Make a version that follows another, of what was selected."""
    parent, selected = _current(service, version), _selected(service, tag)
    config = _config(service, selected, wanted, parent.version.dataset)
    return _made(service, request, config, selected, parent, in_place=False)


@router.get("/updateExistingVersion", dependencies=[Applier])
def update_in_place(
    request: Request, tag: Tag, version: VersionId, wanted: Annotated[Wanted, Body()], service: TheService
) -> dict[str, Any]:
    """Give a version other content, settings or exports; its id stays, and the lake keeps what it held."""
    parent, selected = _current(service, version), _selected(service, tag)
    config = _config(service, selected, wanted, parent.version.dataset)
    return _made(service, request, config, selected, parent, in_place=True)


@router.get("/deleteVersion", dependencies=[Admin])
def delete(request: Request, version: VersionId, service: TheService) -> dict[str, Any]:
    """Delete a version; with its last one a dataset goes."""
    withdrawn.withdraw(service, version, f"{request.state.key} over HTTP")
    return {"isSuccess": True, "message": "The version is deleted."}


def _made(
    service: Service,
    request: Request,
    config: DatasetConfig,
    selected: Selected,
    parent: Told | None,
    *,
    in_place: bool,
) -> dict[str, Any]:
    id = new_id()
    wish = Wish(
        key=f"layernext-{id}",
        config=config,
        picked=None if selected.ids is None else tuple(sorted(selected.ids)),
        revision=service.lake.revision(),
        parent=None if parent is None else parent.version.id,
        replacing=parent.next_key if parent is not None and in_place else None,
        author=f"{request.state.key} over HTTP",
        at=datetime.now(UTC),
    )
    _, future = service.jobs.start(lambda: make(service, wish), id)
    try:
        version = outcome(future, service.limits.patience)
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error
    if version is None:
        service.promises.give(id, wish)
    promise_keeping.keep(service, id, future)
    answer = {
        "isSuccess": True,
        "message": "The version is being made." if version is None else f"Version {version.number} is there.",
        "datasetGroupId": service.outward("dataset", config.name),
        "jobId": id,
        "job_id": id,
    }
    if parent is not None and in_place:
        answer["datasetVersionId"] = parent.id
    elif version is not None:
        answer["datasetVersionId"] = version.id
    if version is not None:
        answer["versionNo"] = str(version.number)
    return answer


def _selected(service: Service, tag: str) -> Selected:
    selected = service.selections.get(tag)
    if selected is None:
        raise Refused(406, "The selection is not known, or too old. Select again.")
    return selected


def _config(service: Service, selected: Selected, wanted: Wanted, name: str) -> DatasetConfig:
    split = wanted.splitInfo
    if not wanted.labels:
        raise Refused(406, "A dataset has at least one label.")
    if len(set(wanted.labels)) != len(wanted.labels):
        raise Refused(406, "A label is named twice.")
    known = {label.name for label in service.lake.labels.at()}
    unknown = [label for label in wanted.labels if label not in known]
    if unknown:
        raise Refused(406, f"There is no label {unknown[0]!r}.")
    wish, problems = (AugmentationWish(), ()) if not wanted.augmentations else decode(wanted.augmentations)
    wrong = [problem for problem in problems if not isinstance(problem, Harsh | NoPicture)]
    if wrong:
        raise Refused(406, f"The augmentations cannot be made: {wrong[0]}.")
    try:
        shares = SplitWish(
            train=words.plain(split.train),
            validation=words.plain(split.validation),
            test=words.plain(split.test),
        )
        exports = tuple(sorted({find(export).name for export in wanted.exportTypes}))
    except ValueError as error:
        raise Refused(406, f"The split cannot be: {error}.") from error
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error
    return DatasetConfig(
        name=name,
        source=selected.source,
        labels=tuple(LabelClass(name=label, sources=(label,)) for label in wanted.labels),
        query=selected.query,
        filter=selected.filter,
        operations=None if wanted.operations is None else tuple(sorted(set(wanted.operations))),
        split=shares,
        augmentations=wish,
        exports=exports,
    )


def _current(service: Service, id: str) -> Told:
    told = withdrawn.version(service, id)
    if told is None:
        raise Refused(404, f"There is no version {id}.")
    dataset, number = told.version.dataset, told.version.number
    current = service.lake.observe([dataset])[dataset].version
    if current.id != told.version.id:
        raise Refused(406, f"Version {number} is not the newest of {dataset}; that is {current.number}.")
    return told
