"""What a lake answered is remembered between plans: it changes no plan, whatever is written to the lake meanwhile."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import setwright
from setwright.lake import stamp as stamps
from setwright.lake.lake import Lake
from setwright.lake.schema import SCHEMA_VERSION
from setwright.lake.stamp import settled, stamp
from setwright.model.versions import Deletion
from setwright.remotes import remembered
from setwright.server.keys import Role
from tests.cli.inside import setwright as run
from tests.cli.inside import succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at
from tests.lake.older import make_older
from tests.laws import examples
from tests.server.serving import serving

pytestmark = pytest.mark.skipif(
    not Path("/proc/sys/kernel/random/boot_id").exists(), reason="answers are remembered on Linux"
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody waits for the file system's clock, which is finer here than what a test takes."""
    monkeypatch.setattr(stamps, "SETTLED", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "secret"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The lakes that were opened, by folder."""
    folders: list[Path] = []
    usual: Callable[..., Lake] = Lake.open

    def watched(folder: Path, **named: Any) -> Lake:
        folders.append(folder)
        return usual(folder, **named)

    monkeypatch.setattr(Lake, "open", watched)
    return folders


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return applied(tmp_path)


def applied(folder: Path) -> Path:
    """A project of which everything is applied."""
    project = project_at(folder / "project", project="project: party\nremote: {kind: lake}\n")
    Lake.create(lake_of(project)).close()
    ingest(project, "one", "two")
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + "exports: [RAW]\n")
    succeeded(project, "apply", "--yes")
    return project


def lake_of(project: Path) -> Path:
    return project / ".setwright" / "lake"


def plan(project: Path) -> str:
    """The plan as a document, which must be the same without what is remembered."""
    told = succeeded(project, "plan", "--json")
    os.environ["SETWRIGHT_CACHE"] = "off"
    try:
        anew = succeeded(project, "plan", "--json")
    finally:
        del os.environ["SETWRIGHT_CACHE"]
    assert told == anew
    return told


def is_remembered(project: Path, opened: list[Path]) -> bool:
    """Whether a plan is made without the lake."""
    before = len(opened)
    succeeded(project, "plan")
    return len(opened) == before


def test_a_lake_to_which_nothing_was_written_is_asked_once(project: Path, opened: list[Path]) -> None:
    first = plan(project)
    assert is_remembered(project, opened)
    assert plan(project) == first


def test_apply_always_asks_the_lake(project: Path, opened: list[Path]) -> None:
    plan(project)
    del opened[:]
    succeeded(project, "apply", "--yes")
    assert opened


def test_an_edited_spec_is_planned_with_the_lake_and_an_unedited_one_without(
    project: Path, opened: list[Path]
) -> None:
    plan(project)
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + "background: drop\n")
    assert "balloons" in plan(project)
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + "exports: [RAW]\n")
    assert is_remembered(project, opened)


def _ingest(project: Path) -> None:
    ingest(project, f"more{time.time_ns()}")


def _apply(project: Path) -> None:
    # With the consent that it takes after `_state`.
    spec = project / "specs" / "balloons.yaml"
    spec.write_text(spec.read_text() + f"# {time.time_ns()}\n")
    succeeded(project, "apply", "--yes", "--take-over")


def _describe(project: Path) -> None:
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + f"description: at {time.time_ns()}\n")
    succeeded(project, "apply", "--yes", "--take-over")


def _delete(project: Path) -> None:
    spec = project / "specs" / "balloons.yaml"
    text = spec.read_text()
    spec.unlink()
    run(project, "apply", "--yes", "--prune")
    spec.write_text(text)


def _collect(project: Path) -> None:
    succeeded(project, "lake", "gc")


def _lease(project: Path) -> None:
    with Lake.open(lake_of(project)) as lake, lake.lease("party/balloons", "ada"):
        pass


def _state(project: Path) -> None:
    with Lake.open(lake_of(project)) as lake:
        state = lake.state("party")
        if state is not None:
            lake.commit_state("party", state.forget("balloons"))


def _rename(project: Path) -> None:
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + f"name: Balloons {time.time_ns()}\n")
    succeeded(project, "apply", "--yes", "--take-over")


WRITES = [_ingest, _apply, _describe, _delete, _collect, _lease, _state, _rename]


def _group_labels(project: Path) -> None:
    succeeded(project, "lake", "labels", "define", "Balloon", "--description", f"at {time.time_ns()}")
    succeeded(project, "lake", "labels", "group", f"round {time.time_ns()}", "Balloon")


def _import_catalog(project: Path) -> None:
    """The catalogue of another day, in place of the one that is there."""
    exported = project.parent / f"catalog-{time.time_ns()}.jsonl"
    succeeded(project, "lake", "export-catalog", str(exported))
    _ingest(project)
    plan(project)
    for file in lake_of(project).iterdir():
        if file.name != "blobs":
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    succeeded(project, "lake", "import-catalog", str(exported))


def _migrate(project: Path) -> None:
    make_older(lake_of(project), SCHEMA_VERSION - 1)


def _upload(project: Path) -> None:
    """A picture sent to a server of the same lake, and plans while it runs."""
    with serving(lake_of(project)) as server:
        ask = partial(_asked, server.url, server.keys[Role.ADMIN])
        wanted = {"collectionName": "party", "collectionType": 5, "metaDataObject": {}}
        upload = ask("uploadMetadataInCollection", wanted)["uploadId"]
        file = ask("fileUpload/initializeMultipartUpload", {"fileName": "sent.png", "uploadId": upload})
        told = {"fileId": file["fileId"], "fileKey": file["fileKey"]}
        (part,) = ask("fileUpload/getMultipartPreSignedUrls", {**told, "parts": 1})["parts"]
        picture = io.BytesIO()
        Image.new("RGB", (9, 7)).save(picture, "PNG")
        requests.put(part["signedUrl"], data=picture.getvalue(), timeout=10).raise_for_status()
        finished = {**told, "uploadId": upload, "parts": [{"PartNumber": 1}]}
        ask("fileUpload/finalizeMultipartUpload", finished)
        plan(project)
        ask(f"collectionUploadingStatus/{upload}/complete")
        assert "sent.png" in plan(project)
    assert "sent.png" in plan(project)


def _asked(url: str, key: tuple[str, str], path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a server answers to one of LayerNext's calls."""
    answer = requests.request(
        "GET" if said is None else "POST",
        f"{url}/datalake/api/client/{path}",
        json=said,
        auth=key,
        timeout=10,
    )
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _let_the_version_go(project: Path) -> None:
    """Somebody deletes what the state says is there, by the lake itself."""
    with Lake.open(lake_of(project)) as lake:
        for name, found in lake.observe(["balloons"]).items():
            at = datetime.now(UTC)
            lake.delete(
                Deletion(key=str(time.time_ns()), name=name, version=found.version.id, author="ada", at=at)
            )


def _lock(project: Path) -> None:
    """The pins move, in the project and not in the lake."""
    succeeded(project, "lock")
    plan(project)
    _ingest(project)
    plan(project)
    succeeded(project, "lock", "--upgrade")


@pytest.mark.parametrize(
    "write",
    [*WRITES, _group_labels, _import_catalog, _migrate, _upload, _let_the_version_go, _lock],
    ids=lambda each: each.__name__.strip("_"),
)
def test_a_plan_sees_what_was_written(write: Callable[[Path], None], project: Path) -> None:
    plan(project)
    write(project)
    plan(project)
    plan(project)


def test_two_plans_at_the_same_time_are_those_of_one_alone(project: Path, opened: list[Path]) -> None:
    command = [sys.executable, "-m", "setwright", "-C", str(project), "plan", "--json"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = {each.communicate()[0] for each in both}
    assert told == {plan(project)}
    assert is_remembered(project, opened)


@settings(
    max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from([*WRITES, plan]), max_size=6))
def test_in_any_order_of_writes_and_plans_each_plan_is_that_of_the_lake_as_it_is(
    steps: list[Callable[[Path], object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = applied(tmp_path_factory.mktemp("order"))
    for step in steps:
        step(project)
        plan(project)


def test_what_a_writer_has_not_yet_moved_to_the_catalogue_is_seen(project: Path, opened: list[Path]) -> None:
    plan(project)
    with Lake.open(lake_of(project)) as lake:
        lake.ingest(
            project.parent / "pictures",
            collection="others",
            author="ada",
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        assert stamp(lake_of(project)) is None  # while its log is there
        assert not is_remembered(project, opened)
        plan(project)


def test_a_write_while_the_lake_is_asked_keeps_the_answers_from_being_kept(
    project: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Lake.observe

    def meanwhile(lake: Lake, names: Any) -> Any:
        monkeypatch.setattr(Lake, "observe", asked)
        found = lake.observe(names)
        _ingest(project)
        return found

    monkeypatch.setattr(Lake, "observe", meanwhile)
    succeeded(project, "plan")
    assert not is_remembered(project, opened)


def test_answers_are_kept_two_seconds_after_the_last_write(
    project: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "SETTLED", 3600 * 10**9)
    assert not is_remembered(project, opened)
    assert not is_remembered(project, opened)


@pytest.mark.parametrize("clock", ["ours", "theirs"])
def test_times_count_by_the_slower_of_two_clocks(
    clock: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_of(project)
    now = stamp(lake)
    assert now is not None
    newest = (lake / "catalog.sqlite").stat().st_ctime_ns
    os.utime(lake, ns=(newest + 10**10, newest + 10**10))
    monkeypatch.setattr(time, "time_ns", lambda: newest + 10**10)
    monkeypatch.setattr(stamps, "SETTLED", 2 * 10**9)
    assert settled(lake, now)
    if clock == "ours":
        monkeypatch.setattr(time, "time_ns", lambda: newest - 10**10)  # it was set back
    else:
        os.utime(lake, ns=(newest, newest))
    assert not settled(lake, now)


def test_a_catalogue_restored_with_its_times_is_another(project: Path, opened: list[Path]) -> None:
    catalogue = lake_of(project) / "catalog.sqlite"
    kept = project.parent / "kept.sqlite"
    shutil.copy2(catalogue, kept)
    size, times = catalogue.stat().st_size, catalogue.stat().st_mtime_ns
    plan(project)
    shutil.copy2(kept, catalogue)  # into the same file
    assert (catalogue.stat().st_size, catalogue.stat().st_mtime_ns) == (size, times)
    assert not is_remembered(project, opened)
    kept.replace(catalogue)  # and in its place
    assert not is_remembered(project, opened)


def test_another_lake_at_the_same_path_is_asked_itself(project: Path, opened: list[Path]) -> None:
    plan(project)
    shutil.rmtree(lake_of(project))
    Lake.create(lake_of(project)).close()
    ingest(project, "one")
    assert not is_remembered(project, opened)


@pytest.mark.parametrize("beside", ["-wal", "-journal"])
def test_a_log_that_a_crash_left_is_never_passed_over(beside: str, project: Path, opened: list[Path]) -> None:
    plan(project)
    catalogue = lake_of(project) / "catalog.sqlite"
    (catalogue.parent / f"catalog.sqlite{beside}").write_bytes(b"left")
    assert stamp(lake_of(project)) is None


def test_a_catalogue_with_two_names_or_after_another_start_of_the_system_has_no_such_stamp(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_of(project)
    before = stamp(lake)
    boot = project.parent / "boot"
    monkeypatch.setattr(stamps, "_BOOT", boot)
    assert stamp(lake) is None  # a system that does not say
    boot.write_text("another")
    assert stamp(lake) not in (None, before)
    os.link(lake / "catalog.sqlite", project.parent / "other.sqlite")
    assert stamp(lake) is None


def answers(project: Path) -> list[Path]:
    return sorted(Path(os.environ["XDG_CACHE_HOME"]).glob("setwright/lake/*"))


@pytest.mark.parametrize("lie", [b"", b"x", b"x" * 4000, b"[" * 100_000])
def test_a_file_that_nobody_signed_counts_as_absent(lie: bytes, project: Path, opened: list[Path]) -> None:
    plan(project)
    (file,) = answers(project)
    file.write_bytes(lie)
    assert not is_remembered(project, opened)


def test_a_signed_file_of_specs_is_none_of_answers(project: Path, opened: list[Path]) -> None:
    plan(project)
    (file,) = answers(project)
    (specs,) = Path(os.environ["XDG_CACHE_HOME"]).glob("setwright/specs/*")
    file.write_bytes(specs.read_bytes())
    assert not is_remembered(project, opened)


@pytest.mark.parametrize(
    "document", ["[]", "{}", '{"stamp": STAMP, "configs": [], "answers": {"revision": {}}}']
)
def test_a_signed_document_that_makes_no_sense_is_asked_anew(
    document: str, project: Path, opened: list[Path]
) -> None:
    import json

    from setwright.cli.lake_answers import lake_answers
    from setwright.lake.mark import read_mark

    kept = lake_answers(lake_of(project), read_mark(lake_of(project)).id)
    assert kept is not None
    kept.store(document.replace("STAMP", json.dumps(stamp(lake_of(project)))).encode())
    assert not is_remembered(project, opened)


def test_another_setwright_asks_anew(
    project: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(project)
    monkeypatch.setattr(setwright, "__version__", "99.0")
    assert not is_remembered(project, opened)


def test_nothing_is_kept_where_keeping_is_off_or_impossible(
    project: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert not is_remembered(project, opened)
    assert not is_remembered(project, opened)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("SETWRIGHT_CACHE", "off")
    assert not is_remembered(project, opened)
    assert not answers(project)


def test_a_lake_of_another_format_is_refused_as_ever(project: Path) -> None:
    plan(project)
    with closing(sqlite3.connect(lake_of(project) / "catalog.sqlite")) as connection:
        connection.execute("UPDATE properties SET value = '999' WHERE name = 'schema_version'")
        connection.commit()
    ran = run(project, "plan")
    assert ran.returncode == 1
    assert "newer setwright" in ran.stderr


def test_a_lake_that_is_gone_is_told_of(project: Path) -> None:
    plan(project)
    (lake_of(project) / "catalog.sqlite").unlink()
    assert "catalog.sqlite, is gone" in run(project, "plan").stderr


def test_answers_that_are_begun_anew_hold_each_dataset_its_own_configuration(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kite = {"specs/kite.yaml": BALLOONS.replace("dataset: balloons", "dataset: kite")}
    settings = f"project: two\nremote: {{kind: lake, path: {lake_of(project)}}}\n"
    beside = project_at(tmp_path / "two", kite, settings)
    succeeded(beside, "apply", "--yes")
    (project / "specs" / "kite.yaml").write_text(kite["specs/kite.yaml"])
    monkeypatch.setattr(remembered, "_MOST", 0)
    plan(beside)  # so that one configuration is remembered before those of the other project
    plan(project)
    plan(project)
