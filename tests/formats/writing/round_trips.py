"""An export read back by our own reader, as a manifest of the same frames."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.protocol import MadeFile
from setwright.formats.reading.fit import Canvas, FittedAnnotation, fit
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.problems import Problem
from setwright.formats.reading.protocol import ReadFrame, ReadOptions
from setwright.formats.writing.names import export_names
from setwright.model.frames import Annotations, texts
from tests.formats.writing.manifests import NAN, facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportFormat
    from setwright.formats.reading.protocol import Reader
    from setwright.model.manifest import Manifest


def labels_in(format: ExportFormat, manifest: Manifest) -> dict[str, bytes]:
    """What the export makes, by path, without what tells of the version: its digest, and what was lost on the way."""
    return {
        entry.path: entry.content
        for entry in format.files(manifest, facts_of(manifest))
        if isinstance(entry, MadeFile) and entry.path not in ("README.txt", "setwright.json")
    }


@contextmanager
def frames_in(
    format: ExportFormat, reader: Reader, manifest: Manifest, options: ReadOptions | None = None
) -> Iterator[list[ReadFrame | Problem]]:
    """What `reader` finds in the export."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for entry in format.files(manifest, facts_of(manifest)):
            path = folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(entry.content if isinstance(entry, MadeFile) else b"a picture")
        listing = FolderListing(folder)
        assert reader.recognises(listing) or not len(manifest.frames)
        yield list(reader.read(listing, options or ReadOptions()))


def read_back(
    format: ExportFormat, reader: Reader, manifest: Manifest, options: ReadOptions | None = None
) -> Manifest:
    """`manifest` with the annotations that `reader` finds in its export. Any problem fails the test."""
    with frames_in(format, reader, manifest, options) as read_frames:
        found = list(read_frames)
    frames = manifest.frames
    rows = {stem + ending: row for row, (stem, ending) in enumerate(export_names(frames))}
    read: list[tuple[int, FittedAnnotation]] = []
    for frame in found:
        assert isinstance(frame, ReadFrame), frame
        row = rows[PurePosixPath(frame.picture).name]
        for one in fit(frame, Canvas(int(frames.width[row]), int(frames.height[row]))):
            assert not isinstance(one, Problem), one
            read.append((row, one))
    # Stable, so the annotations of a frame stay in the order in which they were read.
    read.sort(key=lambda pair: pair[0])
    labels = manifest.classes
    annotations = Annotations(
        labels=labels,
        operations=("read",),
        frame=np.array([row for row, _ in read], np.int32),
        label=np.array([labels.index(one.label) for _, one in read], np.int32),
        shape=np.array([one.shape for _, one in read], np.int8),
        box=np.array([one.box for _, one in read], np.float64).reshape(-1, 4),
        outline=texts(one.outline for _, one in read),
        confidence=np.array([NAN if one.confidence is None else one.confidence for _, one in read]),
        operation=np.zeros(len(read), np.int32),
        extra=texts(one.extra for _, one in read),
    )
    return replace(manifest, annotations=annotations)


def changed(format: ExportFormat, manifest: Manifest) -> dict[str, int]:
    """What the export says that it could not hold."""
    *_, last = format.files(manifest, facts_of(manifest))
    assert isinstance(last, MadeFile)
    return {entry["what"]: entry["count"] for entry in json.loads(last.content)["changed"]}
