"""VIA, versions 1 and 2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import (
    Line,
    Points,
    Polygon,
    Rectangle,
    Shape,
)
from setwright.formats.reading.via import Via
from setwright.model.errors import FormatError
from tests.formats.reading.files import MemoryListing, read

RECT = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}


def region(shape: Any = RECT, **attributes: Any) -> Any:
    return {"shape_attributes": shape, "region_attributes": attributes}


def via(regions: Any, filename: str = "a.jpg") -> str:
    return json.dumps({filename + "123": {"filename": filename, "size": 123, "regions": regions}})


@pytest.mark.parametrize(
    "regions", [[region(label="RBC")], {"0": region(label="RBC")}], ids=["version 2", "version 1"]
)
def test_regions_are_a_list_or_an_object(regions: Any) -> None:
    frames, problems = read(Via(), {"a.jpg": b"", "via.json": via(regions)})
    assert problems == []
    assert [(each.label, each.shape) for each in frames[0].annotations or ()] == [
        ("RBC", Rectangle((1, 2, 4, 6)))
    ]


def test_a_project_file_is_read_too() -> None:
    project = json.dumps({"_via_settings": {}, "_via_img_metadata": json.loads(via([region(label="RBC")]))})
    assert len(read(Via(), {"a.jpg": b"", "p.json": project})[0]) == 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            {"name": "polygon", "all_points_x": [1, 5, 3], "all_points_y": [1, 1, 4]},
            Polygon((((1, 1), (5, 1), (3, 4)),)),
        ),
        ({"name": "polyline", "all_points_x": [1, 5], "all_points_y": [1, 2]}, Line(((1, 1), (5, 2)))),
        ({"name": "point", "cx": 7, "cy": 8.5}, Points(((7, 8.5),))),
    ],
)
def test_shapes(shape: Any, expected: Shape) -> None:
    frames, _ = read(Via(), {"a.jpg": b"", "via.json": via([region(shape, label="x")])})
    assert [each.shape for each in frames[0].annotations or ()] == [expected]


@pytest.mark.parametrize(
    ("attributes", "label", "kept"),
    [
        ({"label": "RBC", "note": "blurred"}, "RBC", {"note": [{"value": "blurred"}]}),
        ({"Class ": " RBC "}, "RBC", {}),
        ({"anything": "RBC"}, "RBC", {}),
        ({"type": {"RBC": True, "WBC": False}}, "RBC", {}),
        (
            {"type": "RBC", "state": {"cut": True, "blurred": True, "dark": False}, "more": {"dark": False}},
            "RBC",
            {"state": [{"value": "cut"}, {"value": "blurred"}]},
        ),
    ],
)
def test_the_label_is_the_attribute_that_is_called_like_one_or_the_only_one(
    attributes: Any, label: str, kept: Any
) -> None:
    frames, _ = read(Via(), {"a.jpg": b"", "via.json": via([region(**attributes)])})
    (annotation,) = frames[0].annotations or ()
    assert (annotation.label, dict(annotation.attributes)) == (label, kept)


def test_what_is_said_of_a_whole_file_is_metadata() -> None:
    said = {
        "caption": "a party",
        "weather": {"sun": True, "rain": False, "wind": True},
        "empty": "",
        "none": {},
    }
    file = json.loads(via([region(label="RBC")]))
    file["a.jpg123"]["file_attributes"] = said
    frames, problems = read(Via(), {"a.jpg": b"", "via.json": json.dumps(file)})
    assert dict(frames[0].metadata) == {"caption": "a party", "weather": ["sun", "wind"]}
    assert problems == []


def test_regions_that_name_no_label_need_one_from_the_user() -> None:
    files = {"a.jpg": b"", "via.json": via([region(), region()])}
    with pytest.raises(FormatError, match="does not say what its regions show") as refused:
        read(Via(), files)
    assert refused.value.hint == "say it yourself: --label NAME"
    frames, _ = read(Via(), files, label="balloon")
    assert [each.label for each in frames[0].annotations or ()] == ["balloon", "balloon"]


@pytest.mark.parametrize(
    "broken",
    [
        region({"name": "ellipse", "cx": 1, "cy": 1, "rx": 2, "ry": 2}, label="x"),
        region({"name": "rect", "x": 1}, label="x"),
        region({"name": "rect", "x": "1e999", "y": 1, "width": 1, "height": 1}, label="x"),
        region({"name": "polygon", "all_points_x": [1], "all_points_y": []}, label="x"),
        region({"name": "polygon", "all_points_x": [], "all_points_y": []}, label="x"),
        region(label=""),
        region(label={"a": True, "b": True}),
        {"region_attributes": {"label": "x"}},
        "text",
        None,
        7,
    ],
)
def test_a_region_that_cannot_be_read_is_told_and_the_others_are_kept(broken: Any) -> None:
    frames, problems = read(Via(), {"a.jpg": b"", "via.json": via([broken, region(label="RBC")])})
    assert [each.label for each in frames[0].annotations or ()] == ["RBC"]
    assert [(each.kind, len(each.left_out)) for each in problems] == [(ProblemKind.BAD_ANNOTATION, 1)]


def test_pictures_in_two_folders_have_files_of_their_own() -> None:
    """As in the balloon data: each folder's file names pictures of that folder."""
    files = {
        "train/a.jpg": b"",
        "val/a.jpg": b"",
        "train/via.json": via([region(label="one")]),
        "val/via.json": via([region(label="two")]),
    }
    frames, problems = read(Via(), files)
    assert [(frame.picture, (frame.annotations or ())[0].label) for frame in frames] == [
        ("train/a.jpg", "one"),
        ("val/a.jpg", "two"),
    ]
    assert problems == []


