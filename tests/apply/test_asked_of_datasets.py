"""Queries that ask for what datasets hold: a version that is published is news to them, though no frame has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import inside
from tests.cli.project_folder import project_at
from tests.lake.lakes import write

BASE = (
    "dataset: base\nname: Base\nsource: {{collection: cells}}\nquery: {query}\n"
    "labels: [RBC]\nsplit: {{train: 100}}\nexports: [RAW]\n"
)
ASKING = "dataset: asking\nname: Asking\nsource: {{datalake: image}}\nquery: '{query}'\nlabels: [RBC]\nexports: [RAW]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    specs = {"specs/base.yaml": BASE.format(query="metadata.name~0")}
    made = project_at(tmp_path / "project", specs)
    write(made / "in", {f"{number:02}.png": ["RBC"] for number in range(12)})
    inside.succeeded(made, "lake", "ingest", "in", "--collection", "cells")
    inside.succeeded(made, "apply", "--auto-approve")
    return made


def pending(project: Path, *options: str) -> bool:
    """Whether a plan has anything to do."""
    ran = inside.setwright(project, "plan", "--detailed-exitcode", *options)
    assert ran.returncode in (0, 2), ran.stderr
    return ran.returncode == 2


@pytest.mark.parametrize(
    ("query", "before", "after"),
    [
        ("dataset.name=Base", 11, 1),
        ("dataset(name=Base and split=train)", 11, 1),
        ("not dataset.name=Base", 1, 11),
        ("dataset(name=Base and version=1.0.0)", 11, 11),
    ],
)
def test_a_published_version_alone_is_news_to_those_who_ask_for_it(
    project: Path, query: str, before: int, after: int
) -> None:
    (project / "specs/asking.yaml").write_text(ASKING.format(query=query))
    inside.succeeded(project, "apply", "--auto-approve")
    assert held(project) == before
    assert not pending(project)
    (project / "specs/base.yaml").write_text(BASE.format(query="metadata.name~11"))
    inside.succeeded(project, "apply", "--auto-approve", "--select", "base")
    assert pending(project, "--select", "asking") == (before != after)
    inside.succeeded(project, "apply", "--auto-approve")
    assert held(project) == after
    assert not pending(project)


def held(project: Path) -> int:
    """How many frames the current version of the asking dataset holds."""
    return int(inside.succeeded(project, "lake", "query", "dataset.name=Asking", "--count"))
