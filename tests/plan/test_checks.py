"""Whether checks hold of what is planned: every kind, where it holds, where it does not, and where nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.checks import (
    KINDS,
    Check,
    FewestAnnotations,
    FewestFrames,
    FixedClassIds,
    Forbidden,
    FrozenSplit,
    LargestShare,
    MostBytes,
    MostEntering,
    MostLeaving,
    NoLeakage,
    RequiredMetadata,
    RequiredTag,
)
from setwright.model.dataset import DatasetConfig
from setwright.model.frames import Frames, Membership, digests, texts
from setwright.model.splits import Split, SplitWish
from setwright.plan import findings
from setwright.plan.changes import Create, Follow, Keep, MadeChange, statistics_of
from setwright.plan.check_found import Evidence
from setwright.plan.checks import KIND_OF, Verdict, judge
from setwright.plan.plan import plan
from tests.contents import membership, memberships
from tests.plan.test_plan import CELLS, configs, settled, untouched

TEN = {f"{number}.png": ["WBC", "RBC"] if number % 2 else ["RBC"] for number in range(10)}
FAR = np.random.default_rng(7).integers(1, 2**63, 10, dtype=np.uint64)
"""Perceptual hashes that are far from each other."""
HALVES = replace(CELLS, split=SplitWish(train=50, validation=0, test=50))


def created(frames: dict[str, list[str]], config: DatasetConfig = HALVES) -> Create:
    """A dataset that is made of `frames`."""
    (change,) = plan({"cells": config}, untouched(membership(frames))).changes
    assert isinstance(change, Create)
    return change


def followed(
    old: dict[str, list[str]],
    new: dict[str, list[str]],
    config: DatasetConfig = HALVES,
    *,
    before: DatasetConfig = HALVES,
    pictures: dict[str, str] | None = None,
) -> Follow:
    """A version that is made of `new` after one of `old`."""
    survey = replace(
        settled(before, membership(old)), memberships={"cells": membership(new, pictures)}, frames_revision=2
    )
    (change,) = plan({"cells": config}, survey).changes
    assert isinstance(change, Follow)
    return change


def kept(frames: dict[str, list[str]], config: DatasetConfig = HALVES) -> Keep:
    (change,) = plan({"cells": config}, settled(config, membership(frames))).changes
    assert isinstance(change, Keep)
    return change


def seen(change: Create | Follow, **known: Any) -> Evidence:
    """What the remote tells of the content that would be made."""
    return Evidence(content=change.content, **known)


def described(values: dict[str, str]) -> Membership:
    """Frames with the values of a metadata field."""
    members = membership({name: [] for name in values})
    groups = texts(values[name] for name in members.frames.name.tolist())
    return replace(members, frames=replace(members.frames, group=groups))


def told(check: Check, change: MadeChange, evidence: Evidence | None = None) -> str:
    """Status and message."""
    verdict = judge(check, change, evidence or Evidence())
    return f"{verdict.status}: {verdict.message}"


def named(verdict: Verdict) -> list[str]:
    return list(verdict.frames.tolist())


def test_every_kind_of_check_has_a_finding_of_its_own() -> None:
    assert set(KIND_OF) == set(KINDS)
    assert len({kind.code for kind in KIND_OF.values()}) == len(KINDS)
    assert findings.NOT_EVALUATED not in KIND_OF.values()


@pytest.mark.parametrize("level", ["error", "warning"])
def test_what_does_not_hold_fails_or_warns_by_its_level(level: Any) -> None:
    change = created(TEN)
    status = judge(FewestFrames(level=level, at_least=11), change, Evidence()).status
    assert status == {"error": "fail", "warning": "warn"}[level]
    assert judge(FewestFrames(level=level, at_least=10), change, Evidence()).status == "pass"
    assert judge(RequiredTag(level=level, tag="x"), change, seen(change)).status == "unknown"


def test_frames_are_counted_in_all_and_by_split() -> None:
    change = created(TEN)
    assert (
        told(FewestFrames(at_least=11), change)
        == "fail: The dataset has 10 frames; at least 11 are asked for."
    )
    assert told(FewestFrames(split=Split.TEST, at_least=5), change).startswith(
        "pass: The test split has 5 frames;"
    )
    assert told(FewestFrames(split=Split.VALIDATION, at_least=1), change).startswith(
        "fail: The validation split"
    )


def test_annotations_are_counted_by_class() -> None:
    change = created(TEN)
    assert told(FewestAnnotations(at_least=(("WBC", 5), ("RBC", 10))), change) == (
        "pass: The dataset has enough annotations: WBC 5 (at least 5), RBC 10 (at least 10)."
    )
    assert told(FewestAnnotations(at_least=(("WBC", 6), ("RBC", 11))), change) == (
        "fail: The dataset has too few annotations: WBC 5 of 6, RBC 10 of 11."
    )
    assert told(FewestAnnotations(split=Split.VALIDATION, at_least=(("WBC", 1),)), change) == (
        "fail: The validation split has too few annotations: WBC 0 of 1."
    )


@pytest.mark.parametrize(("percent", "status"), [(66.6, "fail"), (66.7, "pass"), (100, "pass")])
def test_the_largest_class_is_looked_at(percent: float, status: str) -> None:
    found = told(LargestShare(percent=percent), created(TEN))
    assert found == f"{status}: RBC makes 66.7 % of 15 annotations; at most {percent:g} % are allowed."


def test_without_annotations_no_class_outweighs_another() -> None:
    assert told(LargestShare(percent=0), created({"a.png": []})) == "pass: There are no annotations."


def test_bytes_count_for_each_frame() -> None:
    assert told(MostBytes(bytes=9000), created(TEN)).startswith("pass: The pictures are 9,000 bytes;")
    assert told(MostBytes(bytes=8999), created(TEN)).startswith("fail:")


def test_sizes_that_nobody_tells_cannot_be_judged() -> None:
    change = created(TEN)
    blank = replace(change.content, frames=replace(change.content.frames, size=np.zeros(10, np.int64)))
    assert told(MostBytes(bytes=1), replace(change, content=blank)) == (
        "unknown: The remote does not tell how large its pictures are."
    )


def test_a_budget_of_change_counts_frames_or_their_share() -> None:
    fewer = {name: labels for name, labels in TEN.items() if name not in ("3.png", "4.png")}
    change = followed(TEN, {**fewer, "new.png": []})
    assert told(MostLeaving(frames=2), change).startswith("pass:")
    verdict = judge(MostLeaving(frames=1), change, Evidence())
    assert verdict.message == "2 frames would leave, 20.0 % of the version before; at most 1 may."
    assert named(verdict) == ["3.png", "4.png"]
    assert told(MostLeaving(percent=20.0), change).startswith("pass:")
    assert told(MostLeaving(percent=19.9), change).startswith("fail:")
    assert told(MostEntering(percent=10.0), change).startswith("pass:")
    assert named(judge(MostEntering(frames=0), change, Evidence())) == ["new.png"]


def test_a_share_is_what_was_written_to_the_frame() -> None:
    """2.28 % of 2,500 are 57, although 2.28 as a binary fraction is a little less."""
    many = {f"{number}.png": ["RBC"] for number in range(2_500)}
    fewer = {name: labels for name, labels in many.items() if int(name[:-4]) >= 57}
    assert told(MostLeaving(percent=2.28), followed(many, fewer)).startswith("pass:")
    assert told(MostLeaving(percent=2.27), followed(many, fewer)).startswith("fail:")


def test_frames_that_enter_an_empty_version_are_more_than_any_share_of_it() -> None:
    assert (
        told(MostEntering(percent=100.0), followed({}, TEN))
        == "fail: 10 frames would enter; at most 100 % may."
    )


@pytest.mark.parametrize(
    "check", [MostEntering(frames=0), MostLeaving(frames=0), FrozenSplit(split=Split.TEST), FixedClassIds()]
)
def test_what_looks_at_changes_holds_of_a_new_dataset_and_of_one_that_stays(check: Check) -> None:
    assert told(check, created(TEN)) == "pass: The dataset is new, so there is nothing yet that could change."
    assert told(check, kept(TEN)) == "pass: The content stays as it is."


def test_a_frozen_split_neither_gains_nor_loses_nor_alters() -> None:
    before = created(TEN).content
    tested = before.frames.name[before.split == Split.TEST.code].tolist()
    trained = before.frames.name[before.split == Split.TRAIN.code].tolist()
    one, two, three = tested[:3]
    frozen = FrozenSplit(split=Split.TEST)

    relabelled = judge(frozen, followed(TEN, {**TEN, one: ["WBC"] * 3}), Evidence())
    assert (relabelled.message, named(relabelled)) == (
        "Of the frames of test, 1 would get other annotations.",
        [one],
    )
    gone = judge(frozen, followed(TEN, {name: TEN[name] for name in TEN if name != two}), Evidence())
    assert (gone.status, named(gone)) == ("fail", [two])
    repainted = judge(frozen, followed(TEN, TEN, pictures={three: "other"}), Evidence())
    assert (repainted.status, named(repainted)) == ("fail", [three])

    assert told(frozen, followed(TEN, {**TEN, trained[0]: ["WBC"] * 3})) == "pass: No frame of test changes."
    moved = replace(HALVES, split=SplitWish(train=100, validation=0, test=0, resplit=True))
    away = judge(frozen, followed(TEN, TEN, moved), Evidence())
    assert away.message == "Of the frames of test, 5 would come from another split or go to one."
    assert named(away) == tested


def test_class_ids_that_move_are_named() -> None:
    turned = replace(HALVES, labels=HALVES.labels[::-1])
    assert told(FixedClassIds(), followed(TEN, TEN, turned)) == (
        "fail: WBC gets the id 1 instead of 0, RBC gets the id 0 instead of 1. "
        "Models that were trained would name the wrong class."
    )
    fewer = replace(HALVES, labels=HALVES.labels[:1])
    assert told(FixedClassIds(), followed(TEN, TEN, fewer)).startswith("fail: RBC goes.")
    assert (
        told(FixedClassIds(), followed(TEN, TEN, HALVES, before=fewer)) == "pass: Every class keeps its id."
    )


hashes = st.lists(st.sampled_from([0b1, 0b11, 0b11 << 40, 2**63, 2**63 + 7]), min_size=12, max_size=12)


@given(configs, memberships.filter(lambda members: len(members.frames) > 0), hashes)
def test_what_a_lake_divides_never_leaks(config: DatasetConfig, members: Membership, some: list[int]) -> None:
    phash = np.array(some[: len(members.frames)], np.uint64)
    members = replace(members, frames=replace(members.frames, phash=phash))
    (change,) = plan({"cells": config}, untouched(members)).changes
    assert isinstance(change, Create)
    assert judge(NoLeakage(), change, seen(change)).status == "pass"


def test_pictures_that_are_nearly_the_same_in_two_splits_leak() -> None:
    change = created(TEN)
    phash = FAR.copy()
    phash[1] = phash[0] ^ np.uint64(0b101)
    content = change.content
    frames = replace(content.frames, phash=phash)
    apart = np.arange(10, dtype=np.int8) % 3
    leaking = replace(change, content=replace(content, frames=frames, split=apart))
    verdict = judge(NoLeakage(), leaking, seen(leaking))
    assert verdict.message == "There is 1 cluster of pictures that are nearly the same in several splits."
    assert named(verdict) == ["0.png", "1.png"]


def test_one_picture_in_two_splits_leaks() -> None:
    change = created(TEN)
    same = replace(change.content.frames, digest=digests(["ab" * 32] * 2 + [f"{n:064}" for n in range(8)]))
    leaking = replace(
        change, content=replace(change.content, frames=same, split=np.arange(10, dtype=np.int8) % 3)
    )
    verdict = judge(NoLeakage(), leaking, seen(leaking))
    assert verdict.message == "There is 1 picture in several splits, under several names."
    assert named(verdict) == ["0.png", "1.png"]


def grouping(change: Create, groups: list[str]) -> Create:
    """`change` with the values of metadata.guest, the frames in train, validation and test by turns."""
    frames: Frames = replace(change.content.frames, group=texts(groups), phash=FAR)
    content = replace(change.content, frames=frames, split=np.arange(10, dtype=np.int8) % 3)
    return replace(
        change,
        content=content,
        config=replace(change.config, split=replace(change.config.split, group_by="guest")),
    )


def test_one_group_in_two_splits_leaks() -> None:
    change = grouping(created(TEN), ["ada", "ada", *([""] * 8)])
    verdict = judge(NoLeakage(), change, seen(change))
    assert verdict.message == "There is metadata.guest ada in several splits."
    assert named(verdict) == ["0.png", "1.png"]
    apart = grouping(created(TEN), [*"abcdefghij"])
    assert told(NoLeakage(), apart, seen(apart)) == (
        "pass: No picture, near duplicate or metadata.guest is in two splits."
    )


def test_leakage_that_nobody_can_rule_out_is_not_passed() -> None:
    change = created(TEN)
    assert told(NoLeakage(), change) == "unknown: The remote does not tell which frames the version holds."
    assert told(NoLeakage(), change, seen(change)) == (
        "unknown: No picture is in two splits, but without a hash nobody can tell near duplicates."
    )
    blank = replace(change.content, frames=replace(change.content.frames, digest=digests([""] * 10)))
    assert told(NoLeakage(), change, Evidence(content=blank)) == (
        "unknown: The remote does not tell the digests of all pictures."
    )
    grouped = replace(HALVES, split=replace(HALVES.split, group_by="guest"))
    stays = kept(TEN, grouped)
    assert told(NoLeakage(), stays, Evidence(content=change.content)) == (
        "unknown: No picture is in two splits, but the remote does not tell metadata.guest."
    )
    guests = {"guest": described(dict.fromkeys(TEN, "ada"))}
    assert told(NoLeakage(), stays, Evidence(content=change.content, described=guests)).startswith("fail:")


def test_a_required_tag_is_missed() -> None:
    change = created(TEN)
    verdict = judge(
        RequiredTag(tag="consented"),
        change,
        seen(change, untagged={"consented": texts(["3.png", "elsewhere.png", "5.png"])}),
    )
    assert verdict.message == '2 of 10 frames do not carry the tag "consented".'
    assert named(verdict) == ["3.png", "5.png"]
    none = seen(change, untagged={"consented": texts(["elsewhere.png"])})
    assert (
        told(RequiredTag(tag="consented"), change, none) == 'pass: All 10 frames carry the tag "consented".'
    )


def test_required_metadata_is_there_and_of_the_values_allowed() -> None:
    change = created(TEN)
    values = {**dict.fromkeys(TEN, "cc-by"), "2.png": "", "3.png": "mit", "4.png": "mit"}
    evidence = seen(change, described={"licence": described(values)})
    allowed = RequiredMetadata(field="licence", values=("cc-by", "cc0"))
    verdict = judge(allowed, change, evidence)
    assert verdict.message == (
        "3 of 10 frames do not have one of cc-by, cc0 as metadata.licence: mit (2), none (1)."
    )
    assert named(verdict) == ["2.png", "3.png", "4.png"]
    assert named(judge(RequiredMetadata(field="licence"), change, evidence)) == ["2.png"]
    assert told(RequiredMetadata(field="year"), change, evidence) == (
        "unknown: The remote does not tell metadata.year of all frames."
    )
    some = seen(change, described={"licence": described({"0.png": "cc-by"})})
    assert told(allowed, change, some).startswith("unknown:")


def test_forbidden_frames_are_found_by_name_and_by_picture() -> None:
    change = created(TEN)
    picture = change.content.frames.digest[7].decode()
    verdict = judge(Forbidden(frames=("2.png", "elsewhere.png", picture)), change, seen(change))
    assert verdict.message == "2 frames on the list of 3 entries would be in the dataset."
    assert named(verdict) == ["2.png", "7.png"]
    assert judge(Forbidden(frames=("elsewhere.png",)), change, seen(change)).status == "pass"
    elsewhere = replace(change.content.frames, file_name=texts(f"file-{row}" for row in range(10)))
    by_file = Evidence(content=replace(change.content, frames=elsewhere))
    assert named(judge(Forbidden(frames=("file-3", "file-33")), change, by_file)) == ["3.png"]
    blank = replace(change.content, frames=replace(change.content.frames, digest=digests([""] * 10)))
    assert judge(Forbidden(frames=(picture,)), change, Evidence(content=blank)).status == "unknown"
    assert judge(Forbidden(frames=("elsewhere.png",)), change, Evidence(content=blank)).status == "pass"


@given(configs, memberships, st.integers(1, 12))
def test_counts_are_those_that_the_plan_shows(config: DatasetConfig, members: Membership, least: int) -> None:
    (change,) = plan({"cells": config}, untouched(members)).changes
    assert isinstance(change, Create)
    statistics = statistics_of(change)
    for split in Split:
        verdict = judge(FewestFrames(split=split, at_least=least), change, Evidence())
        assert (verdict.status == "pass") == (statistics.splits[split.code].frames >= least)
        check = FewestAnnotations(split=split, at_least=(("WBC", least),))
        enough = dict(statistics.splits[split.code].labels)["WBC"] >= least
        assert (judge(check, change, Evidence()).status == "pass") == enough
