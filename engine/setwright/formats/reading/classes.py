"""What classes are called that files tell by number, and the split that a path speaks of."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.beside import lines_of, told_beside
from setwright.formats.reading.parsing import NotRead, label, label_or_none, shown
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.model.counting import listed
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from setwright.formats.reading.listing import Listing

CLASS_LIST = "classes.txt"
"""A class on each line, that of number 0 first, as many tools write it."""

_SHOWN = 5
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
    words = re.split(r"[^a-z0-9]+", path.rpartition("/")[2].lower())
    return next((PARTS[word] for word in words if word in PARTS), None) or split_of_folder(path)


def split_of_folder(path: str) -> str | None:
    """The split that the nearest folder of the file is called after."""
    return next((PARTS[folder] for folder in reversed(path.split("/")[:-1]) if folder in PARTS), None)


def class_names(listing: Listing, *files: str) -> list[str]:
    """The classes by number, as the first of the JSON files called so tells them, else a `classes.txt`; none where none
    does.
    """
    for _, told in told_beside(listing, *files):
        try:
            return [label(each) for each in told["classes"]]
        except (NotRead, LookupError, TypeError):
            continue
    for name in listing.names:
        if posixpath.basename(name) == CLASS_LIST:
            try:
                return [label(line) for line in lines_of(listing, name, errors="strict")]
            except (NotRead, UnicodeDecodeError, FormatError, OSError):
                continue
    return []


def of_one_name(classes: Iterable[tuple[Any, Any]], file: str) -> Iterator[Problem]:
    """What to tell of a file whose classes, ids and names, are not all called differently."""
    ids: dict[str, list[Any]] = defaultdict(list)
    for key, called in classes:
        if name := label_or_none(called):
            ids[name].append(key)
    for name, several in ids.items():
        if len(several) > 1:
            told = listed([*map(shown, several)], _SHOWN)
            yield Problem(ProblemKind.ONE_NAME, file, f"{name} is what the classes {told} are called")


def class_called(category: Any, classes: Sequence[str]) -> str:
    """The class that `category` means: a name, or a number whose name `classes` has.

    Raises:
        NotRead: it means none.
    """
    if type(category) is not int:
        return label(category)
    if not 0 <= category < len(classes):
        raise NotRead(
            f"no class is called {shown(category)}, and nothing names one of that number, as {CLASS_LIST} would"
        )
    return classes[category]
