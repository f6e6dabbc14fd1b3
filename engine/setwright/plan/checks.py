"""Whether what must hold of a dataset holds of the content that is planned for it.

A check looks at the content that the dataset has after the change, also where that is the one it has already. What
the remote does not tell cannot be checked, and the verdict says so: `unknown`, never a silent pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np

from setwright.model.checks import (
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
from setwright.model.frames import texts
from setwright.plan import findings
from setwright.plan.changes import Create, Follow, statistics_of
from setwright.split.leakage import leakage
from setwright.split.near import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from setwright.model.checks import Check
    from setwright.model.diagnostics import FindingKind
    from setwright.model.frames import Membership, Texts
    from setwright.model.manifest import Manifest
    from setwright.model.splits import Split
    from setwright.plan.changes import MadeChange
    from setwright.split.leakage import Leak

Status: TypeAlias = Literal["pass", "warn", "fail", "unknown"]

KIND_OF: Mapping[type[Check], FindingKind] = {
    FewestFrames: findings.FEW_FRAMES,
    FewestAnnotations: findings.FEW_ANNOTATIONS,
    LargestShare: findings.LARGE_SHARE,
    MostBytes: findings.MANY_BYTES,
    NoLeakage: findings.LEAKAGE,
    MostEntering: findings.MANY_ENTERING,
    MostLeaving: findings.MANY_LEAVING,
    FrozenSplit: findings.FROZEN_SPLIT,
    FixedClassIds: findings.CLASS_IDS,
    RequiredTag: findings.NO_TAG,
    RequiredMetadata: findings.NO_METADATA,
    Forbidden: findings.FORBIDDEN_FRAME,
}
"""The finding that a check is where it does not hold."""

_NAMED = 5
"""So many values or frames are named in a sentence."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """What checks look at beside the change itself.

    `content` is what the dataset has after the change, None where the remote does not tell. `untagged` are, by tag,
    the names of the frames of the source that do not carry it, and `described`, by metadata field, the frames with its
    value as `group`; what is missing was not to be had, or no check asks for it.
    """

    content: Manifest | None = None
    untagged: Mapping[str, Texts] = field(default_factory=dict)
    described: Mapping[str, Membership] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Verdict:
    """Whether `check` holds of one dataset, and why, in whole sentences.

    `frames` are the names of those that break it, sorted; none where no single frame does.
    """

    check: Check
    status: Status
    message: str
    frames: Texts


def needs_content(check: Check) -> bool:
    """Whether the statistics of a version do not suffice to tell if `check` holds of it."""
    return isinstance(check, NoLeakage | RequiredTag | RequiredMetadata | Forbidden)


def judge(check: Check, change: MadeChange, evidence: Evidence) -> Verdict:
    """Whether `check` holds after `change`."""
    match check:
        case _ if _is_hidden(check, change):
            found = _NAMES_ONLY
        case FewestFrames():
            found = _fewest_frames(check, change)
        case FewestAnnotations():
            found = _fewest_annotations(check, change)
        case LargestShare():
            found = _largest_share(check, change)
        case MostBytes():
            found = _most_bytes(check, change)
        case MostEntering() | MostLeaving():
            found = _churn(check, change)
        case FrozenSplit():
            found = _frozen(check, change)
        case FixedClassIds():
            found = _class_ids(change)
        case NoLeakage():
            found = _leakage(change, evidence)
        case RequiredTag():
            found = _tag(check, evidence)
        case RequiredMetadata():
            found = _metadata(check, change, evidence)
        case Forbidden():
            found = _forbidden(check, evidence)
        case _:
            assert_never(check)
    status: Status = "unknown"
    if found.holds is not None:
        status = "pass" if found.holds else "warn" if check.level == "warning" else "fail"
    return Verdict(check=check, status=status, message=found.message, frames=found.frames)


def _is_hidden(check: Check, change: MadeChange) -> bool:
    """Whether `check` is of what a remote does not tell that only tells the names of frames."""
    if not statistics_of(change).undivided:
        return False
    return isinstance(check, FewestAnnotations | LargestShare | FrozenSplit | NoLeakage) or (
        isinstance(check, FewestFrames) and check.split is not None
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """`holds` is None where nobody can tell."""

    holds: bool | None
    message: str
    frames: Texts = field(default_factory=lambda: texts([]))


_NOT_TOLD = _Found(None, "The remote does not tell which frames the version holds.")
_NAMES_ONLY = _Found(
    None, "The remote tells the names of the frames alone, neither their splits nor their annotations."
)
_NEW = _Found(True, "The dataset is new, so there is nothing yet that could change.")
_SAME = _Found(True, "The content stays as it is.")


# --- Sizes --------------------------------------------------------------------------------------------------------


def _fewest_frames(check: FewestFrames, change: MadeChange) -> _Found:
    statistics = statistics_of(change)
    frames = statistics.frames if check.split is None else statistics.splits[check.split.code].frames
    return _Found(
        frames >= check.at_least,
        f"{_whole(check.split)} has {_counted(frames, 'frame')}; at least {check.at_least:,} are asked for.",
    )


def _fewest_annotations(check: FewestAnnotations, change: MadeChange) -> _Found:
    statistics = statistics_of(change)
    counts = statistics.labels if check.split is None else dict(statistics.splits[check.split.code].labels)
    few = [
        (label, counts.get(label, 0), least)
        for label, least in check.at_least
        if counts.get(label, 0) < least
    ]
    where = _whole(check.split)
    if not few:
        enough = [f"{label} {counts.get(label, 0):,} (at least {least:,})" for label, least in check.at_least]
        return _Found(True, f"{where} has enough annotations: {_listed(enough)}.")
    told = [f"{label} {count:,} of {least:,}" for label, count, least in few]
    return _Found(False, f"{where} has too few annotations: {_listed(told)}.")


def _largest_share(check: LargestShare, change: MadeChange) -> _Found:
    labels = statistics_of(change).labels
    total = sum(labels.values())
    if not total:
        return _Found(True, "There are no annotations.")
    largest = max(labels, key=lambda label: labels[label])
    share = 100 * labels[largest] / total
    return _Found(
        share <= check.percent,
        f"{largest} makes {share:.1f} % of {_counted(total, 'annotation')}; at most {check.percent:g} % are allowed.",
    )


def _most_bytes(check: MostBytes, change: MadeChange) -> _Found:
    statistics = statistics_of(change)
    if statistics.frames and not statistics.bytes:
        return _Found(None, "The remote does not tell how large its pictures are.")
    return _Found(
        statistics.bytes <= check.bytes,
        f"The pictures are {statistics.bytes:,} bytes; at most {check.bytes:,} are allowed.",
    )


# --- Changes ------------------------------------------------------------------------------------------------------


def _churn(check: MostEntering | MostLeaving, change: MadeChange) -> _Found:
    if isinstance(change, Create):
        return _NEW
    if not isinstance(change, Follow):
        return _SAME
    if isinstance(check, MostEntering):
        rows, names, verb = change.diff.entering, change.content.frames.name, "enter"
    else:
        rows, names, verb = change.diff.leaving, change.before.frames.name, "leave"
    before = len(change.before.frames)
    count = len(rows)
    if check.frames is not None:
        holds, limit = count <= check.frames, f"{check.frames:,}"
    else:
        # Of an empty version any frame would be more than every share.
        holds, limit = 100 * count <= (check.percent or 0) * before, f"{check.percent:g} %"
    share = f", {100 * count / before:.1f} % of the version before" if before else ""
    return _Found(
        holds,
        f"{_counted(count, 'frame')} would {verb}{share}; at most {limit} may.",
        texts([]) if holds else names[rows],
    )


def _frozen(check: FrozenSplit, change: MadeChange) -> _Found:
    if isinstance(change, Create):
        return _NEW
    if not isinstance(change, Follow):
        return _SAME
    before, after, diff = change.before, change.content, change.diff
    code, split = check.split.code, check.split.value
    moving, repainted, relabelled = (
        pairs[(before.split[pairs[:, 0]] == code) | (after.split[pairs[:, 1]] == code)]
        for pairs in (diff.moving, diff.repainted, diff.relabelled)
    )
    entering = diff.entering[after.split[diff.entering] == code]
    leaving = diff.leaving[before.split[diff.leaving] == code]
    told = [
        f"{len(rows):,} {what}"
        for rows, what in (
            (entering, "would enter"),
            (leaving, "would leave"),
            (moving, "would come from another split or go to one"),
            (repainted, "would get another picture"),
            (relabelled, "would get other annotations"),
        )
        if len(rows)
    ]
    if not told:
        return _Found(True, f"No frame of {split} changes.")
    names = [
        after.frames.name[entering],
        before.frames.name[leaving],
        *(after.frames.name[pairs[:, 1]] for pairs in (moving, repainted, relabelled)),
    ]
    return _Found(False, f"Of the frames of {split}, {', '.join(told)}.", np.unique(np.concatenate(names)))


def _class_ids(change: MadeChange) -> _Found:
    if isinstance(change, Create):
        return _NEW
    if not isinstance(change, Follow):
        return _SAME
    ids = {label: place for place, label in enumerate(change.content.classes)}
    moves = [
        f"{label} goes" if label not in ids else f"{label} gets the id {ids[label]} instead of {place}"
        for place, label in enumerate(change.before.classes)
        if ids.get(label) != place
    ]
    if moves:
        return _Found(False, f"{_listed(moves)}. Models that were trained would name the wrong class.")
    return _Found(True, "Every class keeps its id.")


# --- Frames -------------------------------------------------------------------------------------------------------


def _leakage(change: MadeChange, evidence: Evidence) -> _Found:
    content = evidence.content
    if content is None:
        return _NOT_TOLD
    grouping = change.config.split.group_by
    groups = None if grouping is None else _values(grouping, content, change, evidence)
    told = content.frames.digest != b""
    hashed = content.frames.phash != NOTHING
    leaks = leakage(content, texts([""] * len(content.frames)) if groups is None else groups)
    words = [_leak_words(leak, groups, grouping) for leak in leaks]
    if words:
        rows = np.unique(np.concatenate([leak.frames for leak in leaks]))
        return _Found(False, f"There is {', and '.join(words)}.", content.frames.name[rows])
    if not told.all():
        return _Found(None, "The remote does not tell the digests of all pictures.")
    if grouping is not None and groups is None:
        return _Found(None, f"No picture is in two splits, but the remote does not tell metadata.{grouping}.")
    if len(hashed) and not hashed.any():
        return _Found(
            None, "No picture is in two splits, but without a hash nobody can tell near duplicates."
        )
    what = (
        "picture or near duplicate" if grouping is None else f"picture, near duplicate or metadata.{grouping}"
    )
    return _Found(True, f"No {what} is in two splits.")


def _leak_words(leak: Leak, groups: Texts | None, grouping: str | None) -> str:
    match leak.kind:
        case "exact":
            return f"{_counted(leak.divided, 'picture')} in several splits, under several names"
        case "near":
            return (
                f"{_counted(leak.divided, 'cluster')} of pictures that are nearly the same in several splits"
            )
        case "group":
            assert groups is not None
            return f"metadata.{grouping} {_listed(np.unique(groups[leak.frames]).tolist())} in several splits"
        case _:
            assert_never(leak.kind)


def _tag(check: RequiredTag, evidence: Evidence) -> _Found:
    if evidence.content is None:
        return _NOT_TOLD
    if check.tag not in evidence.untagged:
        return _Found(None, "The remote does not tell which frames carry the tag.")
    names = evidence.content.frames.name
    without = names[np.isin(_objects(names), _objects(evidence.untagged[check.tag]))]
    if not len(without):
        return _Found(True, f'All {_counted(len(names), "frame")} carry the tag "{check.tag}".')
    return _Found(
        False,
        f'{len(without):,} of {_counted(len(names), "frame")} do not carry the tag "{check.tag}".',
        without,
    )


def _metadata(check: RequiredMetadata, change: MadeChange, evidence: Evidence) -> _Found:
    content = evidence.content
    if content is None:
        return _NOT_TOLD
    name, total = f"metadata.{check.field}", _counted(len(content.frames), "frame")
    values = _values(check.field, content, change, evidence)
    if values is None:
        return _Found(None, f"The remote does not tell {name} of all frames.")
    wrong = values == "" if not check.values else ~np.isin(values, check.values)
    if wrong.any():
        found, counts = np.unique(values[wrong], return_counts=True)
        most_first = sorted(zip((-counts).tolist(), found.tolist(), strict=True))
        told = [f"{value or 'none'} ({-count:,})" for count, value in most_first]
        wanted = f"one of {_listed(list(check.values))}" if check.values else "a value"
        return _Found(
            False,
            f"{np.count_nonzero(wrong):,} of {total} do not have {wanted} as {name}: {_listed(told)}.",
            content.frames.name[wrong],
        )
    return _Found(
        True, f"All {total} have {'one of the values allowed' if check.values else 'a value'} as {name}."
    )


def _values(
    field: str, content: Manifest, change: MadeChange, evidence: Evidence
) -> NDArray[np.object_] | None:
    """The value of the metadata field of each frame of `content`, empty for none; None where not all are told."""
    if field not in evidence.described:
        grouped = change.config.split.group_by == field and isinstance(change, Create | Follow)
        return _objects(content.frames.group) if grouped else None
    frames = evidence.described[field].frames
    known = dict(zip(frames.name.tolist(), frames.group.tolist(), strict=True))
    values = [known.get(name) for name in content.frames.name.tolist()]
    return None if None in values else np.array(values, object)


def _forbidden(check: Forbidden, evidence: Evidence) -> _Found:
    content = evidence.content
    if content is None:
        return _NOT_TOLD
    names, pictures = content.frames.name.tolist(), content.frames.digest.tolist()
    listed = frozenset(check.frames)
    found = texts(
        name
        for name, picture in zip(names, pictures, strict=True)
        if name in listed or picture.decode() in listed
    )
    entries = _counted(len(listed), "entry", "entries")
    if len(found):
        return _Found(
            False, f"{_counted(len(found), 'frame')} on the list of {entries} would be in the dataset.", found
        )
    if any(not picture for picture in pictures) and any(map(_is_digest, listed)):
        return _Found(None, "The remote does not tell the digests of all pictures.")
    return _Found(True, f"No frame of the dataset stands on the list of {entries}.")


def _is_digest(entry: str) -> bool:
    return len(entry) == 64 and not entry.strip("0123456789abcdef")


# --- Words --------------------------------------------------------------------------------------------------------


def _objects(names: Texts) -> NDArray[np.object_]:
    # NumPy cannot look among text of any length by itself.
    return names.astype(object)


def _whole(split: Split | None) -> str:
    return "The dataset" if split is None else f"The {split.value} split"


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _listed(words: list[str]) -> str:
    """The first few of `words`, and how many there are beside."""
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
