"""A dataset of cells to publish, over a lake with a few frames."""

from __future__ import annotations

from pathlib import Path

from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass, Selection
from setwright.model.versions import FIRST_VERSION, ChangeSeverity, Publication, VersionNumber
from setwright.plan.content import desired_content
from tests.lake.lakes import NOON, ingest, write

CELLS = DatasetConfig(
    name="Cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="RBC", sources=("RBC",)),),
    exports=("RAW",),
)


def fill(lake: Lake, folder: Path, frames: int = 4) -> None:
    """Frames with an RBC each."""
    ingest(lake, write(folder, {f"{number}.png": ["RBC"] for number in range(frames)}))


def publication(
    lake: Lake, key: str = "k1", parent: str | None = None, number: VersionNumber = FIRST_VERSION
) -> Publication:
    """All cells that the lake holds now, as a new version after `parent`."""
    revision = lake.revision()
    return Publication(
        key=key,
        config=CELLS,
        parent=parent,
        number=number,
        severity=ChangeSeverity.ADDITIVE,
        manifest=desired_content(CELLS, lake.membership(Selection.of(CELLS), revision), None),
        revision=revision,
        author="test",
        at=NOON,
    )
