"""What pydantic finds in a file's values, in our words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from setwright.model.suggestions import closest, did_you_mean
from setwright.spec import findings
from setwright.spec.days import day
from setwright.spec.file_types import (
    ADDRESS_PATTERN,
    DAY_PATTERN,
    GROUP_PATTERN,
    RESERVED_METADATA,
    SIZE_PATTERN,
    VARIABLE_PATTERN,
)
from setwright.spec.part import Part
from setwright.spec.shortening import short
from setwright.spec.yaml_nodes import Scalar
from setwright.spec.yaml_syntax import colon_hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.plain_values import Path, Places

_WANTED: dict[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "scalar_type": "text, a number, or true or false",
}
_WANTED_OF_SEVERAL: dict[str, str] = {
    "source.collection": "a collection's name, or its id as in {id: …}",
    "split.official": "a metadata field, or a mapping with `field`",
    "operations": "all, none, a list of annotation projects and model runs, or a mapping with `take` and `prefer`",
    "operations.take": "all, none, or a list of annotation projects and model runs",
    "labels": "a list of labels, or a mapping of classes to the lake's labels",
}
_WANTED_IN_CHECKS: dict[str, str] = {
    "fewest_frames": "a number, or numbers by `total`, `train`, `validation` and `test`",
    "fewest_annotations": "a number, or numbers by `total`, `train`, `validation` and `test`",
    "most_bytes": "a number of bytes, or one with its unit as in 10 GB",
    "most_entering": "a number of frames, or a mapping with `frames`, `percent` or both",
    "most_leaving": "a number of frames, or a mapping with `frames`, `percent` or both",
    "required_metadata": "a list of fields, or a mapping of fields to the values allowed",
    "forbidden": "a list of frames, or a mapping with `frames`, `files` or both",
    **dict.fromkeys(
        ("total", "train", "validation", "test"),
        "a number for each class, or a mapping of classes to numbers",
    ),
}
_SYNONYMS: dict[str, str] = {
    "address": "dataset",
    "id": "dataset",
    "classes": "labels",
    "class_names": "labels",
    "categories": "labels",
    "format": "exports",
    "formats": "exports",
    "export_types": "exports",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "training": "train",
    "start_date": "from_date",
    "end_date": "to_date",
    "version": "versioning",
    "lake": "datalake",
    "dependencies": "datasets",
    # What LayerNext's SDK calls them.
    "dataset_name": "name",
    "split_info": "split",
    "operation_list": "operations",
    "augmentation_list": "augmentations",
    "is_new_version_required": "versioning",
    "collection_id": "collection",
    "collection_name": "collection",
    "item_type": "datalake",
}
_MENDED: dict[Path, str] = {
    ("source",): "write `source: {{collection: {}}}`, or `{{datalake: image}}` for the whole lake",
    ("labels",): "write it in brackets: [{}]",
    ("split",): "write `split: {{train: 70, validation: 20, test: 10}}`, in percent",
    ("remote",): "write `remote: {{kind: lake, url: {}}}`, or `path` for a folder of this machine",
}
"""By path, how a text is written where a mapping or a list is wanted."""
_VAGUE = frozenset({"some", "any", "several", "list", "listed", "selected", "custom"})
"""Words that promise a list, and are none."""
_TYPES = {
    "int": "number",
    "integer": "number",
    "float": "number",
    "str": "text",
    "string": "text",
    "bool": "flag",
    "boolean": "flag",
}
"""What other languages call the types of variables."""
_STATES_LATER = frozenset(
    {"http", "https", "gitlab", "gitea", "s3", "gcs", "azure", "object_store", "postgres"}
)
_DATASET_FIELDS = ("source", "filter", "split", "checks")


def finding_of(model: type[Part], error: Any, path: Path, places: Places) -> Diagnostic:
    kind: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    field = field_name(path)
    given = error.get("input")
    match kind:
        case "extra_forbidden":
            return _unknown_field(model, path, places)
        case "missing":
            return findings.MISSING_FIELD.at(
                places.key(path[:-1]), f"`{field_name(path[:-1])}` needs `{path[-1]}`."
            )
        case "literal_error":
            known = re.findall(r"'([^']*)'", context["expected"])
            if path == ("state", "kind") and isinstance(given, str) and given in _STATES_LATER:
                return findings.NOT_OFFERED_YET.at(
                    places.value(path),
                    f"The state is kept by the lake itself, or in a folder; {given} is not offered yet.",
                    "write `state: {kind: folder}`, or leave it out",
                )
            wanted = _WANTED_OF_SEVERAL.get(".".join(map(str, path)))
            return findings.UNKNOWN_VALUE.at(
                places.value(path),
                (
                    f"{_sentence(field)} takes {wanted}"
                    if wanted is not None
                    else f"{_sentence(field)} is one of {', '.join(known)}"
                    if len(known) > 1
                    else f"{_sentence(field)} can only be {known[0]}"
                )
                + f"; {described(given)} stands there.",
                (did_you_mean(_TYPES.get(given, given), known) or _listed(path, given))
                if isinstance(given, str)
                else None,
            )
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            bound = context.get("ge", context.get("le", context.get("gt", context.get("lt"))))
            words = {"g": "at least", "l": "at most"}[kind[0]]
            return findings.OUT_OF_RANGE.at(
                places.value(path),
                f"{_sentence(field)} is {words} {bound:g}; {_as_written(given, path, places)} stands there.",
            )
        case "too_short" | "string_too_short":
            return findings.EMPTY.at(places.key(path), f"{_sentence(field)} needs at least one entry.")
        case "string_too_long":
            return findings.BAD_NAME.at(
                places.value(path),
                f"{_sentence(field)} has at most {context['max_length']} characters; these are {len(given):,}.",
            )
        case "string_pattern_mismatch":
            return _bad_text(context["pattern"], given, path, places)
        case _:
            wanted = (
                _WANTED.get(kind)
                or _WANTED_OF_SEVERAL.get(".".join(map(str, path)))
                or (_WANTED_IN_CHECKS.get(str(path[-1])) if "checks" in path else None)
                or "another kind of value"
            )
            if kind == "union_tag_not_found" and path[:1] == ("labels",) and len(path) == 2:
                wanted = "one label of the lake, or a list of them"
            return findings.WRONG_TYPE.at(
                places.value(path),
                f"{_sentence(field)} takes {wanted}; {_as_written(given, path, places)} stands there.",
                _apart(model, given, path) or _mend(kind, given, path, places),
            )


def _unknown_field(model: type[Part], path: Path, places: Places) -> Diagnostic:
    name = str(path[-1])
    known = _part_at(model, path[:-1]).in_order()
    inside = f"`{field_name(path[:-1]).strip('`')}`" if len(path) > 1 else f"a {model.CALLED}"
    synonym, meant = meant_by(name, known)
    hint = None if meant is None else f'did you mean "{meant}"?'
    if meant != synonym:
        within = _DATASET_FIELDS if len(path) == 1 else known
        home = next(
            (
                each
                for each in within
                if each in known and synonym in _part_at(model, (*path[:-1], each)).model_fields
            ),
            None,
        )
        if len(path) > 1:
            hint = hint if home is None else f"did you mean `{synonym}` under `{home}`?"
        elif home is not None and name == synonym:
            hint = f"it belongs under `{home}`; look at the indentation"
        elif home is not None:
            hint = f"did you mean `{synonym}` under `{home}`?"
        elif name in model.ELSEWHERE:
            hint = model.ELSEWHERE[name]
    return findings.UNKNOWN_FIELD.at(
        places.key(path), f'There is no "{short(name)}" in {inside}. It knows {", ".join(known)}.', hint
    )


def meant_by(name: str, known: Collection[str]) -> tuple[str, str | None]:
    """What we call what others call `name`, else `name` itself; and which of the `known` fields is meant by it."""
    synonym = _SYNONYMS.get(name.lower(), name)
    return synonym, synonym if synonym in known else closest(name, known)


def _bad_text(pattern: str, given: Any, path: Path, places: Places) -> Diagnostic:
    is_key = path[-1:] == ("[key]",)
    path = path[:-1] if is_key else path
    place = places.key(path) if is_key else places.value(path)
    shown = f'"{short(str(given))}"'
    if pattern == ADDRESS_PATTERN:
        return findings.BAD_NAME.at(
            place,
            f"{shown} is no address: those are made of lower-case letters, digits, `.`, `_` and `-`, and begin with "
            "a letter or a digit.",
            f'did you mean "{slug}"?' if (slug := address_like(str(given))) else None,
        )
    if pattern == DAY_PATTERN:
        return findings.BAD_DATE.at(
            place, f"{shown} is no day.", f"write {_day_in(str(given)) or 'year-month-day, as in 2024-05-31'}"
        )
    if pattern == GROUP_PATTERN:
        return findings.BAD_GROUP_FIELD.at(
            place,
            f"This has to be a metadata field, and {shown} names none.",
            f"did you mean metadata.{given}?"
            if re.fullmatch(r"[\w-]{1,60}", str(given)) and str(given).lower() not in RESERVED_METADATA
            else "write metadata.FIELD",
        )
    if pattern == SIZE_PATTERN:
        return findings.BAD_NAME.at(place, f"{shown} is no size.", "write a number and its unit, as in 10 GB")
    if pattern == VARIABLE_PATTERN:
        return findings.BAD_NAME.at(
            place, f"{shown} is no name here: those are made of lower-case letters, digits and `_`."
        )
    if not str(given).strip():
        return findings.EMPTY.at(place, f"{_sentence(field_name(path))} cannot be blank.")
    if "://" in pattern:
        return findings.BAD_NAME.at(
            # It is not shown: it may hold a password.
            place,
            "This is no web address.",
            "it begins with https:// or http://, and holds no spaces, no ? and no #",
        )
    return findings.BAD_NAME.at(
        place,
        f"{shown} is no name: a name is one line, without blanks around it and without control characters.",
        f'write "{short(plain)}"' if (plain := " ".join(str(given).split())) != given else None,
    )


def _day_in(text: str) -> str | None:
    """The day that `text` spells without zeros, or with an hour of UTC; None where it may be another one."""
    match = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+Z?)?", text)
    if match is None:
        return None
    found = "{}-{:0>2}-{:0>2}".format(*match.groups())
    return found if day(found) is not None else None


def described(value: Any) -> str:
    """`value` in words, shortened."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{short(value)}"'
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"


