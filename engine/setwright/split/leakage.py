"""What is in several splits at once, so that a model is measured on what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.split.near import near_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.frames import Texts
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


def leakage(manifest: Manifest, groups: Texts | None = None) -> tuple[Leak, ...]:
    """The kinds of leakage that there are. Clusters of near duplicates that are one picture alone are `exact`.

    `groups` `(N,)` are the groups of the frames, where they are not those that the frames came with; "" is none. A
    frame without a digest, or without a hash, is like no other.
    """
    return tuple(
        leak for leak in _kinds(manifest, manifest.frames.group if groups is None else groups) if leak.divided
    )


def _kinds(manifest: Manifest, groups: Texts) -> Iterator[Leak]:
    frames, every = manifest.frames, np.arange(len(manifest.frames))
    _, picture = np.unique(frames.digest, return_inverse=True)
    told = np.flatnonzero(frames.digest != b"")
    yield _leak("exact", manifest.split[told], picture[told], told)
    cluster = near_groups(frames.phash)
    near = _leak("near", manifest.split, cluster, every)
    # The same picture has the same hash; what is left holds different ones.
    several = _with_several(cluster, picture)
    rows = near.frames[several[cluster[near.frames]]]
    yield Leak(kind="near", divided=len(np.unique(cluster[rows])), frames=rows)
    grouped = np.flatnonzero(groups != "")
    _, group = np.unique(groups[grouped], return_inverse=True)
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
