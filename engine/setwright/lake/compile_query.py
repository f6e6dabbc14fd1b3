"""A query as SQL: a condition on a row of `frames`, as of a revision.

It must agree with `setwright.query.evaluate` for every query and frame. Whatever a user typed goes in as a bound
parameter; tables and columns come from the closed table of keys. Conditions on what a frame has many of are sets of
frame numbers, so none is ever NULL, and `not` means what it says.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from sqlalchemy import Float, and_, cast, false, func, literal_column, not_, or_, select, true

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.model.canonical import canonical_json
from setwright.model.frames import SHAPES
from setwright.query.evaluate import folded, number_in
from setwright.query.keys import Field, Key, Operator, Subject
from setwright.query.tree import (
    And,
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Node,
    Not,
    OneOf,
    Or,
    Query,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, FromClause, Select

Condition: TypeAlias = "ColumnElement[bool]"
Among: TypeAlias = "Callable[[ColumnElement[Any]], Condition]"
InVersions: TypeAlias = "Callable[[Node], Condition]"

_frames, _annotations = schema.frames, schema.annotations


def compile_query(
    query: Query, revision: int, among: Among | None = None, in_versions: InVersions | None = None
) -> Condition:
    """The condition that holds for the rows of `frames` which `query` selects at `revision`.

    `among` is the condition that a column of frames' numbers holds one of those that count, so that what belongs to
    others need not be read. `in_versions` is the condition that a frame is in a version of a dataset of which a
    condition on datasets is true, for no table tells; it is needed where the query has such conditions.
    """
    return (
        true() if isinstance(query, Everything) else _Compiler(revision, among, in_versions).of_frame(query)
    )


def metadata_path(path: tuple[str, ...]) -> str:
    """How the column `metadata_values.path` spells a path."""
    return canonical_json(path)


class _Compiler:
    def __init__(self, revision: int, among: Among | None, in_versions: InVersions | None) -> None:
        self._revision = revision
        self._among = among
        self._in_versions = in_versions

    def _held(self, table: FromClause) -> Condition:
        """The rows of `table` that held then, and belong to a frame that counts."""
        held = held_at(table, self._revision)
        return held if self._among is None else and_(held, self._among(table.c.frame))

    def of_frame(self, node: Node) -> Condition:
        """`node` for a frame with all its annotations."""
        match node:
            case Comparison() | OneOf() if node.key.facts.subject is Subject.ANNOTATION:
                return _positive_or_not(node, self._any_annotation)
            case Comparison() | OneOf() if node.key.facts.subject is Subject.DATASET:
                return _positive_or_not(node, self._any_version)
            case Comparison() | OneOf():
                return _positive_or_not(node, self._frame_value)
            case And(operands):
                return and_(*map(self.of_frame, operands))
            case Or(operands):
                return or_(*map(self.of_frame, operands))
            case Not(operand):
                return not_(self.of_frame(operand))
            case AnnotationMatch(where):
                return self._with_annotation(_of_annotation(where))
            case DatasetMatch(where):
                return self._held_by(where)
            case _:
                assert_never(node)

    def _any_annotation(self, key: Key, operator: Operator, value: Value) -> Condition:
        return self._with_annotation(_annotation_value(key, operator, value))

    def _any_version(self, key: Key, operator: Operator, value: Value) -> Condition:
        return self._held_by(Comparison(key, operator, value))

    def _held_by(self, where: Node) -> Condition:
        assert self._in_versions is not None, "conditions on datasets, and nobody who knows them"
        return self._in_versions(where)

    def _with_annotation(self, condition: Condition) -> Condition:
        held = self._held(_annotations)
        return _frames.c.number.in_(select(_annotations.c.frame).where(held, condition))

    def _frame_value(self, key: Key, operator: Operator, value: Value) -> Condition:
        match key.field:
            case Field.COUNT:
                held = held_at(_annotations, self._revision)
                number = select(func.count()).where(held, _annotations.c.frame == _frames.c.number)
                return _compare(number.scalar_subquery(), operator, value)
            case Field.TAGS:
                tags = schema.tags
                tag = _compare_text(tags.c.tag, tags.c.folded, operator, value)
                return _frames.c.number.in_(select(tags.c.frame).where(self._held(tags), tag))
            case Field.METADATA:
                return self._metadata(key, operator, value)
            case Field.NAME:
                return _compare_text(_frames.c.name, _frames.c.folded, operator, value)
            case Field.DIGEST:
                # People know the file that they gave; what is stored is another one where it was turned upright.
                return or_(
                    *(
                        _compare_text(digest, digest, operator, value)
                        for digest in (_frames.c.digest, _frames.c.source_digest)
                    )
                )
            case Field.COLLECTION:
                return _frames.c.collection.in_(ids_of(schema.collections, operator, value))
            case Field.DATE:
                return _compare_day(operator, value)
            case Field.WIDTH:
                return _compare(_frames.c.width, operator, value)
            case Field.HEIGHT:
                return _compare(_frames.c.height, operator, value)
            case Field.BYTES:
                return _compare(_frames.c.size, operator, value)
            case Field.ASPECT:
                return _compare(cast(_frames.c.width, Float(53)) / _frames.c.height, operator, value)
            case _:
                raise AssertionError(f"{key} does not ask frames")

    def _metadata(self, key: Key, operator: Operator, value: Value) -> Condition:
        documents, values = schema.frame_metadata, schema.metadata_values
        found = select(documents.c.frame).join(values, values.c.document == documents.c.id)
        condition = and_(
            self._held(documents),
            equal_text(values.c.path, metadata_path(key.path)),
            _compare_any(values, operator, value),
        )
        return _frames.c.number.in_(found.where(condition))


def _positive_or_not(
    node: Comparison | OneOf, compile_one: Callable[[Key, Operator, Value], Condition]
) -> Condition:
    """`!=` is the opposite of `=`, also of what a frame has many of; `in` is any of several `=`."""
    match node:
        case Comparison(key, Operator.NOT_EQUAL, value):
            return not_(compile_one(key, Operator.EQUAL, value))
        case Comparison(key, operator, value):
            return compile_one(key, operator, value)
        case OneOf(key, values):
            return or_(*(compile_one(key, Operator.EQUAL, value) for value in values))


def _of_annotation(node: Node) -> Condition:
    """`node` for one row of `annotations`."""
    match node:
        case Comparison() | OneOf():
            return _positive_or_not(node, _annotation_value)
        case And(operands):
            return and_(*map(_of_annotation, operands))
        case Or(operands):
            return or_(*map(_of_annotation, operands))
        case Not(operand):
            return not_(_of_annotation(operand))
        case AnnotationMatch() | DatasetMatch():
            raise AssertionError(f"{node} inside annotation(…)")
        case _:
            assert_never(node)


def _annotation_value(key: Key, operator: Operator, value: Value) -> Condition:
    columns = _annotations.c
    match key.field:
        case Field.LABEL:
            return columns.label.in_(ids_of(schema.labels, operator, value))
        case Field.OPERATION:
            return columns.operation.in_(ids_of(schema.operations, operator, value))
        case Field.TYPE:
            return columns.shape == SHAPES.index(str(value))
        case Field.CONFIDENCE:
            return and_(columns.confidence.is_not(None), _compare(columns.confidence, operator, value))
        case Field.AREA:
            area = (columns.right - columns.left) * (columns.bottom - columns.top)
            return _compare(area, operator, value)
        case Field.ATTRIBUTE:
            values = schema.attribute_values
            condition = and_(equal_text(values.c.name, key.path[0]), _compare_any(values, operator, value))
            return columns.id.in_(select(values.c.annotation).where(condition))
        case _:
            raise AssertionError(f"{key} does not ask annotations")


def ids_of(table: FromClause, operator: Operator, value: Value) -> Select[Any]:
    """The keys of `table`, whose rows have names, with such a name."""
    return select(table.c.id).where(_compare_text(table.c.name, table.c.folded, operator, value))


def _compare(found: Any, operator: Operator, value: Any) -> Condition:
    match operator:
        case Operator.EQUAL:
            return found == value  # type: ignore[no-any-return]
        case Operator.LESS:
            return found < value  # type: ignore[no-any-return]
        case Operator.AT_MOST:
            return found <= value  # type: ignore[no-any-return]
        case Operator.GREATER:
            return found > value  # type: ignore[no-any-return]
        case Operator.AT_LEAST:
            return found >= value  # type: ignore[no-any-return]
        case Operator.NOT_EQUAL | Operator.CONTAINS:
            raise AssertionError(f"{operator} is handled elsewhere")
        case _:
            assert_never(operator)


def _compare_text(stored: Any, stored_folded: Any, operator: Operator, value: Value) -> Condition:
    if operator is Operator.CONTAINS:
        return stored_folded.contains(folded(str(value)), autoescape=True)  # type: ignore[no-any-return]
    return _compare(stored, operator, value)


def equal_text(stored: Any, wanted: str) -> Condition:
    """Equality, told so that the index of short texts can be used; a parameter would not prove that a text is one."""
    if len(wanted) > schema.SHORT:
        return stored == wanted  # type: ignore[no-any-return]
    return and_(stored == wanted, func.length(stored) <= literal_column(str(schema.SHORT)))


def _compare_any(values: FromClause, operator: Operator, value: Value) -> Condition:
    """Free data, of which each row holds a text, a number or a flag, and NULL for the others."""
    wanted = str(value)
    number = number_in(wanted)
    match operator:
        case Operator.CONTAINS:
            return _compare_text(values.c.text, values.c.folded, operator, wanted)
        case Operator.EQUAL:
            flag = values.c.flag == (wanted == "true") if wanted in ("true", "false") else false()
            return or_(
                equal_text(values.c.text, wanted),
                flag,
                false() if number is None else values.c.number == number,
            )
        case _:
            column, against = (values.c.text, wanted) if number is None else (values.c.number, number)
            return _compare(column, operator, against)


def _compare_day(operator: Operator, value: Value) -> Condition:
    assert isinstance(value, date)
    first = datetime.combine(value, time.min, UTC)
    last = datetime.combine(value, time.max, UTC)  # to the microsecond, which is all that is stored
    at = _frames.c.uploaded_at
    match operator:
        case Operator.EQUAL:
            return at.between(first, last)
        case Operator.LESS | Operator.AT_LEAST:
            return _compare(at, operator, first)
        case _:
            return _compare(at, operator, last)
