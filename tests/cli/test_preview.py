"""`setwright preview`: a sheet of frames beside their varied copies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import pytest
from PIL import Image

from setwright.augment.decode import decode
from setwright.augment.samples import wish_for, words
from setwright.augment.vocabulary import property_ids
from setwright.cli.commands import preview
from setwright.model.dataset import AugmentationWish
from setwright.model.errors import UsageError
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, project_at

VARIED = (
    BALLOONS
    + "split: {train: 100, validation: 0, test: 0}\naugmentations: {flip: {horizontal}, rotate: [-10, 10]}\n"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project_at(
        tmp_path_factory.mktemp("preview") / "project",
        {
            "specs/balloons.yaml": VARIED,
            "specs/plain.yaml": BALLOONS.replace("balloons", "plain"),
            "specs/many.yaml": VARIED.replace("balloons", "many").replace(
                "flip: {h", "copies: 100, flip: {h"
            ),
            "specs/halves.yaml": VARIED.replace("balloons", "halves").replace(
                "100, validation: 0", "50, validation: 50"
            ),
        },
    )
    succeeded(folder, "demo", str(folder / "drawn"), "--frames", "4")
    succeeded(folder, "lake", "ingest", str(folder / "drawn"), "--collection", "party")
    return folder


def sheet(folder: Path, *args: str) -> tuple[str, Image.Image]:
    told = succeeded(folder, "preview", *args, "--out", str(folder / "sheet.png"))
    with Image.open(folder / "sheet.png") as image:
        image.load()
        return told, image


def test_it_draws_each_frame_before_the_copies_that_apply_would_make(project: Path) -> None:
    told, image = sheet(project, "balloons", "--frames", "2")
    assert told.endswith("sheet.png: 2 of 4 frames, with 4 varied copies.\n")
    cell = 360 + 10
    assert image.width == 3 * cell + 10
    # The mirrored picture lies in the second column; its own mirror is the first one, but for outlines and text.
    first = image.crop((10, 32, 370, 222)).resize((36, 19))
    second = (
        image.crop((10 + cell, 32, 370 + cell, 222))
        .transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        .resize((36, 19))
    )
    assert max(abs(one - other) for one, other in zip(first.tobytes(), second.tobytes(), strict=True)) < 60


def test_it_is_the_same_every_time_and_changes_nothing(project: Path) -> None:
    before = succeeded(project, "lake", "log")
    _, first = sheet(project, "balloons")
    _, second = sheet(project, "balloons")
    assert first.tobytes() == second.tobytes()
    assert succeeded(project, "lake", "log") == before


def test_an_augmentation_that_the_spec_does_not_ask_for_is_shown_with_sample_values(project: Path) -> None:
    ran = setwright(
        project, "preview", "plain", "--augmentation", "all", "--frames", "1", "--out", str(project / "s.png")
    )
    assert ran.returncode == 0, ran.stderr
    assert "with 15 varied copies" in ran.stdout
    assert "The spec does not ask for" in ran.stderr


def test_of_very_many_copies_it_shows_the_first_by_each_property(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "_MOST", 9)
    told, image = sheet(project, "many", "--frames", "2")
    assert told.endswith("sheet.png: 2 of 4 frames, with 6 of 202 varied copies.\n")
    assert image.width == 4 * 370 + 10


def test_a_frame_that_gets_no_copies_is_told_with_what_may_be_meant(project: Path) -> None:
    names = [f"party_000{number}.jpg" for number in range(1, 5)]
    ran = {name: setwright(project, "preview", "halves", "--frame", name) for name in names}
    told = [each.stderr for each in ran.values() if each.returncode]
    assert len(told) == 2
    assert all("It is not in the train split." in each and "did you mean" not in each for each in told)
    train = next(name for name, each in ran.items() if not each.returncode)
    assert f'did you mean "{train}"' in setwright(project, "preview", "halves", "--frame", f"x{train}").stderr


def test_a_frame_that_is_named_twice_is_shown_once(project: Path) -> None:
    told, _ = sheet(project, "balloons", "--frame", "party_0002.jpg", "--frame", "party_party_0002.jpg")
    assert told.endswith("sheet.png: 1 of 4 frames, with 2 varied copies.\n")


def test_a_frame_that_cannot_be_varied_is_named_with_how_to_go_on(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv2, "imdecode", lambda *_: None)
    ran = setwright(project, "preview", "balloons", "--frame", "party_0002.jpg")
    assert ran.returncode == 1
    assert "party_party_0002.jpg cannot be varied" in ran.stderr
    assert 'leave it out by `metadata.name!="party_0002.jpg"`' in ran.stderr


def test_a_picture_that_was_cut_short_in_the_lake_is_damaged_and_not_one_that_cannot_be_varied(
    project: Path,
) -> None:
    content = (project / "drawn" / "party_0002.jpg").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    stored = project / ".setwright/lake/blobs" / digest[:2] / digest[2:]
    stored.write_bytes(content[:400])
    try:
        ran = setwright(project, "preview", "balloons", "--frame", "party_0002.jpg")
    finally:
        stored.write_bytes(content)
    assert ran.returncode == 1
    assert "A picture is damaged: party_party_0002.jpg" in ran.stderr
    assert "lake verify" in ran.stderr


def test_what_cannot_be_shown_is_told(project: Path) -> None:
    for args, told in (
        (("plain",), "has no augmentations"),
        (("balloons", "--augmentation", "rotat"), 'did you mean "rotate"?'),
        (("balloon",), 'did you mean "balloons"?'),
        (("balloons", "--frame", "nothing.jpg"), "The spec does not select it."),
        (("balloons", "--out", "sheet.JPG"), "`--out sheet.png`"),
    ):
        ran = setwright(project, "preview", *args)
        assert ran.returncode == 1
        assert told in ran.stderr


def test_words_name_all_or_a_type_or_a_property() -> None:
    wish, _ = decode({"rotate": [-5, 5], "flip": {"vertical": True}, "fraction": 0.5, "seed": 3})
    assert wish_for((), wish)[0].recipes == wish.recipes
    assert wish_for((), wish)[0].fraction == 1
    rotated, added = wish_for(("rotate",), wish)
    assert [recipe.range for recipe in rotated.recipes] == [(-5, 5)]
    assert (rotated.seed, added) == (3, ())
    flipped, added = wish_for(("flip",), wish)
    assert [recipe.property for recipe in flipped.recipes] == ["FLIP_VERTICAL"]
    flipped, added = wish_for(("flip.horizontal",), wish)
    assert ([recipe.property for recipe in flipped.recipes], added) == (
        ["FLIP_HORIZONTAL"],
        ("flip.horizontal",),
    )
    assert len(wish_for(("all",), AugmentationWish())[0].recipes) == len(property_ids())
    with pytest.raises(UsageError, match="turn"):
        wish_for(("turn",), wish)
    assert {"all", "rotate", "shear", "shear.vertical"} <= set(words())
