"""Pictures of frames that change are small, few, evenly chosen, and the same for the same plan."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from setwright.apply.pictures import LONGEST, _shares, pictures
from setwright.model.documents import from_document
from setwright.model.shapes import SHAPES
from setwright.plan.changes import Create
from setwright.plan.document import Outline
from setwright.plan.plan import Plan
from setwright.remotes.memory import MemoryRemote
from tests.apply.projects import CELLS, FRAMES, frames, planned, project
from tests.conformance.test_memory import stored


def png(number: int, width: int = 40, height: int = 30) -> bytes:
    """A picture unlike those of other numbers."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (number, 60, 90)).save(file, "PNG")
    return file.getvalue()


def cells() -> MemoryRemote:
    """Twenty frames with pictures."""
    remote = MemoryRemote()
    remote.put(replace(frame, picture=png(number)) for number, frame in enumerate(frames(FRAMES)))
    return remote


def plan_for(remote: MemoryRemote) -> Plan:
    return planned(remote, project({"cells": CELLS})).plan


@given(st.lists(st.integers(0, 40), max_size=6), st.integers(0, 60))
def test_every_kind_gets_its_share_and_no_more_are_shown_than_may(counts: list[int], limit: int) -> None:
    shares = _shares(counts, limit)
    assert sum(shares) == min(limit, sum(counts))
    assert all(share <= count for share, count in zip(shares, counts, strict=True))
    waiting = [share for share, count in zip(shares, counts, strict=True) if share < count]
    assert not waiting or max(shares) - min(waiting) <= 1


def test_frames_that_enter_are_shown_with_their_split_and_annotations() -> None:
    remote = cells()
    plan = plan_for(remote)
    shown = pictures(plan, remote, 5)["cells"]
    assert [picture.name for picture in shown] == sorted(picture.name for picture in shown)
    assert (shown[0].name, shown[-1].name) == ("cells_00.png", "cells_19.png")
    assert {picture.happens for picture in shown} == {"entering"}
    assert {outline.label for picture in shown for outline in picture.outlines} == {"WBC", "RBC"}
    assert shown == pictures(plan, remote, 5)["cells"]


def test_a_large_picture_is_made_small_and_its_annotations_with_it() -> None:
    remote = MemoryRemote()
    frame = stored("cells", "a.png", ["WBC"])
    facts = replace(frame.facts, width=4 * LONGEST, height=LONGEST)
    remote.put([replace(frame, picture=png(1, 4 * LONGEST, LONGEST), facts=facts)])
    plan = plan_for(remote)
    ((picture,),) = pictures(plan, remote, 24).values()
    data = base64.b64decode(picture.data.partition(",")[2])
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (picture.width, picture.height) == (LONGEST, LONGEST // 4)
    (change,) = plan.changes
    assert isinstance(change, Create)
    (outline,) = picture.outlines
    assert np.ravel(outline.points) == pytest.approx(change.content.annotations.box[0] / 4, abs=0.1)


def test_a_picture_that_cannot_be_read_is_left_out() -> None:
    remote = MemoryRemote()
    whole = replace(stored("cells", "b.png", ["RBC"]), picture=png(2))
    remote.put([replace(stored("cells", "a.png", ["WBC"]), picture=b"no picture"), whole])
    ((picture,),) = pictures(plan_for(remote), remote, 24).values()
    assert picture.name == "cells_b.png"


def test_the_document_knows_every_shape_of_an_annotation() -> None:
    for shape in SHAPES:
        from_document(Outline, {"label": "a", "shape": shape, "points": []})


def test_there_are_pictures_of_at_most_all_frames() -> None:
    remote = cells()
    plan = plan_for(remote)
    assert len(pictures(plan, remote, 1000)["cells"]) == len(FRAMES)
    assert pictures(plan, remote, 0) == {}
