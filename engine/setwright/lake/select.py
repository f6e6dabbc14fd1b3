"""Which frames a query gives: by bitmaps what the index holds, by SQL the rest, and of the candidates only."""

from __future__ import annotations

import operator
from copy import copy
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np
from pyroaring import BitMap
from sqlalchemy import and_, select

from setwright.lake import schema
from setwright.lake.among import MOST, among
from setwright.lake.as_of import held_at
from setwright.lake.compile_query import compile_query, ids_of
from setwright.lake.holdings import Holdings
from setwright.lake.index.read import Index, any_of, at_most, numbers_of, union
from setwright.lake.index.write import as_bitmap
from setwright.query.evaluate import folded
from setwright.query.keys import Field, Operator, Subject
from setwright.query.tree import (
    And,
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Not,
    OneOf,
    Or,
    conjunction,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.index.cache import IndexCache
    from setwright.query.tree import Node, Query, Value

_INDEXED = {Field.LABEL, Field.OPERATION, Field.COLLECTION, Field.TAGS, Field.DATE, Field.COUNT}
_ORDER: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


class Selector:
    """Selects frames as of `revision`. Whoever is given a set of frames must not change it.

    `blobs` has the manifests of versions, which are read where a query speaks of datasets.
    """

    def __init__(
        self, connection: Connection, revision: int, blobs: Blobs, cache: IndexCache | None = None
    ) -> None:
        self._connection = connection
        self._revision = revision
        self._holdings = Holdings(connection, revision, blobs, cache)
        self.index = Index(connection, revision, cache)

    def by_dataset(self) -> Iterator[tuple[str, Selector]]:
        """Each dataset by name, and what selects as if there were no other, sorted."""
        for name, holdings in self._holdings.by_dataset():
            one = copy(self)
            one._holdings = holdings
            yield name, one

    def held(self) -> BitMap:
        """The frames that datasets hold, in their newest versions."""
        return self._holdings.newest()

    def frames(self) -> BitMap:
        """All frames."""
        return self.index.frames()

    def select(self, query: Query, within: BitMap) -> BitMap:
        """Those of `within` that `query` selects."""
        if not within or isinstance(query, Everything):
            return within
        match query:
            case Comparison() | OneOf() if query.key.field in _INDEXED:
                return self._indexed(query, within)
            case Comparison() | OneOf() if query.key.facts.subject is Subject.DATASET:
                return self._held(query, within)
            case DatasetMatch(where):
                return self._holdings.frames(where) & within
            case And(operands):
                # What the index knows comes first, and leaves few candidates for what has to be looked up.
                for part in filter(_by_index, operands):
                    within = self.select(part, within)
                rest = [part for part in operands if not _by_index(part)]
                return self._together(rest, within) if rest else within
            case Or(operands):
                found = BitMap()
                for part in sorted(operands, key=_by_index, reverse=True):
                    found |= self.select(part, within - found)
                return found
            case Not(operand):
                return within - self.select(operand, within)
            case AnnotationMatch(where):
                return self._with_annotation(query, where, within)
            case Comparison() | OneOf():
                return self._looked_up(query, within)
            case _:
                assert_never(query)

    def _together(self, parts: list[Node], within: BitMap) -> BitMap:
        """All of `parts`, of which the index knows none alone: in one question where it knows no part of them."""
        plain: list[Node] = [part for part in parts if isinstance(part, Comparison | OneOf)]
        if plain:
            within = self._looked_up(conjunction(plain), within)
        for part in parts:
            if part not in plain:
                within = self.select(part, within)
        return within

    def _with_annotation(self, node: AnnotationMatch, where: Node, within: BitMap) -> BitMap:
        """One annotation must meet all of `where`. One that has the label is there, if any is; so few are asked."""
        parts = where.operands if isinstance(where, And) else (where,)
        known = [part for part in parts if _of_annotation(part)]
        for part in known:
            within = self.select(part, within)
        return within if len(parts) == len(known) == 1 else self._looked_up(node, within)

    def _looked_up(self, node: Node, within: BitMap) -> BitMap:
        if not within:
            return within
        table = schema.frames
        if len(within) <= MOST:
            few = among(self._connection, within)
            condition = and_(few(table.c.number), compile_query(node, self._revision, few))
        else:
            condition = compile_query(node, self._revision)
        asked = select(table.c.number).where(held_at(table, self._revision), condition)
        rows = self._connection.execute(asked.execution_options(yield_per=20_000)).scalars()
        found = BitMap()
        for part in rows.partitions():
            found |= BitMap(part)
        return found & within

    def _held(self, node: Comparison | OneOf, within: BitMap) -> BitMap:
        if isinstance(node, Comparison) and node.operator is Operator.NOT_EQUAL:
            return within - self._holdings.frames(Comparison(node.key, Operator.EQUAL, node.value))
        return self._holdings.frames(node) & within

    def _indexed(self, node: Comparison | OneOf, within: BitMap) -> BitMap:
        match node:
            case Comparison(key, Operator.NOT_EQUAL, value):
                return within - self._known(key.field, Operator.EQUAL, value, within)
            case Comparison(key, sign, value):
                return self._known(key.field, sign, value, within) & within
            case OneOf(key, values):
                each = (self._known(key.field, Operator.EQUAL, value, within) for value in values)
                return BitMap.union(BitMap(), *each) & within

    def _known(self, field: Field, sign: Operator, value: Value, within: BitMap) -> BitMap:
        """The frames for which it holds, at least those of `within`."""
        match field:
            case Field.LABEL:
                labels = self._ids(schema.labels, sign, value)
                return union(slices for label in labels for slices in self.index.label(label).values())
            case Field.OPERATION:
                operations = self.index.operations()
                return union(operations.get(id, ()) for id in self._ids(schema.operations, sign, value))
            case Field.COLLECTION:
                return self.index.collections(self._ids(schema.collections, sign, value))
            case Field.TAGS if sign is Operator.CONTAINS:
                wanted = folded(str(value))
                return self.index.tags(lambda name: wanted in folded(name))
            case Field.TAGS:
                return any_of(self.index.tag(str(value)))
            case Field.DATE:
                return self._on_days(sign, value, within)  # type: ignore[arg-type]
            case Field.COUNT:
                return self._counted(sign, float(value), within)  # type: ignore[arg-type]
            case _:
                raise AssertionError(f"the index does not know {field}")

    def _ids(self, table: Any, sign: Operator, value: Value) -> Sequence[int]:
        found: Sequence[int] = self._connection.scalars(ids_of(table, sign, value)).all()
        return found

    def _on_days(self, sign: Operator, day: date, within: BitMap) -> BitMap:
        match sign:
            case Operator.EQUAL:
                return self.days(day, day, within)
            case Operator.LESS:
                return within - self.days(day, None, within)
            case Operator.AT_MOST:
                return self.days(None, day, within)
            case Operator.GREATER:
                return within - self.days(None, day, within)
            case _:
                return self.days(day, None, within)

    def days(self, first: date | None, last: date | None, within: BitMap) -> BitMap:
        """Those of `within` that came on these days, both included; None for no bound."""
        days = self.index.days()
        if last is not None:
            within = at_most(days, last.toordinal(), within)
        if first is not None:
            within = within - at_most(days, first.toordinal() - 1, within)
        return within

    def _counted(self, sign: Operator, value: float, within: BitMap) -> BitMap:
        frames = np.asarray(within.to_array()).astype(np.int64)
        counts = np.zeros(len(frames), np.int64)
        for slices in self.index.operations().values():
            counts += numbers_of(slices, frames)
        return as_bitmap(frames[_ORDER[sign](counts, value)])


def _by_index(node: Node) -> bool:
    """Whether bitmaps alone tell: those of the index, or of versions."""
    match node:
        case Comparison() | OneOf():
            return node.key.field in _INDEXED or node.key.facts.subject is Subject.DATASET
        case And(operands) | Or(operands):
            return all(map(_by_index, operands))
        case Not(operand):
            return _by_index(operand)
        case AnnotationMatch(where):
            return _of_annotation(where)
        case DatasetMatch():
            return True


def _of_annotation(node: Node) -> bool:
    """Whether the index knows the frames with an annotation of which `node` is true."""
    match node:
        case Comparison(key, sign):
            return key.field in (Field.LABEL, Field.OPERATION) and sign is not Operator.NOT_EQUAL
        case OneOf(key):
            return key.field in (Field.LABEL, Field.OPERATION)
        case _:
            return False
