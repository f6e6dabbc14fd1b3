"""What is kept of specs between runs: it changes no answer, whoever has been at it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import setwright
from setwright.cli import kept as keeping
from setwright.cli import workspace
from setwright.cli.workspace import Workspace, open_workspace
from setwright.model.errors import UsageError
from tests.cli.inside import setwright as run
from tests.cli.project_folder import BALLOONS, project_at
from tests.spec.projects import spelt

KITES = "dataset: kites\nsource: {datasets: [balloons]}\nlabels: [Kite]\nsplit: {train: 70, test: 30}\n"
WRONG = "dataset: wrong\nsource: {collection: party}\nlabels: [Kite, Kite]\nbackgruond: drop\n"

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")

Environ: TypeAlias = dict[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_at(tmp_path / "project", {"specs/balloons.yaml": BALLOONS, "specs/kites.yaml": KITES})


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The spec files whose text was looked into."""
    from setwright.spec import specs

    names: list[str] = []
    whole = specs.read_specs

    def watched(file: str, *rest: Any) -> Any:
        names.append(file)
        return whole(file, *rest)

    monkeypatch.setattr(specs, "read_specs", watched)
    return names


def answer(opened: Workspace) -> object:
    return (
        opened.diagnostics,
        opened.files,
        opened.datasets,
        opened.project and spelt(opened.project),
    )


def same_as_without(project: Path, environ: Environ, **around: Any) -> object:
    """What opening comes to, which is what it comes to without any cache, and once more after that."""
    fresh = answer(open_workspace(project, environ={**environ, "SETWRIGHT_CACHE": "off"}, **around))
    assert answer(open_workspace(project, environ=environ, **around)) == fresh
    assert answer(open_workspace(project, environ=environ, **around)) == fresh
    return fresh


def kept(environ: Mapping[str, str]) -> list[Path]:
    return sorted(Path(environ["XDG_CACHE_HOME"]).glob("setwright/specs/*"))


def key(environ: Mapping[str, str]) -> Path:
    return Path(environ["XDG_STATE_HOME"]) / "setwright" / "cache.key"


# What is read again


def test_nothing_is_read_a_second_time(project: Path, environ: Environ, read: list[str]) -> None:
    first = answer(open_workspace(project, environ=environ))
    assert read == ["specs/balloons.yaml", "specs/kites.yaml"]
    assert answer(open_workspace(project, environ=environ)) == first
    assert len(read) == 2


def test_a_file_that_changed_is_read_again_and_no_other(
    project: Path, environ: Environ, read: list[str]
) -> None:
    open_workspace(project, environ=environ)
    (project / "specs" / "kites.yaml").write_text(KITES.replace("70", "60"))
    read.clear()
    (finding,) = open_workspace(project, environ=environ).diagnostics
    assert finding.code == "SW213"
    assert read == ["specs/kites.yaml"]
    read.clear()
    open_workspace(project, environ=environ)
    assert read == []
    same_as_without(project, environ)


def test_mistakes_are_remembered_with_their_places(project: Path, environ: Environ, read: list[str]) -> None:
    (project / "specs" / "wrong.yaml").write_text(WRONG)
    open_workspace(project, environ=environ)
    read.clear()
    found = open_workspace(project, environ=environ).diagnostics
    assert read == []
    assert [(each.code, each.source and each.source.line) for each in found] == [("SW215", 3), ("SW203", 4)]
    same_as_without(project, environ)


def test_specs_that_stay_find_those_that_come_and_go(project: Path, environ: Environ) -> None:
    same_as_without(project, environ)
    (project / "specs" / "twin.yaml").write_text(BALLOONS)
    same_as_without(project, environ)
    (project / "specs" / "twin.yaml").unlink()
    (project / "specs" / "balloons.yaml").unlink()
    same_as_without(project, environ)


@pytest.mark.parametrize(
    "settings",
    [
        "defaults: {split: {train: 50, test: 50}}\n",
        "defaults: {splti: {train: 50}}\n",
        "checks: {no_leakage: true}\n",
        "checks: {fewest_annotations: 3, warn: {largest_share: 60}}\n",
        "remote: {kind: layernext, url: https://example.org}\n",
        "specs: [specs/k*.yaml]\n",
        "environments: {staging: {names: {prefix: staging-}}}\n",
    ],
)
def test_a_change_of_the_project_file_is_seen(settings: str, project: Path, environ: Environ) -> None:
    before = same_as_without(project, environ)
    (project / "setwright.yaml").write_text("project: party\n" + settings)
    same_as_without(project, environ)
    if "environments" in settings:
        assert same_as_without(project, environ, environment="staging") != before


