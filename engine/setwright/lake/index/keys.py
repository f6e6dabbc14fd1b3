"""What the index has bitmaps of."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Kind(IntEnum):
    """What a bitmap's frames have; the value is what the database keeps."""

    COLLECTION = 1
    """They are in the collection `first`."""

    TAG = 2
    """They have the tag `name`."""

    DAY = 3
    """The day on which they came into the lake, as its ordinal, has the binary digit `slice`."""

    OPERATION = 4
    """The number of their annotations by the operation `first` has the binary digit `slice`."""

    LABEL = 5
    """The number of their annotations with the label `first` by the operation `second` has the binary digit `slice`."""


class Key(NamedTuple):
    """Names one bitmap. What the kind does not use is empty or 0.

    Numbers are kept by binary digits, a bitmap for each: so few bitmaps tell exactly, for any set of frames, how many
    annotations they have, or which lie in a range of days.
    """

    kind: Kind
    name: str = ""
    first: int = 0
    second: int = 0
    slice: int = 0
