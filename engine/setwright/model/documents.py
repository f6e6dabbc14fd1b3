"""Values as documents: what stands in state, lake and plan for a configuration or for statistics."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from setwright.model.canonical import digest_of
from setwright.model.dataset import MIN_SIZE
from setwright.model.errors import FormatError
from setwright.model.splits import SPLITS, Split
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from setwright.model.dataset import DatasetConfig

T = TypeVar("T")

CONFIG_ALGORITHM = "config-1"
"""Names how a configuration's digest is made; a change of it is a new name."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    # pydantic costs 90 ms to import, which `setwright --help` must not pay.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def to_document(value: object) -> Any:
    """`value`, a dataclass of the model, as plain JSON values."""
    try:
        return _plain(value)
    except _UnusualError:
        kind: Any = type(value)
        return _as_before(_adapter(kind).dump_python(value, mode="json"))


class _UnusualError(Exception):
    """The value holds something for which pydantic has a form, and `_plain` has none."""


_FIELDS: dict[type, tuple[tuple[str, bool], ...]] = {}
"""The fields of each class met so far, and whether they hold numbers that need not be whole."""


LATER: dict[str, object] = {
    "min_size": MIN_SIZE,
    "apart_from": None,
    "grow": [split.value for split in SPLITS],
    "official": None,
    "split_field": None,
}
"""Fields that came when there were documents already, with what they say where nobody asks. They are told only where
they say something else, so that what meant the same then and now has one document and one digest.
"""


def _as_before(document: Any) -> Any:
    """`document` without what `LATER` leaves out."""
    match document:
        case dict():
            return {
                name: _as_before(each)
                for name, each in document.items()
                if name not in LATER or each != LATER[name]
            }
        case list():
            return [_as_before(each) for each in document]
        case _:
            return document


def _plain(value: Any, real: bool = False) -> Any:
    """What pydantic gives as well, which takes thrice as long for a configuration, since it tries all of a union."""
    kind = type(value)
    if kind is str or kind is float or kind is bool or value is None:
        return value
    if kind is int and not real:  # a whole number where pydantic would make it 80.0, and another digest
        return value
    if kind is tuple:
        return [_plain(each, real) for each in value]
    if kind is date:
        return value.isoformat()
    if kind is Split:
        return value.value
    names = _FIELDS.get(kind)
    if names is None:
        if not is_dataclass(kind):
            raise _UnusualError
        names = _FIELDS[kind] = tuple((field.name, "float" in str(field.type)) for field in fields(kind))
    document = {}
    for name, number in names:
        told = _plain(getattr(value, name), number)
        if name not in LATER or told != LATER[name]:
            document[name] = told
    return document


def from_document(kind: type[T], document: Any) -> T:
    """The value of `kind` that `document` tells.

    Raises:
        FormatError: it tells none.
    """
    from pydantic import ValidationError

    try:
        # Any, because mypy takes a class for something that cannot be hashed.
        hashable: Any = kind
        value: T = _adapter(hashable).validate_python(document)
    except ValidationError as error:
        raise FormatError(f"Not a {kind.__name__}", str(error)) from error
    return value


@lru_cache(maxsize=4096)
def parsed(text: str) -> Any:
    """The document that `text` spells; nobody may change it."""
    return json.loads(text)


@dataclass(frozen=True, slots=True)
class ToldConfig:
    """A configuration's document as JSON text, and what identifies its meaning. Equal configurations are told alike."""

    text: str
    digest: str

    @property
    def document(self) -> Any:
        """Plain JSON values, which nobody may change: they are the same each time."""
        return parsed(self.text)


@lru_cache(maxsize=4096)
def told_config(config: DatasetConfig) -> ToldConfig:
    """`config`, told. One plan tells the same configuration up to four times: kept, observed, applied and described."""
    document = to_document(config)
    return ToldConfig(json.dumps(document, separators=(",", ":")), digest_of(CONFIG_ALGORITHM, document))


def config_digest(config: DatasetConfig) -> str:
    """Identifies the meaning of a configuration."""
    return told_config(config).digest
