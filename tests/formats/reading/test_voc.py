"""Pascal VOC as its many writers write it."""

from __future__ import annotations

from typing import Any

import pytest

from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Polygon, Rectangle
from setwright.formats.reading.voc import Voc
from tests.formats.reading.files import MemoryListing, read


def xml(*objects: str, filename: str = "a.jpg", size: str = "") -> str:
    return f"<annotation><filename>{filename}</filename>{size}{''.join(objects)}</annotation>"


def box(name: str, *edges: object, more: str = "") -> str:
    tags = "".join(
        f"<{tag}>{edge}</{tag}>" for tag, edge in zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True)
    )
    return f"<object><name>{name}</name>{more}<bndbox>{tags}</bndbox></object>"


def test_boxes_are_read_as_they_stand() -> None:
    frames, problems = read(Voc(), {"a.jpg": b"", "a.xml": xml(box("RBC", 1, 2, 3.5, "4"))})
    assert problems == []
    assert frames[0].picture == "a.jpg"
    (annotation,) = frames[0].annotations or ()
    assert (annotation.label, annotation.shape) == ("RBC", Rectangle((1, 2, 3.5, 4)))


def test_with_origin_1_a_box_includes_its_last_pixel() -> None:
    frames, _ = read(Voc(), {"a.jpg": b"", "a.xml": xml(box("RBC", 1, 1, 10, 5))}, origin=1)
    assert [each.shape for each in frames[0].annotations or ()] == [Rectangle((0, 0, 10, 5))]


def test_flags_and_pose_become_attributes_where_they_say_something() -> None:
    more = "<pose>Left</pose><truncated>0</truncated><difficult>1</difficult><occluded>True</occluded>"
    frames, _ = read(Voc(), {"a.jpg": b"", "a.xml": xml(box("dog", 1, 1, 2, 2, more=more))})
    assert dict((frames[0].annotations or ())[0].attributes) == {
        "difficult": [{"value": "true"}],
        "occluded": [{"value": "true"}],
        "pose": [{"value": "Left"}],
    }


def test_attributes_of_cvat_are_kept() -> None:
    told = (("colour", " red "), ("note", ""), ("", "x"))
    more = "".join(f"<attribute><name>{key}</name><value>{value}</value></attribute>" for key, value in told)
    more = f"<attributes>{more}</attributes>"
    frames, problems = read(Voc(), {"a.jpg": b"", "a.xml": xml(box("dog", 1, 1, 2, 2, more=more))})
    assert dict((frames[0].annotations or ())[0].attributes) == {"colour": [{"value": "red"}]}
    assert problems == []


def test_a_polygon_is_read_in_the_place_of_its_box() -> None:
    points = {"x1": 1, "y1": "2.5", "x2": 9, "y2": 3, "x3": 4, "y3": 8}
    more = f"<polygon>{''.join(f'<{tag}>{value}</{tag}>' for tag, value in points.items())}</polygon>"
    files: dict[str, Any] = {
        "a.jpg": b"",
        "a.xml": xml(box("dog", 1, 2, 9, 8, more=more), box("cat", 1, 1, 2, 2)),
    }
    frames, problems = read(Voc(), files)
    assert [each.shape for each in frames[0].annotations or ()] == [
        Polygon((((1, 2.5), (9, 3), (4, 8)),)),
        Rectangle((1, 1, 2, 2)),
    ]
    assert problems == []
    frames, problems = read(Voc(), {**files, "a.xml": files["a.xml"].replace("<y2>3</y2>", "")})
    assert [each.label for each in frames[0].annotations or ()] == ["cat"]
    assert [each.left_out for each in problems] == [("dog",)]


def test_objects_of_labelme_that_were_deleted_are_none() -> None:
    points = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((1, 2), (9, 3), (4, 8)))
    told = (f"<deleted>{flag}</deleted><polygon><username/>{points}</polygon>" for flag in (0, 1))
    files = {"a.jpg": b"", "a.xml": xml(*(f"<object><name>dog</name>{each}</object>" for each in told))}
    frames, problems = read(Voc(), files)
    assert [each.shape for each in frames[0].annotations or ()] == [Polygon((((1, 2), (9, 3), (4, 8)),))]
    assert problems == []


def test_parts_and_actions_of_voc_are_kept() -> None:
    part = box("head", 2, 3, 5, 7).replace("object>", "part>")
    more = f"{part}<actions><jumping>1</jumping><reading>0</reading></actions>"
    frames, problems = read(
        Voc(), {"a.jpg": b"", "a.xml": xml(box("person", 1, 1, 9, 9, more=more))}, origin=1
    )
    (annotation,) = frames[0].annotations or ()
    assert annotation.shape == Rectangle((0, 0, 9, 9))
    assert dict(annotation.metadata) == {"parts": [{"label": "head", "bbox": [1, 2, 4, 5]}]}
    assert dict(annotation.attributes) == {"actions": [{"value": "jumping"}]}
    assert problems == []


def test_a_picture_is_found_by_the_annotation_file_s_name_before_what_it_says() -> None:
    """Tools rename files and leave `filename` as it was."""
    files = {
        "JPEGImages/x.jpg": b"",
        "JPEGImages/old.jpg": b"",
        "Annotations/x.xml": xml(filename="old.jpg"),
    }
    assert [frame.picture for frame in read(Voc(), files)[0]] == ["JPEGImages/x.jpg"]


