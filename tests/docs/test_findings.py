"""docs/findings: one page for each kind of finding, whose examples show what they say they show."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain
from pathlib import Path
from random import Random
from shutil import copytree

import pytest

import setwright
from setwright.apply.planning import make_plan
from setwright.cli import lock_file
from setwright.cli.finding_pages import codes, page
from setwright.cli.workspace import Workspace, open_workspace, require_project
from setwright.lake.lake import Lake
from setwright.model.diagnostics import FindingKind
from setwright.model.documents import from_document
from setwright.model.errors import FindingsError
from setwright.plan.describe import describe
from setwright.plan.document import PlanDocument
from setwright.plan.told import checked
from setwright.remotes.open import open_remote
from setwright.spec.project import RemoteSettings
from setwright.views.findings import DRIFT, PLANNED
from setwright.views.plan_findings import findings
from tests.apply.projects import carry_out
from tests.cli.inside import succeeded

DOCS = Path(__file__).parents[2] / "docs" / "findings"
SPEC = "specs/balloons.yaml"
"""The file that an example without a name stands in."""


def kinds() -> dict[str, FindingKind]:
    """Every kind of finding of every part, by code; a part keeps its kinds in a module `findings`."""
    root = Path(setwright.__file__).parent
    modules = sorted(f"setwright.{file.parent.name}.findings" for file in root.glob("*/findings.py"))
    found = [
        getattr(import_module(name), "KINDS", ()) for name in modules if name != "setwright.cli.findings"
    ]
    return {kind.code: kind for kind in chain.from_iterable(found)}


KINDS = kinds()
FROM_TEXT = [code for code in KINDS if code < "SW5"]
"""Findings on specs alone."""
BESIDE_A_REMOTE = [code for code in KINDS if "SW5" <= code < "SW9"]
"""Findings that only a plan beside a remote can have."""
OF_A_CHANGE = [code for code in KINDS if code >= "SW9"]
"""What a plan has to say of a change."""


@dataclass(frozen=True, slots=True)
class Example:
    """Files by name, and what is said on the command line about the environment."""

    files: dict[str, str]
    environment: str | None


def example(code: str, heading: str) -> Example:
    """The example below `heading`: fenced files, each with its name in the line before, or of `SPEC`."""
    section = page(code).text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    files = {
        name or SPEC: text
        for name, text in re.findall(
            r"(?:^`([^`\n]+)`:\n\n)?^```(?:yaml|toml)\n(.*?)^```$", section, re.DOTALL | re.MULTILINE
        )
    }
    told = re.search(r"^\$ setwright .*--env (\S+)", section, re.MULTILINE)
    return Example(files, told and told[1])


def opened(given: Example, folder: Path) -> Workspace:
    for name, text in {"setwright.yaml": "", **given.files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return open_workspace(folder, environment=given.environment, environ={})


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / SPEC)


def a_large_file(folder: Path) -> None:
    with (folder / SPEC).open("wb") as file:
        file.truncate(11 * 1024 * 1024)


def written(content: str | bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / SPEC).write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


BALLOONS = "dataset: balloons\nsource: {collection: party}\n"
MADE: dict[str, Callable[[Path], None]] = {
    "SW101": a_pipe,
    "SW102": a_large_file,
    "SW103": written(b"\xff\xfed\x00a\x00t\x00a\x00"),
    "SW104": written(BALLOONS + "labels: [Bal\u200bloon]\n"),
    "SW105": written(f"{BALLOONS}<<<<<<< main\nlabels: [Kite]\n=======\nlabels: [Bird]\n>>>>>>> birds\n"),
    "SW111": written(f"{BALLOONS}labels: {'[' * 101}{']' * 101}\n"),
    "SW112": written(f"{BALLOONS}labels: [{', '.join(map(str, range(100_001)))}]\n"),
    "SW118": written(BALLOONS + "label: Balloon\n" * 300),
}
"""What no page can show as it is: other bytes, too much of something, marks that tools would stumble over."""


def test_every_kind_of_finding_has_a_page_and_every_page_a_kind() -> None:
    assert set(codes()) == set(KINDS)
    assert {file.name for file in DOCS.iterdir()} == {f"{code}.md" for code in KINDS}


@pytest.mark.parametrize("code", KINDS)
def test_a_pages_head_says_what_the_finding_says(code: str) -> None:
    found, kind = page(code), KINDS[code]
    assert (found.code, found.summary, found.severity) == (code, kind.summary, kind.severity.value)


@pytest.mark.parametrize("code", KINDS)
def test_a_page_has_its_parts_in_order(code: str) -> None:
    parts = ["Before", "After"] if code in OF_A_CHANGE else ["Wrong", "Right"]
    assert re.findall(r"^## (.*)$", page(code).text, re.MULTILINE) == [*parts, "What to do"]


@pytest.mark.parametrize("code", KINDS)
def test_a_page_fits_on_lines_of_120_columns_and_ends_with_one_line_break(code: str) -> None:
    text = page(code).text
    assert max(map(len, text.splitlines())) <= 120
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("code", [code for code in FROM_TEXT if code not in MADE])
def test_the_wrong_example_gives_that_finding_and_no_other(code: str, tmp_path: Path) -> None:
    found = opened(example(code, "Wrong"), tmp_path).diagnostics
    assert {finding.code for finding in found} == {code}


@pytest.mark.parametrize("code", MADE)
def test_what_a_page_cannot_show_gives_that_finding_too(code: str, tmp_path: Path) -> None:
    assert example(code, "Wrong").files == {}, "it can be shown: take it off the list"
    (tmp_path / "specs").mkdir()
    (tmp_path / "setwright.yaml").touch()
    MADE[code](tmp_path)
    assert code in {finding.code for finding in open_workspace(tmp_path, environ={}).diagnostics}


@pytest.mark.parametrize("code", [*FROM_TEXT, *BESIDE_A_REMOTE])
def test_the_right_example_gives_no_finding(code: str, tmp_path: Path) -> None:
    right = example(code, "Right")
    if right.files or code not in MADE:
        workspace = opened(right, tmp_path)
        assert workspace.diagnostics == ()
        assert workspace.project is not None
        assert workspace.project.specs


BEFORE: dict[str, str] = {
    "SW516": "",
    "SW519": "",
    "SW607": "query: annotation.label=Bird\n",
    "SW608": "",
    "SW609": "",
    "SW610": "",
}
"""What the dataset was asked to be before, beside the party and its balloons, where a check looks at what changes."""

NEVER_BESIDE_A_LAKE = {"SW512", "SW605", "SW614"}
"""A lake understands its queries, divides no picture and no group, and tells all that checks ask: other tests show
these."""


@pytest.fixture(scope="module")
def party(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the collection `party`, divided by lists: 16 pictures of a balloon each, and 4 of a bird.

    One of them has a fold, too.
    """
    from PIL import Image

    folder = tmp_path_factory.mktemp("party")
    pictures = folder / "pictures"
    pictures.mkdir()
    for number in range(20):
        # Noise, for of pictures that show nothing nobody can tell whether they are nearly the same.
        Image.frombytes("L", (16, 16), Random(number).randbytes(256)).save(pictures / f"{number}.png")
        label = "Bird" if number % 5 == 0 else "Balloon"
        box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
        (pictures / f"{number}.xml").write_text(
            f"<annotation><filename>{number}.png</filename><object><name>{label}</name>{box}</object></annotation>"
        )
    lists = pictures / "ImageSets" / "Main"
    lists.mkdir(parents=True)
    for split, numbers in (("train", range(14)), ("val", range(14, 17)), ("test", range(17, 20))):
        (lists / f"{split}.txt").write_text("".join(f"{number}\n" for number in numbers))
    with Lake.create(folder / "lake") as lake:
        at = datetime(2024, 5, 31, tzinfo=UTC)
        lake.ingest(pictures, collection="party", author="ada", at=at)
        folds = folder / "folds"
        folds.mkdir()
        shutil.copy(pictures / "1.png", folds)
        (folds / "metadata.json").write_text(
            json.dumps({"files": [{"file": "1.png", "metadata": {"fold": "holdout"}}]})
        )
        lake.ingest(folds, collection="party", author="ada", at=at)
    return folder