def test_variables_are_seen_wherever_they_come_from(tmp_path: Path, environ: Environ) -> None:
    project = project_at(
        tmp_path / "project",
        {"specs/balloons.yaml": BALLOONS + "name: from ${var.site}\n"},
        "variables: {site: {default: north}}\n",
    )
    values = tmp_path / "values.yaml"
    answers = [same_as_without(project, environ)]
    answers.append(same_as_without(project, {**environ, "SETWRIGHT_VAR_SITE": "south"}))
    answers.append(same_as_without(project, environ, variables=[("site", "east")]))
    for site in ("west", "[]", "3"):
        values.write_text(f"site: {site}\n")
        answers.append(same_as_without(project, environ, variable_files=[values]))
    assert len({repr(each) for each in answers}) == len(answers)


def test_a_list_that_a_check_names_is_read_every_time(tmp_path: Path, environ: Environ) -> None:
    for name, files in {
        "ours": {"specs/balloons.yaml": BALLOONS + "checks: {forbidden: {files: [erased.txt]}}\n"},
        "all": {"specs/balloons.yaml": BALLOONS, "specs/kites.yaml": KITES},
    }.items():
        settings = "checks: {forbidden: {files: [erased.txt]}}\n" if name == "all" else ""
        project = project_at(tmp_path / name, files, settings)
        answers = [same_as_without(project, environ)]
        for content in (b"guest.jpg\n", b"guest.jpg\nhost.jpg\n", b"\xff\xfe"):
            (project / "erased.txt").write_bytes(content)
            answers.append(same_as_without(project, environ))
        assert len({repr(each) for each in answers}) == 4


def test_an_export_of_a_package_that_went_is_no_export(
    tmp_path: Path, environ: Environ, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_at(tmp_path / "project", {"specs/balloons.yaml": BALLOONS + "exports: [Ours]\n"})
    monkeypatch.setattr(workspace, "_other_exports", lambda: ("Ours",))
    assert open_workspace(project, environ=environ).diagnostics == ()
    same_as_without(project, environ)
    monkeypatch.setattr(workspace, "_other_exports", lambda: ())
    assert [each.code for each in open_workspace(project, environ=environ).diagnostics] == ["SW218"]


def test_another_release_reads_for_itself(
    project: Path, environ: Environ, monkeypatch: pytest.MonkeyPatch, read: list[str]
) -> None:
    open_workspace(project, environ=environ)
    monkeypatch.setattr(setwright, "__version__", "99.0")
    open_workspace(project, environ=environ)
    assert len(read) == 4
    assert len(kept(environ)) == 2


@pytest.mark.parametrize(
    "args",
    [
        ["validate", "--format", "json"],
        ["validate"],
        ["show-spec", "balloons", "--resolved"],
        ["show-spec", "kites"],
        ["plan", "--format", "json"],
    ],
    ids=" ".join,
)
def test_commands_say_the_same(
    args: list[str], project: Path, monkeypatch: pytest.MonkeyPatch, environ: Environ
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    run(project, "lake", "init")
    cold, warm = run(project, *args), run(project, *args)
    monkeypatch.setenv("SETWRIGHT_CACHE", "off")
    assert cold == warm == run(project, *args)


# The switch


def test_off_reads_and_keeps_nothing(project: Path, environ: Environ, read: list[str]) -> None:
    for _ in range(2):
        open_workspace(project, environ={**environ, "SETWRIGHT_CACHE": "off"})
    assert len(read) == 4
    assert not Path(environ["XDG_CACHE_HOME"]).exists()
    assert not Path(environ["XDG_STATE_HOME"]).exists()


def test_a_slip_in_the_switch_is_told(project: Path, environ: Environ) -> None:
    with pytest.raises(UsageError, match="on or off") as raised:
        open_workspace(project, environ={**environ, "SETWRIGHT_CACHE": "of"})
    assert '"of"' in raised.value.detail


# Who else may have been there


@posix
def test_nobody_else_can_look_into_it(project: Path, environ: Environ) -> None:
    open_workspace(project, environ=environ)
    (file,) = kept(environ)
    assert [path.stat().st_mode & 0o777 for path in (file, key(environ))] == [0o600, 0o600]
    assert [
        path.stat().st_mode & 0o777 for path in (file.parent, file.parent.parent, key(environ).parent)
    ] == [0o700] * 3


def foreign_key(environ: Environ) -> None:
    key(environ).write_bytes(bytes(32))


def half_a_key(environ: Environ) -> None:
    key(environ).write_bytes(b"half")


def no_key(environ: Environ) -> None:
    key(environ).unlink()


def key_for_all(environ: Environ) -> None:
    key(environ).chmod(0o666)


def a_lie(environ: Environ) -> None:
    (file,) = kept(environ)
    file.write_bytes(file.read_bytes().replace(b"party", b"other"))


def half_a_file(environ: Environ) -> None:
    (file,) = kept(environ)
    os.truncate(file, file.stat().st_size // 2)


def nothing_in_it(environ: Environ) -> None:
    (file,) = kept(environ)
    os.truncate(file, 0)


def a_bomb(environ: Environ) -> None:
    (file,) = kept(environ)
    file.write_bytes(bytes(32) + b"[" * 10_000_000)


def a_huge_file(environ: Environ) -> None:
    (file,) = kept(environ)
    os.truncate(file, keeping.MAX_FILE + 100)


def a_pipe(environ: Environ) -> None:
    (file,) = kept(environ)
    file.unlink()
    os.mkfifo(file)


def a_folder(environ: Environ) -> None:
    (file,) = kept(environ)
    file.unlink()
    file.mkdir()


def a_link(environ: Environ) -> None:
    (file,) = kept(environ)
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


def file_for_all(environ: Environ) -> None:
    (file,) = kept(environ)
    file.chmod(0o666)


@posix
@pytest.mark.parametrize(
    "harm",
    [
        foreign_key,
        half_a_key,
        no_key,
        key_for_all,
        a_lie,
        half_a_file,
        nothing_in_it,
        a_bomb,
        a_huge_file,
        a_pipe,
        a_folder,
        a_link,
        file_for_all,
    ],
)
def test_what_is_not_ours_and_whole_counts_as_not_there(
    harm: Callable[[Environ], None], project: Path, environ: Environ, read: list[str]
) -> None:
    before = answer(open_workspace(project, environ=environ))
    harm(environ)
    read.clear()
    assert answer(open_workspace(project, environ=environ)) == before
    assert len(read) == 2
    same_as_without(project, environ)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"head": []},
        {
            "head": ["a", {"kind": 1, "x": 2}, {}, [], []],
            "lists": {},
            "exports": None,
            "checks": [],
            "files": {},
        },
    ],
    ids=json.dumps,
)
def test_even_what_is_signed_has_to_be_a_document_of_ours(
    document: object, project: Path, environ: Environ, read: list[str]
) -> None:
    before = answer(open_workspace(project, environ=environ))
    (file,) = kept(environ)
    content = json.dumps(document).encode()
    file.write_bytes(
        keeping.KeptFile(file, key(environ), "specs")._signature(key(environ).read_bytes(), content) + content
    )
    read.clear()
    assert answer(open_workspace(project, environ=environ)) == before
    assert len(read) == 2


