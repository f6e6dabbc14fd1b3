"""How many processors this process may use.

A container is given some of the machine's, or a share of their time, as by `docker run --cpus 2` or a limit of
Kubernetes. More threads than that gain nothing and take memory, which such a container has little of, too.

Control groups: https://docs.kernel.org/admin-guide/cgroup-v2.html (`cpu.max`), and version 1's `cpu.cfs_quota_us`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUPS = Path("/proc/self/cgroup")
_MOUNTED = Path("/sys/fs/cgroup")


def processors() -> int:
    """The processors that this process may use, or as many as its share of their time is worth, rounded up."""
    shares = _shares(_GROUPS, _MOUNTED)
    if hasattr(os, "sched_getaffinity"):
        return max(1, math.ceil(min([len(os.sched_getaffinity(0)), *shares])))
    return os.cpu_count() or 1


def _shares(groups: Path, mounted: Path) -> Iterator[float]:
    """How many processors' time each of the control groups in which this process is may use, where that is limited."""
    for line in _read(groups).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if not path or (controllers and "cpu" not in controllers.split(",")):
            continue
        top = mounted / "cpu" if controllers else mounted
        group = top / path.lstrip("/")
        # Within a container the path may be that outside of it, so only the top is there.
        for folder in (group, *group.parents[: len(group.parts) - len(top.parts)]):
            if controllers:
                told = [_read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")]
            else:
                told = _read(folder / "cpu.max").split()
            if len(told) == 2 and all(each.strip().isdigit() for each in told) and int(told[1]):
                yield int(told[0]) / int(told[1])


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return ""
