"""Freed buffers are used again where glibc can be told to, and nothing happens elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from setwright.edge import allocator

BUFFERS = """
import resource, sys
import numpy as np
from setwright.edge.allocator import keep_freed_buffers
print(sys.argv[1] == "kept" and keep_freed_buffers())
for _ in range(20):  # the first ones may be new to everybody
    np.ones((2, 2 << 20), np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    several = [np.ones(2 << 20, np.uint8) for _ in range(4)]
    del several
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def glibc() -> bool:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") is not None
    except (AttributeError, ValueError):
        return False


def told(how: str, **more: str) -> tuple[bool, int]:
    """Whether limits were set, and how many pages the system gave for 400 buffers of 2 MB, one after the other."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", BUFFERS, how]
    answer = subprocess.run(command, env=plain | more, capture_output=True, text=True, check=True)
    done, pages = answer.stdout.split()
    return done == "True", int(pages)


@pytest.mark.skipif(not glibc(), reason="the C library is another")
def test_with_glibc_freed_buffers_are_used_again() -> None:
    (set_, pages), (unset, without) = told("kept"), told("given back")
    assert set_ and not unset
    assert pages < without / 10


@pytest.mark.skipif(not glibc(), reason="the C library is another")
def test_limits_that_a_user_has_set_stay() -> None:
    assert not told("kept", MALLOC_TRIM_THRESHOLD_="131072")[0]


def test_with_another_c_library_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> str:
        raise ValueError(f"unrecognized configuration name: {name}")

    monkeypatch.setattr(os, "confstr", unknown, raising=False)
    assert allocator.keep_freed_buffers.__wrapped__() is False
