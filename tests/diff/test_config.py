"""What differs between two configurations."""

from __future__ import annotations

from dataclasses import replace

from setwright.diff.config import FieldChange, changed_fields
from setwright.model.dataset import CollectionSource, DatasetConfig, HumanOverMachine, LabelClass
from setwright.model.splits import SPLITS, OfficialSplits, SplitWish

CELLS = DatasetConfig(
    name="cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)),),
    query="annotation.label=WBC",
)


def test_equal_configurations_differ_in_nothing() -> None:
    assert changed_fields(CELLS, replace(CELLS)) == ()


def test_each_field_that_differs_is_named_with_both_values() -> None:
    after = replace(CELLS, query="", split=SplitWish(train=70, validation=20, test=10))
    assert changed_fields(CELLS, after) == (
        FieldChange(path="query", before="annotation.label=WBC", after=""),
        FieldChange(path="split.train", before=80.0, after=70.0),
        FieldChange(path="split.validation", before=10.0, after=20.0),
    )


def test_lists_are_shown_whole() -> None:
    after = replace(CELLS, operations=("yolo-5",), source=CollectionSource(id="64e4"))
    changes = {change.path: (change.before, change.after) for change in changed_fields(CELLS, after)}
    assert changes["operations"] == (None, ["yolo-5"])
    preferring = replace(CELLS, operations=HumanOverMachine(take=("a", "b")))
    assert changed_fields(replace(CELLS, operations=("a", "b")), preferring) == (
        FieldChange(path="operations", before=["a", "b"], after={"take": ["a", "b"], "prefer": "human"}),
    )
    assert [change.path for change in changed_fields(preferring, CELLS)] == ["operations"]
    assert changes["source"][1] == {"kind": "collection", "name": None, "id": "64e4"}


def test_a_field_that_came_later_is_named_with_what_it_meant_where_nobody_wrote_it() -> None:
    """Documents leave such fields out where they say the default."""
    grown = replace(CELLS, split=SplitWish(grow=SPLITS[:2]))
    came = replace(CELLS, split=SplitWish(official=OfficialSplits(field="source_split")))
    assert changed_fields(CELLS, grown) == (
        FieldChange(path="split.grow", before=["train", "validation", "test"], after=["train", "validation"]),
    )
    (added,) = changed_fields(CELLS, came)
    assert (added.path, added.before, added.after["field"]) == ("split.official", None, "source_split")
    (gone,) = changed_fields(came, CELLS)
    assert (gone.before["others"], gone.after) == ("refuse", None)
