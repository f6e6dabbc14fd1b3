"""WebDataset, sample by sample."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from hypothesis import given, settings

from setwright.formats.writing import shards, webdataset
from setwright.formats.writing.raw import ANNOTATIONS, Raw
from setwright.formats.writing.webdataset import WebDataset
from setwright.model.manifest import Manifest
from setwright.model.splits import Split
from tests.formats.writing.manifests import SHOWCASE, Frame, made, manifest_of
from tests.formats.writing.packed import packed_files, pictures_of
from tests.formats.writing.strategies import manifests

WEB = WebDataset()


def members(content: bytes) -> list[tuple[str, bytes]]:
    """Names and contents of a tar file's members, in their order."""
    with tarfile.open(fileobj=io.BytesIO(content)) as file:
        found = []
        for member in file:
            assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")
            extracted = file.extractfile(member)
            assert extracted is not None
            found.append((member.name, extracted.read()))
        return found


def samples(manifest: Manifest) -> list[tuple[str, str, bytes, Any]]:
    """Key, ending, picture and JSON of every sample, tar file by tar file."""
    found = []
    for content in packed_files(WEB, manifest).values():
        inside = members(content)
        for (picture, data), (text, told) in zip(inside[::2], inside[1::2], strict=True):
            key, _, ending = picture.partition(".")
            assert text == f"{key}.json"
            found.append((key, ending, data, json.loads(told)))
    return found


def test_a_picture_is_followed_by_what_is_known_of_it_as_raw_tells_it() -> None:
    told = {sample["unique_name"]: sample for _, _, _, sample in samples(SHOWCASE)}
    raw = {image["unique_name"]: image for image in json.loads(made(Raw(), SHOWCASE)[ANNOTATIONS])["images"]}
    for name, image in raw.items():
        assert told[name] | {"image": ""} == image | {"image": ""}


@settings(max_examples=20)
@given(manifest=manifests())
def test_every_frame_is_one_sample_under_a_key_without_a_dot(manifest: Manifest) -> None:
    found = samples(manifest)
    keys = [key for key, _, _, _ in found]
    assert len({key.casefold() for key in keys}) == len(keys) == len(manifest.frames)
    pictures = pictures_of(manifest)
    assert sorted(picture for _, _, picture, _ in found) == sorted(pictures.values())
    for key, ending, picture, told in found:
        assert ending in ("jpg", "jpeg", "png")
        assert told["image"] == f"{key}.{ending}"
        assert told["unique_name"].encode() == picture


def test_names_that_differ_by_a_dot_alone_stay_apart() -> None:
    manifest = manifest_of([Frame(file_name="a.b.jpg"), Frame(file_name="a_b.jpg")])
    keys = [key for key, _, _, _ in samples(manifest)]
    assert len(set(keys)) == 2
    assert all(key.startswith("a_b_") for key in keys)


def test_long_and_foreign_names_survive() -> None:
    manifest = manifest_of([Frame(file_name="ü" * 75 + ".jpg"), Frame(file_name="n" * 150 + ".jpg")])
    assert sorted(key for key, _, _, _ in samples(manifest)) == ["n" * 150, "ü" * 75]


def test_tar_files_hold_so_many_samples_and_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Frame(file_name=f"{place}.jpg", content="x" * 10) for place in range(7)]
    frames.append(Frame(file_name="t.jpg", split=Split.TEST))
    manifest = manifest_of(frames)
    monkeypatch.setattr(webdataset, "MOST_SAMPLES", 3)
    assert _counts(manifest) == {"train": [3, 3, 1], "validation": [0], "test": [1]}
    monkeypatch.setattr(shards, "MOST_BYTES", 25)
    assert _counts(manifest) == {"train": [2, 2, 2, 1], "validation": [0], "test": [1]}


def _counts(manifest: Manifest) -> dict[str, list[int]]:
    index = json.loads(made(WEB, manifest)["index.json"])
    counts: dict[str, list[int]] = {}
    for shard in index["shards"]:
        at = counts.setdefault(shard["split"], [])
        assert shard["file"] == f"{shard['split']}-{len(at):06}.tar"
        at.append(shard["samples"])
    return counts


def test_the_index_lists_the_classes_by_their_ids() -> None:
    assert json.loads(made(WEB, SHOWCASE)["index.json"])["classes"] == ["Balloon", "Kite"]
