"""Projects made of texts, for tests that are not about files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from setwright.model.dataset import DatasetConfig
from setwright.model.diagnostics import Diagnostic
from setwright.spec.loading import Loading
from setwright.spec.plain_values import Values
from setwright.spec.project import Project
from setwright.spec.project_file import ProjectSettings, read_project
from setwright.spec.recollection import Recollection
from setwright.spec.settling import settled
from setwright.spec.source_text import decode_text
from setwright.spec.variables import GivenValue
from setwright.spec.yaml_nodes import parse_documents

MINIMAL = "dataset: balloons\nsource: {collection: party}\nlabels: [Balloon]\n"
"""The shortest spec."""


def load(
    specs: Mapping[str, str | bytes] | str | bytes,
    *,
    project: str | bytes = "",
    environment: str | None = None,
    given: Sequence[GivenValue] = (),
    other_exports: Sequence[str] = (),
    lists: Mapping[str, bytes | str] = MappingProxyType({}),
) -> tuple[Project, tuple[Diagnostic, ...]]:
    """The project of `specs`, texts by file name or the text of one `spec.yaml`, and all findings.

    `lists` are the files that checks name, as bytes, or the reasons why they cannot be read.

    All is read a second time, from what the first time left behind: that it comes to the same is a law of every test
    that reads specs.
    """
    files = specs if isinstance(specs, Mapping) else {"spec.yaml": specs}
    contents = [(name, _bytes(text)) for name, text in files.items()]
    project_file = "setwright.yaml", _bytes(project)

    def settings(tell: Callable[[Diagnostic], None]) -> ProjectSettings:
        return read_project(*project_file, folder="party", environment=environment, given=given, tell=tell)

    def read(past: Recollection | None = None) -> tuple[Loading, Project, tuple[Diagnostic, ...]]:
        told: list[Diagnostic] = []
        loading = Loading(
            settings,
            lambda: tuple(other_exports),
            lambda name: lists.get(name, "No such file or directory."),
            past,
        )
        drafts = loading.load(contents, told.append)
        return loading, loading.project(drafts), settled(told)

    loading, found, told = read()
    document = loading.recollection()
    if document is not None:
        again, remembered, told_again = read(Recollection(json.loads(json.dumps(document)), project_file))
        assert told_again == told
        assert spelt(remembered) == spelt(found)
        assert again.recollection() is None
    return found, told


def spelt(project: Project) -> list[object]:
    """All that `project` holds, places counted. Numbers that are none are equal here."""
    return [
        repr((project.name, project.remote, project.state)),
        *(
            (
                spec.address,
                repr((spec.config, spec.where, spec.previously, spec.checks, spec.project_checks)),
                dict(spec.fields),
            )
            for spec in project.specs
        ),
    ]


def findings_of(specs: Mapping[str, str | bytes] | str | bytes, **around: object) -> list[str]:
    """Code and place of every finding, as in `SW203 spec.yaml:2:1`."""
    return [
        f"{finding.code} {where.file}:{where.line}:{where.column}"
        if (where := finding.source)
        else finding.code
        for finding in load(specs, **around)[1]  # type: ignore[arg-type]
    ]


def only_finding(specs: Mapping[str, str | bytes] | str | bytes, **around: object) -> Diagnostic:
    """The one finding that there is."""
    (finding,) = load(specs, **around)[1]  # type: ignore[arg-type]
    return finding


def config_of(spec: str, **around: object) -> DatasetConfig:
    """The configuration of the one dataset in `spec`, which holds no mistake."""
    project, findings = load(spec, **around)  # type: ignore[arg-type]
    assert findings == ()
    (only,) = project.specs
    return only.config


def with_field(text: str) -> str:
    """The shortest spec, with `text` under it."""
    return MINIMAL + dedent(text)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def plain_documents(text: str) -> list[Any]:
    """The documents of a YAML file as plain values, variables left as they stand: what an editor checks."""
    source, found = decode_text("spec.yaml", text.encode())
    assert source is not None
    assert found == []
    nodes, found = parse_documents(source)
    assert found == []
    return [Values(None, lambda _: None).of(node, nulls=True) for node in nodes]
