"""docs/exports.md says what is so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.augment.expand import Made, expand
from setwright.augment.recipes import wished_copies
from setwright.formats.protocol import MadeFile, PictureFile
from setwright.formats.writing.raw import ANNOTATIONS, Raw
from setwright.formats.writing.registry import export_formats
from setwright.model.dataset import Augmentation, AugmentationWish
from setwright.model.frames import digests
from tests.formats.writing.manifests import SHOWCASE, facts_of, made

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat

PAGE = (Path(__file__).parents[3] / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_page_lists_every_export() -> None:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", PAGE.partition("\n## ")[0], re.MULTILINE)
    assert rows == [(format.name, format.short) for format in export_formats()]


def test_the_page_names_every_key_of_raw() -> None:
    flip = AugmentationWish(recipes=(Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),))
    varied = replace(SHOWCASE, copies=wished_copies(flip, SHOWCASE.frames, SHOWCASE.split))
    count = len(varied.copies)
    pictures = Made(digests(f"{row:064x}" for row in range(count)), np.ones(count, np.int64))
    images: list[dict[str, Any]] = json.loads(made(Raw(), expand(varied, pictures))[ANNOTATIONS])["images"]
    keys = {key for image in images for thing in (image, *image["annotations"]) for key in thing}
    section = PAGE.partition("## RAW")[2].partition("## Pulling")[0]
    named = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.+?) \|", section, re.MULTILINE))))
    assert keys == named


def test_the_example_of_an_export_works() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scope: dict[str, Any] = {}
    exec(compile(source, "docs/exports.md", "exec"), scope)
    export: ExportFormat = scope["EXPORT"]
    entries = {entry.path: entry for entry in export.files(SHOWCASE, facts_of(SHOWCASE))}
    assert sum(isinstance(entry, PictureFile) for entry in entries.values()) == len(SHOWCASE.frames)
    table = entries["counts.csv"]
    assert isinstance(table, MadeFile)
    assert "train/party_a.jpg,3\n" in table.content.decode()
    assert export.losses(SHOWCASE.annotations)[0].count == len(SHOWCASE.annotations)
