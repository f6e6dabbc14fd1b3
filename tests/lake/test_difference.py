"""What differs between two revisions is what a comparison of all that they hold finds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.model.errors import RemoteError
from tests.lake.lakes import content, ingest, write
from tests.lake.test_time_travel import LABELS, Step, ingest_step, steps

WHOLE = Selection(source=LakeSource(), query="", filter=Filter(), operations=None, labels=LABELS)
"""Also the labels that are no longer in use."""


def test_what_an_ingest_changed_is_told(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "1", {"a.png": ["RBC"], "b.png": ["RBC"], "c.png": ["RBC"]}))
    ingest(
        lake,
        write(tmp_path / "2", {"a.png": ["WBC"], "b.png": None, "d.png": ["RBC", "WBC"]}, {"b.png": "other"}),
    )
    found = lake.diff(1, 2)
    assert (found.added, found.removed) == (("cells_d.png",), ())
    assert (found.replaced, found.annotated) == (("cells_b.png",), ("cells_a.png",))
    assert found.labels == (("RBC", 1, 1), ("WBC", 2, 0))


def test_tags_and_fields_that_came_are_told(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": [], "b.png": [], "c.png": []})
    ingest(lake, folder)

    def describe(**said: dict[str, object]) -> None:
        files = [{"file": f"{name}.png", "metadata": fields} for name, fields in said.items()]
        (folder / "said.json").write_text(json.dumps({"files": files}))
        ingest(lake, folder, format="layernext")

    describe(a={"Site": "A"}, b={"Tags": ["wet"]})
    describe(a={"Site": "B"}, b={"Tags": ["wet"]})
    assert lake.diff(1, 2).described == lake.diff(2, 1).described == ("cells_a.png", "cells_b.png")
    assert lake.diff(2, 3).described == ("cells_a.png",)
    assert lake.diff(0, 3).described == (), "they are new"
    assert lake.diff(1, 3).annotated == ()


def test_the_other_way_round_everything_is_the_other_way_round(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "1", {"a.png": ["RBC"]}))
    ingest(lake, write(tmp_path / "2", {"b.png": ["WBC"]}))
    there, back = lake.diff(1, 2), lake.diff(2, 1)
    assert (there.added, there.removed) == (back.removed, back.added) == (("cells_b.png",), ())
    assert (there.labels, back.labels) == ((("WBC", 1, 0),), (("WBC", 0, 1),))


@pytest.mark.parametrize(("before", "after"), [(0, 2), (2, 0), (-1, 1)])
def test_a_revision_that_is_not_there_is_an_error(
    lake: Lake, tmp_path: Path, before: int, after: int
) -> None:
    ingest(lake, write(tmp_path / "1", {"a.png": []}))
    with pytest.raises(RemoteError, match="no revision"):
        lake.diff(before, after)


@settings(max_examples=15)
@given(sequence=st.lists(steps, min_size=1, max_size=4))
def test_the_difference_is_that_of_all_frames_and_labels(
    catalog: str | None, sequence: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    with Lake.create(folder / "lake", catalog) as lake:
        for number, step in enumerate(sequence):
            ingest_step(lake, step, folder / str(number))
        held = [content(lake, revision, WHOLE) for revision in range(lake.revision() + 1)]
        for before, (frames, annotations) in enumerate(held):
            for after, (other_frames, other_annotations) in enumerate(held):
                found = lake.diff(before, after)
                old, new = ({row[0]: row[2] for row in rows} for rows in (frames, other_frames))
                assert set(found.added) == new.keys() - old.keys()
                assert set(found.removed) == old.keys() - new.keys()
                both = old.keys() & new.keys()
                assert set(found.replaced) == {name for name in both if old[name] != new[name]}
                told = _by_frame(annotations), _by_frame(other_annotations)
                differing = {name for name in both if told[0].get(name) != told[1].get(name)}
                # Said again just as it was, after something else in between, is told as well.
                assert differing <= set(found.annotated) <= both
                net = {label: came - gone for label, came, gone in found.labels}
                counts = [Counter(row[2] for row in rows) for rows in (annotations, other_annotations)]
                assert all(counts[1][label] - counts[0][label] == net.get(label, 0) for label in LABELS)


def _by_frame(annotations: list[tuple[object, ...]]) -> dict[object, list[object]]:
    found: dict[object, list[object]] = {}
    for name, *rest in annotations:
        found.setdefault(name, []).append(rest)
    return found
