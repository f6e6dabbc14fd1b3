"""What RAW holds, our own reader gives back; and written again it is the same file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.protocol import MadeFile
from setwright.formats.reading.fit import Canvas, FittedAnnotation, fit
from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import ReadFrame, ReadOptions
from setwright.formats.writing.raw import ANNOTATIONS, Raw
from setwright.model.splits import Split
from tests.formats.writing.manifests import (
    BOX,
    LINE,
    NAN,
    POINTS,
    POLYGON,
    RING,
    Frame,
    Shape,
    facts_of,
    made,
    manifest_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from setwright.model.manifest import Manifest

MASK = Shape(
    label=1, code=4, box=(1, 0, 2, 1), outline='{"counts":[50,1,4949],"size":[50,100]}', confidence=0.5
)
LABELS = ("Balloon", "Kite")


def read_back(manifest: Manifest, frames: list[Frame], folder: Path) -> Manifest:
    """The manifest, its annotations taken from what `LayerNext` reads in a RAW export of it."""
    for entry in Raw().files(manifest, facts_of(manifest)):
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content if isinstance(entry, MadeFile) else b"a picture")
    found = list(LayerNext().read(FolderListing(folder), ReadOptions()))
    by_picture: dict[str, tuple[Shape, ...]] = {}
    for frame in found:
        if isinstance(frame, Problem) and frame.kind is ProblemKind.FRACTIONS:
            continue  # all that is there is smaller than a pixel, which may be meant otherwise
        assert isinstance(frame, ReadFrame), frame
        fitted = list(fit(frame, Canvas(100, 50)))
        assert all(isinstance(one, FittedAnnotation) for one in fitted), fitted
        by_picture[frame.picture] = tuple(
            Shape(
                label=LABELS.index(one.label),
                code=one.shape,
                box=one.box,
                outline=one.outline,
                confidence=NAN if one.confidence is None else one.confidence,
                extra=one.extra,
            )
            for one in fitted
            if isinstance(one, FittedAnnotation)
        )
    return manifest_of(
        [replace(frame, shapes=by_picture[f"data/{frame.file_name}"]) for frame in frames], labels=LABELS
    )


def test_every_shape_comes_back_as_it_was(tmp_path: Path) -> None:
    # Edges that a millionth of a pixel can tell exactly; others come back as near as that.
    box = replace(BOX, box=(0.125, 0, 0.5, 50))
    frames = [
        Frame(file_name="a.jpg", shapes=(replace(POLYGON, operation=0), box, RING)),
        Frame(file_name="b.jpg", split=Split.TEST, shapes=(LINE, POINTS, MASK)),
        Frame(file_name="sky.jpg"),
    ]
    manifest = manifest_of(frames)
    again = read_back(manifest, frames, tmp_path)
    assert made(Raw(), again)[ANNOTATIONS] == made(Raw(), manifest)[ANNOTATIONS]
    assert again.digest == manifest.digest


edges = st.one_of(st.floats(0, 1), st.integers(0, 16).map(lambda part: part / 16))
boxes = st.tuples(edges, edges, edges, edges).map(
    lambda box: (
        min(box[0], box[2]) * 100,
        min(box[1], box[3]) * 50,
        max(box[0], box[2]) * 100,
        max(box[1], box[3]) * 50,
    )
)


@given(
    found=st.lists(boxes.filter(lambda box: box[2] - box[0] > 1e-3 and box[3] - box[1] > 1e-3), max_size=4)
)
def test_written_read_and_written_again_boxes_are_the_same(
    found: list[tuple[float, float, float, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frames = [Frame(file_name="a.jpg", shapes=tuple(Shape(box=box) for box in found))]
    manifest = manifest_of(frames)
    again = read_back(manifest, frames, tmp_path_factory.mktemp("raw"))
    assert made(Raw(), again)[ANNOTATIONS] == made(Raw(), manifest)[ANNOTATIONS]
