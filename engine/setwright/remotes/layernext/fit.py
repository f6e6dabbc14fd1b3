"""What of a spec LayerNext has a place for. Exports and queries are looked at where specs are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from setwright.model.dataset import AugmentationWish, HumanOverMachine
from setwright.model.remarks import Remark
from setwright.model.splits import SplitWish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.dataset import DatasetConfig

EXPORTS: Final = ("RAW", "Semantic Segmentation", "YOLO Darknet")
"""The exports that LayerNext makes, by their exact names."""


def unfit(config: DatasetConfig) -> Iterator[Remark]:
    """The settings of `config` that cannot be sent; LayerNext would go on without them, and say nothing."""
    yield from _of_frames(config)
    yield from _of_split(config.split)
    if config.augmentations.recipes:
        yield from _of_augmentations(config.augmentations)


def _of_frames(config: DatasetConfig) -> Iterator[Remark]:
    if config.background == "drop":
        yield Remark(
            path="background",
            why="LayerNext keeps every frame that is selected, with or without an annotation of a class.",
            hint="select by label in the query instead",
        )
    for label in config.labels:
        if label.sources != (label.name,):
            yield Remark(
                path=f"labels.{label.name}",
                why="LayerNext takes labels as they are called in the lake, and makes no class of several.",
                hint="rename the labels in LayerNext, or remap them after the download",
            )
    if isinstance(config.operations, HumanOverMachine):
        yield Remark(
            path="operations",
            why="LayerNext takes the annotations of all operations that it is given, side by side, and prefers none.",
            hint="list the annotation projects",
        )


def _of_split(split: SplitWish) -> Iterator[Remark]:
    plain = SplitWish()
    for field in ("seed", "group_by", "stratify", "resplit", "grow", "official"):
        if getattr(split, field) != getattr(plain, field):
            yield Remark(
                path=f"split.{field}",
                why=f"LayerNext divides frames itself, by percentages alone, and has no place for `{field}`.",
                hint="leave it out, or keep the dataset in a lake of setwright's",
            )


def _of_augmentations(wish: AugmentationWish) -> Iterator[Remark]:
    plain = AugmentationWish()
    for field in ("copies", "fraction", "min_visibility", "seed"):
        if getattr(wish, field) != getattr(plain, field):
            yield Remark(
                path=f"augmentations.{field}",
                why=f"LayerNext decides itself how it varies pictures, and has no place for `{field}`.",
                hint="leave it out",
            )
