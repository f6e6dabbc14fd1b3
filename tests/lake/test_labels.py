"""Labels: what is written down of them, groups of them, at any revision, and in every copy of the catalogue."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setwright.lake.label_groups import LabelGroup
from setwright.lake.labels import Attribute, AttributeValue
from setwright.lake.lake import Lake
from setwright.model.errors import RemoteError, UsageError
from tests.lake.cells import fill, publication
from tests.lake.lakes import NOON, ingest, write

WHO: Any = {"author": "ada", "at": NOON}
COLOR = Attribute("Color", (AttributeValue("red", "as blood"), AttributeValue("blue")))


@pytest.fixture
def cells(lake: Lake, tmp_path: Path) -> Lake:
    """With the labels RBC, on two annotations, and WBC, on one."""
    ingest(lake, write(tmp_path / "in", {"a.png": ["RBC", "RBC"], "b.png": ["WBC"]}))
    return lake


def groups(lake: Lake, revision: int | None = None) -> dict[str, tuple[str, ...]]:
    return {group.name: group.labels for group in lake.label_groups.at(revision)}


def test_labels_are_listed_with_their_annotations(cells: Lake, tmp_path: Path) -> None:
    assert [(label.name, label.annotations) for label in cells.labels.at()] == [("RBC", 2), ("WBC", 1)]
    ingest(cells, write(tmp_path / "in", {"a.png": ["RBC"]}))
    assert [label.annotations for label in cells.labels.at()] == [1, 1]
    assert [label.annotations for label in cells.labels.at(1)] == [2, 1]
    assert cells.labels.at(0) == ()
    with pytest.raises(RemoteError, match="no revision 9"):
        cells.labels.at(9)


def test_a_label_can_be_defined_before_it_is_on_any_annotation(cells: Lake, tmp_path: Path) -> None:
    assert cells.labels.define("Platelets", description="small", attributes=[COLOR], **WHO) == 2
    (found,) = (label for label in cells.labels.at() if label.name == "Platelets")
    assert (found.description, found.attributes, found.annotations) == ("small", (COLOR,), 0)
    assert "Platelets" not in (cells.vocabulary().labels or ()), "no query finds it yet"
    ingest(cells, write(tmp_path / "more", {"c.png": ["Platelets"]}))
    (after,) = (label for label in cells.labels.at() if label.name == "Platelets")
    assert (after.uid, after.description, after.annotations) == (found.uid, "small", 1)
    assert cells.verify().damages == ()


def test_what_is_not_said_of_a_label_stays_as_it_was_written_down(cells: Lake) -> None:
    cells.labels.define("RBC", description="red blood cell", **WHO)
    cells.labels.define("RBC", attributes=[COLOR], **WHO)
    assert cells.labels.define("RBC", description="red blood cell", attributes=[COLOR], **WHO) is None
    assert cells.revision() == 3
    told = [cells.labels.at(revision)[0] for revision in (1, 2, 3)]
    assert [(label.description, label.attributes) for label in told] == [
        ("", ()),
        ("red blood cell", ()),
        ("red blood cell", (COLOR,)),
    ]


def test_a_group_holds_labels_in_their_order_and_every_revision_of_it_can_be_read(cells: Lake) -> None:
    assert cells.label_groups.put("blood", ["WBC"], **WHO) == 2
    assert cells.label_groups.put("blood", ["WBC", "RBC", "RBC"], **WHO) == 3
    assert cells.label_groups.put("blood", ["RBC"], **WHO) is None, "it holds it already"
    assert cells.label_groups.take("blood", ["WBC"], **WHO) == 4
    assert cells.label_groups.take("blood", ["WBC"], **WHO) is None
    assert cells.label_groups.rename("blood", "cells", **WHO) == 5
    assert cells.label_groups.put("blood", [], **WHO) == 6
    assert cells.label_groups.delete("cells", **WHO) == 7
    assert [groups(cells, revision) for revision in range(8)] == [
        {},
        {},
        {"blood": ("WBC",)},
        {"blood": ("WBC", "RBC")},
        {"blood": ("RBC",)},
        {"cells": ("RBC",)},
        {"blood": (), "cells": ("RBC",)},
        {"blood": ()},
    ]
    assert [line.message for line in cells.log()][-2:0:-1] == [
        "Make the label group blood",
        "Add 1 label to the label group blood",
        "Take labels out of the label group blood",
        "Call the label group blood cells",
        "Make the label group blood",
    ]
    assert cells.frames_revision(7) == 1, "no query gives anything else"
    assert cells.verify().damages == ()


def test_a_group_keeps_its_id_whatever_it_is_called_and_no_other_ever_has_it(cells: Lake) -> None:
    cells.label_groups.put("blood", ["RBC"], **WHO)
    (first,) = cells.label_groups.at()
    cells.label_groups.rename("blood", "cells", **WHO)
    cells.label_groups.put("blood", ["WBC"], **WHO)
    second, renamed = cells.label_groups.at()
    assert renamed == LabelGroup(uid=first.uid, name="cells", labels=("RBC",))
    cells.label_groups.delete("cells", **WHO)
    cells.label_groups.put("cells", [], **WHO)
    third = cells.label_groups.at()[1]
    assert len({first.uid, second.uid, third.uid}) == 3


def test_what_cannot_be_is_refused_and_changes_nothing(cells: Lake) -> None:
    cells.label_groups.put("blood", ["RBC"], **WHO)
    cells.label_groups.put("other", [], **WHO)
    with pytest.raises(RemoteError, match='no label "RCB", "x"') as refused:
        cells.label_groups.put("new", ["RBC", "RCB", "x"], **WHO)
    with pytest.raises(RemoteError, match='no label "WCB"') as refused:
        cells.label_groups.take("blood", ["WCB"], **WHO)
    assert refused.value.hint == 'did you mean "WBC"?'
    for change, arguments in (("take", [["RBC"]]), ("rename", ["x"]), ("delete", [])):
        with pytest.raises(RemoteError, match='no label group "bloot"') as refused:
            getattr(cells.label_groups, change)("bloot", *arguments, **WHO)
        assert refused.value.hint == 'did you mean "blood"?'
    with pytest.raises(RemoteError, match="already"):
        cells.label_groups.rename("blood", "other", **WHO)
    for name in ("", " blood", "b\nc", "x" * 193):
        with pytest.raises(UsageError, match="Not the name of a label group"):
            cells.label_groups.put(name, [], **WHO)
        with pytest.raises(UsageError, match="Not the name of a label group"):
            cells.label_groups.rename("blood", name, **WHO)
        with pytest.raises(UsageError, match="Not the name of a label:"):
            cells.labels.define(name, **WHO)
    assert cells.revision() == 3
    assert groups(cells) == {"blood": ("RBC",), "other": ()}


def test_labels_and_groups_move_with_the_catalogue(cells: Lake, catalog: str | None, tmp_path: Path) -> None:
    """Into a database of the same kind, where all goes on: keys that were imported are not given out again."""
    cells.labels.define("RBC", description="red", attributes=[COLOR], **WHO)
    cells.label_groups.put("blood", ["WBC", "RBC"], **WHO)
    cells.label_groups.rename("blood", "cells", **WHO)
    folder = tmp_path / "elsewhere"
    shutil.copytree(cells.folder / "blobs", folder / "blobs")
    with cells.exported_catalog() as pieces:
        lines = b"".join(pieces).splitlines(keepends=True)
    said = [(cells.labels.at(each), cells.label_groups.at(each)) for each in range(cells.revision() + 1)]
    if catalog is not None:  # a schema of the database is a lake's, by its id
        cells.close()
        drop(cells)
    Lake.import_catalog(folder, iter(lines), catalog)
    with Lake.open(folder) as moved:
        assert [(moved.labels.at(each), moved.label_groups.at(each)) for each in range(len(said))] == said
        assert moved.stats().label_groups == (("cells", 2),)
        moved.label_groups.put("more", ["RBC"], **WHO)
        moved.labels.define("new", description="x", **WHO)
        fill(moved, tmp_path / "more")
        moved.publish(publication(moved))
        assert moved.verify().damages == ()


def drop(lake: Lake) -> None:
    from setwright.lake.postgresql import PostgresqlDatabase, drop_schema

    database = lake._catalogue.database
    assert isinstance(database, PostgresqlDatabase)
    drop_schema(database)
    lake.close()


def test_a_row_of_them_that_is_lost_is_noticed(cells: Lake) -> None:
    cells.labels.define("RBC", description="red", **WHO)
    cells.label_groups.put("blood", ["RBC"], **WHO)
    for table in ("label_definitions", "label_group_members", "label_group_names"):
        assert not any(table in damage.detail for damage in cells.verify().damages)
        with cells._catalogue.writing() as connection:
            connection.exec_driver_sql(f"DELETE FROM {table}")
        assert any(f"{table} holds 0 rows" in damage.detail for damage in cells.verify().damages)


STEPS = st.one_of(
    st.tuples(
        st.sampled_from(["put", "take"]), st.sampled_from("ab"), st.lists(st.sampled_from(["RBC", "WBC"]))
    ),
    st.tuples(st.just("rename"), st.sampled_from("ab"), st.sampled_from("ab")),
    st.tuples(st.just("delete"), st.sampled_from("ab"), st.none()),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=8))
def test_groups_are_what_was_done_to_them_and_what_was_said_at_a_revision_is_said_for_ever(
    cells: Lake, steps: list[tuple[str, str, Any]]
) -> None:
    """Compared with a dictionary that is changed the same way."""
    for name in groups(cells):
        cells.label_groups.delete(name, **WHO)
    model: dict[str, tuple[str, ...]] = {}
    said: dict[int, dict[str, tuple[str, ...]]] = {}
    for what, name, given_ in steps:
        try:
            getattr(cells.label_groups, what)(*((name,) if given_ is None else (name, given_)), **WHO)
        except RemoteError:
            assert what != "put"
            assert name not in model or given_ in model
        else:
            match what:
                case "put":
                    model[name] = tuple(dict.fromkeys((*model.get(name, ()), *given_)))
                case "take":
                    model[name] = tuple(label for label in model[name] if label not in given_)
                case "rename":
                    model[given_] = model.pop(name)
                case _:
                    del model[name]
        assert groups(cells) == model
        said[cells.revision()] = dict(model)
    assert all(groups(cells, revision) == then for revision, then in said.items())
    assert cells._catalogue.lost_rows() == ()
