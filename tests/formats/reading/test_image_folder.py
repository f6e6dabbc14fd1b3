"""Hugging Face's ImageFolder with objects, as setwright writes it and as others do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from setwright.formats.reading.image_folder import ImageFolder
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Rectangle
from setwright.formats.reading.registry import detect
from tests.formats.reading.files import MemoryListing, read

READER = ImageFolder()


def line(name: str, boxes: Any, categories: Any) -> str:
    return json.dumps({"file_name": name, "objects": {"bbox": boxes, "category": categories}})


def files(*lines: str, folder: str = "train") -> dict[str, str]:
    return {
        f"{folder}/a.jpg": "",
        f"{folder}/b.jpg": "",
        f"{folder}/metadata.jsonl": "\n".join(lines) + "\n",
        "setwright.json": json.dumps(
            {"export": "Hugging Face ImageFolder", "manifest": "m", "classes": ["cat"]}
        ),
    }


def test_a_folder_is_recognised_and_read_whole() -> None:
    folder = files(line("a.jpg", [[1, 2, 3.5, 4]], [0]), "", line("b.jpg", [], []), folder="validation")
    assert detect(MemoryListing(folder)) == READER
    frames, problems = read(READER, folder)
    assert problems == []
    first, second = frames
    assert [(each.label, each.shape) for each in first.annotations or ()] == [
        ("cat", Rectangle((1, 2, 4.5, 6)))
    ]
    assert second.annotations == ()
    assert [dict(frame.metadata) for frame in frames] == [{"source_split": "validation"}] * 2


def test_a_category_may_be_a_name_and_needs_no_sidecar_then() -> None:
    folder = {**files(line("a.jpg", [[1, 2, 3, 4]], ["dog"])), "setwright.json": "{}"}
    frames, problems = read(READER, folder)
    assert [each.label for each in frames[0].annotations or ()] == ["dog"]
    assert problems == []


def test_numbers_of_categories_are_named_by_a_list_of_classes_too() -> None:
    folder = {**files(line("a.jpg", [[1, 2, 3, 4]], [1])), "setwright.json": "{}"}
    (frame,), (problem,) = read(READER, folder)
    assert (frame.annotations, problem.left_out) == ((), ("",))
    assert "as classes.txt would" in problem.detail
    (frame,), problems = read(READER, {**folder, "classes.txt": "cat\ndog\n"})
    assert ([each.label for each in frame.annotations or ()], problems) == (["dog"], [])


@pytest.mark.parametrize(
    "lines",
    [
        [{"file_name": "a.jpg", "objects": [{"bbox": [1, 2, 3.5, 4], "category": "cat"}]}],
        [{"file_name": "a.jpg", "objects": {"boxes": [[1, 2, 3.5, 4]], "label": ["cat"]}}],
        [
            {"file_name": "b.jpg"},
            {"file_name": "a.jpg", "objects": {"bbox": [[1, 2, 3.5, 4]], "category": [0]}},
        ],
    ],
    ids=["list-of-objects", "other-words", "not-in-the-first-line"],
)
def test_objects_are_recognised_however_they_are_told(lines: list[Any]) -> None:
    folder = files("\ufeff" + json.dumps(lines[0]), *map(json.dumps, lines[1:]))
    assert detect(MemoryListing(folder)) == READER
    frames, problems = read(READER, folder)
    (frame,) = (frame for frame in frames if frame.picture == "train/a.jpg")
    assert [(each.label, each.shape) for each in frame.annotations or ()] == [
        ("cat", Rectangle((1, 2, 4.5, 6)))
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (line("a.jpg", [[1, 2, 3, 4]], [7]), ProblemKind.BAD_ANNOTATION),
        (line("a.jpg", [[1, 2, 3, 4]], [True]), ProblemKind.BAD_ANNOTATION),
        (line("a.jpg", [[1, 2, 3]], [0]), ProblemKind.BAD_ANNOTATION),
        (line("a.jpg", [[1, 2, 3, "x"]], [0]), ProblemKind.BAD_ANNOTATION),
        (line("a.jpg", [[1, 2, 3, 4]], []), ProblemKind.BAD_ANNOTATION),
        (line("../c.jpg", [], []), ProblemKind.NO_PICTURE),
        (line("a.jpg", [], []) + "\n" + line("a.jpg", [], []), ProblemKind.TWO_FILES),
        ("[]", ProblemKind.NO_PICTURE),
        ("{", ProblemKind.BAD_ANNOTATION),
        ("[" * 100_000, ProblemKind.BAD_ANNOTATION),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_read(told: str, kind: ProblemKind) -> None:
    frames, problems = read(READER, files(told, line("b.jpg", [[1, 2, 3, 4]], [0])))
    assert [problem.kind for problem in problems] == [kind]
    assert [each.label for each in frames[-1].annotations or ()] == ["cat"]


def test_metadata_without_boxes_is_not_taken_for_it() -> None:
    assert not READER.recognises(MemoryListing({"metadata.jsonl": '{"file_name": "a.jpg", "text": "x"}\n'}))


def test_a_picture_in_another_folder_than_is_told_is_not_meant() -> None:
    line = json.dumps({"file_name": "b/x.jpg", "objects": {"bbox": [[1, 2, 3, 4]], "category": ["cat"]}})
    frames, (problem,) = read(ImageFolder(), {"train/a/x.jpg": b"", "train/metadata.jsonl": line})
    assert (frames, problem.kind, problem.left_out) == ([], ProblemKind.NO_PICTURE, ("cat",))
