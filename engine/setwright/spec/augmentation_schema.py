"""The JSON Schema of `augmentations`, made of the vocabulary; the values themselves are read by `augment.decode`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import WithJsonSchema

from setwright.augment.decode import MAX_COPIES, MAX_MIN_SIZE, MAX_SEED, VERBATIM
from setwright.augment.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from setwright.augment.vocabulary import AugmentationType, Property

Schema: TypeAlias = dict[str, Any]


def augmentation_schema() -> Schema:
    """What may stand under `augmentations`."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{type_.word: _friendly(type_) for type_ in VOCABULARY},
            "copies": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_COPIES,
                "description": "Copies of a frame for each flag and range. Default: 1.",
                "examples": [2],
            },
            "fraction": {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
                "description": "Share of the train frames that get copies, by each flag and range. Default: 1.",
                "examples": [0.5],
            },
            "min_visibility": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "Objects of which less than this share stays in the picture are dropped. Default: 0.1.",
                "examples": [0.25],
            },
            "min_size": {
                "type": "number",
                "minimum": 0,
                "maximum": MAX_MIN_SIZE,
                "description": (
                    "Objects that were cut are dropped if a side is shorter than this, in pixels; of lines, if both "
                    "are. Default: 2."
                ),
                "examples": [8],
            },
            "seed": {
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_SEED,
                "description": "Varies the draw; the same seed always draws alike. Default: 0.",
                "examples": [7],
            },
            VERBATIM: {
                "type": "array",
                "description": "LayerNext's own JSON, pasted as it is.",
                "examples": [
                    [{"id": "FLIP_IMAGE", "properties": [{"id": "FLIP_HORIZONTAL", "values": [True]}]}]
                ],
                "items": {"anyOf": [*(_verbatim(type_) for type_ in VOCABULARY), _left_out("properties")]},
            },
        },
    }


def _friendly(type_: AugmentationType) -> Schema:
    only = type_.properties[0]
    if not only.word:
        return {
            "description": f"{type_.meaning}. {_allowed(only)}",
            "examples": [_example(only)],
            **_range(only),
        }
    return {
        "type": "object",
        "description": f"{type_.meaning}.",
        "examples": [{only.word: _example(only)}],
        "additionalProperties": False,
        "properties": {
            each.word: {
                "description": f"{each.meaning.capitalize()}. {_allowed(each)}".strip(),
                "examples": [_example(each)],
                **({"type": ["boolean", "null"]} if each.range is None else _range(each)),
            }
            for each in type_.properties
        },
    }


def _range(property: Property) -> Schema:
    assert property.range is not None
    number = {"type": "integer", "minimum": property.range[0], "maximum": property.range[1]}
    return {"anyOf": [number, {"type": "array", "items": number, "minItems": 1, "maxItems": 2}]}


def _allowed(property: Property) -> str:
    if property.range is None:
        return ""
    low, high = property.range
    return f"From {low} to {high} {property.unit}; one number n means [n, n]."


def _example(property: Property) -> Any:
    if property.range is None:
        return True
    return [max(property.range[0], -10), min(property.range[1], 10)]


def _verbatim(type_: AugmentationType) -> Schema:
    notes: Schema = {
        "isSelected": {"type": "boolean", "description": "False leaves it out."},
        "description": {"type": "string", "description": "For people; it changes nothing."},
    }
    return {
        "type": "object",
        "description": f"{type_.meaning}.",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {
            "id": {"const": type_.id, "description": f"{type_.meaning}."},
            **notes,
            "properties": {
                "type": "array",
                "description": "Which of its properties make copies.",
                "items": {
                    "anyOf": [
                        {
                            "type": "object",
                            "description": f"{each.meaning.capitalize()}. {_allowed(each)}".strip(),
                            "required": ["id"],
                            "additionalProperties": False,
                            "properties": {
                                "id": {"const": each.id, "description": f"{each.meaning.capitalize()}."},
                                "values": _values(each),
                                **notes,
                            },
                        }
                        for each in type_.properties
                    ]
                    + [_left_out("values")]
                },
            },
        },
    }


def _left_out(inner: str) -> Schema:
    """An entry that is not selected: what is pasted may hold anything in it, since it means nothing."""
    return {
        "type": "object",
        "description": "Left out.",
        "required": ["id", "isSelected"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "description": "Of which type or property it is."},
            "description": {"type": "string", "description": "For people; it changes nothing."},
            "isSelected": {"const": False, "description": "False leaves it out."},
            inner: {"description": "Counts for nothing."},
        },
    }


def _values(property: Property) -> Schema:
    if property.range is None:
        flag = {"type": "boolean"}
        return {
            "type": "array",
            "description": "Whether to make copies.",
            "items": flag,
            "minItems": 1,
            "maxItems": 1,
        }
    number = {"type": "integer", "minimum": property.range[0], "maximum": property.range[1]}
    return {
        "type": "array",
        "description": f"The least and the greatest. {_allowed(property)}",
        "items": number,
        "minItems": 1,
        "maxItems": 2,
    }


Augmentations: TypeAlias = Annotated[Any, WithJsonSchema(augmentation_schema())]
