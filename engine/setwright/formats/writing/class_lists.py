"""Lists of classes in the words of other tools, the background before all others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from setwright.formats.writing.colours import colour

if TYPE_CHECKING:
    from collections.abc import Sequence

BACKGROUND = "background"
DATASET_META = "dataset_meta.json"


def background(classes: Sequence[str]) -> str:
    """What the background is called beside these classes: `background`, or where one is called so `_background`.

    Tools know classes by their names, so of two with one name they would take the later for the earlier.
    """
    taken = {name.casefold() for name in classes}
    name = BACKGROUND
    while name in taken:
        name = f"_{name}"
    return name


def dataset_meta(names: Sequence[str]) -> bytes:
    """Datumaro's list of the classes by their values; the first is the background."""
    meta = {
        "label_map": {str(value): name for value, name in enumerate(names)},
        "segmentation_colors": [colour(value) for value in range(len(names))],
        "background_label": "0",
    }
    return (json.dumps(meta, ensure_ascii=False, indent=1) + "\n").encode()
