"""Whose annotations go in, and whose before others'."""

from __future__ import annotations

import pytest

from setwright.model.dataset import HumanOverMachine
from tests.spec.projects import config_of, with_field
from tests.spec.test_arguments import AT_LAYERNEXT


def test_peoples_annotations_may_be_preferred_to_models() -> None:
    for text in ("{take: all, prefer: human}", "{prefer: human}"):
        assert config_of(with_field(f"operations: {text}")).operations == HumanOverMachine()
    some = config_of(with_field("operations: {take: [yolov5.0.1, By hand], prefer: human}"))
    assert some.operations == HumanOverMachine(take=("By hand", "yolov5.0.1"))


@pytest.mark.parametrize(
    ("mapping", "plain"),
    [
        ("{}", "all"),
        ("{take: all}", "all"),
        ("{take: none}", "none"),
        ("{take: [a, b]}", "[b, a]"),
        ("{take: none, prefer: human}", "none"),
        ("{take: [], prefer: human}", "none"),
        ("{take: [a], prefer: human}", "[a]"),
    ],
)
def test_where_nothing_is_preferred_the_mapping_means_what_the_plain_form_means(
    mapping: str, plain: str
) -> None:
    assert config_of(with_field(f"operations: {mapping}")) == config_of(with_field(f"operations: {plain}"))


def test_to_layernext_a_preference_goes_where_there_is_nothing_to_prefer() -> None:
    text = with_field("operations: {take: [a], prefer: human}")
    assert config_of(text, project=AT_LAYERNEXT).operations == ("a",)
