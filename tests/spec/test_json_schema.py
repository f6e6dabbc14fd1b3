"""The JSON Schemas: what editors complete and check by agrees with what setwright reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from setwright.spec.dataset_models import DatasetFile
from setwright.spec.json_schema import Schema, as_text, dataset_schema, project_schema
from setwright.spec.project_models import ProjectFile
from tests.conftest import Golden
from tests.house.program import ROOT
from tests.spec.projects import MINIMAL, load, plain_documents

DATASET = dataset_schema()
PROJECT = project_schema()
BOTH = pytest.mark.parametrize("schema", [DATASET, PROJECT], ids=["dataset", "project"])


def accepts(schema: Schema, document: Any) -> bool:
    return Draft202012Validator(schema).is_valid(document)


def nodes(schema: Schema) -> Iterator[Schema]:
    """A schema and every schema within it."""
    yield schema
    for keyword in ("properties", "patternProperties", "$defs"):
        for each in schema.get(keyword, {}).values():
            yield from nodes(each)
    for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from nodes(each)


@pytest.mark.parametrize(("kind", "schema"), [("dataset", DATASET), ("project", PROJECT)])
def test_the_committed_schemas_are_those_of_the_models(kind: str, schema: Schema, golden: Golden) -> None:
    golden(f"../../schemas/{kind}.schema.json", as_text(schema))


@BOTH
def test_it_is_a_schema(schema: Schema) -> None:
    Draft202012Validator.check_schema(schema)


@BOTH
def test_every_field_is_described(schema: Schema) -> None:
    fields = [field for part in nodes(schema) for field in part.get("properties", {}).items()]
    assert len(fields) > 100
    assert [name for name, field in fields if not field.get("description")] == []


@BOTH
def test_every_field_of_ours_is_shown_by_example(schema: Schema) -> None:
    ours = [schema, *schema["$defs"].values(), schema["$defs"].get("dataset_fields", schema)]
    fields = [field for part in ours for field in part.get("properties", {}).items()]
    assert [name for name, field in fields if not field.get("examples")] == []


@BOTH
def test_every_example_is_one(schema: Schema) -> None:
    count = 0
    for part in nodes(schema):
        for example in part.get("examples", ()):
            assert accepts({**part, "$defs": schema["$defs"]}, example), (part, example)
            count += 1
    assert count > 40


@BOTH
def test_no_mapping_takes_a_key_that_it_does_not_know(schema: Schema) -> None:
    for part in nodes(schema):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False, part


@pytest.mark.parametrize("model", [DatasetFile, ProjectFile])
def test_every_field_of_the_models_is_in_the_schema(model: type[DatasetFile | ProjectFile]) -> None:
    schema = DATASET if model is DatasetFile else PROJECT
    assert tuple(schema["properties"]) == model.in_order()


@pytest.mark.parametrize("file", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda file: file.name)
def test_the_specs_of_this_repository_keep_to_the_schema_alone(file: Any) -> None:
    documents = plain_documents(file.read_text())
    assert documents
    for document in documents:
        Draft202012Validator(DATASET).validate(document)


@pytest.mark.parametrize(
    "mistake",
    [
        "querry: x",
        "split: {train: 101}",
        "split: {trian: 70}",
        "exports: RAW",
        "operations: some",
        "versioning: sometimes",
        "filter: {annotation_types: [people]}",
        "filter: {from_date: yesterday}",
        "source: {datalake: video}",
        "labels: []",
        "dataset: Night Balloons",
        "augmentations: {flipp: {horizontal: true}}",
        "augmentations: {rotate: [-400, 0]}",
        "augmentations: {IMAGE_LEVEL: [{id: FLIP_IMAGE, properties: [{id: BLUR}]}]}",
        "background: maybe",
        "protect: 1",
    ],
)
def test_an_editor_shows_what_setwright_would_find(mistake: str) -> None:
    key = mistake.partition(":")[0]
    text = "".join(line for line in MINIMAL.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    text += mistake + "\n"
    assert load(text)[1] != ()
    (document,) = plain_documents(text)
    assert not accepts(DATASET, document)


def test_what_the_projects_defaults_supply_may_be_missing_from_a_spec() -> None:
    project, findings = load(
        "dataset: balloons\n", project="defaults: {source: {collection: party}, labels: [Balloon]}\n"
    )
    assert findings == ()
    assert len(project.specs) == 1
    assert accepts(DATASET, {"dataset": "balloons"})


def test_what_is_pasted_and_not_selected_may_hold_anything() -> None:
    entry = "{id: HUE, isSelected: false, properties: [{id: HUE_DEGREES, values: [-100, 100]}]}"
    property = "{id: FLIP_VERTICAL, isSelected: false, values: never}"
    flip = f"{{id: FLIP_IMAGE, properties: [{{id: FLIP_HORIZONTAL, values: [true]}}, {property}]}}"
    text = MINIMAL + f"augmentations: {{IMAGE_LEVEL: [{entry}, {flip}]}}\n"
    assert load(text)[1] == ()
    Draft202012Validator(DATASET).validate(plain_documents(text)[0])


def test_a_variable_may_stand_wherever_setwright_takes_one() -> None:
    spec = (
        "dataset: balloons\nsource: {datalake: '${var.items}'}\nlabels: ['${var.label}']\n"
        "split: {train: '${var.share}', validation: 10, seed: '${var.seed}', stratify: '${var.even}'}\n"
        "augmentations: {flip: {horizontal: '${var.even}'}, blur: '${var.blur}'}\n"
        "filter: {from_date: '${var.day}'}\noperations: '${var.ops}'\n"
    )
    declared = (
        "variables:\n  items: {default: image}\n  label: {default: Balloon}\n  share: {type: number, default: 90}\n"
        "  seed: {type: number, default: 3}\n  even: {type: flag, default: true}\n"
        "  blur: {type: number, default: 3}\n  day: {default: 2024-01-01}\n  ops: {default: none}\n"
    )
    assert load(spec, project=declared)[1] == ()
    (document,) = plain_documents(spec)
    Draft202012Validator(DATASET).validate(document)


def test_an_address_is_never_a_variable() -> None:
    assert not accepts(DATASET, {"dataset": "${var.site}"})
    assert not accepts(DATASET, {"dataset": "balloons", "previously": "${var.site}"})
