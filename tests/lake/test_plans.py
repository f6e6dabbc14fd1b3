"""What a small change or a small question costs does not grow with the lake: rows are found by indexes.

Read off SQLite's plans. PostgreSQL, which plans by numbers of rows, rightly reads small tables whole; `make bench`
prints its plans of a big one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.lake.lakes import ingest, rectangle, write
from tests.lake.plans import Plan, plans

BIG = (
    "frames",
    "annotations",
    "tags",
    "frame_metadata",
    "metadata_values",
    "attribute_values",
    "bitmaps",
)
"""Tables that grow with the lake."""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake.create(tmp_path / "lake")
    ingest(lake, write(tmp_path / "in", {f"{number}.png": ["RBC", "WBC"] for number in range(20)}))
    ingest(lake, write(tmp_path / "in", {"1.png": ["RBC"], "3.png": ["WBC", rectangle("RBC", left=4)]}))
    return lake


def read_whole(found: list[Plan]) -> list[str]:
    """The lines that say that a big table is read from one end to the other."""
    return [
        f"{line}: {statement}"
        for statement, lines in found
        for line in lines
        for table in BIG
        # The highest key, or number, is found by the end of an index.
        if line.split(" USING ")[0] == f"SCAN {table}" and "max(" not in statement
    ]


def test_an_ingest_asks_of_the_frames_that_it_brings_alone(lake: Lake, tmp_path: Path) -> None:
    with plans(lake) as found:
        ingest(lake, write(tmp_path / "in", {"1.png": ["RBC", "RBC"], "new.png": ["RBC"]}))
    assert len(found) > 10
    assert read_whole(found) == []


def test_pictures_that_the_lake_has_are_found_by_their_digests(lake: Lake, tmp_path: Path) -> None:
    with plans(lake) as found:
        ingest(lake, write(tmp_path / "in", {"1.png": ["RBC"]}))
    by_source = [lines for statement, lines in found if "frames.source_digest = ?" in statement]
    assert any("frames_by_source" in line for lines in by_source for line in lines)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (0, 2)])
def test_a_difference_reads_what_came_and_went_alone(lake: Lake, before: int, after: int) -> None:
    with plans(lake) as found:
        lake.diff(before, after)
    assert read_whole(found) == []
    used = {line for _, lines in found for line in lines}
    for table in ("frames", "annotations"):
        assert any(f"SEARCH {table} USING INDEX {table}_by_added" in line for line in used)
        assert any(f"SEARCH {table} USING INDEX {table}_by_removed" in line for line in used)


@pytest.mark.parametrize(
    "query",
    [
        "annotation.label=RBC and metadata.Tags=wet",
        "frame.date>=2026-01-01 and frame.date<=2026-02-01",
        "annotation(label=RBC and area<60)",
        "metadata.site=Here and annotation.label=WBC",
    ],
)
def test_what_no_bitmap_holds_is_asked_of_the_candidates_alone(lake: Lake, query: str) -> None:
    with plans(lake) as found, lake.answers(query) as answers:
        answers.count()
        answers.labels()
    assert read_whole(found) == []
