"""The lake's varied pictures: which were made, and making those that a manifest still lacks.

A picture is stored before the catalogue knows it, and the catalogue learns of pictures some at a time while others are
still made. So whoever is killed has made what the catalogue knows, and whoever comes next goes on from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import insert, select, update

from setwright.augment.expand import Made
from setwright.augment.recipes import recipe_digests
from setwright.lake.schema import varied_pictures
from setwright.model.events import Advanced, Finished, Started
from setwright.model.extras import needing
from setwright.model.frames import digests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener
    from setwright.model.frames import Digests
    from setwright.model.manifest import Manifest
    from setwright.pixels.executor import Executor
    from setwright.pixels.making import MadePicture

_AT_ONCE = 10_000  # SQLite takes 32,766 values in one statement
_RECORDED = 200
"""So many pictures may be lost to a kill, at most, and made again: two seconds' work."""


def make_varied(
    catalogue: Catalogue,
    blobs: Blobs,
    manifest: Manifest,
    name: str,
    listener: Listener,
    executor: Executor | None,
) -> None:
    """Make the pictures of the copies of `manifest` that are not there yet; `name` is the dataset's, for people.

    Raises:
        MissingExtraError: what makes pictures is not installed.
        FormatError: a frame's picture cannot be varied.
        LakeError: a frame's picture is gone or damaged.
    """
    if not len(manifest.copies):
        return
    with needing("images", "make varied pictures"):
        from setwright.pixels.executor import Threads
        from setwright.pixels.making import make, sources

    recipes = recipe_digests(manifest.copies, manifest.frames)
    with catalogue.reading() as connection:
        known = known_pictures(connection, recipe_texts(recipes))
    there = whole_pictures(known, blobs)
    wanted = list(sources(manifest, recipes, there))
    total = sum(len(source.recipes) for source in wanted)
    if not total:
        return
    task = f"Varying pictures for {name}"
    listener(Started(task, total, "pictures"))
    unrecorded: list[MadePicture] = []
    shards = make(iter(wanted), blobs, executor or Threads())
    try:
        for pictures in shards:
            unrecorded += pictures
            if len(unrecorded) >= _RECORDED:
                _record(catalogue, unrecorded)
                unrecorded = []
            listener(Advanced(task, len(pictures)))
    finally:
        shards.close()
        _record(catalogue, unrecorded)  # on Ctrl-C, or when another picture fails, too
    reused = len(manifest.copies) - total
    listener(Finished(task, f"{total:,} made" + (f", {reused:,} there already" if reused else "")))


def made_pictures(connection: Connection, manifest: Manifest) -> Made:
    """The pictures of the copies of `manifest`, all of which were made."""
    recipes = recipe_texts(recipe_digests(manifest.copies, manifest.frames))
    known = known_pictures(connection, recipes)
    found = [known[recipe] for recipe in recipes]
    return Made(digests(digest for digest, _ in found), np.array([size for _, size in found], np.int64))


def known_pictures(connection: Connection, recipes: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Digest and size of the pictures that were made of `recipes`, by recipe; of those only that were."""
    columns = varied_pictures.c
    found: dict[str, tuple[str, int]] = {}
    wanted = list(dict.fromkeys(recipes))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = connection.execute(
            select(columns.recipe, columns.digest, columns.size).where(columns.recipe.in_(some))
        )
        found.update((row.recipe, (row.digest, row.size)) for row in rows)
    return found


def whole_pictures(known: dict[str, tuple[str, int]], blobs: Blobs) -> frozenset[str]:
    """The recipes of those of the `known` pictures that are in the store with all of their bytes."""
    stored = blobs.sizes({digest for digest, _ in known.values()})
    return frozenset(recipe for recipe, (digest, size) in known.items() if stored.get(digest) == size)


def all_pictures(connection: Connection) -> set[str]:
    """The digests of all varied pictures that the catalogue knows."""
    return set(connection.execute(select(varied_pictures.c.digest)).scalars())


def _record(catalogue: Catalogue, pictures: list[MadePicture]) -> None:
    """Let the catalogue know of pictures that are stored. Somebody else may have made the same meanwhile."""
    if not pictures:
        return
    with catalogue.writing() as connection:
        known = known_pictures(connection, [picture.recipe for picture in pictures])
        rows = {
            picture.recipe: {"recipe": picture.recipe, "digest": picture.digest, "size": picture.size}
            for picture in pictures
        }
        if new := [row for recipe, row in rows.items() if recipe not in known]:
            connection.execute(insert(varied_pictures), new)
        for recipe, row in rows.items():
            # Made anew because its file was gone; by another release of a library, its bytes may differ.
            if recipe in known and known[recipe][0] != row["digest"]:
                connection.execute(
                    update(varied_pictures).where(varied_pictures.c.recipe == recipe).values(row)
                )


def recipe_texts(recipes: Digests) -> list[str]:
    """The digests as texts."""
    return [recipe.decode() for recipe in recipes.tolist()]
