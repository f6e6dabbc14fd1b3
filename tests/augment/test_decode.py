"""A request for augmentations, in our words or in LayerNext's, to what it means, or to what is wrong with it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.augment.decode import MAX_COPIES, MAX_SEED, decode
from setwright.augment.problems import (
    Harsh,
    Malformed,
    NoPicture,
    OutOfRange,
    Twice,
    UnknownProperty,
    UnknownType,
)
from setwright.augment.vocabulary import VOCABULARY, AugmentationType, Property
from setwright.model.dataset import Augmentation, AugmentationWish

# Type, property, our word for it, the least and the greatest value; no values for a flag.
TABLE = [
    ("FLIP_IMAGE", "FLIP_HORIZONTAL", "flip.horizontal", None),
    ("FLIP_IMAGE", "FLIP_VERTICAL", "flip.vertical", None),
    ("IMAGE_ROTATION", "PERCENTAGE_SCALE", "rotate", (-360, 360)),
    ("IMAGE_BLUR", "BLUR", "blur", (0, 15)),
    ("NINETY_ROTATION", "CLOCKWISE", "rotate_90.clockwise", None),
    ("NINETY_ROTATION", "COUNTER_CLOCKWISE", "rotate_90.counter_clockwise", None),
    ("NINETY_ROTATION", "UPSIDE_DOWN", "rotate_90.upside_down", None),
    ("GRAYSCALE", "GRAYSCALE_PERCENTAGE", "grayscale", (0, 100)),
    ("HUE", "HUE_DEGREES", "hue", (-50, 50)),
    ("SATURATION", "SATURATION_DEGREES", "saturation", (-50, 50)),
    ("BRIGHTNESS", "BRIGHTNESS_DEGREES", "brightness", (-50, 50)),
    ("NOISE", "NOISE_PERCENTAGE", "noise", (0, 100)),
    ("SHEAR", "SHEAR_HORIZONTAL", "shear.horizontal", (-40, 40)),
    ("SHEAR", "SHEAR_VERTICAL", "shear.vertical", (-40, 40)),
    ("CROP", "CROP_PERCENTAGE", "crop", (0, 100)),
]

PROPERTIES = [(type_, property) for type_ in VOCABULARY for property in type_.properties]
RANGES = [(type_, property) for type_, property in PROPERTIES if property.range is not None]
FLAGS = [(type_, property) for type_, property in PROPERTIES if property.range is None]


def name_of(value: AugmentationType | Property) -> str:
    return value.id


def ours(type_: AugmentationType, property: Property, value: object) -> dict[str, Any]:
    """The request in our words."""
    return {type_.word: {property.word: value} if property.word else value}


def theirs(type_: AugmentationType, property: Property, values: object, **notes: object) -> dict[str, Any]:
    """The request in LayerNext's."""
    return {"IMAGE_LEVEL": [{"id": type_.id, "properties": [{"id": property.id, "values": values}], **notes}]}


def problems(request: object) -> list[type]:
    return [type(problem) for problem in decode(request)[1]]


def wish(request: object) -> AugmentationWish:
    """What a request without an error asks for."""
    made, found = decode(request)
    assert all(isinstance(problem, NoPicture | Harsh) for problem in found)
    return made


def test_the_vocabulary_is_that_of_the_table() -> None:
    assert [
        (type_.id, each.id, f"{type_.word}.{each.word}" if each.word else type_.word, each.range)
        for type_, each in PROPERTIES
    ] == TABLE
    assert (len(VOCABULARY), len(TABLE)) == (11, 15)


@pytest.mark.parametrize(("type_", "property"), RANGES, ids=name_of)
def test_a_range_takes_its_ends_and_nothing_past_them(type_: AugmentationType, property: Property) -> None:
    assert property.range is not None
    low, high = property.range
    made = AugmentationWish(
        recipes=(Augmentation(type=type_.id, property=property.id, range=(float(low), float(high))),)
    )
    for form in (ours, theirs):
        assert wish(form(type_, property, [low, high])) == made
        assert wish(form(type_, property, [high, low])) == made
        for values in ([low - 1, high], [low, high + 1]):
            assert OutOfRange in problems(form(type_, property, values))


@pytest.mark.parametrize(("type_", "property"), FLAGS, ids=name_of)
def test_a_flag_is_set_by_true_and_left_out_by_false(type_: AugmentationType, property: Property) -> None:
    made = AugmentationWish(recipes=(Augmentation(type=type_.id, property=property.id),))
    assert wish(ours(type_, property, True)) == made
    assert wish(ours(type_, property, None)) == made
    assert wish(theirs(type_, property, [True])) == made
    for request in (ours(type_, property, False), theirs(type_, property, [False])):
        assert wish(request) == AugmentationWish()
        assert set(problems(request)) == {NoPicture}


@pytest.mark.parametrize(("type_", "property"), PROPERTIES, ids=name_of)
def test_what_is_not_selected_is_left_out(type_: AugmentationType, property: Property) -> None:
    values = [True] if property.range is None else [1, 2]
    assert wish(theirs(type_, property, values, isSelected=True, description="…")).recipes != ()
    assert wish(theirs(type_, property, values, isSelected=False)).recipes == ()
    inner = {"id": property.id, "values": values, "isSelected": False}
    assert wish({"IMAGE_LEVEL": [{"id": type_.id, "properties": [inner]}]}).recipes == ()


