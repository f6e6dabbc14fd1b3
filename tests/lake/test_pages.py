"""What is counted and listed page by page is what the whole membership holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, Filter, LakeSource
from tests.lake.lakes import everything, ingest, write
from tests.lake.test_answers import QUERIES

if TYPE_CHECKING:
    from setwright.lake.pages import Order

COLUMNS: dict[Order, str] = {"number": "number", "name": "file_name", "size": "size"}
CHANGES: tuple[dict[str, Any], ...] = (
    {"source": CollectionSource(name="left")},
    {"source": LakeSource(items="image_collection")},
    {"filter": Filter(annotation_types=("raw",))},
    {"filter": Filter(annotation_types=("human", "machine"))},
)


@pytest.fixture
def filled(lake: Lake, tmp_path: Path) -> Lake:
    # Sizes and names repeat over the collections, and follow neither the numbers nor each other.
    for collection, labels in (("left", ["RBC"]), ("right", ["RBC", "WBC"])):
        frames = {f"{number * 7 % 10}.png": labels * (number % 3) for number in range(10)}
        ingest(lake, write(tmp_path / collection, frames), collection=collection)
    return lake


def test_pages_put_together_are_all_frames_in_order(filled: Lake) -> None:
    for query, (order, column), descending in product(QUERIES, COLUMNS.items(), (False, True)):
        selection = everything(filled, query)
        frames = filled.membership(selection, filled.revision()).frames
        ranks = zip(getattr(frames, column).tolist(), frames.name.tolist(), strict=True)
        expected = [name for _, name in sorted(ranks, reverse=descending)]
        with filled.pages(selection) as found:
            assert len(found) == len(expected)
            starts = range(0, len(expected) + 3, 3)
            pages = [found.page(start, 3, order, descending=descending) for start in starts]
        assert [each.name for page in pages for each in page] == expected
        assert all(len(page) == 3 for page in pages[:-2])


def test_sources_and_filters_are_those_of_a_membership(filled: Lake) -> None:
    for query, change in product(QUERIES, CHANGES):
        selection = replace(everything(filled, query), **change)
        frames = filled.membership(selection, filled.revision()).frames
        with filled.pages(selection) as found:
            assert set(found.numbers) == set(frames.number.tolist())
            assert found.collections() == set(frames.collection.tolist())


def test_what_a_revision_gave_stays_as_it_was(filled: Lake, tmp_path: Path) -> None:
    before = filled.revision()
    ingest(filled, write(tmp_path / "more", {"0a.png": ["RBC"]}), collection="left")
    with filled.pages(everything(filled, ""), before) as found:
        old = [each.name for each in found.page(0, 100, "name")]
    with filled.pages(everything(filled, "")) as found:
        new = [each.name for each in found.page(0, 100, "name")]
    assert len(old) == 20
    assert set(new) - set(old) == {"left_0a.png"}


def test_a_frame_is_found_by_its_unique_name(filled: Lake) -> None:
    found = filled.frame_named("right_3.png")
    assert found is not None
    assert (found.name, found.file_name) == ("right_3.png", "3.png")
    assert filled.frame_named("3.png") is None
    assert filled.frame_named("right_3.png\x00") is None
