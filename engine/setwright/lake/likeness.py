"""Which pictures of the lake are the same, or nearly; and the perceptual hashes that older setwrights left out."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import bindparam, distinct, func, select, update

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import newest_revision
from setwright.lake.columns import read_columns
from setwright.lake.phash import NOTHING
from setwright.lake.pictures import hash_of_stored
from setwright.model.counting import counted
from setwright.model.events import Advanced, Finished, Started
from setwright.split.near import near_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener

TASK = "Computing perceptual hashes"

_CHUNK = 500
"""Frames in one question to the database."""

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
    held = held_at(_frames, newest_revision(connection))
    columns = (
        _frames.c.number,
        _frames.c.digest,
        func.coalesce(_frames.c.phash, NOTHING, type_=schema.Bits()),
    )
    number, digest, phash = read_columns(
        connection, select(*columns).where(held), (np.int64, "S64", np.uint64)
    )
    _, first, picture = np.unique(digest, return_index=True, return_inverse=True)
    near = near_groups(phash[first])
    unknown = select(func.count(distinct(_frames.c.digest))).where(held, _frames.c.phash.is_(None))
    return Likeness(
        same=_groups(connection, number, picture, np.bincount(picture, minlength=1) > 1),
        near=_groups(connection, number, near[picture], np.bincount(near, minlength=1) > 1),
        unknown=int(connection.execute(unknown).scalar_one()),
    )


def _groups(
    connection: Connection, number: NDArray[np.int64], group: NDArray[np.int64], wanted: NDArray[np.bool_]
) -> tuple[tuple[str, ...], ...]:
    """The unique names of the frames of each group that is `wanted`, by the group of each frame."""
    rows = np.flatnonzero(wanted[group]) if len(group) else group
    group_of = dict(zip(number[rows].tolist(), group[rows].tolist(), strict=True))
    names: dict[int, list[str]] = defaultdict(list)
    numbers = sorted(group_of)
    held = held_at(_frames, newest_revision(connection))
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        asked = select(_frames.c.number, _frames.c.unique_name).where(held, _frames.c.number.in_(chunk))
        for frame, name in connection.execute(asked):
            names[group_of[frame]].append(name)
    return tuple(sorted(tuple(sorted(several)) for several in names.values()))


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
    listener(Finished(TASK, counted(len(found), "picture")))
    return len(found)
