"""What the C library's allocator does with freed memory, told for work that goes from one large buffer to the next.

By default glibc gives the memory of a picture back to the system as soon as it is free, and for the next picture the
system fills as many pages with zeros again. That is a sixth of the time of varying small ones, and threads that do so
wait for each other.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_LARGEST = 32 << 20  # glibc of 64 bits takes no more for what it may serve from a heap
_KEPT = 128 << 20
_OF_USERS = ("GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_")


@cache
def keep_freed_buffers() -> bool:
    """Let this process use freed buffers of up to 32 MB again, and say whether that is so now.

    For each thread that works it may then hold up to 128 MB longer than it needs them, and never more than it needed
    at its peak. It cannot be undone, so it is for processes whose work lies ahead. Where there is no glibc, or a user
    has set limits of their own, nothing happens.
    """
    if not _is_glibc() or any(name in os.environ for name in _OF_USERS):
        return False
    library = ctypes.CDLL(None)
    return bool(library.mallopt(_MMAP_THRESHOLD, _LARGEST) and library.mallopt(_TRIM_THRESHOLD, _KEPT))


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, ValueError, OSError):  # as on Windows, on macOS and with musl
        return False
