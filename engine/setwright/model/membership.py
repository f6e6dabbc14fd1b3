"""What identifies a selection, and the frames that it gave: two digests, equal for equal meaning on any machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from setwright.model.canonical import canonical_json, digest_of
from setwright.model.dataset import Selection
from setwright.model.documents import to_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from setwright.model.column_bytes import Part
    from setwright.model.dataset import DatasetConfig
    from setwright.model.frames import Membership

MEMBERSHIP_ALGORITHM = "membership-1"
SELECTION_ALGORITHM = "selection-1"
"""They name how the digests are made; a change of it is a new name."""


def selection_digest(config: DatasetConfig) -> str:
    """Identifies what `config` asks of a lake."""
    return digest_of(SELECTION_ALGORITHM, to_document(Selection.of(config)))


def membership_digest(membership: Membership) -> str:
    """Identifies the frames that a selection gave, with their annotations, whatever the revision and the lake."""
    hasher = hashlib.sha256(MEMBERSHIP_ALGORITHM.encode())
    for part in _parts(membership):
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return f"{MEMBERSHIP_ALGORITHM}:{hasher.hexdigest()}"


def _parts(membership: Membership) -> Iterator[Part]:
    from setwright.model.column_bytes import array_bytes, texts_json

    frames, annotations = membership.frames, membership.annotations
    labels, label = _in_use(annotations.labels, annotations.label)
    operations, operation = _in_use(annotations.operations, annotations.operation)
    yield canonical_json(labels).encode()
    yield canonical_json(operations).encode()
    for text in (frames.name, frames.media_type, frames.group, annotations.outline, annotations.extra):
        yield texts_json(text)
    if membership.official is not None:  # a part more, so that digests of those without one stay as they were
        yield texts_json(membership.official)
    yield array_bytes(frames.digest)
    for column, dtype in (
        (annotations.frame, "<i4"),
        (label, "<i4"),
        (annotations.shape, "<i1"),
        (annotations.box, "<f8"),
        (annotations.confidence, "<f8"),
        (operation, "<i4"),
    ):
        yield array_bytes(column, dtype)


def _in_use(names: tuple[str, ...], column: NDArray[np.int32]) -> tuple[list[str], NDArray[np.int32]]:
    """The names that the column speaks of, sorted, and the column in their terms: a lake may know others too."""
    import numpy as np

    used = np.unique(column).tolist()
    order = sorted(used, key=lambda place: names[place])
    new = np.zeros(len(names) + 1, np.int32)
    new[order] = np.arange(len(order), dtype=np.int32)
    return [names[place] for place in order], new[column]
