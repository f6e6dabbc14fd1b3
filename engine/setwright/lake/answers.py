"""What a query gives when somebody asks: how many frames, which, with what labels, and what each part of it keeps."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from pyroaring import BitMap
from sqlalchemy import func, select

from setwright.lake import schema
from setwright.lake.among import MOST, among
from setwright.lake.as_of import held_at
from setwright.lake.free_names import unknown_free_names
from setwright.lake.select import Selector
from setwright.query.format import format_query
from setwright.query.tree import And, AnnotationMatch, Comparison, DatasetMatch, Everything, Not, OneOf, Or

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.index.cache import IndexCache
    from setwright.query.tree import Node, Query

_frames, _annotations = schema.frames, schema.annotations

_MIX = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCount:
    """How often a label is found: `annotations` of it on `frames` frames."""

    label: str
    annotations: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFrame:
    """One frame that a query gives; `labels` with their numbers of annotations, sorted."""

    name: str
    collection: str
    file_name: str
    width: int
    height: int
    bytes: int
    digest: str
    labels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a query, as text, and how many frames it alone gives; `depth` parts are around it."""

    depth: int
    text: str
    frames: int


class Answers:
    """What `query` gives at `revision`, read at one moment."""

    def __init__(
        self,
        connection: Connection,
        query: Query,
        revision: int,
        blobs: Blobs,
        cache: IndexCache | None = None,
    ) -> None:
        self._connection = connection
        self._selector = Selector(connection, revision, blobs, cache)
        self._all = self._selector.frames()
        self._found: BitMap | None = None
        self.query = query
        self.revision = revision

    def count(self) -> int:
        """How many frames."""
        return self._count(self.query)

    def names(self) -> Iterator[str]:
        """Their unique names, sorted, as they come from the database."""
        numbers, held = self.numbers(), held_at(_frames, self.revision)
        asked = select(_frames.c.number, _frames.c.unique_name).where(held)
        if len(numbers) <= MOST:
            asked = asked.where(among(self._connection, numbers)(_frames.c.number))
        asked = asked.order_by(_frames.c.unique_name).execution_options(yield_per=1000)
        yield from (name for number, name in self._connection.execute(asked) if number in numbers)

    def unknown_free_names(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Fields of metadata, attributes and tags in the query that nothing in the lake ever had.

        What kind of name, the name, and others of the kind.
        """
        return tuple(unknown_free_names(self._connection, self.query))

    def numbers(self) -> BitMap:
        """Their numbers in this lake. Not to be changed."""
        if self._found is None:
            self._found = self._selector.select(self.query, self._all)
        return self._found

    def labels(self) -> tuple[LabelCount, ...]:
        """The labels on these frames, most annotations first."""
        table, numbers = schema.labels, self.numbers()
        names = {row.id: row.name for row in self._connection.execute(select(table.c.id, table.c.name))}
        annotations: Counter[int] = Counter()
        frames: dict[int, BitMap] = defaultdict(BitMap)
        for (label, _), slices in self._selector.index.labels().items():
            for digit, bitmap in enumerate(slices):
                found = bitmap & numbers
                annotations[label] += len(found) << digit
                frames[label] |= found
        counts = (
            LabelCount(label=names[label], annotations=number, frames=len(frames[label]))
            for label, number in annotations.items()
            if number
        )
        return tuple(sorted(counts, key=lambda each: (-each.annotations, each.label)))

    def sample(self, size: int) -> tuple[FoundFrame, ...]:
        """`size` of these frames from all over them, sorted by name; the same ones while they are among them."""
        chosen = heapq.nsmallest(size, self.numbers(), key=_mixed)
        labels: dict[int, Counter[str]] = defaultdict(Counter)
        rows: list[Any] = []
        for chunk in (chosen[start : start + 500] for start in range(0, len(chosen), 500)):
            rows += self._connection.execute(
                select(_frames, schema.collections.c.name.label("collection_name"))
                .join(schema.collections, _frames.c.collection == schema.collections.c.id)
                .where(held_at(_frames, self.revision), _frames.c.number.in_(chunk))
            )
            for frame, label, number in self._connection.execute(
                select(_annotations.c.frame, schema.labels.c.name, func.count())
                .join(schema.labels, _annotations.c.label == schema.labels.c.id)
                .where(held_at(_annotations, self.revision), _annotations.c.frame.in_(chunk))
                .group_by(_annotations.c.frame, schema.labels.c.name)
            ):
                labels[frame][label] = number
        found = (
            FoundFrame(
                name=row.unique_name,
                collection=row.collection_name,
                file_name=row.name,
                width=row.width,
                height=row.height,
                bytes=row.size,
                digest=row.digest,
                labels=tuple(sorted(labels[row.number].items())),
            )
            for row in rows
        )
        return tuple(sorted(found, key=lambda frame: frame.name))

    def parts(self) -> tuple[Part, ...]:
        """The query and its parts, each with the frames that it alone gives, in reading order."""
        return () if isinstance(self.query, Everything) else tuple(self._parts(self.query, 0, tie=None))

    def _parts(
        self, node: Node, depth: int, *, tie: type[AnnotationMatch | DatasetMatch] | None
    ) -> Iterator[Part]:
        """`node` and what it is made of; within a `tie`, such as `annotation(…)`, each part is asked by itself."""
        asked: Node = node if tie is None else tie(node)
        yield Part(depth=depth, text=format_query(asked), frames=self._count(asked))
        match node:
            case Comparison() | OneOf():
                below: tuple[Node, ...] = ()
            case And(operands) | Or(operands):
                below = operands
            case Not(operand):
                below = (operand,)
            case AnnotationMatch(where) | DatasetMatch(where):
                # A single condition in it says the same; of several each is shown.
                tie, below = type(node), where.operands if isinstance(where, And | Or) else ()
            case _:
                assert_never(node)
        for each in below:
            yield from self._parts(each, depth + 1, tie=tie)

    def _count(self, query: Query) -> int:
        return len(self.numbers() if query is self.query else self._selector.select(query, self._all))


def _mixed(number: int) -> int:
    """`number` scattered over 64 bits, so that the smallest ones are from anywhere (Stafford's mix 13)."""
    mixed = (number * _MIX) % 2**64
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
    return mixed ^ (mixed >> 31)
