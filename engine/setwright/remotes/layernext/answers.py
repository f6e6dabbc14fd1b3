"""What LayerNext answers, as far as anything is known of it.

Nothing documents what a server answers to a create or a count, so answers are read leniently: every name that an id or
a number may stand under is looked at, and what is not found is None rather than an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from setwright.model.errors import RemoteError

_SUCCESS = ("isSuccess", "success", "is_success", "isCompatible")
_REASONS = ("message", "warningMsg", "error")


def refusal(answer: Any) -> str | None:
    """Why the server says that it did not do it, None where it does not say so. 200 alone is no success."""
    if isinstance(answer, Mapping) and any(answer.get(flag) is False for flag in _SUCCESS):
        return reason(answer) or "without a reason"
    return None


def reason(answer: Any) -> str | None:
    """What an answer says of a failure, whichever of its fields says it."""
    if not isinstance(answer, Mapping):
        return None
    error = answer.get("error")
    if isinstance(error, Mapping) and isinstance(error.get("message"), str):
        return str(error["message"])
    return next((answer[key] for key in _REASONS if isinstance(answer.get(key), str)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One object of a listing. `unique_name` and `url` are there for files only."""

    id: str
    name: str
    unique_name: str | None = None
    url: str | None = None


def read_list(answer: Any) -> tuple[Listed, ...]:
    """The objects of a page; none for an answer without a body, as a server gives that has nothing.

    Raises:
        RemoteError: it is no listing.
    """
    if answer is None:
        return ()
    if not isinstance(answer, list):
        raise _unexpected("a list of objects", answer)
    return tuple(
        Listed(
            id=_text(each, "id", "a list of objects"),
            name=_text(each, "name", "a list of objects"),
            unique_name=_optional_text(each, "uniqueName"),
            url=_optional_text(each, "url"),
        )
        for each in answer
    )


def read_count(answer: Any) -> int | None:
    """The number in an answer to a count, whose shape nothing documents; None where there is none to be found."""
    if answer is None:
        return 0
    if _is_count(answer):
        return int(answer)
    if isinstance(answer, Mapping):
        names = ("count", "totalCount", "total", "itemCount", "objectCount")
        return next((int(answer[name]) for name in names if _is_count(answer.get(name))), None)
    return None


def read_selection(answer: Any) -> str:
    """The tag of a selection.

    Raises:
        RemoteError: the answer has none.
    """
    return _text(answer, "selectionTag", "a selection")


def read_collection(answer: Any) -> str:
    """The id of a collection.

    Raises:
        RemoteError: the answer has none.
    """
    return _text(answer, "collectionId", "a collection's id")


def read_object_type(answer: Any) -> int:
    """The code of an object's type.

    Raises:
        RemoteError: the answer has none.
    """
    if not isinstance(answer, Mapping) or not _is_count(answer.get("objectType")):
        raise _unexpected("the type of an object", answer)
    return int(answer["objectType"])


def read_names(answer: Any) -> tuple[str, ...] | None:
    """The names in a list of labels or projects, sorted; None where the answer is no list, or names cannot be found."""
    if not isinstance(answer, list):
        return None
    keys = ("labelText", "name", "projectName", "label")
    found = [
        next((each[key] for key in keys if isinstance(each.get(key), str)), None)
        for each in answer
        if isinstance(each, Mapping)
    ]
    names = [name for name in found if name is not None]
    return tuple(sorted(set(names))) if len(names) == len(answer) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an answer to a create or an update tells, as far as it does. Ids are to be checked before they are used."""

    version: str | None = None
    group: str | None = None
    number: str | None = None
    job: str | None = None
    raw: Any = None
    """The answer as it came, to be kept: nothing documents it."""


def read_made(answer: Any) -> Made:
    """The ids in an answer whose shape nothing documents."""
    if not isinstance(answer, Mapping):
        return Made(raw=answer)
    return Made(
        raw=answer,
        version=_first_text(answer, "datasetVersionId", "versionId", "id"),
        group=_first_text(answer, "datasetGroupId", "groupId"),
        number=_first_text(answer, "versionNo", "versionNumber"),
        job=_first_text(answer, "jobId", "job_id"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVersion:
    """One version of a dataset, as far as a listing tells of it. `place` counts from the oldest, which is 0."""

    dataset: str
    id: str
    number: str
    created_at: str
    place: int


def read_version_list(answer: Any) -> tuple[ListedVersion, ...] | None:
    """The versions of all datasets, of each the oldest first; None where the answer is no such list."""
    if not isinstance(answer, list):
        return None
    found: list[ListedVersion] = []
    for each in answer:
        versions = each.get("versionList") if isinstance(each, Mapping) else None
        name = _optional_text(each, "name") if isinstance(each, Mapping) else None
        if not isinstance(versions, list) or name is None:
            return None
        told = [version for version in versions if isinstance(version, Mapping)]
        if len(told) != len(versions) or any(_optional_text(one, "versionId") is None for one in told):
            return None
        # The example has the newest first; a time in each says better which that is, unless two have the same.
        told.reverse()
        told.sort(key=lambda one: _optional_text(one, "createdAt") or "")
        found += [
            ListedVersion(
                dataset=name,
                id=_text(version, "versionId", "a list of versions"),
                number=_optional_text(version, "versionNo") or "",
                created_at=_optional_text(version, "createdAt") or "",
                place=place,
            )
            for place, version in enumerate(told)
        ]
    return tuple(found)


def read_ids(answer: Any) -> dict[str, str]:
    """Names and ids in a list of projects, by name; those of which both are told."""
    told = [each for each in answer if isinstance(each, Mapping)] if isinstance(answer, list) else []
    pairs = [
        (_first_text(each, "name", "projectName"), _first_text(each, "id", "projectId")) for each in told
    ]
    return {name: id for name, id in pairs if name is not None and id is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How far a job is: `progress` in percent."""

    status: Literal["running", "done", "failed"]
    progress: float


