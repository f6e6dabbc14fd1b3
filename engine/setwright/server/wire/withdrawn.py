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
from setwright.server.wire.told import told

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.server.service import Service
    from setwright.server.wire.told import Told

FILE: Final = "withdrawn.json"

_writing = threading.Lock()


def shown(service: Service, name: str) -> tuple[Told, ...]:
    """The versions of a dataset that are told of over the wire, the newest first."""
    gone = _gone(service)
    versions = told(service.lake.versions(name), lambda key: service.outward("version", key))
    return tuple(each for each in versions if each.id not in gone)


def version(service: Service, id: str) -> Told | None:
    """The version that clients call `id`, None where it is not told of, or there is none."""
    return next((each for each in _around(service, id) if each.id == id), None)


def readable(service: Service, content: str) -> bool:
    """Whether the lake's version with that id is, or was, the content of a version that is told of."""
    return any(each.id == content for told in _around(service, content) for each in told.contents)


def _around(service: Service, id: str) -> tuple[Told, ...]:
    """The versions that are told of, of the dataset that the lake's version with that id is of."""
    try:
        found = service.lake.version(id)
    except SetwrightError:
        return ()
    return shown(service, found.dataset)


def withdraw(service: Service, id: str, author: str) -> None:
    """Delete a version.

    Raises:
        Refused: there is none, its dataset is protected, or it is what its dataset is at while older ones stay.
    """
    with _writing:
        found = version(service, id)
        if found is None:
            raise Refused(404, f"There is no version {id}.")
        content = found.version
        if service.lake.config(content.id).protect:
            raise Refused(406, f"{content.dataset} is protected.")
        current, *older = shown(service, content.dataset)
        if current.id != id:
            gone = sorted({*_gone(service), id})
            write_whole(_file(service), json.dumps({"format_version": 1, "versions": gone}).encode())
            return
        if older:
            raise Refused(
                406,
                f"{content.dataset} is at version {content.number}, so it cannot go while {len(older)} older ones "
                "stay. To go back, make a new version of what the older one held.",
            )
        deletion = Deletion(
            key=f"layernext-delete-{id}",
            name=content.dataset,
            version=content.id,
            author=author,
            at=datetime.now(UTC),
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