def _as_written(value: Any, path: Path, places: Places) -> str:
    """`value` in words, a number in its author's digits: 2.10 is not 2.1 to whoever wrote it."""
    scalar = _scalar(value, path, places)
    if scalar is None or isinstance(value, bool | str):
        return described(value)
    return f"the number {short(scalar.text)}"


def _scalar(value: Any, path: Path, places: Places) -> Scalar | None:
    """What was written for `value`; None where that is no scalar, or one with a variable."""
    node = places.node(path)
    return node if isinstance(node, Scalar) and node.value is value else None


def field_name(path: Path) -> str:
    """`path` in words: `split.train` in backticks, or an item of it."""
    names = ".".join(short(str(step)) for step in path if isinstance(step, str) and step != "[key]")
    return f"an item of `{names}`" if path and isinstance(path[-1], int) else f"`{names}`"


def address_like(text: str) -> str:
    """`text` bent into an address; empty where nothing is left of it."""
    return re.sub(r"[^a-z0-9._-]+", "-", text[:100].lower()).strip("-._")


def _listed(path: Path, given: str) -> str | None:
    """How to write a word that was to pick from what the lake holds, where only a list picks."""
    if path[:1] != ("operations",) or path[-1:] == ("prefer",):
        return None
    names = "NAME, …" if given.lower() in _VAGUE else short(given)
    return f"name those that are meant in a list: `{'.'.join(map(str, path))}: [{names}]`".replace(
        "operations.take: ", "take: "
    )