def planned(workspace: Workspace, party: Path, name: str = "blood") -> set[str]:
    """The codes of what a plan beside the lake finds, checks that do not hold among it.

    `name` is the project's; the default is that under which `carry_out` keeps the state.
    """
    project = replace(require_project(workspace), name=name)
    pins = lock_file.read(workspace.root, None)
    with open_remote(RemoteSettings(path="lake"), party) as remote:
        try:
            made = make_plan(remote, project, lineage="docs", pins=pins)
        except FindingsError as error:
            return {finding.code for finding in error.diagnostics}
    written = describe(made.plan, project="docs", specs={}, losses={}, verdicts=made.verdicts)
    return {finding.code for finding in (*made.findings, *filter(None, map(checked, written.checks)))}


def applied(text: str, party: Path, folder: Path) -> Path:
    """A copy of the lake of `party` in which a spec that says `text` was applied."""
    shutil.copytree(party / "lake", folder / "lake")
    (folder / "setwright.yaml").write_text("remote: {kind: lake, path: lake}\n")
    (folder / "specs").mkdir()
    (folder / SPEC).write_text(f"{BALLOONS}labels: [Balloon]\n{text}")
    workspace = open_workspace(folder, environ={})
    assert workspace.project is not None
    with open_remote(RemoteSettings(path="lake"), folder) as remote:
        made = make_plan(remote, workspace.project, lineage="docs")
        assert not carry_out(remote, made, folder).failed
    return folder


