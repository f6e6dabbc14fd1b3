"""From a manifest with recipes to one whose frames hold the copies, as exports write it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.augment.objects import vary_in_parts
from setwright.augment.placement import placements
from setwright.augment.recipes import recipe_digests
from setwright.augment.vocabulary import word_of
from setwright.model.frames import Annotations, Digests, Frames, texts
from setwright.model.manifest import Manifest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.copies import Copies
    from setwright.model.frames import Texts


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The pictures that were made of K recipes: `digest` `(K,) S64` and `size` `(K,) int64`, in bytes."""

    digest: Digests
    size: NDArray[np.int64]


def media_types(copies: Copies, frames: Frames) -> Texts:
    """What the copies' pictures are: JPEG of a JPEG, PNG of whatever loses nothing."""
    source = frames.media_type[copies.source]
    return np.where(source == "image/jpeg", texts(["image/jpeg"]), texts(["image/png"]))


def expand(manifest: Manifest, made: Made) -> Manifest:
    """`manifest` with a frame for each of its copies, whose pictures are `made`.

    A copy is called as its source, with what was done to it, its number and the beginning of its recipe's digest
    before the ending: `a.jpg` gives `a.rotate-1-3f9a2c1b.jpg`. It is in its source's split and collection.
    """
    copies, frames = manifest.copies, manifest.frames
    if not len(copies):
        return manifest
    own = _frames(copies, frames, made)
    both = Frames(
        **{
            column.name: np.concatenate([getattr(frames, column.name), getattr(own, column.name)])
            for column in fields(Frames)
        }
    )
    order = np.argsort(both.name, kind="stable")
    row_after = np.empty(len(order), np.int32)
    row_after[order] = np.arange(len(order), dtype=np.int32)
    split = np.concatenate([manifest.split, manifest.split[copies.source]])
    varied = [part.annotations for part in vary_in_parts(manifest.annotations, frames, copies)]
    return Manifest(
        frames=both.take(order),
        split=split[order],
        annotations=_together(
            manifest.annotations, varied, row_after[: len(frames)], row_after[len(frames) :]
        ),
        copies=replace(copies, source=row_after[: len(frames)][copies.source], row=row_after[len(frames) :]),
    )


def _frames(copies: Copies, frames: Frames, made: Made) -> Frames:
    """The copies as frames, in their own order."""
    source = frames.take(copies.source)
    places = placements(copies, frames)
    media_type = media_types(copies, frames)
    tails = [
        f".{words}-{number}-{recipe.decode()[:8]}"
        for words, number, recipe in zip(
            _words(copies), copies.number.tolist(), recipe_digests(copies, frames).tolist(), strict=True
        )
    ]
    endings = [".jpg" if each == "image/jpeg" else ".png" for each in media_type.tolist()]
    return Frames(
        number=source.number,
        name=_free(
            [_named(*each) for each in zip(source.name.tolist(), tails, endings, strict=True)], frames.name
        ),
        file_name=texts(
            _named(*each) for each in zip(source.file_name.tolist(), tails, endings, strict=True)
        ),
        collection=source.collection,
        digest=made.digest,
        width=places.width,
        height=places.height,
        size=made.size,
        media_type=media_type,
        group=source.group,
        phash=source.phash,
    )


def _words(copies: Copies) -> list[str]:
    words = [word_of(property).replace(".", "-") for property in copies.properties]
    return [words[place] for place in copies.property.tolist()]


def _named(name: str, tail: str, ending: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not stem or not suffix.isalnum() or len(suffix) > 4:
        return f"{name}{tail}{ending}"
    # `a.jpeg` stays one; a picture that is no longer what its name says gets the ending of what it is.
    kept = suffix.lower() in (("jpg", "jpeg", "jpe") if ending == ".jpg" else ("png",))
    return f"{stem}{tail}{dot + suffix if kept else ending}"


def _free(names: list[str], taken: Texts) -> Texts:
    """`names`, each made longer where it is taken: somebody may have brought the copies of an export back as frames,
    and of two sources with the same picture the names may differ by nothing but their ending.
    """
    known = set(taken.tolist())
    found = []
    for name in names:
        free, number = name, 2
        while free in known:
            free, number = f"{name}.{number}", number + 1
        known.add(free)
        found.append(free)
    return texts(found)


def _together(
    annotations: Annotations,
    varied: list[Annotations],
    rows: NDArray[np.int32],
    copy_rows: NDArray[np.int32],
) -> Annotations:
    parts = [annotations, *varied]
    frames = [rows[annotations.frame], *(copy_rows[part.frame] for part in varied)]
    frame = np.concatenate(frames)
    order = np.argsort(frame, kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    places_of = np.split(places, np.cumsum([len(part) for part in parts])[:-1])

    def column(name: str) -> NDArray[Any]:
        # Each part to where it belongs: outlines of many copies take a lot, and so they are there but twice.
        own = getattr(annotations, name)
        whole = np.empty((len(order), *own.shape[1:]), own.dtype)
        for part, where in zip(parts, places_of, strict=True):
            whole[where] = getattr(part, name)
        return whole

    return Annotations(
        labels=annotations.labels,
        operations=annotations.operations,
        frame=frame[order],
        label=column("label"),
        shape=column("shape"),
        box=column("box"),
        outline=column("outline"),
        confidence=column("confidence"),
        operation=column("operation"),
        extra=column("extra"),
    )
