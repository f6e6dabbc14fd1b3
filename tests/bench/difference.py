"""Time what a plan compares: two contents of a million frames, of which some come and go.

Everything is in one process. The floor is the difference of the two sets of numbers as NumPy does it, and of the two
sets of names as Python does; memory is what the process used at its most, contents included.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from setwright.diff.data import _matched, data_diff
from setwright.model.frames import Annotations, Frames
from setwright.model.manifest import Manifest

RUNS = 5


def main(count: int) -> None:
    before, after = content(0, count), content(count // 100, count)
    held = peak()
    whole, diff = timed(lambda: data_diff(before, after))
    assert len(diff.entering) == len(diff.leaving) == count // 100
    took = peak()
    names, _ = timed(lambda: _matched(before.frames, after.frames))
    numbers, _ = timed(lambda: np.setdiff1d(after.frames.number, before.frames.number, assume_unique=True))
    texts = [set(each.frames.name.tolist()) for each in (before, after)]
    python, _ = timed(lambda: (texts[1] - texts[0], texts[0] - texts[1]))
    print(f"two contents of {count:,} frames, an annotation each, 1 % new:")
    print(f"  frames that come and go  {names * 1000:8.1f} ms")
    print(f"  numbers, by NumPy        {numbers * 1000:8.1f} ms  {names / numbers:6.2f}")
    print(f"  names, as Python's sets  {python * 1000:8.1f} ms  {names / python:6.2f}")
    print(f"  the whole difference     {whole * 1000:8.1f} ms")
    print(f"  memory at most           {took:8.0f} MB, of which the contents {held:.0f} MB", flush=True)


def content(first: int, count: int) -> Manifest:
    """Frames `first` and on, with an annotation each."""
    number = np.arange(first, first + count)
    name = np.char.mod("camera-%09d.jpg", number).astype(np.dtypes.StringDType())
    digest = np.char.mod("%064d", number).astype("S64")
    text = np.full(count, "party", np.dtypes.StringDType())
    frames = Frames(
        number=number.astype(np.int64),
        name=name,
        file_name=name,
        collection=text,
        digest=digest,
        width=np.full(count, 640, np.int32),
        height=np.full(count, 480, np.int32),
        size=np.full(count, 80_000, np.int64),
        media_type=text,
        group=text,
        phash=number.astype(np.uint64),
    )
    empty = np.zeros(count, np.dtypes.StringDType())
    annotations = Annotations(
        labels=("Balloon",),
        operations=("people",),
        frame=np.arange(count, dtype=np.int32),
        label=np.zeros(count, np.int32),
        shape=np.zeros(count, np.int8),
        box=np.tile(np.array([10.0, 10.0, 90.0, 90.0]), (count, 1)),
        outline=empty,
        confidence=np.ones(count),
        operation=np.zeros(count, np.int32),
        extra=empty,
    )
    return Manifest(frames=frames, split=np.zeros(count, np.int8), annotations=annotations)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The median of several runs, in seconds, and what the last one gave."""
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - started)
    return median(seconds), found


def peak() -> float:
    """The most memory that this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
