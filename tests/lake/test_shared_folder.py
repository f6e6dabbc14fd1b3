"""A catalogue in SQLite on another machine's disk is warned of, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from setwright.lake import shared_folder
from setwright.lake.shared_folder import shared_filesystem
from tests.cli.inside import setwright
from tests.lake.lakes import write

LOCAL = "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/root rw\n"


def mounts(tmp_path: Path, *lines: tuple[str, str]) -> Path:
    """A file like the kernel's, of mount points and kinds of filesystem after the local one."""
    file = tmp_path / "mountinfo"
    more = "".join(
        f"{number} 22 0:{number} / {point} rw master:1 propagate_from:2 - {kind} server:/export rw,vers=4\n"
        for number, (point, kind) in enumerate(lines, start=30)
    )
    file.write_text(LOCAL + more)
    return file


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_the_kind_of_the_filesystem_is_that_of_the_nearest_mount(tmp_path: Path, kind: str) -> None:
    file = mounts(tmp_path, ("/mnt/lake", kind), ("/mnt/lake/scratch", "xfs"))
    assert shared_filesystem(Path("/mnt/lake"), file) == kind
    assert shared_filesystem(Path("/mnt/lake/a/b"), file) == kind
    assert shared_filesystem(Path("/mnt/lake/scratch/a"), file) is None
    assert shared_filesystem(Path("/mnt/lakes"), file) is None
    assert shared_filesystem(Path("/mnt"), file) is None


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "9p", "virtiofs", "fuse"]
)
def test_what_is_not_known_to_be_another_machine_s_is_no_reason_to_warn(tmp_path: Path, kind: str) -> None:
    assert shared_filesystem(Path("/mnt/lake"), mounts(tmp_path, ("/mnt/lake", kind))) is None


def test_what_was_mounted_over_another_counts_and_odd_names_are_read(tmp_path: Path) -> None:
    file = mounts(tmp_path, ("/mnt/a\\040b\\134c", "nfs4"), ("/mnt/over", "nfs4"), ("/mnt/over", "ext4"))
    assert shared_filesystem(Path("/mnt/a b\\c/lake"), file) == "nfs4"
    assert shared_filesystem(Path("/mnt/over"), file) is None


def test_without_such_a_file_or_with_another_nothing_is_known(tmp_path: Path) -> None:
    assert shared_filesystem(Path("/mnt"), tmp_path / "none") is None
    (tmp_path / "odd").write_text("what\n1 2 - nfs\n\n - \n")
    assert shared_filesystem(Path("/mnt"), tmp_path / "odd") is None


def test_here_nobody_is_warned(tmp_path: Path) -> None:
    assert "network" not in setwright(tmp_path, "lake", "init", "--lake", "lake").stderr


def test_commands_on_such_a_lake_warn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_folder, "MOUNTS", mounts(tmp_path, (str(tmp_path), "nfs4")))
    made = setwright(tmp_path, "lake", "init", "--lake", "lake")
    assert made.stderr == (
        "Warning: The lake's catalogue is a SQLite file on a network filesystem (nfs4)\n"
        "  Locks there are not dependable, so two who write at once can damage it.\n"
        "  hint: keep the lake on a disk of this machine, or its catalogue in PostgreSQL: docs/lake.md\n"
    )
    write(tmp_path / "in", {"a.png": []})
    ran = setwright(tmp_path, "lake", "ingest", "in", "--collection", "c", "--lake", "lake")
    assert ran.returncode == 0
    assert "network filesystem (nfs4)" in ran.stderr


def test_with_the_catalogue_in_postgresql_nobody_is_warned(
    postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_folder, "MOUNTS", mounts(tmp_path, (str(tmp_path), "nfs4")))
    made = setwright(tmp_path, "lake", "init", "--lake", "lake", "--catalog", postgresql)
    assert (made.returncode, made.stderr) == (0, "")
