"""`setwright show-spec`, as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from setwright.model.documents import config_digest
from tests.cli.project_folder import project_at
from tests.conftest import Golden
from tests.house.program import setwright
from tests.spec.projects import config_of

PROJECT = """\
project: party
variables: {site: {default: north}}
defaults:
  exports: [yolo-darknet, RAW]
  owners: [vision-team]
environments:
  staging: {names: {prefix: staging-}, variables: {site: south}}
"""
SPEC = """\
dataset: balloons
source: {collection: "party-${var.site}"}
query: annotation.label = Balloon
filter: {to_date: 2024-12-31}
labels: {Balloon: [balloon, Balloon]}
split: {test: 20, train: 80}
augmentations:
  IMAGE_LEVEL:
    - {id: IMAGE_ROTATION, properties: [{id: PERCENTAGE_SCALE, values: [30, -10]}]}
"""


def project(folder: Path) -> str:
    return str(project_at(folder, {"specs/balloons.yaml": SPEC}, PROJECT))


def test_it_shows_what_was_written_as_it_is_understood(tmp_path: Path) -> None:
    result = setwright("-C", project(tmp_path), "show-spec", "balloons")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "# specs/balloons.yaml:1\n"
        "dataset: balloons\n"
        "owners: [vision-team]  # from setwright.yaml:5\n"
        "source: {collection: party-north}\n"
        "query: annotation.label=Balloon\n"
        'filter: {to_date: "2024-12-31"}\n'
        "labels: {Balloon: [Balloon, balloon]}\n"
        "split: {train: 80, test: 20}\n"
        "exports: [RAW, YOLO Darknet]  # from setwright.yaml:4\n"
        "augmentations:\n"
        "  rotate: [-10, 30]\n"
        "  copies: 1\n"
        "  fraction: 1\n"
        "  min_visibility: 0.1\n"
        "  min_size: 2\n"
        "  seed: 0\n"
    )


def test_resolved_it_shows_every_field_and_the_digest(tmp_path: Path, golden: Golden) -> None:
    result = setwright("-C", project(tmp_path), "show-spec", "balloons", "--resolved")
    assert (result.returncode, result.stderr) == (0, "")
    golden("spec/resolved.yaml", result.stdout)


def test_what_it_shows_is_a_spec_that_means_the_same(tmp_path: Path) -> None:
    shown = [
        setwright("-C", project(tmp_path), "show-spec", "balloons", *options).stdout
        for options in ([], ["--resolved"])
    ]
    short, long = map(config_of, shown)
    assert short == long
    assert f"# {config_digest(long)}\n" in shown[1]


def test_as_json_it_gives_the_configuration_and_its_digest(tmp_path: Path) -> None:
    result = setwright("-C", project(tmp_path), "show-spec", "balloons", "--json")
    document = json.loads(result.stdout)
    assert document["address"] == "balloons"
    assert document["config"]["source"] == {"kind": "collection", "name": "party-north", "id": None}
    long = setwright("-C", project(tmp_path), "show-spec", "balloons", "--resolved").stdout
    assert f"# {document['digest']}\n" in long


def test_an_environment_is_laid_over_it(tmp_path: Path) -> None:
    shown = setwright(
        "-C", project(tmp_path), "show-spec", "balloons", "--resolved", "--env", "staging"
    ).stdout
    assert "name: staging-balloons" in shown
    assert "collection: party-south" in shown


def test_an_address_that_is_not_there_is_answered_with_the_one_that_is_near(tmp_path: Path) -> None:
    result = setwright("-C", project(tmp_path), "show-spec", "baloons")
    assert (result.returncode, result.stdout) == (1, "")
    assert 'did you mean "balloons"?' in result.stderr


def test_of_specs_with_mistakes_nothing_is_shown(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/balloons.yaml": SPEC + "querry: x\n"}, PROJECT)
    result = setwright("-C", str(tmp_path), "show-spec", "balloons")
    assert (result.returncode, result.stdout) == (1, "")


def test_the_shell_completes_addresses(tmp_path: Path) -> None:
    project_at(tmp_path)
    completing = {
        "_SETWRIGHT_COMPLETE": "bash_complete",
        "COMP_WORDS": "setwright show-spec ba",
        "COMP_CWORD": "2",
    }
    said = subprocess.check_output(
        [sys.executable, "-m", "setwright"], cwd=tmp_path, env=os.environ | completing, text=True
    )
    assert said == "plain,balloons\n"


def test_checks_are_shown_with_the_numbers_that_each_class_needs(tmp_path: Path) -> None:
    spec = SPEC + "checks: {fewest_annotations: 5, warn: {no_leakage: true}}\n"
    here = project_at(tmp_path, {"specs/balloons.yaml": spec}, PROJECT + "checks: {fixed_class_ids: true}\n")
    shown = setwright("-C", str(here), "show-spec", "balloons").stdout
    assert "checks: {fewest_annotations: {total: {Balloon: 5}}, warn: {no_leakage: true}}\n" in shown
    document = json.loads(setwright("-C", str(here), "show-spec", "balloons", "--json").stdout)
    kinds = [(check["kind"], check["level"]) for check in document["checks"]]
    assert kinds == [("fewest_annotations", "error"), ("fixed_class_ids", "error"), ("no_leakage", "warning")]
