"""The files of a version's export, page by page, and the files themselves."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import FileResponse, Response, StreamingResponse

from setwright.formats.bytes_of import packed_bytes
from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.formats.writing.registry import find
from setwright.model.errors import SetwrightError, UsageError
from setwright.server.access import Reader, TheService
from setwright.server.answers import NO_STORE, Refused, words_of
from setwright.server.wire import withdrawn
from setwright.server.wire.explore import picture_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from setwright.formats.protocol import ExportEntry
    from setwright.model.versions import Version
    from setwright.server.service import Service

router = APIRouter(prefix="/dataset/api", tags=["downloads"], dependencies=[Reader])
files = APIRouter(tags=["files"])

# The one export of which the SDK makes all folders even where its user wants no pictures.
_FOLDERS_ALWAYS = "YOLO Darknet"


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to download: a file in a folder, or a folder as a zip."""

    folder: str
    name: str
    entries: tuple[ExportEntry, ...]
    zipped: bool = False


@router.get("/dataset/getVersionData/{version}/{export}")
def version_data(
    version: Annotated[str, Path(max_length=64)],
    export: Annotated[str, Path(max_length=64)],
    service: TheService,
    page: Annotated[int, Query(alias="pageNo", ge=1, le=10**6)] = 1,
    size: Annotated[int, Query(alias="pageSize", ge=1, le=1000)] = 250,
) -> dict[str, Any]:
    """One page of the files of an export. A version that has no such export has no data."""
    told = withdrawn.version(service, version)
    if told is None or export not in told.version.exports:
        return {"data": {}, "message": f"There is no {export} of version {version}."}
    found = told.version
    items = tuple(_items(service, found.id, export, service.lake.revision()).values())
    start = (page - 1) * size
    shown = items[start : start + size]
    folders = sorted({parent for item in items for parent in _parents(item.folder)})
    return {
        "data": {
            "identifier": f"{found.dataset}_{found.number}",
            "groupUniqueName": folder_name(found),
            "format": export,
            "creatableDirectories": [f"./{folder}" for folder in folders],
            "rawFileName": None,
            "nextPage": start + size < len(items),
            "resourceArray": [_resource(service, found, export, item) for item in shown],
        }
    }


@router.get("/datasets/list")
def all_versions(service: TheService) -> list[dict[str, Any]]:
    """All datasets with their versions, the newest first, in the words of the product's description of 2022.

    No SDK asks it; it is the only way that anybody described to learn which versions there are.
    """
    return [
        {
            "id": service.outward("dataset", name),
            "name": name,
            "createdAt": versions[-1].contents[0].created_at.isoformat(),
            "versionList": [
                {
                    "versionId": each.id,
                    "versionNo": str(each.version.number),
                    "createdAt": each.contents[0].created_at.isoformat(),
                    "createdBy": each.version.author,
                    "statsSummary": {
                        "totalFrames": each.version.statistics.frames,
                        "totalBoxes": each.version.statistics.annotations,
                    },
                }
                for each in versions
            ],
        }
        for name in service.lake.vocabulary().datasets or ()
        if (versions := withdrawn.shown(service, name))
    ]


@files.get("/files/{token}")
def file(token: Annotated[str, Path(max_length=4096)], service: TheService) -> Response:
    """A file, to whoever has its URL while that is good."""
    claims = service.signer.claims(token)
    if claims is None:
        raise Refused(403, "This URL is not good, or no longer.")
    if (digest := claims.get("picture")) is not None:
        path = service.lake.picture_path(digest)
        if path is not None:
            return FileResponse(path, media_type="application/octet-stream", headers=_SAFE)
        try:
            # One that the lake refers to where it lies, and does not hold itself.
            with service.lake.picture(digest) as picture:
                return Response(picture.read(), media_type="application/octet-stream", headers=_SAFE)
        except SetwrightError as error:
            raise Refused(404, "The picture is gone.") from error
    # Of the content that its page was made of, also where that was replaced meanwhile.
    version = str(claims.get("version"))
    if not withdrawn.readable(service, version):
        raise Refused(404, "The version is gone.")
    items = _items(service, version, str(claims.get("export")), service.lake.revision())
    item = items.get((str(claims.get("folder")), str(claims.get("name"))))
    if item is None:
        raise Refused(404, "The file is gone.")
    entry = item.entries[0]
    if isinstance(entry, PackedFile) and not item.zipped:
        packed = packed_bytes(entry, service.lake.picture)
        return StreamingResponse(packed, media_type="application/octet-stream", headers=_SAFE)
    content = _zip(service, item) if item.zipped else _content(service, entry)
    return Response(content, media_type="application/octet-stream", headers=_SAFE)


# What a file holds was others' to decide, so no browser may make a page of it.
_SAFE = {**NO_STORE, "X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}


def folder_name(version: Version) -> str:
    """The folder into which the SDK puts a version: its dataset's name and number, tamed."""
    return re.sub(r"[^0-9A-Za-z_-]+", "_", f"{version.dataset}_{version.number}")


# A download asks for page after page and file after file of one export, which is made once for all of them.
@lru_cache(maxsize=2)
def _items(service: Service, version: str, export: str, revision: int) -> Mapping[tuple[str, str], _Item]:
    """What makes the export for the SDK, by folder and name: of files in folders, it can take pictures alone.

    Files that hold pictures pass for such and are sent as they are made. Everything else in a folder travels as a zip
    of that folder, which the SDK unpacks where the folder belongs. At one `revision` of the lake an export is the same.
    """
    try:
        entries = list(service.remote.export(version, find(export).name))
    except UsageError as error:
        raise Refused(406, words_of(error)) from error
    items: list[_Item] = []
    zipped: defaultdict[str, list[ExportEntry]] = defaultdict(list)
    for entry in entries:
        folder, _, name = entry.path.rpartition("/")
        if not folder or isinstance(entry, PictureFile | PackedFile) or export == _FOLDERS_ALWAYS:
            items.append(_Item(folder, name, (entry,)))
        else:
            zipped[folder.split("/")[0]].append(entry)
    items += [_Item("", top, tuple(inside), zipped=True) for top, inside in sorted(zipped.items())]
    return {(item.folder, item.name): item for item in items}


def _resource(service: Service, version: Version, export: str, item: _Item) -> dict[str, Any]:
    entry = item.entries[0]
    is_picture = isinstance(entry, PictureFile | PackedFile)
    if isinstance(entry, PictureFile):
        url = picture_url(service, entry.digest)
    else:
        claims = {"version": version.id, "export": export, "folder": item.folder, "name": item.name}
        url = f"{service.public_url}/files/{service.signer.token(claims)}"
    resource: dict[str, Any] = {
        "fileName": item.name,
        "fileDownloadFolderLocation": f"./{item.folder}" if item.folder else ".",
        "isMediaFile": is_picture,
        "fileUrl": url,
    }
    if item.zipped:
        resource["isUnzipRequired"] = True  # the SDK looks at its presence alone
    return resource


def _parents(folder: str) -> Iterable[str]:
    parts = folder.split("/") if folder else []
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _content(service: Service, entry: ExportEntry) -> bytes:
    if isinstance(entry, MadeFile):
        return entry.content
    assert not isinstance(entry, PackedFile), "packed files are sent piece by piece"
    with service.lake.picture(entry.digest) as picture:
        return picture.read()


def _zip(service: Service, item: _Item) -> bytes:
    """The entries as a zip whose paths begin below the folder that it is unpacked into."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in item.entries:
            inside = zipfile.ZipInfo(entry.path.removeprefix(f"{item.name}/"))
            archive.writestr(inside, _content(service, entry), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
