"""What is in several splits at once, so that a model is measured on what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.split.near import near_pairs
from setwright.split.units import connected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest

LeakKind: TypeAlias = Literal["exact", "near", "group"]
"""`exact`: the same picture; `near`: pictures that are nearly the same; `group`: frames of one group."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Leak:
    """One kind of leakage: so many pictures, clusters of pictures or groups are divided between splits.

    `frames` are the rows of all frames of these, sorted.
    """

    kind: LeakKind
    divided: int
    frames: NDArray[np.int64]


def leakage(manifest: Manifest) -> tuple[Leak, ...]:
    """The kinds of leakage that there are. Clusters of near duplicates that are one picture alone are `exact`."""
    return tuple(leak for leak in _kinds(manifest) if leak.divided)


def _kinds(manifest: Manifest) -> Iterator[Leak]:
    frames, every = manifest.frames, np.arange(len(manifest.frames))
    _, picture = np.unique(frames.digest, return_inverse=True)
    exact = _leak("exact", manifest.split, picture, every)
    yield exact
    cluster = connected(len(frames), near_pairs(frames.phash))
    near = _leak("near", manifest.split, cluster, every)
    # The same picture has the same hash; what is left holds different ones.
    several = _with_several(cluster, picture)
    rows = near.frames[several[cluster[near.frames]]]
    yield Leak(kind="near", divided=len(np.unique(cluster[rows])), frames=rows)
    grouped = np.flatnonzero(frames.group != "")
    _, group = np.unique(frames.group[grouped], return_inverse=True)
    yield _leak("group", manifest.split[grouped], group, grouped)


def _leak(kind: LeakKind, split: NDArray[np.int8], unit: NDArray[np.int64], rows: NDArray[np.int64]) -> Leak:
    """The units of which frames are in several splits; `unit` and `split` are those of the frames at `rows`."""
    count = int(unit.max()) + 1 if len(unit) else 0
    highest, lowest = np.full(count, -1, np.int8), np.full(count, len(SPLITS), np.int8)
    np.maximum.at(highest, unit, split)
    np.minimum.at(lowest, unit, split)
    divided = highest > lowest
    return Leak(kind=kind, divided=int(np.count_nonzero(divided)), frames=rows[divided[unit]])


def _with_several(cluster: NDArray[np.int64], picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which clusters hold several pictures."""
    count = int(cluster.max()) + 1 if len(cluster) else 0
    highest, lowest = np.full(count, -1, np.int64), np.full(count, np.iinfo(np.int64).max)
    np.maximum.at(highest, cluster, picture)
    np.minimum.at(lowest, cluster, picture)
    return highest > lowest
