"""Which frames a selection gives: those of its source that its filter lets through and its query takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from pyroaring import BitMap
from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.identity import unknown_name
from setwright.lake.index.read import union
from setwright.model.dataset import CollectionSource, DatasetsSource, LakeSource
from setwright.model.errors import NotYetError, RemoteError
from setwright.query.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from setwright.lake.select import Selector
    from setwright.model.dataset import AnnotationState, Filter, Selection, Source
    from setwright.query.tree import Query

HUMAN, MACHINE = 1, 2
"""LayerNext's codes for who made annotations: the column `operations.mode`."""


def selected(connection: Connection, selection: Selection, selector: Selector, revision: int) -> BitMap:
    """The numbers of the frames that `selection` gives. Not to be changed.

    Raises:
        RemoteError: the lake does not know the collection, or does not offer the source.
        NotYetError: the collection came later.
        QueryError: the query does not parse.
        LakeError: a manifest that the query needs is gone or damaged.
    """
    query = parse(selection.query)
    numbers = _from_source(connection, selection.source, selector, revision)
    numbers = _filtered(connection, selection.filter, selector, numbers)
    match selection.source:
        case LakeSource(items="image_collection"):
            return _whole_collections(connection, selector, selector.select(query, numbers), revision)
        case LakeSource(items="dataset"):
            return _whole_datasets(selector, query, numbers, selection.apart_from)
        case _:
            return selector.select(query, numbers)


def _from_source(connection: Connection, source: Source, selector: Selector, revision: int) -> BitMap:
    match source:
        case CollectionSource():
            column = schema.collections.c.name if source.name is not None else schema.collections.c.uid
            name = source.name or source.id or ""
            rows = connection.execute(
                select(column.label("name"), schema.collections.c.id, schema.collections.c.added)
            )
            known = {row.name: (row.id, row.added) for row in rows}
            kind = "collection" if source.name is not None else "collection with the id"
            if name not in known:
                raise unknown_name(kind, name, known)
            number, added = known[name]
            if added > revision:
                raise NotYetError(
                    f'The lake had no {kind} "{name}" at revision {revision:,} yet',
                    f"It came with revision {added:,}.",
                    "if a lock file holds the spec to the earlier one, `setwright lock --upgrade` moves the pin",
                )
            return selector.index.collections([number])
        case LakeSource():
            return selector.frames()
        case DatasetsSource():
            raise RemoteError(
                "The lake does not offer datasets as a source yet",
                "A dataset takes its frames from a collection, or from the whole lake.",
            )
        case _:
            assert_never(source)


def _whole_collections(connection: Connection, selector: Selector, numbers: BitMap, revision: int) -> BitMap:
    """All frames of the collections that hold any of `numbers`."""
    ids = connection.execute(select(schema.collections.c.id).where(schema.collections.c.added <= revision))
    each = (selector.index.collections([id]) for id in ids.scalars().all())
    return BitMap.union(BitMap(), *(inside for inside in each if inside.intersect(numbers)))


def _whole_datasets(selector: Selector, query: Query, numbers: BitMap, apart_from: str | None) -> BitMap:
    """All frames of the datasets of which any of `numbers` is selected, each asked as if there were no other."""
    found = BitMap()
    for name, one in selector.by_dataset():
        inside = one.held()
        # What is there already needs no question: datasets of one lake share most of their frames.
        if name != apart_from and not inside <= found and one.select(query, inside & numbers):
            found |= inside
    return found


def _filtered(connection: Connection, wish: Filter, selector: Selector, numbers: BitMap) -> BitMap:
    if wish.annotation_types:
        states = (_in_state(connection, state, selector, numbers) for state in wish.annotation_types)
        numbers = BitMap.union(*states) & numbers
    return selector.days(wish.from_date, wish.to_date, numbers)


def _in_state(connection: Connection, state: AnnotationState, selector: Selector, numbers: BitMap) -> BitMap:
    """Frames with an annotation that people, or a model, made; raw ones have none at all."""
    if state == "raw":
        return numbers - union(selector.index.operations().values())
    return annotated_by(selector, made_by(connection, HUMAN if state == "human" else MACHINE))


def made_by(connection: Connection, mode: int) -> frozenset[int]:
    """The keys of the operations of people, or of models."""
    made_so = select(schema.operations.c.id).where(schema.operations.c.mode == mode)
    return frozenset(connection.execute(made_so).scalars())


def annotated_by(selector: Selector, operations: Iterable[int]) -> BitMap:
    """The frames with an annotation, whatever its label, by any of these operations."""
    known = selector.index.operations()
    return union(known.get(id, ()) for id in operations)
