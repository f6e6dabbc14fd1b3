"""Which pictures of the lake are the same, or nearly; and the perceptual hashes that older setwrights left out."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import bindparam, select, update

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import newest_revision
from setwright.lake.phash import NOTHING
from setwright.lake.pictures import hash_of_stored
from setwright.model.events import Advanced, Finished, Started
from setwright.split.near import near_pairs
from setwright.split.units import connected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener

TASK = "Computing perceptual hashes"

_frames = schema.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Frames that show one picture, and such whose pictures are nearly the same: groups of unique names, sorted.

    A group of `near` holds at least two pictures; those that show one of them again stand in it too, and in `same`.
    `unknown` pictures have no perceptual hash yet.
    """

    same: tuple[tuple[str, ...], ...]
    near: tuple[tuple[str, ...], ...]
    unknown: int


def likeness(connection: Connection) -> Likeness:
    """The groups at the newest revision."""
    rows = connection.execute(
        select(_frames.c.digest, _frames.c.phash, _frames.c.unique_name)
        .where(held_at(_frames, newest_revision(connection)))
        .order_by(_frames.c.digest, _frames.c.unique_name)
    )
    names: dict[str, list[str]] = defaultdict(list)
    hashes: dict[str, int | None] = {}
    for digest, phash, name in rows:
        names[digest].append(name)
        hashes[digest] = phash
    listed = list(names)
    known = np.array([hashes[digest] or NOTHING for digest in listed], np.uint64)
    pictures: dict[int, list[str]] = defaultdict(list)
    for picture, group in enumerate(connected(len(listed), near_pairs(known)).tolist()):
        pictures[group].append(listed[picture])
    return Likeness(
        same=_sorted(several for several in names.values() if len(several) > 1),
        near=_sorted(
            [name for digest in several for name in names[digest]]
            for several in pictures.values()
            if len(several) > 1
        ),
        unknown=sum(phash is None for phash in hashes.values()),
    )


def _sorted(groups: Iterable[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def fill_hashes(catalogue: Catalogue, blobs: Blobs, listener: Listener) -> int:
    """Compute the perceptual hashes that are missing, of pictures that can be read; how many."""
    column = _frames.c.phash
    with catalogue.reading() as connection:
        missing = (
            connection.execute(select(_frames.c.digest).where(column.is_(None)).distinct()).scalars().all()
        )
    if not missing:
        return 0
    listener(Started(TASK, len(missing), "pictures"))
    found = []
    for digest in missing:
        # What cannot be read keeps none; `verify` tells what is wrong with it.
        with suppress(Exception), blobs.open(digest) as file:
            found.append({"of": digest, "bits": hash_of_stored(file.read())})
        listener(Advanced(TASK))
    if found:
        # Not a change of the lake, and no revision: what is computed from a picture was always true of it.
        with catalogue.writing() as connection:
            connection.execute(
                update(_frames)
                .where(_frames.c.digest == bindparam("of"), column.is_(None))
                .values(phash=bindparam("bits")),
                found,
            )
    listener(Finished(TASK, f"{len(found):,} pictures"))
    return len(found)
