"""What people install is what we test: the wheel carries everything, and needs nothing of the repository."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from setwright import __version__
from tests.house.program import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source package as installers do where they find no wheel."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment with the wheel in it, made without the network.

    The environment of the tests lends its dependencies, through a path file. Path files in a lent folder are
    not read, so our own editable install, which is one, does not come along.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    places = sysconfig.get_paths("venv", vars={"base": str(home), "platbase": str(home)})
    Path(places["purelib"], "lent.pth").write_text(sysconfig.get_path("purelib"))
    python = Path(places["scripts"], "python")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    return Path(places["scripts"])


def test_the_wheel_carries_every_schema(wheel: Path) -> None:
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("setwright/schemas/")}
    assert carried == {f"setwright/schemas/{file.name}" for file in (ROOT / "schemas").iterdir()}
    assert carried


def test_the_wheel_carries_every_page_on_a_finding(wheel: Path) -> None:
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("setwright/findings/")}
    assert carried == {f"setwright/findings/{file.name}" for file in (ROOT / "docs" / "findings").iterdir()}
    assert carried


def test_the_wheel_carries_the_package_its_types_and_its_licence_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"setwright", f"setwright-{__version__}.dist-info"}
    assert {"setwright/py.typed", f"setwright-{__version__}.dist-info/licenses/LICENSE"} <= set(names)


def test_the_installed_program_runs_from_anywhere(scripts: Path, tmp_path: Path) -> None:
    said = subprocess.check_output([scripts / "setwright", "--version"], cwd=tmp_path, text=True)
    assert said == f"setwright {__version__}\n"


def test_the_installed_program_explains_a_finding(scripts: Path, tmp_path: Path) -> None:
    said = subprocess.check_output([scripts / "setwright", "explain", "SW213"], cwd=tmp_path, text=True)
    assert said.startswith("# SW213: ")


def test_the_installed_package_runs_as_a_module(scripts: Path, tmp_path: Path) -> None:
    said = subprocess.check_output([scripts / "python", "-m", "setwright", "--help"], cwd=tmp_path, text=True)
    assert said.startswith("Usage: setwright ")


def test_the_installed_package_is_the_one_that_ran(scripts: Path, tmp_path: Path) -> None:
    found = subprocess.check_output(
        [scripts / "python", "-c", "import setwright; print(setwright.__file__)"], cwd=tmp_path, text=True
    )
    assert Path(found).is_relative_to(scripts.parent)


def test_the_installed_program_does_the_main_job_from_an_empty_folder(scripts: Path, tmp_path: Path) -> None:
    def setwright(*args: str, code: int = 0) -> str:
        done = subprocess.run(
            [scripts / "setwright", *args], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    setwright("init")
    setwright("demo", "party", "--frames", "30")
    setwright("lake", "ingest", "party", "--collection", "party")
    spec = (ROOT / "specs" / "balloons.yaml").read_text()
    (tmp_path / "specs" / "balloons.yaml").write_text(spec)
    setwright("validate")
    assert "1 to add" in setwright("plan", "--detailed-exitcode", code=2)
    setwright("apply", "--yes")
    assert "No changes" in setwright("plan", "--detailed-exitcode", code=0)

    (tmp_path / "specs" / "balloons.yaml").write_text(
        spec.replace("label=Balloon", "label in (Balloon, Kite)")
    )
    document = json.loads(setwright("plan", "--json"))
    Draft202012Validator(json.loads(setwright("schema", "plan"))).validate(document)
    assert document["changes"][0]["actions"] == ["new-version"]
    setwright("apply", "--yes")
    versions = json.loads(setwright("versions", "balloons", "--json"))["versions"]
    assert len(versions) == 2
    shown = json.loads(setwright("show", "balloons", "--json"))
    assert shown["frames"] == document["changes"][0]["frames"]["after"]

    setwright("pull", "balloons", "--export", "YOLO Darknet", "--to", "out")
    pictures = sum(
        len((tmp_path / "out" / f"{split}.txt").read_text().split()) for split in ("train", "valid", "test")
    )
    assert pictures == shown["frames"] == len(list((tmp_path / "out").rglob("*.jpg")))
    setwright("lake", "verify")


def test_an_export_of_another_package_is_made_like_our_own_once_it_is_installed(
    scripts: Path, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8").partition("## An export of your own")[2]
    (module,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (entry_point,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    package = tmp_path / "package"
    (package / "your_package").mkdir(parents=True)
    (package / "your_package" / "__init__.py").touch()
    (package / "your_package" / "module.py").write_text(module)
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        f'[project]\nname = "your-package"\nversion = "1.0"\n{entry_point}'
    )
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python")]
    installed = [*pip, "install", "--no-deps", "--no-index", "--no-build-isolation", str(package)]
    subprocess.run(installed, check=True, capture_output=True)

    def setwright(*args: str) -> str:
        done = subprocess.run(
            [scripts / "setwright", *args],
            cwd=tmp_path / "project",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    (tmp_path / "project").mkdir()
    try:
        setwright("init")
        setwright("demo", "party", "--frames", "10")
        setwright("lake", "ingest", "party", "--collection", "party")
        (tmp_path / "project" / "specs" / "party.yaml").write_text(
            "dataset: party\nsource: {collection: party}\nlabels: [Balloon, Kite, Bird]\nexports: [counts]\n"
        )
        setwright("validate")
        assert "! Counts: an annotation, of which only the number is kept" in setwright("plan")
        setwright("apply", "--yes")
        setwright("pull", "party", "--export", "counts", "--to", "out")
    finally:
        subprocess.run([*pip, "uninstall", "--yes", "your-package"], check=True, capture_output=True)
    rows = (tmp_path / "project" / "out" / "counts.csv").read_text().splitlines()
    pictures = {row.rpartition(",")[0] for row in rows}
    out = tmp_path / "project" / "out"
    assert pictures == {path.relative_to(out).as_posix() for path in out.rglob("*.jpg")}
    assert len(pictures) == 10