def test_of_pictures_of_one_name_the_one_is_meant_whose_folder_is_called_as_the_file_s() -> None:
    files = {
        "JPEGImages/a/x.jpg": b"",
        "JPEGImages/b/x.jpg": b"",
        "Annotations/b/x.xml": xml(box("dog", 1, 1, 2, 2), filename="x.jpg"),
    }
    frames, problems = read(Voc(), files)
    assert ([frame.picture for frame in frames], problems) == (["JPEGImages/b/x.jpg"], [])


def test_a_file_is_not_taken_for_that_of_a_picture_which_another_is_nearer_to() -> None:
    files = {
        "JPEGImages/b/x.jpg": b"",
        "Annotations/a/x.xml": xml(box("cat", 1, 1, 2, 2), filename="x.jpg"),
        "Annotations/b/x.xml": xml(box("dog", 1, 1, 2, 2), filename="x.jpg"),
    }
    (frame,), (problem,) = read(Voc(), files)
    assert (frame.source, [each.label for each in frame.annotations or ()]) == (
        "Annotations/b/x.xml",
        ["dog"],
    )
    assert (problem.kind, problem.left_out) == (ProblemKind.NO_PICTURE, ("cat",))


def test_a_picture_is_found_by_what_the_file_says_where_names_differ() -> None:
    files = {"images/x.png": b"", "labels/1.xml": xml(filename="C:\\photos\\x.png")}
    assert [frame.picture for frame in read(Voc(), files)[0]] == ["images/x.png"]


def test_the_size_is_stated_unless_it_is_unknown() -> None:
    def stated(size: str) -> object:
        return read(Voc(), {"a.jpg": b"", "a.xml": xml(size=size)})[0][0].stated_size

    assert stated("<size><width>640</width><height>480</height></size>") == (640, 480)
    for unknown in (
        "",
        "<size><width>0</width><height>0</height></size>",
        "<size><width>x</width><height>1</height></size>",
    ):
        assert stated(unknown) is None


def test_lists_of_splits_become_metadata() -> None:
    files = {
        "JPEGImages/a.jpg": b"",
        "JPEGImages/b.jpg": b"",
        "Annotations/a.xml": xml(),
        "Annotations/b.xml": xml(),
        "JPEGImages/more/a.jpg": b"",
        "Annotations/more/a.xml": xml(),
        "ImageSets/Main/test.txt": "more/a\n",
        "ImageSets/Main/val.txt": "a\n",
        "ImageSets/Main/train.txt": "b 1\n",
        "ImageSets/Main/trainval.txt": "a\nb\n",
    }
    frames, _ = read(Voc(), files)
    assert [dict(frame.metadata) for frame in frames] == [
        {"source_split": "validation"},
        {"source_split": "train"},
        {"source_split": "test"},
    ]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("<object><name>RBC</name></object>", "RBC has no bndbox"),
        (box("RBC", 1, 2, 3, "x"), "ymax of RBC is no number"),
        (box("RBC", 1, 2, 3, "nan"), "ymax of RBC is not finite"),
        (box("RBC", 1, 2, 3, "1e999"), "ymax of RBC is not finite"),
        (box("", 1, 2, 3, 4), "there is no label"),
        (box("x" * 300, 1, 2, 3, 4), "longer than 255"),
    ],
)
def test_an_object_that_cannot_be_read_is_told_and_the_others_are_kept(broken: str, why: str) -> None:
    frames, problems = read(Voc(), {"a.jpg": b"", "a.xml": xml(broken, box("WBC", 1, 2, 3, 4))})
    assert [each.label for each in frames[0].annotations or ()] == ["WBC"]
    assert [each.kind for each in problems] == [ProblemKind.BAD_ANNOTATION]
    assert why in problems[0].detail
    assert len(problems[0].left_out) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no xml",
        "<annotation>",
        "<svg/>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><annotation>&b;</annotation>',
        '<?xml version="1.0" encoding="nonsense"?><annotation/>',
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(content: str | bytes) -> None:
    frames, problems = read(Voc(), {"a.jpg": b"", "a.xml": content, "b.jpg": b"", "b.xml": xml()})
    assert [frame.picture for frame in frames] == ["b.jpg"]
    assert [(each.kind, each.file) for each in problems] == [(ProblemKind.UNREADABLE_FILE, "a.xml")]


def test_what_is_said_of_a_picture_that_is_not_there_and_said_twice_is_counted() -> None:
    files = {
        "a.jpg": b"",
        "1/a.xml": xml(box("RBC", 1, 2, 3, 4)),
        "2/a.xml": xml(box("WBC", 1, 2, 3, 4)),
        "b.xml": xml(box("RBC", 1, 2, 3, 4), "<object/>", filename="b.jpg"),
    }
    frames, problems = read(Voc(), files)
    assert [frame.source for frame in frames] == ["1/a.xml"]
    assert [(each.kind, each.left_out) for each in problems] == [
        (ProblemKind.TWO_FILES, ("WBC",)),
        (ProblemKind.NO_PICTURE, ("RBC", "")),
    ]


def test_the_format_is_recognised_by_its_first_xml_files() -> None:
    assert Voc().recognises(MemoryListing({"a.jpg": b"", "a.xml": xml()}))
    assert Voc().recognises(MemoryListing({"a.jpg": b"", "a.xml": xml(), "A.xml": "<project/>"}))
    assert not Voc().recognises(MemoryListing({"a.jpg": b"", "a.xml": "<svg/>"}))
    assert not Voc().recognises(MemoryListing({"a.jpg": b"", "a.json": "{}"}))
