"""The demo as a folder: pictures, their annotations and their metadata, in LayerNext's own forms."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from setwright.demo.paint import BIRD_REACH, paint
from setwright.demo.scene import Point, Scene, scene
from setwright.edge.files import write_whole
from setwright.model.events import Advanced, Finished, Listener, Started, silence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FRAMES = 240
SEED = 7
ANNOTATIONS = "annotations.json"
METADATA = "metadata.json"
_QUALITY = 90


def draw(
    folder: Path, frames: int = FRAMES, seed: int = SEED, listener: Listener = silence
) -> dict[str, int]:
    """Draw `frames` pictures into `folder`: `party_0001.jpg` and so on, `annotations.json`, `metadata.json`.

    The same seed gives the same pictures, however many there are; the same bytes, with the same Pillow. Balloons
    are annotated with their outlines and their colour as an attribute, kites and birds with their boxes. Every
    frame is tagged with the weather, and its metadata tells the site. Returns how many annotations of each label
    there are, the most frequent first.
    """
    listener(Started("draw", frames, "pictures"))
    images: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    for number in range(1, frames + 1):
        seen = scene(seed, number)
        name = f"party_{number:04}.jpg"
        write_whole(folder / name, jpeg(seen), durable=False)
        images.append({"image": name, "annotations": annotate(seen)})
        files.append({"file": name, "metadata": {"Site": seen.site, "Tags": [seen.sky.tag]}})
        listener(Advanced("draw"))
    write_whole(folder / ANNOTATIONS, _json({"images": images}))
    write_whole(folder / METADATA, _json({"files": files}))
    listener(Finished("draw"))
    return dict(Counter(each["label"] for image in images for each in image["annotations"]).most_common())


def jpeg(seen: Scene) -> bytes:
    """The scene as a JPEG file."""
    buffer = io.BytesIO()
    paint(seen).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def annotate(seen: Scene) -> list[dict[str, Any]]:
    """What is to be seen, as LayerNext's annotations."""
    balloons = [
        {
            "type": "polygon",
            "polygon": [list(point) for point in balloon.outline],
            "label": "Balloon",
            "attributes": {"Color": [{"value": balloon.colour}]},
        }
        for balloon in seen.balloons
    ]
    kites = [{"type": "rectangle", "bbox": _box(kite.corners), "label": "Kite"} for kite in seen.kites]
    birds = [
        {"type": "rectangle", "bbox": _box((bird.left, bird.body, bird.right), BIRD_REACH), "label": "Bird"}
        for bird in seen.birds
    ]
    return [*balloons, *kites, *birds]


def _box(points: Sequence[Point], margin: float = 0) -> list[float]:
    """The hull of the points as x, y, width, height."""
    xs, ys = zip(*points, strict=True)
    left, top = min(xs) - margin, min(ys) - margin
    return [round(value, 1) for value in (left, top, max(xs) + margin - left, max(ys) + margin - top)]


def _json(document: dict[str, list[dict[str, Any]]]) -> bytes:
    """One image a line, so that people can look into the file."""
    ((key, rows),) = document.items()
    lines = ",\n".join(json.dumps(row) for row in rows)
    return f'{{"{key}": [\n{lines}\n]}}\n'.encode()
