"""WebDataset as others write it: samples of all sorts, shards that are cut, members that try to escape."""

from __future__ import annotations

import gzip
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from setwright.formats.reading.folder import Folder
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Mask, Polygon, ReadFrame, ReadOptions, Rectangle
from setwright.formats.reading.registry import detect
from setwright.formats.reading.sources import files_at
from setwright.formats.reading.webdataset import WebDataset
from setwright.lake.ingest import Found, find
from setwright.model.errors import FormatError
from setwright.model.events import silence
from tests.formats.reading.test_archives import special, tarred
from tests.oracles.others import write_with

READER = WebDataset()


def sample(key: str, told: Any = None, ending: str = "jpg") -> list[tuple[str, bytes]]:
    members = [(f"{key}.{ending}", b"picture " + key.encode())]
    return members if told is None else [*members, (f"{key}.json", json.dumps(told).encode())]


def boxes(*labels: Any) -> dict[str, Any]:
    return {"objects": [{"bbox": [1, 2, 3, 4], "category": label} for label in labels]}


def found(path: Path, **options: Any) -> Found:
    listing = files_at(str(path))
    return find(READER.opened(listing), READER, ReadOptions(**options), silence)


def frames(found: Found) -> dict[str, ReadFrame]:
    return {frame.picture: frame for said in found.said.values() for frame in said}


def labels(frame: ReadFrame) -> list[str]:
    return [annotation.label for annotation in frame.annotations or ()]


def test_samples_of_a_folder_of_shards_are_found_and_keep_their_splits(tmp_path: Path) -> None:
    (tmp_path / "train-000000.tar").write_bytes(tarred(*sample("a", boxes("cat")), *sample("b", boxes())))
    (tmp_path / "val-000000.tar").write_bytes(tarred(*sample("a", boxes("cat", "dog"))))
    (tmp_path / "test-000000.tar").write_bytes(tarred(*sample("birds/a", boxes("cat"))))
    (tmp_path / "notes.txt").write_text("notes")
    assert detect(FolderListing(tmp_path)) == READER
    all = found(tmp_path)
    assert {name: (labels(frame), dict(frame.metadata)) for name, frame in frames(all).items()} == {
        "test-000000.tar/birds/a.jpg": (["cat"], {"source_split": "test"}),
        "train-000000.tar/a.jpg": (["cat"], {"source_split": "train"}),
        "train-000000.tar/b.jpg": ([], {"source_split": "train"}),
        "val-000000.tar/a.jpg": (["cat", "dog"], {"source_split": "validation"}),
    }
    assert (all.problems, all.other_files) == ((), ("notes.txt",))


def test_one_shard_is_found_by_itself(tmp_path: Path) -> None:
    shard = tmp_path / "test-000000.tar"
    shard.write_bytes(tarred(*sample("a", boxes("cat"))))
    assert detect(files_at(str(shard))) == READER
    (frame,) = frames(found(shard)).values()
    assert (frame.picture, dict(frame.metadata)) == ("test-000000.tar/a.jpg", {"source_split": "test"})


