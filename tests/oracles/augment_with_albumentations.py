"""Vary a picture and boxes as albumentations does. Run in .venv-oracles: reads a request, writes an answer.

The request is an .npz with `picture`, `boxes` and `recipe` (JSON: type and value); the answer one with `picture` and
`boxes`, in the same order.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import albumentations as A
import cv2
import numpy as np


def transform(kind: str, value: Any) -> Any:
    warp = {"border_mode": cv2.BORDER_CONSTANT, "fill": 0, "p": 1}
    match kind:
        case "flip_horizontal":
            return A.HorizontalFlip(p=1)
        case "flip_vertical":
            return A.VerticalFlip(p=1)
        case "rotate":
            return A.Rotate(
                limit=(value, value), interpolation=cv2.INTER_LINEAR, rotate_method="largest_box", **warp
            )
        case "shear_x":
            return A.Affine(shear={"x": (value, value), "y": (0, 0)}, interpolation=cv2.INTER_LINEAR, **warp)
        case "shear_y":
            return A.Affine(shear={"x": (0, 0), "y": (value, value)}, interpolation=cv2.INTER_LINEAR, **warp)
        case "crop":
            left, top, right, bottom = value
            return A.Crop(left, top, right, bottom, p=1)
        case "brightness":
            return A.ColorJitter((value, value), (1, 1), (1, 1), (0, 0), p=1)
        case "saturation":
            return A.ColorJitter((1, 1), (1, 1), (value, value), (0, 0), p=1)
        case "hue":
            return A.ColorJitter((1, 1), (1, 1), (1, 1), (value, value), p=1)
        case "grayscale":
            return A.ToGray(num_output_channels=3, method="weighted_average", p=1)
        case "blur":
            return A.GaussianBlur(blur_limit=0, sigma_limit=(value, value), p=1)
        case "quarter":
            return A.RandomRotate90(p=1)
        case _:
            raise ValueError(kind)


def main(request: str, answer: str) -> None:
    asked = np.load(request)
    found_all: dict[str, Any] = {}
    for number, (kind, value) in enumerate(json.loads(str(asked["recipes"]))):
        pipeline = A.Compose(
            [transform(kind, value)],
            bbox_params=A.BboxParams(
                "pascal_voc", label_fields=["rows"], clip=True, min_area=0, min_visibility=0
            ),
        )
        found = pipeline(image=asked["picture"], bboxes=asked["boxes"], rows=list(range(len(asked["boxes"]))))
        found_all[f"picture{number}"] = found["image"]
        rows = np.array(found["rows"], float).reshape(-1, 1)
        found_all[f"boxes{number}"] = np.concatenate([rows, np.array(found["bboxes"]).reshape(-1, 4)], axis=1)
    np.savez(answer, **found_all)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
