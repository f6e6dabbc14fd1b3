"""Planning reads what it needs, once, and nothing where nothing can have changed."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.apply.planning import Planned
from setwright.model.dataset import (
    Augmentation,
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    Filter,
    HumanOverMachine,
    LabelClass,
)
from setwright.model.errors import FindingsError
from setwright.model.splits import OfficialSplits, Others, SplitWish
from setwright.plan.changes import Create, Follow
from setwright.plan.identity import plan_digest
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.memory_frames import StoredFrame
from setwright.spec.project import Project
from tests.apply.projects import CELLS, FRAMES, carry_out, frames, lake_in_memory, planned, project
from tests.conformance.test_memory import stored

ROOT = Path(__file__).parents[2]

configs = st.builds(
    lambda query, split, exports, description, versioning: replace(
        CELLS, query=query, split=split, exports=exports, description=description, versioning=versioning
    ),
    st.sampled_from(["", "annotation.label=WBC", "annotation.label!=WBC"]),
    st.sampled_from(
        [SplitWish(), SplitWish(train=50, validation=25, test=25, resplit=True), SplitWish(seed=3)]
    ),
    st.sampled_from([(), ("RAW",), ("RAW", "YOLO Darknet")]),
    st.sampled_from(["", "Cells"]),
    st.sampled_from(["auto", "always"]),
)
new_frames = st.dictionaries(st.sampled_from([*FRAMES, "new.png"]), st.lists(st.sampled_from(["WBC", "RBC"])))


def test_a_dataset_may_move_to_a_collection_that_came_after_its_version(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    remote.put([stored("others", "one.png", ["WBC"]), stored("others", "two.png", [])])
    moved = replace(CELLS, source=CollectionSource(name="others"), query="")
    (change,) = planned(remote, project({"cells": moved})).plan.changes
    assert isinstance(change, Follow)
    told = [(cause.cause, cause.entering, cause.leaving) for cause in change.causes]
    assert told == [("source", 0, len(change.diff.leaving)), ("joint", 2, 0)]


class Watched(MemoryRemote):
    """A remote that writes down what it was asked for; `suspicious` ones say that frames change all the time."""

    def __init__(self, *, suspicious: bool = False) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.suspicious = suspicious
        self.put(frames(FRAMES))

    def frames_revision(self, revision: int) -> int:
        return revision + 1 if self.suspicious else super().frames_revision(revision)

    def membership(self, *arguments: Any) -> Any:
        self.asked.append("membership")
        return super().membership(*arguments)

    def manifest(self, version: str) -> Any:
        self.asked.append("manifest")
        return super().manifest(version)

    def observe(self, names: Any) -> Any:
        self.asked.append("observe")
        return super().observe(names)


def test_a_thousand_specs_that_did_not_change_cost_one_question(tmp_path: Path) -> None:
    remote = Watched()
    many = project({f"cells-{number}": replace(CELLS, name=f"Cells {number}") for number in range(50)})
    carry_out(remote, planned(remote, many), tmp_path)
    remote.asked.clear()
    assert planned(remote, many).plan.empty
    assert remote.asked == ["observe"]


def test_specs_that_select_alike_cost_one_question_together() -> None:
    remote = Watched()
    many = project({f"cells-{number}": replace(CELLS, name=f"Cells {number}") for number in range(50)})
    other = {"others": replace(CELLS, name="Others", query="annotation.label=WBC")}
    made = planned(remote, project({spec.address: spec.config for spec in many.specs} | other))
    assert len(made.plan.changes) == 51
    assert remote.asked.count("membership") == 2


def test_when_frames_came_they_are_asked_for(tmp_path: Path) -> None:
    remote = Watched()
    one = project({"cells": CELLS})
    carry_out(remote, planned(remote, one), tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    assert not planned(remote, one).plan.empty


@given(before=configs, after=configs, came=new_frames, suspicious=st.booleans())
def test_what_is_not_asked_for_would_have_changed_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    before: DatasetConfig,
    after: DatasetConfig,
    came: dict[str, list[str]],
    suspicious: bool,
) -> None:
    folder = tmp_path_factory.getbasetemp() / "journal"
    remote = Watched()
    wanted = project({"cells": after})

    def both() -> dict[bool, Planned]:
        plans = {}
        for remote.suspicious in (False, True):
            plans[remote.suspicious] = planned(remote, wanted)
        return plans

    with pytest.MonkeyPatch.context() as patched:
        # That a journal survives a power failure is for other tests to say; a busy disk takes its time for it.
        patched.setattr(os, "fsync", lambda _: None)
        carry_out(remote, planned(remote, project({"cells": before})), folder)
        if came:
            remote.put(frames(came))
        made = both()
        assert plan_digest(made[False].plan) == plan_digest(made[True].plan)
        carry_out(remote, made[suspicious], folder)
        assert all(again.plan.empty for again in both().values())


def codes(wanted: DatasetConfig) -> list[str]:
    """The codes of what planning finds."""
    try:
        found = planned(lake_in_memory(), project({"cells": wanted})).findings
    except FindingsError as error:
        found = error.diagnostics
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": CollectionSource(name="cellz")}, "SW501"),
        ({"labels": (LabelClass(name="WBC", sources=("WBZ",)),)}, "SW502"),
        ({"operations": ("nobody",)}, "SW503"),
        ({"operations": HumanOverMachine(take=("nobody", "project"))}, "SW503"),
        ({"versioning": "in_place"}, "SW504"),
        ({"query": "annotation.label=WBC and annotation.label!=WBC"}, "SW505"),
        ({"query": "metadata.name=01.png"}, "SW506"),
        ({"query": "annotation.label in (WBC, WBZ)"}, "SW502"),
        ({"query": "not annotation(label=WBZ and type=rectangle)"}, "SW502"),
        ({"split": SplitWish(train=80, validation=10, test=10, group_by="patiennt")}, "SW513"),
        ({"query": "annotation.label!=WBC"}, "SW507"),
    ],
)
def test_what_only_shows_beside_the_remote_is_found_before_anything_is_made(
    change: dict[str, Any], code: str
) -> None:
    assert code in codes(replace(CELLS, **change))


def test_of_a_lake_that_nothing_was_brought_to_one_finding_says_it_all() -> None:
    wanted = replace(CELLS, operations=("project",), query="annotation.label=WBC")
    with pytest.raises(FindingsError) as raised:
        planned(MemoryRemote(), project({"cells": wanted}))
    assert [finding.code for finding in raised.value.diagnostics] == ["SW501"]
    # Where there are others, the names are told as well: more than the collection may be misspelt.
    elsewhere = replace(CELLS, source=CollectionSource(name="cellz"), operations=("nobody",))
    assert codes(elsewhere) == ["SW501", "SW503"]


@pytest.mark.parametrize(
    "query", ["annotation.label=WBC", "annotation.label~WB", "annotation.label in (RBC, WBC)"]
)
def test_labels_that_are_there_may_be_asked_for(query: str) -> None:
    assert "SW502" not in codes(replace(CELLS, query=query))


def test_ultralytics_without_validation_frames_is_warned_of_for_each_of_its_exports() -> None:
    told = replace(CELLS, split=SplitWish(train=80, validation=0, test=20))
    assert codes(replace(told, exports=("COCO", "RAW", "YOLO Darknet"))) == []
    assert codes(replace(told, exports=("RAW", "Ultralytics", "Ultralytics Segmentation"))) == ["SW510"] * 2


def test_what_a_format_loses_of_varied_copies_is_counted_too() -> None:
    mirrored = AugmentationWish(recipes=(Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),))
    wanted = replace(CELLS, exports=("Semantic Segmentation",), augmentations=mirrored)
    made = planned(lake_in_memory(), project({"cells": wanted}))
    (change,) = made.plan.changes
    assert isinstance(change, Create)
    in_train = int((change.content.split[change.content.annotations.frame] == 0).sum())
    assert in_train > 0
    ((loss,),) = made.losses["cells"].values()
    assert loss.count == len(change.content.annotations) + in_train


def test_a_loss_that_another_package_counts_as_none_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other-1.0.dist-info").mkdir()
    (tmp_path / "other-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"
    )
    (tmp_path / "other-1.0.dist-info" / "entry_points.txt").write_text(
        "[setwright.exports]\nCounts = counts:EXPORT\n"
    )
    (source,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/exports.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "counts.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    bare = replace(CELLS, labels=(LabelClass(name="WBZ", sources=("WBZ",)),), exports=("Counts",))
    made = planned(lake_in_memory(), project({"cells": bare}))
    assert made.losses["cells"] == {"Counts": ()}


def test_a_spec_that_fits_the_remote_gives_no_finding() -> None:
    assert codes(CELLS) == []


def test_a_label_that_nothing_has_is_said_once() -> None:
    assert codes(replace(CELLS, labels=(*CELLS.labels, LabelClass(name="WBZ", sources=("WBZ",))))) == [
        "SW502"
    ]


def test_all_that_does_not_fit_is_said_at_once() -> None:
    wrong = replace(
        CELLS, source=CollectionSource(name="cellz"), operations=("nobody",), versioning="in_place"
    )
    assert set(codes(wrong)) == {"SW501", "SW503", "SW504"}


def test_an_export_that_is_added_in_place_says_what_it_loses(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    more = project({"cells": replace(CELLS, exports=("RAW", "YOLO Darknet"))})
    assert planned(remote, more).losses["cells"].keys() == {"YOLO Darknet"}


def reasons(remote: MemoryRemote, wanted: DatasetConfig) -> dict[str, tuple[int, int]]:
    """How many frames enter and leave, by cause."""
    (change,) = planned(remote, project({"cells": wanted})).plan.changes
    assert isinstance(change, Follow)
    return {cause.cause: (cause.entering, cause.leaving) for cause in change.causes}


def test_frames_that_came_to_the_lake_and_those_that_the_query_drops_are_told_apart(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    remote.put(frames({"new.png": ["WBC"], "newer.png": ["WBC"]}))
    bare = sum(not labels for labels in FRAMES.values())
    assert reasons(remote, replace(CELLS, query="annotation.label=WBC")) == {
        "lake": (2, 0),
        "query": (0, bare),
    }


def test_what_no_field_does_by_itself_several_do_jointly(tmp_path: Path) -> None:
    remote = lake_in_memory()
    remote.put([stored("signs", "stop.png", ["stop"]), stored("signs", "go.png", ["WBC"])])
    only = replace(CELLS, query="annotation.label=WBC")
    carry_out(remote, planned(remote, project({"cells": only})), tmp_path)
    signs = replace(only, source=CollectionSource(name="signs"), query="annotation.label=stop")
    found = reasons(remote, signs)
    # The one sign has no WBC, so the source alone does not bring it, nor does the query without the source.
    assert found["joint"] == (1, 0)


def test_a_single_change_explains_everything_and_nothing_is_asked_for_it(tmp_path: Path) -> None:
    remote = Watched()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    remote.asked.clear()
    bare = sum(not labels for labels in FRAMES.values())
    assert reasons(remote, replace(CELLS, query="annotation.label=WBC")) == {"query": (0, bare)}
    assert remote.asked.count("membership") == 1


def test_labels_make_frames_come_and_go_where_background_is_dropped(tmp_path: Path) -> None:
    remote = lake_in_memory()
    remote.put(frames({"w.png": ["WBC"]}))
    dropping = replace(CELLS, background="drop")
    carry_out(remote, planned(remote, project({"cells": dropping})), tmp_path)
    assert reasons(remote, replace(dropping, labels=CELLS.labels[1:])) == {"labels": (0, 1)}


def test_each_field_of_a_filter_is_a_cause_of_its_own(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    none = replace(CELLS, filter=Filter(annotation_types=("raw",), to_date=date(2001, 1, 1)))
    bare = sum(not labels for labels in FRAMES.values())
    assert reasons(remote, none) == {
        "filter.annotation_types": (0, len(FRAMES) - bare),
        "filter.to_date": (0, bare),
    }


@given(before=configs, after=configs, background=st.sampled_from(["keep", "drop"]), came=new_frames)
def test_the_causes_explain_every_frame_that_comes_or_goes_once(
    tmp_path_factory: pytest.TempPathFactory,
    before: DatasetConfig,
    after: DatasetConfig,
    background: Any,
    came: dict[str, list[str]],
) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, project({"cells": before})), tmp_path_factory.mktemp("journal"))
    if came:
        remote.put(frames(came))
    wanted = project({"cells": replace(after, background=background)})
    for change in planned(remote, wanted).plan.changes:
        if isinstance(change, Follow):
            assert sum(cause.entering for cause in change.causes) == len(change.diff.entering)
            assert sum(cause.leaving for cause in change.causes) == len(change.diff.leaving)


def cells_that_came(values: dict[str, str | None]) -> list[StoredFrame]:
    """Cells with these values of `source_split`, by file name."""
    return [
        replace(each, facts=replace(each.facts, metadata={} if value is None else {"source_split": value}))
        for value, each in zip(
            values.values(), frames({name: ["WBC", "RBC"] for name in values}), strict=True
        )
    ]


def came(values: dict[str, str | None]) -> MemoryRemote:
    remote = MemoryRemote()
    remote.put(cells_that_came(values))
    return remote


def official(others: Others = "refuse", *, resplit: bool = False) -> Project:
    wish = SplitWish(resplit=resplit, official=OfficialSplits(field="source_split", others=others))
    return project({"cells": replace(CELLS, query="", split=wish)})


def splits_of(made: Planned) -> dict[str, int]:
    (change,) = made.plan.changes
    assert isinstance(change, Create | Follow)
    content = change.content
    return dict(zip(content.frames.file_name.tolist(), content.split.tolist(), strict=True))


def test_frames_go_to_the_splits_that_they_came_with() -> None:
    made = planned(came({"a.png": "val", "b.png": "Test", "c.png": "train"}), official())
    assert splits_of(made) == {"a.png": 1, "b.png": 2, "c.png": 0}
    assert made.findings == ()


def test_frames_without_an_official_split_refuse_the_plan_and_their_values_are_told() -> None:
    remote = came({"a.png": "train", "b.png": "holdout", "c.png": None, "d.png": "holdout"})
    with pytest.raises(FindingsError) as refused:
        planned(remote, official())
    (finding,) = refused.value.diagnostics
    assert finding.code == "SW515"
    assert "3 of 4 frames" in finding.detail
    assert '"holdout" (2), none (1)' in finding.detail


@pytest.mark.parametrize(("others", "code"), [("train", 0), ("validation", 1), ("test", 2)])
def test_a_spec_may_say_where_the_others_go(others: Others, code: int) -> None:
    made = planned(came({"a.png": "train", "b.png": None}), official(others))
    assert splits_of(made) == {"a.png": 0, "b.png": code}


def test_frames_without_the_field_to_group_by_are_counted() -> None:
    remote = came({"a.png": "ada", "b.png": None, "c.png": "ada"})
    grouped = replace(CELLS, split=SplitWish(train=60, validation=20, test=20, group_by="source_split"))
    warned = [each for each in planned(remote, project({"cells": grouped})).findings if each.code == "SW518"]
    (told,) = (each.detail for each in warned)
    assert told.startswith("metadata.source_split is missing on 1 of 3 frames.")


def test_frames_that_are_dropped_as_background_need_no_group() -> None:
    remote = came({"a.png": "ada", "b.png": "ada"})
    bare = frames({"c.png": [], "d.png": []})
    remote.put(bare)
    dropping = replace(CELLS, query="", background="drop")
    grouped = replace(dropping, split=SplitWish(train=50, validation=0, test=50, group_by="source_split"))
    assert "SW518" not in {each.code for each in planned(remote, project({"cells": grouped})).findings}
    kept = replace(grouped, background="keep")
    assert "SW518" in {each.code for each in planned(remote, project({"cells": kept})).findings}


def test_where_the_field_tells_no_split_at_all_a_spec_that_says_where_others_go_is_warned() -> None:
    remote = came({"a.png": "fold-1", "b.png": None, "c.png": "fold-1"})
    (warned,) = planned(remote, official("train")).findings
    assert warned.code == "SW517"
    assert warned.detail.startswith(
        "Of 3 frames none has a split that the spec knows as metadata.source_split"
    )
    assert warned.detail.endswith(
        'they have: "fold-1" (2), none (1). So frames that are new all go by `others: train`.'
    )
    remote.put(cells_that_came({"d.png": "test"}))
    assert planned(remote, official("train")).findings == ()


def test_a_frame_that_was_divided_stays_where_it_is_and_the_plan_says_that_it_came_otherwise(
    tmp_path: Path,
) -> None:
    remote = came({"a.png": "train", "b.png": "test"})
    carry_out(remote, planned(remote, official()), tmp_path)
    remote.put(cells_that_came({"b.png": "train"}))
    made = planned(remote, official())
    assert made.plan.empty
    (warned,) = [finding for finding in made.findings if finding.code == "SW516"]
    assert warned.detail.startswith("1 frame came with another split")
    moved = planned(remote, official(resplit=True))
    assert splits_of(moved) == {"a.png": 0, "b.png": 0}
    assert str(next(iter(moved.plan.changes)).number) == "2.0.0"  # type: ignore[union-attr]
    assert "SW516" not in [finding.code for finding in moved.findings]