def read_job(answer: Any) -> JobState:
    """How far a job is. A code that is not known counts as running.

    Raises:
        RemoteError: the answer has no code, so that it would be waited for in vain.
    """
    if not isinstance(answer, Mapping) or not _is_count(answer.get("status")):
        raise _unexpected("the status of a job", answer)
    code, progress = answer["status"], answer.get("progress")
    status: Literal["running", "done", "failed"] = (
        "done" if code == 2 else "failed" if code == 4 else "running"
    )
    known = isinstance(progress, int | float) and not isinstance(progress, bool)
    # Bounded before it is a float, which not every number that JSON can write becomes.
    within = max(0, min(100, progress)) if known and progress is not None else 0
    return JobState(status=status, progress=float(within))


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of an export: `folder` below the dataset's folder, `name` in it; both are the server's words.

    `url` is fetched without credentials, and is None for an item that has nothing to fetch. `path_list` names the
    list in which the file's path stands (`train` for `train.txt`). `unzip`: a zip, unpacked into a folder `name`.
    """

    name: str
    folder: str
    url: str | None
    is_media: bool
    unzip: bool
    path_list: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of an export's files, and whether another follows."""

    dataset: str
    export: str
    resources: tuple[Resource, ...]
    more: bool


def read_version_files(answer: Any) -> Page | None:
    """A page of files; None where the version has no such export, or there is no such version.

    Raises:
        RemoteError: what an item says cannot be understood.
    """
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping) or "identifier" not in data:
        return None
    items = data.get("resourceArray", [])
    if not isinstance(items, list):
        raise _unexpected("the files of a version", answer)
    return Page(
        dataset=_text(data, "groupUniqueName", "the files of a version"),
        export=_text(data, "format", "the files of a version"),
        resources=tuple(_resource(item) for item in items),
        more=data.get("nextPage") is True,
    )


def _resource(item: Any) -> Resource:
    what = "a file of a version"
    return Resource(
        name=_text(item, "fileName", what),
        folder=_text(item, "fileDownloadFolderLocation", what),
        url=_optional_text(item, "fileUrl"),
        is_media=item.get("isMediaFile") is True,
        unzip="isUnzipRequired" in item,  # its presence counts for the SDK, whatever it says
        path_list=_optional_text(item, "writingPathFileName"),
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _text(answer: Any, key: str, what: str) -> str:
    value = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(value, str) or not value:
        raise _unexpected(what, answer)
    return value


def _optional_text(answer: Any, key: str) -> str | None:
    value = answer.get(key)
    return value if isinstance(value, str) and value else None


def _first_text(answer: Mapping[str, Any], *keys: str) -> str | None:
    return next((found for key in keys if (found := _optional_text(answer, key)) is not None), None)


def _unexpected(what: str, answer: Any) -> RemoteError:
    kind = (
        type(answer).__name__ if not isinstance(answer, Mapping) else f"fields {sorted(map(str, answer))[:8]}"
    )
    return RemoteError(
        f"LayerNext's answer is not {what}",
        f"It holds {kind}. Nothing was taken from it.",
        "check that the URL is that of a LayerNext installation of version 2.3",
    )
