"""Selections, and datasets made of them. The calls that change something are GETs with a body, as LayerNext's are."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Body, Query, Request
from pydantic import Field

from setwright.augment.decode import decode
from setwright.augment.problems import Harsh, NoPicture
from setwright.diff.config import asks_alike
from setwright.diff.data import data_diff
from setwright.formats.writing.registry import find
from setwright.lake.identity import checked_name
from setwright.model.dataset import AugmentationWish, DatasetConfig, LabelClass, Selection
from setwright.model.errors import SetwrightError, UsageError
from setwright.model.splits import SplitWish
from setwright.model.versions import FIRST_VERSION, Amendment, ChangeSeverity, Publication
from setwright.plan.content import desired_content
from setwright.plan.severity import content_severity, settings_severity
from setwright.server.access import Admin, Applier, Planner, TheService
from setwright.server.answers import Refused, words_of
from setwright.server.jobs import outcome
from setwright.server.selections import Selected
from setwright.server.wire import withdrawn, words

if TYPE_CHECKING:
    from setwright.model.frames import Membership
    from setwright.model.versions import Version
    from setwright.server.service import Service

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
    config = _config(service, tag, wanted, name)
    if service.lake.observe([config.name]):
        raise Refused(406, f"There is a dataset called {config.name!r} already; make a new version of it.")
    return _made(service, request, config, tag, None, in_place=False)


@router.get("/updateNewVersion", dependencies=[Applier])
def new_version(
    request: Request, tag: Tag, version: VersionId, wanted: Annotated[Wanted, Body()], service: TheService
) -> dict[str, Any]:
    """Make a version that follows another, of what was selected."""
    parent = _current(service, version)
    return _made(service, request, _config(service, tag, wanted, parent.dataset), tag, parent, in_place=False)


@router.get("/updateExistingVersion", dependencies=[Applier])
def update_in_place(
    request: Request, tag: Tag, version: VersionId, wanted: Annotated[Wanted, Body()], service: TheService
) -> dict[str, Any]:
    """Change how a version is packed. What is in a version never changes: that takes a new one."""
    parent = _current(service, version)
    return _made(service, request, _config(service, tag, wanted, parent.dataset), tag, parent, in_place=True)


@router.get("/deleteVersion", dependencies=[Admin])
def delete(request: Request, version: VersionId, service: TheService) -> dict[str, Any]:
    """Delete a version; with its last one a dataset goes."""
    withdrawn.withdraw(service, version, f"{request.state.key} over HTTP")
    return {"isSuccess": True, "message": "The version is deleted."}


def _made(
    service: Service,
    request: Request,
    config: DatasetConfig,
    tag: str,
    parent: Version | None,
    *,
    in_place: bool,
) -> dict[str, Any]:
    author = f"{request.state.key} over HTTP"
    key = f"layernext-{uuid.uuid4().hex}"

    def work() -> Version:
        return _make(service, config, _selected(service, tag), parent, author, key, in_place=in_place)

    job, future = service.jobs.start(work)
    try:
        version = outcome(future, service.limits.patience)
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error
    answer = {
        "isSuccess": True,
        "message": "The version is being made." if version is None else f"Version {version.number} is there.",
        "datasetGroupId": service.outward("dataset", config.name),
        "jobId": job,
        "job_id": job,
    }
    if version is not None:
        answer |= {"datasetVersionId": version.id, "versionNo": str(version.number)}
    return answer


def _make(
    service: Service,
    config: DatasetConfig,
    selected: Selected,
    parent: Version | None,
    author: str,
    key: str,
    *,
    in_place: bool,
) -> Version:
    lake, at = service.lake, datetime.now(UTC)
    revision = lake.revision()
    membership = _picked(service, lake.membership(Selection.of(config), revision), selected)
    before = None if parent is None else lake.manifest(parent.id)
    content = desired_content(config, membership, before)
    if parent is None or before is None:
        number, severity = FIRST_VERSION, ChangeSeverity.ADDITIVE
    else:
        known = lake.config(parent.id)
        found = content_severity(before, content, data_diff(before, content))
        if found is None and (in_place or asks_alike(known, config)):
            settings = settings_severity(known, config)
            if settings is None and in_place:
                return parent
            if in_place:
                amendment = Amendment(
                    key=key,
                    config=config,
                    version=parent.id,
                    number=parent.number.after(settings or ChangeSeverity.METADATA),
                    severity=settings or ChangeSeverity.METADATA,
                    author=author,
                    at=at,
                )
                return service.remote.amend(amendment)
        if in_place:
            raise Refused(
                406,
                "What is in a version never changes, so that everybody who trained on it can say on what. "
                "Make a new version.",
            )
        severity = found or ChangeSeverity.PACKAGING
        number = parent.number.after(severity)
    publication = Publication(
        key=key,
        config=config,
        parent=None if parent is None else parent.id,
        number=number,
        severity=severity,
        manifest=content,
        revision=revision,
        author=author,
        at=at,
    )
    return service.remote.publish(publication, service.publishing.go_on)


def _picked(service: Service, membership: Membership, selected: Selected) -> Membership:
    """Only the frames whose ids were given, where any were."""
    if selected.ids is None:
        return membership
    frames = membership.frames
    kept = np.array([service.frame_id(number) in selected.ids for number in frames.number.tolist()], bool)
    annotations = membership.annotations.take(kept[membership.annotations.frame])
    row_after = (np.cumsum(kept) - 1).astype(np.int32)
    return replace(
        membership,
        frames=frames.take(kept),
        annotations=replace(annotations, frame=row_after[annotations.frame]),
    )


def _selected(service: Service, tag: str) -> Selected:
    selected = service.selections.get(tag)
    if selected is None:
        raise Refused(406, "The selection is not known, or too old. Select again.")
    return selected


def _config(service: Service, tag: str, wanted: Wanted, name: str) -> DatasetConfig:
    selected = _selected(service, tag)
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


def _current(service: Service, id: str) -> Version:
    version = withdrawn.version(service, id)
    if version is None:
        raise Refused(404, f"There is no version {id}.")
    current = service.lake.observe([version.dataset])[version.dataset].version
    if current.id != version.id:
        raise Refused(
            406, f"Version {version.number} is not the newest of {version.dataset}; that is {current.number}."
        )
    return version
