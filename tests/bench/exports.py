"""Time the export of 5,000 frames with 10 objects each beside a bare loop, and beside other tools where they are.

    python tests/bench/exports.py [FRAMES]

Only what writes the export is timed, in a process each, in turn; the median of several runs, and seconds of the
processor, so that other work on the machine counts as little as can be. Labels alone are written,
so pictures, which everybody only copies, do not level the figures. datumaro and supervision live in .venv-oracles.
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / ".venv-oracles" / "bin" / "python"
RUNS = 3
FRAMES, OBJECTS = 5000, 10
WIDTH, HEIGHT = 640, 480
CLASSES = ("Balloon", "Kite", "Bird")

Outlines = list[list[tuple[int, list[tuple[float, float]]]]]
"""Of each frame, class and outline of each object."""


def outlines(frames: int) -> Outlines:
    """Round shapes of 20 points, the same every time."""
    lot = random.Random(1)
    found: Outlines = []
    for _ in range(frames):
        shapes = []
        for _ in range(OBJECTS):
            x, y, radius = lot.uniform(50, WIDTH - 50), lot.uniform(50, HEIGHT - 50), lot.uniform(10, 45)
            points = []
            for place in range(20):
                angle, reach = place * math.tau / 20, radius * lot.uniform(0.7, 1)
                points.append((round(x + reach * math.cos(angle), 2), round(y + reach * math.sin(angle), 2)))
            shapes.append((lot.randrange(len(CLASSES)), points))
        found.append(shapes)
    return found


def hull(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def ours(export: str, given: Outlines) -> Callable[[Path], None]:
    from setwright.formats.protocol import MadeFile, VersionFacts
    from setwright.formats.writing.registry import find
    from tests.formats.writing.manifests import Frame, Shape, manifest_of

    frames = [
        Frame(
            file_name=f"{number:05}.jpg",
            width=WIDTH,
            height=HEIGHT,
            shapes=tuple(
                Shape(
                    label=label,
                    code=1,
                    box=hull(points),
                    outline=json.dumps([[list(point) for point in points]], separators=(",", ":")),
                )
                for label, points in shapes
            ),
        )
        for number, shapes in enumerate(given)
    ]
    manifest = manifest_of(frames, labels=CLASSES)
    format = find(export)
    facts = VersionFacts(dataset="bench", number="1.0.0", manifest_digest="0", description="")

    def write(to: Path) -> None:
        made: set[str] = set()
        for entry in format.files(manifest, facts):
            if isinstance(entry, MadeFile):
                folder = entry.path.rpartition("/")[0]
                if folder not in made:
                    (to / folder).mkdir(parents=True, exist_ok=True)
                    made.add(folder)
                with (to / entry.path).open("wb") as file:
                    file.write(entry.content)

    return write


def floor(export: str, given: Outlines) -> Callable[[Path], None]:
    """The least that makes the files: no names to keep apart, nothing cut, counted or listed."""

    def yolo(to: Path) -> None:
        for number, shapes in enumerate(given):
            rows = []
            for label, points in shapes:
                left, top, right, bottom = hull(points)
                rows.append(
                    f"{label} {(left + right) / 2 / WIDTH:.6f} {(top + bottom) / 2 / HEIGHT:.6f} "
                    f"{(right - left) / WIDTH:.6f} {(bottom - top) / HEIGHT:.6f}\n"
                )
            with (to / f"{number:05}.txt").open("w") as file:
                file.write("".join(rows))

    def coco(to: Path) -> None:
        images = [
            {"id": number, "file_name": f"{number:05}.jpg", "width": WIDTH, "height": HEIGHT}
            for number in range(len(given))
        ]
        objects: list[dict[str, Any]] = []
        for number, shapes in enumerate(given):
            for label, points in shapes:
                left, top, right, bottom = hull(points)
                objects.append(
                    {
                        "id": len(objects) + 1,
                        "image_id": number,
                        "category_id": label + 1,
                        "bbox": [left, top, right - left, bottom - top],
                        "area": (right - left) * (bottom - top),
                        "iscrowd": 0,
                        "segmentation": [[value for point in points for value in point]],
                    }
                )
        with (to / "instances.json").open("w") as file:
            file.write(json.dumps({"images": images, "annotations": objects, "categories": []}))

    def masks(to: Path) -> None:
        import cv2
        import numpy as np

        for number, shapes in enumerate(given):
            canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
            for label, points in shapes:
                cv2.fillPoly(canvas, [np.array(points, np.float64).round().astype(np.int32)], label + 1)
            with (to / f"{number:05}.png").open("wb") as file:
                file.write(cv2.imencode(".png", canvas)[1].tobytes())

    return {"yolo-darknet": yolo, "coco": coco, "semantic-segmentation": masks}[export]


def datumaro(export: str, given: Outlines) -> Callable[[Path], None]:
    from datumaro.components.annotation import Bbox, Polygon
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image

    def shape(label: int, points: list[tuple[float, float]], number: int) -> Any:
        left, top, right, bottom = hull(points)
        if export == "yolo-darknet":
            return Bbox(left, top, right - left, bottom - top, label=label)
        return Polygon([value for point in points for value in point], label=label, id=number, group=number)

    items = [
        DatasetItem(
            id=f"{number:05}",
            subset="train",
            media=Image.from_file(path=f"{number:05}.jpg", size=(HEIGHT, WIDTH)),
            annotations=[shape(label, points, place + 1) for place, (label, points) in enumerate(shapes)],
        )
        for number, shapes in enumerate(given)
    ]
    dataset = Dataset.from_iterable(items, categories=list(CLASSES))
    name = {"yolo-darknet": "yolo", "coco": "coco_instances"}[export]
    return lambda to: dataset.export(str(to), name, save_media=False)


def supervision(export: str, given: Outlines) -> Callable[[Path], None]:
    import numpy as np
    from supervision import DetectionDataset, Detections

    found = {}
    for number, shapes in enumerate(given):
        boxes = np.array([hull(points) for _, points in shapes])
        found[f"{number:05}.jpg"] = Detections(xyxy=boxes, class_id=np.array([label for label, _ in shapes]))
    # It asks each picture for its size, so there is one, for all of them.
    import cv2

    picture = tempfile.mkdtemp() + "/p.jpg"
    cv2.imwrite(picture, np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    names = list(found)
    folder = Path(picture).parent
    for name in names:
        (folder / name).hardlink_to(picture)
    dataset = DetectionDataset(
        list(CLASSES),
        [str(folder / name) for name in names],
        {str(folder / name): found[name] for name in names},
    )
    return lambda to: dataset.as_yolo(annotations_directory_path=str(to))


def seconds(who: str, export: str, frames: int) -> tuple[float, float]:
    """Seconds and MB at most, measured in a process of its own."""
    python = sys.executable if who in ("ours", "floor") else str(ORACLES)
    answer = subprocess.run(
        [python, "-P", __file__, "--one", who, export, str(frames)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    took, memory = answer.stdout.split()[-2:]
    return float(took), float(memory)


def one(who: str, export: str, frames: int) -> None:
    write = {"ours": ours, "floor": floor, "datumaro": datumaro, "supervision": supervision}[who](
        export, outlines(frames)
    )
    with tempfile.TemporaryDirectory() as scratch:
        began = time.process_time()
        write(Path(scratch))
        took = time.process_time() - began
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(frames: int = FRAMES) -> None:
    peers = {"yolo-darknet": ("datumaro", "supervision"), "coco": ("datumaro",), "semantic-segmentation": ()}
    for export, others in peers.items():
        who = ("ours", "floor", *(others if ORACLES.exists() else ()))
        # In turn, so that what else the machine does falls on all alike.
        runs = [{each: seconds(each, export, frames) for each in who} for _ in range(RUNS)]
        took = {each: median(run[each][0] for run in runs) for each in who}
        line = f"export {frames:,} frames, {export:22}"
        line += f"{took['ours']:8.3f}s{took['floor']:8.3f}s{took['ours'] / took['floor']:7.2f}"
        for each in who[2:]:
            line += f"   {each} {took[each]:.3f}s, {took[each] / took['ours']:.1f} × ours"
        print(f"{line}   {frames / took['ours']:,.0f} frames/s, {runs[0]['ours'][1]:.0f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(*map(int, sys.argv[1:]))
