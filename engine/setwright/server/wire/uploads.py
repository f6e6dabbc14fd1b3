"""Uploading files, annotations, metadata and tags."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from setwright.model.dataset import CollectionSource, Filter, LakeSource
from setwright.model.errors import SetwrightError
from setwright.server import taking_in
from setwright.server.access import Applier, TheService
from setwright.server.answers import Refused, words_of
from setwright.server.jobs import JobState
from setwright.server.wire.explore import frames_of
from setwright.server.wire.words import IMAGE_COLLECTION, Body

if TYPE_CHECKING:
    from setwright.server.service import Service
    from setwright.server.uploads import Upload

router = APIRouter(tags=["uploads"], dependencies=[Applier])
parts = APIRouter(tags=["files"])

Name = Annotated[str, Field(max_length=1024)]
Id = Annotated[str, Field(max_length=64)]


class CollectionUpload(Body):
    """The beginning of an upload."""

    collectionType: int = IMAGE_COLLECTION
    collectionName: Name
    metaDataObject: dict[str, Any] | str = ""


class NewFile(Body):
    """One file of an upload."""

    fileName: Name
    uploadId: Id


class PartsWanted(Body):
    """Where to send the parts of a file."""

    fileId: Id
    fileKey: Name
    parts: Annotated[int, Field(ge=1, le=10_000)]


class Part(Body):
    """A part that was sent."""

    PartNumber: Annotated[int, Field(ge=1, le=10_000)]


class Finished(Body):
    """All parts of a file were sent."""

    fileId: Id
    fileKey: Name
    uploadId: Id
    parts: Annotated[list[Part], Field(max_length=10_000)]


class Operation(Body):
    """What an annotation project or a model run says of images. The array is JSON text within the JSON."""

    metaUpdatesArray: str
    operationMode: int = 1


class Tags(Body):
    """Tags that are about to be given."""

    tags: tuple[str, ...] = ()


class Fields(Body):
    """Fields that are about to be given."""

    fields: tuple[str, ...] = ()


class MetadataOfFiles(Body):
    """Fields and tags of files, of one collection or by unique names."""

    metadata: Annotated[list[dict[str, Any]], Field(max_length=10_000)]
    collectionId: Id | None = None


class MetadataOfCollection(Body):
    """Fields and tags of all files of a collection."""

    collectionName: Name
    objectType: int = IMAGE_COLLECTION
    metadata: dict[str, Any]
    isApplyToAllFiles: bool = True


# --- Files --------------------------------------------------------------------------------------------------------


@router.post("/datalake/api/client/uploadMetadataInCollection")
def begin(wanted: CollectionUpload, service: TheService) -> dict[str, Any]:
    """Begin an upload into a collection, which need not be there yet."""
    if wanted.collectionType != IMAGE_COLLECTION:
        raise Refused(406, "This lake keeps images alone.")
    metadata = wanted.metaDataObject if isinstance(wanted.metaDataObject, dict) else {}
    upload = service.uploads.begin(wanted.collectionName, metadata)
    return {
        "isSuccess": True,
        "storageType": "AWS_S3",
        "uploadId": upload.id,
        "collectionId": service.outward("collection", wanted.collectionName),
        "jobId": upload.id,
    }


@router.post("/datalake/api/client/fileUpload/initializeMultipartUpload")
def new_file(wanted: NewFile, service: TheService) -> dict[str, Any]:
    """Begin one file."""
    upload = _upload(service, wanted.uploadId)
    return {
        "isSuccess": True,
        "fileId": upload.file_id(wanted.fileName),
        "fileKey": f"{upload.id}/{wanted.fileName}",
    }


@router.post("/datalake/api/client/fileUpload/getMultipartPreSignedUrls")
def part_urls(wanted: PartsWanted, service: TheService) -> dict[str, Any]:
    """Where to send each part. The first part of a file's key is its upload."""
    upload = _upload(service, wanted.fileKey.partition("/")[0])

    def url(number: int) -> str:
        token = service.signer.token({"upload": upload.id, "file": wanted.fileId, "part": number})
        return f"{service.public_url}/parts/{token}"

    numbers = range(1, wanted.parts + 1)
    return {
        "isSuccess": True,
        "parts": [{"PartNumber": number, "signedUrl": url(number)} for number in numbers],
    }