def _apart(model: type[Part], given: Any, path: Path) -> str | None:
    """How to write a text that is a key of the mapping that is wanted here, glued to its value."""
    is_key = isinstance(given, str) and given.partition(":")[0] in _part_at(model, path).model_fields
    return colon_hint(given) if is_key else None


def _mend(kind: str, given: Any, path: Path, places: Places) -> str | None:
    if isinstance(given, str) and path in _MENDED:
        return _MENDED[path].format(short(given))
    if isinstance(given, bool | int | float) and (kind == "string_type" or path == ("source", "collection")):
        scalar = _scalar(given, path, places)
        return (
            "declare the variable with `type: text`"
            if scalar is None
            else f'write it in quotes: "{short(scalar.text)}"'
        )
    if kind == "bool_type" and isinstance(given, str) and given.lower() in ("yes", "on", "y", "true"):
        return "write true"
    if kind == "bool_type" and isinstance(given, str) and given.lower() in ("no", "off", "n", "false"):
        return "write false"
    if path[-1:] in (("most_entering",), ("most_leaving",)) and re.fullmatch(r"\d+(\.\d+)?\s*%", str(given)):
        return f"write {{percent: {given.strip(' %')}}}"
    if kind == "list_type" and isinstance(given, str):
        return f"write it in brackets: [{short(given)}]"
    if (
        kind in ("int_type", "float_type")
        and isinstance(given, str)
        and re.fullmatch(r"-?\d+(\.\d+)?\s*%?", given)
    ):
        return f"write {given.strip(' %')}, without quotes or signs"
    return None


def _part_at(model: type[Part], path: Path) -> type[Part]:
    """The model of the mapping at `path`."""
    for step in path:
        field = model.model_fields.get(str(step))
        if field is not None:
            model = next(_parts(field.annotation), model)
    return model


def _parts(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def example_of(model: type[Part], name: str) -> str | None:
    examples = model.model_fields[name].examples
    if not examples:
        return None
    return {
        "dataset": "write its address: `dataset: balloons`",
        "source": "write where its frames come from: `source: {collection: party-photos}`",
        "labels": "write its classes: `labels: [Balloon, Kite]`",
    }.get(name)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
