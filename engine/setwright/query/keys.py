"""What a query may ask about: the closed table of keys, with their types and what they mean."""

from __future__ import annotations

import re
from enum import Enum

from setwright.model.shapes import SHAPES
from setwright.model.splits import SPLITS
from setwright.model.values import dataclass


class Operator(Enum):
    """How a value is compared, as it is typed."""

    EQUAL = "="
    NOT_EQUAL = "!="
    CONTAINS = "~"
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


class ValueType(Enum):
    """What values a key takes; the value is how messages call it.

    `WORD` is one of a few fixed words. `ANY` is free data, such as a metadata field: text, number or boolean,
    whichever is stored there.
    """

    TEXT = "text"
    WORD = "one of a few words"
    NUMBER = "a number"
    DAY = "a day"
    ANY = "text or a number"

    @property
    def operators(self) -> frozenset[Operator]:
        """The operators that make sense for such values."""
        return _OPERATORS[self]


_EQUALITY = frozenset({Operator.EQUAL, Operator.NOT_EQUAL})
_ORDER = frozenset({Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST})
_OPERATORS: dict[ValueType, frozenset[Operator]] = {
    ValueType.TEXT: _EQUALITY | {Operator.CONTAINS},
    ValueType.WORD: _EQUALITY,
    ValueType.NUMBER: _EQUALITY | _ORDER,
    ValueType.DAY: _EQUALITY | _ORDER,
    ValueType.ANY: frozenset(Operator),
}


class Subject(Enum):
    """Whom a key asks: the frame as a whole, each of its annotations, or each version of a dataset that holds it.

    Of the latter two, the value is the word that ties conditions together, as in `annotation(…)`.
    """

    FRAME = "frame"
    ANNOTATION = "annotation"
    DATASET = "dataset"


class Field(Enum):
    """The keys; the value is how one is spelled. `ATTRIBUTE` and `METADATA` go on with the user's own names."""

    LABEL = "annotation.label"
    TYPE = "annotation.type"
    CONFIDENCE = "annotation.confidence"
    OPERATION = "annotation.operation"
    AREA = "annotation.area"
    ATTRIBUTE = "annotation.attribute"
    COUNT = "annotation.count"
    TAGS = "metadata.Tags"
    NAME = "metadata.name"
    METADATA = "metadata"
    WIDTH = "frame.width"
    HEIGHT = "frame.height"
    ASPECT = "frame.aspect"
    BYTES = "frame.bytes"
    DATE = "frame.date"
    DIGEST = "frame.digest"
    COLLECTION = "collection.name"
    DATASET = "dataset.name"
    VERSION = "dataset.version"
    SPLIT = "dataset.split"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What is known of one key. `shown` is how documents spell it; `words` are the values of a `WORD`."""

    field: Field
    shown: str
    type: ValueType
    subject: Subject
    meaning: str
    words: tuple[str, ...] = ()


def _of_frame(field: Field, type_: ValueType, meaning: str, shown: str = "") -> KeyFacts:
    return KeyFacts(
        field=field, shown=shown or field.value, type=type_, subject=Subject.FRAME, meaning=meaning
    )


def _of_annotation(
    field: Field, type_: ValueType, meaning: str, shown: str = "", words: tuple[str, ...] = ()
) -> KeyFacts:
    return KeyFacts(
        field=field,
        shown=shown or field.value,
        type=type_,
        subject=Subject.ANNOTATION,
        meaning=meaning,
        words=words,
    )


def _of_dataset(field: Field, type_: ValueType, meaning: str, words: tuple[str, ...] = ()) -> KeyFacts:
    return KeyFacts(
        field=field, shown=field.value, type=type_, subject=Subject.DATASET, meaning=meaning, words=words
    )


_SPLIT_NAMES = tuple(split.value for split in SPLITS)

KEYS: tuple[KeyFacts, ...] = (
    _of_annotation(Field.LABEL, ValueType.TEXT, "the label of an annotation"),
    _of_annotation(Field.TYPE, ValueType.WORD, "its shape: " + ", ".join(SHAPES), words=SHAPES),
    _of_annotation(
        Field.CONFIDENCE, ValueType.NUMBER, "its confidence, 0 to 1; nothing where none was given"
    ),
    _of_annotation(Field.OPERATION, ValueType.TEXT, "the annotation project or model run that made it"),
    _of_annotation(Field.AREA, ValueType.NUMBER, "the area of its box, in square pixels"),
    _of_annotation(
        Field.ATTRIBUTE, ValueType.ANY, "the value of its attribute NAME", shown="annotation.attribute.NAME"
    ),
    _of_frame(Field.COUNT, ValueType.NUMBER, "how many annotations the frame has"),
    _of_frame(Field.TAGS, ValueType.TEXT, "a tag of the frame"),
    _of_frame(Field.NAME, ValueType.TEXT, "the frame's file name within its collection"),
    _of_frame(
        Field.METADATA,
        ValueType.ANY,
        "a metadata field, nested ones with dots between",
        shown="metadata.FIELD",
    ),
    _of_frame(Field.WIDTH, ValueType.NUMBER, "width of the upright picture, in pixels"),
    _of_frame(Field.HEIGHT, ValueType.NUMBER, "its height, in pixels"),
    _of_frame(Field.ASPECT, ValueType.NUMBER, "its width divided by its height"),
    _of_frame(Field.BYTES, ValueType.NUMBER, "size of the stored picture, in bytes"),
    _of_frame(Field.DATE, ValueType.DAY, "the day the frame came into the lake, in UTC, as in 2024-05-31"),
    _of_frame(
        Field.DIGEST,
        ValueType.TEXT,
        "SHA-256 of the stored picture, or of the file that was ingested, in lower-case hexadecimal",
    ),
    _of_frame(Field.COLLECTION, ValueType.TEXT, "the collection that the frame is in"),
    _of_dataset(Field.DATASET, ValueType.TEXT, "a dataset that holds the frame, in its newest version"),
    _of_dataset(Field.VERSION, ValueType.TEXT, "the number of a version that holds it, as in 1.2.0"),
    _of_dataset(
        Field.SPLIT, ValueType.WORD, "its split there: " + ", ".join(_SPLIT_NAMES), words=_SPLIT_NAMES
    ),
)

_FACTS: dict[Field, KeyFacts] = {facts.field: facts for facts in KEYS}
_OPEN = {Field.ATTRIBUTE, Field.METADATA}
_PLAIN_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the table. `path` are the names after `metadata` (one or more) or `annotation.attribute` (one).

    Raises:
        ValueError: the path does not suit the field.
    """

    field: Field
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wanted = self.field in _OPEN
        if bool(self.path) != wanted or (self.field is Field.ATTRIBUTE and len(self.path) != 1):
            raise ValueError(f"{self.field.value} cannot go on with {self.path}")
        if not all(self.path):
            raise ValueError("an empty name in a key")

    @property
    def facts(self) -> KeyFacts:
        """Type, subject and meaning."""
        return _FACTS[self.field]

    def __str__(self) -> str:
        return ".".join(
            [self.field.value, *(name if _PLAIN_NAME.fullmatch(name) else quoted(name) for name in self.path)]
        )


def quoted(text: str) -> str:
    """`text` in double quotes, as the grammar reads it: a backslash before a quote or a backslash."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(text: str) -> str:
    """What stands between the quotes of `text`, whichever they are."""
    return re.sub(r"\\([\\\"'])", r"\1", text[1:-1])
