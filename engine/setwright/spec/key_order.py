"""In which order the keys of a file are written: that of the documentation, where there is one."""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from setwright.augment.decode import KNOBS, VERBATIM
from setwright.augment.vocabulary import VOCABULARY
from setwright.spec.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a mapping's keys. `names` are known ones, None where the order has a meaning or is free.

    `inner` are the orders of mappings below known keys, `each` that below all others.
    """

    names: tuple[str, ...] | None = None
    inner: Mapping[str, Order] = field(default_factory=dict)
    each: Order | None = None

    def below(self, name: str) -> Order:
        """The order of a mapping that is the value of the key `name`."""
        return self.inner.get(name, self.each or FREE)

    def place(self, name: str) -> int:
        """Where the key `name` goes; those not known come last."""
        names = self.names or ()
        return names.index(name) if name in names else len(names)


FREE = Order()
"""No order but the one in the file."""


@cache
def order_of(model: type[Part]) -> Order:
    """The order of `model` and of all mappings within it."""
    inner = {name: _within(each.annotation) for name, each in model.model_fields.items()}
    if "augmentations" in inner:
        inner["augmentations"] = _augmentations()
    return Order(model.in_order(), {name: order for name, order in inner.items() if order is not None})


def _within(annotation: Any) -> Order | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return order_of(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        each = _within(arguments[1])
        return None if each is None else Order(each=each)
    if get_origin(annotation) is list:
        return None
    if get_origin(annotation) in (Union, types.UnionType):
        return next((found for each in arguments if (found := _within(each)) is not None), None)
    return _within(arguments[0]) if hasattr(annotation, "__metadata__") else None


def _augmentations() -> Order:
    inner = {
        type_.word: Order(tuple(each.word for each in type_.properties))
        for type_ in VOCABULARY
        if type_.properties[0].word
    }
    return Order((*(type_.word for type_ in VOCABULARY), *KNOBS, VERBATIM), inner)
