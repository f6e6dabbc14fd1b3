"""Plan and apply beside a LayerNext that answers as little as is known of the product, or worse."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from setwright.apply.planning import Planned, make_plan
from setwright.apply.run import Outcome
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.errors import FindingsError, RemoteError, SetwrightError, StalePlanError, UnansweredError
from setwright.plan.changes import Amend, Create, Follow, Keep
from setwright.remotes.protocol import Remote
from setwright.spec.pin import Pin
from tests.apply.projects import carry_out, locked_now, project
from tests.remotes.layernext.fake import SECRET, Fake, beside
from tests.remotes.layernext.recording import Reply, Seen

CONFIG = DatasetConfig(
    name="Balloons",
    source=CollectionSource(name="party"),
    labels=(LabelClass(name="Balloon", sources=("Balloon",)),),
    exports=("RAW",),
)
numbers = count()


def planned(remote: Remote, config: DatasetConfig | None, pins: Mapping[str, Pin] | None = None) -> Planned:
    wanted = project({} if config is None else {"it": config})
    return make_plan(remote, wanted, lineage="lineage", prune=True, pins=pins)


def apply(remote: Remote, config: DatasetConfig | None, folder: Path) -> Outcome:
    return carry_out(remote, planned(remote, config), folder, name=f"apply-{next(numbers)}")


def error_of(outcome: Outcome) -> SetwrightError:
    (failed,) = outcome.failed
    return failed.error


@pytest.mark.parametrize("lists", [False, True])
def test_a_dataset_is_made_followed_changed_in_place_and_deleted(tmp_path: Path, lists: bool) -> None:
    fake = Fake(lists=lists, selected=["party_1.png"])
    repacked = replace(CONFIG, exports=("RAW", "YOLO Darknet"))
    narrowed = replace(repacked, query="annotation.label=Kite")
    replaced = replace(repacked, versioning="in_place")
    with beside(fake, tmp_path) as (remote, _):
        for config, kind, versions in (
            (CONFIG, Create, ["v1"]),
            (repacked, Amend, ["v1"]),
            (narrowed, Follow, ["v1", "v2"]),
            (replaced, Follow, ["v1", "v2"]),
        ):
            made = planned(remote, config)
            assert [type(change) for change in made.plan.changes] == [kind]
            assert not carry_out(remote, made, tmp_path, name=f"apply-{next(numbers)}").failed
            assert list(fake.versions) == versions
            assert [type(change) for change in planned(remote, config).plan.changes] == [Keep]
        assert fake.versions["v2"][1] == list(fake.frames)  # replaced in place
        assert not apply(remote, None, tmp_path).failed
        assert not fake.versions


def test_without_ids_in_answers_or_a_listing_somebody_has_to_look(tmp_path: Path) -> None:
    fake = Fake(tells_ids=False)
    with beside(fake, tmp_path) as (remote, _):
        error = error_of(apply(remote, CONFIG, tmp_path))
        assert isinstance(error, UnansweredError)
        assert "adopt" in (error.hint or "")
        observed = remote.adopt("v1", CONFIG, author="ada", at=remote_time())
        assert observed.version.statistics.frames == 4
        assert [type(change).__name__ for change in planned(remote, CONFIG).plan.changes] == ["Adopt"]
    assert list(fake.versions) == ["v1"]


def remote_time() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_a_bare_id_of_something_else_is_not_taken_for_a_version_s(tmp_path: Path) -> None:
    fake = Fake(lists=True)

    def otherwise(request: Seen) -> Reply | None:
        if request.path.endswith("/create"):
            fake._json(request)
            return Reply(json={"id": "a-group"})
        return None

    fake.otherwise = otherwise
    with beside(fake, tmp_path) as (remote, _):
        (done,) = apply(remote, CONFIG, tmp_path).done
        assert done.version is not None
        assert done.version.id == "v1"


def test_a_job_that_fails_is_a_failure(tmp_path: Path) -> None:
    fake = Fake(jobs=4)
    fake.otherwise = lambda request: None
    with beside(fake, tmp_path) as (remote, _):
        error = error_of(apply(remote, CONFIG, tmp_path))
        assert "job failed" in error.summary
        assert remote.state("blood") is None


def test_frames_that_come_between_plan_and_apply_are_not_taken_along(tmp_path: Path) -> None:
    for pin_ids in (False, True):
        fake, folder = Fake(), tmp_path / str(pin_ids)
        with beside(fake, folder, pin_ids=pin_ids) as (remote, server):
            made = planned(remote, CONFIG)
            fake.frames["party_new.png"] = "f-new"
            outcome = carry_out(remote, made, folder, name="apply-1")
            if pin_ids:
                assert not outcome.failed
                (sent,) = (each.body for each in server.seen if each.path.endswith("getSelectionId"))
                assert sent["objectIdList"] == ["f0", "f1", "f2", "f3"]
                assert sent["isAllSelected"] is False
                assert fake.versions["v1"][1] == [f"party_{n}.png" for n in range(4)]
            else:
                assert isinstance(error_of(outcome), StalePlanError)
                assert not fake.versions


def test_a_pin_that_no_longer_holds_refuses_the_apply(tmp_path: Path) -> None:
    fake = Fake()
    with beside(fake, tmp_path) as (remote, _):
        pins = locked_now(remote, project({"it": CONFIG}))
        assert pins["it"].revision is None
        assert pins["it"].frames == 4
        held = planned(remote, CONFIG, pins)
        assert held.plan.applyable
        fake.frames["party_new.png"] = "f-new"
        broken = planned(remote, CONFIG, pins)
        assert broken.plan.broken_pins == ("it",)
        with pytest.raises(StalePlanError, match="other frames"):
            carry_out(remote, broken, tmp_path, name="apply-1")
    assert not fake.versions


def test_what_was_done_there_by_hand_shows_as_far_as_frames_tell(tmp_path: Path) -> None:
    fake = Fake()
    with beside(fake, tmp_path) as (remote, _):
        apply(remote, CONFIG, tmp_path)
        name, frames, exports = fake.versions["v1"]
        fake.versions["v1"] = (name, frames[1:], exports)
        (change,) = planned(remote, CONFIG).plan.changes
        assert isinstance(change, Follow)
        assert change.content.frames.name[change.diff.entering].tolist() == ["party_0.png"]
        del fake.versions["v1"]
        (change,) = planned(remote, CONFIG).plan.changes
        assert isinstance(change, Create)


def test_a_query_that_selects_everything_and_unknown_names_are_told_before_anything_is_made(
    tmp_path: Path,
) -> None:
    with beside(Fake(), tmp_path) as (remote, server):
        odd = replace(CONFIG, query="annotation.label=Kite", operations=("run-7",))
        told = {finding.code: finding.detail for finding in planned(remote, odd).findings}
        assert "as many as without any" in told["SW512"] or "run-7" in told["SW512"]
        for wrong, code in (
            (replace(CONFIG, source=CollectionSource(name="partys")), "SW501"),
            (replace(CONFIG, background="drop"), "SW504"),
        ):
            with pytest.raises(FindingsError) as refused:
                planned(remote, wrong)
            assert code in {finding.code for finding in refused.value.diagnostics}
        assert not [each for each in server.seen if "/dataset/create" in each.path]


def test_projects_are_sent_by_their_ids_and_model_runs_as_they_are(tmp_path: Path) -> None:
    with beside(Fake(), tmp_path) as (remote, server):
        assert not apply(remote, replace(CONFIG, operations=("project", "run-7")), tmp_path).failed
        (sent,) = (each.body for each in server.seen if each.path.endswith("/dataset/create"))
        assert sent["operations"] == ["p1", "run-7"]


def test_many_frames_are_listed_side_by_side_and_a_count_that_lies_is_no_matter(tmp_path: Path) -> None:
    fake = Fake(frames={f"party_{n:05}.png": f"f{n}" for n in range(4321)})
    with beside(fake, tmp_path) as (remote, server):
        assert len(planned(remote, CONFIG).plan.changes[0].content.frames) == 4321  # type: ignore[union-attr]
        pages = [
            each.body["pageIndex"] for each in server.seen if each.path.endswith("explorer/c1/objects/list")
        ]
        assert sorted(pages) == [0, 1, 2, 3, 4]
        lie: Any
        for lie in (10**12, 4320, -1, "many", None, True):
            fake.otherwise = lambda request, lie=lie: (  # type: ignore[misc]
                Reply(json={"count": lie}) if request.path.endswith("/count") else None
            )
            assert len(planned(remote, CONFIG).plan.changes[0].content.frames) == 4321  # type: ignore[union-attr]


HOSTILE_NAMES = [
    "../../evil.png",
    "/etc/passwd",
    "C:\\evil.png",
    "a\x00b",
    "\x1b[2J\x1b]8;;http://evil\x07",
    "\u202egnp.exe",
    "party_1.png\nparty_2.png",
    ".",
    "..",
    "con",
    "x" * 5000,
    '<img src=x onerror="alert(1)">',
    "=cmd|' /C calc'!A0",
    "::set-output name=x::y",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_of_a_frame_leads_out_of_the_folder_or_is_shown_raw(tmp_path: Path, name: str) -> None:
    from setwright.apply.steps import told
    from setwright.plan.describe import describe
    from setwright.views import plan_markdown, plan_text
    from setwright.views.plan_page import page

    (tmp_path / "inside").mkdir()
    fake = Fake(frames={name: "f1", "party_2.png": "f2"})
    with beside(fake, tmp_path / "inside") as (remote, _):
        made = planned(remote, CONFIG)
        document = describe(
            made.plan, project="p", specs={}, losses={}, steps=told(made.plan), untold=("Nothing.",)
        )
        shown = plan_text.render(document, color=False, width=100)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "<img" not in plan_markdown.render(document)
        assert "<img" not in page.render(document)
        assert not carry_out(remote, made, tmp_path / "inside").failed
        assert planned(remote, CONFIG).plan.empty
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside"]
    assert {path.name for path in (tmp_path / "inside").iterdir()} <= {"state", "records", "apply-1.journal"}


@pytest.mark.parametrize("name", [*HOSTILE_NAMES[:4], "..", "x" * 190])
def test_no_name_of_a_dataset_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "inside").mkdir()
    with beside(Fake(), tmp_path / "inside") as (remote, _):
        apply(remote, replace(CONFIG, name=name), tmp_path / "inside")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside"]


ANSWERS: list[Any] = [
    [],
    {},
    None,
    "text",
    7,
    True,
    [1, "two", None],
    [{}],
    [{"id": 5, "name": ["x"]}],
    [{"id": "x" * 10, "name": "n", "uniqueName": None}] * 3,
    {"data": None},
    {"data": {"identifier": 1}},
    {"data": {"identifier": 1, "resourceArray": "x", "groupUniqueName": "..", "format": "RAW"}},
    {"isSuccess": False, "message": "\x1b[2Jno"},
    {"error": {"message": "no"}},
    {"selectionTag": ["x"]},
    {"count": 1e400},
    {"jobId": "../../x", "datasetVersionId": "../../../etc"},
    {"datasetVersionId": "v1", "versionNo": "9" * 5000},
]
CALLS = [
    "compatibility",
    "getCollectionIdByName",
    "getSelectionId",
    "/create",
    "updateNewVersion",
    "updateExistingVersion",
    "deleteVersion",
    "getStatus",
    "/count",
    "/objects/list",
    "/labels/list",
    "/projects/list",
    "/datasets/list",
    "getVersionData",
]


@pytest.mark.parametrize("call", CALLS)
def test_whatever_is_answered_to_a_call_it_is_taken_or_refused_and_never_a_crash(
    tmp_path: Path, call: str
) -> None:
    # A sixth of them for each call, another for the next; all with `SETWRIGHT_MANY`.
    chosen = ANSWERS if "SETWRIGHT_MANY" in os.environ else ANSWERS[CALLS.index(call) % 6 :: 6]
    for number, answer in enumerate(chosen):
        folder = tmp_path / str(number)
        fake = Fake(lists=call == "/datasets/list", selected=["party_1.png"])
        with beside(fake, folder) as (remote, _):
            assert not apply(remote, CONFIG, folder).failed
        raw = json.dumps(answer).encode()
        fake.otherwise = lambda request, raw=raw: (  # type: ignore[misc]
            Reply(raw=raw) if call in request.path else None
        )
        before = sorted(path.name for path in tmp_path.iterdir())
        wanted = replace(
            CONFIG,
            query="annotation.label=Kite",
            operations=("project",),
            exports=("RAW", "YOLO Darknet"),
            versioning="in_place" if call == "updateExistingVersion" else "auto",
        )
        try:
            with beside(fake, folder) as (remote, _):
                outcome = apply(remote, None if call == "deleteVersion" else wanted, folder)
                for failed in outcome.failed:
                    assert isinstance(failed.error, RemoteError | StalePlanError)
                    assert SECRET not in f"{failed.error.summary}{failed.error.detail}"
        except SetwrightError as error:
            assert SECRET not in f"{error.summary}{error.detail}"
        assert sorted(path.name for path in tmp_path.iterdir()) == before
