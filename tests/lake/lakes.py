"""Small lakes for tests: pictures drawn in a moment, annotations in VIA's JSON beside them, and what a lake holds."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

Rows: TypeAlias = list[tuple[Any, ...]]


def picture(seed: object, size: tuple[int, int] = (20, 10), format: str = "PNG") -> bytes:
    """A picture's bytes: one colour, which differs with `seed`."""
    color = hashlib.sha256(repr(seed).encode()).digest()
    buffer = io.BytesIO()
    Image.new("RGB", size, (color[0], color[1], color[2])).save(buffer, format)
    return buffer.getvalue()


def rectangle(label: str, left: float = 2, top: float = 3, width: float = 10, height: float = 5) -> Any:
    """A region as VIA has it."""
    shape = {"name": "rect", "x": left, "y": top, "width": width, "height": height}
    return {"shape_attributes": shape, "region_attributes": {"label": label}}


def write(
    folder: Path, frames: Mapping[str, Sequence[Any] | None], pictures: Mapping[str, object] | None = None
) -> Path:
    """Pictures below `folder` with regions in VIA's JSON: labels or whole regions by path, None for no word on it.

    `pictures` gives seeds where a picture shall not be the one of its path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for path, regions in frames.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture((pictures or {}).get(path, path)))
        if regions is not None:
            whole = [rectangle(region) if isinstance(region, str) else region for region in regions]
            listed[path] = {"filename": path, "size": -1, "regions": whole, "file_attributes": {}}
    (folder / "via.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder


def ingest(lake: Lake, folder: Path | str, collection: str = "cells", **options: Any) -> Any:
    """Ingest `folder` as VIA, unless `options` say otherwise, by the operation "project"."""
    return lake.ingest(
        folder,
        **{
            "collection": collection,
            "author": "test",
            "at": NOON,
            "format": "via",
            "operation": "project",
            **options,
        },
    )


def everything(lake: Lake, query: str = "") -> Selection:
    """The whole lake with all its labels, or what of it a query selects."""
    labels = lake.vocabulary().labels or ()
    return Selection(source=LakeSource(), query=query, filter=Filter(), operations=None, labels=labels)


def content(lake: Lake, revision: int | None = None, selection: Selection | None = None) -> tuple[Rows, Rows]:
    """All frames and all annotations at a revision, the newest unless one is said, as rows that compare."""
    found = lake.membership(selection or everything(lake), lake.revision() if revision is None else revision)
    frames, annotations = found.frames, found.annotations
    names = frames.name.tolist()
    return (
        list(zip(names, frames.number.tolist(), frames.digest.tolist(), frames.width.tolist(), strict=True)),
        [
            (
                names[frame],
                annotations.operations[operation],
                annotations.labels[label],
                shape,
                tuple(box),
                rest,
            )
            for frame, operation, label, shape, box, *rest in zip(
                annotations.frame.tolist(),
                annotations.operation.tolist(),
                annotations.label.tolist(),
                annotations.shape.tolist(),
                annotations.box.tolist(),
                annotations.outline.tolist(),
                annotations.extra.tolist(),
                strict=True,
            )
        ],
    )


def labels_of(lake: Lake, name: str, revision: int | None = None) -> list[str]:
    """The labels of the frame with that unique name, in the lake's order."""
    return [row[2] for row in content(lake, revision)[1] if row[0] == name]


def stored_files(lake: Lake) -> set[str]:
    """The names of all files below `blobs/`."""
    return {path.name for path in (lake.folder / "blobs").rglob("*") if path.is_file()} - {".writers"}
