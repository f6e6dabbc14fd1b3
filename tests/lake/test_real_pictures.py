"""What a lake holds of real datasets is what is in their files, as read by others and by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import ReadOptions
from setwright.lake.lake import Lake
from tests.lake.lakes import NOON, content, ingest
from tests.oracles.datumaro import read_with_datumaro

DATA = Path(__file__).parents[2].parent / "shared" / "data"
BCCD, BALLOON = DATA / "bccd", DATA / "balloon"

pytestmark = pytest.mark.skipif(
    not BCCD.is_dir(), reason=f"needs the datasets in {DATA.name}, beside the project"
)


@pytest.fixture(scope="module")
def bccd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with Lake.create(tmp_path_factory.mktemp("bccd") / "lake") as lake:
        lake.ingest(BCCD, collection="bccd", author="test", at=NOON)
        yield lake


def test_the_report_of_bccd_accounts_for_every_box_in_the_files(tmp_path: Path) -> None:
    in_files = Counter(
        element.findtext("name")
        for file in sorted((BCCD / "Annotations").glob("*.xml"))
        for element in ElementTree.parse(file).iter("object")
    )
    with Lake.create(tmp_path / "lake") as lake:
        report = lake.ingest(BCCD, collection="bccd", author="test", at=NOON)
        assert (report.format, report.frames_new) == ("voc", 364)
        assert in_files == {"RBC": 4155, "WBC": 372, "Platelets": 361}
        assert Counter(dict(report.labels)) + Counter(report.left_out) == in_files
        assert (report.annotations_in_files, report.annotations_added) == (4888, 4886)
        assert report.problem_counts == {ProblemKind.NO_AREA: 2}
        assert lake.stats().labels == (("Platelets", 361), ("RBC", 4153), ("WBC", 372))
        assert lake.ingest(BCCD, collection="bccd", author="test", at=NOON).revision is None


def test_all_boxes_of_bccd_lie_within_their_pictures(bccd: Lake) -> None:
    frames, annotations = content(bccd)
    found = {row[0]: row for row in frames}
    assert len(annotations) == 4886
    for name, *_, (left, top, right, bottom), _rest in annotations:
        assert 0 <= left < right <= found[name][3] == 640
        assert 0 <= top < bottom <= 480


@pytest.mark.oracle
def test_datumaro_finds_the_same_boxes_in_bccd(bccd: Lake, tmp_path: Path) -> None:
    # It wants a list of labels, which bccd has not, and takes a picture in two lists for two.
    (tmp_path / "labelmap.txt").write_text("".join(f"{name}:::\n" for name in ("RBC", "WBC", "Platelets")))
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    for link in (
        "Annotations",
        "JPEGImages",
        *(f"ImageSets/Main/{part}.txt" for part in ("train", "val", "test")),
    ):
        (tmp_path / link).symlink_to(BCCD / link)
    seen = read_with_datumaro(tmp_path, "voc_detection")
    theirs = sorted((frame.name, shape.label, *shape.box) for frame in seen.frames for shape in frame.shapes)
    ours = sorted(
        (name.removeprefix("bccd_").removesuffix(".jpg"), label, *box)
        for name, _, label, _, box, _ in content(bccd)[1]
    )
    without_area = [box for box in theirs if box[2] >= box[4] or box[3] >= box[5]]
    assert len(without_area) == 2
    theirs = [box for box in theirs if box not in without_area]
    assert [box[:2] for box in theirs] == [box[:2] for box in ours]
    assert np.allclose([box[2:] for box in theirs], [box[2:] for box in ours], rtol=0, atol=1e-6)


def test_every_outline_of_balloon_is_as_it_was_drawn(tmp_path: Path) -> None:
    drawn = {
        (entry["filename"], region)
        for part in ("train", "val")
        for entry in json.loads((BALLOON / part / "via_region_data.json").read_bytes()).values()
        for region in (
            tuple(zip(shape["all_points_x"], shape["all_points_y"], strict=True))
            for shape in (each["shape_attributes"] for each in entry["regions"].values())
        )
    }
    with Lake.create(tmp_path / "lake") as lake:
        options = ReadOptions(label="balloon")
        report = ingest(lake, BALLOON, "balloon", format=None, options=options)
        assert (report.format, report.frames_new, report.annotations_in_files) == ("via", 74, 305)
        kept = {
            (row[0].removeprefix("balloon_"), tuple(map(tuple, json.loads(row[5][0])[0])))
            for row in content(lake)[1]
        }
    # VIA closes some outlines by repeating their first point, which the lake does not.
    opened = {(name, ring[:-1] if ring[0] == ring[-1] else ring) for name, ring in drawn}
    cut = report.problem_counts.get(ProblemKind.CLIPPED, 0)
    assert len(kept ^ opened) == 2 * cut
