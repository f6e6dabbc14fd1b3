"""Look whether everything that the lake should hold is there and is what it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from setwright.augment.recipes import recipe_digests
from setwright.lake import schema
from setwright.lake.blobs import same_file, sha256
from setwright.lake.index.rebuild import index_damages, rebuild_index
from setwright.lake.varied import all_pictures, known_pictures, recipe_texts
from setwright.model.counting import counted
from setwright.model.errors import LakeError, SetwrightError
from setwright.model.events import Advanced, Finished, Started
from setwright.model.manifest_file import decode

if TYPE_CHECKING:
    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener
    from setwright.model.manifest import Manifest

TASK = "Verifying blobs"
_NAMED = 3
"""Frames that are named of those that show a picture."""
INDEX = "The index is not what the catalogue says"


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it should be: `what`, and in whole sentences why that matters.

    `digest` is the picture's that lies outside of the store and is not what it was, empty for all else.
    """

    what: str
    detail: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at. `unreferenced` blobs are named by nothing: an ingest that was cut short leaves such.

    `blobs` and `bytes` count pictures outside of the store too, of which there are `elsewhere`.
    """

    blobs: int
    bytes: int
    elsewhere: int
    unreferenced: int
    versions: int
    damages: tuple[Damage, ...]


def verify(catalogue: Catalogue, blobs: Blobs, listener: Listener) -> Verification:
    """Read every blob, and compare it with its digest and with what the catalogue refers to."""
    damages = [Damage("The catalogue's file is damaged", f"{line}.") for line in catalogue.damages()]
    damages += [Damage("The catalogue has lost rows", f"{line}.") for line in catalogue.lost_rows()]
    with catalogue.reading() as connection:
        damages += [Damage(INDEX, f"{line}.") for line in index_damages(connection, listener)]
        pictures = set(connection.execute(select(schema.frames.c.digest).distinct()).scalars())
        manifests = connection.execute(
            select(
                schema.versions.c.uid,
                schema.versions.c.manifest_blob,
                schema.versions.c.manifest_digest,
                schema.datasets.c.name,
            ).join(schema.datasets, schema.versions.c.dataset == schema.datasets.c.id)
        ).all()
        varied = all_pictures(connection)
    wanted = pictures | {row.manifest_blob for row in manifests} | varied
    whole, broken, size = _read_all(blobs, wanted, listener)
    outside, lost = _read_elsewhere(blobs, pictures - whole - broken.keys())
    damages += lost
    stored = len(whole) + len(broken)
    unreferenced = len((whole | broken.keys()) - wanted)
    whole |= outside.keys()
    missing = pictures - whole - broken.keys() - {damage.digest for damage in lost}
    shown = _shown_by(catalogue, missing | (broken.keys() & pictures))
    damages += [
        Damage(f"{what}: {digest}", f"{why}: {blobs.path(digest)}.{shown.get(digest, '')}")
        for digest, (what, why) in sorted(broken.items())
    ]
    damages += [
        Damage(f"A picture is missing: {digest}", f"There is no file {blobs.path(digest)}.{shown[digest]}")
        for digest in sorted(missing)
    ]
    for row in manifests:
        if row.manifest_blob not in whole | broken.keys():
            damages.append(
                Damage(
                    f"A manifest is missing: {row.manifest_blob}", f"It says what {row.name} {row.uid} holds."
                )
            )
        elif row.manifest_blob in whole:
            try:
                manifest = decode(blobs.read(row.manifest_blob))
            except SetwrightError as error:
                damages.append(Damage(f"A manifest cannot be read: {row.manifest_blob}", error.detail))
            else:
                if manifest.digest != row.manifest_digest:
                    damages.append(
                        Damage(
                            f"A version is not what it was: {row.name} {row.uid}",
                            f"Its content has the digest {manifest.digest}; {row.manifest_digest} was published.",
                        )
                    )
                damages += _lost_copies(catalogue, manifest, f"{row.name} {row.uid}", whole | broken.keys())
    return Verification(
        blobs=stored + len(outside),
        bytes=size + sum(outside.values()),
        elsewhere=len(outside),
        unreferenced=unreferenced,
        versions=len(manifests),
        damages=tuple(damages),
    )


def _shown_by(catalogue: Catalogue, pictures: set[str]) -> dict[str, str]:
    """A sentence for each of `pictures` on the frames that show it, at whatever revision."""
    if not pictures:
        return {}
    names: dict[str, set[str]] = {digest: set() for digest in pictures}
    columns = schema.frames.c
    with catalogue.reading() as connection:
        asked = select(columns.digest, columns.unique_name).execution_options(yield_per=10_000)
        for digest, name in connection.execute(asked):
            if digest in names:
                names[digest].add(name)
    return {digest: f" It is shown by {_few(sorted(several))}." for digest, several in names.items()}


def _few(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _read_elsewhere(blobs: Blobs, wanted: set[str]) -> tuple[dict[str, int], list[Damage]]:
    """Of `wanted`, what is whole outside of the store, with its size, and what is not any more."""
    whole: dict[str, int] = {}
    lost = []
    for digest in sorted(wanted):
        try:
            file = blobs.elsewhere(digest)
        except LakeError as error:
            lost.append(Damage(error.summary, error.detail, digest))
            continue
        if file is None:
            continue
        if same_file(file, digest):
            whole[digest] = file.stat().st_size
        else:
            what = "has changed" if file.exists() else "is gone"
            detail = f"It was ingested in place, so the lake has no copy of it. Its digest was {digest}."
            lost.append(Damage(f"A picture outside of the lake {what}: {file}", detail, digest))
    return whole, lost


def _lost_copies(catalogue: Catalogue, manifest: Manifest, version: str, there: set[str]) -> list[Damage]:
    """The varied pictures of a version that are not there, as one thing: they can be made again."""
    recipes = recipe_texts(recipe_digests(manifest.copies, manifest.frames))
    with catalogue.reading() as connection:
        known = known_pictures(connection, recipes)
    lost = sum(recipe not in known or known[recipe][0] not in there for recipe in recipes)
    if not lost:
        return []
    return [
        Damage(
            f"{lost:,} varied pictures of {version} are missing",
            "They are made again of their sources as soon as a version that shows them is exported or published.",
        )
    ]


def verify_index(catalogue: Catalogue, listener: Listener) -> tuple[Damage, ...]:
    """Compare the index with the rows, and make it anew if it differs; what was wrong with it."""
    with catalogue.writing() as connection:
        damages = tuple(Damage(INDEX, f"{line}.") for line in index_damages(connection, listener))
        if damages:
            rebuild_index(connection, listener)
    return damages


def _read_all(
    blobs: Blobs, wanted: set[str], listener: Listener
) -> tuple[set[str], dict[str, tuple[str, str]], int]:
    """The blobs that are whole, those that are not with what and why, and the bytes of all together."""
    whole: set[str] = set()
    broken: dict[str, tuple[str, str]] = {}
    size = 0
    listener(Started(TASK, len(wanted), "blobs"))
    for digest in blobs.digests():
        try:
            content = blobs.path(digest).read_bytes()
        except OSError as error:  # a disk that fails is what people verify for, so it must not end that
            broken[digest] = ("A blob cannot be read", error.strerror or str(error))
        else:
            size += len(content)
            if sha256(content) == digest:
                whole.add(digest)
            else:
                broken[digest] = ("A blob has changed", "Its bytes are no longer what they were")
        listener(Advanced(TASK))
    listener(Finished(TASK, counted(len(whole) + len(broken), "blob")))
    return whole, broken, size
