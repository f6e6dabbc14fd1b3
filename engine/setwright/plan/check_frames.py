"""Checks of single frames: leakage between splits, tags, metadata, and what is forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import numpy as np

from setwright.model.counting import counted
from setwright.model.frames import texts
from setwright.plan.changes import Create, Follow
from setwright.plan.check_found import (
    NOT_TOLD,
    Evidence,
    Found,
    listed,
)
from setwright.split.leakage import leakage
from setwright.split.near import NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.checks import (
        Forbidden,
        RequiredMetadata,
        RequiredTag,
    )
    from setwright.model.frames import Texts
    from setwright.model.manifest import Manifest
    from setwright.plan.changes import MadeChange
    from setwright.split.leakage import Leak


def no_leakage(change: MadeChange, evidence: Evidence) -> Found:
    """Whether nothing is in two splits: no picture, none that is nearly the same, no group."""
    content = evidence.content
    if content is None:
        return NOT_TOLD
    grouping = change.config.split.group_by
    groups = None if grouping is None else _values(grouping, content, change, evidence)
    told = content.frames.digest != b""
    hashed = content.frames.phash != NOTHING
    leaks = leakage(content, texts([""] * len(content.frames)) if groups is None else groups)
    words = [_leak_words(leak, groups, grouping) for leak in leaks]
    if words:
        rows = np.unique(np.concatenate([leak.frames for leak in leaks]))
        return Found(False, f"There is {', and '.join(words)}.", content.frames.name[rows])
    if not told.all():
        return Found(None, "The remote does not tell the digests of all pictures.")
    if grouping is not None and groups is None:
        return Found(None, f"No picture is in two splits, but the remote does not tell metadata.{grouping}.")
    if len(hashed) and not hashed.any():
        return Found(None, "No picture is in two splits, but without a hash nobody can tell near duplicates.")
    what = (
        "picture or near duplicate" if grouping is None else f"picture, near duplicate or metadata.{grouping}"
    )
    return Found(True, f"No {what} is in two splits.")


def _leak_words(leak: Leak, groups: Texts | None, grouping: str | None) -> str:
    match leak.kind:
        case "exact":
            return f"{counted(leak.divided, 'picture')} in several splits, under several names"
        case "near":
            return (
                f"{counted(leak.divided, 'cluster')} of pictures that are nearly the same in several splits"
            )
        case "group":
            assert groups is not None
            return f"metadata.{grouping} {listed(np.unique(groups[leak.frames]).tolist())} in several splits"
        case _:
            assert_never(leak.kind)


def required_tag(check: RequiredTag, evidence: Evidence) -> Found:
    """Whether every frame carries the tag."""
    if evidence.content is None:
        return NOT_TOLD
    if check.tag not in evidence.untagged:
        return Found(None, "The remote does not tell which frames carry the tag.")
    names = evidence.content.frames.name
    without = names[np.isin(_objects(names), _objects(evidence.untagged[check.tag]))]
    if not len(without):
        return Found(True, f'All {counted(len(names), "frame")} carry the tag "{check.tag}".')
    return Found(
        False,
        f'{len(without):,} of {counted(len(names), "frame")} do not carry the tag "{check.tag}".',
        without,
    )


def required_metadata(check: RequiredMetadata, change: MadeChange, evidence: Evidence) -> Found:
    """Whether every frame has the field, with a value that is allowed."""
    content = evidence.content
    if content is None:
        return NOT_TOLD
    name, total = f"metadata.{check.field}", counted(len(content.frames), "frame")
    values = _values(check.field, content, change, evidence)
    if values is None:
        return Found(None, f"The remote does not tell {name} of all frames.")
    wrong = values == "" if not check.values else ~np.isin(values, check.values)
    if wrong.any():
        found, counts = np.unique(values[wrong], return_counts=True)
        most_first = sorted(zip((-counts).tolist(), found.tolist(), strict=True))
        told = [f"{value or 'none'} ({-count:,})" for count, value in most_first]
        wanted = f"one of {listed(list(check.values))}" if check.values else "a value"
        return Found(
            False,
            f"{np.count_nonzero(wrong):,} of {total} do not have {wanted} as {name}: {listed(told)}.",
            content.frames.name[wrong],
        )
    return Found(
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


def forbidden(check: Forbidden, evidence: Evidence) -> Found:
    """Whether no frame, and no picture, is on the list."""
    content = evidence.content
    if content is None:
        return NOT_TOLD
    frames, pictures = content.frames, content.frames.digest.tolist()
    listed, given = frozenset(check.frames), evidence.listed.get(check, frozenset())
    columns = zip(frames.name.tolist(), frames.file_name.tolist(), pictures, strict=True)
    found = texts(
        name
        for name, file_name, picture in columns
        if name in listed or file_name in listed or picture.decode() in listed or picture in given
    )
    entries = counted(len(listed), "entry", "entries")
    if len(found):
        return Found(
            False, f"{counted(len(found), 'frame')} on the list of {entries} would be in the dataset.", found
        )
    if check not in evidence.listed and listed_digests(check):
        return Found(None, "The remote does not tell the digests of all files that it was given.")
    if any(not picture for picture in pictures) and listed_digests(check):
        return Found(None, "The remote does not tell the digests of all pictures.")
    return Found(True, f"No frame of the dataset stands on the list of {entries}.")


def listed_digests(check: Forbidden) -> tuple[str, ...]:
    """The entries of the list that are digests; the others are names."""
    return tuple(entry for entry in check.frames if len(entry) == 64 and not entry.strip("0123456789abcdef"))


def _objects(names: Texts) -> NDArray[np.object_]:
    # NumPy cannot look among text of any length by itself.
    return names.astype(object)
