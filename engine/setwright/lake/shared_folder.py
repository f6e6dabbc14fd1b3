"""Whether a folder is on another machine's disk, where SQLite is not safe: its locks depend on that filesystem's.

Only what is known to be such a filesystem counts, as Linux calls it in `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
Where there is no such file, nothing is known.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")

SHARED: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.davfs", "fuse.s3fs", "fuse.rclone"),
        *("fuse.gcsfuse", "fuse.blobfuse", "fuse.blobfuse2", "fuse.goofys", "fuse.mount-s3", "fuse.juicefs"),
    }
)


def shared_filesystem(folder: Path, mounts: Path | None = None) -> str | None:
    """What kind of another machine's filesystem `folder` is on, such as `nfs4`; None where none is known."""
    try:
        lines = (mounts or MOUNTS).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    kind, depth = "", -1
    place = folder.resolve()
    for line in lines:
        left, dash, right = line.partition(" - ")
        fields = left.split(" ")
        if not dash or len(fields) < 6:
            continue
        point = Path(_unescaped(fields[4]))
        # Of two that were mounted in one place, the later one is what is seen there.
        if place.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = right.split(" ")[0], len(point.parts)
    return kind if kind in SHARED else None


def _unescaped(text: str) -> str:
    """A path as the kernel writes it, with blanks, tabs, line ends and backslashes as octal numbers."""
    raw = re.sub(
        rb"\\([0-7]{3})",
        lambda found: bytes([int(found[1], 8) & 255]),
        text.encode("utf-8", "surrogateescape"),
    )
    return os.fsdecode(raw)
