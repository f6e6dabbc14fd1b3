"""`setwright adopt`: a dataset that somebody made with LayerNext's own tools comes into a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.splits import SplitWish
from setwright.server.keys import Role
from setwright.state.folder import FolderStates
from tests.cli.inside import setwright, succeeded
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.served import connected
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = DatasetConfig(
    name="Party Balloons",
    source=CollectionSource(name="party"),
    query="annotation.label=Kite",
    labels=(LabelClass(name="Balloon", sources=("Balloon",)), LabelClass(name="Kite", sources=("Kite",))),
    split=SplitWish(train=50, validation=25, test=25),
    exports=("RAW", "YOLO Darknet"),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with Lake.create(tmp_path / "lake") as lake:
        frames = {f"{n}.png": ["Balloon", "Kite"] if n % 2 else ["Bird"] for n in range(8)}
        ingest(lake, write(tmp_path / "party", frames), "party")
        ingest(lake, write(tmp_path / "other", {"o.png": ["Kite"]}), "other")
    with serving(tmp_path / "lake") as running:
        yield running


@pytest.fixture
def project(server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    name, secret = server.keys[Role.ADMIN]
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_KEY", name)
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_SECRET", secret)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "setwright.yaml").write_text(
        f'project: ours\nremote: {{kind: layernext, url: "{server.url}"}}\n'
    )
    return folder


@pytest.fixture
def version(server: Serving, tmp_path: Path) -> str:
    """The id of a version that was not made by the project."""
    with connected(server, tmp_path / "theirs") as remote:
        client = remote._client
        tag = client.select(
            collection=client.collection_id("party"), items="image", query=CONFIG.query, filter=CONFIG.filter
        )
        made = client.create(tag, CONFIG).version
    assert made is not None
    return made


def test_a_dataset_that_exists_becomes_a_spec_with_what_can_be_read(project: Path, version: str) -> None:
    told = succeeded(project, "adopt", "balloons", "--name", "Party Balloons", "--version-id", version)
    spec = (project / "specs" / "balloons.yaml").read_text()
    assert "name: Party Balloons" in spec
    assert "source: {collection: party}" in spec
    assert "labels: [Balloon, Kite]" in spec
    assert "exports: [RAW, YOLO Darknet]" in spec
    assert "query" not in spec
    for unread in ("the query and the filter", "the split", "who annotated it"):
        assert f"Not read: {unread}" in told
    # The plan says what comes of the query that could not be read.
    plan = succeeded(project, "plan")
    assert "frames  4 -> 8  +4 entering" in plan
    (project / "specs" / "balloons.yaml").write_text(spec + 'query: "annotation.label=Kite"\n')
    assert succeeded(project, "plan").startswith(
        "These changes would be made"
    )  # the query changed, so it says


def test_a_spec_that_is_there_is_taken_for_what_the_dataset_was_made_of(project: Path, version: str) -> None:
    (project / "specs").mkdir()
    (project / "specs" / "balloons.yaml").write_text(
        "dataset: balloons\nname: Party Balloons\nsource: {collection: party}\nquery: annotation.label=Kite\n"
        "labels: [Balloon, Kite]\nsplit: {train: 50, validation: 25, test: 25}\nexports: [RAW, YOLO Darknet]\n"
    )
    refused = setwright(project, "plan")
    assert refused.returncode == 0, refused.stderr  # our server lists versions, so it can be compared
    succeeded(project, "adopt", "balloons", "--version-id", version)
    assert succeeded(project, "plan").startswith("No changes.")
    state = FolderStates(project / ".setwright" / "state", lambda: pytest.fail("no lock is taken")).newest(
        "ours"
    )
    assert state is not None
    assert state.datasets["balloons"].version == version


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("balloons",), "Which version?"),
        (("balloons", "--version-id", "0" * 24), 'LayerNext has no dataset "balloons"'),
        (("b", "--name", "Party Balloons", "--version-id", "0" * 24), "There is no such version"),
        (("../b", "--name", "Party Balloons", "--version-id", "VERSION"), "Not an address"),
    ],
)
def test_what_cannot_be_adopted_is_said_and_nothing_is_written(
    project: Path, version: str, arguments: tuple[str, ...], told: str
) -> None:
    ran = setwright(project, "adopt", *(version if each == "VERSION" else each for each in arguments))
    assert ran.returncode == 1
    assert told in ran.stderr
    assert not (project / "specs").exists()


def test_of_a_lake_s_dataset_all_is_read(
    server: Serving, project: Path, version: str, tmp_path: Path
) -> None:
    (project / "setwright.yaml").write_text("project: ours\nremote: {kind: lake, path: ../lake}\n")
    succeeded(project, "adopt", "balloons", "--name", "Party Balloons")
    plan = succeeded(project, "plan")
    assert "balloons is as its spec asks, and the state will know it" in plan


def test_a_dataset_that_the_project_has_at_another_address_is_not_adopted_once_more(
    server: Serving, project: Path, version: str
) -> None:
    (project / "setwright.yaml").write_text("project: ours\nremote: {kind: lake, path: ../lake}\n")
    succeeded(project, "adopt", "balloons", "--name", "Party Balloons")
    ran = setwright(project, "adopt", "others", "--name", "Party Balloons")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "It is that of balloons. Nothing was changed." in ran.stderr
    assert [file.name for file in (project / "specs").iterdir()] == ["balloons.yaml"]
    succeeded(project, "plan")


def test_a_spec_that_no_pattern_leads_to_is_told(server: Serving, project: Path, version: str) -> None:
    settings = "project: ours\nremote: {kind: lake, path: ../lake}\n"
    (project / "setwright.yaml").write_text(f"{settings}specs: [datasets/*.yaml]\n")
    told = succeeded(project, "adopt", "balloons", "--name", "Party Balloons")
    assert "leads to specs/balloons.yaml: add one" in told
    (project / "specs" / "balloons.yaml").unlink()
    (project / "setwright.yaml").write_text(settings)
    assert "No pattern" not in succeeded(project, "adopt", "balloons", "--name", "Party Balloons")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("verify", "balloons"), "cannot be made again here"),
        (("pull", "balloons", "--export", "RAW", "--json"), "--json is not offered"),
        (("pull", "balloons", "--export", "RAW", "--link"), "--link is not offered"),
    ],
)
def test_what_takes_more_than_layernext_tells_is_refused_rather_than_made_up(
    project: Path, version: str, arguments: tuple[str, ...], told: str
) -> None:
    succeeded(project, "adopt", "balloons", "--name", "Party Balloons", "--version-id", version)
    ran = setwright(project, *arguments)
    assert ran.returncode == 1
    assert told in ran.stderr


def test_versions_are_shown_and_compared_without_what_nobody_knows(project: Path, version: str) -> None:
    succeeded(project, "adopt", "balloons", "--name", "Party Balloons", "--version-id", version)
    succeeded(project, "apply", "--yes")  # the query could not be read, so frames come
    assert "eval: the remote divides" in succeeded(project, "diff", "balloons@1.0.0", "balloons@1.1.0")
    assert "the remote tells their names alone" in succeeded(project, "show", "balloons")
    assert "0 / 0" not in succeeded(project, "versions", "balloons")
