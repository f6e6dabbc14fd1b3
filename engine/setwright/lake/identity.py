"""What the lake calls things: ids for the world outside, and LayerNext's unique names of frames."""

from __future__ import annotations

import hashlib
import posixpath
import re
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def outward_id(lake_id: str, kind: str, name: str) -> str:
    """24 hexadecimal digits, as LayerNext's ids are: the same for the same thing of the same lake."""
    return hashlib.sha256(f"{lake_id}\n{kind}\n{name}".encode()).hexdigest()[:24]


def storage_path(collection: str, taken: Callable[[str], bool]) -> str:
    """LayerNext's prefix for the frames of a collection: its name, tamed, and numbered if another has it."""
    tamed = re.sub(r"[^0-9A-Za-z_ -]", "_", collection.replace("%20", " "))
    return next(path for path in _numbered(tamed, "") if not taken(path))


def unique_name(storage: str, file_name: str, taken: Callable[[str], bool]) -> str:
    """The lake-wide name of a frame.

    It is numbered if taken, for `a` + `b_c.jpg` and `a_b` + `c.jpg` make one name.
    """
    stem, ending = posixpath.splitext(f"{storage}_{file_name}")
    return next(name for name in _numbered(stem, ending) if not taken(name))


def _numbered(stem: str, ending: str) -> Iterator[str]:
    return chain((stem + ending,), (f"{stem}_{number}{ending}" for number in count(1)))