@pytest.mark.parametrize(
    ("request_", "problem", "path"),
    [
        ({"flipp": {}}, UnknownType, ("flipp",)),
        ({"IMAGE_LEVEL": [{"id": "MOSAIC"}]}, UnknownType, ("IMAGE_LEVEL", 0, "id")),
        ({"BOUNDING_BOX_LEVEL": []}, UnknownType, ("BOUNDING_BOX_LEVEL",)),
        ({"flip": {"diagonal": True}}, UnknownProperty, ("flip", "diagonal")),
        (
            {"IMAGE_LEVEL": [{"id": "SHEAR", "properties": [{"id": "SHEAR HORIZONTAL", "values": [1, 2]}]}]},
            UnknownProperty,
            ("IMAGE_LEVEL", 0, "properties", 0, "id"),
        ),
        (
            {"blur": 1, "IMAGE_LEVEL": [{"id": "HUE", "isSelected": False, "colour": 1}]},
            UnknownProperty,
            ("IMAGE_LEVEL", 0, "colour"),
        ),
        ({"rotate": [5, 361]}, OutOfRange, ("rotate", 1)),
        ({"shear": {"vertical": -41}}, OutOfRange, ("shear", "vertical")),
        ({"blur": []}, Malformed, ("blur",)),
        ({"blur": [1, 2, 3]}, Malformed, ("blur",)),
        ({"blur": "much"}, Malformed, ("blur",)),
        ({"blur": [1, True]}, Malformed, ("blur",)),
        ({"blur": 1.5}, Malformed, ("blur",)),
        ({"blur": math.nan}, Malformed, ("blur",)),
        ({"blur": math.inf}, Malformed, ("blur",)),
        ({"flip": True}, Malformed, ("flip",)),
        ({"flip": {"horizontal": "yes"}}, Malformed, ("flip", "horizontal")),
        ({"flip": {"horizontal": 1}}, Malformed, ("flip", "horizontal")),
        ([], Malformed, ()),
        ({"IMAGE_LEVEL": {}}, Malformed, ("IMAGE_LEVEL",)),
        ({"IMAGE_LEVEL": ["FLIP_IMAGE"]}, Malformed, ("IMAGE_LEVEL", 0)),
        ({"IMAGE_LEVEL": [{"id": "HUE", "properties": {}}]}, Malformed, ("IMAGE_LEVEL", 0, "properties")),
        ({"IMAGE_LEVEL": [{"id": "HUE", "isSelected": "no"}]}, Malformed, ("IMAGE_LEVEL", 0, "isSelected")),
        ({"blur": [0, 0]}, NoPicture, ("blur",)),
        ({"rotate": 360}, NoPicture, ("rotate",)),
        ({"rotate": [-360, -360]}, NoPicture, ("rotate",)),
        ({"flip": {}}, NoPicture, ("flip",)),
        ({}, NoPicture, ()),
        ({"IMAGE_LEVEL": [{"id": "HUE"}]}, NoPicture, ("IMAGE_LEVEL", 0)),
        (
            {
                "blur": 2,
                "IMAGE_LEVEL": [{"id": "IMAGE_BLUR", "properties": [{"id": "BLUR", "values": [2, 2]}]}],
            },
            Twice,
            ("IMAGE_LEVEL", 0, "properties", 0),
        ),
        ({"noise": [0, 26]}, Harsh, ("noise",)),
        ({"crop": 96}, Harsh, ("crop",)),
        ({"blur": 1, "copies": 0}, OutOfRange, ("copies",)),
        ({"blur": 1, "copies": MAX_COPIES + 1}, OutOfRange, ("copies",)),
        ({"blur": 1, "copies": 1.5}, Malformed, ("copies",)),
        ({"blur": 1, "fraction": 0}, OutOfRange, ("fraction",)),
        ({"blur": 1, "fraction": 1.1}, OutOfRange, ("fraction",)),
        ({"blur": 1, "fraction": True}, Malformed, ("fraction",)),
        ({"blur": 1, "min_visibility": -0.1}, OutOfRange, ("min_visibility",)),
        ({"blur": 1, "seed": -1}, OutOfRange, ("seed",)),
        ({"blur": 1, "seed": MAX_SEED + 1}, OutOfRange, ("seed",)),
    ],
)
def test_a_mistake_is_told_with_the_way_to_it(
    request_: object, problem: type, path: tuple[object, ...]
) -> None:
    assert [(type(each), each.path) for each in decode(request_)[1]] == [(problem, path)]


def test_harsh_begins_past_what_still_makes_sense() -> None:
    assert problems({"noise": [0, 25], "crop": [0, 95]}) == []


def test_both_forms_may_stand_side_by_side() -> None:
    both = {"flip": {"horizontal": True}, **theirs(*RANGES[0], [-10, 30]), "copies": 3, "fraction": 0.5}
    made = wish(both)
    assert [recipe.type for recipe in made.recipes] == ["FLIP_IMAGE", "IMAGE_ROTATION"]
    assert (made.copies, made.fraction, made.min_visibility, made.seed) == (3, 0.5, 0.1, 0)


def test_without_a_recipe_the_knobs_mean_nothing() -> None:
    assert decode({"copies": 3, "seed": 7})[0] == AugmentationWish()


def test_recipes_are_sorted() -> None:
    recipes = wish({"shear": {"vertical": 3, "horizontal": 3}, "crop": 1, "blur": 1}).recipes
    keys = [(recipe.type, recipe.property) for recipe in recipes]
    assert keys == sorted(keys)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["IMAGE_BLUR", "BLUR", "", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "flip",
                    "rotate",
                    "IMAGE_LEVEL",
                    "id",
                    "properties",
                    "values",
                    "isSelected",
                    "horizontal",
                    "copies",
                    "seed",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_is_asked_for_there_is_an_answer(request_: object) -> None:
    made, found = decode(request_)
    assert made.recipes or found
    for recipe in made.recipes:
        assert recipe.range is None or recipe.range[0] <= recipe.range[1]
