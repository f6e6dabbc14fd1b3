"""A lake whose blobs are in a bucket does all that a lake does, and to the same bytes."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setwright.apply.pull import pull
from setwright.lake.lake import Lake
from setwright.model.errors import LakeAwayError, LakeBusyError, LakeError, SetwrightError, UsageError
from setwright.remotes.lake import LakeRemote
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, project_at
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, write
from tests.oracles.s3 import environment, made_bucket

pytest.importorskip("obstore", reason="the extra `objectstore` is not installed")
pytestmark = pytest.mark.oracle

LATER = datetime.now(UTC) + timedelta(days=30)
FILES = {f"{number}.png": ["RBC"] for number in range(20)}
ROOT = Path(__file__).parents[2]
VARIED = (
    BALLOONS
    + "split: {train: 100, validation: 0, test: 0}\naugmentations: {flip: {horizontal}, rotate: [-10, 10]}\n"
)

KILLED = """
import os, signal, sys
from pathlib import Path
from setwright.lake.lake import Lake
from setwright.model.events import Advanced
from tests.lake.lakes import ingest

def kill(event):
    global left
    left -= isinstance(event, Advanced) and event.task == "Reading pictures"
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

left = 5
ingest(Lake.open(Path(sys.argv[1])), Path(sys.argv[2]), listener=kill)
"""


@pytest.fixture
def blobs(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address for blobs in a new bucket."""
    for name, value in environment(endpoint).items():
        monkeypatch.setenv(name, value)
    return f"s3://{made_bucket(endpoint, tmp_path)}/lake"


@pytest.fixture
def lake(blobs: str, tmp_path: Path) -> Iterator[Lake]:
    with Lake.create(tmp_path / "lake", blobs=blobs) as made:
        yield made


def pulled(lake: Lake, to: Path, *, link: bool = False) -> tuple[int, dict[str, bytes]]:
    """How many files were linked, and the bytes of all by path."""
    version = lake.publish(publication(lake))
    done = pull(LakeRemote(lake, "lake"), version, "RAW", to, link=link)
    files = {
        str(path.relative_to(to)): path.read_bytes()
        for path in to.rglob("*")
        if path.is_file() and ".setwright" not in path.name
    }
    return done.linked, files


def test_all_of_a_lake_is_the_same_in_a_bucket_as_in_a_folder(lake: Lake, tmp_path: Path) -> None:
    """Ingested, published, pulled, verified and cleared, beside a folder with the same."""
    with Lake.create(tmp_path / "plain") as plain:
        for one in (lake, plain):
            fill(one, tmp_path / "in", 20)
        assert content(lake) == content(plain)
        linked, files = pulled(lake, tmp_path / "out", link=True)
        assert (linked, files) == (0, pulled(plain, tmp_path / "plain-out")[1])
        assert len(files) > 20
        (version,), (other,) = lake.versions("Cells"), plain.versions("Cells")
        assert version.manifest_digest == other.manifest_digest
        assert lake.verify() == plain.verify()
        for one in (lake, plain):
            one._blobs.put(b"left over")
        assert lake.collect_garbage(now=datetime.now(UTC)).young == 1
        assert lake.collect_garbage(now=LATER) == plain.collect_garbage(now=LATER)
        assert lake.verify() == plain.verify()
    assert not (lake.folder / "blobs").exists()
    assert ingest(lake, tmp_path / "in").revision is None
    with pytest.raises(UsageError, match="cannot stay in place"):
        ingest(lake, tmp_path / "in", in_place=True)


