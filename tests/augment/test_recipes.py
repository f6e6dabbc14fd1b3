"""Which copies a wish makes, and what is drawn for them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.augment.decode import decode
from setwright.augment.placement import crop_window
from setwright.augment.recipes import recipe_digests, wished_copies, wished_count
from setwright.augment.vocabulary import property_ids
from setwright.model.copies import Copies
from setwright.model.dataset import AugmentationWish
from setwright.model.frames import Frames, digests, texts
from setwright.model.splits import Split

ALL = {
    "flip": {"horizontal": True, "vertical": True},
    "rotate": [-30, 30],
    "blur": [1, 5],
    "rotate_90": {"clockwise": True, "counter_clockwise": True, "upside_down": True},
    "grayscale": [50, 100],
    "hue": [-50, 50],
    "saturation": [-50, 50],
    "brightness": [-50, 50],
    "noise": [1, 10],
    "shear": {"horizontal": [-20, 20], "vertical": [-20, 20]},
    "crop": [10, 50],
}

pictures = st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=20, unique=True)


def wish(**request: object) -> AugmentationWish:
    found, problems = decode(request)
    assert not problems
    return found


def frames(contents: list[bytes]) -> Frames:
    count = len(contents)
    return replace(
        Frames.empty(),
        number=np.arange(count),
        name=texts(f"f{row}" for row in range(count)),
        file_name=texts(f"f{row}.png" for row in range(count)),
        collection=texts(["cells"] * count),
        digest=digests(hashlib.sha256(content).hexdigest() for content in contents),
        width=np.full(count, 64, np.int32),
        height=np.full(count, 48, np.int32),
        size=np.full(count, 9),
        media_type=texts(["image/png"] * count),
        group=texts([""] * count),
        phash=np.zeros(count, np.uint64),
    )


def drawn(found: Copies, of: Frames) -> dict[tuple[bytes, str, int], tuple[float, ...]]:
    """What was drawn, by the source's digest, the property and the copy's number."""
    rows = zip(
        of.digest[found.source].tolist(),
        found.property.tolist(),
        found.number.tolist(),
        found.values.tolist(),
        strict=True,
    )
    return {
        (source, found.properties[place], number): tuple(values) for source, place, number, values in rows
    }


def train(count: int) -> np.ndarray:
    return np.zeros(count, np.int8)


def test_each_flag_and_range_makes_a_copy_of_each_train_frame_and_of_no_other() -> None:
    of = frames([b"a", b"b", b"c"])
    split = np.array([Split.TRAIN.code, Split.TEST.code, Split.VALIDATION.code], np.int8)
    found = wished_copies(wish(**ALL), of, split)
    assert set(found.properties) == set(property_ids())
    assert found.source.tolist() == [0] * 15
    assert sorted(found.property.tolist()) == list(range(15))


def test_a_flag_makes_one_copy_and_a_range_as_many_as_are_asked_for() -> None:
    of = frames([b"a"])
    found = wished_copies(wish(flip={"horizontal": True}, rotate=[-10, 10], copies=3), of, train(1))
    numbers = [
        (found.properties[place], number) for place, number in zip(found.property, found.number, strict=True)
    ]
    assert sorted(numbers) == [
        ("FLIP_IMAGE.FLIP_HORIZONTAL", 1),
        *(("IMAGE_ROTATION.PERCENTAGE_SCALE", number) for number in (1, 2, 3)),
    ]
    assert len(set(found.values[found.property == 1, 0].tolist())) == 3


@given(pictures, st.floats(0.05, 1), st.integers(1, 4), st.sets(st.sampled_from(sorted(ALL)), min_size=1))
def test_how_many_copies_there_are_is_counted_without_a_draw(
    contents: list[bytes], fraction: float, times: int, kinds: set[str]
) -> None:
    asked = wish(**{kind: ALL[kind] for kind in kinds}, fraction=fraction, copies=times)
    of, split = frames(contents), np.arange(len(contents), dtype=np.int8) % 2
    assert wished_count(asked, of, split) == len(wished_copies(asked, of, split))


def test_a_range_of_one_number_makes_one_copy_unless_more_than_the_number_is_drawn() -> None:
    found = wished_copies(
        wish(blur=3, hue=[-20, -20], rotate=[4, 5], crop=20, noise=5, copies=3), frames([b"a"]), train(1)
    )
    counts = np.bincount(found.property, minlength=len(found.properties)).tolist()
    assert dict(zip(found.properties, counts, strict=True)) == {
        "CROP.CROP_PERCENTAGE": 3,
        "HUE.HUE_DEGREES": 1,
        "IMAGE_BLUR.BLUR": 1,
        "IMAGE_ROTATION.PERCENTAGE_SCALE": 3,
        "NOISE.NOISE_PERCENTAGE": 3,
    }
    assert len(set(recipe_digests(found, frames([b"a"])).tolist())) == len(found)


@given(pictures, st.randoms(use_true_random=False), st.integers(0, 2**53 - 1))
def test_what_is_drawn_depends_on_no_other_frame_type_or_order(
    contents: list[bytes], chance: object, seed: int
) -> None:
    few = contents[: len(contents) // 2 + 1]
    mixed = list(contents)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    alone = drawn(
        wished_copies(wish(rotate=[-10, 10], copies=2, seed=seed), frames(few), train(len(few))), frames(few)
    )
    among = wished_copies(
        wish(rotate=[-10, 10], crop=[0, 50], copies=2, seed=seed), frames(mixed), train(len(mixed))
    )
    found = drawn(among, frames(mixed))
    assert {key: found[key] for key in alone} == alone


@given(pictures, st.floats(0.05, 0.95))
def test_which_frames_a_fraction_chooses_depends_on_no_other_frame(
    contents: list[bytes], fraction: float
) -> None:
    asked = wish(rotate=[-10, 10], fraction=fraction)
    few = contents[::2]
    alone = set(drawn(wished_copies(asked, frames(few), train(len(few))), frames(few)))
    found = set(drawn(wished_copies(asked, frames(contents), train(len(contents))), frames(contents)))
    assert alone == {key for key in found if key in alone} and alone <= found
    assert {key[0] for key in found - alone}.isdisjoint(frames(few).digest.tolist())


def test_a_fraction_of_many_frames_is_about_that_share_for_each_property_by_itself() -> None:
    of = frames([bytes([row // 256, row % 256]) for row in range(4000)])
    found = wished_copies(wish(rotate=[-10, 10], hue=[-10, 10], fraction=0.25), of, train(4000))
    chosen = [set(found.source[found.property == place].tolist()) for place in (0, 1)]
    assert all(900 < len(each) < 1100 for each in chosen)
    assert 150 < len(chosen[0] & chosen[1]) < 350


@given(pictures, st.integers(-360, 360), st.integers(-360, 360))
def test_a_value_lies_in_its_range_whichever_end_comes_first(
    contents: list[bytes], one: int, other: int
) -> None:
    if one == other and one % 360 == 0:  # which is no wish
        return
    found = wished_copies(wish(rotate=[one, other]), frames(contents), train(len(contents)))
    assert (found.values[:, 0] >= min(one, other)).all()
    assert (found.values[:, 0] <= max(one, other)).all()


def test_values_are_spread_over_their_range() -> None:
    of = frames([bytes([row // 256, row % 256]) for row in range(4000)])
    values = wished_copies(wish(rotate=[-10, 30]), of, train(4000)).values[:, 0]
    counts, _ = np.histogram(values, bins=8, range=(-10, 30))
    assert counts.min() > 420 and counts.max() < 580  # 500 each, by six standard deviations of chance


def test_draws_are_the_same_for_ever() -> None:
    # Worked out without setwright: SHA-256 of "draw-1\n0\nPROPERTY\n1\n" and the digest, in parts of 64 bits.
    found = wished_copies(wish(**ALL), frames([b"a"]), train(1))
    first = {key[1]: values for key, values in drawn(found, frames([b"a"])).items()}
    assert list(first["IMAGE_ROTATION.PERCENTAGE_SCALE"]) == [-19.9139, 0, 0]
    assert list(first["CROP.CROP_PERCENTAGE"]) == [25.7703, 0.293391, 0.405028]
    assert list(first["NOISE.NOISE_PERCENTAGE"]) == [6.7218, 8732516404016013, 0]


def test_equal_pictures_have_equal_recipes_and_any_difference_makes_another() -> None:
    def recipes(**request: object) -> list[bytes]:
        of = frames([b"a", b"a", b"b"])
        found: list[bytes] = recipe_digests(wished_copies(wish(**request), of, train(3)), of).tolist()
        return found

    a, again, b = recipes(rotate=[-10, 10])
    assert (a == again, a == b) == (True, False)
    assert recipes(rotate=[-10, 10], seed=1)[0] != a
    assert recipes(rotate=[-10, 11])[0] != a
    assert len(set(recipes(flip={"horizontal": True, "vertical": True}))) == 4


@given(
    st.integers(0, 100),
    st.floats(0, 0.999999),
    st.floats(0, 0.999999),
    st.integers(1, 3000),
    st.integers(1, 3000),
)
def test_a_crop_lies_in_its_picture_and_drops_the_share_of_its_area(
    percent: int, x: float, y: float, width: int, height: int
) -> None:
    values = np.array([[percent, x, y]])
    left, top, w, h = (
        int(each[0])
        for each in crop_window(values, np.array([width], np.int32), np.array([height], np.int32))
    )
    assert 0 <= left <= left + w <= width and 0 <= top <= top + h <= height and w >= 1 and h >= 1
    left_over = width * height * (1 - percent / 100)
    assert abs(w * h - left_over) <= (width + height) / 2 + 1
