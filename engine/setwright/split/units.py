"""What may not be divided: frames of one group, with one picture, or with pictures that are nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.split.components import connected
from setwright.split.near import near_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames


def units(frames: Frames) -> NDArray[np.int64]:
    """The unit of each frame, `(N,) int64` counted from 0: equal for frames that are never divided.

    Chains make one unit: the group of a picture that is nearly one of another group is joined with that group.
    """
    grouped = np.flatnonzero(frames.group != "")
    group = _chain(frames.group[grouped]) if len(grouped) else np.empty((0, 2), np.int64)
    pairs = [_chain(frames.digest), grouped[group], _chain(near_groups(frames.phash))]
    return connected(len(frames), np.concatenate(pairs))


def _chain(values: Any) -> NDArray[np.int64]:
    """Pairs of places that lead through all equal values."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    equal = ordered[1:] == ordered[:-1]
    return np.stack([order[:-1][equal], order[1:][equal]], axis=1)
