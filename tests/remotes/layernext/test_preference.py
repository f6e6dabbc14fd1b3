"""What LayerNext's wire has no word for is refused, and never sent as something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from setwright.model.dataset import CollectionSource, DatasetConfig, HumanOverMachine, LabelClass
from setwright.model.errors import RemoteError
from setwright.remotes.layernext import calls

PREFERRING = DatasetConfig(
    name="a",
    source=CollectionSource(name="c"),
    labels=(LabelClass(name="A", sources=("A",)),),
    operations=HumanOverMachine(),
)


@pytest.mark.parametrize(
    "call",
    [
        lambda: calls.create("tag", PREFERRING),
        lambda: calls.update_in_place("tag", "v", PREFERRING),
        lambda: calls.new_version("tag", "v", PREFERRING),
    ],
)
def test_a_preference_of_people_is_not_sent_as_all_operations(call: Callable[[], calls.Request]) -> None:
    with pytest.raises(RemoteError, match="cannot prefer"):
        call()
