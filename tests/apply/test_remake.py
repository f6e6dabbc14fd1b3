"""A version made again is the same, unless what is kept was changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from setwright.apply.remake import remake
from setwright.model.dataset import Augmentation, AugmentationWish, DatasetConfig, Selection
from setwright.model.manifest import Manifest
from setwright.model.splits import SplitWish
from setwright.model.versions import (
    FIRST_VERSION,
    Amendment,
    ChangeSeverity,
    Publication,
    Version,
    VersionNumber,
)
from setwright.plan.content import desired_content
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.memory_frames import StoredFrame
from tests.apply.projects import CELLS, NOON, frames


def some(names: str) -> list[StoredFrame]:
    return frames({f"{name}.png": ["WBC"] for name in names})


def publish(
    remote: MemoryRemote, key: str, config: DatasetConfig, parent: Version | None, number: VersionNumber
) -> Version:
    before = None if parent is None else remote.manifest(parent.id)
    members = remote.membership(Selection.of(config), remote.revision())
    return remote.publish(
        Publication(
            key=key,
            config=config,
            parent=None if parent is None else parent.id,
            number=number,
            severity=ChangeSeverity.ADDITIVE,
            manifest=desired_content(config, members, before),
            revision=remote.revision(),
            author="ada",
            at=NOON,
        )
    )


def test_each_version_is_made_again_with_the_splits_that_it_inherited() -> None:
    remote = MemoryRemote()
    remote.put(some("abcdefghij"))
    first = publish(remote, "k1", CELLS, None, FIRST_VERSION)
    remote.put(some("klmnopq"))
    second = publish(remote, "k2", CELLS, first, VersionNumber(1, 1, 0))
    remote.remove(["cells_a.png"])
    assert remake(remote, first).same
    assert remake(remote, second).same


def test_an_amendment_of_the_settings_does_not_make_a_version_another() -> None:
    remote = MemoryRemote()
    remote.put(some("abcdefghij"))
    first = publish(remote, "k1", CELLS, None, FIRST_VERSION)
    halves = replace(CELLS, split=SplitWish(train=50, validation=0, test=50))
    remote.amend(
        Amendment(
            key="k2",
            config=halves,
            version=first.id,
            number=FIRST_VERSION,
            severity=ChangeSeverity.METADATA,
            author="ada",
            at=NOON,
        )
    )
    assert remote.config(first.id) == halves
    assert remote.made_with(first.id) == CELLS
    assert remake(remote, first).same


def test_a_content_that_is_not_what_it_was_made_of_is_noticed() -> None:
    remote = MemoryRemote()
    remote.put(some("abcdefghij"))
    members = remote.membership(Selection.of(CELLS), 1)
    made = desired_content(CELLS, members, None)
    forged = Manifest(frames=made.frames, split=np.full(10, 2, np.int8), annotations=made.annotations)
    version = remote.publish(
        Publication(
            key="k1",
            config=CELLS,
            parent=None,
            number=FIRST_VERSION,
            severity=ChangeSeverity.ADDITIVE,
            manifest=forged,
            revision=1,
            author="ada",
            at=NOON,
        )
    )
    found = remake(remote, version)
    assert not found.same
    assert len(found.diff.moving) == 9


def test_a_version_whose_copies_this_release_draws_otherwise_says_by_what_they_were_made() -> None:
    remote = MemoryRemote()
    remote.put(some("abcdefghij"))
    flipped = replace(
        CELLS,
        augmentations=AugmentationWish(
            recipes=(Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),)
        ),
    )
    version = publish(remote, "k1", flipped, None, FIRST_VERSION)
    assert not remake(remote, version).outdated
    kept = remote.manifest(version.id)
    older = replace(kept, copies=replace(kept.copies, algorithm="augment-0"))
    remote._manifests[version.id] = older
    made = remake(remote, replace(version, manifest_digest=older.digest))
    assert (made.outdated, made.algorithm, made.same) == (True, "augment-0", False)
    assert made.stored == made.recorded
