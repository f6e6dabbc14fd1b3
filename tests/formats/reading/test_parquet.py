"""Hugging Face's Parquet files as others write them, and files that are damaged, lie, or name what they should not."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.reading import picture_rows
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.parquet import Parquet
from setwright.formats.reading.parquet_footer import row_groups
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Mask, ReadFrame, ReadOptions, Rectangle
from setwright.formats.reading.registry import detect
from setwright.formats.reading.sources import files_at
from setwright.formats.writing.parquet import BYTES, Column, Leaf, Struct, parquet, texts_of
from setwright.lake.ingest import Found, find
from setwright.model.errors import FormatError, MissingExtraError
from setwright.model.events import silence
from tests.oracles.others import write_with

READER = Parquet()
BOX = [1.0, 2.0, 3.0, 4.0]
JPEG, PNG, WEBP = b"\xff\xd8 jpeg", b"\x89PNG png", b"RIFF....WEBP webp"


def table(rows: list[dict[str, Any]], features: Any = None, **options: Any) -> bytes:
    """A Parquet file of these rows."""
    made = pa.Table.from_pylist(rows)
    if features is not None:
        told = json.dumps({"info": {"features": features}}).encode()
        made = made.replace_schema_metadata({b"huggingface": told})
    buffer = io.BytesIO()
    pq.write_table(made, buffer, **options)
    return buffer.getvalue()


def picture(path: str | None = "a.jpg", content: bytes | None = JPEG) -> dict[str, Any]:
    return {"bytes": content, "path": path}


def row(objects: Any, path: str | None = "a.jpg", **more: Any) -> dict[str, Any]:
    return {"image": picture(path), "objects": objects, **more}


def found(path: Path, **options: Any) -> Found:
    return find(READER.opened(files_at(str(path))), READER, ReadOptions(**options), silence)


def frames(found: Found) -> dict[str, ReadFrame]:
    return {frame.picture: frame for said in found.said.values() for frame in said}


def shapes(frame: ReadFrame) -> list[Any]:
    return [(each.label, each.shape) for each in frame.annotations or ()]


NAMED = {"objects": {"category": {"feature": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
OLD = {"objects": {"feature": {"category": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}


@pytest.mark.parametrize(
    ("objects", "features"),
    [
        ({"bbox": [BOX], "category": [1]}, NAMED),
        ({"bbox": [BOX], "category": [1]}, OLD),
        ({"id": [5], "area": [12.0], "bbox": [BOX], "category": [1]}, NAMED),
        ({"bbox": [BOX], "label": ["dog"]}, None),
        ({"boxes": [BOX], "labels": ["dog"]}, None),
        ([{"bbox": BOX, "category_id": 1}], NAMED),
    ],
)
def test_objects_are_read_in_any_of_their_forms(objects: Any, features: Any, tmp_path: Path) -> None:
    if isinstance(features, dict) and isinstance(objects, list):
        features = json.loads(json.dumps(features).replace('"category"', '"category_id"'))
    (tmp_path / "train-00000-of-00001.parquet").write_bytes(table([row(objects)], features))
    assert detect(FolderListing(tmp_path)) == READER
    all = found(tmp_path)
    assert all.problems == ()
    (frame,) = frames(all).values()
    assert (shapes(frame), dict(frame.metadata)) == (
        [("dog", Rectangle((1, 2, 4, 6)))],
        {"source_split": "train"},
    )


def test_columns_of_boxes_and_classes_need_no_objects_around_them(tmp_path: Path) -> None:
    content = table([{"image": picture(), "bbox": [BOX], "category": ["dog"], "width": 40, "height": 30}])
    (tmp_path / "x.parquet").write_bytes(content)
    (frame,) = frames(found(tmp_path)).values()
    assert (shapes(frame), frame.stated_size) == ([("dog", Rectangle((1, 2, 4, 6)))], (40, 30))


def test_masks_beside_boxes_are_read(tmp_path: Path) -> None:
    mask = {"size": [2, 2], "counts": [0, 4]}
    content = table([row({"bbox": [BOX], "segmentation": [mask], "category": ["dog"]})])
    (tmp_path / "x.parquet").write_bytes(content)
    assert shapes(*frames(found(tmp_path)).values()) == [("dog", Mask(2, 2, (0, 4)))]


def test_a_file_alone_and_folders_of_files_are_read_with_their_splits(tmp_path: Path) -> None:
    for place in ("train/0000", "test/0000"):
        path = tmp_path / f"{place}.parquet"
        path.parent.mkdir()
        path.write_bytes(
            table([row({"bbox": [], "category": []}, features) for features in ("a.jpg", "b.jpg")])
        )
    all = found(tmp_path)
    assert {name: frame.metadata["source_split"] for name, frame in frames(all).items()} == {
        "test/0000.parquet/a.jpg": "test",
        "test/0000.parquet/b.jpg": "test",
        "train/0000.parquet/a.jpg": "train",
        "train/0000.parquet/b.jpg": "train",
    }
    assert found(tmp_path / "test" / "0000.parquet").pictures == ("0000.parquet/a.jpg", "0000.parquet/b.jpg")


def test_a_class_of_the_whole_picture_is_metadata(tmp_path: Path) -> None:
    features = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    rows = [{"image": picture(f"{label}.jpg"), "label": label} for label in (1, 0, -1, 9)]
    (tmp_path / "x.parquet").write_bytes(table(rows, features))
    all = found(tmp_path)
    assert {name: (frame.annotations, dict(frame.metadata)) for name, frame in frames(all).items()} == {
        "x.parquet/1.jpg": (None, {"class": "dog"}),
        "x.parquet/0.jpg": (None, {"class": "cat"}),
    }
    assert [problem.kind for problem in all.problems] == [ProblemKind.BAD_METADATA]
    (tmp_path / "x.parquet").write_bytes(table(rows))
    assert frames(found(tmp_path))["x.parquet/9.jpg"].metadata == {"class": "9"}


def test_pictures_are_called_by_their_paths_unless_these_lead_elsewhere(tmp_path: Path) -> None:
    paths = ["a.jpg", "a.jpg", "sub/b.png", "../../c.jpg", "/etc/d.jpg", "C:\\e.jpg", "notes.txt", None, None]
    contents = [JPEG] * 6 + [b"?", PNG, WEBP]
    rows = [{"image": picture(*each)} for each in zip(paths, contents, strict=True)]
    (tmp_path / "x.parquet").write_bytes(table(rows))
    listing = READER.opened(FolderListing(tmp_path))
    assert {name: listing.read(name, 100) for name in listing.pictures} == dict(
        zip(
            (
                "x.parquet/a.jpg",
                "x.parquet/x-000001.jpg",
                "x.parquet/sub/b.png",
                "x.parquet/c.jpg",
                "x.parquet/d.jpg",
                "x.parquet/e.jpg",
                "x.parquet/x-000006.jpg",
                "x.parquet/x-000007.png",
                "x.parquet/x-000008.webp",
            ),
            contents,
            strict=True,
        )
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.parquet"]


def test_a_row_without_a_picture_is_told_and_its_path_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    rows: list[dict[str, Any]] = [
        {"image": each} for each in (picture("a.jpg", None), None, picture("b.jpg"))
    ]
    (tmp_path / "x.parquet").write_bytes(table(rows))
    listing = READER.opened(FolderListing(tmp_path))
    assert listing.read("x.parquet/b.jpg", 100) == JPEG
    for name in ("x.parquet/a.jpg", "x.parquet/x-000001.jpg"):
        with pytest.raises(FormatError, match="No picture"):
            listing.read(name, 100)


def test_pictures_come_in_any_order_from_groups_of_rows(tmp_path: Path) -> None:
    contents = {f"x.parquet/{number:03}.jpg": JPEG + bytes([number]) for number in range(200)}
    rows = [
        {"image": picture(name.removeprefix("x.parquet/"), content)} for name, content in contents.items()
    ]
    (tmp_path / "x.parquet").write_bytes(table(rows, row_group_size=30))
    listing = READER.opened(FolderListing(tmp_path))
    assert {name: listing.read(name, 100) for name in listing.pictures} == contents
    names = list(listing.pictures)
    random.Random(1).shuffle(names)
    assert all(listing.read(name, 100) == contents[name] for name in names)


@pytest.mark.parametrize(
    ("objects", "left_out"),
    [
        ({"bbox": [BOX], "category": [7]}, ("",)),
        ({"bbox": [BOX, BOX], "category": [0]}, ("cat",)),
        ({"bbox": [[1.0, 2.0]], "category": [0]}, ("cat",)),
        ({"bbox": [[*BOX[:3], float("nan")]], "category": [0]}, ("cat",)),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_read(
    objects: Any, left_out: tuple[str, ...], tmp_path: Path
) -> None:
    rows = [row(objects), row({"bbox": [BOX], "category": [1]}, "good.jpg")]
    (tmp_path / "x.parquet").write_bytes(table(rows, NAMED))
    all = found(tmp_path)
    assert [(problem.kind, problem.left_out) for problem in all.problems] == [
        (ProblemKind.BAD_ANNOTATION, left_out)
    ]
    assert [label for label, _ in shapes(frames(all)["x.parquet/good.jpg"])] == ["dog"]


def test_numbers_without_names_are_told_and_what_has_no_class_takes_the_given_label(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(table([row({"bbox": [BOX], "category": [0]})]))
    (problem,) = found(tmp_path).problems
    assert "nothing names one of that number" in problem.detail
    (tmp_path / "x.parquet").write_bytes(table([row({"bbox": [BOX]})]))
    assert [label for label, _ in shapes(*frames(found(tmp_path, label="cat")).values())] == ["cat"]


def damaged(content: bytes) -> dict[str, bytes]:
    footer = int.from_bytes(content[-8:-4], "little")
    return {
        "footer": content[: -8 - footer] + bytes(footer) + content[-8:],
        "cut": content[:-20],
        "footer longer than the file": content[:-8] + b"\xff\xff\xff\x7fPAR1",
        "nothing": b"",
        "no pictures": table([{"text": "a"}]),
    }


@pytest.mark.parametrize("kind", damaged(b""))
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(kind: str, tmp_path: Path) -> None:
    good = table([row({"bbox": [BOX], "category": [1]})], NAMED)
    (tmp_path / "bad.parquet").write_bytes(damaged(good)[kind])
    (tmp_path / "good.parquet").write_bytes(good)
    all = found(tmp_path)
    assert [(problem.kind, problem.file) for problem in all.problems] == [
        (ProblemKind.UNREADABLE_FILE, "bad.parquet")
    ]
    assert list(frames(all)) == ["good.parquet/a.jpg"]


def group_that_lies(rows: int, pictures: int) -> tuple[int, Any]:
    """A group that says it has so many rows; all have a path, and so many of them a picture."""
    paths = texts_of(f"{number}.jpg" for number in range(rows))
    contents = (len(JPEG).to_bytes(4, "little") + JPEG) * pictures
    return rows, lambda: [Column.flat(pictures, [contents]), Column.flat(rows, [paths])]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pictures", [0, 3, 12])
def test_rows_that_are_said_to_be_there_and_are_not_end_in_words(pictures: int, tmp_path: Path) -> None:
    fields = (Struct("image", (Leaf("bytes", BYTES), Leaf("path", BYTES, text=True))),)
    groups = [group_that_lies(10, pictures), group_that_lies(10, 10)]
    (tmp_path / "x.parquet").write_bytes(b"".join(map(bytes, parquet(fields, (), groups))))  # type: ignore[arg-type]
    listing = READER.opened(FolderListing(tmp_path))
    read = 0
    for name in listing.pictures:
        try:
            read += listing.read(name, 100) == JPEG
        except FormatError as error:
            assert error.summary == "The file is damaged"
    assert read <= 20


def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is(tmp_path: Path) -> None:
    bomb = table([{"image": picture(content=bytes(40_000_000))}], compression="zstd")
    (tmp_path / "x.parquet").write_bytes(bomb)
    (problem,) = found(tmp_path).problems
    assert "would unpack to 40," in problem.detail


def test_a_file_with_more_numbers_than_pictures_need_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_rows, "MOST_VALUES", 3)
    (tmp_path / "x.parquet").write_bytes(table([row({"bbox": [BOX], "category": [1]})]))
    (problem,) = found(tmp_path).problems
    assert "has 4 values in a group of rows; 3 are the most" in problem.detail


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_the_footer_tells_what_pyarrow_finds_in_it(rows: int) -> None:
    content = table([row({"bbox": [BOX] * 3, "category": [1] * 3})] * rows, NAMED, row_group_size=5)
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    told = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    assert [
        (group.rows, [(each.name, each.values, each.packed, each.unpacked) for each in group.columns])
        for group in row_groups(io.BytesIO(content))
    ] == [
        (
            group.num_rows,
            [
                (
                    each.path_in_schema,
                    each.num_values,
                    each.total_compressed_size,
                    each.total_uncompressed_size,
                )
                for each in map(group.column, range(group.num_columns))
            ],
        )
        for group in told
    ]


GOOD = table([row({"bbox": [BOX], "category": [1]}, f"{number}.jpg") for number in range(20)], NAMED)


@given(
    changes=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6),
    end=st.integers(0, len(GOOD)),
    cut=st.booleans(),
)
def test_whatever_the_bytes_are_the_answer_is_frames_or_a_reason(
    changes: list[tuple[int, int]], end: int, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(GOOD)
    for place, byte in changes:
        content[place] = byte
    path = tmp_path_factory.mktemp("parquet") / "x.parquet"
    path.write_bytes(content[:end] if cut else content)
    listing = READER.opened(FolderListing(path.parent))
    find(listing, READER, ReadOptions(), silence)
    for name in listing.pictures:
        assert len(listing.head(name)) < 100


@pytest.mark.parametrize("content", [GOOD[:100], b""], ids=["cut", "empty"])
def test_a_folder_of_nothing_but_a_broken_file_says_why_it_is_not_read(
    content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(FormatError, match=r"x\.parquet cannot be read as Hugging Face Parquet") as refused:
        detect(FolderListing(tmp_path))
    assert "footer" in refused.value.detail


def test_a_broken_file_is_told_and_the_good_ones_behind_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(GOOD[:100])
    (tmp_path / "b.parquet").write_bytes(GOOD)
    assert detect(FolderListing(tmp_path)).name == "parquet"
    read = found(tmp_path)
    assert [problem.file for problem in read.problems] == ["a.parquet"]
    assert read.pictures


def test_a_schema_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    place = GOOD.index(b"ARROW:schema") + len(b"ARROW:schema") + 10
    (tmp_path / "x.parquet").write_bytes(GOOD[:place] + b"!" + GOOD[place + 1 :])
    (problem,) = found(tmp_path).problems
    assert problem.detail.startswith("its schema cannot be read: Invalid base64 input")


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.parquet").write_bytes(GOOD)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError) as missing:
        found(tmp_path)
    assert missing.value.hint == "pip install 'setwright[parquet]'"


@pytest.mark.oracle
def test_what_datasets_writes_is_read(tmp_path: Path) -> None:
    write_with("datasets", tmp_path)
    all = found(tmp_path / "objects")
    assert all.problems == ()
    assert [(shapes(frame), dict(frame.metadata)) for frame in frames(all).values()] == [
        (
            [("owl", Rectangle((1, 2, 11, 22))), ("kite", Rectangle((0, 0, 9, 9)))],
            {"source_split": "validation"},
        ),
        ([], {"source_split": "validation"}),
    ]
    (frame,) = frames(found(tmp_path / "classes")).values()
    assert (frame.picture, frame.annotations, dict(frame.metadata)) == (
        "train.parquet/train-000000.png",
        None,
        {"class": "owl", "source_split": "train"},
    )
