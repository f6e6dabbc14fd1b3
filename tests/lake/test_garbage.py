"""`gc` frees what nothing needs, and never what something does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from setwright.lake.blobs import StoredBlob
from setwright.lake.folder_blobs import FolderBlobs
from setwright.lake.lake import Lake
from setwright.model.errors import LakeBusyError, LakeError
from setwright.model.frames import digests
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, picture, stored_files, write
from tests.laws import examples

LATER = datetime.now(UTC) + timedelta(days=30)


def leave(lake: Lake, content: bytes = b"left over") -> str:
    return FolderBlobs(lake.folder / "blobs").put(content)


def test_what_nothing_names_goes_and_all_else_stays(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path / "in")
    lake.publish(publication(lake))
    before = stored_files(lake)
    digest = leave(lake)
    found = lake.collect_garbage(now=LATER)
    assert (found.digests, found.bytes, found.young, found.kept) == ((digest,), 9, 0, 5)
    assert stored_files(lake) == before
    assert lake.verify().damages == ()


def test_a_dry_run_says_the_same_and_removes_nothing(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path / "in")
    leave(lake)
    before = stored_files(lake)
    would = lake.collect_garbage(now=LATER, dry=True)
    assert stored_files(lake) == before
    assert lake.collect_garbage(now=LATER) == would


def test_what_is_young_stays(lake: Lake) -> None:
    leave(lake)
    found = lake.collect_garbage(now=datetime.now(UTC))
    assert (found.digests, found.young) == ((), 1)
    assert lake.collect_garbage(now=datetime.now(UTC) + timedelta(days=13)).young == 1
    assert lake.collect_garbage(now=datetime.now(UTC) + timedelta(days=15)).young == 0


def test_a_picture_that_only_an_old_revision_shows_stays(lake: Lake, tmp_path: Path) -> None:
    ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}))
    old = content(lake)
    ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}, {"a.png": "other"}))
    assert lake.collect_garbage(now=LATER).digests == ()
    assert content(lake, 1) == old and lake.verify().damages == ()


def test_a_picture_that_only_a_version_holds_stays(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path / "in")
    made = picture("made for the version")
    digest = leave(lake, made)
    wanted = publication(lake)
    frames = wanted.manifest.frames
    shown = digests([*(one.decode() for one in frames.digest.tolist()[:-1]), digest])
    manifest = replace(wanted.manifest, frames=replace(frames, digest=np.asarray(shown)))
    lake.publish(replace(wanted, manifest=manifest))
    assert lake.collect_garbage(now=LATER).digests == ()


def test_a_reference_that_nothing_names_goes_and_its_file_stays(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(picture(1))
    FolderBlobs(lake.folder / "blobs").refer("ab" * 32, file)
    assert lake.collect_garbage(now=LATER).references == 1
    assert file.exists() and stored_files(lake) == set()


def test_nothing_goes_if_a_version_cannot_be_read(lake: Lake, tmp_path: Path) -> None:
    fill(lake, tmp_path / "in")
    lake.publish(publication(lake))
    leave(lake)
    pictures = {row[2].decode() for row in content(lake)[0]}
    blobs = FolderBlobs(lake.folder / "blobs")
    stored = {found.digest for found in blobs.listed() if isinstance(found, StoredBlob)}
    for digest in stored - pictures:
        if blobs.path(digest).read_bytes() != b"left over":
            blobs.path(digest).write_bytes(b"damaged")
    before = stored_files(lake)
    with pytest.raises(LakeError, match="nobody knows what it needs"):
        lake.collect_garbage(now=LATER)
    assert stored_files(lake) == before


@pytest.mark.skipif(sys.platform == "win32", reason="no such lock there")
def test_nothing_goes_while_somebody_writes(lake: Lake) -> None:
    leave(lake)
    program = (
        "import sys, pathlib\n"
        "from setwright.lake.writers import FolderWriters\n"
        "with FolderWriters(pathlib.Path(sys.argv[1])).writing():\n"
        "    print('writing', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(lake.folder / "blobs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None and other.stdin is not None
        assert other.stdout.readline() == "writing\n"
        with pytest.raises(LakeBusyError):
            lake.collect_garbage(now=LATER)
        other.stdin.close()
        other.wait()
    assert len(lake.collect_garbage(now=LATER).digests) == 1


class Life(RuleBasedStateMachine):
    """Ingests, versions, leftovers and collections in any order: what could be read can be read for ever."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.place = self.folder / os.urandom(8).hex()
        self.lake = Lake.create(self.place / "lake")
        self.seen: dict[int, object] = {}
        self.published: dict[str, str] = {}
        self.parent: str | None = None

    @rule(
        frames=st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1), in_place=st.booleans()
    )
    def ingest(self, frames: dict[str, int], in_place: bool) -> None:
        source = self.place / f"in{len(list(self.place.iterdir()))}"
        pictures = {f"{name}.png": seed for name, seed in frames.items()}
        ingest(self.lake, write(source, {name: ["RBC"] for name in pictures}, pictures), in_place=in_place)
        self.seen[self.lake.revision()] = content(self.lake)

    @rule()
    def publish(self) -> None:
        if not self.seen:
            return
        number = replace(publication(self.lake).number, minor=len(self.published))
        made = self.lake.publish(
            publication(self.lake, key=f"k{len(self.published)}", parent=self.parent, number=number)
        )
        self.parent = made.id
        self.published[made.id] = made.manifest_digest

    @rule(content=st.binary(min_size=1, max_size=3))
    def leave(self, content: bytes) -> None:
        leave(self.lake, content)

    @rule(days=st.integers(0, 30), dry=st.booleans())
    def collect(self, days: int, dry: bool) -> None:
        self.lake.collect_garbage(now=datetime.now(UTC) + timedelta(days=days), dry=dry)

    @invariant()
    def everything_can_be_read(self) -> None:
        assert self.lake.verify().damages == ()
        for revision, found in self.seen.items():
            assert content(self.lake, revision) == found
        for version, digest in self.published.items():
            assert self.lake.manifest(version).digest == digest

    def teardown(self) -> None:
        self.lake.close()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[type[Life]]:
    Life.folder = tmp_path
    yield Life


def test_nothing_that_could_be_read_is_ever_lost(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=examples(8), stateful_step_count=12 if examples(1) == 1 else 50, deadline=None
        ),
    )