def test_blobs_that_are_stored_together_are_all_there_at_the_end_and_a_refusal_is_told(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = [bytes([number]) * 100 for number in range(40)]
    with lake._blobs.together() as put:
        stored = [put(content) for content in contents]
    assert [lake._blobs.read(digest) for digest in stored] == contents
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    away = pickle.loads(pickle.dumps(lake._blobs))
    with pytest.raises(LakeAwayError), away.together() as put:
        put(b"never")


def test_a_server_gives_the_pictures_of_a_bucket_as_they_are(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fastapi", reason="the extra `server` is not installed")
    from setwright.server.keys import Role
    from tests.server.serving import connected, serving

    fill(lake, tmp_path / "in", 20)
    version = lake.publish(publication(lake))
    digest = content(lake)[0][0][2].decode()
    with serving(lake.folder) as served, connected(served.url, served.keys[Role.READ]) as remote:
        pull(remote, version, "RAW", tmp_path / "served")
        with remote.picture(digest) as picture, lake.picture(digest) as own:
            assert picture.read() == own.read()
        with pytest.raises(SetwrightError, match="no such thing"):
            remote.picture("ab" * 32)
        pull(LakeRemote(lake, "lake"), version, "RAW", tmp_path / "direct")
        names = {path.name: path for path in (tmp_path / "direct").rglob("*.png")}
        assert len(names) == 20
        assert all(
            path.read_bytes() == names[path.name].read_bytes()
            for path in (tmp_path / "served").rglob("*.png")
        )
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        del served.service.lake._blobs.__dict__["_store"]  # which is opened anew, and finds nobody
        with pytest.raises(LakeAwayError):
            remote.picture(digest)


def test_damage_and_strangers_are_found_and_no_stranger_is_ever_removed(lake: Lake, tmp_path: Path) -> None:
    import obstore

    fill(lake, tmp_path / "in")
    names = [row[2].decode() for row in content(lake)[0]]
    store = lake._blobs._store  # type: ignore[attr-defined]
    obstore.put(store, f"{names[0][:2]}/{names[0][2:]}", b"other bytes")
    obstore.delete(store, f"{names[1][:2]}/{names[1][2:]}")
    obstore.put(store, "backup/of/ours.tar", b"x")
    found = lake.verify()
    assert sorted(damage.what for damage in found.damages) == [
        f"A blob has changed: {names[0]}",
        f"A picture is missing: {names[1]}",
    ]
    assert (found.strangers, found.strange_names) == (1, ("backup/",))
    assert lake.collect_garbage(now=LATER, grace=timedelta()).digests == ()
    assert obstore.get(store, "backup/of/ours.tar").bytes() == b"x"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_kill_in_the_middle_of_an_ingest_leaves_nothing_half(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", FILES)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(lake.folder), str(folder)], cwd=ROOT, check=False
    )
    assert done.returncode < 0
    found = lake.verify()
    assert (lake.revision(), found.damages, found.unreferenced == found.blobs > 0) == (0, (), True)
    # Its lock is free at once, for the process is gone.
    assert lake.collect_garbage(now=datetime.now(UTC)).young == found.blobs
    assert ingest(lake, folder).frames_new == 20
    assert lake.verify().damages == ()


def test_nobody_removes_while_somebody_writes_and_the_other_way_round(lake: Lake, tmp_path: Path) -> None:
    with Lake.open(lake.folder) as other:
        with lake._writers.writing(), other._writers.writing(), pytest.raises(LakeBusyError, match="writing"):
            other.collect_garbage(now=LATER)
        with lake._writers.alone(), pytest.raises(LakeBusyError, match="removing"):
            ingest(other, write(tmp_path / "in", {"a.png": []}))
        assert ingest(other, tmp_path / "in").frames_new == 1
        assert other.collect_garbage(now=LATER).kept == 1


def test_the_address_is_kept_and_nothing_else(lake: Lake, blobs: str, endpoint: str) -> None:
    document = json.loads((lake.folder / "lake.json").read_bytes())
    assert document == {"format_version": 3, "id": lake.id, "blobs": blobs}
    (lake.folder / "lake.json").write_text(json.dumps({**document, "blobs": "file:///etc"}))
    with pytest.raises(LakeError, match="blobs cannot be reached"):
        Lake.open(lake.folder)


def test_a_place_of_another_lake_makes_no_lake(lake: Lake, blobs: str, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="Another lake's blobs"):
        Lake.create(tmp_path / "second", blobs=blobs)
    assert not (tmp_path / "second" / "lake.json").exists()


def test_a_lake_moves_with_its_catalogue_to_where_its_blobs_are(
    lake: Lake, blobs: str, tmp_path: Path
) -> None:
    fill(lake, tmp_path / "in")
    with lake.exported_catalog() as pieces:
        lines = b"".join(pieces).splitlines(keepends=True)
    Lake.import_catalog(tmp_path / "moved", lines, blobs=blobs)
    with Lake.open(tmp_path / "moved") as moved:
        assert (moved.id, content(moved), moved.verify().damages) == (lake.id, content(lake), ())


def test_the_command_line_names_the_place_and_what_is_wrong_with_it(
    blobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in", {"a.png": ["RBC"]})
    assert f"Its blobs are in {blobs}" in succeeded(
        tmp_path, "lake", "init", "--lake", "lake", "--blobs", blobs + "/"
    )
    succeeded(tmp_path, "lake", "ingest", str(tmp_path / "in"), "--collection", "c", "--lake", "lake")
    assert "1 blob (" in succeeded(tmp_path, "lake", "verify", "--lake", "lake")
    assert "1 is needed" in succeeded(tmp_path, "lake", "gc", "--lake", "lake").replace("are", "is")
    exported = succeeded(tmp_path, "lake", "export-catalog", str(tmp_path / "c.jsonl"), "--lake", "lake")
    assert blobs in exported
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    told = setwright(tmp_path, "lake", "verify", "--lake", "lake")
    assert told.returncode == 1 and "hint: look whether it can be reached" in told.stderr
    refused = setwright(tmp_path, "lake", "init", "--lake", "other", "--blobs", "s3://k:canary@b/lake")
    assert refused.returncode == 1 and "canary" not in refused.stderr


def test_with_the_catalogue_in_postgresql_each_machine_may_have_a_copy_of_the_folder(
    blobs: str, postgresql: str, tmp_path: Path
) -> None:
    with Lake.create(tmp_path / "here", postgresql, blobs) as here:
        fill(here, tmp_path / "in", 4)
        shutil.copytree(here.folder, tmp_path / "there")
        with Lake.open(tmp_path / "there") as there:
            version, files = there.publish(publication(there)), pulled(here, tmp_path / "out")[1]
            assert here.versions("Cells") == (version,)
            assert len(files) > 4
            with there._writers.writing(), pytest.raises(LakeBusyError):
                here.collect_garbage(now=LATER)
            assert content(there) == content(here)
            assert there.verify() == here.verify()
            assert there.verify().damages == ()


def test_a_project_plans_previews_and_applies_over_it(blobs: str, tmp_path: Path) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": VARIED})
    succeeded(folder, "demo", str(tmp_path / "drawn"), "--frames", "4")
    succeeded(folder, "lake", "init", "--blobs", blobs)
    succeeded(folder, "lake", "ingest", str(tmp_path / "drawn"), "--collection", "party")
    assert "Version 1.0.0 (new)" in succeeded(folder, "plan")
    assert "2 varied copies" in succeeded(
        folder, "preview", "balloons", "--frames", "1", "--out", str(folder / "s.png")
    )
    succeeded(folder, "apply", "--yes")
    assert succeeded(folder, "plan").startswith("No changes.")
    assert " are whole" in succeeded(folder, "lake", "verify")
    assert not (folder / ".setwright" / "lake" / "blobs").exists()
