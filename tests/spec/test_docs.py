"""docs/specs.md and docs/augmentations.md say what is so. `make golden` writes their tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from setwright.augment.vocabulary import VOCABULARY
from setwright.model.diagnostics import Severity
from setwright.spec import (
    check_models,
    dataset_models,
    project_models,
    source_text,
    yaml_nodes,
    yaml_scalars,
)
from setwright.spec.augmentation_schema import augmentation_schema
from setwright.spec.dataset_models import DatasetFields, DatasetFile
from setwright.spec.exports import KNOWN_EXPORTS
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.json_schema import dataset_schema, project_schema
from setwright.spec.part import Part
from setwright.spec.yaml_text import as_yaml
from tests.conftest import Golden
from tests.house.program import ROOT
from tests.spec import test_arguments
from tests.spec.hostile_files import MEMORY
from tests.spec.projects import load

SPECS = (ROOT / "docs" / "specs.md").read_text(encoding="utf-8")
AUGMENTATIONS = (ROOT / "docs" / "augmentations.md").read_text(encoding="utf-8")
MODELS = (dataset_models, project_models, check_models)
PAGES = {"specs": SPECS, "augmentations": AUGMENTATIONS}
WHERE_DECLARED = "variables: {site: {default: north}}\n"

EXAMPLES = [
    (kind, text)
    for page in PAGES.values()
    for kind, text in re.findall(r"```yaml ?(\w*)\n(.*?)```", page, re.DOTALL)
]


def with_tables(page: str) -> str:
    """`page` with what stands between its marks made anew."""
    return re.sub(
        r"<!-- (?!end)(.*?) -->\n.*?<!-- end -->",
        lambda match: f"<!-- {match[1]} -->\n{_table(match[1])}<!-- end -->",
        page,
        flags=re.DOTALL,
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_tables_are_those_of_the_models(name: str, golden: Golden) -> None:
    golden(f"../../docs/{name}.md", with_tables(PAGES[name]))


def test_every_mapping_of_a_file_has_its_table() -> None:
    marks = re.findall(r"<!-- fields of (\w+) -->", SPECS)
    parts = {
        value.__name__
        for module in MODELS
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Part)
    }
    assert sorted(marks) == sorted(parts - {"Part", "DatasetFields", "CheckFields"})


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_every_example_holds_no_mistake(kind: str, text: str) -> None:
    found = load({}, project=text)[1] if kind == "project" else load(text, project=WHERE_DECLARED)[1]
    assert [finding for finding in found if finding.severity is not Severity.NOTE] == []


def test_the_table_of_exports_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (yes|no) \| (yes|no) \|$", SPECS, re.MULTILINE)
    assert rows == [
        (each.name, each.short, "yes" if each.lake else "no", "yes" if each.layernext else "no")
        for each in KNOWN_EXPORTS
    ]


def test_every_argument_of_layernext_is_tested_by_the_test_that_the_table_names() -> None:
    table = SPECS.partition("## For those who know LayerNext's SDK")[2].partition("##")[0]
    named = set(re.findall(r"`(test_\w+)`", table))
    assert named == {name for name in vars(test_arguments) if name.startswith("test_")}


def test_the_bounds_are_those_of_the_code() -> None:
    bounds = SPECS.partition("## Bounds")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| \[SW", bounds, re.MULTILINE))
    assert rows == {
        "bytes": f"{source_text.MAX_BYTES // 1024**2} MiB; no more is read",
        "values, and lists and mappings, each": f"{yaml_nodes.MAX_SCALARS:,}",
        "values with every alias written out": f"{yaml_nodes.MAX_EXPANDED:,}",
        "characters of one value": f"{yaml_nodes.MAX_SCALAR:,}",
        "specs": f"{yaml_nodes.MAX_DOCUMENTS:,}",
        "levels of lists and mappings, aliases followed": f"{yaml_nodes.MAX_DEPTH}",
        "digits of a number": f"{yaml_scalars.MAX_DIGITS}",
        "mistakes shown": f"{MAX_FINDINGS}",
    }
    assert f"{MEMORY // 1024**2} MB" in bounds


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGES[name])
    assert links
    assert [link for link in links if not Path(ROOT, "docs", link).exists()] == []


def _table(mark: str) -> str:
    match mark.split():
        case ["fields", "of", name]:
            return _fields(next(getattr(module, name) for module in MODELS if hasattr(module, name)))
        case ["defaults"]:
            shared = ", ".join(f"`{name}`" for name in DatasetFields.in_order())
            own = ", ".join(
                f"`{name}`" for name in DatasetFile.in_order() if name not in DatasetFields.model_fields
            )
            return f"| may have a default | are one dataset's own |\n| --- | --- |\n| {shared} | {own} |\n"
        case ["vocabulary"]:
            return _vocabulary()
        case ["knobs"]:
            schema = augmentation_schema()["properties"]
            return _rows(
                {name: schema[name] for name in ("copies", "fraction", "min_visibility", "min_size", "seed")}
            )
        case _:
            raise AssertionError(mark)


def _fields(model: type[Part]) -> str:
    for schema in (dataset_schema(), project_schema()):
        parts = [schema, *schema["$defs"].values()]
        for part in parts:
            # Two may have fields of the same names.
            if (tuple(part.get("properties", ())), part["description"]) == (model.in_order(), model.__doc__):
                return _rows(part["properties"], schema["$defs"])
    raise AssertionError(model)


def _rows(fields: dict[str, Any], definitions: dict[str, Any] | None = None) -> str:
    lines = ["| field | takes | what it says | for example |", "| --- | --- | --- | --- |"]
    for name, field in fields.items():
        example = as_yaml({"x": field["examples"][0]}).removeprefix("x: ").strip()
        lines.append(
            f"| `{name}` | {_takes(field, definitions or {})} | {_cell(field['description'])} | `{_cell(example)}` |"
        )
    return "\n".join(lines) + "\n"


def _takes(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The kinds of value that `schema` takes, in words. That any may be a variable goes without saying."""
    if "anyOf" in schema:
        kinds = [_takes(each, definitions) for each in schema["anyOf"]]
        *others, last = dict.fromkeys(kind for kind in kinds if kind)
        return f"{', '.join(others)} or {last}" if others else last
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name == "reference":
            return ""
        return "text" if name == "text" else "a mapping"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"]) if len(schema["enum"]) < 6 else ""
    match schema.get("type"):
        case "array":
            return "a list"
        case "object":
            return "a mapping"
        case "boolean":
            return "`true`, `false`"
        case "integer" | "number":
            return "a whole number" if schema["type"] == "integer" else "a number"
        case "string":
            return "a day" if schema.get("format") == "date" else "text"
        case _:
            return "text, a number, `true` or `false`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _vocabulary() -> str:
    lines = [
        "| in a spec | LayerNext's type and property | takes | makes |",
        "| --- | --- | --- | --- |",
    ]
    for type_ in VOCABULARY:
        for property in type_.properties:
            word = f"{type_.word}.{property.word}" if property.word else type_.word
            takes = (
                "a flag"
                if property.range is None
                else f"{property.range[0]} to {property.range[1]} {property.unit}"
            )
            makes = f"{type_.meaning}: {property.meaning}" if property.word else type_.meaning
            lines.append(f"| `{word}` | `{type_.id}`, `{property.id}` | {takes} | {makes} |")
    return "\n".join(lines) + "\n"