@parts.put("/parts/{token}")
async def part(
    token: Annotated[str, Path(max_length=4096)], request: Request, service: TheService
) -> Response:
    """One part of a file, from whoever has its URL. The quoted digest is what S3 answers."""
    claims = service.signer.claims(token)
    if claims is None or "part" not in claims:
        raise Refused(403, "This URL is not good, or no longer.")
    target = _upload(service, claims["upload"]).part(claims["file"], claims["part"])
    digest, size = hashlib.sha256(), 0
    aside = target.with_name(f"{target.name}.coming")
    with aside.open("wb") as out:
        async for piece in request.stream():
            size += len(piece)
            if size > service.limits.part:
                break
            digest.update(piece)
            await run_in_threadpool(out.write, piece)
    if size > service.limits.part:
        aside.unlink()
        raise Refused(413, f"A part has at most {service.limits.part:,} bytes.")
    aside.replace(target)
    return Response(status_code=200, headers={"ETag": f'"{digest.hexdigest()}"'})


@router.post("/datalake/api/client/fileUpload/finalizeMultipartUpload")
def finish_file(wanted: Finished, service: TheService) -> dict[str, Any]:
    """One file is whole."""
    upload = _upload(service, wanted.uploadId)
    name = wanted.fileKey.partition("/")[2]
    if upload.file_id(name) != wanted.fileId:
        raise Refused(406, "The file's key and its id do not belong together.")
    _try(lambda: upload.finish(name, [part.PartNumber for part in wanted.parts]))
    return {"isSuccess": True}


@router.get("/datalake/api/client/collectionUploadingStatus/{id}/complete")
def complete(
    id: Annotated[str, Path(max_length=64)], request: Request, service: TheService
) -> dict[str, Any]:
    """The upload is whole: its pictures go into the collection."""
    upload = _upload(service, id)
    names = set(upload.names())
    if not names:
        raise Refused(406, "Nothing was uploaded.")
    report = _try(lambda: taking_in.take_pictures(service, upload, _author(request)))
    # Clients wait for the job that they were told of when the upload began.
    service.jobs.note(upload.id, JobState(status="done", progress=100.0))
    frames = frames_of(service, CollectionSource(name=upload.collection), "", Filter())
    rows = zip(frames.file_name.tolist(), frames.name.tolist(), strict=True)
    return {
        "isSuccess": True,
        "uploadedFileList": [unique for name, unique in rows if name in names],
        "problems": [f"{problem.file}: {problem.detail}" for problem in report.problems],
    }


@router.get("/datalake/api/client/collection/getuploadProgress")
def progress(collectionName: Annotated[str, Query(max_length=1024)]) -> dict[str, Any]:
    """An upload is taken in at once when it is complete, so there is never anything left."""
    return {"isSuccess": True, "progress": 100}


# --- Annotations --------------------------------------------------------------------------------------------------


@router.post("/datalake/api/metadata/operationdata/{operation:path}/update")
def take_annotations(
    operation: Annotated[str, Path(max_length=192)],
    wanted: Operation,
    request: Request,
    service: TheService,
    isNormalized: Annotated[str, Query(max_length=8)] = "False",
) -> dict[str, Any]:
    """What an operation says of images; what it said of them before is replaced."""
    try:
        updates = json.loads(wanted.metaUpdatesArray)
        images: dict[str, list[dict[str, Any]]] = {}
        for update in updates:
            shapes = update["data"]["annotationObjects"]
            images[_object_key(update)] = [taking_in.annotation_of(shape) for shape in shapes]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise Refused(406, "The annotations are not as the SDK sends them.") from error
    taken = 0
    for collection, names in _by_collection(service, images).items():
        said = [{"image": name, "annotations": images[unique]} for name, unique in names]

        def take(collection: str = collection, said: list[dict[str, Any]] = said) -> None:
            taking_in.take_annotations(
                service,
                collection,
                said,
                operation=operation,
                human=wanted.operationMode == 1,
                normalized=isNormalized.lower() == "true",
                author=_author(request),
            )

        _try(take)
        taken += len(names)
    if taken < len(images):
        raise Refused(406, f"{len(images) - taken} of {len(images)} images are not in the lake.")
    return {"isSuccess": True, "success": True}


