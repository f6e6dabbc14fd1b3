"""What a preview shows: recipes of a wish by their words, and samples of those that it does not ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.augment.decode import decode
from setwright.augment.vocabulary import VOCABULARY, word_of
from setwright.model.errors import UsageError
from setwright.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from setwright.model.dataset import Augmentation, AugmentationWish

ALL = "all"

_SAMPLES, _ = decode(
    {
        "flip": {"horizontal": True, "vertical": True},
        "rotate": [-30, 30],
        "blur": [2, 6],
        "rotate_90": {"clockwise": True, "counter_clockwise": True, "upside_down": True},
        "grayscale": [50, 100],
        "hue": [-50, 50],
        "saturation": [-50, 50],
        "brightness": [-50, 50],
        "noise": [1, 10],
        "shear": {"horizontal": [-25, 25], "vertical": [-25, 25]},
        "crop": [20, 60],
    }
)


def words() -> tuple[str, ...]:
    """What may be asked for by name: all, types, and properties of types that have several."""
    found = [ALL]
    for type_ in VOCABULARY:
        found.append(type_.word)
        found += [f"{type_.word}.{property.word}" for property in type_.properties if property.word]
    return tuple(found)


def wish_for(asked: tuple[str, ...], wish: AugmentationWish) -> tuple[AugmentationWish, tuple[str, ...]]:
    """`wish` with the recipes that `asked` names, and the words of those that are samples, as it does not have them.

    Without a name all that it has. Every frame gets copies, whatever share of them the wish is for.

    Raises:
        UsageError: there is no augmentation of a name.
    """
    if not asked:
        return replace(wish, fraction=1.0), ()
    for word in asked:
        if word not in words():
            raise UsageError(
                f'There is no augmentation "{word}"',
                f"There are {', '.join(type_.word for type_ in VOCABULARY)}, and {ALL}.",
                did_you_mean(word, words()),
            )
    has = {_id(recipe): recipe for recipe in wish.recipes}
    chosen: list[Augmentation] = []
    added: list[str] = []
    for sample in _SAMPLES.recipes:
        word = word_of(_id(sample))
        kind = word.partition(".")[0]
        if not {ALL, word, kind} & set(asked):
            continue
        if _id(sample) in has:
            chosen.append(has[_id(sample)])
        elif (
            word in asked or ALL in asked or not any(word_of(each).partition(".")[0] == kind for each in has)
        ):
            # Of a type that the spec asks for, by its word alone, only what the spec asks for.
            chosen.append(sample)
            added.append(word)
    return replace(wish, recipes=tuple(chosen), fraction=1.0), tuple(added)


def _id(recipe: Augmentation) -> str:
    return f"{recipe.type}.{recipe.property}"