def test_a_tar_of_pictures_with_files_that_tell_of_no_objects_is_none(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures.tar"
    pictures.write_bytes(tarred(*sample("a", {"shapes": []})))
    assert detect(files_at(str(pictures))) == Folder()


@pytest.mark.parametrize(
    ("told", "shape"),
    [
        ({"objects": {"bbox": [[1, 2, 3, 4]], "category": [0]}}, Rectangle((1, 2, 4, 6))),
        ({"annotations": [{"bbox": [1, 2, 3, 4], "category_id": 0}]}, Rectangle((1, 2, 4, 6))),
        (
            {"objects": [{"label": "cat", "segmentation": [[0, 0, 9, 0, 9, 9]]}]},
            Polygon((((0, 0), (9, 0), (9, 9)),)),
        ),
        (
            {"image": "a.jpg", "annotations": None, "objects": [{"bbox": [1, 2, 3, 4], "label": "cat"}]},
            Rectangle((1, 2, 4, 6)),
        ),
        (
            {"objects": [{"category": "cat", "segmentation": {"size": [2, 2], "counts": [0, 4]}}]},
            Mask(2, 2, (0, 4)),
        ),
    ],
)
def test_objects_are_read_in_any_of_their_forms(told: Any, shape: Any, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a", told)))
    (tmp_path / "index.json").write_text('{"classes": ["cat"]}')
    (frame,) = frames(found(tmp_path)).values()
    assert [(each.label, each.shape) for each in frame.annotations or ()] == [("cat", shape)]


def test_a_class_of_the_whole_picture_is_metadata_and_says_nothing_of_annotations(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(
        tarred(("a.png", b"p"), ("a.cls", b"1\n"), ("b.png", b"p"), ("b.cls", b"owl"))
    )
    told = {
        name: (frame.annotations, dict(frame.metadata)) for name, frame in frames(found(tmp_path)).items()
    }
    assert told == {"x.tar/a.png": (None, {"class": "1"}), "x.tar/b.png": (None, {"class": "owl"})}
    (tmp_path / "index.json").write_text('{"classes": ["cat", "dog"]}')
    assert frames(found(tmp_path))["x.tar/a.png"].metadata == {"class": "dog"}


@pytest.mark.parametrize(
    ("members", "kind", "left_out"),
    [
        ([("a.json", json.dumps(boxes("cat", "dog")).encode())], ProblemKind.NO_PICTURE, ("cat", "dog")),
        ([("a.cls", b"3")], ProblemKind.NO_PICTURE, ()),
        ([("a.depth.png", b"p"), *sample("a", boxes("cat"))], ProblemKind.SECOND_PICTURE, ()),
        ([("a.jpg", b"p"), ("a.json", b'{"objects": [')], ProblemKind.UNREADABLE_FILE, ()),
        (sample("a", boxes(7)), ProblemKind.BAD_ANNOTATION, ("",)),
        (
            sample("a", {"objects": [{"bbox": [1, 2], "category": "cat"}]}),
            ProblemKind.BAD_ANNOTATION,
            ("cat",),
        ),
        ([("a.jpg", b"p"), ("a.cls", b"\x00")], ProblemKind.BAD_METADATA, ()),
    ],
)
def test_what_is_no_whole_sample_is_counted_and_the_rest_is_read(
    members: list[tuple[str, bytes]], kind: ProblemKind, left_out: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*members, *sample("good", boxes("cat"))))
    all = found(tmp_path)
    assert [(problem.kind, problem.left_out) for problem in all.problems] == [(kind, left_out)]
    assert labels(frames(all)["x.tar/good.jpg"]) == ["cat"]
    assert "x.tar/a.depth.png" not in all.pictures


def test_json_that_tells_of_no_objects_is_not_read_and_told_so(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a", {"caption": "a cat"})))
    assert found(tmp_path).other_files == ("x.tar/a.json",)


def test_what_names_no_class_takes_the_label_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a", {"objects": [{"bbox": [1, 2, 3, 4]}]})))
    assert [problem.kind for problem in found(tmp_path).problems] == [ProblemKind.BAD_ANNOTATION]
    (frame,) = frames(found(tmp_path, label="cat")).values()
    assert labels(frame) == ["cat"]


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("a.b.jpg", "a.b.jpg"),
        ("a_b.JPG", "a_b.JPG"),
        ("c.jpg", None),
        ("../a_b.jpg", None),
        ("a/b.jpg", None),
        (7, None),
    ],
)
def test_a_frame_gets_back_the_dots_of_its_name_and_no_other_name(
    called: Any, name: str | None, tmp_path: Path
) -> None:
    told = {"image": "a_b.jpg", "file_name": called, "annotations": []}
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a_b", told)))
    assert [frame.name for frame in frames(found(tmp_path)).values()] == [name]


def test_members_that_lead_elsewhere_are_refused_and_told(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(
        tarred(
            *sample("../a", boxes("cat")),
            (special("b.jpg", tarfile.SYMTYPE, "/etc/passwd"), b""),
            (special("c.jpg", tarfile.CHRTYPE), b""),
            *sample("d", boxes("cat")),
        )
    )
    all = found(tmp_path)
    assert all.pictures == ("x.tar/d.jpg",)
    assert sorted((problem.kind.value, problem.file) for problem in all.problems) == [
        ("refused-member", "x.tar/b.jpg"),
        ("refused-member", "x.tar/c.jpg"),
        ("unsafe-name", "x.tar/../a.jpg"),
        ("unsafe-name", "x.tar/../a.json"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        tarred(*sample("a", boxes("cat")))[:700],
        gzip.compress(tarred(*sample("a", boxes("cat")))),
        b"no tar file",
        b"",
    ],
)
def test_a_shard_that_cannot_be_read_is_told_and_the_others_are_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.tar").write_bytes(content)
    (tmp_path / "good.tar").write_bytes(tarred(*sample("a", boxes("cat"))))
    all = found(tmp_path)
    assert [(problem.kind, problem.file) for problem in all.problems] == [
        (ProblemKind.UNREADABLE_FILE, "bad.tar")
    ]
    assert (list(frames(all)), all.other_files) == (["good.tar/a.jpg"], ())


@pytest.mark.parametrize("size", [1024, 10240, 200 * 512])
def test_an_empty_tar_file_is_a_shard_without_samples(size: int, tmp_path: Path) -> None:
    (tmp_path / "test-000000.tar").write_bytes(bytes(size))
    (tmp_path / "train-000000.tar").write_bytes(tarred(*sample("a", boxes("cat"))))
    assert detect(FolderListing(tmp_path)) == READER
    all = found(tmp_path)
    assert (all.problems, all.other_files) == ((), ())
    assert list(frames(all)) == ["train-000000.tar/a.jpg"]


@pytest.mark.parametrize("content", [bytes(512), bytes(1025), bytes(100_000) + b"x" * 352])
def test_zeros_that_are_no_blocks_and_zeros_before_something_are_no_empty_tar_file(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    (tmp_path / "b.tar").write_bytes(tarred(*sample("a", boxes("cat"))))
    (problem,) = found(tmp_path).problems
    assert (problem.kind, problem.file) == (ProblemKind.UNREADABLE_FILE, "a.tar")


@pytest.mark.parametrize(
    "told", [b"", b"[1,2", '{"objects": []}'.encode("utf-16"), b"\xff", b'{"shapes": NaN}']
)
def test_a_member_that_is_called_json_and_is_none_is_told(told: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(
        tarred(*sample("a"), ("a.json", told), *sample("b", boxes("cat")), *sample("c", {"shapes": []}))
    )
    all = found(tmp_path)
    (problem,) = all.problems
    assert (problem.kind, problem.file) == (ProblemKind.UNREADABLE_FILE, "x.tar/a.json")
    assert problem.detail.startswith("it is not JSON: ")
    assert list(frames(all)) == ["x.tar/b.jpg"]
    assert all.other_files == ("x.tar/c.json",)


@pytest.mark.parametrize(
    "told",
    [
        {"annotations": {"a": 1}},
        {"objects": {"bbox": 5, "category": [0]}},
        {"objects": {"category": 3}},
        {"objects": "none"},
        {"image": "a.jpg", "annotations": {"a": 1}},
    ],
)
def test_objects_that_are_neither_a_list_nor_lists_are_told(told: Any, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a", told)))
    all = found(tmp_path)
    assert [(each.kind, each.file) for each in all.problems] == [(ProblemKind.BAD_ANNOTATION, "x.tar/a.json")]


@pytest.mark.parametrize("told", [{}, {"bbox": None, "area": 4}, {"bbox": [], "category": []}, None, []])
def test_nothing_in_the_place_of_objects_is_no_mistake(told: Any, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(*sample("a", {"objects": told})))
    assert found(tmp_path).problems == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (tarred(*sample("a", boxes("cat")))[:700], "Unexpected end of data."),
        (b"", "It is no tar file, or a compressed one."),
    ],
)
def test_a_folder_of_nothing_but_a_broken_shard_says_why_it_is_not_read(
    content: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(FormatError, match=r"x\.tar cannot be read as WebDataset") as refused:
        detect(FolderListing(tmp_path))
    assert refused.value.detail == why


def test_a_zip_archive_of_shards_is_refused_with_what_to_do(tmp_path: Path) -> None:
    large = [("a.jpg", bytes(100_000)), *sample("a", boxes("cat"))[1:]]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("train-0.tar", tarred(*large))
    assert detect(files_at(str(tmp_path / "all.zip"))) == READER
    with pytest.raises(FormatError, match="within a zip archive") as refused:
        found(tmp_path / "all.zip")
    assert refused.value.hint == "unpack it, and ingest the folder"


def test_nothing_stays_open_however_many_shards_there_are(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:06}.tar").write_bytes(tarred(*sample("a", boxes("cat"))))
    before = len(list(Path("/dev/fd").iterdir()))
    listing = READER.opened(FolderListing(tmp_path))
    assert [listing.read(name, 100) for name in listing.pictures] == [b"picture a"] * 20
    assert len(list(Path("/dev/fd").iterdir())) <= before


@pytest.mark.oracle
def test_what_webdataset_writes_is_read(tmp_path: Path) -> None:
    write_with("webdataset", tmp_path)
    assert detect(FolderListing(tmp_path)) == READER
    all = found(tmp_path)
    assert all.problems == ()
    assert {
        name: ([(each.label, each.shape) for each in frame.annotations or ()], dict(frame.metadata))
        for name, frame in frames(all).items()
    } == {
        "birds-train-000000.tar/a.png": ([("kite", Rectangle((1, 2, 11, 22)))], {"source_split": "train"}),
        "birds-train-000000.tar/b.png": (
            [("owl", Polygon((((0, 0), (9, 0), (9, 9)),)))],
            {"source_split": "train"},
        ),
        "birds-train-000001.tar/c.png": ([], {"class": "1", "source_split": "train"}),
    }
