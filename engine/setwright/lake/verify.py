"""Look whether everything that the lake should hold is there and is what it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from setwright.augment.recipes import recipe_digests
from setwright.lake import schema
from setwright.lake.blobs import StoredBlob
from setwright.lake.folder_blobs import same_file
from setwright.lake.identity import DELETED
from setwright.lake.index.rebuild import index_damages, rebuild_index
from setwright.lake.varied import all_pictures, known_pictures, recipe_texts
from setwright.lake.versions import titles
from setwright.model.counting import counted
from setwright.model.errors import LakeError, SetwrightError
from setwright.model.events import Advanced, Finished, Started
from setwright.model.manifest_file import decode
from setwright.pixels.executor import Threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.lake.blobs import Blobs
    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener
    from setwright.model.manifest import Manifest

TASK = "Verifying blobs"
_NAMED = 3
"""Of many frames that show a picture, or files that are not ours, so many are named."""
_AGAIN = "is made again of its source as soon as a version that shows it is pulled or made"
_VARIED = f" It is a varied picture: remove it, for what is missing {_AGAIN}."
INDEX = "The index is not what the catalogue says"


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it should be: `what`, and in whole sentences why that matters.

    `digest` is the picture's that lies outside of the store and is not what it was, empty for all else. `remade` says
    that it takes no backup: varied pictures are made again of their sources.
    """

    what: str
    detail: str
    digest: str = ""
    remade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at. `unreferenced` blobs are named by nothing: an ingest that was cut short leaves such.

    `blobs` and `bytes` count pictures outside of the store too, of which there are `elsewhere`. `strangers` are what
    else lies in the store's place, `strange_names` the first ones as others called them.
    """

    blobs: int
    bytes: int
    elsewhere: int
    unreferenced: int
    strangers: int
    strange_names: tuple[str, ...]
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
        called = titles(connection)
    wanted = pictures | {row.manifest_blob for row in manifests} | varied
    read = _read_all(blobs, wanted, listener)
    whole, broken = read.whole, read.broken
    outside, lost = _read_elsewhere(blobs, pictures - whole - broken.keys())
    damages += lost
    stored = len(whole) + len(broken)
    unreferenced = len((whole | broken.keys()) - wanted)
    whole |= outside.keys()
    missing = pictures - whole - broken.keys() - {damage.digest for damage in lost}
    shown = _shown_by(catalogue, missing | (broken.keys() & pictures))
    only_varied = varied - pictures - {row.manifest_blob for row in manifests}
    damages += [
        Damage(
            f"{what}: {digest}",
            f"{why}: {blobs.where(digest)}.{_VARIED if digest in only_varied else shown.get(digest, '')}",
            remade=digest in only_varied,
        )
        for digest, (what, why) in sorted(broken.items())
    ]
    damages += [
        Damage(
            f"A picture is missing: {digest}", f"There is nothing at {blobs.where(digest)}.{shown[digest]}"
        )
        for digest in sorted(missing)
    ]
    for row in manifests:
        # Where rows are lost there is no number.
        title = called.get(row.uid, f"{row.name.partition(DELETED)[0]} {row.uid}")
        if row.manifest_blob not in whole | broken.keys():
            damages.append(
                Damage(f"A manifest is missing: {row.manifest_blob}", f"It says what {title} holds.")
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
                            f"A version is not what it was: {title}",
                            f"Its content has the digest {manifest.digest}; {row.manifest_digest} was published.",
                        )
                    )
                damages += _lost_copies(catalogue, manifest, title, whole | broken.keys())
    return Verification(
        blobs=stored + len(outside),
        bytes=read.bytes + sum(outside.values()),
        elsewhere=len(outside),
        unreferenced=unreferenced,
        strangers=len(read.strangers),
        strange_names=tuple(sorted(read.strangers)[:_NAMED]),
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
            f"{version} lacks {counted(lost, 'varied picture')}",
            f"What is missing {_AGAIN}.",
            remade=True,
        )
    ]


def verify_index(catalogue: Catalogue, listener: Listener) -> tuple[Damage, ...]:
    """Compare the index with the rows, and make it anew if it differs; what was wrong with it."""
    with catalogue.writing() as connection:
        damages = tuple(Damage(INDEX, f"{line}.") for line in index_damages(connection, listener))
        if damages:
            rebuild_index(connection, listener)
    return damages


@dataclass(slots=True)
class _Read:
    """What was read of the store: blobs that are whole, those that are not with what and why, and the bytes of all."""

    whole: set[str] = field(default_factory=set)
    broken: dict[str, tuple[str, str]] = field(default_factory=dict)
    bytes: int = 0
    strangers: list[str] = field(default_factory=list)


def _read_all(blobs: Blobs, wanted: set[str], listener: Listener) -> _Read:
    read = _Read()
    listed: set[str] = set()

    def stored() -> Iterator[str]:
        for found in blobs.listed():
            if not isinstance(found, StoredBlob):
                read.strangers.append(found.name)
            elif found.digest not in listed:
                listed.add(found.digest)
                yield found.digest
        # A listing may break off at what others have put there, so what it lacks is asked for by name.
        yield from sorted(blobs.sizes(wanted - listed))

    def measured(digest: str) -> tuple[str, int] | OSError:
        try:
            return blobs.measure(digest)
        except OSError as error:  # a disk that fails is what people verify for, so it must not end that
            return error

    listener(Started(TASK, len(wanted), "blobs"))
    for digest, found in Threads(blobs.at_once).done(measured, stored()):
        if isinstance(found, OSError):
            read.broken[digest] = ("A blob cannot be read", found.strerror or str(found))
        else:
            truly, size = found
            read.bytes += size
            if truly == digest:
                read.whole.add(digest)
            else:
                read.broken[digest] = ("A blob has changed", "Its bytes are no longer what they were")
        listener(Advanced(TASK))
    listener(Finished(TASK, counted(len(read.whole) + len(read.broken), "blob")))
    return read
