"""A manifest whose copies have become frames."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from setwright.augment.decode import decode
from setwright.augment.expand import Made, expand, media_types
from setwright.augment.recipes import recipe_digests, wished_copies
from setwright.formats.protocol import MadeFile, VersionFacts
from setwright.formats.writing.names import export_names
from setwright.formats.writing.raw import Raw
from setwright.model.frames import RECTANGLE, digests, texts
from setwright.model.manifest import Manifest
from setwright.model.manifest_file import decode as read
from setwright.model.manifest_file import encode
from setwright.model.splits import Split
from setwright.model.statistics import count
from tests.augment.copies import box, frames, objects_in, polygon


def manifest(**request: object) -> Manifest:
    """Three frames of 80 × 60, two of them in train, with a box each; varied as asked."""
    wish, _ = decode(request)
    of = frames((80, 60), (80, 60), (80, 60))
    split = np.array([Split.TRAIN.code, Split.TRAIN.code, Split.TEST.code], np.int8)
    objects = objects_in([(row, box(10, 20, 30, 25)) for row in range(3)])
    return Manifest(frames=of, split=split, annotations=objects, copies=wished_copies(wish, of, split))


def made(of: Manifest) -> Made:
    """Pictures that nobody made: each with a digest of its own."""
    count = len(of.copies)
    return Made(digests(f"{row:064x}" for row in range(count)), np.arange(count) + 100)


def names(of: Manifest) -> list[str]:
    found: list[str] = of.frames.file_name.tolist()
    return found


def test_a_copy_is_a_frame_beside_its_source_with_what_was_done_in_its_name() -> None:
    before = manifest(flip={"horizontal": True}, rotate=[-10, 10], copies=2)
    recipes = [recipe.decode()[:8] for recipe in recipe_digests(before.copies, before.frames).tolist()]
    after = expand(before, made(before))
    assert names(after)[:4] == [
        f"a.flip-horizontal-1-{recipes[0]}.png",
        "a.png",
        f"a.rotate-1-{recipes[1]}.png",
        f"a.rotate-2-{recipes[2]}.png",
    ]
    assert len(after.frames) == 3 + 6
    assert after.split.tolist() == [0] * 8 + [Split.TEST.code]
    assert after.frames.digest[after.copies.row].tolist() == made(before).digest.tolist()


def test_each_frame_has_its_own_annotations() -> None:
    before = manifest(flip={"horizontal": True, "vertical": True}, rotate_90={"clockwise": True})
    after = expand(before, made(before))
    boxes = dict(
        zip(names(after), after.annotations.box[np.argsort(after.annotations.frame)].tolist(), strict=True)
    )
    assert after.annotations.frame.tolist() == list(range(9))
    assert boxes["a.png"] == [10, 20, 30, 25]
    assert {
        name.split(".")[1][:-11]: at
        for name, at in boxes.items()
        if name.startswith("b.") and name != "b.png"
    } == {
        "flip-horizontal": [50, 20, 70, 25],
        "flip-vertical": [10, 35, 30, 40],
        "rotate_90-clockwise": [35, 10, 40, 30],
    }
    turned = next(row for row, name in enumerate(names(after)) if "rotate_90" in name)
    assert (after.frames.width[turned], after.frames.height[turned]) == (60, 80)


def test_outlines_of_many_copies_are_held_but_twice_while_they_are_put_together() -> None:
    # As long as one of hundreds of points, in copies that move no pixel, so that nothing else takes memory.
    outline = json.dumps([[[20 + place / 1000, 30] for place in range(600)]], separators=(",", ":"))
    before = manifest(hue=[1, 50], copies=100)
    things = objects_in([(0, polygon([[20, 30], [30, 40], [20, 40]]))] * 40)
    before = replace(before, annotations=replace(things, outline=texts([outline] * 40)))
    pictures = made(before)
    tracemalloc.start()
    try:
        after = expand(before, pictures)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(after.annotations) == 40 * 101
    assert most < 3 * len(outline) * len(after.annotations)


def test_a_copy_of_a_jpeg_is_one_and_of_anything_else_a_png() -> None:
    before = manifest(flip={"horizontal": True})
    files = replace(
        before.frames,
        file_name=texts(["a.JPEG", "b", "c.png"]),
        media_type=texts(["image/jpeg", "image/webp", "image/png"]),
    )
    before = replace(before, frames=files)
    after = expand(before, made(before))
    assert media_types(before.copies, files).tolist() == ["image/jpeg", "image/png"]
    copied = [name for name in names(after) if "flip" in name]
    assert [name.rpartition(".")[2] for name in copied] == ["JPEG", "png"]


def test_copies_that_came_back_as_frames_are_told_from_those_that_are_made() -> None:
    before = manifest(flip={"horizontal": True})
    first = expand(before, made(before))
    wish, _ = decode({"flip": {"horizontal": True}})
    again = replace(first, copies=wished_copies(wish, first.frames, first.split))
    assert len(again.copies) == 4
    found = expand(again, made(again))
    assert len(found.frames) == len(set(found.frames.name.tolist())) == 5 + 4
    assert len(set(export_names(found.frames))) == 9


def test_a_manifest_without_copies_stays_what_it_is() -> None:
    before = manifest(flip={"horizontal": True})
    plain = replace(before, copies=before.copies.take(np.zeros(2, bool)))
    assert expand(plain, made(plain)) is plain


def test_a_manifest_is_read_back_with_its_copies() -> None:
    before = manifest(rotate=[-10, 10], crop=[0, 50], noise=[1, 5], copies=2, min_visibility=0.25)
    after = read(encode(before))
    assert after.digest == before.digest
    assert after.copies.properties == before.copies.properties
    assert after.copies.min_visibility == 0.25
    assert (after.copies.values == before.copies.values).all()


def test_the_digest_covers_every_recipe_and_is_what_it_was_where_there_is_none() -> None:
    one = manifest(rotate=[-10, 10])
    others = [
        manifest(rotate=[-10, 11]),
        manifest(rotate=[-10, 10], seed=1),
        manifest(rotate=[-10, 10], copies=2),
        manifest(rotate=[-10, 10], min_visibility=0.2),
        manifest(hue=[-10, 10]),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 6
    assert manifest(rotate=[-10, 10]).digest == one.digest
    plain = replace(one, copies=one.copies.take(np.zeros(len(one.copies), bool)))
    assert plain.digest == "manifest-1:2423aa57eae7cd9ffb7974eab491b0feed595cddc8615b1bfd5f1e82a27dd333"


def test_copies_are_counted_in_their_sources_split() -> None:
    statistics = count(manifest(flip={"horizontal": True}, rotate=[-10, 10]))
    assert [split.copies for split in statistics.splits] == [4, 0, 0]
    assert (statistics.frames, statistics.copies) == (3, 4)


@pytest.mark.parametrize("shape", [RECTANGLE])
def test_annotations_keep_what_is_no_geometry(shape: int) -> None:
    before = manifest(flip={"horizontal": True})
    rich = replace(
        before.annotations,
        extra=texts(['{"attributes":{"kind":"red"}}', "", ""]),
        confidence=np.array([0.5, np.nan, np.nan]),
    )
    after = expand(replace(before, annotations=rich), made(before)).annotations
    assert after.extra.tolist()[:2] == ['{"attributes":{"kind":"red"}}'] * 2
    assert after.confidence.tolist()[:2] == [0.5, 0.5]
    assert (after.shape == shape).all()


def test_raw_tells_of_a_copy_what_it_is_of_and_what_was_drawn() -> None:
    before = manifest(rotate=[-10, 10], flip={"horizontal": True})
    facts = VersionFacts(dataset="cells", number="1.0.0", manifest_digest=before.digest, description="")
    entries = {entry.path: entry for entry in Raw().files(expand(before, made(before)), facts)}
    listed = entries["raw/annotations.json"]
    assert isinstance(listed, MadeFile)
    images = {image["image"]: image for image in json.loads(listed.content)["images"]}
    told = [image["augmentation"] for image in images.values() if image.get("isAugmentedImage")]
    assert len(told) == 4
    turned = next(
        each for each in told if each["type"] == "IMAGE_ROTATION" and each["source"] == "cells_a.png"
    )
    drawn = next(
        values[0]
        for source, property, values in zip(
            before.copies.source, before.copies.property, before.copies.values, strict=True
        )
        if source == 0 and before.copies.properties[property].startswith("IMAGE_ROTATION")
    )
    assert turned == {
        "source": "cells_a.png",
        "type": "IMAGE_ROTATION",
        "property": "PERCENTAGE_SCALE",
        "copy": 1,
        "values": [drawn],
    }
    assert "augmentation" not in images["a.png"]
