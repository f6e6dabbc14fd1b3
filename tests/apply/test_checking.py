"""Checks beside a remote: what they have to know is asked of it, and what it does not tell is said."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setwright.apply.checking import verdicts
from setwright.model.checks import (
    Check,
    FewestFrames,
    Forbidden,
    MostBytes,
    NoLeakage,
    RequiredMetadata,
    RequiredTag,
)
from setwright.model.dataset import DatasetConfig, Selection
from setwright.model.errors import RemoteError
from setwright.model.frames import Membership
from setwright.model.manifest import Manifest
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.memory_frames import StoredFrame
from setwright.remotes.protocol import Capabilities
from tests.apply.projects import CELLS, FRAMES, carry_out, planned, project
from tests.conformance.test_memory import stored

CHECKS: tuple[Check, ...] = (
    FewestFrames(at_least=1),
    MostBytes(bytes=10**6),
    NoLeakage(),
    RequiredTag(tag="consented"),
    RequiredMetadata(field="licence", values=("cc-by",)),
    Forbidden(frames=("cells_99.png",)),
)
GROUPED = replace(CELLS, split=replace(CELLS.split, group_by="patient"))


def known(file_name: str, labels: list[str], tags: tuple[str, ...], **metadata: Any) -> StoredFrame:
    frame = stored("cells", file_name, labels)
    phash = int.from_bytes(hashlib.sha256(file_name.encode()).digest()[:8], "big")
    return replace(frame, facts=replace(frame.facts, tags=tags, metadata=metadata), phash=phash)


def lake(*, but: str = "", tags: tuple[str, ...] = ("consented",), **metadata: Any) -> MemoryRemote:
    """Frames that carry the tag and the licence, all but one."""
    remote = MemoryRemote()
    usual = {"licence": "cc-by", "patient": "ada"}
    remote.put(
        known(name, labels, tags, **metadata) if name == but else known(name, labels, ("consented",), **usual)
        for name, labels in FRAMES.items()
    )
    return remote


def judged(
    remote: Any, config: DatasetConfig = CELLS, checks: tuple[Check, ...] = CHECKS
) -> Mapping[str, str]:
    """What becomes of each kind of check."""
    made = planned(remote, project({"cells": config}))
    found = verdicts(made.plan, {"cells": checks}, remote)["cells"]
    return {verdict.check.kind: verdict.status for verdict in found}


ALL_PASS: dict[str, str] = dict.fromkeys((check.kind for check in CHECKS), "pass")


def test_what_holds_of_all_frames_passes() -> None:
    assert judged(lake()) == ALL_PASS
    assert judged(lake(), GROUPED) == ALL_PASS


@pytest.mark.parametrize(
    ("one", "broken"),
    [
        ({"tags": (), "licence": "cc-by"}, "required_tags"),
        ({"tags": ("consented",), "licence": "mit"}, "required_metadata"),
        ({"tags": ("consented",)}, "required_metadata"),
    ],
)
def test_one_frame_without_it_breaks_a_check(one: Any, broken: str) -> None:
    assert judged(lake(but="07.png", **one)) == {**ALL_PASS, broken: "fail"}


def test_a_dataset_that_stays_as_it_is_is_looked_at_too(tmp_path: Path) -> None:
    remote = lake(but="07.png", tags=())
    made = planned(remote, project({"cells": GROUPED}))
    carry_out(remote, made, tmp_path)
    again = planned(remote, project({"cells": GROUPED}))
    assert again.plan.empty
    found = verdicts(again.plan, {"cells": (*CHECKS, Forbidden(frames=("cells_03.png",)))}, remote)["cells"]
    assert [verdict.check.kind for verdict in found if verdict.status == "fail"] == [
        "required_tags",
        "required_metadata",
        "forbidden",
    ]


def test_a_dataset_that_is_forgotten_is_not_looked_at(tmp_path: Path) -> None:
    remote = lake()
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    gone = planned(remote, project({}))
    assert verdicts(gone.plan, {"cells": CHECKS}, remote) == {}


class Counting(MemoryRemote):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.selections = 0
        self.contents = 0

    def membership(self, selection: Selection, revision: int) -> Membership:
        self.selections += 1
        return super().membership(selection, revision)

    def manifest(self, version: str) -> Manifest:
        self.contents += 1
        return super().manifest(version)


def test_checks_of_numbers_ask_the_remote_nothing_more(tmp_path: Path) -> None:
    remote = Counting()
    remote.put(stored("cells", name, labels) for name, labels in FRAMES.items())
    made = planned(remote, project({"cells": CELLS}))
    asked = remote.selections
    verdicts(made.plan, {"cells": (FewestFrames(at_least=1), MostBytes(bytes=1))}, remote)
    carry_out(remote, made, tmp_path)
    again = planned(remote, project({"cells": CELLS}))
    verdicts(again.plan, {"cells": (FewestFrames(at_least=1), MostBytes(bytes=1))}, remote)
    assert (remote.selections, remote.contents) == (asked, 0)


def test_a_picture_is_forbidden_by_the_file_that_was_given_too(tmp_path: Path) -> None:
    """A picture that was turned upright is stored as another file than the one whose digest people know."""
    remote = MemoryRemote()
    frames = [known(name, labels, ()) for name, labels in FRAMES.items()]
    given = hashlib.sha256(b"lies on its side").hexdigest()
    remote.put([replace(frames[0], facts=replace(frames[0].facts, digest=given)), *frames[1:]])
    others = tuple(hashlib.sha256(bytes([number])).hexdigest() for number in range(250))
    on_it, beside = Forbidden(frames=tuple(sorted([*others, given]))), Forbidden(frames=others)
    for _ in range(2):  # of a dataset that is new, and of one that stays as it is
        assert judged(remote, checks=(on_it,)) == {"forbidden": "fail"}
        assert judged(remote, checks=(beside,)) == {"forbidden": "pass"}
        carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)


class Taciturn(MemoryRemote):
    """Tells the frames of a selection, but answers no question about tags and metadata, and reads nothing back."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, reads_membership=False)

    def membership(self, selection: Selection, revision: int) -> Membership:
        if selection.group_by or "Tags" in selection.query:
            raise RemoteError("Not offered")
        return super().membership(selection, revision)


def test_what_a_remote_does_not_tell_is_unknown_and_nothing_else_is(tmp_path: Path) -> None:
    remote = Taciturn()
    remote.put(known(name, labels, ()) for name, labels in FRAMES.items())
    untold = {"required_tags": "unknown", "required_metadata": "unknown"}
    assert judged(remote) == {**ALL_PASS, **untold}
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    assert judged(remote) == {**ALL_PASS, **untold, "no_leakage": "unknown", "forbidden": "unknown"}
