"""Annotation projects as clients of LayerNext's wire make and let go of them.

Nobody annotates in a lake. A project here is a name for what people annotate elsewhere: its id is given with the
upload of their annotations, and stands in a dataset's `operations`. What has annotations already is a project as well,
whose id is its name.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import Field

from setwright.edge.files import write_whole
from setwright.lake.identity import checked_name
from setwright.model.errors import UsageError
from setwright.server.access import Applier, TheService
from setwright.server.answers import Refused, words_of
from setwright.server.jobs import JobState, new_id
from setwright.server.wire.words import Body

if TYPE_CHECKING:
    import pathlib

    from setwright.server.service import Service

router = APIRouter(prefix="/studio/api/client")

FILE: Final = "projects.json"
MOST: Final = 10_000

_writing = threading.Lock()

Id = Annotated[str, Path(max_length=192)]


class ProjectWanted(Body):
    """A project by its id."""

    projectId: Annotated[str, Field(max_length=192)]


class ProjectDefined(Body):
    """What a project is to be; only one that is made has a name. How frames are shared out is not kept."""

    name: Annotated[str | None, Field(max_length=192)] = None
    selectionId: Annotated[str, Field(max_length=64)]


@router.get("/projects/list")
def projects(service: TheService) -> list[dict[str, Any]]:
    """The annotation projects: those that were made here, and operations of people."""
    return [{"id": id, "name": name} for id, name in sorted(_all(service).items())]


@router.post("/projects/get/projectName")
def project_name(wanted: ProjectWanted, service: TheService) -> dict[str, Any]:
    """What a project is called. The SDK breaks down over any status but 200, so a refusal has that too."""
    known = _all(service) | {name: name for name, _ in service.lake.operations()}
    if wanted.projectId not in known:
        return {"isSuccess": False, "message": f"There is no project {wanted.projectId!r}."}
    return {"isSuccess": True, "projectName": known[wanted.projectId]}


@router.get("/projects/initial/create", dependencies=[Applier])
def begin() -> dict[str, Any]:
    """An id for a project to be made; nothing is kept of it until it has a name."""
    return {"isSuccess": True, "id": new_id()}


@router.post("/project/{id}/update", dependencies=[Applier])
def define(
    id: Id,
    wanted: ProjectDefined,
    service: TheService,
    known: Annotated[str, Query(alias="isEditable", max_length=8)] = "False",
) -> dict[str, Any]:
    """Make a project under an id that `begin` gave, or look that it is there for one that is known.

    Raises:
        Refused: the selection is none, or the name cannot be, or is another project's.
    """
    if service.selections.get(wanted.selectionId) is None:
        raise Refused(406, "The selection is not known, or too old. Select again.")
    if known.lower() == "true":
        if id not in _all(service):
            raise Refused(404, f"There is no project {id!r}.")
        raise Refused(
            406,
            "Frames are not given to projects here: a project is a name for what people annotate elsewhere.",
        )
    try:
        name = checked_name("operation", wanted.name or "")
        checked_name("operation", id)
    except UsageError as error:
        raise Refused(406, words_of(error)) from error
    with _writing:
        others = _all(service)
        if id in others or name in others.values():
            raise Refused(406, f"There is a project {name!r} already.")
        made = _made(service)
        if len(made) >= MOST:
            raise Refused(406, f"There are {MOST:,} projects already.")
        _write(service, {**made, id: name})
    job = new_id()
    service.jobs.note(job, JobState(status="done", progress=100.0))
    return {"isSuccess": True, "id": id, "job_id": job, "jobId": job}


@router.post("/project/{id}/delete", dependencies=[Applier])
def forget(id: Id, service: TheService) -> dict[str, Any]:
    """Let a project go that has no annotations.

    Raises:
        Refused: it has some, or there is none.
    """
    with _writing:
        if id in {name for name, _ in service.lake.operations()}:
            raise Refused(406, "The project has annotations, which a lake keeps.")
        made = _made(service)
        if id not in made:
            raise Refused(404, f"There is no project {id!r}.")
        _write(service, {each: name for each, name in made.items() if each != id})
    return {"isSuccess": True}


def _all(service: Service) -> dict[str, str]:
    """Names by ids."""
    return {name: name for name, mode in service.lake.operations() if mode == "human"} | _made(service)


def _made(service: Service) -> dict[str, str]:
    try:
        return dict(json.loads(_file(service).read_bytes())["projects"])
    except FileNotFoundError:
        return {}


def _write(service: Service, projects: dict[str, str]) -> None:
    write_whole(_file(service), json.dumps({"format_version": 1, "projects": projects}).encode())


def _file(service: Service) -> pathlib.Path:
    return service.lake.folder / FILE
