"""What queries find in datasets, whatever these are called later, and whether they are still there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.lake.versions import manifest_blob
from setwright.model.errors import LakeError
from setwright.model.versions import Amendment, ChangeSeverity, Deletion, VersionNumber
from tests.lake.cells import CELLS, fill, publication
from tests.lake.lakes import NOON, ingest, write


def count(lake: Lake, query: str, revision: int | None = None) -> int:
    with lake.answers(query, revision) as answers:
        return answers.count()


@pytest.fixture
def published(lake: Lake, tmp_path: Path) -> Lake:
    """Four cells, which the dataset Cells holds, and one that came later."""
    fill(lake, tmp_path / "in")
    lake.publish(publication(lake))
    ingest(lake, write(tmp_path / "more", {"9.png": ["RBC"]}))
    return lake


def test_a_dataset_is_found_by_the_name_that_it_had_at_the_revision(published: Lake) -> None:
    (version,) = published.versions("Cells")
    before = published.revision()
    published.amend(
        Amendment(
            key="a1",
            config=replace(CELLS, name="Blood"),
            version=version.id,
            number=VersionNumber(1, 0, 1),
            severity=ChangeSeverity.METADATA,
            author="ada",
            at=NOON,
        )
    )
    assert [count(published, f"dataset.name={name}") for name in ("Cells", "Blood")] == [0, 4]
    assert [count(published, f"dataset.name={name}", before) for name in ("Cells", "Blood")] == [4, 0]


def test_a_version_is_found_by_a_number_that_it_had_before(published: Lake) -> None:
    (version,) = published.versions("Cells")
    before = published.revision()
    published.amend(
        Amendment(
            key="a1",
            config=CELLS,
            version=version.id,
            number=VersionNumber(1, 0, 1),
            severity=ChangeSeverity.PACKAGING,
            author="ada",
            at=NOON,
        )
    )
    numbers = ("1.0.0", "1.0.1")
    assert [count(published, f"dataset(name=Cells and version={each})") for each in numbers] == [4, 4]
    assert [count(published, f"dataset(name=Cells and version={each})", before) for each in numbers] == [4, 0]


def test_a_dataset_that_was_deleted_holds_nothing_from_then_on(published: Lake) -> None:
    (version,) = published.versions("Cells")
    before = published.revision()
    published.delete(Deletion(key="d1", name="Cells", version=version.id, author="ada", at=NOON))
    assert count(published, "dataset.name=Cells") == count(published, "dataset.version=1.0.0") == 0
    assert count(published, "dataset.name=Cells", before) == 4


def test_each_part_of_what_is_tied_is_counted_by_itself(published: Lake) -> None:
    with published.answers("not dataset(name=Cells and split=test)") as answers:
        parts = {part.text: part.frames for part in answers.parts()}
    assert parts["dataset(name=Cells)"] == 4
    assert parts["not dataset(name=Cells and split=test)"] == 5 - parts["dataset(split=test)"]


def test_a_manifest_that_is_lost_is_an_error_and_not_an_empty_answer(published: Lake) -> None:
    with published._catalogue.reading() as connection:
        blob = manifest_blob(connection, published.versions("Cells")[0].id)
    published._blobs.remove([blob])
    with pytest.raises(LakeError):
        count(published, "dataset.name=Cells")
