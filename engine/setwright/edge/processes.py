"""Processes: which one holds something, told so that others can see whether it still runs."""

from __future__ import annotations

import os
import uuid
from functools import cache
from pathlib import Path


@cache
def this_system() -> str:
    """Names the system whose process numbers ours is one of: this start of this machine, or of this container.

    Two containers may have one host name and each a process 7, so on Linux the name space of the numbers counts.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return f"machine {uuid.getnode():x}"
    return f"boot {boot} space {space}"


def has_ended(system: str, process: int) -> bool:
    """Whether it is certain that the process no longer runs: it was one of this system, and is not there."""
    if os.name != "posix" or system != this_system():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and somebody else's
        return False
    return False
