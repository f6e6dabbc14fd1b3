"""The demo's pictures: always the same, and annotated exactly."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from setwright.demo.draw import annotate, draw, jpeg
from setwright.demo.paint import paint
from setwright.demo.scene import Scene, scene
from setwright.model.events import Advanced

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.model.events import Event

MANY = [scene(7, number) for number in range(1, 241)]


def painted_by(whole: Scene, without: Scene) -> tuple[int, int, int, int]:
    """The box of the pixels that `whole` has and `without` has not: left, top, right, bottom."""
    differs = np.any(np.asarray(paint(whole)) != np.asarray(paint(without)), axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def test_the_same_seed_and_number_give_the_same_picture_and_another_gives_another() -> None:
    assert scene(7, 3) == scene(7, 3)
    assert jpeg(scene(7, 3)) == jpeg(scene(7, 3))
    assert scene(7, 3) != scene(7, 4)
    assert scene(7, 3) != scene(8, 3)


def test_a_folder_holds_pictures_annotations_and_metadata(tmp_path: Path) -> None:
    draw(tmp_path, frames=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "annotations.json",
        "metadata.json",
        "party_0001.jpg",
        "party_0002.jpg",
        "party_0003.jpg",
    ]
    images = json.loads((tmp_path / "annotations.json").read_text())["images"]
    assert [image["image"] for image in images] == ["party_0001.jpg", "party_0002.jpg", "party_0003.jpg"]
    files = json.loads((tmp_path / "metadata.json").read_text())["files"]
    assert files[0] == {
        "file": "party_0001.jpg",
        "metadata": {"Site": MANY[0].site, "Tags": [MANY[0].sky.tag]},
    }


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("last", [1, 3])
def test_an_interruption_leaves_nothing_that_could_be_taken_for_pictures_of_nothing(
    tmp_path: Path, there: bool, last: int
) -> None:
    folder = tmp_path / "party"
    if there:
        folder.mkdir()
    drawn = 0

    def interrupt(event: Event) -> None:
        nonlocal drawn
        drawn += isinstance(event, Advanced)
        if drawn == last:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(folder, frames=3, listener=interrupt)
    assert sorted(tmp_path.rglob("*")) == [folder] * there


def test_drawing_more_pictures_leaves_the_first_ones_as_they_are(tmp_path: Path) -> None:
    draw(tmp_path / "few", frames=2)
    draw(tmp_path / "more", frames=4)
    for name in ("party_0001.jpg", "party_0002.jpg"):
        assert (tmp_path / "few" / name).read_bytes() == (tmp_path / "more" / name).read_bytes()


def test_a_picture_has_the_size_of_its_scene() -> None:
    sizes = set()
    for seen in MANY[:12]:
        with Image.open(io.BytesIO(jpeg(seen))) as picture:
            assert picture.size == (seen.width, seen.height)
            sizes.add(picture.size)
    assert sizes == {(480, 360), (360, 480)}


@pytest.mark.parametrize("seen", [seen for seen in MANY if seen.balloons][:8])
def test_a_balloon_is_painted_where_its_outline_says(seen: Scene) -> None:
    (balloon, *_) = seen.balloons
    alone = replace(seen, balloons=(replace(balloon, knot=(-99.0, -999.0)),), kites=(), birds=())
    xs, ys = zip(*balloon.outline, strict=True)
    # A pixel may be touched in part, so each edge is right to the pixel that it runs through.
    assert painted_by(alone, replace(alone, balloons=())) == pytest.approx(
        (min(xs), min(ys), max(xs), max(ys)), abs=1
    )


@pytest.mark.parametrize("seen", [seen for seen in MANY if seen.birds][:8])
def test_a_bird_is_painted_where_its_box_says(seen: Scene) -> None:
    alone = replace(seen, balloons=(), kites=(), birds=seen.birds[:1])
    ((x, y, width, height),) = (annotation["bbox"] for annotation in annotate(alone))
    box = (x, y, x + width, y + height)
    assert painted_by(alone, replace(alone, birds=())) == pytest.approx(box, abs=2)


def test_every_annotation_lies_inside_its_picture() -> None:
    for seen in MANY:
        for annotation in annotate(seen):
            if annotation["type"] == "polygon":
                xs, ys = zip(*annotation["polygon"], strict=True)
                left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
            else:
                left, top, right, bottom = annotation["bbox"]
                right, bottom = left + right, top + bottom
            assert 0 <= left < right <= seen.width
            assert 0 <= top < bottom <= seen.height


def test_there_is_something_of_everything_that_a_trainer_should_meet() -> None:
    labels = [{annotation["label"] for annotation in annotate(seen)} for seen in MANY]
    assert sum("Balloon" in found for found in labels) > 150
    assert sum("Kite" in found for found in labels) > 40
    assert sum("Bird" in found for found in labels) > 40
    assert sum("Kite" in found and "Balloon" not in found for found in labels) > 5
    assert sum(not found for found in labels) > 10
    assert {seen.sky.tag for seen in MANY} == {"sunny", "cloudy", "sunset", "dusk"}
