"""A LayerNext in memory, of which every answer can be another: as much as is known of the product, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from setwright.remotes.http.connection import Limits
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext.opening import open_layernext
from setwright.remotes.layernext.remote import LayerNextRemote
from setwright.state.folder import FolderStates
from tests.remotes.layernext.recording import Reply, Seen, Server, serving

KEY, SECRET = "key_abc", "s3cret:with:colons"
CREDENTIALS = Credentials(key=Secret(KEY), secret=Secret(SECRET), source="the test")
IMPATIENT = Limits(connect=5.0, read=2.0, total=5.0, tries=1)


@dataclass(slots=True)
class Fake:
    """`frames` are ids by unique name, `selected` those that a query gives, None for all.

    `tells_ids` says whether the answer to a create holds ids, `lists` whether versions are listed. `otherwise` may
    answer any request in place of the fake.
    """

    frames: dict[str, str] = field(default_factory=lambda: {f"party_{n}.png": f"f{n}" for n in range(4)})
    selected: list[str] | None = None
    tells_ids: bool = True
    lists: bool = False
    jobs: int = 2
    otherwise: Callable[[Seen], Reply | None] = lambda _: None
    versions: dict[str, tuple[str, list[str], list[str]]] = field(default_factory=dict)
    picked: list[str] = field(default_factory=list)

    def answer(self, request: Seen) -> Reply:
        return (
            self.otherwise(request) or Reply(json=self._json(request)) if self._known(request) else Reply(404)
        )

    def _known(self, request: Seen) -> bool:
        return self.lists or not request.path.endswith("/datasets/list")

    def _json(self, request: Seen) -> Any:
        path, body = request.path, request.body or {}
        last = path.rstrip("/").split("/")[-1]
        match last:
            case "getObjectTypeById":
                return {"objectType": 5}
            case "getCollectionIdByName":
                return {"collectionId": "c1"}
            case "getSelectionId":
                self.picked = (
                    self._names(body) if body["isAllSelected"] else self._of_ids(body["objectIdList"])
                )
                return {"isSuccess": True, "selectionTag": "tag_1"}
            case "create" | "updateNewVersion" | "updateExistingVersion":
                return self._made(last, request)
            case "deleteVersion":
                self.versions.pop(dict(request.query)["datasetVersionId"], None)
                return {"isSuccess": True}
            case "getStatus":
                return {"isSuccess": True, "status": self.jobs, "progress": 100}
            case "count":
                return {"isSuccess": True, "count": len(self._objects(path, body))}
            case "list":
                return self._listed(path, body)
            case _ if "getVersionData" in path:
                return self._data(*path.split("getVersionData/")[1].strip("/").split("/", 1))
            case _:
                return {"isSuccess": True, "isCompatible": True}

    def _names(self, body: dict[str, Any]) -> list[str]:
        chosen = self.selected if body.get("query") and self.selected is not None else list(self.frames)
        return [name for name in chosen if name in self.frames]

    def _of_ids(self, ids: list[str]) -> list[str]:
        return [name for name, id in self.frames.items() if id in ids]

    def _objects(self, path: str, body: dict[str, Any]) -> list[dict[str, str]]:
        if body.get("contentType") == 3:
            return [
                {"id": f"lake of {name}", "name": name}
                for name in sorted({v[0] for v in self.versions.values()})
            ]
        if body.get("contentType") == 5:
            return [{"id": "c1", "name": "party"}]
        if "lake of " in path:
            name = path.split("lake of ")[1].split("/")[0]
            names = next((list(v[1]) for v in reversed(self.versions.values()) if v[0] == name), [])
        else:
            names = self._names(body)
        return [
            {"id": self.frames.get(name, name), "name": name.partition("_")[2] or name, "uniqueName": name}
            for name in names
        ]

    def _listed(self, path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/labels/list"):
            return [{"labelText": label, "label": f"k-{label}"} for label in ("Balloon", "Kite")]
        if path.endswith("/projects/list"):
            return [{"id": "p1", "name": "project"}]
        if path.endswith("/datasets/list"):
            names = sorted({each[0] for each in self.versions.values()})
            return [
                {
                    "id": name,
                    "name": name,
                    "versionList": [
                        {"versionId": id} for id in reversed(self.versions) if self.versions[id][0] == name
                    ],
                }
                for name in names
            ]
        start = body["pageIndex"] * body["pageSize"]
        return self._objects(path, body)[start : start + body["pageSize"]]

    def _made(self, call: str, request: Seen) -> Any:
        follows = dict(request.query).get("datasetVersionId")
        name = request.body["name"] if follows is None else self.versions[follows][0]
        id = follows if call == "updateExistingVersion" else f"v{len(self.versions) + 1}"
        assert id is not None
        self.versions[id] = (name, list(self.picked), list(request.body["exportTypes"]))
        return {"isSuccess": True, "jobId": "j1"} | ({"datasetVersionId": id} if self.tells_ids else {})

    def _data(self, version: str, export: str) -> Any:
        if version not in self.versions or export not in self.versions[version][2]:
            return {"data": {}}
        name, frames, _ = self.versions[version]
        return {
            "data": {
                "identifier": name,
                "groupUniqueName": "folder",
                "format": export,
                "creatableDirectories": ["./data"],
                "rawFileName": None,
                "nextPage": False,
                "resourceArray": [
                    {
                        "fileName": frame,
                        "fileDownloadFolderLocation": "./data",
                        "isMediaFile": True,
                        "fileUrl": "",
                    }
                    for frame in frames
                ],
            }
        }


@contextmanager
def beside(fake: Fake, folder: Path, *, pin_ids: bool = False) -> Iterator[tuple[LayerNextRemote, Server]]:
    """The remote beside `fake`, and the server with what it was asked; state and records are in `folder`."""
    states = FolderStates(folder / "state", lambda: datetime.now(UTC))
    with (
        serving(fake.answer) as server,
        open_layernext(
            server.url,
            CREDENTIALS,
            states,
            folder / "records",
            pin_ids=pin_ids,
            limits=IMPATIENT,
            sleep=lambda _: None,
        ) as remote,
    ):
        yield remote, server
