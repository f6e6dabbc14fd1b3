"""File names inside an export: the old ones, safe ones, no two alike."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.writing.names import MAX_STEM_BYTES, export_names, safe_stem
from tests.formats.writing.manifests import Frame, manifest_of


def names(*frames: Frame) -> list[str]:
    """By the order of the frames' unique names."""
    return [stem + ending for stem, ending in export_names(manifest_of(frames).frames)]


def test_a_frame_keeps_its_name() -> None:
    assert names(Frame(file_name="Party 01.JPG"), Frame(file_name="kite-2.jpeg")) == [
        "Party 01.JPG",
        "kite-2.jpeg",
    ]


def test_frames_of_one_name_are_told_apart_by_their_collections() -> None:
    twins = [Frame(file_name="frame_1.jpg", collection=collection) for collection in ("door", "gate")]
    assert names(*twins, Frame(file_name="other.jpg", collection="gate")) == [
        "door_frame_1.jpg",
        "gate_frame_1.jpg",
        "other.jpg",
    ]


def test_names_that_differ_by_case_alone_are_told_apart_because_a_mac_would_not() -> None:
    assert names(Frame(file_name="A.jpg", collection="x"), Frame(file_name="a.jpg", collection="y")) == [
        "x_A.jpg",
        "y_a.jpg",
    ]


def test_names_that_differ_by_their_ending_alone_are_told_apart_because_label_files_share_the_stem() -> None:
    jpeg, png = names(
        Frame(file_name="a.jpg", content="one"),
        Frame(file_name="a.png", content="two", media_type="image/png"),
    )
    assert (jpeg, png) == ("party_a_7692c3ad.jpg", "party_a_3fc4ccfe.png")


def test_the_same_picture_twice_in_a_collection_is_told_apart_by_its_unique_name() -> None:
    one, two = names(Frame(file_name="a.jpg", content="same"), Frame(file_name="A.jpg", content="same"))
    assert one.casefold() != two.casefold()
    assert "party_a_0967115f" not in (one, two)


def test_a_longer_name_that_another_frame_has_already_is_not_taken() -> None:
    found = names(
        Frame(file_name="b.jpg", collection="a"),
        Frame(file_name="b.jpg", collection="c"),
        Frame(file_name="a_b.jpg"),
    )
    assert len({name.casefold() for name in found}) == 3


def test_a_picture_is_called_what_it_is_stored_as() -> None:
    assert names(Frame(file_name="scan.tif", media_type="image/png")) == ["scan.png"]
    assert names(Frame(file_name="no ending")) == ["no ending.jpg"]
    assert names(Frame(file_name=".jpg")) == ["_.jpg.jpg"]


def test_long_names_are_told_apart_too_though_their_ends_are_cut() -> None:
    one, two = names(
        Frame(file_name="x" * 200 + "1.jpg", content="one"),
        Frame(file_name="x" * 200 + "2.jpg", content="two"),
    )
    assert one != two
    assert len(one) <= MAX_STEM_BYTES


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b", "a_b"),
        ("..", "_"),
        ("", "_"),
        (".hidden", "_.hidden"),
        ("#1", "_#1"),
        ("con", "_con"),
        ("COM1.tar", "_COM1.tar"),
        ("console", "console"),
        ("a:b", "a_b"),
        ("line\nbreak", "line_break"),
        ("dots...", "dots"),
        ("cafe\u0301", "café"),
        ("日本", "日本"),
    ],
)
def test_what_a_file_system_would_refuse_is_replaced(name: str, safe: str) -> None:
    assert safe_stem(name) == safe


# Without NUL, at which NumPy stops comparing texts: a manifest with one in a name cannot be sorted.
hostile = st.text(st.sampled_from("aAbB._- /\\:\x01\n\u2028é日ß" + "\u017f\u0301"), max_size=6)
frame_lists = st.lists(
    st.builds(
        Frame,
        file_name=st.one_of(
            hostile, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300)
        ).map(lambda stem: stem + ".jpg"),
        collection=st.one_of(hostile, st.sampled_from(("x", "X"))),
        content=st.sampled_from(("one", "two")),
        media_type=st.sampled_from(("image/jpeg", "image/png", "image/x-unknown")),
    ),
    max_size=8,
    unique_by=lambda frame: frame.name,
)


@given(frame_lists)
def test_no_two_stems_are_alike_on_any_file_system(frames: list[Frame]) -> None:
    stems = [stem for stem, _ in export_names(manifest_of(frames).frames)]
    assert len({unicodedata.normalize("NFC", stem.casefold()) for stem in stems}) == len(frames)


@given(frame_lists)
def test_every_name_is_safe_on_any_file_system(frames: list[Frame]) -> None:
    for stem, ending in export_names(manifest_of(frames).frames):
        assert safe_stem(stem) == stem
        assert len((stem + ending).encode()) <= MAX_STEM_BYTES + 10
        assert ending.startswith(".")


@given(st.text(max_size=400))
def test_making_a_name_safe_twice_changes_nothing_more(name: str) -> None:
    assert safe_stem(safe_stem(name)) == safe_stem(name)
