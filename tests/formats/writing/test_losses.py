"""What formats cannot hold of a part of the annotations, added up."""

from __future__ import annotations

import functools

import pytest

from setwright.augment import objects
from setwright.augment.objects import vary, vary_in_parts
from setwright.formats.protocol import Loss
from setwright.formats.writing.losses import added, some
from setwright.formats.writing.registry import export_names, find
from tests.augment.copies import FLIP_H, ROTATE, box, copies, frames, line, objects_in, points, polygon


def test_the_order_is_that_of_either_part() -> None:
    a, b, c, d = (Loss(what, count) for count, what in enumerate("abcd", start=1))
    assert added((b, d), (a, b, c, d)) == (a, Loss("b", 4), c, Loss("d", 8))
    assert added((), (a, b)) == added((a, b), ()) == (a, b)
    assert added((c,), (a, b)) == (c, a, b)


@pytest.mark.parametrize("export", export_names())
def test_what_is_lost_of_parts_is_what_is_lost_of_all(export: str, monkeypatch: pytest.MonkeyPatch) -> None:
    things = [
        box(1, 1, 30, 30),
        line([5, 5], [70, 50]),
        points([3, 3]),
        polygon([[0, 0], [60, 0], [60, 50]], [[10, 5], [40, 5], [40, 20]]),
    ]
    annotations = objects_in([(row, thing) for row in range(3) for thing in things[row:]])
    several = frames((80, 60), (80, 60), (80, 60))
    wanted = copies(
        *[(row, move, values) for row in range(3) for move, values in ((FLIP_H, ()), (ROTATE, (30,)))]
    )
    format = find(export)
    whole = format.losses(vary(annotations, several, wanted).annotations)
    monkeypatch.setattr(objects, "_AT_ONCE", 3)
    parts = list(vary_in_parts(annotations, several, wanted))
    assert len(parts) > 1
    found = functools.reduce(added, (format.losses(part.annotations) for part in parts))
    assert some(found) == some(whole)
