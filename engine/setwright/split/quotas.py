"""How many frames each split should have."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from setwright.model.splits import SPLITS, Split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.model.splits import SplitWish


def quotas(total: int, wish: SplitWish) -> dict[Split, int]:
    """`total` frames divided by the wish's percentages, by largest remainder, so that the parts make the whole.

    Equal remainders go to train before validation before test.
    """
    return _divided(total, wish, SPLITS)


def grown(total: int, wish: SplitWish, held: Sequence[int]) -> dict[Split, int]:
    """The same where new frames go to `wish.grow` alone: the other splits have the frames that they hold, in `held`.

    What these leave is divided between those that grow, as their percentages are to each other.
    """
    fixed = {split: held[split.code] for split in SPLITS if split not in wish.grow}
    shared = _divided(total - sum(fixed.values()), wish, wish.grow)
    return {split: fixed.get(split, shared.get(split, 0)) for split in SPLITS}


def _divided(total: int, wish: SplitWish, among: Sequence[Split]) -> dict[Split, int]:
    percent = wish.percent
    return dict(zip(among, _whole(total, tuple((split, percent[split]) for split in among)), strict=True))


@lru_cache(maxsize=1024)
def _whole(total: int, shares: tuple[tuple[Split, float], ...]) -> tuple[int, ...]:
    percent = {split: Decimal(str(share)) for split, share in shares}
    exact = {split: total * share / sum(percent.values()) for split, share in percent.items()}
    whole = {split: int(share) for split, share in exact.items()}
    # `sorted` is stable, and SPLITS stand in the order in which ties are settled.
    by_remainder = sorted(percent, key=lambda split: whole[split] - exact[split])
    for split in by_remainder[: total - sum(whole.values())]:
        whole[split] += 1
    return tuple(whole.values())
