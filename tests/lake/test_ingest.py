"""Ingest: files become frames, everything that is wrong is counted and listed, nothing comes in twice."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from setwright.formats.reading.problems import ProblemKind
from setwright.lake.incoming import incoming
from setwright.lake.ingest_report import summary
from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource
from setwright.model.errors import FormatError, NotYetError, RemoteError, UsageError
from setwright.model.events import Advanced, Finished, Started
from tests.lake.lakes import (
    NOON,
    content,
    everything,
    ingest,
    labels_of,
    picture,
    rectangle,
    stored_files,
    write,
)


def test_pictures_become_frames_with_their_annotations(lake: Lake, tmp_path: Path) -> None:
    report = ingest(lake, write(tmp_path / "in", {"a.png": ["RBC", "WBC"], "b.png": []}))
    assert (report.frames_new, report.annotations_added, report.revision) == (2, 2, 1)
    assert report.labels == (("RBC", 1), ("WBC", 1))
    assert labels_of(lake, "cells_a.png") == ["RBC", "WBC"]
    assert lake.stats().collections == (("cells", 2),)


def test_the_same_files_again_are_nothing_new(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC"], "b.png": []})
    ingest(lake, folder)
    again = ingest(lake, folder)
    assert (again.revision, again.frames_unchanged, again.annotations_added) == (None, 2, 0)
    assert lake.revision() == 1


@pytest.mark.parametrize("in_place", [False, True])
def test_the_same_files_again_mend_a_picture_that_is_gone_or_was_cut_short(
    lake: Lake, tmp_path: Path, in_place: bool
) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC"], "b.png": []})
    ingest(lake, folder)
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.glob("*.png"))]
    gone, cut = (lake.folder / "blobs" / digest[:2] / digest[2:] for digest in digests)
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:30])
    assert len(lake.verify().damages) == 2
    assert ingest(lake, folder, in_place=in_place).revision is None
    assert not lake.verify().damages


def test_the_report_lies_in_the_lake_and_is_what_was_told(lake: Lake, tmp_path: Path) -> None:
    report = ingest(lake, write(tmp_path / "in", {"a.png": ["RBC", rectangle("flat", width=0)]}))
    kept = json.loads(lake.report_path(1).read_bytes())
    assert kept == report.document()
    assert kept["annotations"] == {
        "in_files": 2,
        "left_out": 1,
        "added": 1,
        "removed": 0,
        "by_label": {"RBC": 1},
        "left_out_by_label": {"flat": 1},
    }


def test_more_files_of_a_collection_leave_the_others_as_they_are(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    ingest(lake, write(tmp_path / "two", {"b.png": ["WBC"]}))
    assert [row[0] for row in content(lake)[0]] == ["cells_a.png", "cells_b.png"]


def test_an_operation_that_speaks_again_replaces_what_it_said(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC", "RBC", "WBC"]}))
    report = ingest(lake, write(tmp_path / "two", {"a.png": ["RBC", "WBC"]}))
    assert labels_of(lake, "cells_a.png") == ["RBC", "WBC"]
    # By place: the first stays, the second becomes a WBC, the third goes.
    assert (report.annotations_added, report.annotations_removed) == (1, 2)


def test_files_that_are_silent_on_a_picture_leave_its_annotations(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    assert ingest(lake, write(tmp_path / "two", {"a.png": None})).revision is None
    assert labels_of(lake, "cells_a.png") == ["RBC"]


def test_files_that_say_nothing_is_there_take_the_annotations_away(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    ingest(lake, write(tmp_path / "two", {"a.png": []}))
    assert labels_of(lake, "cells_a.png") == []


def test_another_operation_adds_to_what_the_first_one_said(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    ingest(lake, write(tmp_path / "two", {"a.png": ["WBC"]}), operation="model-7", mode="machine")
    assert [row[1:3] for row in content(lake)[1]] == [("model-7", "WBC"), ("project", "RBC")]
    assert lake.vocabulary().operations == ("model-7", "project")


@pytest.mark.parametrize(
    ("first", "then", "hint"),
    [("human", "machine", "leave out --model-run"), ("machine", "human", "say --model-run")],
)
def test_an_operation_of_people_does_not_become_one_of_a_model(
    lake: Lake, tmp_path: Path, first: str, then: str, hint: str
) -> None:
    ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}), mode=first)
    with pytest.raises(UsageError, match="known as one of") as refused:
        ingest(lake, write(tmp_path / "more", {"b.png": ["RBC"]}), mode=then)
    assert refused.value.hint == f"{hint}, or give another --operation"
    assert lake.revision() == 1
    assert len(stored_files(lake)) == 1, "it is told before pictures are read"


def test_what_files_said_is_let_go_as_it_is_fitted(lake: Lake, tmp_path: Path) -> None:
    """Of a million frames it would be in memory twice."""
    ready = incoming(write(tmp_path / "in", {"a.png": ["RBC"], "b.png": []}), collection="cells")
    assert len(ready.found.said) == 2
    assert lake.take(ready, author="test", at=NOON, strict=True).annotations == 1
    assert ready.found.said == {}


def test_a_picture_that_changed_replaces_the_frame_s_and_keeps_its_number(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": ["RBC"]}))
    (_, number, before, _), *_ = content(lake)[0]
    report = ingest(lake, write(tmp_path / "two", {"a.png": None}, {"a.png": "another"}))
    assert report.frames_replaced == 1
    (_, same, after, _), *_ = content(lake)[0]
    assert number == same
    assert before != after
    assert content(lake, 1)[0][0][2] == before


def test_a_picture_is_found_by_the_digest_of_its_file_also_where_it_was_turned(
    lake: Lake, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    (tmp_path / "in").mkdir()
    Image.new("RGB", (8, 4), "red").save(tmp_path / "in" / "side.jpg", exif=exif)
    Image.new("RGB", (8, 4), "blue").save(tmp_path / "in" / "upright.jpg")
    ingest(lake, tmp_path / "in")
    stored = {name: digest.decode() for name, _, digest, _ in content(lake)[0]}
    for frame, turned in (("side", True), ("upright", False)):
        given = hashlib.sha256((tmp_path / "in" / f"{frame}.jpg").read_bytes()).hexdigest()
        name = f"cells_{frame}.jpg"
        assert (stored[name] != given) == turned
        for digest in (given, stored[name]):
            for query, found in (
                (f"frame.digest={digest}", {name}),
                (f"frame.digest!={digest}", {*stored} - {name}),
            ):
                rows, _ = content(lake, selection=everything(lake, query))
                assert {row[0] for row in rows} == found


def test_the_same_picture_in_several_places_is_stored_once(lake: Lake, tmp_path: Path) -> None:
    report = ingest(lake, write(tmp_path / "in", {"a.png": [], "d/b.png": []}, {"a.png": 1, "d/b.png": 1}))
    ingest(lake, write(tmp_path / "more", {"c.png": []}, {"c.png": 1}), collection="others")
    assert report.same_pictures == 1
    assert [len(group) for group in report.repeated] == [2]
    assert (lake.stats().frames, lake.stats().pictures) == (3, 1)
    assert len(stored_files(lake)) == 1


def test_what_comes_in_parts_is_recorded_as_if_it_came_at_once(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lake.create(tmp_path / "at once") as other:
        both: tuple[dict[str, list[str] | None], ...] = (
            {"a.png": [], "b.png": ["RBC"], "a/a.png": ["WBC", "RBC"], "c.png": None},
            {"b.png": ["WBC"], "a.png": ["RBC"], "c.png": [], "d.png": ["RBC"]},
        )
        for number, frames in enumerate(both):
            folder = write(tmp_path / str(number), frames, {"b.png": number})
            at_once = ingest(other, folder)
            with monkeypatch.context() as patch:
                patch.setattr("setwright.lake.record._PART", 1)
                assert ingest(lake, folder) == at_once
        assert [content(lake, revision) for revision in (1, 2)] == [content(other, each) for each in (1, 2)]
        assert lake.stats() == other.stats()
    assert lake.verify().damages == ()


def test_a_collection_was_not_there_before_it_came(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"a.png": []}))
    ingest(lake, write(tmp_path / "two", {"b.png": []}), collection="others")
    asked = replace(everything(lake), source=CollectionSource(name="others"))
    assert [row[0] for row in content(lake, 2, asked)[0]] == ["others_b.png"]
    with pytest.raises(NotYetError, match='had no collection "others" at revision 1 yet'):
        lake.membership(asked, 1)
    with pytest.raises(RemoteError, match='has no collection "nobodys"'):
        lake.membership(replace(asked, source=CollectionSource(name="nobodys")), 2)


def test_frames_of_two_collections_may_bear_one_name(lake: Lake, tmp_path: Path) -> None:
    # As LayerNext makes them, these two unique names would be one.
    ingest(lake, write(tmp_path / "one", {"b_c.png": []}), collection="a")
    ingest(lake, write(tmp_path / "two", {"c.png": []}), collection="a_b")
    assert [row[0] for row in content(lake)[0]] == ["a_b_c.png", "a_b_c_1.png"]


def test_files_of_one_name_in_two_folders_are_two_frames(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC"], "x/a.png": ["WBC"], "y/x/a.png": []})
    report = ingest(lake, folder)
    assert [row[0] for row in content(lake)[0]] == ["cells_a.png", "cells_x_a.png", "cells_y_x_a.png"]
    assert report.problem_counts == {ProblemKind.DUPLICATE_NAME: 2}
    assert labels_of(lake, "cells_x_a.png") == ["WBC"]
    assert ingest(lake, folder).revision is None


def test_a_broken_file_does_not_lend_its_name_to_another(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": [], "x/a.png": []})
    whole = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(whole[:40])
    ingest(lake, folder)
    assert [row[0] for row in content(lake)[0]] == ["cells_x_a.png"]
    (folder / "a.png").write_bytes(whole)
    ingest(lake, folder)
    assert [row[0] for row in content(lake)[0]] == ["cells_a.png", "cells_x_a.png"]


@pytest.mark.parametrize(
    "name",
    ["ümläut ☃.png", "a b.png", "-rf.png", "100%.png", "it's.png", "UPPER.PNG", "a.b.c.png", "'; --.png"],
)
def test_odd_names_are_taken_as_they_are(lake: Lake, tmp_path: Path, name: str) -> None:
    ingest(lake, write(tmp_path / "in", {name: ["RBC"]}))
    assert [row[0] for row in content(lake)[0]] == [f"cells_{name}"]
    assert labels_of(lake, f"cells_{name}") == ["RBC"]


def test_a_name_is_one_name_whichever_way_its_accents_are_written(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "one", {"u\u0308.png": []}))
    assert (
        ingest(lake, write(tmp_path / "two", {"\u00fc.png": []}, {"\u00fc.png": "u\u0308.png"})).revision
        is None
    )


def test_metadata_and_tags_are_kept_with_the_frame(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": None, "b.png": None})
    (folder / "via.json").unlink()
    metadata = {"file": "a.png", "metadata": {"Site": {"City": "Oslo"}, "Tags": ["sunny", "wet"]}}
    (folder / "metadata.json").write_text(json.dumps({"files": [metadata]}))
    report = ingest(lake, folder, format="layernext")
    assert report.metadata_changed == 1
    for query in ("metadata.Site.City=Oslo", "metadata.Tags=wet"):
        assert [row[0] for row in query_frames(lake, query)] == ["cells_a.png"]
    assert ingest(lake, folder, format="layernext").revision is None


def test_a_field_that_is_not_given_again_stays(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": None})
    (folder / "via.json").unlink()
    for fields in ({"Site": "A", "Tags": ["x"]}, {"Hour": 7, "Tags": ["y"]}):
        (folder / "m.json").write_text(json.dumps({"files": [{"file": "a.png", "metadata": fields}]}))
        ingest(lake, folder, format="layernext")
    assert (
        len(query_frames(lake, "metadata.Site=A and metadata.Hour=7 and metadata.Tags=x and metadata.Tags=y"))
        == 1
    )


def test_the_split_that_a_picture_s_folder_is_called_after_is_kept_whether_files_speak_of_it_or_not(
    lake: Lake, tmp_path: Path
) -> None:
    paths = ["train/a.png", "Valid/images/b.png", "test/dev/c.png", "testing/d.png", "trains/e.png", "f.png"]
    ingest(lake, write(tmp_path / "in", {path: ["RBC"] if path < "t" else None for path in paths}))
    came = {
        split: [str(row[0]) for row in query_frames(lake, f"metadata.source_split={split}")]
        for split in ("train", "validation", "test")
    }
    assert came == {
        "train": ["cells_a.png"],
        "validation": ["cells_b.png", "cells_c.png"],
        "test": ["cells_d.png"],
    }


def test_what_files_say_of_a_picture_s_split_counts_and_not_its_folder(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"train/a.png": None})
    (folder / "via.json").unlink()
    images = [{"id": 1, "file_name": "train/a.png", "width": 20, "height": 10}]
    coco = {"images": images, "categories": [], "annotations": []}
    (folder / "instances_val.json").write_text(json.dumps(coco))
    ingest(lake, folder, format="coco")
    assert len(query_frames(lake, "metadata.source_split=validation")) == 1


def query_frames(lake: Lake, query: str) -> list[tuple[object, ...]]:
    return content(lake, selection=everything(lake, query))[0]


# --- What is wrong ------------------------------------------------------------------------------------------------


def test_a_shape_without_area_is_left_out_and_listed(lake: Lake, tmp_path: Path) -> None:
    report = ingest(lake, write(tmp_path / "in", {"a.png": ["RBC", rectangle("RBC", width=0)]}))
    assert report.problem_counts == {ProblemKind.NO_AREA: 1}
    assert (report.annotations_in_files, report.annotations, report.left_out) == (2, 1, {"RBC": 1})


def test_a_shape_outside_is_left_out_and_one_that_reaches_out_is_cut(lake: Lake, tmp_path: Path) -> None:
    regions = [rectangle("out", left=20), rectangle("cut", left=15, top=-5, width=10, height=10)]
    report = ingest(lake, write(tmp_path / "in", {"a.png": regions}))
    assert report.problem_counts == {ProblemKind.OUTSIDE: 1, ProblemKind.CLIPPED: 1}
    assert report.left_out == {"out": 1}
    assert [row[4] for row in content(lake)[1]] == [(15.0, 0.0, 20.0, 5.0)]


def test_a_picture_that_cannot_be_stored_takes_its_annotations_with_it(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC", "WBC"], "b.png": ["RBC"]})
    (folder / "a.png").write_bytes(b"no picture")
    report = ingest(lake, folder)
    assert report.problem_counts == {ProblemKind.UNREADABLE_PICTURE: 1}
    assert report.left_out == {"RBC": 1, "WBC": 1}
    assert [row[0] for row in content(lake)[0]] == ["cells_b.png"]


def test_annotations_of_a_picture_that_is_not_there_are_counted(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC", "RBC"], "b.png": []})
    (folder / "a.png").unlink()
    report = ingest(lake, folder)
    assert report.problem_counts == {ProblemKind.NO_PICTURE: 1}
    assert report.left_out == {"RBC": 2}


def test_labels_that_differ_by_case_only_are_told_also_against_those_of_the_lake(
    lake: Lake, tmp_path: Path
) -> None:
    report = ingest(lake, write(tmp_path / "one", {"a.png": ["RBC", "rbc"]}))
    assert report.problem_counts == {ProblemKind.LABEL_CASE: 2}
    report = ingest(lake, write(tmp_path / "two", {"b.png": ["Rbc"]}))
    assert [problem.detail for problem in report.problems] == ["Rbc, and there is RBC, rbc"]
    assert lake.vocabulary().labels == ("RBC", "Rbc", "rbc")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_file_whose_name_would_lead_elsewhere_is_left_out(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    (folder / "b\\..\\c.png").write_bytes(picture(1))
    (folder / "new\nline.png").write_bytes(picture(2))
    report = ingest(lake, folder)
    assert report.problem_counts == {ProblemKind.UNSAFE_NAME: 2}
    assert lake.stats().frames == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_is_no_utf8_is_left_out_and_its_report_can_be_written(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    with open(os.fsencode(folder) + b"/\xff.png", "wb") as file:  # noqa: PTH123 - a path cannot say it
        file.write(picture(1))
    report = ingest(lake, folder)
    assert report.problem_counts == {ProblemKind.UNSAFE_NAME: 1}
    assert json.loads(lake.report_path(1).read_bytes())["problem_counts"] == {"unsafe-name": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_pipes_and_links_to_nothing_and_to_folders_are_left_out_and_told(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    write(tmp_path / "elsewhere", {"secret.png": []})
    os.mkfifo(folder / "pipe.png")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.png").symlink_to(tmp_path / "nowhere.png")
    report = ingest(lake, folder)
    assert [row[0] for row in content(lake)[0]] == ["cells_a.png"]
    assert [(problem.kind, problem.file, problem.detail) for problem in report.problems] == [
        (ProblemKind.REFUSED_MEMBER, "broken.png", "it is a link to no file"),
        (ProblemKind.REFUSED_MEMBER, "link", "it is a link to a folder, and such are not followed"),
        (ProblemKind.REFUSED_MEMBER, "loop", "it is a link to a folder, and such are not followed"),
        (ProblemKind.REFUSED_MEMBER, "pipe.png", "it is a device, a pipe or a socket"),
    ]


def test_strict_records_and_stores_nothing_if_anything_is_wrong(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC", rectangle("RBC", width=0)]})
    report = ingest(lake, folder, strict=True)
    assert (report.refused, report.revision, report.frames) == (True, None, 0)
    assert (lake.revision(), stored_files(lake)) == (0, set())


def test_strict_records_what_is_right(lake: Lake, tmp_path: Path) -> None:
    report = ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}), strict=True)
    assert (report.refused, report.revision, report.annotations_added) == (False, 1, 1)


@pytest.mark.parametrize("name", ["", " ", "a\nb", " a", "x" * 193, "\x1b[31m", "\ud800"])
def test_a_name_that_nobody_can_type_is_refused(lake: Lake, tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    with pytest.raises(UsageError, match="Not the name of a collection"):
        ingest(lake, folder, collection=name)
    with pytest.raises(UsageError, match="Not the name of an operation"):
        ingest(lake, folder, operation=name)
    assert lake.revision() == 0


def test_what_is_not_there_or_holds_no_pictures_is_an_error(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="There is no "):
        ingest(lake, tmp_path / "nowhere")
    with pytest.raises(FormatError, match="no pictures"):
        ingest(lake, tmp_path / "empty", format=None)
    with pytest.raises(UsageError, match="no format"):
        ingest(lake, tmp_path / "empty", format="voc2")


def test_files_that_say_nothing_of_pictures_are_named(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    (folder / "README.md").write_text("hello")
    assert ingest(lake, folder).other_files == ("README.md",)


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_kind_of_problem_is_told_for_one_and_for_many(kind: ProblemKind) -> None:
    assert summary(kind, 1).startswith("1 ")
    assert summary(kind, 1200).startswith("1,200 ")
    assert summary(kind, 1)[2:] != summary(kind, 1200)[6:]


def test_the_work_tells_how_far_it_is(lake: Lake, tmp_path: Path) -> None:
    events: list[object] = []
    ingest(lake, write(tmp_path / "in", {"a.png": [], "b.png": []}), listener=events.append)
    steps = [event for event in events if isinstance(event, Advanced) and event.task == "Reading pictures"]
    assert Started("Reading pictures", 2, "pictures") in events
    assert sum(step.steps for step in steps) == 2
    assert [event.task for event in events if isinstance(event, Finished)] == [
        "Reading annotations",
        "Reading pictures",
    ]
