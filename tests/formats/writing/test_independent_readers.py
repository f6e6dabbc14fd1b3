"""What we write, others read as it was meant."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from setwright.formats.protocol import MadeFile
from setwright.formats.writing.yolo_darknet import SUBSETS, YoloDarknet
from setwright.model.splits import SPLITS, Split
from tests.formats.writing.manifests import Frame, Shape, facts_of, manifest_of
from tests.oracles.blood_cells import BCCD, frames_of_the_xml, needs_photographs
from tests.oracles.datumaro import read_with_datumaro

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat
    from setwright.model.manifest import Manifest

pytestmark = pytest.mark.oracle


def write(format: ExportFormat, manifest: Manifest, to: Path, pictures: dict[str, bytes]) -> None:
    """The export as files; `pictures` by digest."""
    for entry in format.files(manifest, facts_of(manifest)):
        path = to / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content if isinstance(entry, MadeFile) else pictures[entry.digest])


def drawn(manifest: Manifest) -> dict[str, bytes]:
    """A grey picture of the right size for each frame."""
    frames = manifest.frames
    found = {}
    for digest, width, height in zip(
        frames.digest.tolist(), frames.width.tolist(), frames.height.tolist(), strict=True
    ):
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), "grey").save(buffer, "JPEG")
        found[digest.decode()] = buffer.getvalue()
    return found


def test_datumaro_reads_the_boxes_of_yolo_darknet_where_they_are(tmp_path: Path) -> None:
    manifest = manifest_of(
        [
            Frame(
                file_name="a b.jpg",
                shapes=(Shape(label=1, box=(10, 5, 30, 25)), Shape(label=0, box=(0, 0, 100, 50))),
            ),
            Frame(
                file_name="c.JPG",
                split=Split.VALIDATION,
                shapes=(Shape(label=1, box=(90.5, 40.25, 110, 60)),),
            ),
            Frame(file_name="ü.jpg", split=Split.TEST, shapes=(Shape(label=0, box=(1, 2, 3, 4)),)),
            Frame(file_name="sky.jpg", split=Split.TEST),
        ]
    )
    write(YoloDarknet(), manifest, tmp_path, drawn(manifest))

    seen = read_with_datumaro(tmp_path, "yolo")

    assert seen.labels == ("Balloon", "Kite")
    boxes = {
        (frame.subset, frame.name): [
            (shape.label, pytest.approx(shape.box, abs=1e-3)) for shape in frame.shapes
        ]
        for frame in seen.frames
    }
    assert boxes == {
        ("train", "a b"): [("Kite", (10, 5, 30, 25)), ("Balloon", (0, 0, 100, 50))],
        ("valid", "c"): [("Kite", (90.5, 40.25, 100, 50))],
        ("test", "ü"): [("Balloon", (1, 2, 3, 4))],
        ("test", "sky"): [],
    }


def test_datumaro_reads_yolo_darknet_without_any_validation_frame(tmp_path: Path) -> None:
    manifest = manifest_of([Frame(file_name="a.jpg", shapes=(Shape(box=(1, 2, 3, 4)),))])
    write(YoloDarknet(), manifest, tmp_path, drawn(manifest))
    assert [frame.name for frame in read_with_datumaro(tmp_path, "yolo").frames] == ["a"]


@needs_photographs
def test_datumaro_finds_in_our_yolo_darknet_what_it_finds_in_the_voc_files_of_real_photographs(
    tmp_path: Path,
) -> None:
    unique = frames_of_the_xml(tmp_path / "voc")
    labels = tuple(sorted({shape.label for frame in unique.values() for shape in frame.shapes}))
    manifest = manifest_of(
        [
            Frame(
                file_name=f"{frame.name}.jpg",
                collection="bccd",
                width=frame.width,
                height=frame.height,
                split=SPLITS[row % 3],
                shapes=tuple(Shape(label=labels.index(shape.label), box=shape.box) for shape in frame.shapes),
            )
            for row, frame in enumerate(sorted(unique.values(), key=lambda frame: frame.name))
        ],
        labels=labels,
    )
    write(
        YoloDarknet(),
        manifest,
        tmp_path / "yolo",
        {
            digest.decode(): (BCCD / "JPEGImages" / name).read_bytes()
            for digest, name in zip(
                manifest.frames.digest.tolist(), manifest.frames.file_name.tolist(), strict=True
            )
        },
    )

    ours = read_with_datumaro(tmp_path / "yolo", "yolo")

    assert len(ours.frames) == len(unique) == 364
    assert Counter(frame.subset for frame in ours.frames) == Counter(
        SUBSETS[SPLITS[row % 3]] for row in range(len(unique))
    )
    lost = Counter[str]()
    for frame in ours.frames:
        rounded = Counter((shape.label, tuple(round(edge) for edge in shape.box)) for shape in frame.shapes)
        meant = Counter(
            (
                shape.label,
                tuple(
                    round(min(max(edge, 0), (640, 480)[place % 2])) for place, edge in enumerate(shape.box)
                ),
            )
            for shape in unique[frame.name].shapes
        )
        # datumaro reads a repeated line once.
        missing = set(meant) - set(rounded)
        assert set(rounded) <= set(meant)
        lost.update(frame.name for _ in missing)
    # The two boxes without area, which YOLO cannot hold and our sidecar counts.
    assert lost == {"BloodImage_00338": 1, "BloodImage_00343": 1}
