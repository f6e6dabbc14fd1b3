"""Versions with varied copies: which pictures are made, once ever, whatever cuts the work off."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from setwright.apply.pull import pull
from setwright.augment.recipes import recipe_digests
from setwright.lake.lake import Lake
from setwright.model.dataset import Augmentation, AugmentationWish, CollectionSource, DatasetConfig, Selection
from setwright.model.errors import FormatError, LakeError, StalePlanError
from setwright.model.events import Advanced, Event, Finished, Started
from setwright.model.frames import Membership
from setwright.model.splits import SplitWish
from setwright.model.versions import FIRST_VERSION, ChangeSeverity, Deletion, Publication, Version
from setwright.pixels.executor import Executor, Threads
from setwright.plan.content import desired_content
from setwright.remotes.lake import LakeRemote
from tests.lake.cells import CELLS
from tests.lake.lakes import NOON, ingest, picture, write

Piece = TypeVar("Piece")
Result = TypeVar("Result")

WISH = AugmentationWish(
    recipes=(
        Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),
        Augmentation(type="IMAGE_ROTATION", property="PERCENTAGE_SCALE", range=(-30, 30)),
        Augmentation(type="NOISE", property="NOISE_PERCENTAGE", range=(1, 5)),
    )
)
FRAMES = 18
VARIED = replace(CELLS, split=SplitWish(train=100, validation=0, test=0), augmentations=WISH)


class Backwards:
    """An executor that does the pieces in the wrong order, one after the other."""

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        for piece in reversed(list(pieces)):
            yield piece, work(piece)


class Stopping:
    """An executor that is interrupted after so many pieces."""

    def __init__(self, after: int) -> None:
        self._after = after

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        for number, piece in enumerate(pieces):
            if number == self._after:
                raise KeyboardInterrupt
            yield piece, work(piece)


def fill(lake: Lake, folder: Path, count: int, first: int = 0) -> None:
    """Frames with an RBC each, each with a picture of its own."""
    ingest(lake, write(folder, {f"{number:03}.png": ["RBC"] for number in range(first, first + count)}))


def publication(
    lake: Lake, config: DatasetConfig = VARIED, key: str = "k1", parent: Version | None = None
) -> Publication:
    before = None if parent is None else lake.manifest(parent.id)
    members = lake.membership(Selection.of(config), lake.revision())
    return Publication(
        key=key,
        config=config,
        parent=None if parent is None else parent.id,
        number=FIRST_VERSION if parent is None else parent.number.after(ChangeSeverity.ADDITIVE),
        severity=ChangeSeverity.ADDITIVE,
        manifest=desired_content(config, members, before),
        revision=lake.revision(),
        author="test",
        at=NOON,
    )


def made_in(events: list[Event]) -> int:
    """Pictures that were made, by what was told of it."""
    return sum(event.steps for event in events if isinstance(event, Advanced))


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake.create(tmp_path / "lake") as lake:
        fill(lake, tmp_path / "in", FRAMES)
        yield lake


def pictures_of(lake: Lake, version: Version) -> dict[str, str]:
    """Digests by file name, copies included."""
    frames = lake.expanded(version.id).frames
    digests = [digest.decode() for digest in frames.digest.tolist()]
    return dict(zip(frames.file_name.tolist(), digests, strict=True))


def test_progress_is_told_with_a_total_and_an_end(lake: Lake) -> None:
    events: list[Event] = []
    lake.publish(publication(lake), events.append)
    assert isinstance(events[0], Started)
    assert (events[0].total, events[0].unit) == (3 * FRAMES, "pictures")
    assert made_in(events) == 3 * FRAMES
    assert isinstance(events[-1], Finished)
    assert events[-1].note.startswith(f"{3 * FRAMES} made")


def test_the_pictures_are_the_same_whoever_makes_them_in_whatever_order(lake: Lake, tmp_path: Path) -> None:
    found = []
    executors: tuple[Executor, ...] = (Threads(1), Threads(4), Backwards())
    for place, executor in enumerate(executors):
        shutil.copytree(lake.folder, tmp_path / f"copy{place}")
        with Lake.open(tmp_path / f"copy{place}") as copy:
            version = copy.publish(publication(copy), executor=executor)
            found.append((version.manifest_digest, pictures_of(copy, version)))
    assert len(found[0][1]) == 4 * FRAMES
    assert found[0] == found[1] == found[2]


def test_a_picture_is_made_once_ever_across_versions_and_datasets(lake: Lake, tmp_path: Path) -> None:
    first = lake.publish(publication(lake))
    fill(lake, tmp_path / "more", 2, first=FRAMES)
    events: list[Event] = []
    lake.publish(publication(lake, key="k2", parent=first), events.append)
    assert made_in(events) == 2 * 3  # of the two new frames, not of those that were there
    events.clear()
    other = replace(VARIED, name="Other cells", labels=())
    lake.publish(publication(lake, other, key="k3"), events.append)
    assert events == []


def test_frames_that_show_the_same_picture_share_their_copies(lake: Lake, tmp_path: Path) -> None:
    pictures = {f"{number:03}.png": f"{number:03}.png" for number in range(FRAMES)}
    ingest(
        lake, write(tmp_path / "again", {name: ["RBC"] for name in pictures}, pictures), collection="twins"
    )
    twins = replace(VARIED, source=CollectionSource(name="twins"), name="Twins")
    lake.publish(publication(lake))
    events: list[Event] = []
    lake.publish(publication(lake, twins, key="k2"), events.append)
    assert events == []


def test_an_interrupted_publication_has_made_no_version_and_the_next_goes_on(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt):
        lake.publish(publication(lake), executor=Stopping(2))
    assert lake.versions("Cells") == ()
    events: list[Event] = []
    version = lake.publish(publication(lake), events.append)
    assert made_in(events) == 3 * FRAMES - 2 * 24
    assert version.manifest_digest == publication(lake).manifest.digest
    assert not lake.verify().damages


def test_a_stale_publication_is_refused_before_any_picture_is_made(lake: Lake) -> None:
    lake.publish(
        replace(publication(lake), manifest=desired_content(CELLS, members(lake), None), config=CELLS)
    )
    events: list[Event] = []
    with pytest.raises(StalePlanError):
        lake.publish(publication(lake, key="k2"), events.append)
    assert events == []


def members(lake: Lake) -> Membership:
    return lake.membership(Selection.of(CELLS), lake.revision())


def test_a_frame_whose_picture_cannot_be_varied_is_named_and_nothing_is_published(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from setwright.pixels import making

    def undecodable(content: bytes) -> None:
        raise FormatError("A picture cannot be varied", "OpenCV cannot decode it.")

    monkeypatch.setattr(making, "decode", undecodable)
    with pytest.raises(FormatError, match=r"cells_\d+.png cannot be varied"):
        lake.publish(publication(lake))
    assert lake.versions("Cells") == ()


def test_a_lost_source_is_told(lake: Lake) -> None:
    wanted = publication(lake)
    path = lake.picture_path(wanted.manifest.frames.digest[3].decode())
    assert path is not None
    path.unlink()
    with pytest.raises(LakeError, match="missing") as caught:
        lake.publish(wanted)
    assert caught.value.detail.endswith(f"It is the picture of {wanted.manifest.frames.name[3]}.")


def test_a_lost_picture_is_told_by_verify_and_made_again_when_the_version_is_exported(lake: Lake) -> None:
    version = lake.publish(publication(lake))
    found = pictures_of(lake, version)
    lost = next(digest for name, digest in found.items() if "rotate" in name)
    path = lake.picture_path(lost)
    assert path is not None
    path.unlink()
    assert [damage.what for damage in lake.verify().damages] == ["Cells 1.0.0 lacks 1 varied picture"]
    assert pictures_of(lake, version) == found
    assert path.exists()
    assert not lake.verify().damages


def test_verify_calls_a_version_of_a_deleted_dataset_as_it_was_called(lake: Lake) -> None:
    version = lake.publish(publication(lake))
    for digest in pictures_of(lake, version).values():
        path = lake.picture_path(digest)
        assert path is not None
        path.unlink()
    lake.delete(Deletion(key="d1", name="Cells", version=version.id, author="ada", at=NOON))
    told = "\n".join(damage.what for damage in lake.verify().damages)
    assert "Cells 1.0.0 (of a dataset that was deleted) lacks" in told


def test_a_pull_tells_of_the_lost_pictures_that_it_makes_again(lake: Lake, tmp_path: Path) -> None:
    version = lake.publish(publication(lake))
    for name, digest in pictures_of(lake, version).items():
        path = lake.picture_path(digest)
        if "rotate" in name and path is not None:
            path.unlink()
    events: list[Event] = []
    pull(LakeRemote(lake, "lake"), version, "RAW", tmp_path / "out", listener=events.append)
    assert isinstance(events[0], Started)
    assert events[0].task == "Varying pictures for Cells 1.0.0"
    assert events[0].total == FRAMES


def test_a_picture_that_was_cut_short_is_made_again_by_the_next_version_and_when_one_is_exported(
    lake: Lake,
) -> None:
    version = lake.publish(publication(lake))
    found = pictures_of(lake, version)
    cut = next(digest for name, digest in found.items() if "rotate" in name)
    path = lake.picture_path(cut)
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    assert pictures_of(lake, version) == found
    assert path.read_bytes() == whole
    path.write_bytes(whole[:50])
    recipes = [
        recipe.decode()
        for manifest in [publication(lake).manifest]
        for recipe in recipe_digests(manifest.copies, manifest.frames).tolist()
    ]
    assert len(lake.made(recipes)) == len(set(recipes)) - 1
    events: list[Event] = []
    lake.publish(publication(lake, replace(VARIED, name="Others"), key="k2"), events.append)
    assert made_in(events) == 1
    assert not lake.verify().damages


def test_verify_finds_a_varied_picture_that_was_changed_and_says_how_to_have_it_again(lake: Lake) -> None:
    version = lake.publish(publication(lake))
    changed = next(digest for name, digest in pictures_of(lake, version).items() if "noise" in name)
    path = lake.picture_path(changed)
    assert path is not None
    path.write_bytes(picture("another"))
    (damage,) = lake.verify().damages
    assert damage.what == f"A blob has changed: {changed}"
    assert damage.remade and "It is a varied picture: remove it" in damage.detail
    path.unlink()
    pictures_of(lake, version)
    assert not lake.verify().damages


def test_no_blob_of_a_varied_picture_belongs_to_nothing(lake: Lake) -> None:
    lake.publish(publication(lake))
    assert lake.verify().unreferenced == 0


def test_garbage_is_what_no_version_shows_and_pictures_of_an_interrupted_publication_are(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt):
        lake.publish(publication(lake, replace(VARIED, name="Never")), executor=Stopping(2))
    other = replace(VARIED, augmentations=replace(WISH, seed=1), name="Others")
    version = lake.publish(publication(lake, other))
    found = pictures_of(lake, version)
    cleared = lake.collect_garbage(now=NOON + timedelta(days=3650), grace=timedelta(0))
    assert cleared.digests
    assert not set(cleared.digests) & set(found.values())
    assert not lake.verify().damages
    assert pictures_of(lake, version) == found


def test_the_lake_knows_which_recipes_were_made(lake: Lake) -> None:
    manifest = publication(lake).manifest
    recipes = [recipe.decode() for recipe in recipe_digests(manifest.copies, manifest.frames).tolist()]
    assert lake.made(recipes) == frozenset()
    lake.publish(publication(lake))
    assert lake.made([*recipes, "0" * 64]) == frozenset(recipes)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills by signals")
def test_whoever_is_killed_while_making_pictures_leaves_a_lake_that_goes_on(tmp_path: Path) -> None:
    program = Path(__file__).with_name("varied_killed_at_random.py")
    answer = subprocess.run(
        [sys.executable, program, tmp_path], capture_output=True, text=True, check=False, timeout=110
    )
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["complaints"] == []
    assert told["killed"] >= 10