# --- Metadata -----------------------------------------------------------------------------------------------------


@router.post("/datalake/api/client/metadata/validateTags")
def validate_tags(wanted: Tags) -> list[Any]:
    """Any text may be a tag."""
    return []


@router.post("/datalake/api/client/metadata/validateMetaFields")
def validate_fields(wanted: Fields) -> list[Any]:
    """Any text may name a field."""
    return []


@router.post("/datalake/api/client/metadata/uploadMetadataByJson")
def metadata_of_files(wanted: MetadataOfFiles, request: Request, service: TheService) -> dict[str, Any]:
    """Fields and tags of files."""
    said: dict[str, dict[str, Any]] = {}
    for entry in wanted.metadata:
        if not isinstance(entry.get("file"), str) or not isinstance(entry.get("metadata"), dict):
            raise Refused(
                406, "Metadata are not as the SDK sends them: each entry has `file` and `metadata`."
            )
        said[entry["file"]] = entry["metadata"]
    if wanted.collectionId is not None:
        found = dict(service.lake.collections()).get(wanted.collectionId)
        if found is None:
            raise Refused(406, f"There is no collection with the id {wanted.collectionId}.")
        grouped = {found: [(name, name) for name in said]}
    else:
        grouped = _by_collection(service, said)
    for collection, names in grouped.items():
        files = [{"file": name, "metadata": said[key]} for name, key in names]
        _try(lambda c=collection, f=files: taking_in.take_metadata(service, c, f, _author(request)))
    return {"isSuccess": True, "message": f"Metadata of {sum(map(len, grouped.values()))} files were taken."}


@router.post("/datalake/api/client/metadata/uploadMetadataByMetaObject")
def metadata_of_collection(
    wanted: MetadataOfCollection, request: Request, service: TheService
) -> dict[str, Any]:
    """Fields and tags of all files of a collection."""
    if wanted.collectionName not in {name for _, name in service.lake.collections()}:
        raise Refused(406, f"There is no collection called {wanted.collectionName!r}.")
    if not wanted.isApplyToAllFiles:
        raise Refused(406, "This lake keeps metadata of files alone, not of a collection.")
    frames = frames_of(service, CollectionSource(name=wanted.collectionName), "", Filter())
    files = [{"file": name, "metadata": wanted.metadata} for name in frames.file_name.tolist()]
    _try(lambda: taking_in.take_metadata(service, wanted.collectionName, files, _author(request)))
    return {"isSuccess": True, "message": f"Metadata of {len(files)} files were taken."}


def _upload(service: Service, id: str) -> Upload:
    upload = service.uploads.get(id)
    if upload is None:
        raise Refused(404, "There is no such upload, or no longer.")
    return upload


def _author(request: Request) -> str:
    return f"{request.state.key} over HTTP"


def _object_key(update: dict[str, Any]) -> str:
    key = update.get("objectKey") or update.get("storagePath") or update.get("fileName")
    if not isinstance(key, str):
        raise TypeError("no key")
    return key


def _by_collection(service: Service, keys: Any) -> dict[str, list[tuple[str, str]]]:
    """The files with these unique names: by collection, the name in it and the unique one."""
    frames = frames_of(service, LakeSource(items="image"), "", Filter())
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = zip(frames.collection.tolist(), frames.file_name.tolist(), frames.name.tolist(), strict=True)
    for collection, name, unique in rows:
        if unique in keys:
            found[collection].append((name, unique))
    return found


def _try(work: Any) -> Any:
    try:
        return work()
    except SetwrightError as error:
        raise Refused(406, words_of(error)) from error
