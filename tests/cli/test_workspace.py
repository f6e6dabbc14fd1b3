"""The project that a command works on: what is read, from where, and what never is."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from setwright.cli.workspace import Workspace, find_root, open_workspace, require_project
from setwright.model.errors import FindingsError, UsageError
from setwright.spec.source_text import MAX_BYTES
from setwright.views import findings_json, findings_text, github, gitlab, sarif
from tests.cli.project_folder import BALLOONS, project_at

SECRET = "hunter2-do-not-print"


def opened(folder: Path, environ: Mapping[str, str] | None = None, **around: Any) -> Workspace:
    return open_workspace(folder, environ=environ or {}, **around)


def codes(workspace: Workspace) -> list[str]:
    return [finding.code for finding in workspace.diagnostics]


def name_of(workspace: Workspace) -> str:
    """The name of the only dataset."""
    (spec,) = require_project(workspace).specs
    return spec.config.name


def everywhere(workspace: Workspace) -> str:
    """All that any view says of the findings."""
    found = workspace.diagnostics
    return "".join(
        [
            findings_text.render(found, color=False, width=200, limit=None),
            findings_json.render(found),
            sarif.render(found, version="1"),
            github.render(found),
            gitlab.render(found),
        ]
    )


# The project


def test_the_nearest_project_upwards_counts(tmp_path: Path) -> None:
    outer = project_at(tmp_path)
    inner = project_at(tmp_path / "teams" / "night")
    assert find_root(inner / "specs") == inner
    assert find_root(tmp_path / "teams") == outer


def test_without_a_project_one_is_told_how_to_start_one(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    assert not workspace.found
    with pytest.raises(UsageError, match="no project here") as raised:
        require_project(workspace)
    assert "setwright init" in (raised.value.hint or "")
    (tmp_path / "setwright.yml").touch()
    with pytest.raises(UsageError, match="no project here") as raised:
        require_project(workspace)
    assert raised.value.hint == f"setwright.yaml is how {tmp_path / 'setwright.yml'} has to be called"


def test_errors_leave_no_project_and_warnings_do(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": BALLOONS + "tags: [no]\n"})
    assert codes(opened(tmp_path)) == ["SW115"]
    assert name_of(opened(tmp_path)) == "balloons"
    project_at(tmp_path, {"specs/a.yaml": BALLOONS + "querry: x\n"})
    with pytest.raises(FindingsError) as raised:
        require_project(opened(tmp_path))
    assert [finding.code for finding in raised.value.diagnostics] == ["SW203"]


def test_a_project_without_a_name_is_called_like_its_folder(tmp_path: Path) -> None:
    project_at(tmp_path / "night", project="")
    assert require_project(opened(tmp_path / "night")).name == "night"


# Its files


def test_files_are_found_by_patterns_and_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["specs/b.yaml", "specs/a.yaml", "teams/x/y/specs.yaml", "specs/a.yml", "specs/deep/c.yaml"]
    files = {name: BALLOONS.replace("balloons", f"d{number}") for number, name in enumerate(names)}
    project_at(tmp_path, files, "specs: [specs/*.yaml, teams/**/specs.yaml]\n")
    workspace = opened(tmp_path)
    assert workspace.files == 3
    found = {spec.where.file for spec in require_project(workspace).specs}
    assert found == {"specs/a.yaml", "specs/b.yaml", "teams/x/y/specs.yaml"}


def test_a_file_that_two_patterns_lead_to_is_read_once(tmp_path: Path) -> None:
    project_at(tmp_path, project="specs: [specs/*.yaml, '**/balloons.yaml']\n")
    assert (opened(tmp_path).files, codes(opened(tmp_path))) == (1, [])


def test_a_spec_with_the_other_usual_ending_is_told_and_what_is_no_spec_is_not(tmp_path: Path) -> None:
    files = {"specs/one.yaml": BALLOONS, "specs/two.yml": BALLOONS, "specs/job.yml": "stage: test\n"}
    project_at(tmp_path, {**files, "specs/three.yaxml": BALLOONS, "other/four.yml": BALLOONS})
    workspace = open_workspace(tmp_path)
    (told,) = workspace.diagnostics
    assert told.source is not None
    assert (told.code, told.source.file) == ("SW121", "specs/two.yml")
    assert told.hint is not None
    assert "call it specs/two.yaml" in told.hint
    assert workspace.project is not None
    assert [spec.where.file for spec in workspace.project.specs] == ["specs/one.yaml"]


def test_names_that_begin_with_a_dot_are_meant_only_where_the_pattern_has_one(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/one.yaml": BALLOONS, "specs/.venv/two.yaml": "{", "specs/._one.yaml": "\0"})
    (tmp_path / "specs" / ".#one.yaml").symlink_to("ada@build-7.4711:1764")  # as Emacs does
    for patterns in ("specs/*.yaml", "specs/**/*.yaml", "./specs/*.yaml", "specs/*one.yaml"):
        (tmp_path / "setwright.yaml").write_text(f"specs: [{patterns}]\n")
        workspace = open_workspace(tmp_path)
        assert (workspace.diagnostics, workspace.files) == ((), 1)
    (tmp_path / ".specs").mkdir()
    (tmp_path / "specs" / "one.yaml").rename(tmp_path / ".specs" / "one.yaml")
    (tmp_path / "setwright.yaml").write_text("specs: [.specs/*.yaml]\n")
    assert open_workspace(tmp_path).files == 1


def test_a_folder_is_no_pattern_of_files(tmp_path: Path) -> None:
    project_at(tmp_path, project="specs: [specs/]\n")
    (told,) = open_workspace(tmp_path).diagnostics
    assert told.hint == "it is a folder: write specs/*.yaml"


def test_where_patterns_have_both_endings_each_takes_its_own_and_a_name_alone_is_only_that(
    tmp_path: Path,
) -> None:
    kites = BALLOONS.replace("balloons", "kites")
    files = {"specs/one.yaml": BALLOONS, "specs/two.yml": kites, "specs/one.yml": BALLOONS}
    project_at(tmp_path, files, "specs: [specs/one.yaml, specs/tw*.yaml, specs/tw*.yml]\n")
    workspace = open_workspace(tmp_path)
    assert [finding.detail for finding in workspace.diagnostics] == ['"specs/tw*.yaml" matches no file.']
    assert workspace.project is not None
    assert [spec.where.file for spec in workspace.project.specs] == ["specs/one.yaml", "specs/two.yml"]


@pytest.mark.parametrize("patterns", ["specs/*.yaml", "specs/*.yaml, specs/*.yml"])
def test_a_link_with_the_other_ending_to_a_spec_that_is_read_is_not_warned_about(
    patterns: str, tmp_path: Path
) -> None:
    project_at(tmp_path, {"specs/one.yaml": BALLOONS}, f"specs: [{patterns}]\n")
    (tmp_path / "specs" / "one.yml").symlink_to("one.yaml")
    workspace = opened(tmp_path)
    assert workspace.diagnostics == ()
    assert workspace.project is not None
    assert [spec.where.file for spec in workspace.project.specs] == ["specs/one.yaml"]


def test_a_pattern_without_a_file_is_shown_where_it_stands(tmp_path: Path) -> None:
    project_at(tmp_path, project="specs: [specs/*.yaml, more/*.yaml]\n")
    (finding,) = opened(tmp_path).diagnostics
    assert finding.code == "SW120"
    assert finding.source is not None
    assert (finding.source.line, finding.source.column) == (1, 23)


def test_a_link_within_the_project_is_followed(tmp_path: Path) -> None:
    project_at(tmp_path, {"shared/balloons.yaml": BALLOONS})
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "link.yaml").symlink_to("../shared/balloons.yaml")
    assert name_of(opened(tmp_path)) == "balloons"


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(f"password: {SECRET}\n")
    project_at(tmp_path / "party", {})
    (tmp_path / "party" / "specs").mkdir()
    (tmp_path / "party" / "specs" / "link.yaml").symlink_to("../../secret.yaml")
    workspace = opened(tmp_path / "party")
    assert "SW119" in codes(workspace)
    assert SECRET not in everywhere(workspace)


def test_a_folder_that_is_a_link_leading_out_is_not_followed_either(tmp_path: Path) -> None:
    project_at(tmp_path / "elsewhere")
    project_at(tmp_path / "party", {})
    (tmp_path / "party" / "specs").symlink_to("../elsewhere/specs")
    assert codes(opened(tmp_path / "party")) == ["SW119"]


def test_a_project_file_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(f"password: {SECRET}\n")
    (tmp_path / "party").mkdir()
    (tmp_path / "party" / "setwright.yaml").symlink_to("../secret.yaml")
    workspace = opened(tmp_path / "party")
    assert codes(workspace) == ["SW101"]
    assert SECRET not in everywhere(workspace)


@pytest.mark.parametrize("kind", ["pipe", "dangling link", "link to itself"])
def test_what_is_no_file_is_a_finding_and_nobody_waits_for_it(kind: str, tmp_path: Path) -> None:
    project_at(tmp_path)
    odd = tmp_path / "specs" / "odd.yaml"
    match kind:
        case "pipe":
            os.mkfifo(odd)
        case "dangling link":
            odd.symlink_to("nothing.yaml")
        case _:
            odd.symlink_to("odd.yaml")
    assert codes(opened(tmp_path)) in (["SW101"], ["SW119"])


def test_a_folder_called_like_a_spec_is_passed_over(tmp_path: Path) -> None:
    project_at(tmp_path)
    (tmp_path / "specs" / "folder.yaml").mkdir()
    assert codes(opened(tmp_path)) == []


def test_of_a_file_of_a_hundred_megabytes_no_more_is_read_than_the_bound(tmp_path: Path) -> None:
    project_at(tmp_path)
    with (tmp_path / "specs" / "large.yaml").open("wb") as file:
        file.truncate(100_000_000)
    tracemalloc.start()
    try:
        assert codes(opened(tmp_path)) == ["SW102"]
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()


# Variables

WITH_VARIABLE = {"specs/a.yaml": BALLOONS + 'name: "${var.site}"\n'}
DECLARED = """\
variables: {site: {default: default}}
environments: {staging: {variables: {site: environment}}}
"""


def test_the_command_line_counts_more_than_files_and_these_more_than_the_environment(tmp_path: Path) -> None:
    project_at(tmp_path, WITH_VARIABLE, DECLARED)
    file = tmp_path / "values.yaml"
    file.write_text("site: file\n")
    around: dict[str, Any] = {}
    said = [name_of(opened(tmp_path, **around))]
    around["environment"] = "staging"
    said.append(name_of(opened(tmp_path, **around)))
    around["environ"] = {"SETWRIGHT_VAR_SITE": "process"}
    said.append(name_of(opened(tmp_path, **around)))
    around["variable_files"] = [file]
    said.append(name_of(opened(tmp_path, **around)))
    around["variables"] = [("site", "command line")]
    said.append(name_of(opened(tmp_path, **around)))
    assert said == ["default", "environment", "process", "file", "command line"]


def test_of_several_values_the_last_counts(tmp_path: Path) -> None:
    project_at(tmp_path, WITH_VARIABLE, DECLARED)
    assert name_of(opened(tmp_path, variables=[("site", "one"), ("site", "two")])) == "two"


def test_a_value_for_a_variable_that_is_not_declared_is_a_mistake_unless_it_was_in_the_environment(
    tmp_path: Path,
) -> None:
    project_at(tmp_path)
    assert codes(opened(tmp_path, variables=[("sight", "x")])) == ["SW406"]
    assert codes(opened(tmp_path, environ={"SETWRIGHT_VAR_SIGHT": "x"})) == []


@pytest.mark.parametrize(
    ("type_", "given", "code"),
    [
        ("number", "7", None),
        ("number", "0.5", None),
        ("number", "seven", "SW408"),
        ("number", "1e999", "SW408"),
        ("flag", "true", None),
        ("flag", "yes", "SW408"),
        ("text", "7", None),
    ],
)
def test_values_from_outside_are_read_as_the_variables_type(
    type_: str, given: str, code: str | None, tmp_path: Path
) -> None:
    project_at(tmp_path, project=f"variables: {{x: {{type: {type_}}}}}\n")
    assert codes(opened(tmp_path, variables=[("x", given)])) == ([code] if code else [])


# What nobody may find out

REFERENCES = [
    "${env.TOKEN}",
    "${TOKEN}",
    "$TOKEN",
    "${var.TOKEN}",
    "${var.token}",
    "${env:TOKEN}",
    "${{ secrets.TOKEN }}",
    "$(printenv TOKEN)",
    "`printenv TOKEN`",
    "${var.${var.site}}",
    "!env TOKEN",
    "!!python/object/apply:os.getenv [TOKEN]",
    "{{ env.TOKEN }}",
    "%TOKEN%",
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_nothing_else_of_the_environment_can_be_read(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    monkeypatch.setenv("token", SECRET)
    for text in (f"name: {reference}", f"name: '{reference}'", f'name: "{reference}"'):
        project_at(tmp_path, {"specs/a.yaml": BALLOONS + text + "\n"}, DECLARED)
        workspace = opened(tmp_path, environ=dict(os.environ))
        assert SECRET not in everywhere(workspace)
        assert workspace.project is None or SECRET not in repr(workspace.project)


def test_the_value_of_a_variable_is_not_read_for_references_again(tmp_path: Path) -> None:
    project_at(tmp_path, WITH_VARIABLE, DECLARED)
    assert name_of(opened(tmp_path, variables=[("site", "${var.site} $${")])) == "${var.site} $${"


def test_a_value_of_the_wrong_type_from_outside_is_not_shown(tmp_path: Path) -> None:
    project_at(tmp_path, project="variables: {token: {type: number}}\n")
    ways: list[dict[str, Any]] = [
        {"environ": {"SETWRIGHT_VAR_TOKEN": SECRET}},
        {"variables": [("token", SECRET)]},
    ]
    for around in ways:
        workspace = opened(tmp_path, **around)
        assert codes(workspace) == ["SW408"]
        assert SECRET not in everywhere(workspace)


def test_a_project_file_that_is_a_link_to_itself_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "setwright.yaml").symlink_to("setwright.yaml")
    assert codes(opened(tmp_path)) == ["SW101"]


@pytest.mark.parametrize(
    "project",
    [
        f"remote: {{kind: lak, url: 'https://ada:{SECRET}@example.org'}}\n",
        f"remote: {{url: 'https://ada:{SECRET}@exa mple.org'}}\n",
        f"remote: {{url: 'ftp://ada:{SECRET}@example.org', pth: x}}\n",
        f"remote: {{url: [https://ada:{SECRET}@example.org]}}\n",
        f"remote:\n  url: https://ada:{SECRET}@example.org\n",
        f"remote: {{url: https://ada:{SECRET}@example.org\n",
        f"{{https://ada:{SECRET}@example.org: 1}}\n",
        f"{{https://ada:{SECRET}{'x' * 100}@example.org: 1}}\n",
        f"remote: {{kind: 'https://ada:{SECRET}{'x' * 100}@example.org'}}\n",
        f"remote: {{kind: lak, path: '{'x' * 940}', url: 'https://ada:{SECRET}{'x' * 100}@example.org'}}\n",
    ],
)
def test_a_password_in_an_address_is_found_and_never_shown(project: str, tmp_path: Path) -> None:
    workspace = opened(project_at(tmp_path, project=project))
    assert workspace.diagnostics
    assert SECRET not in everywhere(workspace)


@pytest.mark.parametrize(
    "url",
    [
        f"https://ada:{SECRET}@lake.example.org",
        f"https://lake.example.org/?token={SECRET}",
        f"https://lake.example.org/?a=1&token={SECRET}#more",
        f"https://lake.example.org/#{SECRET}",
    ],
)
def test_the_excerpt_of_a_finding_shows_no_secret_of_an_address(tmp_path: Path, url: str) -> None:
    project_at(tmp_path, {"setwright.yaml": f"project: party\nremote: {{kind: lake, url: '{url}'}}\n"})
    workspace = opened(tmp_path)
    assert workspace.project is None
    assert "lake.example.org" in everywhere(workspace)
    assert SECRET not in everywhere(workspace)
