"""What differs between two revisions: frames that came, went or show another picture, and annotations by label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, not_, select

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import require_revision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, FromClause

_frames, _annotations = schema.frames, schema.annotations
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeDifference:
    """From `before` to `after`. Frames are unique names, sorted.

    `annotated` are frames of both revisions whose annotations differ. `labels` says of each label how many of its
    annotations came and how many went; one that was changed did both.
    """

    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    annotated: tuple[str, ...]
    labels: tuple[tuple[str, int, int], ...]


def difference(connection: Connection, before: int, after: int) -> LakeDifference:
    """What differs between two revisions, the older one first or not.

    Raises:
        RemoteError: the lake does not have one of them.
    """
    for revision in (before, after):
        require_revision(connection, revision)
    gone, came = _frames_only_in(connection, before, after), _frames_only_in(connection, after, before)
    both = gone.keys() & came.keys()
    lost, won = _labels_only_in(connection, before, after), _labels_only_in(connection, after, before)
    touched = _annotated_only_in(connection, before, after) | _annotated_only_in(connection, after, before)
    return LakeDifference(
        before=before,
        after=after,
        added=tuple(sorted(came[number][0] for number in came.keys() - both)),
        removed=tuple(sorted(gone[number][0] for number in gone.keys() - both)),
        # One that got another picture and then its first again has a new row, and is what it was.
        replaced=tuple(sorted(came[number][0] for number in both if came[number] != gone[number])),
        annotated=tuple(sorted(_names(connection, touched - (gone.keys() ^ came.keys()), after))),
        labels=tuple((label, won[label], lost[label]) for label in sorted(won.keys() | lost.keys())),
    )


def _only_in(table: FromClause, one: int, other: int) -> ColumnElement[bool]:
    return and_(held_at(table, one), not_(held_at(table, other)))


def _frames_only_in(connection: Connection, one: int, other: int) -> dict[int, tuple[str, str]]:
    """Names and pictures by number. Rows are compared, so a frame with another picture is found both ways."""
    rows = connection.execute(
        select(_frames.c.number, _frames.c.unique_name, _frames.c.digest).where(_only_in(_frames, one, other))
    )
    return {row.number: (row.unique_name, row.digest) for row in rows}


def _labels_only_in(connection: Connection, one: int, other: int) -> Counter[str]:
    rows = connection.execute(
        select(schema.labels.c.name, func.count())
        .join(_annotations, _annotations.c.label == schema.labels.c.id)
        .where(_only_in(_annotations, one, other))
        .group_by(schema.labels.c.name)
    )
    return Counter({row[0]: row[1] for row in rows})


def _annotated_only_in(connection: Connection, one: int, other: int) -> set[int]:
    found = select(_annotations.c.frame).where(_only_in(_annotations, one, other)).distinct()
    return set(connection.execute(found).scalars())


def _names(connection: Connection, numbers: set[int], revision: int) -> Iterator[str]:
    asked = sorted(numbers)
    for start in range(0, len(asked), _CHUNK):
        yield from connection.execute(
            select(_frames.c.unique_name).where(
                held_at(_frames, revision), _frames.c.number.in_(asked[start : start + _CHUNK])
            )
        ).scalars()
