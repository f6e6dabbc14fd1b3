"""Versions that were deleted over LayerNext's wire, one by one.

The lake lets a dataset go as a whole, and keeps its versions for those who name them. Over the wire versions are
deleted singly, so those that went while others of their dataset stay are written down beside the lake, and are told
of to nobody any more; with the last one the dataset goes.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from setwright.edge.files import write_whole
from setwright.model.errors import SetwrightError
from setwright.model.versions import Deletion
from setwright.server.answers import Refused, words_of

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.model.versions import Version
    from setwright.server.service import Service

FILE: Final = "withdrawn.json"

_writing = threading.Lock()


def shown(service: Service, name: str) -> tuple[Version, ...]:
    """The versions of a dataset that are told of over the wire, the newest first."""
    gone = _gone(service)
    return tuple(version for version in service.lake.versions(name) if version.id not in gone)


def version(service: Service, id: str) -> Version | None:
    """The version with that id, None where it is not told of, or there is none."""
    try:
        found = service.lake.version(id)
    except SetwrightError:
        return None
    return found if any(each.id == id for each in shown(service, found.dataset)) else None


def withdraw(service: Service, id: str, author: str) -> None:
    """Delete a version.

    Raises:
        Refused: there is none, its dataset is protected, or it is what its dataset is at while older ones stay.
    """
    with _writing:
        found = version(service, id)
        if found is None:
            raise Refused(404, f"There is no version {id}.")
        if service.lake.config(id).protect:
            raise Refused(406, f"{found.dataset} is protected.")
        current, *older = shown(service, found.dataset)
        if current.id != id:
            gone = sorted({*_gone(service), id})
            write_whole(_file(service), json.dumps({"format_version": 1, "versions": gone}).encode())
            return
        if older:
            raise Refused(
                406,
                f"{found.dataset} is at version {found.number}, so it cannot go while {len(older)} older ones stay. "
                "To go back, make a new version of what the older one held.",
            )
        deletion = Deletion(
            key=f"layernext-delete-{id}", name=found.dataset, version=id, author=author, at=datetime.now(UTC)
        )
        try:
            service.remote.delete(deletion)
        except SetwrightError as error:
            raise Refused(406, words_of(error)) from error


def _gone(service: Service) -> frozenset[str]:
    try:
        return frozenset(json.loads(_file(service).read_bytes())["versions"])
    except FileNotFoundError:
        return frozenset()


def _file(service: Service) -> Path:
    return service.lake.folder / FILE
