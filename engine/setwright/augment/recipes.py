"""From a wish for augmentations to the copies that it makes, each with its recipe."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from setwright.augment.draws import chosen, draws, units
from setwright.model.copies import VALUES, Copies
from setwright.model.frames import Digests, digests
from setwright.model.splits import Split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.dataset import Augmentation, AugmentationWish
    from setwright.model.frames import Frames

ALGORITHM = "augment-1"
"""Names what pictures and objects the drawn values mean. A change of any kernel is a new name."""

CROP, NOISE = "CROP.CROP_PERCENTAGE", "NOISE.NOISE_PERCENTAGE"
ROTATE = "IMAGE_ROTATION.PERCENTAGE_SCALE"

_DECIMALS = 4


def wished_copies(wish: AugmentationWish, frames: Frames, split: NDArray[np.int8]) -> Copies:
    """The copies of the train frames that `wish` asks for; which objects they keep is not counted yet.

    The values of a row are, of a flag, none; of a range, the number drawn, to four decimals. Noise has a second one,
    the seed of which pixels it hits (a whole number below 2⁵³), and crop two: where between the left and the right
    edge, and between the top and the bottom one, the part that stays lies (0 to 1, to six decimals).
    """
    train = np.flatnonzero(split == Split.TRAIN.code)
    parts = [
        part
        for place, recipe in enumerate(wish.recipes)
        for part in _copies_by(wish, recipe, place, frames, train)
    ]
    if not parts:
        return Copies.none()
    source, property, number, values = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((number, property, source))
    count = len(order)
    return Copies(
        algorithm=ALGORITHM,
        properties=tuple(map(_name, wish.recipes)),
        min_visibility=wish.min_visibility,
        min_size=wish.min_size,
        source=source[order],
        property=property[order],
        number=number[order],
        values=values[order],
        clipped=np.zeros(count, np.int32),
        dropped=np.zeros(count, np.int32),
        row=np.full(count, -1, np.int32),
    )


def wished_count(wish: AugmentationWish, frames: Frames, split: NDArray[np.int8]) -> int:
    """How many copies `wished_copies` gives, without a draw."""
    train = frames.digest[split == Split.TRAIN.code]
    return sum(
        int(np.count_nonzero(chosen(wish.seed, train, _name(recipe), wish.fraction))) * _times(wish, recipe)
        for recipe in wish.recipes
    )


def recipe_digests(copies: Copies, frames: Frames) -> Digests:
    """What identifies each copy's picture: `(K,) S64`, of the source's content and all that is done to it.

    Two copies with equal recipes show the same picture, in whatever datasets they are.
    """
    prefixes = [f"{copies.algorithm}\n{property}\n" for property in copies.properties]
    counts = [value_count(property) for property in copies.properties]
    rows = zip(
        copies.property.tolist(),
        frames.digest[copies.source].tolist(),
        copies.values.tolist(),
        strict=True,
    )
    return digests(
        hashlib.sha256(
            f"{prefixes[property]}{source.decode()}\n{values[: counts[property]]!r}".encode()
        ).hexdigest()
        for property, source, values in rows
    )


def value_count(property: str) -> int:
    """How many values a recipe of `property` holds."""
    if property in _FLAGS:
        return 0
    return {CROP: 3, NOISE: 2}.get(property, 1)


def is_flag(property: str) -> bool:
    """Whether `property` is asked for or not, without a range."""
    return property in _FLAGS


def _copies_by(
    wish: AugmentationWish, recipe: Augmentation, place: int, frames: Frames, train: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int32], NDArray[np.float64]]]:
    property = _name(recipe)
    rows = train[chosen(wish.seed, frames.digest[train], property, wish.fraction)]
    for number in range(1, 1 + _times(wish, recipe)):
        values = np.zeros((len(rows), VALUES))
        if recipe.range is not None:
            drawn = draws(wish.seed, frames.digest[rows], property, number)
            low, high = recipe.range
            values[:, 0] = np.round(low + units(drawn[:, 0]) * (high - low), _DECIMALS) + 0.0
            if property == NOISE:
                values[:, 1] = drawn[:, 1] >> np.uint64(11)
            elif property == CROP:
                values[:, 1:] = np.round(units(drawn[:, 1:3]), 6)
        yield (
            rows.astype(np.int32),
            np.full(len(rows), place, np.int16),
            np.full(len(rows), number, np.int32),
            values,
        )


def _name(recipe: Augmentation) -> str:
    return f"{recipe.type}.{recipe.property}"


def _times(wish: AugmentationWish, recipe: Augmentation) -> int:
    """How many copies of a frame `recipe` makes."""
    # A mirrored picture is the same whenever it is mirrored: a second copy would only weigh it double. So is
    # one that is blurred by just 3; where a crop lies and which pixels noise hits is drawn besides.
    varies = recipe.range and (len(set(recipe.range)) > 1 or _name(recipe) in (CROP, NOISE))
    return wish.copies if varies else 1


_FLAGS = frozenset(
    (
        "FLIP_IMAGE.FLIP_HORIZONTAL",
        "FLIP_IMAGE.FLIP_VERTICAL",
        "NINETY_ROTATION.CLOCKWISE",
        "NINETY_ROTATION.COUNTER_CLOCKWISE",
        "NINETY_ROTATION.UPSIDE_DOWN",
    )
)
