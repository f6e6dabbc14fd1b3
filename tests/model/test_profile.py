"""What frames and annotations are like, measured."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from setwright.model.frames import Membership
from setwright.model.manifest import Manifest
from setwright.model.profile import profile
from setwright.model.splits import SplitWish
from tests.contents import membership, memberships


def content(members: Membership, split: list[int] | None = None) -> Manifest:
    codes = np.array(split or [0] * len(members.frames), np.int8)
    return Manifest(frames=members.frames, split=codes, annotations=members.annotations)


def test_objects_are_counted_by_frame_and_empty_frames_count() -> None:
    found = profile(content(membership({"a": ["RBC"] * 5, "b": ["WBC"], "c": []})), SplitWish())
    assert found.objects is not None
    assert (found.objects.smallest, found.objects.median, found.objects.mean, found.objects.largest) == (
        0,
        1,
        2,
        5,
    )
    assert found.sizes == ((40, 30, 3),)
    assert found.box_width is not None
    assert found.box_width.largest == 10


def test_the_class_that_is_furthest_from_its_share_is_named() -> None:
    members = membership({"a": ["RBC"] * 10 + ["WBC"] * 5, "b": ["WBC"] * 5, "c": ["platelet"]})
    found = profile(content(members, [0, 2, 2]), SplitWish(train=50, validation=0, test=50)).astray
    assert found is not None
    assert (found.label, found.split, found.asked, found.share) == ("RBC", "train", 50, 100)


@given(members=memberships)
def test_every_content_has_a_profile(members: Membership) -> None:
    found = profile(content(members), SplitWish())
    assert (found.width is None) == (len(members.frames) == 0)
    assert sum(count for _, _, count in found.sizes) == len(members.frames)
