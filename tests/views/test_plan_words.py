"""How values of fields are said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setwright.model.documents import to_document
from setwright.model.splits import OfficialSplits
from setwright.model.versions import ChangeSeverity, VersionNumber
from setwright.views import plan_words as words
from tests.views.test_plan_text import DOCUMENTS


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "all"),
        ([], "none"),
        (["a", "b"], "a, b"),
        ({"take": None, "prefer": "human"}, "all, prefer human"),
        ({"take": ["a", "b"], "prefer": "human"}, "a, b, prefer human"),
    ],
)
def test_operations_are_said_as_a_spec_says_them(value: Any, said: str) -> None:
    assert words.value(value, "operations") == said


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (("FLIP_IMAGE", "FLIP_HORIZONTAL", None), "flip.horizontal"),
        (("IMAGE_ROTATION", "PERCENTAGE_SCALE", [-15.0, 15.5]), "rotate -15 to 15.5"),
        (("IMAGE_BLUR", "BLUR", [3.0, 3.0]), "blur 3"),
        (("MIXING", "LATER", None), "MIXING.LATER"),
    ],
)
def test_augmentations_are_said_as_a_spec_calls_them(recipe: tuple[Any, ...], said: str) -> None:
    fields = dict(zip(("type", "property", "range"), recipe, strict=True))
    assert words.value([fields], "augmentations.recipes") == said


def test_of_many_augmentations_those_that_change_are_named() -> None:
    flags = [
        {"type": "NINETY_ROTATION", "property": property, "range": None}
        for property in ("CLOCKWISE", "COUNTER_CLOCKWISE", "UPSIDE_DOWN")
    ]
    weak, strong = (
        {"type": "IMAGE_BLUR", "property": "BLUR", "range": [radius, radius]} for radius in (3.0, 4.0)
    )
    path = "augmentations.recipes"
    assert words.sides([weak, *flags], [strong, *flags], path) == (
        "blur 3 and 3 others",
        "blur 4 and the same 3",
    )
    assert words.sides(flags, [weak, *flags], path) == ("3 augmentations", "blur 3 and the same 3")
    assert words.sides([weak, *flags], flags, path) == ("blur 3 and 3 others", "the same 3")
    assert words.sides([weak, *flags[:2]], [strong, *flags[:2]], path) == (
        "blur 3, rotate_90.clockwise, rotate_90.counter_clockwise",
        "blur 4, rotate_90.clockwise, rotate_90.counter_clockwise",
    )


def test_official_splits_are_said_with_the_values_that_are_not_the_usual_ones() -> None:
    plain = OfficialSplits(field="source_split")
    assert words.value(to_document(plain), "split.official") == "metadata.source_split; others refuse"
    folds = OfficialSplits(field="fold", train=("one", "two"), test=(), others="divide")
    assert (
        words.value(to_document(folds), "split.official")
        == "metadata.fold; train one, two; test none; others divide"
    )


def test_another_field_without_a_value_has_none() -> None:
    assert words.value(None, "filter.from_date") == "none"


@pytest.mark.parametrize("beside", ["deleting", "forgetting"])
def test_a_dataset_that_goes_hides_nothing_of_what_a_remote_does_not_tell(beside: str) -> None:
    told = DOCUMENTS["names-only"]
    both = replace(told, changes=(*told.changes, *DOCUMENTS[beside].changes))
    assert "of labels and splits this remote tells nothing" in words.data_summary(both)


def test_the_documentation_says_what_severities_mean_and_which_number_they_give() -> None:
    text = (Path(__file__).parents[2] / "docs" / "plan-and-apply.md").read_text()
    last = VersionNumber(1, 2, 3)
    numbers = {last: "stays", last.after(ChangeSeverity.PACKAGING): "patch"}
    numbers |= {last.after(ChangeSeverity.RELABEL): "minor", last.after(ChangeSeverity.EVAL): "major"}
    told = re.findall(r"^\| `(\w+)` \| (.*) \| (stays|patch|minor|major) \|$", text, re.MULTILINE)
    assert told == [
        (each.value, words.SEVERITIES[each.value], numbers[last.after(each)]) for each in ChangeSeverity
    ]
