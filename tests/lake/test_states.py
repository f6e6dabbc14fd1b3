"""States of projects: numbered, each made once, of one history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import StalePlanError
from setwright.state.document import never_applied


def test_a_state_is_there_when_the_lake_is_opened_again(catalog: str | None, tmp_path: Path) -> None:
    first = never_applied("lineage").forget("nothing")
    with Lake.create(tmp_path / "lake", catalog) as lake:
        lake.commit_state("party", first)
    with Lake.open(tmp_path / "lake") as lake:
        assert lake.state("party") == first
        lake.commit_state("party", first.forget("nothing"))
        assert lake.state("party") == first.forget("nothing")


def test_of_two_writers_who_saw_one_state_the_second_is_refused(lake: Lake) -> None:
    first = never_applied("lineage").forget("nothing")
    lake.commit_state("party", first)
    with pytest.raises(StalePlanError, match="has moved on") as refused:
        lake.commit_state("party", first)
    assert refused.value.exit_code == 5


def test_no_serial_is_left_out(lake: Lake) -> None:
    first = never_applied("lineage").forget("nothing")
    with pytest.raises(StalePlanError, match="has moved on"):
        lake.commit_state("party", first.forget("nothing"))
    assert lake.state("party") is None


def test_two_projects_of_one_name_do_not_write_over_each_other(lake: Lake) -> None:
    first = never_applied("lineage").forget("nothing")
    lake.commit_state("party", first)
    with pytest.raises(StalePlanError, match="another history"):
        lake.commit_state("party", replace(first.forget("nothing"), lineage="another"))


def test_two_projects_of_two_names_share_a_lake(lake: Lake) -> None:
    ours, theirs = never_applied("ours").forget("x"), never_applied("theirs").forget("x")
    lake.commit_state("ours", ours)
    lake.commit_state("theirs", theirs)
    assert (lake.state("ours"), lake.state("theirs")) == (ours, theirs)
