"""The three parts of a dataset, and how large they should be."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Literal, TypeAlias

from setwright.model.values import dataclass


class Split(Enum):
    """A part of a dataset. The order is that of documents and columns: train, validation, test."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"

    @property
    def code(self) -> int:
        """The number that stands for it in columns: 0, 1, 2."""
        return SPLITS.index(self)


SPLITS: tuple[Split, ...] = (Split.TRAIN, Split.VALIDATION, Split.TEST)


USUAL_VALUES: dict[Split, tuple[str, ...]] = {
    Split.TRAIN: ("train", "training"),
    Split.VALIDATION: ("dev", "val", "valid", "validation"),
    Split.TEST: ("test", "testing"),
}
"""What datasets usually call their splits, sorted; case does not matter."""

Others: TypeAlias = Literal["refuse", "divide", "train", "validation", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialSplits:
    """The splits that frames came with, as the metadata field `field` tells.

    `train`, `validation` and `test` are the values that stand for each, sorted; case does not matter. What becomes of
    frames with another value or none say `others`: no plan is made, they are divided by the percentages, or they all go
    to one split.

    Raises:
        ValueError: one value stands for two splits.
    """

    field: str
    train: tuple[str, ...] = USUAL_VALUES[Split.TRAIN]
    validation: tuple[str, ...] = USUAL_VALUES[Split.VALIDATION]
    test: tuple[str, ...] = USUAL_VALUES[Split.TEST]
    others: Others = "refuse"

    def __post_init__(self) -> None:
        folded = [value.casefold() for value in (*self.train, *self.validation, *self.test)]
        if len(set(folded)) != len(folded):
            raise ValueError(f"one value stands for two splits: {self}")

    @property
    def values(self) -> dict[Split, tuple[str, ...]]:
        """The values by split."""
        return {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWish:
    """How a spec asks its frames to be divided.

    `train`, `validation` and `test` are percentages, exactly 100 together. `seed` varies the draw. Frames with an
    equal value of the metadata field `group_by` stay together. `stratify` asks for like shares of labels. A frame
    that was in the version before keeps its split unless `resplit` is set. Once there is such a version, new frames go
    to the splits of `grow` only, which stand in the order of `SPLITS`. With `official` frames are in the splits that
    they came with, and the rest is for those that came with none.

    Raises:
        ValueError: a percentage is below 0, they do not make 100, or those of the splits that grow are all 0.
    """

    train: float = 80
    validation: float = 10
    test: float = 10
    seed: int = 0
    group_by: str | None = None
    stratify: bool = False
    resplit: bool = False
    grow: tuple[Split, ...] = SPLITS
    official: OfficialSplits | None = None

    def __post_init__(self) -> None:
        if min(self.train, self.validation, self.test) < 0:
            raise ValueError(f"a negative percentage: {self}")
        if self.total != 100:
            raise ValueError(f"the percentages make {self.total}, not 100")
        if not any(self.percent[split] for split in self.grow):
            raise ValueError(f"no split that grows has a percentage above 0: {self}")

    @property
    def total(self) -> Decimal:
        """The sum, in decimal arithmetic: 33.3 + 33.3 + 33.4 is 100."""
        return _total(self.train, self.validation, self.test)

    @property
    def percent(self) -> dict[Split, float]:
        """The percentages by split."""
        return {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}

    @property
    def divides(self) -> bool:
        """Whether the percentages divide anything."""
        return self.official is None or self.official.others == "divide"


@lru_cache(maxsize=256, typed=True)
def _total(*shares: float) -> Decimal:
    return sum((Decimal(str(share)) for share in shares), Decimal(0))
