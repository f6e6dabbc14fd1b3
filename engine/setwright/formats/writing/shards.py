"""Frames in the files that hold several: split by split, in the manifest's order, so many that files stay handy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.writing.subsets import subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest
    from setwright.model.splits import Split

MOST_BYTES = 256 * 1024 * 1024
"""Of pictures in a file, unless a single one is larger."""


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """The `number`th of the `count` files of `split`, from 0 on; it holds the frames at `rows` `(N,) int64`."""

    split: Split
    number: int
    count: int
    rows: NDArray[np.int64]


def shards(manifest: Manifest, most: int) -> Iterator[Shard]:
    """The files of each split, of at most `most` frames each; a split without frames has one without frames."""
    for split in subsets(manifest):
        rows = np.flatnonzero(manifest.split == split.code)
        groups = list(groups_of(rows, manifest.frames.size[rows], most, MOST_BYTES)) or [rows]
        for number, group in enumerate(groups):
            yield Shard(split, number, len(groups), group)


def groups_of(
    rows: NDArray[np.int64], sizes: NDArray[np.int64], most: int, most_bytes: int
) -> Iterator[NDArray[np.int64]]:
    """`rows` in pieces of at most `most` rows and `most_bytes` bytes, though at least one row."""
    ends = np.cumsum(sizes)
    first = 0
    while first < len(rows):
        before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, before + most_bytes, side="right"))
        last = min(max(last, first + 1), first + most)
        yield rows[first:last]
        first = last