@pytest.mark.parametrize("code", [code for code in BESIDE_A_REMOTE if code not in NEVER_BESIDE_A_LAKE])
def test_the_wrong_example_of_what_only_a_remote_knows_gives_that_finding_in_a_plan(
    code: str, tmp_path: Path, party: Path
) -> None:
    if code in BEFORE:
        party = applied(BEFORE[code], party, tmp_path / "before")
    workspace = opened(example(code, "Wrong"), tmp_path)
    assert workspace.diagnostics == ()
    assert planned(workspace, party, "another" if code == "SW519" else "blood") == {code}


@pytest.mark.parametrize("code", BESIDE_A_REMOTE)
def test_the_right_example_of_what_only_a_remote_knows_gives_none(
    code: str, tmp_path: Path, party: Path
) -> None:
    workspace = opened(example(code, "Right"), tmp_path)
    assert planned(workspace, party) == set()


@pytest.mark.parametrize("code", OF_A_CHANGE)
def test_what_a_page_shows_before_and_after_is_a_change_of_that_kind(
    code: str, tmp_path: Path, party: Path
) -> None:
    copytree(party / "lake", tmp_path / "lake")
    project = "project: ours\nremote: {kind: lake, path: lake}\n"
    opened(Example(example(code, "Before").files | {"setwright.yaml": project}, None), tmp_path)
    succeeded(tmp_path, "apply", "--yes")
    if code == DRIFT.code:  # it is others who make that change
        theirs = example(code, "After").files | {"setwright.yaml": project.replace("ours", "theirs")}
        opened(Example(theirs, None), tmp_path)
        succeeded(tmp_path, "apply", "--yes", "--take-over")
        opened(Example(example(code, "Before").files | {"setwright.yaml": project}, None), tmp_path)
    else:
        opened(Example(example(code, "After").files | {"setwright.yaml": project}, None), tmp_path)
    document = from_document(PlanDocument, json.loads(succeeded(tmp_path, "plan", "--json")))
    told = {finding.code for finding in findings(document)}
    assert told == ({code, PLANNED.code} if code == DRIFT.code else {code})


def test_what_a_page_tells_people_to_run_is_a_command_with_such_options() -> None:
    from setwright.cli.main import root

    context = root.make_context("setwright", [], resilient_parsing=True)
    for code in KINDS:
        for command, rest in re.findall(r"`setwright ([a-z-]+)([^`]*)`", page(code).text):
            assert command in root.table, f"{code} speaks of `setwright {command}`"
            if command != "lake":
                found = root.get_command(context, command)
                assert found is not None
                known = {option for parameter in found.params for option in parameter.opts}
                assert set(re.findall(r"--[a-z-]+", rest)) <= known, code
