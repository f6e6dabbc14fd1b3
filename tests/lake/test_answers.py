"""What people are told of a query is what a dataset with it would hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import QueryError, RemoteError
from tests.lake.lakes import everything, ingest, rectangle, write

QUERIES = (
    "",
    "annotation.label=RBC",
    "annotation.label!=RBC",
    "annotation(label=RBC and area<60) or annotation.label=WBC",
    "not (annotation.label=RBC and annotation.count>1)",
    "annotation.label=nothing",
)


@pytest.fixture
def filled(lake: Lake, tmp_path: Path) -> Lake:
    frames = {
        f"{number}.png": ["RBC"] * (number % 3) + [rectangle("WBC", width=2)] * (number % 2)
        for number in range(30)
    }
    ingest(lake, write(tmp_path / "in", frames))
    return lake


@pytest.mark.parametrize("query", QUERIES)
def test_names_count_and_labels_are_those_of_the_membership(filled: Lake, query: str) -> None:
    expected = filled.membership(everything(filled, query), filled.revision())
    with filled.answers(query) as answers:
        assert list(answers.names()) == expected.frames.name.tolist()
        assert answers.count() == len(expected.frames)
        labels = answers.labels()
    found = expected.annotations
    for each in labels:
        rows = found.label == found.labels.index(each.label)
        assert each.annotations == int(rows.sum())
        assert each.frames == len(set(found.frame[rows].tolist()))
    assert sum(each.annotations for each in labels) == len(found)


@pytest.mark.parametrize("query", QUERIES)
def test_each_part_keeps_what_it_gives_alone(filled: Lake, query: str) -> None:
    with filled.answers(query) as answers:
        parts = answers.parts()
    for part in parts:
        with filled.answers(part.text) as alone:
            assert part.frames == alone.count()


def test_the_parts_of_a_query_are_told_in_reading_order(filled: Lake) -> None:
    with filled.answers("annotation(label=RBC and area<60) or not frame.width>5") as answers:
        assert [(part.depth, part.text) for part in answers.parts()] == [
            (0, "annotation(label=RBC and area<60) or not frame.width>5"),
            (1, "annotation(label=RBC and area<60)"),
            (2, "annotation(label=RBC)"),
            (2, "annotation(area<60)"),
            (1, "not frame.width>5"),
            (2, "frame.width>5"),
        ]


def test_a_sample_is_of_the_frames_and_stays_when_others_come(filled: Lake, tmp_path: Path) -> None:
    with filled.answers("annotation.label=RBC") as answers:
        names, sample = set(answers.names()), answers.sample(5)
        assert answers.sample(100) == answers.sample(20)
    assert len(sample) == 5 and {frame.name for frame in sample} <= names
    assert [frame.name for frame in sample] == sorted(frame.name for frame in sample)
    assert all(dict(frame.labels)["RBC"] in (1, 2) for frame in sample)
    ingest(filled, write(tmp_path / "more", {f"more{number}.png": ["RBC"] for number in range(3)}))
    with filled.answers("annotation.label=RBC") as answers:
        again = answers.sample(5)
    assert {frame.name for frame in again if "more" not in frame.name} <= {frame.name for frame in sample}


def test_an_earlier_revision_gives_what_it_gave(filled: Lake, tmp_path: Path) -> None:
    ingest(filled, write(tmp_path / "more", {"more.png": ["RBC"]}))
    with filled.answers("annotation.label=RBC", 1) as before, filled.answers("annotation.label=RBC") as now:
        assert (before.count(), now.count()) == (20, 21)


def test_a_mistake_and_an_unknown_revision_are_refused(filled: Lake) -> None:
    with pytest.raises(QueryError), filled.answers("annotation.lable=RBC"):
        pass
    with pytest.raises(RemoteError, match="no revision 9"), filled.answers("", 9):
        pass
