"""What all mappings of a file have in common, and how a value that may have several shapes tells which it has."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

TEXT, NUMBER, SCALAR = Tag("<text>"), Tag("<number>"), Tag("<scalar>")
LIST, MAPPING = Tag("<list>"), Tag("<mapping>")
"""The tags of the members of a union. In brackets, as no key of a file is."""

SHAPES = frozenset({"<text>", "<number>", "<scalar>", "<list>", "<mapping>"})
"""What pydantic puts into the path of an error without its being a step in the file."""


def _shape(value: Any) -> str | None:
    """The tag of a union's member, by what the value is made of."""
    match value:
        case str():
            return "<text>"
        case list():
            return "<list>"
        case dict():
            return "<mapping>"
        case _:
            return None


def _shape_or_number(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "<number>"
    return _shape(value)


def _list_or_not(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<scalar>"


BY_SHAPE = Discriminator(_shape)
BY_SHAPE_OR_NUMBER = Discriminator(_shape_or_number)
LIST_OR_NOT = Discriminator(_list_or_not)


class Part(BaseModel):
    """A mapping of the file: closed, and strict, so that `"7"` is no number and `yes` no truth."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
    REQUIRED: ClassVar[tuple[str, ...]] = ()
    CALLED: ClassVar[str] = "entry"
    """What such a mapping is called in a finding."""
    ELSEWHERE: ClassVar[dict[str, str]] = {}
    """What is no field here, though somebody may well think so, with what to do."""
    FIRST: ClassVar[tuple[str, ...]] = ()
    """The fields that come before those that a model inherits."""

    @classmethod
    def in_order(cls) -> tuple[str, ...]:
        """The names of the fields in the order of the documentation, in which `fmt` writes them too."""
        return (*cls.FIRST, *(name for name in cls.model_fields if name not in cls.FIRST))
