"""The JSON Schemas of spec and project files, made of the file models: what editors complete and check by.

Whatever setwright accepts the schemas accept too. They accept more, for that percentages make 100, say, no schema
can tell.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from setwright.spec.dataset_models import DatasetFields, DatasetFile
from setwright.spec.file_types import ADDRESS_PATTERN, MAX_TEXT, TEXT_PATTERN
from setwright.spec.part import Part
from setwright.spec.project_models import ProjectFile, VariableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema: TypeAlias = dict[str, Any]

_WIDTH = 100

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REFERENCE: Schema = {
    "title": "Reference",
    "description": "Refers to a variable of the project. `$${` stands for the signs themselves.",
    "type": "string",
    "pattern": "\\$\\{",
    "examples": ["${var.site}"],
}
_TO_REFERENCE: Schema = {"$ref": "#/$defs/reference"}
_TEXT: Schema = {"maxLength": MAX_TEXT, "pattern": TEXT_PATTERN, "type": "string"}
_TEXT_OR_REFERENCE: Schema = {
    "title": "Text",
    "description": "One line, not blank, without blanks around it.",
    "anyOf": [_TEXT, _TO_REFERENCE],
}

# What explains a schema and accepts or refuses nothing.
_NOTES = ("title", "description", "examples")
# Fields of the project file that are read before there are variables.
_FIXED = ("project", "specs", "variables")


def dataset_schema() -> Schema:
    """The schema of one spec, draft 2020-12."""
    return _finished(DatasetFile)


def project_schema() -> Schema:
    """The schema of `setwright.yaml`, draft 2020-12."""
    return _finished(ProjectFile)


def as_text(schema: Schema) -> str:
    """`schema` as it stands in its file: what fits on one line is on one, so that a change is easy to review."""
    return _lines(schema, "") + "\n"


def _lines(value: Any, indent: str) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= _WIDTH or not isinstance(value, dict | list):
        return short
    deeper = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_lines(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(deeper + row for row in rows) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + _lines(each, deeper) for each in value) + f"\n{indent}]"


def _finished(model: type[Part]) -> Schema:
    made = model.model_json_schema()
    parts = {part.__name__: part for part in _parts()}
    definitions = {
        _snake(name): _part(schema, parts[name], with_variables=parts[name] is not VariableFile)
        for name, schema in sorted(made.pop("$defs").items())
    }
    whole = _part(made, model, with_variables=True)
    return {
        "$schema": DIALECT,
        "$comment": "Made of the models in the package by `make golden`; do not edit.",
        "title": made["title"],
        "description": made["description"],
        **{key: value for key, value in whole.items() if key not in _NOTES},
        "$defs": {**definitions, "text": _TEXT_OR_REFERENCE, "reference": _REFERENCE},
    }


def _part(schema: Schema, model: type[Part], with_variables: bool) -> Schema:
    """The schema of a mapping of the file, its fields in the order of the documentation."""
    properties = {
        name: _field(
            # pydantic would sort the keys within an example.
            {**schema["properties"][name], "examples": model.model_fields[name].examples},
            with_variables and name not in _FIXED,
        )
        for name in model.in_order()
    }
    # What the project's defaults can supply may be missing from a spec.
    required = [name for name in model.REQUIRED if name not in DatasetFields.model_fields]
    return {
        "title": _title(_snake(model.__name__)),
        "description": schema["description"],
        "type": "object",
        **({"required": required} if required else {}),
        "properties": properties,
        "additionalProperties": False,
    }


def _field(schema: Schema, with_variables: bool) -> Schema:
    notes = {key: schema[key] for key in _NOTES if key in schema}
    if "title" in notes:
        notes["title"] = _title(notes["title"])
    rest = {key: value for key, value in schema.items() if key not in (*_NOTES, "default")}
    return {**notes, **_value(rest, with_variables)}


def _value(schema: Schema, with_variables: bool) -> Schema:
    """`schema` without what pydantic adds for a field that may be left out; its scalars may be variables."""
    given: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    choices = [each for each in given if each != {"type": "null"}]
    beside = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
    if len(choices) == 1:
        return _value({**choices[0], **beside}, with_variables)
    if choices:
        read = [_value(each, with_variables) for each in choices]
        # A variable is offered once, not once for each kind of scalar.
        flat = [inner for each in read for inner in (each["anyOf"] if set(each) == {"anyOf"} else [each])]
        return {"anyOf": [each for number, each in enumerate(flat) if each not in flat[:number]], **beside}
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{_snake(schema['$ref'].rpartition('/')[2])}"}
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, with_variables)
    if kind == "array":
        return {**schema, "items": _field(schema["items"], with_variables)}
    if (
        not with_variables
        or schema.get("pattern") == ADDRESS_PATTERN
        or kind == ["string", "number", "boolean"]
    ):
        return schema
    if schema == _TEXT:
        return {"$ref": "#/$defs/text"}
    notes = {key: each for key, each in schema.items() if key in _NOTES}
    rest = {key: each for key, each in schema.items() if key not in _NOTES}
    return {**notes, "anyOf": [rest, _TO_REFERENCE]}


def _object(schema: Schema, with_variables: bool) -> Schema:
    read = dict(schema)
    for keyword in ("properties", "patternProperties"):
        if keyword in schema:
            read[keyword] = {name: _field(each, with_variables) for name, each in schema[keyword].items()}
    return {**read, "additionalProperties": False}


def _parts() -> Iterator[type[Part]]:
    waiting: list[type[Part]] = [Part]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.__subclasses__()


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("File")).lower()


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
