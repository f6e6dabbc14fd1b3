"""The splits of an export, and the small text files that list things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.model.splits import SPLITS, Split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.manifest import Manifest

SHORT: dict[Split, str] = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test"}
"""What COCO, VOC and Ultralytics call the splits."""


def subsets(manifest: Manifest) -> tuple[Split, ...]:
    """Train and validation, which trainers ask for, empty or not; test if it holds frames."""
    with_test = bool(np.any(manifest.split == Split.TEST.code))
    return SPLITS if with_test else SPLITS[:2]


def lines(values: Iterable[str]) -> bytes:
    """A text file with a line for each value."""
    return "".join(f"{value}\n" for value in values).encode()


def one_line(text: str) -> str:
    """`text` for a file in which a line break begins the next entry."""
    return " ".join(text.splitlines())
