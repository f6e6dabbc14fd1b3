"""Time what a plan compares: two contents of a million frames, of which some come and go.

The floor is the difference of the two sets of numbers as NumPy does it, and of the two sets of names as Python does.
Times are of the processor. Memory is what the difference allocates beside the contents, and what a process uses at most
that plans a dataset of so many frames: the first version, and then the next one with its document, from frames that
were found. Making up these frames is not in the times, and what it takes beside them is given back before.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from setwright.diff.data import data_diff
from setwright.model.dataset import LabelClass
from setwright.model.frames import Annotations, Frames, Membership
from setwright.model.manifest import Manifest
from setwright.model.pairing import paired
from setwright.plan.describe import describe
from setwright.plan.plan import plan
from tests.plan.test_plan import CELLS, settled

RUNS = 5
SOME = 1 << 14
GOLDEN = 0x9E3779B97F4A7C15
"""Odd, so that its multiples differ in all their bits."""


def main(count: int) -> None:
    before, after = content(0, count), content(count // 100, count)
    whole, diff = timed(lambda: data_diff(before, after))
    assert len(diff.entering) == len(diff.leaving) == count // 100
    names, _ = timed(lambda: paired(before.frames, after.frames))
    numbers, _ = timed(lambda: np.setdiff1d(after.frames.number, before.frames.number, assume_unique=True))
    old, new = (set(each.frames.name.tolist()) for each in (before, after))
    python, _ = timed(lambda: (new - old, old - new))
    print(f"two contents of {count:,} frames, an annotation each, 1 % new:")
    print(f"  frames that come and go  {names * 1000:8.1f} ms")
    print(f"  numbers, by NumPy        {numbers * 1000:8.1f} ms  {names / numbers:6.2f}")
    print(f"  names, as Python's sets  {python * 1000:8.1f} ms  {names / python:6.2f}")
    print(f"  the whole difference     {whole * 1000:8.1f} ms")
    print(f"  memory beside the two    {peak(lambda: data_diff(before, after)):8.0f} MB")
    # A process of its own, whose memory is that of nothing else.
    told = json.loads(subprocess.check_output([sys.executable, "-m", __spec__.name, "plan", str(count)]))
    print(f"  a first plan, applied    {told['first'] * 1000:8.1f} ms")
    print(f"  a plan and its document  {told['next'] * 1000:8.1f} ms")
    print(
        f"  memory of its process    {told['peak']:8.0f} MB, {told['frames']:.0f} of them the two selections",
        flush=True,
    )


def planned(count: int) -> dict[str, float]:
    """Plans of one dataset whose frames moved on, as far as they are functions of what was found."""
    config = replace(CELLS, labels=(LabelClass(name="Balloon", sources=("Balloon",)),))
    before, after = found(0, count), found(count // 100, count)
    frames = resident()
    first, survey = timed(lambda: settled(config, before), runs=1)
    survey = replace(survey, memberships={"cells": after}, frames_revision=2)
    then, document = timed(
        lambda: describe(plan({"cells": config}, survey), project="bench", specs={}, losses={}), runs=1
    )
    (change,) = document.changes
    assert change.frames is not None
    assert change.frames.entering.count == count // 100
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "next": then, "frames": frames, "peak": peak}


def resident() -> float:
    """Megabytes that this process uses now."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmRSS:")[2].split()[0]) / 1024


def found(first: int, count: int) -> Membership:
    """The same frames as a selection gives them."""
    there = content(first, count)
    return Membership(revision=1, frames=there.frames, annotations=there.annotations)


def content(first: int, count: int) -> Manifest:
    """Frames `first` and on, with an annotation each."""
    number = np.arange(first, first + count)
    name, digest = np.empty(count, np.dtypes.StringDType()), np.empty(count, "S64")
    for start in range(0, count, SOME):
        some = number[start : start + SOME].tolist()
        name[start : start + SOME] = [f"camera-{each:09d}.jpg" for each in some]
        digest[start : start + SOME] = [b"%064x" % (each * GOLDEN) for each in some]
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
        phash=number.astype(np.uint64) * np.uint64(GOLDEN),  # no two pictures are alike
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


def timed(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """The median of several runs, in seconds of the processor, and what the last one gave."""
    seconds = []
    for _ in range(runs):
        started = time.process_time()
        found = work()
        seconds.append(time.process_time() - started)
    return median(seconds), found


def peak(work: Callable[[], Any]) -> float:
    """The most memory that `work` has in use at once, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1_000_000


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["plan", count]:
            print(json.dumps(planned(int(count))))
        case [count]:
            main(int(count))
        case _:
            main(1_000_000)
