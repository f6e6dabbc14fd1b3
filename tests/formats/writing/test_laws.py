"""What holds for every export of every manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from setwright.edge.files import safe_parts
from setwright.formats.protocol import PackedFile, PictureFile
from setwright.formats.writing.registry import export_formats
from tests.formats.writing.manifests import facts_of, made
from tests.formats.writing.strategies import manifests

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat
    from setwright.model.manifest import Manifest

few = settings(max_examples=10)  # each is a whole dataset of odd frames
every_format = pytest.mark.parametrize("format", export_formats(), ids=lambda format: format.short)


@every_format
@few
@given(manifest=manifests())
def test_paths_are_safe_and_unique_even_where_case_does_not_count(
    format: ExportFormat, manifest: Manifest
) -> None:
    paths = [entry.path for entry in format.files(manifest, facts_of(manifest))]
    for path in paths:
        assert "/".join(safe_parts(path)) == path
    assert len({path.casefold() for path in paths}) == len(paths)


@every_format
@few
@given(manifest=manifests())
def test_every_picture_is_there_once(format: ExportFormat, manifest: Manifest) -> None:
    digests = []
    for entry in format.files(manifest, facts_of(manifest)):
        inside = entry.parts() if isinstance(entry, PackedFile) else (entry,)
        digests += [part.digest for part in inside if isinstance(part, PictureFile)]
    digests.sort()
    assert digests == sorted(digest.decode() for digest in manifest.frames.digest.tolist())


@every_format
@few
@given(manifest=manifests())
def test_the_same_manifest_gives_the_same_bytes(format: ExportFormat, manifest: Manifest) -> None:
    once, again = (list(format.files(manifest, facts_of(manifest))) for _ in range(2))
    assert once == again


@every_format
@few
@given(manifest=manifests())
def test_what_is_said_at_plan_time_is_said_beside_the_export(
    format: ExportFormat, manifest: Manifest
) -> None:
    planned = [{"what": loss.what, "count": loss.count} for loss in format.losses(manifest.annotations)]
    changed = json.loads(made(format, manifest)["setwright.json"])["changed"]
    assert changed[: len(planned)] == planned
    assert all(entry["count"] > 0 for entry in changed)
