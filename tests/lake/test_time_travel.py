"""What a query gave at a revision it gives for ever, whatever is ingested afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection
from tests.lake.lakes import content, ingest, write

NAMES = ("a.png", "b.png", "d/a.png")
LABELS = ("RBC", "WBC")
QUERIES = ("", "annotation.label=RBC", "annotation.label!=RBC", "annotation.count>1", "metadata.name=a.png")

Step: TypeAlias = tuple[dict[str, tuple[list[str] | None, int]], str, str]

words = st.one_of(st.none(), st.lists(st.sampled_from(LABELS), max_size=3))
steps: st.SearchStrategy[Step] = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), st.tuples(words, st.integers(0, 2)), min_size=1),
    st.sampled_from(("cells", "more")),
    st.sampled_from(("project", "second")),
)


def ingest_step(lake: Lake, step: Step, folder: Path) -> None:
    files, collection, operation = step
    write(
        folder,
        {name: labels for name, (labels, _) in files.items()},
        {name: seed for name, (_, seed) in files.items()},
    )
    ingest(lake, folder, collection, operation=operation)


def answers(lake: Lake, revision: int) -> list[object]:
    asked: list[object] = []
    for query in QUERIES:
        selection = Selection(
            source=LakeSource(), query=query, filter=Filter(), operations=None, labels=LABELS
        )
        asked.append(content(lake, revision, selection))
    return asked


@settings(max_examples=15)
@given(sequence=st.lists(steps, min_size=2, max_size=5))
def test_what_a_query_gave_at_a_revision_it_gives_for_ever(
    catalog: str | None, sequence: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    with Lake.create(folder / "lake", catalog) as lake:
        given_then = {0: answers(lake, 0)}
        for number, step in enumerate(sequence):
            ingest_step(lake, step, folder / str(number))
            given_then[lake.revision()] = answers(lake, lake.revision())
            for revision, then in given_then.items():
                assert answers(lake, revision) == then


@settings(max_examples=10)
@given(sequence=st.lists(steps, min_size=1, max_size=3))
def test_the_same_ingests_make_the_same_lake_and_saying_the_last_again_changes_nothing(
    catalog: str | None, sequence: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    found = []
    for which in ("one", "two"):
        with Lake.create(folder / which, catalog) as lake:
            for number, step in enumerate(sequence):
                ingest_step(lake, step, folder / f"{which}-{number}")
            before = lake.revision()
            ingest_step(lake, sequence[-1], folder / f"{which}-again")
            assert lake.revision() == before
            found.append(content(lake))
    assert found[0] == found[1]


def test_a_revision_that_only_publishes_is_not_one_of_frames(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    ingest(lake, write(tmp_path / "two", {"a.png": ["WBC"]}))
    assert [lake.frames_revision(revision) for revision in (0, 1, 2)] == [0, 1, 2]
    assert [(revision.number, revision.message) for revision in lake.log()] == [
        (2, "Ingest into cells: +1 -1 annotations"),
        (1, "Ingest into cells: 1 new frame, +1 -0 annotations"),
    ]
