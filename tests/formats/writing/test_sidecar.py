"""What lies beside every export."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from setwright.augment.expand import Made, expand
from setwright.augment.recipes import wished_copies
from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.formats.writing.registry import export_formats
from setwright.model.dataset import Augmentation, AugmentationWish
from setwright.model.frames import digests
from setwright.model.statistics import count
from tests.formats.writing.manifests import SHOWCASE, facts_of, made, manifest_of

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat
    from tests.conftest import Golden

every_format = pytest.mark.parametrize("format", export_formats(), ids=lambda format: format.short)


@every_format
def test_the_sidecar_lists_every_other_file_with_its_size_and_digest(format: ExportFormat) -> None:
    entries = {entry.path: entry for entry in format.files(SHOWCASE, facts_of(SHOWCASE))}
    told = json.loads(made(format, SHOWCASE)["setwright.json"])["files"]
    assert list(told) == sorted(set(entries) - {"setwright.json"})
    for path, record in told.items():
        match entries[path]:
            case MadeFile() as entry:
                content = entry.content
                assert record == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            case PictureFile(_, digest, size):
                assert record == {"size": size, "sha256": digest}
            case PackedFile(size=size, digest=digest, pictures=count):
                assert record == {"size": size, "pictures": count, "parts": digest}


@every_format
def test_the_sidecar_counts_what_the_manifest_holds(format: ExportFormat) -> None:
    told = json.loads(made(format, SHOWCASE)["setwright.json"])
    statistics = count(SHOWCASE)
    assert told["classes"] == ["Balloon", "Kite"]
    assert {name: split["frames"] for name, split in told["splits"].items()} == {
        split.split: split.frames for split in statistics.splits
    }
    assert {name: split["labels"] for name, split in told["splits"].items()} == {
        split.split: dict(split.labels) for split in statistics.splits
    }


@every_format
def test_the_sidecar_tells_the_draw_of_each_varied_copy_and_its_file(format: ExportFormat) -> None:
    turned = AugmentationWish(
        recipes=(
            Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),
            Augmentation(type="IMAGE_ROTATION", property="PERCENTAGE_SCALE", range=(5, 9)),
        )
    )
    recipes = wished_copies(turned, SHOWCASE.frames, SHOWCASE.split)
    # All pictures alike: files must still be told of the frames that they are of.
    same = Made(digests("f" * 64 for _ in range(len(recipes))), np.ones(len(recipes), np.int64))
    varied = expand(replace(SHOWCASE, copies=recipes), same)
    files = made(format, varied)
    told = json.loads(files["setwright.json"])
    assert len(told["copies"]) == len(recipes)
    assert set(told["copies"]) == set(varied.frames.name[varied.copies.row].tolist())
    for name, copy in told["copies"].items():
        draw = copy["draw"]
        assert draw["source"] in SHOWCASE.frames.name.tolist()
        if draw["type"] == "IMAGE_ROTATION":
            assert 5 <= draw["values"][0] <= 9
        else:
            assert (draw["type"], draw["property"], draw["values"]) == ("FLIP_IMAGE", "FLIP_HORIZONTAL", [])
        assert draw["copy"] == 1
        if format.short not in ("parquet", "webdataset"):
            assert name.removesuffix(".jpg").endswith(copy["file"].rpartition("/")[2].rpartition(".")[0])
            assert copy["file"] in told["files"]
    readme = next(text for path, text in files.items() if path.lower().startswith("readme"))
    assert re.search(rf"^of them varied copies +{len(recipes)} +0 +0 +{len(recipes)}$", readme, re.MULTILINE)


@every_format
def test_the_sidecar_of_a_version_without_copies_tells_of_none(format: ExportFormat) -> None:
    assert "copies" not in json.loads(made(format, SHOWCASE)["setwright.json"])


@every_format
def test_paths_are_unique_even_where_case_does_not_count(format: ExportFormat) -> None:
    paths = [entry.path.casefold() for entry in format.files(SHOWCASE, facts_of(SHOWCASE))]
    assert len(set(paths)) == len(paths)


@every_format
def test_an_export_of_nothing_has_its_files(format: ExportFormat) -> None:
    assert "setwright.json" in made(format, manifest_of([]))


@every_format
def test_an_export_reads_like_this(format: ExportFormat, golden: Golden) -> None:
    files = made(format, SHOWCASE)
    text = "".join(f"==> {path} <==\n{files[path]}\n" for path in sorted(files))
    golden(f"exports/{format.short}.txt", text)
