"""The kinds of text that several fields share, with the words for what is wrong with one that is not.

A pattern is read by three regular expression engines: pydantic's, Python's (jsonschema) and an editor's. So it holds
only what all three take alike.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from setwright.spec.exports import KNOWN_EXPORTS

ADDRESS_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"
TEXT_PATTERN = r"^[^\s\u0000-\u001f\u007f]([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$"
DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
GROUP_PATTERN = r"^metadata\.[^\s\u0000-\u001f\u007f]([^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?$"
SIZE_PATTERN = r"^[0-9]+(\.[0-9]+)? ?([kMGT]|[KMGT]i)?B$"
VARIABLE_PATTERN = r"^[a-z][a-z0-9_]*$"

RESERVED_METADATA = frozenset({"tags", "name"})
"""What a query finds under `metadata.` that is no field of one value, so that nothing can be grouped by it."""

MAX_ADDRESS = 100
MAX_TEXT = 200
MAX_PROSE = 10_000

Address: TypeAlias = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN, max_length=MAX_ADDRESS)]
"""A dataset's name within its project."""
Text: TypeAlias = Annotated[str, StringConstraints(pattern=TEXT_PATTERN, max_length=MAX_TEXT)]
"""One line, not blank, without blanks around it."""
Prose: TypeAlias = Annotated[str, StringConstraints(max_length=MAX_PROSE)]
GroupField: TypeAlias = Annotated[str, StringConstraints(pattern=GROUP_PATTERN, max_length=MAX_TEXT)]
Size: TypeAlias = Annotated[str, StringConstraints(pattern=SIZE_PATTERN, max_length=MAX_ADDRESS)]
"""Bytes with a unit, as in `10 GB`."""
VariableName: TypeAlias = Annotated[str, StringConstraints(pattern=VARIABLE_PATTERN, max_length=MAX_ADDRESS)]


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, str | int | float):
        return value
    raise PydanticCustomError("scalar_type", "text, a number, or true or false")


PlainScalar: TypeAlias = Annotated[
    Any,
    AfterValidator(_plain_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]

# Whether it is a day of the calendar no pattern can say; `days` reads it.
Day: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=DAY_PATTERN),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN}),
]

# Packages may add exports of their own, so an editor offers the known names and takes others.
ExportName: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=TEXT_PATTERN, max_length=MAX_TEXT),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [name for each in KNOWN_EXPORTS for name in (each.name, each.short)]},
                {"type": "string", "pattern": TEXT_PATTERN, "maxLength": MAX_TEXT},
            ]
        }
    ),
]
