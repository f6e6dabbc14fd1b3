"""`setwright fmt`: the files of a project in one layout."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.project_folder import BALLOONS, project_at
from tests.house.program import ROOT, setwright

MESSY = "labels: [Balloon,Kite]   # classes\ndataset: balloons\nsource:\n    collection: party\n"
TIDY = "dataset: balloons\nsource:\n  collection: party\nlabels: [Balloon, Kite]  # classes\n"
BROKEN = "labels: [Balloon\n"


def fmt(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return setwright("-C", str(folder), "fmt", *args, **environ)


def text_of(folder: Path, name: str = "specs/a.yaml") -> str:
    return (folder / name).read_bytes().decode()


def test_all_files_of_the_project_are_formatted_and_the_changed_ones_named(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": MESSY, "specs/b.yaml": BALLOONS}, "remote: {path: x, kind: lake}\n")
    result = fmt(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "formatted  setwright.yaml\nformatted  specs/a.yaml\n"
    assert text_of(tmp_path, "setwright.yaml") == "remote: {kind: lake, path: x}\n"
    assert text_of(tmp_path) == TIDY


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": MESSY})
    fmt(tmp_path)
    assert fmt(tmp_path).stdout == "2 files, all in layout\n"


def test_check_names_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": MESSY, "specs/b.yaml": BALLOONS})
    result = fmt(tmp_path, "--check")
    assert (result.returncode, result.stdout) == (1, "would change  specs/a.yaml\n")
    assert text_of(tmp_path) == MESSY
    fmt(tmp_path)
    assert fmt(tmp_path, "--check").returncode == 0


@pytest.mark.parametrize("text", [MESSY, MESSY.removesuffix("\n"), TIDY.removesuffix("\n")])
def test_diff_shows_what_would_change_as_a_patch_and_writes_nothing(text: str, tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": text})
    result = fmt(tmp_path, "--diff")
    assert result.returncode == 0
    assert result.stdout.splitlines()[:2] == ["--- a/specs/a.yaml", "+++ b/specs/a.yaml"]
    assert text_of(tmp_path) == text
    patch = tmp_path / "patch"
    patch.write_text(result.stdout)
    subprocess.run(["git", "apply", patch], cwd=tmp_path, check=True)
    assert text_of(tmp_path) == TIDY


def test_diff_and_check_together_show_and_fail(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": MESSY})
    result = fmt(tmp_path, "--diff", "--check")
    assert result.returncode == 1
    assert result.stdout.startswith("--- a/")
    assert result.stderr == "would change  specs/a.yaml\n"


def test_a_diff_is_coloured_and_its_text_cannot_give_the_terminal_orders(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": 'name: "\\e"   \r\n'})
    result = fmt(tmp_path, "--diff", FORCE_COLOR="1")
    assert "\x1b[31m-name" in result.stdout
    assert "\r" not in result.stdout


def test_a_file_that_is_no_yaml_is_left_alone_and_the_others_are_not(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": MESSY, "specs/b.yaml": BROKEN})
    result = fmt(tmp_path)
    assert result.returncode == 1
    assert result.stdout == "formatted  specs/a.yaml\n"
    assert "specs/b.yaml:" in result.stderr
    assert "error[SW107]" in result.stderr
    assert text_of(tmp_path, "specs/b.yaml") == BROKEN


def test_a_file_of_rare_yaml_is_left_alone_and_not_called_in_layout(tmp_path: Path) -> None:
    rare = "labels: [A]\r\n? dataset\r\n: a\r\n"
    project_at(tmp_path, {"specs/a.yaml": rare, "specs/b.yaml": TIDY})
    said = "left alone  specs/a.yaml, which has YAML of a rare kind\n"
    assert fmt(tmp_path, "specs").stdout == said + "1 file, in layout\n"
    assert (fmt(tmp_path, "specs/a.yaml", "--check").returncode, text_of(tmp_path)) == (1, rare)
    shown = fmt(tmp_path, "specs/a.yaml", "--diff")
    assert (shown.stdout, shown.stderr) == ("", said)


def test_a_spec_with_mistakes_that_are_no_matter_of_yaml_is_formatted(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": "lables: [a]\ndataset: A\n"}, "nonsense: 1\nproject: p\n")
    assert fmt(tmp_path).returncode == 0
    assert text_of(tmp_path) == "dataset: A\nlables: [a]\n"
    assert text_of(tmp_path, "setwright.yaml") == "project: p\nnonsense: 1\n"


def test_files_and_folders_can_be_named(tmp_path: Path) -> None:
    names = ("specs/a.yaml", "specs/b.yaml", "specs/night/c.yaml", "draft.yaml.txt")
    project_at(tmp_path, dict.fromkeys(names, MESSY), "specs: [specs/**/*.yaml]\n")
    assert fmt(tmp_path, "specs/b.yaml").stdout == "formatted  specs/b.yaml\n"
    assert fmt(tmp_path / "specs", "night").stdout == "formatted  specs/night/c.yaml\n"
    assert fmt(tmp_path, "draft.yaml.txt").stdout == "formatted  draft.yaml.txt\n"
    assert fmt(tmp_path, "--check").stdout == "would change  specs/a.yaml\n"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../other.yaml", "outside the project"),
        ("nix.yaml", "There is no file"),
        ("empty", "No file of the project"),
    ],
)
def test_what_is_not_of_the_project_is_refused(path: str, said: str, tmp_path: Path) -> None:
    project = project_at(tmp_path / "project", {"specs/a.yaml": MESSY})
    (tmp_path / "other.yaml").write_text(MESSY)
    (project / "empty").mkdir()
    result = fmt(project, path)
    assert result.returncode == 1
    assert said in result.stderr
    assert text_of(tmp_path, "other.yaml") == MESSY


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    project = project_at(tmp_path / "project", {"specs/b.yaml": MESSY})
    (tmp_path / "other.yaml").write_text(MESSY)
    (project / "specs" / "a.yaml").symlink_to(tmp_path / "other.yaml")
    result = fmt(project)
    assert result.returncode == 1
    assert "error[SW119]" in result.stderr
    assert text_of(tmp_path, "other.yaml") == MESSY
    assert text_of(project, "specs/b.yaml") == TIDY


def test_a_link_within_the_project_stays_a_link(tmp_path: Path) -> None:
    project_at(tmp_path, {"shared/a.yaml": MESSY})
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "a.yaml").symlink_to("../shared/a.yaml")
    assert fmt(tmp_path).returncode == 0
    assert (tmp_path / "specs" / "a.yaml").is_symlink()
    assert text_of(tmp_path, "shared/a.yaml") == TIDY


def test_permissions_stay_and_nothing_is_left_beside(tmp_path: Path) -> None:
    file = project_at(tmp_path, {"specs/a.yaml": MESSY}) / "specs" / "a.yaml"
    file.chmod(0o640)
    fmt(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_file_in_layout_is_not_written(tmp_path: Path) -> None:
    file = project_at(tmp_path, {"specs/a.yaml": TIDY}) / "specs" / "a.yaml"
    before = file.stat()
    fmt(tmp_path)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_spec_passes_through_for_editors_without_a_project(tmp_path: Path) -> None:
    def through(text: str, *args: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "setwright", "-C", str(tmp_path), "fmt", "-", *args],
            input=text.encode(),
            capture_output=True,
            check=False,
        )

    assert through(MESSY).stdout.decode() == TIDY
    assert (through(MESSY, "--check").returncode, through(TIDY, "--check").returncode) == (1, 0)
    broken = through(BROKEN)
    assert (broken.returncode, broken.stdout) == (1, b"")
    assert b"SW107" in broken.stderr


def test_without_a_project_one_is_told_how_to_begin(tmp_path: Path) -> None:
    result = fmt(tmp_path)
    assert result.returncode == 1
    assert "setwright init" in result.stderr


def test_a_new_project_is_in_layout(tmp_path: Path) -> None:
    setwright("-C", str(tmp_path), "init")
    assert fmt(tmp_path, ".", "specs/balloons.yaml.example", "--check").returncode == 0


def test_the_specs_of_this_repository_are_in_layout(tmp_path: Path) -> None:
    project_at(tmp_path, {f"specs/{file.name}": file.read_text() for file in (ROOT / "specs").glob("*.yaml")})
    assert fmt(tmp_path, "--check").returncode == 0
