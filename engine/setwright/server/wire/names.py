"""Jobs, keys of labels, and what else has a name: labels and annotation projects."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from setwright.server import promise_keeping
from setwright.server.access import Reader, TheService
from setwright.server.answers import Refused
from setwright.server.jobs import RUNNING, JobState
from setwright.server.wire import labels, projects
from setwright.server.wire.keys import key_of
from setwright.server.wire.words import Body

router = APIRouter(tags=["names"], dependencies=[Reader])
router.include_router(labels.router)
router.include_router(projects.router)

_CODES = {"running": 1, "done": 2, "failed": 4}
_STATES = {2: "done", 4: "failed"}


class References(Body):
    """Labels with their attributes and the values of these."""

    labels: Annotated[dict[str, dict[str, tuple[str, ...]]], Field(max_length=10_000, default_factory=dict)]


class JobUpdate(Body):
    """How far a client is with a job of its own."""

    jobName: Annotated[str, Field(max_length=200)] = ""
    sessionId: Annotated[str, Field(max_length=64)]
    progress: float = 0
    status: int = 1


@router.post("/datalake/api/client/system/label/references")
def references(wanted: References) -> dict[str, Any]:
    """Keys for labels, attributes and values. A label comes into being with its first annotation."""
    return {
        label: {
            "ref": key_of(label),
            "color": "#808080",
            "texts": {
                attribute: {"ref": key_of(attribute), "texts": {value: key_of(value) for value in values}}
                for attribute, values in attributes.items()
            },
        }
        for label, attributes in wanted.labels.items()
    }


@router.get("/datalake/api/client/jobs/{id}/getStatus")
def job_status(id: Annotated[str, Path(max_length=64)], service: TheService) -> dict[str, Any]:
    """How far a job is."""
    promised = service.promises.state(id)
    if promised == RUNNING:
        promise_keeping.take_up(service, id)
    state = promised or service.jobs.state(id)
    if state is None:
        raise Refused(404, f"There is no job {id}, or no longer.")
    answer: dict[str, Any] = {"isSuccess": True, "status": _CODES[state.status], "progress": state.progress}
    return answer | ({"message": state.message} if state.message else {})


@router.post("/datalake/api/job/updateJob/basicAuthRequest")
def update_job(update: JobUpdate, service: TheService) -> dict[str, Any]:
    """What a client tells of a job of its own, such as a download."""
    status: Any = _STATES.get(update.status, "running")
    service.jobs.note(update.sessionId, JobState(status=status, progress=update.progress))
    return {"success": True, "isSuccess": True, "jobId": update.sessionId}
