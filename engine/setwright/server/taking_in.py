"""From what a client uploads to the lake's own ingest: pictures, annotations, metadata.

Annotations and metadata speak of pictures that the lake has already. They are written down as LayerNext's own JSON
beside links to those pictures, and the lake's reader of that format does the rest, with all of its checks.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from setwright.edge.files import safe_join
from setwright.formats.reading.protocol import ReadOptions
from setwright.model.dataset import CollectionSource, Filter
from setwright.model.errors import SetwrightError
from setwright.server.wire.explore import frames_of
from setwright.server.wire.keys import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from setwright.lake.ingest_report import IngestReport
    from setwright.model.frames import Frames
    from setwright.server.service import Service
    from setwright.server.uploads import Upload


def take_pictures(service: Service, upload: Upload, author: str) -> IngestReport:
    """Bring the files of an upload into its collection."""
    names = upload.names()
    if upload.metadata:
        files = [{"file": name, "metadata": dict(upload.metadata)} for name in names]
        _write(upload.folder / "files", "metadata.json", {"files": files})
    report = service.lake.ingest(
        upload.folder / "files",
        collection=upload.collection,
        author=author,
        at=datetime.now(UTC),
        format="layernext" if upload.metadata else "folder",
    )
    service.uploads.end(upload)
    return report


def take_annotations(
    service: Service,
    collection: str,
    images: Sequence[Mapping[str, Any]],
    *,
    operation: str,
    human: bool,
    normalized: bool,
    author: str,
) -> IngestReport | None:
    """Record what `operation` says of images of a collection; each is `{"image": file name, "annotations": […]}`."""
    return _ingested(
        service,
        collection,
        {"images": list(images)},
        [image["image"] for image in images],
        author=author,
        operation=operation,
        human=human,
        normalized=normalized,
    )


def take_metadata(
    service: Service, collection: str, files: Sequence[Mapping[str, Any]], author: str
) -> IngestReport | None:
    """Add fields and tags to files of a collection; each is `{"file": file name, "metadata": {…}}`."""
    return _ingested(
        service, collection, {"files": list(files)}, [each["file"] for each in files], author=author
    )


def _ingested(
    service: Service,
    collection: str,
    document: Mapping[str, Any],
    names: Iterable[str],
    *,
    author: str,
    operation: str | None = None,
    human: bool = True,
    normalized: bool = False,
) -> IngestReport | None:
    frames = frames_of(service, CollectionSource(name=collection), "", Filter())
    with service.uploads.workspace() as folder:
        if not _link(service, frames, set(names), folder):
            return None
        _write(folder, "layernext.json", document)
        return service.lake.ingest(
            folder,
            collection=collection,
            author=author,
            at=datetime.now(UTC),
            format="layernext",
            operation=operation,
            mode="human" if human else "machine",
            options=ReadOptions(normalized=normalized),
        )


def _link(service: Service, frames: Frames, names: set[str], folder: Path) -> int:
    """Lay the pictures called so into `folder`, and count them."""
    count = 0
    for name, digest in zip(frames.file_name.tolist(), frames.digest.tolist(), strict=True):
        if name not in names:
            continue
        target = safe_join(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        path = service.lake.picture_path(digest.decode())
        try:
            if path is None:
                # One that the lake refers to where it lies: it is read through the lake, which knows if it changed.
                with service.lake.picture(digest.decode()) as picture:
                    target.write_bytes(picture.read())
            else:
                _linked(path, target)
        except SetwrightError:
            continue  # it is gone from where it lay, and what cannot be seen cannot be annotated
        count += 1
    return count


def _linked(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:
        target.write_bytes(path.read_bytes())


def _write(folder: Path, name: str, document: Mapping[str, Any]) -> None:
    (folder / name).write_text(json.dumps(document, ensure_ascii=False), "utf-8")


def annotation_of(shape: Mapping[str, Any]) -> dict[str, Any]:
    """One annotation as LayerNext's files have it, of one as its SDK sends it.

    Raises:
        KeyError, TypeError: it is none.
    """
    kind = shape["type"]
    label = shape["label"]
    found: dict[str, Any] = {"type": kind, "label": label["labelText"]}
    if kind == "rectangle":
        box = shape["boxBoundariesAndDimensions"]
        found["bbox"] = [box["x"], box["y"], box["w"], box["h"]]
    else:
        found[kind] = [[point[0], point[1]] for point in shape["points"]]
    if shape.get("confidence") is not None:
        found["confidence"] = shape["confidence"]
    if shape.get("metadata"):
        found["metadata"] = shape["metadata"]
    attributes = {
        text: values
        for key, said in (label.get("attributeValues") or {}).items()
        if (text := text_of(key)) is not None and (values := [_value(each) for each in said])
    }
    if attributes:
        found["attributes"] = attributes
    return found


def _value(said: Mapping[str, Any]) -> dict[str, Any]:
    value = {"value": text_of(said["value"]) or said["value"]}
    for part in ("confidence", "metadata"):
        if said.get(part) is not None:
            value[part] = said[part]
    return value
