"""Read a dataset with datumaro and print what it found, as JSON. Run by the Python of .venv-oracles, not by ours.

    python read_with_datumaro.py FOLDER FORMAT [OPTION=VALUE …]

Formats are datumaro's: "yolo" (Darknet and Ultralytics), "voc", "coco", "common_semantic_segmentation"; options
are its importers', such as coordinate_mode=voc-one-based.
"""

import json
import sys
from typing import Any

from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset


def main(folder: str, format: str, *options: str) -> None:
    dataset = Dataset.import_from(folder, format, **dict(option.split("=", 1) for option in options))
    labels = [label.name for label in dataset.categories()[AnnotationType.label]]
    frames = [
        {
            "name": item.id,
            "subset": item.subset,
            "height": item.media.size[0],
            "width": item.media.size[1],
            "shapes": [
                shape(labels[note.label], note)
                for note in item.annotations
                if note.type in (AnnotationType.bbox, AnnotationType.polygon, AnnotationType.mask)
            ],
        }
        for item in dataset
    ]
    json.dump({"labels": labels, "frames": frames}, sys.stdout)


def shape(label: str, note: Any) -> dict[str, Any]:
    """One annotation; the box of each kind is datumaro's own, which gives x, y, width, height."""
    x, y, width, height = map(float, note.get_bbox())
    return {
        "kind": note.type.name,
        "label": label,
        "box": [x, y, x + width, y + height],
        "points": [float(value) for value in note.points] if note.type is AnnotationType.polygon else [],
        "area": float(note.get_area()),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
