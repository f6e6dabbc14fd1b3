"""What formats commonly cannot hold, counted, in the words in which a plan says it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.protocol import Loss
from setwright.formats.writing.attributes import Attributes
from setwright.model.frames import LINE, MASK, POINTS, POLYGON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.frames import Annotations

NO_AREA = "an object without area inside its picture, left out"
OTHER_SIZE = "a mask of another size than its picture, left out"
CUT = "an object cut at the edge of its picture"


def some(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Those of which there is any."""
    return tuple(loss for loss in losses if loss.count)


def added(some: tuple[Loss, ...], more: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """Losses of two parts of the annotations as those of both, in the order that either has."""
    counts = Counter[str]()
    for loss in (*some, *more):
        counts[loss.what] += loss.count
    order = list(dict.fromkeys(loss.what for loss in some))
    place = len(order)
    for loss in reversed(more):
        if loss.what not in order:
            order.insert(place, loss.what)
        place = order.index(loss.what)
    return tuple(Loss(what, counts[what]) for what in order)


def without_area(annotations: Annotations) -> tuple[Loss, ...]:
    """Shapes that nobody can fill."""
    counts = shapes(annotations)
    return (Loss("a line, left out", counts[LINE]), Loss("a set of points, left out", counts[POINTS]))


def boxes_only(annotations: Annotations) -> tuple[Loss, ...]:
    """Of a format that knows boxes and nothing else of shapes."""
    counts = shapes(annotations)
    return (
        *without_area(annotations),
        Loss("a polygon, reduced to its box", counts[POLYGON]),
        Loss("a mask, reduced to its box", counts[MASK]),
    )


def boxes_and_classes(annotations: Annotations) -> tuple[Loss, ...]:
    """Of a format that knows boxes and their classes, and nothing else at all."""
    return some((*boxes_only(annotations), *all_that_is_said(annotations)))


def all_that_is_said(annotations: Annotations) -> tuple[Loss, ...]:
    """Of a format that knows the class of an object and nothing beside."""
    return (
        Loss("attributes and metadata of an annotation, left out", int((annotations.extra != "").sum())),
        confidences(annotations),
    )


def confidences(annotations: Annotations) -> Loss:
    """Of a format without confidence."""
    count = int((~np.isnan(annotations.confidence)).sum())
    return Loss("the confidence of an annotation, left out", count)


def shapes(annotations: Annotations) -> list[int]:
    """How many there are of each shape, by its code."""
    counts: list[int] = np.bincount(annotations.shape, minlength=MASK + 1).tolist()
    return counts


def extras(annotations: Annotations) -> list[Attributes]:
    """What those annotations say that say more than their class."""
    return [Attributes.of(extra) for extra in annotations.extra[annotations.extra != ""].tolist()]
