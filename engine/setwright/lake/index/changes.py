"""What a revision changes, told row by row and written to the index at its end."""

from __future__ import annotations

from array import array
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from setwright.lake.index.keys import Key, Kind
from setwright.lake.index.read import Index, numbers_of
from setwright.lake.index.write import IndexWriter
from setwright.lake.schema import FOREVER

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection


class IndexChanges:
    """Collects them. Frames are said by their numbers, everything else by its key or its name."""

    def __init__(self) -> None:
        self._came: dict[Key, array[int]] = defaultdict(lambda: array("Q"))
        self._days: dict[int, int] = {}
        self._annotations: dict[tuple[int, int], tuple[array[int], array[int]]] = defaultdict(
            lambda: (array("Q"), array("b"))
        )

    def frame(self, number: int, collection: int, at: datetime) -> None:
        """A new frame came, at that time."""
        self._came[Key(Kind.COLLECTION, first=collection)].append(number)
        self.day(number, at)

    def day(self, number: int, at: datetime) -> None:
        """A frame counts as uploaded at that time."""
        self._days[number] = at.astimezone(UTC).toordinal()

    def tag(self, number: int, name: str) -> None:
        """A frame got a tag that it did not have."""
        self._came[Key(Kind.TAG, name)].append(number)

    def annotation(self, number: int, operation: int, label: int, change: int) -> None:
        """A frame has one annotation more, or with a `change` of -1 one less."""
        frames, changes = self._annotations[operation, label]
        frames.append(number)
        changes.append(change)

    def write(self, connection: Connection, revision: int) -> None:
        """Write them as `revision`."""
        index = Index(connection, FOREVER - 1)
        writer = IndexWriter(connection, revision)
        for key, came in self._came.items():
            writer.flip(key, np.frombuffer(came, np.uint64))
        if self._days:
            numbers, days = (np.fromiter(each, np.int64) for each in (self._days.keys(), self._days.values()))
            order = np.argsort(numbers)
            numbers = numbers[order]
            writer.flip_values(Key(Kind.DAY), numbers, numbers_of(index.days(), numbers), days[order])
        of_operation: dict[int, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = defaultdict(list)
        for (operation, label), (frames, changes) in self._annotations.items():
            numbers, change = summed(np.frombuffer(frames, np.uint64), np.frombuffer(changes, np.int8))
            of_operation[operation].append((numbers, change))
            key = Key(Kind.LABEL, first=label, second=operation)
            before = numbers_of(index.slices(key), numbers)
            writer.flip_values(key, numbers, before, before + change)
        for operation, several in of_operation.items():
            numbers, change = summed(*(np.concatenate(column) for column in zip(*several, strict=True)))
            key = Key(Kind.OPERATION, first=operation)
            before = numbers_of(index.slices(key), numbers)
            writer.flip_values(key, numbers, before, before + change)
        writer.write()


def summed(
    numbers: NDArray[np.integer], changes: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each of `numbers` once, sorted, with the sum of its `changes`."""
    found, place = np.unique(numbers.astype(np.int64), return_inverse=True)
    return found, np.bincount(place, weights=changes, minlength=len(found)).astype(np.int64)
