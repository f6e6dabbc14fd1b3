"""What the lake calls things: ids for the world outside, and LayerNext's unique names of frames."""

from __future__ import annotations

import hashlib
import posixpath
import re
from itertools import chain, count
from typing import TYPE_CHECKING

from setwright.model.counting import listed
from setwright.model.errors import RemoteError, UsageError
from setwright.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


MAX_NAME = 192
"""The longest name of a collection, an operation, a label or a group of labels, in characters."""

MAX_DATASET_NAME = 200
"""The longest name of a dataset, which specs may give as well."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def checked_name(kind: str, name: str) -> str:
    """`name`, if a thing of that kind can be called so.

    Raises:
        UsageError: it is empty, has blanks around it, is too long, or holds what cannot be printed.
    """
    longest = MAX_DATASET_NAME if kind == "dataset" else MAX_NAME
    if _UNSEEN.search(name):
        why = "It holds a control character, or one that is no character."
    elif not name or name != name.strip():
        why = "A name is not empty, and has no blanks around it."
    elif len(name) > longest:
        why = f"A name has at most {longest} characters, this one {len(name):,}."
    else:
        return name
    raise UsageError(f"Not the name of {_A[kind]}: {name[:60]!r}", why, "give another name")


_A = {
    "collection": "a collection",
    "dataset": "a dataset",
    "operation": "an operation",
    "label": "a label",
    "label group": "a label group",
}


def unknown_name(kind: str, name: str, names: Iterable[str]) -> RemoteError:
    """The error that the lake has no `kind` of that name; `names` are those that it has."""
    known = sorted(names)
    return RemoteError(
        f'The lake has no {kind} "{name}"',
        f"It has: {listed(known, 10)}." if known else f"It has no {kind} at all yet.",
        did_you_mean(name, known),
    )


def outward_id(lake_id: str, kind: str, name: str) -> str:
    """24 hexadecimal digits, as LayerNext's ids are: the same for the same thing of the same lake."""
    return hashlib.sha256(f"{lake_id}\n{kind}\n{name}".encode()).hexdigest()[:24]


DELETED = "\n"
"""Stands in the names of datasets that were deleted, and in no other: their names are free, and their versions stay."""


def deleted_name(name: str, uid: str) -> str:
    """What the dataset with that outward id is called once it was deleted."""
    return f"{name}{DELETED}{uid}"


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
