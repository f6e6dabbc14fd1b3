"""Time the export of 5,000 frames with 10 objects each beside a bare loop, and beside other tools where they are.

    python tests/bench/exports.py [FRAMES]

Only what makes the files is timed, in a process each, in turn: the median of several runs, in seconds of the processor,
so that other work on the machine counts as little as can be. What is written goes nowhere, for all alike: to create
a file costs ten times as much on one disk as on another, and everybody creates the same. Labels alone are written, so
pictures, which everybody only copies, do not level the figures. datumaro and supervision live in .venv-oracles.

Then what a pull of a whole export takes of memory, with 5,000 frames and with ten times as many, beside what the
manifest alone takes.
"""

from __future__ import annotations

import builtins
import io
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportEntry, PictureFile
    from setwright.model.events import Listener
    from setwright.model.manifest import Manifest

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / ".venv-oracles" / "bin" / "python"
RUNS = 3
FRAMES, OBJECTS = 5000, 10
WIDTH, HEIGHT = 640, 480
MASK_WIDTH, MASK_HEIGHT = 1280, 960
CLASSES = ("Balloon", "Kite", "Bird")

Outlines = list[list[tuple[int, list[tuple[float, float]]]]]
"""Of each frame, class and outline of each object."""


def outlines(frames: int, width: int = WIDTH, height: int = HEIGHT) -> Outlines:
    """Round shapes of 20 points, the same every time."""
    lot = random.Random(1)
    found: Outlines = []
    for _ in range(frames):
        shapes = []
        for _ in range(OBJECTS):
            scale = width / WIDTH
            radius = scale * lot.uniform(10, 45)
            x, y = lot.uniform(50, width - 50), lot.uniform(50, height - 50)
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


def size_of(export: str) -> tuple[int, int]:
    """Width and height of the pictures: for masks those of a camera, as their cost goes with it."""
    return (MASK_WIDTH, MASK_HEIGHT) if export == "semantic-segmentation" else (WIDTH, HEIGHT)


