"""The varied pictures that a manifest asks for, made in shards: each source is decoded once for all of its copies."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from setwright.augment.expand import media_types
from setwright.augment.recipes import value_count
from setwright.edge.allocator import keep_freed_buffers
from setwright.pixels.codec import decode, encode, of_frame
from setwright.pixels.executor import only_waits, stopping
from setwright.pixels.kernels import varied

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Generator, Iterator
    from contextlib import AbstractContextManager

    from setwright.model.frames import Digests
    from setwright.model.manifest import Manifest
    from setwright.pixels.executor import Executor

_SHARD = 24
"""Pictures that are made in one go: enough that handing them out costs next to nothing."""


class Store(Protocol):
    """Where pictures lie by their SHA-256. It is used by several threads at a time."""

    def read(self, digest: str) -> bytes: ...

    def together(self) -> AbstractContextManager[Callable[[bytes], str]]:
        """What stores one after the other and returns its SHA-256; they are safe when the context has ended."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One picture to be made: `digest` identifies it, `values` are the property's own."""

    digest: str
    property: str
    values: tuple[float, ...]
    media_type: str


@dataclass(frozen=True, slots=True)
class Source:
    """A stored picture and what is to be made of it; `frame`, for messages, shows it, and is called `file_name`."""

    digest: str
    frame: str
    file_name: str
    recipes: tuple[Recipe, ...]


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture that was made of the recipe with the digest `recipe`, and stored: `digest`, and `size` in bytes."""

    recipe: str
    digest: str
    size: int


def sources(manifest: Manifest, recipes: Digests, made: Container[str]) -> Iterator[Source]:
    """What is still to be made of `manifest`, whose copies have `recipes`, in the order of the sources' digests.

    A recipe that several copies share is made once.
    """
    copies, frames = manifest.copies, manifest.frames
    known = np.array([recipe.decode() in made for recipe in recipes.tolist()], bool)
    _, first = np.unique(recipes, return_index=True)
    rows = first[~known[first]]
    if not len(rows):
        return
    of_source = frames.digest[copies.source[rows]]
    rows = rows[np.argsort(of_source, kind="stable")]
    of_source = frames.digest[copies.source[rows]]
    counts = [value_count(property) for property in copies.properties]
    types = media_types(copies.take(rows), frames).tolist()
    starts = np.flatnonzero(np.concatenate([[True], of_source[1:] != of_source[:-1]])).tolist()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield Source(
            digest=of_source[start].decode(),
            frame=str(frames.name[copies.source[rows[start]]]),
            file_name=str(frames.file_name[copies.source[rows[start]]]),
            recipes=tuple(
                Recipe(
                    digest=recipes[row].decode(),
                    property=copies.properties[copies.property[row]],
                    values=tuple(copies.values[row][: counts[copies.property[row]]].tolist()),
                    media_type=types[start + place],
                )
                for place, row in enumerate(rows[start:end].tolist())
            ),
        )


def make(wanted: Iterator[Source], store: Store, executor: Executor) -> Generator[list[MadePicture]]:
    """Make and store all `wanted` pictures; what a shard made is given as soon as all of it is stored.

    Whoever stops asking stops the work after the pictures that are under way. A thread holds one source, one copy of it
    and its bytes at a time: some 8 bytes for each pixel of three colours, 13 while it is blurred or gets noise, 30 with
    16 bits a colour. That is 10 MB for 1280 × 960, and 3 GB at most for the largest picture that a lake takes.

    Raises:
        FormatError: a picture cannot be decoded; says of which frame.
    """

    with closing(executor.done(partial(_of_shard, store), _shards(wanted))) as shards:
        for _, pictures in shards:
            yield pictures


def _of_shard(store: Store, shard: tuple[Source, ...]) -> list[MadePicture]:
    keep_freed_buffers()  # here, for it may be another process than that which hands out the work
    pictures: list[MadePicture] = []
    with store.together() as put:
        for source in shard:
            if stopping():
                break
            for picture in _made(source, store.read, put):
                pictures.append(picture)
                if stopping():
                    break
        only_waits()
    return pictures


def _shards(wanted: Iterator[Source]) -> Iterator[tuple[Source, ...]]:
    shard: list[Source] = []
    for source in wanted:
        shard.append(source)
        if sum(len(each.recipes) for each in shard) >= _SHARD:
            yield tuple(shard)
            shard = []
    if shard:
        yield tuple(shard)


def _made(source: Source, read: Callable[[str], bytes], put: Callable[[bytes], str]) -> Iterator[MadePicture]:
    with of_frame(source.frame, source.file_name):
        picture = decode(read(source.digest))
        for recipe in source.recipes:
            content = encode(varied(picture, recipe.property, recipe.values), recipe.media_type)
            yield MadePicture(recipe.digest, put(content), len(content))