def test_of_pictures_of_one_name_the_one_is_meant_whose_file_is_of_the_size_that_is_told() -> None:
    told = {
        f"a.jpg{size}": {"filename": "a.jpg", "size": size, "regions": [region(label=label)]}
        for label, size in (("two", 2), ("one", 1), ("gone", 7))
    }
    frames, (problem,) = read(Via(), {"1/a.jpg": b"1", "2/a.jpg": b"22", "via.json": json.dumps(told)})
    assert [(frame.picture, (frame.annotations or ())[0].label) for frame in frames] == [
        ("2/a.jpg", "two"),
        ("1/a.jpg", "one"),
    ]
    assert (problem.kind, problem.left_out) == (ProblemKind.NO_PICTURE, ("gone",))


def test_what_is_said_of_a_picture_that_is_not_there_and_said_twice_is_counted() -> None:
    files = {"a.jpg": b"", "1.json": via([region(label="x")]), "2.json": via([region(label="y")])}
    files["3.json"] = via([region(label="z")], "gone.jpg")
    _, problems = read(Via(), files)
    assert [(each.kind, each.left_out) for each in problems] == [
        (ProblemKind.TWO_FILES, ("y",)),
        (ProblemKind.NO_PICTURE, ("z",)),
    ]


@pytest.mark.parametrize("filename", [None, 5, ["a.jpg"]])
def test_regions_of_no_file_are_counted(filename: Any) -> None:
    entries = {"1": {"filename": filename, "regions": [region(label="x")]}}
    entries |= json.loads(via([region(label="RBC")]))
    frames, problems = read(Via(), {"a.jpg": b"", "via.json": json.dumps(entries)})
    assert [len(frame.annotations or ()) for frame in frames] == [1]
    assert [(each.kind, each.left_out) for each in problems] == [(ProblemKind.NO_PICTURE, ("x",))]


@pytest.mark.parametrize("files", ["lost", 5, None, [{"filename": "a.jpg", "regions": []}]])
def test_a_project_without_an_object_of_files_is_told(files: Any) -> None:
    project = json.dumps({"_via_settings": {}, "_via_img_metadata": files})
    frames, problems = read(Via(), {"a.jpg": b"", "via.json": project})
    assert (frames, [each.kind for each in problems]) == ([], [ProblemKind.UNREADABLE_FILE])


def test_a_file_that_ends_early_is_told() -> None:
    _, problems = read(Via(), {"a.jpg": b"", "via.json": via([region(label="x")])[:-3]})
    assert [each.kind for each in problems] == [ProblemKind.UNREADABLE_FILE]


def test_the_format_is_recognised() -> None:
    assert Via().recognises(MemoryListing({"x.json": via([])}))
    assert not Via().recognises(MemoryListing({"x.json": '{"images": []}'}))
