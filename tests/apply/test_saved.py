"""A plan that was saved is carried out as it was reviewed, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.apply.planning import replan
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document
from setwright.model.errors import FormatError, StalePlanError
from setwright.plan.describe import describe
from setwright.plan.document import PlanDocument
from setwright.plan.identity import plan_digest
from setwright.plan.saved import configs, plan_text, read_plan
from setwright.remotes.memory import MemoryRemote
from setwright.spec.project import Project
from tests.apply.projects import CELLS, carry_out, frames, lake_in_memory, planned, project
from tests.apply.test_planning import configs as some_configs

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text())
ONE = project({"cells": CELLS})


def saved(remote: MemoryRemote, wanted: Project = ONE, lineage: str = "lineage") -> PlanDocument:
    made = planned(remote, wanted, lineage)
    return describe(made.plan, project="blood", specs={}, losses=made.losses)


def read(content: bytes) -> PlanDocument:
    return read_plan(content, "plan.json", lambda: SCHEMA)


def unsealed(document: PlanDocument) -> PlanDocument:
    return replace(document, seal="")


def sealed_anew(content: bytes) -> bytes:
    """As somebody makes it who knows how."""
    return plan_text(from_document(PlanDocument, json.loads(content))).encode()


def altered(document: PlanDocument, change: Any) -> bytes:
    whole = json.loads(plan_text(document))
    change(whole)
    return json.dumps(whole).encode()


@given(st.dictionaries(st.sampled_from("abc"), some_configs, min_size=1))
def test_what_is_saved_is_read_back(wanted: dict[str, DatasetConfig]) -> None:
    named = {address: replace(config, name=address) for address, config in wanted.items()}
    document = saved(lake_in_memory(), project(named))
    assert unsealed(read(plan_text(document).encode())) == document
    assert configs(document) == named


def test_a_saved_plan_makes_what_was_reviewed_though_the_lake_moved_on(tmp_path: Path) -> None:
    remote = lake_in_memory()
    document = saved(remote)
    remote.put(frames({"new.png": ["WBC"]}))
    (done,) = carry_out(remote, replan(remote, document), tmp_path).done
    (change,) = document.changes
    assert change.version is not None
    assert done.version is not None
    assert done.version.manifest_digest == change.version.manifest_after
    assert done.version.statistics.frames == 20


def test_a_saved_plan_cannot_be_carried_out_twice_even_the_first(tmp_path: Path) -> None:
    remote = lake_in_memory()
    document = saved(remote)
    carry_out(remote, replan(remote, document), tmp_path)
    with pytest.raises(StalePlanError, match="stale"):
        replan(remote, document)


def test_of_two_first_plans_only_one_can_be_carried_out(tmp_path: Path) -> None:
    remote = lake_in_memory()
    ours, theirs = saved(remote, lineage="ours"), saved(remote, lineage="theirs")
    carry_out(remote, replan(remote, ours), tmp_path)
    with pytest.raises(StalePlanError, match="stale"):
        replan(remote, theirs)


def test_a_plan_of_a_lake_that_never_was_there_is_refused() -> None:
    remote = lake_in_memory()
    remote.put(frames({"new.png": ["WBC"]}))
    document = saved(remote)
    with pytest.raises(StalePlanError, match="another lake"):
        replan(lake_in_memory(), document)


def test_a_plan_of_a_later_state_is_of_another_remote_or_a_newer_copy(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, ONE), tmp_path)
    with pytest.raises(StalePlanError) as refused:
        replan(lake_in_memory(), saved(remote))
    assert (
        "This is another remote, or an older copy: the plan was made from state 1, the newest is 0."
        in str(refused.value.detail)
    )


def test_what_a_saved_plan_forgets_is_forgotten(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, ONE), tmp_path)
    document = saved(remote, project({}))
    carry_out(remote, replan(remote, document), tmp_path)
    state = remote.state("blood")
    assert state is not None
    assert state.datasets == {}


def test_the_digest_of_the_plan_that_is_made_again_is_the_saved_one() -> None:
    remote = lake_in_memory()
    document = saved(remote)
    assert plan_digest(replan(remote, document).plan) == document.digest


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"nonsense", b"[]", b"{}", b'{"format_version": "2.0"}', b'{"format_version": "1.0"}'),
        pytest.param(b"[" * 200_000, id="nested"),
    ],
)
def test_what_is_no_plan_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"plan\.json"):
        read(content)


def leaves(part: Any) -> Iterator[tuple[Any, Any]]:
    """What holds a value, and where in it, for every number, text and flag of a document."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield part, key


@given(st.data())
def test_whatever_is_changed_in_a_saved_plan_is_noticed_also_what_is_only_shown(data: st.DataObject) -> None:
    whole = json.loads(plan_text(saved(lake_in_memory())))
    holder, key = data.draw(st.sampled_from([*leaves(whole)]))
    value = holder[key]
    match value:
        case bool():
            holder[key] = not value
        case int() | float():
            holder[key] = value + 1
        case _:
            holder[key] = f"{value or ''} "
    with pytest.raises(FormatError):
        read(json.dumps(whole).encode())


@pytest.mark.parametrize("number", ["1e999", "NaN", '"\\ud800"'])
def test_what_no_plan_can_hold_is_an_altered_plan(number: str) -> None:
    text = plan_text(saved(lake_in_memory())).replace(
        '"project": "blood"', f'"project": "blood", "mood": {number}'
    )
    with pytest.raises(FormatError, match="altered"):
        read(text.encode())


def test_how_the_file_is_indented_and_its_keys_are_ordered_changes_nothing() -> None:
    text = plan_text(saved(lake_in_memory()))
    turned = json.dumps(dict(reversed(json.loads(text).items())), ensure_ascii=True)
    assert read(turned.encode()) == read(text.encode())


def test_a_plan_of_the_format_that_had_no_seal_is_told_apart() -> None:
    def grow_old(whole: Any) -> None:
        whole["format_version"] = "1.0"
        del whole["seal"]

    with pytest.raises(FormatError, match="no saved plan that this setwright can read") as refused:
        read(altered(saved(lake_in_memory()), grow_old))
    assert "have no seal" in str(refused.value.detail)


def test_a_plan_whose_configuration_was_altered_is_refused_though_it_was_sealed_anew() -> None:
    def widen(whole: Any) -> None:
        whole["changes"][0]["config"]["query"] = ""

    document = saved(lake_in_memory(), project({"cells": replace(CELLS, query="annotation.label=WBC")}))
    with pytest.raises(FormatError, match="altered"):
        read(sealed_anew(altered(document, widen)))


def test_a_plan_whose_revision_was_altered_does_something_else_and_is_refused_though_it_was_sealed_anew() -> (
    None
):
    remote = lake_in_memory()
    remote.put(frames({"new.png": ["WBC"]}))

    def turn_back(whole: Any) -> None:
        whole["revision"] = 1

    with pytest.raises(StalePlanError):
        replan(remote, read(sealed_anew(altered(saved(remote), turn_back))))
