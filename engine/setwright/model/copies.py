"""Varied copies of frames: which picture is to be made of which frame, and how, as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

VALUES = 3
"""Numbers that a copy's recipe takes at most; the others of a row are 0."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Copies:
    """Varied copies, one a row, sorted by `source`, `property` and `number`.

    `source` `(K,) int32` is a row of the frames beside it; `property` `(K,) int16` a place in `properties`, which are
    LayerNext's ids of type and property with a dot between. `number` `(K,) int32` counts the copies of a frame by one
    property from 1. `values` `(K, 3) float64` are what was drawn, in the property's own unit (`augment.recipes`).
    `clipped` and `dropped` `(K,) int32` count the objects of the copy that the picture's edge cuts, and those that it
    loses. `row` `(K,) int32` is the copy's own row among the frames, below 0 where the frames do not hold it yet.

    `algorithm` names what pictures the values mean. Objects of which less than `min_visibility` (0 to 1) is left, or
    of whose sides one is shorter than `min_size` pixels where they were cut, are lost.
    """

    algorithm: str
    properties: tuple[str, ...]
    min_visibility: float
    min_size: float
    source: NDArray[np.int32]
    property: NDArray[np.int16]
    number: NDArray[np.int32]
    values: NDArray[np.float64]
    clipped: NDArray[np.int32]
    dropped: NDArray[np.int32]
    row: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.source)

    def take(self, rows: NDArray[Any]) -> Copies:
        """The copies at `rows`, positions or a mask, in that order."""
        return Copies(
            **{name: getattr(self, name) for name in SETTINGS},
            **{name: getattr(self, name)[rows] for name in COLUMNS},
        )

    @classmethod
    def none(cls) -> Copies:
        """No copies."""
        return cls(
            algorithm="",
            properties=(),
            min_visibility=0,
            min_size=0,
            source=np.empty(0, np.int32),
            property=np.empty(0, np.int16),
            number=np.empty(0, np.int32),
            values=np.empty((0, VALUES), np.float64),
            clipped=np.empty(0, np.int32),
            dropped=np.empty(0, np.int32),
            row=np.empty(0, np.int32),
        )


SETTINGS = ("algorithm", "properties", "min_visibility", "min_size")
"""The fields of `Copies` that hold for all of them."""
COLUMNS = tuple(field.name for field in fields(Copies) if field.name not in SETTINGS)
"""Those that hold a value for each."""
