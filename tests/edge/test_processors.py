"""How many threads pay: a container's share of the processors' time counts, not the machine's processors alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from setwright.edge import processors as module
from setwright.edge.processors import processors

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason=f"{sys.platform} has no groups")

LIMITS = {
    "none": ("0::/\n", {"cpu.max": "max 100000\n"}, 64),
    "two processors": ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
    "one and a half": ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),
    "a tenth of one": ("0::/\n", {"cpu.max": "10000 100000\n"}, 1),
    "more than there are": ("0::/\n", {"cpu.max": "9900000 100000\n"}, 64),
    "of a group above": ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
    "the least of several": ("0::/a\n", {"a/cpu.max": "300000 100000\n", "cpu.max": "200000 100000\n"}, 2),
    "version 1": (
        "3:cpu,cpuacct:/a\n2:memory:/a\n",
        {"cpu/a/cpu.cfs_quota_us": "400000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
        4,
    ),
    "none in version 1": (
        "3:cpu:/\n0::/\n",
        {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
        64,
    ),
    "told by the path outside": ("0::/kubepods/pod7\n", {"cpu.max": "500000 100000\n"}, 5),
    "nothing that is understood": ("0::/\nx\n", {"cpu.max": "soon\n"}, 64),
    "no groups": ("", {}, 64),
}


@pytest.mark.parametrize(("groups", "files", "expected"), LIMITS.values(), ids=LIMITS)
def test_no_more_threads_than_the_share_of_a_container_is_worth(
    groups: str, files: dict[str, str], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "groups").write_text(groups)
    for name, content in files.items():
        (tmp_path / "mounted" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mounted" / name).write_text(content)
    monkeypatch.setattr(module, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(module, "_MOUNTED", tmp_path / "mounted")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(64)))
    assert processors() == expected


def test_processors_that_are_not_given_to_the_process_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {5})
    assert processors() == 1
