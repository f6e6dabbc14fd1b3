"""What a version holds, counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.splits import SPLITS
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.model.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitStatistics:
    """One split, counted. `labels` are annotations by class, in the order of the class ids, zeros included.

    `background` counts the frames without any annotation, `bytes` the stored pictures, `copies` the varied copies of
    its frames, which the other numbers leave out unless they are frames already, as in an export.
    """

    split: str
    frames: int
    annotations: int
    background: int
    bytes: int
    labels: tuple[tuple[str, int], ...]
    copies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """A version, counted by split, in the order train, validation, test.

    `undivided` counts frames of which the remote does not tell the split, or anything else.
    """

    splits: tuple[SplitStatistics, ...]
    undivided: int = 0

    @property
    def frames(self) -> int:
        """All frames."""
        return self.undivided + sum(split.frames for split in self.splits)

    @property
    def annotations(self) -> int:
        """All annotations."""
        return sum(split.annotations for split in self.splits)

    @property
    def copies(self) -> int:
        """All varied copies."""
        return sum(split.copies for split in self.splits)

    @property
    def bytes(self) -> int:
        """The stored pictures' bytes, a picture counted for each frame that shows it."""
        return sum(split.bytes for split in self.splits)

    @property
    def labels(self) -> dict[str, int]:
        """Annotations by class, in the order of the class ids."""
        totals: dict[str, int] = {}
        for split in self.splits:
            for label, count in split.labels:
                totals[label] = totals.get(label, 0) + count
        return totals


def count(manifest: Manifest) -> Statistics:
    """The statistics of `manifest`."""
    import numpy as np

    from setwright.model.frames import Frames

    if manifest.names_only:
        nothing = count(replace(manifest, frames=Frames.empty(), split=manifest.split[:0], names_only=False))
        return replace(nothing, undivided=len(manifest.frames))
    annotations = manifest.annotations
    classes = len(manifest.classes)
    split_of_annotation = manifest.split[annotations.frame]
    histogram = np.bincount(
        split_of_annotation.astype(np.int64) * classes + annotations.label,
        minlength=len(SPLITS) * classes,
    ).reshape(len(SPLITS), classes)
    annotated = np.zeros(len(manifest.frames), bool)
    annotated[annotations.frame] = True
    copies = np.bincount(manifest.split[manifest.copies.source], minlength=len(SPLITS)).tolist()
    return Statistics(
        splits=tuple(
            SplitStatistics(
                split=split.value,
                frames=int(np.count_nonzero(here := manifest.split == split.code)),
                annotations=int(histogram[split.code].sum()),
                background=int(np.count_nonzero(here & ~annotated)),
                bytes=int(manifest.frames.size[here].sum()),
                labels=tuple(zip(manifest.classes, histogram[split.code].tolist(), strict=True)),
                copies=copies[split.code],
            )
            for split in SPLITS
        )
    )
