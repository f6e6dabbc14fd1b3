"""What exports tell of a varied copy: what it was made of, and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from setwright.augment.recipes import value_count
from setwright.formats.writing.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.copies import Copies
    from setwright.model.frames import Frames


def draw_texts(copies: Copies, frames: Frames) -> Iterator[tuple[int, str]]:
    """Each copy's row of `frames`, which hold it, and a JSON object that tells its draw, as numbers were drawn."""
    columns = zip(
        copies.row.tolist(),
        frames.name[copies.source].tolist(),
        copies.property.tolist(),
        copies.number.tolist(),
        copies.values.tolist(),
        strict=True,
    )
    for row, source, place, count, values in columns:
        type_, _, property = copies.properties[place].partition(".")
        drawn = ",".join(map(number, values[: value_count(copies.properties[place])]))
        yield (
            row,
            f'{{"source":{json.dumps(source, ensure_ascii=False)},"type":"{type_}",'
            f'"property":"{property}","copy":{count},"values":[{drawn}]}}',
        )
