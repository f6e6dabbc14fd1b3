"""docs/review.md: the jobs in it are whole, safe, and call setwright as it can be called."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from typing import Any

import click
import pytest
import yaml

from setwright.cli.forms import FILES, PRINTED
from setwright.cli.main import root
from setwright.views import plan_events
from tests.house.program import ROOT
from tests.views.test_plan_forms import ALL

PAGE = (ROOT / "docs" / "review.md").read_text()
BLOCKS = dict(re.findall(r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


class Loader(yaml.SafeLoader):
    """YAML 1.2's reading of `on`, as GitHub has it: a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in each if tag != "tag:yaml.org,2002:bool"]
    for first, each in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def block(name: str) -> Any:
    return yaml.load(BLOCKS[name], Loader)


GITHUB = block(".github/workflows/plan.yml")
GITLAB = block(".gitlab-ci.yml")
STEPS: list[dict[str, Any]] = GITHUB["jobs"]["plan"]["steps"]
SCRIPTS = [
    *(step["run"] for step in STEPS if "run" in step),
    "\n".join(GITLAB["plan"]["script"]),
    "\n".join(GITLAB["plan"]["after_script"]),
]


def commands() -> list[list[str]]:
    """Every call of setwright in the jobs, in words."""
    lines = [line for script in SCRIPTS for line in script.replace("\\\n", " ").splitlines()]
    return [shlex.split(line) for line in lines if line.strip().startswith("setwright ")]


def test_both_jobs_plan_once() -> None:
    assert [command[1] for command in commands()] == ["plan", "plan"]


@pytest.mark.parametrize("words", commands(), ids=["github", "gitlab"])
def test_the_command_lines_are_taken(words: list[str]) -> None:
    context = root.make_context("setwright", [], resilient_parsing=True)
    command = root.get_command(context, words[1])
    assert command is not None
    with click.Context(command, info_name="plan"):
        command.make_context("plan", words[2:])


def test_what_a_job_reads_the_plan_has_written() -> None:
    for text in (BLOCKS[".github/workflows/plan.yml"], BLOCKS[".gitlab-ci.yml"]):
        written = set(re.findall(r"--[\w-]+ (review/\S+)", text))
        assert set(re.findall(r"review/[\w.]+", text)) == written


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash is installed here")
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_are_bash(script: str) -> None:
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_nothing_from_outside_is_pasted_into_a_script_and_every_action_is_pinned() -> None:
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
    actions = [step["uses"] for step in STEPS if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in actions)
    assert GITHUB["permissions"] == {}


def test_steps_after_the_plan_run_also_where_it_was_denied() -> None:
    planned = next(place for place, step in enumerate(STEPS) if step.get("name") == "Plan")
    assert all("!cancelled()" in step["if"] for step in STEPS[planned + 1 :])
    assert GITLAB["plan"]["artifacts"]["when"] == "always"


def test_gitlab_is_given_reports_of_the_kinds_that_it_knows() -> None:
    assert GITLAB["plan"]["artifacts"]["reports"] == {
        "codequality": "review/quality.json",
        "terraform": "review/widget.json",
    }


def test_the_note_is_python() -> None:
    ast.parse(BLOCKS["ci/note.py"])


def test_the_page_tells_of_every_form() -> None:
    assert {f"--{form}" for form in FILES} <= set(re.findall(r"--[\w-]+", PAGE))
    assert set(re.findall(r"`--format ([\w-]+)`", PAGE)) == set(PRINTED) - {"text", "json", "ndjson"}


def test_the_page_tells_of_every_type_of_event_of_a_plan() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.partition("| type | of |")[2].partition("\n\n")[0]))
    types = {event["type"] for document in ALL.values() for event in plan_events.events(document)}
    assert types <= told
