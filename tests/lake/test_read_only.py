"""A lake on a disk that is mounted to be read only, as an archive or a container's volume is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import LakeError
from tests.lake.lakes import NOON, content, ingest, write


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A lake's folder, and where the same can only be read."""
    folder, place = tmp_path / "lake", tmp_path / "mounted"
    with Lake.create(folder) as lake:
        ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"], "b.png": []}))
    place.mkdir()
    for command in (["--bind", folder, place], ["-o", "remount,ro,bind", place]):
        done = subprocess.run(["mount", *command], check=False, capture_output=True, text=True)  # type: ignore[list-item]
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield folder, place
    finally:
        subprocess.run(["umount", place], check=True)


def test_it_is_read_and_verified(mounted: tuple[Path, Path]) -> None:
    folder, place = mounted
    with Lake.open(folder) as lake:
        said = content(lake)
    with Lake.open(place) as lake:
        assert content(lake) == said
        assert lake.verify().damages == ()


def test_who_would_write_is_told_why_not(mounted: tuple[Path, Path]) -> None:
    with Lake.open(mounted[1]) as lake:
        with pytest.raises(LakeError, match="cannot be written") as refused:
            lake.labels.define("RBC", description="red", author="ada", at=NOON)
    assert "mounted to be read only" in (refused.value.hint or "")


def test_one_whose_last_writes_are_in_the_log_is_refused_rather_than_read_in_part(
    mounted: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, place = mounted
    with Lake.open(folder) as lake:
        ingest(lake, write(tmp_path / "more", {"c.png": []}))
        with pytest.raises(LakeError, match="cannot be read where nothing can be written"):
            Lake.open(place)
    with Lake.open(place) as lake:
        assert len(content(lake)[0]) == 3
