"""The blood cell photographs, where they are beside the project, and what datumaro reads of their XML files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.datumaro import SeenFrame, read_with_datumaro

BCCD = Path(__file__).parents[3] / "shared" / "data" / "bccd"
LABELS = ("RBC", "WBC", "Platelets")

needs_photographs = pytest.mark.skipif(
    not BCCD.is_dir(), reason="needs the blood cell photographs beside the project"
)


def with_labelmap(voc: Path, to: Path) -> Path:
    """The same dataset with the list of labels that datumaro wants for others than VOC's own twenty."""
    to.mkdir()
    for part in voc.iterdir():
        (to / part.name).symlink_to(part)
    labels = ("background", *LABELS)
    (to / "labelmap.txt").write_text("".join(f"{label}:{row},0,0::\n" for row, label in enumerate(labels)))
    return to


def frames_of_the_xml(scratch: Path) -> dict[str, SeenFrame]:
    """Each photograph by its name without an ending, as datumaro reads it; `scratch` is a folder that is not there."""
    found = read_with_datumaro(with_labelmap(BCCD, scratch), "voc")
    # datumaro lists a frame under each list that names it, and trainval names those of train and val once more.
    return {frame.name: frame for frame in found.frames if frame.subset != "trainval"}
