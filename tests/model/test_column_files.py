"""Columns travel between machines: what was packed is read back, and what comes from outside is never trusted."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.model import manifest_file, membership_file
from setwright.model.errors import FormatError
from setwright.model.frames import texts
from setwright.model.membership import membership_digest
from setwright.model.soundness import require_sound_manifest, require_sound_membership
from tests.contents import membership, memberships
from tests.formats.writing.manifests import manifest_of
from tests.formats.writing.strategies import manifests
from tests.laws import examples

if TYPE_CHECKING:
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest

MEMBERS = membership({"a": ["RBC", "WBC"], "b": [], "c": ["RBC"]})


@given(memberships)
@settings(max_examples=examples(20), deadline=None)
def test_a_membership_that_was_packed_is_read_back(members: Membership) -> None:
    packed = membership_file.encode(members)
    found = membership_file.decode(packed)
    require_sound_membership(found)
    assert membership_digest(found) == membership_digest(members)
    assert found.revision == members.revision
    assert membership_file.encode(found) == packed


@given(manifests())
@settings(max_examples=examples(50), deadline=None)
def test_a_manifest_that_was_packed_is_read_back_and_sound(manifest: Manifest) -> None:
    found = manifest_file.decode(manifest_file.encode(manifest))
    require_sound_manifest(found)
    assert found.digest == manifest.digest


@given(st.data())
@settings(max_examples=examples(100), deadline=None)
def test_bytes_that_were_changed_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    packed = bytearray(membership_file.encode(MEMBERS))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(packed[: data.draw(st.integers(0, len(packed)))])
    for content in (bytes(packed), cut):
        try:
            require_sound_membership(membership_file.decode(content))
        except FormatError:
            continue


def with_member(name: str, content: bytes) -> bytes:
    """The packed membership with one member exchanged."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(membership_file.encode(MEMBERS))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return made.getvalue()


def npy(array: Any, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), version=(1, 0), allow_pickle=pickled)
    return buffer.getvalue()


def header_alone(length: int) -> bytes:
    """An array that says it is `length` long, and has no bytes."""
    buffer = io.BytesIO()
    told = {"descr": "<i8", "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(buffer, told)
    return buffer.getvalue()


ENDS = "frames.name.ends.npy"


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("frames.number.npy", header_alone(10**12)),
        ("frames.number.npy", npy(np.array([{"a": 1}], dtype=object), pickled=True)),
        ("frames.number.npy", npy(np.zeros((2, 2), order="F"))),
        ("frames.number.npy", b"\x93NUMPY\x02\x00"),
        (ENDS, npy(np.array([3, 0, 3]))),
        (ENDS, npy(np.array([1, 2, 10**12]))),
        (ENDS, npy(np.array([-5, 2, 3]))),
        (ENDS, npy(np.array([1, 2, 2]))),
        (ENDS, npy(np.array([1.0, 2.0, 3.0]))),
        (ENDS, npy(np.array([1, 2, 2**64 - 1], np.uint64))),
        ("frames.name.utf8.npy", header_alone(10**12)),
        ("frames.name.utf8.npy", npy(np.frombuffer(b"a\xffc", np.uint8))),
        ("membership.json", b"[]"),
        ("membership.json", b'{"format": 7}'),
        ("membership.json", b"[" * 100_000),
        ("membership.json", b'{"format": 1, "revision": "x", "labels": [], "operations": []}'),
    ],
)
def test_a_file_that_lies_of_itself_is_refused_before_memory_is_taken(member: str, content: bytes) -> None:
    with pytest.raises(FormatError):
        membership_file.decode(with_member(member, content))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("frames", "width", np.array([1, -2, 3], np.int32)),
        ("frames", "width", np.array([1, 2, 3], np.int64)),
        ("frames", "width", np.array([1, 2], np.int32)),
        ("frames", "digest", np.array(["x" * 64] * 3, "S64")),
        ("frames", "name", texts(["a", "b\0", "c"])),
        ("frames", "name", texts(["", "b", "c"])),
        ("annotations", "frame", np.array([0, 0, 3], np.int32)),
        ("annotations", "frame", np.array([2, 0, 0], np.int32)),
        ("annotations", "label", np.array([0, -1, 0], np.int32)),
        ("annotations", "operation", np.array([0, 1, 0], np.int32)),
        ("annotations", "shape", np.array([0, 5, 0], np.int8)),
        ("annotations", "shape", np.array([0, 1, 0], np.int8)),  # a polygon without an outline
        ("annotations", "box", np.zeros((3, 3))),
        ("annotations", "box", np.full((3, 4), np.nan)),
        ("annotations", "outline", texts(["", "[[0,0]]", ""])),
        ("annotations", "extra", texts(["", "[]", ""])),
        ("annotations", "labels", ("RBC", "RBC", "WBC")),
    ],
)
def test_columns_that_are_not_what_they_should_be_are_refused(table: str, column: str, value: Any) -> None:
    changed = replace(getattr(MEMBERS, table), **{column: value})
    with pytest.raises(FormatError):
        require_sound_membership(replace(MEMBERS, **{table: changed}))


def test_splits_are_among_those_that_there_are() -> None:
    with pytest.raises(FormatError, match="columns"):
        require_sound_manifest(replace(ONE, split=np.array([3], np.int8)))


ONE = manifest_of([])
ONE = replace(ONE, frames=MEMBERS.frames.take(np.array([0])), split=np.zeros(1, np.int8))


def test_the_splits_that_frames_came_with_travel_along_and_count_for_the_digest() -> None:
    came = replace(MEMBERS, official=texts(["train", "", "val"]))
    found = membership_file.decode(membership_file.encode(came))
    require_sound_membership(found)
    assert found.official is not None
    assert found.official.tolist() == ["train", "", "val"]
    assert membership_digest(found) == membership_digest(came) != membership_digest(MEMBERS)


def test_splits_of_other_frames_than_those_that_are_there_are_refused() -> None:
    with pytest.raises(FormatError):
        require_sound_membership(replace(MEMBERS, official=texts(["train"])))
