"""The exports that setwright knows by name, and how people may write them."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class KnownExport:
    """An export: its exact `name`, the `short` one, and which remotes offer it.

    `validates` says that the trainer it is for stops at a dataset without validation frames.
    """

    name: str
    short: str
    lake: bool
    layernext: bool
    validates: bool = False


KNOWN_EXPORTS: tuple[KnownExport, ...] = (
    KnownExport("RAW", "raw", lake=True, layernext=True),
    KnownExport("YOLO Darknet", "yolo-darknet", lake=True, layernext=True),
    KnownExport("Semantic Segmentation", "semantic-segmentation", lake=True, layernext=True),
    KnownExport("COCO", "coco", lake=True, layernext=False),
    KnownExport("Pascal VOC", "pascal-voc", lake=True, layernext=False),
    KnownExport("Ultralytics", "ultralytics", lake=True, layernext=False, validates=True),
    KnownExport(
        "Ultralytics Segmentation", "ultralytics-segmentation", lake=True, layernext=False, validates=True
    ),
    KnownExport("Hugging Face ImageFolder", "imagefolder", lake=True, layernext=False),
    KnownExport("Hugging Face Parquet", "parquet", lake=True, layernext=False),
    KnownExport("WebDataset", "webdataset", lake=True, layernext=False),
)


def plain(name: str) -> str:
    """`name` without what does not tell exports apart: case, `-`, `_` and the number of spaces."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


_BY_PLAIN_NAME = {plain(name): each for each in KNOWN_EXPORTS for name in (each.name, each.short)}


@lru_cache(maxsize=256)
def known_export(name: str) -> KnownExport | None:
    """The export called `name`, exactly, shortly, or but for case, `-` and `_`."""
    return _BY_PLAIN_NAME.get(plain(name))


def exact_name(name: str, others: Iterable[str]) -> str | None:
    """The exact name of the export that `name` means: one of ours or of `others`, None where there is none."""
    known = known_export(name)
    if known is not None:
        return known.name
    return next((other for other in others if plain(other) == plain(name)), None)


_NUMBERED = re.compile(r"yolo ?v?([0-9]{1,2})(?![0-9])")


def alike(wanted: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that `wanted` may mean by its words.

    They hold all its words, as Pascal VOC does of VOC; else all of theirs are among its own, as those of Ultralytics
    are in Ultralytics YOLO Detection, and none has more.
    A YOLO with a number is that of its trainer: Darknet's up to the fourth, then that of Ultralytics.
    """
    words, names = plain(wanted), list(names)
    if numbered := _NUMBERED.match(words):
        trainer = "yolo darknet" if int(numbered[1]) < 5 else "ultralytics"
        return [name for name in names if plain(name).startswith(trainer)]
    whole = [name for name in names if f" {words} " in f" {plain(name)} "]
    if whole:
        return whole
    among = {
        name: len(plain(name).split()) for name in names if set(plain(name).split()) <= set(words.split())
    }
    return [name for name, count in among.items() if count == max(among.values())]


@cache
def offered_by(kind: str) -> tuple[str, ...]:
    """The exact names that a remote of `kind`, `lake` or `layernext`, is known to offer."""
    return tuple(each.name for each in KNOWN_EXPORTS if (each.lake if kind == "lake" else each.layernext))
