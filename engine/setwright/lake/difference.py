"""What differs between two revisions: frames that came, went or show another picture, and annotations by label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, literal_column, select

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.bulk import in_chunks
from setwright.lake.catalogue import require_revision
from setwright.lake.schema import FOREVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, FromClause

_frames, _annotations = schema.frames, schema.annotations
_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeDifference:
    """From `before` to `after`. Frames are unique names, sorted.

    `annotated` are frames of both revisions whose annotations differ, `described` those whose tags or fields do.
    `labels` says of each label how many of its annotations came and how many went; one that was changed did both.
    """

    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    annotated: tuple[str, ...]
    described: tuple[str, ...]
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
    lost, frames_lost = _annotations_only_in(connection, before, after)
    won, frames_won = _annotations_only_in(connection, after, before)
    touched = frames_lost | frames_won
    not_in_both = gone.keys() ^ came.keys()
    return LakeDifference(
        before=before,
        after=after,
        added=tuple(sorted(came[number][0] for number in came.keys() - both)),
        removed=tuple(sorted(gone[number][0] for number in gone.keys() - both)),
        # One that got another picture and then its first again has a new row, and is what it was.
        replaced=tuple(sorted(came[number][0] for number in both if came[number] != gone[number])),
        annotated=tuple(sorted(_names(connection, touched - not_in_both, after))),
        described=tuple(
            sorted(_names(connection, _described(connection, before, after) - not_in_both, after))
        ),
        labels=tuple((label, won[label], lost[label]) for label in sorted(won.keys() | lost.keys())),
    )


def _only_in(table: FromClause, one: int, other: int) -> ColumnElement[bool]:
    """Rows that hold at `one` and not at `other`, told by what lies between the two: that is what indexes find."""
    added, removed = table.c.added, table.c.removed
    if one > other:
        return and_(added > other, added <= one, removed > one)
    # The first condition is the index's own, word for word, without which SQLite does not think of it.
    return and_(removed < literal_column(str(FOREVER)), removed > one, removed <= other, added <= one)


def _frames_only_in(connection: Connection, one: int, other: int) -> dict[int, tuple[str, str]]:
    """Names and pictures by number. Rows are compared, so a frame with another picture is found both ways."""
    rows = connection.execute(
        select(_frames.c.number, _frames.c.unique_name, _frames.c.digest).where(_only_in(_frames, one, other))
    )
    return {row.number: (row.unique_name, row.digest) for row in rows}


def _annotations_only_in(connection: Connection, one: int, other: int) -> tuple[Counter[str], set[int]]:
    """How many by label, and on which frames.

    Counted here: SQLite, asked to group them, reads all annotations by an index that spares it the sorting.
    """
    labels: Counter[int] = Counter()
    frames: set[int] = set()
    asked = select(_annotations.c.label, _annotations.c.frame).where(_only_in(_annotations, one, other))
    for label, frame in connection.execute(asked.execution_options(yield_per=_ROWS)):
        labels[label] += 1
        frames.add(frame)
    known = connection.execute(select(schema.labels.c.id, schema.labels.c.name))
    names: dict[int, str] = {row.id: row.name for row in known}
    return Counter({names[label]: count for label, count in labels.items()}), frames


def _described(connection: Connection, before: int, after: int) -> set[int]:
    """The frames of which rows of tags or metadata came or went.

    No index tells such rows, as few revisions have any; those that have say so.
    """
    older, newer = sorted((before, after))
    revisions = schema.revisions.c
    between = revisions.number > older, revisions.number <= newer
    changed: set[str] = set()
    for rows in connection.execute(select(revisions.rows).where(*between)).scalars():
        changed.update(rows)
    found: set[int] = set()
    for table in (schema.tags, schema.frame_metadata):
        if table.name in changed:
            for one, other in ((before, after), (after, before)):
                found.update(
                    connection.execute(select(table.c.frame).where(_only_in(table, one, other))).scalars()
                )
    return found


def _names(connection: Connection, numbers: set[int], revision: int) -> Iterator[str]:
    for chunk in in_chunks(sorted(numbers)):
        held = held_at(_frames, revision)
        yield from connection.execute(
            select(_frames.c.unique_name).where(held, _frames.c.number.in_(chunk))
        ).scalars()
