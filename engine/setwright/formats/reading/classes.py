"""What classes are called that files tell by number, and the split that a path speaks of."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, label, shown
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.formats.reading.listing import Listing

SIDECAR = "setwright.json"
"""What lies beside every export of ours."""

PARTS = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""What folders are called, and the split that they stand for."""


def split_of(path: str) -> str | None:
    """The split that the file's own name has as a word, `train-000000.tar` say, or else the nearest folder's."""
    *folders, file = path.split("/")
    words = re.split(r"[^a-z0-9]+", file.lower())
    return next((PARTS[part] for part in (*words, *reversed(folders)) if part in PARTS), None)


def class_names(listing: Listing, *files: str) -> list[str]:
    """The classes by number, as the first of the JSON files called so tells them; none where none does."""
    for name in listing.names:
        if posixpath.basename(name) in files:
            try:
                told = json.loads(listing.read(name, MAX_TEXT))
                return [label(each) for each in told["classes"]]
            except (OSError, ValueError, RecursionError, FormatError, LookupError, TypeError):
                continue
    return []


def class_called(category: Any, classes: Sequence[str]) -> str:
    """The class that `category` means: a name, or a number whose name `classes` has.

    Raises:
        NotRead: it means none.
    """
    if type(category) is not int:
        return label(category)
    if not 0 <= category < len(classes):
        raise NotRead(f"no class is called {shown(category)}, and nothing names one of that number")
    return classes[category]
