"""The demo as a folder: pictures, their annotations and their metadata, in LayerNext's own forms."""

from __future__ import annotations

import io
import json
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from setwright.demo.paint import BIRD_REACH, paint
from setwright.demo.scene import Point, Scene, scene
from setwright.edge.files import write_whole
from setwright.model.counting import counted
from setwright.model.events import Advanced, Finished, Listener, Started, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

FRAMES = 240
SEED = 7
ANNOTATIONS = "annotations.json"
METADATA = "metadata.json"
_QUALITY = 90
_TASK = "Drawing pictures"


def draw(
    folder: Path, frames: int = FRAMES, seed: int = SEED, listener: Listener = silence
) -> dict[str, int]:
    """Draw `frames` pictures into the empty `folder`: `party_0001.jpg` and so on, `annotations.json`, `metadata.json`.

    The same seed gives the same pictures, however many there are; the same bytes, with the same Pillow. Balloons
    are annotated with their outlines and their colour as an attribute, kites and birds with their boxes. Every
    frame is tagged with the weather, and its metadata tells the site. All files are made, or none. Returns how many
    annotations of each label there are, the most frequent first.
    """
    listener(Started(_TASK, frames, "pictures"))
    images: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    with _all_or_none(folder) as written:
        for number in range(1, frames + 1):
            seen = scene(seed, number)
            name = f"party_{number:04}.jpg"
            write_whole(written(name), jpeg(seen), durable=False)
            images.append({"image": name, "annotations": annotate(seen)})
            files.append({"file": name, "metadata": {"Site": seen.site, "Tags": [seen.sky.tag]}})
            listener(Advanced(_TASK))
        write_whole(written(ANNOTATIONS), _json({"images": images}))
        write_whole(written(METADATA), _json({"files": files}))
    listener(Finished(_TASK, counted(frames, "picture")))
    return dict(Counter(each["label"] for image in images for each in image["annotations"]).most_common())


@contextmanager
def _all_or_none(folder: Path) -> Iterator[Callable[[str], Path]]:
    """What gives the path of a file in `folder`, and takes all these away where an error, or Ctrl-C, ends the context.

    Pictures without their annotations would be ingested as pictures of nothing, and no second demo would begin there.
    """
    made = not folder.exists()
    paths: list[Path] = []

    def path_of(name: str) -> Path:
        paths.append(folder / name)
        return paths[-1]

    try:
        yield path_of
    except BaseException:
        with suppress(OSError):  # what went wrong counts
            for path in paths:
                path.unlink(missing_ok=True)
            if made:
                folder.rmdir()
        raise


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
