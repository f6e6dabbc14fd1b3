"""The lock file: read back as it was written, refused where it is none, and easy to merge."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setwright.model.errors import FormatError
from setwright.spec.json_schema import as_text
from setwright.spec.lock import lock_schema, lock_text, read_lock
from setwright.spec.pin import Pin
from tests.conftest import Golden

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "lock.schema.json").read_text())
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
pins = st.builds(
    lambda revision, frames, selection, membership: Pin(
        revision=revision,
        frames=frames,
        selection=f"selection-1:{selection}",
        membership=f"membership-1:{membership}",
    ),
    st.none() | st.integers(0, 10**9),
    st.integers(0, 10**9),
    digests,
    digests,
)
locks = st.dictionaries(st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,20}\Z"), pins, max_size=4)
PIN = Pin(revision=12, frames=196, selection=f"selection-1:{'a' * 64}", membership=f"membership-1:{'b' * 64}")
WHOLE = lock_text({"balloons": PIN, "night.kites": PIN})


def test_the_committed_schema_is_the_one_that_the_models_make(golden: Golden) -> None:
    golden("../../schemas/lock.schema.json", as_text(lock_schema()))


def test_it_looks_like_this(golden: Golden) -> None:
    golden("spec/setwright.lock", WHOLE)


@given(locks)
def test_what_is_written_is_read_back_and_keeps_to_the_schema(lock: dict[str, Pin]) -> None:
    text = lock_text(lock)
    assert read_lock(text.encode(), "setwright.lock") == lock
    assert lock_text(dict(reversed(lock.items()))) == text
    Draft202012Validator(SCHEMA).validate(tomllib.loads(text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("frames = 196", "frames = -1"),
        ("frames = 196", 'frames = "196"'),
        ("frames = 196\n", ""),
        ("frames = 196", "frames = 196\nmood = 1"),
        ("revision = 12", "revision = true"),
        ("revision = 12", "revision = -12"),
        ("aaaa", "AAAA"),
        ("selection-1:", "selection-2:"),
        ("[datasets.balloons]", '[datasets."not an address"]'),
        ("[datasets.balloons]", "[dataset.balloons]"),
        ('format_version = "1.0"', ""),
        ('format_version = "1.0"', "format_version = 1.0"),
    ],
)
def test_models_and_schema_refuse_the_same(before: str, after: str) -> None:
    wrong = WHOLE.replace(before, after, 1)
    assert wrong != WHOLE
    with pytest.raises(FormatError, match=r"setwright\.lock"):
        read_lock(wrong.encode(), "setwright.lock")
    assert not Draft202012Validator(SCHEMA).is_valid(tomllib.loads(wrong))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[",
        WHOLE.replace("[datasets.balloons]", "<<<<<<< ours\n[datasets.balloons]").encode(),
        WHOLE.replace("[datasets.balloons]", '[datasets."night.kites"]').encode(),
        WHOLE.encode()[:-20],
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_file(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"setwright\.lock") as error:
        read_lock(content, "setwright.lock")
    assert error.value.hint


def test_a_later_format_asks_for_a_later_setwright() -> None:
    with pytest.raises(FormatError, match="another setwright"):
        read_lock(WHOLE.replace("1.0", "2.0").encode(), "setwright.lock")


def test_two_branches_that_lock_different_datasets_merge_by_themselves(tmp_path: Path) -> None:
    base = dict.fromkeys(["balloons", "kites", "signs"], PIN)
    moved = Pin(revision=13, frames=200, selection=PIN.selection, membership=PIN.membership)
    ours, theirs = {**base, "balloons": moved, "cells": PIN}, {**base, "kites": moved, "toys": PIN}
    for name, lock in {"base": base, "ours": ours, "theirs": theirs}.items():
        (tmp_path / name).write_text(lock_text(lock))
    merged = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True, check=True
    )
    assert read_lock(merged.stdout, "merged") == {**ours, "kites": moved, "toys": PIN}
