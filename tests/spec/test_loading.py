"""From the text of a whole spec to what it means."""

from __future__ import annotations

from datetime import date

from setwright.model.dataset import (
    Augmentation,
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    Filter,
    LabelClass,
)
from setwright.model.splits import SplitWish
from tests.spec.projects import load

BALLOONS = """\
# yaml-language-server: $schema=../schemas/dataset.schema.json
dataset: balloons                  # its address in this project
name: Balloons Dataset             # its name at the remote; default: the address
description: Party balloons, boxes and outlines
source:
  collection: party-photos
query: annotation.label=Balloon
filter:
  annotation_types: [human]
  from_date: 2024-01-01
  to_date: 2024-12-31
operations: all
labels: [Balloon]
split: {train: 70, validation: 20, test: 10}
exports: [RAW, YOLO Darknet]
augmentations:
  flip: {horizontal: true}
  rotate: [-10, 30]
versioning: auto
"""


def test_a_whole_spec_says_what_it_says() -> None:
    project, findings = load({"specs/balloons.yaml": BALLOONS}, project="project: party\n")
    assert findings == ()
    assert project.name == "party"
    (spec,) = project.specs
    assert spec.address == "balloons"
    assert spec.config == DatasetConfig(
        name="Balloons Dataset",
        description="Party balloons, boxes and outlines",
        source=CollectionSource(name="party-photos"),
        query="annotation.label=Balloon",
        filter=Filter(annotation_types=("human",), from_date=date(2024, 1, 1), to_date=date(2024, 12, 31)),
        operations=None,
        labels=(LabelClass(name="Balloon", sources=("Balloon",)),),
        split=SplitWish(train=70, validation=20, test=10),
        exports=("RAW", "YOLO Darknet"),
        augmentations=AugmentationWish(
            recipes=(
                Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),
                Augmentation(type="IMAGE_ROTATION", property="PERCENTAGE_SCALE", range=(-10, 30)),
            )
        ),
    )


def test_every_field_that_was_written_knows_its_place() -> None:
    project, _ = load({"specs/balloons.yaml": BALLOONS})
    (spec,) = project.specs
    assert (spec.where.file, spec.where.line, spec.where.column) == ("specs/balloons.yaml", 2, 1)
    places = {name: (where.line, where.column) for name, where in spec.fields.items()}
    assert places["query"] == (7, 1)
    assert places["filter.from_date"] == (10, 3)
    assert places["split.train"] == (14, 9)
    assert places["labels.Balloon"] == (13, 10)
    assert places["augmentations.rotate"] == (18, 3)
    assert "split.seed" not in places
    assert spec.fields["labels"].excerpt == "labels: [Balloon]"