@posix
@pytest.mark.parametrize("which", ["setwright", "setwright/specs"])
def test_in_a_folder_that_others_may_write_to_nothing_is_kept(
    which: str, project: Path, environ: Environ
) -> None:
    folder = Path(environ["XDG_CACHE_HOME"]) / which
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    same_as_without(project, environ)
    assert kept(environ) == []


def test_where_no_folder_can_be_made_specs_are_read_all_the_same(project: Path, environ: Environ) -> None:
    for name in environ:
        Path(environ[name]).write_text("a file")
    same_as_without(project, environ)


def test_a_relative_folder_does_not_count(
    project: Path, environ: Environ, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(project)
    open_workspace(project, environ={"XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state"})
    assert not (project / "cache").exists()
    if os.name != "nt":
        assert len(list((tmp_path / "home" / ".cache" / "setwright" / "specs").iterdir())) == 1


# Bounds


def test_runs_at_the_same_time_do_each_other_no_harm(project: Path, environ: Environ) -> None:
    expected = answer(open_workspace(project, environ={**environ, "SETWRIGHT_CACHE": "off"}))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: answer(open_workspace(project, environ=environ)), range(24)))
    assert found == [expected] * 24
    assert len(kept(environ)) == 1  # and no part of a file


def test_what_was_not_used_for_longest_goes_first(
    project: Path, environ: Environ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MAX_FILES", 2)
    monkeypatch.setattr(keeping, "_DAY", -1)
    (project / "setwright.yaml").write_text("variables: {site: {default: x}}\n")
    files: dict[Path, str] = {}
    for site in "abac":
        open_workspace(project, environ=environ, variables=[("site", site)])
        for file in kept(environ):
            files.setdefault(file, site)
    assert sorted(files[file] for file in kept(environ)) == ["a", "c"]


def test_all_files_together_take_no_more_than_they_may(
    project: Path, environ: Environ, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_workspace(project, environ=environ)
    (file,) = kept(environ)
    monkeypatch.setattr(keeping, "MAX_BYTES", file.stat().st_size * 3 // 2)
    open_workspace(project, environ=environ, environment="none")
    (other,) = kept(environ)
    assert other != file
    monkeypatch.setattr(keeping, "MAX_FILE", 10)
    (project / "setwright.yaml").write_text("project: other\n")
    open_workspace(project, environ=environ)
    assert kept(environ) == [other]
