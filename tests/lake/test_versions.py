"""Versions: whole or not at all, each after the one that was seen, and a number names one content for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import RemoteError, StalePlanError
from setwright.model.versions import (
    FIRST_VERSION,
    Amendment,
    ChangeSeverity,
    Version,
    VersionNumber,
)
from tests.lake.cells import CELLS, fill, publication
from tests.lake.lakes import NOON, ingest, write

SECOND = VersionNumber(1, 1, 0)


@pytest.fixture
def first(lake: Lake, tmp_path: Path) -> Version:
    fill(lake, tmp_path / "in")
    return lake.publish(publication(lake))


def amendment(version: Version, key: str = "a1", number: VersionNumber | None = None) -> Amendment:
    return Amendment(
        key=key,
        config=replace(CELLS, exports=("RAW", "YOLO Darknet"), description="told anew"),
        version=version.id,
        number=number or VersionNumber(1, 0, 1),
        severity=ChangeSeverity.PACKAGING,
        author="ada",
        at=NOON,
    )


def test_a_version_is_there_when_the_lake_is_opened_again(lake: Lake, first: Version) -> None:
    with Lake.open(lake.folder) as again:
        assert again.versions("Cells") == (first,)
        assert again.version(first.id) == first
        assert again.manifest(first.id).digest == first.manifest_digest
        assert again.config(first.id) == CELLS


def test_a_version_keeps_its_content_when_its_frames_change(
    lake: Lake, first: Version, tmp_path: Path
) -> None:
    ingest(lake, write(tmp_path / "other", {"0.png": ["WBC"]}, {"0.png": "another"}))
    manifest = lake.manifest(first.id)
    assert manifest.digest == first.manifest_digest
    for digest in manifest.frames.digest.tolist():
        lake.picture(digest.decode()).close()


def test_publishing_is_a_revision_that_touches_no_frames(lake: Lake, first: Version) -> None:
    newest = lake.log()[0]
    assert (newest.number, newest.message, newest.touches_frames) == (2, "Publish Cells 1.0.0", False)
    assert lake.frames_revision(2) == 1 == first.revision


def test_the_same_key_makes_one_version(lake: Lake, first: Version) -> None:
    revision = lake.revision()
    assert lake.publish(publication(lake)) == first
    assert lake.publish(replace(publication(lake), parent=first.id, number=SECOND)) == first
    assert lake.revision() == revision


def test_a_plan_made_before_another_version_came_is_stale(lake: Lake, first: Version) -> None:
    lake.publish(publication(lake, "k2", first.id, SECOND))
    for parent in (None, first.id, "nowhere"):
        with pytest.raises(StalePlanError):
            lake.publish(publication(lake, "k3", parent, VersionNumber(1, 2, 0)))
    assert len(lake.versions("Cells")) == 2


def test_a_number_is_given_once(lake: Lake, first: Version) -> None:
    with pytest.raises(RemoteError, match=r"has a version 1\.0\.0 already"):
        lake.publish(publication(lake, "k2", first.id, FIRST_VERSION))


def test_a_number_that_was_amended_away_still_names_its_content(lake: Lake, first: Version) -> None:
    amended = lake.amend(amendment(first))
    assert str(amended.number) == "1.0.1"
    for number in ("1.0.0", "1.0.1"):
        found = lake.version_by_number("Cells", number)
        assert found is not None
        assert found.id == first.id
    with pytest.raises(RemoteError, match=r"has a version 1\.0\.0 already"):
        lake.publish(publication(lake, "k2", first.id, FIRST_VERSION))
    second = lake.publish(publication(lake, "k2", first.id, SECOND))
    with pytest.raises(RemoteError, match=r"has a version 1\.0\.1 already"):
        lake.amend(amendment(second, "a2", VersionNumber(1, 0, 1)))


def test_an_amendment_changes_what_is_told_and_nothing_of_the_content(lake: Lake, first: Version) -> None:
    amended = lake.amend(amendment(first))
    assert amended.exports == ("RAW", "YOLO Darknet")
    assert lake.config(first.id).description == "told anew"
    assert lake.manifest(amended.id).digest == first.manifest_digest
    assert lake.amend(amendment(first)) == amended, "said twice, done once"
    assert lake.made_by("a1") == amended


def test_a_version_that_is_no_longer_current_is_not_amended(lake: Lake, first: Version) -> None:
    lake.publish(publication(lake, "k2", first.id, SECOND))
    with pytest.raises(StalePlanError):
        lake.amend(amendment(first))


def test_a_publication_of_another_lake_is_refused(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path / "in")
    with pytest.raises(RemoteError, match="no revision 9"):
        lake.publish(replace(publication(lake), revision=9))
    assert lake.versions("Cells") == ()


def test_what_there_is_not_is_said(lake: Lake, first: Version) -> None:
    assert lake.versions("Cellz") == ()
    assert lake.observe(["Cellz"]) == {}
    assert lake.version_by_number("Cells", "9.0.0") is None
    for asked in (lake.version, lake.manifest, lake.config):
        with pytest.raises(RemoteError, match="no version nowhere"):
            asked("nowhere")
