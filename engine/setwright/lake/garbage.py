"""Free what nothing needs: blobs that no frame at any revision shows, and no version holds.

Such blobs are what an ingest or an apply that was cut short has left. One that is still being prepared needs some too
that nothing names yet; it shuts us out while it writes, and what is younger than the grace stays in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from setwright.augment.recipes import recipe_digests
from setwright.lake import schema
from setwright.lake.blobs import StoredBlob
from setwright.lake.varied import known_pictures, recipe_texts
from setwright.model.errors import LakeError, SetwrightError
from setwright.model.events import Advanced, Finished, Started
from setwright.model.manifest_file import decode

if TYPE_CHECKING:
    from datetime import datetime

    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.lake.writers import Writers
    from setwright.model.events import Listener

GRACE = timedelta(days=14)
"""How old a blob must be before it may go."""

TASK = "Looking for what nothing needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What was removed, or would be: `digests`, sorted, with their `bytes`; `young` ones stay for their age.

    `references` to files outside of the lake are removed with the pictures that they stand for; those files never are.
    """

    digests: tuple[str, ...]
    bytes: int
    references: int
    young: int
    kept: int


def collect(
    catalogue: Catalogue,
    blobs: Blobs,
    writers: Writers,
    *,
    now: datetime,
    grace: timedelta,
    dry: bool,
    listener: Listener,
) -> Cleared:
    """Remove the blobs that nothing needs and that are older than `grace`; with `dry` only say which.

    Raises:
        LakeBusyError: somebody is writing to the store.
        LakeError: a manifest cannot be read, so nobody knows what it needs; nothing was removed.
    """
    with writers.alone():
        needed = needed_digests(catalogue, blobs, listener)
        before = (now - grace).timestamp()
        gone: list[StoredBlob] = []
        young = kept = 0
        for blob in blobs.listed():
            if not isinstance(blob, StoredBlob):
                continue  # what is not ours is not ours to remove
            if blob.digest in needed:
                kept += 1
            elif blob.modified >= before:
                young += 1
            else:
                gone.append(blob)
        unneeded = [
            each.digest for each in blobs.references() if each.digest not in needed and each.modified < before
        ]
        if not dry:
            blobs.remove(blob.digest for blob in gone)
            for digest in unneeded:
                blobs.forget(digest)
    return Cleared(
        digests=tuple(sorted(blob.digest for blob in gone)),
        bytes=sum(blob.size for blob in gone),
        references=len(unneeded),
        young=young,
        kept=kept,
    )


def needed_digests(catalogue: Catalogue, blobs: Blobs, listener: Listener) -> set[str]:
    """All that a frame at any revision shows, all manifests, and all pictures in them.

    Raises:
        LakeError: a manifest cannot be read.
    """
    with catalogue.reading() as connection:
        needed = set(connection.execute(select(schema.frames.c.digest).distinct()).scalars())
        manifests = connection.execute(select(schema.versions.c.manifest_blob).distinct()).scalars().all()
    listener(Started(TASK, len(manifests), "versions"))
    for blob in manifests:
        try:
            # Not only what the catalogue shows: a version may hold pictures that were made for it.
            manifest = decode(blobs.read(blob))
        except SetwrightError as error:
            raise LakeError(
                "A version cannot be read, so nobody knows what it needs",
                f"{error.summary}. {error.detail} Nothing was removed.",
                "`setwright lake verify` finds all damage",
            ) from error
        needed.add(blob)
        needed.update(digest.decode() for digest in manifest.frames.digest.tolist())
        recipes = recipe_texts(recipe_digests(manifest.copies, manifest.frames))
        with catalogue.reading() as connection:
            needed.update(digest for digest, _ in known_pictures(connection, recipes).values())
        listener(Advanced(TASK))
    listener(Finished(TASK, f"{len(needed):,} pictures and manifests are needed"))
    return needed
