"""The main job on real photographs: what the plan says, what the version has and what the files hold is what the XML
files say, as counted by an independent reader."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from setwright.apply.planning import make_plan
from setwright.apply.pull import pull
from setwright.formats.reading.problems import ProblemKind
from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.splits import SplitWish
from setwright.plan.describe import describe
from setwright.remotes.lake import LakeRemote
from tests.apply.projects import carry_out, project
from tests.oracles.blood_cells import BCCD, LABELS, frames_of_the_xml, needs_photographs
from tests.oracles.datumaro import SeenShape, read_with_datumaro

pytestmark = [pytest.mark.oracle, needs_photographs]

CELLS = DatasetConfig(
    name="Blood Cells",
    source=CollectionSource(name="bccd"),
    query="annotation.label=WBC",
    labels=tuple(LabelClass(name=label, sources=(label,)) for label in LABELS),
    split=SplitWish(train=70, validation=20, test=10),
    exports=("RAW", "YOLO Darknet"),
)


def has_area(shape: SeenShape) -> bool:
    left, top, right, bottom = shape.box
    return right > left and bottom > top


def test_counts_agree_from_the_plan_to_the_files(tmp_path: Path) -> None:
    xml = frames_of_the_xml(tmp_path / "voc")
    flat = [shape for frame in xml.values() for shape in frame.shapes if not has_area(shape)]
    with_white = {
        name: [shape.label for shape in frame.shapes if has_area(shape)]
        for name, frame in xml.items()
        if any(shape.label == "WBC" and has_area(shape) for shape in frame.shapes)
    }
    expected = Counter(label for labels in with_white.values() for label in labels)

    with Lake.create(tmp_path / "lake") as lake:
        report = lake.ingest(
            BCCD, collection="bccd", author="test", at=datetime(2026, 1, 1, tzinfo=UTC), format="voc"
        )
        remote = LakeRemote(lake, "lake")
        wanted = project({"cells": CELLS})
        made = make_plan(remote, wanted, lineage="lineage")
        document = describe(made.plan, project="blood", specs={}, losses=made.losses)
        (done,) = carry_out(remote, made, tmp_path / "journal").done
        again = make_plan(remote, wanted, lineage="lineage")
        version = done.version
        assert version is not None
        for export in CELLS.exports:
            pull(remote, version, export, tmp_path / export)

    reported = [problem for problem in report.problems if problem.kind is ProblemKind.NO_AREA]
    assert len(reported) == len(flat) == 2
    assert report.frames_new == len(xml) == 364
    assert report.annotations_added == sum(len(frame.shapes) for frame in xml.values()) - 2 == 4886

    (change,) = document.changes
    assert change.frames is not None
    assert change.frames.entering.count == len(with_white)
    planned = {label.label: sum(split.after for split in label.splits) for label in change.labels}
    assert planned == version.statistics.labels == dict(expected)
    assert version.statistics.frames == len(with_white)
    assert again.plan.empty

    raw = json.loads((tmp_path / "RAW" / "raw" / "annotations.json").read_text())
    in_raw = Counter(note["label"] for image in raw["images"] for note in image["annotations"])
    assert in_raw == expected
    yolo = [
        (split.split, line.split()[0])
        for split, folder in zip(version.statistics.splits, ("train", "valid", "test"), strict=True)
        for file in (tmp_path / "YOLO Darknet" / f"obj_{folder}_data").glob("*.txt")
        for line in file.read_text().splitlines()
    ]
    assert Counter(LABELS[int(class_id)] for _, class_id in yolo) == expected
    counted = {split.split: split.annotations for split in version.statistics.splits}
    assert Counter(split for split, _ in yolo) == counted
    seen = read_with_datumaro(tmp_path / "YOLO Darknet", "yolo")
    assert {frame.name for frame in seen.frames} == set(with_white)
