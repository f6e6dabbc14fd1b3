"""Finding an export by name, also one of another package."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from setwright.formats.protocol import PackedFile
from setwright.formats.writing.foreign import ForeignExport
from setwright.formats.writing.raw import Raw
from setwright.formats.writing.registry import export_formats, export_names, find
from setwright.formats.writing.yolo_darknet import YoloDarknet
from setwright.model.errors import FormatError, UsageError
from setwright.spec.exports import KNOWN_EXPORTS
from tests.formats.writing.manifests import facts_of, manifest_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["YOLO Darknet", "yolo darknet", "YOLO_Darknet", "yolo-darknet"])
def test_an_export_is_found_by_its_name_or_short_name_however_it_is_written(name: str) -> None:
    assert find(name) == YoloDarknet()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("yolo darknt", 'did you mean "YOLO Darknet"?'),
        ("RAWW", 'did you mean "RAW"?'),
        ("yolo", 'did you mean "YOLO Darknet"?'),
        ("hugging-face", 'did you mean "Hugging Face ImageFolder" or "Hugging Face Parquet"?'),
        ("tfrecord", None),
    ],
)
def test_a_name_that_none_has_is_answered_with_those_there_are(name: str, hint: str | None) -> None:
    with pytest.raises(UsageError, match=f'No export is called "{name}"') as caught:
        find(name)
    assert caught.value.hint == hint
    assert "Pascal VOC, RAW, Semantic Segmentation" in caught.value.detail


def test_what_specs_know_as_made_by_a_lake_are_the_exports_there_are() -> None:
    known = sorted((each.name, each.short) for each in KNOWN_EXPORTS if each.lake)
    assert known == [(format.name, format.short) for format in export_formats()]


def test_short_names_are_unique() -> None:
    assert len({format.short for format in export_formats()}) == len(export_formats())


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that adds exports: one that works, and others that break or bear a wrong name."""
    (tmp_path / "other-1.0.dist-info").mkdir()
    (tmp_path / "other-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"
    )
    (tmp_path / "other-1.0.dist-info" / "entry_points.txt").write_text(
        "[setwright.exports]\nLists of Names = other_lists:EXPORT\nBroken = other_broken:EXPORT\n"
        "Wrong = other_lists:EXPORT\nLeaves = other_leaves:EXPORT\nFails = other_fails:EXPORT\n"
    )
    (tmp_path / "other_leaves.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "other_fails.py").write_text(
        "class Fails:\n"
        "    name, short = 'Fails', 'fails'\n"
        "    def files(self, manifest, facts):\n"
        "        yield 'names.txt'\n"
        "    def losses(self, annotations):\n"
        "        return 1 / 0\n"
        "EXPORT = Fails()\n"
    )
    (tmp_path / "other_lists.py").write_text(
        "from setwright.formats.protocol import MadeFile\n"
        "class Lists:\n"
        "    name, short = 'Lists of Names', 'lists'\n"
        "    def files(self, manifest, facts):\n"
        "        yield MadeFile('names.txt', '\\n'.join(manifest.frames.name.tolist()).encode())\n"
        "    def losses(self, annotations):\n"
        "        return ()\n"
        "EXPORT = Lists()\n"
    )
    (tmp_path / "other_broken.py").write_text("raise RuntimeError('no licence')\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("other_package")
def test_another_package_can_add_an_export() -> None:
    ours = {format.name for format in export_formats()}
    assert set(export_names()) == ours | {"Broken", "Fails", "Leaves", "Lists of Names", "Wrong"}
    assert list(export_names()) == sorted(export_names())
    assert find("lists of names").name == "Lists of Names"


@pytest.mark.usefixtures("other_package")
def test_an_export_that_does_not_load_is_named_with_its_reason_and_stops_nobody_else() -> None:
    with pytest.raises(FormatError, match='The export "Broken" does not load') as caught:
        find("Broken")
    assert caught.value.detail == "It comes from other_broken:EXPORT: no licence"
    assert find("RAW") == Raw()


@pytest.mark.usefixtures("other_package")
def test_an_export_that_calls_itself_otherwise_is_refused() -> None:
    with pytest.raises(FormatError, match='The export "Wrong" calls itself "Lists of Names"'):
        find("Wrong")


@pytest.mark.usefixtures("other_package")
def test_an_export_that_would_end_the_program_as_it_is_imported_does_not_load() -> None:
    with pytest.raises(FormatError, match='The export "Leaves" does not load'):
        find("Leaves")


@pytest.mark.usefixtures("other_package")
def test_what_fails_in_an_export_of_another_package_is_told_as_that_package_s() -> None:
    fails, manifest = find("Fails"), manifest_of([])
    with pytest.raises(FormatError, match='The export "Fails" fails at telling') as caught:
        fails.losses(manifest.annotations)
    assert caught.value.detail == "It comes from other_fails:EXPORT: ZeroDivisionError: division by zero"
    with pytest.raises(FormatError, match='The export "Fails" fails at making its files') as caught:
        list(fails.files(manifest, facts_of(manifest)))
    assert caught.value.detail.endswith("TypeError: a str is no file of an export")


_CLASS = """
import numpy
from setwright.formats.protocol import Loss, MadeFile, PackedFile, PictureFile
class Counts:
    name, short = "Counts", "counts"
    def files(self, manifest, facts):
        yield {entry}
    def losses(self, annotations):
        return ({loss},)
EXPORT = Counts()
"""


def _counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, entry: str = "", loss: str = ""
) -> ForeignExport:
    """An export of another package, whose one file and one loss these expressions give."""
    (folder / "other_counts.py").write_text(_CLASS.format(entry=entry or None, loss=loss or None))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "other_counts", raising=False)
    return ForeignExport.of(import_module("other_counts").EXPORT, "other_counts:EXPORT")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("MadeFile('a.txt', 'text')", "the content of a.txt is of type str, not bytes"),
        ("MadeFile(5, b'')", "a file's path is of type int, not str"),
        ("PictureFile('a.jpg', b'ab' * 32, 1)", "the digest of a.jpg is of type bytes, not str"),
        ("PictureFile('a.jpg', 'ab' * 32, '1')", "'str' object cannot be interpreted as an integer"),
        ("__import__('sys').exit(3)", "SystemExit: 3"),
    ],
)
def test_a_file_that_is_none_is_told_as_that_of_the_other_package(
    entry: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = manifest_of([])
    export = _counts(tmp_path, monkeypatch, entry=entry)
    with pytest.raises(FormatError, match='The export "Counts" fails at making its files') as caught:
        list(export.files(manifest, facts_of(manifest)))
    assert caught.value.detail.endswith(said)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ("('a line', 1)", "what it cannot hold is of type tuple, not Loss"),
        ("Loss(None, 1)", "what a loss says is of type NoneType, not str"),
        ("Loss('a line', 1.5)", "'float' object cannot be interpreted as an integer"),
    ],
)
def test_a_loss_that_is_none_is_told_as_that_of_the_other_package(
    loss: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = _counts(tmp_path, monkeypatch, loss=loss)
    with pytest.raises(FormatError, match='The export "Counts" fails at telling') as caught:
        export.losses(manifest_of([]).annotations)
    assert caught.value.detail.endswith(said)


def test_numbers_of_numpy_are_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever counts in columns gets them, and no JSON can be made of them.
    manifest = manifest_of([])
    picture = "PictureFile('a.jpg', 'ab' * 32, numpy.int64(7))"
    export = _counts(tmp_path, monkeypatch, entry=picture, loss="Loss('a line', numpy.int64(3))")
    (file,) = export.files(manifest, facts_of(manifest))
    (loss,) = export.losses(manifest.annotations)
    assert [(type(each), each) for each in (file.size, loss.count)] == [(int, 7), (int, 3)]
    packed = _counts(tmp_path, monkeypatch, entry=f"PackedFile.of('a.tar', lambda: [b'ab', {picture}])")
    (file,) = packed.files(manifest, facts_of(manifest))
    assert isinstance(file, PackedFile)
    assert (type(file.size), file.size) == (int, 9)
    assert [part if isinstance(part, bytes) else type(part.size) for part in file.parts()] == [b"ab", int]


def test_parts_that_fail_as_their_file_is_written_are_told_as_those_of_the_other_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = manifest_of([])
    export = _counts(tmp_path, monkeypatch, entry="PackedFile('a.tar', 1, 'ab', 0, lambda: ['text'])")
    (file,) = export.files(manifest, facts_of(manifest))
    assert isinstance(file, PackedFile)
    with pytest.raises(FormatError, match='The export "Counts" fails at making its files') as caught:
        list(file.parts())
    assert caught.value.detail.endswith("a part of a file is of type str, not PictureFile")