def manifest_with(given: Outlines, width: int = WIDTH, height: int = HEIGHT) -> Manifest:
    from tests.formats.writing.manifests import Frame, Shape, manifest_of

    frames = [
        Frame(
            file_name=f"{number:05}.jpg",
            width=width,
            height=height,
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
    return manifest_of(frames, labels=CLASSES)


def ours(export: str, given: Outlines) -> Callable[[Path], None]:
    from setwright.formats.protocol import MadeFile, VersionFacts
    from setwright.formats.writing.registry import find

    manifest = manifest_with(given, *size_of(export))
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
                with open(f"{to}/{entry.path}", "wb") as file:  # noqa: PTH123 - pathlib would be a third of it all
                    for chunk in entry.chunks():
                        file.write(chunk)

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
            with open(f"{to}/{number:05}.txt", "w") as file:  # noqa: PTH123
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

        width, height = size_of(export)
        for number, shapes in enumerate(given):
            canvas = np.zeros((height, width), np.uint8)
            for label, points in shapes:
                cv2.fillPoly(canvas, [np.array(points, np.float64).round().astype(np.int32)], label + 1)
            with open(f"{to}/{number:05}.png", "wb") as file:  # noqa: PTH123
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


def seconds(who: str, export: str, frames: int) -> float:
    """Seconds, measured in a process of its own."""
    python = sys.executable if who in ("ours", "floor") else str(ORACLES)
    return float(run("--one", who, export, str(frames), python=python).split()[-1])


@contextmanager
def nowhere(folder: Path) -> Iterator[None]:
    """What is opened for writing in `folder` is written to memory and forgotten."""
    real = io.open

    def opened(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if set(mode) & {"w", "x"} and str(path).startswith(str(folder)):
            file = io.BytesIO() if "b" in mode else io.StringIO()
            file.name = str(path)
            return file
        return real(path, mode, *args, **kwargs)

    builtins.open = io.open = opened  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.open = io.open = real


def one(who: str, export: str, frames: int) -> None:
    write = {"ours": ours, "floor": floor, "datumaro": datumaro, "supervision": supervision}[who](
        export, outlines(frames, *size_of(export))
    )
    with tempfile.TemporaryDirectory() as scratch, nowhere(Path(scratch)):
        began = time.process_time()
        write(Path(scratch))
        took = time.process_time() - began
    print(took)


def walled(processors: int, frames: int) -> None:
    """Print the seconds that a user waits for masks with so many processors, which are as many threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:processors])
    export = "semantic-segmentation"
    write = ours(export, outlines(frames, *size_of(export)))
    with tempfile.TemporaryDirectory() as scratch, nowhere(Path(scratch)):
        began = time.perf_counter()
        write(Path(scratch))
        print(time.perf_counter() - began)


def threads(frames: int) -> None:
    runs = [[float(run("--walled", str(many), str(frames))) for many in (1, 2)] for _ in range(RUNS)]
    alone, together = (min(each) for each in zip(*runs, strict=True))
    print(
        f"masks of {frames:,} frames: {frames / alone:,.0f}/s with a thread, {frames / together:,.0f}/s with two; "
        f"two threads do {alone / together:.2f} times what one does, aim 1.70",
        flush=True,
    )


def peak() -> float:
    """MB that the process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def save(frames: int, path: Path) -> None:
    """A manifest of so many frames, as a lake keeps it: some of them again and again."""
    import numpy as np

    from setwright.model.frames import texts
    from setwright.model.manifest import Manifest
    from setwright.model.manifest_file import encode

    some = manifest_with(outlines(min(frames, 1000)))
    again = -(-frames // 1000)
    names = texts(f"party_{number:06}.jpg" for number in range(len(some.frames) * again))
    columns = some.frames.take(np.tile(np.arange(len(some.frames)), again))
    objects = some.annotations.take(np.tile(np.arange(len(some.annotations)), again))
    frame = objects.frame + np.repeat(np.arange(again) * len(some.frames), len(some.annotations))
    path.write_bytes(
        encode(
            Manifest(
                frames=replace(columns, name=names, file_name=names),
                split=np.tile(some.split, again),
                annotations=replace(objects, frame=frame.astype(np.int32)),
            )
        )
    )


def hold(export: str, path: Path) -> None:
    """Pull an export of the manifest that is kept at `path`, pictures left out; MB before and at most."""
    from setwright.apply.pull import pull
    from setwright.model.manifest_file import decode
    from setwright.model.statistics import count
    from setwright.model.versions import FIRST_VERSION, Version
    from setwright.remotes.exports import export_entries

    manifest = decode(path.read_bytes())
    version = Version(
        id="v1",
        dataset="bench",
        number=FIRST_VERSION,
        parent=None,
        revision=1,
        manifest_digest="0",
        exports=(),
        statistics=count(manifest),
        created_at=datetime.now(UTC),
        author="bench",
    )

    class Lake:
        def export(
            self, version_: str, export: str, listener: Listener | None = None
        ) -> Iterator[ExportEntry]:
            return export_entries(manifest, version, "", export)

        def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
            assert not list(wanted), "pictures are left out"
            return lambda digest: io.BytesIO()

        def picture_path(self, digest: str) -> Path | None:
            return None

    before = peak()
    with tempfile.TemporaryDirectory() as scratch:
        pull(Lake(), version, find_name(export), Path(scratch) / "out", media=False)
    print(before, peak())


def find_name(export: str) -> str:
    from setwright.formats.writing.registry import find

    return find(export).name


def memory(frames: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for many in (frames, 10 * frames):
            path = Path(scratch) / f"{many}.manifest"
            run("--save", str(many), str(path))
            for export in ("yolo-darknet", "coco", "semantic-segmentation"):
                before, most = map(float, run("--hold", export, str(path)).split()[-2:])
                print(
                    f"memory of a pull of {many:,} frames, {export:22}{before:8.0f} MB for the manifest, "
                    f"{most:.0f} MB at most; aim 250 MB at {FRAMES:,}",
                    flush=True,
                )


def run(*args: str, python: str = sys.executable) -> str:
    """What this module prints in a process of its own."""
    answer = subprocess.run(
        [python, "-P", __file__, *args],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    return answer.stdout


def main(frames: int = FRAMES) -> None:
    peers = {"yolo-darknet": ("datumaro", "supervision"), "coco": ("datumaro",), "semantic-segmentation": ()}
    for export, others in peers.items():
        who = ("ours", "floor", *(others if ORACLES.exists() else ()))
        # In turn, so that what else the machine does falls on all alike.
        runs = [{each: seconds(each, export, frames) for each in who} for _ in range(RUNS)]
        took = {each: median(run[each] for run in runs) for each in who}
        line = f"export {frames:,} frames, {export:22}{took['ours']:8.3f}s, {frames / took['ours']:,.0f} frames/s"
        line += f"   {took['ours'] / took['floor']:.2f} × floor, aim 1.50"
        for each in who[2:]:
            line += f"   {each} {took[each]:.3f}s, {took[each] / took['ours']:.1f} × ours, aim 2.0"
        if export == "semantic-segmentation":
            line += f"   at {MASK_WIDTH}×{MASK_HEIGHT}, aim 1,200 frames/s"
        print(line, flush=True)
    if hasattr(os, "sched_setaffinity"):
        threads(frames)
    memory(frames)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", who, export, frames]:
            one(who, export, int(frames))
        case ["--walled", many, frames]:
            walled(int(many), int(frames))
        case ["--save", frames, path]:
            save(int(frames), Path(path))
        case ["--hold", export, path]:
            hold(export, Path(path))
        case arguments:
            main(*map(int, arguments))
