"""How many frames each split should have."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from setwright.model.splits import SPLITS, Split

if TYPE_CHECKING:
    from setwright.model.splits import SplitWish


def quotas(total: int, wish: SplitWish) -> dict[Split, int]:
    """`total` frames divided by the wish's percentages, by largest remainder, so that the parts make the whole.

    Equal remainders go to train before validation before test.
    """
    exact = {split: Decimal(total) * Decimal(str(wish.percent[split])) / 100 for split in SPLITS}
    whole = {split: int(share) for split, share in exact.items()}
    # `sorted` is stable, and SPLITS stand in the order in which ties are settled.
    by_remainder = sorted(SPLITS, key=lambda split: whole[split] - exact[split])
    for split in by_remainder[: total - sum(whole.values())]:
        whole[split] += 1
    return whole
